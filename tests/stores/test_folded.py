"""The document of an order that is folded away, byte by byte."""

from __future__ import annotations

import json
from typing import Any, Final

import attrs
import pytest

from orderlife._values.limits import MAX_DOCUMENT
from orderlife.engine.chain import digest
from orderlife.errors import CodecError
from orderlife.ports.store import Link
from orderlife_adapters._archives import (
    FOLDED,
    Unfolding,
    fold,
    is_folded,
    unfold,
)
from orderlife_adapters._effect_rows import EFFECT, hash_of
from orderlife_adapters._rows import LINK
from orderlife_adapters._words import deflated, inflated

INTENTS: Final = ('{"n":1}', '{"n":2}')
EFFECTS: Final[tuple[dict[str, Any], ...]] = tuple(
    {
        "ordinal": number,
        "port": "payment",
        "operation_id": f"o1:capture:{number}",
        "order_id": "o1",
        "intent": intent,
        "state": state,
        "due_at": 1_000 + number,
        "created_at": 900 + number,
        "attempts": number,
        "claimed_by": "",
        "note": "ü",
        "begun_at": begun,
        "generation": 1,
        "store": 1,
        "key": "",
        "request_hash": hash_of(intent),
        "doubted": doubted,
    }
    for number, (intent, state, begun, doubted) in enumerate(
        zip(INTENTS, ("done", "declined"), (None, 7), (0, True), strict=True),
        1,
    )
)
ROWS: Final = tuple(tuple(each[name] for name in FOLDED) for each in EFFECTS)


def links() -> tuple[Link, ...]:
    """Three decisions, one of them without an event."""
    found: list[Link] = []
    before = ""
    for number, (input_id, document) in enumerate(
        (("command:c1", '{"a":1}'), ("fact:f1", ""), ("", '{"b":2}')), 1
    ):
        link = Link(
            number=number,
            first_version=min(number - 1, 1),
            last_version=max(number - 1, 1),
            input_id=input_id,
            fingerprint=f"f{number}" if input_id else "",
            document=document,
            digest="",
        )
        before = digest("o1", before, link)
        found.append(attrs.evolve(link, digest=before))
    return tuple(found)


LINKS: Final = links()
HEAD: Final = LINKS[-1].digest
DOCUMENT: Final = fold("o1", HEAD, LINKS, ROWS) or b""


def emptied() -> tuple[Link, ...]:
    """The decisions as their rows are then."""
    bare: Any = {
        "input_id": "",
        "fingerprint": "",
        "document": "",
        "digest": "",
    }
    return tuple(attrs.evolve(link, **bare) for link in LINKS)


def test_nothing_is_lost() -> None:
    """Neither of the decisions nor of the effects."""
    document = fold("o1", HEAD, LINKS, ROWS)
    assert document
    folded = unfold("o1", document)
    assert folded.order_id == "o1"
    assert folded.links(emptied()) == LINKS
    assert folded.effects == ROWS
    assert folded.rows == [
        tuple(each[name] for name in EFFECT) for each in EFFECTS
    ]
    assert [type(each) for each in folded.effects[0]] == [
        type(each) for each in ROWS[0]
    ]


def test_what_follows_from_the_rest_is_not_in_it() -> None:
    """Its lines are what is short, the decisions, and the requests."""
    first, *rest = inflated(DOCUMENT).split("\n")
    assert rest == [*(link.document for link in LINKS), *INTENTS]
    order_id, inputs, rows = json.loads(first)
    assert order_id == "o1"
    assert inputs == [["command:c1", "f1"], ["fact:f1", "f2"], ["", ""]]
    assert len(rows) == 2
    assert HEAD not in first
    assert hash_of(INTENTS[0]) not in first


def test_an_order_without_effects_is_folded_away() -> None:
    """It has asked for nothing."""
    document = fold("o1", HEAD, LINKS, ())
    assert document
    assert unfold("o1", document).effects == ()


def test_it_is_deflated_against_words_that_are_known() -> None:
    """As its second byte says, which whoever inflates it looks at."""
    assert deflated(DOCUMENT)[1] & 0x20
    assert inflated(deflated("ü\n".encode())) == "ü\n"


def test_an_input_is_found_by_its_id() -> None:
    """An empty one is none, though a decision may have none."""
    folded = unfold("o1", DOCUMENT)
    names = ("command:c1", "fact:f1", "", "unknown")
    assert [folded.number(each) for each in names] == [1, 2, 0, 0]


@pytest.mark.parametrize("rows", [LINKS[:2], (*LINKS, LINKS[0])])
def test_each_decision_has_one_row(rows: tuple[Link, ...]) -> None:
    """It says how many there are, and of which order."""
    folded = unfold("o1", DOCUMENT)
    said = (
        f"3 decisions of order o1 are folded away, and there are {len(rows)}"
    )
    with pytest.raises(CodecError, match=said):
        folded.links(rows)


def test_only_what_fits_is_folded_away() -> None:
    """A chain to another head, an open effect, a hash of another request."""
    assert fold("o1", "x", LINKS, ROWS) is None
    assert fold("o2", HEAD, LINKS, ROWS) is None
    for name, value in (
        ("state", "pending"),
        ("state", "attention"),
        ("request_hash", "x"),
        ("intent", "{\n}"),
        ("order_id", "o2"),
        ("ordinal", "1"),
    ):
        place = FOLDED.index(name)
        changed = (*ROWS[1][:place], value, *ROWS[1][place + 1 :])
        assert fold("o1", HEAD, LINKS, (ROWS[0], changed)) is None, name


def replaced(name: str, value: Any) -> bytes:
    """The document with another value in a column of its first effect."""
    first, *rest = inflated(DOCUMENT).split("\n")
    data = json.loads(first)
    names = [
        each
        for each in FOLDED
        if each not in {"order_id", "intent", "request_hash"}
    ]
    data[2][0][names.index(name)] = value
    return deflated("\n".join([json.dumps(data), *rest]).encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "1") for name in ("ordinal", "due_at", "created_at")),
        *((name, None) for name in ("attempts", "generation", "store")),
        *((name, True) for name in ("ordinal", "begun_at")),
        *((name, 1) for name in ("port", "operation_id", "note", "key")),
        *((name, None) for name in ("claimed_by", "doubted")),
        ("begun_at", "1"),
        ("doubted", "1"),
        ("due_at", 2**63),
        ("due_at", -(2**63) - 1),
    ],
)
def test_a_column_of_another_kind_is_named(name: str, value: Any) -> None:
    """With the order, and what it cannot be."""
    said = (
        f"order o1 is folded away: the {name} of an effect folded away "
        "cannot be read"
    )
    with pytest.raises(CodecError, match=said):
        unfold("o1", replaced(name, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("due_at", 2**63 - 1),
        ("due_at", -(2**63)),
        ("begun_at", 0),
        ("doubted", False),
        ("state", "declined"),
    ],
)
def test_what_a_column_can_hold_is_read(name: str, value: Any) -> None:
    """To the last number of 64 bits."""
    (first, _) = unfold("o1", replaced(name, value)).effects
    assert first[FOLDED.index(name)] == value


def test_an_effect_that_is_open_is_refused() -> None:
    """It would be performed, once the order was unfolded."""
    with pytest.raises(CodecError, match="o1 is folded away: an effect"):
        unfold("o1", replaced("state", "pending"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["o2",[],[]]', "the document of another order"),
        ('["o1",[],[],[]]', "not the document of an"),
        ('["o1",[],[]]\n', "not the document of an"),
        ('["o1",[["",""]],[]]', "not the document of an"),
        ('["o1",{},[]]', "not the document of an"),
        ('["o1",[],{}]', "not the document of an"),
        ("[1,[],[]]", "not the document of an"),
        ('["o1",[[""]],[]]\n', "a decision folded away has no"),
        ('["o1",[["",1]],[]]\n', "a decision folded away has no"),
        ('["o1",[],[{}]]\n', "an effect folded away has other"),
        ('["o1",[],[[1]]]\n', "an effect folded away has other"),
    ],
)
def test_what_is_no_such_document_is_refused(text: str, said: str) -> None:
    """It names the order, and what is wrong."""
    with pytest.raises(CodecError, match=f"^order o1 is folded away: {said}"):
        unfold("o1", deflated(text.encode()))


@pytest.mark.parametrize(
    "document",
    [
        *(b"", b"x", DOCUMENT[:-1], DOCUMENT + b"x", deflated(b"\xff")),
        *("text", deflated(b"[" * (MAX_DOCUMENT + 1))),
    ],
    ids=[*range(7)],
)
def test_what_cannot_be_inflated_is_refused(document: Any) -> None:
    """Nothing is behind its end, nothing is missing, and it is text."""
    with pytest.raises(CodecError, match="cannot be inflated, or has more"):
        inflated(document)


def row(link: Link) -> tuple[Any, ...]:
    """The columns of a decision."""
    return tuple(getattr(link, name) for name in LINK)


def test_a_page_of_the_feed_is_filled() -> None:
    """Each order is looked for once; what cannot be filled stays empty."""
    asked: list[str] = []

    def find(order_id: str) -> bytes | None:
        asked.append(order_id)
        return {"o1": DOCUMENT, "o2": b"x"}.get(order_id)

    unfolding = Unfolding(find)
    place = LINK.index("document")
    for link, bare in zip(LINKS, emptied(), strict=True):
        assert is_folded(bare)
        assert not is_folded(link)
        told = unfolding.told("o1", row(bare))
        assert told[place] == link.document
        assert unfolding.told("o1", row(link)) == row(link)
        for other in ("o2", "o3"):
            assert unfolding.told(other, row(bare)) == row(bare)
    assert asked == ["o1", "o2", "o3"]
    for number in (0, -1, 4):
        bare = attrs.evolve(emptied()[0], number=number)
        assert unfolding.told("o1", row(bare)) == row(bare)
