"""A house names the fields of a room that could never be read back."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal, NewType, Protocol, TypedDict
from uuid import UUID

import attrs
import pytest

from orderlife import (
    Case,
    Event,
    LifecycleError,
    Money,
    OrderDesk,
    OrderState,
)
from orderlife._kernel.keeping import unkept
from orderlife.building import HOUSE, Context, Parts, Port, Room, changes, on
from orderlife.ports.base import Capabilities, Intent, NotKnown, Unknown
from tests.rooms import engraving, gift_wrap
from tests.rooms.gift_wrap import GIFT_WRAP, AskForWrap
from tests.rooms.test_brought import place, wish


@attrs.frozen
class Bow:
    """Is told by its loops."""

    loops: int


@attrs.frozen
class Knot:
    """Is told by its turns."""

    turns: int


@attrs.frozen
class Left:
    """Is what is left."""

    size: int = 1


@attrs.frozen
class Loose:
    """Is what is left as well."""

    length: int = 1


@attrs.frozen
class Weighed:
    """Holds what cannot be kept."""

    grams: float


@attrs.frozen
class Chain:
    """Holds itself."""

    link: Chain | None = None


@attrs.frozen(kw_only=True)
class Weigh(Intent):
    """Ask for the weight again, if it is not so much."""

    port: ClassVar[str] = "scales"
    grams: float


class Scales(Protocol):
    """Weighs."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def weigh(self, intent: Weigh, /) -> engraving.Engraved | Unknown:
        """Weigh it."""

    def look_up(
        self, intent: Weigh, /
    ) -> engraving.Engraved | Unknown | NotKnown:
        """What has been weighed."""


class Side(enum.Flag):
    """A sum of sides."""

    TOP = 1


class Row(TypedDict):
    """A row of anything."""

    name: str


Paper = NewType("Paper", str)
SURE: dict[str, Any] = {
    "whole": int,
    "maybe": str | None,
    "either": Bow | Knot,
    "either or neither": Bow | Knot | Left | None,
    "one of ours": engraving.EngraverOutcome,
    "price": Money,
    "at": datetime,
    "state": OrderState,
    "chain": Chain,
    "words": tuple[str, ...],
    "two words": tuple[str, str],
    "no words": tuple[()],
    "any words": tuple,
    "list": list[str],
    "sequence": Sequence[Bow],
    "counts": Mapping[str, int],
    "by paper": dict[Paper, Bow],
    "counts or a word": Mapping[str, int] | Literal["all"],
    "word": Literal["a", "b"],
    "paper": Paper,
    "row": Row,
    "whatever": Any,
}
LOST: dict[str, Any] = {
    "a float": float,
    "a float or nothing": float | None,
    "a day": date,
    "a time of day": time,
    "a while": timedelta,
    "a decimal": Decimal,
    "an id": UUID,
    "bytes": bytes,
    "a set": set[str],
    "floats": tuple[float, ...],
    "floats by name": Mapping[str, float],
    "words by number": Mapping[int, str],
    "a word and a number": tuple[str, int],
    "a word or a number": str | int,
    "two that are left": Bow | Left | Loose,
    "a class that holds one": Weighed,
    "a flag": Side,
    "an object": object,
}


def _with_field(kind: Any) -> Any:
    """An event with a field of a type."""
    return attrs.make_class(
        "WrapTied",
        {"wrap_id": attrs.field(type=str), "tied": attrs.field(type=kind)},
        bases=(Event,),
        frozen=True,
        kw_only=True,
    )


@pytest.mark.parametrize("name", SURE)
def test_what_a_document_can_hold_is_kept(name: str) -> None:
    """Whatever is not sure to be lost."""
    known = {engraving.EngraverOutcome}
    assert not list(unkept(_with_field(SURE[name]), known))


@pytest.mark.parametrize("name", LOST)
def test_what_no_document_can_hold_is_named(name: str) -> None:
    """By its field."""
    assert list(unkept(_with_field(LOST[name]), ())) == ["tied"]


@pytest.mark.parametrize(
    "given",
    [Bow(1), Knot(2), Left(), None],
)
def test_a_class_of_several_is_read_as_it_was(
    given: Any, tmp_path: Path
) -> None:
    """One by a field of its own, one as what is left."""
    tied = _with_field(SURE["either or neither"])

    def ask(case: Case, command: AskForWrap, context: Context) -> list[Event]:
        wanted = gift_wrap.ask(case, command, context)
        return [*wanted, tied(wrap_id="o1-w1", tied=given)]

    room = _tied(tied, commands=(on(AskForWrap, ask),))
    house = HOUSE.with_(room)
    with OrderDesk.open(tmp_path / "shop.db", house=house) as desk:
        desk.submit(place())
        desk.submit(wish())
        event: Any = desk.history("o1")[-1].event
    assert event.tied == given


def _tied(tied: Any, **rows: Any) -> Room[Any]:
    return attrs.evolve(
        GIFT_WRAP,
        events=(*GIFT_WRAP.events, changes(tied, lambda wrap, _: wrap)),
        silent=(*GIFT_WRAP.silent, tied),
        **rows,
    )


def test_a_house_names_such_a_field_of_an_event() -> None:
    """And what could stand there."""
    with pytest.raises(LifecycleError) as raised:
        HOUSE.with_(_tied(_with_field(float)))
    assert str(raised.value).startswith(
        "room gift_wrap: WrapTied has tied, which cannot be read back; "
        "what can is text, whole numbers, bool, datetime, Money, "
    )


def test_a_house_names_such_a_field_of_a_part() -> None:
    """It is stored with the order."""
    parts: Parts[Any] = Parts("gift_wrap", Weighed, "wrap_id")
    with pytest.raises(LifecycleError, match="Weighed has grams, which"):
        HOUSE.with_(attrs.evolve(GIFT_WRAP, parts=parts))


def test_a_house_names_such_a_field_of_an_intent() -> None:
    """It is stored until it is performed."""
    room = attrs.evolve(GIFT_WRAP, ports=(Port("scales", Scales),))
    with pytest.raises(LifecycleError, match="Weigh has grams, which"):
        HOUSE.with_(room)
