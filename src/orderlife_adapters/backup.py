"""A copy of a whole database in one file, made while it is in use.

A SQLite file is copied by SQLite itself, a PostgreSQL database by its
own program ``pg_dump``: each copy is one moment of it, with all tables,
also those of the application.

A backup holds personal data as the database does, and is written for
its owner alone.  What is erased later is in it until it is thrown away.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from orderlife.engine.discovery import as_url
from orderlife.errors import (
    InputError,
    MissingExtraError,
    OrderlifeError,
    PortError,
)
from orderlife_adapters._sqlite_faults import Faults
from orderlife_adapters.sqlite import path_in

__all__ = ["backup", "main"]

_WAIT: Final = 5.0
"""Seconds to wait for a SQLite file that nobody may read just now."""
_POSTGRES: Final = ("postgresql://", "postgres://")


def main(argv: Sequence[str]) -> int:
    """Make the backup that is asked for; give the exit code.

    Args:
        argv: the arguments, without the command's own name.

    Raises:
        SystemExit: with code 2 for arguments that are wrong, with code
            0 after the help.
    """
    asked = _parser().parse_args(argv)
    try:
        size = backup(asked.url, asked.file)
    except (InputError, MissingExtraError) as error:
        print(f"orderlife: {error}", file=sys.stderr)
        return 2
    except OrderlifeError as error:
        print(f"orderlife: {error}", file=sys.stderr)
        return 1
    print(f"{asked.file}: {size:,} bytes")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m orderlife backup",
        description="Copy a whole database into one file, while it is in "
        "use: one moment of it, with all tables. The copy of a SQLite file "
        "is one, too; that of PostgreSQL is for pg_restore.",
        epilog="Exit code: 0 it is made, 1 the database cannot be read or "
        "the file not written, 2 the arguments are wrong.",
    )
    parser.add_argument("url", help="of the database, or a SQLite file")
    parser.add_argument(
        "file", type=Path, help="to be made; one that is there is left alone"
    )
    return parser


def backup(url: str | os.PathLike[str], file: Path) -> int:
    """Copy a whole database into a new file; give its size in bytes.

    The file is there once it is whole, and on the disk.

    Args:
        url: of the database; a path is a SQLite file.
        file: to be made.

    Raises:
        InputError: no such database can be copied, there is none, or
            the file is there already.
        OverloadedError: the disk is full.
        PortError: the database cannot be read, the file cannot be
            written, or ``pg_dump`` is missing.
    """
    named = as_url(url)
    with _new(file) as begun:
        if named.startswith(_POSTGRES):
            _dump(named, begun)
        else:
            _copy(path_in(named), begun)
        return begun.stat().st_size


@contextlib.contextmanager
def _new(file: Path) -> Iterator[Path]:
    """A file beside the one that is to be made, which it becomes."""
    begun = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        # Taken at once: nobody else makes it meanwhile.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        message = f"{str(file)!r} is there already: name a new file"
        raise InputError(message) from None
    except OSError as error:
        raise _unwritten(file, error) from None
    try:
        os.close(os.open(begun, os.O_CREAT | os.O_EXCL, 0o600))
        yield begun
        _sync(begun)
        begun.replace(file)
        _sync(file.parent)
    except BaseException as error:
        for each in (begun, file):
            each.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritten(file, error) from None
        raise


def _unwritten(file: Path, error: OSError) -> PortError:
    why = error.strerror or type(error).__name__
    return PortError(f"{str(file)!r} cannot be written: {why}")


def _sync(path: Path) -> None:
    """Have a file, or a folder's list of files, on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # a folder cannot be opened there
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _copy(path: str, begun: Path) -> None:
    """Copy a SQLite file by SQLite, and check the copy."""
    source = Path(path)
    if not source.is_file():
        raise InputError(f"there is no file {path!r}")
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with (
        Faults(f"the database {source.name}", _WAIT),
        contextlib.closing(
            sqlite3.connect(uri, uri=True, timeout=_WAIT)
        ) as read,
        contextlib.closing(sqlite3.connect(begun)) as written,
    ):
        read.backup(written)  # in one step: one moment of it
        # No other file belongs to it, wherever it is taken.
        written.execute("PRAGMA journal_mode = DELETE")
        (found,) = written.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise PortError(f"the database {source.name} is damaged: {found}")


def _dump(url: str, begun: Path) -> None:
    """Have ``pg_dump`` write a database, without a password on its line."""
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict, make_conninfo
    except ImportError:
        purpose = "a backup of PostgreSQL"
        raise MissingExtraError("psycopg", "postgres", purpose) from None
    program = shutil.which("pg_dump")
    if program is None:
        raise PortError(
            "a backup of PostgreSQL is made by pg_dump, which is not on the "
            "path: install the client programs of PostgreSQL, of the "
            "server's version or later"
        )
    try:
        given: dict[str, Any] = conninfo_to_dict(url)
    except ProgrammingError:
        # It is not shown, as a password may be in it.
        raise InputError("that is no URL of a PostgreSQL database") from None
    environment = dict(os.environ)
    if password := given.pop("password", None):
        environment["PGPASSWORD"] = str(password)
    asked = (
        *(program, "--format=custom", "--no-password"),
        *(f"--file={begun}", f"--dbname={make_conninfo(**given)}"),
    )
    done = subprocess.run(  # noqa: S603, without a shell
        asked, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PortError(f"no backup was made: {done.stderr.strip()}")
