"""Processes of a simulated shop, and their calls in words."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from orderlife.engine import calls as _flow
from orderlife.engine.calls import Call, Flow
from orderlife.engine.engine import Engine
from orderlife.errors import InputError, OverloadedError, RefusedError

if TYPE_CHECKING:
    from orderlife.testing.simulation.shops import Shop

__all__ = [
    "EXPECTED",
    "LostError",
    "Process",
    "Slow",
    "UndoneError",
    "named",
    "short",
]


class LostError(Exception):
    """What a process sees when no answer comes."""


class UndoneError(Exception):
    """The application has changed its mind: its transaction is undone."""


EXPECTED: Final = (LostError, OverloadedError, RefusedError, InputError)


@attrs.define(eq=False)
class Process:
    """A process of the shop: a desk or a worker."""

    name: str
    shop: Shop
    """The tenant that it belongs to."""
    engine: Engine
    skew: timedelta
    flow: Flow[None] | None = None
    call: Call[Any] | None = None
    """What it is about to do."""
    since: datetime | None = None
    """Since when a request of its is on its way."""
    answer: object = None
    """What came, while it slept."""
    has_answer: bool = False
    asleep: int = 0
    """So many turns it misses."""
    awaits: bool = False
    """Its ports are async, as those of an ``AsyncOrderDesk`` are."""

    def begin(self, flow: Flow[None]) -> None:
        """Take up something to do."""
        self.flow = _awaited(flow) if self.awaits else flow


@attrs.define(eq=False)
class Slow:
    """A request of which nobody awaits the answer any more."""

    call: Call[Any]
    since: datetime
    shop: Shop


class _Awaited:
    """A call of an async port: whoever drives the process makes it."""

    def __init__(self, call: Call[Any]) -> None:
        self._call = call

    def __await__(self) -> Generator[Call[Any], Any, Any]:
        return (yield self._call)


class _AsyncPort:
    """A port whose methods are awaited."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Callable[[object], _Awaited]:
        def call(argument: object) -> _Awaited:
            return _Awaited(Call(self._name, method, argument))

        return call


class _AsyncPorts:
    """All ports, async: what an async desk's driver drives flows over."""

    def __getattr__(self, name: str) -> _AsyncPort:
        return _AsyncPort(name)


def _awaited(flow: Flow[None]) -> Flow[None]:
    """A flow under the driver of async desks.

    A coroutine is driven as a generator is, and yields the same calls.
    """
    driven: object = _flow.arun(flow, _AsyncPorts())
    return cast("Flow[None]", driven)


def named(call: Call[Any]) -> str:
    """A call in words."""
    argument = call.argument
    for name in ("operation_id", "order_id"):
        if found := getattr(argument, name, ""):
            return f"{call.port}.{call.method} {found}"
    shown = argument if isinstance(argument, str) else ""
    return f"{call.port}.{call.method} {shown}".rstrip()


def short(answer: object) -> str:
    """An answer in a word or two."""
    if isinstance(answer, tuple):
        names = [getattr(each, "operation_id", "") for each in answer]
        return ", ".join(filter(None, names)) or f"{len(answer)} found"
    if hasattr(answer, "version"):
        return f"{type(answer).__name__} {answer.version}"
    return type(answer).__name__
