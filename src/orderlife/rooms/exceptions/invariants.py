"""What must hold of exception items."""

from __future__ import annotations

from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.invariants import Invariants

__all__ = ["INVARIANTS"]


def moves_on(case: Case) -> bool:
    """Whether an item waits for a person."""
    return any(item.is_open for item in case.placed.exceptions)


INVARIANTS: Final = Invariants(moves_on=moves_on)
