"""Forms and notes, to see what is read in them."""

from __future__ import annotations

from typing import Any

import pytest

from orderlife._checks.validation import check
from orderlife._kernel.messages import Actor
from orderlife._values.personal import Address, Contact
from orderlife.errors import ValidationError
from orderlife.rooms.order.messages import PlaceOrder
from tests.helpers import line

__all__ = ["form", "judged_form", "said"]


def form(**fields: Any) -> PlaceOrder:
    """A form with these fields."""
    given = {
        "order_id": "o1",
        "command_id": "c1",
        "actor": Actor("staff", "ada"),
        "lines": (line(),),
        **fields,
    }
    return PlaceOrder(**given)


def judged_form(address: Address, contact: Contact) -> None:
    """Check a form with this address and contact."""
    check(form(ship_to=address, bill_to=address, contact=contact))


def said(message: Any) -> list[str]:
    """What is said of a message that is wrong."""
    with pytest.raises(ValidationError) as caught:
        check(message)
    return [str(problem) for problem in caught.value.problems]
