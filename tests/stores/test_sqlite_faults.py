"""Whose fault it is when SQLite does not take something."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from typing import Any, Final

import pytest

from orderlife.errors import InputError, PortError
from orderlife.memory.clock import START
from orderlife.ports.store import FindDueTimers, Postpone
from orderlife_adapters._inventory_turns import told
from orderlife_adapters._sqlite_faults import Faults
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.stores.sqlite import path, store

__all__ = ["path", "store"]

OURS: Final[dict[str, tuple[str, Any]]] = {
    "syntax": ("SELEC", ()),
    "values": ("SELECT ?, ?", ("one",)),
    "two at once": ("SELECT 1; SELECT 2", ()),
    "a column": ("SELECT nothing FROM sqlite_master", ()),
}
THEIRS: Final[dict[str, Any]] = {"half": "\ud800", "beyond": 2**70}
POSTPONE: Final = Postpone(order_id="o1", version=1, until=START)
WAYS: Final = [told, lambda: Faults("the stock", 0.0)]


@pytest.fixture
def file() -> Iterator[sqlite3.Connection]:
    """An empty database."""
    with closing(sqlite3.connect(":memory:")) as connection:
        yield connection


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", OURS)
def test_a_fault_of_our_statements_is_not_the_callers(
    file: sqlite3.Connection,
    way: Callable[[], AbstractContextManager[None]],
    what: str,
) -> None:
    """Nor does it say that a connection is closed that is open."""
    with pytest.raises(PortError) as caught, way():
        file.execute(*OURS[what])
    assert not isinstance(caught.value, InputError)
    assert "closed" not in str(caught.value)


def test_a_store_does_not_blame_the_caller(store: SqliteOrderStore) -> None:
    """For a statement of its own that the database does not take."""
    for name, ask in (
        ("postpone", lambda: store.postpone(POSTPONE)),
        ("timers", lambda: store.due_timers(FindDueTimers(now=START))),
    ):
        kept = getattr(store._sql, name)
        object.__setattr__(store._sql, name, "SELEC ? ? ? ?")
        try:
            with pytest.raises(PortError) as caught:
                ask()
        finally:
            object.__setattr__(store._sql, name, kept)
        assert not isinstance(caught.value, InputError)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", THEIRS)
def test_a_value_that_no_column_holds_is_the_callers(
    file: sqlite3.Connection,
    way: Callable[[], AbstractContextManager[None]],
    what: str,
) -> None:
    """A text with half a character in it, and a number beyond 64 bits."""
    with pytest.raises(InputError), way():
        file.execute("SELECT ?", (THEIRS[what],))


@pytest.mark.parametrize("way", WAYS)
def test_a_closed_connection_is_told_as_one(
    file: sqlite3.Connection,
    way: Callable[[], AbstractContextManager[None]],
) -> None:
    """The application has closed it."""
    file.close()
    with pytest.raises(PortError, match="is closed, or used by"), way():
        file.execute("SELECT 1")
