"""The status of returns; derived, and never stored."""

from __future__ import annotations

from typing import Literal, TypeAlias

from orderlife._kernel.case import Case
from orderlife.rooms.returns.lifecycle import RETURN, ReturnState

__all__ = ["ReturnsStatus", "returns_status"]

ReturnsStatus: TypeAlias = Literal[
    "none", "requested", "in_progress", "partially_returned", "returned"
]


def returns_status(case: Case) -> ReturnsStatus:
    """The status of an order's returns, by units and open returns."""
    order = case.placed
    back = delivered = 0
    for units in order.units.values():
        back += units.returned
        delivered += units.delivered
    if back:
        return "returned" if back >= delivered else "partially_returned"
    if not case.returns:
        return "none"
    live = [
        return_
        for return_ in case.returns.values()
        if not RETURN.is_terminal(return_.state)
    ]
    if any(return_.state is not ReturnState.REQUESTED for return_ in live):
        return "in_progress"
    return "requested" if live else "none"
