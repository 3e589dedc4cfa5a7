"""Runs the inventory's programs on SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, TypeVar

import attrs

from orderlife.errors import InvariantError
from orderlife.warehouse import StockMovement
from orderlife_adapters._inventory_rows import Item, StockRow, shares
from orderlife_adapters._inventory_sqlite_sql import (
    filled,
    numbered,
    parts,
    sized,
    statements,
)
from orderlife_adapters._inventory_steps import (
    AT_ONCE,
    Audit,
    Awaited,
    Change,
    Delta,
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


_ANSWER, _RESERVATION, _ITEM = 0, 1, 2
_STOCK, _DUE = 0, 1


@attrs.define
class _Found:
    """The rows that an operation has read so far."""

    operation: Operation | None = None
    reservations: list[Saved] = attrs.field(factory=list)
    items: list[Item] = attrs.field(factory=list)
    waiting: bool = False
    """Whether a reservation among them is in line."""
    skus: set[str] = attrs.field(factory=set)
    """The SKUs of which the stock is read."""
    rows: list[StockRow] = attrs.field(factory=list)
    due: list[str] = attrs.field(factory=list)
    """Reservations whose holds of these SKUs have run out."""
    awaited: bool = False
    """Whether anybody is in line for one of these SKUs."""
    waits: list[WaitRow] = attrs.field(factory=list)


class Tables:
    """The tables of one tenant, within a transaction that writes."""

    def __init__(
        self, connection: sqlite3.Connection, naming: Naming, tenant: str
    ) -> None:
        self._connection = connection
        self._texts = statements(naming)
        self._sized = sized(naming)
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
                    self._stock(), self._all("live"), self._all("flow")
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
        now, found = wanted.now, _Found()
        if wanted.key or wanted.reservation_id:
            self._know(found, wanted.key, [wanted.reservation_id])
        if found.operation is not None:
            return Loaded(operation=found.operation)
        if wanted.skus is None:
            found.rows = list(self._stock())
            found.due = [id for (id,) in self._all("all_due", now)]
        else:
            own = (item.sku for item in found.items)
            self._see(found, (*wanted.skus, *own), now)
        if wanted.line and found.awaited:
            found.waits = self._line(found.skus)
            self._see(found, (row.sku for row in found.waits), now)
        due = dict.fromkeys(found.due)
        due.pop(wanted.reservation_id, None)
        if late := list(due)[:AT_ONCE]:
            self._know(found, "", late)
            if wanted.skus is not None:
                self._see(found, (item.sku for item in found.items), now)
        return Loaded(
            reservations=tuple(found.reservations),
            items=tuple(found.items),
            rows=tuple(found.rows),
            waits=tuple(found.waits),
            waiting=found.waiting,
        )

    def _stock(self) -> tuple[StockRow, ...]:
        return tuple(StockRow(*row) for row in self._all("all_stock"))

    def _many(
        self, name: str, second: object, values: Sequence[str]
    ) -> Iterator[Any]:
        for part in filled(values):
            text = self._sized[name, len(part)]
            yield from self._connection.execute(
                text, numbered((self._tenant, second, *part))
            ).fetchall()

    def _know(self, found: _Found, key: str, ids: Sequence[str]) -> None:
        """Read the answer to a key, and some reservations."""
        for what, *row in self._many("known", key, ids):
            if what == _ANSWER:
                found.operation = Operation(
                    key=row[0], request_hash=row[1], document=row[2]
                )
            elif what == _RESERVATION:
                found.reservations.append(saved_of(row))
            elif what == _ITEM:
                found.items.append(Item(*row))
            else:
                found.waiting = True

    def _see(self, found: _Found, skus: Iterable[str], now: int) -> None:
        """Read the stock of the SKUs of which it is not read yet."""
        more = sorted({*skus} - found.skus)
        found.skus.update(more)
        for what, *row in self._many("shelf", now, more):
            if what == _STOCK:
                found.rows.append(StockRow(*row))
            elif what == _DUE:
                found.due.append(row[0])
            else:
                found.awaited = True

    def _line(self, skus: Iterable[str]) -> list[WaitRow]:
        """The reservations that wait for these SKUs, and their other SKUs."""
        rows = self._many("line", None, sorted(skus))
        return [*dict.fromkeys(WaitRow(*row) for row in rows)]

    def _take(self, wanted: Take) -> str | None:
        demand = wanted.demand
        values = {
            "tenant": self._tenant,
            "now": wanted.now,
            "key": wanted.key,
            "reservation_id": wanted.reservation_id,
            "sku": demand.sku,
            "place": demand.place,
            "quantity": demand.quantity,
        }
        taken = self._connection.execute(self._texts["take"], values)
        for place, bucket in taken.fetchall():
            answer = Operation(
                key=wanted.key,
                request_hash=wanted.request_hash,
                document=f"{wanted.before}{_quoted(place)}{wanted.after}",
            )
            self._answered(answer, wanted.now)
            id, line = wanted.reservation_id, demand.line_id
            cause = wanted.cause
            cell, units = (demand.sku, place), demand.quantity
            self._put("save", [(id, 1, "held", cause, wanted.until, False)])
            item = (id, line, *cell, bucket, units, wanted.until)
            self._put("item", [item])
            route = ("available", "held")
            move = (1, wanted.now, "held", *cell, units, *route, cause, id)
            self._put("move", [(*move, line)])
            return str(place)
        return None

    def _write(self, change: Change) -> bool:
        if (answer := change.operation) is not None:
            self._answered(answer, change.now)
        self._put("save", [_saved(each) for each in change.reservations])
        items = [(*_item(item), until) for item, until in change.items]
        self._put("item", items)
        if change.entry is not None:
            leave = self._texts["leave"]
            id = change.entry.reservation_id
            self._connection.execute(leave, (self._tenant, id))
            self._put(
                "wait", [attrs.astuple(row) for row in change.entry.rows]
            )
        self._put("move", [_moved(row) for row in change.movements])
        for sku, place in change.fresh:
            self._do("list", sku=sku, place=place)
        self._put("add", [_delta(delta) for delta in change.stock])
        return True

    def _answered(self, answer: Operation, now: int) -> None:
        row = (answer.key, answer.request_hash, answer.document, now)
        self._connection.execute(self._texts["answer"], (self._tenant, *row))

    def _put(self, name: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Store rows, as many at once as a statement can.

        Each must be stored, as the rows are locked since they were read.
        """
        for part in parts(rows):
            values = numbered(
                each for row in part for each in (self._tenant, *row)
            )
            text = self._sized[name, len(part)]
            if self._connection.execute(text, values).rowcount != len(part):
                raise InvariantError(
                    "a row of the stock changed under its lock"
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


_saved: Final[Callable[[Saved], tuple[Any, ...]]] = attrgetter(
    *("reservation_id", "version", "state", "cause", "until", "consumed")
)
_item: Final[Callable[[Item], tuple[Any, ...]]] = attrgetter(
    *("reservation_id", "line_id", "sku", "place", "bucket", "quantity")
)
_delta: Final[Callable[[Delta], tuple[Any, ...]]] = attrgetter(
    *("sku", "place", "bucket"),
    *("available", "held", "allocated", "unavailable"),
)


def _moved(row: StockMovement) -> tuple[object, ...]:
    """A movement as it is stored; its number is added to the last one."""
    return (
        row.sequence,
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
