"""The room of exception items: contradictions, and their remedies.

It is made of the kinds of items in the tables of all rooms, and of the
operations that these wait for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Final

from orderlife._kernel.case import Case
from orderlife._kernel.choices import Choice, Trial
from orderlife._kernel.context import Context
from orderlife._kernel.house import House
from orderlife._kernel.labels import word_label
from orderlife._kernel.messages import (
    Contradiction,
    Event,
    ExceptionKind,
    Fact,
    Remedy,
    Step,
)
from orderlife._kernel.offers import Offer, offer
from orderlife._kernel.room import Room, Trouble, about, asks, on, tells
from orderlife.rooms.exceptions import (
    decide,
    limits,
    messages,
    sentences,
)
from orderlife.rooms.exceptions.evolve import CHANGES
from orderlife.rooms.exceptions.invariants import INVARIANTS
from orderlife.rooms.exceptions.messages import (
    CloseExceptions,
    EffectFailed,
    ExceptionOpened,
    ExceptionResolved,
    OpenException,
    ResolveException,
)
from orderlife.rooms.exceptions.opening import find_exception
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.room import ORDERS

__all__ = ["exception_room"]


class _Resolutions:
    """Settles exception items by the tables of all rooms of a house."""

    def __init__(self, house: House) -> None:
        self._house = house

    @cached_property
    def _answers(self) -> Mapping[str, tuple[type, ...]]:
        """By kind of operation, the answers of its port.

        Only of operations whose answers name their part.
        """
        house = self._house
        return {
            operation: port.outcomes[intent]
            for port in house.ports.values()
            for operation, intent in port.operations.items()
            if (report := house.reports.get(intent)) is not None
            and report.fact in house.hearing
        }

    def resolve(
        self, order: Order, command: ResolveException, context: Context
    ) -> list[ExceptionResolved]:
        """Settle an item by one of its remedies."""
        kind = find_exception(order, command.exception_id).contradiction.kind
        decide.check_remedy(order, command, self._house.remedies[kind])
        return [decide.resolved(order, command)]

    def settle(
        self, case: Case, event: ExceptionResolved, context: Context
    ) -> Iterator[Event | Step | Fact]:
        """Apply a remedy by the rule of the room that has the subject."""
        if event.remedy is Remedy.OVERTAKEN:
            return
        item = find_exception(case.placed, event.exception_id)
        why = item.contradiction
        yield from self._house.resolve(
            case, why.kind, why.subject, event.remedy, item, context
        )

    def effect_failed(
        self, order: Order, fact: EffectFailed, context: Context
    ) -> list[OpenException]:
        """Open an item for an effect that was given up."""
        moves = self._house.moves(fact.port)
        return [decide.given_up(fact, moves=moves)]

    def misfit(
        self, case: Case, fact: Any, context: Context
    ) -> list[OpenException] | None:
        """Open an item for an answer of the wrong kind; None: it fits."""
        kind = fact.operation_id.rpartition(":")[0].rpartition(":")[2]
        if isinstance(fact.outcome, self._answers.get(kind, ())):
            return None
        awaited = self._house.awaits(case, fact.operation_id)
        return [_misfit(fact)] if awaited else None

    def offers(self, case: Case, context: Context) -> Iterator[Offer]:
        """Offer to settle each item, by each remedy of its kind."""
        for item in case.placed.exceptions:
            if item.is_open:
                remedies = self._house.remedies[item.contradiction.kind]
                for remedy in remedies:
                    yield offer(
                        case,
                        context.actor,
                        ResolveException,
                        item.exception_id,
                        exception_id=item.exception_id,
                        remedy=remedy,
                        note="tried",
                        choices=partial(_remedies, remedies),
                    )


def _remedies(remedies: Sequence[Remedy], trial: Trial) -> Iterator[Choice]:
    """Those that the rooms would follow now."""
    yield from trial.words(
        "remedy",
        {remedy.value: word_label(remedy.value) for remedy in remedies},
        lambda word: {"remedy": Remedy(word)},
        tries=True,
    )


_ACCEPT: Final = {Remedy.ACCEPT: None}
_RETRY: Final = {Remedy.RETRY: None, Remedy.ACCEPT: None}

_TROUBLES: Final = (
    # Retry: the same operation again, under a new key: it was refused.
    Trouble(ExceptionKind.EFFECT_FAILED, _RETRY),
    Trouble(ExceptionKind.OUTCOME_UNKNOWN, _RETRY),
    Trouble(ExceptionKind.MESSAGE_FAILED, _RETRY),
    Trouble(ExceptionKind.UNMATCHED_FACT, _ACCEPT),
    # Accept: the policy is corrected; what was done stays.
    Trouble(ExceptionKind.POLICY_FAULT, _ACCEPT),
    Trouble(ExceptionKind.FROM_THE_FUTURE, _ACCEPT),
)


def exception_room(house: House) -> Room[Order]:
    """Make the room of the tables of the other rooms."""
    resolutions = _Resolutions(house)
    return Room(
        name="exceptions",
        parts=ORDERS,
        contract=(messages,),
        commands=(about(ResolveException, resolutions.resolve),),
        facts=(about(EffectFailed, resolutions.effect_failed),),
        steps=(
            about(OpenException, decide.open_item),
            about(CloseExceptions, decide.close),
        ),
        catches=resolutions.misfit,
        events=CHANGES,
        offers=resolutions.offers,
        reacts=(on(ExceptionResolved, resolutions.settle),),
        gives_away=limits.gives_away,
        invariants=INVARIANTS,
        sentences=sentences.tell,
        asks=(asks(ExceptionResolved, decide.try_again),),
        tells=(tells(ExceptionOpened, decide.tell_staff),),
        silent=(ExceptionResolved,),
        troubles=_TROUBLES,
    )


def _misfit(fact: Any) -> OpenException:
    return OpenException(
        Contradiction(
            ExceptionKind.OUTCOME_UNKNOWN,
            fact.operation_id,
            f"an answer to {fact.operation_id}",
            f"{type(fact.outcome).__name__}, which answers something else",
        ),
        once=True,
    )
