"""Stores on PostgreSQL, for tests: sync, and async as if it were sync."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time
from collections.abc import Iterator
from typing import Any, cast

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife_adapters._postgres_driver import Ask, Program
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
)
from tests.desk.test_store import commit, intent


class Awaited:
    """An async store whose every answer is waited for."""

    def __init__(
        self, store: AsyncPostgresOrderStore, runner: asyncio.Runner
    ) -> None:
        self._store, self._runner = store, runner

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*arguments: Any) -> Any:
            answer = method(*arguments)
            if not inspect.isawaitable(answer):
                return answer
            return self._runner.run(cast("Any", answer))

        return call


@contextlib.contextmanager
def sync_store(url: str, **more: Any) -> Iterator[PostgresOrderStore]:
    """A store on a pool of two."""
    with ConnectionPool(url, min_size=1, max_size=2, open=True) as pool:
        yield PostgresOrderStore(pool, **more)


@contextlib.contextmanager
def async_store(url: str, **more: Any) -> Iterator[PostgresOrderStore]:
    """An async store on a pool of two, used as if it were sync."""
    with asyncio.Runner() as runner:
        pool = AsyncConnectionPool(url, min_size=1, max_size=2, open=False)
        runner.run(pool.open())
        store = AsyncPostgresOrderStore(pool, **more)
        try:
            yield cast("PostgresOrderStore", Awaited(store, runner))
        finally:
            runner.run(pool.close())


BOTH = (sync_store, async_store)
"""What a test is to hold for."""


@contextlib.contextmanager
def begun(url: str, **more: Any) -> Iterator[PostgresOrderStore]:
    """A sync store with tables, and an order that asks for one thing."""
    with sync_store(url, **more) as store:
        store.migrate()
        store.commit(commit(intents=(intent("o1:capture:1"),)))
        yield store


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def waits_for_lock(url: str, count: int = 1) -> None:
    """Return as soon as so many wait for somebody's lock."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
        "'Lock' AND datname = current_database()"
    )
    end = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < end:
            (found,) = connection.execute(query).fetchone() or (0,)
            if found >= count:
                return
            time.sleep(0.005)
    pytest.fail("nobody waits for a lock")


def asks_of(program: Program[Any]) -> Ask:
    """The first statement of a program."""
    step = next(program)
    program.close()  # or it is, when the names it needs are gone
    assert isinstance(step, Ask)
    return step
