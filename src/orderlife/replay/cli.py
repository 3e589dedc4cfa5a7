"""``python -m orderlife replay``: its arguments, and the report on paper.

``rich`` is only needed for what is shown in a terminal; ``--json`` does
without it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from orderlife import Money
from orderlife.errors import MissingExtraError
from orderlife.replay.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

__all__ = ["add_arguments"]

_BAD_INPUT: Final = 2
_SHOWN: Final = 10
"""Of a long list, so many are shown."""

_REVIEWS: Final = {
    "followed_up": "asked for by the follow-up",
    "before_delivery": "asked for before the goods were there, and followed "
    "up then",
    "nothing_delivered": "of orders that were not delivered, not followed up",
    "further": "further ones of the same orders",
}
_ASSUMED: Final = {
    "approval": "approvals, taken to be at the hand-over, or else at once",
    "hand_over": "hand-overs, taken to be when they were due at the latest",
    "delivery": "deliveries, taken to be on the promised day",
    "follow_up": "reviews, followed up a day after the delivery",
    "weight": "weights, taken to be 1 g",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``replay``; what is parsed has ``run`` to do it."""
    kinds = parser.add_subparsers(
        title="data sets", metavar="DATASET", required=True
    )
    olist = kinds.add_parser(
        "olist",
        help="the Brazilian E-Commerce Public Dataset by Olist",
        description="Read the real orders of the Brazilian E-Commerce "
        "Public Dataset by Olist and have each of them live once more, at "
        "its own times. Nothing is downloaded: the data are not part of "
        "orderlife.",
        epilog="Exit code: 0 all is well, 1 an invariant was violated, "
        "2 the files cannot be read.",
    )
    olist.add_argument(
        "folder", metavar="DIR", type=Path, help="where the CSV files are"
    )
    olist.add_argument(
        "--json", action="store_true", help="print one document in JSON"
    )
    olist.add_argument(
        "--limit",
        metavar="N",
        type=_positive,
        help="only the N earliest orders",
    )
    olist.set_defaults(run=_run)


def _positive(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    message = f"{text!r} is not a whole number above 0"
    raise argparse.ArgumentTypeError(message)


def _run(arguments: argparse.Namespace) -> int:
    from orderlife.replay.olist import replay
    from orderlife.replay.olist_csv import OlistError, read

    try:
        if not arguments.json:
            _need_rich()
        dataset = read(arguments.folder)
    except (OlistError, MissingExtraError) as error:
        print(f"orderlife: {error}", file=sys.stderr)
        return _BAD_INPUT
    total = len(dataset.orders[: arguments.limit])
    with _progress(total, shown=not arguments.json) as told:
        report = replay(dataset, limit=arguments.limit, told=told)
    if arguments.json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        _show(report, arguments.folder)
    return 1 if report.violations else 0


def _need_rich() -> None:
    try:
        import rich  # noqa: F401
    except ImportError:
        purpose = "the report in a terminal (--json does without it)"
        raise MissingExtraError("rich", "cli", purpose) from None


def _progress(
    total: int, *, shown: bool
) -> AbstractContextManager[Callable[[], object]]:
    if shown and sys.stderr.isatty():
        return _bar(total)
    return nullcontext(lambda: None)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], object]]:
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(
        *columns, console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("orders", total=total)
        yield lambda: bar.advance(task)


def _show(report: Report, folder: Path) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    console.print(
        f"{report.orders_read:,} orders read from {folder}, "
        f"{report.orders_placed:,} placed, {len(report.rejected):,} "
        f"rejected; {report.events:,} events in {report.seconds:.1f} s, "
        f"{report.orders_per_second:,.0f} orders a second",
        markup=False,
    )
    for title, table in _tables(report):
        console.print(f"\n[bold]{title}[/bold]")
        console.print(table)
    console.print()
    for note in _notes(report):
        console.print(note, markup=False)


def _tables(report: Report) -> Iterator[tuple[str, Table]]:
    yield "Orders by their status in the data", _ends(report)
    yield (
        "Orders by their own statuses",
        _table(
            ("axis", "status", "<orders"),
            [
                (axis, status, f"{number:,}")
                for axis, counts in (
                    ("order", report.statuses),
                    ("payment", report.payment_statuses),
                    ("fulfilment", report.fulfilment_statuses),
                )
                for status, number in counts.most_common()
            ],
        ),
    )
    yield "Money", _money(report)
    if report.exceptions:
        yield (
            "Exceptions",
            _table(
                ("kind", "<opened", "<still open"),
                [
                    (kind, f"{number:,}", f"{report.exceptions_open[kind]:,}")
                    for kind, number in report.exceptions.most_common()
                ],
            ),
        )
    if report.rejected:
        title = f"Rejected: {len(report.rejected):,}"
        if len(report.rejected) > _SHOWN:
            title += f", of which the first {_SHOWN}"
        yield title, _rejected(report)


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """Make a table; a column whose name begins with ``<`` is of numbers."""
    from rich.markup import escape
    from rich.table import Table

    table = Table()
    for column in columns:
        justify: Any = "right" if column.startswith("<") else "left"
        table.add_column(column.removeprefix("<"), justify=justify)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def _ends(report: Report) -> Table:
    strayed = Counter(one.data_status for one in report.ended_otherwise)
    return _table(
        ("in the data", "<orders", "<ended otherwise here"),
        [
            (status, f"{number:,}", f"{strayed[status]:,}")
            for status, number in report.data_statuses.most_common()
        ],
    )


def _money(report: Report) -> Table:
    kept = report.captured_minor - report.refunded_minor
    turned_away = sum(one.paid_minor for one in report.rejected)
    rows = [
        ("ordered", report.ordered_minor),
        ("captured", report.captured_minor),
        ("refunded", report.refunded_minor),
        ("kept", kept),
        ("paid for rejected orders", turned_away),
    ]
    return _table(
        ("what", f"<{report.currency}"),
        [(what, _amount(minor, report.currency)) for what, minor in rows],
    )


def _amount(minor: int, currency: str) -> str:
    return f"{Money.of_minor(minor, currency).amount:,}"


def _rejected(report: Report) -> Table:
    return _table(
        ("order", "reason", f"<paid, {report.currency}"),
        [
            (
                one.order_id,
                one.reason,
                _amount(one.paid_minor, report.currency),
            )
            for one in report.rejected[:_SHOWN]
        ],
    )


def _notes(report: Report) -> Iterator[str]:
    yield (
        f"Delivered: {report.delivered_units:,} of "
        f"{report.ordered_units:,} units in {report.shipments:,} shipments; "
        f"{report.deliveries:,} orders whole, {report.late_deliveries:,} of "
        "them late: after the promised time, the midnight at which the "
        f"promised day begins; {report.late_by_day:,} after that day."
    )
    if report.reviews:
        yield f"Reviews: {_counts(report.reviews, _REVIEWS)}."
    if +report.assumed:
        yield f"Not in the data: {_counts(report.assumed, _ASSUMED)}."
    if report.absent_files:
        yield f"Files that are not there: {', '.join(report.absent_files)}."
    for title, items in (
        ("Payments left out", report.skipped_payments),
        ("Commands refused", report.refusals),
        ("Ended otherwise than in the data", report.ended_otherwise),
        ("VIOLATIONS", report.violations),
    ):
        yield from _list(title, items)


def _counts(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    return "; ".join(
        f"{counts[what]:,} {text}"
        for what, text in words.items()
        if counts[what]
    )


def _list(title: str, items: list[Any]) -> Iterator[str]:
    if not items:
        return
    yield f"{title}: {len(items):,}"
    for item in items[:_SHOWN]:
        parts = [item] if isinstance(item, str) else _parts(item)
        yield f"  {', '.join(parts)}"
    if len(items) > _SHOWN:
        yield f"  … and {len(items) - _SHOWN:,} more"


def _parts(item: Any) -> list[str]:
    import attrs

    return [str(value) for value in attrs.astuple(item)]
