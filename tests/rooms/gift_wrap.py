"""A room of an application's own: parcels are wrapped, for a fee."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar, Unpack

import attrs

from orderlife import (
    Case,
    Command,
    Contradiction,
    Event,
    ExceptionItem,
    ExceptionKind,
    Fact,
    NotAllowedError,
    OrderState,
    Recorded,
    Remedy,
    TimerKind,
)
from orderlife.building import (
    HOUSE,
    PERSONAL,
    REFERENCE,
    Context,
    Deadline,
    FactOptions,
    Invariants,
    Offer,
    Options,
    Parts,
    Room,
    Step,
    Told,
    Trouble,
    Verbs,
    Violation,
    about,
    changes,
    customer,
    hears,
    makes,
    offer,
    on,
    order_of,
    precondition,
    tells,
    verb,
)
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.shipment.messages import ShipmentDispatched

TORN = ExceptionKind("gift_wrap.torn")
LATE = TimerKind("gift_wrap.late")
WRAPPED = MessageKind("gift_wrap.wrapped")

R = TypeVar("R")


class WrapState(Enum):
    """Where a wrap is."""

    WANTED = "wanted"
    DONE = "done"
    LATE = "late"


@attrs.frozen(kw_only=True)
class Wrap:
    """A wrap that somebody wants."""

    wrap_id: str
    state: WrapState
    paper: str
    until: datetime
    greeting: str = ""


@attrs.frozen(kw_only=True)
class AskForWrap(Command):
    """Ask for a wrap."""

    paper: str
    greeting: str = attrs.field(default="", metadata=PERSONAL)


@attrs.frozen(kw_only=True)
class WrapIt(Command):
    """Say that it is wrapped."""

    wrap_id: str


@attrs.frozen(kw_only=True)
class PaperTorn(Fact):
    """The paper is torn."""

    wrap_id: str


@attrs.frozen(kw_only=True)
class RunLate(Step):
    """Nobody has wrapped it in time."""

    wrap_id: str


@attrs.frozen(kw_only=True)
class WrapWanted(Event):
    """Somebody wants a wrap."""

    wrap_id: str
    paper: str
    until: datetime
    greeting: str = attrs.field(default="", metadata=REFERENCE)


@attrs.frozen(kw_only=True)
class WrapDone(Event):
    """It is wrapped."""

    wrap_id: str


@attrs.frozen(kw_only=True)
class WrapLate(Event):
    """It was not wrapped in time."""

    wrap_id: str


@attrs.frozen(kw_only=True)
class WrapTerms:
    """What a shop may want otherwise."""

    patience: timedelta = timedelta(days=1)


WRAPS = Parts("gift_wrap", Wrap, "wrap_id")


def ask(
    case: Case, command: AskForWrap, context: Context
) -> Iterator[WrapWanted]:
    """One wrap more, in the time that the shop allows."""
    number = len(WRAPS.of(case)) + 1
    wrap_id = f"{case.order_id}-w{number}"
    yield WrapWanted(
        wrap_id=wrap_id,
        paper=command.paper,
        until=context.now + context.terms(WrapTerms).patience,
        greeting=f"{wrap_id}:greeting" if command.greeting else "",
    )


def wrap(wrap: Wrap, command: WrapIt, context: Context) -> list[WrapDone]:
    """Say that it is wrapped, once."""
    if wrap.state is WrapState.DONE:
        raise NotAllowedError(
            "wrap", f"wrap {wrap.wrap_id}", "it is wrapped", "leave it"
        )
    return [WrapDone(wrap_id=wrap.wrap_id)]


def torn(wrap: Wrap, fact: PaperTorn, context: Context) -> list[OpenException]:
    """Ask somebody about it."""
    return [
        OpenException(
            Contradiction(TORN, wrap.wrap_id, "whole paper", "it is torn")
        )
    ]


def unknown(
    case: Case, fact: PaperTorn, context: Context
) -> list[OpenException]:
    """Ask somebody about paper that is nobody's."""
    return [OpenException(Contradiction(TORN, fact.wrap_id, "a wrap", "none"))]


def run_late(wrap: Wrap, step: RunLate, context: Context) -> list[WrapLate]:
    """It is late."""
    return [WrapLate(wrap_id=wrap.wrap_id)]


def wanted(event: WrapWanted) -> Wrap:
    """A wrap begins."""
    return Wrap(
        wrap_id=event.wrap_id,
        state=WrapState.WANTED,
        paper=event.paper,
        until=event.until,
        greeting=event.greeting,
    )


def done(wrap: Wrap, event: WrapDone) -> Wrap:
    """It is wrapped."""
    return attrs.evolve(wrap, state=WrapState.DONE)


def late(wrap: Wrap, event: WrapLate) -> Wrap:
    """It is late."""
    return attrs.evolve(wrap, state=WrapState.LATE)


def due(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """Until when each is to be wrapped."""
    for wrap in WRAPS.of(case).values():
        if wrap.state is WrapState.WANTED:
            yield wrap.wrap_id, wrap.until


def fires(case: Case, wrap_id: str, context: Context) -> list[RunLate]:
    """Nobody has wrapped it."""
    return [RunLate(wrap_id=wrap_id)]


def told(case: Case, event: WrapDone, context: Context) -> Iterator[Notify]:
    """It is wrapped."""
    return customer(case, WRAPPED, event.wrap_id, context)


def again(case: Case, item: ExceptionItem, context: Context) -> list[RunLate]:
    """It takes its time."""
    return [RunLate(wrap_id=item.contradiction.subject)]


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Ask for one, and wrap those that are wanted."""
    yield offer(case, context.actor, AskForWrap, paper="plain")
    for wrap_id in WRAPS.of(case):
        yield offer(case, context.actor, WrapIt, wrap_id, wrap_id=wrap_id)


def status(wraps: Mapping[str, Wrap]) -> str:
    """Whether all wraps that are wanted are done."""
    states = {wrap.state for wrap in wraps.values()}
    if not states:
        return "none"
    return "done" if states == {WrapState.DONE} else "wanted"


def in_words(event: Event, case: Case) -> Told | None:
    """What is wanted and done; that it is late has no sentence."""
    match event:
        case WrapWanted():
            return Told(f"{event.wrap_id}: in {event.paper}", "gift_wrap")
        case WrapDone():
            paper = WRAPS.of(case)[event.wrap_id].paper
            return Told(f"{event.wrap_id}: is in {paper}", "gift_wrap")
        case _:
            return None


def has_paper(case: Case) -> Iterator[Violation]:
    """A wrap is of some paper."""
    for wrap in WRAPS.of(case).values():
        if not wrap.paper:
            yield Violation(1, f"{wrap.wrap_id} has no paper")


def is_not_done(case: Case, event: WrapDone) -> Iterator[Violation]:
    """Nothing is wrapped twice."""
    if WRAPS.of(case)[event.wrap_id].state is WrapState.DONE:
        yield Violation(2, f"{event.wrap_id} is wrapped again")


def is_wrapped(case: Case, event: ShipmentDispatched) -> Iterator[Violation]:
    """Nothing leaves before it is wrapped."""
    for wrap in WRAPS.of(case).values():
        if wrap.state is not WrapState.DONE:
            yield Violation(3, f"{wrap.wrap_id} is missed")


def is_recorded(
    case: Case, history: Sequence[Recorded]
) -> Iterator[Violation]:
    """Each wrap was wanted once."""
    wanted = sum(isinstance(each.event, WrapWanted) for each in history)
    if wanted != len(WRAPS.of(case)):
        yield Violation(4, f"{wanted} were wanted")


def is_late(case: Case) -> bool:
    """Whether somebody must be quick now."""
    return any(w.state is WrapState.LATE for w in WRAPS.of(case).values())


GIFT_WRAP: Room[Wrap] = Room(
    name="gift_wrap",
    parts=WRAPS,
    commands=(on(AskForWrap, ask), about(WrapIt, wrap)),
    facts=(hears(PaperTorn, torn, unknown=unknown),),
    steps=(about(RunLate, run_late),),
    events=(
        makes(WrapWanted, wanted),
        changes(WrapDone, done),
        changes(WrapLate, late),
    ),
    tells=(tells(WrapDone, told),),
    silent=(WrapWanted, WrapLate),
    deadlines=(Deadline(LATE, due, fires),),
    troubles=(Trouble(TORN, {Remedy.RETRY: again, Remedy.ACCEPT: None}),),
    offers=offers,
    invariants=Invariants(
        case=(has_paper,),
        events=(
            precondition(WrapDone, is_not_done),
            precondition(ShipmentDispatched, is_wrapped),
        ),
        history=(is_recorded,),
        moves_on=is_late,
    ),
    status=status,
    sentences=in_words,
    terms=WrapTerms,
)


def wait_for_it(case: Case, context: Context) -> Sequence[RunLate]:
    """Nothing is sent while a wrap is wanted; here: it asks for nothing."""
    return ()


WITH_WRAPS = HOUSE.with_(
    GIFT_WRAP, at_rest={OrderState.CONFIRMED: (wait_for_it,)}
)


class WrapVerbs(Verbs[R]):
    """What a desk can be asked about wraps."""

    @verb(AskForWrap)
    def ask(
        self,
        order_id: str,
        paper: str,
        greeting: str = "",
        **options: Unpack[Options],
    ) -> R:
        """Ask for a wrap."""
        return self._desk.submit(
            AskForWrap(
                order_id=order_id,
                paper=paper,
                greeting=greeting,
                **self._envelope(options),
            )
        )

    @verb(WrapIt)
    def wrap(self, wrap_id: str, **options: Unpack[Options]) -> R:
        """Say that it is wrapped."""
        return self._desk.submit(
            WrapIt(
                order_id=order_of(wrap_id),
                wrap_id=wrap_id,
                **self._envelope(options),
            )
        )

    @verb(PaperTorn)
    def tear(self, wrap_id: str, **options: Unpack[FactOptions]) -> R:
        """Report that its paper is torn."""
        return self._desk.report(
            PaperTorn(order_id=order_of(wrap_id), wrap_id=wrap_id, **options)
        )
