"""An exception item: a contradiction that waits for a person."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderlife._kernel.messages import Contradiction, Remedy
from orderlife._values.times import utc

__all__ = [
    "ExceptionItem",
]


@attrs.frozen(kw_only=True, weakref_slot=False)
class ExceptionItem:
    """A contradiction that a person has to settle, or has settled."""

    exception_id: str
    contradiction: Contradiction
    opened_at: datetime = attrs.field(converter=utc)
    remedy: Remedy | None = None
    """How it was settled; None while it is open."""
    note: str = ""
    by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a person."""
        return self.remedy is None
