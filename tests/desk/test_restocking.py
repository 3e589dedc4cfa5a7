"""A lost parcel that comes back: the stock counts it, once."""

from __future__ import annotations

import pytest

from orderlife import Line, Money, NotAllowedError, OrderDesk, Remedy
from orderlife.testing import Clock, InMemoryInventory, in_memory_ports
from tests.desk.shop import ADDRESS


def test_the_stock_is_right_after_a_lost_parcel_came_back() -> None:
    """On hand, shipped and taken in again add up: line 13 holds."""
    clock = Clock()
    ports = in_memory_ports({"mug": 5}, clock=clock)
    stock: InMemoryInventory = ports.inventory
    desk = OrderDesk(ports, clock=clock)
    desk.place(
        [Line(sku="mug", quantity=2, unit_price=Money("9", "EUR"))],
        order_id="o1",
        ship_to=ADDRESS,
        pay_with="tok_visa",
    )
    desk.shipments.pick("o1-s1")
    desk.shipments.pack("o1-s1", weight_g=500)
    desk.shipments.dispatch("o1-s1")
    for status in ("lost", "returned"):
        clock.advance(days=1)
        desk.shipments.scan("o1-s1", status, clock())
        (item,) = desk.get("o1").exceptions
        remedy = Remedy.REFUND if status == "lost" else Remedy.RESTOCK
        desk.exceptions.resolve("o1", item.exception_id, remedy, "so it is")
    desk.work()

    assert (5, 5) == (
        stock.level("mug").on_hand,
        stock.level("mug").available,
    )
    stock.check()
    assert [
        row.quantity for row in stock.movements() if row.kind == "returned"
    ] == [2]
    clock.advance(days=1)
    desk.shipments.scan("o1-s1", "in_transit", clock())
    (item,) = desk.get("o1").exceptions
    with pytest.raises(NotAllowedError, match="taken in already"):
        desk.exceptions.resolve(
            "o1", item.exception_id, Remedy.RESTOCK, "again"
        )
    assert 5 == stock.level("mug").on_hand
