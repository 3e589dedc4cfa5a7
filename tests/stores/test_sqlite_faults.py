"""Whose fault it is when SQLite does not take something."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from typing import Any, Final

import pytest

from orderlife.errors import InputError, PortError
from orderlife_adapters._inventory_turns import told
from orderlife_adapters._sqlite_faults import Faults

OURS: Final[dict[str, tuple[str, Any]]] = {
    "syntax": ("SELEC", ()),
    "values": ("SELECT ?, ?", ("one",)),
    "two at once": ("SELECT 1; SELECT 2", ()),
    "a column": ("SELECT nothing FROM sqlite_master", ()),
}
THEIRS: Final[dict[str, Any]] = {"half": "\ud800", "beyond": 2**70}
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
