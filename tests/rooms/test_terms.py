"""The shop's choices for a room of an application's: a page of the policy."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, assert_type

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from orderlife import (
    Actor,
    Address,
    AsyncOrderDesk,
    CancelOrder,
    Case,
    LifecycleError,
    Line,
    Money,
    NotAllowedError,
    OrderDesk,
    OrderView,
    Policy,
    Recorded,
    Refusal,
    ValidationError,
    handle,
)
from orderlife.building import HOUSE, Context
from orderlife.policy import check_policy
from orderlife.testing import START, Clock
from tests.rooms.gift_wrap import (
    GIFT_WRAP,
    WITH_WRAPS,
    WRAPS,
    WrapState,
    WrapTerms,
    WrapVerbs,
)

DAY = timedelta(days=1)
PATIENT = Policy(pages=(WrapTerms(patience=2 * DAY),))
STAFF = Actor("staff", "ada")
BONN = Address(name="Ada", lines=("1 Way",), city="Bonn", country="DE")
MUG = Line(sku="mug", quantity=1, unit_price=Money("9.00", "EUR"))


@attrs.frozen
class InkTerms:
    """Terms of a room that nobody has."""

    colour: str = "blue"


@attrs.frozen
class OwnWrapTerms(WrapTerms):
    """Terms that a shop has derived from a room's."""


def state_of(view: OrderView) -> WrapState:
    """Where its wrap is."""
    return WRAPS.of(view.case)["o1-w1"].state


def test_a_house_has_the_terms_of_its_rooms() -> None:
    """Of those that have some."""
    assert HOUSE.terms == ()
    assert HOUSE.with_(GIFT_WRAP).terms == (WrapTerms,)


# What a room reads


@pytest.mark.parametrize("store", ["memory", "sqlite"])
@pytest.mark.parametrize(
    ("policy", "late"), [(None, DAY), (Policy(), DAY), (PATIENT, 2 * DAY)]
)
def test_a_room_goes_by_its_page(
    policy: Policy | None, late: timedelta, store: str, tmp_path: Path
) -> None:
    """By the default one, where the shop has said nothing."""
    clock = Clock()
    if store == "memory":
        desk = OrderDesk.in_memory(
            policy=policy, clock=clock, house=WITH_WRAPS
        )
    else:
        url = tmp_path / "shop.db"
        desk = OrderDesk.open(
            url, policy=policy, clock=clock, house=WITH_WRAPS, fakes=True
        )
    with desk:
        desk.place([MUG], ship_to=BONN, order_id="o1")
        view = WrapVerbs(desk).ask("o1", "red")
        assert START + late == WRAPS.of(view.case)["o1-w1"].until

        clock.advance(late - timedelta(seconds=1))
        desk.work()
        assert state_of(desk.get("o1")) is WrapState.WANTED
        clock.advance(timedelta(seconds=1))
        desk.work()
        assert state_of(desk.get("o1")) is WrapState.LATE


def test_a_room_of_an_async_desk_goes_by_its_page() -> None:
    """The same policy, awaited."""

    async def live() -> OrderView:
        desk = AsyncOrderDesk.in_memory(
            policy=PATIENT, clock=Clock(), house=WITH_WRAPS
        )
        await desk.place([MUG], ship_to=BONN, order_id="o1")
        return await WrapVerbs(desk).ask("o1", "red")

    view = asyncio.run(live())
    assert START + 2 * DAY == WRAPS.of(view.case)["o1-w1"].until


def test_terms_are_of_the_class_that_was_asked_for() -> None:
    """A type checker knows them, and a page of another class is another's."""
    own = Policy(pages=(InkTerms(), OwnWrapTerms(patience=9 * DAY)))
    context = Context(now=START, policy=own, actor=STAFF)

    terms = context.terms(WrapTerms)

    assert_type(terms, WrapTerms)
    assert WrapTerms(patience=DAY) == terms
    assert OwnWrapTerms(patience=9 * DAY) == context.terms(OwnWrapTerms)


# What a policy refuses


@pytest.mark.parametrize(
    ("pages", "why"),
    [
        (WrapTerms(), "pages: is WrapTerms(patience=datetime.timedelta"),
        ([WrapTerms()], "must be a tuple"),
        (
            (WrapTerms(), WrapTerms),
            "pages[1]: is WrapTerms, which is to be called",
        ),
        (("red",), "pages[0]: is a str, which is no class of attrs"),
        (
            (WrapTerms(), InkTerms(), WrapTerms(patience=DAY)),
            "pages[2]: is a second WrapTerms",
        ),
    ],
)
def test_what_is_no_page_is_refused(pages: Any, why: str) -> None:
    """When the policy is made, by its place."""
    with pytest.raises(ValidationError) as caught:
        Policy(pages=pages)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("house", "page", "why"),
    [
        (
            HOUSE,
            WrapTerms(),
            "WrapTerms is the terms of no room; known: none",
        ),
        (
            WITH_WRAPS,
            InkTerms(),
            "InkTerms is the terms of no room; known: WrapTerms",
        ),
        (WITH_WRAPS, OwnWrapTerms(), "OwnWrapTerms is the terms of no room"),
    ],
)
def test_a_page_of_no_room_is_refused(
    house: Any, page: object, why: str
) -> None:
    """When a desk is made of it, and by ``handle`` too."""
    policy = Policy(pages=(page,))
    kinds: tuple[Any, ...] = (OrderDesk, AsyncOrderDesk)
    for kind in kinds:
        with pytest.raises(ValidationError, match=f"pages: {why}"):
            kind.in_memory(policy=policy, clock=Clock(), house=house)

    command = CancelOrder(order_id="o1", command_id="c1", actor=STAFF)
    answer = house.handle(Case(order_id="o1"), command, START, policy)
    assert isinstance(answer, Refusal)
    assert why in str(answer.error)


def test_all_pages_of_no_room_are_named() -> None:
    """Whoever has none of the rooms reads of each."""
    policy = Policy(pages=(WrapTerms(), InkTerms()))
    with pytest.raises(ValidationError) as caught:
        check_policy(policy, HOUSE.terms)
    assert ["WrapTerms", "InkTerms"] == [
        problem.message.split()[0] for problem in caught.value.problems
    ]
    assert policy is check_policy(policy)  # no house was named


def test_the_library_s_rooms_have_no_pages() -> None:
    """What a shop chooses of them stands in the policy's own fields."""
    assert ((), (WrapTerms,)) == (HOUSE.terms, WITH_WRAPS.terms)
    command = CancelOrder(order_id="o1", command_id="c1", actor=STAFF)
    answer = handle(Case(order_id="o1"), command, START, Policy(pages=()))
    assert isinstance(answer, Refusal)
    assert "pages" not in str(answer.error)


# What a house refuses


@attrs.frozen
class HaveToBeTold:
    """Terms that a shop would have to name."""

    patience: timedelta


@attrs.frozen
class RefuseThemselves:
    """Terms whose default is none of their choices."""

    colour: str = attrs.field(
        default="blue", validator=attrs.validators.in_(("red",))
    )


class Plain:
    """Terms that are no values."""


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (HaveToBeTold, "needs defaults: .* 'patience'"),
        (RefuseThemselves, "needs defaults: .*'colour' must be in"),
        (Plain, "must be an attrs class"),
    ],
)
def test_terms_need_defaults(terms: type, why: str) -> None:
    """A shop that says nothing has some."""
    room = attrs.evolve(GIFT_WRAP, terms=terms)
    with pytest.raises(
        LifecycleError, match=f"room gift_wrap: {terms.__name__} {why}"
    ):
        HOUSE.with_(room)


# What a page changes


def lived(policy: Policy, moves: Sequence[str]) -> tuple[Recorded, ...]:
    """The history of an order that this was done with."""
    clock = Clock()
    desk = OrderDesk.in_memory(policy=policy, clock=clock, house=WITH_WRAPS)
    desk.place([MUG], ship_to=BONN, order_id="o1", command_id="c0")
    wraps = WrapVerbs(desk)
    for number, move in enumerate(moves, 1):
        told = f"c{number}"
        match move:
            case "ask":
                wraps.ask("o1", "red", command_id=told)
            case "wrap" if WRAPS.of(desk.get("o1").case):
                try:
                    wraps.wrap("o1-w1", command_id=told)
                except NotAllowedError:
                    continue
            case "tear":
                wraps.tear("o1-w1", fact_id=told)
            case _:
                clock.advance(timedelta(hours=13))
                desk.work()
    return desk.history("o1")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["ask", "wrap", "tear", "wait"]), max_size=8))
def test_a_default_page_changes_nothing(moves: list[str]) -> None:
    """Whether a shop says what is so anyway, or does not."""
    said = lived(Policy(pages=(WrapTerms(),)), moves)

    assert lived(Policy(), moves) == said
