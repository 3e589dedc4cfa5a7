"""Addresses: a country must be one; what is doubtful is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from orderlife._values.addresses import doubt_no_town, doubts, take_any
from orderlife._values.personal import Address
from orderlife.errors import NotAllowedError, ValidationError
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.rooms.order.messages import (
    CancelOrder,
    DraftOrder,
    HoldOpened,
    PlaceDraft,
    ReleaseHold,
)
from orderlife.rooms.shipment.messages import DispatchShipment
from orderlife.testing.life import Life
from orderlife.testing.scenario import command
from tests.helpers import ADDRESS, CONTACT, line, packed, place, sent

SECRET = "17 Very Secret Lane"


def address(**fields: Any) -> Address:
    """An address without a town, a postcode and a region."""
    bare = {"name": "Ada", "lines": (SECRET,), "city": "", "country": "DE"}
    return Address(**{**bare, **fields})


TAKEN = {
    "Singapore": address(country="SG", postcode="238823"),
    "Gibraltar": address(country="GI"),
    "Hong Kong": address(country="HK"),
    "Hong Kong, Kowloon": address(country="HK", region="Kowloon"),
    "Macao": address(country="MO"),
    "Monaco": address(country="MC"),
    "Vatican": address(country="VA"),
    "Dublin of old": address(country="IE", city="Dublin 4"),
    "a county of Ireland": address(country="IE", region="Co. Mayo"),
    "an emirate": address(country="AE", region="Dubai"),
    "Kosovo": address(country="XK", city="Prishtina"),
    "a town": address(city="Bonn"),
}


@pytest.mark.parametrize("where", TAKEN)
def test_not_every_place_has_a_town_and_a_postcode(where: str) -> None:
    """Where it has none, nothing is missing."""
    life = Life()
    life.do(place(ship_to=TAKEN[where]))

    assert () == life.order.holds
    sent(life)
    assert life.order.has_left


@pytest.mark.parametrize(("country", "meant"), [("UK", "GB"), ("gb", "GB")])
@pytest.mark.parametrize("name", ["ship_to", "bill_to"])
def test_a_country_must_be_one(name: str, country: str, meant: str) -> None:
    """Wherever it stands; it is said which was meant."""
    wrong = attrs.evolve(ADDRESS, country=country)
    with pytest.raises(ValidationError) as caught:
        Life().do(place(**{name: wrong}))
    (problem,) = caught.value.problems
    assert f"{name}.country" == problem.field
    assert problem.message.endswith(f"did you mean '{meant}'?")


# What is doubtful


def doubtful(**policy: Any) -> Life:
    """An order to nowhere in particular."""
    life = Life(policy=Policy(**policy))
    life.do(place(ship_to=address()))
    return life


def test_what_is_doubtful_is_held() -> None:
    """The order stands, paid and picked; it does not leave."""
    life = doubtful()

    (hold,) = life.order.holds
    assert ("address", ("dispatch",), "doubtful: city", None) == (
        hold.reason,
        hold.blocks,
        hold.note,
        hold.until,
    )
    assert "confirmed" == life.order.state.value
    packed(life)
    with pytest.raises(NotAllowedError, match="address"):
        life.do(command(DispatchShipment, shipment_id="o1-s1"))
    assert SECRET not in repr(life.history)
    check_invariants(life.case, life.history)


def test_whoever_has_looked_lets_it_go() -> None:
    """Then it leaves."""
    life = doubtful()
    packed(life)
    life.do(command(ReleaseHold, hold_id="h1", note="called: it is right"))
    life.do(command(DispatchShipment, shipment_id="o1-s1"))

    assert life.order.has_left
    check_invariants(life.case, life.history)


def test_it_may_be_called_off_instead() -> None:
    """The hold is in nobody's way."""
    life = doubtful()
    life.do(command(CancelOrder, reason="customer"))

    assert "cancelled" == life.order.state.value
    check_invariants(life.case, life.history)


def test_a_draft_is_held_as_well() -> None:
    """When it is placed, nobody shows its address again."""
    life = Life()
    fields = {"lines": (line(),), "contact": CONTACT, "ship_to": address()}
    life.do(command(DraftOrder, **fields, tenders=place().fields["tenders"]))
    assert ["address"] == [hold.reason for hold in life.order.holds]
    life.do(command(PlaceDraft))

    assert "confirmed" == life.order.state.value
    assert ["address"] == [hold.reason for hold in life.order.holds]
    check_invariants(life.case, life.history)


def test_what_is_not_sent_has_no_address_to_doubt() -> None:
    """Nothing would ever wait for it."""
    life = Life()
    life.do(place(line(digital=True), ship_to=address()))
    nowhere = Life()
    nowhere.do(place(line(digital=True), ship_to=None))

    assert () == life.order.holds == nowhere.order.holds


def test_a_shop_has_its_own_doubts() -> None:
    """It is given the whole address, and answers with names of fields."""
    seen: list[Address] = []

    def check(found: Address) -> frozenset[str]:
        seen.append(found)
        return frozenset(("postcode", "lines"))

    life = doubtful(check_address=check)

    assert [address()] == seen
    assert ["doubtful: lines, postcode"] == [
        hold.note for hold in life.order.holds
    ]
    assert () == doubtful(check_address=take_any).order.holds


def failing(found: Address) -> tuple[str, ...]:
    """Raise, and show what was given."""
    raise ValueError(found.lines)


def forgetful(found: Address) -> Any:
    """Forget to answer."""
    del found


def talkative(found: Address) -> tuple[str, ...]:
    """Answer with what stands there."""
    return ("city", *found.lines)


def lazy(found: Address) -> Iterator[str]:
    """Answer later."""
    yield from found.lines


@pytest.mark.parametrize(
    ("check", "note"),
    [
        (failing, "the policy's check_address raised ValueError"),
        (forgetful, "the policy's check_address gave NoneType"),
        (talkative, "the policy's check_address names what is no field"),
        (lazy, "the policy's check_address gave generator"),
        (lambda _: "city", "the policy's check_address gave str"),
        (lambda _: ({},), "the policy's check_address names what is no field"),
    ],
)
def test_a_check_that_fails_leaves_a_doubt(check: Any, note: str) -> None:
    """It is named as the policy's fault, and repeats nothing."""
    life = doubtful(check_address=check)

    assert [note] == [hold.note for hold in life.order.holds]
    assert SECRET not in repr(life.history)


def test_an_order_that_is_refused_has_no_hold() -> None:
    """Nothing is recorded of it."""
    life = Life()
    with pytest.raises(ValidationError):
        life.do(place(ship_to=address(country="XX")))
    assert [] == life.history


@pytest.mark.parametrize(
    ("fields", "doubt"),
    [
        ({}, ("city",)),
        ({"city": "  "}, ("city",)),
        ({"city": "Bonn"}, ()),
        ({"region": "NRW"}, ()),
        ({"country": "SG"}, ()),
    ],
)
def test_a_town_or_a_region_will_do(
    fields: dict[str, str], doubt: tuple[str, ...]
) -> None:
    """Unless the country is one town itself."""
    assert doubt == doubt_no_town(address(**fields))
    assert ("doubtful: city" if doubt else "") == doubts(
        doubt_no_town, address(**fields)
    )


def test_the_hold_is_recorded_with_the_placement() -> None:
    """In the same decision: no step of it is seen without."""
    life = Life()
    decision = life.do(place(ship_to=address()))

    assert any(isinstance(each.event, HoldOpened) for each in decision.events)
