"""Parts of statements that are about effects: their doubts and states."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

__all__ = ["LAST_STORE", "OF_ORDER", "OPEN", "SETTLED", "UNSETTLED"]

OPEN: Final = "state IN ('pending', 'claimed', 'waiting', 'in_doubt')"
"""The condition of the index: effects that can be claimed."""

OF_ORDER: Final = "tenant = %(tenant)s AND order_id = %(order_id)s"

LAST_STORE: Final = "(SELECT max(number) FROM {table}stores)"
"""The number of the id that the database has now."""

_RENEWED: Final = (
    "CASE WHEN e.doubted THEN s.renewed_in_doubt ELSE s.renewed END"
)

SETTLED: Final = f"""
    UPDATE {{table}}effects AS e SET
        state = s.state,
        due_at = s.due_at,
        note = s.note,
        claimed_by = '',
        generation = e.generation + {_RENEWED},
        store = CASE WHEN {_RENEWED} > 0 THEN {LAST_STORE} ELSE e.store END,
        key = CASE WHEN {_RENEWED} > 0 THEN '' ELSE e.key END,
        begun_at = CASE WHEN {_RENEWED} > 0 THEN NULL ELSE e.begun_at END,
        doubted = CASE WHEN e.doubted THEN s.doubted_in_doubt
            ELSE s.doubted END
"""
UNSETTLED: Final = """
    e.tenant = %(tenant)s AND e.order_id = %(order_id)s
    AND e.operation_id = s.operation_id
    AND (s.renewed > 0 OR e.state NOT IN ('done', 'declined'))
"""
