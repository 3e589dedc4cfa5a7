"""What must hold of an order: its amounts, its units and its holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.invariants import Invariants, Violation
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import OrderLine

__all__ = ["INVARIANTS"]

_MANY_UNITS: Final = 50
"""The quantity beyond which shares of single units are not checked."""


def amounts(case: Case) -> Iterator[Violation]:
    """The lines sum to the order's total, and the units to their lines."""
    placement = case.placed.placement
    lines = placement.lines
    total = sum(line.value(0, line.quantity) for line in lines)
    if total != placement.total_minor:
        yield Violation(5, f"lines come to {total}, the order to another")
    for line in lines:
        units = range(line.quantity if line.quantity < _MANY_UNITS else 0)
        parts = sum(line.value(unit, unit + 1) for unit in units)
        if units and parts != line.value(0, line.quantity):
            yield Violation(6, f"units of line {line.line_id} lose a cent")
        if line.shares == "proportional":
            yield from _prefixes(line)
        if line.unit_price.currency != placement.currency:
            yield Violation(8, f"line {line.line_id} has another currency")


def _prefixes(line: OrderLine) -> Iterator[Violation]:
    """The first units of a line have their proportional share."""
    whole = line.quantity
    for what, total, share in (
        ("goods", line.goods_minor, line.goods),
        ("tax", line.tax_minor, line.tax),
        ("shipping", line.shipping_minor, line.shipping),
    ):
        for stop in range(1, min(whole, _MANY_UNITS)):
            if abs(share(0, stop) * whole - total * stop) >= whole:
                yield Violation(
                    50, f"{stop} units of line {line.line_id}: their {what}"
                )


def counts(case: Case) -> Iterator[Violation]:
    """No count of a line's units is negative."""
    for line_id, units in case.placed.units.items():
        if min(attrs.astuple(units)) < 0:
            yield Violation(
                12, f"line {line_id} has a negative count: {units}"
            )


def moves_on(case: Case) -> bool:
    """Whether the order has ended, is a draft, or is held by a person."""
    order = case.placed
    return (
        ORDER.is_terminal(order.state)
        or order.state in {OrderState.COMPLETED, OrderState.DRAFT}
        or bool(order.holds)
    )


INVARIANTS: Final = Invariants(case=(amounts, counts), moves_on=moves_on)
