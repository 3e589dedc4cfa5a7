"""The paths of a life: commands and facts, the same in every process.

All ids and times are given, so that a process that begins anew sends
the very same again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from orderlife import (
    Actor,
    CancelOrder,
    Line,
    Money,
    PlaceOrder,
    PayOrder,
    Policy,
    Tender,
)
from orderlife.case import AnyCommand, AnyFact
from orderlife.order.messages import RefundPayment
from orderlife.ports.carrier import Parcel
from orderlife.returns.messages import (
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.returns.model import Finding
from orderlife.shipment.messages import (
    BuyShipmentLabel,
    DispatchShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.shipment.model import ScanStatus
from orderlife.testing.clock import START
from tests.desk.shop import ADDRESS, CONTACT

__all__ = ["BEAT", "ORDER", "PATHS", "Path", "moment"]

ORDER: Final = "o1"
BEAT: Final = timedelta(seconds=10)
"""The time between two steps."""
_STAFF: Final = Actor("staff", "ada")
_SHIPMENT: Final = f"{ORDER}-s1"
_RETURN: Final = f"{ORDER}-t1"


def moment(number: int) -> datetime:
    """When a step is taken, the first time."""
    return START + BEAT * (number + 1)


@attrs.frozen
class Path:
    """A life, from the first command to the last fact."""

    steps: tuple[AnyCommand | AnyFact, ...]
    policy: Policy
    ends: str
    """The order's state in the end."""


Make = Callable[[int], Any]
"""Makes a step, given its number."""


def _command(kind: type, **fields: Any) -> Make:
    def make(number: int) -> Any:
        return kind(
            order_id=ORDER, command_id=f"c{number}", actor=_STAFF, **fields
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
    def make(number: int) -> Scanned:
        return Scanned(
            order_id=ORDER,
            shipment_id=_SHIPMENT,
            status=status,
            at=moment(number),
        )

    return make


def _received(number: int) -> ReturnReceived:
    return ReturnReceived(
        order_id=ORDER,
        return_id=_RETURN,
        parcel_id="p1",
        at=moment(number),
        quantities={"1": 1},
    )


_PICK: Final = _command(PickShipment, shipment_id=_SHIPMENT, picked=None)
_PACK: Final = _command(
    PackShipment, shipment_id=_SHIPMENT, parcels=(Parcel(weight_g=840),)
)
_LABEL: Final = _command(BuyShipmentLabel, shipment_id=_SHIPMENT, service="")
_DISPATCH: Final = _command(
    DispatchShipment, shipment_id=_SHIPMENT, service=""
)
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
        return_id=_RETURN,
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
    steps = tuple(make(number) for number, make in enumerate(makes))
    return Path(steps, policy or Policy(), ends)


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
    "cancelled_when_picked": _path(
        _place(), _PICK, _CANCEL, ends="cancelled"
    ),
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
