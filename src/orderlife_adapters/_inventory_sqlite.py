"""Runs the inventory's programs on SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, TypeVar

import attrs

from orderlife.errors import InvariantError
from orderlife.warehouse import StockMovement
from orderlife_adapters._inventory_rows import Item, StockRow, shares
from orderlife_adapters._inventory_sqlite_sql import statements
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


class Tables:
    """The tables of one tenant, within a transaction that writes."""

    def __init__(
        self, connection: sqlite3.Connection, naming: Naming, tenant: str
    ) -> None:
        self._connection = connection
        self._texts = statements(naming)
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
        """The reservations that wait for these SKUs, and their other SKUs."""
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
        """The holds that have run out; some of them, if there are many."""
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
        """Store the units that a reservation waits for now."""
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
    """Check that a conditional update found its row.

    It must, as the rows are locked since they were read.
    """
    if rows != 1:
        raise InvariantError("a row of the stock changed under its lock")
