"""The books of the fake gateway: its journal and its sums."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from orderlife._values.times import utc_clock
from orderlife.errors import InvariantError
from orderlife.memory._bank import Bank, GatewayEffect
from orderlife.memory._operations import Operations
from orderlife.memory.clock import utc_now
from orderlife.memory.script import Script
from orderlife.ports.base import Capabilities

__all__ = ["GatewayBooks"]


class GatewayBooks:
    """The bank's books: they can be read and proved at any time."""

    def __init__(
        self,
        clock: Callable[[], datetime] | None,
        capabilities: Capabilities,
        script: Script | None,
    ) -> None:
        self._clock = utc_clock(clock if clock is not None else utc_now)
        self._operations = Operations(self._clock, capabilities, script)
        able = self._operations.capabilities
        self._bank = Bank(self._clock, in_parts=able.captures_in_parts)

    @property
    def _lock(self) -> AbstractContextManager[object]:
        return self._operations.lock

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        return self._operations.capabilities

    @property
    def effects(self) -> tuple[GatewayEffect, ...]:
        """The journal: every movement of money, in order."""
        with self._lock:
            return tuple(self._bank.journal)

    def doubled(self) -> tuple[str, ...]:
        """The operation ids that acted twice; empty if all is well."""
        with self._lock:
            return self._bank.doubled()

    def open_minor(self, order_id: str | None = None) -> int:
        """What is secured and not taken, of an order or of all."""
        with self._lock:
            now = self._clock()
            return sum(a.open(now) for a in self._bank.accounts(order_id))

    def captured_minor(self, order_id: str | None = None) -> int:
        """What was taken, less captures that failed; before refunds."""
        with self._lock:
            accounts = self._bank.accounts(order_id)
            return sum(a.net_captured for a in accounts)

    def refunded_minor(self, order_id: str | None = None) -> int:
        """What was given back, less refunds that failed."""
        with self._lock:
            return sum(a.refunded for a in self._bank.accounts(order_id))

    def charged_back_minor(self, order_id: str | None = None) -> int:
        """What disputes have taken, less those that were won."""
        with self._lock:
            return sum(a.charged_back for a in self._bank.accounts(order_id))

    def credited_minor(self, order_id: str | None = None) -> int:
        """What was given as store credit."""
        with self._lock:
            return self._bank.credited(order_id)

    def check(self) -> None:
        """Prove that the books are right.

        Raises:
            InvariantError: line 2, 3 or 24 of the invariants does not
                hold, and which; 24 only if it deduplicates for good.
        """
        with self._lock:
            for account in self._bank.accounts(None):
                account.check()
        able = self.capabilities
        if able.deduplicates and able.window is None and self.doubled():
            raise InvariantError(
                f"invariant 24: {', '.join(self.doubled())} acted twice"
            )
