"""Moves the orders of the first release's tables in a SQLite file."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from typing import Any, Final

from orderlife_adapters._migrations import Naming
from orderlife_adapters._moving import BATCH, WAITING, moved, rehashed
from orderlife_adapters._sqlite_rows import decision_row
from orderlife_adapters._sqlite_sql import statements
from orderlife_adapters._words import packed, short

__all__ = ["move"]

_OF: Final = "WHERE tenant = ? AND order_id = ?"
_WAITING: Final = tuple(
    f"SELECT DISTINCT tenant, order_id FROM {{table}}{rows} LIMIT ?"
    for rows in WAITING
)


def move(connection: sqlite3.Connection, naming: Naming) -> int:
    """Move some orders, within a transaction that is begun.

    Returns:
        How many; 0: none is left.
    """
    for text in _WAITING:
        waiting = connection.execute(naming.fill(text), (BATCH,)).fetchall()
        for of in waiting:
            _move(connection, naming, of)
        if waiting:
            return len(waiting)
    return 0


def _move(
    connection: sqlite3.Connection, naming: Naming, of: tuple[str, str]
) -> None:
    def do(text: str, *values: object) -> list[Any]:
        return connection.execute(naming.fill(text), values).fetchall()

    events = do(
        "SELECT sequence, document, digest FROM {table}events "
        f"{_OF} ORDER BY sequence",
        *of,
    )
    answers = do(
        "SELECT input_id, fingerprint, first_version, last_version, personal "
        f"FROM {{table}}answers {_OF} ORDER BY input_id",
        *of,
    )
    heads = do(f"SELECT head FROM {{table}}orders {_OF}", *of)
    known = heads[0][0] if heads else ""
    links, salts, head = moved(of[1], known, events, answers)
    insert = statements(naming).insert_decision
    for link in links:
        connection.execute(insert, decision_row(*of, link))
    for salt in salts:
        do("INSERT INTO {table}salts VALUES (?, ?, ?, ?)", *of, *salt)
    do(
        "INSERT INTO {table}snapshots "
        "(tenant, order_id, number, version, document) "
        f"SELECT tenant, order_id, ?, version, document FROM {{table}}orders "
        f"{_OF}",
        len(links),
        *of,
    )
    do(
        "UPDATE {table}orders SET head = ?, decisions = ?, "
        f"snapshot = version {_OF}",
        head,
        len(links),
        *of,
    )
    for operation_id, intent, request_hash in do(
        "SELECT operation_id, intent, request_hash FROM {table}effects "
        f"{_OF} AND store = -1",
        *of,
    ):
        do(
            "UPDATE {table}effects SET store = 0, request_hash = ?, "
            f"intent = ? {_OF} AND operation_id = ?",
            short(rehashed(intent, request_hash)),
            packed(intent),
            *of,
            operation_id,
        )
    do(f"DELETE FROM {{table}}events {_OF}", *of)
    do(f"DELETE FROM {{table}}answers {_OF}", *of)
