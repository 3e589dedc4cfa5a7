"""Which commands can be given next, found by trying them.

Each room offers the smallest commands that might be possible.  Each is
tried to the end, as a step or a reaction may refuse it.  What is
possible is tried with more, to find what it may be given; of what is
not, the refusal says why, which a greyed button needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from orderlife._kernel.case import Case
from orderlife._kernel.choices import Choice, Trial
from orderlife._kernel.context import Context
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.labels import named, subject_label
from orderlife._kernel.messages import Actor, Command
from orderlife._kernel.offers import Allowed, NotAllowed, Offer, Why
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    PolicyError,
    RefusedError,
    RoomError,
    ValidationError,
)
from orderlife.policy.model import Policy, allow_all

if TYPE_CHECKING:
    from orderlife._kernel.house import House

__all__ = ["Possible", "refused", "why_not"]


class Possible:
    """What an actor can ask for of a case, at a time."""

    def __init__(
        self,
        house: House,
        case: Case,
        now: datetime,
        policy: Policy,
        actor: Actor,
    ) -> None:
        self.house = house
        self.case = case
        self.now = now
        self.policy = policy
        self.actor = actor

    def all(self) -> tuple[tuple[Allowed, ...], tuple[NotAllowed, ...]]:
        """The commands that would be followed, and the others.

        Of several of one kind about one subject, one that would be
        followed is enough.  A command that would change nothing is in
        neither list.
        """
        allowed: dict[tuple[type[Command], str], Allowed] = {}
        errors: dict[tuple[type[Command], str], tuple[Offer, Why]] = {}
        for offer in self._offers():
            what = type(offer.command), offer.subject
            if what in allowed:
                continue
            answer = self.tried(offer.command)
            if isinstance(answer, Decision):
                if answer.events:
                    allowed[what] = self._allowed(offer)
            else:
                errors.setdefault(what, (offer, answer))
        found = tuple(allowed.values())
        return found, tuple(
            self._not_allowed(offer, error, found)
            for what, (offer, error) in errors.items()
            if what not in allowed
        )

    def commands(self, subject: str) -> tuple[str, ...]:
        """The names of the commands about something that are possible.

        Args:
            subject: its id.
        """
        found: dict[str, None] = {}
        for offer in self._offers():
            name = type(offer.command).__name__
            if (
                offer.subject == subject
                and name not in found
                and self._followed(offer.command)
            ):
                found[name] = None
        return tuple(found)

    def _offers(self) -> Iterable[Offer]:
        if self.case.order is None:
            return ()
        context = self._context()
        offers = [
            offer
            for room in self.house.rooms
            if room.offers is not None
            for offer in room.offers(self.case, context)
        ]
        # What is about the order comes before what is about its parts.
        offers.sort(key=lambda offer: offer.subject != self.case.order_id)
        return offers

    def tried(self, command: Command) -> Decision | Why:
        """What comes of a command, or why it is not followed."""
        try:
            answer = self.house.handle(
                self.case, command, self.now, self.policy
            )
        except (PolicyError, RoomError) as error:
            return error
        return answer.error if isinstance(answer, Refusal) else answer

    def given_away(self, command: Command, decision: Decision) -> int:
        """What a decision gives back or does without, in minor units."""
        events = [recorded.event for recorded in decision.events]
        context = self._context(notify=command.notify)
        return sum(
            gives_away(self.case, decision.case, events, context)
            for gives_away in self.house.giving
        )

    def _context(self, *, notify: bool = True) -> Context:
        return Context(
            now=self.now,
            policy=self.policy,
            actor=self.actor,
            notify=notify,
            brought=self.house.words,
        )

    def _followed(self, command: Command) -> bool:
        answer = self.tried(command)
        return isinstance(answer, Decision) and bool(answer.events)

    def _objected(self) -> frozenset[type]:
        """The commands that rooms of an application have a say in."""
        return frozenset(
            rule.kind for room in self.house.brought for rule in room.objects
        )

    def _permitted(self, command: Command) -> bool:
        try:
            self.house.admits(self.case, command, self.policy)
        except RefusedError:
            return False
        return True

    def _allowed(self, offer: Offer) -> Allowed:
        command = offer.command
        choices: tuple[Choice, ...] = ()
        permitted: Callable[[Command], bool] | None
        if offer.choices is not None:
            # Other rooms may object to words that ours know nothing against.
            if type(command) in self._objected():
                permitted = self._followed
            elif self.policy.permit is not allow_all:
                permitted = self._permitted
            else:
                permitted = None
            trial = Trial(command, self._followed, permitted)
            choices = tuple(offer.choices(trial))
        return Allowed(
            command=type(command),
            subject=offer.subject,
            smallest=command,
            subject_label=subject_label(command, offer.subject),
            choices=choices,
        )

    def _not_allowed(
        self, offer: Offer, error: Why, allowed: Iterable[Allowed]
    ) -> NotAllowed:
        if isinstance(error, IllegalTransitionError):
            error.told(
                found.command.__name__
                for found in allowed
                if found.subject == error.id
            )
        return refused(offer.command, offer.subject, error, self.house)


def refused(
    command: Command, subject: str, error: Why, house: House
) -> NotAllowed:
    """Say why a command is not followed, for a page.

    Args:
        command: it.
        subject: id of what it is about.
        error: what it raises.
        house: knows the names of all commands.
    """
    why, instead = why_not(error, command.actor, house)
    return NotAllowed(
        command=type(command),
        subject=subject,
        error=error,
        subject_label=subject_label(command, subject),
        why=why,
        instead=instead,
    )


def why_not(error: Why, actor: Actor, house: House) -> tuple[str, str]:
    """Why not, and what instead: two sentences for a page.

    They name no person, and commands by their labels.
    """
    labels = house.labels
    match error:
        case IllegalTransitionError():
            why = f"{error.aggregate} {error.id} is {error.state}"
            possible = ", ".join(labels[name] for name in error.commands)
            instead = f"possible now: {possible}" if possible else ""
        case NotAllowedError():
            why = error.why.removeprefix(f"{actor} may not: ")
            instead = error.instead
        case ValidationError():
            why = "; ".join(map(str, error.problems))
            instead = ""
        case PolicyError() | RoomError():
            why = "the shop's own rules cannot say whether it is possible"
            instead = "try again later, or ask the shop"
        case _:
            why, instead = str(error), ""
    return _sentence(named(why, labels)), _sentence(named(instead, labels))


def _sentence(text: str) -> str:
    """A text that begins with a capital and ends with a full stop."""
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:].removesuffix('.')}."
