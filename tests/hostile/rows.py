"""Rows of a database that somebody, or a broken disk, has changed.

Orders and stock that were really lived are kept as plain rows.  A test
changes some of them and puts them into a tenant of their own, where
stores and desks then work on them.  What a database does not take is
refused there: that is an answer too.
"""

# The tables' names are written here, and nobody else's.
# ruff: noqa: S608

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import psycopg
from hypothesis import strategies as st

from orderlife.codec import SCHEMA
from orderlife_adapters._words import digits, plain

__all__ = [
    "HEALTHY",
    "ORDER_TABLES",
    "STOCK_TABLES",
    "Database",
    "PostgresRows",
    "Refused",
    "Row",
    "Rows",
    "SqliteRows",
    "changes",
    "read",
]

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = Mapping[str, list[Row]]

ORDER_TABLES: Final = (
    *("orders", "decisions", "snapshots", "salts"),
    *("effects", "people", "denials", "cursors"),
)
STOCK_TABLES: Final = (
    *("stock", "reservations", "reservation_items"),
    *("movements", "operations"),
)
HEALTHY: Final = ("healthy", "jug")
"""Nobody has touched a row of this order, or of this SKU."""

NUMBERS: Final = (0, -1, 1, 64, 2**31, 2**53, 10**15, 2**62, 2**63 - 1)
TEXTS: Final = ("", "x", "x" * 300, "a\nb", "é\ufffd", "{}", "[]", "null")
NOT_TEXT: Final = b"\xff\xfe\xed\xa0\x80"
"""SQLite keeps it as a text where it is told that it is one."""


class Refused(Exception):  # noqa: N818
    """The database does not take such a row."""


class Database(Protocol):
    """Where rows are put, and looked at from outside."""

    def put(self, tenant: str, rows: Rows) -> None:
        """Put rows into a tenant, all of them or none.

        Raises:
            Refused: the database does not take them.
        """
        ...

    def contents(self, tenant: str) -> dict[str, object]:
        """All rows of a tenant, table by table, in some fixed order."""
        ...


class SqliteRows:
    """A SQLite file, in the hands of somebody else."""

    def __init__(self, path: Path, tables: tuple[str, ...]) -> None:
        self._path = path
        self._tables = tables

    @contextlib.contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(
            sqlite3.connect(self._path, isolation_level=None, timeout=30)
        ) as file:
            file.text_factory = bytes
            file.execute("PRAGMA synchronous = OFF")
            yield file

    def put(self, tenant: str, rows: Rows) -> None:
        """Put rows in, each value as it is."""
        with self._file() as file:
            file.execute("BEGIN IMMEDIATE")
            try:
                for table, each in _filled(tenant, rows):
                    if table == "decisions":
                        each["position"] = _position(file, each)
                    file.execute(_insert(table, each, _sqlite_value), each)
            except (sqlite3.Error, OverflowError, UnicodeError) as error:
                file.execute("ROLLBACK")
                raise Refused(f"{error}") from None
            file.execute("COMMIT")

    def contents(self, tenant: str) -> dict[str, object]:
        """All rows of a tenant."""
        with self._file() as file:
            return {
                table: file.execute(
                    f"SELECT * FROM orderlife_{table} WHERE tenant = ? "
                    "ORDER BY 1, 2, 3, 4",
                    (tenant,),
                ).fetchall()
                for table in self._tables
            }


def _position(file: sqlite3.Connection, row: Row) -> int:
    """The position in the feed of a decision that is put in."""
    query = "SELECT coalesce(max(position), 0) FROM orderlife_decisions"
    ((last,),) = file.execute(query).fetchall()
    first, end = row["first_version"], row["last_version"]
    told = [type(each) is int and 0 <= each < 100 for each in (first, end)]
    events = end - first if all(told) else 1
    return int(last) + max(events, 1)


_TRUTHS = {"archived", "consumed", "doubted"}
"""Columns that PostgreSQL keeps as true or false."""


class PostgresRows:
    """A PostgreSQL database, in the hands of somebody else."""

    def __init__(
        self, connection: psycopg.Connection[Any], tables: tuple[str, ...]
    ) -> None:
        self._connection = connection
        self._tables = tables

    def put(self, tenant: str, rows: Rows) -> None:
        """Put rows in, each value as it is."""
        try:
            _no_bytes(rows)
            with self._connection.transaction():
                for table, each in _filled(tenant, rows):
                    if table == "movements":
                        del each["sequence"]  # the database counts itself
                    named = _insert(table, each, lambda k, _: f"%({k})s")
                    for name in _TRUTHS.intersection(each):
                        if each[name] is not None:
                            each[name] = bool(each[name])
                    self._connection.execute(named.encode(), each)
        except (psycopg.Error, UnicodeError) as error:
            raise Refused(f"{error}") from None

    def contents(self, tenant: str) -> dict[str, object]:
        """All rows of a tenant."""
        parts = (
            f"(SELECT json_agg(x)::text FROM (SELECT * FROM orderlife_{table} "
            "WHERE tenant = %(tenant)s ORDER BY 1, 2, 3, 4) AS x)"
            for table in self._tables
        )
        query = f"SELECT {', '.join(parts)}"
        found = self._connection.execute(query.encode(), {"tenant": tenant})
        return dict(zip(self._tables, found.fetchone() or (), strict=True))


def _no_bytes(rows: Rows) -> None:
    if any(
        isinstance(value, bytes)
        for found in rows.values()
        for row in found
        for value in row.values()
    ):
        raise Refused("no text")


def _filled(tenant: str, rows: Rows) -> Iterator[tuple[str, Row]]:
    for table, found in rows.items():
        for row in found:
            yield table, {**row, "tenant": tenant}


def _sqlite_value(column: str, value: Any) -> str:
    mark = f":{column}"
    return f"CAST({mark} AS TEXT)" if isinstance(value, bytes) else mark


def _insert(table: str, row: Row, value: Callable[[str, Any], str]) -> str:
    values = ", ".join(value(name, each) for name, each in row.items())
    return (
        f"INSERT INTO orderlife_{table} ({', '.join(row)}) VALUES ({values})"
    )


def read(path: Path, tables: tuple[str, ...]) -> dict[str, list[Row]]:
    """All rows of a file, by table, but for their positions in the feed.

    Each database gives positions of its own.
    """
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        hidden = {"decisions": "position"}
        return {
            table: [
                {
                    name: _legible(name, value)
                    for name, value in dict(row).items()
                    if name != hidden.get(table)
                }
                for row in file.execute(
                    f"SELECT * FROM orderlife_{table} ORDER BY 1, 2, 3, 4"
                )
            ]
            for table in tables
        }


def _legible(name: str, value: Any) -> Any:
    """A value that both databases keep, and that a test may change."""
    if not isinstance(value, bytes):
        return value
    return plain(value) if name in {"document", "intent"} else digits(value)


def _is_healthy(row: Row) -> bool:
    texts = [value for value in row.values() if isinstance(value, str)]
    return any(name in text for text in texts for name in HEALTHY)


def _touchable(rows: Rows) -> dict[str, list[Row]]:
    """The rows that may be changed: all but the healthy ones."""
    return {
        table: mine
        for table, found in rows.items()
        if (mine := [row for row in found if not _is_healthy(row)])
    }


@st.composite
def changes(draw: st.DrawFn, rows: Rows) -> Rows:
    """The rows, with one to three things changed in them."""
    found: dict[str, list[Row]] = {
        table: [dict(row) for row in each] for table, each in rows.items()
    }
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 3)))):
        mine = _touchable(found)
        table = draw(st.sampled_from(sorted(mine)))
        row = draw(st.sampled_from(mine[table]))
        how = draw(st.sampled_from(("value",) * 6 + ("swap", "drop", "twice")))
        if how == "drop":
            found[table] = [each for each in found[table] if each is not row]
            continue
        columns = sorted(row.keys() - {"tenant"})
        columns += [name for name in columns if _is_document(row[name])] * 8
        column = draw(st.sampled_from(columns))
        other = draw(st.sampled_from(mine[table]))
        if how == "swap":
            row[column], other[column] = other[column], row[column]
        elif how == "twice":
            found[table].append({**row, column: draw(_values(row[column]))})
        else:
            row[column] = draw(_values(row[column]) | st.just(other[column]))
    return found


def _is_document(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("{")


def _values(value: Any) -> st.SearchStrategy[Any]:
    """What a value may become."""
    anything = st.sampled_from(
        (None, *NUMBERS, *(-n for n in NUMBERS), *TEXTS, NOT_TEXT, 1.5, b"x")
    )
    if _is_document(value):
        return _documents(value.split("\n")[0]) | anything
    return anything


@st.composite
def _documents(draw: st.DrawFn, text: str) -> Any:
    """A document that is cut, damaged, nested, of another kind or newer."""
    how = draw(
        st.sampled_from(("part",) * 6 + ("cut", "byte", "deep", "kind", "new"))
    )
    if how == "cut":
        return text[: draw(st.integers(0, len(text) - 1))]
    if how == "byte":
        place = draw(st.integers(0, len(text) - 1))
        return text[:place] + draw(st.sampled_from('x0"{}-')) + text[place:]
    if how == "deep":
        return "[" * 100_000
    document = json.loads(text)
    if how == "kind":
        document["kind"] = draw(
            st.sampled_from(("case", "decision", "intent", "x", 1))
        )
    elif how == "new":
        document["schema"] = SCHEMA + draw(st.integers(-1, 2))
    else:
        _change_part(draw, document)
    return json.dumps(document, separators=(",", ":"))


def _change_part(draw: st.DrawFn, document: Any) -> None:
    nodes = [node for node in _nodes(document["data"]) if node]
    if not nodes:
        return
    node = draw(st.sampled_from(nodes))
    if isinstance(node, list):
        place = draw(st.integers(0, len(node) - 1))
        if draw(st.booleans()):
            del node[place]
        else:
            node.append(node[place])
        return
    key = draw(st.sampled_from(sorted(node)))
    how = draw(st.sampled_from(("value", "value", "like", "drop", "name")))
    if how == "value":
        odd: tuple[Any, ...] = (
            None,
            True,
            -1,
            0,
            10**30,
            "",
            "x",
            [],
            {},
            {"type": "Order"},
        )
        node[key] = draw(st.sampled_from(odd))
    elif how == "like":
        node[key] = draw(st.sampled_from(_alike(node[key])))
    else:
        value = node.pop(key)
        if how == "name":
            node[f"{key}x"] = value


def _alike(value: Any) -> tuple[Any, ...]:
    """Values of the same kind, which a reader may well believe."""
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (0, -1, 1, 10**12, 2**53, 10**30)
    if isinstance(value, str):
        return ("", "x", "o1", "9999-12-31T23:59:59+00:00", "0.00 EUR", "1")
    return ([], {}, None)


def _nodes(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [data, *(n for v in data.values() for n in _nodes(v))]
    if isinstance(data, list):
        return [data, *(n for v in data for n in _nodes(v))]
    return []
