"""A shop in memory lives whole lives in a few words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife import InvariantError, Policy
from orderlife._kernel.messages import ExceptionKind
from orderlife.engine.engine import RoundResult
from orderlife.memory.clock import START
from orderlife.testing import Script, Shop, TimeOut, a_line
from orderlife.testing.scenario import STAFF
from tests.rooms.engraving import (
    ENGRAVINGS,
    OUR_HOUSE,
    AskForEngraving,
    State,
    Workshop,
)


def test_an_order_is_placed_sent_delivered_and_taken_back() -> None:
    """A word for each, and the books are right."""
    shop = Shop({"mug": 5})
    order = shop.place("mug", 2)
    assert ("o1", "confirmed") == (order.id, order.status.order)
    assert "packed" == shop.pack(order).shipments[0].state.value
    assert "dispatched" == shop.dispatch(order).shipments[0].state.value
    assert "delivered" == shop.deliver(order).status.fulfilment
    assert START + timedelta(days=1) == shop.clock()

    back = shop.take_back(order, {"1": 1}, reason="too_small")

    assert "partially_refunded" == back.status.payment
    assert shop.view(order) == back == shop.view()
    assert 4 == shop.ports.inventory.level("mug").on_hand
    shop.check()


def test_orders_are_numbered() -> None:
    """Unless they are given an id, and have what is named."""
    shop = Shop()
    assert "o1" == shop.place().id
    assert "mine" == shop.place(order_id="mine").id
    order = shop.place(lines=[a_line("cup"), a_line("jug")], pay_with=())
    assert ("o3", 2, "placed") == (
        order.id,
        len(order.lines),
        order.status.order,
    )
    shop.check()


def test_what_is_sent_is_not_sent_again() -> None:
    """Each word does what is still to be done."""
    shop = Shop()
    order = shop.place()
    shop.deliver(order)
    version = shop.view(order).version
    assert version == shop.deliver(order).version
    assert version == shop.pack(order).version


def test_what_the_fakes_do_is_in_a_script() -> None:
    """And time brings it to rest."""
    script = Script()
    script.on("authorize", TimeOut("after"))
    shop = Shop(script=script)
    assert "placed" == shop.place().status.order
    shop.work_for(timedelta(minutes=5))
    assert "confirmed" == shop.view().status.order


def test_a_shop_that_is_not_inline_works_when_it_is_told_to() -> None:
    """Until nothing is due."""
    shop = Shop(inline=False)
    assert "placed" == shop.place().status.order
    shop.rest()
    assert "confirmed" == shop.view().status.order


def test_what_is_wrong_is_told_by_its_kind() -> None:
    """As long as it waits for somebody."""
    shop = Shop()
    shop.dispatch(shop.place())
    shop.desk.shipments.scan("o1-s1", "lost", shop.clock())
    assert [ExceptionKind.SHIPMENT_LOST] == shop.open_kinds()


def test_another_desk_has_the_same_books() -> None:
    """With a policy of its own, or with other ports."""
    policy = Policy(capture="confirmation")
    shop = Shop(policy=policy)
    shop.place()
    other = shop.another(policy=Policy(), inline=False)
    assert shop.view() == other.get("o1")
    assert (policy, Policy()) == (shop.desk.engine.policy, other.engine.policy)


def test_a_shop_that_never_rests_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In place of going on for ever."""
    shop = Shop()
    monkeypatch.setattr(shop.desk, "work", lambda: RoundResult(effects=1))
    with pytest.raises(InvariantError, match="always something due"):
        shop.rest()


def test_a_shop_has_rooms_and_ports_of_an_application() -> None:
    """As its desks have, and what must hold of them is checked."""
    workshop = Workshop()
    shop = Shop(more={"engraver": workshop}, house=OUR_HOUSE)
    order = shop.place()
    view = shop.another().submit(
        AskForEngraving(
            order_id=order.id, command_id="c2", actor=STAFF, text="For Ada"
        )
    )

    assert ENGRAVINGS.of(view.case)["o1-e1"].state is State.DONE
    assert len(workshop.asked) == 1
    shop.check()
