"""A chain of events tells when one of them was changed."""

from __future__ import annotations

import hashlib

import pytest

from orderlife.engine.chain import START, chained, digest, verify
from orderlife.errors import ChainBrokenError
from orderlife.ports.store import Link

DOCUMENTS = ["one", "zwei", "три"]


def links(documents: list[str] = DOCUMENTS) -> list[Link]:
    """Documents in a chain that fits."""
    return [
        Link(sequence=number, document=document, digest=made)
        for number, (document, made) in enumerate(
            zip(documents, chained(START, documents), strict=True), 1
        )
    ]


def test_a_digest_is_of_what_came_before_and_of_the_document() -> None:
    """SHA-256, a newline between the two, in UTF-8."""
    made = hashlib.sha256("\nтри".encode()).hexdigest()

    assert made == digest("", "три")
    assert digest(made, "x") == chained(START, ["три", "x"])[1]
    assert [] == chained("abc", [])
    assert [digest("abc", "x")] == chained("abc", ["x"])


def test_an_unbroken_chain_gives_its_head() -> None:
    """The last digest, to be kept elsewhere."""
    chain = links()

    assert chain[-1].digest == verify("o1", chain, chain[-1].digest)
    assert "" == verify("o1", [], "")


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda c: c[:1] + c[2:], 2),
        (lambda c: c[1:], 1),
        (lambda c: [c[1], c[0], c[2]], 1),
        (lambda c: c[:2], 3),
        (lambda c: [], 1),
        (lambda c: [*c, c[2]], 4),
        (lambda c: [c[0], *links(["one", "zwei", "три"])[2:]], 2),
        (
            lambda c: [
                c[0],
                Link(sequence=2, document="zwo", digest=c[1].digest),
                c[2],
            ],
            2,
        ),
        (
            lambda c: [
                Link(sequence=2, document="one", digest=c[0].digest),
                *c[1:],
            ],
            1,
        ),
        (lambda c: links(["one", "zwo", "три"]), 4),
    ],
)
def test_a_broken_chain_names_the_first_event(
    change: object, broken: int
) -> None:
    """Changed, left out, put in, in another order, or all written anew."""
    chain = links()

    with pytest.raises(ChainBrokenError) as caught:
        verify("o1", change(chain), chain[-1].digest)  # type: ignore[operator]

    assert ("o1", broken) == (caught.value.order_id, caught.value.sequence)
