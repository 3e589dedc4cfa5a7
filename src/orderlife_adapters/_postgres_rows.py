"""How values become PostgreSQL's parameters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orderlife.case import Case
from orderlife.ports.store import Commit, EffectState, Settle
from orderlife_adapters._postgres_driver import Int8
from orderlife_adapters._rows import micros, written

__all__ = ["optional", "settles_of", "stored"]

_S = EffectState


def stored(at: datetime) -> Int8:
    """A time as it is stored: microseconds since 1970, UTC."""
    return Int8(micros(at))


def optional(at: datetime | None) -> Int8 | None:
    """The same of a time that may be missing."""
    return None if at is None else stored(at)


def settles_of(commit: Commit[Case]) -> dict[str, list[Any]]:
    """The effects that a decision settles, and the claims on them."""
    claimed = [each for each in commit.settles if each.claimed_by]
    settled = _folded(commit.settles)
    return {
        "claims": [each.operation_id for each in claimed],
        "owners": [each.claimed_by for each in claimed],
        "attempts": [Int8(each.attempts) for each in claimed],
        "settled": list(settled),
        "states": [each.state.value for each, _ in settled.values()],
        "dues": [stored(each.due_at) for each, _ in settled.values()],
        "notes": [written(each.note) for each, _ in settled.values()],
        "renewed": [Int8(renewed) for _, renewed in settled.values()],
    }


def _folded(settles: tuple[Settle, ...]) -> dict[str, tuple[Settle, int]]:
    """Make one of several settles of one effect, as if in their order.

    With each comes how many of them have renewed it.
    """
    folded: dict[str, tuple[Settle, int]] = {}
    for settle in settles:
        before, renewed = folded.get(settle.operation_id, (None, 0))
        if before is not None:
            # The first has let go of the claim, and done is done.
            over = before.state in {_S.DONE, _S.DECLINED}
            if settle.claimed_by or (over and not settle.renew):
                continue
        folded[settle.operation_id] = (settle, renewed + settle.renew)
    return folded
