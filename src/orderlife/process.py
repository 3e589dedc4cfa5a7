"""The whole choreography: which event asks for which next step.

``react`` answers each event.  ``at_rest`` looks at the case when no
event is left to answer, for what depends on several things at once:
confirming, completing, reopening, and the end of a cancellation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from orderlife import reactions
from orderlife._kernel.case import AnyEvent, Case
from orderlife._kernel.messages import ExceptionKind, Fact, Step
from orderlife.planning import (
    Context,
    blocked,
    plan_shipments,
    quantities_of,
    queue_up,
    release_lines,
    reserve,
    send_ready,
    uncovered,
)
from orderlife.policy import consult
from orderlife.remedy import settle
from orderlife.rooms.order.ledger import is_secured
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    AuthorityUsed,
    BeginClosing,
    CancellationAbandoned,
    Complete,
    Confirm,
    ExceptionResolved,
    FraudScreened,
    LinesCancelled,
    OpenException,
    OrderConfirmed,
    OrderPlaced,
    PaymentAwaited,
    PaymentRecorded,
    PaymentRequested,
    RecordScreening,
    RefundGranted,
    Reopen,
    RequestPayment,
    TenderOffered,
    UnitsRecorded,
)
from orderlife.rooms.order.model import Order
from orderlife.rooms.returns.messages import (
    ReturnApproved,
    ReturnInspected,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnParcelReceived,
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
)
from orderlife.rooms.shipment.messages import (
    LabelBought,
    LabelFailed,
    LabelRequested,
    LabelVoidRejected,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentPlanned,
    ShipmentScanned,
)
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderReduced,
    ReservationBackordered,
    ReservationRequested,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleaseRequested,
)
from orderlife.securing import secure_rest
from orderlife.settling import (
    capture,
    close_returns,
    completed_because,
    credit_or_refund,
    perform_services,
    resolve_returns,
    unwind,
    void_rest,
)

__all__ = [
    "QUIET",
    "at_rest",
    "react",
]

_S = OrderState


QUIET: Final = frozenset(
    (
        AllocationRequested,
        AuthorityUsed,
        LabelRequested,
        PaymentAwaited,
        PaymentRequested,
        ReservationRequested,
        ReturnApproved,
        ReturnInspected,
        ReturnReceivingEnded,
        ReturnResolved,
        ShipmentPacked,
        ShipmentPlanned,
    )
)
"""What happens in every life, and nothing follows from by itself."""


def react(
    case: Case, event: AnyEvent, context: Context
) -> Iterator[Step | Fact]:
    """Say what an event that was just recorded asks for next."""
    match event:
        # Placed: hold the stock, then ask for the money.
        case OrderPlaced():
            yield from reactions.placed(case, context)
        case StockHeld():
            yield from reactions.held(case, event, context)
        case ReservationBackordered():
            yield reactions.waits(
                event.reservation_id, quantities_of(event.demands)
            )
        case StockRefused():
            yield from reactions.refused(case, event)
        case TenderOffered():
            yield from reactions.offered(case, event, context)
        case PaymentRecorded():
            yield from reactions.paid(case, event, context)
        case FraudScreened():
            yield from reactions.screened(case, context)
        # Confirmed: the stock is the order's, shipments are planned.
        case OrderConfirmed():
            yield from reactions.confirmed(case, context)
        case StockAllocated():
            yield from reactions.allocated(case, event)
        case StockLost():
            yield from reactions.lost(case, event, context)
        case BackorderReduced():
            yield reactions.waits_less(event.reservation_id, event.quantities)
        case StockReleaseRequested() | StockConsumed():
            yield from reactions.taken_off(case, event)
        case StockContradicted():
            yield OpenException(event.contradiction)
        # On its way: count units, take goods off the stock, and money.
        case ShipmentPicked():
            yield from reactions.picked(case, event)
        case LabelFailed() | ReturnLabelFailed():
            yield from reactions.label_failed(case, event)
        case LabelBought() | ReturnLabelIssued():
            yield from reactions.labelled(case, event)
        case LabelVoidRejected():
            yield from reactions.too_late(case, event)
        case ShipmentDispatched():
            yield from reactions.left(case.shipments[event.shipment_id])
        case ShipmentScanned():
            yield from reactions.scanned(case, event)
        case UnitsRecorded(counter="shipped", undo=False):
            if context.policy.capture == "dispatch":
                yield from capture(case, context, event.subject)
        # Called off: give back what was taken.
        case LinesCancelled():
            if event.refund_minor:
                yield from credit_or_refund(
                    case,
                    context,
                    case.order_id,
                    event.refund_minor,
                    as_credit=False,
                    reason=event.reason,
                    notify=context.notify,
                )
            yield from reactions.called_off(case, event, context)
        case CancellationAbandoned():
            yield from reactions.resumed(case)
        case RefundGranted():
            yield from credit_or_refund(
                case,
                context,
                event.subject,
                event.minor,
                as_credit=event.as_credit,
                reason=event.reason,
                notify=event.notify,
                payments=event.payments,
                refund_order=event.refund_order,
            )
        # Coming back: judge, receive, inspect, refund.
        case ReturnRequested():
            yield from reactions.judged(case, event, context)
        case ReturnParcelReceived():
            yield from reactions.came_back(case, event)
        # Settled by a person.
        case ExceptionResolved():
            yield from settle(case, event, context)
            yield from reactions.given_up(case, event)
        case _:
            pass  # nothing follows from it by itself


def at_rest(case: Case, context: Context) -> Sequence[Step]:
    """Say what the case as a whole asks for, when no event is left.

    Whatever it asks for changes the case, or it would never rest.
    """
    order = case.placed
    match order.state:
        case _S.PLACED:
            return list(_towards_confirmation(case, order, context))
        case _S.CONFIRMED:
            return _onwards(case, order, context)
        case _S.COMPLETED:
            why = completed_because(case)
            return [Reopen(why=why)] if why else []
        case _S.CANCELLING:
            return unwind(case)
        case _S.DRAFT | _S.CANCELLED | _S.EXPIRED | _S.REJECTED:
            return []
        case _:
            assert_never(order.state)


def _onwards(case: Case, order: Order, context: Context) -> Sequence[Step]:
    """Move a confirmed order on, one matter after the other."""
    if not (_is_wanted(order) or order.has_left):
        return [_nothing_wanted(context)]
    steps = (
        release_lines(case)
        or queue_up(case, context)
        or plan_shipments(case, context)
        or send_ready(case)
        or secure_rest(case, context)
        or perform_services(case)
        or resolve_returns(case, context)
        or [*close_returns(case), *void_rest(case)]
        or reactions.follow_up(case, context)
        or reactions.unattended(case)
    )
    if not steps and not completed_because(case):
        return [Complete()]
    return steps


def _is_wanted(order: Order) -> bool:
    return any(units.wanted for units in order.main_units.values())


def _nothing_wanted(context: Context) -> BeginClosing:
    return BeginClosing(
        reason="other", ends_in=_S.CANCELLED, notify=context.notify
    )


def _towards_confirmation(
    case: Case, order: Order, context: Context
) -> Iterator[Step]:
    """Confirm a placed order once it is secured, reserved and free."""
    if not _is_wanted(order):
        yield _nothing_wanted(context)
        return
    if not is_secured(order):
        return
    held = case.reservations.values()
    if any(one.state is ReservationState.REQUESTED for one in held):
        return
    wanted = {line.line_id: line.quantity for line in order.placement.lines}
    missing = uncovered(case, wanted)
    again = list(reserve(case, context, missing)) if missing else []
    if again:
        yield from again  # its hold had run out before it was paid
    elif order.screening is None:
        judged = consult.screening(context.policy, order)
        yield from judged.faults
        yield RecordScreening(screening=judged.answer)
    elif order.screening.verdict == "reject":
        yield BeginClosing(reason="fraud", ends_in=_S.REJECTED)
    elif not blocked(order, "confirm"):
        yield Confirm()


def capture_early(case: Case, context: Context) -> list[Step]:
    """Take what all wanted units cost, before they leave.

    What is not authorised is for whoever asks to hear, not for an item.
    """
    steps = [
        step
        for step in capture(case, context, case.order_id, early=True)
        if not _is_missing(step)
    ]
    asked = any(isinstance(step, RequestPayment) for step in steps)
    return steps if asked else []


def _is_missing(step: Step) -> bool:
    return isinstance(step, OpenException) and (
        step.contradiction.kind is ExceptionKind.CAPTURE_FAILED
    )
