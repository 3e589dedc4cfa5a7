"""One generator, two drivers: what a port raises is raised in the flow."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from orderlife.engine.calls import Call, Flow, arun, run
from orderlife.house import HOUSE


class Counter:
    """A port that adds, and dislikes numbers below zero."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, number: int) -> int:
        """Add a number, and give the sum."""
        if number < 0:
            raise ValueError(number)
        self.total += number
        return self.total


class AsyncCounter(Counter):
    """The same, awaited."""

    async def add(self, number: int) -> int:  # type: ignore[override]
        """Add a number, and give the sum."""
        await asyncio.sleep(0)
        return super().add(number)


def adding(*numbers: int) -> Flow[list[str]]:
    """Add numbers one by one; tell what came of each."""
    said = []
    for number in numbers:
        call: Call[int] = Call("counter", "add", number)
        try:
            total = yield from call
        except ValueError as error:
            said.append(f"not {error}")
        else:
            said.append(str(total))
    return said


def failing() -> Flow[None]:
    """Let an error through."""
    call: Call[int] = Call("counter", "add", -1)
    yield from call


def nothing() -> Flow[str]:
    """Call nobody."""
    return "done"
    yield


def both(flow: Any, *arguments: Any) -> tuple[Any, Any]:
    """Drive a flow over the sync port, and over the async one."""
    ours = run(flow(*arguments), SimpleNamespace(counter=Counter()))
    ports = SimpleNamespace(counter=AsyncCounter())
    return ours, asyncio.run(arun(flow(*arguments), ports))


def test_answers_are_sent_and_errors_thrown() -> None:
    """A flow goes on after an error that it catches."""
    expected = ["1", "not -1", "3"]
    assert both(adding, 1, -1, 2) == (expected, expected)


def test_a_flow_may_call_nobody() -> None:
    """Its result is given at once."""
    assert both(nothing) == ("done", "done")


def test_an_error_that_nobody_catches_goes_on() -> None:
    """To whoever drives the flow."""
    with pytest.raises(ValueError, match="-1"):
        run(failing(), SimpleNamespace(counter=Counter()))
    ports = SimpleNamespace(counter=AsyncCounter())
    with pytest.raises(ValueError, match="-1"):
        asyncio.run(arun(failing(), ports))


def test_every_intent_has_its_outcomes() -> None:
    """Whatever can be asked for can be answered."""
    assert set(HOUSE.methods) == set(HOUSE.outcomes)
    assert all(len(given) > 1 for given in HOUSE.outcomes.values())
