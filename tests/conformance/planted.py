"""How a mutant is planted: for which check, and in which harness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from tests.conformance.fakes import awaited

__all__ = ["Mutant", "Planted"]

K = TypeVar("K", bound=type[Any])


@attrs.frozen
class Mutant:
    """A fake with one defect, or a harness around such a fake."""

    name: str
    harness: type[Any]
    kind: type[Any] | None

    def sync(self) -> Any:
        """Its harness."""
        return self.harness(*self._kinds())

    def awaited(self) -> Any:
        """The harness of its async twin."""
        return awaited(self.harness)(*self._kinds())

    def _kinds(self) -> tuple[type[Any], ...]:
        return () if self.kind is None else (self.kind,)


class Planted(dict[str, Mutant]):
    """The mutants of one port, by the check that must find each."""

    def __init__(self, harness: type[Any]) -> None:
        super().__init__()
        self._harness = harness

    def __call__(self, *checks: str) -> Callable[[K], K]:
        """Plant a class: a mutant of the fake, or of its harness."""

        def plant(kind: K) -> K:
            for check in checks:
                assert check not in self, check
                if issubclass(kind, self._harness):
                    self[check] = Mutant(kind.__name__, kind, None)
                else:
                    self[check] = Mutant(kind.__name__, self._harness, kind)
            return kind

        return plant
