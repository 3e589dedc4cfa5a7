"""Carriers with one defect each."""

from __future__ import annotations

from typing import Any

import attrs

from orderlife.ports.base import NotKnown, Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    CarrierIntent,
    CarrierOutcome,
    Intercept,
    InterceptAccepted,
    InterceptOutcome,
    InterceptRejected,
    Label,
    LabelOutcome,
    LabelRefused,
    LabelVoided,
    Quoted,
    RateRequest,
    VoidLabel,
    VoidLabelOutcome,
    VoidRejected,
)
from orderlife.testing import FakeCarrier
from tests.conformance.fakes import CarrierFakes
from tests.conformance.mutants_requests import plant_request_mutants
from tests.conformance.planted import Planted

__all__ = ["CARRIER"]

CARRIER = Planted(CarrierFakes)

plant_request_mutants(
    CARRIER,
    FakeCarrier,
    {
        "buy_label": "buy_label",
        "void_label": "void_label",
        "intercept": "intercept",
    },
)


class SellingOtherwise(FakeCarrier):
    """It answers something else than what it sold."""

    def change(self, intent: BuyLabel, answer: Any) -> Any:
        del intent
        return answer

    def buy_label(self, intent: BuyLabel, /) -> LabelOutcome:
        changed: LabelOutcome = self.change(intent, super().buy_label(intent))
        return changed


@CARRIER("buys_a_label")
class ForgetsTheNumber(SellingOtherwise):
    def change(self, intent: BuyLabel, answer: Any) -> Any:
        del intent
        if isinstance(answer, Label):
            return attrs.evolve(answer, tracking_number="")
        return answer


@CARRIER("each_shipment_has_its_label")
class NamesTheOrder(SellingOtherwise):
    def change(self, intent: BuyLabel, answer: Any) -> Any:
        if isinstance(answer, Label):
            return attrs.evolve(answer, label_id=intent.order_id)
        return answer


@CARRIER("buys_a_label_for_a_return")
class SendsOneWay(FakeCarrier):
    def buy_label(self, intent: BuyLabel, /) -> LabelOutcome:
        if intent.purpose == "return":
            return LabelRefused(code="one_way")
        return super().buy_label(intent)


@CARRIER("refusal_says_why")
class RefusesWithoutAWord(SellingOtherwise):
    def change(self, intent: BuyLabel, answer: Any) -> Any:
        del intent
        if isinstance(answer, LabelRefused):
            return LabelRefused(code="")
        return answer


class FindingTheFirstAnswer(FakeCarrier):
    """A look-up gives what was answered, not what became of it."""

    def look_up(self, intent: CarrierIntent, /) -> CarrierOutcome | NotKnown:
        done = self._operations._done.get(intent.key)
        answer: Any = NotKnown() if done is None else done.answer
        return answer  # type: ignore[no-any-return]


@CARRIER("pending_label_is_found_until_it_is_settled")
class FindsPendingLabels(FindingTheFirstAnswer):
    pass


@CARRIER("pending_void_is_found_until_it_is_settled")
class FindsPendingVoids(FindingTheFirstAnswer):
    pass


@CARRIER("void_gives_the_label_back")
class VoidsInName(FakeCarrier):
    def void_label(self, intent: VoidLabel, /) -> VoidLabelOutcome:
        del intent
        return LabelVoided()


class VoidsAnything(FakeCarrier):
    """It takes a no for a yes."""

    def void_label(self, intent: VoidLabel, /) -> VoidLabelOutcome:
        answer = super().void_label(intent)
        return LabelVoided() if isinstance(answer, VoidRejected) else answer


@CARRIER("unknown_label_is_not_voided")
class VoidsUnknownLabels(VoidsAnything):
    pass


@CARRIER("used_label_is_not_voided")
class VoidsUsedLabels(VoidsAnything):
    pass


@CARRIER("stops_a_parcel")
class StopsNothing(FakeCarrier):
    def intercept(self, intent: Intercept, /) -> InterceptOutcome:
        return InterceptRejected(f"not {intent.tracking_number}")


class StopsAnything(FakeCarrier):
    """It takes a no for a yes."""

    def intercept(self, intent: Intercept, /) -> InterceptOutcome:
        answer = super().intercept(intent)
        if isinstance(answer, InterceptRejected):
            return InterceptAccepted()
        return answer


@CARRIER("unknown_parcel_is_not_stopped")
class StopsUnknownParcels(StopsAnything):
    pass


@CARRIER("parcel_that_goes_on_is_rejected")
class StopsWhatGoesOn(StopsAnything):
    pass


@CARRIER("quotes_prices")
class BuysToKnowThePrice(FakeCarrier):
    def quote(self, request: RateRequest, /) -> Quoted | Unknown:
        self.buy_label(
            BuyLabel(
                operation_id="quote",
                order_id="o1",
                subject=request.subject,
                purpose="outbound",
                place=request.place,
                address=request.address,
                parcels=request.parcels,
            )
        )
        return super().quote(request)


@CARRIER("quote_names_who_cannot")
class LeavesFailuresOut(FakeCarrier):
    def quote(self, request: RateRequest, /) -> Quoted | Unknown:
        answer = super().quote(request)
        if isinstance(answer, Quoted):
            return attrs.evolve(answer, failures=())
        return answer


@CARRIER("lost_quote_is_unknown")
class NoAnswerIsNoOffer(FakeCarrier):
    def quote(self, request: RateRequest, /) -> Quoted | Unknown:
        answer = super().quote(request)
        return Quoted(rates=()) if isinstance(answer, Unknown) else answer


@CARRIER("erased_address_is_no_crash")
class NeedsAnAddress(FakeCarrier):
    def buy_label(self, intent: BuyLabel, /) -> LabelOutcome:
        assert intent.people[intent.address] is not None
        return super().buy_label(intent)
