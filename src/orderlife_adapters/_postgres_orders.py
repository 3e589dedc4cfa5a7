"""The operations of the order store on PostgreSQL, as programs.

``PostgresOrderStore`` and ``AsyncPostgresOrderStore`` are two drivers
over these.
"""

# Statements are made of constants and of names that `Naming` has checked.

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife.codec import dumps
from orderlife.engine.chain import chained
from orderlife.errors import (
    CodecError,
    ConflictError,
    NewerDocumentError,
    OverloadedError,
    PortError,
    RoomMissingError,
)
from orderlife.ports.store import (
    ClaimEffects,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    Effect,
    EffectState,
    Erase,
    Settle,
)
from orderlife_adapters._postgres_commit_sql import commit_sql
from orderlife_adapters._postgres_driver import ClashError, Int8, Program
from orderlife_adapters._postgres_outcomes import (
    clash_of,
    committed,
    gap_in,
    outcome_of,
    parts_of,
)
from orderlife_adapters._postgres_reading import ReadOrders
from orderlife_adapters._postgres_rows import (
    optional,
    renewal_of,
    settles_of,
    stored,
)
from orderlife_adapters._rows import EFFECT, LAST, SUMMARY, effect_of, written

__all__ = ["TRIES", "Orders"]

TRIES: Final = 5
"""How often a statement is tried that others have made fail."""
_ROUNDS: Final = 10
_MAX_NOTE: Final = 500
_RACED: Final = ("answers_pkey", "channel_numbers_pkey")


@attrs.frozen
class Orders(ReadOrders):
    """The programs of one tenant's orders, also those that write."""

    def renew_id(self) -> Program[str]:
        """Give the database an id that no other has."""
        made = secrets.token_hex(6)
        yield from self._asked(
            self.statements.insert_store, writes=True, id=made
        )
        return made

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
                continue  # a race: its result can be read by now
            if doubted and (yield from self._landed(commit, parameters)):
                outcome = committed(commit)
            if commit.events and isinstance(outcome, Committed):
                head = parameters["head"]
                self.cases.keep(commit.order_id, head, commit.case)
            return outcome
        # Others were first each time, and left no visible change.
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
        """The parameters of a commit: all that is stored of a decision."""
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
        requests = [self.codec.dumps_request(each) for each in intents]
        return {
            "operations": [each.operation_id for each in intents],
            "ports": [each.port for each in intents],
            "intents": [document for document, _ in requests],
            "hashes": [request_hash for _, request_hash in requests],
        }

    def claim(self, request: ClaimEffects) -> Program[tuple[Effect, ...]]:
        """Claim due effects.

        An effect that cannot be read is handed to a person; one of a
        later release waits for its workers.  The next due effect takes
        its place.
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
        """Store how an effect goes on."""
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
        """Start again after a clash of keys, where that is possible.

        Raises:
            ConflictError: within the application's transaction.
        """
        if self.tries == 1:
            raise ConflictError(
                f"{error}: roll the transaction back and begin it again"
            ) from None


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
