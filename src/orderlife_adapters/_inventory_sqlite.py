"""What a program of the inventory asks for, as statements for SQLite."""

# Only names that Naming has let by are filled into statements.
# ruff: noqa: S608

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import attrs

from orderlife.errors import InvariantError
from orderlife.warehouse import StockMovement
from orderlife_adapters._inventory_rows import Item, StockRow, shares
from orderlife_adapters._inventory_steps import (
    AT_ONCE,
    Audit,
    Awaited,
    Change,
    Delta,
    Entry,
    History,
    Loaded,
    Look,
    Operation,
    Program,
    Prune,
    Read,
    Saved,
    Spread,
    Step,
    Take,
    WaitRow,
    Write,
    audited,
    movement_of,
    saved_of,
    to_micros,
)
from orderlife_adapters._migrations import Naming

__all__ = ["Tables"]

T = TypeVar("T")

_ROW: Final = (
    "sku, place, bucket, buckets, rank, available, held, allocated, "
    "unavailable"
)
_SAVED: Final = "reservation_id, version, state, cause, until, consumed"
_ITEM: Final = "reservation_id, line_id, sku, place, bucket, quantity"
_WAIT: Final = (
    "reservation_id, line_id, sku, place, quantity, order_id, since, until"
)
_MOVEMENT: Final = (
    "sequence, at, kind, sku, place, quantity, source, target, cause, "
    "reservation_id, line_id"
)
_BUCKET: Final = "tenant = :tenant AND sku = :sku AND place = :place"

_TEXTS: Final[Mapping[str, str]] = {
    "operation": "SELECT key, request_hash, document FROM {table}operations "
    "WHERE tenant = ? AND key = ?",
    "reservation": f"SELECT {_SAVED} FROM {{table}}reservations "
    "WHERE tenant = ? AND reservation_id = ?",
    "items": f"SELECT {_ITEM} FROM {{table}}reservation_items "
    "WHERE tenant = ? AND reservation_id = ? AND quantity > 0",
    "due": "SELECT DISTINCT reservation_id FROM {table}reservation_items "
    f"WHERE tenant = ? AND sku = ? AND until <= ? LIMIT {AT_ONCE}",
    "all_due": "SELECT DISTINCT reservation_id "
    "FROM {table}reservation_items "
    f"WHERE tenant = ? AND until <= ? LIMIT {AT_ONCE}",
    "stock": f"SELECT {_ROW} FROM {{table}}stock WHERE tenant = ? AND sku = ?",
    "all_stock": f"SELECT {_ROW} FROM {{table}}stock WHERE tenant = ?",
    "answer": "INSERT INTO {table}operations "
    "(tenant, key, request_hash, document, at) VALUES (?, ?, ?, ?, ?)",
    "list": "INSERT INTO {table}stock "
    "(tenant, sku, place, bucket, buckets, rank, "
    "available, held, allocated, unavailable) "
    "SELECT :tenant, :sku, :place, 0, 1, 1 + coalesce(max(rank), 0), "
    "0, 0, 0, 0 FROM {table}stock WHERE tenant = :tenant AND sku = :sku",
    "reserve": "INSERT INTO {table}reservations "
    "(tenant, reservation_id, version, state, cause, until, consumed) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)",
    "change": "UPDATE {table}reservations SET version = version + 1, "
    "state = ?, cause = ?, until = ?, consumed = ? "
    "WHERE tenant = ? AND reservation_id = ? AND version = ?",
    "item": "INSERT INTO {table}reservation_items "
    "(tenant, reservation_id, line_id, sku, place, bucket, quantity, until) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "quantity = excluded.quantity, until = excluded.until",
    "last": "SELECT coalesce(max(sequence), 0) FROM {table}movements "
    "WHERE tenant = ?",
    "move": "INSERT INTO {table}movements "
    f"(tenant, {_MOVEMENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "add": "UPDATE {table}stock SET available = available + :available, "
    "held = held + :held, allocated = allocated + :allocated, "
    "unavailable = unavailable + :unavailable "
    f"WHERE {_BUCKET} AND bucket = :bucket "
    "AND available + :available >= 0 AND held + :held >= 0 "
    "AND allocated + :allocated >= 0 AND unavailable + :unavailable >= 0",
    "choose": """SELECT place, bucket FROM {table}stock
        WHERE tenant = :tenant AND sku = :sku AND available >= :quantity
        AND (:place = '' OR place = :place) AND NOT EXISTS (
            SELECT 1 FROM {table}operations
            WHERE tenant = :tenant AND key = :key
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}reservation_items
            WHERE tenant = :tenant AND sku = :sku AND until <= :now
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}waits
            WHERE tenant = :tenant AND sku = :sku AND until > :now
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}reservations
            WHERE tenant = :tenant AND reservation_id = :reservation_id
        ) ORDER BY rank, place, bucket LIMIT 1""",
    "take_reservation": "INSERT INTO {table}reservations VALUES "
    "(:tenant, :reservation_id, 1, 'held', :cause, :until, 0)",
    "take_item": "INSERT INTO {table}reservation_items VALUES (:tenant, "
    ":reservation_id, :line_id, :sku, :place, :bucket, :quantity, :until)",
    "take_movement": "INSERT INTO {table}movements SELECT :tenant, "
    "1 + coalesce(max(sequence), 0), :now, 'held', :sku, :place, "
    ":quantity, 'available', 'held', :cause, :reservation_id, :line_id "
    "FROM {table}movements WHERE tenant = :tenant",
    "take": "UPDATE {table}stock SET available = available - :quantity, "
    f"held = held + :quantity WHERE {_BUCKET} AND bucket = :bucket "
    "AND available >= :quantity",
    "waits": f"SELECT {_WAIT} FROM {{table}}waits "
    "INDEXED BY {name}waits_of_reservation "
    "WHERE tenant = ? AND reservation_id IN (SELECT reservation_id "
    "FROM {table}waits WHERE tenant = ? AND sku = ?)",
    "wait": f"INSERT INTO {{table}}waits (tenant, {_WAIT}) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "leave": "DELETE FROM {table}waits "
    "WHERE tenant = ? AND reservation_id = ?",
    "awaited": """SELECT DISTINCT sku FROM {table}waits AS w
        WHERE tenant = :tenant AND until > :now AND (EXISTS (
            SELECT 1 FROM {table}stock AS s WHERE s.tenant = w.tenant
            AND s.sku = w.sku AND s.available > 0
        ) OR EXISTS (
            SELECT 1 FROM {table}reservation_items AS i
            WHERE i.tenant = w.tenant AND i.sku = w.sku AND i.until <= :now
        ))""",
    "history": f"SELECT {_MOVEMENT} FROM {{table}}movements "
    "WHERE tenant = ? AND sequence > ? ORDER BY sequence LIMIT ?",
    "live": "SELECT reservation_id, line_id, sku, place, state, "
    "sum(quantity) FROM {table}reservation_items "
    "JOIN {table}reservations USING (tenant, reservation_id) "
    "WHERE tenant = ? AND quantity > 0 AND state <> 'expired' "
    "GROUP BY 1, 2, 3, 4, 5",
    # Unlike +, sum() of whole numbers says so when it leaves 64 bits.
    "flow": "SELECT max(sequence), max(at), kind, sku, place, "
    "sum(quantity), source, target, '', reservation_id, line_id "
    "FROM {table}movements WHERE tenant = ? "
    "GROUP BY reservation_id, line_id, sku, place, kind, source, target",
    "bucket": "INSERT INTO {table}stock "
    "(tenant, sku, place, bucket, buckets, rank, "
    "available, held, allocated, unavailable) "
    "SELECT tenant, sku, place, :bucket, :buckets, rank, 0, 0, 0, 0 "
    f"FROM {{table}}stock WHERE {_BUCKET} AND bucket = 0 "
    "ON CONFLICT DO NOTHING",
    "spread": "UPDATE {table}stock SET available = :available, "
    f"buckets = :buckets WHERE {_BUCKET} AND bucket = :bucket",
    "page": "SELECT max(key) FROM (SELECT key FROM {table}operations "
    "WHERE tenant = ? AND key > ? ORDER BY key LIMIT ?)",
    # Counts are remembered for good: their keys are lists.
    "prune": "DELETE FROM {table}operations WHERE tenant = :tenant "
    "AND key > :after AND key <= :last AND at < :before "
    "AND substr(key, 1, 1) <> '['",
    "place": f"SELECT available, bucket FROM {{table}}stock WHERE {_BUCKET}",
}


@cache
def _texts(naming: Naming) -> Mapping[str, str]:
    """The statements, with the tables' names filled in."""
    return {name: naming.fill(text) for name, text in _TEXTS.items()}


class Tables:
    """The tables of one tenant, within a transaction that writes."""

    def __init__(
        self, connection: sqlite3.Connection, naming: Naming, tenant: str
    ) -> None:
        self._connection = connection
        self._texts = _texts(naming)
        self._tenant = tenant

    def run(self, program: Program[T]) -> T:
        """Drive a program to its end."""
        try:
            step = next(program)
            while True:
                step = program.send(self._answer(step))
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _answer(self, step: Step) -> object:
        match step:
            case Read():
                return self._read(step)
            case Write():
                return self._write(step.change)
            case Take():
                return self._take(step)
            case Look():
                return self._operation(step.key)
            case Awaited():
                rows = self._connection.execute(
                    self._texts["awaited"],
                    {"tenant": self._tenant, "now": step.now},
                ).fetchall()
                return tuple(sku for (sku,) in rows)
            case Spread():
                return self._spread(step)
            case Prune():
                return self._prune(step)
            case History():
                limit = -1 if step.limit is None else step.limit
                rows = self._all("history", step.after, limit)
                return tuple(movement_of(row) for row in rows)
            case Audit():
                return audited(
                    self._rows(None), self._all("live"), self._all("flow")
                )

    def _all(self, name: str, *values: object) -> list[Any]:
        return self._connection.execute(
            self._texts[name], (self._tenant, *values)
        ).fetchall()

    def _do(self, name: str, **values: object) -> int:
        return self._connection.execute(
            self._texts[name], {"tenant": self._tenant, **values}
        ).rowcount

    def _operation(self, key: str) -> Operation | None:
        for found, request_hash, document in self._all("operation", key):
            return Operation(
                key=found, request_hash=request_hash, document=document
            )
        return None

    def _read(self, wanted: Read) -> Loaded:
        found = self._operation(wanted.key) if wanted.key else None
        if found is not None:
            return Loaded(operation=found)
        items: list[Item] = []
        ids = [wanted.reservation_id] if wanted.reservation_id else []
        for id in ids:
            items += self._items(id)
        skus = wanted.skus
        if skus is not None:
            skus = tuple({*skus, *(item.sku for item in items)})
        waits: tuple[WaitRow, ...] = ()
        if wanted.line and skus is not None:
            waits = self._line(skus)
            skus = tuple({*skus, *(row.sku for row in waits)})
        due = [id for id in self._due(skus, wanted.now) if id not in ids]
        for id in due:
            items += self._items(id)
        if skus is not None:
            skus = tuple({*skus, *(item.sku for item in items)})
        return Loaded(
            reservations=tuple(
                saved for id in (*ids, *due) for saved in self._reservation(id)
            ),
            items=tuple(items),
            rows=self._rows(skus),
            waits=waits,
        )

    def _line(self, skus: Iterable[str]) -> tuple[WaitRow, ...]:
        """Who waits for these, and for what they wait for as well."""
        found: dict[WaitRow, None] = {}
        seen: set[str] = set()
        open_ = set(skus)
        while open_:
            sku = open_.pop()
            seen.add(sku)
            for row in self._all("waits", self._tenant, sku):
                wait = WaitRow(*row)
                found[wait] = None
                if wait.sku not in seen:
                    open_.add(wait.sku)
        return tuple(found)

    def _items(self, id: str) -> list[Item]:
        return [Item(*row) for row in self._all("items", id)]

    def _reservation(self, id: str) -> list[Saved]:
        return [saved_of(row) for row in self._all("reservation", id)]

    def _due(self, skus: Iterable[str] | None, now: int) -> Iterable[str]:
        """The holds that ran out: some of them, if there are many."""
        if skus is None:
            return [id for (id,) in self._all("all_due", now)]
        found: dict[str, None] = {}
        for sku in skus:
            found.update((id, None) for (id,) in self._all("due", sku, now))
        return list(found)[:AT_ONCE]

    def _rows(self, skus: Iterable[str] | None) -> tuple[StockRow, ...]:
        if skus is None:
            return tuple(StockRow(*row) for row in self._all("all_stock"))
        return tuple(
            StockRow(*row) for sku in skus for row in self._all("stock", sku)
        )

    def _take(self, wanted: Take) -> str | None:
        demand = wanted.demand
        values = {
            "tenant": self._tenant,
            "now": wanted.now,
            "key": wanted.key,
            "cause": wanted.cause,
            "reservation_id": wanted.reservation_id,
            "until": wanted.until,
            "line_id": demand.line_id,
            "sku": demand.sku,
            "place": demand.place,
            "quantity": demand.quantity,
        }
        execute, texts = self._connection.execute, self._texts
        for place, bucket in execute(texts["choose"], values).fetchall():
            answer = f"{wanted.before}{_quoted(place)}{wanted.after}"
            taken = {**values, "place": place, "bucket": bucket}
            answered = (wanted.request_hash, answer, wanted.now)
            execute(texts["answer"], (self._tenant, wanted.key, *answered))
            execute(texts["take_reservation"], taken)
            execute(texts["take_item"], taken)
            execute(texts["take_movement"], taken)
            _changed(execute(texts["take"], taken).rowcount)
            return str(place)
        return None

    def _write(self, change: Change) -> bool:
        operation = change.operation
        if operation is not None:
            self._connection.execute(
                self._texts["answer"],
                (
                    self._tenant,
                    operation.key,
                    operation.request_hash,
                    operation.document,
                    change.now,
                ),
            )
        for each in change.reservations:
            self._save(each)
        for item, until in change.items:
            self._connection.execute(
                self._texts["item"],
                (
                    self._tenant,
                    item.reservation_id,
                    item.line_id,
                    item.sku,
                    item.place,
                    item.bucket,
                    item.quantity,
                    until,
                ),
            )
        if change.entry is not None:
            self._enter(change.entry)
        self._record(change.movements)
        for sku, place in change.fresh:
            self._do("list", sku=sku, place=place)
        for delta in change.stock:
            self._add(delta)
        return True

    def _enter(self, entry: Entry) -> None:
        """Write down what a reservation waits for now."""
        execute, texts = self._connection.execute, self._texts
        execute(texts["leave"], (self._tenant, entry.reservation_id))
        for row in entry.rows:
            execute(texts["wait"], (self._tenant, *attrs.astuple(row)))

    def _save(self, each: Saved) -> None:
        if each.version == 1:
            values: tuple[object, ...] = (
                self._tenant,
                each.reservation_id,
                each.version,
                each.state,
                each.cause,
                each.until,
                each.consumed,
            )
            self._connection.execute(self._texts["reserve"], values)
            return
        values = (
            each.state,
            each.cause,
            each.until,
            each.consumed,
            self._tenant,
            each.reservation_id,
            each.version - 1,
        )
        _changed(
            self._connection.execute(self._texts["change"], values).rowcount
        )

    def _record(self, movements: tuple[StockMovement, ...]) -> None:
        if not movements:
            return
        ((last,),) = self._all("last")
        self._connection.executemany(
            self._texts["move"],
            [
                (
                    self._tenant,
                    last + row.sequence,
                    to_micros(row.at),
                    row.kind,
                    row.sku,
                    row.place,
                    row.quantity,
                    row.source,
                    row.target,
                    row.cause,
                    row.reservation_id,
                    row.line_id,
                )
                for row in movements
            ],
        )

    def _add(self, delta: Delta) -> None:
        _changed(
            self._do(
                "add",
                sku=delta.sku,
                place=delta.place,
                bucket=delta.bucket,
                available=delta.available,
                held=delta.held,
                allocated=delta.allocated,
                unavailable=delta.unavailable,
            )
        )

    def _spread(self, wanted: Spread) -> bool:
        cell = {"sku": wanted.sku, "place": wanted.place}
        for bucket in range(1, wanted.buckets):
            self._do("bucket", bucket=bucket, buckets=wanted.buckets, **cell)
        rows = self._connection.execute(
            self._texts["place"], {"tenant": self._tenant, **cell}
        ).fetchall()
        units = sum(available for available, _ in rows)
        parts = dict(shares(units, wanted.buckets))
        for _, bucket in rows:
            self._do(
                "spread",
                bucket=bucket,
                buckets=wanted.buckets,
                available=parts.get(bucket, 0),
                **cell,
            )
        return bool(rows)

    def _prune(self, wanted: Prune) -> tuple[str | None, int]:
        after = wanted.after
        ((last,),) = self._all("page", after, wanted.limit)
        if last is None:
            return None, 0
        gone = self._do("prune", after=after, last=last, before=wanted.before)
        return last, gone


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _changed(rows: int) -> None:
    """See that a conditional update found its row.

    It must: what was decided from is locked since it was read.
    """
    if rows != 1:
        raise InvariantError("a row of the stock changed under its lock")
