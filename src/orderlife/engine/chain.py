"""The chain of an order's decisions: a changed byte breaks it.

Each decision's digest is made of the digest before it and of the
decision as it is stored.  A copy of the last digest, kept elsewhere,
shows later whether a decision before it was changed, left out or put in.

What every store does with a decision stands here: what it refuses, what
it keeps, and how that is read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from orderlife._kernel.messages import Actor, Recorded
from orderlife._values.replacing import replace
from orderlife.errors import ChainBrokenError, CodecError, PortError
from orderlife.ports.store import Answer, Commit, Decided, Link, salted

if TYPE_CHECKING:
    from orderlife.codec.documents import Codec

__all__ = [
    "Entry",
    "answer_of",
    "check_commit",
    "digest",
    "entry_of",
    "link_of",
    "recorded",
    "verify",
]

SALTED: Final = "*"
"""What stands before a fingerprint that was made with a salt."""


def check_commit(commit: Commit[Any], known: Container[str] = ()) -> None:
    """Check that a decision's events and operations can be stored.

    Args:
        commit: the decision.
        known: operations that its order has asked for, where no
            database compares them.

    Raises:
        PortError: an event has another's number, or another time, actor
            or cause than the first; or an operation is there already.
    """
    _check_events(commit)
    new: set[str] = set()
    for intent in commit.intents:
        if intent.operation_id in known or intent.operation_id in new:
            message = f"operation {intent.operation_id} is there already"
            raise PortError(message)
        new.add(intent.operation_id)


def _check_events(commit: Commit[Any]) -> None:
    expected = commit.expected_version
    for each in commit.events:
        expected += 1
        if each.sequence != expected:
            message = f"event {each.sequence} where {expected} is due"
            raise PortError(message)
        first = commit.events[0]
        if each is not first and _header(each) != _header(first):
            message = f"event {expected} is of another decision"
            raise PortError(message)


def _header(event: Recorded) -> tuple[datetime, Actor, str]:
    return event.at, event.actor, event.cause


@attrs.frozen
class Entry:
    """What a store keeps of a decision: its events, and its input."""

    first_version: int
    """The order's version that was decided on."""
    events: tuple[Recorded, ...]
    input_id: str
    fingerprint: str

    @property
    def last_version(self) -> int:
        """The order's version after it."""
        return self.first_version + len(self.events)


def entry_of(commit: Commit[Any], salt: str) -> Entry | None:
    """What is to be kept of a decision; None: nothing has happened.

    Args:
        commit: the decision; its events are checked.
        salt: makes a fingerprint that nobody can guess; empty: the input
            holds no personal data.
    """
    if not (commit.events or commit.input_id):
        return None
    fingerprint = commit.fingerprint
    if salt and fingerprint:
        fingerprint = SALTED + salted(fingerprint, salt)
    return Entry(
        commit.expected_version, commit.events, commit.input_id, fingerprint
    )


def link_of(
    order_id: str, number: int, before: str, entry: Entry, codec: Codec
) -> Link:
    """Make the link that a decision is stored as.

    Args:
        order_id: whose decision it is.
        number: its place among the order's decisions.
        before: the digest of the decision before it; empty: none.
        entry: what is kept of it.
        codec: writes its document.
    """
    document = ""
    if events := entry.events:
        at, actor, cause = _header(events[0])
        told = tuple([each.event for each in events])
        document = codec.dumps(Decided(at, actor, cause, told), "decision")
    link = Link(
        number=number,
        first_version=entry.first_version,
        last_version=entry.last_version,
        input_id=entry.input_id,
        fingerprint=entry.fingerprint,
        document=document,
        digest="",
    )
    return replace(link, digest=digest(order_id, before, link))


def answer_of(
    fingerprint: str, first_version: int, last_version: int, salt: str | None
) -> Answer:
    """The answer that a decision's input got.

    Args:
        fingerprint: as its link has it.
        first_version: the order's version that was decided on.
        last_version: the order's version after it.
        salt: what the fingerprint was made with; None: there is none, or
            it was erased.
    """
    if not fingerprint.startswith(SALTED):
        salt = ""  # one that lies beside it is not of it
    elif salt:
        fingerprint = fingerprint.removeprefix(SALTED)
    else:
        fingerprint = ""
    return Answer(
        fingerprint=fingerprint,
        first_version=first_version,
        last_version=last_version,
        salt=salt or "",
    )


def digest(order_id: str, before: str, link: Link) -> str:
    """Chain a decision to the digest before it: 64 hex digits.

    No part that is stored has a line break in it.  So no other decision
    has the same text: it would have a line more.
    """
    text = (
        f"{before or order_id}\n{link.first_version} {link.last_version}\n"
        f"{link.fingerprint}\n{link.input_id}\n{link.document}"
    )
    return hashlib.sha256(text.encode()).hexdigest()


def recorded(link: Link, codec: Codec) -> tuple[Recorded, ...]:
    """The events of a decision.

    Raises:
        CodecError: its document cannot be read, or has more events, or
            fewer, than the order's version was raised by.
    """
    events: tuple[Recorded, ...] = ()
    if link.document:
        decided: Decided = codec.loads(link.document, "decision")
        at, actor, cause = decided.at, decided.actor, decided.cause
        events = tuple(
            Recorded(sequence, at, actor, cause, event)
            for sequence, event in enumerate(
                decided.events, link.first_version + 1
            )
        )
    if link.first_version + len(events) != link.last_version:
        expected = link.last_version - link.first_version
        message = f"{len(events)} events where {expected} are due"
        raise CodecError(message)
    return events


def verify(order_id: str, links: Iterable[Link], head: str) -> str:
    """Check a chain from its first decision to its last.

    Args:
        order_id: the order of the decisions.
        links: the decisions as they are stored.
        head: the digest that the order keeps of its last decision.

    Returns:
        The head, to be kept elsewhere and compared later.

    Raises:
        ChainBrokenError: naming the first event that does not fit.
    """
    before, number, version = "", 0, 0
    for link in links:
        follows = (number + 1, version) == (link.number, link.first_version)
        if not follows or digest(order_id, before, link) != link.digest:
            raise ChainBrokenError(order_id, version + 1)
        before, number, version = link.digest, link.number, link.last_version
    if before != head:
        raise ChainBrokenError(order_id, version + 1)
    return before
