"""An order for tests of one function: whatever it knows is written out."""

from __future__ import annotations

from typing import Any

import attrs

from orderlife._kernel.messages import Actor, Contradiction, ExceptionKind
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.model import Order, Units
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.model import (
    Movement,
    MovementKind,
    Payment,
    PaymentOperation,
)
from orderlife.testing import a_payment, a_payment_operation, an_exception_item
from tests.order.shop import line, shop

ADMIN = Actor("staff", "bob")
BASE = shop(line("1.00", 3), line("0.50", 2), tenders=()).order
"""Three units of 1.00 and two of 0.50, of which nothing was paid."""


def payment(payment_id: str = "p1", **fields: Any) -> Payment:
    """A payment by card."""
    settings = {"asked_minor": 400, "reference": ""}
    return a_payment(payment_id, **settings | fields)


def operation(
    kind: Any, minor: int, state: OperationState, number: int, **fields: Any
) -> PaymentOperation:
    """A request to the gateway."""
    settings = {"operation_id": f"o1:{kind}:{number}", "subject": ""}
    return a_payment_operation(kind, minor, state, **settings | fields)


def made(
    *movements: tuple[MovementKind, int],
    asked: tuple[tuple[Any, int, OperationState], ...] = (),
    **fields: Any,
) -> Order:
    """The order with movements and requests on its one payment."""
    operations = [
        operation(kind, minor, state, number)
        for number, (kind, minor, state) in enumerate(asked, 1)
    ]
    settings: dict[str, Any] = {
        "payments": (payment(),),
        "operations": {each.operation_id: each for each in operations},
        "movements": tuple(
            Movement(kind=kind, payment_id="p1", minor=minor)
            for kind, minor in movements
        ),
    }
    return attrs.evolve(BASE, **settings | fields)


def counted(first: Units, second: Units | None = None) -> dict[str, Units]:
    """The ledger of both lines' units."""
    return {"1": first, "2": second or Units(ordered=2)}


def contradiction(kind: ExceptionKind, minor: int = 0) -> Contradiction:
    """Something about the payment."""
    return Contradiction(kind, "p1", "this", "that", minor=minor)


def item(
    kind: ExceptionKind, minor: int = 0, number: int = 1, **fields: Any
) -> ExceptionItem:
    """An exception item about an amount."""
    return an_exception_item(
        kind, exception_id=f"x{number}", minor=minor, **fields
    )
