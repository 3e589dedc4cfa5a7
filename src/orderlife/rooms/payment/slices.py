"""The cost of a line's units once a part of it was refunded.

A line is a row of units that share its cost.  An allowance lowers the
cost of some of them and not of the others, so from then on the line is a
row of *slices*: adjacent units with equal shares.  The units before and
after keep their shares to the cent, whatever of them was captured or
refunded before.  (Subtracting an allowance from the shares of the whole
line instead would be wrong: two units of 1 cent and two allowances of
1 cent leave -1 and 1.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import attrs

from orderlife._values.money import prefix_between, shares_between

__all__ = [
    "BETWEEN",
    "Part",
    "ShareRule",
    "Slice",
    "cut",
    "lowered",
    "share_of",
    "tidied",
    "worth",
]

ShareRule: TypeAlias = Literal["first_units", "proportional"]
"""The rule for the cents that do not divide evenly among units.

``proportional``: every prefix of the units has its proportional share,
rounded down.  ``first_units``: the first ones have one more each, as in
orders that were placed before there was the other rule.
"""
Part: TypeAlias = Literal["goods", "shipping"]
"""The parts of a unit's cost, each with its tax."""

BETWEEN: Final = {
    "proportional": prefix_between,
    "first_units": shares_between,
}
"""The share of a total that some of the units have, by the rule."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Slice:
    """Adjacent units of a line with equal shares.

    Amounts are for all its units together, in minor units.
    """

    units: int
    goods_minor: int
    tax_minor: int
    """The tax on the goods and on the shipping."""
    shipping_minor: int
    shipping_tax_minor: int = 0
    """The part of the tax on the shipping."""


_AMOUNTS: Final = (
    "goods_minor",
    "tax_minor",
    "shipping_minor",
    "shipping_tax_minor",
)


def share_of(
    slices: Sequence[Slice], rule: ShareRule, name: str, start: int, stop: int
) -> int:
    """The share of an amount of the units ``start`` up to ``stop``."""
    between = BETWEEN[rule]
    total = first = 0
    for one in slices:
        low, high = max(start, first), min(stop, first + one.units)
        if low < high:
            whole: int = getattr(one, name)
            total += between(whole, one.units, low - first, high - first)
        first += one.units
    return total


def cut(slices: Iterable[Slice], rule: ShareRule, *places: int) -> list[Slice]:
    """Divide the slices so that they end at these units."""
    found: list[Slice] = []
    first = 0
    for one in slices:
        inside = (p - first for p in places if first < p < first + one.units)
        found += _divided(one, rule, sorted({0, *inside, one.units}))
        first += one.units
    return found


def _divided(one: Slice, rule: ShareRule, ends: list[int]) -> list[Slice]:
    if len(ends) == 2:
        return [one]
    between = BETWEEN[rule]
    return [
        Slice(
            units=stop - start,
            **{
                name: between(getattr(one, name), one.units, start, stop)
                for name in _AMOUNTS
            },
        )
        for start, stop in pairwise(ends)
    ]


def worth(one: Slice, part: Part, *, tax_added: bool) -> int:
    """The amount that can be taken off a part, with its added tax."""
    if part == "shipping":
        tax = one.shipping_tax_minor
        return one.shipping_minor + (tax if tax_added else 0)
    tax = one.tax_minor - one.shipping_tax_minor
    return one.goods_minor + (tax if tax_added else 0)


def lowered(one: Slice, part: Part, minor: int, *, tax_added: bool) -> Slice:
    """Take an amount off a part of a slice, and its tax in proportion.

    Args:
        one: the slice.
        part: goods or shipping.
        minor: the amount, with tax where that is added; at most its
            worth.
        tax_added: False: the tax is contained, and falls with the price.
    """
    shipping = part == "shipping"
    price = one.shipping_minor if shipping else one.goods_minor
    tax = one.shipping_tax_minor
    if not shipping:
        tax = one.tax_minor - tax
    whole = price + tax if tax_added else price
    tax_off = tax * minor // whole
    price_off = minor - tax_off if tax_added else minor
    return attrs.evolve(
        one,
        goods_minor=one.goods_minor - (0 if shipping else price_off),
        tax_minor=one.tax_minor - tax_off,
        shipping_minor=one.shipping_minor - (price_off if shipping else 0),
        shipping_tax_minor=one.shipping_tax_minor
        - (tax_off if shipping else 0),
    )


def tidied(slices: Sequence[Slice], wanted: int) -> tuple[Slice, ...]:
    """Merge the slices after the wanted units into one.

    The shares of single cancelled units are not needed any more.
    """
    first = 0
    for index, one in enumerate(slices):
        if first >= wanted and len(slices) > index + 1:
            rest = slices[index:]
            amounts = {
                name: sum(getattr(each, name) for each in rest)
                for name in ("units", *_AMOUNTS)
            }
            return (*slices[:index], Slice(**amounts))
        first += one.units
    return tuple(slices)
