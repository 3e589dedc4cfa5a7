"""What a carrier promises, as checks.

::

    class MyHarness(CarrierHarness):
        abilities = frozenset({CarrierAbility.VOIDS})

        def make(self) -> Carrier:
            return MyCarrier(sandbox())
"""

from __future__ import annotations

from typing import Final

from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    Quoted,
    VoidPending,
    VoidRejected,
)
from orderlife.testing.conformance._carrier import (
    CARRIER,
    AnyCarrier,
    CarrierAbility,
    CarrierBooks,
    CarrierHarness,
    Courier,
    add_request_checks,
    booked,
    bought,
    buy,
    intercept,
    quote,
    void,
)
from orderlife.testing.conformance._kit import Check, Flow, ask, is_a, require

__all__ = [
    "CARRIER_CHECKS",
    "AnyCarrier",
    "CarrierAbility",
    "CarrierBooks",
    "CarrierHarness",
]


@CARRIER()
def buys_a_label(h: CarrierHarness, carrier: Courier) -> Flow[None]:
    """A label has an id, a carrier and a tracking number."""
    answer = yield from ask(carrier.buy_label, buy(h))
    got = is_a(Label, answer, "a label")
    require(got.label_id, "there is a label id")
    require(got.carrier, "the carrier is named")
    require(got.tracking_number, "there is a tracking number")
    if got.cost is not None:
        require(got.cost.minor >= 0, f"{got.cost!r} is a price")
    yield from booked(h, CarrierBooks(bought=1), "bought")


@CARRIER()
def each_shipment_has_its_label(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """Two shipments have two labels, told apart by their ids."""
    first = yield from bought(h, carrier, "1")
    second = yield from bought(h, carrier, "2")
    require(first.label_id != second.label_id, "label ids differ")
    yield from booked(h, CarrierBooks(bought=2), "bought")


@CARRIER(CarrierAbility.RETURNS)
def buys_a_label_for_a_return(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """The customer can be given a label for the way back."""
    wanted = buy(h, purpose="return", subject="o1:return:1")
    answer = yield from ask(carrier.buy_label, wanted)
    is_a(Label, answer, "a label for a return")


@CARRIER(CarrierAbility.REFUSES)
def refusal_says_why(h: CarrierHarness, carrier: Courier) -> Flow[None]:
    """A label that cannot be had has a code, and costs nothing."""
    wanted = buy(h, service=h.service(CarrierAbility.REFUSES))
    answer = yield from ask(carrier.buy_label, wanted)
    got = is_a(LabelRefused, answer, "a label that is refused")
    require(got.code, "there is a code")
    yield from booked(h, CarrierBooks(), "refused")


@CARRIER(CarrierAbility.PENDS, CarrierAbility.LOOKS_UP)
def pending_label_is_found_until_it_is_settled(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """A look-up says pending, and then what became of it."""
    for number, succeed in (("1", True), ("2", False)):
        wanted = buy(h, number, service=h.service(CarrierAbility.PENDS))
        answer = yield from ask(carrier.buy_label, wanted)
        is_a(LabelPending, answer, "a label that is pending")
        found = yield from ask(carrier.look_up, wanted)
        is_a(LabelPending, found, "looked up while it is pending")
        yield from ask(h.settle, wanted, succeed=succeed)
        found = yield from ask(carrier.look_up, wanted)
        what = "looked up after it was settled"
        is_a(Label if succeed else LabelRefused, found, what)
    yield from booked(h, CarrierBooks(bought=1), "one of two settled")


@CARRIER(CarrierAbility.VOIDS)
def void_gives_the_label_back(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """A label that was not used is void, and only that one."""
    label = yield from bought(h, carrier, "1")
    yield from bought(h, carrier, "2")
    answer = yield from ask(carrier.void_label, void(label.label_id))
    is_a(LabelVoided, answer, "a void")
    yield from booked(h, CarrierBooks(bought=2, voided=1), "voided")


@CARRIER()
def unknown_label_is_not_voided(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """A label that was never bought is rejected, and nothing raised."""
    answer = yield from ask(carrier.void_label, void("no-such-label"))
    is_a(VoidRejected, answer, "a label that was never bought")
    yield from booked(h, CarrierBooks(), "rejected")


@CARRIER(CarrierAbility.HANDS_OVER)
def used_label_is_not_voided(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """Once the carrier has the parcel it is too late."""
    label = yield from bought(h, carrier)
    yield from ask(h.hand_over, label.label_id)
    answer = yield from ask(carrier.void_label, void(label.label_id))
    is_a(VoidRejected, answer, "a label that was used")
    yield from booked(h, CarrierBooks(bought=1), "rejected")


@CARRIER(CarrierAbility.VOIDS_LATER, CarrierAbility.LOOKS_UP)
def pending_void_is_found_until_it_is_settled(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """A look-up says pending, and then whether it was accepted."""
    for number, succeed in (("1", True), ("2", False)):
        wanted = buy(h, number, service=h.service(CarrierAbility.VOIDS_LATER))
        answer = yield from ask(carrier.buy_label, wanted)
        label = is_a(Label, answer, "a label")
        back = void(label.label_id, number)
        answer = yield from ask(carrier.void_label, back)
        is_a(VoidPending, answer, "a void that is pending")
        found = yield from ask(carrier.look_up, back)
        is_a(VoidPending, found, "looked up while it is pending")
        yield from ask(h.settle, back, succeed=succeed)
        found = yield from ask(carrier.look_up, back)
        what = "looked up after it was settled"
        is_a(LabelVoided if succeed else VoidRejected, found, what)
    yield from booked(h, CarrierBooks(bought=2, voided=1), "one settled")


@CARRIER(CarrierAbility.INTERCEPTS)
def stops_a_parcel(h: CarrierHarness, carrier: Courier) -> Flow[None]:
    """The carrier tries to bring a parcel back."""
    label = yield from bought(h, carrier)
    wanted = intercept(label.tracking_number)
    answer = yield from ask(carrier.intercept, wanted)
    is_a(InterceptAccepted, answer, "an intercept")
    expected = CarrierBooks(bought=1, intercepted=1)
    yield from booked(h, expected, "intercepted")


@CARRIER()
def unknown_parcel_is_not_stopped(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """A tracking number that was never given is rejected."""
    answer = yield from ask(carrier.intercept, intercept("NO-SUCH-NUMBER"))
    is_a(InterceptRejected, answer, "a parcel that is not there")
    yield from booked(h, CarrierBooks(), "rejected")


@CARRIER(CarrierAbility.REJECTS_INTERCEPTS)
def parcel_that_goes_on_is_rejected(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """An intercept of a parcel that cannot be stopped is rejected."""
    wanted = buy(h, service=h.service(CarrierAbility.REJECTS_INTERCEPTS))
    answer = yield from ask(carrier.buy_label, wanted)
    label = is_a(Label, answer, "a label")
    stop = intercept(label.tracking_number)
    answer = yield from ask(carrier.intercept, stop)
    is_a(InterceptRejected, answer, "a parcel that goes on")
    yield from booked(h, CarrierBooks(bought=1), "rejected")


@CARRIER(CarrierAbility.QUOTES)
def quotes_prices(h: CarrierHarness, carrier: Courier) -> Flow[None]:
    """Each offer names its carrier, service and price; nothing happens."""
    answer = yield from ask(carrier.quote, quote(h))
    got = is_a(Quoted, answer, "a quote")
    require(got.rates, "there is an offer")
    for rate in got.rates:
        require(rate.carrier and rate.service, f"{rate!r} is named")
        require(rate.cost.minor > 0, f"{rate!r} has a price")
        ends = rate.deliver_by
        aware = ends is None or ends.tzinfo is not None
        require(aware, f"{ends!r} is a moment")
    yield from booked(h, CarrierBooks(), "quoted")


@CARRIER(CarrierAbility.FAILS_QUOTES)
def quote_names_who_cannot(h: CarrierHarness, carrier: Courier) -> Flow[None]:
    """Beside the offers stands each carrier that gave none, and why."""
    answer = yield from ask(carrier.quote, quote(h, h.unquotable()))
    got = is_a(Quoted, answer, "a quote")
    require(got.failures, "there is a failure")
    for failure in got.failures:
        require(failure.carrier, f"{failure!r} names a carrier")
        require(failure.reason, f"{failure!r} names a reason")


@CARRIER(CarrierAbility.QUOTES, CarrierAbility.LOSES_ANSWERS)
def lost_quote_is_unknown(h: CarrierHarness, carrier: Courier) -> Flow[None]:
    """Where no offer came it says Unknown, and raises nothing."""
    wanted = quote(h)
    yield from ask(h.lose_answer, wanted)
    answer = yield from ask(carrier.quote, wanted)
    is_a(Unknown, answer, "no answer came")
    again = yield from ask(carrier.quote, wanted)
    is_a(Quoted, again, "asked again")


@CARRIER()
def erased_address_is_no_crash(
    h: CarrierHarness, carrier: Courier
) -> Flow[None]:
    """An address that was erased is refused, and nothing is raised."""
    answer = yield from ask(carrier.buy_label, buy(h, people={}))
    kinds = (Label, LabelPending, LabelRefused, Unknown)
    require(isinstance(answer, kinds), f"an erased address: {answer!r}")


add_request_checks()

CARRIER_CHECKS: Final[tuple[Check[CarrierHarness], ...]] = tuple(
    CARRIER.checks
)
"""All that a carrier promises."""
