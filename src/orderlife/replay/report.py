"""What a replay has found, in numbers and lists."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs

__all__ = ["EndedOtherwise", "Refusal", "Rejected", "Report", "Skipped"]


@attrs.frozen(kw_only=True)
class Rejected:
    """An order that could not be placed, and why."""

    order_id: str
    reason: str
    paid_minor: int
    """What was paid for it nevertheless."""


@attrs.frozen(kw_only=True)
class Refusal:
    """A command that was refused, because it came too late."""

    order_id: str
    command: str
    reason: str


@attrs.frozen(kw_only=True)
class Skipped:
    """A payment that was left out, and why."""

    order_id: str
    sequence: int
    kind: str
    reason: str


@attrs.frozen(kw_only=True)
class EndedOtherwise:
    """An order whose end is not the one that the data tell of."""

    order_id: str
    data_status: str
    expected: str
    status: str
    """The order's own status."""


def _counter() -> Counter[str]:
    return Counter()


@attrs.define(kw_only=True)
class Report:
    """What a replay has found; it grows while the replay goes on."""

    currency: str = "BRL"
    orders_read: int = 0
    orders_placed: int = 0
    rejected: list[Rejected] = attrs.field(factory=list)
    data_statuses: Counter[str] = attrs.field(factory=_counter)
    """Orders placed, by their status in the data."""
    statuses: Counter[str] = attrs.field(factory=_counter)
    """Orders placed, by their own status."""
    payment_statuses: Counter[str] = attrs.field(factory=_counter)
    fulfilment_statuses: Counter[str] = attrs.field(factory=_counter)
    ended_otherwise: list[EndedOtherwise] = attrs.field(factory=list)
    shipments: int = 0
    ordered_units: int = 0
    delivered_units: int = 0
    ordered_minor: int = 0
    captured_minor: int = 0
    refunded_minor: int = 0
    exceptions: Counter[str] = attrs.field(factory=_counter)
    """All that were opened, by kind."""
    exceptions_open: Counter[str] = attrs.field(factory=_counter)
    """Those that nobody has settled, by kind."""
    refusals: list[Refusal] = attrs.field(factory=list)
    skipped_payments: list[Skipped] = attrs.field(factory=list)
    deliveries: int = 0
    """Orders that were delivered whole."""
    late_deliveries: int = 0
    """Of these, after the time that was promised, as the data give it:
    the midnight at which the promised day begins."""
    late_by_day: int = 0
    """Of these, after the promised day was over."""
    assumed: Counter[str] = attrs.field(factory=_counter)
    """What the data do not tell: times, by what happened, and weights."""
    reviews: Counter[str] = attrs.field(factory=_counter)
    """What became of the reviews."""
    absent_files: tuple[str, ...] = ()
    events: int = 0
    violations: list[str] = attrs.field(factory=list)
    seconds: float = 0.0
    """How long it took, with all checks and without reading the files."""

    @property
    def orders_per_second(self) -> float:
        """How many orders were placed in a second of the replay."""
        return self.orders_placed / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """The report as one document of plain values."""
        document = attrs.asdict(self)
        for name in document:
            value = getattr(self, name)
            if isinstance(value, Counter):
                document[name] = dict(sorted((+value).items()))
        document["violations"] = len(self.violations)
        document["violations_found"] = list(self.violations)
        document["seconds"] = round(self.seconds, 3)
        document["orders_per_second"] = round(self.orders_per_second, 1)
        return document
