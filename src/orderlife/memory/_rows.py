"""An order as the store in memory keeps it, and its checks of commits."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, Generic, TypeVar

import attrs

from orderlife._kernel.messages import Recorded, Timer
from orderlife.errors import PortError
from orderlife.ports.store import (
    Answer,
    Commit,
    Effect,
    FindOrders,
    OrderSummary,
)

__all__ = ["Row", "check_commit", "copied", "fits", "forget_fingerprint"]

C = TypeVar("C")


@attrs.define
class Row(Generic[C]):
    case: C
    summary: OrderSummary
    history: list[Recorded]
    timers: tuple[Timer, ...] = ()
    effects: list[str] = attrs.field(factory=list)
    people: list[str] = attrs.field(factory=list)
    answers: dict[str, Answer] = attrs.field(factory=dict)
    telling: list[str] = attrs.field(factory=list)
    """Inputs whose fingerprints were made over personal data."""
    asked: int = 0


def forget_fingerprint(answers: dict[str, Answer], input_id: str) -> None:
    """Remove a fingerprint, as it could confirm a guess at erased data."""
    if input_id in answers:
        answers[input_id] = attrs.evolve(answers[input_id], fingerprint="")


def copied(value: Any) -> Any:
    """Copy what is mutable; all else is frozen."""
    if isinstance(value, Row):
        parts = {
            k: copy(v) for k, v in attrs.asdict(value, recurse=False).items()
        }
        return Row(**parts)
    return copy(value) if isinstance(value, list) else value


def fits(summary: OrderSummary, request: FindOrders) -> bool:
    """Whether an order matches a search."""
    wanted = {
        name: getattr(request, name)
        for name in (
            "channel",
            "channel_number",
            "customer_id",
            "order_status",
            "payment_status",
            "fulfilment_status",
            "returns_status",
        )
    }
    return (
        summary.order_id > request.after
        and (summary.open_exceptions > 0 or not request.with_exceptions)
        and all(
            not value or value == getattr(summary, name)
            for name, value in wanted.items()
        )
    )


def check_commit(commit: Commit[C], known: Mapping[str, Effect]) -> None:
    """Refuse what a database's constraints would refuse.

    Raises:
        PortError: an event has another's number, or an operation is there
            already.
    """
    expected = commit.expected_version
    for recorded in commit.events:
        expected += 1
        if recorded.sequence != expected:
            message = f"event {recorded.sequence} where {expected} is due"
            raise PortError(message)
    new: set[str] = set()
    for intent in commit.intents:
        if intent.operation_id in known or intent.operation_id in new:
            message = f"operation {intent.operation_id} is there already"
            raise PortError(message)
        new.add(intent.operation_id)
