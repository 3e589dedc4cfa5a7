"""``handle``: any input against any case gives a decision or a refusal.

Pure and total.  It reads no clock, asks nobody and changes nothing:
decide, evolve, react, until no step is left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, TypeAlias, assert_never, get_args

import attrs

from orderlife._checks.validation import check, check_time
from orderlife._kernel.case import (
    AnyEvent,
    Case,
    advance,
    evolve,
    fold,
    timers,
)
from orderlife._kernel.integrity import Sound
from orderlife._kernel.messages import (
    NOTHING,
    Command,
    ExceptionKind,
    Fact,
    Recorded,
    Remedy,
    Step,
)
from orderlife._values.limits import MAX_STEPS
from orderlife._values.personal import FreeText, Personal
from orderlife._values.replacing import replace
from orderlife._values.sanitizing import heard
from orderlife.admission import AnyCommand, AnyFact, admit_command
from orderlife.effects import ASKING, intents
from orderlife.errors import (
    InputError,
    InvariantError,
    Problem,
    RefusedError,
    ValidationError,
)
from orderlife.notices import TELLING, notices
from orderlife.planning import Context
from orderlife.policy import authority
from orderlife.policy.model import Policy, check_policy
from orderlife.ports.base import Intent
from orderlife.process import QUIET, at_rest, react
from orderlife.reception import admit_fact
from orderlife.rooms.order import decide as order_room, payments
from orderlife.rooms.order.messages import (
    DraftOrder,
    ExceptionResolved,
    OrderCommand,
    OrderStep,
    PaymentReported,
    PlaceOrder,
)
from orderlife.rooms.order.placement import personal_of
from orderlife.rooms.returns import decide as return_room
from orderlife.rooms.returns.decide import ReturnMessage
from orderlife.rooms.returns.messages import (
    RequestReturn,
    ReturnReceived,
    ReturnRequested,
    ReturnShipped,
    StartReturn,
)
from orderlife.rooms.shipment import decide as shipment_room
from orderlife.rooms.shipment.messages import (
    LabelReported,
    PlanShipment,
    Scanned,
    ShipmentCommand,
    ShipmentStep,
)
from orderlife.rooms.stock import decide as reservation_room
from orderlife.rooms.stock.messages import (
    ReservationStep,
    ReserveStock,
    StockReported,
)

__all__ = [
    "AnyCommand",
    "AnyEvent",
    "AnyFact",
    "Case",
    "Decision",
    "Refusal",
    "evolve",
    "fold",
    "handle",
    "timers",
]

_DEFAULT_POLICY: Final = Policy()


@attrs.frozen(kw_only=True)
class Decision:
    """What follows from an input: to be stored as one."""

    case: Case
    events: tuple[Recorded, ...]
    """Empty: the input changed nothing, as a repeated fact does."""
    intents: tuple[Intent, ...] = ()
    """What is asked of the ports, to be performed once stored."""
    retried: tuple[str, ...] = ()
    """Operations that a person wants tried again, under their key."""
    personal: Mapping[str, Personal] = attrs.field(default=NOTHING, repr=False)
    """Personal data by reference, to be stored apart."""


@attrs.frozen
class Refusal:
    """Why a command is not followed.  Nothing has changed."""

    error: RefusedError | InputError


def handle(
    case: Case,
    message: AnyCommand | AnyFact,
    now: datetime,
    policy: Policy = _DEFAULT_POLICY,
) -> Decision | Refusal:
    """Decide what follows from a command or a fact.

    Args:
        case: the order as it stands; ``Case(order_id=…)`` for a new
            one.
        message: what is asked, or what has happened.
        now: the time of the decision, aware.
        policy: the shop's choices.

    Returns:
        A decision, to be stored in one transaction; or a refusal that
        holds the error to raise.  A fact about an order that is there
        is never refused, unless its very shape is wrong.

    Raises:
        InvariantError: the case contradicts itself.
        PolicyError: the policy has no answer to what a command asks.
    """
    try:
        now = check_time(now)
        message = heard(message) if isinstance(message, Fact) else message
        _check(case, message)
        check_policy(policy)
        with Sound(case.order_id):
            return _handle(case, message, now, policy)
    except (RefusedError, InputError) as error:
        return Refusal(error)


_MESSAGES: Final = frozenset(get_args(AnyCommand | AnyFact))


def _check(case: Case, message: object) -> None:
    if type(message) not in _MESSAGES:
        what = type(message).__name__
        problem = Problem("message", "must be a command or a fact")
        raise ValidationError(what, [problem])
    check(message)
    order_id = message.order_id  # type: ignore[attr-defined]
    if order_id != case.order_id:
        problem = Problem("order_id", f"is not this case's, {case.order_id}")
        raise ValidationError(type(message).__name__, [problem])


def _handle(
    case: Case,
    message: AnyCommand | AnyFact,
    now: datetime,
    policy: Policy,
) -> Decision:
    if isinstance(message, Command):
        actor, cause = message.actor, message.command_id
        context = Context(
            now=now, policy=policy, actor=actor, notify=message.notify
        )
        first = admit_command(case, message, context)
    else:
        actor = message.source
        cause = message.fact_id or getattr(message, "operation_id", "")
        context = Context(now=now, policy=policy, actor=actor)
        first = admit_fact(case, message, context)
    run = _Run(case, context, cause)
    run.until_rest(deque(first))
    if isinstance(message, Command):
        run.within_limits(case, message)
    return Decision(
        case=run.case,
        events=tuple(run.events),
        intents=tuple(run.intents),
        retried=tuple(run.retried),
        personal=_personal(message, run.events),
    )


class _Run:
    """One decision under way: decide, evolve, react, to a fixpoint."""

    def __init__(self, case: Case, context: Context, cause: str) -> None:
        self.case = case
        self.context = context
        self.cause = cause
        self.events: list[Recorded] = []
        self.intents: list[Intent] = []
        self.retried: list[str] = []

    def until_rest(self, todo: deque[Command | Fact | Step]) -> None:
        steps = 0
        while todo:
            steps += 1
            if steps > MAX_STEPS:
                message = f"no rest after {MAX_STEPS} steps"
                raise InvariantError(message)
            follows: list[Fact | Step] = []
            for event in _decide(self.case, todo.popleft(), self.context):
                follows += self._record(event)
            if follows:
                # What follows from it comes before what was asked already:
                # each reaction sees the state that it was asked in.
                todo.extendleft(reversed(follows))
            if not todo:
                todo.extend(at_rest(self.case, self.context))

    def within_limits(self, before: Case, command: Command) -> None:
        """Judge what has been moved, and keep the sum of it.

        Raises:
            LimitExceededError: it is more than the actor may move.
        """
        events = [recorded.event for recorded in self.events]
        policy = self.context.policy
        for event in authority.used(
            before,
            self.case,
            events,  # type: ignore[arg-type]
            command,
            policy,
        ):
            self._record(event)

    def _record(self, event: AnyEvent) -> Iterable[Fact | Step]:
        if not self.events:
            self.case = replace(self.case)  # to be written into, from now on
        case, context = self.case, self.context
        advance(case, event)
        self.events.append(
            Recorded(
                case.version, context.now, context.actor, self.cause, event
            )
        )
        kind = type(event)
        if kind in ASKING:
            self.intents += intents(case, event, context.policy)  # type: ignore[arg-type]
        if kind in TELLING:
            self.intents += notices(case, event, context)
        if kind is ExceptionResolved:
            self.retried += _retried(case, event)  # type: ignore[arg-type]
        return () if kind in QUIET else react(case, event, context)


_RETRIABLE: Final = frozenset(
    (
        ExceptionKind.EFFECT_FAILED,
        ExceptionKind.OUTCOME_UNKNOWN,
        ExceptionKind.MESSAGE_FAILED,
    )
)


def _retried(case: Case, event: ExceptionResolved) -> list[str]:
    item = order_room.find_exception(case.placed, event.exception_id)
    why = item.contradiction
    again = event.remedy is Remedy.RETRY and why.kind in _RETRIABLE
    return [why.subject] if again else []


def _personal(
    message: AnyCommand | AnyFact, events: list[Recorded]
) -> Mapping[str, Personal]:
    if isinstance(message, PlaceOrder | DraftOrder):
        return personal_of(message)
    if isinstance(message, RequestReturn) and message.comment:
        return {
            recorded.event.comment: FreeText(message.comment)
            for recorded in events
            if isinstance(recorded.event, ReturnRequested)
        }
    return {}


_Room: TypeAlias = Command | Fact | Step
_ORDER_COMMANDS: Final = frozenset(get_args(OrderCommand))
_ORDER_STEPS: Final = frozenset(get_args(OrderStep))
_STOCK: Final = frozenset(get_args(ReservationStep))
_SHIPMENT: Final = frozenset(get_args(ShipmentCommand | ShipmentStep))
_RETURN: Final = frozenset(get_args(ReturnMessage))


def _decide(case: Case, message: _Room, context: Context) -> list[AnyEvent]:
    """Hand a message to the room that it belongs to."""
    kind = type(message)
    if kind in _ORDER_STEPS:
        return list(
            order_room.decide_step(
                case.placed,
                message,  # type: ignore[arg-type]
                context.now,
                context.actor,
            )
        )
    if kind in _STOCK:
        return list(_decide_stock(case, message))  # type: ignore[arg-type]
    if kind in _SHIPMENT:
        return _decide_shipment(case, message, context)  # type: ignore[arg-type]
    if kind in _RETURN:
        return _decide_return(case, message)  # type: ignore[arg-type]
    if kind in _ORDER_COMMANDS:
        return _decide_order(case, message, context)  # type: ignore[arg-type]
    return _decide_fact(case, message, context)  # type: ignore[arg-type]


def _decide_order(
    case: Case, command: OrderCommand, context: Context
) -> list[AnyEvent]:
    if case.order is None and isinstance(command, PlaceOrder | DraftOrder):
        return list(order_room.decide_first(command, context.now))
    return list(order_room.decide(case.placed, command, context.now))


def _decide_stock(case: Case, step: ReservationStep) -> list[AnyEvent]:
    if isinstance(step, ReserveStock):
        return list(reservation_room.decide_first(step))
    held = case.reservation(step.reservation_id)
    return list(reservation_room.decide(held, step))


def _decide_shipment(
    case: Case, message: ShipmentCommand | ShipmentStep, context: Context
) -> list[AnyEvent]:
    if isinstance(message, PlanShipment):
        return list(shipment_room.decide_first(message))
    sent = case.shipment(message.shipment_id)
    return list(
        shipment_room.decide(
            sent, message, context.now, context.policy.untracked_within
        )
    )


def _decide_return(case: Case, message: ReturnMessage) -> list[AnyEvent]:
    back = case.returns.get(message.return_id)
    if back is None and isinstance(message, StartReturn):
        return list(return_room.decide_first(message))
    back = case.return_(message.return_id)
    return list(return_room.decide(back, message))


_RoomFact: TypeAlias = (
    PaymentReported
    | StockReported
    | Scanned
    | LabelReported
    | ReturnShipped
    | ReturnReceived
)


def _decide_fact(
    case: Case, fact: _RoomFact, context: Context
) -> list[AnyEvent]:
    match fact:
        case PaymentReported():
            return list(payments.report(case.placed, fact, context.now))
        case StockReported():
            held = case.reservation(fact.reservation_id)
            return list(reservation_room.decide_report(held, fact))
        case Scanned():
            sent = case.shipment(fact.shipment_id)
            return list(shipment_room.decide_scan(sent, fact, context.now))
        case LabelReported() if fact.subject in case.shipments:
            sent = case.shipment(fact.subject)
            return list(shipment_room.decide_label(sent, fact))
        case LabelReported():
            back = case.return_(fact.subject)
            return list(
                return_room.decide_label(back, fact.operation_id, fact.outcome)
            )
        case ReturnShipped():
            back = case.return_(fact.return_id)
            return list(return_room.decide_shipped(back, fact, context.now))
        case ReturnReceived():
            back = case.return_(fact.return_id)
            now = context.now
            until = now + context.policy.receive_within
            return list(return_room.decide_receipt(back, fact, now, until))
        case _:
            assert_never(fact)
