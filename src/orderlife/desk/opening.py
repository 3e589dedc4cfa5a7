"""What a desk that is opened by a URL performs its effects with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from orderlife.engine.discovery import Stores
from orderlife.engine.ports import Ports
from orderlife.errors import Problem, ValidationError
from orderlife.ports.carrier import Carrier
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.notifier import Notifier
from orderlife.ports.payment import PaymentGateway

__all__ = ["check_given", "ports_over"]

_FAKES: Final = {
    "payment": ("FakeGateway", "takes and gives back money"),
    "carrier": ("FakeCarrier", "sells labels"),
    "notifier": ("FakeNotifier", "sends messages"),
}
"""The fake of each port that is nobody's by default, and what is asked
of it."""


def check_given(
    payment: object, carrier: object, notifier: object, *, fakes: bool
) -> None:
    """Refuse to open a desk that would take fakes by accident.

    Args:
        payment: the payment gateway; None: not given.
        carrier: the carrier; None: not given.
        notifier: the notifier; None: not given.
        fakes: whether a fake may stand for what is not given.

    Raises:
        ValidationError: one is not given; names each, and how to give
            a fake.
    """
    if not isinstance(fakes, bool):
        problem = Problem("fakes", "must be True or False")
        raise ValidationError("OrderDesk.open", [problem])
    problems = [
        Problem(
            name,
            f"is not given: the adapter that {does}. For a trial give "
            f"{name}={fake}() from orderlife.memory, or fakes=True for all "
            "that are not given",
        )
        for (name, (fake, does)), adapter in zip(
            _FAKES.items(), (payment, carrier, notifier), strict=True
        )
        if adapter is None
    ]
    if problems and not fakes:
        raise ValidationError("OrderDesk.open", problems)


def ports_over(
    stores: Stores,
    clock: Callable[[], datetime],
    inventory: InventoryStore | None,
    more: Mapping[str, object] | None,
    payment: PaymentGateway | None,
    carrier: Carrier | None,
    notifier: Notifier | None,
) -> Ports:
    """The ports of an application, with a fake for each that is missing.

    Args:
        stores: those of its database.
        clock: of the fakes.
        inventory: its stock; None: that of the database.
        more: the adapters of its rooms' own ports.
        payment: its payment gateway; None: a fake.
        carrier: its carrier; None: a fake.
        notifier: its notifier; None: a fake.
    """
    from orderlife.memory.ports import in_memory_ports

    fakes = in_memory_ports(clock=clock)
    return Ports(
        store=stores.orders,
        payment=fakes.payment if payment is None else payment,
        carrier=fakes.carrier if carrier is None else carrier,
        inventory=stores.inventory if inventory is None else inventory,
        notifier=fakes.notifier if notifier is None else notifier,
        more=more or {},
    )
