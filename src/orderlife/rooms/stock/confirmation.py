"""What leads from a placed order to a confirmed one.

Its stock is held, its money is secured, it is screened for fraud, and
then it is confirmed: its stock is allocated.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    BeginClosing,
    Confirm,
    FraudScreened,
    LiftHold,
    OrderConfirmed,
    OrderPlaced,
    PlaceHold,
    RecordScreening,
    RecordUnits,
)
from orderlife.rooms.order.readings import blocked, is_wanted
from orderlife.rooms.order.terms import screening
from orderlife.rooms.payment.ledger import is_secured
from orderlife.rooms.payment.messages import (
    AwaitPayment,
    RequestAuthorizations,
    RequestPayment,
)
from orderlife.rooms.payment.process import capture
from orderlife.rooms.payment.terms import payment_due
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import AllocateStock, ReserveStock
from orderlife.rooms.stock.process import allocate, reserve
from orderlife.rooms.stock.readings import WORKED_ON, uncovered

__all__ = [
    "confirmed",
    "nothing_wanted",
    "placed",
    "screened",
    "towards_confirmation",
]


def placed(
    case: Case, event: OrderPlaced, context: Context
) -> Iterator[
    AwaitPayment | ReserveStock | RequestAuthorizations | OpenException
]:
    """Set the date to pay by, and hold the stock."""
    order = case.placed
    due = payment_due(context.policy, order, context.now)
    yield from due.faults
    yield AwaitPayment(until=due.answer)
    wanted = {line: units.wanted for line, units in order.units.items()}
    steps = list(reserve(case, context, wanted))
    yield from steps
    if not steps:
        yield RequestAuthorizations(notify=order.notify)


def confirmed(
    case: Case, event: OrderConfirmed, context: Context
) -> Iterator[AllocateStock | RecordUnits | RequestPayment | OpenException]:
    """Allocate the stock; deliver what needs no carrier."""
    order = case.placed
    yield from allocate(case)
    digital = {
        line.line_id: units
        for line in order.placement.lines
        if line.kind == "digital"
        and (units := order.units[line.line_id].wanted)
    }
    if digital:
        for counter in ("shipped", "delivered"):
            yield RecordUnits(
                counter=counter,
                quantities=digital,
                subject=order.order_id,
            )
    alone = len(order.of_kind("charge")) == len(order.placement.lines)
    if context.policy.capture == "confirmation" or alone:
        yield from capture(case, context, order.order_id)


def screened(
    case: Case, event: FraudScreened, context: Context
) -> Iterator[LiftHold | PlaceHold | AllocateStock | BeginClosing]:
    """Go on, wait for a person, or reject the order."""
    order = case.placed
    if order.state is OrderState.CANCELLING:
        return  # the order is ending already
    screening = order.screening
    if screening is None or screening.verdict == "accept":
        for hold in order.holds:
            if hold.reason == "fraud":
                yield LiftHold(hold_id=hold.hold_id, note="accepted")
    elif screening.verdict == "review" or order.has_left:
        within = context.policy.review_within
        yield PlaceHold(
            reason="fraud",
            blocks=("confirm", "dispatch"),
            note=screening.reason,
            until=context.now + within if within is not None else None,
        )
        # The hold of paid stock must not run out during a review.
        yield from allocate(case)
    elif order.state in WORKED_ON:
        yield BeginClosing(reason="fraud", ends_in=OrderState.REJECTED)


def towards_confirmation(
    case: Case, context: Context
) -> list[
    BeginClosing | ReserveStock | RecordScreening | Confirm | OpenException
]:
    """Confirm a placed order once it is secured, reserved and free."""
    order = case.placed
    if not is_wanted(order):
        return [nothing_wanted(context)]
    if not is_secured(order):
        return []
    reservations = case.reservations.values()
    if any(r.state is ReservationState.REQUESTED for r in reservations):
        return []
    wanted = {line.line_id: line.quantity for line in order.placement.lines}
    missing = uncovered(case, wanted)
    again = list(reserve(case, context, missing)) if missing else []
    if again:
        return [*again]  # the hold had run out before the payment
    if order.screening is None:
        judged = screening(context.policy, order)
        return [*judged.faults, RecordScreening(screening=judged.answer)]
    if order.screening.verdict == "reject":
        return [BeginClosing(reason="fraud", ends_in=OrderState.REJECTED)]
    return [] if blocked(order, "confirm") else [Confirm()]


def nothing_wanted(context: Context) -> BeginClosing:
    """Close an order of which all units were cancelled."""
    return BeginClosing(
        reason="other", ends_in=OrderState.CANCELLED, notify=context.notify
    )
