"""What a simulation finds: the rule that does not hold, and how."""

from __future__ import annotations

from collections import Counter

import attrs

__all__ = ["Found", "Tally", "ViolatedError"]


@attrs.frozen
class Found:
    """A rule that did not hold in a schedule."""

    number: int
    """Which rule: the invariants' number."""
    what: str

    def __str__(self) -> str:
        return f"invariant {self.number}: {self.what}"


class ViolatedError(Exception):
    """Ends a schedule: what has happened must never happen."""

    def __init__(self, number: int, what: str) -> None:
        self.number = number
        self.what = what
        super().__init__(number, what)

    def __str__(self) -> str:
        return f"invariant {self.number}: {self.what}"


@attrs.define
class Tally:
    """What was counted in schedules; they add up."""

    orders: int = 0
    calls: int = 0
    commits: int = 0
    effects: int = 0
    events: int = 0
    duplicate_effects: int = 0
    lost_effects: int = 0
    oversold_units: int = 0
    stuck_orders: int = 0
    faults: Counter[str] = attrs.field(factory=Counter)
    """What was injected, by kind."""
    checked: Counter[int] = attrs.field(factory=Counter)
    """How often each rule was checked by itself, by its number."""

    def add(self, other: Tally) -> None:
        """Count another schedule in."""
        for field in attrs.fields(Tally):
            mine = getattr(self, field.name)
            theirs = getattr(other, field.name)
            setattr(self, field.name, mine + theirs)
