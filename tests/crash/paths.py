"""The paths of a life: commands and facts, the same in every process.

All ids and times are given, so that a process that begins anew sends
the very same again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from orderlife import (
    Actor,
    CancelOrder,
    Line,
    Money,
    PayOrder,
    PlaceOrder,
    Policy,
    Tender,
)
from orderlife._kernel.messages import Command, Fact
from orderlife.memory.clock import START
from orderlife.ports.carrier import Parcel
from orderlife.rooms.payment.messages import RefundPayment
from orderlife.rooms.returns.messages import (
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.returns.model import Finding
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    DispatchShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus
from tests.desk.shop import ADDRESS, CONTACT

__all__ = ["BEAT", "ORDER", "PATHS", "Path", "Steps", "moment"]

ORDER: Final = "o1"
BEAT: Final = timedelta(seconds=10)
"""The time between two steps."""
_STAFF: Final = Actor("staff", "ada")


def moment(number: int) -> datetime:
    """When a step is taken, the first time."""
    return START + BEAT * (number + 1)


@attrs.frozen
class _Step:
    """Which step, of which order, at what time."""

    order: str
    number: int
    at: datetime


Make: TypeAlias = Callable[[_Step], Any]
"""Makes a step's command or fact."""
Steps: TypeAlias = tuple[Command | Fact, ...]


@attrs.frozen
class Path:
    """A life, from the first command to the last fact."""

    makes: tuple[Make, ...]
    policy: Policy
    ends: str
    """The order's state in the end."""

    @property
    def steps(self) -> Steps:
        """The steps of the one order that most tests are about."""
        return tuple(
            make(_Step(ORDER, number, moment(number)))
            for number, make in enumerate(self.makes)
        )

    def steps_of(self, order: str, at: datetime) -> Steps:
        """The steps of another order, all of them at one time."""
        return tuple(
            make(_Step(order, number, at))
            for number, make in enumerate(self.makes)
        )


def _command(kind: type, part: str = "", **fields: Any) -> Make:
    """A command, about the order or its first shipment or return."""
    name = {"s": "shipment_id", "t": "return_id"}.get(part)

    def make(step: _Step) -> Any:
        about = {name: f"{step.order}-{part}1"} if name else {}
        return kind(
            order_id=step.order,
            command_id=f"c{step.number}",
            actor=_STAFF,
            **about,
            **fields,
        )

    return make


def _place(token: str = "tok_visa") -> Make:
    return _command(
        PlaceOrder,
        lines=(
            Line(sku="mug", quantity=2, unit_price=Money("12.50", "EUR")),
            Line(sku="cup", quantity=1, unit_price=Money("7.90", "EUR")),
        ),
        ship_to=ADDRESS,
        contact=CONTACT,
        tenders=(Tender("card", token),),
    )


def _scan(status: ScanStatus) -> Make:
    def make(step: _Step) -> Scanned:
        return Scanned(
            order_id=step.order,
            shipment_id=f"{step.order}-s1",
            status=status,
            at=step.at,
        )

    return make


def _received(step: _Step) -> ReturnReceived:
    return ReturnReceived(
        order_id=step.order,
        return_id=f"{step.order}-t1",
        parcel_id="p1",
        at=step.at,
        quantities={"1": 1},
    )


_PICK: Final = _command(PickShipment, "s", picked=None)
_PACK: Final = _command(PackShipment, "s", parcels=(Parcel(weight_g=840),))
_LABEL: Final = _command(BuyShipmentLabel, "s", service="")
_DISPATCH: Final = _command(DispatchShipment, "s", service="")
_CANCEL: Final = _command(CancelOrder, reason="customer")
_SENT: Final = (_PICK, _PACK, _DISPATCH)
_DELIVERED: Final = (
    *_SENT,
    _scan(ScanStatus.IN_TRANSIT),
    _scan(ScanStatus.DELIVERED),
)
_BACK: Final = (
    _command(
        RequestReturn,
        quantities={"1": 1},
        reason="unwanted",
        resolution="refund",
    ),
    _received,
    _command(
        InspectReturn,
        "t",
        findings=(
            Finding(
                line_id="1",
                quantity=1,
                condition="sellable",
                disposition="restock",
            ),
        ),
    ),
)


def _path(*makes: Make, ends: str, policy: Policy | None = None) -> Path:
    return Path(makes, policy or Policy(), ends)


PATHS: Final[Mapping[str, Path]] = {
    "delivered": _path(_place(), *_DELIVERED, ends="completed"),
    "declined": _path(
        _place("tok_declined"),
        _command(PayOrder, tender=Tender("card", "tok_visa")),
        *_DELIVERED,
        ends="completed",
    ),
    "cancelled_when_placed": _path(
        _place("tok_pending"), _CANCEL, ends="cancelled"
    ),
    "cancelled_when_confirmed": _path(_place(), _CANCEL, ends="cancelled"),
    "cancelled_when_paid": _path(
        _place(),
        _CANCEL,
        ends="cancelled",
        policy=Policy(capture="confirmation"),
    ),
    "cancelled_when_picked": _path(_place(), _PICK, _CANCEL, ends="cancelled"),
    "cancelled_when_packed": _path(
        _place(), _PICK, _PACK, _CANCEL, ends="cancelled"
    ),
    "cancelled_when_labelled": _path(
        _place(), _PICK, _PACK, _LABEL, _CANCEL, ends="cancelled"
    ),
    "returned": _path(_place(), *_DELIVERED, *_BACK, ends="completed"),
    "refunded": _path(
        _place(),
        *_DELIVERED,
        _command(
            RefundPayment,
            amount=Money("5.00", "EUR"),
            reason="goodwill",
            as_credit=False,
        ),
        ends="completed",
    ),
}
"""Order to delivery, and every way in which it goes otherwise."""
