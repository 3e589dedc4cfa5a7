"""The boundaries of transactions and calls, numbered; death at one."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from orderlife_adapters import _postgres_driver

__all__ = ["Boundary", "Counted", "traced"]


class Boundary:
    """Counts what it passes, and dies there if it is told to.

    Args:
        die_in: in which chapter of a life to die; None: in none.
        die_at: at which boundary of that chapter, from 1, the process
            is killed with SIGKILL.
    """

    def __init__(self, die_in: int | None = None, die_at: int = 0) -> None:
        self._die_in = die_in
        self._die_at = die_at
        self._chapter: int | None = None
        self.labels: dict[int, list[str]] = {}

    def begin(self, chapter: int | None) -> None:
        """Count from here; None: do not count."""
        self._chapter = chapter
        if chapter is not None:
            self.labels[chapter] = []

    def hit(self, label: str) -> None:
        """Pass a boundary, or die."""
        if self._chapter is None:
            return
        labels = self.labels[self._chapter]
        labels.append(label)
        if self._chapter == self._die_in and len(labels) == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)


class Counted:
    """A store or a port with a boundary before and after each call."""

    def __init__(self, inner: Any, name: str, boundary: Boundary) -> None:
        self._inner = inner
        self._name = name
        self._boundary = boundary

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(argument: Any) -> Any:
            what = f"{self._name}.{name}"
            self._boundary.hit(f"before {what}")
            answer = found(argument)
            self._boundary.hit(f"after {what}")
            return answer

        return call

    def is_beside(self, other: Counted) -> bool:
        """Whether the stock within another can move in its transactions."""
        is_beside = getattr(self._inner, "is_beside", None)
        return is_beside is not None and is_beside(other._inner)

    @contextmanager
    def unit(self, other: Counted) -> Iterator[tuple[Counted, Counted]]:
        """A transaction of both, which is a boundary at either end."""
        self._boundary.hit("before store.unit")
        with self._inner.unit(other._inner) as (store, stock):
            yield (
                Counted(store, self._name, self._boundary),
                Counted(stock, other._name, self._boundary),
            )
        self._boundary.hit("after store.unit")


@contextmanager
def traced(boundary: Boundary) -> Iterator[None]:
    """Make each SQL statement a boundary: just before it.

    COMMIT is one, too, on connections to SQLite that are opened
    meanwhile.  On PostgreSQL it is the end of the statement, or of the
    unit; the beginning of one is none either.
    """
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    asked: Callable[..., Any] = _postgres_driver._ask

    def traced_connect(*args: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*args, **more)
        connection.set_trace_callback(
            lambda text: boundary.hit(f"within {' '.join(text.split())[:60]}")
        )
        return connection

    def traced_ask(connection: Any, ask: Any) -> Any:
        text = " ".join(ask.statement.split())
        boundary.hit(f"within {text[:60]}")
        return asked(connection, ask)

    with (
        mock.patch.object(sqlite3, "connect", traced_connect),
        mock.patch.object(_postgres_driver, "_ask", traced_ask),
    ):
        yield
