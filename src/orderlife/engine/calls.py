"""Flows: what a desk does, as generators that yield their calls.

A flow never calls anything.  It yields a ``Call`` and is sent the
answer; a driver makes the call, with or without ``await``.  So the
desk's code exists once, and its two drivers are a few lines each.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Final, Generic, TypeAlias, TypeVar

import attrs

from orderlife._kernel.case import Case
from orderlife._values.personal import Personal
from orderlife.engine.ports import Inside, adapter_of
from orderlife.ports.base import Intent, Unknown
from orderlife.ports.carrier import RateRequest
from orderlife.ports.inventory import Fillable
from orderlife.ports.store import (
    Answer,
    Archive,
    ClaimEffects,
    Commit,
    CommitOutcome,
    Denial,
    DueTimer,
    Effect,
    FindAnswer,
    FindDueTimers,
    FindPeople,
    Loaded,
    Postpone,
    Settle,
)

__all__ = [
    "Call",
    "Flow",
    "arun",
    "claim",
    "commit",
    "deny",
    "due_timers",
    "fillable",
    "find_answer",
    "load",
    "look_up",
    "people",
    "perform",
    "postpone",
    "quote",
    "run",
    "settle",
    "unit",
]

R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


@attrs.frozen
class Call(Generic[R_co]):
    """A method of a port to be called; ``yield from`` it for the answer."""

    port: str
    method: str
    argument: object

    def __iter__(self) -> Generator[Call[Any], Any, R_co]:
        """Yield itself, and give the answer."""
        answer: R_co = yield self
        return answer


Flow: TypeAlias = Generator[Call[Any], Any, T]
_UNIT: Final = "unit"


def load(order_id: str) -> Call[Loaded[Case] | None]:
    """Ask for the case as it stands."""
    return Call("store", "load", order_id)


def commit(decision: Commit[Case]) -> Call[CommitOutcome]:
    """Store a decision."""
    return Call("store", "commit", decision)


def find_answer(request: FindAnswer) -> Call[Answer | None]:
    """Ask for the answer that an input was given before."""
    return Call("store", "answer", request)


def deny(denial: Denial) -> Call[None]:
    """Record that a command was denied."""
    return Call("store", "deny", denial)


def claim(request: ClaimEffects) -> Call[tuple[Effect, ...]]:
    """Claim effects that are due."""
    return Call("store", "claim", request)


def settle(request: Settle) -> Call[bool]:
    """Store how an effect goes on."""
    return Call("store", "settle", request)


def archive(request: Archive) -> Call[tuple[str, ...]]:
    """Fold closed orders away."""
    return Call("store", "archive", request)


def people(request: FindPeople) -> Call[Mapping[str, Personal]]:
    """Ask for personal data."""
    return Call("store", "people", request)


def due_timers(request: FindDueTimers) -> Call[tuple[DueTimer, ...]]:
    """Ask for the timers that are due."""
    return Call("store", "due_timers", request)


def postpone(request: Postpone) -> Call[bool]:
    """Put an order off whose timer stays due."""
    return Call("store", "postpone", request)


def perform(intent: Intent, method: str) -> Call[object]:
    """Have a port perform an intent, by one of its methods."""
    return Call(intent.port, method, intent)


def look_up(intent: Intent) -> Call[object]:
    """Ask a port what became of an intent."""
    return Call(intent.port, "look_up", intent)


def quote(request: RateRequest) -> Call[object]:
    """Ask a carrier for its rates."""
    return Call(request.port, "quote", request)


def fillable(port: str, limit: int) -> Call[tuple[Fillable, ...] | Unknown]:
    """Ask a port that queues for reservations that can be served now."""
    return Call(port, "fillable", limit)


def unit(flow: Flow[T]) -> Call[T]:
    """Have a flow be one transaction of the order store and the stock.

    Both must be on one connection.  If the flow raises, nothing of it is
    stored.
    """
    return Call("store", _UNIT, flow)


def _united(ports: Any, flow: Any) -> Any:
    with ports.store.unit(ports.inventory) as (store, inventory):
        return run(flow, Inside(ports, store=store, inventory=inventory))


async def _aunited(ports: Any, flow: Any) -> Any:
    async with ports.store.unit(ports.inventory) as (store, inventory):
        inside = Inside(ports, store=store, inventory=inventory)
        return await arun(flow, inside)


def _made(ports: object, call: Call[Any]) -> Any:
    if call.method == _UNIT:
        return _united(ports, call.argument)
    adapter = adapter_of(ports, call.port)
    return getattr(adapter, call.method)(call.argument)


def run(flow: Flow[T], ports: object) -> T:
    """Drive a flow over sync ports.

    Args:
        flow: what is to be done.
        ports: has an adapter for each port that the flow calls.
    """
    try:
        call = next(flow)
        while True:
            try:
                answer = _made(ports, call)
            except Exception as error:  # noqa: BLE001
                call = flow.throw(error)
            else:
                call = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result


async def arun(flow: Flow[T], ports: object) -> T:
    """Drive a flow over async ports; the same, awaited."""
    try:
        call = next(flow)
        while True:
            try:
                if call.method == _UNIT:
                    answer = await _aunited(ports, call.argument)
                else:
                    answer = await _made(ports, call)
            except Exception as error:  # noqa: BLE001
                call = flow.throw(error)
            else:
                call = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result
