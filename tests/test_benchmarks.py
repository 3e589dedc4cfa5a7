"""The benchmarks run; how quick they are is for a quiet machine to say."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.one_python

RUN = Path(__file__).parents[1] / "benchmarks" / "run.py"
NAMES = (
    "shops",
    "lives",
    "transitions_share",
    "lines",
    "memory",
    "stored",
    "stores",
    "imports",
    "inventory",
    "words",
    "scans",
    "timers",
    "workers",
    "postgres",
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmarks as a user would."""
    return subprocess.run(
        [sys.executable, str(RUN), *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """All of them, in a hurry."""
    ran = run("--quick", "--json")
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def value(document: dict[str, Any], benchmark: str, figure: str) -> float:
    """One measured number."""
    found: float = document["benchmarks"][benchmark][figure]["value"]
    return found


def test_json_names_the_machine(document: dict[str, Any]) -> None:
    """A figure without its machine and its Python says nothing."""
    machine = document["machine"]
    assert machine["cpu"]
    assert machine["cpus"] >= 1
    assert machine["python"] == platform.python_version()
    assert document["quick"] is True


def test_every_benchmark_has_figures(document: dict[str, Any]) -> None:
    """Each of the benchmarks measured something, and more than nothing."""
    assert list(document["benchmarks"]) == list(NAMES)
    for figures in document["benchmarks"].values():
        assert figures
        for name, figure in figures.items():
            if "imported cattrs" not in name:
                assert figure["value"] > 0, name


def test_aims_are_those_of_the_project(document: dict[str, Any]) -> None:
    """What is aimed for stands with its figure, met or not."""
    aims = {
        name: figure["aim"].partition(":")[0]
        for figures in document["benchmarks"].values()
        for name, figure in figures.items()
        if figure["aim"]
    }
    assert aims["lives a second, handle alone"] == "at least 2,500"
    assert aims["CPU of a life, handle alone"] == "at most 400"
    assert aims["a closed order with its history"] == "at most 12,000"
    assert aims["import orderlife by the three"] == "at most 1.3"


def test_a_life_is_whole(document: dict[str, Any]) -> None:
    """Each of the 13 steps of a life is a decision or more."""
    assert value(document, "lives", "decisions in a life") >= 13
    assert value(document, "lives", "events in a life") >= 13


def test_machines_take_a_part_of_a_life(document: dict[str, Any]) -> None:
    """Steps are asked of the machines, and are not all of a life."""
    share = value(
        document, "transitions_share", "share of a life spent in steps"
    )
    assert 0 < share < 100


def test_history_takes_memory(document: dict[str, Any]) -> None:
    """A history adds to its order, and a life to an open order."""
    open_, closed = "an open order", "a closed order"
    for order in (open_, closed):
        alone = value(document, "memory", f"{order} alone")
        assert alone < value(document, "memory", f"{order} with its history")
    assert value(document, "memory", f"{open_} alone") < value(
        document, "memory", f"{closed} alone"
    )


def test_desk_imports_no_codec(document: dict[str, Any]) -> None:
    """Importing a desk leaves cattrs alone: the first use imports it."""
    assert value(document, "imports", "OrderDesk has imported cattrs") == 0


def test_one_benchmark_for_people() -> None:
    """A single benchmark prints its machine, its headline and figures."""
    ran = run("--quick", "transitions_share")
    assert ran.returncode == 0, ran.stderr
    first, _, headline, *figures = ran.stdout.splitlines()
    assert platform.python_version() in first
    assert headline.startswith("transitions_share: The share of")
    assert figures


def test_unknown_benchmark_says_what_there_is() -> None:
    """A name that is none is refused, with the names there are."""
    ran = run("speed")
    assert ran.returncode == 2
    assert ", ".join(NAMES) in ran.stderr
