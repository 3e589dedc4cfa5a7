"""What follows for the stock, and from what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import (
    Contradiction,
    ExceptionKind,
    Quantities,
    Remedy,
)
from orderlife.policy import consult
from orderlife.ports.inventory import (
    Demand,
    InLine,
    InventoryOutcome,
    StockGone,
    StockShort,
)
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.exceptions.opening import unmatched
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    BeginClosing,
    CancelUnits,
    Confirm,
    FraudScreened,
    LiftHold,
    OrderConfirmed,
    OrderPlaced,
    PlaceHold,
    RecordScreening,
    RecordUnits,
)
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.readings import blocked, is_wanted
from orderlife.rooms.payment.ledger import is_secured
from orderlife.rooms.payment.messages import (
    AwaitPayment,
    RequestAuthorizations,
    RequestPayment,
)
from orderlife.rooms.payment.process import capture
from orderlife.rooms.stock.lifecycle import (
    RESERVATION,
    ReservationState,
    ReservationTrigger,
)
from orderlife.rooms.stock.messages import (
    AllocateStock,
    BackorderReduced,
    CheckBackorder,
    ExpireStock,
    FillBackorder,
    ReleaseStock,
    ReservationBackordered,
    ReserveStock,
    StockAllocated,
    StockArrived,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleaseRequested,
    StockReported,
)
from orderlife.rooms.stock.readings import quantities_of, uncovered

__all__ = [
    "allocated",
    "arrived",
    "backorder_checks",
    "backordered",
    "check_again",
    "check_now",
    "confirmed",
    "contradicted",
    "fill",
    "given_up",
    "held",
    "hold_ends",
    "is_ours",
    "lost",
    "not_there",
    "nothing_wanted",
    "placed",
    "queue_up",
    "reduced",
    "refused",
    "reserve",
    "run_out",
    "screened",
    "stray_report",
    "taken_off",
    "towards_confirmation",
]

_WORKED_ON = frozenset((OrderState.PLACED, OrderState.CONFIRMED))
"""The states in which an order asks for stock."""
_NO: Final[Mapping[str, InventoryOutcome]] = {
    "reserve": StockShort(shortages=()),
    "allocate": StockGone("given up"),
    "release": StockGone("given up"),
}
"""What is taken for the answer to what a person waits for no longer."""
_CHECKS_MISSED = 7
"""For how many checks that did not come a place in line is kept."""


# Asking for stock


def reserve(
    case: Case,
    context: Context,
    quantities: Quantities,
    *,
    backordered: bool = False,
) -> Iterator[ReserveStock | OpenException]:
    """Ask for stock for some units of the order's lines."""
    order = case.placed
    policy = context.policy
    if order.state not in _WORKED_ON:
        return
    demands = tuple(
        Demand(
            line_id=line.line_id,
            sku=line.sku,
            quantity=quantities[line.line_id],
            place=line.place,
        )
        for line in order.placement.lines
        if line.kind == "goods" and quantities.get(line.line_id, 0) > 0
    )
    if not demands:
        return
    due = order.payment_due_at
    if due is None:
        asked = consult.payment_due(policy, order, context.now)
        due = asked.answer
        yield from asked.faults
    yield ReserveStock(
        reservation_id=f"{case.order_id}-r{len(case.reservations) + 1}",
        demands=demands,
        until=max(due, context.now + policy.payment_within)
        + policy.hold_grace,
        partial=policy.backorder,
        backordered=backordered,
        check_at=context.now + policy.backorder_check,
    )


def check_now(
    case: Case, reservation_id: str, context: Context
) -> CheckBackorder:
    """Ask again for what a reservation waits for, and until when."""
    policy, now = context.policy, context.now
    in_line = None
    if _may_use_it(case.placed):
        in_line = InLine(
            since=case.placed.placed_at or now,
            until=now + policy.backorder_check * _CHECKS_MISSED,
        )
    return CheckBackorder(
        reservation_id=reservation_id,
        until=now + policy.payment_within + policy.hold_grace,
        check_at=now + policy.backorder_check,
        in_line=in_line,
    )


def _may_use_it(order: Order) -> bool:
    """Whether an order keeps goods from others while it waits.

    One that is not paid for, or is held, could not send them: it takes
    what nobody in line can use, and its place when it can.
    """
    return (
        order.state is OrderState.CONFIRMED
        and not blocked(order, "dispatch")
        and is_secured(order)
    )


def _allocate(case: Case) -> Iterator[AllocateStock]:
    for reservation in case.reservations.values():
        there = reservation.items and RESERVATION.can(
            reservation.state, ReservationTrigger.ALLOCATE
        )
        if there and not reservation.pending:
            yield AllocateStock(reservation_id=reservation.reservation_id)


def fill(
    case: Case, command: FillBackorder, context: Context
) -> list[CheckBackorder]:
    """Ask for what is waited for, as when goods have come in."""
    reservation = case.reservation(command.reservation_id)
    return [check_now(case, reservation.reservation_id, context)]


def arrived(
    case: Case, fact: StockArrived, context: Context
) -> list[CheckBackorder | OpenException]:
    """Ask for what is there, if it is still waited for."""
    reservation = case.reservations.get(fact.reservation_id)
    if reservation is None:
        return [_stray(fact, "StockArrived")]
    waits = reservation.state is ReservationState.BACKORDERED
    if not waits or reservation.items or reservation.pending:
        return []  # it is being asked for, or not wanted any more
    return [check_now(case, fact.reservation_id, context)]


def stray_report(
    case: Case, fact: StockReported, context: Context
) -> list[OpenException]:
    """Keep an answer about a reservation that nobody knows."""
    return [_stray(fact, "StockReported", type(fact.outcome).__name__)]


def _stray(
    fact: StockArrived | StockReported, what: str, outcome: str = ""
) -> OpenException:
    subject = fact.reservation_id
    observed = f"{what} about {subject or 'nothing'}"
    return unmatched(
        fact.order_id,
        subject,
        f"{observed}: {outcome}" if outcome else observed,
    )


# Placed and confirmed: the stock is held, and then the order's


def placed(
    case: Case, event: OrderPlaced, context: Context
) -> Iterator[
    AwaitPayment | ReserveStock | RequestAuthorizations | OpenException
]:
    """Set the date to pay by, and hold the stock."""
    order = case.placed
    due = consult.payment_due(context.policy, order, context.now)
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
    yield from _allocate(case)
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
    """Go on, wait for a person, or call it off."""
    order = case.placed
    if order.state is OrderState.CANCELLING:
        return  # it ends anyway
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
        # Paid-for stock must not run out while somebody thinks.
        yield from _allocate(case)
    elif order.state in _WORKED_ON:
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
        return [*again]  # its hold had run out before it was paid
    if order.screening is None:
        judged = consult.screening(context.policy, order)
        return [*judged.faults, RecordScreening(screening=judged.answer)]
    if order.screening.verdict == "reject":
        return [BeginClosing(reason="fraud", ends_in=OrderState.REJECTED)]
    return [] if blocked(order, "confirm") else [Confirm()]


# What the stock keeper answers


def _waits(reservation_id: str, quantities: Quantities) -> RecordUnits:
    """Count units that the order has to wait for."""
    return RecordUnits(
        counter="backordered", quantities=quantities, subject=reservation_id
    )


def _waits_less(reservation_id: str, quantities: Quantities) -> RecordUnits:
    """Count units that the order need not wait for any more."""
    return RecordUnits(
        counter="backordered",
        quantities=quantities,
        subject=reservation_id,
        undo=True,
    )


def held(
    case: Case, event: StockHeld, context: Context
) -> Iterator[
    RecordUnits
    | ReserveStock
    | RequestAuthorizations
    | AllocateStock
    | OpenException
]:
    """Wait for what is short; ask for the money, or allocate."""
    reservation = case.reservations[event.reservation_id]
    if RESERVATION.is_terminal(reservation.state):
        return  # it is on its way back already
    short = quantities_of(event.short)
    if not event.items:
        yield _waits(reservation.reservation_id, short)
    elif short:
        if reservation.waited:
            yield _waits_less(reservation.reservation_id, short)
        yield from reserve(case, context, short, backordered=True)
    if case.placed.state is OrderState.PLACED:
        yield RequestAuthorizations(notify=case.placed.notify)
    elif case.placed.state is OrderState.CONFIRMED and event.items:
        yield AllocateStock(reservation_id=event.reservation_id)


def backordered(
    case: Case, event: ReservationBackordered, context: Context
) -> list[RecordUnits]:
    """Count what has to be waited for."""
    return [_waits(event.reservation_id, quantities_of(event.demands))]


def reduced(
    case: Case, event: BackorderReduced, context: Context
) -> list[RecordUnits]:
    """Count what need not be waited for any more."""
    return [_waits_less(event.reservation_id, event.quantities)]


def refused(
    case: Case, event: StockRefused, context: Context
) -> Iterator[BeginClosing | OpenException]:
    """Reject what was only placed; else somebody must decide."""
    reservation = case.reservations[event.reservation_id]
    if reservation.state is ReservationState.BACKORDERED:
        return  # asked again at its next date
    if case.placed.state is OrderState.PLACED:
        yield BeginClosing(reason="inventory", ends_in=OrderState.REJECTED)
    elif case.placed.state is OrderState.CONFIRMED:
        found = ", ".join(
            f"{s.available} of {s.wanted} {s.sku}" for s in event.shortages
        )
        yield OpenException(
            Contradiction(
                ExceptionKind.STOCK_LOST,
                event.reservation_id,
                f"stock for reservation {event.reservation_id}",
                f"there is {found}",
                quantities_of(reservation.demands),
            )
        )


def allocated(
    case: Case, event: StockAllocated, context: Context
) -> Iterator[RecordUnits]:
    """Count the units as the order's."""
    reservation = case.reservations[event.reservation_id]
    if reservation.waited:
        yield _waits_less(
            reservation.reservation_id, quantities_of(reservation.demands)
        )
    yield RecordUnits(
        counter="allocated",
        quantities=quantities_of(reservation.items),
        subject=reservation.reservation_id,
    )


def lost(
    case: Case, event: StockLost, context: Context
) -> Iterator[RecordUnits | ReserveStock | OpenException]:
    """Ask anew for stock whose hold had run out."""
    reservation = case.reservations[event.reservation_id]
    demands = quantities_of(reservation.demands)
    if reservation.waited and not reservation.leaving:
        yield _waits_less(reservation.reservation_id, demands)
    yield from reserve(case, context, uncovered(case, demands))


def taken_off(
    case: Case, event: StockReleaseRequested | StockConsumed, context: Context
) -> Iterator[RecordUnits]:
    """Uncount what is not the order's any more; what is shipped stays."""
    reservation = case.reservations[event.reservation_id]
    quantities = quantities_of(event.items)
    if isinstance(event, StockConsumed):
        counted = event.written_off
    else:
        counted = reservation.state is ReservationState.ALLOCATED
    if counted:
        yield RecordUnits(
            counter="allocated",
            quantities=quantities,
            subject=event.reservation_id,
            undo=True,
        )
    elif reservation.state is ReservationState.BACKORDERED:
        yield _waits_less(event.reservation_id, quantities)


def contradicted(
    case: Case, event: StockContradicted, context: Context
) -> list[OpenException]:
    """Ask a person about what nobody has asked for."""
    return [OpenException(event.contradiction)]


# At rest


def queue_up(case: Case, context: Context) -> Sequence[CheckBackorder]:
    """Take one's place in line, or leave it to those who can use it."""
    waiting = [
        reservation
        for reservation in case.reservations.values()
        if reservation.state is ReservationState.BACKORDERED
        and not (reservation.items or reservation.pending)
    ]
    if not waiting:
        return ()
    in_line = _may_use_it(case.placed)
    return [
        check_now(case, reservation.reservation_id, context)
        for reservation in waiting
        if in_line is (reservation.in_line is None)
    ]


def nothing_wanted(context: Context) -> BeginClosing:
    """Close an order of which all was called off."""
    return BeginClosing(
        reason="other", ends_in=OrderState.CANCELLED, notify=context.notify
    )


# Dates


def hold_ends(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When stock is held no longer, unless it is being answered."""
    if case.placed.state not in _WORKED_ON:
        return
    for reservation in case.reservations.values():
        held_now = reservation.state is ReservationState.HELD
        if held_now and reservation.items and not reservation.pending:
            yield reservation.reservation_id, reservation.until


def run_out(
    case: Case, reservation_id: str, context: Context
) -> list[ExpireStock | AllocateStock]:
    """Give back what is not paid for; what is never runs out."""
    order = case.placed
    if order.state is OrderState.PLACED and not is_secured(order):
        return [ExpireStock(reservation_id=reservation_id)]
    return [AllocateStock(reservation_id=reservation_id)]


def backorder_checks(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When to ask again for what is waited for."""
    if case.placed.state not in _WORKED_ON:
        return
    for reservation in case.reservations.values():
        waits = reservation.state is ReservationState.BACKORDERED
        if waits and not (reservation.items or reservation.pending):
            yield reservation.reservation_id, reservation.check_at


def check_again(
    case: Case, reservation_id: str, context: Context
) -> list[CheckBackorder]:
    """Ask once more for what is waited for."""
    return [check_now(case, reservation_id, context)]


# Settled by a person


def not_there(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[ReserveStock | CancelUnits | OpenException]:
    """Ask for missing stock again, or call its units off.

    Some of them may have been cancelled or found meanwhile.
    """
    left = uncovered(case, item.contradiction.quantities)
    if item.remedy is not Remedy.REFUND:
        yield from reserve(case, context, left)
    elif left:
        yield CancelUnits(quantities=left, reason="inventory")


def given_up(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[ReleaseStock | StockReported]:
    """Wait no longer for what somebody takes for not having happened.

    It is as if the answer were no; should it be yes after all, that is
    recorded as any late answer is.
    """
    operation_id = item.contradiction.subject
    subject, _, kind = operation_id.rpartition(":")[0].rpartition(":")
    if kind == "allocate":
        # Should it have happened after all, it is let go of.
        yield ReleaseStock(reservation_id=subject)
    outcome = _NO.get(kind)
    if outcome is not None:
        yield StockReported(
            order_id=case.order_id,
            reservation_id=subject,
            operation_id=operation_id,
            outcome=outcome,
        )


def is_ours(case: Case, operation_id: str) -> bool:
    """Whether an operation is one of a reservation's."""
    subject = operation_id.rpartition(":")[0].rpartition(":")[0]
    return subject in case.reservations
