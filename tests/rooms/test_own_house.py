"""The tests of an application are of its own house, where it has one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import Flag, InvariantError, ValidationError
from orderlife.building import HOUSE
from orderlife.testing import Shop, a_case, a_line, an_order, place_order
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, given, given_case
from tests.rooms.engraving import (
    ENGRAVINGS,
    OUR_HOUSE,
    AskForEngraving,
    Engrave,
    Engraved,
    State,
    TooHard,
    Workshop,
)
from tests.rooms.gift_wrap import (
    GIFT_WRAP,
    WITH_WRAPS,
    WRAPS,
    AskForWrap,
    WrapDone,
    WrapIt,
    WrapLate,
    WrapState,
    WrapWanted,
)

ASK = command(AskForEngraving, text="For Ada")


def test_a_scenario_is_of_its_house() -> None:
    """It decides, and folds what was recorded before."""
    scenario = given_case(a_case(), house=WITH_WRAPS)
    asked = scenario.when(command(AskForWrap, paper="red")).then(WrapWanted)
    asked.and_when(command(WrapIt, wrap_id="o1-w1")).then(WrapDone)

    placed = Life()
    placed.do(place_order())
    again = given(*placed.events, *asked.events, house=WITH_WRAPS)
    again.when(command(WrapIt, wrap_id="o1-w1")).then(WrapDone)

    without = given_case(a_case()).when(command(AskForWrap, paper="red"))
    without.then_refused(ValidationError, "must be a command or a fact")


def test_a_life_is_of_its_house() -> None:
    """Its timers fire too."""
    life = Life(house=WITH_WRAPS)
    life.do(place_order())
    life.do(command(AskForWrap, paper="red"))
    life.advance(timedelta(days=30))

    assert WrapLate in {type(event) for event in life.events}
    assert WRAPS.of(life.case)["o1-w1"].state is WrapState.LATE


def test_what_a_life_asks_of_an_own_port_waits_for_an_answer() -> None:
    """Nobody knows what its success would be."""
    life = Life(house=OUR_HOUSE)
    life.do(place_order())
    life.do(ASK)
    (asked,) = life.of(Engrave)
    assert {asked.operation_id: asked} == life.unanswered

    life.answer(asked.operation_id, Engraved())

    assert {} == life.unanswered
    assert ENGRAVINGS.of(life.case)["o1-e1"].state is State.DONE


def test_a_life_is_told_what_an_own_port_answers() -> None:
    """As it is told what ours do."""
    life = Life(answers={Engrave: lambda intent: TooHard()}, house=OUR_HOUSE)
    life.do(place_order())
    life.do(ASK)

    assert ENGRAVINGS.of(life.case)["o1-e1"].state is State.IMPOSSIBLE


def test_an_order_is_made_by_its_house() -> None:
    """With the words that its rooms know."""
    silk = Flag(code="gift_wrap.silk", label="In silk")
    house = HOUSE.with_(attrs.evolve(GIFT_WRAP, flags=(silk,)))
    line = a_line(flags=("gift_wrap.silk",))
    made: list[Any] = [
        an_order(lines=[line], house=house),
        a_case(lines=[line], house=house).order,
    ]
    for order in made:
        assert order.placement.lines[0].flags == ("gift_wrap.silk",)
    for make in (an_order, a_case):
        with pytest.raises(ValidationError, match=r"lines\[0\]\.flags"):
            make(lines=[line])


def test_a_shop_asks_own_adapters_whether_their_books_are_right() -> None:
    """If they have any; those of ours are asked anyhow."""

    class Careful(Workshop):
        def check(self) -> None:
            """See that nothing was engraved twice."""
            keys = [intent.key for intent in self.asked]
            if len(keys) != len(set(keys)):
                raise InvariantError(f"engraved twice: {keys}")

    careful = Careful()
    shop = Shop(more={"engraver": careful}, house=OUR_HOUSE)
    shop.place()
    shop.desk.submit(ASK.message("o1", 1))  # type: ignore[arg-type]
    shop.check()
    careful.asked *= 2
    with pytest.raises(InvariantError, match="engraved twice"):
        shop.check()

    plain = Shop(more={"engraver": Workshop()}, house=OUR_HOUSE)
    plain.place()
    plain.check()
