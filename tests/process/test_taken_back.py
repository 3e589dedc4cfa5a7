"""A carrier takes a delivery back, and the goods are here already."""

from __future__ import annotations

from datetime import timedelta

from orderlife import ExceptionKind, check_invariants
from orderlife.rooms.shipment.model import ScanStatus
from tests.helpers import (
    ask_back,
    come_back,
    delivered,
    line,
    open_items,
    open_kinds,
    scan,
    units,
)


def test_a_delivery_taken_back_after_a_return_is_asked_about() -> None:
    """More has come back than has arrived: a person hears of it."""
    life = delivered(line(quantity=2))
    ask_back(life, 2)
    come_back(life, 2)
    assert () == open_kinds(life)
    life.now += timedelta(hours=1)
    scan(life, ScanStatus.RETURNING)
    assert (0, 2) == (units(life).delivered, units(life).returned)
    assert (ExceptionKind.OVER_RETURNED,) == open_kinds(life)
    (item,) = open_items(life)
    assert ("o1-s1", {"1": 2}) == (
        item.contradiction.subject,
        item.contradiction.quantities,
    )
    check_invariants(life.case, life.history)


def test_a_delivery_taken_back_before_a_return_is_just_counted() -> None:
    """Nothing has come back, so nothing contradicts it."""
    life = delivered(line(quantity=2))
    life.now += timedelta(hours=1)
    scan(life, ScanStatus.RETURNING)
    assert () == open_kinds(life)
    check_invariants(life.case, life.history)
