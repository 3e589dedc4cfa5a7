"""Closed orders in a SQLite file that are folded away."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from typing import Any, Final

from orderlife.errors import PortError
from orderlife.ports.store import Archive
from orderlife_adapters._archives import FOLDED, fold
from orderlife_adapters._rows import micros
from orderlife_adapters._sqlite_feed import SqliteFeed
from orderlife_adapters._words import packed, short

__all__ = ["SqliteArchive"]

_ORDER: Final = "tenant = :tenant AND order_id = :order_id"
_CLOSED: Final = (
    "SELECT order_id FROM {table}orders INDEXED BY {name}orders_closed "
    "WHERE tenant = :tenant AND closed_at < :before "
    "AND closed_at IS NOT NULL AND archived = 0 "
    "ORDER BY closed_at LIMIT :limit"
)
_HEAD: Final = (
    f"SELECT head FROM {{table}}orders WHERE {_ORDER} "
    "AND closed_at < :before AND archived = 0"
)
_EFFECTS: Final = (
    f"SELECT {', '.join(FOLDED)} FROM {{table}}effects WHERE {_ORDER} "
    "ORDER BY ordinal"
)
_FOLD: Final = (
    (
        "INSERT INTO {table}archives (tenant, order_id, document) "
        "VALUES (:tenant, :order_id, :document)"
    ),
    f"DELETE FROM {{table}}decisions WHERE {_ORDER}",
    f"DELETE FROM {{table}}effects WHERE {_ORDER}",
    f"DELETE FROM {{table}}snapshots WHERE {_ORDER}",
    (
        "UPDATE {table}orders SET archived = 1, snapshot = 0, "
        f"closed_at = NULL WHERE {_ORDER}"
    ),
)
_PLACES: Final = (
    "SELECT position, number, first_version, last_version "
    f"FROM {{table}}decisions WHERE {_ORDER}"
)
_EMPTY: Final = (
    "INSERT INTO {table}decisions (position, tenant, order_id, number, "
    "first_version, last_version, input_id, fingerprint, document, digest) "
    "VALUES (:position, :tenant, :order_id, :number, :first, :last, "
    "'', '', '', '')"
)
"""Rows are put in anew: SQLite gives back no room of one that shrinks."""
_LATER: Final = f"UPDATE {{table}}orders SET closed_at = :now WHERE {_ORDER}"
_PUT_BACK: Final = (
    "UPDATE {table}decisions SET input_id = ?, fingerprint = ?, "
    "document = ?, digest = ? "
    "WHERE tenant = ? AND order_id = ? AND number = ?"
)
_ASKED: Final = (
    f"INSERT INTO {{table}}effects (tenant, {', '.join(FOLDED)}) "
    f"VALUES (?{', ?' * len(FOLDED)})"
)
_BACK: Final = (
    "UPDATE {table}orders SET archived = 0, closed_at = updated_at "
    f"WHERE {_ORDER}"
)
_UNFOLD: Final = (f"DELETE FROM {{table}}archives WHERE {_ORDER}", _BACK)
"""Put an order back; if nothing comes of the decision, it can be folded
away again."""


class SqliteArchive(SqliteFeed):
    """An order store that folds closed orders away."""

    def archive(self, request: Archive, /) -> tuple[str, ...]:
        """Fold closed orders away, each in a transaction; give their ids."""
        self._check()
        folded: list[str] = []
        while missing := request.limit - len(folded):
            before = micros(request.closed_before)
            values = {
                "tenant": self._tenant,
                "before": before,
                "now": max(micros(request.now), before),
                "limit": missing,
            }
            found = self._rows(self._fill(_CLOSED), values)
            if not found:
                break
            for (order_id,) in found:
                values["order_id"] = order_id
                if self._folds(values):
                    folded.append(order_id)
        return tuple(folded)

    def _folds(self, values: dict[str, Any]) -> bool:
        """Fold an order away; False: it stays as it is.

        One whose rows contradict each other keeps no others from it.
        """
        try:
            with self._faults, self._at.writing() as connection:
                return self._fold(connection, values)
        except PortError:
            with self._faults, self._at.writing() as connection:
                connection.execute(self._fill(_LATER), values)
            return False

    def _fold(
        self, connection: sqlite3.Connection, values: dict[str, Any]
    ) -> bool:
        """Fold an order away; False: it stays, or is not closed any more."""
        row = self._row(self._fill(_HEAD), values)
        if row is None:
            return False
        order_id = values["order_id"]
        links = self._stored_links(order_id)
        effects = self._rows(self._fill(_EFFECTS), values)
        document = fold(order_id, row[0], links, effects)
        if document is None:
            connection.execute(self._fill(_LATER), values)
            return False
        values["document"] = document
        places = self._rows(self._fill(_PLACES), values)
        for text in _FOLD:
            connection.execute(self._fill(text), values)
        for place in places:
            names = ("position", "number", "first", "last")
            emptied = values | dict(zip(names, place, strict=True))
            connection.execute(self._fill(_EMPTY), emptied)
        return True

    def _unfold(self, connection: sqlite3.Connection, order_id: str) -> None:
        """Put back what an order has folded away, for a decision on it.

        Raises:
            CodecError: it cannot be read.
        """
        order = (self._tenant, order_id)
        folded = self._folded(order_id)
        if folded is not None:
            for link in folded.links(self._stored_links(order_id)):
                connection.execute(
                    self._fill(_PUT_BACK),
                    (
                        link.input_id,
                        short(link.fingerprint),
                        packed(link.document),
                        short(link.digest),
                        *order,
                        link.number,
                    ),
                )
            for row in folded.effects:
                effect = dict(zip(FOLDED, row, strict=True))
                effect["intent"] = packed(effect["intent"])
                effect["request_hash"] = short(effect["request_hash"])
                put = (self._tenant, *effect.values())
                connection.execute(self._fill(_ASKED), put)
        named = dict(zip(("tenant", "order_id"), order, strict=True))
        for text in _UNFOLD:
            connection.execute(self._fill(text), named)

    def _fill(self, text: str) -> str:
        return self._sql.naming.fill(text)
