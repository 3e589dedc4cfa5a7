"""The writing operations of orders in SQLite, each a transaction."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any

import attrs

from orderlife._kernel.case import Case
from orderlife.codec import dumps
from orderlife.engine.chain import (
    answer_of,
    check_commit,
    entry_of,
    link_of,
)
from orderlife.errors import PortError, TracesLeftError
from orderlife.ports.store import (
    Answer,
    ClaimLost,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    Erase,
    NumberTaken,
    Repeated,
    Settle,
    Stale,
)
from orderlife_adapters._rows import (
    EVERY,
    denial_row,
    hash_of,
    micros,
    status_row,
    timers_row,
)
from orderlife_adapters._sqlite import Connections, Joined, Row
from orderlife_adapters._sqlite_effects import SqliteEffects
from orderlife_adapters._sqlite_sql import BEFORE

__all__ = ["SqliteOrders"]


class SqliteOrders(SqliteEffects):
    """The writing half of the order store, on any transactions."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        self._connection()
        with self._faults, self._at.writing() as connection:
            outcome, row = self._commit(connection, commit)
        if row and isinstance(outcome, Committed):
            self._cases.keep(commit.order_id, row["head"], commit.case, row)
        return outcome

    def _commit(
        self, connection: sqlite3.Connection, commit: Commit[Case]
    ) -> tuple[CommitOutcome, Mapping[str, Any]]:
        """The result of a commit, and the order's new columns."""
        row = self._at_once(connection, commit)
        if row:
            return Committed(version=row["version"]), row
        before, answer = self._before(commit)
        version: int = before.get("version", 0)
        head: str = before.get("head", "")
        if answer is not None:
            return Repeated(answer), before
        if version != commit.expected_version or commit.head not in {"", head}:
            return Stale(version=version), before
        settles = self._settles(commit)
        if settles is None:
            return ClaimLost(), before
        if taken_by := self._taken(commit):
            return NumberTaken(order_id=taken_by), before
        if not (before or commit.events):
            check_commit(commit)
            return Committed(version=0), before
        row = self._write(connection, commit, before, settles)
        return Committed(version=row["version"]), row

    def _at_once(
        self, connection: sqlite3.Connection, commit: Commit[Case]
    ) -> Mapping[str, Any]:
        """Write a decision on a cached order, without reading it again.

        Returns:
            The columns of the order; empty: it is not cached, or was
            changed since, and nothing is written.
        """
        before = self._cases.row(commit.order_id, commit.head)
        if before.get("version") != commit.expected_version or commit.number:
            return {}
        settles = self._settles(commit)
        if settles is None or not commit.events:
            return {}
        return self._write(connection, commit, before, settles)

    def _before(
        self, commit: Commit[Case]
    ) -> tuple[dict[str, Any], Answer | None]:
        """The order's columns, and the answer that the input got before.

        There are no columns of a new order.
        """
        row = self._row(
            self._sql.before, (commit.input_id, self._tenant, commit.order_id)
        )
        if row is None:
            return {}, None
        answer = None if row[-4] is None else answer_of(*row[-4:])
        return dict(zip(BEFORE, row[:-4], strict=True)), answer

    def _taken(self, commit: Commit[Case]) -> str:
        """Id of the other order that has the claimed number; empty: none."""
        if commit.number is None:
            return ""
        claimed = (self._tenant, *attrs.astuple(commit.number))
        row = self._row(self._sql.number, claimed)
        return "" if row is None or row[0] == commit.order_id else row[0]

    def _write(
        self,
        connection: sqlite3.Connection,
        commit: Commit[Case],
        before: Mapping[str, Any],
        settles: list[tuple[Settle, int, bool]],
    ) -> Mapping[str, Any]:
        """Write all of a decision.

        Returns:
            The columns of the order; empty: it does not stand as
            before, and nothing is written.
        """
        order = (self._tenant, commit.order_id)
        check_commit(commit)
        salt = secrets.token_hex(16) if commit.personal else ""
        entry = entry_of(commit, salt)
        number: int = before.get("decisions", 0)
        after: dict[str, Any] = {
            "version": commit.expected_version + len(commit.events),
            "decisions": number,
            "snapshot": before.get("snapshot", 0),
            "head": before.get("head", ""),
            **timers_row(commit.timers, self._codec),
            **status_row(commit.summary),
            "updated_at": before.get("updated_at"),
            "asked": before.get("asked", 0) + len(commit.intents),
        }
        rows: list[tuple[str, Row]] = []
        if entry is not None:
            number += 1
            link = link_of(
                commit.order_id, number, after["head"], entry, self._codec
            )
            after["decisions"], after["head"] = number, link.digest
            row = (*order, *attrs.astuple(link))
            rows.append((self._sql.insert_decision, row))
            if salt:
                rows.append((self._sql.insert_salt, (*order, number, salt)))
        if after["version"] - after["snapshot"] >= EVERY:
            after["snapshot"] = after["version"]
            document = self._codec.dumps(commit.case, "case")
            row = (*order, number, after["version"], document)
            rows.append((self._sql.insert_snapshot, row))
        if not self._write_order(connection, commit, before, after):
            return {}
        for text, row in rows:
            connection.execute(text, row)
        if commit.number is not None:
            claimed = (*order, *attrs.astuple(commit.number))
            connection.execute(self._sql.insert_number, claimed)
        if commit.intents:
            self._write_intents(connection, commit, before.get("asked", 0))
        for ref, personal in commit.personal.items():
            person = (*order, ref, dumps(personal, "personal"))
            connection.execute(self._sql.insert_person, person)
        for settle, generation, doubted in settles:
            self._settle(connection, settle, generation, doubted=doubted)
        return after

    def _write_order(
        self,
        connection: sqlite3.Connection,
        commit: Commit[Case],
        before: Mapping[str, Any],
        after: dict[str, Any],
    ) -> bool:
        """Write the changed columns of an order, and only their indexes.

        Returns:
            False: it was changed since it was read.
        """
        changed = {
            name: value
            for name, value in after.items()
            if not before or before[name] != value
        }
        if not changed:
            return True
        changed["updated_at"] = after["updated_at"] = micros(commit.now)
        if not before:
            text = self._sql.insert_order
        else:
            text = self._sql.update_order(tuple(changed))
            changed["old_head"] = before["head"]
            changed["old_updated_at"] = before["updated_at"]
            changed["input_id"] = commit.input_id
        changed["tenant"] = self._tenant
        changed["order_id"] = commit.order_id
        return connection.execute(text, changed).rowcount > 0

    def _write_intents(
        self, connection: sqlite3.Connection, commit: Commit[Case], asked: int
    ) -> None:
        now = micros(commit.now)
        rows = []
        for ordinal, intent in enumerate(commit.intents, asked + 1):
            document = self._codec.dumps(intent, "intent")
            rows.append(
                (
                    self._tenant,
                    commit.order_id,
                    intent.operation_id,
                    ordinal,
                    intent.port,
                    document,
                    now,
                    now,
                    hash_of(document),
                )
            )
        try:
            connection.executemany(self._sql.insert_effect, rows)
        except sqlite3.IntegrityError as error:
            named = ", ".join(each.operation_id for each in commit.intents)
            raise PortError(
                f"one of these is there already: {named}"
            ) from error

    def erase(self, request: Erase, /) -> int:
        """Erase personal data; give the number of values erased.

        Their bytes are overwritten in the file, and the log is emptied.
        Within a transaction the log stays: erase once more after it.

        Raises:
            TracesLeftError: they are erased, and the log cannot be
                emptied while another connection reads it.
        """
        self._connection()
        erased = 0
        sql = self._sql
        with self._faults:
            with self._at.writing() as connection:
                tenant = self._tenant
                for named, texts in (
                    (
                        (tenant, request.order_id),
                        (sql.erase_order, sql.forget_order),
                    ),
                    (
                        (tenant, tenant, request.customer_id),
                        (sql.erase_customer, sql.forget_customer),
                    ),
                ):
                    if named[-1]:
                        erase, forget = texts
                        erased += connection.execute(erase, named).rowcount
                        connection.execute(forget, named)
            self._emptied(erased)
        return erased

    def _emptied(self, erased: int) -> None:
        """Empty the log, which still holds the erased data.

        Also if nothing was erased now, as an earlier attempt to empty it
        may have failed.
        """
        at = self._at
        if isinstance(at, Joined):
            at.erased += erased  # when it ends
        elif isinstance(at, Connections) and not at.flush():
            raise TracesLeftError(
                erased,
                f"the log beside {at.what}",
                "erase again when nobody reads in it any more",
            )

    def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied."""
        self._connection()
        with self._faults, self._at.writing() as connection:
            of = (self._tenant, denial.order_id)
            row = (self._tenant, *denial_row(denial), *of)
            connection.execute(self._sql.insert_denial, row)
            named = dict(zip(("tenant", "order_id"), of, strict=True))
            connection.execute(self._sql.trim_denials, named)
