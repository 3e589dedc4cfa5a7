"""The command line: what it takes, what it prints, how it exits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from orderlife.__main__ import main
from orderlife.diagram import LIFECYCLES, Style, draw
from orderlife.replay import olist, olist_audit
from orderlife.replay.report import Report
from tests.replay.olist_files import (
    ITEMS,
    NEEDED,
    ORDERS,
    PRODUCTS,
    REVIEWS,
    Order,
    Payment,
    Review,
    set_cell,
    write_olist,
)

KEYS = {
    "orders_read",
    "orders_placed",
    "rejected",
    "statuses",
    "delivered_units",
    "captured_minor",
    "refunded_minor",
    "exceptions",
    "late_deliveries",
    "violations",
    "seconds",
    "orders_per_second",
}
"""What the document promises at least."""


class Output:
    """Runs the command line and takes down what it says."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def run(self, *argv: str | Path) -> int:
        """Run it; give the exit code."""
        try:
            code = main([str(argument) for argument in argv])
        except SystemExit as stop:
            code = int(str(stop.code))
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def console(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Output:
    """Give a terminal that is wide, and shows no colours."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    return Output(capsys)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Write orders of which each does something else."""
    return write_olist(
        tmp_path,
        (
            Order(reviews=(Review(), Review(review="r2"))),
            Order(order="o2", payments=(Payment(amount="61.00"),)),
            Order(order="o3", status="canceled", carrier="", delivered=""),
            Order(order="o4", status="unavailable", items=()),
            Order(order="o5", status="canceled", delivered=""),
            Order(
                order="o6",
                payments=(
                    Payment(),
                    Payment(sequence="2", kind="voucher", amount="0.00"),
                ),
            ),
        ),
        without=(PRODUCTS,),
    )


def process(*argv: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "orderlife", *map(str, argv)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# Diagrams


@pytest.mark.parametrize("name", LIFECYCLES)
def test_diagram_is_drawn_from_the_rules(console: Output, name: str) -> None:
    """Each lifecycle comes as Mermaid, unless it is wanted as text."""
    wanted: tuple[tuple[Style, tuple[str, ...]], ...] = (
        ("mermaid", ()),
        ("mermaid", ("--format", "mermaid")),
        ("text", ("--format", "text")),
    )
    for style, options in wanted:
        assert console.run("diagram", name, *options) == 0
        assert console.out == draw(LIFECYCLES[name], style) + "\n"


def test_unknown_lifecycle_is_refused(console: Output) -> None:
    """The message names the lifecycles that there are."""
    assert console.run("diagram", "basket") == 2
    assert "'basket'" in console.err
    for name in LIFECYCLES:
        assert name in console.err


# Arguments


def test_help_names_every_command(console: Output) -> None:
    """Whoever asks is told what there is."""
    assert console.run("--help") == 0
    for command in ("demo", "replay", "diagram"):
        assert f"\n    {command} " in console.out


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ([], "required: COMMAND"),
        (["replay"], "required: DATASET"),
        (["replay", "olist"], "required: DIR"),
        (["play"], "invalid choice: 'play'"),
        (["diagram", "order", "--colour"], "arguments: --colour"),
        (["replay", "olist", ".", "--limit", "0"], "'0' is not a whole"),
        (["replay", "olist", ".", "--limit", "²"], "'²' is not a whole"),
    ],
)
def test_wrong_arguments_are_explained(
    console: Output, argv: list[str], told: str
) -> None:
    """They end with exit code 2 and say what is wrong."""
    assert console.run(*argv) == 2
    assert told in console.err
    assert console.out == ""


def test_demo_gets_its_own_arguments(
    console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo reads what follows its name, and gives the exit code."""
    given: list[list[str]] = []

    def demo(arguments: list[str]) -> int:
        given.append(arguments)
        return 3

    module = ModuleType("orderlife.demo.cli")
    monkeypatch.setattr(module, "main", demo, raising=False)
    monkeypatch.setitem(sys.modules, "orderlife.demo.cli", module)

    assert console.run("demo", "--json", "-h", "tour") == 3
    assert given == [["--json", "-h", "tour"]]


# Replays


def test_replay_prints_one_document(console: Output, mixed: Path) -> None:
    """With --json there is one document on stdout, and nothing else."""
    assert console.run("replay", "olist", mixed, "--json") == 0
    document = json.loads(console.out)

    assert console.err == ""
    assert document.keys() >= KEYS
    assert document["orders_read"] == 6
    assert document["orders_placed"] == 5
    assert document["rejected"] == [
        {"order_id": "o4", "reason": "no items", "paid_minor": 6000}
    ]
    assert document["statuses"] == {"cancelled": 2, "completed": 3}
    assert document["delivered_units"] == 3
    assert document["captured_minor"] == 30100
    assert document["refunded_minor"] == 12000
    assert document["exceptions"] == {
        "amount_mismatch": 1,
        "returned_to_sender": 1,
    }
    assert document["late_deliveries"] == 0
    assert document["violations"] == 0
    assert document["absent_files"] == [PRODUCTS]


def test_replay_takes_the_earliest(console: Output, mixed: Path) -> None:
    """With --limit only so many orders are read."""
    assert console.run("replay", "olist", mixed, "--json", "--limit", "2") == 0
    document = json.loads(console.out)

    assert document["orders_read"] == document["orders_placed"] == 2
    assert document["delivered_units"] == 2


def test_replay_tells_a_reader_all_of_it(console: Output, mixed: Path) -> None:
    """The report in a terminal holds what the document does."""
    assert console.run("replay", "olist", mixed) == 0
    cells = {
        tuple(cell.strip() for cell in line.strip("│").split("│"))
        for line in console.out.splitlines()
        if line.startswith("│")
    }

    assert console.err == ""
    assert f"6 orders read from {mixed}, 5 placed, 1 rejected" in console.out
    assert {
        ("delivered", "3", "0"),
        ("canceled", "2", "0"),
        ("order", "completed", "3"),
        ("order", "cancelled", "2"),
        ("payment", "overpaid", "1"),
        ("ordered", "300.00"),
        ("captured", "301.00"),
        ("refunded", "120.00"),
        ("kept", "181.00"),
        ("paid for rejected orders", "60.00"),
        ("amount_mismatch", "1", "0"),
        ("o4", "no items", "60.00"),
    } <= cells
    for line in (
        "Delivered: 3 of 5 units in 5 shipments; 3 orders whole, 0 of them",
        "Reviews: 1 asked for by the follow-up; 1 further ones",
        "2 reviews, followed up a day after the delivery; 5 weights",
        f"Files that are not there: {PRODUCTS}.",
        "Payments left out: 1\n  o6, 2, voucher, nothing was paid with it\n",
        "Commands refused: 1\n  o5, cancel, cannot cancel order o5",
    ):
        assert line in console.out
    assert "Ended otherwise" not in console.out
    assert "VIOLATIONS" not in console.out


def test_long_lists_are_cut_and_say_so(
    console: Output, tmp_path: Path
) -> None:
    """Of many rejected orders the first ten are shown, and the number."""
    orders = [
        Order(order=f"o{n:02}", items=(), status="shipped") for n in range(12)
    ]
    odd = [Order(order=f"p{n:02}", status="shipped") for n in range(11)]
    assert (
        console.run("replay", "olist", write_olist(tmp_path, orders + odd))
        == 0
    )

    assert "Rejected: 12, of which the first 10" in console.out
    assert "│ o09 " in console.out
    assert "│ o10 " not in console.out
    assert "Ended otherwise than in the data: 11\n" in console.out
    assert "  p09, shipped, confirmed, completed\n" in console.out
    assert "  … and 1 more\n" in console.out


def test_violations_give_exit_code_1(
    console: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay that finds a violated invariant fails, in either form."""
    found = ("invariant 7: a cent is lost",)
    monkeypatch.setattr(olist_audit, "violations", lambda *_: found)
    folder = write_olist(tmp_path)

    assert console.run("replay", "olist", folder, "--json") == 1
    assert json.loads(console.out)["violations"] == 1
    assert console.run("replay", "olist", folder) == 1
    assert f"VIOLATIONS: 1\n  order o1: {found[0]}\n" in console.out


def test_missing_files_are_named(console: Output, tmp_path: Path) -> None:
    """A folder without the needed files names all of them, and itself."""
    assert console.run("replay", "olist", tmp_path, "--json") == 2
    assert console.out == ""
    assert console.err.startswith(f"orderlife: {tmp_path}: ")
    for name in NEEDED:
        assert name in console.err


def test_unreadable_line_is_named(console: Output, tmp_path: Path) -> None:
    """A cell that cannot be read is told with its file and line."""
    folder = write_olist(tmp_path, (Order(), Order(order="o2")))
    set_cell(folder, ITEMS, 3, "price", "ten")

    assert console.run("replay", "olist", folder) == 2
    assert console.err == (
        f"orderlife: {folder / ITEMS}:3: price is 'ten': expected an amount "
        "of 0 or more, as in 12.50\n"
    )


def test_without_rich_only_the_document_is_printed(
    console: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables say which package they need; the document needs none."""
    for name in [name for name in sys.modules if name.startswith("rich")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich", None)
    folder = write_olist(tmp_path)

    assert console.run("replay", "olist", folder) == 2
    assert "needs the package 'rich'" in console.err
    assert "orderlife[cli]" in console.err
    assert "--json" in console.err
    assert console.run("replay", "olist", folder, "--json") == 0
    assert json.loads(console.out)["orders_placed"] == 1


def test_progress_is_shown_to_a_terminal(
    console: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bar moves with each order, on stderr and for a person alone."""
    told: list[object] = []

    def watched(
        dataset: Any, *, limit: None, told: Callable[[], object]
    ) -> Report:
        seen(told)
        return replayed(dataset, limit=limit, told=told)

    seen = told.append
    replayed = olist.replay
    monkeypatch.setattr(olist, "replay", watched)
    folder = write_olist(tmp_path, without=(REVIEWS,))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert console.run("replay", "olist", folder) == 0
    assert "orders" in console.err
    assert "1/1" in console.err


# As a process


def test_process_reports_bad_input_by_its_exit_code(tmp_path: Path) -> None:
    """A shell sees exit code 2, and file and line on stderr."""
    folder = write_olist(tmp_path)
    set_cell(folder, ORDERS, 2, "order_status", "lost")
    result = process("replay", "olist", folder, "--json")

    assert result.returncode == 2
    assert result.stdout == ""
    assert f"{folder / ORDERS}:2: order_status is 'lost'" in result.stderr


def test_process_survives_a_reader_that_is_gone() -> None:
    """With a closed pipe there is no traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [sys.executable, "-m", "orderlife", "diagram", "shipment"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writing)

    assert result.stderr == ""
    assert result.returncode == 141
