"""Running many checks, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

import attrs

from orderlife.testing.conformance._kit import (
    Check,
    ConformanceError,
    Harness,
    Skipped,
)

__all__ = ["Report", "Result", "arun", "run"]

H = TypeVar("H", bound=Harness)


@attrs.frozen
class Result:
    """What came of one check."""

    check: str
    state: Literal["passed", "failed", "skipped"]
    why: str = ""

    def __str__(self) -> str:
        return f"{self.state:7} {self.check}" + (
            f": {self.why}" if self.why else ""
        )


@attrs.frozen
class Report:
    """What came of all checks; print it."""

    results: tuple[Result, ...]

    def _of(self, state: str) -> tuple[Result, ...]:
        return tuple(r for r in self.results if r.state == state)

    @property
    def passed(self) -> tuple[Result, ...]:
        """The promises that are kept."""
        return self._of("passed")

    @property
    def failed(self) -> tuple[Result, ...]:
        """The promises that are not kept, and why."""
        return self._of("failed")

    @property
    def skipped(self) -> tuple[Result, ...]:
        """What was not looked at, and why."""
        return self._of("skipped")

    def __str__(self) -> str:
        told = [str(r) for r in (*self.skipped, *self.failed)]
        counts = (
            f"{len(self.passed)} passed, {len(self.failed)} failed, "
            f"{len(self.skipped)} skipped"
        )
        return "\n".join((*told, counts))

    def raise_for_failures(self) -> None:
        """Raise the first failure, if there is any.

        Raises:
            ConformanceError: naming the check and why it failed.
        """
        for result in self.failed:
            raise ConformanceError(result.check, result.why)


def run(checks: Iterable[Check[H]], harness: H) -> Report:
    """Run checks over a sync adapter, each on a fresh port."""
    results = []
    for check in checks:
        try:
            check.run(harness)
        except Skipped as skipped:
            results.append(Result(check.name, "skipped", str(skipped)))
        except ConformanceError as error:
            results.append(Result(check.name, "failed", error.why))
        else:
            results.append(Result(check.name, "passed"))
    return Report(tuple(results))


async def arun(checks: Iterable[Check[H]], harness: H) -> Report:
    """Run checks over an async adapter; see ``run``."""
    results = []
    for check in checks:
        try:
            await check.arun(harness)
        except Skipped as skipped:
            results.append(Result(check.name, "skipped", str(skipped)))
        except ConformanceError as error:
            results.append(Result(check.name, "failed", error.why))
        else:
            results.append(Result(check.name, "passed"))
    return Report(tuple(results))
