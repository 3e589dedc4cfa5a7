"""The 13 commands of a life, as a shop would write them by hand.

Plain tables in a SQLite file, one transaction a command: orders, lines,
stock, payments, shipments, returns, one row of history a command, and
one key against repeats.  There is no ledger of effects, nothing is
checked but the stock, and no provider is asked: it is the floor.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.life import LINES, NOON

__all__ = ["COMMANDS", "Bare"]

_TABLES: Final = """
CREATE TABLE stock (
    sku TEXT PRIMARY KEY, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL,
    CHECK (reserved BETWEEN 0 AND on_hand)
) WITHOUT ROWID;
CREATE TABLE orders (
    id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, customer TEXT NOT NULL,
    status TEXT NOT NULL, total INTEGER NOT NULL, captured INTEGER NOT NULL,
    refunded INTEGER NOT NULL, version INTEGER NOT NULL,
    ship_to TEXT NOT NULL, updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX orders_by_customer ON orders (customer, id);
CREATE INDEX orders_by_status ON orders (status, updated_at);
CREATE TABLE lines (
    order_id TEXT, number INTEGER, sku TEXT NOT NULL,
    quantity INTEGER NOT NULL, price INTEGER NOT NULL,
    shipped INTEGER NOT NULL, returned INTEGER NOT NULL,
    PRIMARY KEY (order_id, number)
) WITHOUT ROWID;
CREATE TABLE payments (
    order_id TEXT PRIMARY KEY, status TEXT NOT NULL, amount INTEGER NOT NULL,
    reference TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE shipments (
    order_id TEXT PRIMARY KEY, status TEXT NOT NULL, tracking TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE returns (
    order_id TEXT PRIMARY KEY, status TEXT NOT NULL, quantity INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE history (
    order_id TEXT, number INTEGER, kind TEXT NOT NULL, at TEXT NOT NULL,
    data TEXT NOT NULL, PRIMARY KEY (order_id, number)
) WITHOUT ROWID;
CREATE TABLE keys (
    key TEXT PRIMARY KEY, order_id TEXT NOT NULL
) WITHOUT ROWID;
"""
_ADDRESS: Final = json.dumps({"name": "Ada Lovelace", "city": "London"})
_AT: Final = NOON.isoformat()
_PRICE: Final = 1250
COMMANDS: Final = (
    "place",
    "authorise",
    "review",
    "reserve",
    "capture",
    "pack",
    "ship",
    "track",
    "deliver",
    "request_return",
    "inspect",
    "refund",
    "close",
)
"""The commands of a life, in their order."""


class Bare:
    """Plain tables in a file.

    Args:
        path: of the file, which is made.
        durability: SQLite's ``synchronous``.
    """

    def __init__(self, path: Path, durability: str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute(f"PRAGMA synchronous = {durability}")
        self._file.executescript(_TABLES)
        self._file.executemany(
            "INSERT INTO stock VALUES (?, 100000000, 0)",
            [(f"mug-{line}",) for line in range(1, LINES + 1)],
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def live(self, order_id: str) -> None:
        """Live one life of an order."""
        steps: dict[str, Callable[[str], None]] = {
            "place": self._place,
            "authorise": self._authorise,
            "reserve": self._reserve,
            "capture": self._capture,
            "pack": self._pack,
            "ship": self._ship,
            "request_return": self._request_return,
            "refund": self._refund,
        }
        for number, command in enumerate(COMMANDS, 1):
            with self._command(order_id, number, command):
                if command in steps:
                    steps[command](order_id)

    @contextmanager
    def _command(
        self, order_id: str, number: int, command: str
    ) -> Iterator[None]:
        """A command's transaction, and what every command writes."""
        run = self._file.execute
        run("BEGIN IMMEDIATE")
        run(
            "INSERT INTO keys VALUES (?, ?)",
            (f"{order_id}:{number}", order_id),
        )
        if number > 1:
            found = run(
                "SELECT version, status FROM orders WHERE id = ?", (order_id,)
            )
            with closing(found):
                version, _ = found.fetchone()
            assert version == number - 1
        yield
        run(
            "UPDATE orders SET status = ?, version = ?, updated_at = ? "
            "WHERE id = ?",
            (command, number, _AT, order_id),
        )
        data = json.dumps({"command": command, "order": order_id, "by": "ada"})
        run(
            "INSERT INTO history VALUES (?, ?, ?, ?, ?)",
            (order_id, number, command, _AT, data),
        )
        run("COMMIT")

    def _place(self, order_id: str) -> None:
        total = LINES * 2 * _PRICE
        row = (order_id, order_id, "ada", "new", total, 0, 0, 0, _ADDRESS, _AT)
        marks = ", ".join("?" * len(row))
        self._file.execute(
            f"INSERT INTO orders VALUES ({marks})",  # noqa: S608
            row,
        )
        self._file.executemany(
            "INSERT INTO lines VALUES (?, ?, ?, 2, ?, 0, 0)",
            [
                (order_id, line, f"mug-{line}", _PRICE)
                for line in range(1, LINES + 1)
            ],
        )

    def _authorise(self, order_id: str) -> None:
        self._file.execute(
            "INSERT INTO payments VALUES (?, 'authorised', ?, ?)",
            (order_id, LINES * 2 * _PRICE, f"ref-{order_id}"),
        )

    def _reserve(self, order_id: str) -> None:
        self._stock("reserved = reserved + 2", order_id)

    def _stock(self, change: str, order_id: str) -> None:
        self._file.execute(
            f"UPDATE stock SET {change} WHERE sku IN "  # noqa: S608
            "(SELECT sku FROM lines WHERE order_id = ?)",
            (order_id,),
        )

    def _capture(self, order_id: str) -> None:
        self._file.execute(
            "UPDATE payments SET status = 'captured' WHERE order_id = ?",
            (order_id,),
        )
        self._file.execute(
            "UPDATE orders SET captured = total WHERE id = ?", (order_id,)
        )

    def _pack(self, order_id: str) -> None:
        self._file.execute(
            "INSERT INTO shipments VALUES (?, 'packed', ?)",
            (order_id, f"track-{order_id}"),
        )

    def _ship(self, order_id: str) -> None:
        self._stock("reserved = reserved - 2, on_hand = on_hand - 2", order_id)
        self._file.execute(
            "UPDATE lines SET shipped = quantity WHERE order_id = ?",
            (order_id,),
        )
        self._file.execute(
            "UPDATE shipments SET status = 'shipped' WHERE order_id = ?",
            (order_id,),
        )

    def _request_return(self, order_id: str) -> None:
        self._file.execute(
            "INSERT INTO returns VALUES (?, 'requested', 1)", (order_id,)
        )

    def _refund(self, order_id: str) -> None:
        self._file.execute(
            "UPDATE orders SET refunded = refunded + ? WHERE id = ?",
            (_PRICE, order_id),
        )
        self._file.execute(
            "UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'mug-1'"
        )
        self._file.execute(
            "UPDATE lines SET returned = 1 WHERE order_id = ? AND number = 1",
            (order_id,),
        )
        self._file.execute(
            "UPDATE returns SET status = 'refunded' WHERE order_id = ?",
            (order_id,),
        )
