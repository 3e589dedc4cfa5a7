"""The harness of a carrier, and the intents that checks make."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final, TypeAlias, cast

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.personal import Address
from orderlife.ports.base import Intent
from orderlife.ports.carrier import (
    AsyncCarrier,
    BuyLabel,
    Carrier,
    CarrierIntent,
    Intercept,
    InterceptAccepted,
    Label,
    LabelVoided,
    Parcel,
    RateRequest,
    VoidLabel,
)
from orderlife.testing.conformance._kit import (
    Flow,
    ask,
    collector,
    equal,
    is_a,
)
from orderlife.testing.conformance._requests import (
    Kind,
    books,
    declared,
    request_checks,
)

__all__ = [
    "CARRIER",
    "AnyCarrier",
    "CarrierAbility",
    "CarrierBooks",
    "CarrierHarness",
    "Courier",
    "add_request_checks",
    "booked",
    "bought",
    "buy",
    "intercept",
    "quote",
    "void",
]

AnyCarrier: TypeAlias = Carrier | AsyncCarrier
Courier: TypeAlias = Carrier
"""What the checks call it: whether it is awaited is the driver's."""


class CarrierAbility(FastEnum):
    """What not every carrier, or not every harness, can do."""

    DEDUPLICATES = "deduplicates"
    """The same key again acts once; as its ``capabilities`` say."""
    LOOKS_UP = "looks_up"
    """It can be asked what it did; as its ``capabilities`` say."""
    CONCURRENT = "concurrent"
    """It may be used by several threads, or tasks, at once."""
    JOURNALS = "journals"
    """The harness can tell what was really done: ``books``."""
    RETURNS = "returns"
    """It has labels for the way back."""
    REFUSES = "refuses"
    """There is a service whose labels are refused."""
    PENDS = "pends"
    """There is a service whose labels are pending until settled."""
    VOIDS = "voids"
    """Labels can be voided at once."""
    VOIDS_LATER = "voids_later"
    """There is a service whose voids are pending until settled."""
    HANDS_OVER = "hands_over"
    """The harness can give a parcel to the carrier."""
    INTERCEPTS = "intercepts"
    """Parcels can be stopped."""
    REJECTS_INTERCEPTS = "rejects_intercepts"
    """There is a service whose parcels cannot be stopped."""
    QUOTES = "quotes"
    """It tells what it would cost."""
    FAILS_QUOTES = "fails_quotes"
    """There is a parcel for which some carrier gives no offer."""
    LOSES_ANSWERS = "loses_answers"
    """The harness can have it act, and its answer get lost."""
    LOSES_REQUESTS = "loses_requests"
    """The harness can have a request get lost on its way."""


@attrs.frozen(kw_only=True)
class CarrierBooks:
    """What was really done, for all parcels."""

    bought: int = 0
    voided: int = 0
    intercepted: int = 0

    def doubled(self) -> CarrierBooks:
        """Everything twice."""
        twice = {n: 2 * v for n, v in attrs.asdict(self).items()}
        return CarrierBooks(**twice)


class CarrierHarness:
    """How to get at your carrier.  Every method may be ``async`` too."""

    abilities: frozenset[CarrierAbility] = frozenset(
        {CarrierAbility.CONCURRENT}
    )
    address: Address = Address(
        name="Ada Lovelace",
        lines=("1 Way",),
        city="Bonn",
        country="DE",
        postcode="53111",
    )
    """Where the carrier delivers to."""
    place: str = "main"
    """Where the goods leave from."""
    parcel: Parcel = Parcel(
        weight_g=800, length_mm=300, width_mm=200, height_mm=100
    )
    """What it takes for sure."""

    def make(self) -> AnyCarrier | Awaitable[AnyCarrier]:
        """A carrier with which nothing was sent yet."""
        raise NotImplementedError

    def service(self, wish: CarrierAbility | None = None) -> str:  # noqa: ARG002
        """A service that works, or that does as is wished."""
        return ""

    def unquotable(self) -> Parcel:
        """What some carrier gives no offer for."""
        raise NotImplementedError

    def books(self) -> CarrierBooks | Awaitable[CarrierBooks]:
        """What was really done by the one that was made last."""
        raise NotImplementedError

    def settle(
        self, intent: CarrierIntent, *, succeed: bool
    ) -> Awaitable[None] | None:
        """Have the carrier decide what was pending."""
        raise NotImplementedError

    def hand_over(self, label_id: str) -> Awaitable[None] | None:
        """Give the parcel of a label to the carrier."""
        raise NotImplementedError

    def lose_answer(
        self, intent: Intent | RateRequest
    ) -> Awaitable[None] | None:
        """Have it do this, which comes next, and its answer get lost."""
        raise NotImplementedError

    def lose_request(self, intent: Intent) -> Awaitable[None] | None:
        """Have this, which comes next, get lost before it arrives."""
        raise NotImplementedError

    def close(self) -> Awaitable[None] | None:
        """Clear away what was made for a check."""
        return None


def _open(harness: CarrierHarness) -> Flow[Courier]:
    return cast("Courier", (yield from ask(harness.make)))


CARRIER: Final = collector(
    _open,
    declared(CarrierAbility),
    frozenset((CarrierAbility.DEDUPLICATES, CarrierAbility.LOOKS_UP)),
)


def _named(operation_id: str, more: dict[str, Any]) -> dict[str, Any]:
    given = {"order_id": "o1", "key": operation_id, **more}
    return {"operation_id": operation_id, **given}


def buy(h: CarrierHarness, number: str = "1", **more: Any) -> BuyLabel:
    """Buy a label for a shipment of one parcel."""
    subject = f"o1:shipment:{number}"
    fields: dict[str, Any] = {
        "subject": subject,
        "purpose": "outbound",
        "place": h.place,
        "address": "o1:ship_to",
        "service": h.service(),
        "parcels": (h.parcel,),
        "people": {"o1:ship_to": h.address},
        **_named(f"{subject}:label:1", more),
    }
    return BuyLabel(**fields)


def void(label_id: str, number: str = "1", **more: Any) -> VoidLabel:
    """Give a label back."""
    subject = f"o1:shipment:{number}"
    fields = {"subject": subject, **_named(f"{subject}:void:1", more)}
    return VoidLabel(label_id=label_id, **fields)


def intercept(
    tracking_number: str, number: str = "1", **more: Any
) -> Intercept:
    """Stop a parcel."""
    subject = f"o1:shipment:{number}"
    fields = {"subject": subject, **_named(f"{subject}:stop:1", more)}
    return Intercept(tracking_number=tracking_number, **fields)


def quote(h: CarrierHarness, parcel: Parcel | None = None) -> RateRequest:
    """Ask what a parcel would cost."""
    return RateRequest(
        subject="o1:shipment:1",
        place=h.place,
        address="o1:ship_to",
        parcels=(parcel or h.parcel,),
        people={"o1:ship_to": h.address},
    )


def bought(
    h: CarrierHarness, carrier: Courier, number: str = "1"
) -> Flow[Label]:
    """Buy a label that works."""
    answer = yield from ask(carrier.buy_label, buy(h, number))
    return is_a(Label, answer, "a label")


def booked(h: CarrierHarness, expected: CarrierBooks, what: str) -> Flow[None]:
    """Compare with what was really done, if the harness can tell."""
    seen = yield from books(h)
    if seen is not None:
        equal(expected, seen, f"what was done, {what}")


def _buying(h: CarrierHarness, _: Courier, number: str) -> Flow[BuyLabel]:
    yield from ()
    return buy(h, number)


def _voiding(h: CarrierHarness, c: Courier, number: str) -> Flow[VoidLabel]:
    label = yield from bought(h, c, number)
    return void(label.label_id, number)


def _stopping(h: CarrierHarness, c: Courier, number: str) -> Flow[Intercept]:
    label = yield from bought(h, c, number)
    return intercept(label.tracking_number, number)


def _elsewhere(intent: BuyLabel) -> BuyLabel:
    return attrs.evolve(intent, place="elsewhere", parcels=())


def add_request_checks() -> None:
    """Add the checks of keys, look-ups and lost answers."""
    request_checks(
        CARRIER,
        CarrierAbility,
        {
            "buy_label": Kind(method="buy_label", ready=_buying, done=Label),
            "void_label": Kind(
                method="void_label",
                ready=_voiding,
                done=LabelVoided,
                needs=(CarrierAbility.VOIDS,),
            ),
            "intercept": Kind(
                method="intercept",
                ready=_stopping,
                done=InterceptAccepted,
                needs=(CarrierAbility.INTERCEPTS,),
            ),
        },
        _elsewhere,
    )
