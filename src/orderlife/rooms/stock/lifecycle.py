"""The lifecycle of a reservation.

Held stock has a time limit; allocated stock belongs to its order.  A
reservation ends exactly once: consumed, released, expired or refused.
Stock that the inventory reports after that end is released at once, and
changes no state.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._values.fast_enum import FastEnum

__all__ = ["RESERVATION", "ReservationState", "ReservationTrigger"]


class ReservationState(FastEnum):
    """The states of a reservation's lifecycle."""

    REQUESTED = "requested"
    HELD = "held"
    BACKORDERED = "backordered"
    ALLOCATED = "allocated"
    CONSUMED = "consumed"
    RELEASED = "released"
    EXPIRED = "expired"
    REFUSED = "refused"


class ReservationTrigger(FastEnum):
    """The triggers of a reservation's lifecycle."""

    HOLD = "hold"
    REFUSE = "refuse"
    BACKORDER = "backorder"
    ALLOCATE = "allocate"
    CONSUME = "consume"
    RELEASE = "release"
    EXPIRE = "expire"


RESERVATION: Final = Lifecycle(
    "reservation",
    states=ReservationState,
    triggers=ReservationTrigger,
    initial=ReservationState.REQUESTED,
    terminal=(
        ReservationState.CONSUMED,
        ReservationState.RELEASED,
        ReservationState.EXPIRED,
        ReservationState.REFUSED,
    ),
    rules=(
        Rule(
            ReservationTrigger.HOLD,
            (ReservationState.REQUESTED,),
            ReservationState.HELD,
        ),
        Rule(
            ReservationTrigger.REFUSE,
            (ReservationState.REQUESTED,),
            ReservationState.REFUSED,
        ),
        Rule(
            ReservationTrigger.BACKORDER,
            (ReservationState.REQUESTED,),
            ReservationState.BACKORDERED,
        ),
        Rule(
            ReservationTrigger.ALLOCATE,
            (ReservationState.HELD, ReservationState.BACKORDERED),
            ReservationState.ALLOCATED,
        ),
        # Goods that have left are consumed, allocated or only held.
        Rule(
            ReservationTrigger.CONSUME,
            (ReservationState.ALLOCATED, ReservationState.HELD),
            ReservationState.CONSUMED,
        ),
        Rule(
            ReservationTrigger.RELEASE,
            (
                ReservationState.HELD,
                ReservationState.ALLOCATED,
                ReservationState.BACKORDERED,
            ),
            ReservationState.RELEASED,
        ),
        # By the time limit, or stock that was gone at the allocation.
        Rule(
            ReservationTrigger.EXPIRE,
            (ReservationState.HELD, ReservationState.BACKORDERED),
            ReservationState.EXPIRED,
        ),
    ),
)
