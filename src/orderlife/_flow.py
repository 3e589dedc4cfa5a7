"""Flows: what a desk does, as generators that yield their calls.

A flow never calls anything.  It yields a ``Call`` and is sent the
answer; a driver makes the call, with or without ``await``.  So the
desk exists once, and its two drivers are a few lines each.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Generic, TypeAlias, TypeVar

import attrs

__all__ = ["Call", "Flow", "arun", "run"]

R = TypeVar("R", covariant=True)
T = TypeVar("T")


@attrs.frozen
class Call(Generic[R]):
    """A method of a port to be called; ``yield from`` it for the answer."""

    port: str
    method: str
    argument: object

    def __iter__(self) -> Generator[Call[Any], Any, R]:
        """Yield itself, and give the answer."""
        answer: R = yield self
        return answer


Flow: TypeAlias = Generator[Call[Any], Any, T]


def _perform(ports: object, call: Call[Any]) -> Any:
    return getattr(getattr(ports, call.port), call.method)(call.argument)


def run(flow: Flow[T], ports: object) -> T:
    """Drive a flow over sync ports.

    Args:
        flow: what is to be done.
        ports: has an attribute for each port that the flow calls.
    """
    try:
        call = next(flow)
        while True:
            try:
                answer = _perform(ports, call)
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
                answer = await _perform(ports, call)
            except Exception as error:  # noqa: BLE001
                call = flow.throw(error)
            else:
                call = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result
