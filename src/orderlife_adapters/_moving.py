"""Moves what the first release has stored of an order into decisions.

It kept a row for each event and a row for each answer; now both are one
row.  The documents are rewritten as they stand, whatever rooms have
written them.  What had been changed behind the store's back stays
found: such a history is chained by digests that do not fit either.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import attrs

from orderlife._values.limits import MAX_DOCUMENT
from orderlife._values.replacing import replace
from orderlife._values.strict_json import parse, write, write_sorted
from orderlife.engine.chain import SALTED, digest
from orderlife.errors import CodecError
from orderlife.ports.store import Link, salted
from orderlife_adapters._effect_rows import hash_of

__all__ = [
    "BATCH",
    "WAITING",
    "OldAnswer",
    "OldEvent",
    "Salt",
    "moved",
    "rehashed",
]

BATCH: Final = 100
"""How many orders are moved in one transaction."""
WAITING: Final = (
    "orders WHERE snapshot = 0",
    "events",
    "answers",
    "effects WHERE store = -1",
)
"""Where orders are found that are still to be moved, each by an index: in
the tables behind the first only those whose order is gone."""
_SCHEMA: Final = 1
"""The schema of all documents that were stored as events of their own."""
_BROKEN: Final = "!"
"""What stands before a digest that no longer fits."""

OldEvent: TypeAlias = tuple[int, str, str]
"""Its sequence, its document, its digest."""
OldAnswer: TypeAlias = tuple[str, str, int, int, Any]
"""The input's id, its fingerprint, the versions before and after it, and
whether it may have held personal data."""
Salt: TypeAlias = tuple[int, str]
"""The number of a decision, and what its fingerprint is made with."""


@attrs.define
class _Moving:
    order_id: str
    links: list[Link] = attrs.field(factory=list)
    salts: list[Salt] = attrs.field(factory=list)
    head: str = ""
    version: int = 0

    def add(
        self,
        events: Sequence[OldEvent],
        answer: OldAnswer | None,
        *,
        fits: bool,
    ) -> None:
        """Add a decision behind those there are."""
        number = len(self.links) + 1
        input_id, fingerprint = answer[:2] if answer else ("", "")
        if answer and answer[4]:
            fingerprint = self._salted(number, fingerprint)
        link = Link(
            number=number,
            first_version=self.version,
            last_version=self.version + len(events),
            input_id=input_id,
            fingerprint=fingerprint,
            document=_decided([document for _, document, _ in events]),
            digest="",
        )
        chained = digest(self.order_id, self.head, link)
        self.head = chained if fits else _BROKEN + chained
        self.links.append(replace(link, digest=self.head))
        self.version = link.last_version

    def _salted(self, number: int, fingerprint: str) -> str:
        """A fingerprint that nobody can guess, once its salt is gone.

        The salt of one that was erased is gone already.
        """
        if not fingerprint:
            return SALTED
        salt = secrets.token_hex(16)
        self.salts.append((number, salt))
        return SALTED + salted(fingerprint, salt)


def moved(
    order_id: str,
    head: str,
    events: Sequence[OldEvent],
    answers: Sequence[OldAnswer],
) -> tuple[list[Link], list[Salt], str]:
    """The decisions that an order's events and answers become.

    Args:
        order_id: the order.
        head: the digest that it keeps of its last event.
        events: its events, in sequence.
        answers: the answers that its inputs were given.

    Returns:
        The decisions, the salts of their fingerprints, and the new head.
    """
    moving = _Moving(order_id)
    good = _unbroken(events)
    begun = {answer[2]: answer for answer in answers if answer[3] > answer[2]}
    idle = sorted(
        (answer for answer in answers if answer[3] <= answer[2]),
        key=lambda answer: (answer[2], answer[0]),
    )
    for first, last in _spans(events, begun):
        while idle and idle[0][2] <= first:
            moving.add((), idle.pop(0), fits=first <= good)
        span = events[first:last]
        moving.add(span, begun.pop(first, None), fits=last <= good)
    for answer in (*idle, *begun.values()):
        moving.add((), answer, fits=len(events) <= good)
    known = events[-1][2] if events else ""
    whole = moving.head if known == head else _BROKEN + moving.head
    return moving.links, moving.salts, whole


def _unbroken(events: Sequence[OldEvent]) -> int:
    """How many of the first events are chained as they were stored."""
    before = ""
    for count, (sequence, document, known) in enumerate(events):
        text = f"{before}\n{document}"
        before = hashlib.sha256(text.encode()).hexdigest()
        if sequence != count + 1 or known != before:
            return count
    return len(events)


def _spans(
    events: Sequence[OldEvent], begun: dict[int, OldAnswer]
) -> Iterator[tuple[int, int]]:
    """Where each decision begins and ends among the events.

    A decision whose input has no id ends where the time, the actor or
    the cause changes.
    """
    headers = [_header(document) for _, document, _ in events]
    first = 0
    while first < len(events):
        answer = begun.get(first)
        last = first + 1
        if answer is not None:
            last = max(last, min(answer[3], len(events)))
        else:
            while (
                last < len(events)
                and last not in begun
                and headers[last] == headers[first] is not None
            ):
                last += 1
        yield first, last
        first = last


def _header(document: str) -> Any:
    """What all events of a decision have alike; None: it is unreadable."""
    data = _data(document)
    return data and [data["at"], data["actor"], data["cause"]]


def _data(document: str) -> Any:
    """What stands in an event's document; None: it is unreadable."""
    try:
        found = parse(document, limit=MAX_DOCUMENT)
    except CodecError:
        return None
    parts = {"sequence", "at", "actor", "cause", "event"}
    readable = (
        isinstance(found, dict)
        and (found.get("kind"), found.get("schema")) == ("recorded", _SCHEMA)
        and isinstance(found.get("data"), dict)
        and found["data"].keys() == parts
    )
    return found["data"] if readable else None


def _decided(documents: list[str]) -> str:
    """The document of a decision; one that cannot be read stays so."""
    if not documents:
        return ""
    found = [_data(document) for document in documents]
    headers = [_header(document) for document in documents]
    if None in headers or any(each != headers[0] for each in headers):
        return write(documents)
    at, actor, cause = headers[0]
    data = {
        "at": at,
        "actor": actor,
        "cause": cause,
        "events": [each["event"] for each in found],
    }
    return write({"kind": "decision", "schema": _SCHEMA, "data": data})


def rehashed(document: str, known: str) -> str:
    """The hash of a request as it is made now, of one of before.

    The hash of a request that was changed stays as it is: it fits
    neither way.
    """
    try:
        data = parse(document, limit=MAX_DOCUMENT)["data"]
    except (CodecError, KeyError, TypeError):
        return known
    fits = hashlib.sha256(write_sorted(data)).hexdigest() == known
    return hash_of(document) if fits else known
