"""Given, when, then: tests of the core that read as sentences.

::

    (
        given(placed, awaited)
        .when(command(CancelOrder, reason="customer"))
        .then(CancellationStarted(closing=closing), OrderCancelled())
        .then_intents(Void)
    )

``given`` folds bare events, ``when`` hands one message to ``handle``,
and each ``then`` compares a part of the answer and raises an
``AssertionError`` that names the difference, expected on the left.
No intent is performed: give the ports' answers by the next
``and_when``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.house import House
from orderlife._kernel.messages import Actor, Command, Event, Fact
from orderlife._values.times import utc
from orderlife.errors import OrderlifeError
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import Intent
from orderlife.ports.notifier import MessageKind, Notify

__all__ = [
    "NOON",
    "STAFF",
    "Draft",
    "Scenario",
    "command",
    "difference",
    "fact",
    "given",
    "given_case",
]

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""The default time of a scenario."""

STAFF: Final = Actor("staff", "ada")
"""The default actor of a scenario."""

_POLICY: Final = Policy()


@attrs.frozen
class Draft:
    """A message without the fields that every scenario would repeat."""

    kind: type[Command | Fact]
    fields: Mapping[str, Any]

    def message(self, order_id: str, number: int) -> Command | Fact:
        """Make the message, with an id, a command id and an actor."""
        fields: dict[str, Any] = {"order_id": order_id}
        if issubclass(self.kind, Command):
            fields |= {"command_id": f"c{number}", "actor": STAFF}
        fields |= self.fields
        return self.kind(**fields)


Message: TypeAlias = Command | Fact | Draft


def command(kind: type[Command], /, **fields: Any) -> Draft:
    """Draft a command; missing common fields are filled in by ``when``."""
    return Draft(kind, fields)


def fact(kind: type[Fact], /, **fields: Any) -> Draft:
    """Draft a fact; missing common fields are filled in by ``when``."""
    return Draft(kind, fields)


def given(
    *events: Event,
    order_id: str = "o1",
    policy: Policy = _POLICY,
    now: datetime = NOON,
    house: House = HOUSE,
) -> Scenario:
    """Begin with the case that these events lead to."""
    case = house.fold(order_id, iter(events))
    return given_case(case, policy=policy, now=now, house=house)


def given_case(
    case: Case,
    *,
    policy: Policy = _POLICY,
    now: datetime = NOON,
    house: House = HOUSE,
) -> Scenario:
    """Begin with a case as it stands."""
    return Scenario(case=case, policy=policy, now=now, house=house)


@attrs.frozen(kw_only=True)
class Scenario:
    """A case, and the result of the last message."""

    case: Case
    policy: Policy = _POLICY
    now: datetime = attrs.field(default=NOON, converter=utc)
    house: House = attrs.field(default=HOUSE, repr=False)
    """The rooms that decide."""
    number: int = 0
    """How many messages there have been."""
    answer: Decision | Refusal | None = None
    """The last result of ``handle``; None: no message yet."""

    def later(self, time: timedelta) -> Scenario:
        """Let time pass; timers do not fire by themselves."""
        return attrs.evolve(self, now=self.now + time)

    def when(self, message: Message) -> Scenario:
        """Hand a message to ``handle``."""
        number = self.number + 1
        if isinstance(message, Draft):
            message = message.message(self.case.order_id, number)
        answer = self.house.handle(self.case, message, self.now, self.policy)
        case = answer.case if isinstance(answer, Decision) else self.case
        return attrs.evolve(self, case=case, number=number, answer=answer)

    and_when = when

    @property
    def decision(self) -> Decision:
        """The last answer, which must not be a refusal.

        Raises:
            AssertionError: it is one, or nothing was asked yet.
        """
        match self.answer:
            case Decision():
                return self.answer
            case Refusal():
                raise AssertionError(
                    f"refused: {self.answer.error}"
                ) from self.answer.error
            case None:
                raise AssertionError("nothing was asked yet: use when()")

    @property
    def events(self) -> tuple[Event, ...]:
        """The bare events that the last message led to."""
        return tuple(recorded.event for recorded in self.decision.events)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """The intents of the last decision, messages left out."""
        intents = self.decision.intents
        return tuple(i for i in intents if not isinstance(i, Notify))

    @property
    def messages(self) -> tuple[MessageKind, ...]:
        """The kinds of the messages that the last decision sends."""
        intents = self.decision.intents
        return tuple(i.message for i in intents if isinstance(i, Notify))

    def then(self, *expected: Event | type[Event]) -> Scenario:
        """Compare all new events; a class stands for any event of it.

        Raises:
            AssertionError: they differ, or the message was refused.
        """
        _compare("events", expected, self.events)
        return self

    def then_intents(self, *expected: Intent | type[Intent]) -> Scenario:
        """Compare all new intents, messages left out.

        Raises:
            AssertionError: they differ, or the message was refused.
        """
        _compare("intents", expected, self.intents)
        return self

    def then_messages(self, *expected: MessageKind) -> Scenario:
        """Compare the kinds of all new messages.

        Raises:
            AssertionError: they differ, or the message was refused.
        """
        _compare("messages", expected, self.messages)
        return self

    def then_nothing(self) -> Scenario:
        """Check that no event was recorded and no intent is asked for.

        Raises:
            AssertionError: something followed, or the message was refused.
        """
        return self.then().then_intents().then_messages()

    def then_refused(
        self, error: type[OrderlifeError], match: str = ""
    ) -> Scenario:
        """Check that the command was refused, with this error and text.

        Args:
            error: its exact class.
            match: a regular expression, searched in its text.

        Raises:
            AssertionError: it was followed, or refused for another reason.
        """
        assert isinstance(self.answer, Refusal), (
            f"not refused: {_names(self.events) or 'nothing happened'}"
        )
        actual = self.answer.error
        if type(actual) is not error:
            raise AssertionError(
                f"{error.__name__} != {type(actual).__name__}: {actual}"
            ) from actual
        if not re.search(match, str(actual)):
            raise AssertionError(f"{match!r} is not in: {actual}") from actual
        return self


def _names(events: Sequence[Event]) -> str:
    return ", ".join(type(event).__name__ for event in events)


def _compare(
    what: str, expected: Sequence[object], actual: Sequence[object]
) -> None:
    lines = difference(expected, actual)
    if any(line.startswith("!") for line in lines):
        listed = "".join(f"\n  {line}" for line in lines)
        raise AssertionError(f"{what}, expected != actual:{listed}")


def difference(
    expected: Sequence[object], actual: Sequence[object]
) -> list[str]:
    """Compare row by row; rows that differ begin with ``!``."""
    rows = itertools.zip_longest(expected, actual, fillvalue=_NOTHING)
    return [line for left, right in rows for line in _row(left, right)]


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


_NOTHING: Final = _Nothing()


def _row(left: Any, right: Any) -> list[str]:
    name = type(right).__name__
    if left == right or left is type(right):
        return [f"  {name}"]
    if type(left) is not type(right) or not attrs.has(type(left)):
        return [f"! {_shown(left)} != {_shown(right)}"]
    return [
        f"! {name}.{field.name}: {was!r} != {found!r}"
        for field in attrs.fields(type(left))
        if (was := getattr(left, field.name))
        != (found := getattr(right, field.name))
    ]


def _shown(value: object) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)
