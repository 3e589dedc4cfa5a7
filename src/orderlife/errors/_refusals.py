"""Refusals: valid input that the present state does not allow."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from orderlife.errors._root import OrderlifeError

__all__ = [
    "CommandIdReusedError",
    "ConflictError",
    "DeniedError",
    "IllegalTransitionError",
    "LimitExceededError",
    "NotAllowedError",
    "NotFoundError",
    "NumberTakenError",
    "RefusedError",
    "StaleVersionError",
    "UncommittedError",
]


class RefusedError(OrderlifeError):
    """The input is valid, but the present state does not allow it."""


class IllegalTransitionError(RefusedError):
    """A lifecycle has no such step from its present state.

    Attributes:
        aggregate: what it is a lifecycle of, such as a shipment.
        id: its id.
        state: where it is.
        asked: the step that there is not.
        allowed: the steps of the lifecycle from there, which the process
            takes by itself as well.
    """

    _commands: Callable[[], Iterable[str]] | None = None
    """Finds the commands that would be possible; None: nobody knows."""

    def __init__(
        self,
        aggregate: str,
        id: str,
        state: str,
        asked: str,
        allowed: Iterable[str],
    ) -> None:
        self.aggregate = aggregate
        self.id = id
        self.state = state
        self.asked = asked
        self.allowed = tuple(sorted(allowed))
        super().__init__(aggregate, id, state, asked, self.allowed)

    def asks(self, commands: Callable[[], Iterable[str]]) -> None:
        """Say how the commands are found, once somebody reads them."""
        self._commands = commands

    def told(self, commands: Iterable[str]) -> None:
        """Say which commands would be possible, by their names."""
        self.asks(functools.partial(tuple, tuple(commands)))

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands about it that its actor could give, by class name.

        They are found by trying when they are first read.  Empty too
        where a lifecycle was asked by itself, outside of any decision.
        """
        if self._commands is None:
            return ()
        try:
            found = tuple(self._commands())
        except OrderlifeError:
            found = ()  # the fault of a room: that is not what was asked
        self.told(found)
        return found

    def __str__(self) -> str:
        possible = self.allowed if self._commands is None else self.commands
        listed = ", ".join(possible) or (
            "no command now"
            if self.allowed
            else "nothing: this state is final"
        )
        return (
            f"{self.aggregate} {self.id} is {self.state}: "
            f"cannot {self.asked}; possible: {listed}"
        )

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle the names of the commands, not how they are found."""
        _ = self.commands  # from now on they are known
        return super().__reduce__()


class NotAllowedError(RefusedError):
    """A rule forbids it; names the rule, and what could be done instead."""

    def __init__(self, asked: str, of: str, why: str, instead: str) -> None:
        self.asked = asked
        self.of = of
        self.why = why
        self.instead = instead
        super().__init__(asked, of, why, instead)

    def __str__(self) -> str:
        return f"cannot {self.asked} {self.of}: {self.why}; {self.instead}"


class DeniedError(NotAllowedError):
    """The shop's policy does not let this actor give this command."""


class LimitExceededError(DeniedError):
    """It would move more money than this actor may move on an order."""


class NotFoundError(RefusedError, LookupError):
    """Something of that id does not exist; names what does."""

    def __init__(self, kind: str, id: str, known: Iterable[str] = ()) -> None:
        self.kind = kind
        self.id = id
        self.known = tuple(known)
        super().__init__(kind, id, self.known)

    def __str__(self) -> str:
        known = f"; there is {', '.join(self.known)}" if self.known else ""
        return f"no {self.kind} {self.id!r}{known}"


class UncommittedError(RefusedError):
    """Nothing leaves a transaction that may be rolled back.

    Else money would have moved, or somebody been told of an event, that
    the order has no record of.
    """

    def __init__(self, what: str, asked: str = "claim effects") -> None:
        self.what = what
        self.asked = asked
        super().__init__(what, asked)

    def __str__(self) -> str:
        return (
            f"cannot {self.asked} in {self.what}: it may still be rolled "
            "back; commit it, and have a desk work that is not part of it"
        )


class ConflictError(RefusedError):
    """Another input came first."""


class StaleVersionError(ConflictError):
    """The order was changed since it was read: read it again."""

    def __init__(self, order_id: str, expected: int, actual: int) -> None:
        self.order_id = order_id
        self.expected = expected
        self.actual = actual
        super().__init__(order_id, expected, actual)

    def __str__(self) -> str:
        return (
            f"order {self.order_id} is at version {self.actual}, not "
            f"{self.expected}: read it again and decide anew"
        )


class CommandIdReusedError(ConflictError):
    """A command id came back with another content: use a new id."""

    def __init__(self, order_id: str, command_id: str) -> None:
        self.order_id = order_id
        self.command_id = command_id
        super().__init__(order_id, command_id)

    def __str__(self) -> str:
        return (
            f"command id {self.command_id!r} of order {self.order_id} was "
            "used for a different command: a new command needs a new id"
        )


class NumberTakenError(ConflictError):
    """A channel's number was placed before, as another order.

    That order keeps it, even if it is cancelled, rejected or expired.

    Attributes:
        taken_by: the order that was placed with it first.
    """

    def __init__(
        self, order_id: str, channel: str, number: str, taken_by: str
    ) -> None:
        self.order_id = order_id
        self.channel = channel
        self.number = number
        self.taken_by = taken_by
        super().__init__(order_id, channel, number, taken_by)

    def __str__(self) -> str:
        named = f"channel {self.channel!r}" if self.channel else "the shop"
        return (
            f"order {self.order_id} cannot be placed: number "
            f"{self.number!r} of {named} is order {self.taken_by} already; "
            "look at that order, or place this one under another number"
        )
