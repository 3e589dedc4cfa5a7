"""What stands between an input and the rooms.

Rules that look at more than one aggregate, questions to policy, and
facts about things that nobody knows.  What passes is handed on to the
rooms, as it came or as the steps that it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from orderlife._case import Case, timers
from orderlife.errors import (
    NotAllowedError,
    Problem,
    StaleVersionError,
    ValidationError,
)
from orderlife.messages import (
    Command,
    Contradiction,
    EffectFailed,
    ExceptionKind,
    Fact,
    Quantities,
    Step,
    Timer,
    TimerFired,
    TimerKind,
)
from orderlife.order.decide import check_quantities
from orderlife.order.ledger import is_secured
from orderlife.order.lifecycle import ORDER, OrderState, OrderTrigger
from orderlife.order.messages import (
    BeginClosing,
    CancelLines,
    CapturePayment,
    DraftOrder,
    FraudJudged,
    LapseAuthorization,
    LiftHold,
    OpenException,
    OrderCommand,
    PaymentReported,
    PlaceOrder,
    RecordScreening,
    RefundPayment,
    SendFollowUp,
)
from orderlife.order.model import Screening
from orderlife.planning import Context, blocked
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
from orderlife.process import capture_early
from orderlife.reservation.messages import (
    AllocateStock,
    CheckBackorder,
    ExpireStock,
    FillBackorder,
    StockReported,
)
from orderlife.returns.decide import decide_label as return_label
from orderlife.returns.lifecycle import ReturnState
from orderlife.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    DeclineReturn,
    EndReceiving,
    ExpireReturn,
    GrantReturn,
    InspectReturn,
    RefuseReturn,
    RequestReturn,
    ReturnReceived,
    ReturnShipped,
    StartReturn,
)
from orderlife.shipment.decide import decide_label as shipment_label
from orderlife.shipment.lifecycle import BEFORE_DISPATCH
from orderlife.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    LabelReported,
    PackShipment,
    PickShipment,
    Scanned,
)

__all__ = ["AnyCommand", "AnyFact", "admit_command", "admit_fact"]

AnyCommand: TypeAlias = (
    OrderCommand
    | FillBackorder
    | PickShipment
    | PackShipment
    | BuyShipmentLabel
    | DispatchShipment
    | CancelShipment
    | InterceptShipment
    | RequestReturn
    | ApproveReturn
    | DeclineReturn
    | CancelReturn
    | CloseReceiving
    | InspectReturn
    | ChangeDisposition
)
AnyFact: TypeAlias = (
    PaymentReported
    | FraudJudged
    | StockReported
    | Scanned
    | LabelReported
    | ReturnShipped
    | ReturnReceived
    | TimerFired
    | EffectFailed
)
Message: TypeAlias = Command | Fact | Step

_GONE: Final = frozenset(
    (ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
)


def admit_command(
    case: Case, command: AnyCommand, context: Context
) -> list[Message]:
    """Check a command against the case as a whole.

    Raises:
        NotAllowedError: policy or another aggregate stands against it.
        NotFoundError: there is no such order, shipment or return.
        StaleVersionError: the case has moved on.
        ValidationError: a field is wrong.
    """
    expected = command.expected_version
    if expected is not None and expected != case.version:
        raise StaleVersionError(case.order_id, expected, case.version)
    why = context.policy.permit(command.actor, command)
    if why:
        raise NotAllowedError(
            type(command).__name__,
            f"order {case.order_id}",
            f"{command.actor} may not: {why}",
            "ask somebody who may",
        )
    match command:
        case PlaceOrder() | DraftOrder():
            return [command]
        case CancelLines():
            return _cancel_lines(case, command)
        case CapturePayment():
            return _capture(case, context)
        case RefundPayment():
            if blocked(case.placed, "refund"):
                raise _held("refund", case, "refund")
            return [command]
        case FillBackorder():
            held = case.reservation(command.reservation_id)
            return [_check_backorder(held.reservation_id, context)]
        case (
            PickShipment()
            | PackShipment()
            | BuyShipmentLabel()
            | DispatchShipment()
            | CancelShipment()
            | InterceptShipment()
        ):
            return _shipment(case, command)
        case RequestReturn():
            return [_start_return(case, command, context)]
        case ApproveReturn():
            back = case.return_(command.return_id)
            terms = context.policy.terms(back.reason)
            return [
                GrantReturn(
                    return_id=command.return_id,
                    explanation=command.explanation or str(command.actor),
                    expires_at=context.now + context.policy.return_within,
                    keep_items=command.keep_items,
                    label=terms.label and not command.keep_items,
                    notify=command.notify,
                )
            ]
        case DeclineReturn():
            case.return_(command.return_id)
            return [
                RefuseReturn(
                    return_id=command.return_id,
                    explanation=command.explanation,
                )
            ]
        case (
            CancelReturn()
            | CloseReceiving()
            | InspectReturn()
            | ChangeDisposition()
        ):
            case.return_(command.return_id)
            return [command]
        case _:
            _ = case.placed
            return [command]


def _held(asked: str, case: Case, what: str) -> NotAllowedError:
    holds = [
        f"{hold.hold_id} ({hold.reason})"
        for hold in case.placed.holds
        if what in hold.blocks
    ]
    return NotAllowedError(
        asked,
        f"order {case.order_id}",
        f"hold {', '.join(holds)} stands against it",
        "release it with ReleaseHold first",
    )


def _cancel_lines(case: Case, command: CancelLines) -> list[Message]:
    """Refuse where a label is bought for units that would go."""
    order = case.placed
    check_quantities(order, command.quantities, type(command).__name__)
    left = {line: units.unshipped for line, units in order.units.items()}
    for sent in case.shipments.values():
        if sent.state not in BEFORE_DISPATCH:
            continue
        if sent.label is None and not sent.label_pending:
            continue
        for line_id, units in sent.items.items():
            left[line_id] -= units
            wanted = command.quantities.get(line_id, 0)
            if 0 <= left[line_id] < wanted <= left[line_id] + units:
                raise NotAllowedError(
                    f"cancel {wanted} of",
                    f"line {line_id} of order {case.order_id}",
                    f"shipment {sent.shipment_id} has its label already",
                    "cancel it with CancelShipment first",
                )
    return [command]


def _capture(case: Case, context: Context) -> list[Message]:
    order = case.placed
    if order.state is not OrderState.CONFIRMED:
        ORDER.step(case.order_id, order.state, OrderTrigger.COMPLETE)
    steps = capture_early(case, context)
    if not steps:
        raise NotAllowedError(
            "capture",
            f"order {case.order_id}",
            "nothing is due that is authorised and not yet taken",
            "see its payments",
        )
    return list(steps)


_ShipmentInput: TypeAlias = (
    PickShipment
    | PackShipment
    | BuyShipmentLabel
    | DispatchShipment
    | CancelShipment
    | InterceptShipment
)


def _shipment(case: Case, command: _ShipmentInput) -> list[Message]:
    order = case.placed
    case.shipment(command.shipment_id)
    if isinstance(command, InterceptShipment):
        return [command]
    if order.state is not OrderState.CONFIRMED:
        raise NotAllowedError(
            type(command).__name__,
            f"shipment {command.shipment_id}",
            f"order {case.order_id} is {order.state.value}",
            "goods are handled while it is confirmed",
        )
    if isinstance(command, DispatchShipment):
        if blocked(order, "dispatch"):
            raise _held("dispatch", case, "dispatch")
        if not is_secured(order):
            raise NotAllowedError(
                "dispatch",
                f"shipment {command.shipment_id}",
                "the money is not secured",
                "pay with PayOrder, or settle the open exception",
            )
    return [command]


def _check_backorder(reservation_id: str, context: Context) -> CheckBackorder:
    policy = context.policy
    return CheckBackorder(
        reservation_id=reservation_id,
        until=context.now + policy.payment_within + policy.hold_grace,
        check_at=context.now + policy.backorder_check,
    )


def _start_return(
    case: Case, command: RequestReturn, context: Context
) -> StartReturn:
    order = case.placed
    if order.state not in {OrderState.CONFIRMED, OrderState.COMPLETED}:
        raise NotAllowedError(
            "return goods of",
            f"order {case.order_id}",
            f"it is {order.state.value}",
            "a return follows a delivery",
        )
    check_quantities(order, command.quantities, type(command).__name__)
    problems = _return_problems(case, command.quantities)
    reasons = context.policy.reasons
    if command.reason not in reasons:
        known = ", ".join(reasons)
        problems.append(Problem("reason", f"must be one of: {known}"))
    if command.resolution == "keep" and command.actor.kind == "customer":
        problems.append(
            Problem("resolution", "only the shop can let the goods stay")
        )
    if problems:
        raise ValidationError(type(command).__name__, problems)
    return_id = f"{case.order_id}-t{len(case.returns) + 1}"
    return StartReturn(
        return_id=return_id,
        quantities=command.quantities,
        reason=command.reason,
        resolution=command.resolution,
        at=context.now,
        comment=f"{return_id}:comment" if command.comment else "",
    )


def _return_problems(case: Case, quantities: Quantities) -> list[Problem]:
    problems = []
    taken: dict[str, int] = {}
    for back in case.returns.values():
        if back.state in _GONE:
            continue
        for line in back.lines:
            units = max(line.quantity, line.received)
            taken[line.line_id] = taken.get(line.line_id, 0) + units
    for line_id, quantity in quantities.items():
        delivered = case.placed.units[line_id].delivered
        left = max(0, delivered - taken.get(line_id, 0))
        if quantity > left:
            problems.append(
                Problem(
                    f"quantities[{line_id}]",
                    f"{quantity} asked for; {left} of {delivered} "
                    "delivered units can come back",
                )
            )
    return problems


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
        case StockReported() if fact.reservation_id not in case.reservations:
            return [_unmatched(case, fact, fact.reservation_id)]
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
        case _:
            return [fact]


def _timer(case: Case, timer: Timer, context: Context) -> list[Step]:
    kind = timer.kind
    match kind:
        case TimerKind.PAYMENT_DUE:
            ends_in = OrderState.EXPIRED
            return [BeginClosing(reason="expired", ends_in=ends_in)]
        case TimerKind.FOLLOW_UP:
            return [SendFollowUp()]
        case TimerKind.HOLD_ENDS:
            return _hold_ends(case, timer.subject)
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
            return [_check_backorder(timer.subject, context)]
        case TimerKind.RETURN_EXPIRES:
            return [ExpireReturn(return_id=timer.subject)]
        case TimerKind.RECEIVING_ENDS:
            return [EndReceiving(return_id=timer.subject)]


def _hold_ends(case: Case, hold_id: str) -> list[Step]:
    order = case.placed
    hold = next(hold for hold in order.holds if hold.hold_id == hold_id)
    gone = any(units.shipped for units in order.units.values())
    waiting = order.state in {OrderState.PLACED, OrderState.CONFIRMED}
    lift = LiftHold(hold_id=hold_id, note="its time is up")
    if hold.reason == "fraud" and waiting and not gone:
        closing = BeginClosing(reason="fraud", ends_in=OrderState.REJECTED)
        return [closing, lift]
    return [lift]


def _effect_failed(fact: EffectFailed) -> OpenException:
    if fact.port == "notifier":
        kind = ExceptionKind.MESSAGE_FAILED
    elif fact.unknown:
        kind = ExceptionKind.OUTCOME_UNKNOWN
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
    if not fact.operation_id or fact.operation_id not in awaited:
        return False
    kind = fact.operation_id.rpartition(":")[0].rpartition(":")[2]
    return not isinstance(fact.outcome, _ANSWERS[kind])


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


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
