"""A chain of decisions tells when one of them was changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import Actor, Case, Recorded
from orderlife.building import HOUSE
from orderlife.codec import codec_of, dumps, loads
from orderlife.engine.chain import (
    Entry,
    answer_of,
    check_commit,
    digest,
    entry_of,
    link_of,
    recorded,
    verify,
)
from orderlife.errors import ChainBrokenError, CodecError, PortError
from orderlife.ports.store import (
    Answer,
    Commit,
    Decided,
    Link,
    OrderSummary,
    salted,
)
from orderlife.rooms.order.messages import HoldReleased, OrderCancelled
from orderlife.testing.scenario import NOON, STAFF

CODEC = codec_of(HOUSE)
FIRST = Recorded(1, NOON, STAFF, "c1", HoldReleased(hold_id="h1"))
SECOND = Recorded(2, NOON, STAFF, "c1", OrderCancelled())


def commit(version: int = 0, *events: Recorded, **more: Any) -> Commit[Case]:
    """A decision on an order of that version."""
    return Commit(
        order_id="o1",
        expected_version=version,
        case=Case(order_id="o1"),
        summary=OrderSummary(order_id="o1"),
        events=events,
        intents=(),
        timers=(),
        now=NOON,
        **more,
    )


def chain(*inputs: str, order_id: str = "o1") -> list[Link]:
    """Decisions on these inputs: two events, none, one, none, one …"""
    links: list[Link] = []
    before, version = "", 0
    for number, input_id in enumerate(inputs, 1):
        many = 2 if number == 1 else number % 2
        events = tuple(
            attrs.evolve(FIRST, sequence=version + n + 1) for n in range(many)
        )
        entry = Entry(version, events, input_id, f"of {input_id}")
        links.append(link_of(order_id, number, before, entry, CODEC))
        before, version = links[-1].digest, entry.last_version
    return links


# What can be one decision


def test_events_of_a_decision_have_one_header_and_their_numbers() -> None:
    """As a decision of no event has."""
    check_commit(commit(0, FIRST, SECOND))
    check_commit(commit(1, SECOND))
    check_commit(commit(7))


@pytest.mark.parametrize(
    ("version", "second", "message"),
    [
        (1, SECOND, "event 1 where 2 is due"),
        (0, attrs.evolve(SECOND, sequence=3), "event 3 where 2 is due"),
        (0, FIRST, "event 1 where 2 is due"),
        (
            0,
            attrs.evolve(SECOND, at=NOON + timedelta(microseconds=1)),
            "event 2 is of another decision",
        ),
        (
            0,
            attrs.evolve(SECOND, actor=Actor("customer", "eve")),
            "event 2 is of another decision",
        ),
        (
            0,
            attrs.evolve(SECOND, cause="c2"),
            "event 2 is of another decision",
        ),
    ],
)
def test_other_events_are_not_one_decision(
    version: int, second: Recorded, message: str
) -> None:
    """The first that does not fit is named."""
    with pytest.raises(PortError, match=f"^{message}$"):
        check_commit(commit(version, FIRST, second))


# What is kept of it


def test_an_entry_is_kept_of_an_event_or_an_input() -> None:
    """Of a decision with neither there is nothing to keep."""
    told = entry_of(commit(0, FIRST, SECOND), "")
    assert Entry(0, (FIRST, SECOND), "", "") == told
    assert told is not None
    assert 2 == told.last_version
    asked = commit(7, input_id="command:c1", fingerprint="f")
    answered = entry_of(asked, "")
    assert Entry(7, (), "command:c1", "f") == answered
    assert answered is not None
    assert 7 == answered.last_version
    assert entry_of(commit(7, fingerprint="f"), "salt") is None


def test_a_salted_fingerprint_is_marked_and_says_nothing() -> None:
    """SHA-256 of the salt and of the fingerprint, behind an asterisk."""
    asked = commit(0, FIRST, input_id="command:c1", fingerprint="f")
    entry = entry_of(asked, "pepper")
    made = hashlib.sha256(b"pepper\nf").hexdigest()
    assert entry is not None
    assert f"*{made}" == entry.fingerprint
    nothing = entry_of(commit(0, FIRST), "pepper")
    assert nothing is not None
    assert "" == nothing.fingerprint
    assert made == salted("f", "pepper")
    assert ("f", "") == (salted("f", ""), salted("", "pepper"))


def test_an_answer_fits_its_input_while_the_salt_is_there() -> None:
    """And any input, when there is nothing to compare with any more."""
    plain = answer_of("f", 0, 2, None)
    assert Answer(fingerprint="f", first_version=0, last_version=2) == plain
    made = salted("f", "pepper")
    secret = answer_of(f"*{made}", 0, 2, "pepper")
    assert (made, "pepper") == (secret.fingerprint, secret.salt)
    for answer in (plain, secret):
        assert answer.fits("f")
        assert not answer.fits("g")
    erased = answer_of(f"*{made}", 0, 2, None)
    assert Answer(fingerprint="", first_version=0, last_version=2) == erased
    assert erased.fits("f")
    assert erased.fits("g")


# How it is stored


def test_a_decision_is_one_document() -> None:
    """It has time, actor and cause once, and gives its events again."""
    entry = Entry(0, (FIRST, SECOND), "command:c1", "f")
    link = link_of("o1", 1, "", entry, CODEC)
    decided = Decided(NOON, STAFF, "c1", (FIRST.event, SECOND.event))
    assert decided == loads(link.document, "decision")
    assert (1, 0, 2) == (link.number, link.first_version, link.last_version)
    assert ("command:c1", "f") == (link.input_id, link.fingerprint)
    assert (FIRST, SECOND) == recorded(link, CODEC)


def test_a_decision_without_an_event_has_no_document() -> None:
    """Its input, its fingerprint and its digest are its link."""
    link = link_of("o1", 3, "abc", Entry(7, (), "command:c1", "f"), CODEC)
    assert ("", 7, 7) == (link.document, link.first_version, link.last_version)
    assert digest("o1", "abc", link) == link.digest
    assert () == recorded(link, CODEC)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"last_version": 3}, "2 events where 3 are due"),
        ({"first_version": 1}, "2 events where 1 are due"),
        ({"document": ""}, "0 events where 2 are due"),
        ({"document": "{}"}, "not a document of kind 'decision'"),
        (
            {"document": dumps(FIRST, "recorded")},
            "not a document of kind 'decision'",
        ),
    ],
)
def test_a_document_that_does_not_fit_its_versions_is_not_read(
    changes: dict[str, Any], message: str
) -> None:
    """An event more or fewer would shift all that come after it."""
    link = link_of("o1", 1, "", Entry(0, (FIRST, SECOND), "", ""), CODEC)
    with pytest.raises(CodecError, match=message):
        recorded(attrs.evolve(link, **changes), CODEC)


def test_a_digest_is_of_what_came_before_and_of_all_that_is_stored() -> None:
    """SHA-256 of lines in UTF-8, the first of them the order's id."""
    link = Link(
        number=1,
        first_version=0,
        last_version=2,
        input_id="command:c1",
        fingerprint="f",
        document="три",
        digest="",
    )
    made = hashlib.sha256("o1\n0 2\nf\ncommand:c1\nтри".encode()).hexdigest()
    assert made == digest("o1", "", link)
    after = hashlib.sha256("abc\n0 2\nf\ncommand:c1\nтри".encode()).hexdigest()
    assert after == digest("o1", "abc", link)
    assert after == digest("o2", "abc", link)


def test_each_order_has_a_chain_of_its_own() -> None:
    """The same decisions on another order have other digests."""
    ours, theirs = chain("a", "b"), chain("a", "b", order_id="o2")
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.digest != other.digest
        assert mine == attrs.evolve(other, digest=mine.digest)
    with pytest.raises(ChainBrokenError):
        verify("o1", theirs, theirs[-1].digest)


# What is found


def test_an_unbroken_chain_gives_its_head() -> None:
    """The last digest, to be kept elsewhere."""
    links = chain("a", "b", "c", "d")
    assert [2, 2, 3, 3] == [link.last_version for link in links]
    assert links[-1].digest == verify("o1", links, links[-1].digest)
    assert "" == verify("o1", [], "")


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda c: c[:1] + c[2:], 3),
        (lambda c: c[1:], 1),
        (lambda c: [c[1], c[0], c[2]], 1),
        (lambda c: c[:2], 3),
        (lambda c: [], 1),
        (lambda c: [*c, c[2]], 4),
        (lambda c: chain("a", "x", "c"), 4),
        (lambda c: [*c[:2], *chain("a", "x", "c")[2:]], 3),
    ],
)
def test_a_broken_chain_names_the_first_event(
    change: Callable[[list[Link]], Sequence[Link]], broken: int
) -> None:
    """Left out, put in, in another order, or all written anew."""
    links = chain("a", "b", "c")
    with pytest.raises(ChainBrokenError) as caught:
        verify("o1", change(links), links[-1].digest)
    assert ("o1", broken) == (caught.value.order_id, caught.value.sequence)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", 4),
        ("first_version", 1),
        ("last_version", 4),
        ("input_id", "x"),
        ("input_id", ""),
        ("fingerprint", "*"),
        ("fingerprint", ""),
        ("document", "x"),
        ("digest", "x"),
    ],
)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_whatever_is_changed_of_a_decision_breaks_the_chain(
    name: str, value: Any, which: int
) -> None:
    """Also of one that has no event, and of the last one."""
    links = chain("a", "b", "c")
    head = links[-1].digest
    first = links[which].first_version + 1
    links[which] = attrs.evolve(links[which], **{name: value})
    with pytest.raises(ChainBrokenError) as caught:
        verify("o1", links, head)
    assert first == caught.value.sequence
