"""The simulator: the same choices, the same world; and all is well."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from orderlife import Capabilities, Policy
from orderlife.testing.simulation import (
    CAPABILITIES,
    FAULTS,
    Fault,
    Parts,
    live,
    simulate,
)
from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.shrink import shortest
from tests.simulation.bugs import BUGS, Bug


def bug(name: str) -> Bug:
    (found,) = (each for each in BUGS if each.name == name)
    return found


@pytest.mark.one_python
def test_nothing_is_lost_doubled_or_oversold() -> None:
    """With every fault, in hundreds of schedules, every rule holds."""
    report = simulate(schedules=200, seed=20)
    assert () == report.violations
    tally = report.tally
    assert (0, 0, 0, 0) == (
        tally.duplicate_effects,
        tally.lost_effects,
        tally.oversold_units,
        tally.stuck_orders,
    )
    assert set(FAULTS) == set(tally.faults)
    assert tally.orders > 200


@pytest.mark.one_python
@pytest.mark.parametrize("able", CAPABILITIES, ids=range(len(CAPABILITIES)))
def test_every_kind_of_adapter_is_safe(able: Capabilities) -> None:
    """Whatever an adapter can do about a lost answer, nothing is lost."""
    report = simulate(schedules=25, seed=5, parts=Parts(capabilities=[able]))
    assert () == report.violations


def test_without_faults_nothing_is_injected() -> None:
    """And every rule holds all the more."""
    report = simulate(schedules=30, seed=3, faults=())
    assert ((), {}) == (report.violations, report.tally.faults)


@pytest.mark.one_python
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_can_be_had_alone(fault: Fault) -> None:
    """Nothing else goes wrong then."""
    # Few claims are made in transactions of their own, and can be lost.
    schedules = 300 if fault == "forgets" else 30
    report = simulate(schedules=schedules, seed=7, faults=[fault])
    assert () == report.violations
    assert {fault} == set(report.tally.faults)


def test_the_same_seed_makes_the_same_worlds() -> None:
    """To the last call, and so does the list of choices."""
    first = live(Choices("7:1"))
    assert first == live(Choices("7:1"))
    assert first == live(Choices(given=first.made))
    assert first != live(Choices("7:2"))


def test_a_run_can_begin_with_any_schedule() -> None:
    """What comes before it does not matter."""
    both = simulate(schedules=2, seed=9).tally
    parts = [simulate(schedules=1, seed=9, first=n).tally for n in (0, 1)]
    assert both.calls == sum(part.calls for part in parts)


def test_a_run_goes_on_until_so_many_orders_were_lived() -> None:
    """And says how many schedules that took."""
    seen: list[int] = []
    report = simulate(orders=10, seed=1, told=seen.append)
    assert report.tally.orders >= 10 > seen[-2]
    assert report.schedules == len(seen)


def chosen(choices: Sequence[int]) -> int:
    """How many choices are not the plainest, which is 0."""
    return sum(choice != 0 for choice in choices)


@pytest.mark.one_python
def test_a_violation_comes_with_a_short_trace() -> None:
    """The trace is that of the plainest choices that show it."""
    with bug("two lines checked apart").planted() as parts:
        report = simulate(seed=1, parts=parts, stop_at=1)
        (violation,) = report.violations
        again = live(Choices(given=violation.choices), parts)
        first = live(Choices(f"1:{violation.schedule}"), parts)
    assert again.found is not None
    assert (17, violation.what) == (again.found.number, again.found.what)
    assert str(again.found).startswith("invariant 17: ")
    assert chosen(violation.choices) < chosen(first.made) / 2
    assert violation.trace[-1].endswith(f"VIOLATION {again.found}")
    assert len(violation.trace) < 30
    document = json.loads(json.dumps(report.to_json()))
    assert [17] == [found["number"] for found in document["violations"]]
    assert document["oversold_units"] > 0


def test_a_shorter_list_is_found_by_leaving_out() -> None:
    """What is not needed goes; what is stays, as small as it can be."""

    def again(made: Sequence[int]) -> tuple[int, ...] | None:
        return tuple(made) if 5 in made and sum(made) > 6 else None

    found = shortest((9, 0, 3, 7, 1, 5, 2, 0, 8), again, 1_000)
    assert (2, True) == (len(found), 5 in found)
    assert (9, 5) == shortest((9, 5), again, 0)


def test_a_shop_of_ones_own_is_simulated() -> None:
    """Policy and capabilities are those that were given."""
    asked: list[str] = []

    def permit(actor: Any, command: Any) -> str:
        asked.append(type(command).__name__)
        return ""

    parts = Parts(policies=[Policy(permit=permit)])
    assert () == simulate(schedules=5, seed=2, parts=parts).violations
    assert "PlaceOrder" in asked
