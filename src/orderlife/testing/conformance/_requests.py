"""Checks that are the same for all ports with effects.

The meaning of a key, a look-up and a lost answer is the same for money,
labels and messages: the checks are made from a port's own requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife.errors import PortError
from orderlife.ports.base import Capabilities, Intent, NotKnown, Unknown
from orderlife.testing.conformance._kit import (
    Call,
    Collector,
    Flow,
    Together,
    ask,
    equal,
    is_a,
    require,
)

__all__ = [
    "Kind",
    "books",
    "declared",
    "do",
    "request_checks",
    "wire_checks",
]


@attrs.frozen(kw_only=True)
class Kind:
    """One kind of request to a port."""

    method: str
    ready: Callable[[Any, Any, str], Flow[Any]]
    """Prepares the state that a request needs, and gives the request.

    It is given the harness, the port, and a name that is used once.
    """
    done: type[Any]
    """The answer if all goes well."""
    needs: tuple[FastEnum, ...] = ()


def do(port: Any, method: str, intent: Intent) -> Call[Any]:
    """Have a port perform an intent."""
    return ask(getattr(port, method), intent)


def books(harness: Any) -> Flow[Any]:
    """The effects at the provider; None: the harness cannot tell."""
    if any(able.name == "JOURNALS" for able in harness.abilities):
        return (yield from ask(harness.books))
    return None


def declared(abilities: Any) -> Callable[[Any], frozenset[FastEnum]]:
    """Make a function that gives a port's ``capabilities`` as abilities."""

    def read(port: Any) -> frozenset[FastEnum]:
        able: Capabilities = port.capabilities
        said = set()
        if able.deduplicates:
            said.add(abilities.DEDUPLICATES)
        if able.looks_up:
            said.add(abilities.LOOKS_UP)
        return frozenset(said)

    return read


def request_checks(
    collect: Collector[Any, Any],
    able: Any,
    kinds: Mapping[str, Kind],
    changed: Callable[[Any], Any],
) -> None:
    """Add the checks that are the same for all ports.

    Args:
        collect: the port's checks.
        able: the enum of its abilities.
        kinds: its requests; the first stands for all where one will do.
        changed: gives such a first request another content.
    """
    for name, kind in kinds.items():
        _acts_once(collect, able, name, kind)
        _is_found(collect, able, name, kind)
    first = next(iter(kinds.values()))
    _keys(collect, able, first, changed)
    wire_checks(collect, able, first)


def wire_checks(collect: Collector[Any, Any], able: Any, kind: Kind) -> None:
    """Add the checks of what comes at once, and of what gets lost.

    Args:
        collect: the port's checks.
        able: the words of its abilities.
        kind: the request that stands for all.
    """
    _at_once(collect, able, kind)
    _lost_answers(collect, able, kind)
    _lost_requests(collect, able, kind)
    _capabilities(collect)


def _acts_once(
    collect: Collector[Any, Any], able: Any, name: str, kind: Kind
) -> None:
    def steps(h: Any, port: Any) -> Flow[None]:
        intent = yield from kind.ready(h, port, "1")
        first = yield from do(port, kind.method, intent)
        is_a(kind.done, first, name)
        seen = yield from books(h)
        for _ in range(2):
            again = yield from do(port, kind.method, intent)
            equal(first, again, f"{name}, repeated under its key")
            equal(seen, (yield from books(h)), "the outside, afterwards")

    collect(
        able.DEDUPLICATES,
        *kind.needs,
        name=f"{name}_acts_once",
        sentence=f"The same key again: {name} answers, and does not act.",
    )(steps)


def _is_found(
    collect: Collector[Any, Any], able: Any, name: str, kind: Kind
) -> None:
    def steps(h: Any, port: Any) -> Flow[None]:
        intent = yield from kind.ready(h, port, "1")
        found = yield from ask(port.look_up, intent)
        equal(NotKnown(), found, f"{name}, looked up before it came")
        done = yield from do(port, kind.method, intent)
        is_a(kind.done, done, name)
        seen = yield from books(h)
        for _ in range(2):
            found = yield from ask(port.look_up, intent)
            equal(done, found, f"{name}, looked up")
            equal(seen, (yield from books(h)), "the outside, looked up")

    collect(
        able.LOOKS_UP,
        *kind.needs,
        name=f"{name}_is_found",
        sentence=f"A look-up gives the answer to {name}; or NotKnown.",
    )(steps)


def _keys(
    collect: Collector[Any, Any],
    able: Any,
    kind: Kind,
    changed: Callable[[Any], Any],
) -> None:
    @collect(able.DEDUPLICATES)
    def other_content_under_a_key_does_nothing(
        h: Any, port: Any
    ) -> Flow[None]:
        """Another request under a key is refused, or answered as the first."""
        intent = yield from kind.ready(h, port, "1")
        first = yield from do(port, kind.method, intent)
        seen = yield from books(h)
        other = changed(intent)
        try:
            again = yield from do(port, kind.method, other)
        except PortError:
            again = first
        if not isinstance(again, Unknown):
            equal(first, again, "another request under its key")
        equal(seen, (yield from books(h)), "the outside, afterwards")

    @collect(able.DEDUPLICATES)
    def new_key_is_a_new_request(h: Any, port: Any) -> Flow[None]:
        """The same request under another key acts again."""
        intent = yield from kind.ready(h, port, "1")
        yield from do(port, kind.method, intent)
        seen = yield from books(h)
        anew = attrs.evolve(intent, key=f"{intent.key}#2")
        is_a(kind.done, (yield from do(port, kind.method, anew)), "anew")
        now = yield from books(h)
        require(now is None or now != seen, "it acts under a new key")

    @collect(able.DEDUPLICATES)
    def keys_of_36_characters_are_told_apart(h: Any, port: Any) -> Flow[None]:
        """The whole key counts, to its last character."""
        answers = []
        for last in "ab":
            intent = yield from kind.ready(h, port, last)
            long = attrs.evolve(intent, key="k" * 35 + last)
            answer = yield from do(port, kind.method, long)
            answers.append(is_a(kind.done, answer, "36 characters"))
            again = yield from do(port, kind.method, long)
            equal(answer, again, "repeated under 36 characters")
        require(answers[0] != answers[1], "two keys are two requests")


def _at_once(collect: Collector[Any, Any], able: Any, kind: Kind) -> None:
    @collect(able.DEDUPLICATES, able.CONCURRENT)
    def one_key_at_once_acts_once(h: Any, port: Any) -> Flow[None]:
        """A request that comes several times at the same time acts once."""
        intent = yield from kind.ready(h, port, "1")
        flows = tuple(iter(do(port, kind.method, intent)) for _ in range(5))
        answers = yield from Together(flows)
        told = [each for each in answers if not isinstance(each, Unknown)]
        require(told, "one of them is answered")
        for each in told:
            equal(told[0], each, "the answers")
        seen = yield from books(h)
        again = yield from do(port, kind.method, intent)
        equal(told[0], again, "repeated once more")
        equal(seen, (yield from books(h)), "the outside, afterwards")
        fresh = yield from kind.ready(h, port, "2")
        yield from do(port, kind.method, fresh)
        yield from _one_more(h, seen)

    def _one_more(h: Any, seen: Any) -> Flow[None]:
        """Five at once did as much as the one that came after them."""
        now = yield from books(h)
        if now is not None:
            equal(seen.doubled(), now, "the outside, after one more")


def _lost_answers(collect: Collector[Any, Any], able: Any, kind: Kind) -> None:
    @collect(able.LOSES_ANSWERS)
    def lost_answer_is_unknown(h: Any, port: Any) -> Flow[None]:
        """A request that acted without an answer is Unknown."""
        intent = yield from kind.ready(h, port, "1")
        yield from ask(h.lose_answer, intent)
        answer = yield from do(port, kind.method, intent)
        is_a(Unknown, answer, "no answer came")

    @collect(able.LOSES_ANSWERS, able.LOOKS_UP)
    def lost_answer_is_found(h: Any, port: Any) -> Flow[None]:
        """A request whose answer was lost can be looked up."""
        intent = yield from kind.ready(h, port, "1")
        yield from ask(h.lose_answer, intent)
        yield from do(port, kind.method, intent)
        found = yield from ask(port.look_up, intent)
        is_a(kind.done, found, "the answer, looked up")

    @collect(able.LOSES_ANSWERS, able.DEDUPLICATES)
    def lost_answer_is_given_again(h: Any, port: Any) -> Flow[None]:
        """A request is answered again under its key, and has acted once."""
        intent = yield from kind.ready(h, port, "1")
        yield from ask(h.lose_answer, intent)
        yield from do(port, kind.method, intent)
        seen = yield from books(h)
        answer = yield from do(port, kind.method, intent)
        is_a(kind.done, answer, "the answer, asked again")
        equal(seen, (yield from books(h)), "the outside, afterwards")


def _lost_requests(
    collect: Collector[Any, Any], able: Any, kind: Kind
) -> None:
    @collect(able.LOSES_REQUESTS)
    def lost_request_is_unknown(h: Any, port: Any) -> Flow[None]:
        """A request that never arrived is Unknown, too."""
        intent = yield from kind.ready(h, port, "1")
        yield from ask(h.lose_request, intent)
        answer = yield from do(port, kind.method, intent)
        is_a(Unknown, answer, "no answer came")

    @collect(able.LOSES_REQUESTS, able.LOOKS_UP)
    def lost_request_is_not_known(h: Any, port: Any) -> Flow[None]:
        """The look-up of a request that never arrived is NotKnown."""
        intent = yield from kind.ready(h, port, "1")
        yield from ask(h.lose_request, intent)
        yield from do(port, kind.method, intent)
        found = yield from ask(port.look_up, intent)
        equal(NotKnown(), found, "a request that got lost, looked up")

    @collect(able.LOSES_REQUESTS)
    def lost_request_can_come_again(h: Any, port: Any) -> Flow[None]:
        """A request that never arrived is done when it is repeated."""
        intent = yield from kind.ready(h, port, "1")
        before = yield from books(h)
        yield from ask(h.lose_request, intent)
        yield from do(port, kind.method, intent)
        equal(before, (yield from books(h)), "the outside, meanwhile")
        answer = yield from do(port, kind.method, intent)
        is_a(kind.done, answer, "the request, again")


def _capabilities(collect: Collector[Any, Any]) -> None:
    @collect()
    def capabilities_make_sense(_: Any, port: Any) -> Flow[None]:
        """A key is remembered for longer than the margin, if for a time."""
        able = port.capabilities
        is_a(Capabilities, able, "capabilities")
        zero = timedelta()
        require(able.margin >= zero, f"margin {able.margin} is not negative")
        waits = able.settles_after
        require(waits >= zero, f"settles_after {waits} is not negative")
        if able.window is not None:
            why = f"window {able.window} is longer than {able.margin}"
            require(able.window > able.margin, why)
        yield from ()
