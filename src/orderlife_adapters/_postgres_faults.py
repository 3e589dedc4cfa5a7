"""Our errors for those of PostgreSQL, by their SQLSTATE."""

from __future__ import annotations

from typing import Final

from orderlife.errors import InputError, OverloadedError, PortError

__all__ = [
    "DATABASE",
    "IDLE",
    "NO_SCHEMA",
    "STOOD_STILL",
    "AgainError",
    "ClashError",
    "LostError",
    "NoTablesError",
    "told_of",
]

DATABASE: Final = "the database"
STOOD_STILL: Final = (
    "the database, whose transaction of orders and stock waited for a "
    "function of yours,"
)
"""What had no room where the server has ended such a transaction."""


class LostError(Exception):
    """The connection broke: whether it was executed is unknown."""


class AgainError(Exception):
    """It was rolled back, and may succeed the next time."""


class ClashError(Exception):
    """It was rolled back: a unique row exists already."""

    def __init__(self, constraint: str) -> None:
        self.constraint = constraint
        super().__init__(constraint)


class NoTablesError(Exception):
    """It was rolled back: there are no such tables."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(state)


_AGAIN: Final = frozenset(
    (
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "22012",  # division_by_zero: how a statement undoes itself
        "25006",  # read_only_sql_transaction: the primary has moved
    )
)
_INPUT: Final = frozenset(
    (
        "22P05",  # untranslatable_character: not in this database's encoding
    )
)
_OURS: Final = ("22", "42")
"""Data that a statement of ours makes, and what it says itself."""
_FORBIDDEN: Final = "42501"
"""The owner of the tables has not granted what is needed."""
NO_SCHEMA: Final = "3F000"
IDLE: Final = "25P03"
"""idle_in_transaction_session_timeout: the connection is gone, too."""
_UNIQUE: Final = "23505"
_TABLES: Final = frozenset(("42P01", NO_SCHEMA))
_NO_ROOM: Final = frozenset(
    (
        "57014",  # query_canceled: statement_timeout
        "55P03",  # lock_not_available: lock_timeout
        "57P03",  # cannot_connect_now
    )
)


def told_of(state: str, name: str, *, rule: str, waited: float) -> Exception:
    """Give our error for the database's.

    Its text is not asked for, as it may show a whole row.

    Args:
        state: its SQLSTATE.
        name: how it is called in a message.
        rule: the constraint that is broken, if it is one with a name.
        waited: for how long it was waited, in seconds.
    """
    told: Exception
    if state in _AGAIN:
        told = AgainError(name)
    elif state in _NO_ROOM or state.startswith("53"):
        told = OverloadedError(DATABASE, round(waited, 3))
    elif state == IDLE:
        told = OverloadedError(STOOD_STILL, round(waited, 3))
    elif state in _TABLES:
        told = NoTablesError(state)
    elif state == _UNIQUE:
        told = ClashError(rule)
    elif state.startswith("23"):
        told = PortError(f"the database refuses it: {rule or name}")
    elif state in _INPUT:
        told = InputError(f"no text or number for a database: {name}")
    elif state.startswith(_OURS) and state != _FORBIDDEN:
        told = PortError(
            f"the database does not take a statement of ours: {name}; that "
            "is a fault of orderlife, or of its tables, and not of what was "
            "asked"
        )
    else:
        told = PortError(f"the database answers {name}")
    return told
