"""A house names the row of a table that has not the shape of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import attrs
import pytest

from orderlife import Case, Event, ExceptionKind, LifecycleError, Remedy
from orderlife.building import (
    HOUSE,
    Context,
    Deadline,
    Invariants,
    Parts,
    Room,
    Trouble,
    about,
    changes,
    hears,
    makes,
    moves,
    on,
    reports,
)
from orderlife.errors import OrderlifeError
from orderlife.policy.registries import Flag, Reason
from orderlife.rooms.shipment.messages import ShipmentDispatched
from tests.rooms import engraving, gift_wrap
from tests.rooms.gift_wrap import (
    GIFT_WRAP,
    LATE,
    TORN,
    WRAPS,
    AskForWrap,
    PaperTorn,
    RunLate,
    Wrap,
    WrapLate,
    WrapTerms,
    WrapWanted,
)

(SHIPMENT,) = (room for room in HOUSE.rooms if room.name == "shipment")
NONSENSE: tuple[Any, ...] = (None, 5, "x", object(), (5,), [None], {"a": 5})


@attrs.frozen(kw_only=True)
class Unplaced(Event):
    """Names no wrap."""


class Plain:
    """Has no fields."""


async def awaited(
    case: Case, command: AskForWrap, context: Context
) -> list[WrapWanted]:
    """Would be awaited."""
    raise NotImplementedError


async def trickles(
    case: Case, command: AskForWrap, context: Context
) -> AsyncIterator[WrapWanted]:
    """Would be awaited, one by one."""
    raise NotImplementedError
    yield


def catching(case: Case, fact: Any, context: Context) -> Iterator[RunLate]:
    """Never gives None, which would leave the answer to its room."""
    raise NotImplementedError
    yield


def _with(**rows: Any) -> Room[Any]:
    return attrs.evolve(GIFT_WRAP, **rows)


def _named(name: str) -> type[Event]:
    """Another event of that name, which changes a wrap."""
    return attrs.make_class(
        name,
        {"wrap_id": attrs.field(type=str)},
        bases=(Event,),
        frozen=True,
        kw_only=True,
    )


OTHER_DONE = _named("WrapDone")
nothing: Any = None
WRONG: dict[str, tuple[Callable[[], Room[Any]], str]] = {
    "parts": (
        lambda: _with(parts="gift_wrap"),
        "parts is a str: it is made by Parts()",
    ),
    "parts of no class": (
        lambda: _with(parts=Parts("gift_wrap", "Wrap", "wrap_id")),  # type: ignore[arg-type]
        "its parts are of 'Wrap', which is no attrs class",
    ),
    "parts without fields": (
        lambda: _with(parts=Parts("gift_wrap", Plain, "wrap_id")),
        "its parts are of Plain, which is no attrs class",
    ),
    "parts of another room": (
        lambda: _with(parts=attrs.evolve(WRAPS, name=SHIPMENT.name)),
        "parts shipment are another room's",
    ),
    "a slot": (
        lambda: _with(parts=attrs.evolve(WRAPS, slot="shipments")),
        "its parts can have no slot",
    ),
    "nothing makes them": (
        lambda: _with(
            events=(
                makes(WrapWanted, nothing),
                *GIFT_WRAP.events[1:],
            )
        ),
        "no event makes its parts: see makes()",
    ),
    "an event that names no part": (
        lambda: _with(events=(*GIFT_WRAP.events, changes(Unplaced, nothing))),
        "Unplaced has no wrap_id",
    ),
    "a silent event of another room": (
        lambda: _with(silent=(*GIFT_WRAP.silent, ShipmentDispatched)),
        "ShipmentDispatched is silent, and no event of this room",
    ),
    "a deadline of a word": (
        lambda: _with(
            deadlines=(
                Deadline("gift_wrap.late", gift_wrap.due, gift_wrap.fires),  # type: ignore[arg-type]
            )
        ),
        "a deadline is of 'gift_wrap.late', no TimerKind",
    ),
    "a trouble of a word": (
        lambda: _with(troubles=(Trouble("torn", {Remedy.ACCEPT: None}),)),  # type: ignore[arg-type]
        "a trouble is of 'torn', no ExceptionKind",
    ),
    "remedies without functions": (
        lambda: _with(troubles=(Trouble(TORN, (Remedy.ACCEPT,)),)),  # type: ignore[arg-type]
        "the remedies of gift_wrap.torn must be a mapping, by Remedy",
    ),
    "remedies of words": (
        lambda: _with(troubles=(Trouble(TORN, {"accept": None}),)),  # type: ignore[dict-item]
        "the remedies of gift_wrap.torn must be a mapping, by Remedy",
    ),
    "no remedies": (
        lambda: _with(troubles=(Trouble(ExceptionKind(TORN), {}),)),
        "an item gift_wrap.torn has no remedy",
    ),
    "a report of no intent": (
        lambda: _with(reports=(reports(WrapWanted, PaperTorn, nothing),)),  # type: ignore[type-var]
        "reports has WrapWanted, which is no Intent",
    ),
    "a report by no fact": (
        lambda: _with(reports=(reports(engraving.Engrave, "x", nothing),)),  # type: ignore[arg-type]
        "reports has 'x', which is no Fact",
    ),
    "lifecycles in a list": (
        lambda: _with(lifecycles=["wrap"]),
        "lifecycles must be a mapping of them, by their names",
    ),
    "lifecycles that are none": (
        lambda: _with(lifecycles={"wrap": 5}),
        "lifecycles must be a mapping of them, by their names",
    ),
    "invariants in a tuple": (
        lambda: _with(invariants=(gift_wrap.has_paper,)),
        "invariants must be made by Invariants()",
    ),
    "one invariant": (
        lambda: _with(invariants=Invariants(case=gift_wrap.has_paper)),  # type: ignore[arg-type]
        "invariants: case must be a tuple: is a comma missing?",
    ),
    "an invariant of no event": (
        lambda: _with(invariants=Invariants(events=(gift_wrap.is_wrapped,))),  # type: ignore[arg-type]
        "invariants: events are made by precondition()",
    ),
    "terms of this shop": (
        lambda: _with(terms=WrapTerms()),
        "terms is a WrapTerms: give the class, and a page to the policy",
    ),
    "a reason that is a word": (
        lambda: _with(hold_reasons=("gift_wrap.no_paper",)),
        "hold_reasons has a str: its rows are made by Reason()",
    ),
    "a flag among reasons": (
        lambda: _with(cancel_reasons=(Flag(code="gift_wrap.x", label="X"),)),
        "cancel_reasons has a Flag: its rows are made by Reason()",
    ),
    "a reason among flags": (
        lambda: _with(flags=(Reason(code="gift_wrap.x", label="X"),)),
        "flags has a Reason: its rows are made by Flag()",
    ),
    "a contract by its name": (
        lambda: _with(contract=("messages",)),
        "contract has a str: its rows are made by naming modules",
    ),
    "an async rule": (
        lambda: _with(commands=(on(AskForWrap, awaited),)),  # type: ignore[arg-type]
        "commands, AskForWrap: awaited is async: a house awaits nothing",
    ),
    "an async iterator": (
        lambda: _with(commands=(on(AskForWrap, trickles),)),  # type: ignore[arg-type]
        "commands, AskForWrap: trickles is async: a house awaits nothing",
    ),
    "a catch that is a generator": (
        lambda: _with(catches=catching),
        "catches: catching is a generator, which takes every answer",
    ),
    "two classes of one name": (
        lambda: _with(
            events=(
                *GIFT_WRAP.events,
                changes(OTHER_DONE, lambda wrap, _: wrap),
            ),
            silent=(*GIFT_WRAP.silent, OTHER_DONE),
        ),
        "gift_wrap.WrapDone is the name of two classes",
    ),
    "no function for a fact of no part": (
        lambda: _with(
            facts=(hears(PaperTorn, gift_wrap.torn, unknown=5),)  # type: ignore[arg-type]
        ),
        "facts, PaperTorn: 5 is no function",
    ),
    "no function for a step": (
        lambda: _with(steps=(about(RunLate, nothing),)),
        "steps, RunLate: None is no function",
    ),
    "no function for a change": (
        lambda: _with(
            events=(
                *GIFT_WRAP.events[:2],
                changes(WrapLate, 5),  # type: ignore[arg-type]
            )
        ),
        "events, WrapLate: 5 is no function",
    ),
    "no function that makes": (
        lambda: _with(events=(makes(WrapWanted, 5), *GIFT_WRAP.events[1:])),  # type: ignore[arg-type]
        "events, WrapWanted: 5 is no function",
    ),
    "no dates": (
        lambda: _with(deadlines=(Deadline(LATE, nothing, gift_wrap.fires),)),
        "deadlines, gift_wrap.late: None is no function",
    ),
    "nothing that fires": (
        lambda: _with(deadlines=(Deadline(LATE, gift_wrap.due, nothing),)),
        "deadlines, gift_wrap.late: None is no function",
    ),
    "a remedy that is none": (
        lambda: _with(troubles=(Trouble(TORN, {Remedy.RETRY: 5}),)),  # type: ignore[dict-item]
        "troubles, gift_wrap.torn: 5 is no function",
    ),
    "who knows": (
        lambda: _with(troubles=(Trouble(TORN, {Remedy.ACCEPT: None}, 5),)),  # type: ignore[arg-type]
        "troubles, gift_wrap.torn: 5 is no function",
    ),
    "nothing that reports": (
        lambda: attrs.evolve(
            engraving.ENGRAVING,
            reports=(
                reports(
                    engraving.Engrave, engraving.EngravingReported, nothing
                ),
            ),
        ),
        "reports, Engrave: None is no function",
    ),
    "nothing that tells": (
        lambda: _with(tells=(attrs.evolve(GIFT_WRAP.tells[0], do=nothing),)),
        "asks or tells, WrapDone: None is no function",
    ),
    "an invariant of a case": (
        lambda: _with(invariants=Invariants(case=(5,))),  # type: ignore[arg-type]
        "invariants: 5 is no function",
    ),
    "an invariant before an event": (
        lambda: _with(
            invariants=Invariants(
                events=(
                    attrs.evolve(
                        GIFT_WRAP.invariants.events[0],
                        check=nothing,
                    ),
                )
            )
        ),
        "invariants: None is no function",
    ),
    "an invariant of a history": (
        lambda: _with(invariants=Invariants(history=(5,))),  # type: ignore[arg-type]
        "invariants: 5 is no function",
    ),
    "what moves on": (
        lambda: _with(invariants=Invariants(moves_on=5)),  # type: ignore[arg-type]
        "invariants: 5 is no function",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_house_names_what_has_not_the_shape_of_a_row(name: str) -> None:
    """With the place in the table."""
    made, why = WRONG[name]
    room = made()
    with pytest.raises(LifecycleError) as raised:
        HOUSE.with_(room)
    assert why in str(raised.value)


@pytest.mark.parametrize("field", attrs.fields_dict(Room))
def test_nonsense_in_a_table_is_told_in_our_words(field: str) -> None:
    """Whatever stands there, no error of Python's own comes out."""
    for given in NONSENSE:
        room = attrs.evolve(GIFT_WRAP, **{field: given})
        if given is None and attrs.fields_dict(Room)[field].default is None:
            HOUSE.with_(room)
            continue
        with pytest.raises(OrderlifeError):
            HOUSE.with_(room)


def test_a_class_of_rooms_is_no_room() -> None:
    """A function that makes one is."""
    with pytest.raises(LifecycleError, match="made of rooms: type is no room"):
        HOUSE.with_(Room)  # type: ignore[arg-type]
    assert HOUSE.with_(lambda _: GIFT_WRAP).brought[0].name == "gift_wrap"


def test_a_room_may_change_the_parts_of_another() -> None:
    """Two rooms share them, and one of them makes them."""
    extra = _named("WrapTied")
    ribbons: Room[Wrap] = Room(
        name="ribbons",
        parts=WRAPS,
        events=(changes(extra, lambda wrap, _: wrap),),
        silent=(extra,),
    )
    house = HOUSE.with_(GIFT_WRAP, ribbons)
    assert [room.name for room in house.brought] == ["gift_wrap", "ribbons"]


def test_a_room_may_be_about_parts_of_ours() -> None:
    """Those have a slot of the case."""
    room = Room(name="seals", parts=SHIPMENT.parts)
    assert HOUSE.with_(room).brought[0].parts is SHIPMENT.parts


def test_a_move_is_a_change_as_any_other() -> None:
    """Its part was made before."""
    moved = _named("WrapMoved")
    room = _with(
        events=(*GIFT_WRAP.events, moves(moved, nothing, nothing)),
        silent=(*GIFT_WRAP.silent, moved),
    )
    assert moved in HOUSE.with_(room).changes
