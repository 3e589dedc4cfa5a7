"""Parts of statements that are about effects: keys, doubts and states."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

__all__ = [
    "DOUBTED",
    "FIRST_KEY",
    "OF_ORDER",
    "OPEN",
    "SETTLED",
    "STORE",
    "UNSETTLED",
]

OPEN: Final = "state IN ('pending', 'claimed', 'waiting', 'in_doubt')"
"""The condition of the index: effects that can be claimed."""


OF_ORDER: Final = "tenant = %(tenant)s AND order_id = %(order_id)s"

DOUBTED: Final = "coalesce(e.doubted, e.begun_at IS NOT NULL)"
"""A row older than that column is doubted, if it was begun."""
_RENEWED: Final = (
    f"CASE WHEN {DOUBTED} THEN s.renewed_in_doubt ELSE s.renewed END"
)
STORE: Final = """store AS MATERIALIZED (
    SELECT id FROM {table}stores ORDER BY number DESC LIMIT 1
)"""


def _made_key(operation_id: str, generation: str) -> str:
    """The key that ``provider_key`` makes, in SQL."""
    named = (
        "(SELECT id || '.' FROM store) || CASE WHEN %(tenant)s = '' THEN '' "
        f"ELSE %(tenant)s || '/' END || {operation_id} || {generation}"
    )
    return (
        f"CASE WHEN length({named}) <= 36 THEN {named} ELSE "
        f"left(encode(sha256(convert_to({named}, 'UTF8')), 'hex'), 36) END"
    )


FIRST_KEY: Final = _made_key("operation_id", "''")
_NEW_KEY: Final = _made_key(
    "e.operation_id", f"'#' || e.generation + {_RENEWED}"
)

SETTLED: Final = f"""
    UPDATE {{table}}effects AS e SET
        state = s.state,
        due_at = s.due_at,
        note = s.note,
        claimed_by = '',
        generation = e.generation + {_RENEWED},
        key = CASE WHEN {_RENEWED} > 0 THEN {_NEW_KEY} ELSE e.key END,
        begun_at = CASE WHEN {_RENEWED} > 0 THEN NULL ELSE e.begun_at END,
        doubted = CASE WHEN {DOUBTED} THEN s.doubted_in_doubt
            ELSE s.doubted END
"""
UNSETTLED: Final = """
    e.tenant = %(tenant)s AND e.operation_id = s.operation_id
    AND (s.renewed > 0 OR e.state NOT IN ('done', 'declined'))
"""
