"""What a command needs, before any room looks at it."""

from __future__ import annotations

import pytest

from orderlife._kernel.messages import Actor, Command, ExceptionKind
from orderlife._values.money import Money
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    StaleVersionError,
)
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    InterceptAccepted,
    Label,
    LabelVoided,
    VoidPending,
)
from orderlife.ports.inventory import (
    Allocate,
    HeldStock,
    Release,
    Reserve,
    StockChanged,
    StockGone,
)
from orderlife.ports.payment import Capture
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    DraftOrder,
    FraudJudged,
    OpenHold,
    PlaceDraft,
)
from orderlife.rooms.order.model import Screening
from orderlife.rooms.payment.messages import CapturePayment, RefundPayment
from orderlife.rooms.returns.messages import ReturnShipped
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    LabelReported,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.messages import StockReported
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    delivered,
    line,
    open_items,
    open_kinds,
    packed,
    place,
    placed,
    sent,
    silent,
    units,
)

CUSTOMER = Actor("customer", "c1")


def test_a_version_that_is_expected_must_be_there() -> None:
    """Whoever decided on an older case reads it again."""
    life = placed()
    version = life.case.version

    with pytest.raises(StaleVersionError, match=f"{version}, not 3"):
        life.do(command(CancelOrder, expected_version=3))
    life.do(command(CancelOrder, expected_version=version))

    assert OrderState.CANCELLED is life.order.state


def test_a_new_order_is_at_version_0() -> None:
    """A command may insist that there is nothing yet."""
    life = Life()
    life.do(place(expected_version=0))

    with pytest.raises(StaleVersionError):
        life.do(place(expected_version=0))


def test_policy_permits() -> None:
    """Who may do what is for the shop to say, and it says why not."""

    def permit(actor: Actor, asked: Command) -> str:
        refunds = isinstance(asked, RefundPayment | CancelOrder)
        if actor.kind == "customer" and refunds:
            return "customers write to us"
        return ""

    life = placed(policy=Policy(permit=permit))

    with pytest.raises(NotAllowedError, match=r"customer:c1 may not: cust"):
        life.do(command(CancelOrder, actor=CUSTOMER))
    life.do(command(CancelOrder))

    assert OrderState.CANCELLED is life.order.state


@pytest.mark.parametrize(
    "draft",
    [
        command(CancelOrder),
        command(CancelLines, quantities={"1": 1}),
        command(OpenHold, reason="other"),
        command(CapturePayment),
        command(RefundPayment, amount=Money("1", "EUR"), reason="x"),
    ],
    ids=lambda draft: str(draft.kind.__name__),
)
def test_an_order_must_be_there(draft: object) -> None:
    """Before it is placed, an order is not found."""
    with pytest.raises(NotFoundError, match="no order 'o1'"):
        Life().do(draft)  # type: ignore[arg-type]


def test_an_order_is_placed_once() -> None:
    """A second order needs an id of its own."""
    life = placed()

    with pytest.raises(NotAllowedError, match="a new order needs a new id"):
        life.do(place())


def test_capture_takes_what_is_due_once() -> None:
    """Where policy waits for the dispatch, a person may take it before."""
    life = placed()

    life.do(command(CapturePayment))

    assert [2000] == [i.amount.minor for i in life.of(Capture)]
    with pytest.raises(NotAllowedError, match="nothing is due"):
        life.do(command(CapturePayment))
    sent(life)
    assert 1 == len(life.of(Capture))


def test_nothing_is_captured_of_an_order_that_is_not_confirmed() -> None:
    """Money is taken while an order is confirmed."""
    life = placed(order={"tenders": ()})

    with pytest.raises(IllegalTransitionError, match="is placed"):
        life.do(command(CapturePayment))


def test_a_hold_stops_goodwill() -> None:
    """A hold on refunds stands against each of them."""
    life = delivered()
    life.do(command(OpenHold, reason="other", blocks=("refund",)))

    refund = command(RefundPayment, amount=Money("1", "EUR"), reason="x")

    with pytest.raises(NotAllowedError, match=r"hold h1 \(other\)"):
        life.do(refund)


# Facts about what nobody knows.


@pytest.mark.parametrize(
    ("draft", "subject"),
    [
        (
            fact(
                StockReported,
                reservation_id="o1-r9",
                operation_id="o1-r9:reserve:1",
                outcome=StockChanged(),
            ),
            "o1-r9",
        ),
        (
            fact(LabelReported, subject="o1-s9", outcome=LabelVoided()),
            "o1-s9",
        ),
        (fact(ReturnShipped, return_id="o1-t9", at=Life().now), "o1-t9"),
        (
            fact(
                Scanned,
                shipment_id="",
                status=ScanStatus.LOST,
                at=Life().now,
            ),
            "",
        ),
    ],
    ids=["stock", "label", "return", "scan"],
)
def test_what_nobody_knows_is_an_exception(
    draft: object, subject: str
) -> None:
    """It is kept for somebody, once, and again not after it was settled."""
    life = placed()
    for _ in range(2):
        life.report(draft)  # type: ignore[arg-type]

    (item,) = open_items(life)
    assert ExceptionKind.UNMATCHED_FACT is item.contradiction.kind
    assert subject == item.contradiction.subject
    assert (subject or "nothing") in item.contradiction.observed


def test_a_scan_before_the_order_is_confirmed_is_told_apart() -> None:
    """Goods that leave before anybody has accepted the order."""
    life = placed(order={"tenders": ()})

    life.report(
        fact(
            Scanned,
            shipment_id="o1-s1",
            status=ScanStatus.PICKED_UP,
            at=life.now,
        )
    )

    assert (ExceptionKind.MOVED_BEFORE_PAYMENT,) == open_kinds(life)


def test_a_verdict_after_the_end_is_kept() -> None:
    """Fraud that is found too late is somebody's to know."""
    life = placed()
    life.do(command(CancelOrder))

    life.report(fact(FraudJudged, verdict="reject", reason="stolen card"))

    (item,) = open_items(life)
    assert "fraud verdict reject: the order has ended" == (
        item.contradiction.observed
    )


def test_a_verdict_is_heard_once() -> None:
    """The same verdict again changes nothing."""
    life = placed(order={"tenders": ()})
    judged = fact(FraudJudged, verdict="review", reason="new customer")
    life.report(judged)
    before = life.case

    life.report(judged)

    assert before == life.case


def test_fraud_rejects_an_order_that_has_not_left() -> None:
    """A confirmed order is called off and ends rejected."""
    life = placed()

    life.report(fact(FraudJudged, verdict="reject"))

    assert OrderState.REJECTED is life.order.state


def test_fraud_holds_an_order_that_has_left() -> None:
    """What is gone cannot be called off: somebody looks at it."""
    life = placed()
    sent(life)

    life.report(fact(FraudJudged, verdict="reject"))

    assert OrderState.CONFIRMED is life.order.state
    assert ["fraud"] == [hold.reason for hold in life.order.holds]


def test_a_draft_that_was_rejected_is_not_confirmed() -> None:
    """A verdict on a draft stands when it is placed."""
    life = Life()
    life.do(command(DraftOrder, **place().fields))
    life.report(fact(FraudJudged, verdict="reject"))

    life.do(command(PlaceDraft))

    assert OrderState.REJECTED is life.order.state


def test_a_verdict_on_a_cancelling_order_changes_nothing() -> None:
    """It ends anyway, and no stock is taken any more."""
    life = placed(answers={Release: silent})
    life.do(command(CancelOrder))

    life.report(fact(FraudJudged, verdict="review"))

    assert () == life.order.holds
    life.answer("o1-r1:release:3", StockChanged())
    assert OrderState.CANCELLED is life.order.state


def test_a_review_is_possible_by_policy() -> None:
    """An order that policy wants reviewed waits for a verdict."""
    review = Policy(screen=lambda _: Screening(verdict="review", reason="?"))
    life = placed(policy=review)

    (hold,) = life.order.holds
    assert ("fraud", "?") == (hold.reason, hold.note)
    assert ("confirm", "dispatch") == hold.blocks
    assert OrderState.PLACED is life.order.state


# Answers to something else.


@pytest.mark.parametrize(
    ("kind", "operation", "outcome"),
    [
        (Reserve, "o1-r1:reserve:1", StockChanged()),
        (Allocate, "o1-r1:allocate:2", HeldStock(items=())),
    ],
    ids=["reserve", "allocate"],
)
def test_an_answer_that_does_not_fit_is_an_exception(
    kind: type, operation: str, outcome: object
) -> None:
    """Nobody guesses what an adapter meant; the question stays open."""
    life = placed(answers={kind: lambda _: outcome})

    (item,) = open_items(life)
    assert ExceptionKind.OUTCOME_UNKNOWN is item.contradiction.kind
    assert operation == item.contradiction.subject
    assert operation == life.case.reservations["o1-r1"].pending


def test_an_answer_to_a_release_fits() -> None:
    """A release that finds nothing is done; anything else is no answer."""
    life = placed(answers={Release: lambda _: HeldStock(items=())})
    life.do(command(CancelOrder))
    assert (ExceptionKind.OUTCOME_UNKNOWN,) == open_kinds(life)

    life.answer("o1-r1:release:3", StockGone())

    assert OrderState.CANCELLED is life.order.state


@pytest.mark.parametrize(
    "outcome", [LabelVoided(), VoidPending(), InterceptAccepted()]
)
def test_an_answer_about_another_matter_is_no_label(outcome: object) -> None:
    """A purchase is answered by a label or a refusal."""
    life = placed(answers={BuyLabel: lambda _: outcome})
    packed(life)
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))

    assert (ExceptionKind.OUTCOME_UNKNOWN,) == open_kinds(life)
    label = Label(label_id="l", carrier="c", tracking_number="t")
    life.answer("o1-s1:label:1", label)
    assert label == life.case.shipments["o1-s1"].label


def test_unknown_fits_everything() -> None:
    """No answer is an answer that every question may get."""
    life = placed(answers={Reserve: lambda _: Unknown()})

    assert () == open_kinds(life)
    assert "o1-r1:reserve:1" == life.case.reservations["o1-r1"].pending


def test_money_that_was_taken_early_pays_for_the_dispatch() -> None:
    """Nothing is captured twice, whoever asked first."""
    life = placed(line(place="a"), line(place="b"))
    life.do(command(CapturePayment))

    sent(life, 1)
    sent(life, 2)

    assert [2000] == [i.amount.minor for i in life.of(Capture)]
    assert 1 == units(life).shipped
