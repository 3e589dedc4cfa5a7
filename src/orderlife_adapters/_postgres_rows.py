"""How values become parameters, and rows become values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from orderlife.case import Case
from orderlife.codec import loads
from orderlife.messages import Timer
from orderlife.ports.store import (
    Answer,
    Commit,
    Effect,
    EffectState,
    OrderSummary,
    Settle,
)
from orderlife_adapters._postgres_driver import Int8, Row
from orderlife_adapters._postgres_sql import SUMMARY

__all__ = [
    "answer_of",
    "effect_of",
    "optional",
    "read",
    "settles_of",
    "stored",
    "summary_of",
    "text",
    "timers_of",
]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_S = EffectState


def stored(moment: datetime) -> Int8:
    """A time as it is stored: microseconds since 1970, UTC."""
    return Int8((moment - _EPOCH) // _MICROSECOND)


def read(stored: int) -> datetime:
    return _EPOCH + stored * _MICROSECOND


def optional(moment: datetime | None) -> Int8 | None:
    return None if moment is None else stored(moment)


def text(said: str) -> str:
    """What others say may hold what no database takes as text."""
    return said.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


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
        "notes": [text(each.note) for each, _ in settled.values()],
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


def answer_of(fingerprint: str, first: int, last: int) -> Answer:
    return Answer(
        fingerprint=fingerprint, first_version=first, last_version=last
    )


def effect_of(
    intent: str,
    state: str,
    due_at: int,
    created_at: int,
    attempts: int,
    claimed_by: str,
    note: str,
    begun_at: int | None,
    generation: int,
    key: str,
    request_hash: str,
) -> Effect:
    return Effect(
        intent=loads(intent, "intent"),
        state=EffectState(state),
        due_at=read(due_at),
        created_at=read(created_at),
        attempts=attempts,
        claimed_by=claimed_by,
        note=note,
        begun_at=None if begun_at is None else read(begun_at),
        generation=generation,
        key=key,
        request_hash=request_hash,
    )


def timers_of(documents: str) -> list[Timer]:
    return [loads(each, "timer") for each in documents.split("\n")]


def summary_of(row: Row) -> OrderSummary:
    found = dict(zip(SUMMARY, row, strict=True))
    if found["placed_at"] is not None:
        found["placed_at"] = read(found["placed_at"])
    return OrderSummary(**found)
