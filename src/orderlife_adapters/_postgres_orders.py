"""The operations of the order store on PostgreSQL, as programs.

``PostgresOrderStore`` and ``AsyncPostgresOrderStore`` are two drivers
over these.
"""

# Statements are made of constants and of names that `Naming` has checked.

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife._values.replacing import replace
from orderlife.codec import dumps
from orderlife.engine.chain import entry_of, link_of
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
    ClaimNew,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    Effect,
    EffectState,
    Erase,
    FindAnswer,
    Postpone,
    Repeated,
    Settle,
)
from orderlife_adapters._effect_rows import EFFECT, hash_of, new_effect
from orderlife_adapters._postgres_archive import ArchiveOrders
from orderlife_adapters._postgres_commit_sql import Parts, commit_sql
from orderlife_adapters._postgres_driver import ClashError, Int8, Program
from orderlife_adapters._postgres_outcomes import (
    ARCHIVED,
    NEW_STORE,
    clash_of,
    committed,
    fault_in,
    outcome_of,
    parts_of,
)
from orderlife_adapters._postgres_rows import (
    renewal_of,
    settles_of,
    stored,
)
from orderlife_adapters._rows import (
    LAST,
    closed_at,
    micros,
    status_row,
    timers_row,
    written,
)

__all__ = ["TRIES", "Orders"]

TRIES: Final = 5
"""How often a statement is tried that others have made fail."""
_ROUNDS: Final = 10
_MAX_NOTE: Final = 500
_RACED: Final = ("decisions_by_input", "channel_numbers_pkey")


@attrs.frozen
class Orders(ArchiveOrders):
    """The programs of one tenant's orders, also those that write."""

    def as_unit(self) -> Orders:
        """The programs within a transaction that a store itself ends."""
        return Orders(
            united=True,
            naming=self.naming,
            tenant=self.tenant,
            tries=1,
            cases=self.cases,
            memory=self.memory,
            codec=self.codec,
        )

    def renew_id(self) -> Program[str]:
        """Give the database an id that no other has."""
        made = secrets.token_hex(6)
        yield from self._asked(
            self.statements.insert_store, writes=True, id=made
        )
        return made

    def commit(self, commit: Commit[Case]) -> Program[CommitOutcome]:
        """Store a decision, all of it or nothing."""
        if commit.expected_version and not commit.head:
            head = yield from self._head(commit.order_id)
            commit = replace(commit, head=head)
        fault = fault_in(commit)
        begins_nothing = not (commit.expected_version or commit.events)
        stores = not (fault or begins_nothing)
        parts = parts_of(commit, stores=stores)
        parameters = self._parameters(commit, parts)
        statement = commit_sql(self.naming, parts)
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
            if row[ARCHIVED]:
                again = yield from self._again(commit)
                outcome = again or outcome
                if outcome is None and stores:
                    yield from self._unfold(commit.order_id)
                    continue
            if outcome is None and not stores:
                if fault:
                    raise fault
                return Committed(version=commit.expected_version)
            if outcome is None:
                continue  # a race: its result can be read by now
            if doubted and (yield from self._landed(commit, parameters)):
                outcome = committed(commit)
            if isinstance(outcome, Committed):
                head = parameters["head"]
                self.cases.keep(commit.order_id, head, commit.case)
                claimed = yield from self._new_effects(commit, row[NEW_STORE])
                return replace(outcome, head=head, claimed=claimed)
            return outcome
        # Others were first each time, and left no visible change.
        raise OverloadedError(f"order {commit.order_id}", 0.0)

    def _again(self, commit: Commit[Case]) -> Program[Repeated | None]:
        """The answer that the input of an order folded away got before."""
        if not commit.input_id:
            return None
        request = FindAnswer(
            order_id=commit.order_id, input_id=commit.input_id
        )
        found = yield from self.answer(request)
        return None if found is None else Repeated(found)

    def _claims(self, commit: Commit[Case]) -> ClaimNew | None:
        """Which new effects are claimed.

        What the application has not committed yet is claimed by nobody.
        """
        return None if self.joined else commit.claim

    def _new_effects(
        self, commit: Commit[Case], store: int | None
    ) -> Program[tuple[Effect, ...]]:
        """The effects that were claimed in a commit, as before the claim.

        Args:
            commit: the decision.
            store: the number of the database's id that they were made
                with; None: it is not known, as the answer was lost.
                Their claims run out, and a worker finds them.
        """
        claim = self._claims(commit)
        if claim is None or store is None:
            return ()
        yield from self._know((store,))
        return tuple(
            new_effect(intent, commit.now, store, self.keys)
            for intent in commit.intents
            if intent.operation_id in claim.operations
        )

    def _head(self, order_id: str) -> Program[str]:
        """The head of an order whose decision names none."""
        rows = yield from self._asked(self.statements.head, order_id=order_id)
        return str(rows[0][0]) if rows else ""

    def _landed(
        self, commit: Commit[Case], parameters: Mapping[str, Any]
    ) -> Program[bool]:
        """Whether a try without an answer was this decision's success."""
        rows = yield from self._asked(
            self.statements.decided,
            order_id=commit.order_id,
            digest=parameters["head"],
        )
        return parameters["head"] != commit.head and bool(rows)

    def _parameters(
        self, commit: Commit[Case], parts: Parts
    ) -> dict[str, Any]:
        """The parameters of a commit: all that is stored of a decision."""
        columns = {
            **status_row(commit.summary),
            **timers_row(
                sorted(commit.timers, key=lambda timer: timer.at), self.codec
            ),
            "expected": commit.expected_version,
            "version": committed(commit).version,
            "decisions": int(parts.decision),
            "snapshot": committed(commit).version,
            "updated_at": micros(commit.now),
            "asked": len(commit.intents),
            "closed_at": closed_at(commit),
        }
        found: dict[str, Any] = {
            name: Int8(value) if isinstance(value, int) else value
            for name, value in columns.items()
        }
        found |= {
            "order_id": commit.order_id,
            "old_head": commit.head,
            "input_id": commit.input_id,
            "refs": list(commit.personal),
            "people": [
                dumps(each, "personal") for each in commit.personal.values()
            ],
        }
        if parts.snapshot:
            found["case"] = self.codec.dumps(commit.case, "case")
        if commit.number is not None:
            found["claimed_channel"] = commit.number.channel
            found["claimed_number"] = commit.number.number
        return (
            found
            | self._decided(commit)
            | self._asked_for(commit)
            | settles_of(commit)
        )

    def _decided(self, commit: Commit[Case]) -> dict[str, str]:
        """The row of a decision, but for its number."""
        salt = secrets.token_hex(16) if commit.personal else ""
        entry = entry_of(commit, salt)
        if entry is None:
            return {"head": commit.head}
        link = link_of(commit.order_id, 0, commit.head, entry, self.codec)
        return {
            "head": link.digest,
            "fingerprint": link.fingerprint,
            "document": link.document,
            "salt": salt,
        }

    def _asked_for(self, commit: Commit[Case]) -> dict[str, list[Any]]:
        intents = commit.intents
        documents = [self.codec.dumps(each, "intent") for each in intents]
        claim, now = self._claims(commit), stored(commit.now)
        pending = ("pending", now, Int8(0), "", Int8(0))
        claimed = pending
        if claim is not None:
            until = stored(claim.until)
            claimed = ("claimed", until, Int8(1), claim.owner, now)
        states = [
            claimed
            if claim and each.operation_id in claim.operations
            else pending
            for each in intents
        ]
        return {
            "operations": [each.operation_id for each in intents],
            "ports": [each.port for each in intents],
            "intents": documents,
            "hashes": [hash_of(document) for document in documents],
            "new_states": [each[0] for each in states],
            "new_dues": [each[1] for each in states],
            "new_attempts": [each[2] for each in states],
            "new_owners": [each[3] for each in states],
            "new_begun": [each[4] for each in states],
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
            yield from self._know_stores(rows)
            for *row, self.memory.forgets in rows:
                try:
                    effects.append(self._effect_of(row))
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
            order_id=request.order_id,
            operation_id=request.operation_id,
            state=request.state.value,
            due_at=stored(request.due_at),
            note=written(request.note),
            claimed_by=request.claimed_by,
            attempts=Int8(request.attempts),
            **renewal_of(request),
        )
        return bool(rows)

    def postpone(self, request: Postpone) -> Program[bool]:
        """Leave an order out of ``due_timers`` until then."""
        rows = yield from self._asked(
            self.statements.postpone,
            writes=True,
            order_id=request.order_id,
            version=Int8(request.version),
            until=stored(request.until),
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
                    number=Int8(time.time_ns() // 1_000),
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
        order_id=effect["order_id"],
        operation_id=effect["operation_id"],
        state=EffectState(effect["state"] if later else "attention"),
        due_at=request.until if later else request.now,
        note=f"cannot be read: {error}"[:_MAX_NOTE],
    )
