"""Moves the orders of the first release's tables on PostgreSQL."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any, Final

import attrs

from orderlife_adapters._migrations import Naming
from orderlife_adapters._moving import BATCH, WAITING, moved, rehashed
from orderlife_adapters._postgres_driver import Ask, Int8, Program, Row
from orderlife_adapters._postgres_effect_sql import OF_ORDER
from orderlife_adapters._rows import LINK

__all__ = ["move"]

_WAITING: Final = tuple(
    f"SELECT DISTINCT tenant, order_id FROM {{table}}{rows} LIMIT %(batch)s"
    for rows in WAITING
)
_EVENTS: Final = f"""
    SELECT sequence, document, digest FROM {{table}}events
    WHERE {OF_ORDER} ORDER BY sequence"""
_ANSWERS: Final = f"""
    SELECT input_id, fingerprint, first_version, last_version, personal
    FROM {{table}}answers WHERE {OF_ORDER} ORDER BY input_id"""
_DECISION: Final = f"""
    INSERT INTO {{table}}decisions (tenant, order_id, {", ".join(LINK)})
    VALUES (
        %(tenant)s, %(order_id)s, {", ".join(f"%({each})s" for each in LINK)}
    )"""
_ARRIVAL: Final = """
    INSERT INTO {table}arrivals (tenant, order_id, number)
    VALUES (%(tenant)s, %(order_id)s, %(number)s)"""
_SALT: Final = """
    INSERT INTO {table}salts (tenant, order_id, number, salt)
    VALUES (%(tenant)s, %(order_id)s, %(number)s, %(salt)s)"""
_SNAPSHOT: Final = f"""
    INSERT INTO {{table}}snapshots
        (tenant, order_id, number, version, document)
    SELECT tenant, order_id, %(number)s, version, document
    FROM {{table}}orders WHERE {OF_ORDER}"""
_ORDER: Final = f"""
    UPDATE {{table}}orders SET
        head = %(head)s, decisions = %(number)s, snapshot = version
    WHERE {OF_ORDER}"""
_EFFECTS: Final = f"""
    SELECT operation_id, intent, request_hash FROM {{table}}effects
    WHERE {OF_ORDER} AND store = -1"""
_EFFECT: Final = f"""
    UPDATE {{table}}effects SET store = 0, request_hash = %(hashed)s
    WHERE {OF_ORDER} AND operation_id = %(operation_id)s"""


def move(naming: Naming) -> Program[int]:
    """Move some orders, within a transaction that moves alone.

    Returns:
        How many; 0: none is left.
    """
    for text in _WAITING:
        waiting: list[Row] = yield Ask(
            naming.fill(text), {"batch": Int8(BATCH)}
        )
        for tenant, order_id in waiting:
            yield from _Move(naming, tenant, order_id).all()
        if waiting:
            return len(waiting)
    return 0


@attrs.frozen
class _Move:
    """The move of one order."""

    naming: Naming
    tenant: str
    order_id: str

    def _do(self, statement: str, **values: object) -> Program[list[Any]]:
        of = {"tenant": self.tenant, "order_id": self.order_id}
        rows: list[Any] = yield Ask(self.naming.fill(statement), of | values)
        return rows

    def all(self) -> Program[None]:
        """Move its events and answers, its case and its effects."""
        events = yield from self._do(_EVENTS)
        answers = yield from self._do(_ANSWERS)
        heads = yield from self._do(
            f"SELECT head FROM {{table}}orders WHERE {OF_ORDER}"
        )
        known = heads[0][0] if heads else ""
        links, salts, head = moved(self.order_id, known, events, answers)
        for link in links:
            yield from self._do(_DECISION, **attrs.asdict(link))
            if link.last_version > link.first_version:
                yield from self._do(_ARRIVAL, number=link.number)
        for number, salt in salts:
            yield from self._do(_SALT, number=number, salt=salt)
        count = Int8(len(links))
        yield from self._do(_SNAPSHOT, number=count)
        yield from self._do(_ORDER, number=count, head=head)
        effects = yield from self._do(_EFFECTS)
        for operation_id, intent, request_hash in effects:
            yield from self._do(
                _EFFECT,
                operation_id=operation_id,
                hashed=rehashed(intent, request_hash),
            )
        for table in ("events", "answers"):
            yield from self._do(
                f"DELETE FROM {{table}}{table} WHERE {OF_ORDER}"
            )
