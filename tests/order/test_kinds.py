"""Goods, digital goods, services and charges: who is sent, done, taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.messages import Remedy
from orderlife.errors import ValidationError
from orderlife.policy.model import Policy
from orderlife.ports.inventory import Reserve
from orderlife.ports.payment import Capture
from orderlife.rooms.order.model import Line, LineKind, OrderLine
from orderlife.rooms.order.status import fulfilment_status
from orderlife.rooms.payment.messages import RefundPayment
from orderlife.rooms.returns.messages import RequestReturn
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import command
from tests.house import allowed
from tests.order.shop import AT_ONCE, Shop, cents, eur, line, place, shop


def extra(kind: LineKind, price: str = "1.00", **fields: Any) -> Line:
    """A line of that kind."""
    return line(price, sku=kind, kind=kind, **fields)


def status(life: Shop) -> str:
    """Where the goods are."""
    return fulfilment_status(life.order)


def taken(life: Shop) -> list[int]:
    """What was captured, one after the other."""
    return [intent.amount.minor for intent in life.of(Capture)]


# --- saying it ----------------------------------------------------------


def test_a_line_is_goods_unless_it_says_otherwise() -> None:
    """``digital`` is the older word for one of the kinds."""
    assert "goods" == line().kind
    assert "digital" == line(digital=True).kind
    (placed,) = shop(extra("digital")).order.placement.lines
    assert placed.digital
    old = OrderLine(
        line_id="1",
        sku="song",
        quantity=1,
        unit_price=cents(1),
        goods_minor=1,
        tax_minor=0,
        tax_added=True,
        shipping_minor=0,
        digital=True,
    )
    assert "digital" == old.kind


def test_two_words_that_disagree_are_refused() -> None:
    """Nobody guesses which was meant."""
    life = Shop()
    with pytest.raises(ValidationError, match=r"lines\[0\].kind: is charge"):
        life.do(place(line(kind="charge", digital=True)))
    with pytest.raises(ValidationError, match=r"kind: must be one of: goods"):
        life.do(place(line(kind="fee")))


@pytest.mark.parametrize("kind", ["digital", "service", "charge"])
def test_only_goods_need_an_address_and_stock(kind: LineKind) -> None:
    """Nothing of it is reserved or sent."""
    life = shop(extra(kind), ship_to=None, stock={})
    assert [] == life.of(Reserve)
    assert life.state in {"confirmed", "completed"}
    assert {} == life.case.shipments
    life.advance(timedelta(days=40))
    assert ("completed", 100) == (life.state, life.money.net)


# --- money --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "shares"),
    [
        (["goods", "charge"], [500, 0]),
        (["charge", "goods", "digital", "service"], [0, 500, 0, 0]),
        (["digital", "charge"], [500, 0]),
        (["service", "charge"], [500, 0]),
        (["charge"], [500]),
        (["goods", "goods", "charge"], [250, 250, 0]),
    ],
)
@pytest.mark.parametrize("price", ["1.00", "0.00"])
def test_postage_is_the_goods_own(
    kinds: list[LineKind], shares: list[int], price: str
) -> None:
    """A charge takes none of it, nor what is not sent beside goods."""
    lines = [extra(kind, price) for kind in kinds]
    free = [line("1.00", kind="charge")] if price == "0.00" else []
    order = shop(
        *lines, *free, shipping=eur("5.00"), shipping_tax=eur("0.95")
    ).order
    if kinds == ["charge"] and free:
        shares = [0]
    placed = order.placement.lines[: len(kinds)]
    assert shares == [each.shipping_minor for each in placed]
    assert order.placement.total_minor == sum(
        each.value(0, each.quantity) for each in order.placement.lines
    )


def test_a_charge_is_taken_with_the_first_parcel() -> None:
    """Not before, and once."""
    life = shop(
        line("10.00", place="north"),
        line("20.00", place="south"),
        extra("charge", "0.98"),
    )
    assert [] == taken(life)
    life.deliver("o1-s1")
    assert [1098] == taken(life)
    life.deliver("o1-s2")
    assert [1098, 2000] == taken(life)
    life.advance(timedelta(days=40))
    assert ("completed", 0) == (life.state, life.money.open)


def test_a_charge_is_taken_at_confirmation_where_all_is() -> None:
    """Or where there is nothing to be sent."""
    assert [1098] == taken(
        shop(line("10.00"), extra("charge", "0.98"), policy=AT_ONCE)
    )
    assert [198] == taken(shop(extra("digital"), extra("charge", "0.98")))
    assert [98] == taken(shop(extra("charge", "0.98")))
    assert [198] == taken(shop(extra("service"), extra("charge", "0.98")))


def test_a_charge_is_taken_when_its_goods_are_called_off() -> None:
    """And something else of the order was delivered."""
    life = shop(line("10.00"), extra("digital"), extra("charge", "0.98"))
    assert [100] == taken(life)
    life.cancel(quantities={"1": 1})
    assert [100, 98] == taken(life)
    life.advance(timedelta(days=40))
    assert ("completed", 198) == (life.state, life.money.net)


def test_a_charge_is_refunded_like_goods() -> None:
    """By its line; and all units refunded leave nothing."""
    life = shop(line("10.00"), extra("charge", "0.98"), shipping=eur("5.00"))
    life.deliver()
    life.bring_back({"1": 1})
    assert (1500, 98) == (life.money.refunded, life.money.net)
    life.do(
        command(RefundPayment, amount=eur("0.98"), reason="so", of={"2": 1})
    )
    assert 0 == life.money.net


def test_an_amount_is_spread_over_charges_too() -> None:
    """Over what was taken, while goods are still to follow."""
    life = shop(
        line("9.00", place="north"),
        line("9.00", place="south"),
        extra("charge"),
    )
    life.ship("o1-s1")
    life.do(command(RefundPayment, amount=eur("5.00"), reason="so"))
    values = [each.value(0, 1) for each in life.order.lines().values()]
    assert [450, 900, 50] == values


# --- what stands in whose way -------------------------------------------


def test_a_charge_keeps_nobody_from_cancelling() -> None:
    """The whole order, or all that it belongs to."""
    ways: tuple[dict[str, Any], ...] = ({}, {"quantities": {"1": 2}})
    for fields in ways:
        life = shop(line(quantity=2), extra("charge", "0.98"))
        life.cancel(**fields)
        assert ("cancelled", 0) == (life.state, life.money.captured)
        assert 0 == life.money.open


def test_a_charge_can_be_called_off_after_its_goods_have_left() -> None:
    """What was taken for it goes back."""
    life = shop(line("10.00"), extra("charge", "0.98"))
    life.ship()
    assert "CancelLines o1" in [str(each) for each in allowed(life.case)]
    life.cancel(quantities={"2": 1})
    assert (1098, 98) == (life.money.captured, life.money.refunded)
    life.scan(ScanStatus.DELIVERED)
    life.advance(timedelta(days=40))
    assert "completed" == life.state


def test_a_charge_is_neither_shipped_nor_delivered() -> None:
    """The fulfilment is that of the goods."""
    life = shop(line("10.00"), extra("charge", "0.98"))
    assert "in_progress" == status(life)
    life.ship()
    assert "shipped" == status(life)
    life.scan(ScanStatus.DELIVERED)
    assert "delivered" == status(life)
    assert 0 == life.order.units["2"].delivered


def test_a_charge_does_not_come_back() -> None:
    """The refusal says what to do instead."""
    life = shop(line("10.00"), extra("charge", "0.98"))
    life.deliver()
    with pytest.raises(ValidationError, match="is a charge, of which nothing"):
        life.do(command(RequestReturn, quantities={"2": 1}, reason="unwanted"))


# --- services -----------------------------------------------------------


def test_a_service_is_done_when_the_goods_are_there() -> None:
    """And taken then."""
    life = shop(line("10.00"), extra("service", "3.00"))
    life.ship()
    assert ("shipped", [1000]) == (status(life), taken(life))
    life.scan(ScanStatus.DELIVERED)
    assert 1 == life.order.units["2"].delivered
    assert ("delivered", [1000, 300]) == (status(life), taken(life))
    life.advance(timedelta(days=40))
    assert "completed" == life.state


def test_a_service_waits_for_what_is_lost() -> None:
    """Until that is settled."""
    life = shop(line("10.00"), extra("service", "3.00"))
    life.ship()
    life.scan(ScanStatus.LOST)
    assert 0 == life.order.units["2"].delivered
    life.resolve(Remedy.RESHIP)
    assert 0 == life.order.units["2"].delivered
    life.deliver("o1-s2")
    assert 1 == life.order.units["2"].delivered


def test_a_service_alone_is_done_at_once() -> None:
    """It is what the order's fulfilment is about then."""
    life = shop(extra("service"), policy=Policy(follow_up_after=None))
    assert ("completed", "delivered") == (life.state, status(life))
    alone = shop(extra("charge"), policy=Policy(follow_up_after=None))
    assert ("completed", "unfulfilled") == (alone.state, status(alone))
