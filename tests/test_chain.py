"""The chain of an order's events finds every changed byte."""

from __future__ import annotations

from hashlib import sha256

import attrs
import pytest

from orderlife import ChainBrokenError
from orderlife.chain import START, chained, digest, verify
from orderlife.ports.store import Link

DOCUMENTS = ("one", "two", "three")


def links() -> list[Link]:
    """Three events, chained."""
    digests = chained(START, DOCUMENTS)
    return [
        Link(sequence=number, document=document, digest=found)
        for number, (document, found) in enumerate(
            zip(DOCUMENTS, digests, strict=True), start=1
        )
    ]


def test_a_digest_is_made_of_what_was_before() -> None:
    """SHA-256 of the digest before it, a newline, and the document."""
    first = sha256(b"\none").hexdigest()
    assert digest(START, "one") == first
    second = sha256(f"{first}\ntwo".encode()).hexdigest()
    assert chained(START, ("one", "two")) == [first, second]
    assert chained(first, ("two",)) == [second]
    assert chained(first, ()) == []


def test_a_whole_chain_gives_its_head() -> None:
    """To be kept elsewhere; a chain of nothing has none."""
    whole = links()
    assert verify("o1", whole, whole[-1].digest) == whole[-1].digest
    assert verify("o1", [], START) == START


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_changed_document_is_found(number: int) -> None:
    """And named, by the number of its event."""
    changed = links()
    link = changed[number - 1]
    changed[number - 1] = attrs.evolve(link, document=f"{link.document}.")
    with pytest.raises(ChainBrokenError, match=f"o1: event {number} is not"):
        verify("o1", changed, changed[-1].digest)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_event_that_was_left_out_is_found(number: int) -> None:
    """The first, one in the middle, and the last."""
    whole = links()
    head = whole[-1].digest
    del whole[number - 1]
    with pytest.raises(ChainBrokenError) as found:
        verify("o1", whole, head)
    assert (found.value.order_id, found.value.sequence) == ("o1", number)


def test_a_history_that_was_written_anew_is_found() -> None:
    """Its links fit, and its head is not the one that was kept."""
    head = links()[-1].digest
    documents = ("one", "2", "three")
    anew = [
        Link(sequence=number, document=document, digest=found)
        for number, (document, found) in enumerate(
            zip(documents, chained(START, documents), strict=True), start=1
        )
    ]
    assert verify("o1", anew, anew[-1].digest)
    with pytest.raises(ChainBrokenError) as found_out:
        verify("o1", anew, head)
    assert found_out.value.sequence == 4


def test_numbers_are_without_gaps() -> None:
    """An event under another's number is found, though its digest fits."""
    whole = links()
    whole[1] = attrs.evolve(whole[1], sequence=3)
    with pytest.raises(ChainBrokenError) as found:
        verify("o1", whole, whole[-1].digest)
    assert found.value.sequence == 2
