"""What some of a line's units cost, and what a return is made of."""

from __future__ import annotations

from typing import Any

import pytest

from orderlife.order.model import Balance, OrderLine, Units
from orderlife.returns.lifecycle import ReturnState
from orderlife.returns.model import (
    Finding,
    Return,
    ReturnLine,
    seen_by_line,
)
from orderlife.testing.scenario import NOON
from tests.order.shop import cents, line, shop


def made(*, tax_added: bool) -> OrderLine:
    """Three units: 10.00 of goods, 1.00 of tax, 0.50 of shipping."""
    return OrderLine(
        line_id="1",
        sku="mug",
        quantity=3,
        unit_price=cents(400),
        goods_minor=1000,
        tax_minor=100,
        tax_added=tax_added,
        shipping_minor=50,
    )


@pytest.mark.parametrize(
    ("start", "stop", "goods", "tax", "shipping"),
    [
        (0, 0, 0, 0, 0),
        (0, 1, 334, 34, 17),
        (1, 2, 333, 33, 17),
        (2, 3, 333, 33, 16),
        (0, 2, 667, 67, 34),
        (1, 3, 666, 66, 33),
        (0, 3, 1000, 100, 50),
        (2, 2, 0, 0, 0),
    ],
)
def test_shares_of_units(
    start: int, stop: int, goods: int, tax: int, shipping: int
) -> None:
    """Each by largest remainder; a tax inside costs nothing more."""
    added, inside = made(tax_added=True), made(tax_added=False)
    assert (goods, tax, shipping) == (
        added.goods(start, stop),
        added.tax(start, stop),
        added.shipping(start, stop),
    )
    assert goods + tax + shipping == added.value(start, stop)
    assert goods + shipping == inside.value(start, stop)


def test_lines_are_found_by_their_ids() -> None:
    """One, or all of them."""
    order = shop(line(), line(sku="cup")).order
    first, second = order.placement.lines
    assert second is order.line("2")
    assert {"1": first, "2": second} == order.lines()
    with pytest.raises(KeyError, match="'3'"):
        order.line("3")


def test_counts_that_follow_from_others() -> None:
    """What is wanted, may arrive and has not left; what was paid."""
    units = Units(ordered=9, cancelled=2, shipped=4, lost=3, refunded=1)
    assert (7, 6, 3) == (units.wanted, units.arriving, units.unshipped)
    sums = Balance(captured=900, refunded=200, charged_back=50)
    assert 650 == sums.net


def found(line_id: str, quantity: int, **fields: Any) -> Finding:
    """Units that were looked at."""
    settings: dict[str, Any] = {
        "condition": "sellable",
        "disposition": "restock",
    }
    return Finding(line_id=line_id, quantity=quantity, **settings | fields)


FOUND = (
    found("1", 1),
    found("1", 5, condition="missing"),
    found("1", 1, condition="defective", disposition="scrap"),
    found("2", 1),
)


def test_what_came_and_what_was_looked_at() -> None:
    """By line, or of all lines; what is missing was not looked at."""
    assert {"1": 2, "2": 1} == seen_by_line(FOUND)
    back = Return(
        return_id="o1-t1",
        state=ReturnState.RECEIVED,
        lines=(
            ReturnLine(line_id="1", quantity=3, received=2),
            ReturnLine(line_id="2", quantity=1, received=3),
        ),
        reason="other",
        resolution="refund",
        requested_at=NOON,
        findings=FOUND,
    )
    assert 5 == back.received()
    assert 3 == back.inspected()
    assert 2 == back.inspected("1")
    assert 0 == back.inspected("9")
