"""An order as the store in memory keeps it, and its checks of commits."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs

from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.personal import Personal
from orderlife._values.times import utc_or_none
from orderlife.engine.chain import Entry, answer_of
from orderlife.memory._ledger import Named
from orderlife.ports.store import Answer, Effect, FindOrders, OrderSummary

__all__ = ["Row", "copied", "fits"]

C = TypeVar("C")


# Nothing is converted where it is written to: the times of commits and of
# requests are told in UTC already.
@attrs.define(on_setattr=attrs.setters.NO_OP)
class Row(Generic[C]):
    case: C
    summary: OrderSummary
    version: int = 0
    entries: list[Entry] = attrs.field(factory=list)
    timers: tuple[Timer, ...] = ()
    effects: list[str] = attrs.field(factory=list)
    people: dict[str, Personal] = attrs.field(factory=dict)
    answered: dict[str, int] = attrs.field(factory=dict)
    """By an input's id, the number of its entry."""
    salts: dict[int, str] = attrs.field(factory=dict)
    """By an entry's number, what its fingerprint was made with."""
    asked: int = 0
    put_off: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """Until when its timers are left alone."""
    closed_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """Since when it is closed, and not folded away."""
    folded: dict[Named, Effect] = attrs.field(factory=dict)
    """Its effects, if it is folded away."""

    def add(self, entry: Entry, salt: str) -> None:
        """Add a decision."""
        self.entries.append(entry)
        self.version = entry.last_version
        number = len(self.entries)
        if entry.input_id:
            self.answered[entry.input_id] = number
        if salt:
            self.salts[number] = salt

    def answer(self, input_id: str) -> Answer | None:
        """The answer that an input got; None: none yet."""
        number = self.answered.get(input_id)
        if number is None:
            return None
        entry = self.entries[number - 1]
        return answer_of(
            entry.fingerprint,
            entry.first_version,
            entry.last_version,
            self.salts.get(number),
        )

    def history(self) -> tuple[Recorded, ...]:
        """All its events."""
        return tuple(event for entry in self.entries for event in entry.events)


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
