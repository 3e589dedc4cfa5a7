"""What an order answers to a command or a step."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import attrs

from orderlife._kernel.messages import Actor, ExceptionKind, Quantities, Remedy
from orderlife._values.limits import MAX_TENDERS
from orderlife._values.money import Money
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    Problem,
    ValidationError,
)
from orderlife.rooms.order import requests
from orderlife.rooms.order.ledger import (
    balance,
    covered_minor,
    due_minor,
    need_minor,
    returned_minor,
    shipped_minor,
    to_capture_minor,
    unasked_minor,
    value_minor,
)
from orderlife.rooms.order.lifecycle import ORDER, OrderState, OrderTrigger
from orderlife.rooms.order.messages import (
    AbandonClosing,
    AwaitPayment,
    BeginClosing,
    CancellationAbandoned,
    CancellationStarted,
    CancelLines,
    CancelOrder,
    CancelUnits,
    CapturePayment,
    CloseExceptions,
    Complete,
    Confirm,
    DraftOrder,
    ExceptionResolved,
    FinishClosing,
    FollowUpScheduled,
    FollowUpSent,
    FraudScreened,
    GiveUpPayment,
    GrantRefund,
    HoldOpened,
    HoldReleased,
    LapseAuthorization,
    LiftHold,
    LinesCancelled,
    OpenException,
    OpenHold,
    OrderCancelled,
    OrderCommand,
    OrderCompleted,
    OrderConfirmed,
    OrderDrafted,
    OrderEvent,
    OrderExpired,
    OrderPlaced,
    OrderRejected,
    OrderReopened,
    OrderStep,
    PaymentAwaited,
    PayOrder,
    PlaceDraft,
    PlaceHold,
    PlaceOrder,
    RecordScreening,
    RecordUnits,
    RefundPayment,
    ReleaseHold,
    Reopen,
    RequestAuthorizations,
    RequestPayment,
    ResolveException,
    ScheduleFollowUp,
    SendFollowUp,
    SettleByHand,
    TenderOffered,
    UnitsRecorded,
)
from orderlife.rooms.order.model import (
    CancelReason,
    Closing,
    ExceptionItem,
    Hold,
    Order,
)
from orderlife.rooms.order.overtaken import closed
from orderlife.rooms.order.placement import fix, tender_problems
from orderlife.rooms.order.refunds import granted, refund
from orderlife.rooms.order.remedies import REMEDIES, opened

__all__ = ["decide", "decide_first", "decide_step", "find_exception"]

_S, _T = OrderState, OrderTrigger


def decide_first(
    form: PlaceOrder | DraftOrder, now: datetime
) -> list[OrderEvent]:
    """Answer the command that makes an order.

    Raises:
        ValidationError: naming every field that is wrong.
    """
    placement = fix(form)
    if isinstance(form, DraftOrder):
        return [
            OrderDrafted(
                order_id=form.order_id,
                placement=placement,
                tenders=form.tenders,
            )
        ]
    return [
        OrderPlaced(
            order_id=form.order_id,
            placement=placement,
            at=now,
            tenders=form.tenders,
            notify=form.notify,
        )
    ]


def decide(
    order: Order, command: OrderCommand, now: datetime
) -> list[OrderEvent]:
    """Answer a command.

    Raises:
        IllegalTransitionError: the lifecycle has no such step.
        NotAllowedError: something else stands against it.
        NotFoundError: there is no such line, hold or exception.
        ValidationError: a field is wrong.
    """
    match command:
        case PlaceOrder() | DraftOrder():
            raise NotAllowedError(
                "place",
                f"order {order.order_id}",
                f"it is there already, {order.state.value}",
                "a new order needs a new id",
            )
        case PlaceDraft():
            ORDER.step(order.order_id, order.state, _T.PLACE)
            return [
                OrderPlaced(
                    order_id=order.order_id,
                    placement=order.placement,
                    at=now,
                    tenders=order.tenders,
                    notify=command.notify,
                )
            ]
        case PayOrder():
            return _pay(order, command)
        case CancelOrder():
            return _cancel(order, command)
        case CancelLines():
            return _cancel_lines(order, command)
        case OpenHold():
            return _hold(
                order,
                PlaceHold(
                    reason=command.reason,
                    blocks=command.blocks,
                    note=command.note,
                    until=command.until,
                ),
                command.actor,
            )
        case ReleaseHold():
            return _release(order, command.hold_id, command.note)
        case CapturePayment():
            return []  # guarded and asked for by the process
        case RefundPayment():
            return [refund(order, command)]
        case ResolveException():
            return _resolve(order, command)
        case _:
            assert_never(command)


def decide_step(
    order: Order, step: OrderStep, now: datetime, actor: Actor
) -> list[OrderEvent]:
    """Answer a step of the process.

    Raises:
        IllegalTransitionError: the lifecycle has no such step.
    """
    match step:
        case RequestAuthorizations():
            return requests.authorize(order, step)
        case RequestPayment():
            return requests.request(order, step)
        case LapseAuthorization():
            return requests.lapse(order, step)
        case GiveUpPayment():
            return requests.give_up(order, step, now)
        case SettleByHand():
            return requests.settle_by_hand(order, step)
        case RecordUnits():
            return [
                UnitsRecorded(
                    counter=step.counter,
                    quantities=step.quantities,
                    subject=step.subject,
                    undo=step.undo,
                )
            ]
        case Confirm():
            ORDER.step(order.order_id, order.state, _T.CONFIRM)
            return [OrderConfirmed()]
        case Complete():
            ORDER.step(order.order_id, order.state, _T.COMPLETE)
            return [OrderCompleted()]
        case Reopen():
            ORDER.step(order.order_id, order.state, _T.REOPEN)
            return [OrderReopened(why=step.why)]
        case GrantRefund():
            return [granted(order, step)]
        case BeginClosing():
            ORDER.step(order.order_id, order.state, _T.CANCEL)
            return [
                CancellationStarted(
                    closing=Closing(
                        reason=step.reason,
                        ends_in=step.ends_in,
                        notify=step.notify,
                        returned_minor=returned_minor(order),
                    )
                )
            ]
        case AbandonClosing():
            return [_abandoned(order, step)]
        case FinishClosing():
            return [_finished(order)]
        case CancelUnits():
            return [_called_off(order, step)]
        case OpenException():
            return opened(order, step.contradiction, now, once=step.once)
        case CloseExceptions():
            return closed(order, step, actor)
        case AwaitPayment():
            return [PaymentAwaited(until=step.until)]
        case RecordScreening():
            return [FraudScreened(screening=step.screening)]
        case PlaceHold():
            return _hold(order, step, actor)
        case LiftHold():
            return _release(order, step.hold_id, step.note)
        case ScheduleFollowUp():
            return [FollowUpScheduled(at=step.at)]
        case SendFollowUp():
            return [FollowUpSent()]
        case _:
            assert_never(step)


def _abandoned(order: Order, step: AbandonClosing) -> CancellationAbandoned:
    """Go on, and not on the money that was given back meanwhile."""
    ORDER.step(order.order_id, order.state, _T.RESUME)
    before = order.closing.returned_minor if order.closing else 0
    returned = returned_minor(order) - before
    counted = balance(order).captured - order.released_minor
    return CancellationAbandoned(
        why=step.why, returned_minor=max(0, min(returned, counted))
    )


def _illegal(order: Order, asked: str) -> IllegalTransitionError:
    """What is asked is no step of the lifecycle, and not possible now."""
    return IllegalTransitionError(
        ORDER.name,
        order.order_id,
        order.state.value,
        asked,
        (trigger.value for trigger in ORDER.allowed(order.state)),
    )


def _pay(order: Order, command: PayOrder) -> list[OrderEvent]:
    if order.state not in {_S.PLACED, _S.CONFIRMED, _S.DRAFT}:
        raise _illegal(order, "pay")
    open_minor = unasked_minor(order)
    if open_minor == 0:
        raise NotAllowedError(
            "pay for",
            f"order {order.order_id}",
            "its whole amount is paid, secured, offered or being asked for",
            "wait for the answer, or leave it",
        )
    rest = Money.of_minor(open_minor, order.placement.currency)
    amount = command.tender.amount
    problems = list(
        tender_problems((attrs.evolve(command.tender, amount=None),), rest)
    )
    if amount is not None and amount.currency != rest.currency:
        problems.append(
            Problem("tender.amount", f"the order is in {rest.currency}")
        )
    elif amount is not None and not 0 < amount.minor <= open_minor:
        problems.append(
            Problem("tender.amount", f"is {amount}, but {rest} is open")
        )
    if len(order.tenders) >= MAX_TENDERS:
        problems.append(
            Problem("tender", f"at most {MAX_TENDERS} means of payment")
        )
    if problems:
        raise ValidationError(type(command).__name__, problems)
    return [TenderOffered(tender=command.tender)]


def _cancel(order: Order, command: CancelOrder) -> list[OrderEvent]:
    gone = sum(units.shipped for units in order.units.values())
    if gone and order.state in {_S.CONFIRMED, _S.COMPLETED}:
        raise NotAllowedError(
            "cancel",
            f"order {order.order_id}",
            f"{gone} units have left",
            "cancel what has not left with CancelLines, stop a parcel with "
            "InterceptShipment, or take it back with RequestReturn",
        )
    ORDER.step(order.order_id, order.state, _T.CANCEL)
    ends_in = {"fraud": _S.REJECTED, "expired": _S.EXPIRED}
    return [
        CancellationStarted(
            closing=Closing(
                reason=command.reason,
                ends_in=ends_in.get(command.reason, _S.CANCELLED),
                notify=command.notify,
                returned_minor=returned_minor(order),
            )
        )
    ]


def _cancel_lines(order: Order, command: CancelLines) -> list[OrderEvent]:
    if order.state is not _S.CONFIRMED:
        ORDER.step(order.order_id, order.state, _T.CANCEL)
    check_quantities(order, command.quantities, type(command).__name__)
    for line_id, quantity in command.quantities.items():
        left = order.units[line_id].unshipped
        if quantity > left:
            raise NotAllowedError(
                f"cancel {quantity} of",
                f"line {line_id} of order {order.order_id}",
                f"only {left} have neither left nor been cancelled",
                "take back what has left with RequestReturn",
            )
    kept = need_minor(order, command.quantities)
    return [_cancelled(order, command.quantities, command.reason, kept)]


def _cancelled(
    order: Order, quantities: Quantities, reason: CancelReason, kept: int
) -> LinesCancelled:
    """Cancel units and say how much was already taken for them.

    Args:
        order: the order.
        quantities: which units: the last ones of their lines.
        reason: why.
        kept: how much of what was taken is for other units.
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
    """What units that are cancelled now were refunded as returned ones.

    So it is where a parcel turns back that the customer was to keep.
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


def _called_off(order: Order, step: CancelUnits) -> OrderEvent:
    """Cancel units that somebody has decided not to send."""
    kept = need_minor(order, step.quantities)
    if step.came_back:
        kept = shipped_minor(order)
    return _cancelled(order, step.quantities, step.reason, kept)


def check_quantities(order: Order, quantities: Quantities, what: str) -> None:
    """Refuse lines that are not there and quantities below 1.

    Raises:
        ValidationError: naming each of them.
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


def _hold(order: Order, step: PlaceHold, actor: Actor) -> list[OrderEvent]:
    if ORDER.is_terminal(order.state):
        raise _illegal(order, "hold")
    number = order.counts.get("hold", 0) + 1
    return [
        HoldOpened(
            hold=Hold(
                hold_id=f"h{number}",
                reason=step.reason,
                blocks=step.blocks,
                note=step.note,
                by=str(actor),
                until=step.until,
            )
        )
    ]


def _release(order: Order, hold_id: str, note: str) -> list[OrderEvent]:
    known = [hold.hold_id for hold in order.holds]
    if hold_id not in known:
        raise NotFoundError("hold", hold_id, known)
    return [HoldReleased(hold_id=hold_id, note=note)]


def _resolve(order: Order, command: ResolveException) -> list[OrderEvent]:
    item = find_exception(order, command.exception_id)
    kind = item.contradiction.kind
    if not item.is_open:
        raise NotAllowedError(
            "resolve",
            f"exception {item.exception_id}",
            f"{item.by} has resolved it already",
            "open ones are listed with the order",
        )
    if command.remedy not in REMEDIES[kind]:
        allowed = ", ".join(remedy.value for remedy in REMEDIES[kind])
        raise NotAllowedError(
            f"{command.remedy.value} to settle",
            f"exception {item.exception_id} ({kind.value})",
            "it is no remedy for that",
            f"possible: {allowed}",
        )
    accepted = command.remedy is Remedy.ACCEPT
    return [
        ExceptionResolved(
            exception_id=item.exception_id,
            remedy=command.remedy,
            note=command.note,
            by=str(command.actor),
            waived_minor=_waived(order, item) if accepted else 0,
        )
    ]


def _waived(order: Order, item: ExceptionItem) -> int:
    """What the shop does without if it lets the item be."""
    kind = item.contradiction.kind
    minor = item.contradiction.minor
    missing = max(0, due_minor(order) - covered_minor(order))
    if kind is ExceptionKind.CAPTURE_FAILED:
        return min(minor, to_capture_minor(order, shipped_only=False))
    if kind is ExceptionKind.AMOUNT_MISMATCH:
        return min(minor, missing)
    if kind is ExceptionKind.AUTHORIZATION_LAPSED:
        return missing
    return 0


def find_exception(order: Order, exception_id: str) -> ExceptionItem:
    """The exception item of that id.

    Raises:
        NotFoundError: there is none; names those that are open.
    """
    for item in order.exceptions:
        if item.exception_id == exception_id:
            return item
    known = [item.exception_id for item in order.exceptions if item.is_open]
    raise NotFoundError("exception", exception_id, known)


def _finished(order: Order) -> OrderEvent:
    ends_in = order.closing.ends_in if order.closing else _S.CANCELLED
    trigger = {
        _S.EXPIRED: _T.END_EXPIRED,
        _S.REJECTED: _T.END_REJECTED,
    }.get(ends_in, _T.END_CANCELLED)
    ORDER.step(order.order_id, order.state, trigger)
    if ends_in is _S.EXPIRED:
        return OrderExpired()
    if ends_in is _S.REJECTED:
        return OrderRejected()
    return OrderCancelled()
