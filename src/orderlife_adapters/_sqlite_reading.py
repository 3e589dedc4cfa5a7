"""The reading operations of orders in SQLite, each with its index."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from orderlife._checks.validation import check_tenant
from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.personal import Personal
from orderlife.codec import codec_of, loads
from orderlife.engine.chain import answer_of, recorded
from orderlife.errors import CodecError, InvariantError
from orderlife.house import HOUSE
from orderlife.ports.base import Intent
from orderlife.ports.store import (
    Answer,
    Backlog,
    Denial,
    DueTimer,
    Effect,
    EffectState,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    FindPeople,
    Kept,
    Link,
    Loaded,
    OrderSummary,
    due_of,
)
from orderlife_adapters._archives import Folded, is_folded, unfold
from orderlife_adapters._cases import Cases
from orderlife_adapters._effect_rows import EFFECT, Keys, effect_of, new_effect
from orderlife_adapters._migrations import Naming
from orderlife_adapters._rows import (
    LAST,
    case_by,
    denial_of,
    kept_of,
    link_by,
    micros,
    moment,
    snapshot_of,
    summary_of,
    timers_by_case,
    timers_of,
)
from orderlife_adapters._sqlite import Row, Transactions
from orderlife_adapters._sqlite_faults import Faults
from orderlife_adapters._sqlite_rows import answer_by
from orderlife_adapters._sqlite_sql import statements
from orderlife_adapters._sqlite_tables import check_tables, without_schema

__all__ = ["ReadOrders"]

_STORE: Final = EFFECT.index("store")


class ReadOrders:
    """The half of the order store that only reads."""

    def __init__(
        self,
        at: Transactions,
        tenant: str,
        naming: Naming | None,
        cases: Cases | None = None,
        *,
        fits: bool = False,
        house: House = HOUSE,
    ) -> None:
        check_tenant(tenant)
        self._codec = codec_of(house)
        self._at = at
        self._faults = Faults(at.what, at.waited_s)
        self._tenant = tenant
        self._keys = Keys(tenant)
        self._cases = cases if cases is not None else Cases(0)
        self._sql = statements(without_schema(naming))
        self._fits = fits

    @property
    def house(self) -> House:
        """The house of the orders."""
        return self._codec.house

    @property
    def may_forget(self) -> bool:
        """Whether the last commits may be lost in a power cut.

        It is so with ``durability="normal"``.
        """
        with self._faults:
            return self._at.may_forget()

    @property
    def id(self) -> str:
        """The id of the database, which is part of keys for providers."""
        found = self._rows(self._sql.stores, ())
        return str(found[-1][1]) if found else ""

    def load(self, order_id: str, /) -> Loaded[Case] | None:
        """The case as it is stored; None: there is none.

        Raises:
            CodecError: its document cannot be read.
        """
        known, case = self._cases.get(order_id)
        row = self._row(self._sql.load, (self._tenant, order_id))
        if row is None:
            return None
        if case is not None and row[0] == known:
            return Loaded(case=case, head=row[0])
        with self._reading() as connection, _moment(connection):
            row = self._row(self._sql.load, (self._tenant, order_id))
            if row is None:
                return None
            head, version, snapshot = row
            case = self._case(order_id, version, snapshot)
        self._cases.keep(order_id, head, case)
        return Loaded(case=case, head=head)

    def _case(self, order_id: str, version: int, snapshot: int) -> Case:
        """The case of an order: its snapshot, and the decisions since.

        A snapshot that cannot be read, or to which they do not fit, is
        none: the decisions tell all.
        """
        codec = self._codec
        if snapshot:
            row = self._row(self._sql.snapshot, (self._tenant, order_id))
            with contextlib.suppress(CodecError, InvariantError):
                if found := snapshot_of(order_id, row, codec):
                    links = self._links(order_id, found.number)
                    return case_by(order_id, version, found, links, codec)
        return case_by(order_id, version, None, self._links(order_id), codec)

    def _links(self, order_id: str, after: int = 0) -> tuple[Link, ...]:
        """The decisions behind a number, also of one folded away."""
        links = self._stored_links(order_id, after)
        if not any(map(is_folded, links)):
            return links
        with self._reading() as connection, _moment(connection):
            links = self._stored_links(order_id)
            folded = self._folded(order_id)
        if folded is not None:
            links = folded.links(links)
        return tuple(link for link in links if link.number > after)

    def _stored_links(self, order_id: str, after: int = 0) -> tuple[Link, ...]:
        rows = self._rows(self._sql.links, (self._tenant, order_id, after))
        return tuple(map(link_by, rows))

    def _folded(self, order_id: str) -> Folded | None:
        """What an order has folded away; None: it has not been.

        Raises:
            CodecError: it cannot be read.
        """
        row = self._row(self._sql.archive, (self._tenant, order_id))
        return None if row is None else unfold(order_id, row[0])

    def answer(self, request: FindAnswer, /) -> Answer | None:
        """The answer that an input of this id got; None: none yet."""
        order_id, input_id = request.order_id, request.input_id
        named = (self._tenant, order_id, input_id)
        row = self._row(self._sql.answer, named)
        if row is not None:
            return answer_by(row)
        with self._reading() as connection, _moment(connection):
            # It may have been unfolded since.
            row = self._row(self._sql.answer, named)
            if row is not None:
                return answer_by(row)
            return self._folded_answer(order_id, input_id)

    def _folded_answer(self, order_id: str, input_id: str) -> Answer | None:
        """The answer that an input of an order folded away got."""
        folded = self._folded(order_id)
        number = 0 if folded is None else folded.number(input_id)
        if folded is None or not number:
            return None
        named = (self._tenant, order_id, number)
        row = self._row(self._sql.numbered, named)
        if row is None:
            return None
        _, fingerprint, _ = folded.decided[number - 1]
        return answer_of(fingerprint, *row)

    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        """All events of an order, in sequence.

        Raises:
            CodecError: a document of them cannot be read.
        """
        return tuple(
            event
            for link in self._links(order_id)
            for event in recorded(link, self._codec)
        )

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The decisions on an order as they are stored, in sequence."""
        return self._links(order_id)

    def kept(self, order_id: str, /) -> Kept[Case] | None:
        """All that is stored of an order, read anew; None: nothing.

        Raises:
            CodecError: a document of it cannot be read.
        """
        with self._reading() as connection, _moment(connection):
            row = self._row(self._sql.kept, (self._tenant, order_id))
            if row is None:
                return None
            links, effects = self.links(order_id), self.effects(order_id)
            kept = self._row(self._sql.snapshot, (self._tenant, order_id))
        return kept_of(order_id, row, kept, links, effects, self._codec)

    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        """All effects of an order, in the order they were asked for.

        Raises:
            CodecError: a document of them cannot be read.
        """
        named = (self._tenant, order_id)
        rows = self._rows(self._sql.effects, named)
        if not rows:
            with self._reading() as connection, _moment(connection):
                rows = self._rows(self._sql.effects, named)
                if not rows and (folded := self._folded(order_id)):
                    rows = folded.rows
        return tuple(map(self._effect_of, rows))

    def _effect_of(self, row: Row) -> Effect:
        """An effect of its columns, and its key by the database's ids.

        Raises:
            CodecError: it cannot be read.
        """
        store, key = row[_STORE : _STORE + 2]
        if not key:
            self._know(store)
        return effect_of(*row, codec=self._codec, keys=self._keys)

    def _new_effect(self, intent: Intent, now: datetime, store: int) -> Effect:
        """An effect as it is made, due at once."""
        self._know(store)
        return new_effect(intent, now, store, self._keys)

    def _know(self, store: int) -> None:
        """Read the ids that the database has had, if this is a new one."""
        if store not in self._keys.ids:
            self._keys.ids.update(self._rows(self._sql.stores, ()))

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        """Timers that are due, the earliest first.

        Those of orders that were put off follow.  Timers that cannot be
        read keep no others from being fired, and are derived from the
        state of their order.
        """
        sql = self._sql
        texts = [sql.timers, sql.put_off]
        if request.order_id:
            texts = [sql.timers_of_order]
        elif request.latest is not None:
            texts.append(sql.put_too_far)
        due: list[DueTimer] = []
        with self._reading() as connection:
            for text in texts:
                due += self._due_by(connection, text, request)
        return tuple(due[: request.limit])

    def _due_by(
        self, connection: sqlite3.Connection, text: str, request: FindDueTimers
    ) -> list[DueTimer]:
        """The due timers of the first orders of a statement.

        A timer among the earliest n belongs to one of the n orders
        whose first timers are the earliest.
        """
        wanted = request.limit
        due: list[DueTimer] = []
        values = {
            "tenant": self._tenant,
            "order_id": request.order_id,
            "now": micros(request.now),
            "latest": micros(request.latest or LAST),
        }
        cursor = connection.execute(text, values)
        with contextlib.closing(cursor) as orders:
            for order_id, version, documents in orders:
                timers = self._timers(order_id, documents, request.now)
                found = tuple(due_of(order_id, version, timers, request.now))
                due += found
                wanted -= bool(found)
                if not wanted:
                    break
        return sorted(due, key=lambda found: found.timer.at)

    def _timers(
        self, order_id: str, documents: str, now: datetime
    ) -> list[Timer]:
        """The timers of an order: of the column, or of its state."""
        try:
            return timers_of(documents, self._codec)
        except CodecError:
            case = self._case_if_readable(order_id)
            return timers_by_case(case, order_id, now, self._codec)

    def _case_if_readable(self, order_id: str) -> Case | None:
        """The case of an order, if it can be read."""
        try:
            loaded = self.load(order_id)
        except (CodecError, InvariantError):
            return None
        return loaded.case if loaded is not None else None

    def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        found = {}
        for ref in request.refs:
            named = (self._tenant, request.order_id, ref)
            row = self._row(self._sql.person, named)
            if row is not None:
                found[ref] = loads(row[0], "personal")
        return found

    def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        rows = self._rows(self._sql.denials, (self._tenant, order_id))
        return tuple(denial_of(row) for row in rows)

    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        text, values = self._sql.find(request)
        rows = self._rows(text, {**values, "tenant": self._tenant})
        return tuple(summary_of(row) for row in rows)

    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        rows = self._rows(
            self._sql.backlog, {"tenant": self._tenant, "port": request.port}
        )
        return tuple(
            Backlog(
                port=port,
                state=EffectState(state),
                count=count,
                since=moment(since),
                next_at=moment(next_at),
            )
            for port, state, count, since, next_at in rows
        )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The connection of this thread, to tables that fit."""
        with self._faults, self._at.using() as connection:
            if not self._fits:
                check_tables(connection, "orders", self._sql.naming)
                self._fits = True
            yield connection

    def _check(self) -> None:
        """Check that the tables fit, before anything is written to them."""
        if not self._fits:
            self._connection()

    def _connection(self) -> sqlite3.Connection:
        """The connection of this thread, to tables that fit."""
        with self._reading() as connection:
            return connection

    def _rows(self, text: str, values: Any) -> list[Row]:
        with self._reading() as connection:
            return connection.execute(text, values).fetchall()

    def _row(self, text: str, values: Any) -> Row | None:
        with self._reading() as connection:
            found: Row | None = connection.execute(text, values).fetchone()
            return found


@contextlib.contextmanager
def _moment(connection: sqlite3.Connection) -> Iterator[None]:
    """A context whose reads all see the database at one moment."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")
