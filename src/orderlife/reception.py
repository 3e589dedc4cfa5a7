"""Facts at the door: what each is about, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, assert_never

from orderlife._kernel.case import Case, timers
from orderlife._kernel.messages import (
    Contradiction,
    EffectFailed,
    ExceptionKind,
    Step,
    Timer,
    TimerFired,
    TimerKind,
    heard,
)
from orderlife.admission import AnyFact, Message
from orderlife.planning import Context, check_backorder
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    VoidPending,
    VoidRejected,
)
from orderlife.ports.inventory import (
    HeldStock,
    StockChanged,
    StockGone,
    StockShort,
)
from orderlife.rooms.order.ledger import is_secured
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import (
    BeginClosing,
    CloseExceptions,
    FraudJudged,
    LapseAuthorization,
    LiftHold,
    OpenException,
    RecordScreening,
    SendFollowUp,
)
from orderlife.rooms.order.model import Screening
from orderlife.rooms.order.overtaken import UNANSWERED
from orderlife.rooms.returns.decide import decide_label as return_label
from orderlife.rooms.returns.messages import (
    EndReceiving,
    ExpireReturn,
    ReturnReceived,
    ReturnShipped,
)
from orderlife.rooms.shipment.decide import decide_label as shipment_label
from orderlife.rooms.shipment.messages import LabelReported, Scanned
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    AllocateStock,
    ExpireStock,
    StockArrived,
    StockReported,
)

__all__ = ["admit_fact"]


def admit_fact(case: Case, fact: AnyFact, context: Context) -> list[Message]:
    """Find what a fact is about; never refuses one about this order.

    Raises:
        NotFoundError: there is no order that it could be written to.
    """
    _ = case.placed
    match fact:
        case TimerFired():
            if fact.timer.at > context.now or fact.timer not in timers(case):
                return []  # not due, or its cause is gone
            return list(_timer(case, fact.timer, context))
        case FraudJudged():
            if ORDER.is_terminal(case.placed.state):
                return [_unmatched(case, fact, "the order has ended")]
            screening = Screening(verdict=fact.verdict, reason=fact.reason)
            if screening == case.placed.screening:
                return []
            return [RecordScreening(screening=screening)]
        case EffectFailed():
            return [_effect_failed(fact)]
        case StockReported() | LabelReported() if _misfits(case, fact):
            return [_misfit(fact)]
        case StockReported() | StockArrived() if (
            fact.reservation_id not in case.reservations
        ):
            return [_unmatched(case, fact, fact.reservation_id)]
        case StockArrived():
            return _arrived(case, fact, context)
        case Scanned() if fact.shipment_id not in case.shipments:
            return [_unmatched(case, fact, fact.shipment_id)]
        case LabelReported() if (
            fact.subject not in case.shipments
            and fact.subject not in case.returns
        ):
            return [_unmatched(case, fact, fact.subject)]
        case LabelReported() if _is_stray_label(case, fact):
            return [_unmatched(case, fact, fact.subject)]
        case ReturnShipped() if fact.return_id not in case.returns:
            return [_unmatched(case, fact, fact.return_id)]
        case ReturnReceived() if fact.return_id not in case.returns:
            return [_unannounced(case, fact)]
        case Scanned() | ReturnShipped() | ReturnReceived() if (
            heard(fact.at, context.now) != fact.at
        ):
            return [fact, _from_the_future(fact)]
        case StockReported() | LabelReported():
            return [fact, *_answered(case, fact)]
        case _:
            return [fact]


def _answered(
    case: Case, fact: StockReported | LabelReported
) -> Iterator[Step]:
    """Ask nobody any more what became of what is answered now."""
    asked = case.placed.exceptions and fact.operation_id
    if asked and not isinstance(fact.outcome, _NOT_YET):
        yield CloseExceptions(
            kinds=UNANSWERED,
            subject=fact.operation_id,
            note=f"it was answered: {type(fact.outcome).__name__}",
        )


def _arrived(
    case: Case, fact: StockArrived, context: Context
) -> list[Message]:
    """Ask for what is there, if it is still waited for."""
    held = case.reservations[fact.reservation_id]
    waits = held.state is ReservationState.BACKORDERED
    if not waits or held.items or held.pending:
        return []  # it is being asked for, or not wanted any more
    return [check_backorder(case, fact.reservation_id, context)]


def _timer(case: Case, timer: Timer, context: Context) -> list[Message]:
    kind = timer.kind
    match kind:
        case TimerKind.PAYMENT_DUE:
            ends_in = OrderState.EXPIRED
            return [BeginClosing(reason="expired", ends_in=ends_in)]
        case TimerKind.FOLLOW_UP:
            return [SendFollowUp()]
        case TimerKind.HOLD_ENDS:
            return [*_hold_ends(case, timer.subject)]
        case TimerKind.AUTHORIZATION_ENDS:
            return [LapseAuthorization(payment_id=timer.subject)]
        case TimerKind.STOCK_HOLD_ENDS:
            order = case.placed
            placed = order.state is OrderState.PLACED
            if placed and not is_secured(order):
                return [ExpireStock(reservation_id=timer.subject)]
            # Its money is there: paid-for stock never runs out.
            return [AllocateStock(reservation_id=timer.subject)]
        case TimerKind.BACKORDER_CHECK:
            return [check_backorder(case, timer.subject, context)]
        case TimerKind.UNTRACKED_ARRIVES:
            # Should somebody know better, that is told by a later scan.
            return [
                Scanned(
                    order_id=case.order_id,
                    shipment_id=timer.subject,
                    status=ScanStatus.DELIVERED,
                    at=timer.at,
                    detail="taken for delivered: nobody tracks it",
                )
            ]
        case TimerKind.RETURN_EXPIRES:
            return [ExpireReturn(return_id=timer.subject)]
        case TimerKind.RECEIVING_ENDS:
            return [EndReceiving(return_id=timer.subject)]
        case _:
            assert_never(kind)


def _hold_ends(case: Case, hold_id: str) -> list[Step]:
    order = case.placed
    hold = next(hold for hold in order.holds if hold.hold_id == hold_id)
    waiting = order.state in {OrderState.PLACED, OrderState.CONFIRMED}
    lift = LiftHold(hold_id=hold_id, note="its time is up")
    if hold.reason == "fraud" and waiting and not order.has_left:
        closing = BeginClosing(reason="fraud", ends_in=OrderState.REJECTED)
        return [closing, lift]
    return [lift]


def _effect_failed(fact: EffectFailed) -> OpenException:
    # What is unknown is so of a message too: it may have been sent, and
    # must not be sent again under a new key.
    if fact.unknown:
        kind = ExceptionKind.OUTCOME_UNKNOWN
    elif fact.port == "notifier":
        kind = ExceptionKind.MESSAGE_FAILED
    else:
        kind = ExceptionKind.EFFECT_FAILED
    return OpenException(
        Contradiction(
            kind,
            fact.operation_id,
            f"{fact.port} performs {fact.operation_id}",
            fact.why,
        ),
        once=True,
    )


_NOT_YET: Final = (Unknown, LabelPending, VoidPending)
"""The answers that leave open what becomes of it."""

_ANSWERS: Final[Mapping[str, tuple[type, ...]]] = {
    "reserve": (HeldStock, StockShort, Unknown),
    "allocate": (StockChanged, StockGone, Unknown),
    "release": (StockChanged, StockGone, Unknown),
    "label": (Label, LabelPending, LabelRefused, Unknown),
    "void": (LabelVoided, VoidPending, VoidRejected, Unknown),
    "intercept": (InterceptAccepted, InterceptRejected, Unknown),
}
"""What can be answered to which kind of operation."""


def _misfits(case: Case, fact: StockReported | LabelReported) -> bool:
    """Whether what somebody waits for gets an answer to something else."""
    kind = fact.operation_id.rpartition(":")[0].rpartition(":")[2]
    if isinstance(fact.outcome, _ANSWERS.get(kind, ())):
        return False
    awaited = {
        operation_id
        for held in case.reservations.values()
        for operation_id in (held.pending, *held.leaving)
    }
    for sent in case.shipments.values():
        awaited.add(sent.label_pending)
        awaited.add(sent.void_pending)
        awaited.add(sent.intercept_pending)
    awaited.update(back.label_pending for back in case.returns.values())
    return bool(fact.operation_id) and fact.operation_id in awaited


def _is_stray_label(case: Case, fact: LabelReported) -> bool:
    """Whether a label was bought that nobody has a use for."""
    if not isinstance(fact.outcome, Label):
        return False
    sent = case.shipments.get(fact.subject)
    parcel = sent or case.returns[fact.subject]
    if parcel.label is not None:
        return parcel.label.label_id != fact.outcome.label_id
    if sent is not None:
        return not shipment_label(sent, fact)
    back = case.returns[fact.subject]
    return not return_label(back, fact.operation_id, fact.outcome)


def _misfit(fact: StockReported | LabelReported) -> OpenException:
    return OpenException(
        Contradiction(
            ExceptionKind.OUTCOME_UNKNOWN,
            fact.operation_id,
            f"an answer to {fact.operation_id}",
            f"{type(fact.outcome).__name__}, which answers something else",
        ),
        once=True,
    )


def _unmatched(case: Case, fact: AnyFact, subject: str) -> OpenException:
    """Keep a fact about something that nobody knows."""
    kind = ExceptionKind.UNMATCHED_FACT
    expected = f"something that order {case.order_id} knows"
    observed = f"{type(fact).__name__} about {subject or 'nothing'}"
    if isinstance(fact, Scanned):
        observed += f": {fact.status.value} at {_stamp(fact.at)}"
        if case.placed.state is OrderState.PLACED:
            kind = ExceptionKind.MOVED_BEFORE_PAYMENT
            expected = "nothing leaves before its order is confirmed"
    elif isinstance(fact, StockReported | LabelReported):
        observed += f": {type(fact.outcome).__name__}"
        if isinstance(fact.outcome, Label):
            observed += f" {fact.outcome.label_id}"
    elif isinstance(fact, FraudJudged):
        observed = f"fraud verdict {fact.verdict}: {subject}"
    return OpenException(
        Contradiction(kind, subject, expected, observed), once=True
    )


def _unannounced(case: Case, fact: ReturnReceived) -> OpenException:
    brought = [f"{n} of line {line}" for line, n in fact.quantities.items()]
    brought += [f"{item.quantity} x {item.sku}" for item in fact.unexpected]
    return OpenException(
        Contradiction(
            ExceptionKind.UNANNOUNCED_RETURN,
            fact.return_id or case.order_id,
            "a parcel that comes back belongs to a return",
            f"parcel {fact.parcel_id} of {_stamp(fact.at)} brought "
            f"{', '.join(brought) or 'nothing'}",
            fact.quantities,
        ),
        once=True,
    )


def _from_the_future(
    fact: Scanned | ReturnShipped | ReturnReceived,
) -> OpenException:
    """Ask about a time that has not come; it says what was told."""
    told = type(fact).__name__
    if isinstance(fact, Scanned):
        subject, told = fact.shipment_id, f"{told}: {fact.status.value}"
    else:
        subject = fact.return_id
    return OpenException(
        Contradiction(
            ExceptionKind.FROM_THE_FUTURE,
            subject,
            "what is reported has happened already",
            f"{told} at {_stamp(fact.at)}",
        ),
        once=True,
    )


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
