"""Texts for the sentences of all rooms: amounts, units, dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from orderlife._kernel.case import Case
from orderlife._values.money import Money
from orderlife.ports.carrier import Label
from orderlife.ports.inventory import StockItem

__all__ = [
    "date",
    "failure",
    "items",
    "label",
    "money",
    "sku",
    "spaced",
    "units",
]


def date(at: datetime) -> str:
    """A date to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M}"


def spaced(word: str) -> str:
    """A word of the code as people write it: ``gift_card``, gift card."""
    return word.replace("_", " ")


def money(case: Case, minor: int) -> str:
    """An amount in the order's currency."""
    return str(Money.of_minor(minor, case.placed.placement.currency))


def sku(case: Case, line_id: str) -> str:
    """The SKU of a line; its id, if the order has no such line."""
    for line in case.placed.placement.lines:
        if line.line_id == line_id:
            return line.sku
    return f"line {line_id}"


def units(case: Case, quantities: Mapping[str, int]) -> str:
    """Units by line: ``2 x mug, 1 x plate``."""
    said = [
        f"{quantity} x {sku(case, line_id)}"
        for line_id, quantity in quantities.items()
    ]
    return ", ".join(said) or "nothing"


def items(stock: Iterable[StockItem]) -> str:
    """Units and their places: ``2 x mug at main``."""
    return ", ".join(
        f"{each.quantity} x {each.sku} at {each.place}" for each in stock
    )


def label(bought: Label) -> str:
    """A label: its carrier, its number and what it cost."""
    cost = f", {bought.cost}" if bought.cost is not None else ""
    return f"{spaced(bought.carrier)} {bought.tracking_number}{cost}"


def failure(code: str, detail: str) -> str:
    """The reason of a failure, in the provider's words."""
    return f"{code}, {detail}" if detail else code
