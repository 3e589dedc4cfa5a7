"""The sentences of an order's events in a timeline."""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event
from orderlife._kernel.sentences import Told
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
    OrderExpired,
    OrderPlaced,
    OrderRejected,
    OrderReopened,
    UnitsRecorded,
)
from orderlife.rooms.sentences import date, money, spaced, units

__all__ = ["tell"]


def tell(event: Event, case: Case) -> Told | None:
    """The sentence of an event of the order; None: it is of another room."""
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
            reason = spaced(event.closing.reason)
            what = f"being called off ({reason}): goods and money go back"
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
            called_off = units(case, event.quantities)
            back = _given_back(case, event.refund_minor)
            reason = spaced(event.reason)
            what = f"called off {called_off} ({reason}){back}"
            return Told(what, "order")
        case UnitsRecorded():
            no_longer = "no longer " if event.undo else ""
            counted = units(case, event.quantities)
            what = f"counts {counted} as {no_longer}{event.counter}"
            return Told(what, "order", detail=True)
        case FraudScreened():
            return _screened(event, case)
        case HoldOpened():
            return Told(_held(event), "order")
        case HoldReleased():
            note = f": {event.note}" if event.note else ""
            what = f"hold {event.hold_id} is released{note}"
            return Told(what, "order")
        case FollowUpScheduled():
            what = f"to be asked how it was, on {date(event.at)}"
            return Told(what, "order", detail=True)
        case FollowUpSent():
            return Told("asks the customer how it was", "order")
        case AuthorityUsed():
            amount = money(case, event.minor)
            what = f"counts {amount} as moved by {event.actor}"
            return Told(what, "payment", detail=True)
        case _:
            return None


def _ordered(case: Case) -> str:
    """The lines and the terms of an order, in a few words."""
    placed = case.placed.placement
    lines = ", ".join(
        f"{line.quantity} x {line.sku}"
        + (f" ({line.kind})" if line.kind != "goods" else "")
        for line in placed.lines
    )
    said = [f"{lines}; {money(case, placed.total_minor)}"]
    if placed.discount_minor:
        said.append(f"{money(case, placed.discount_minor)} off")
    if placed.tax_minor:
        tax = "included" if placed.tax_included else "added"
        said.append(f"{money(case, placed.tax_minor)} tax {tax}")
    if placed.shipping_minor:
        said.append(f"{money(case, placed.shipping_minor)} for shipping")
    kinds = [spaced(tender.kind) for tender in case.placed.tenders]
    said.append(f"by {' and '.join(kinds)}" if kinds else "not paid yet")
    if placed.channel:
        said.append(f"through {placed.channel}")
    if placed.channel_number:
        said[-1] += f" ({placed.channel_number})"
    if placed.promised_by is not None:
        said.append(f"promised by {date(placed.promised_by)}")
    return ", ".join(said)


def _given_back(case: Case, minor: int) -> str:
    return f"; {money(case, minor)} go back" if minor else ""


def _screened(event: FraudScreened, case: Case) -> Told:
    judged = event.screening
    why = f": {judged.reason}" if judged.reason else ""
    # Most orders are accepted without a review.
    order = case.placed
    usual = order.state is OrderState.PLACED and not order.holds
    return Told(
        f"judged for fraud: {judged.verdict}{why}",
        "order",
        detail=usual and judged.verdict == "accept",
    )


def _held(event: HoldOpened) -> str:
    hold = event.hold
    blocks = " and ".join(hold.blocks)
    until = f", until {date(hold.until)}" if hold.until is not None else ""
    note = f": {hold.note}" if hold.note else ""
    reason = spaced(hold.reason)
    return f"hold {hold.hold_id} ({reason}) blocks {blocks}{until}{note}"
