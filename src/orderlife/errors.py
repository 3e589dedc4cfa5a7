"""Every error that orderlife raises, and what to do about each.

::

    OrderlifeError
    ├── InputError                what came in is wrong: mend the input
    │   ├── ValidationError       one or more fields of a command
    │   │   └── UnknownKeywordError     a word that nothing knows
    │   ├── MoneyError
    │   │   ├── InvalidAmountError      not a number, or a float
    │   │   ├── TooManyDigitsError      finer than the currency
    │   │   ├── AmountOutOfRangeError   beyond 2**53 - 1 minor units
    │   │   ├── UnknownCurrencyError    not an active ISO 4217 code
    │   │   └── CurrencyMismatchError   two currencies in one sum
    │   └── CodecError            a stored or received document
    │       ├── NewerDocumentError      written by a later orderlife
    │       └── RoomMissingError        of a room that this house lacks
    ├── RefusedError              understood, and not possible now
    │   ├── IllegalTransitionError      the lifecycle does not allow it
    │   ├── NotAllowedError             a rule of the shop or the house
    │   │   └── DeniedError                   this actor may not
    │   │       └── LimitExceededError              not so much
    │   ├── NotFoundError               no such order, line, shipment …
    │   ├── UncommittedError            within a transaction: commit first
    │   └── ConflictError               somebody was there first
    │       ├── StaleVersionError       the order has moved on: read again
    │       ├── CommandIdReusedError    one id, two different commands
    │       └── NumberTakenError        a channel's number, placed twice
    ├── PortError                 an adapter broke its contract
    ├── PolicyError               the shop's policy has no answer
    ├── OverloadedError           too much at once: try again later
    ├── ForkedError               opened before a fork: open it anew
    ├── InDoubtError              stored or not: give the same id again
    │   └── StoredError           stored, and not to be shown just now
    ├── StoreVersionError         tables of another release: migrate
    ├── ChainBrokenError          stored events were tampered with
    ├── AlteredError              what is kept is not what they say
    ├── TracesLeftError           erased, and not gone yet: erase again
    ├── ClockError                a clock tells no moment: give it a zone
    ├── ForgetfulStoreError       it may forget what nobody can be asked of
    ├── MissingExtraError         an optional package is not installed
    ├── InvariantError            a rule of the house is broken: a bug
    └── LifecycleError            a lifecycle, room or port: a defect

Whose fault it is decides the branch: the caller's input, the state of
the order, an adapter, the shop's policy, the installation, or orderlife
itself.
Errors take positional arguments, so that they can be pickled.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

__all__ = [
    "AlteredError",
    "AmountOutOfRangeError",
    "ChainBrokenError",
    "ClockError",
    "CodecError",
    "CommandIdReusedError",
    "ConflictError",
    "CurrencyMismatchError",
    "DeniedError",
    "ForgetfulStoreError",
    "ForgetfulStoreWarning",
    "ForkedError",
    "IllegalTransitionError",
    "InDoubtError",
    "InputError",
    "InvalidAmountError",
    "InvariantError",
    "LifecycleError",
    "LimitExceededError",
    "MissingExtraError",
    "MoneyError",
    "NewerDocumentError",
    "NotAllowedError",
    "NotFoundError",
    "NumberTakenError",
    "OrderlifeError",
    "OverloadedError",
    "PolicyError",
    "PortError",
    "Problem",
    "RefusedError",
    "RoomMissingError",
    "StaleVersionError",
    "StoreVersionError",
    "StoredError",
    "TooManyDigitsError",
    "TracesLeftError",
    "UncommittedError",
    "UnknownCurrencyError",
    "UnknownKeywordError",
    "ValidationError",
]


class OrderlifeError(Exception):
    """The root of all errors that orderlife raises."""


class InputError(OrderlifeError, ValueError):
    """What came in is wrong, whatever the state of the order."""


@attrs.frozen
class Problem:
    """One thing that is wrong with one field of an input."""

    field: str
    """Path of the field, as in ``lines[2].quantity``."""
    message: str
    """What is wrong with it, and what would be right."""

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class ValidationError(InputError):
    """Names every field of an input that is wrong, all at once."""

    def __init__(self, what: str, problems: Iterable[Problem]) -> None:
        self.what = what
        self.problems = tuple(problems)
        super().__init__(what, self.problems)

    def __str__(self) -> str:
        listed = "".join(f"\n  {problem}" for problem in self.problems)
        return f"{self.what} is not valid:{listed}"


class UnknownKeywordError(ValidationError, TypeError):
    """A verb was given a word that it does not take; says which it does.

    It is a ``TypeError`` too, as Python's own for such a word is.
    """


class MoneyError(InputError):
    """An amount or a currency that cannot be used."""


class InvalidAmountError(MoneyError):
    """Not an amount of money: a float, NaN, or not a decimal number."""


class TooManyDigitsError(MoneyError):
    """Finer than the currency's minor unit, and no rounding named."""


class AmountOutOfRangeError(MoneyError):
    """Beyond 2**53 - 1 minor units, the most that one amount may be."""


class UnknownCurrencyError(MoneyError):
    """Not an active ISO 4217 currency code."""


class CurrencyMismatchError(MoneyError):
    """Two currencies met in one calculation."""


class CodecError(InputError):
    """A document that cannot be read."""


class NewerDocumentError(CodecError):
    """A document written by a later version: upgrade orderlife first."""


class RoomMissingError(CodecError):
    """A document of a room that this house does not have.

    It is read by a house that has the room, and never written over.
    """

    def __init__(self, room: str) -> None:
        self.room = room
        """What the room is called."""
        super().__init__(room)

    def __str__(self) -> str:
        return (
            f"it is of the room {self.room!r}, which this house does not "
            "have: give desk and store the house that has it"
        )


class RefusedError(OrderlifeError):
    """The input was understood; the state of things does not allow it."""


class IllegalTransitionError(RefusedError):
    """A lifecycle has no such step from its present state."""

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

    def __str__(self) -> str:
        possible = ", ".join(self.allowed) or "nothing: this state is final"
        return (
            f"{self.aggregate} {self.id} is {self.state}: "
            f"cannot {self.asked}; possible: {possible}"
        )


class NotAllowedError(RefusedError):
    """A rule forbids it; says which, and what could be done instead."""

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
    """There is no such thing; says what there is."""

    def __init__(self, kind: str, id: str, known: Iterable[str] = ()) -> None:
        self.kind = kind
        self.id = id
        self.known = tuple(known)
        super().__init__(kind, id, self.known)

    def __str__(self) -> str:
        known = f"; there is {', '.join(self.known)}" if self.known else ""
        return f"no {self.kind} {self.id!r}{known}"


class UncommittedError(RefusedError):
    """Nothing is performed in a transaction that may be rolled back.

    Else money would have moved of which the order knows nothing.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)

    def __str__(self) -> str:
        return (
            f"cannot claim effects in {self.what}: it may still be rolled "
            "back; commit it, and have a desk work that is not part of it"
        )


class ConflictError(RefusedError):
    """Somebody or something else came first."""


class StaleVersionError(ConflictError):
    """The order has moved on since it was read: read it again."""

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

    It stays that order's, whatever became of it: cancelled, rejected
    and expired orders keep theirs.
    """

    def __init__(
        self, order_id: str, channel: str, number: str, taken_by: str
    ) -> None:
        self.order_id = order_id
        self.channel = channel
        self.number = number
        self.taken_by = taken_by
        """The order that was placed with it first."""
        super().__init__(order_id, channel, number, taken_by)

    def __str__(self) -> str:
        named = f"channel {self.channel!r}" if self.channel else "the shop"
        return (
            f"order {self.order_id} cannot be placed: number "
            f"{self.number!r} of {named} is order {self.taken_by} already; "
            "look at that order, or place this one under another number"
        )


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


class OverloadedError(OrderlifeError):
    """Too much is asked at once; nothing was stored: try again later."""

    def __init__(self, what: str, waited_s: float) -> None:
        self.what = what
        self.waited_s = waited_s
        super().__init__(what, waited_s)

    def __str__(self) -> str:
        waited = (
            f"had no room after {self.waited_s:g} seconds"
            if self.waited_s
            else "has no room"
        )
        return f"{self.what} {waited}: nothing was stored, try again later"


class ForkedError(OrderlifeError):
    """Something was opened before a fork, and cannot be shared by two."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(what, remedy)

    def __str__(self) -> str:
        return (
            f"{self.what} was open before this process was forked, and "
            f"nothing was stored: {self.remedy}"
        )


class InDoubtError(OrderlifeError):
    """A connection broke at the wrong moment: stored, or not stored."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)

    def __str__(self) -> str:
        return (
            f"the connection to {self.what} broke and no other was to be "
            "had: it may be stored or not; give the same input again, "
            "under the same id"
        )


class StoredError(InDoubtError):
    """It is stored, and the order could not be read again to show it."""

    def __str__(self) -> str:
        return (
            f"what was asked of order {self.what} is stored, and the order "
            "could not be read again: read it later; the same input, under "
            "the same id, changes nothing"
        )


class StoreVersionError(OrderlifeError):
    """The tables are of another release than the program."""

    def __init__(self, found: int, wanted: int, remedy: str) -> None:
        self.found = found
        self.wanted = wanted
        self.remedy = remedy
        super().__init__(found, wanted, remedy)

    def __str__(self) -> str:
        return (
            f"the tables are at version {self.found}, and this release "
            f"works with version {self.wanted}: {self.remedy}"
        )


class ChainBrokenError(OrderlifeError):
    """A stored event was changed, left out or put in."""

    def __init__(self, order_id: str, sequence: int) -> None:
        self.order_id = order_id
        self.sequence = sequence
        super().__init__(order_id, sequence)

    def __str__(self) -> str:
        return (
            f"order {self.order_id}: event {self.sequence} is not what was "
            "recorded: restore it from a backup, and find out who changed it"
        )


class ClockError(OrderlifeError, ValueError):
    """A clock that was given tells no moment: its times have no zone."""

    def __init__(self, told: str) -> None:
        self.told = told
        super().__init__(told)

    def __str__(self) -> str:
        return (
            f"the clock tells {self.told}: it must tell a moment, with its "
            "time zone, as datetime.now(UTC) does"
        )


class AlteredError(OrderlifeError):
    """What is kept of an order is not what its events say."""

    def __init__(self, order_id: str, what: Iterable[str]) -> None:
        self.order_id = order_id
        self.what = tuple(what)
        super().__init__(order_id, self.what)

    def __str__(self) -> str:
        listed = "".join(f"\n  {part}" for part in self.what)
        return (
            f"order {self.order_id} was altered, or its events were; these "
            f"are not what its events say:{listed}\n"
            "restore it from a backup, and find out who changed it"
        )


class TracesLeftError(OrderlifeError):
    """Personal data is erased, and a trace of it is left for now."""

    def __init__(self, erased: int, where: str, remedy: str) -> None:
        self.erased = erased
        self.where = where
        self.remedy = remedy
        super().__init__(erased, where, remedy)

    def __str__(self) -> str:
        return (
            f"erased, {self.erased} values this time, and a trace is left "
            f"in {self.where}: {self.remedy}"
        )


class ForgetfulStoreError(OrderlifeError, ValueError):
    """A store may forget what an adapter can neither be asked nor told.

    After a power cut it would be done twice: nobody would know better.
    """

    def __init__(self, store: str, ports: tuple[str, ...]) -> None:
        self.store = store
        self.ports = ports
        super().__init__(store, ports)

    def __str__(self) -> str:
        return (
            f"{self.store} may forget its last moments, and the adapter of "
            f"{' and '.join(self.ports)} neither deduplicates nor looks up: "
            "after a power cut it may act twice; keep every commit "
            "(durability='full' of SQLite, synchronous_commit = on of "
            "PostgreSQL), or give an adapter that can be asked"
        )


class ForgetfulStoreWarning(UserWarning):
    """The same, where messages may be sent twice and nothing else."""


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
    """What must always hold does not: a defect, never a user's mistake."""


class LifecycleError(OrderlifeError):
    """A lifecycle, a room or a port contradicts itself; found at import."""
