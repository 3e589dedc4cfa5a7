"""A notifier that only records the messages it was to send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, cast

from orderlife.memory._operations import Operations, repeated
from orderlife.memory.clock import utc_now
from orderlife.memory.script import (
    Accept,
    Behaviour,
    Decline,
    Script,
    unsupported,
)
from orderlife.ports.base import Capabilities, NotKnown
from orderlife.ports.notifier import (
    MessageKind,
    NotifierOutcome,
    Notify,
    NotSent,
    Sent,
)

__all__ = ["FakeNotifier"]

_SAFE: Final = Capabilities(deduplicates=True, looks_up=True)


class FakeNotifier:
    """A :class:`~orderlife.ports.notifier.Notifier` in memory.

    ``Decline("mailbox_full", "later")`` in the script is ``NotSent`` for
    now, and may be tried again under the same operation id; with any
    other advice it is ``permanent``.

    Args:
        clock: only for the ``window`` of the capabilities.
        capabilities: without ``deduplicates`` the same operation id
            sends again; without ``looks_up``, ``look_up`` is ``Unknown``.
        script: its faults.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] | None = None,
        capabilities: Capabilities = _SAFE,
        script: Script | None = None,
    ) -> None:
        clock = clock if clock is not None else utc_now
        self._operations = Operations(clock, capabilities, script)
        self.sent: list[Notify] = []
        """The messages sent, in order."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        return self._operations.capabilities

    @property
    def script(self) -> Script:
        """The script of its faults, which can be added to."""
        return self._operations.script

    def send(self, intent: Notify, /) -> NotifierOutcome:
        """Send one message, once for each operation id.

        Raises:
            PortError: the id was used for another message.
        """

        def act(steer: Behaviour | None) -> Sent | NotSent:
            match steer:
                case Decline():
                    later = steer.advice == "later"
                    return NotSent(steer.code, permanent=not later)
                case Accept() | None:
                    self.sent.append(intent)
                    return Sent(f"message-{len(self.sent)}")
                case _:
                    raise unsupported("send", steer)

        return self._operations.perform("send", intent, act, keep=_is_final)

    def look_up(self, intent: Notify, /) -> NotifierOutcome | NotKnown:
        """Give the outcome of a message, by its operation id."""
        return cast(
            "NotifierOutcome | NotKnown", self._operations.look_up(intent)
        )

    def kinds(self, order_id: str | None = None) -> tuple[MessageKind, ...]:
        """The kinds of the messages sent about an order, or about all."""
        with self._operations.lock:
            return tuple(
                message.message
                for message in self.sent
                if order_id in {None, message.order_id}
            )

    def doubled(self) -> tuple[str, ...]:
        """The operation ids that sent twice; empty if all is well."""
        with self._operations.lock:
            return repeated(message.operation_id for message in self.sent)


def _is_final(answer: Sent | NotSent) -> bool:
    return isinstance(answer, Sent) or answer.permanent
