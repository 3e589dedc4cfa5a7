"""What is written of orders in SQLite: each time one transaction."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any, Final

from orderlife.case import Case
from orderlife.chain import chained
from orderlife.codec import dumps, request_hash
from orderlife.errors import CodecError, NewerDocumentError, PortError
from orderlife.ports.base import provider_key
from orderlife.ports.store import (
    ClaimEffects,
    ClaimLost,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    Effect,
    Erase,
    FindAnswer,
    Repeated,
    Settle,
    Stale,
)
from orderlife_adapters._rows import (
    check_commit,
    denial_row,
    effect_of,
    micros,
    status_row,
    timers_row,
)
from orderlife_adapters._sqlite_reading import ReadOrders
from orderlife_adapters._sqlite_sql import BEFORE

__all__ = ["SqliteOrders"]

_MAX_NOTE: Final = 500


class SqliteOrders(ReadOrders):
    """An order store, wherever its transactions come from."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        self._connection()
        with self._faults(), self._at.writing() as connection:
            return self._commit(connection, commit)

    def _commit(
        self, connection: sqlite3.Connection, commit: Commit[Case]
    ) -> CommitOutcome:
        before = self._before(commit)
        if commit.input_id:
            found = FindAnswer(
                order_id=commit.order_id, input_id=commit.input_id
            )
            if (answer := self.answer(found)) is not None:
                return Repeated(answer)
        version = 0 if before is None else before["version"]
        head = "" if before is None else before["head"]
        if version != commit.expected_version or commit.head not in {"", head}:
            return Stale(version=version)
        settles = self._settles(commit)
        if settles is None:
            return ClaimLost()
        check_commit(commit)
        if before is None and not commit.events:
            return Committed(version=0)
        self._write(connection, commit, before)
        for settle, generation in settles:
            self._settle(connection, settle, generation)
        return Committed(version=version + len(commit.events))

    def _before(self, commit: Commit[Case]) -> dict[str, Any] | None:
        """How the order stands; None: it is new."""
        row = self._row(self._sql.before, (self._tenant, commit.order_id))
        return None if row is None else dict(zip(BEFORE, row, strict=True))

    def _settles(
        self, commit: Commit[Case]
    ) -> list[tuple[Settle, int]] | None:
        """What is settled, with its generation; None: a claim is lost."""
        settles = []
        for settle in commit.settles:
            row = self._row(
                self._sql.held, (self._tenant, settle.operation_id)
            )
            if row is None or row[0] != commit.order_id:
                continue  # it is not there, or another order's
            _, owner, attempts, generation = row
            if settle.claimed_by and (owner, attempts) != (
                settle.claimed_by,
                settle.attempts,
            ):
                return None
            settles.append((settle, generation))
        return settles

    def _write(
        self,
        connection: sqlite3.Connection,
        commit: Commit[Case],
        before: dict[str, Any] | None,
    ) -> None:
        """Write all of a decision but what it settles."""
        tenant, order_id, sql = self._tenant, commit.order_id, self._sql
        documents = [dumps(event, "recorded") for event in commit.events]
        start = "" if before is None else before["head"]
        digests = chained(start, documents)
        self._write_order(connection, commit, before, (start, *digests)[-1])
        connection.executemany(
            sql.insert_event,
            (
                (tenant, order_id, event.sequence, document, digest)
                for event, document, digest in zip(
                    commit.events, documents, digests, strict=True
                )
            ),
        )
        self._write_intents(connection, commit)
        for ref, personal in commit.personal.items():
            row = (tenant, ref, order_id, dumps(personal, "personal"))
            connection.execute(sql.insert_person, row)
        if commit.input_id:
            first = commit.expected_version
            last = first + len(commit.events)
            named = (tenant, order_id, commit.input_id, commit.fingerprint)
            connection.execute(sql.insert_answer, (*named, first, last))

    def _write_order(
        self,
        connection: sqlite3.Connection,
        commit: Commit[Case],
        before: dict[str, Any] | None,
        head: str,
    ) -> None:
        after = {
            "version": commit.expected_version + len(commit.events),
            "head": head,
            **timers_row(commit.timers),
            **status_row(commit.summary),
        }
        if before is None:
            row = {
                **after,
                "tenant": self._tenant,
                "order_id": commit.order_id,
                "document": dumps(commit.case, "case"),
                "updated_at": micros(commit.now),
            }
            connection.execute(self._sql.insert_order, row)
            return
        changed = {
            name: value
            for name, value in after.items()
            if before[name] != value
        }
        if commit.events:
            changed["document"] = dumps(commit.case, "case")
        if changed:
            changed["updated_at"] = micros(commit.now)
            text = self._sql.update_order(tuple(changed))
            where = (self._tenant, commit.order_id)
            connection.execute(text, (*changed.values(), *where))

    def _write_intents(
        self, connection: sqlite3.Connection, commit: Commit[Case]
    ) -> None:
        now = micros(commit.now)
        for intent in commit.intents:
            operation_id = intent.operation_id
            row = (
                self._tenant,
                commit.order_id,
                operation_id,
                intent.port,
                dumps(intent, "intent"),
                now,
                self._key(operation_id),
                request_hash(intent),
            )
            try:
                connection.execute(self._sql.insert_effect, row)
            except sqlite3.IntegrityError as error:
                raise PortError(
                    f"operation {operation_id} is there already"
                ) from error

    def settle(self, request: Settle, /) -> bool:
        """Say how an effect goes on; False: the claim was lost."""
        self._connection()
        with self._faults(), self._at.writing() as connection:
            row = self._row(
                self._sql.held, (self._tenant, request.operation_id)
            )
            if row is None:
                return False
            return self._settle(connection, request, row[-1])

    def _settle(
        self, connection: sqlite3.Connection, request: Settle, generation: int
    ) -> bool:
        generation += 1
        row = {
            "tenant": self._tenant,
            "operation_id": request.operation_id,
            "state": request.state.value,
            "due_at": micros(request.due_at),
            "note": request.note,
            "claimed_by": request.claimed_by,
            "attempts": request.attempts,
            "generation": generation,
            "key": self._key(request.operation_id, generation),
        }
        text = self._sql.renew if request.renew else self._sql.settle
        return connection.execute(text, row).rowcount > 0

    def _key(self, operation_id: str, generation: int = 1) -> str:
        return provider_key(
            operation_id, tenant=self._tenant, generation=generation
        )

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each comes as it was before the claim.

        One whose document cannot be read is handed to a person, and
        the others are claimed.  One that a later release has written
        is left to the workers of that release.
        """
        if request.limit < 1 or not self._is_due(request):
            return ()  # no write waits for its turn to find nothing
        with self._faults(), self._at.writing() as connection:
            due, poisoned = self._readable(request)
            for operation_id, note in poisoned:
                row = (note, self._tenant, operation_id)
                connection.execute(self._sql.poisoned, row)
            values = {
                "tenant": self._tenant,
                "now": micros(request.now),
                "until": micros(request.until),
                "owner": request.owner,
            }
            for operation_id in due:
                named = {**values, "operation_id": operation_id}
                connection.execute(self._sql.claim, named)
            return tuple(due.values())

    def _is_due(self, request: ClaimEffects) -> bool:
        with self._faults(), self._due(request) as found:
            return found.fetchone() is not None

    def _due(
        self, request: ClaimEffects
    ) -> contextlib.closing[sqlite3.Cursor]:
        """What is due, the longest first, read one by one."""
        sql = self._sql
        text = sql.due_of_order if request.order_id else sql.due
        values = {
            "tenant": self._tenant,
            "order_id": request.order_id,
            "now": micros(request.now),
        }
        return contextlib.closing(self._cursor(text, values))

    def _readable(
        self, request: ClaimEffects
    ) -> tuple[dict[str, Effect], list[tuple[str, str]]]:
        """As many as are wanted by id, and those that cannot be read."""
        due: dict[str, Effect] = {}
        poisoned: list[tuple[str, str]] = []
        with self._due(request) as found:
            for operation_id, *row in found:
                try:
                    due[operation_id] = effect_of(*row)
                except NewerDocumentError:
                    continue
                except CodecError as error:
                    poisoned.append((operation_id, f"{error}"[:_MAX_NOTE]))
                    continue
                if len(due) == request.limit:
                    break
        return due, poisoned

    def erase(self, request: Erase, /) -> int:
        """Erase personal data, and nothing else; say how many values.

        Their bytes are overwritten in the file.
        """
        self._connection()
        erased = 0
        sql = self._sql
        with self._faults():
            with self._at.writing() as connection:
                for text, whose in (
                    (sql.erase_order, request.order_id),
                    (sql.erase_customer, request.customer_id),
                ):
                    if whose:
                        done = connection.execute(text, (self._tenant, whose))
                        erased += done.rowcount
            self._at.flush()
        return erased

    def deny(self, denial: Denial, /) -> None:
        """Take down that a command was denied."""
        self._connection()
        with self._faults(), self._at.writing() as connection:
            row = (self._tenant, *denial_row(denial))
            connection.execute(self._sql.insert_denial, row)
