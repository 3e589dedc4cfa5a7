"""The SQL that makes the tables, printed for a database administrator."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from orderlife.errors import InputError
from orderlife_adapters._migrations import Naming, distribution, sql

__all__ = ["Naming", "distribution", "main", "sql"]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the SQL that is asked for; give the exit code.

    Args:
        argv: the arguments; None: those of the process.

    Raises:
        SystemExit: with code 2 for arguments that are wrong, with code
            0 after the help.
    """
    parser = _parser()
    asked = parser.parse_args(argv)
    if asked.schema and asked.dialect == "sqlite":
        parser.error("SQLite has no schemas: choose a prefix")
    if asked.distributed and asked.dialect == "sqlite":
        parser.error("a SQLite file is not distributed")
    try:
        naming = Naming(
            prefix=asked.prefix,
            schema=asked.schema,
            triggers=not (asked.without_triggers or asked.distributed),
        )
    except InputError as error:
        parser.error(str(error))
    text = sql(asked.component, asked.dialect, naming, after=asked.after)
    if asked.distributed:
        text = f"{text}\n{distribution(asked.component, naming)}"
    sys.stdout.write(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m orderlife sql",
        description="Print the SQL that makes the tables, for whoever makes "
        "them by hand. Run it in one transaction.",
    )
    parser.add_argument(
        "--component",
        choices=("orders", "inventory"),
        default="orders",
        help="of the orders, or of the stock (default: %(default)s)",
    )
    parser.add_argument(
        "--dialect",
        choices=("sqlite", "postgresql"),
        required=True,
        help="for which database",
    )
    parser.add_argument(
        "--prefix",
        default=Naming().prefix,
        help="stands before each table's name (default: %(default)s)",
    )
    parser.add_argument(
        "--schema", default="", help="of PostgreSQL; none: the connection's"
    )
    parser.add_argument(
        "--after",
        type=int,
        default=0,
        metavar="VERSION",
        help="only the steps after this version",
    )
    parser.add_argument(
        "--without-triggers",
        action="store_true",
        help="leave out the triggers that keep history from being changed",
    )
    parser.add_argument(
        "--distributed",
        action="store_true",
        help="for Citus: without triggers, and spread by tenant",
    )
    return parser
