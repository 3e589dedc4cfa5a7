"""Commands with sensible arguments, for whatever is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, get_args

from orderlife import Allowed
from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Command
from orderlife._values.money import Money
from orderlife.house import HOUSE
from orderlife.policy.registries import HOLD_REASONS
from orderlife.ports.carrier import Parcel
from orderlife.ports.inventory import Disposition
from orderlife.ports.payment import Tender
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.messages import CancelLines, OpenHold, ReleaseHold
from orderlife.rooms.order.model import Blocks
from orderlife.rooms.payment.ledger import balance
from orderlife.rooms.payment.messages import PayOrder, RefundPayment
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
)
from orderlife.rooms.returns.model import Condition, Finding, Return
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
)
from orderlife.rooms.stock.messages import FillBackorder

STAFF = Actor("staff", "ada")
TOKENS = ("tok_visa", "tok_declined", "tok_partial_100", "tok_pending")
_OF_SHIPMENT = frozenset(
    (
        PickShipment,
        PackShipment,
        BuyShipmentLabel,
        DispatchShipment,
        CancelShipment,
        InterceptShipment,
    )
)
_OF_RETURN = frozenset(
    (
        ApproveReturn,
        DeclineReturn,
        CancelReturn,
        CloseReceiving,
        InspectReturn,
        ChangeDisposition,
    )
)


def ask(
    wanted: Allowed,
    case: Case,
    now: datetime,
    command_id: str = "c1",
    how: int = 0,
) -> Command:
    """Make the command, with arguments that suit the case.

    Args:
        wanted: which command, about what.
        case: as it stands.
        now: the time.
        command_id: the new command's.
        how: which of the possible arguments.
    """
    kind = wanted.command
    fields: dict[str, Any] = _fields(kind, wanted.subject, case, now, how)
    if kind in _OF_SHIPMENT:
        fields["shipment_id"] = wanted.subject
    elif kind in _OF_RETURN:
        fields["return_id"] = wanted.subject
    return kind(
        order_id=case.order_id, command_id=command_id, actor=STAFF, **fields
    )


def _fields(
    kind: type[Command], subject: str, case: Case, now: datetime, how: int
) -> dict[str, Any]:
    order = case.placed
    if kind is CancelLines:
        return {"quantities": _unlabelled(case)}
    if kind is PayOrder:
        return {"tender": Tender("card", TOKENS[how % len(TOKENS)])}
    if kind is RefundPayment:
        minor = 1 + how % balance(order).refundable
        amount = Money.of_minor(minor, order.placement.currency)
        return {"amount": amount, "reason": "goodwill"}
    if kind is RequestReturn:
        return {
            "quantities": _returnable(case),
            "reason": ("too_small", "defective")[how % 2],
            "resolution": ("refund", "store_credit", "keep")[how % 3],
        }
    if kind is OpenHold:
        reasons, blocks = tuple(HOLD_REASONS), get_args(Blocks)
        return {
            "reason": reasons[how % len(reasons)],
            "blocks": (blocks[how % len(blocks)],),
            "until": now + timedelta(hours=how % 50),
        }
    if kind is ReleaseHold:
        return {"hold_id": subject}
    if kind is ResolveException:
        (item,) = (x for x in order.exceptions if x.exception_id == subject)
        remedies = HOUSE.remedies[item.contradiction.kind]
        remedy = remedies[how % len(remedies)]
        return {"exception_id": subject, "remedy": remedy, "note": "so be it"}
    if kind is FillBackorder:
        return {"reservation_id": subject}
    if kind is PackShipment:
        return {"parcels": (Parcel(weight_g=500),)}
    if kind is PickShipment:
        return {"picked": _picked(case, subject, how)}
    if kind in _OF_RETURN:
        return _of_return(kind, case.return_(subject), how)
    return {}


def _unlabelled(case: Case) -> dict[str, int]:
    """A unit that can still be cancelled."""
    left = {line: u.unshipped for line, u in case.placed.units.items()}
    for sent in case.shipments.values():
        if sent.state in BEFORE_DISPATCH and (
            sent.label is not None or sent.label_pending
        ):
            for line, units in sent.items.items():
                left[line] -= units
    return {next(line for line, units in left.items() if units > 0): 1}


def _returnable(case: Case) -> dict[str, int]:
    """A unit that was delivered and that no return names yet."""
    gone = {"declined", "cancelled", "expired"}
    left = {line: u.delivered for line, u in case.placed.units.items()}
    for back in case.returns.values():
        if back.state.value not in gone:
            for line in back.lines:
                if line.line_id in left:
                    left[line.line_id] -= max(line.quantity, line.received)
    return {next(line for line, units in left.items() if units > 0): 1}


def _picked(case: Case, shipment_id: str, how: int) -> dict[str, int] | None:
    items = case.shipment(shipment_id).items
    if how % 5:
        return None
    return {line: units - 1 for line, units in items.items()}


def _of_return(kind: type[Command], back: Return, how: int) -> dict[str, Any]:
    if kind is ApproveReturn:
        return {"keep_items": how % 4 == 0}
    if kind is DeclineReturn:
        return {"explanation": "worn"}
    if kind is InspectReturn:
        return {"findings": (_finding(back, how),)}
    if kind is ChangeDisposition:
        found = next(f for f in back.findings if f.condition != "missing")
        return {
            "line_id": found.line_id,
            "quantity": 1,
            "before": found.disposition,
            "after": "scrap",
        }
    return {}


def _finding(back: Return, how: int) -> Finding:
    conditions, places = get_args(Condition), get_args(Disposition)
    left = [
        line.line_id
        for line in back.lines
        if line.received > back.inspected(line.line_id)
    ]
    condition: Condition = "missing"
    if left:
        condition = conditions[how % len(conditions)]
    return Finding(
        line_id=(left or [back.lines[0].line_id])[0],
        quantity=1,
        condition=condition,
        disposition=places[how % len(places)],
    )
