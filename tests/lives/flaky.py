"""Ports that fail on command: at each call, before or after it acts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias

Fault: TypeAlias = Literal[
    "none", "raise_before", "raise_after", "crash_before", "crash_after"
]


class ProcessDied(BaseException):
    """The process was killed here: nobody catches it."""


class Faults:
    """What goes wrong at the next calls, in their order."""

    def __init__(self) -> None:
        self.plan: deque[Fault] = deque()
        self.injected: dict[str, int] = {}

    def add(self, faults: Iterable[Fault]) -> None:
        """Plan faults for the calls to come."""
        self.plan.extend(faults)

    def next(self, *, raises: bool) -> Fault:
        """The fault of this call; where nothing may raise, it dies."""
        fault: Fault = self.plan.popleft() if self.plan else "none"
        if not raises and fault == "raise_before":
            fault = "crash_before"
        if not raises and fault == "raise_after":
            fault = "crash_after"
        self.injected[fault] = self.injected.get(fault, 0) + 1
        return fault


class Flaky:
    """A port whose every call may fail, as the plan says."""

    def __init__(self, port: object, faults: Faults, *, raises: bool) -> None:
        self.port = port
        self._faults = faults
        self._raises = raises

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        if not callable(found):
            return found
        return self._failing(found)

    def _failing(self, method: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def call(argument: Any) -> Any:
            fault = self._faults.next(raises=self._raises)
            if fault == "crash_before":
                raise ProcessDied
            if fault == "raise_before":
                raise TimeoutError
            answer = method(argument)
            if fault == "crash_after":
                raise ProcessDied
            if fault == "raise_after":
                raise TimeoutError
            return answer

        return call
