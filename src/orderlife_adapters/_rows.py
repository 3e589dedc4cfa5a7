"""Converts values to the columns of a row, and rows to values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from orderlife._kernel.case import Case
from orderlife._kernel.integrity import IntegrityCheck
from orderlife._kernel.messages import Timer, TimerKind
from orderlife.codec import Codec
from orderlife.engine.chain import recorded
from orderlife.errors import CodecError
from orderlife.ports.store import (
    Commit,
    Denial,
    Effect,
    Kept,
    Link,
    OrderSummary,
    Snapshot,
    is_closed,
)
from orderlife_adapters._words import digits, plain

__all__ = [
    "DENIAL",
    "EVERY",
    "LAST",
    "LINK",
    "SUMMARY",
    "case_by",
    "closed_at",
    "denial_of",
    "denial_row",
    "every_at",
    "kept_of",
    "link_by",
    "link_row",
    "micros",
    "moment",
    "snapshot_of",
    "status_row",
    "summary_of",
    "timers_by_case",
    "timers_of",
    "timers_row",
    "written",
]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
LAST: Final = datetime.max.replace(tzinfo=UTC)
"""The end of the calendar, to which later times are cut."""
_MICROSECOND: Final = timedelta(microseconds=1)

SUMMARY: Final = (
    "order_id",
    "placed_at",
    "channel",
    "channel_number",
    "customer_id",
    "order_status",
    "payment_status",
    "fulfilment_status",
    "returns_status",
    "open_exceptions",
    "currency",
    "total_minor",
)
"""The columns of an order's summary."""

LINK: Final = (
    "number",
    "first_version",
    "last_version",
    "input_id",
    "fingerprint",
    "document",
    "digest",
)
"""The columns of a decision."""

EVERY: Final = 16
"""After so many events a new snapshot of a case is stored, at least."""
_PART: Final = 16

DENIAL: Final = ("order_id", "command_id", "command", "actor", "why", "at")


def every_at(version: int) -> int:
    """After how many events a new snapshot of so long an order is stored.

    A snapshot grows with the order.  Of a long one it is stored more
    seldom, each time after a sixteenth of its events or less: so an event
    of it costs no more than one of a short order.  It is a power of two.
    """
    return max(EVERY, (1 << version.bit_length() >> 1) // _PART)


def micros(at: datetime) -> int:
    """A time as it is stored: microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND


def moment(stored: int) -> datetime:
    """The time that was stored; of one beyond the calendar, its end."""
    try:
        return _EPOCH + timedelta(microseconds=stored)
    except OverflowError:
        return LAST if stored > 0 else _FIRST


def written(said: str) -> str:
    """Replace characters that no database takes in a text."""
    return said.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def status_row(summary: OrderSummary) -> dict[str, Any]:
    """The columns by which an order is found, but for its id."""
    at = summary.placed_at
    return {
        "placed_at": None if at is None else micros(at),
        "channel": summary.channel,
        "channel_number": summary.channel_number,
        "customer_id": summary.customer_id,
        "order_status": summary.order_status,
        "payment_status": summary.payment_status,
        "fulfilment_status": summary.fulfilment_status,
        "returns_status": summary.returns_status,
        "open_exceptions": summary.open_exceptions,
        "currency": summary.currency,
        "total_minor": summary.total_minor,
    }


def summary_of(row: Iterable[Any]) -> OrderSummary:
    """A summary of the columns ``SUMMARY``."""
    order_id, placed_at, *rest = row
    names = SUMMARY[2:]
    return OrderSummary(
        order_id=order_id,
        placed_at=None if placed_at is None else moment(placed_at),
        **dict(zip(names, rest, strict=True)),
    )


def timers_row(given: Iterable[Timer], codec: Codec) -> dict[str, Any]:
    """The columns of an order's timers: documents, and the earliest."""
    found = tuple(given)
    return {
        "timers": "\n".join(codec.dumps(timer, "timer") for timer in found),
        "timer_at": min((micros(timer.at) for timer in found), default=None),
    }


def closed_at(commit: Commit[Case], before: int | None = None) -> int | None:
    """Since when an order is closed, after a decision; None: it is not.

    Args:
        commit: the decision.
        before: since when it was before; None: it was not.
    """
    if not is_closed(commit.summary, commit.timers):
        return None
    if commit.events or before is None:
        return micros(commit.now)
    return before


def timers_of(documents: str, codec: Codec) -> list[Timer]:
    """The timers of an order, of the column."""
    found = documents.split("\n")
    return [codec.loads(each, "timer") for each in found if each]


def timers_by_case(
    case: Case | None, order_id: str, now: datetime, codec: Codec
) -> list[Timer]:
    """The timers of an order whose column of them cannot be read.

    They are derived from its case.  Where that cannot be read either,
    there is one that is due: firing it gives the reason.
    """
    if case is None:
        return [Timer(TimerKind.FOLLOW_UP, order_id, now)]
    return list(codec.house.timers(case))


def snapshot_of(
    order_id: str, row: Sequence[Any] | None, codec: Codec
) -> Snapshot[Case] | None:
    """The snapshot of a row.

    None: there is none, or of another schema than this release writes.

    Raises:
        CodecError: it cannot be read, or is another order's.
    """
    if row is None:
        return None
    number, version, stored = row
    document = plain(stored)
    if not codec.is_current(document, "case"):
        return None
    case: Case = codec.loads(document, "case")
    if case.order_id != order_id:
        raise CodecError("the document of another order")
    return Snapshot(number=number, version=version, case=case)


def case_by(
    order_id: str,
    version: int,
    found: Snapshot[Case] | None,
    links: Iterable[Link],
    codec: Codec,
) -> Case:
    """An order's case: its snapshot, and what was decided since.

    Args:
        order_id: the order.
        version: the order's, for which there must be as many events.
        found: as of ``snapshot_of``.
        links: the decisions after it, or all of them.
        codec: reads them.

    Raises:
        CodecError: one cannot be read, or there are fewer, or more.
        InvariantError: they contradict themselves.
    """
    case = Case(order_id=order_id) if found is None else found.case
    advance = codec.house.advance
    with IntegrityCheck(order_id):
        for link in links:
            for each in recorded(link, codec):
                advance(case, each.event)
    if case.version != version:
        message = f"{case.version} events of {version} are there"
        raise CodecError(message)
    return case


def kept_of(
    order_id: str,
    row: Sequence[Any],
    kept: Sequence[Any] | None,
    links: tuple[Link, ...],
    effects: tuple[Effect, ...],
    codec: Codec,
) -> Kept[Case]:
    """All that is kept of an order, of its columns and its other rows.

    Raises:
        CodecError: its snapshot or its timers cannot be read.
    """
    version, head, due, timer_at, asked, *summary = row
    return Kept(
        version=version,
        head=head,
        snapshot=snapshot_of(order_id, kept, codec),
        summary=summary_of(summary),
        timers=tuple(timers_of(due, codec)),
        timer_at=None if timer_at is None else moment(timer_at),
        asked=asked,
        links=links,
        effects=effects,
    )


link_row: Final[Callable[[Link], tuple[Any, ...]]] = attrgetter(*LINK)
"""The columns ``LINK`` of a link."""


def link_by(row: Iterable[Any]) -> Link:
    """A link of the columns ``LINK``."""
    named = dict(zip(LINK, row, strict=True))
    named["document"] = plain(named["document"])
    for name in ("fingerprint", "digest"):
        named[name] = digits(named[name])
    return Link(**named)


def denial_row(denial: Denial) -> tuple[Any, ...]:
    """The columns ``DENIAL``."""
    return (
        denial.order_id,
        written(denial.command_id),
        denial.command,
        written(denial.actor),
        written(denial.why),
        micros(denial.at),
    )


def denial_of(row: Iterable[Any]) -> Denial:
    """A denial of the columns ``DENIAL``."""
    order_id, command_id, command, actor, why, at = row
    return Denial(
        order_id=order_id,
        command_id=command_id,
        command=command,
        actor=actor,
        why=why,
        at=moment(at),
    )
