"""A case at hand is not used where another has decided since."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.test_store import commit
from tests.stores.postgresql import async_store, sync_store
from tests.stores.sqlite import opened


@pytest.fixture(params=["sqlite", "postgres", "async"])
def begun(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], Any]]:
    """Opens one more store on the same database each time."""
    with contextlib.ExitStack() as stack:

        def made() -> Any:
            if request.param == "sqlite":
                return stack.enter_context(opened(tmp_path / "shop.db"))
            url = request.getfixturevalue("postgres_url")
            begins = sync_store if request.param == "postgres" else async_store
            store: Any = stack.enter_context(begins(url))
            store.migrate()
            return store

        yield made


def test_what_another_has_decided_is_never_missed(
    begun: Callable[[], Any],
) -> None:
    """Whether it left a snapshot or not, and however long the order is."""
    mine, theirs = begun(), begun()
    for version in range(40):
        deciding = theirs if version % 3 else mine
        deciding.commit(commit(version))
        found = mine.load("o1"), theirs.load("o1")
        assert found[0] == found[1]
        assert found[0].case.version == version + 1


def test_what_another_has_answered_is_never_missed(
    begun: Callable[[], Any],
) -> None:
    """It has recorded nothing, and the order has another head."""
    mine, theirs = begun(), begun()
    mine.commit(commit())
    for number in range(3):
        before = mine.load("o1")
        nothing = commit(1, events=(), input_id=f"c{number}", fingerprint="f")
        theirs.commit(nothing)
        after = mine.load("o1")
        assert after.head == theirs.load("o1").head != before.head
        assert after.case == before.case
