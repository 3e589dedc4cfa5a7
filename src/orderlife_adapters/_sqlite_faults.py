"""Converts SQLite's exceptions to our errors."""

from __future__ import annotations

import sqlite3
from typing import Final

import attrs

from orderlife.errors import InputError, OverloadedError, PortError
from orderlife_adapters._sqlite_turns import is_busy

__all__ = ["Faults", "misused"]

_NO_SPACE: Final = {
    sqlite3.SQLITE_FULL: "the disk",
    sqlite3.SQLITE_NOMEM: "the memory",
}


@attrs.frozen
class Faults:
    """A context that converts SQLite's exceptions to our errors.

    One is entered for every statement, so that it keeps nothing of it:

    Raises:
        OverloadedError: it is locked, or the disk is full.
        InputError: a value that no column can hold.
        PortError: a constraint, or the file, does not allow it.
    """

    what: str
    """The name of the resource, for the error."""
    waited_s: float
    """For how long a write has waited, in seconds."""

    def __enter__(self) -> None:
        """Begin; it may be entered within itself."""

    def __exit__(self, _: object, error: object, __: object) -> None:
        """Raise our error in place of SQLite's."""
        if isinstance(error, sqlite3.Error):
            raise _fault(error, self.what, self.waited_s) from error
        if isinstance(error, UnicodeEncodeError):
            raise InputError("a text with half a character in it") from None
        if isinstance(error, OverflowError):
            raise InputError("a number beyond 64 bits") from None


def misused(error: sqlite3.ProgrammingError, what: str) -> str:
    """Say whose fault a use is that Python's driver does not allow.

    The connection's state is the application's, and the rest is ours.
    """
    said = str(error)
    if "closed" in said or "thread" in said:
        return f"{what} is closed, or used by another thread"
    return (
        f"{what} does not take a statement of ours; that is a fault of "
        "orderlife, and not of what was asked"
    )


def _fault(
    error: sqlite3.Error, what: str, waited_s: float
) -> OverloadedError | PortError:
    code = getattr(error, "sqlite_errorcode", 0)
    if is_busy(error):
        return OverloadedError(what, waited_s)
    if code & 0xFF in _NO_SPACE:
        # No write has waited for space, and waiting makes none.
        return OverloadedError(f"{_NO_SPACE[code & 0xFF]} of {what}", 0.0)
    if isinstance(error, sqlite3.ProgrammingError):
        return PortError(misused(error, what))
    if not code:
        # Python's text shows what it could not read.
        return PortError(f"{what}: {type(error).__name__}")
    # SQLite names tables and columns here, and never what they hold.
    return PortError(f"{what}: {error} ({error.sqlite_errorname})")
