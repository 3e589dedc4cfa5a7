"""What a later fact has undone is nobody's to settle; what vanished is."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife._values.money import Money
from orderlife.errors import NotAllowedError
from orderlife.house import HOUSE
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.ports.carrier import BuyLabel, Label, LabelRefused
from orderlife.ports.inventory import Reserve
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Capture,
    Captured,
    Declined,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    Refund,
    Refunded,
    Void,
    Voided,
)
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelOrder
from orderlife.rooms.order.model import Tender
from orderlife.rooms.payment.messages import PaymentReported, PayOrder
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import DispatchShipment, LabelReported
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    ask_back,
    come_back,
    delivered,
    inspect,
    line,
    open_kinds,
    packed,
    placed,
    resolve,
    scan,
    sent,
    shipment,
    units,
)

C, K, R, S = ScanStatus, ExceptionKind, Remedy, ShipmentState

NOW = Policy(capture="confirmation")
TEN = Money("10.00", "EUR")
HOUR = timedelta(hours=1)
NO = Declined(code="no")


def report(life: Life, outcome: Any, **about: str) -> None:
    """The gateway reports on the first payment."""
    life.report(
        fact(
            PaymentReported, outcome=outcome, **(about or {"payment_id": "p1"})
        )
    )


def sound(life: Life) -> None:
    """All that must hold does."""
    check_invariants(life.case, life.history)


def opened_as(kind: ExceptionKind, life: Life) -> None:
    """Only such an item is open."""
    assert (kind,) == open_kinds(life)


def overtaken(life: Life) -> str:
    """Nothing is open; how the last item came to its end."""
    assert () == open_kinds(life)
    item = life.order.exceptions[-1]
    assert R.OVERTAKEN is item.remedy
    sound(life)
    return item.note


# --- disputes ---------------------------------------------------------------


def disputed(amount: Money = TEN, reference: str = "d") -> DisputeOpened:
    """The customer's bank takes money back."""
    return DisputeOpened(reference=reference, amount=amount)


def won(amount: Money = TEN, reference: str = "d") -> DisputeWon:
    """And gives it back to the shop."""
    return DisputeWon(reference=reference, amount=amount)


def test_a_dispute_that_is_won_closes_its_item() -> None:
    """And the order goes on to its end without anybody."""
    life = delivered(line())
    life.advance(timedelta(days=3))
    assert OrderState.COMPLETED is life.order.state
    report(life, disputed())
    opened_as(K.DISPUTE, life)
    assert OrderState.CONFIRMED is life.order.state

    report(life, won())

    assert "the dispute was won" == overtaken(life)
    assert OrderState.COMPLETED is life.order.state


def test_it_closes_its_own_item_alone() -> None:
    """Another dispute of the same payment stands."""
    life = delivered(line(quantity=2))
    report(life, disputed())
    report(life, disputed(reference="e"))
    report(life, won(reference="e"))
    (item,) = [i for i in life.order.exceptions if i.is_open]
    assert "d" == item.contradiction.reference


@pytest.mark.parametrize(
    "later", [won(Money("4.00", "EUR")), DisputeLost(reference="d")]
)
def test_what_is_not_won_altogether_stands(later: Any) -> None:
    """A part that came back, or nothing, is still to be let be."""
    life = delivered(line())
    report(life, disputed())
    report(life, later)
    opened_as(K.DISPUTE, life)


def test_an_item_without_a_reference_is_its_payments() -> None:
    """As those are that were opened before there was one."""
    life = delivered(line())
    report(life, disputed(reference=""))
    report(life, won(reference=""))
    overtaken(life)


@pytest.mark.parametrize("reports", list(permutations([disputed(), won()])))
def test_it_does_not_matter_which_is_heard_of_first(reports: Any) -> None:
    """Nobody is asked about a dispute that was won."""
    life = delivered(line())
    for outcome in reports:
        report(life, outcome)
    overtaken(life)


def test_a_dispute_won_after_the_end_is_somebody_elses_money() -> None:
    """Its own item closes; what came back is to be given back."""
    life = placed(line(), policy=NOW)
    report(life, disputed())
    life.do(command(CancelOrder))
    assert OrderState.CANCELLED is life.order.state
    report(life, won())
    opened_as(K.CAPTURED_AFTER_END, life)
    resolve(life, R.REFUND)
    assert [1000] == [i.amount.minor for i in life.of(Refund)]
    sound(life)


# --- requests ---------------------------------------------------------------


def test_a_refund_that_succeeds_after_all_closes_its_item() -> None:
    """It was declined, and reported done later."""
    life = delivered(line(), answers={Refund: lambda _: NO})
    ask_back(life)
    come_back(life)
    inspect(life)
    opened_as(K.REFUND_FAILED, life)
    life.answer("o1:refund:1", Refunded(reference="r", amount=TEN))
    assert "o1:refund:1 has succeeded" == overtaken(life)


def test_a_capture_that_succeeds_after_all_closes_its_item() -> None:
    """Nobody has to take it once more."""
    life = placed(line(), answers={Capture: lambda _: NO})
    sent(life)
    opened_as(K.CAPTURE_FAILED, life)
    life.answer("o1:capture:1", Captured(reference="c", amount=TEN))
    overtaken(life)


def test_what_it_took_less_of_stands() -> None:
    """The rest is still to be taken, whatever else is heard."""
    less = Captured(reference="c", amount=Money("4.00", "EUR"))
    life = placed(line(), answers={Capture: lambda _: less})
    sent(life)
    opened_as(K.CAPTURE_FAILED, life)
    report(life, disputed(Money("1.00", "EUR")))
    assert K.CAPTURE_FAILED in open_kinds(life)


def test_a_void_that_succeeds_after_all_closes_its_item() -> None:
    """And the cancellation ends."""
    life = placed(line(), answers={Void: lambda _: NO})
    life.do(command(CancelOrder))
    opened_as(K.VOID_FAILED, life)
    life.answer("o1:void:1", Voided("v"))
    overtaken(life)
    assert OrderState.CANCELLED is life.order.state


def test_an_order_that_is_secured_again_asks_nobody() -> None:
    """Another tender has paid for it."""
    life = placed(line(), policy=Policy(reauthorize=False))
    report(life, AuthorizationLapsed())
    opened_as(K.AUTHORIZATION_LAPSED, life)
    life.do(command(PayOrder, tender=Tender("card", "another")))
    assert "the order is secured" == overtaken(life)


def test_a_label_that_is_there_after_all_closes_its_item() -> None:
    """Somebody has bought it by hand; for a return too."""
    refused = LabelRefused(code="address")
    life = delivered(line(), line(place="b"))
    life.answers[BuyLabel] = lambda _: refused
    ask_back(life)
    opened_as(K.LABEL_FAILED, life)
    label = Label(label_id="by hand", carrier="post", tracking_number="t")
    life.report(fact(LabelReported, subject="o1-t1", outcome=label))
    assert "label by hand is there" == overtaken(life)

    life = placed(line(), answers={BuyLabel: lambda _: refused})
    packed(life)
    life.do(command(DispatchShipment, shipment_id="o1-s1"))
    opened_as(K.LABEL_FAILED, life)
    life.report(fact(LabelReported, subject="o1-s1", outcome=label))
    overtaken(life)


def test_nobody_settles_an_item_as_overtaken() -> None:
    """It is what a later fact does, and no choice of a person."""
    assert all(R.OVERTAKEN not in known for known in HOUSE.remedies.values())
    life = delivered(line())
    report(life, disputed())
    with pytest.raises(NotAllowedError, match="it is no remedy for that"):
        resolve(life, R.OVERTAKEN)


# --- parcels ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"), [(C.LOST, K.SHIPMENT_LOST), (C.RETURNED, None)]
)
def test_a_parcel_that_is_found_closes_its_item(
    status: ScanStatus, kind: ExceptionKind | None
) -> None:
    """Lost, or back: and then it is delivered."""
    life = placed(line())
    sent(life)
    scan(life, status)
    opened_as(kind or K.RETURNED_TO_SENDER, life)
    scan(life, C.DELIVERED, at=life.now + HOUR)
    assert "the carrier reports delivered" == overtaken(life)


HARMS = pytest.mark.parametrize(
    ("status", "kind"),
    [(C.DAMAGED, K.SHIPMENT_DAMAGED), (C.LOST, K.SHIPMENT_LOST)],
)


def harmed(status: ScanStatus, *lines: Any, **more: Any) -> Life:
    """A parcel was delivered, and then the carrier says that it was not."""
    life = delivered(*(lines or (line(quantity=2),)), **more)
    scan(life, status, at=life.now + HOUR)
    return life


@HARMS
def test_harm_that_is_told_after_the_delivery_opens_an_item(
    status: ScanStatus, kind: ExceptionKind
) -> None:
    """The parcel stays delivered; told again it changes nothing."""
    life = harmed(status)
    opened_as(kind, life)
    assert S.DELIVERED is shipment(life).state
    assert 2 == units(life).delivered
    scan(life, status, at=life.now + HOUR)
    scan(life, status, at=life.now + 2 * HOUR)
    opened_as(kind, life)
    sound(life)


@HARMS
def test_scans_end_alike_in_whatever_order_they_come(
    status: ScanStatus, kind: ExceptionKind
) -> None:
    """The harm may be heard of before the delivery that it follows."""
    life = placed(line(quantity=2))
    sent(life)
    at = life.now + timedelta(days=1)
    scan(life, status, at=at + HOUR)
    opened_as(kind, life)
    scan(life, C.DELIVERED, at=at)
    opened_as(kind, life)
    assert (S.DELIVERED, 2, 0) == (
        shipment(life).state,
        units(life).delivered,
        units(life).lost,
    )
    sound(life)


@HARMS
def test_it_can_be_paid_back(status: ScanStatus, kind: ExceptionKind) -> None:
    """Once: what comes back later is not paid for again."""
    life = harmed(status)
    resolve(life, R.REFUND)
    assert [2000] == [i.amount.minor for i in life.of(Refund)]
    assert S.DELIVERED is shipment(life).state
    ask_back(life, 2)
    come_back(life, 2)
    inspect(life)
    assert 1 == len(life.of(Refund))
    sound(life)
    assert kind is life.order.exceptions[0].contradiction.kind


@HARMS
def test_it_can_be_sent_again(status: ScanStatus, kind: ExceptionKind) -> None:
    """Out of the stock, and the old parcel is written off."""
    life = harmed(status)
    resolve(life, R.RESHIP)
    assert S.WRITTEN_OFF is shipment(life).state
    assert 2 == len(life.of(Reserve))
    assert (0, 0) == (units(life).shipped, units(life).delivered)
    sent(life, 2)
    scan(life, C.DELIVERED, 2, at=life.now + 3 * HOUR)
    assert (2, 2) == (units(life).shipped, units(life).delivered)
    life.advance(timedelta(days=3))
    assert OrderState.COMPLETED is life.order.state
    assert [] == life.of(Refund)
    sound(life)
    assert kind is life.order.exceptions[0].contradiction.kind


@HARMS
def test_it_can_be_let_be(status: ScanStatus, kind: ExceptionKind) -> None:
    """Nothing moves, and the order goes on to its end."""
    life = harmed(status)
    resolve(life, R.ACCEPT)
    life.advance(timedelta(days=3))
    assert OrderState.COMPLETED is life.order.state
    assert [] == life.of(Refund)
    assert kind is life.order.exceptions[0].contradiction.kind


def test_what_came_back_meanwhile_is_not_paid_for_twice() -> None:
    """One of two: the other can be paid back, and none is sent again."""
    life = harmed(C.DAMAGED)
    (item,) = [i for i in life.order.exceptions if i.is_open]
    ask_back(life)
    come_back(life)
    inspect(life)
    with pytest.raises(NotAllowedError, match="give back the rest"):
        resolve(life, R.RESHIP)
    resolve(life, R.REFUND)
    assert [1000, 1000] == [i.amount.minor for i in life.of(Refund)]
    assert not [i for i in life.order.exceptions if i.is_open]
    assert R.REFUND is life.order.exceptions[0].remedy
    assert item.exception_id == life.order.exceptions[0].exception_id
    sound(life)


def test_what_all_came_back_is_let_be() -> None:
    """Nothing is left to be paid for."""
    life = harmed(C.DAMAGED, line())
    ask_back(life)
    come_back(life)
    inspect(life)
    for remedy in (R.REFUND, R.RESHIP):
        with pytest.raises(NotAllowedError, match="; accept it"):
            resolve(life, remedy)
    resolve(life, R.ACCEPT)
    sound(life)


def test_harm_before_the_delivery_stands_or_is_undone() -> None:
    """What was damaged is; what was lost has been found."""
    for status, kinds in ((C.DAMAGED, (K.SHIPMENT_DAMAGED,)), (C.LOST, ())):
        life = placed(line())
        sent(life)
        scan(life, status)
        scan(life, C.DELIVERED, at=life.now + HOUR)
        assert kinds == open_kinds(life)


@HARMS
def test_harm_to_what_was_written_off_is_told(
    status: ScanStatus, kind: ExceptionKind
) -> None:
    """It is closed, and yet somebody hears of it."""
    life = harmed(C.DAMAGED if status is C.LOST else C.LOST)
    resolve(life, R.RESHIP)
    scan(life, status, at=life.now + 2 * HOUR)
    opened_as(K.MOVED_AFTER_CANCELLATION, life)
    assert kind not in open_kinds(life)


def test_one_parcel_in_trouble_is_settled_where_it_is_now() -> None:
    """Damaged after its delivery, and then on its way back."""
    life = harmed(C.DAMAGED)
    scan(life, C.RETURNED, at=life.now + 2 * HOUR)
    assert (K.SHIPMENT_DAMAGED, K.RETURNED_TO_SENDER) == open_kinds(life)
    for item in [i for i in life.order.exceptions if i.is_open]:
        life.do(
            command(
                ResolveException,
                exception_id=item.exception_id,
                remedy=R.REFUND,
                note="settled",
            )
        )
    assert [2000] == [i.amount.minor for i in life.of(Refund)]
    sound(life)


@HARMS
def test_harm_that_was_let_be_is_asked_about_again_at_the_end(
    status: ScanStatus, kind: ExceptionKind
) -> None:
    """It was with the customer then; now it is nowhere."""
    life = harmed(status)
    resolve(life, R.ACCEPT)
    scan(life, C.RETURNED, at=life.now + 2 * HOUR)
    assert (K.RETURNED_TO_SENDER,) == open_kinds(life)
    scan(life, status, at=life.now + 3 * HOUR)
    opened_as(kind, life)
    scan(life, status, at=life.now + 4 * HOUR)
    opened_as(kind, life)
    resolve(life, R.REFUND)
    assert [2000] == [i.amount.minor for i in life.of(Refund)]
    sound(life)
