"""A view of an order can be cached, whatever the desk's policy is."""

from __future__ import annotations

import copy
import pickle

import pytest

from orderlife import OrderDesk, OrderView, Policy
from orderlife.errors import InputError
from orderlife.house import HOUSE
from orderlife.testing import Clock
from tests.rooms.test_brought import place


def _view() -> OrderView:
    """Of a desk whose policy and house no pickle can hold."""
    policy = Policy(permit=lambda command, case: "")
    desk = OrderDesk.in_memory(
        policy=policy, clock=Clock(), house=HOUSE.with_()
    )
    return desk.submit(place())


def test_a_view_that_was_cached_says_the_same() -> None:
    """All but what can be asked for next, which is the desk's to say."""
    view = _view()
    read: OrderView = pickle.loads(pickle.dumps(view))  # noqa: S301, ours
    assert (read.id, read.version, read.now) == (
        view.id,
        view.version,
        view.now,
    )
    assert (read.status, read.lines) == (view.status, view.lines)
    for ask in (read.allowed, read.not_allowed):
        with pytest.raises(InputError, match="get the order from a desk"):
            ask()


def test_a_copied_view_is_the_view() -> None:
    """Nobody can change it, so it keeps its policy."""
    view = _view()
    assert copy.copy(view) is copy.deepcopy(view) is view
    assert view.allowed()
