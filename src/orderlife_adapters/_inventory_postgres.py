"""Runs the inventory's programs as statements for PostgreSQL.

It never touches a connection: the sync and the async inventory share
all of it.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Sequence
from typing import Any, Final, TypeVar, cast

from orderlife.errors import ConflictError, PortError
from orderlife_adapters import _inventory_steps as inventory
from orderlife_adapters._inventory import Programs
from orderlife_adapters._inventory_postgres_sql import statements
from orderlife_adapters._inventory_rows import Item, StockRow
from orderlife_adapters._inventory_steps import (
    Audit,
    Awaited,
    Change,
    Entry,
    History,
    Loaded,
    Look,
    Operation,
    Prune,
    Read,
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
from orderlife_adapters._postgres_driver import (
    Ask,
    ClashError,
    Int8,
    NoTablesError,
    Program,
    Row,
    Wait,
    tried,
)
from orderlife_adapters._postgres_outcomes import no_tables, there_already
from orderlife_adapters._postgres_tables import check as check_tables

__all__ = ["TRIES", "Stock"]

T = TypeVar("T")

TRIES: Final = 5
"""How often a statement is tried that others have made fail."""
_LONGEST_NAP: Final = 0.005
_MOST_HINTS: Final = 10_000


class Stock:
    """The inventory of one tenant, as programs for a driver.

    Args:
        programs: the operations, for any database.
        naming: schema and prefix of the tables.
        tenant: the tenant of the stock.
        tries: how often a statement is tried; 1: it is part of a
            transaction that only its owner can begin again.
    """

    def __init__(
        self, programs: Programs, naming: Naming, tenant: str, tries: int
    ) -> None:
        self.programs = programs
        self.naming = naming
        self.tenant = tenant
        self._tries = tries
        self._texts = statements(naming)
        self._hot: set[str] = set()
        self._joined = tries == 1
        self._fits = self._joined

    def run(self, program: inventory.Program[T]) -> Program[T]:
        """Drive a program of the inventory."""
        try:
            step = next(program)
            while True:
                step = program.send((yield from self._answer(step)))
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _answer(self, step: Step) -> Program[object]:
        match step:
            case Read():
                return (yield from self._read(step))
            case Write():
                return (yield from self._write(step.change))
            case Take():
                return (yield from self._take(step))
            case Look():
                rows = yield from self._ask("answer", key=step.key)
                return _operation(rows[0]) if rows else None
            case Awaited():
                rows = yield from self._ask("awaited", now=Int8(step.now))
                return tuple(sku for (sku,) in rows)
            case Spread():
                return (yield from self._spread(step))
            case Prune():
                (row,) = yield from self._ask(
                    "prune",
                    before=Int8(step.before),
                    after=step.after,
                    limit=Int8(step.limit),
                )
                return row
            case History():
                rows = yield from self._ask(
                    "history",
                    after=Int8(step.after),
                    limit=None if step.limit is None else Int8(step.limit),
                )
                return tuple(movement_of(row) for row in rows)
            case Audit():
                ((rows_, live, flow),) = yield from self._ask("audit")
                return audited(_rows(rows_), _list(live), _list(flow))

    def _ask(
        self, name: str, *, writes: bool = False, **parameters: Any
    ) -> Program[list[Row]]:
        try:
            rows = yield from self._asked(name, writes=writes, **parameters)
        except ClashError as error:
            raise PortError(there_already(error)) from None
        return rows

    def _asked(
        self, name: str, *, writes: bool = False, **parameters: Any
    ) -> Program[list[Row]]:
        if not self._fits:
            yield from check_tables("inventory", self.naming)
            self._fits = True
        ask = Ask(self._texts[name], {"tenant": self.tenant, **parameters})
        try:
            rows, _ = yield from tried(ask, self._tries, writes=writes)
        except NoTablesError:
            yield from check_tables("inventory", self.naming)
            raise no_tables("inventory") from None
        return rows

    def _take(self, wanted: Take) -> Program[str | None]:
        demand, key = wanted.demand, wanted.key
        parameters: dict[str, Any] = {
            "sku": demand.sku,
            "place": demand.place,
            "quantity": Int8(demand.quantity),
            "line_id": demand.line_id,
            "reservation_id": wanted.reservation_id,
            "cause": wanted.cause,
            "until": Int8(wanted.until),
            "now": Int8(wanted.now),
            "key": key,
            "request_hash": wanted.request_hash,
            "before": wanted.before,
            "after": wanted.after,
        }
        if demand.sku in self._hot:
            start = Int8(zlib.crc32(key.encode("utf-8", "replace")))
            hot = {**parameters, "start": start}
            place = yield from self._taken("take_hot", hot)
            if place is not None:
                return place
        return (yield from self._taken("take", parameters))

    def _taken(
        self, name: str, parameters: dict[str, Any]
    ) -> Program[str | None]:
        try:
            rows = yield from self._asked(name, writes=True, **parameters)
        except ClashError:
            # The same request came twice at once.
            if not self._joined:
                return None
            raise ConflictError(
                f"operation {parameters['cause']} is being performed "
                "elsewhere: roll the transaction back and begin it again"
            ) from None
        for place, buckets in rows:
            self._hint(parameters["sku"], hot=buckets > 1)
            return cast("str", place)
        return None

    def _hint(self, sku: str, *, hot: bool) -> None:
        """Remember which SKU is hot, as a hint only."""
        if not hot:
            self._hot.discard(sku)
        elif len(self._hot) < _MOST_HINTS:
            self._hot.add(sku)

    def _read(self, wanted: Read) -> Program[Loaded]:
        parameters: dict[str, Any] = {
            "key": wanted.key,
            "reservation_id": wanted.reservation_id,
            "now": Int8(wanted.now),
        }
        name = "read_all"
        if wanted.skus is not None:
            name = "read_line" if wanted.line else "read"
            parameters["skus"] = list(wanted.skus)
        ((operation, saved, items, rows, waits),) = yield from self._ask(
            name, **parameters
        )
        found = _rows(rows)
        for row in found:
            self._hint(row.sku, hot=row.buckets > 1)
        return Loaded(
            operation=_operation(json.loads(operation)) if operation else None,
            reservations=tuple(saved_of(row) for row in _list(saved)),
            items=tuple(Item(*row) for row in _list(items)),
            rows=found,
            waits=tuple(WaitRow(*row) for row in _list(waits)),
        )

    def _write(self, change: Change) -> Program[bool]:
        for sku, place in change.fresh:
            yield from self._ask("list", writes=True, sku=sku, place=place)
        parameters = _parameters(change)
        ((done,),) = yield from self._ask("write", writes=True, **parameters)
        if not done:
            # The first one has finished by now; wait for different times.
            yield Wait(random.uniform(0, _LONGEST_NAP))  # noqa: S311
        return bool(done)

    def _spread(self, wanted: Spread) -> Program[bool]:
        cell: dict[str, Any] = {
            "sku": wanted.sku,
            "place": wanted.place,
            "buckets": Int8(wanted.buckets),
        }
        yield from self._ask("buckets", writes=True, **cell)
        ((rows,),) = yield from self._ask("spread", writes=True, **cell)
        return bool(rows)


def _operation(row: Sequence[Any]) -> Operation:
    key, digest, document = row
    return Operation(key=key, request_hash=digest, document=document)


def _list(document: str | None) -> list[Any]:
    return cast("list[Any]", json.loads(document)) if document else []


def _rows(document: str | None) -> tuple[StockRow, ...]:
    return tuple(StockRow(*row) for row in _list(document))


def _numbers(numbers: Sequence[int | None]) -> list[Int8 | None]:
    return [None if each is None else Int8(each) for each in numbers]


def _entered(entry: Entry | None) -> dict[str, Any]:
    """The units that a reservation waits for now, column by column."""
    rows = entry.rows if entry else ()
    return {
        "w_id": entry.reservation_id if entry else "",
        "w_order": rows[0].order_id if rows else "",
        "w_since": Int8(rows[0].since if rows else 0),
        "w_until": Int8(rows[0].until if rows else 0),
        "w_lines": [row.line_id for row in rows],
        "w_skus": [row.sku for row in rows],
        "w_places": [row.place for row in rows],
        "w_quantities": _numbers([row.quantity for row in rows]),
    }


def _parameters(change: Change) -> dict[str, Any]:
    """A change, column by column."""
    operation = change.operation
    saved, stock, moves = change.reservations, change.stock, change.movements
    items = [item for item, _ in change.items]
    return {
        "now": Int8(change.now),
        "key": operation.key if operation else "",
        "request_hash": operation.request_hash if operation else "",
        "document": operation.document if operation else "",
        "changed": Int8(sum(each.version > 1 for each in saved)),
        "new": Int8(sum(each.version == 1 for each in saved)),
        "rows": Int8(len(stock)),
        "r_ids": [each.reservation_id for each in saved],
        "r_versions": _numbers([each.version for each in saved]),
        "r_states": [each.state for each in saved],
        "r_causes": [each.cause for each in saved],
        "r_untils": _numbers([each.until for each in saved]),
        "r_consumed": [each.consumed for each in saved],
        "d_skus": [each.sku for each in stock],
        "d_places": [each.place for each in stock],
        "d_buckets": _numbers([each.bucket for each in stock]),
        "d_available": _numbers([each.available for each in stock]),
        "d_held": _numbers([each.held for each in stock]),
        "d_allocated": _numbers([each.allocated for each in stock]),
        "d_unavailable": _numbers([each.unavailable for each in stock]),
        "i_ids": [item.reservation_id for item in items],
        "i_lines": [item.line_id for item in items],
        "i_skus": [item.sku for item in items],
        "i_places": [item.place for item in items],
        "i_buckets": _numbers([item.bucket for item in items]),
        "i_quantities": _numbers([item.quantity for item in items]),
        "i_untils": _numbers([until for _, until in change.items]),
        **_entered(change.entry),
        "m_ats": _numbers([to_micros(row.at) for row in moves]),
        "m_kinds": [row.kind for row in moves],
        "m_skus": [row.sku for row in moves],
        "m_places": [row.place for row in moves],
        "m_quantities": _numbers([row.quantity for row in moves]),
        "m_sources": [row.source for row in moves],
        "m_targets": [row.target for row in moves],
        "m_causes": [row.cause for row in moves],
        "m_ids": [row.reservation_id for row in moves],
        "m_lines": [row.line_id for row in moves],
    }
