"""``handle`` and views report a case that contradicts itself."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import attrs
import pytest

from orderlife import Actor, Case
from orderlife._kernel.integrity import IntegrityCheck, in_the_house
from orderlife.errors import InvariantError, NotFoundError, OverloadedError
from orderlife.house import handle
from orderlife.rooms.order.messages import CancelOrder
from orderlife.views.order import OrderView
from tests.helpers import delivered
from tests.process.stages import lives

STAFF = Actor("staff", "eve")


def without_units(case: Case) -> Case:
    """The same, with the units of no line."""
    return attrs.evolve(case, order=attrs.evolve(case.placed, units={}))


def test_handle_reports_a_case_that_contradicts_itself() -> None:
    """It was a KeyError; that is still there to be looked at."""
    life = lives()["planned"]
    broken = without_units(life.case)
    message = CancelOrder(
        order_id=broken.order_id, command_id="c77", actor=STAFF
    )
    with pytest.raises(InvariantError, match="contradicts itself") as caught:
        handle(broken, message, life.now)
    assert isinstance(caught.value.__cause__, KeyError)
    assert f"order {broken.order_id} " in f"{caught.value}"


LOOKS: list[Callable[[OrderView], object]] = [
    OrderView.allowed,
    *map(attrgetter, ("status", "due", "paid", "refunded", "kept")),
]


@pytest.mark.parametrize("look", LOOKS)
def test_a_view_reports_such_a_case(
    look: Callable[[OrderView], object],
) -> None:
    """Whatever is worked out of it."""
    case = delivered().case
    nothing: dict[str, Any] = {"units": None, "payments": None}
    order = attrs.evolve(case.placed, movements=None, **nothing)  # type: ignore[arg-type]
    broken = OrderView(attrs.evolve(case, order=order))
    with pytest.raises(InvariantError, match="order o1 contradicts itself"):
        look(broken)


class Mine(Exception):  # noqa: N818
    """An exception of the application's own."""


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x"), Mine("x")])
def test_what_somebody_else_raises_passes_as_it_is(error: Exception) -> None:
    """It is the shop's own, and no fault of the case."""
    with pytest.raises(type(error)) as caught, IntegrityCheck("o1"):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("order", "o1"),
        OverloadedError("x", 0),
        SystemExit(),
    ],
)
def test_what_is_typed_already_passes_as_it_is(error: BaseException) -> None:
    """The house's own words need no others."""
    with pytest.raises(type(error)) as caught, IntegrityCheck("o1"):
        raise error
    assert caught.value is error


def test_what_is_sound_passes() -> None:
    """And nothing is said."""
    with IntegrityCheck("o1"):
        pass


def test_what_has_no_name_is_a_stranger() -> None:
    """Nobody can tell whose it is."""
    with pytest.raises(ZeroDivisionError) as caught:
        exec("1 / 0", {})  # noqa: S102
    mine = caught.tb
    assert not in_the_house(mine)
    assert mine.tb_next is not None
    assert not in_the_house(mine.tb_next)
    assert in_the_house(None)


def test_an_error_of_a_function_that_the_library_calls_is_not_the_case_s() -> (
    None
):
    """All frames count: the library's own may be the first of them."""
    ours: dict[str, Any] = {"__name__": "orderlife.ours"}
    exec("def call(function): return function()", ours)  # noqa: S102

    def foreign() -> None:
        raise KeyError

    for function, is_ours in ((foreign, False), ({}.popitem, True)):
        with pytest.raises(KeyError) as caught:
            ours["call"](function)
        trace = caught.tb
        assert trace is not None
        # The first frame is that of this test.
        assert in_the_house(trace.tb_next) is is_ours


def test_an_adapter_that_folds_a_history_is_the_library_s() -> None:
    """A store folds the decisions of an order, which may be damaged."""
    ours: dict[str, Any] = {"__name__": "orderlife_adapters.ours"}
    exec("def fold(): return {}['x']", ours)  # noqa: S102
    with pytest.raises(KeyError) as caught:
        ours["fold"]()
    trace = caught.tb
    assert in_the_house(trace.tb_next)
