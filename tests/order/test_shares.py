"""What some of a line's units cost, and what a return is made of."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from orderlife.policy.model import Parcelling, Policy
from orderlife.ports.inventory import StockItem
from orderlife.rooms.order.model import Discount, Order, OrderLine, Units
from orderlife.rooms.payment.model import Balance
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.model import (
    Finding,
    Return,
    ReturnLine,
    seen_by_line,
)
from orderlife.testing.scenario import NOON
from tests.order.shop import AT_ONCE, Shop, cents, line, shop


def made(*, tax_added: bool, **fields: Any) -> OrderLine:
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
        **fields,
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
    """As older documents have them: the first units have what does not
    divide; a tax inside costs nothing more.
    """
    added, inside = made(tax_added=True), made(tax_added=False)
    assert (goods, tax, shipping) == (
        added.goods(start, stop),
        added.tax(start, stop),
        added.shipping(start, stop),
    )
    assert goods + tax + shipping == added.value(start, stop)
    assert goods + shipping == inside.value(start, stop)


@pytest.mark.parametrize(
    ("start", "stop", "goods", "tax", "shipping"),
    [
        (0, 1, 333, 33, 16),
        (1, 2, 333, 33, 17),
        (2, 3, 334, 34, 17),
        (0, 2, 666, 66, 33),
        (1, 3, 667, 67, 34),
        (0, 3, 1000, 100, 50),
        (2, 2, 0, 0, 0),
    ],
)
def test_proportional_shares_of_units(
    start: int, stop: int, goods: int, tax: int, shipping: int
) -> None:
    """The first ones have their proportional part, however many."""
    mugs = made(tax_added=True, shares="proportional")
    assert (goods, tax, shipping) == (
        mugs.goods(start, stop),
        mugs.tax(start, stop),
        mugs.shipping(start, stop),
    )
    assert goods + tax + shipping == mugs.value(start, stop)


def stickers(**fields: Any) -> Shop:
    """A thousand at 0.04, a tenth off, and 5.00 of postage: 41.00."""
    return shop(
        line("0.04", 1000, sku="sticker"),
        discounts=(Discount(code="TEN", amount=cents(400)),),
        shipping=cents(500),
        **fields,
    )


def test_a_part_that_comes_back_is_given_back_in_proportion() -> None:
    """600 of 1,000 discounted units are 600 thousandths of the money."""
    life = stickers()
    life.deliver()
    life.bring_back({"1": 600})
    assert 2160 + 300 == life.money.refunded
    life.bring_back({"1": 400})
    assert 4100 == life.money.refunded


def in_two(order: Order, items: Sequence[StockItem]) -> tuple[Parcelling, ...]:
    """600 in one box, 400 in another."""
    del order
    return tuple(
        Parcelling(place=item.place, seller="", items={item.line_id: units})
        for item in items
        for units in (600, 400)
    )


def test_a_part_that_is_sent_is_taken_in_proportion() -> None:
    """A parcel of 600 of 1,000 units captures what these cost."""
    life = stickers(policy=Policy(parcel=in_two))
    life.ship("o1-s1")
    assert 2460 == life.money.captured
    life.ship("o1-s2")
    assert 4100 == life.money.captured


def test_a_part_that_is_cancelled_costs_its_proportion() -> None:
    """400 of 1,000 units are called off, paid for or not."""
    life = stickers(policy=AT_ONCE)
    life.cancel(quantities={"1": 400})
    assert (4100, 1640) == (life.money.captured, life.money.refunded)
    later = stickers()
    later.cancel(quantities={"1": 400})
    later.ship()
    assert 2460 == later.money.captured


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**4),
    st.integers(0, 10**5),
    st.integers(1, 2000),
    st.data(),
)
def test_every_prefix_has_its_proportional_share(
    goods: int, tax: int, shipping: int, quantity: int, data: st.DataObject
) -> None:
    """Within one minor unit for each of goods, tax and shipping; and any
    partition adds up to the whole.
    """
    units = made(tax_added=True, shares="proportional")
    units = attrs.evolve(
        units,
        quantity=quantity,
        goods_minor=goods,
        tax_minor=tax,
        shipping_minor=shipping,
    )
    cuts = data.draw(st.lists(st.integers(0, quantity), max_size=6))
    for stop in cuts:
        for whole, part in (
            (goods, units.goods(0, stop)),
            (tax, units.tax(0, stop)),
            (shipping, units.shipping(0, stop)),
        ):
            assert abs(part - Fraction(whole * stop, quantity)) < 1
    runs = pairwise([0, *sorted(cuts), quantity])
    assert goods + tax + shipping == sum(units.value(*run) for run in runs)


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
