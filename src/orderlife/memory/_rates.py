"""What the fake carrier offers, and what it costs.

Two carriers stand behind it: one is slow and cheap, and takes less.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from orderlife._values.money import Money
from orderlife.ports.carrier import Parcel, Quoted, Rate, RateFailure

__all__ = ["Service", "nothing_quoted", "price", "quoted", "service_of"]


@attrs.frozen(kw_only=True)
class Service:
    """A made-up offer, in minor units of the carrier's currency."""

    carrier: str
    name: str
    base: int
    per_kg: int
    days: int
    at_most_g: int


_SERVICES: Final = (
    Service(
        carrier="fake_post",
        name="standard",
        base=490,
        per_kg=50,
        days=3,
        at_most_g=10_000,
    ),
    Service(
        carrier="fake_express",
        name="express",
        base=1490,
        per_kg=150,
        days=1,
        at_most_g=30_000,
    ),
)


def service_of(name: str) -> Service:
    """The offer of that name; any other name gets the standard one."""
    standard, express = _SERVICES
    return express if name == express.name else standard


def price(
    service: Service, parcels: tuple[Parcel, ...], currency: str
) -> Money:
    """The base for each parcel, and the weight by begun kilograms."""
    kilograms = sum(-(-parcel.weight_g // 1000) for parcel in parcels)
    minor = service.base * max(1, len(parcels))
    minor += service.per_kg * kilograms
    return Money.of_minor(minor, currency)


def quoted(
    parcels: tuple[Parcel, ...], currency: str, now: datetime
) -> Quoted:
    """The offers for the heaviest parcel, and the carriers' failures."""
    heaviest = max((parcel.weight_g for parcel in parcels), default=0)
    return Quoted(
        rates=tuple(
            Rate(
                carrier=service.carrier,
                service=service.name,
                cost=price(service, parcels, currency),
                deliver_by=now + timedelta(days=service.days),
            )
            for service in _SERVICES
            if heaviest <= service.at_most_g
        ),
        failures=tuple(
            RateFailure(carrier=service.carrier, reason="too_heavy")
            for service in _SERVICES
            if heaviest > service.at_most_g
        ),
    )


def nothing_quoted(reason: str) -> Quoted:
    """A failure of each carrier, all for the same reason."""
    return Quoted(
        rates=(),
        failures=tuple(
            RateFailure(carrier=service.carrier, reason=reason)
            for service in _SERVICES
        ),
    )
