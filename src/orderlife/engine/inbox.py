"""What is stored of an input, and what it was answered before."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderlife._checks.validation import check, check_order_id
from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.house import House
from orderlife._kernel.messages import Actor, Command, ExceptionKind, Fact
from orderlife._values.limits import MAX_SCANS
from orderlife._values.replacing import replace
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.summary import summary_of
from orderlife.errors import (
    CommandIdReusedError,
    DeniedError,
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
from orderlife.rooms.order.messages import OrderPlaced
from orderlife.rooms.shipment.messages import Scanned

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
    """What became of an input."""

    order_id: str
    first_version: int
    """The version that it was decided on."""
    last_version: int
    """The version that it led to."""
    repeated: bool = False
    """True: its id was answered before, and this is that answer."""


def order_id_of(message: Command | Fact, house: House) -> str:
    """The order that an input is about.

    Raises:
        ValidationError: it is none, or names what can be no order.
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


def _scan_id(case: Case, message: Command | Fact, house: House) -> str:
    """The id of a scan of a parcel that has too many to keep.

    What is not kept cannot be compared with: the store knows a repeat
    by what it says.
    """
    if not isinstance(message, Scanned) or message.fact_id:
        return ""
    shipment = case.shipments.get(message.shipment_id)
    if shipment is None or len(shipment.scans) < MAX_SCANS:
        return ""
    return f"scan:{_mark(message, house)}"


def _mark(message: Command | Fact, house: House) -> str:
    """What tells an input apart from others of its id."""
    from orderlife.codec import codec_of

    return codec_of(house).fingerprint(message)


def refused(
    message: Command | Fact,
    refusal: Refusal,
    now: datetime,
    house: House,
) -> Flow[Receipt]:
    """Give the first answer again, or raise why there is none.

    A command that is denied leaves a record of that, and nothing else:
    its actor is not told what became of another's command either.  One
    that would move too much may have moved it before.
    """
    if isinstance(refusal.error, DeniedError) and isinstance(message, Command):
        if isinstance(refusal.error, LimitExceededError):
            answer = yield from calls.find_answer(
                FindAnswer(
                    order_id=message.order_id, input_id=_input_id(message)
                )
            )
            if answer is not None and answer.fingerprint == _mark(
                message, house
            ):
                return again(message, answer, house)
        yield from calls.deny(_denial(message, refusal.error, now))
        raise refusal.error
    check(message)  # a wrong shape has no content to compare, and no id
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
    command that told of a person who was erased meanwhile: nobody can
    say any more whether it is the same.

    Raises:
        CommandIdReusedError: it is another command.
    """
    known = answer.fingerprint
    if isinstance(message, Command) and known not in {
        "",
        _mark(message, house),
    }:
        raise CommandIdReusedError(message.order_id, message.command_id)
    return Receipt(
        order_id=message.order_id,
        first_version=answer.first_version,
        last_version=answer.last_version,
        repeated=True,
    )


def number_taken(commit: Commit[Case], owner: str) -> NumberTakenError:
    """Why an order cannot be placed whose number is another's."""
    summary = commit.summary
    return NumberTakenError(
        commit.order_id, summary.channel, summary.channel_number, owner
    )


def receipt(before: Case, after: Case) -> Receipt:
    """Say what an input led to."""
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
    """All that is stored of a decision."""
    case = loaded.case
    input_id = _input_id(message)
    if not input_id and decision.events:
        input_id = _scan_id(case, message, house)
    return Commit(
        order_id=case.order_id,
        expected_version=case.version,
        case=decision.case,
        summary=summary_of(decision.case),
        head=loaded.head,
        events=decision.events,
        intents=decision.intents,
        timers=house.timers(decision.case),
        now=now,
        personal=decision.personal,
        number=_claimed(decision),
        input_id=input_id,
        fingerprint=_mark(message, house) if input_id else "",
        settles=(
            *(
                _fitting(each, message, decision.case, house)
                for each in settles
            ),
            *_reported(message, decision.case, now, house),
            *_retried(decision, now),
        ),
    )


def _fitting(
    settle: Settle, message: Command | Fact, case: Case, house: House
) -> Settle:
    """How an effect goes on whose answer the order could not use.

    It still waits for one: so nothing is done, and a person is asked.
    """
    over = settle.state in {EffectState.DONE, EffectState.DECLINED}
    if not (over and answered_by(message, house)) or _finished(
        message, case, house
    ):
        return settle
    why = "its answer answers something else"
    return attrs.evolve(
        settle, state=EffectState.ATTENTION, note=why, doubt=True
    )


def _claimed(decision: Decision) -> ChannelNumber | None:
    """The channel's number that an order is placed with.

    A draft claims nothing: it is no order yet, and may come to nothing.
    An order without a channel is one of the shop's own.
    """
    for recorded in decision.events:
        if isinstance(event := recorded.event, OrderPlaced):
            placed = event.placement
            if placed.channel_number:
                return ChannelNumber(placed.channel, placed.channel_number)
    return None


def _retried(decision: Decision, now: datetime) -> tuple[Settle, ...]:
    """What a person wants tried again.

    Where nobody knows what became of it, it is found out first; what
    was refused is renewed, if the ledger remembers no doubt.
    """
    latest = {
        item.contradiction.subject: item.contradiction.kind
        for item in decision.case.placed.exceptions
    }
    doubtful = {
        operation_id
        for operation_id in decision.retried
        if latest[operation_id] is ExceptionKind.OUTCOME_UNKNOWN
    }
    return tuple(
        Settle(
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
    message: Command | Fact, case: Case, now: datetime, house: House
) -> tuple[Settle, ...]:
    """A report that settles an effect which was waiting for it."""
    operation_id = _finished(message, case, house)
    if not operation_id:
        return ()
    refused = _fate_in(message) is Fate.REFUSED
    state = EffectState.DECLINED if refused else EffectState.DONE
    return (Settle(operation_id=operation_id, state=state, due_at=now),)


def _finished(message: Command | Fact, case: Case, house: House) -> str:
    """The operation of which nothing more is awaited; empty: none.

    One that is not its subject's is awaited still: its answer came to
    the wrong place.  What no part waits for is over by any answer that
    says what became of it.
    """
    port = answered_by(message, house)
    operation_id: str = getattr(message, "operation_id", "")
    prefix = f"{house.subject_of(message)}:"
    if not port or not operation_id.startswith(prefix):
        return ""
    kind = operation_id.removeprefix(prefix).partition(":")[0]
    if kind not in house.ports[port].operations:
        return ""
    awaited = house.awaits(case, operation_id)
    if awaited is None:
        awaited = _fate_in(message) is Fate.IN_DOUBT
    return "" if awaited else operation_id


def _fate_in(message: Command | Fact) -> Fate | None:
    """What becomes of an effect by a report; None: it does not say."""
    outcome = getattr(message, "outcome", None)
    return outcome.fate if isinstance(outcome, Outcome) else None


def provider(port: str) -> Actor:
    """Who reports what a port has answered."""
    return Actor("provider", port)


def answered_by(message: Command | Fact, house: House) -> str:
    """The port whose answers such facts are; empty: it is no answer."""
    return house.answered_by.get(type(message), "")


def fact_of(intent: Intent, outcome: Outcome, house: House) -> Fact | None:
    """The fact that an outcome is; None: the order need not know.

    Args:
        intent: what was performed.
        outcome: one of the answers that there are to it.
        house: whose rooms are told.
    """
    report = house.reports.get(type(intent))
    fact = report.tell(intent, outcome) if report is not None else None
    if fact is None:
        return None
    return replace(fact, source=provider(intent.port))
