"""What an event says to a reader: one sentence, and what it is about.

Nothing here knows a name or an address: events refer to people by id,
and a token of a means of payment is never said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal, TypeAlias, assert_never

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event
from orderlife._values.money import Money
from orderlife.ports.carrier import Label, Parcel
from orderlife.ports.inventory import Demand, StockItem
from orderlife.rooms.exceptions.messages import (
    ExceptionOpened,
    ExceptionResolved,
)
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    AuthorityUsed,
    CancellationAbandoned,
    CancellationStarted,
    FollowUpScheduled,
    FollowUpSent,
    FraudScreened,
    HoldOpened,
    HoldReleased,
    LinesCancelled,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderDrafted,
    OrderEvent,
    OrderExpired,
    OrderPlaced,
    OrderRejected,
    OrderReopened,
    UnitsRecorded,
)
from orderlife.rooms.payment.lifecycle import OperationTrigger
from orderlife.rooms.payment.messages import (
    PaymentAwaited,
    PaymentRecorded,
    PaymentRequested,
    RefundGranted,
    TenderOffered,
)
from orderlife.rooms.payment.model import Movement, MovementKind, OperationKind
from orderlife.rooms.returns.messages import (
    DispositionChanged,
    ReturnApproved,
    ReturnCancelled,
    ReturnClosed,
    ReturnDeclined,
    ReturnEvent,
    ReturnExpired,
    ReturnHandedIn,
    ReturnInspected,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnLabelRequested,
    ReturnParcelReceived,
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
)
from orderlife.rooms.shipment.messages import (
    InterceptAnswered,
    InterceptRequested,
    LabelBought,
    LabelFailed,
    LabelRequested,
    LabelVoidRejected,
    LabelVoidRequested,
    ShipmentCancelled,
    ShipmentDispatched,
    ShipmentEvent,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentPlanned,
    ShipmentScanned,
    ShipmentWrittenOff,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    ReservationBackordered,
    ReservationEvent,
    ReservationExpired,
    ReservationRequested,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleased,
    StockReleaseRequested,
)

__all__ = ["About", "Told", "passed", "tell"]

About: TypeAlias = Literal[
    "order", "payment", "stock", "shipment", "return", "message"
]
"""Where an entry of a timeline shows up."""


@attrs.frozen
class Told:
    """An event in words."""

    what: str
    about: About
    detail: bool = False
    """Of interest only to those who want to see everything."""


def tell(event: Event, case: Case) -> Told:
    """Say what an event tells, given the case as it was after it."""
    if isinstance(event, OrderEvent):
        return _order(event, case)
    if isinstance(event, ReservationEvent):
        return _stock(event, case)
    if isinstance(event, ShipmentEvent):
        return _shipment(event, case)
    if isinstance(event, ReturnEvent):
        return _return(event, case)
    return Told(type(event).__name__, "order", detail=True)


def passed(seconds: int) -> str:
    """Write a time since the start: days, hours and minutes."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    text = f"{days:>3}d {hours:02}:{minutes:02}"
    return f"{text}:{rest:02}" if rest else text


# The order and its money


def _order(event: OrderEvent, case: Case) -> Told:
    match event:
        case OrderDrafted():
            return Told(f"kept as a draft: {_ordered(case)}", "order")
        case OrderPlaced():
            return Told(f"placed: {_ordered(case)}", "order")
        case OrderConfirmed():
            return Told("confirmed", "order")
        case OrderCompleted():
            return Told("completed: nothing is left to do", "order")
        case OrderReopened():
            return Told(f"open again: {event.why}", "order")
        case CancellationStarted():
            what = (
                f"being called off ({event.closing.reason}): goods and "
                "money go back"
            )
            return Told(what, "order")
        case CancellationAbandoned():
            return Told(f"too late to call it off: {event.why}", "order")
        case OrderCancelled():
            return Told("cancelled: goods and money are back", "order")
        case OrderExpired():
            return Told("expired: it was not paid for in time", "order")
        case OrderRejected():
            return Told("rejected by the shop", "order")
        case LinesCancelled():
            back = _given_back(case, event.refund_minor)
            units = _units(case, event.quantities)
            what = f"called off {units} ({event.reason}){back}"
            return Told(what, "order")
        case UnitsRecorded():
            no_longer = "no longer " if event.undo else ""
            units = _units(case, event.quantities)
            what = f"counts {units} as {no_longer}{event.counter}"
            return Told(what, "order", detail=True)
        case FraudScreened():
            return _screened(event, case)
        case HoldOpened() | HoldReleased():
            return _hold(event)
        case ExceptionOpened() | ExceptionResolved():
            return _exception(event)
        case FollowUpScheduled():
            what = f"to be asked how it was, on {_date(event.at)}"
            return Told(what, "order", detail=True)
        case FollowUpSent():
            return Told("asks the customer how it was", "order")
        case AuthorityUsed():
            amount = _money(case, event.minor)
            what = f"counts {amount} as moved by {event.actor}"
            return Told(what, "payment", detail=True)
        case (
            PaymentAwaited()
            | TenderOffered()
            | PaymentRequested()
            | PaymentRecorded()
            | RefundGranted()
        ):
            return _payment(event, case)
        case _:
            assert_never(event)


_Payment: TypeAlias = (
    PaymentAwaited
    | TenderOffered
    | PaymentRequested
    | PaymentRecorded
    | RefundGranted
)


def _payment(event: _Payment, case: Case) -> Told:
    match event:
        case PaymentAwaited():
            what = f"to be paid for until {_date(event.until)}"
            return Told(what, "payment", detail=True)
        case TenderOffered():
            return Told(f"offers to pay by {event.tender.kind}", "payment")
        case PaymentRequested():
            what = f"asks the gateway to {_asked(event.kind, event, case)}"
            return Told(what, "payment", detail=True)
        case PaymentRecorded():
            return Told(_recorded(event, case), "payment")
        case RefundGranted():
            kind = "store credit" if event.as_credit else "refund"
            lines = ", ".join(
                f"{line.kind.replace('_', ' ')} {_money(case, line.minor)}"
                for line in event.lines
            )
            amount = _money(case, event.minor)
            if not event.minor:
                return Told("grants no refund: nothing is due", "payment")
            return Told(f"grants a {kind} of {amount}: {lines}", "payment")
        case _:
            assert_never(event)


_ASKED: Final[Mapping[OperationKind, str]] = {
    "authorize": "secure {} on {}",
    "capture": "take {} from {}",
    "void": "give back the {} secured on {}",
    "refund": "refund {} to {}",
    "credit": "give {} as store credit, for {}",
}
_MOVED: Final[Mapping[MovementKind, str]] = {
    MovementKind.AUTHORIZED: "authorized {} on {}",
    MovementKind.CAPTURED: "captured {} from {}",
    MovementKind.CAPTURE_REVERSED: "the capture of {} from {} came to nothing",
    MovementKind.VOIDED: "let go of {} on {}",
    MovementKind.LAPSED: "{} on {} have run out",
    MovementKind.REFUNDED: "refunded {} to {}",
    MovementKind.REFUND_REVERSED: "the {} did not get back to {}",
    MovementKind.CREDITED: "gave {} as store credit, for {}",
    MovementKind.SETTLED_BY_HAND: "{} were paid back by hand, for {}",
    MovementKind.DISPUTED: "disputed: {} taken back to {}",
    MovementKind.DISPUTE_WON: "dispute won: {} of {} are back",
}


def _asked(kind: OperationKind, event: PaymentRequested, case: Case) -> str:
    amount = _money(case, event.minor)
    return _ASKED[kind].format(amount, _tender(case, event.payment_id))


def _recorded(event: PaymentRecorded, case: Case) -> str:
    said = [_moved(case, moved) for moved in event.movements]
    operation = case.placed.operations.get(event.operation_id)
    if operation is None:
        return "; ".join(said) or event.detail
    asked = _ASKED[operation.kind].format(
        _money(case, operation.minor), _tender(case, operation.payment_id)
    )
    match event.trigger:
        case OperationTrigger.WAIT:
            said.append(f"the bank will say later whether to {asked}")
        case OperationTrigger.LOSE:
            said.append(f"no answer on whether to {asked}: nobody knows yet")
        case OperationTrigger.ASK_CUSTOMER:
            said.append(f"the customer must act, to {asked}")
        case OperationTrigger.DECLINE if event.detail in {"lapsed", "voided"}:
            said.append(f"no longer waits to {asked}")
        case OperationTrigger.DECLINE:
            why = event.detail or "no reason given"
            said.append(f"declined to {asked}: {why}")
        case OperationTrigger.REVERSE:
            said.append(f"failed after all: {event.detail or 'no reason'}")
        case OperationTrigger.SUCCEED if not said:
            said.append(f"done: {asked}")
        case _:
            pass
    return "; ".join(said)


def _moved(case: Case, moved: Movement) -> str:
    amount = _money(case, moved.minor)
    return _MOVED[moved.kind].format(amount, _tender(case, moved.payment_id))


def _money(case: Case, minor: int) -> str:
    return str(Money.of_minor(minor, case.placed.placement.currency))


def _given_back(case: Case, minor: int) -> str:
    return f"; {_money(case, minor)} go back" if minor else ""


def _tender(case: Case, payment_id: str) -> str:
    """The kind of a means of payment, and its number if it has twins."""
    payments = case.placed.payments
    kinds = {p.payment_id: p.tender.kind for p in payments}
    kind = kinds.get(payment_id, "payment").replace("_", " ")
    twins = list(kinds.values()).count(kinds.get(payment_id, ""))
    return f"{kind} ({payment_id})" if twins > 1 else f"the {kind}"


def _ordered(case: Case) -> str:
    """What was ordered, by whom and how, in a few words."""
    placed = case.placed.placement
    lines = ", ".join(
        f"{line.quantity} x {line.sku}"
        + (f" ({line.kind})" if line.kind != "goods" else "")
        for line in placed.lines
    )
    said = [f"{lines}; {_money(case, placed.total_minor)}"]
    if placed.discount_minor:
        said.append(f"{_money(case, placed.discount_minor)} off")
    if placed.tax_minor:
        tax = "included" if placed.tax_included else "added"
        said.append(f"{_money(case, placed.tax_minor)} tax {tax}")
    if placed.shipping_minor:
        said.append(f"{_money(case, placed.shipping_minor)} for shipping")
    kinds = [t.kind.replace("_", " ") for t in case.placed.tenders]
    said.append(f"by {' and '.join(kinds)}" if kinds else "not paid yet")
    if placed.channel:
        said.append(f"through {placed.channel}")
    if placed.channel_number:
        said[-1] += f" ({placed.channel_number})"
    if placed.promised_by is not None:
        said.append(f"promised by {_date(placed.promised_by)}")
    return ", ".join(said)


def _screened(event: FraudScreened, case: Case) -> Told:
    judged = event.screening
    why = f": {judged.reason}" if judged.reason else ""
    # By far the most orders are waved through.
    order = case.placed
    usual = order.state is OrderState.PLACED and not order.holds
    return Told(
        f"judged for fraud: {judged.verdict}{why}",
        "order",
        detail=usual and judged.verdict == "accept",
    )


def _hold(event: HoldOpened | HoldReleased) -> Told:
    if isinstance(event, HoldReleased):
        note = f": {event.note}" if event.note else ""
        return Told(f"hold {event.hold_id} is released{note}", "order")
    hold = event.hold
    reason = hold.reason.replace("_", " ")
    blocks = " and ".join(hold.blocks)
    until = f", until {_date(hold.until)}" if hold.until is not None else ""
    note = f": {hold.note}" if hold.note else ""
    what = f"hold {hold.hold_id} ({reason}) blocks {blocks}{until}{note}"
    return Told(what, "order")


def _exception(event: ExceptionOpened | ExceptionResolved) -> Told:
    if isinstance(event, ExceptionResolved):
        how = event.remedy.value.replace("_", " ")
        what = f"settled {event.exception_id}, {how}: {event.note}"
        return Told(what, "order")
    why = event.item.contradiction
    kind = why.kind.value.replace("_", " ")
    what = (
        f"{event.item.exception_id} to be settled, {kind}: {why.expected}; "
        f"but {why.observed}"
    )
    return Told(what, "order")


# Stock


def _stock(event: ReservationEvent, case: Case) -> Told:
    held = event.reservation_id
    match event:
        case ReservationRequested():
            what = f"asks to hold {_demands(event.demands)}"
            return Told(what, "stock", detail=True)
        case ReservationBackordered():
            what = f"waits for {_demands(event.demands)}"
            return Told(what, "stock")
        case BackorderChecked():
            what = f"asks again for {_demands(event.demands)}"
            return Told(what, "stock", detail=True)
        case BackorderReduced():
            what = f"waits for {_units(case, event.quantities)} less"
            return Told(what, "stock")
        case StockHeld():
            return Told(_held(event), "stock")
        case StockRefused():
            found = ", ".join(
                f"{short.available} of {short.wanted} {short.sku}"
                for short in event.shortages
            )
            return Told(f"not enough: there is {found}", "stock")
        case AllocationRequested():
            what = f"asks to keep reservation {held} for good"
            return Told(what, "stock", detail=True)
        case StockAllocated():
            return Told(f"reservation {held} is the order's for good", "stock")
        case StockLost():
            why = event.reason or "the hold had run out"
            return Told(f"reservation {held} is lost: {why}", "stock")
        case StockConsumed():
            how = "written off" if event.written_off else "off the shelf"
            return Told(f"{how}: {_items(event.items)}", "stock", detail=True)
        case StockReleaseRequested():
            what = f"gives back {_items(event.items)}"
            return Told(what, "stock", detail=True)
        case StockReleased():
            what = f"what reservation {held} gave back is on the shelf"
            return Told(what, "stock")
        case ReservationExpired():
            what = f"the hold on {_items(event.items)} has run out"
            return Told(what, "stock")
        case StockContradicted():
            return Told(event.contradiction.observed, "stock")
        case _:
            assert_never(event)


def _held(event: StockHeld) -> str:
    said = []
    if event.items:
        said.append(f"held {_items(event.items)}")
    if event.short:
        said.append(f"not there: {_demands(event.short)}")
    return "; ".join(said)


def _demands(demands: Iterable[Demand]) -> str:
    return ", ".join(f"{each.quantity} x {each.sku}" for each in demands)


def _items(items: Iterable[StockItem]) -> str:
    return ", ".join(
        f"{each.quantity} x {each.sku} at {each.place}" for each in items
    )


# Shipments


def _shipment(event: ShipmentEvent, case: Case) -> Told:
    sent = event.shipment_id
    detail = False
    match event:
        case ShipmentPlanned():
            whose = f", of {event.seller}" if event.seller else ""
            units = _units(case, event.items)
            what = f"planned from {event.place}{whose}: {units}"
        case ShipmentPicked():
            what = f"picked {_units(case, event.items)}"
            if event.short:
                what += f"; {_units(case, event.short)} not found"
        case ShipmentPacked():
            what = f"packed: {_parcels(event.parcels)}"
        case LabelRequested():
            what, detail = "a label is being bought", True
        case LabelBought():
            what = f"label bought: {_label(event.label)}"
        case LabelFailed():
            what = f"no label: {_code(event.code, event.detail)}"
        case LabelVoidRequested():
            what, detail = "its label is being given back", True
        case LabelVoidRejected():
            what = f"its label was not taken back: {event.reason}"
        case ShipmentDispatched():
            what = "has left the building"
        case ShipmentScanned():
            what = _scanned(event)
        case ShipmentCancelled():
            why = f": {event.reason}" if event.reason else ""
            what = f"is not sent{why}"
        case InterceptRequested():
            what, detail = "the carrier is asked to bring it back", True
        case InterceptAnswered():
            will = "will try" if event.accepted else "refuses"
            why = f": {event.reason}" if event.reason else ""
            what = f"the carrier {will} to bring it back{why}"
        case ShipmentWrittenOff():
            back = ", the goods are on the shelf" if event.operation_id else ""
            what = f"its file is closed{back}"
        case _:
            assert_never(event)
    return Told(f"{sent}: {what}", "shipment", detail=detail)


def _scanned(event: ShipmentScanned) -> str:
    scan = event.scan
    said = scan.status.value.replace("_", " ")
    if scan.detail:
        said += f", {scan.detail}"
    if scan.correction:
        said += " (a correction)"
    if event.after is event.before and scan.status not in _COMMENTS:
        state = event.after.value.replace("_", " ")
        said += f", as of {_date(scan.at)}: it stays {state}"
    return said


_COMMENTS: Final = frozenset(
    (ScanStatus.LABEL_CREATED, ScanStatus.DELAYED, ScanStatus.EXCEPTION)
)
"""Scans that say nothing of where the goods are."""


def _label(label: Label) -> str:
    carrier = label.carrier.replace("_", " ")
    cost = f", {label.cost}" if label.cost is not None else ""
    return f"{carrier} {label.tracking_number}{cost}"


def _parcels(parcels: Iterable[Parcel]) -> str:
    said = []
    for parcel in parcels:
        sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
        size = f", {'x'.join(map(str, sides))} mm" if any(sides) else ""
        said.append(f"{parcel.weight_g} g{size}")
    return " and ".join(said)


def _code(code: str, detail: str) -> str:
    return f"{code}, {detail}" if detail else code


# Returns


def _return(event: ReturnEvent, case: Case) -> Told:
    back = event.return_id
    detail = False
    match event:
        case ReturnRequested():
            units = _units(case, {x.line_id: x.quantity for x in event.lines})
            wish = event.resolution.replace("_", " ")
            reason = event.reason.replace("_", " ")
            what = f"asked to give back {units} ({reason}), for {wish}"
        case ReturnApproved():
            keep = ", and the goods may stay" if event.keep_items else ""
            what = f"approved{keep}: {event.explanation}"
        case ReturnDeclined():
            what = f"declined: {event.explanation}"
        case ReturnCancelled():
            what = "the customer keeps the goods after all"
        case ReturnExpired():
            what = "nothing came in time"
        case ReturnLabelRequested():
            what, detail = "a label is being bought", True
        case ReturnLabelIssued():
            what = f"label for the way back: {_label(event.label)}"
        case ReturnLabelFailed():
            what = f"no label: {_code(event.code, event.detail)}"
        case ReturnHandedIn():
            what = "the goods are on their way back"
        case ReturnParcelReceived():
            what = _received(event, case)
        case ReturnReceivingEnded():
            what, detail = "nothing more is awaited", True
        case ReturnInspected():
            what = "inspected: " + ", ".join(
                f"{found.quantity} x {_sku(case, found.line_id)} "
                f"{found.condition.replace('_', ' ')}, to "
                f"{found.disposition.replace('_', ' ')}"
                for found in event.findings
            )
        case DispositionChanged():
            before = event.before.replace("_", " ")
            after = event.after.replace("_", " ")
            what = (
                f"{event.quantity} x {_sku(case, event.line_id)} moved from "
                f"{before} to {after}"
            )
        case ReturnResolved():
            what, detail = "its refund is granted", True
        case ReturnClosed():
            what = "closed: the money is through"
        case _:
            assert_never(event)
    return Told(f"{back}: {what}", "return", detail=detail)


def _received(event: ReturnParcelReceived, case: Case) -> str:
    brought = [_units(case, event.quantities)] if event.quantities else []
    brought += [f"{x.quantity} x {x.sku}" for x in event.unexpected]
    inside = ", ".join(brought) or "nothing"
    return f"parcel {event.parcel_id} came with {inside}"


def _units(case: Case, quantities: Mapping[str, int]) -> str:
    said = [
        f"{units} x {_sku(case, line_id)}"
        for line_id, units in quantities.items()
    ]
    return ", ".join(said) or "nothing"


def _sku(case: Case, line_id: str) -> str:
    for line in case.placed.placement.lines:
        if line.line_id == line_id:
            return line.sku
    return f"line {line_id}"


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
