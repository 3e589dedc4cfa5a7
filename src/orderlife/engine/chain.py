"""The chain of an order's events: a changed byte breaks it.

Each event's digest is made of the digest before it and of the event's
document as it is stored.  A copy of the last digest, kept elsewhere,
shows later whether an event before it was changed, left out or put in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from orderlife.errors import ChainBrokenError
from orderlife.ports.store import Link

__all__ = ["START", "chained", "digest", "verify"]

START = ""
"""The digest that the first event is chained to."""


def digest(before: str, document: str) -> str:
    """Chain a document to the digest before it: 64 hex digits."""
    return hashlib.sha256(f"{before}\n{document}".encode()).hexdigest()


def chained(before: str, documents: Iterable[str]) -> list[str]:
    """The digests of documents that follow one another."""
    digests = []
    for document in documents:
        before = digest(before, document)
        digests.append(before)
    return digests


def verify(order_id: str, links: Iterable[Link], head: str) -> str:
    """Check a chain from its first event to its last.

    Args:
        order_id: the order of the events, for the error.
        links: the events as they are stored.
        head: the digest that the order keeps of its last event.

    Returns:
        The head, to be kept elsewhere and compared later.

    Raises:
        ChainBrokenError: naming the first event that does not fit.
    """
    before, last = START, 0
    for link in links:
        fits = digest(before, link.document) == link.digest
        if link.sequence != last + 1 or not fits:
            raise ChainBrokenError(order_id, last + 1)
        before, last = link.digest, link.sequence
    if before != head:
        raise ChainBrokenError(order_id, last + 1)
    return before
