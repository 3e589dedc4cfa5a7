"""Checks of a decision's events, and the result of storing it."""

from __future__ import annotations

from typing import Final

from orderlife._kernel.case import Case
from orderlife.engine.chain import answer_of, check_commit
from orderlife.errors import PortError, StoreVersionError
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
from orderlife_adapters._rows import every_at

__all__ = [
    "ARCHIVED",
    "NEW_STORE",
    "clash_of",
    "committed",
    "fault_in",
    "no_tables",
    "outcome_of",
    "parts_of",
    "there_already",
]


NEW_STORE: Final = 5
"""Where the number of the database's id stands, if there are intents."""
ARCHIVED: Final = 6
"""Where it stands whether the order is folded away."""


def no_tables(component: Component = "orders") -> StoreVersionError:
    wanted = latest(component, "postgresql")
    why = "there are no such tables: run migrate()"
    return StoreVersionError(0, wanted, why)


def fault_in(commit: Commit[Case]) -> PortError | None:
    """Why a decision cannot be stored as it is; None: it can."""
    try:
        check_commit(commit)
    except PortError as error:
        return error
    return None


def parts_of(commit: Commit[Case], *, stores: bool) -> Parts:
    """The parts that the statement of a commit has.

    A new snapshot is stored whenever the version passes a multiple of
    ``every_at``: so nobody has to know how old the last one is.
    """
    new = not commit.expected_version
    version = committed(commit).version
    every = every_at(version)
    return Parts(
        stores=stores,
        new=new,
        answer=bool(commit.input_id),
        decision=bool(commit.events or commit.input_id),
        events=bool(commit.events),
        snapshot=version // every > commit.expected_version // every,
        intents=bool(commit.intents),
        people=bool(commit.personal),
        settles=bool(commit.settles or commit.asides) and not new,
        number=commit.number is not None,
    )


def committed(commit: Commit[Case]) -> Committed:
    return Committed(version=commit.expected_version + len(commit.events))


def outcome_of(commit: Commit[Case], row: Row) -> CommitOutcome | None:
    """The result by the statement's row; None: a race, to be repeated."""
    won, version, head, lost, taken_by, _, _, *answer = row
    if won:
        return committed(commit)
    if answer[0] is not None:
        return Repeated(answer_of(*answer))
    known = (commit.expected_version, commit.head)
    if (version or 0, head or "") != known:
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
