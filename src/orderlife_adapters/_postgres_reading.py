"""The reading operations of the order store on PostgreSQL."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from orderlife._checks.validation import check_tenant
from orderlife._kernel.case import Case
from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.personal import Personal
from orderlife.codec import Codec, codec_of, loads
from orderlife.engine.chain import answer_of, recorded
from orderlife.errors import (
    CodecError,
    InvariantError,
    PortError,
)
from orderlife.house import HOUSE
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
from orderlife_adapters._archives import Folded, unfold
from orderlife_adapters._cases import Cases
from orderlife_adapters._effect_rows import EFFECT, Keys, effect_of
from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_driver import (
    Ask,
    ClashError,
    Int8,
    NoTablesError,
    Program,
    Row,
    tried,
)
from orderlife_adapters._postgres_outcomes import no_tables, there_already
from orderlife_adapters._postgres_rows import stored
from orderlife_adapters._postgres_sql import FORGETS, Statements
from orderlife_adapters._rows import (
    LAST,
    case_by,
    denial_of,
    kept_of,
    link_by,
    moment,
    snapshot_of,
    summary_of,
    timers_by_case,
    timers_of,
)

__all__ = ["Memory", "ReadOrders", "links_of"]

_STORE: Final = EFFECT.index("store")
_LOOKS: Final = 3
"""How often an order is looked at that can be folded away meanwhile."""
_FINDS: Final = (
    "channel",
    "channel_number",
    "customer_id",
    "order_status",
    "payment_status",
    "fulfilment_status",
    "returns_status",
)


@attrs.define
class Memory:
    """Whether commits do not wait for the disk; None: not known yet."""

    forgets: bool | None = None


@attrs.frozen
class ReadOrders:
    """The programs that only read.

    Args:
        naming: schema and prefix of the tables.
        tenant: the tenant of the orders.
        tries: how often a statement is tried; 1: within a transaction.
        cases: the cache of cases.
    """

    naming: Naming
    tenant: str
    tries: int
    cases: Cases = attrs.field(factory=lambda: Cases(0), eq=False)
    joined: bool = False
    """Whether the application ends the transaction."""
    united: bool = False
    """Whether it is one of the orders and the stock."""
    memory: Memory = attrs.field(factory=Memory, eq=False)
    """The setting of the sessions, as read with the last claim."""
    codec: Codec = attrs.field(factory=lambda: codec_of(HOUSE), eq=False)
    """The codec of the house of the orders."""
    statements: Statements = attrs.field(init=False)
    keys: Keys = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        check_tenant(self.tenant)
        object.__setattr__(self, "keys", Keys(self.tenant))
        object.__setattr__(self, "statements", Statements(self.naming))

    def _tried(
        self, statement: str, *, writes: bool = False, **parameters: Any
    ) -> Program[tuple[list[Row], bool]]:
        parameters["tenant"] = self.tenant
        try:
            return (
                yield from tried(
                    Ask(statement, parameters), self.tries, writes=writes
                )
            )
        except NoTablesError:
            raise no_tables() from None

    def _asked(
        self, statement: str, *, writes: bool = False, **parameters: Any
    ) -> Program[list[Row]]:
        try:
            rows, _ = yield from self._tried(
                statement, writes=writes, **parameters
            )
        except ClashError as error:
            raise PortError(there_already(error)) from None
        return rows

    def may_forget(self) -> Program[bool]:
        """Whether the session's commits do not wait for the disk."""
        ((forgets,),) = yield from self._asked(f"SELECT {FORGETS}")
        self.memory.forgets = forgets
        return bool(forgets)

    def id(self) -> Program[str]:
        """The database's own id."""
        rows = yield from self._asked(self.statements.stores)
        return str(rows[-1][1]) if rows else ""

    def load(self, order_id: str) -> Program[Loaded[Case] | None]:
        """The case as it is stored.

        A snapshot that cannot be read is none: the decisions tell all.
        Within a unit the order is locked: before any row of the stock.
        """
        if self.united:
            yield from self._asked(self.statements.lock, order_id=order_id)
        known, case = self.cases.get(order_id)
        row = yield from self._order(order_id, known=known or "")
        if row is None:
            return None
        head, version, *snapshot, links, folded = row
        if case is None or links is not None:
            told = links_of(links, folded, order_id)
            case = self._case(order_id, version, snapshot, told)
            if case is None:
                row = yield from self._order(order_id, whole=True)
                if row is None:
                    return None
                head, version, *_, links, folded = row
                told = links_of(links, folded, order_id)
                case = case_by(order_id, version, None, told, self.codec)
            self.cases.keep(order_id, head, case)
        return Loaded(case=case, head=head)

    def _case(
        self,
        order_id: str,
        version: int,
        snapshot: list[Any],
        links: tuple[Link, ...],
    ) -> Case | None:
        """The case by the snapshot and the decisions after it.

        None: it cannot be read, or they do not fit.
        """
        if snapshot[0] is None:
            return case_by(order_id, version, None, links, self.codec)
        with contextlib.suppress(CodecError, InvariantError):
            found = snapshot_of(order_id, snapshot, self.codec)
            if found is not None:
                return case_by(order_id, version, found, links, self.codec)
        return None

    def _order(
        self, order_id: str, *, known: str = "", whole: bool = False
    ) -> Program[Row | None]:
        rows = yield from self._asked(
            self.statements.load, order_id=order_id, known=known, whole=whole
        )
        return rows[0] if rows else None

    def answer(self, request: FindAnswer) -> Program[Answer | None]:
        """The answer that an input of this id got."""
        order_id, input_id = request.order_id, request.input_id
        ((*answer, document),) = yield from self._asked(
            self.statements.answer, order_id=order_id, input_id=input_id
        )
        if answer[0] is not None:
            return answer_of(*answer)
        if document is None:
            return None
        folded = unfold(order_id, document)
        return (yield from self._folded_answer(folded, input_id))

    def _folded_answer(
        self, folded: Folded, input_id: str
    ) -> Program[Answer | None]:
        """The answer that an input of an order folded away got."""
        number = folded.number(input_id)
        rows = yield from self._asked(
            self.statements.numbered,
            order_id=folded.order_id,
            number=Int8(number),
        )
        for row in rows:
            _, fingerprint, _ = folded.decided[number - 1]
            return answer_of(fingerprint, *row)
        return None

    def history(self, order_id: str) -> Program[tuple[Recorded, ...]]:
        """All events of an order."""
        links = yield from self.links(order_id)
        return tuple(
            event for link in links for event in recorded(link, self.codec)
        )

    def links(self, order_id: str) -> Program[tuple[Link, ...]]:
        """The decisions on an order as they are stored."""
        ((links, document),) = yield from self._asked(
            self.statements.links, order_id=order_id
        )
        return links_of(links, document, order_id)

    def kept(self, order_id: str) -> Program[Kept[Case] | None]:
        """All that is stored of an order, read anew."""
        rows = yield from self._asked(self.statements.kept, order_id=order_id)
        for *row, snapshot, links, asked, document in rows:
            told = links_of(links, document, order_id)
            found = json.loads(asked)
            if document is not None:
                found = unfold(order_id, document).rows
            effects = yield from self._effects(found)
            kept = None if snapshot is None else json.loads(snapshot)
            return kept_of(order_id, row, kept, told, effects, self.codec)
        return None

    def effects(self, order_id: str) -> Program[tuple[Effect, ...]]:
        """All effects of an order."""
        asked = self.statements.effects
        rows: Sequence[Row] = ()
        for _ in range(_LOOKS):
            rows = yield from self._asked(asked, order_id=order_id)
            if rows:
                break
            # It may be folded away, or unfolded, between the two.
            found = yield from self._archives(order_id)
            if found:
                rows = unfold(order_id, found[order_id]).rows
                break
        return (yield from self._effects(rows))

    def _archives(self, *order_ids: str) -> Program[dict[str, bytes]]:
        """What orders have folded away; those that have not are not there."""
        rows = yield from self._asked(
            self.statements.archives, orders=list(order_ids)
        )
        return dict(rows)

    def _effects(self, rows: Sequence[Row]) -> Program[tuple[Effect, ...]]:
        yield from self._know_stores(rows)
        return tuple(map(self._effect_of, rows))

    def _effect_of(self, row: Sequence[Any]) -> Effect:
        """An effect of its columns.

        Raises:
            CodecError: it cannot be read.
        """
        return effect_of(*row, codec=self.codec, keys=self.keys)

    def _know_stores(self, rows: Iterable[Sequence[Any]]) -> Program[None]:
        """Know the ids of the database that keys of effects are made of."""
        yield from self._know(
            row[_STORE] for row in rows if not row[_STORE + 1]
        )

    def _know(self, stores: Iterable[int]) -> Program[None]:
        """Read the ids that the database has had, if one of them is new."""
        if not self.keys.ids.keys() >= set(stores):
            found = yield from self._asked(self.statements.stores)
            self.keys.ids.update(found)

    def due_timers(
        self, request: FindDueTimers
    ) -> Program[tuple[DueTimer, ...]]:
        """Timers that are due, and then those that were put off.

        A timer among the earliest n belongs to one of the n orders
        whose first timers are the earliest.  Timers that cannot be read
        are those of their order's state; for each order of which none
        is due then, one more is looked at.
        """
        due: list[tuple[bool, DueTimer]] = []
        idle, found = 0, -1
        while found != idle:
            found = idle
            rows = yield from self._asked(
                self.statements.due_timers(of_order=bool(request.order_id)),
                now=stored(request.now),
                latest=stored(request.latest or LAST),
                limit=Int8(request.limit + idle),
                order_id=request.order_id,
            )
            due, idle = [], 0
            for order_id, version, documents, put_off in rows:
                timers = yield from self._timers(
                    order_id, documents, request.now
                )
                some = tuple(due_of(order_id, version, timers, request.now))
                due += ((put_off, each) for each in some)
                idle += not some
        due.sort(key=_by_time)
        return tuple(each for _, each in due[: request.limit])

    def _timers(
        self, order_id: str, documents: str, now: datetime
    ) -> Program[list[Timer]]:
        """The timers of an order: of the column, or of its state."""
        try:
            return timers_of(documents, self.codec)
        except CodecError:
            pass
        try:
            loaded = yield from self.load(order_id)
        except (CodecError, InvariantError):
            loaded = None
        case = loaded.case if loaded is not None else None
        return timers_by_case(case, order_id, now, self.codec)

    def people(self, request: FindPeople) -> Program[Mapping[str, Personal]]:
        """Personal data by reference."""
        rows = yield from self._asked(
            self.statements.people,
            order_id=request.order_id,
            refs=list(request.refs),
        )
        known: dict[str, str] = dict(rows)
        return {
            ref: loads(known[ref], "personal")
            for ref in request.refs
            if ref in known
        }

    def denials(self, order_id: str) -> Program[tuple[Denial, ...]]:
        """The commands that were denied."""
        rows = yield from self._asked(
            self.statements.denials, order_id=order_id
        )
        return tuple(map(denial_of, rows))

    def orders(self, request: FindOrders) -> Program[tuple[OrderSummary, ...]]:
        """A page of orders."""
        wanted = {
            name: value for name in _FINDS if (value := getattr(request, name))
        }
        rows = yield from self._asked(
            self.statements.orders(
                tuple(wanted), troubled=request.with_exceptions
            ),
            after=request.after,
            limit=Int8(request.limit),
            **wanted,
        )
        return tuple(summary_of(row) for row in rows)

    def backlog(self, request: FindBacklog) -> Program[tuple[Backlog, ...]]:
        """How many effects are not settled, by port and state."""
        rows = yield from self._asked(
            self.statements.backlog(of_port=request.port is not None),
            port=request.port,
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


def _by_time(due: tuple[bool, DueTimer]) -> tuple[bool, datetime, str]:
    """Those that were put off are last."""
    put_off, found = due
    return put_off, found.timer.at, found.order_id


def links_of(
    text: str, document: bytes | None = None, order_id: str = ""
) -> tuple[Link, ...]:
    """Decisions of one text, filled by what their order has folded away.

    Raises:
        CodecError: that cannot be read, or does not fit.
    """
    links = tuple(map(link_by, json.loads(text)))
    return (
        links if document is None else unfold(order_id, document).links(links)
    )
