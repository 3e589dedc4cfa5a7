"""The writing operations of orders in SQLite, each a transaction."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife.codec import dumps
from orderlife.engine.chain import (
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
    Effect,
    Erase,
    NumberTaken,
    Postpone,
    Repeated,
    Stale,
)
from orderlife_adapters._effect_rows import hash_of
from orderlife_adapters._rows import (
    closed_at,
    denial_row,
    every_at,
    micros,
    status_row,
    timers_row,
)
from orderlife_adapters._sqlite import Connections, Joined, Row
from orderlife_adapters._sqlite_archive import SqliteArchive
from orderlife_adapters._sqlite_effects import ClaimLostError, Settling
from orderlife_adapters._sqlite_rows import answer_by, decision_row
from orderlife_adapters._sqlite_sql import BEFORE
from orderlife_adapters._words import packed, short

__all__ = ["SqliteOrders"]

Written: TypeAlias = tuple[Mapping[str, Any], tuple[Effect, ...]]
"""An order's new columns, and the effects that are claimed for it."""
_AT_ONCE: Final = 8
"""How many effects are inserted by one statement, at most."""


def _committed(
    row: Mapping[str, Any], claimed: tuple[Effect, ...]
) -> Committed:
    return Committed(version=row["version"], head=row["head"], claimed=claimed)


class SqliteOrders(SqliteArchive):
    """The writing half of the order store, on any transactions."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        self._check()
        try:
            with self._faults, self._at.writing() as connection:
                outcome, row = self._commit(connection, commit)
        except ClaimLostError:
            return ClaimLost()
        if row and isinstance(outcome, Committed):
            self._cases.keep(commit.order_id, row["head"], commit.case, row)
        return outcome

    def _commit(
        self, connection: sqlite3.Connection, commit: Commit[Case]
    ) -> tuple[CommitOutcome, Mapping[str, Any]]:
        """The result of a commit, and the order's new columns."""
        row, claimed = self._at_once(connection, commit)
        if row:
            return _committed(row, claimed), row
        before, answer = self._before(commit)
        if before.get("archived") and commit.input_id:
            named = commit.order_id, commit.input_id
            answer = self._folded_answer(*named)
        version: int = before.get("version", 0)
        head: str = before.get("head", "")
        if answer is not None:
            return Repeated(answer), before
        if version != commit.expected_version or commit.head not in {"", head}:
            return Stale(version=version), before
        if before.get("archived"):
            self._unfold(connection, commit.order_id)
            before |= {"archived": 0, "closed_at": before["updated_at"]}
        settles = self._settles(commit)
        if settles is None:
            return ClaimLost(), before
        if taken_by := self._taken(commit):
            return NumberTaken(order_id=taken_by), before
        if not (before or commit.events):
            check_commit(commit)
            return Committed(version=0), before
        row, claimed = self._write(connection, commit, before, settles)
        return _committed(row, claimed), row

    def _at_once(
        self, connection: sqlite3.Connection, commit: Commit[Case]
    ) -> Written:
        """Write a decision on a cached order, without reading it again.

        Returns:
            What is written; no columns: it is not cached, or was
            changed since, and nothing is.
        """
        before = self._cases.row(commit.order_id, commit.head)
        if before.get("version") != commit.expected_version or commit.number:
            return {}, ()
        if not commit.events:
            return {}, ()
        if not self._keys.ids:
            self._know(0)
        settles: list[Settling] = [
            self._found(each) if each.renew else (each, 0, None)
            for each in commit.settles
            if each.order_id == commit.order_id
        ]
        return self._write(connection, commit, before, settles)

    def _before(
        self, commit: Commit[Case]
    ) -> tuple[dict[str, Any], Answer | None]:
        """The order's columns, and the answer that the input got before.

        There are no columns of a new order.
        """
        asked = (self._tenant, commit.order_id, commit.input_id)
        ((store, *row),) = self._rows(self._sql.before, asked)
        self._know(store)
        if row[0] is None:
            return {}, None
        answer = None if row[-4] is None else answer_by(row[-4:])
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
        settles: list[Settling],
    ) -> Written:
        """Write all of a decision.

        Returns:
            What is written; no columns: the order does not stand as
            before, and nothing is.

        Raises:
            ClaimLostError: another worker has claimed an effect since.
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
            "put_off": None,
            **status_row(commit.summary),
            "updated_at": before.get("updated_at"),
            "asked": before.get("asked", 0) + len(commit.intents),
            "closed_at": closed_at(commit, before.get("closed_at")),
            "archived": 0,
        }
        rows: list[tuple[str, Row]] = []
        if entry is not None:
            number += 1
            link = link_of(
                commit.order_id, number, after["head"], entry, self._codec
            )
            after["decisions"], after["head"] = number, link.digest
            row = decision_row(*order, link)
            rows.append((self._sql.insert_decision, row))
            if salt:
                rows.append((self._sql.insert_salt, (*order, number, salt)))
        age = after["version"] - after["snapshot"]
        if age >= every_at(after["version"]):
            after["snapshot"] = after["version"]
            document = packed(self._codec.dumps(commit.case, "case"))
            row = (*order, number, after["version"], document)
            rows.append((self._sql.insert_snapshot, row))
        if not self._write_order(connection, commit, before, after):
            return {}, ()
        for text, row in rows:
            connection.execute(text, row)
        if commit.number is not None:
            claimed = (*order, *attrs.astuple(commit.number))
            connection.execute(self._sql.insert_number, claimed)
        asked: int = before.get("asked", 0)
        claimed = self._write_intents(connection, commit, asked)
        for ref, personal in commit.personal.items():
            person = (*order, ref, dumps(personal, "personal"))
            connection.execute(self._sql.insert_person, person)
        self._settle_all(connection, commit, settles)
        return after, claimed

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
            changed["old_put_off"] = before["put_off"]
            changed["input_id"] = commit.input_id
            changed["store"] = self._keys.last
        changed["tenant"] = self._tenant
        changed["order_id"] = commit.order_id
        return connection.execute(text, changed).rowcount > 0

    def _write_intents(
        self, connection: sqlite3.Connection, commit: Commit[Case], asked: int
    ) -> tuple[Effect, ...]:
        """Write the effects of a decision; give those that are claimed.

        Raises:
            PortError: an operation is there already.
        """
        now, store = micros(commit.now), self._keys.last
        # What the application has not committed yet is claimed by nobody.
        claim = None if self._at.joined else commit.claim
        operations = claim.operations if claim else ()
        fresh = ("pending", now, now, 0, "", None)
        begun: Row = fresh
        if claim:
            begun = ("claimed", micros(claim.until), now, 1, claim.owner, now)
        rows: list[Row] = []
        for ordinal, intent in enumerate(commit.intents, asked + 1):
            document = self._codec.dumps(intent, "intent")
            rows.append(
                (
                    *(self._tenant, commit.order_id, intent.operation_id),
                    *(ordinal, intent.port, packed(document)),
                    *(begun if intent.operation_id in operations else fresh),
                    *(short(hash_of(document)), store),
                )
            )
        for first in range(0, len(rows), _AT_ONCE):
            self._insert_effects(connection, rows[first : first + _AT_ONCE])
        return tuple(
            self._new_effect(intent, commit.now, store)
            for intent in commit.intents
            if intent.operation_id in operations
        )

    def _insert_effects(
        self, connection: sqlite3.Connection, rows: list[Row]
    ) -> None:
        """Insert some effects in one statement, columns ``NEW``.

        Raises:
            PortError: an operation is there already.
            sqlite3.IntegrityError: something else is not allowed.
        """
        text = self._sql.insert_effects(len(rows))
        try:
            connection.execute(text, [each for row in rows for each in row])
        except sqlite3.IntegrityError as error:
            there = [
                row[2] for row in rows if self._row(self._sql.held, row[:3])
            ]
            if not there:
                raise
            what = f"operation {', '.join(there)} is there already"
            raise PortError(what) from error

    def postpone(self, request: Postpone, /) -> bool:
        """Leave an order out of ``due_timers`` until then."""
        self._check()
        order = (self._tenant, request.order_id, request.version)
        row = (micros(request.until), *order)
        with self._faults, self._at.writing() as connection:
            return connection.execute(self._sql.postpone, row).rowcount > 0

    def erase(self, request: Erase, /) -> int:
        """Erase personal data; give the number of values erased.

        Their bytes are overwritten in the file, and the log is emptied.
        Within a transaction the log stays: erase once more after it.

        Raises:
            TracesLeftError: they are erased, and the log cannot be
                emptied while another connection reads it.
        """
        self._check()
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
        self._check()
        with self._faults, self._at.writing() as connection:
            of = (self._tenant, denial.order_id)
            row = (self._tenant, *denial_row(denial), *of)
            connection.execute(self._sql.insert_denial, row)
            named = dict(zip(("tenant", "order_id"), of, strict=True))
            connection.execute(self._sql.trim_denials, named)
