"""What an adapter of an application's own port promises, as checks.

::

    class MyHarness(PortHarness):
        port = ENGRAVER

        def make(self) -> Engraver:
            return MyEngraver(workshop := [])

        def intent(self, kind: type[Intent], name: str) -> Intent:
            return Engrave(operation_id=f"o1-e1:engrave:{name}", order_id="o1")

They hold for each intent of the port.  What only this port promises, an
application checks by itself.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Awaitable
from typing import Any, Final

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife.ports.base import (
    Capabilities,
    Intent,
    NotKnown,
    Outcome,
    Unknown,
)
from orderlife.ports.port import Port
from orderlife.testing.conformance._kit import (
    Check,
    Flow,
    ask,
    collector,
    equal,
    is_a,
    require,
)
from orderlife.testing.conformance._requests import (
    Kind,
    books,
    declared,
    wire_checks,
)

__all__ = [
    "PORT_CHECKS",
    "PortAbility",
    "PortBooks",
    "PortHarness",
]


class PortAbility(FastEnum):
    """What not every adapter, or not every harness, can do."""

    DEDUPLICATES = "deduplicates"
    """The same key again acts once; as its ``capabilities`` say."""
    LOOKS_UP = "looks_up"
    """It can be asked what it did; as its ``capabilities`` say."""
    CONCURRENT = "concurrent"
    """It may be used by several threads, or tasks, at once."""
    JOURNALS = "journals"
    """The harness can tell how often it has really acted: ``books``."""
    LOSES_ANSWERS = "loses_answers"
    """The harness can have it act, and its answer get lost."""
    LOSES_REQUESTS = "loses_requests"
    """The harness can have a request get lost on its way."""


@attrs.frozen(kw_only=True)
class PortBooks:
    """How often the outside has really acted."""

    acted: int = 0

    def doubled(self) -> PortBooks:
        """Everything twice."""
        return PortBooks(acted=2 * self.acted)


class PortHarness:
    """How to get at your adapter.  Every method may be ``async`` too."""

    abilities: frozenset[PortAbility] = frozenset({PortAbility.CONCURRENT})
    port: Port
    """The port that it is an adapter of."""

    def make(self) -> Any:
        """An adapter that has done nothing yet."""
        raise NotImplementedError

    def intent(self, kind: type[Intent], name: str) -> Any:
        """A request of this kind, which goes well.

        For each name it is another operation.  What must come first is
        done here, by the adapter that was made last; ``people`` is
        filled in, and the key need not be.
        """
        raise NotImplementedError

    def books(self) -> PortBooks | Awaitable[PortBooks]:
        """How often the one that was made last has really acted."""
        raise NotImplementedError

    def lose_answer(self, intent: Intent) -> Awaitable[None] | None:
        """Have it do this, which comes next, and its answer get lost."""
        raise NotImplementedError

    def lose_request(self, intent: Intent) -> Awaitable[None] | None:
        """Have this, which comes next, get lost before it arrives."""
        raise NotImplementedError

    def close(self) -> Awaitable[None] | None:
        """Clear away what was made for a check."""
        return None


class Answered(ABC):  # noqa: B024
    """Any outcome but ``Unknown``."""

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        """Whether it is one."""
        return issubclass(other, Outcome) and not issubclass(other, Unknown)


@attrs.frozen
class Performer:
    """An adapter, asked by what its port says."""

    port: Port
    adapter: Any

    @property
    def capabilities(self) -> Capabilities:
        """What the adapter can do about an answer that never came."""
        able: Capabilities = self.adapter.capabilities
        return able

    def perform(self, intent: Intent) -> Any:
        """Call the method that performs such an intent."""
        method = self.port.methods[type(intent)]
        return getattr(self.adapter, method)(intent)

    def look_up(self, intent: Intent) -> Any:
        """Ask what became of it."""
        return self.adapter.look_up(intent)


def _open(harness: PortHarness) -> Flow[Performer]:
    made = yield from ask(harness.make)
    return Performer(harness.port, made)


PORT: Final = collector(
    _open,
    declared(PortAbility),
    frozenset((PortAbility.DEDUPLICATES, PortAbility.LOOKS_UP)),
)


def _request(
    h: PortHarness, kind: type[Intent], name: str = "1", key: str = ""
) -> Flow[Intent]:
    """A request of that kind, with its key filled in."""
    made = yield from ask(h.intent, kind, name)
    intent = is_a(kind, made, "what the harness gives")
    return attrs.evolve(intent, key=key or intent.key or intent.operation_id)


def _done(port: Performer, intent: Intent) -> Flow[Any]:
    """The answer of a request that goes well."""
    answer = yield from ask(port.perform, intent)
    return is_a(Answered, answer, type(intent).__name__)


@PORT()
def answers_as_its_protocol_says(
    h: PortHarness, port: Performer
) -> Flow[None]:
    """Each intent is answered by one of its own outcomes."""
    for kind, outcomes in h.port.outcomes.items():
        answer = yield from _done(port, (yield from _request(h, kind)))
        named = ", ".join(each.__name__ for each in outcomes)
        why = f"{kind.__name__} is answered by {named}, not by {answer!r}"
        require(isinstance(answer, outcomes), why)


@PORT(PortAbility.DEDUPLICATES)
def same_key_acts_once(h: PortHarness, port: Performer) -> Flow[None]:
    """The same key again: it answers, and does not act."""
    for kind in h.port.methods:
        intent = yield from _request(h, kind)
        first = yield from _done(port, intent)
        seen = yield from books(h)
        for _ in range(2):
            again = yield from ask(port.perform, intent)
            equal(first, again, f"{kind.__name__}, repeated under its key")
            equal(seen, (yield from books(h)), "the outside, afterwards")


@PORT(PortAbility.JOURNALS)
def other_key_is_another_operation(
    h: PortHarness, port: Performer
) -> Flow[None]:
    """Each key acts, and the whole of it counts, all 36 characters."""
    for number, kind in enumerate(h.port.methods):
        for last in "ab":
            key = f"{number}".ljust(35, "k") + last
            intent = yield from _request(h, kind, last, key)
            before = yield from books(h)
            yield from _done(port, intent)
            after = yield from books(h)
            why = f"{kind.__name__} acts under the key {key}"
            require(before != after, why)


@PORT(PortAbility.DEDUPLICATES, PortAbility.JOURNALS)
def new_key_is_a_new_request(h: PortHarness, port: Performer) -> Flow[None]:
    """What was refused comes again under another key, and acts anew."""
    for kind in h.port.methods:
        intent = yield from _request(h, kind)
        yield from _done(port, intent)
        before = yield from books(h)
        anew = attrs.evolve(intent, key=f"{intent.key}#2")
        yield from _done(port, anew)
        after = yield from books(h)
        require(before != after, f"{kind.__name__} acts under a new key")


@PORT(PortAbility.LOOKS_UP)
def answer_is_found(h: PortHarness, port: Performer) -> Flow[None]:
    """A look-up gives the answer that was given, and does not act."""
    for kind in h.port.methods:
        intent = yield from _request(h, kind)
        done = yield from _done(port, intent)
        seen = yield from books(h)
        for _ in range(2):
            found = yield from ask(port.look_up, intent)
            equal(done, found, f"{kind.__name__}, looked up")
            equal(seen, (yield from books(h)), "the outside, looked up")


@PORT(PortAbility.LOOKS_UP)
def what_never_came_is_not_known(
    h: PortHarness, port: Performer
) -> Flow[None]:
    """A look-up says NotKnown of it, whatever else has come."""
    for kind in h.port.methods:
        intent = yield from _request(h, kind)
        for _ in range(2):
            found = yield from ask(port.look_up, intent)
            equal(NotKnown(), found, f"{kind.__name__}, which never came")
        yield from _done(port, (yield from _request(h, kind, "2")))
        found = yield from ask(port.look_up, intent)
        equal(NotKnown(), found, f"{kind.__name__}, after another one")


def _first(h: PortHarness, _: Performer, name: str) -> Flow[Intent]:
    """A request of the kind that stands first in the protocol."""
    return (yield from _request(h, next(iter(h.port.methods)), name))


wire_checks(
    PORT, PortAbility, Kind(method="perform", ready=_first, done=Answered)
)

PORT_CHECKS: Final[tuple[Check[PortHarness], ...]] = tuple(PORT.checks)
"""What an adapter of any port promises."""
