"""What people find when they look: remedies, parcels, conditions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import attrs

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.house import HOUSE
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.returns.messages import ReturnReceived
from orderlife.rooms.returns.model import Finding, Return

__all__ = ["findings", "received", "remedies"]


def remedies(
    item: ExceptionItem,
    others: tuple[ExceptionItem, ...],
    can_be_asked: bool,
) -> list[Remedy]:
    """From the last: to let it be ends it most often.

    What nobody knows of is asked after once more, where that can be.
    """
    why = item.contradiction
    found = list(reversed(HOUSE.remedies[why.kind]))
    tried = any(
        other.remedy is Remedy.RETRY
        and other.contradiction.subject == why.subject
        for other in others
    )
    unknown = why.kind is ExceptionKind.OUTCOME_UNKNOWN
    if unknown and can_be_asked and not tried:
        found.insert(0, Remedy.RETRY)
    return found


def received(return_: Return, now: datetime, how: int) -> ReturnReceived:
    """A parcel comes back, with what was announced or more."""
    return ReturnReceived(
        order_id=return_.return_id.rpartition("-")[0],
        return_id=return_.return_id,
        parcel_id=f"parcel-{how}",
        at=now,
        quantities={
            line.line_id: max(1, line.quantity - line.received + how // 2)
            for line in return_.lines
        },
    )


def findings(return_: Return, how: int) -> Iterator[Finding]:
    """Look at all that came and was not looked at yet."""
    for line in return_.lines:
        remaining = line.received - return_.inspected(line.line_id)
        if remaining > 0:
            yield attrs.evolve(
                _FINDINGS[how % len(_FINDINGS)],
                line_id=line.line_id,
                quantity=remaining,
            )


_FINDINGS: Final = tuple(
    Finding(
        line_id="",
        quantity=0,
        condition=condition,  # type: ignore[arg-type]
        disposition=disposition,  # type: ignore[arg-type]
    )
    for condition, disposition in (
        ("sellable", "restock"),
        ("opened", "quarantine"),
        ("customer_damaged", "scrap"),
    )
)
