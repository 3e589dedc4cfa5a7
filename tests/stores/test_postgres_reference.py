"""The store on PostgreSQL behaves like the one in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from orderlife import Case
from orderlife.ports.store import Committed
from orderlife.testing import InMemoryOrderStore
from tests.desk import test_store as reference
from tests.stores.postgresql import BOTH

CHECKS = {
    name: check
    for name, check in vars(reference).items()
    if name.startswith("test_") and "begins_nothing" not in name
}
globals().update(CHECKS)


@pytest.fixture(params=BOTH, ids=["sync", "async"])
def store(
    request: pytest.FixtureRequest, postgres_url: str
) -> Iterator[InMemoryOrderStore[Case]]:
    """A store with one order that asks for one thing."""
    with request.param(postgres_url) as made:
        made.migrate()
        asked = (reference.intent("o1:capture:1"),)
        made.commit(reference.commit(intents=asked))
        yield cast("Any", made)


def test_all_of_them_are_run() -> None:
    """A check that is renamed is not left out in silence."""
    assert len(CHECKS) >= 12


def test_what_records_nothing_begins_nothing(
    store: InMemoryOrderStore[Case],
) -> None:
    """An order is there once something has happened to it."""
    empty = reference.commit(order_id="o7", events=())
    assert store.commit(empty) == Committed(version=0)
    assert store.load("o7") is None
    assert reference.ids(store) == ("o1",)
    assert store.effects("o7") == ()
