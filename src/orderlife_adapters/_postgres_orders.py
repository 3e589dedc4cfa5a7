"""What the order store does on PostgreSQL, as programs.

``PostgresOrderStore`` and ``AsyncPostgresOrderStore`` are two drivers
over these.
"""

# Statements are made of constants and of names that `Naming` has checked.

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from orderlife._checks.validation import check_tenant
from orderlife._kernel.case import Case
from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.personal import Personal
from orderlife.codec import (
    Codec,
    codec_of,
    dumps,
    dumps_request,
    loads,
)
from orderlife.engine.chain import chained
from orderlife.errors import (
    CodecError,
    ConflictError,
    InvariantError,
    NewerDocumentError,
    OverloadedError,
    PortError,
    RoomMissingError,
)
from orderlife.house import HOUSE
from orderlife.ports.store import (
    Answer,
    Backlog,
    ClaimEffects,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    DueTimer,
    Effect,
    EffectState,
    Erase,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    Kept,
    Link,
    Loaded,
    OrderSummary,
    Settle,
)
from orderlife_adapters._cases import Cases
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
from orderlife_adapters._postgres_outcomes import (
    clash_of,
    committed,
    gap_in,
    no_tables,
    outcome_of,
    parts_of,
    there_already,
)
from orderlife_adapters._postgres_rows import (
    optional,
    renewal_of,
    settles_of,
    stored,
)
from orderlife_adapters._postgres_sql import FORGETS, Statements, commit_sql
from orderlife_adapters._rows import (
    EFFECT,
    LAST,
    SUMMARY,
    answer_of,
    case_of,
    effect_of,
    kept_of,
    moment,
    summary_of,
    timers_by_case,
    timers_of,
    written,
)

__all__ = ["Orders"]

_ROUNDS: Final = 10
_FINDS: Final = (
    "channel",
    "channel_number",
    "customer_id",
    "order_status",
    "payment_status",
    "fulfilment_status",
    "returns_status",
)


_MAX_NOTE: Final = 500
_RACED: Final = ("answers_pkey", "channel_numbers_pkey")


@attrs.define
class Memory:
    """Whether commits do not wait for the disk; None: nobody has asked."""

    forgets: bool | None = None


@attrs.frozen
class Orders:
    """The programs of one tenant's orders.

    Args:
        naming: what the tables are called.
        tenant: whose orders they are.
        tries: how often a statement is tried; 1: within a transaction.
        cases: those that need not be read again.
    """

    naming: Naming
    tenant: str
    tries: int
    cases: Cases = attrs.field(factory=lambda: Cases(0), eq=False)
    memory: Memory = attrs.field(factory=Memory, eq=False)
    """What was heard of the sessions, when something was claimed."""
    codec: Codec = attrs.field(factory=lambda: codec_of(HOUSE), eq=False)
    """Of the house whose orders they are."""
    statements: Statements = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        check_tenant(self.tenant)
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
        rows = yield from self._asked(self.statements.store)
        return str(rows[0][0]) if rows else ""

    def renew_id(self) -> Program[str]:
        """Give the database an id that no other has."""
        made = secrets.token_hex(6)
        yield from self._asked(
            self.statements.insert_store, writes=True, id=made
        )
        return made

    def load(self, order_id: str) -> Program[Loaded[Case] | None]:
        """The case as it stands."""
        known, case = self.cases.get(order_id)
        rows = yield from self._asked(
            self.statements.load, order_id=order_id, known=known or ""
        )
        for document, head in rows:
            if case is None or document is not None:
                case = case_of(order_id, document, self.codec)
                self.cases.keep(order_id, head, case)
            return Loaded(case=case, head=head)
        return None

    def answer(self, request: FindAnswer) -> Program[Answer | None]:
        """What an input of this id was answered."""
        rows = yield from self._asked(
            self.statements.answer,
            order_id=request.order_id,
            input_id=request.input_id,
        )
        return answer_of(*rows[0]) if rows else None

    def commit(self, commit: Commit[Case]) -> Program[CommitOutcome]:
        """Store a decision, all of it or nothing."""
        gap = gap_in(commit)
        begins_nothing = not (commit.expected_version or commit.events)
        stores = not (gap or begins_nothing)
        parameters = self._parameters(commit)
        statement = commit_sql(self.naming, parts_of(commit, stores=stores))
        doubted = False
        for _ in range(_ROUNDS):
            try:
                (row,), lost = yield from self._tried(
                    statement, writes=stores, **parameters
                )
            except ClashError as error:
                if error.constraint.endswith(_RACED):
                    self._begin_anew(error)
                    continue  # the same input, or number, a moment ago
                raise PortError(clash_of(commit, error)) from None
            doubted |= lost
            outcome = outcome_of(commit, row)
            if outcome is None and not stores:
                if gap:
                    raise PortError(gap)
                return Committed(version=commit.expected_version)
            if outcome is None:
                continue  # a race: what it came to can be seen by now
            if doubted and (yield from self._landed(commit, parameters)):
                outcome = committed(commit)
            if commit.events and isinstance(outcome, Committed):
                head = parameters["head"]
                self.cases.keep(commit.order_id, head, commit.case)
            return outcome
        # Others were there first each time, and nothing shows of them.
        raise OverloadedError(f"order {commit.order_id}", 0.0)

    def _landed(
        self, commit: Commit[Case], parameters: Mapping[str, Any]
    ) -> Program[bool]:
        """Whether a try without an answer was this decision's success."""
        if not commit.events:
            return False
        rows = yield from self._asked(
            self.statements.digest,
            order_id=commit.order_id,
            sequence=Int8(committed(commit).version),
        )
        return rows == [(parameters["head"],)]

    def _parameters(self, commit: Commit[Case]) -> dict[str, Any]:
        """Everything that is stored of a decision."""
        write = self.codec.dumps
        documents = [write(each, "recorded") for each in commit.events]
        digests = chained(commit.head, documents)
        timers = sorted(commit.timers, key=lambda timer: timer.at)
        summary = commit.summary
        found: dict[str, Any] = {
            "tenant": self.tenant,
            "expected": Int8(commit.expected_version),
            "version": Int8(committed(commit).version),
            "document": write(commit.case, "case"),
            "head": digests[-1] if digests else commit.head,
            "timers": "\n".join(write(each, "timer") for each in timers),
            "timer_at": stored(timers[0].at) if timers else None,
            **{name: getattr(summary, name) for name in SUMMARY},
            "order_id": commit.order_id,
            "placed_at": optional(summary.placed_at),
            "open_exceptions": Int8(summary.open_exceptions),
            "total_minor": Int8(summary.total_minor),
            "updated_at": stored(commit.now),
            "asked": Int8(len(commit.intents)),
            "input_id": commit.input_id,
            "fingerprint": commit.fingerprint,
            "documents": documents,
            "digests": digests,
            "refs": list(commit.personal),
            "people": [
                dumps(each, "personal") for each in commit.personal.values()
            ],
        }
        if commit.number is not None:
            found["claimed_channel"] = commit.number.channel
            found["claimed_number"] = commit.number.number
        return found | self._asked_for(commit) | settles_of(commit)

    def _asked_for(self, commit: Commit[Case]) -> dict[str, list[str]]:
        intents = commit.intents
        requests = [dumps_request(each) for each in intents]
        return {
            "operations": [each.operation_id for each in intents],
            "ports": [each.port for each in intents],
            "intents": [document for document, _ in requests],
            "hashes": [request_hash for _, request_hash in requests],
        }

    def history(self, order_id: str) -> Program[tuple[Recorded, ...]]:
        """All events of an order."""
        links = yield from self.links(order_id)
        return tuple(
            self.codec.loads(each.document, "recorded") for each in links
        )

    def links(self, order_id: str) -> Program[tuple[Link, ...]]:
        """The events of an order as they are stored."""
        rows = yield from self._asked(self.statements.links, order_id=order_id)
        return tuple(
            Link(sequence=sequence, document=document, digest=digest)
            for sequence, document, digest in rows
        )

    def kept(self, order_id: str) -> Program[Kept[Case] | None]:
        """All that is kept of an order, read anew."""
        rows = yield from self._asked(self.statements.kept, order_id=order_id)
        for *row, links, effects in rows:
            return kept_of(
                order_id,
                row,
                tuple(
                    Link(sequence=sequence, document=document, digest=digest)
                    for sequence, document, digest in json.loads(links)
                ),
                tuple(
                    effect_of(*each, codec=self.codec)
                    for each in json.loads(effects)
                ),
                self.codec,
            )
        return None

    def effects(self, order_id: str) -> Program[tuple[Effect, ...]]:
        """All effects of an order."""
        rows = yield from self._asked(
            self.statements.effects, order_id=order_id
        )
        return tuple(effect_of(*row, codec=self.codec) for row in rows)

    def claim(self, request: ClaimEffects) -> Program[tuple[Effect, ...]]:
        """Claim due effects.

        One that cannot be read goes to a person, one of a later release
        back to wait for its workers; the next that is due makes up for
        either.
        """
        effects: list[Effect] = []
        while len(effects) < request.limit:
            missing = request.limit - len(effects)
            rows = yield from self._asked(
                self.statements.claim(of_order=bool(request.order_id)),
                now=stored(request.now),
                until=stored(request.until),
                owner=request.owner,
                latest=stored(request.latest or LAST),
                limit=Int8(missing),
                order_id=request.order_id,
            )
            for *row, self.memory.forgets in rows:
                try:
                    effects.append(effect_of(*row, codec=self.codec))
                except CodecError as error:
                    yield from self.settle(_unreadable(row, request, error))
            if len(rows) < missing:
                break
        return tuple(effects)

    def settle(self, request: Settle) -> Program[bool]:
        """Say how an effect goes on."""
        rows = yield from self._asked(
            self.statements.settle,
            writes=True,
            operation_id=request.operation_id,
            state=request.state.value,
            due_at=stored(request.due_at),
            note=written(request.note),
            claimed_by=request.claimed_by,
            attempts=Int8(request.attempts),
            **renewal_of(request),
        )
        return bool(rows)

    def due_timers(
        self, request: FindDueTimers
    ) -> Program[tuple[DueTimer, ...]]:
        """Timers whose dates have come.

        A timer among the earliest n belongs to one of the n orders
        whose first timers are the earliest.  Timers that cannot be read
        are those of their order's state; for each order of which none
        is due then, one more is looked at.
        """
        end = request.skip + request.limit
        due: list[DueTimer] = []
        idle, found = 0, -1
        while found != idle:
            found = idle
            rows = yield from self._asked(
                self.statements.due_timers(of_order=bool(request.order_id)),
                now=stored(request.now),
                limit=Int8(end + idle),
                order_id=request.order_id,
            )
            due, idle = [], 0
            for order_id, documents in rows:
                timers = yield from self._timers(
                    order_id, documents, request.now
                )
                some = [t for t in timers if t.at <= request.now]
                due += (DueTimer(order_id=order_id, timer=t) for t in some)
                idle += not some
        due.sort(key=lambda found: (found.timer.at, found.order_id))
        return tuple(due[request.skip : end])

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

    def people(self, refs: tuple[str, ...]) -> Program[Mapping[str, Personal]]:
        """Personal data by reference."""
        rows = yield from self._asked(self.statements.people, refs=list(refs))
        known: dict[str, str] = dict(rows)
        return {
            ref: loads(known[ref], "personal") for ref in refs if ref in known
        }

    def erase(self, request: Erase) -> Program[int]:
        """Erase personal data."""
        ((count,),) = yield from self._asked(
            self.statements.erase,
            order_id=request.order_id,
            customer_id=request.customer_id,
        )
        return int(count)

    def deny(self, denial: Denial) -> Program[None]:
        """Record that a command was denied."""
        for _ in range(_ROUNDS):
            try:
                yield from self._tried(
                    self.statements.deny,
                    order_id=denial.order_id,
                    command_id=denial.command_id,
                    command=denial.command,
                    actor=written(denial.actor),
                    why=written(denial.why),
                    at=stored(denial.at),
                )
            except ClashError as error:
                self._begin_anew(error)
            else:
                return
        raise OverloadedError(f"order {denial.order_id}", 0.0)

    def _begin_anew(self, error: ClashError) -> None:
        """Another had the same key: see what it did, where that is possible.

        Raises:
            ConflictError: only the transaction's owner can do so.
        """
        if self.tries == 1:
            raise ConflictError(
                f"{error}: roll the transaction back and begin it again"
            ) from None

    def denials(self, order_id: str) -> Program[tuple[Denial, ...]]:
        """The commands that were denied."""
        rows = yield from self._asked(
            self.statements.denials, order_id=order_id
        )
        return tuple(
            Denial(
                order_id=order,
                command_id=command_id,
                command=command,
                actor=actor,
                why=why,
                at=moment(at),
            )
            for order, command_id, command, actor, why, at in rows
        )

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
        """What is not settled."""
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


def _unreadable(
    row: Sequence[Any], request: ClaimEffects, error: CodecError
) -> Settle:
    """Put an effect back, or hand it to a person."""
    effect = dict(zip(EFFECT, row, strict=True))
    later = isinstance(error, NewerDocumentError | RoomMissingError)
    return Settle(
        operation_id=effect["operation_id"],
        state=EffectState(effect["state"] if later else "attention"),
        due_at=request.until if later else request.now,
        note=f"cannot be read: {error}"[:_MAX_NOTE],
    )
