"""``python -m orderlife simulate``: what it takes, prints and exits with."""

from __future__ import annotations

import json
import sys

import pytest

from orderlife.__main__ import main
from orderlife.testing.simulation import cli, run
from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.parts import Parts
from orderlife.testing.simulation.shrink import shortest
from tests.simulation.bugs import BUGS, Bug

KEYS = {
    "orders",
    "faults_injected",
    "effects",
    "duplicate_effects",
    "lost_effects",
    "oversold_units",
    "violations",
    "stuck_orders",
    "schedules_per_second",
    "seed",
    "schedules",
}


def planted() -> Bug:
    """A warehouse that oversells."""
    (bug,) = (each for each in BUGS if each.name == "checked, then taken")
    return bug


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have the command simulate shops that oversell: with what arguments."""
    with planted().planted() as parts:
        found = run.simulate(
            schedules=500, seed=1, parts=parts, stop_at=1, shrink=0
        )
    (violation,) = found.violations
    monkeypatch.setattr(run, "Parts", planted().parts)
    # A few tries will do.
    monkeypatch.setattr(
        run, "shortest", lambda made, again, _: shortest(made, again, 40)
    )
    monkeypatch.setenv("COLUMNS", "150")
    first = f"--seed 1 --first {violation.schedule} --schedules 1"
    return first.split()


def test_the_document_has_what_it_promises(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One document, with the seed that makes the same again."""
    code = main(["simulate", "--orders", "5", "--seed", "2", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert 0 == code
    assert document.keys() >= KEYS
    assert (2, []) == (document["seed"], document["violations"])
    assert document["orders"] >= 5


def test_the_report_says_what_was_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was injected, what was checked, and that all is well."""
    monkeypatch.setenv("COLUMNS", "150")
    assert 0 == main(["simulate", "--schedules", "3", "--faults", "crash"])
    told = capsys.readouterr().out
    assert "faults injected: crash" in told
    assert "checks of invariants 1, 2" in told
    assert "All is well. Seed 0." in told


def test_a_violation_is_shown_with_its_trace(
    capsys: pytest.CaptureFixture[str], broken: list[str]
) -> None:
    """With its number, its trace, and how to see it again; it exits 1."""
    assert 1 == main(["simulate", *broken])
    told = capsys.readouterr().out
    assert "invariant 17: " in told
    assert " PlaceOrder o1" in told
    assert " ".join(broken) in told


def test_a_violation_is_in_the_document(
    capsys: pytest.CaptureFixture[str], broken: list[str]
) -> None:
    """With the choices that show it."""
    code = cli.main([*broken, "--json"])
    (found,) = json.loads(capsys.readouterr().out)["violations"]
    again = run.live(Choices(given=found["choices"]), planted().parts())
    assert 1 == code
    assert again.found is not None
    assert found["number"] == again.found.number == 17


@pytest.mark.parametrize(
    "argv",
    [
        ("--faults", "crash,nonsense"),
        ("--orders", "0"),
        ("--seed", "-1"),
        ("--schedules", "many"),
        ("--unheard-of",),
    ],
)
def test_wrong_arguments_are_refused(
    argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits with code 2, and says what is wrong."""
    with pytest.raises(SystemExit) as stopped:
        main(["simulate", *argv])
    assert 2 == stopped.value.code
    assert "error: " in capsys.readouterr().err


def test_rich_is_asked_for_where_it_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not needed for a document."""
    monkeypatch.setitem(sys.modules, "rich", None)
    assert 2 == main(["simulate", "--schedules", "1"])
    assert "orderlife[cli]" in capsys.readouterr().err
    assert 0 == main(["simulate", "--schedules", "1", "--json"])


def test_parts_are_ours_unless_told_otherwise() -> None:
    """Five kinds of adapters, five policies."""
    parts = Parts()
    assert (5, 5) == (len(parts.capabilities), len(parts.policies))
