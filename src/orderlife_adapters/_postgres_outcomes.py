"""Checks of a decision's events, and the result of storing it."""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife.errors import StoreVersionError
from orderlife.ports.store import (
    ClaimLost,
    Commit,
    CommitOutcome,
    Committed,
    NumberTaken,
    Repeated,
    Stale,
)
from orderlife_adapters._migrations import Component, latest
from orderlife_adapters._postgres_commit_sql import Parts
from orderlife_adapters._postgres_driver import ClashError, Row
from orderlife_adapters._rows import answer_of

__all__ = [
    "clash_of",
    "committed",
    "gap_in",
    "no_tables",
    "outcome_of",
    "parts_of",
    "there_already",
]


def no_tables(component: Component = "orders") -> StoreVersionError:
    wanted = latest(component, "postgresql")
    why = "there are no such tables: run migrate()"
    return StoreVersionError(0, wanted, why)


def gap_in(commit: Commit[Case]) -> str:
    """What is wrong with the events' numbers; empty: nothing."""
    for due, recorded in enumerate(commit.events, commit.expected_version + 1):
        if recorded.sequence != due:
            return f"event {recorded.sequence} where {due} is due"
    return ""


def parts_of(commit: Commit[Case], *, stores: bool) -> Parts:
    new = not commit.expected_version
    return Parts(
        stores=stores,
        new=new,
        answer=bool(commit.input_id),
        events=bool(commit.events),
        intents=bool(commit.intents),
        people=bool(commit.personal),
        settles=bool(commit.settles) and not new,
        number=commit.number is not None,
    )


def committed(commit: Commit[Case]) -> Committed:
    return Committed(version=commit.expected_version + len(commit.events))


def outcome_of(commit: Commit[Case], row: Row) -> CommitOutcome | None:
    """The result by the statement's row; None: a race, to be repeated."""
    won, version, lost, taken_by, fingerprint, first, last = row
    if won:
        return committed(commit)
    if fingerprint is not None:
        return Repeated(answer_of(fingerprint, first, last))
    if (version or 0) != commit.expected_version:
        return Stale(version=version or 0)
    if lost:
        return ClaimLost()
    return None if taken_by is None else NumberTaken(order_id=taken_by)


def there_already(error: ClashError) -> str:
    return f"it is there already: {error.constraint}"


def clash_of(commit: Commit[Case], error: ClashError) -> str:
    if "effects" in error.constraint:
        named = ", ".join(each.operation_id for each in commit.intents)
        return f"operation {named} is there already"
    return there_already(error)
