"""The ledger of effects in SQLite: claiming and settling."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator
from typing import Final, TypeAlias

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

__all__ = ["ClaimLostError", "Settling", "SqliteEffects"]

_MAX_NOTE: Final = 500
Settling: TypeAlias = tuple[Settle, int, bool | None]
"""What is settled, its effect's generation, and whether that is doubted;
None: as it stands."""


class ClaimLostError(Exception):
    """Another worker has claimed an effect since: nothing is stored."""


class SqliteEffects(ReadOrders):
    """An order store that can claim and settle effects."""

    def settle(self, request: Settle, /) -> bool:
        """Store how an effect goes on; False: the claim was lost."""
        self._check()
        with self._faults, self._at.writing() as connection:
            if not request.renew:
                return self._settle(connection, request)
            _, generation, doubted = self._found(request)
            return self._settle(
                connection, request, generation, doubted=doubted
            )

    def _settle(
        self,
        connection: sqlite3.Connection,
        request: Settle,
        generation: int = 0,
        *,
        doubted: bool | None = None,
    ) -> bool:
        """Write how an effect goes on.

        Args:
            connection: within a transaction.
            request: what is to be written.
            generation: the effect's; only asked for where it is renewed.
            doubted: whether it is doubted; None: it is not known, and
                stays as it is.
        """
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

    def _settles(self, commit: Commit[Case]) -> list[Settling] | None:
        """What is settled by a decision; None: a claim is lost."""
        settles = []
        for settle in commit.settles:
            if settle.order_id == commit.order_id:
                row = self._held(settle)
                if _is_lost(settle, row):
                    return None
                settles.append(_settling(settle, row))
        return settles

    def _settle_all(
        self,
        connection: sqlite3.Connection,
        commit: Commit[Case],
        settles: list[Settling],
    ) -> None:
        """Write how the effects go on that a decision settles.

        Raises:
            ClaimLostError: another worker has claimed one since.
        """
        for settle, generation, doubted in settles:
            if not self._settle(
                connection, settle, generation, doubted=doubted
            ):
                self._check_claim(settle)
        for settle in commit.asides:
            if settle.order_id == commit.order_id:
                self._settle(connection, settle)

    def _held(self, settle: Settle) -> Row | None:
        named = (self._tenant, settle.order_id, settle.operation_id)
        return self._row(self._sql.held, named)

    def _found(self, settle: Settle) -> Settling:
        """What is settled, as its effect stands; one may not be there."""
        return _settling(settle, self._held(settle))

    def _check_claim(self, settle: Settle) -> None:
        """Check that the claim of a settle holds, if it names one.

        Raises:
            ClaimLostError: another has claimed the effect since.
        """
        if settle.claimed_by and _is_lost(settle, self._held(settle)):
            raise ClaimLostError


def _is_lost(settle: Settle, row: Row | None) -> bool:
    """Whether another has claimed an effect since, whose columns these are."""
    if row is None or not settle.claimed_by:
        return False
    return row[:2] != (settle.claimed_by, settle.attempts)


def _settling(settle: Settle, row: Row | None) -> Settling:
    if row is None:
        return settle, 0, None
    *_, generation, doubted = row
    return settle, generation, bool(doubted)
