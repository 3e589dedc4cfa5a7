"""``python -m orderlife simulate``: its arguments, and what it shows.

``rich`` is only needed for what is shown in a terminal; ``--json`` does
without it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from orderlife.errors import MissingExtraError
from orderlife.testing.simulation.parts import FAULTS, Fault
from orderlife.testing.simulation.run import Report, Violation, simulate

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["main"]

_BAD_INPUT: Final = 2
_SHOWN: Final = 80
"""Of a long trace, so many lines are shown, from its end."""


def main(argv: Sequence[str]) -> int:
    """Simulate what is asked for; give the exit code.

    Args:
        argv: the arguments, without the command's own name.

    Raises:
        SystemExit: with code 2 for arguments that are wrong, with code
            0 after the help.
    """
    return _run(_parser().parse_args(argv))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m orderlife simulate",
        description="Live small shops, one after another, in which "
        "processes die, answers get lost, clocks jump and the store is "
        "full; then check that nothing was lost, done twice or oversold. "
        "Nothing waits: time is simulated.",
        epilog="Exit code: 0 all is well, 1 an invariant was violated, 2 "
        "the arguments are wrong.",
    )
    parser.add_argument(
        "--orders",
        metavar="N",
        type=_positive,
        help="go on until N orders were lived (default: 1000)",
    )
    parser.add_argument(
        "--schedules",
        metavar="K",
        type=_positive,
        help="stop after K schedules (default: as many as it takes)",
    )
    parser.add_argument(
        "--seed",
        metavar="S",
        type=_number,
        default=0,
        help="the same one makes the same schedules (default: 0)",
    )
    parser.add_argument(
        "--first",
        metavar="I",
        type=_number,
        default=0,
        help="begin with schedule I of this seed (default: 0)",
    )
    parser.add_argument(
        "--workers",
        metavar="W",
        type=_positive,
        default=3,
        help="at most W workers in a schedule (default: 3)",
    )
    parser.add_argument(
        "--faults",
        metavar="KINDS",
        type=_faults,
        default=FAULTS,
        help=f"all, none, or some of: {', '.join(FAULTS)}; joined by "
        "commas (default: all)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one document in JSON"
    )
    return parser


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 20:
        return int(text)
    message = f"{text!r} is not a whole number"
    raise argparse.ArgumentTypeError(message)


def _positive(text: str) -> int:
    number = _number(text)
    if not number:
        message = f"{text!r} is not a whole number above 0"
        raise argparse.ArgumentTypeError(message)
    return number


def _faults(text: str) -> tuple[Fault, ...]:
    if text == "all":
        return FAULTS
    wanted = [] if text == "none" else text.split(",")
    for name in wanted:
        if name not in FAULTS:
            message = f"{name!r} is none of: {', '.join(FAULTS)}"
            raise argparse.ArgumentTypeError(message)
    return tuple(fault for fault in FAULTS if fault in wanted)


def _run(arguments: argparse.Namespace) -> int:
    orders = arguments.orders
    if orders is None and arguments.schedules is None:
        orders = 1_000
    try:
        if not arguments.json:
            _need_rich()
    except MissingExtraError as error:
        print(f"orderlife: {error}", file=sys.stderr)
        return _BAD_INPUT
    with _progress(orders, shown=not arguments.json) as told:
        report = simulate(
            orders=orders,
            schedules=arguments.schedules,
            seed=arguments.seed,
            first=arguments.first,
            faults=arguments.faults,
            workers=arguments.workers,
            told=told,
        )
    if arguments.json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        _show(report)
    return 1 if report.violations else 0


def _need_rich() -> None:
    try:
        import rich  # noqa: F401
    except ImportError:
        purpose = "the report in a terminal (--json does without it)"
        raise MissingExtraError("rich", "cli", purpose) from None


def _progress(
    orders: int | None, *, shown: bool
) -> AbstractContextManager[Callable[[int], object]]:
    if shown and sys.stderr.isatty():
        return _bar(orders)
    return nullcontext(lambda _: None)


@contextmanager
def _bar(orders: int | None) -> Iterator[Callable[[int], object]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("orders", total=orders)
        yield lambda lived: bar.update(task, completed=lived)


# On paper


def _show(report: Report) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    tally = report.tally
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold")
    table.add_column()
    rate = report.schedules / max(report.seconds, 1e-9)
    for number, what in (
        (tally.orders, "orders lived"),
        (report.schedules, f"schedules, {rate:.0f} a second"),
        (tally.calls, "calls of the store and the providers"),
        (tally.effects, "effects asked for"),
        (sum(tally.faults.values()), f"faults injected: {_listed(report)}"),
        (
            sum(tally.checked.values()),
            "checks of invariants " + ", ".join(map(str, _checked(report))),
        ),
        (tally.duplicate_effects, "duplicate effects"),
        (tally.lost_effects, "lost effects"),
        (tally.oversold_units, "units oversold"),
        (tally.stuck_orders, "orders stuck"),
        (report.violated, "schedules with a violation"),
    ):
        table.add_row(f"{number:,}", what)
    console.print(table)
    for violation in report.violations:
        _show_violation(console, violation)
    words = "Not all is well." if report.violations else "All is well."
    console.print(f"\n{words} Seed {report.seed}.")


def _listed(report: Report) -> str:
    faults = report.tally.faults
    listed = [f"{name} {faults[name]:,}" for name in sorted(faults)]
    return ", ".join(listed) or "none"


def _checked(report: Report) -> list[int]:
    return sorted(report.tally.checked)


def _show_violation(console: Console, violation: Violation) -> None:
    from rich.rule import Rule
    from rich.text import Text

    console.print()
    title = f"invariant {violation.number}: {violation.what}"
    console.print(Rule(Text(title, "bold red"), align="left", style="red"))
    trace = violation.trace
    if len(trace) > _SHOWN:
        console.print(f"({len(trace) - _SHOWN} earlier lines left out)")
    for line in trace[-_SHOWN:]:
        style = "yellow" if " FAULT " in line else ""
        console.print(Text(line, style))
    console.print(
        Text(
            "See it again: python -m orderlife simulate "
            f"--seed {violation.seed} --first {violation.schedule} "
            "--schedules 1",
            "dim",
        )
    )
