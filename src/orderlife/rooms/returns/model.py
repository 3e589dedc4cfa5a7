"""The values of a return."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from orderlife._values.times import utc, utc_or_none
from orderlife.ports.carrier import Label
from orderlife.ports.inventory import Disposition
from orderlife.rooms.returns.lifecycle import ReturnState

__all__ = [
    "Condition",
    "Disposition",
    "Finding",
    "Resolution",
    "Return",
    "ReturnLine",
    "UnexpectedItem",
    "seen_by_line",
]

Condition: TypeAlias = Literal[
    "sellable",
    "opened",
    "defective",
    "customer_damaged",
    "carrier_damaged",
    "wrong_item",
    "missing",
]
Resolution: TypeAlias = Literal["refund", "store_credit", "keep"]
"""What the customer gets; ``keep``: a refund, and keeps the goods."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Finding:
    """What the inspection found of some units of a line."""

    line_id: str
    quantity: int
    condition: Condition
    disposition: Disposition
    note: str = ""


def seen_by_line(findings: Iterable[Finding]) -> dict[str, int]:
    """Inspected units by line, without missing ones."""
    seen: dict[str, int] = {}
    for finding in findings:
        if finding.condition != "missing":
            units = seen.get(finding.line_id, 0) + finding.quantity
            seen[finding.line_id] = units
    return seen


@attrs.frozen(kw_only=True, weakref_slot=False)
class UnexpectedItem:
    """An item in a parcel that was not announced."""

    sku: str
    quantity: int


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnLine:
    """Units of one line on their way back."""

    line_id: str
    quantity: int
    """Units that are expected."""
    received: int = 0


@attrs.frozen(kw_only=True, weakref_slot=False)
class Return:
    """Goods that a customer returns, up to inspection and refund."""

    return_id: str
    state: ReturnState
    lines: tuple[ReturnLine, ...]
    reason: str
    """A code of the shop's registry of reasons."""
    resolution: Resolution
    requested_at: datetime = attrs.field(converter=utc)
    comment: str = ""
    """Reference of a personal text; empty: none."""
    explanation: str = ""
    """Why it was approved or declined."""
    label: Label | None = None
    label_pending: str = ""
    handed_in_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When the customer handed the goods in, perhaps unapproved."""
    parcels: tuple[str, ...] = ()
    """The ids of the parcels that have come."""
    unexpected: tuple[UnexpectedItem, ...] = ()
    findings: tuple[Finding, ...] = ()
    expires_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When an approval runs out if no goods have come."""
    receiving_until: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """Until when further parcels are awaited."""
    operations: int = 0
    notify: bool = True
    """False: no message about its label."""

    def received(self) -> int:
        """Units that have come, of all lines."""
        return sum(line.received for line in self.lines)

    def inspected(self, line_id: str | None = None) -> int:
        """Units that were inspected, of one line or of all."""
        seen = seen_by_line(self.findings)
        return sum(seen.values()) if line_id is None else seen.get(line_id, 0)
