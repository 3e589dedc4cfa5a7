"""Rows of before the ledger remembered doubts: who was begun is doubted."""

# Statements are made of the names of this file.
# ruff: noqa: S608

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from orderlife._values.strict_json import write_sorted
from orderlife.codec import dumps
from orderlife.ports.store import Effect, EffectState
from orderlife_adapters._migrations import Naming, migrations, versions_table
from tests.desk.test_store import claim, intent, settle
from tests.stores.postgresql import BOTH
from tests.stores.sqlite import opened, path, raw

__all__ = ["path"]

S = EffectState
NAMES = ("o1:new:1", "o1:begun:1", "o1:renewed:1")


def statements(dialect: Any) -> list[str]:
    """What made the tables of version 1, with three effects in them."""
    naming = Naming()
    made = [
        versions_table(dialect),
        *migrations("orders", dialect)[0].statements,
    ]
    made.append("INSERT INTO {table}versions VALUES ('orders', 1, 1)")
    for number, name in enumerate(NAMES):
        document = dumps(intent(name), "intent")
        data = json.loads(document)["data"]
        hashed = hashlib.sha256(write_sorted(data)).hexdigest()
        begun = "NULL" if number != 1 else "5"
        made.append(
            "INSERT INTO {table}effects (tenant, operation_id, order_id, "
            "ordinal, port, intent, state, due_at, created_at, attempts, "
            "claimed_by, note, begun_at, generation, key, request_hash) "
            f"VALUES ('', '{name}', 'o1', {number}, 'payment', '{document}', "
            f"'pending', 1, 1, {number}, '', '', {begun}, {max(number, 1)}, "
            f"'{name}', '{hashed}')"
        )
    return [naming.fill(each) for each in made]


def check(store: Any) -> None:
    """Whether they are doubted, and stay so when they are claimed."""
    assert [False, True, False] == _doubts(store)
    assert 3 == len(claim(store, limit=3))
    assert [False, True, False] == _doubts(store)
    for name in NAMES:
        assert store.settle(settle(name, S.PENDING, renew=True))
    found = store.effects("o1")
    assert [2, 1, 3] == [each.generation for each in found]
    assert not any(each.altered for each in found)


def _doubts(store: Any) -> list[bool]:
    effects: tuple[Effect, ...] = store.effects("o1")
    return [each.doubted for each in effects]


@pytest.mark.parametrize("claimed", [False, True])
def test_old_rows_in_sqlite(path: Path, *, claimed: bool) -> None:
    """One whose key was used counts as doubted, another does not."""
    with raw(path) as file:
        for each in statements("sqlite"):
            file.execute(each)
    with opened(path) as store:
        if claimed:
            check(store)
        else:
            assert store.settle(settle(NAMES[1], S.PENDING, renew=True))
            assert [False, True, False] == _doubts(store)


@pytest.mark.parametrize("made", BOTH)
@pytest.mark.parametrize("claimed", [False, True])
def test_old_rows_in_postgresql(
    postgres_url: str, made: Any, *, claimed: bool
) -> None:
    """The same."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for each in statements("postgresql"):
            connection.execute(each.encode())
    with made(postgres_url) as store:
        assert store.migrate() > 0
        if claimed:
            check(store)
        else:
            assert store.settle(settle(NAMES[1], S.PENDING, renew=True))
            assert [False, True, False] == _doubts(store)
