"""What must hold of returns, and of the units that come back.

Goods that arrive are never refused.  Where more comes back than was
delivered, an exception item was opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.invariants import Invariants, Violation, precondition
from orderlife._kernel.messages import ExceptionKind
from orderlife.rooms.exceptions.readings import was_opened
from orderlife.rooms.payment.messages import RefundGranted
from orderlife.rooms.returns.lifecycle import RETURN, ReturnState

__all__ = ["INVARIANTS"]

_TURNED_BACK: Final = frozenset(
    (
        ExceptionKind.RETURNED_TO_SENDER,
        ExceptionKind.SHIPMENT_LOST,
        ExceptionKind.SHIPMENT_DAMAGED,
    )
)
"""Units of a parcel that never arrived may be refunded too."""
_TOO_MUCH: Final = _TURNED_BACK | {
    ExceptionKind.OVER_RETURNED,
    ExceptionKind.UNEXPECTED_ITEMS,
    ExceptionKind.UNANNOUNCED_RETURN,
}
"""The items that explain more units back than were delivered."""


def units(case: Case) -> Iterator[Violation]:
    """No more units come back than arrived, or are refunded than left."""
    order = case.placed
    for line_id, count in order.units.items():
        name = f"line {line_id}"
        if count.returned > count.delivered and not was_opened(
            order, _TOO_MUCH
        ):
            yield Violation(20, f"{name}: more came back than arrived")
        if count.refunded > count.shipped and not was_opened(
            order, _TURNED_BACK
        ):
            yield Violation(7, f"{name}: refunded units that never left")


def refunded_once(case: Case, event: RefundGranted) -> Iterator[Violation]:
    """A return is refunded once."""
    return_ = case.returns.get(event.subject)
    if return_ is None or event.slices:
        return  # it is not about a return, or an allowance
    if RETURN.is_terminal(return_.state) or (
        return_.state is ReturnState.RESOLVED
    ):
        yield Violation(22, f"{event.subject} is refunded again")


def moves_on(case: Case) -> bool:
    """Whether a return has not ended."""
    return any(
        not RETURN.is_terminal(return_.state)
        for return_ in case.returns.values()
    )


INVARIANTS: Final = Invariants(
    case=(units,),
    events=(precondition(RefundGranted, refunded_once),),
    moves_on=moves_on,
)
