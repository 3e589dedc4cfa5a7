"""The lifecycle of a reservation.

Held stock has a time limit; allocated stock belongs to its order.  A
reservation ends exactly once: consumed, released, expired or refused.
What the stock keeper answers after that end is given back at once and
changes no state.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._values.fast_enum import Word

__all__ = ["RESERVATION", "ReservationState", "ReservationTrigger"]


class ReservationState(Word):
    """Where a reservation is in its lifecycle."""

    REQUESTED = "requested"
    HELD = "held"
    BACKORDERED = "backordered"
    ALLOCATED = "allocated"
    CONSUMED = "consumed"
    RELEASED = "released"
    EXPIRED = "expired"
    REFUSED = "refused"


class ReservationTrigger(Word):
    """What moves a reservation on."""

    HOLD = "hold"
    REFUSE = "refuse"
    BACKORDER = "backorder"
    ALLOCATE = "allocate"
    CONSUME = "consume"
    RELEASE = "release"
    EXPIRE = "expire"


_S, _T = ReservationState, ReservationTrigger
RESERVATION: Final = Lifecycle(
    "reservation",
    states=_S,
    triggers=_T,
    initial=_S.REQUESTED,
    terminal=(_S.CONSUMED, _S.RELEASED, _S.EXPIRED, _S.REFUSED),
    rules=(
        Rule(_T.HOLD, (_S.REQUESTED,), _S.HELD),
        Rule(_T.REFUSE, (_S.REQUESTED,), _S.REFUSED),
        Rule(_T.BACKORDER, (_S.REQUESTED,), _S.BACKORDERED),
        Rule(_T.ALLOCATE, (_S.HELD, _S.BACKORDERED), _S.ALLOCATED),
        # Goods that are gone are gone, allocated or only held.
        Rule(_T.CONSUME, (_S.ALLOCATED, _S.HELD), _S.CONSUMED),
        Rule(
            _T.RELEASE,
            (_S.HELD, _S.ALLOCATED, _S.BACKORDERED),
            _S.RELEASED,
        ),
        # The time limit, or stock that was gone when it was wanted.
        Rule(_T.EXPIRE, (_S.HELD, _S.BACKORDERED), _S.EXPIRED),
    ),
)
