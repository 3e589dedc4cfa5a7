"""Processes of a simulated shop, and their calls in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from orderlife._flow import Call, Flow
from orderlife.errors import InputError, OverloadedError, RefusedError
from orderlife.flows import Engine

if TYPE_CHECKING:
    from orderlife.testing.simulation.shops import Shop

__all__ = ["EXPECTED", "LostError", "Process", "Slow", "named", "short"]


class LostError(Exception):
    """What a process sees when no answer comes."""


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


@attrs.define(eq=False)
class Slow:
    """A request of which nobody awaits the answer any more."""

    call: Call[Any]
    since: datetime
    shop: Shop


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
