"""Payments that are pending, until the bank or the customer decides."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from orderlife.memory._accounts import Account
from orderlife.memory._operations import find
from orderlife.ports.payment import (
    Capture,
    Declined,
    PaymentIntent,
    PaymentOutcome,
    Refund,
)

__all__ = ["PendingOperation", "PendingOperations"]


@attrs.frozen(kw_only=True)
class PendingOperation:
    """A pending operation, and the functions that settle it."""

    intent: PaymentIntent
    account: Account | None
    apply: Callable[[int | None], PaymentOutcome]
    """Is given the amount paid, if it differs from the one asked for."""

    def decided(self, minor: int | None, *, succeed: bool) -> PaymentOutcome:
        """The outcome of settling it; a failed authorisation is closed."""
        if succeed:
            return self.apply(minor)
        if self.account is not None and self.account.waiting:
            self.account.closed = True
            self.account.waiting = False
        return Declined(code="declined")

    def reserve(self, sign: int) -> None:
        """Keep room for a capture or refund, or give it back with -1."""
        account, minor = self.account, sign * self.intent.amount.minor
        if account is None:
            return
        if isinstance(self.intent, Capture):
            account.capture_pending += minor
        elif isinstance(self.intent, Refund):
            account.refund_pending += minor


class PendingOperations:
    """All pending operations, the oldest first.

    An operation id may be there more than once, where the gateway does
    not deduplicate.  Its caller must hold a lock.
    """

    def __init__(self) -> None:
        self._queues: dict[str, list[PendingOperation]] = {}

    @property
    def operation_ids(self) -> tuple[str, ...]:
        """The ids of operations that wait, each once."""
        return tuple(self._queues)

    def first(self, operation_id: str) -> PendingOperation:
        """The oldest of that id.

        Raises:
            NotFoundError: none is waiting.
        """
        return find(operation_id, self._queues)[0]

    def put(self, operation: PendingOperation) -> None:
        """Let an operation wait, and keep room for it."""
        operation.reserve(1)
        queue = self._queues.setdefault(operation.intent.operation_id, [])
        queue.append(operation)

    def take(self, operation_id: str) -> None:
        """Take the oldest of that id out, and give its room back."""
        queue = self._queues[operation_id]
        queue.pop(0).reserve(-1)
        if not queue:
            del self._queues[operation_id]
