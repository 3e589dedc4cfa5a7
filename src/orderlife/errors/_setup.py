"""Adapters, policy, clock and installation that are wrong, and defects."""

from __future__ import annotations

from orderlife.errors._root import OrderlifeError

__all__ = [
    "ClockError",
    "InvariantError",
    "LifecycleError",
    "MissingExtraError",
    "PolicyError",
    "PortError",
    "RoomError",
]


class PortError(OrderlifeError):
    """An adapter answered what its port does not allow."""


class PolicyError(OrderlifeError):
    """A function of the shop's policy gave no answer: mend the policy."""

    def __init__(self, function: str, about: str, answer: str) -> None:
        self.function = function
        self.about = about
        self.answer = answer
        super().__init__(function, about, answer)

    def __str__(self) -> str:
        return (
            f"policy.{self.function} was asked about {self.about}, and "
            f"{self.answer}: nothing was stored; mend the policy"
        )


class ClockError(OrderlifeError, ValueError):
    """A clock gives times without a time zone."""

    def __init__(self, told: str) -> None:
        self.told = told
        super().__init__(told)

    def __str__(self) -> str:
        return (
            f"the clock tells {self.told}: it must tell a moment, with its "
            "time zone, as datetime.now(UTC) does"
        )


class MissingExtraError(OrderlifeError, ImportError):
    """An optional package is missing; says how to install it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self.package = package
        self.extra = extra
        self.purpose = purpose
        super().__init__(package, extra, purpose)

    def __str__(self) -> str:
        return (
            f"{self.purpose} needs the package {self.package!r}: "
            f"python -m pip install 'orderlife[{self.extra}]'"
        )


class InvariantError(OrderlifeError):
    """An invariant does not hold: a defect, never a user's mistake."""


class RoomError(InvariantError):
    """A function of an application's room is wrong: mend the room.

    It raised an error of Python's own, which is the cause, or gave what
    its house cannot use.  Nothing was stored.

    Attributes:
        room: the name of the room.
        function: the function, and the message that it was for.
        answer: what it did; it ends a sentence.
    """

    def __init__(self, room: str, function: str, answer: str) -> None:
        self.room = room
        self.function = function
        self.answer = answer
        super().__init__(room, function, answer)

    def __str__(self) -> str:
        return (
            f"room {self.room}: {self.function} {self.answer}; nothing was "
            "stored: mend the room"
        )


class LifecycleError(OrderlifeError):
    """A lifecycle, a room or a port contradicts itself; found at import."""
