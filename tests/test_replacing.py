"""Copies of values, and values that are made without their constructor."""

from __future__ import annotations

import pickle
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Recorded
from orderlife._values.replacing import MEMO_OF, maker, replace
from orderlife.rooms.order.messages import FollowUpSent
from orderlife.rooms.order.model import Units
from orderlife.testing.scenario import NOON, STAFF


@attrs.frozen(kw_only=True, weakref_slot=False)
class Plain:
    """It inherits nothing."""

    name: str
    count: int = 1
    _seen: int | None = attrs.field(
        default=None, init=False, eq=False, metadata={MEMO_OF: ("name",)}
    )


@attrs.frozen(kw_only=True)
class Weak:
    """It can be referred to weakly."""

    name: str
    count: int = 1


@attrs.frozen(kw_only=True)
class Heir(Weak):
    """It inherits its fields."""

    more: str = ""


KINDS: tuple[Any, ...] = (Plain, Weak, Heir)


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_is_a_value_of_its_own_class(kind: Any) -> None:
    """And as frozen as the one that it was copied from."""
    value = kind(name="a", count=3)
    copy = replace(value, name="b")
    assert copy == attrs.evolve(value, name="b")
    assert (type(copy), repr(copy)) == (kind, repr(kind(name="b", count=3)))
    assert value == kind(name="a", count=3)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        copy.name = "c"
    again = pickle.loads(pickle.dumps(copy))  # noqa: S301, ours
    assert again == copy


def test_nobody_inherits_from_the_class_of_what_is_copied() -> None:
    """An application may count the heirs of its classes."""
    replace(Heir(name="a"), name="b")
    assert Weak.__subclasses__() == [Heir]


def test_what_was_worked_out_is_kept_until_its_cause_changes() -> None:
    """It is copied with the other fields, or is empty."""
    value = Plain(name="a")
    object.__setattr__(value, "_seen", 7)
    assert replace(value, count=2)._seen == 7
    assert replace(value, name="b")._seen is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_maker_makes_is_what_the_class_makes(kind: Any) -> None:
    """With its defaults, and what is in no constructor left out."""
    made = maker(kind)
    assert made(name="a") == kind(name="a")
    assert made(name="a", count=2) == kind(name="a", count=2)
    assert type(made(name="a")) is kind
    assert getattr(made(name="a"), "_seen", None) is None


@attrs.frozen(kw_only=True)
class Doubled:
    """Its default is made of another field."""

    first: int
    second: int = attrs.field(
        default=attrs.Factory(lambda self: self.first, takes_self=True)
    )


def test_a_maker_makes_no_default() -> None:
    """What a class makes its default of is to be given."""
    with pytest.raises(TypeError, match="second"):
        maker(Doubled)(first=1)
    assert maker(Doubled)(first=1, second=1) == Doubled(first=1)


def test_a_maker_takes_fields_by_their_place_too() -> None:
    """In the order in which the class has them."""
    given = 1, NOON, STAFF, "c1", FollowUpSent()
    assert maker(Recorded)(*given) == Recorded(*given)


@attrs.frozen(weakref_slot=False)
class Named:
    """Its fields are called what the functions are written with."""

    kind: str
    value: str
    new: str
    made: str = "m"


def test_a_field_may_have_any_name() -> None:
    """Also one that whoever writes the functions might use."""
    named = Named("k", "v", "n")
    assert replace(named, kind="K", value="V", new="N", made="M") == Named(
        "K", "V", "N", "M"
    )
    assert maker(Named)(kind="k", value="v", new="n") == named


def test_units_are_counted_on_a_copy() -> None:
    """The one that all lines share stays as it is."""
    units = Units(ordered=2)
    assert replace(units, shipped=1) == Units(ordered=2, shipped=1)
    assert units.shipped == 0
