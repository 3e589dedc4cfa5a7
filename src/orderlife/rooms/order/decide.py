"""What an order answers to a command, a fact or a step.

A command that cannot be followed raises: ``IllegalTransitionError`` or
``NotAllowedError`` by the order's state, ``ValidationError`` by a field.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Quantities
from orderlife._values.addresses import doubts
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    Problem,
    ValidationError,
)
from orderlife.rooms.exceptions.messages import (
    OpenException,
)
from orderlife.rooms.exceptions.opening import unmatched
from orderlife.rooms.order.lifecycle import ORDER, OrderState, OrderTrigger
from orderlife.rooms.order.messages import (
    AbandonClosing,
    BeginClosing,
    CancellationAbandoned,
    CancellationStarted,
    CancelLines,
    CancelOrder,
    CancelUnits,
    Complete,
    Confirm,
    DraftOrder,
    FinishClosing,
    FollowUpScheduled,
    FollowUpSent,
    FraudJudged,
    FraudScreened,
    HoldOpened,
    HoldReleased,
    LiftHold,
    LinesCancelled,
    OpenHold,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderDrafted,
    OrderExpired,
    OrderPlaced,
    OrderRejected,
    OrderReopened,
    PlaceDraft,
    PlaceHold,
    PlaceOrder,
    RecordScreening,
    RecordUnits,
    ReleaseHold,
    Reopen,
    ScheduleFollowUp,
    SendFollowUp,
    UnitsRecorded,
)
from orderlife.rooms.order.model import (
    CancelReason,
    Closing,
    Hold,
    Order,
    Screening,
)
from orderlife.rooms.order.placement import fix
from orderlife.rooms.payment.ledger import (
    balance,
    need_minor,
    returned_minor,
    shipped_minor,
    value_minor,
)

__all__ = [
    "abandon_closing",
    "begin_closing",
    "cancel",
    "cancel_lines",
    "cancel_units",
    "check_quantities",
    "complete",
    "confirm",
    "finish_closing",
    "illegal",
    "judge_fraud",
    "open_hold",
    "place",
    "place_draft",
    "record_screening",
    "record_units",
    "release_hold",
    "reopen",
    "schedule_follow_up",
    "send_follow_up",
]


def place(
    case: Case, form: PlaceOrder | DraftOrder, context: Context
) -> Iterator[OrderPlaced | OrderDrafted | PlaceHold]:
    """Make an order, or the draft of one.

    An order with an address in doubt is held.  The address is checked
    here, as it is stored apart from the order and not at hand later.

    Raises:
        NotAllowedError: the order is there already.
        ValidationError: names every field that is wrong.
    """
    doubt = _address_in_doubt(form, context)
    if case.order is not None:
        raise NotAllowedError(
            "place",
            f"order {case.order_id}",
            f"it is there already, {case.order.state.value}",
            "a new order needs a new id",
        )
    placement = fix(form)
    if isinstance(form, DraftOrder):
        yield OrderDrafted(
            order_id=form.order_id, placement=placement, tenders=form.tenders
        )
    else:
        yield OrderPlaced(
            order_id=form.order_id,
            placement=placement,
            at=context.now,
            tenders=form.tenders,
            notify=form.notify,
        )
    if doubt:
        yield PlaceHold(reason="address", blocks=("dispatch",), note=doubt)


def _address_in_doubt(form: PlaceOrder | DraftOrder, context: Context) -> str:
    """What is doubtful about the address; empty: nothing."""
    if form.ship_to is None or all(
        line.kind != "goods" for line in form.lines
    ):
        return ""
    return doubts(context.policy.check_address, form.ship_to)


def place_draft(
    order: Order, command: PlaceDraft, context: Context
) -> list[OrderPlaced]:
    """Place an order that was kept as a draft."""
    ORDER.step(order.order_id, order.state, OrderTrigger.PLACE)
    return [
        OrderPlaced(
            order_id=order.order_id,
            placement=order.placement,
            at=context.now,
            tenders=order.tenders,
            notify=command.notify,
        )
    ]


def judge_fraud(
    order: Order, fact: FraudJudged, context: Context
) -> list[RecordScreening | OpenException]:
    """Record a verdict on fraud; after the order's end it is kept."""
    if ORDER.is_terminal(order.state):
        ended = "the order has ended"
        observed = f"fraud verdict {fact.verdict}: {ended}"
        return [unmatched(order.order_id, ended, observed)]
    screening = Screening(verdict=fact.verdict, reason=fact.reason)
    if screening == order.screening:
        return []
    return [RecordScreening(screening=screening)]


def record_screening(
    order: Order, step: RecordScreening, context: Context
) -> list[FraudScreened]:
    """Record the verdict of the fraud screening."""
    return [FraudScreened(screening=step.screening)]


def record_units(
    order: Order, step: RecordUnits, context: Context
) -> list[UnitsRecorded]:
    """Record how many units were shipped, delivered, lost and so on."""
    return [
        UnitsRecorded(
            counter=step.counter,
            quantities=step.quantities,
            subject=step.subject,
            undo=step.undo,
        )
    ]


def confirm(
    order: Order, step: Confirm, context: Context
) -> list[OrderConfirmed]:
    """Confirm the order: it will be fulfilled."""
    ORDER.step(order.order_id, order.state, OrderTrigger.CONFIRM)
    return [OrderConfirmed()]


def complete(
    order: Order, step: Complete, context: Context
) -> list[OrderCompleted]:
    """Complete the order: nothing is left to do."""
    ORDER.step(order.order_id, order.state, OrderTrigger.COMPLETE)
    return [OrderCompleted()]


def reopen(
    order: Order, step: Reopen, context: Context
) -> list[OrderReopened]:
    """Reopen a completed order: something is left to do."""
    ORDER.step(order.order_id, order.state, OrderTrigger.REOPEN)
    return [OrderReopened(why=step.why)]


def begin_closing(
    order: Order, step: BeginClosing, context: Context
) -> list[CancellationStarted]:
    """Begin to close the order: stock and money go back."""
    ORDER.step(order.order_id, order.state, OrderTrigger.CANCEL)
    return [_closing(order, step.reason, step.ends_in, notify=step.notify)]


def _closing(
    order: Order, reason: CancelReason, ends_in: OrderState, *, notify: bool
) -> CancellationStarted:
    return CancellationStarted(
        closing=Closing(
            reason=reason,
            ends_in=ends_in,
            notify=notify,
            returned_minor=returned_minor(order),
        )
    )


def schedule_follow_up(
    order: Order, step: ScheduleFollowUp, context: Context
) -> list[FollowUpScheduled]:
    """Set the date of the follow-up."""
    return [FollowUpScheduled(at=step.at)]


def send_follow_up(
    order: Order, step: SendFollowUp, context: Context
) -> list[FollowUpSent]:
    """Send the follow-up."""
    return [FollowUpSent()]


def abandon_closing(
    order: Order, step: AbandonClosing, context: Context
) -> list[CancellationAbandoned]:
    """Resume the order, without the money that was given back meanwhile."""
    ORDER.step(order.order_id, order.state, OrderTrigger.RESUME)
    before = order.closing.returned_minor if order.closing else 0
    returned = returned_minor(order) - before
    counted = balance(order).captured - order.released_minor
    return [
        CancellationAbandoned(
            why=step.why, returned_minor=max(0, min(returned, counted))
        )
    ]


def illegal(order: Order, asked: str) -> IllegalTransitionError:
    """Make the error for a command that the order's state rules out."""
    return IllegalTransitionError(
        ORDER.name,
        order.order_id,
        order.state.value,
        asked,
        (trigger.value for trigger in ORDER.allowed(order.state)),
    )


def cancel(
    order: Order, command: CancelOrder, context: Context
) -> list[CancellationStarted]:
    """Cancel an order of which nothing has left."""
    gone = sum(units.shipped for units in order.units.values())
    if gone and order.state in {OrderState.CONFIRMED, OrderState.COMPLETED}:
        raise NotAllowedError(
            "cancel",
            f"order {order.order_id}",
            f"{gone} units have left",
            "cancel what has not left with CancelLines, stop a parcel with "
            "InterceptShipment, or take it back with RequestReturn",
        )
    ORDER.step(order.order_id, order.state, OrderTrigger.CANCEL)
    ends_in = {"fraud": OrderState.REJECTED, "expired": OrderState.EXPIRED}
    ended = ends_in.get(command.reason, OrderState.CANCELLED)
    return [_closing(order, command.reason, ended, notify=command.notify)]


def cancel_lines(
    order: Order, command: CancelLines, context: Context
) -> list[LinesCancelled]:
    """Cancel units that have not left."""
    if order.state is not OrderState.CONFIRMED:
        ORDER.step(order.order_id, order.state, OrderTrigger.CANCEL)
    check_quantities(order, command.quantities, type(command).__name__)
    for line_id, quantity in command.quantities.items():
        remaining = order.units[line_id].unshipped
        if quantity > remaining:
            raise NotAllowedError(
                f"cancel {quantity} of",
                f"line {line_id} of order {order.order_id}",
                f"only {remaining} have neither left nor been cancelled",
                "take back what has left with RequestReturn",
            )
    kept = need_minor(order, command.quantities)
    return [_cancelled(order, command.quantities, command.reason, kept)]


def _cancelled(
    order: Order, quantities: Quantities, reason: CancelReason, kept: int
) -> LinesCancelled:
    """Cancel units, with the amount that was captured for them.

    Args:
        order: the order.
        quantities: units by line; the last ones are cancelled.
        reason: the reason.
        kept: the captured amount that is for other units.
    """
    sums = balance(order)
    taken = max(0, sums.captured - order.released_minor)
    before = min(_refunded_before(order, quantities), taken)
    surplus = max(0, taken - kept)
    freed = max(before, min(value_minor(order, quantities), surplus))
    return LinesCancelled(
        quantities=quantities,
        reason=reason,
        freed_minor=freed,
        refund_minor=min(freed - before, sums.refundable),
    )


def _refunded_before(order: Order, quantities: Quantities) -> int:
    """What was refunded as returned for units that are cancelled now.

    It occurs when a parcel turns back whose goods a return let the
    customer keep.
    """
    total = 0
    lines = order.lines()
    for line_id, quantity in quantities.items():
        units = order.units[line_id]
        start = units.wanted - quantity
        stop = min(units.refunded, units.wanted)
        if start < stop:
            total += lines[line_id].value(start, stop)
    return total


def cancel_units(
    order: Order, step: CancelUnits, context: Context
) -> list[LinesCancelled]:
    """Cancel units that will not be sent, by a person's decision."""
    kept = need_minor(order, step.quantities)
    if step.came_back:
        kept = shipped_minor(order)
    return [_cancelled(order, step.quantities, step.reason, kept)]


def check_quantities(order: Order, quantities: Quantities, what: str) -> None:
    """Refuse unknown lines and quantities below 1.

    Raises:
        ValidationError: names each of them.
    """
    problems = []
    known = ", ".join(order.units)
    for line_id, quantity in quantities.items():
        if line_id not in order.units:
            problems.append(
                Problem(
                    f"quantities[{line_id}]",
                    f"is not a line of order {order.order_id}: {known}",
                )
            )
        elif quantity < 1:
            problems.append(
                Problem(f"quantities[{line_id}]", "must be 1 or more")
            )
    if not quantities:
        problems.append(Problem("quantities", "name at least one line"))
    if problems:
        raise ValidationError(what, problems)


def open_hold(
    order: Order, asked: OpenHold | PlaceHold, context: Context
) -> list[HoldOpened]:
    """Open a hold: it blocks some steps until it is released."""
    if ORDER.is_terminal(order.state):
        raise illegal(order, "hold")
    number = order.counts.get("hold", 0) + 1
    return [
        HoldOpened(
            hold=Hold(
                hold_id=f"h{number}",
                reason=asked.reason,
                blocks=asked.blocks,
                note=asked.note,
                by=str(context.actor),
                until=asked.until,
            )
        )
    ]


def release_hold(
    order: Order, asked: ReleaseHold | LiftHold, context: Context
) -> list[HoldReleased]:
    """Release a hold, so that the steps it has blocked are possible."""
    known = [hold.hold_id for hold in order.holds]
    if asked.hold_id not in known:
        raise NotFoundError("hold", asked.hold_id, known)
    return [HoldReleased(hold_id=asked.hold_id, note=asked.note)]


def finish_closing(
    order: Order, step: FinishClosing, context: Context
) -> list[OrderCancelled | OrderExpired | OrderRejected]:
    """End a closing order, now that stock and money are back."""
    ends_in = order.closing.ends_in if order.closing else OrderState.CANCELLED
    trigger = {
        OrderState.EXPIRED: OrderTrigger.END_EXPIRED,
        OrderState.REJECTED: OrderTrigger.END_REJECTED,
    }.get(ends_in, OrderTrigger.END_CANCELLED)
    ORDER.step(order.order_id, order.state, trigger)
    if ends_in is OrderState.EXPIRED:
        return [OrderExpired()]
    if ends_in is OrderState.REJECTED:
        return [OrderRejected()]
    return [OrderCancelled()]
