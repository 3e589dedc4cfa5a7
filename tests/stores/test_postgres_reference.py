"""The store on PostgreSQL behaves like the one in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from orderlife.ports.store import Committed
from tests.desk import test_store as reference
from tests.stores.postgresql import BOTH

CHECKS = {
    name: check
    for name, check in vars(reference).items()
    if name.startswith("test_") and "begins_nothing" not in name
}
globals().update(CHECKS)


@pytest.fixture(params=BOTH, ids=["sync", "async"])
def empty(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Any]:
    """A store that holds nothing."""
    with request.param(postgres_url) as made:
        made.migrate()
        yield made


@pytest.fixture
def store(empty: Any) -> Any:
    """A store with one order that asks for one thing."""
    empty.commit(reference.commit(intents=(reference.intent("o1:capture:1"),)))
    return empty


@pytest.fixture
def outside(store: Any) -> Any:
    """The same: nothing is claimed within a transaction, and this is none."""
    return store


def test_all_of_them_are_run() -> None:
    """A check that is renamed is not left out in silence."""
    assert len(CHECKS) >= 12


def test_what_records_nothing_begins_nothing(store: Any) -> None:
    """An order is there once something has happened to it."""
    nothing = reference.commit(order_id="o7", events=())
    assert store.commit(nothing) == Committed(version=0)
    assert store.load("o7") is None
    assert reference.ids(store) == ("o1",)
    assert store.effects("o7") == ()
