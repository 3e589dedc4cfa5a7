"""What is stored of an input, and the answers to repeated inputs."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderlife._checks.validation import check, check_order_id
from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.house import House
from orderlife._kernel.messages import Actor, Command, ExceptionKind, Fact
from orderlife._values.replacing import replace
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.keeping import check_kept
from orderlife.engine.summary import summary_of
from orderlife.errors import (
    CommandIdReusedError,
    DeniedError,
    InvariantError,
    LimitExceededError,
    NumberTakenError,
    Problem,
    ValidationError,
)
from orderlife.ports.base import Fate, Intent, Outcome
from orderlife.ports.store import (
    Answer,
    ChannelNumber,
    Commit,
    Denial,
    EffectState,
    FindAnswer,
    Loaded,
    Settle,
)

__all__ = [
    "Receipt",
    "again",
    "answered_by",
    "commit_of",
    "fact_of",
    "number_taken",
    "order_id_of",
    "provider",
    "receipt",
    "refused",
]


@attrs.frozen(kw_only=True)
class Receipt:
    """The result of an input."""

    order_id: str
    first_version: int
    """The order's version that it was decided on."""
    last_version: int
    """The order's version after it."""
    repeated: bool = False
    """True: its id was answered before, and this is that answer."""


def order_id_of(message: Command | Fact, house: House) -> str:
    """The order that an input is about.

    Raises:
        ValidationError: it is no input, or its order id is no id.
    """
    if type(message) not in house.inputs:
        problem = Problem("message", "must be a command or a fact")
        raise ValidationError(type(message).__name__, [problem])
    check_order_id(message.order_id)
    return message.order_id


def _input_id(message: Command | Fact) -> str:
    """The id of an input; empty: it has none."""
    if isinstance(message, Command):
        return f"command:{message.command_id}"
    return f"fact:{message.fact_id}" if message.fact_id else ""


def _content_id(case: Case, message: Command | Fact, house: House) -> str:
    """The input id of a fact that its part cannot tell from earlier ones.

    The store knows a repeat by an id made of the fact's content.  Empty:
    its part compares it with those it keeps.
    """
    for marks in house.marks:
        if word := marks(case, message):
            return f"{word}:{_mark(message, house)}"
    return ""


def _mark(message: Command | Fact, house: House) -> str:
    """The fingerprint that tells an input from others of its id."""
    from orderlife.codec import codec_of

    return codec_of(house).fingerprint(message)


def refused(
    message: Command | Fact,
    refusal: Refusal,
    now: datetime,
    house: House,
) -> Flow[Receipt]:
    """Give the first answer again, or raise the refusal.

    Of a command that is denied only the denial is recorded, and its
    actor does not learn the answer to another actor's command.  A
    command beyond its actor's limit may be one that was followed before.
    """
    if isinstance(refusal.error, DeniedError) and isinstance(message, Command):
        if isinstance(refusal.error, LimitExceededError):
            answer = yield from calls.find_answer(
                FindAnswer(
                    order_id=message.order_id, input_id=_input_id(message)
                )
            )
            if answer is not None and answer.fits(_mark(message, house)):
                return again(message, answer, house)
        yield from calls.deny(_denial(message, refusal.error, now))
        raise refusal.error
    check(message)  # a wrong shape has no content to compare
    input_id = _input_id(message)
    if input_id:
        found = FindAnswer(order_id=message.order_id, input_id=input_id)
        answer = yield from calls.find_answer(found)
        if answer is not None:
            return again(message, answer, house)
    raise refusal.error


def _denial(message: Command, error: DeniedError, now: datetime) -> Denial:
    return Denial(
        order_id=message.order_id,
        command_id=message.command_id,
        command=type(message).__name__,
        actor=str(message.actor),
        why=error.why,
        at=now,
    )


def again(message: Command | Fact, answer: Answer, house: House) -> Receipt:
    """Give the first answer again, if it is the same input.

    A fact that comes twice under one id is never refused.  Nor is a
    command with personal data that was erased meanwhile, as it cannot
    be compared any more.

    Raises:
        CommandIdReusedError: it is another command.
    """
    if isinstance(message, Command) and not answer.fits(_mark(message, house)):
        raise CommandIdReusedError(message.order_id, message.command_id)
    return Receipt(
        order_id=message.order_id,
        first_version=answer.first_version,
        last_version=answer.last_version,
        repeated=True,
    )


def number_taken(commit: Commit[Case], owner: str) -> NumberTakenError:
    """Make the error for an order whose number another order has."""
    summary = commit.summary
    return NumberTakenError(
        commit.order_id, summary.channel, summary.channel_number, owner
    )


def receipt(before: Case, after: Case) -> Receipt:
    """Make the receipt of an input that was stored."""
    return Receipt(
        order_id=before.order_id,
        first_version=before.version,
        last_version=after.version,
    )


def commit_of(
    loaded: Loaded[Case],
    message: Command | Fact,
    decision: Decision,
    now: datetime,
    settles: tuple[Settle, ...],
    house: House,
) -> Commit[Case]:
    """Make the commit that stores a decision."""
    case = loaded.case
    if house.brought:
        check_kept(case, message, decision, house)
    input_id = _input_id(message)
    if not input_id and decision.events:
        input_id = _content_id(case, message, house)
    after = decision.case
    finished = _finished(message, after, house)
    if not finished and answered_by(message, house):
        settles = tuple(map(_unfit, settles))
    return Commit(
        order_id=case.order_id,
        expected_version=case.version,
        case=after,
        summary=summary_of(after),
        head=loaded.head,
        events=decision.events,
        intents=decision.intents,
        timers=house.timers(after),
        now=now,
        personal=decision.personal,
        number=_claimed(decision, house),
        input_id=input_id,
        fingerprint=_mark(message, house) if input_id else "",
        settles=(
            *settles,
            *_reported(message, finished, now, settles),
            *_retried(decision, now),
        ),
    )


def _unfit(settle: Settle) -> Settle:
    """Hand an effect to a person, as the order could not use its answer.

    The order still waits for an answer then.
    """
    if not settle.state.is_settled:
        return settle
    why = "its answer answers something else"
    return attrs.evolve(
        settle, state=EffectState.ATTENTION, note=why, doubt=True
    )


def _claimed(decision: Decision, house: House) -> ChannelNumber | None:
    """The channel's number that one of the events claims for its order."""
    for recorded in decision.events:
        for claims in house.claims:
            if number := claims(recorded.event):
                return number
    return None


def _retried(decision: Decision, now: datetime) -> tuple[Settle, ...]:
    """Make due the effects that a person wants tried again.

    An effect whose outcome is unknown is looked up first; one that was
    refused gets a new key, unless the ledger has it in doubt.

    Raises:
        InvariantError: no item tells how such an operation went.
    """
    if not decision.retried:
        return ()
    latest = {
        item.contradiction.subject: item.contradiction.kind
        for item in decision.case.placed.exceptions
    }
    for operation_id in decision.retried:
        if operation_id not in latest:
            what = f"{operation_id} is to be tried again"
            message = f"{what}, and no exception item is about it"
            raise InvariantError(message)
    doubtful = {
        operation_id
        for operation_id in decision.retried
        if latest[operation_id] is ExceptionKind.OUTCOME_UNKNOWN
    }
    return tuple(
        Settle(
            order_id=decision.case.order_id,
            operation_id=operation_id,
            state=EffectState.IN_DOUBT
            if operation_id in doubtful
            else EffectState.PENDING,
            due_at=now,
            note="a person wants it tried again",
            renew=operation_id not in doubtful,
        )
        for operation_id in decision.retried
    )


def _reported(
    message: Command | Fact,
    operation_id: str,
    now: datetime,
    outcomes: tuple[Settle, ...],
) -> tuple[Settle, ...]:
    """Settle the effect that a report is the answer to.

    Unless whoever has performed it settles it: it is over then.

    Args:
        message: the report.
        operation_id: what it finishes; empty: nothing.
        now: the time of the decision.
        outcomes: what is settled already.
    """
    if not operation_id:
        return ()
    for each in outcomes:
        if each.operation_id == operation_id and each.state.is_settled:
            return ()
    refused = _fate_in(message) is Fate.REFUSED
    state = EffectState.DECLINED if refused else EffectState.DONE
    return (
        Settle(
            order_id=message.order_id,
            operation_id=operation_id,
            state=state,
            due_at=now,
        ),
    )


def _finished(message: Command | Fact, case: Case, house: House) -> str:
    """The id of the operation that a report finishes; empty: none.

    An operation of another subject is still awaited, as the report named
    the wrong part.  An operation that no part waits for is finished by
    any answer that is final.
    """
    port = answered_by(message, house)
    if not port:
        return ""
    operation_id: str = getattr(message, "operation_id", "")
    prefix = f"{house.subject_of(message)}:"
    if not operation_id.startswith(prefix):
        return ""
    kind = operation_id.removeprefix(prefix).partition(":")[0]
    if kind not in house.ports[port].operations:
        return ""
    awaited = house.awaits(case, operation_id)
    if awaited is None:
        awaited = _fate_in(message) in {Fate.IN_DOUBT, Fate.WAITING}
    return "" if awaited else operation_id


def _fate_in(message: Command | Fact) -> Fate | None:
    """The fate of an effect by a report; None: the report has none."""
    outcome = getattr(message, "outcome", None)
    return outcome.fate if isinstance(outcome, Outcome) else None


def provider(port: str) -> Actor:
    """The source of facts made of a port's answers."""
    return Actor("provider", port)


def answered_by(message: Command | Fact, house: House) -> str:
    """The port whose answer a fact is; empty: it is no port's answer."""
    return house.answered_by.get(type(message), "")


def fact_of(intent: Intent, outcome: Outcome, house: House) -> Fact | None:
    """Make the fact of an outcome; None: the order need not know.

    Args:
        intent: what was performed.
        outcome: the port's answer.
        house: the house of the order.
    """
    report = house.reports.get(type(intent))
    fact = report.tell(intent, outcome) if report is not None else None
    if fact is None:
        return None
    return replace(fact, source=provider(intent.port))
