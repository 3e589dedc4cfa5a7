"""Input that is wrong: fields, amounts of money, and documents."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from orderlife.errors._root import OrderlifeError

__all__ = [
    "AmountOutOfRangeError",
    "CodecError",
    "CurrencyMismatchError",
    "InputError",
    "InvalidAmountError",
    "MoneyError",
    "NewerDocumentError",
    "Problem",
    "RoomMissingError",
    "TooManyDigitsError",
    "UnknownCurrencyError",
    "UnknownKeywordError",
    "ValidationError",
]


class InputError(OrderlifeError, ValueError):
    """The input is wrong, whatever the state of the order."""


@attrs.frozen
class Problem:
    """One thing that is wrong with one field of an input.

    Attributes:
        field: path of the field, as in ``lines[2].quantity``.
        message: what is wrong with it, and what would be right.
    """

    field: str
    message: str

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
    """A verb was given a keyword that it does not have; names those it has.

    It is a ``TypeError`` too, as Python's own error for such a keyword.
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

    Attributes:
        room: the name of the room.
    """

    def __init__(self, room: str) -> None:
        self.room = room
        super().__init__(room)

    def __str__(self) -> str:
        return (
            f"it is of the room {self.room!r}, which this house does not "
            "have: give desk and store the house that has it"
        )
