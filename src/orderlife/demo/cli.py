"""``python -m orderlife demo``: its arguments, and the lives on paper.

``rich`` is only needed for what is shown in a terminal; ``--json`` does
without it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

import attrs

from orderlife.demo.document import document
from orderlife.demo.lived import Entry, Lived
from orderlife.demo.runner import live
from orderlife.demo.scenario import Scenario, load, names
from orderlife.errors import InputError, MissingExtraError, NotFoundError
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.timeline import passed

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

__all__ = ["main"]

_BAD_INPUT: Final = 2
_WIDE: Final = 108
"""From this width on, the summary has room for more columns."""

_COLOURS: Final = {
    "order": "cyan",
    "payment": "green",
    "stock": "yellow",
    "shipment": "blue",
    "return": "magenta",
    "message": "white",
}
_PROVIDERS: Final = {
    "payment": "gateway",
    "inventory": "stockroom",
    "notifier": "mailer",
}
_MARKED: Final = {
    "note": "italic dim",
    "refused": "red",
    "repeated": "dim",
    "ExceptionOpened": "bold red",
    "ExceptionResolved": "bold green",
    "OrderCompleted": "bold",
    "OrderCancelled": "bold",
    "OrderExpired": "bold",
    "OrderRejected": "bold",
}
"""Entries that stand out, by what happened."""


def main(argv: Sequence[str]) -> int:
    """Show the lives that are asked for; give the exit code.

    Args:
        argv: the arguments, without the command's own name.

    Raises:
        SystemExit: with code 2 for arguments that are wrong, with code
            0 after the help.
    """
    arguments = _parser().parse_args(argv)
    try:
        if not (arguments.json or arguments.list):
            _need_rich()
        scenarios = [load(name) for name in arguments.names or names()]
        return _run(scenarios, arguments)
    except (InputError, MissingExtraError, NotFoundError) as error:
        print(f"orderlife: {error}", file=sys.stderr)
        return _BAD_INPUT


def _run(scenarios: list[Scenario], arguments: argparse.Namespace) -> int:
    if arguments.list:
        for scenario in scenarios:
            print(f"{scenario.name:<20} {scenario.title}")
        return 0
    start = time.perf_counter()
    if arguments.json:
        lives = [live(scenario) for scenario in scenarios]
        found = document(lives, time.perf_counter() - start)
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        lives = _show(scenarios, full=arguments.full)
    return 1 if any(_broken(lived) for lived in lives) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m orderlife demo",
        description="A dozen orders and the whole life of each, over "
        "fakes and on a simulated clock: what happened, what became of the "
        "money, what went wrong and how it was settled.",
        epilog="Exit code: 0 all is well, 1 a life did not go as it is "
        "written or an invariant was violated, 2 there is no such life, or "
        "none that can be read.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="only these lives (default: all of them)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one document in JSON"
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="every event, also those that only prepare the next",
    )
    parser.add_argument(
        "--list", action="store_true", help="list the lives by their names"
    )
    return parser


def _need_rich() -> None:
    try:
        import rich  # noqa: F401
    except ImportError:
        purpose = "the timeline in a terminal (--json does without it)"
        raise MissingExtraError("rich", "cli", purpose) from None


def _broken(lived: Lived) -> bool:
    return bool(lived.problems or lived.violations)


# On paper


def _show(scenarios: list[Scenario], *, full: bool) -> list[Lived]:
    """Live one after the other, and show each as soon as it is over."""
    from rich.console import Console, Group
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    console = Console(highlight=False)
    columns = ("{task.description}", BarColumn(None), MofNCompleteColumn())
    lives = []
    start = time.perf_counter()
    with Progress(
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("lives", total=len(scenarios))
        for scenario in scenarios:
            bar.update(task, description=scenario.name)
            lived = live(scenario)
            lives.append(lived)
            console.print(Group(*_life(lived, full=full)))
            bar.advance(task)
    _show_sum(console, lives, time.perf_counter() - start)
    return lives


def _life(lived: Lived, *, full: bool) -> Iterator[RenderableType]:
    """Give a life on paper, piece by piece."""
    from rich.rule import Rule
    from rich.text import Text

    scenario = lived.scenario
    title = Text.assemble(
        (scenario.title, "bold"), (f"  ({scenario.name})", "dim")
    )
    yield Rule(title, align="left", style="dim")
    yield _said(scenario.story, "italic")
    yield ""
    yield _timeline(lived, full=full)
    yield ""
    yield _said(_ended(lived))
    for line in _told(lived):
        yield _said(line)
    yield ""
    yield _money(lived)
    yield ""
    yield _trouble(lived)
    for problem in (*lived.problems, *lived.violations):
        yield _said(f"NOT AS IT IS WRITTEN: {problem}", "bold red")
    yield ""


def _said(line: str, style: str = "") -> RenderableType:
    from rich.padding import Padding
    from rich.text import Text

    return Padding(Text(line, style), (0, 1), expand=False)


def _table(*headings: str, **options: bool) -> Table:
    from rich import box
    from rich.table import Table

    return Table(
        *headings,
        box=box.SIMPLE_HEAD,
        pad_edge=True,
        padding=(0, 1),
        collapse_padding=True,
        show_edge=False,
        header_style="dim",
        **options,  # type: ignore[arg-type]
    )


def _timeline(lived: Lived, *, full: bool) -> Table:
    from rich.text import Text

    table = _table()
    table.add_column("after", justify="right", no_wrap=True)
    table.add_column("who", no_wrap=True)
    table.add_column("about", no_wrap=True)
    table.add_column("what", ratio=1, overflow="fold")
    before: tuple[object, ...] = ()
    for entry in lived.timeline:
        if entry.detail and not full:
            continue
        when, who = passed(entry.seconds).strip(), _who(entry)
        now = (when, who)
        what = Text(_what(entry), _MARKED.get(entry.event, ""))
        table.add_row(
            "" if before[:1] == now[:1] else when,
            "" if before == now else who,
            _about(entry),
            what,
        )
        before = now
    return table


def _who(entry: Entry) -> str:
    """Who, in a word: which customer it is, only the JSON tells."""
    kind, _, id = entry.who.partition(":")
    if kind == "provider":
        return _PROVIDERS.get(id, id)
    return kind if kind == "customer" else id


def _about(entry: Entry) -> Text:
    from rich.text import Text

    if entry.event == "note":
        return Text()
    return Text(entry.about, _COLOURS[entry.about])


def _what(entry: Entry) -> str:
    if entry.event == "note":
        return f"-- {entry.what}"
    return f"{entry.what} (silently)" if entry.silent else entry.what


def _ended(lived: Lived) -> str:
    status = attrs.asdict(lived.view.status)
    said = ", ".join(
        f"{axis} {value.replace('_', ' ')}" for axis, value in status.items()
    )
    return f"At the end: {said}."


def _told(lived: Lived) -> Iterator[str]:
    """Say which messages were sent, in their order, and how often."""
    for audience, whom in (
        ("customer", "The customer was"),
        ("staff", "Staff were"),
    ):
        kinds = Counter(
            message.message.replace("_", " ")
            for message in lived.messages
            if message.audience == audience
        )
        listed = ", ".join(
            f"{kind} ({times} times)" if times > 1 else kind
            for kind, times in kinds.items()
        )
        if listed:
            yield f"{whom} told: {listed}."


def _money(lived: Lived) -> Table:
    table = _table()
    amounts = {name: str(amount) for name, amount in lived.money.items()}
    if lived.store_credit:
        amounts["of it store credit"] = str(lived.store_credit)
    for name in amounts:
        table.add_column(name, justify="right")
    table.add_row(*amounts.values())
    return table


def _trouble(lived: Lived) -> RenderableType:
    """What went wrong, and how it was settled."""
    items = lived.case.placed.exceptions
    if not items:
        return _said("Nothing had to be settled.")
    table = _table()
    table.add_column("", no_wrap=True)
    table.add_column("what went wrong", ratio=3)
    table.add_column("how it was settled", ratio=2)
    for item in items:
        table.add_row(item.exception_id, _wrong(item), _settled(item))
    return table


def _wrong(item: ExceptionItem) -> str:
    why = item.contradiction
    return f"{why.kind.value.replace('_', ' ')}: {why.observed}"


def _settled(item: ExceptionItem) -> str:
    if item.remedy is None:
        return "it waits for somebody"
    how = item.remedy.value.replace("_", " ")
    by = item.by.partition(":")[2]
    return f"{how}, by {by}: {item.note}"


_Column = tuple[str, bool, Callable[[Lived], str]]
_SUMMARY: Final[tuple[_Column, ...]] = (
    ("life", False, lambda lived: lived.scenario.name),
    ("order", False, lambda lived: lived.view.status.order),
    ("payment", True, lambda lived: lived.view.status.payment),
    ("fulfilment", True, lambda lived: lived.view.status.fulfilment),
    ("paid", False, lambda lived: str(lived.money["paid"])),
    ("refunded", False, lambda lived: str(lived.money["refunded"])),
    ("kept", False, lambda lived: str(lived.money["kept"])),
    ("settled", False, lambda lived: str(len(lived.case.placed.exceptions))),
    ("as written", True, lambda lived: "NO" if _broken(lived) else "yes"),
)
"""The summary's columns: its heading, whether only where there is room."""


def _show_sum(console: Console, lives: list[Lived], seconds: float) -> None:
    from rich.rule import Rule

    console.print(Rule("All lives", align="left", style="dim"))
    columns = [
        column
        for column in _SUMMARY
        if console.width >= _WIDE or not column[1]
    ]
    table = _table()
    for heading, _, _ in columns:
        right = heading in {"paid", "refunded", "kept", "settled"}
        justify: Literal["left", "right"] = "right" if right else "left"
        table.add_column(heading, justify=justify, overflow="fold")
    for lived in lives:
        style = "bold red" if _broken(lived) else ""
        table.add_row(*(cell(lived) for _, _, cell in columns), style=style)
    console.print(table)
    console.print()
    for said in _last_words(lives, seconds):
        console.print(_said(said))


def _last_words(lives: list[Lived], seconds: float) -> Iterator[str]:
    events = sum(len(lived.history) for lived in lives)
    messages = sum(len(lived.messages) for lived in lives)
    settled = sum(len(lived.case.placed.exceptions) for lived in lives)
    violated = sum(len(lived.violations) for lived in lives)
    yield (
        f"Lives: {len(lives)}, in {seconds:.1f} s. Events: {events}. "
        f"Messages: {messages}. Exceptions: {settled}. Invariants violated: "
        f"{violated}."
    )
    wrong = [lived.scenario.name for lived in lives if _broken(lived)]
    if wrong:
        yield f"Not as it is written: {', '.join(wrong)}."
    else:
        yield "Each ended as it is written, and the bank agrees to the cent."
