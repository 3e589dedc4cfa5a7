"""What the events and answers of the first release become."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import pytest

from orderlife.engine.chain import SALTED, digest
from orderlife.ports.store import Link, salted
from orderlife_adapters._effect_rows import hash_of
from orderlife_adapters._moving import moved, rehashed

ACTOR: Final = "staff:ada"


def document(number: int, cause: str = "c1", **more: Any) -> str:
    """An event as the first release has stored it."""
    data = {
        "sequence": number,
        "at": "2026-01-05T09:00:00Z",
        "actor": ACTOR,
        "cause": cause,
        "event": {"n": number},
    }
    whole = {"kind": "recorded", "schema": 1, "data": data, **more}
    return json.dumps(whole)


def chained(*documents: str) -> list[tuple[int, str, str]]:
    """Events, each with the digest that it had."""
    events = []
    head = ""
    for number, text in enumerate(documents, 1):
        head = hashlib.sha256(f"{head}\n{text}".encode()).hexdigest()
        events.append((number, text, head))
    return events


def whole(
    *documents: str, answers: Any = (), head: str | None = None
) -> tuple[list[Link], list[tuple[int, str]], str]:
    """What becomes of events whose chain fits, and of answers."""
    events = chained(*documents)
    known = events[-1][2] if events else ""
    return moved("o1", known if head is None else head, events, answers)


def fits(links: list[Link]) -> list[bool]:
    """Which of them are chained to the one before."""
    before, found = "", []
    for link in links:
        found.append(link.digest == digest("o1", before, link))
        assert link.digest.lstrip("!") == digest("o1", before, link)
        before = link.digest
    return found


def idle(input_id: str, at: int, fingerprint: str = "f") -> Any:
    """The answer to an input that changed nothing."""
    return input_id, fingerprint, at, at, False


def test_events_of_one_header_are_one_decision() -> None:
    """Without an input's id it has no fingerprint either."""
    links, salts, head = whole(document(1), document(2), document(3, "c2"))
    spans = [(each.first_version, each.last_version) for each in links]
    assert spans == [(0, 2), (2, 3)]
    assert {(each.input_id, each.fingerprint) for each in links} == {("", "")}
    assert json.loads(links[0].document) == {
        "kind": "decision",
        "schema": 1,
        "data": {
            "at": "2026-01-05T09:00:00Z",
            "actor": ACTOR,
            "cause": "c1",
            "events": [{"n": 1}, {"n": 2}],
        },
    }
    assert fits(links) == [True, True]
    assert (salts, head) == ([], links[-1].digest)


def test_answers_that_changed_nothing_stand_where_they_were_given() -> None:
    """By version, and of one version by the id of their input."""
    answers = [
        idle("b", 1, "1"),
        idle("a", 1, "2"),
        idle("c", 0, "4"),
        idle("0", 2, "3"),
    ]
    links, _, head = whole(document(1), document(2, "c2"), answers=answers)
    assert [each.input_id for each in links] == ["c", "", "a", "b", "", "0"]
    assert [each.fingerprint for each in links] == ["4", "", "2", "1", "", "3"]
    assert [each.number for each in links] == [1, 2, 3, 4, 5, 6]
    assert all(fits(links))
    assert head == links[-1].digest


def test_an_input_is_one_decision_with_its_events() -> None:
    """As many as its answer says, whatever stands in them."""
    texts = [document(1), document(2), document(3), document(4, "c2")]
    answers = [("a", "f", 0, 1, False), ("b", "g", 1, 4, False)]
    links, _, _ = whole(*texts, answers=answers)
    spans = [(e.input_id, e.first_version, e.last_version) for e in links]
    assert spans == [("a", 0, 1), ("b", 1, 4)]
    assert json.loads(links[1].document) == texts[1:]
    # One that begins within the events of one header parts them.
    links, _, _ = whole(*texts, answers=[("b", "g", 2, 3, False)])
    spans = [(e.input_id, e.first_version, e.last_version) for e in links]
    assert spans == [("", 0, 2), ("b", 2, 3), ("", 3, 4)]


def test_an_answer_beyond_all_events_has_those_there_are() -> None:
    """And one that begins behind them has none."""
    answers = [("a", "f", 0, 9, False), ("b", "g", 5, 6, False)]
    links, _, _ = whole(document(1), document(2), answers=answers)
    spans = [(e.input_id, e.first_version, e.last_version) for e in links]
    assert spans == [("a", 0, 2), ("b", 2, 2)]
    assert links[1].document == ""


def test_what_is_behind_a_break_does_not_fit() -> None:
    """And all that stands before it does, up to the last event that fits."""
    events = chained(document(1), document(2, "c2"), document(3, "c3"))
    changed = document(2, "c9")
    events[1] = (2, changed, events[1][2])
    answers = [idle("a", 0), idle("b", 1), idle("c", 2), idle("d", 3)]
    links, _, head = moved("o1", events[-1][2], events, answers)
    assert [each.input_id for each in links] == [
        "a",
        "",
        "b",
        "",
        "c",
        "",
        "d",
    ]
    assert fits(links) == [True, True, True, False, False, False, False]
    assert head == links[-1].digest


def test_answers_behind_all_events_fit_where_they_do() -> None:
    """So does one of an order that has no event."""
    links, _, head = whole(document(1), answers=[idle("a", 1)])
    assert fits(links) == [True, True]
    assert head == links[-1].digest
    links, _, head = whole(answers=[idle("a", 0)])
    assert fits(links) == [True]
    assert head == links[-1].digest


def test_a_head_that_its_events_do_not_lead_to_does_not_fit() -> None:
    """Also where there are none."""
    for documents in ((document(1),), ()):
        links, _, head = whole(*documents, head="x", answers=[idle("a", 0)])
        assert all(fits(links))
        assert head == f"!{links[-1].digest}"


def test_a_fingerprint_of_personal_data_is_salted() -> None:
    """With 128 bits by lot; one that was erased has none any more."""
    answers = [("a", "f", 0, 1, True), ("b", "", 1, 1, True)]
    links, salts, _ = whole(document(1), answers=answers)
    ((number, salt),) = salts
    assert (number, len(bytes.fromhex(salt))) == (1, 16)
    assert [each.fingerprint for each in links] == [
        SALTED + salted("f", salt),
        SALTED,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "no JSON",
        document(1, kind="event"),
        document(1, schema=2),
        document(1, data=[1]),
        document(1, data={"sequence": 1}),
        document(1, data=None),
    ],
)
def test_what_cannot_be_read_stays_as_it_was(text: str) -> None:
    """In a decision of its own, also beside others that cannot be read."""
    links, _, head = whole(text, text)
    assert [json.loads(each.document) for each in links] == [[text], [text]]
    assert fits(links) == [True, True]
    assert head == links[-1].digest


def test_a_request_that_was_not_changed_gets_the_hash_of_now() -> None:
    """It is that of its text; before, it was that of its sorted data."""
    data = {"b": 1, "a": [2]}
    text = json.dumps({"kind": "intent", "schema": 1, "data": data})
    known = hashlib.sha256(b'{"a":[2],"b":1}').hexdigest()
    assert rehashed(text, known) == hash_of(text)


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"data":{"a":1}}'])
def test_a_request_that_was_changed_keeps_its_hash(text: str) -> None:
    """So that it does not fit, as it did not before."""
    assert rehashed(text, "known") == "known"
