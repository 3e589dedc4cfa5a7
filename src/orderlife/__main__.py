"""``python -m orderlife``: for shops, databases, and a look at it all."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from orderlife.desk.settings import utc_now
from orderlife.diagram import LIFECYCLES, draw
from orderlife.engine.discovery import find_stores, migrate_stores
from orderlife.errors import OrderlifeError
from orderlife.replay import cli as replay
from orderlife.worker import cli as worker

__all__ = ["main"]

_OWN: Final = {
    "backup": "orderlife_adapters.backup",
    "demo": "orderlife.demo.cli",
    "simulate": "orderlife.testing.simulation.cli",
    "sql": "orderlife_adapters.sql",
}
"""Commands with arguments of their own, imported when they are used."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit code.

    Args:
        argv: the arguments; None: those of the process.

    Raises:
        SystemExit: with code 2 for arguments that are wrong, with code
            0 after the help.
    """
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    if arguments.command in _OWN:
        module = import_module(_OWN[arguments.command])
        return int(module.main(rest))
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return int(arguments.run(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m orderlife",
        description="orderlife: the whole life of an order.",
    )
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", required=True
    )
    commands.add_parser(
        "demo",
        help="a day in the life of a shop",
        add_help=False,  # it has its own arguments
    )
    replay.add_arguments(
        commands.add_parser(
            "replay",
            help="have real orders live once more",
            description="Have real orders live once more.",
        )
    )
    commands.add_parser(
        "backup",
        help="copy a database into one file, while it is in use",
        add_help=False,  # it has its own arguments
    )
    commands.add_parser(
        "sql",
        help="the SQL that makes the tables",
        add_help=False,  # it has its own arguments
    )
    _add_store(
        commands.add_parser(
            "store",
            help="the id of a database, or a new one for a copy",
            description="Show the id of a database, which is part of the "
            "keys that providers are given. A backup that is restored keeps "
            "it; a copy that lives beside the original needs its own.",
        )
    )
    _add_migrate(
        commands.add_parser(
            "migrate",
            help="bring the tables of a database up to date",
            description="Make the tables of orders and stock, or bring them "
            "up to date. What an older release has stored is moved, a few "
            "orders at a time. If it is interrupted, run it again: it goes "
            "on where it was.",
        )
    )
    worker.add_arguments(
        commands.add_parser(
            "worker",
            help="do what is due",
            description="Do what is due: fire timers, perform effects, and "
            "find out what became of those whose answer was lost.",
        )
    )
    commands.add_parser(
        "simulate",
        help="live small shops in which everything goes wrong",
        add_help=False,  # it has its own arguments
    )
    _add_diagram(
        commands.add_parser(
            "diagram",
            help="draw a lifecycle",
            description="Draw a lifecycle from the rules themselves.",
        )
    )
    return parser


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="of the database, or a SQLite file")
    parser.add_argument(
        "--new-id",
        action="store_true",
        help="it is a copy: give it an id of its own; stop all programs first",
    )
    parser.set_defaults(run=_store)


def _store(arguments: argparse.Namespace) -> int:
    try:
        stores = find_stores(arguments.url, clock=utc_now, make=False)
        orders: Any = stores.orders
        with contextlib.closing(stores):
            print(orders.renew_id() if arguments.new_id else orders.id)
    except OrderlifeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _add_migrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="of the database, or a SQLite file")
    parser.set_defaults(run=_migrate)


def _migrate(arguments: argparse.Namespace) -> int:
    try:
        for component, steps in migrate_stores(arguments.url).items():
            done = f"{steps} steps made" if steps else "up to date"
            print(f"{component}: {done}")
    except OrderlifeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _add_diagram(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lifecycle", choices=tuple(LIFECYCLES), help="which of them"
    )
    parser.add_argument(
        "--format",
        choices=("mermaid", "text"),
        default="mermaid",
        help="a state diagram's source, or a table (default: %(default)s)",
    )
    parser.set_defaults(run=_diagram)


def _diagram(arguments: argparse.Namespace) -> int:
    print(draw(LIFECYCLES[arguments.lifecycle], arguments.format))
    return 0


def _exit_code() -> int:
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the output has gone: keep Python's own last
        # flush from failing as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    except KeyboardInterrupt:
        return 128 + 2
    return code


if __name__ == "__main__":
    sys.exit(_exit_code())
