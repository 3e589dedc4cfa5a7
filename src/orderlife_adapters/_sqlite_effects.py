"""The ledger of effects in SQLite: claiming and settling."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator
from typing import Final

from orderlife._kernel.case import Case
from orderlife.errors import (
    CodecError,
    NewerDocumentError,
    RoomMissingError,
    UncommittedError,
)
from orderlife.ports.store import ClaimEffects, Commit, Effect, Settle
from orderlife_adapters._rows import LAST, micros, written
from orderlife_adapters._sqlite import Row
from orderlife_adapters._sqlite_reading import ReadOrders

__all__ = ["SqliteEffects"]

_MAX_NOTE: Final = 500


class SqliteEffects(ReadOrders):
    """An order store that can claim and settle effects."""

    def settle(self, request: Settle, /) -> bool:
        """Store how an effect goes on; False: the claim was lost."""
        self._connection()
        with self._faults, self._at.writing() as connection:
            named = (request.order_id, request.operation_id)
            row = self._row(self._sql.held, (self._tenant, *named))
            if row is None:
                return False
            *_, generation, doubted = row
            return self._settle(
                connection, request, generation, doubted=bool(doubted)
            )

    def _settle(
        self,
        connection: sqlite3.Connection,
        request: Settle,
        generation: int,
        *,
        doubted: bool,
    ) -> bool:
        if request.doubted is not None:
            doubted = request.doubted
        renews = request.renew and not doubted
        generation += renews
        row = {
            "tenant": self._tenant,
            "order_id": request.order_id,
            "operation_id": request.operation_id,
            "state": request.state.value,
            "due_at": micros(request.due_at),
            "note": written(request.note),
            "claimed_by": request.claimed_by,
            "attempts": request.attempts,
            "generation": generation,
            "doubted": doubted,
            "renewed": request.renew,
        }
        text = self._sql.renew if renews else self._sql.settle
        return connection.execute(text, row).rowcount > 0

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each is given as it was before the claim.

        One whose document cannot be read is handed to a person, and
        the others are claimed.  One that a later release has written
        is left to the workers of that release.

        Raises:
            UncommittedError: within the application's transaction.
        """
        if self._at.joined:
            raise UncommittedError(self._at.what)
        if request.limit < 1 or not self._is_there(request):
            return ()  # no write waits for its turn to find nothing
        with self._faults, self._at.writing() as connection:
            due, poisoned = self._readable(connection, request)
            for *named, note in poisoned:
                row = (note, self._tenant, *named)
                connection.execute(self._sql.poisoned, row)
            values = {
                "tenant": self._tenant,
                "now": micros(request.now),
                "until": micros(request.until),
                "owner": request.owner,
            }
            for effect in due:
                far = effect.due_at > request.now
                which = {
                    **values,
                    "order_id": effect.intent.order_id,
                    "operation_id": effect.operation_id,
                }
                connection.execute(
                    self._sql.nearer if far else self._sql.claim, which
                )
            return tuple(due)

    def _is_there(self, request: ClaimEffects) -> bool:
        with (
            self._reading() as connection,
            contextlib.closing(self._due(connection, request)) as found,
        ):
            return next(found, None) is not None

    def _due(
        self, connection: sqlite3.Connection, request: ClaimEffects
    ) -> Generator[Row]:
        """Due effects, the longest due first, read one by one.

        Effects due later than any wait is long follow.
        """
        sql = self._sql
        values = {
            "tenant": self._tenant,
            "order_id": request.order_id,
            "now": micros(request.now),
            "latest": micros(request.latest or LAST),
        }
        texts = [sql.due_of_order if request.order_id else sql.due]
        if request.latest is not None and not request.order_id:
            texts.append(sql.far)
        for text in texts:
            cursor = connection.execute(text, values)
            with contextlib.closing(cursor) as found:
                yield from found

    def _readable(
        self, connection: sqlite3.Connection, request: ClaimEffects
    ) -> tuple[list[Effect], list[tuple[str, str, str]]]:
        """As many as are wanted, and those that cannot be read."""
        due: list[Effect] = []
        poisoned: list[tuple[str, str, str]] = []
        with contextlib.closing(self._due(connection, request)) as found:
            for row in found:
                operation_id, order_id = row[:2]
                try:
                    due.append(self._effect_of(row))
                except (NewerDocumentError, RoomMissingError):
                    continue
                except CodecError as error:
                    note = f"{error}"[:_MAX_NOTE]
                    poisoned.append((order_id, operation_id, note))
                    continue
                if len(due) == request.limit:
                    break
        return due, poisoned

    def _settles(
        self, commit: Commit[Case]
    ) -> list[tuple[Settle, int, bool]] | None:
        """What is settled, its generation, and whether it is doubted.

        None: a claim is lost.
        """
        settles = []
        for settle in commit.settles:
            if settle.order_id != commit.order_id:
                continue  # it is another order's
            named = (settle.order_id, settle.operation_id)
            row = self._row(self._sql.held, (self._tenant, *named))
            if row is None:
                continue  # it is not there
            owner, attempts, generation, doubted = row
            if settle.claimed_by and (owner, attempts) != (
                settle.claimed_by,
                settle.attempts,
            ):
                return None
            settles.append((settle, generation, bool(doubted)))
        return settles
