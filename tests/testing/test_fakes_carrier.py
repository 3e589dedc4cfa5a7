"""The fake carrier: quotes, labels, voids and intercepts."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderlife._values.money import Money
from orderlife._values.personal import Address
from orderlife.errors import InvariantError, NotFoundError, PortError
from orderlife.ports.base import Capabilities, NotKnown, Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    Carrier,
    Intercept,
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    Parcel,
    Quoted,
    RateFailure,
    RateRequest,
    VoidLabel,
    VoidPending,
    VoidRejected,
)
from orderlife.testing import (
    Clock,
    Crash,
    Decline,
    FakeCarrier,
    Pend,
    Script,
    TimeOut,
)

NOWHERE = Address(
    name="Nemo", lines=("1",), city="N", country="DE", postcode="00000"
)
REQUEST = RateRequest(
    subject="o1-s1",
    place="main",
    address="o1:ship_to",
    parcels=(Parcel(weight_g=2100),),
)


def buy(service: str = "", number: int = 1) -> BuyLabel:
    """Ask for a label of a kilogram."""
    return BuyLabel(
        operation_id=f"o1-s{number}:label:1",
        order_id="o1",
        subject=f"o1-s{number}",
        purpose="outbound",
        place="main",
        address="o1:ship_to",
        service=service,
        parcels=(Parcel(weight_g=1000),),
    )


def void(label_id: str = "label-o1-s1:label:1", number: int = 1) -> VoidLabel:
    """Ask for a label to be taken back."""
    return VoidLabel(
        operation_id=f"o1-s1:void:{number}",
        order_id="o1",
        subject="o1-s1",
        label_id=label_id,
    )


def stop(tracking_number: str, number: int = 1) -> Intercept:
    """Ask for a parcel to be stopped."""
    return Intercept(
        operation_id=f"o1-s{number}:intercept:1",
        order_id="o1",
        subject=f"o1-s{number}",
        tracking_number=tracking_number,
    )


def bought(carrier: FakeCarrier, service: str = "", number: int = 1) -> Label:
    """Buy a label that is known to work."""
    label = carrier.buy_label(buy(service, number))
    assert isinstance(label, Label)
    return label


def test_is_a_carrier() -> None:
    """The fake keeps to the port, as mypy can tell."""
    carrier: Carrier = FakeCarrier()
    assert carrier.capabilities.deduplicates


def test_quotes_by_weight_with_dates() -> None:
    """Each begun kilogram counts; express is faster and dearer."""
    clock = Clock()
    quoted = FakeCarrier(clock).quote(REQUEST)
    assert isinstance(quoted, Quoted)
    standard, express = quoted.rates
    assert (standard.cost, express.cost) == (
        Money("6.40", "EUR"),
        Money("19.40", "EUR"),
    )
    assert standard.deliver_by == clock() + timedelta(days=3)
    assert express.deliver_by == clock() + timedelta(days=1)
    assert quoted.failures == ()


def test_quotes_name_who_cannot() -> None:
    """Too heavy for the post is not too heavy for all."""
    heavy = attrs.evolve(REQUEST, parcels=(Parcel(weight_g=10_001),))
    quoted = FakeCarrier().quote(heavy)
    assert isinstance(quoted, Quoted)
    assert [rate.carrier for rate in quoted.rates] == ["fake_express"]
    assert quoted.failures == (
        RateFailure(carrier="fake_post", reason="too_heavy"),
    )


def test_quotes_can_fail() -> None:
    """No offers, no answer, or a crash, as the script says."""
    script = Script().on(
        "quote", Decline("closed"), TimeOut("before"), Crash("before"), Pend()
    )
    carrier = FakeCarrier(script=script)
    quoted = carrier.quote(REQUEST)
    assert isinstance(quoted, Quoted)
    assert [failure.reason for failure in quoted.failures] == ["closed"] * 2
    assert isinstance(carrier.quote(REQUEST), Unknown)
    with pytest.raises(Exception, match="crashed quoting"):
        carrier.quote(REQUEST)
    with pytest.raises(PortError, match="quote cannot Pend"):
        carrier.quote(REQUEST)


def test_labels_are_the_same_in_every_run() -> None:
    """A tracking number depends on the intent and on nothing else."""
    first, other = FakeCarrier(), FakeCarrier()
    bought(other, number=2)
    assert bought(first) == bought(other)
    assert (
        bought(first).tracking_number
        != bought(first, number=2).tracking_number
    )
    assert bought(first).cost == Money("5.40", "EUR")
    assert bought(first, "express", 3).carrier == "fake_express"


def test_same_operation_buys_once() -> None:
    """A label that is asked for again under its id is the same label."""
    carrier = FakeCarrier()
    assert bought(carrier) == bought(carrier)
    assert len(carrier.effects) == 1
    with pytest.raises(PortError, match="another content"):
        carrier.buy_label(buy("express"))
    carrier.check()


def test_without_deduplication_a_retry_buys_twice() -> None:
    """A driver that retries wrongly pays for two labels."""
    carrier = FakeCarrier(capabilities=Capabilities())
    assert bought(carrier).label_id != bought(carrier).label_id
    assert carrier.doubled() == ("o1-s1:label:1",)
    assert len(carrier.labels("o1")) == 2
    assert isinstance(carrier.look_up(buy()), Unknown)


def test_doubled_effect_fails_the_check() -> None:
    """A journal with two effects for one key says so."""
    carrier = FakeCarrier()
    bought(carrier)
    carrier._journal.append(carrier.effects[0])
    with pytest.raises(InvariantError, match="invariant 24"):
        carrier.check()


def test_labels_are_refused() -> None:
    """By a service, by an address, or by the script."""
    carrier = FakeCarrier(script=Script().on("o1-s3:label:1", Decline("no")))
    lost = attrs.evolve(buy(number=2), people={"o1:ship_to": NOWHERE})
    assert carrier.buy_label(buy("refuse")) == LabelRefused(code="refused")
    answer = carrier.buy_label(lost)
    assert isinstance(answer, LabelRefused)
    assert answer.code == "undeliverable"
    assert carrier.buy_label(buy(number=3)) == LabelRefused(code="no")
    assert carrier.labels() == ()


def test_label_times_out() -> None:
    """Before, nothing was bought; after, it was."""
    carrier = FakeCarrier()
    before, after = buy("timeout_before"), buy("timeout_after", 2)
    assert isinstance(carrier.buy_label(before), Unknown)
    assert isinstance(carrier.buy_label(after), Unknown)
    assert carrier.look_up(before) == NotKnown()
    assert isinstance(carrier.look_up(after), Label)
    assert [effect.subject for effect in carrier.effects] == ["o1-s2"]


def test_pending_label_comes_by_report() -> None:
    """Nothing is bought before it settles, and then it is reported."""
    carrier = FakeCarrier()
    assert carrier.buy_label(buy("pending")) == LabelPending()
    assert carrier.effects == ()
    assert carrier.waiting == ("o1-s1:label:1",)
    label = carrier.settle("o1-s1:label:1")
    assert isinstance(label, Label)
    assert carrier.reports() == (("o1", "o1-s1", "o1-s1:label:1", label),)
    assert carrier.look_up(buy("pending")) == label
    with pytest.raises(NotFoundError):
        carrier.settle("o1-s1:label:1")


def test_pending_label_may_be_refused() -> None:
    """The report says so, and nothing was bought."""
    carrier = FakeCarrier()
    carrier.buy_label(buy("pending"))
    refused = carrier.settle("o1-s1:label:1", succeed=False)
    assert refused == LabelRefused(code="refused")
    assert carrier.labels() == ()


def test_unused_label_is_voided_once() -> None:
    """A second void finds it void, and does nothing."""
    carrier = FakeCarrier()
    label = bought(carrier)
    assert carrier.void_label(void(label.label_id)) == LabelVoided()
    assert carrier.void_label(void(label.label_id, 2)) == LabelVoided()
    assert [effect.kind for effect in carrier.effects] == ["bought", "voided"]
    assert carrier.labels("o1") == ()


def test_void_is_rejected_when_it_is_too_late() -> None:
    """By what has happened to the parcel, or by the service."""
    carrier = FakeCarrier()
    carrier.collect(bought(carrier).label_id)
    assert carrier.void_label(void()) == VoidRejected("with_the_carrier")
    label = bought(carrier, "void_rejected", 2)
    late = void(label.label_id, 2)
    assert carrier.void_label(late) == VoidRejected("with_the_carrier")
    assert carrier.void_label(void("?", 3)) == VoidRejected("no_such_label")
    with pytest.raises(NotFoundError, match="no label '\\?'"):
        carrier.collect("?")


@pytest.mark.parametrize("collected", [False, True])
def test_pending_void_is_decided_when_it_settles(*, collected: bool) -> None:
    """It is accepted, unless the parcel has been collected meanwhile."""
    carrier = FakeCarrier()
    label = bought(carrier, "void_pending")
    assert carrier.void_label(void(label.label_id)) == VoidPending()
    if collected:
        carrier.collect(label.label_id)
    expected = VoidRejected("with_the_carrier") if collected else LabelVoided()
    assert carrier.settle("o1-s1:void:1") == expected


def test_parcel_is_intercepted() -> None:
    """If there is one, and the service lets it."""
    carrier = FakeCarrier()
    label = bought(carrier)
    stubborn = bought(carrier, "intercept_rejected", 2)
    assert carrier.intercept(stop(label.tracking_number)) == (
        InterceptAccepted()
    )
    assert carrier.intercept(stop(stubborn.tracking_number, 2)) == (
        InterceptRejected("cannot_be_stopped")
    )
    assert carrier.intercept(stop("?", 3)) == (
        InterceptRejected("no_such_parcel")
    )


def test_void_label_has_no_parcel_to_intercept() -> None:
    """Nothing travels on a label that was given back."""
    carrier = FakeCarrier()
    label = bought(carrier)
    carrier.void_label(void(label.label_id))
    assert isinstance(
        carrier.intercept(stop(label.tracking_number)), InterceptRejected
    )


def test_recycled_tracking_numbers_are_told_apart() -> None:
    """Two parcels with one number are two parcels."""
    carrier = FakeCarrier()
    first, second = (bought(carrier, "recycled", n) for n in (1, 2))
    assert first.tracking_number == second.tracking_number
    carrier.void_label(void(first.label_id))
    assert carrier.intercept(stop(second.tracking_number, 2)) == (
        InterceptAccepted()
    )


def test_intercept_cannot_be_pending() -> None:
    """The port has no word for it, so the script is wrong."""
    carrier = FakeCarrier(script=Script().on("intercept", Pend()))
    label = bought(carrier)
    with pytest.raises(PortError, match="intercept cannot Pend"):
        carrier.intercept(stop(label.tracking_number))


def test_answered_label_is_reported_as_scripted() -> None:
    """Webhooks repeat what was answered, late and twice."""
    carrier = FakeCarrier(
        script=Script().report("buy_label", copies=2, late=1)
    )
    bought(carrier)
    assert carrier.reports() == ()
    assert len(carrier.reports()) == 2


def test_operation_that_pends_twice_settles_twice() -> None:
    """Without deduplication there are two of it, one after the other."""
    carrier = FakeCarrier(capabilities=Capabilities())
    carrier.buy_label(buy("pending"))
    carrier.buy_label(buy("pending"))
    carrier.settle("o1-s1:label:1")
    assert carrier.waiting == ("o1-s1:label:1",)
    carrier.settle("o1-s1:label:1")
    assert carrier.doubled() == ("o1-s1:label:1",)
    assert len(carrier.labels()) == 2
