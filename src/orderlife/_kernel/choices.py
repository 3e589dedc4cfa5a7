"""What a command may still be given, found by trying it.

A room says what is possible by its own rules: words, units by line,
amounts.  Whether the actor may ask for so much is for the shop's policy
to say, so the largest is tried; where it is refused, the largest that is
followed is searched for.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

import attrs

from orderlife._kernel.labels import word_label
from orderlife._kernel.messages import Command, Quantities
from orderlife._values.money import Money
from orderlife._values.plain import Shown

__all__ = [
    "AmountLimit",
    "Choice",
    "Choices",
    "Option",
    "Trial",
    "UnitLimit",
    "amounts_of",
    "units_of",
]

Fields: TypeAlias = Mapping[str, Any]
"""Fields of a command, by name."""


@attrs.frozen
class Option(Shown):
    """A word that a field may be given."""

    value: str
    label: str


@attrs.frozen(kw_only=True)
class UnitLimit(Shown):
    """How many units of a line a field may be given."""

    line_id: str
    label: str
    """What is in the line: its SKU."""
    smallest: int = 1
    largest: int
    where: str = ""
    """The disposition that they are in now; empty: it does not matter."""


@attrs.frozen(kw_only=True)
class AmountLimit(Shown):
    """Between which amounts a field may be given one."""

    label: str
    smallest: Money
    largest: Money
    payment_id: str = ""
    """If it comes from this payment; empty: from any."""
    of: str = ""
    """If it is for ``"postage"``; empty: for whatever it is."""


@attrs.frozen(kw_only=True)
class Choice(Shown):
    """What one field of an allowed command may be given.

    Each limit is by itself: what several lines or payments are given
    together may still be more than the actor may move.
    """

    field: str
    """The command's field; of a value within it the path, as in
    ``tender.amount`` and ``findings.condition``."""
    label: str
    kind: Literal["option", "units", "amount"]
    """Which of ``options``, ``units`` and ``amounts`` it has."""
    several: bool = False
    """Whether more than one option may be given."""
    options: tuple[Option, ...] = ()
    units: tuple[UnitLimit, ...] = ()
    amounts: tuple[AmountLimit, ...] = ()


@attrs.frozen
class Trial:
    """An allowed command, to be tried with other values of its fields."""

    command: Command
    _followed: Callable[[Command], bool]
    _permitted: Callable[[Command], bool] | None
    """None: whoever asks may ask for anything."""

    def followed(self, **fields: Any) -> bool:
        """Whether it would be followed with these fields."""
        return self._followed(attrs.evolve(self.command, **fields))

    def permitted(self, **fields: Any) -> bool:
        """Whether its actor may ask for it with these fields."""
        if self._permitted is None:
            return True
        return self._permitted(attrs.evolve(self.command, **fields))

    def most(self, largest: int, fields: Callable[[int], Fields]) -> int:
        """The largest number that is followed, or 0.

        Args:
            largest: more than this the rules do not allow.
            fields: makes the command's fields of a number.
        """
        if largest < 1 or self.followed(**fields(largest)):
            return max(0, largest)
        return bisect_left(
            range(1, largest),
            1,
            key=lambda number: not self.followed(**fields(number)),
        )

    def words(
        self,
        field: str,
        labels: Mapping[str, str],
        fields: Callable[[str], Fields] | None = None,
        *,
        several: bool = False,
        moves: bool = False,
        tries: bool = False,
    ) -> Iterator[Choice]:
        """The words that a field may be given; nothing if there are none.

        Args:
            field: its name.
            labels: the words, and their labels.
            fields: makes the command's fields of a word; None: it is the
                field itself.
            several: whether more than one may be given.
            moves: whether it depends on the word how much money goes out,
                of which the actor may have a limit.
            tries: whether a rule may be against a word: each is tried.
        """
        make = fields or (lambda word: {field: (word,) if several else word})
        limited = moves and self._permitted is not None
        fits = self.followed if tries or limited else self.permitted
        options = tuple(
            Option(word, label)
            for word, label in labels.items()
            if fits(**make(word))
        )
        if options:
            yield Choice(
                field=field,
                label=word_label(field),
                kind="option",
                several=several,
                options=options,
            )

    def units(
        self,
        field: str,
        most: Quantities,
        labels: Mapping[str, str],
        fields: Callable[[Quantities], Fields] | None = None,
    ) -> Iterator[Choice]:
        """The units that a field may be given; nothing if there are none.

        Args:
            field: its name.
            most: by line, more than this the rules do not allow.
            labels: by line, what is in it.
            fields: makes the command's fields of units by line; None:
                they are the field itself.
        """
        make = fields or (lambda units: {field: units})
        found = {line: units for line, units in most.items() if units > 0}
        # Mostly all lines are possible at once: one try for all of them.
        if len(found) < 2 or not self.followed(**make(found)):
            found = {
                line: self.most(units, functools.partial(_of_line, make, line))
                for line, units in found.items()
            }
        yield from units_of(
            field,
            (
                UnitLimit(line_id=line, label=labels[line], largest=units)
                for line, units in found.items()
                if units
            ),
        )


def _of_line(
    make: Callable[[Quantities], Fields], line_id: str, units: int
) -> Fields:
    return make({line_id: units})


def units_of(field: str, limits: Iterable[UnitLimit]) -> Iterator[Choice]:
    """A choice of units by line; nothing if there are none."""
    if units := tuple(limits):
        yield Choice(
            field=field, label=word_label(field), kind="units", units=units
        )


def amounts_of(field: str, limits: Iterable[AmountLimit]) -> Choice:
    """A choice of an amount, between the ends of one of the limits."""
    return Choice(
        field=field,
        label=word_label(field),
        kind="amount",
        amounts=tuple(limits),
    )


Choices: TypeAlias = Callable[[Trial], Iterable[Choice]]
"""Gives what an allowed command may be given."""
