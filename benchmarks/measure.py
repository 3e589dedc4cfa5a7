"""What the benchmarks share: the clock, the figures, the machine."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs

__all__ = ["Figure", "cpu_us", "in_turns", "machine", "median"]

_CPUINFO = Path("/proc/cpuinfo")


@attrs.frozen
class Figure:
    """One measured number, and what we aim for."""

    name: str
    value: float
    unit: str = ""
    at_least: float | None = attrs.field(default=None, kw_only=True)
    at_most: float | None = attrs.field(default=None, kw_only=True)

    @property
    def aim(self) -> str:
        """The aim and whether it is met; empty: there is none."""
        if self.at_least is not None:
            met = self.value >= self.at_least
            aim = f"at least {self.at_least:,.6g}"
        elif self.at_most is not None:
            met = self.value <= self.at_most
            aim = f"at most {self.at_most:,.6g}"
        else:
            return ""
        return f"{aim}: {'met' if met else 'MISSED'}"

    def __str__(self) -> str:
        digits = 0 if abs(self.value) >= 100 else 2
        number = f"{self.value:,.{digits}f}"
        return f"  {self.name:<44}{number:>12} {self.unit:<6}{self.aim}"


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def cpu_us(task: Callable[[], object], times: int) -> float:
    """CPU of one call, in microseconds, as the mean of so many."""
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        task()
    return (time.process_time() - start) / times * 1e6


def in_turns(
    tasks: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, float]:
    """Measure several things turn by turn; give each one's median.

    So that what slows the machine down for a while slows all of them.
    """
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            found[name].append(task())
    return {name: median(values) for name, values in found.items()}


def machine() -> dict[str, str | int]:
    """Name the machine and the Python that were measured."""
    return {
        "cpu": _cpu_name(),
        "cpus": os.cpu_count() or 1,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "compiler": platform.python_compiler(),
        "platform": sys.platform,
    }


def _cpu_name() -> str:
    if _CPUINFO.exists():
        for line in _CPUINFO.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
