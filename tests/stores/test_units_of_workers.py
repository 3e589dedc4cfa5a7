"""A worker's stock moves with what its order makes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from orderlife.ports.store import EffectState
from orderlife_adapters.postgres import PostgresOrderStore
from tests.stores.test_stock_beside import Place, place, shop

__all__ = ["shop"]


class Counted:
    """An order store that counts its units."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.units = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @contextlib.contextmanager
    def unit(self, inventory: Any) -> Iterator[tuple[Any, Any]]:
        """The same."""
        self.units += 1
        with self._inner.unit(inventory) as both:
            yield both


def test_a_worker_moves_stock_with_the_answers_decision(shop: Place) -> None:
    """Both, or none: what was reserved is known to the order."""
    store = Counted(shop.orders)
    desk = shop.desk(store=store)
    desk.receipt(place())
    assert store.units == 0
    desk.work()
    assert store.units == 1
    assert {EffectState.DONE} == {e.state for e in desk.effects("o1")}
    assert shop.stock.level("mug").available == 8
    desk.verify("o1")


def test_an_order_is_locked_before_its_stock(shop: Place) -> None:
    """So two that lock both do not wait for each other."""
    if not isinstance(shop.orders, PostgresOrderStore):
        pytest.skip("SQLite locks the whole file")
    shop.desk().submit(place())
    locks = (
        "SELECT 1 FROM orderlife_orders WHERE order_id = 'o1' "
        "FOR NO KEY UPDATE NOWAIT"
    )
    with shop.orders.unit(shop.stock) as (store, _):
        assert store.load("o1") == shop.orders.load("o1")
        assert store.load("o2") is None
        with pytest.raises(psycopg.errors.LockNotAvailable):
            shop.run(locks)
    shop.run(locks)
