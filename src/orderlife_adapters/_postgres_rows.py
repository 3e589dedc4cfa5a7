"""How values become PostgreSQL's parameters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orderlife._kernel.case import Case
from orderlife.ports.store import Commit, Settle
from orderlife_adapters._postgres_driver import Int8
from orderlife_adapters._rows import micros, written

__all__ = ["renewal_of", "settles_of", "stored"]


def stored(at: datetime) -> Int8:
    """A time as it is stored: microseconds since 1970, UTC."""
    return Int8(micros(at))


def settles_of(commit: Commit[Case]) -> dict[str, list[Any]]:
    """The effects that a decision settles, and the claims on them."""
    settles = tuple(
        each for each in commit.settles if each.order_id == commit.order_id
    )
    claimed = [each for each in settles if each.claimed_by]
    settled = _folded(settles)
    asides = {
        each.operation_id: each
        for each in commit.asides
        if each.order_id == commit.order_id
        and each.operation_id not in settled
    }
    settled |= {named: (each,) for named, each in asides.items()}
    held = [asides.get(named) for named in settled]
    return {
        "claims": [each.operation_id for each in claimed],
        "owners": [each.claimed_by for each in claimed],
        "attempts": [Int8(each.attempts) for each in claimed],
        "settled": list(settled),
        "states": [each[-1].state.value for each in settled.values()],
        "dues": [stored(each[-1].due_at) for each in settled.values()],
        "notes": [written(each[-1].note) for each in settled.values()],
        "aside_owners": [each.claimed_by if each else "" for each in held],
        "aside_attempts": [
            Int8(each.attempts if each else 0) for each in held
        ],
        **_columns([renewal_of(*each) for each in settled.values()]),
    }


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """What stands in rows, column by column."""
    return {name: [row[name] for row in rows] for name in renewal_of()}


def renewal_of(*settles: Settle) -> dict[str, Any]:
    """How often an effect is renewed, and whether it is doubted then.

    Twice: of one that is not doubted, and of one that is.
    """
    renewed, doubted = _renewal(settles, doubted=False)
    again, in_doubt = _renewal(settles, doubted=True)
    return {
        "renewed": Int8(renewed),
        "doubted": doubted,
        "renewed_in_doubt": Int8(again),
        "doubted_in_doubt": in_doubt,
    }


def _renewal(
    settles: tuple[Settle, ...], *, doubted: bool
) -> tuple[int, bool]:
    renewed = 0
    for settle in settles:
        if settle.doubted is not None:
            doubted = settle.doubted
        renewed += settle.renew and not doubted
    return renewed, doubted


def _folded(settles: tuple[Settle, ...]) -> dict[str, tuple[Settle, ...]]:
    """Of several settles of one effect those that count, in their order."""
    folded: dict[str, tuple[Settle, ...]] = {}
    for settle in settles:
        before = folded.get(settle.operation_id, ())
        if before:
            # The first has ended the claim, and a final state stays.
            over = before[-1].state.is_settled
            if settle.claimed_by or (over and not settle.renew):
                continue
        folded[settle.operation_id] = (*before, settle)
    return folded
