"""How many effects are claimed at once, to be performed one by one.

A claim runs while its effect waits for those before it.  So few are
claimed at first, and more while they are performed quickly.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import attrs

from orderlife.ports.base import Capabilities

__all__ = ["Batch"]

_MOST: Final = 20
_SHARE: Final = 16


@attrs.define
class Batch:
    """The size of the next batch.

    If a worker dies, all claims of a batch are in doubt, also those of
    which nothing was begun.  So it is one where an adapter can neither
    be asked nor deduplicates.

    Args:
        lease: for how long an effect is claimed.
        able: what the adapters can do.
    """

    lease: timedelta
    able: Iterable[Capabilities]
    size: int = attrs.field(init=False, default=1)
    _most: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        safe = all(able.deduplicates or able.looks_up for able in self.able)
        self._most = _MOST if safe else 1

    def took(self, spent: timedelta) -> None:
        """Learn how long the last batch took."""
        slow = spent * _SHARE > self.lease
        self.size = 1 if slow else min(self._most, 2 * self.size)
