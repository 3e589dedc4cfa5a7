"""What leaves where a gateway captures an authorisation only once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import attrs
import pytest

from orderlife._kernel.context import Context
from orderlife._kernel.messages import SYSTEM, ExceptionKind, Remedy
from orderlife._values.money import Money
from orderlife.errors import NotAllowedError
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.ports.base import Intent
from orderlife.ports.carrier import BuyLabel, Label
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorize,
    Authorized,
    Capture,
    Captured,
    Declined,
    Pending,
    Refund,
    Void,
)
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelLines
from orderlife.rooms.order.model import Tender
from orderlife.rooms.payment.ledger import (
    balance,
    covered_minor,
    is_secured,
    takeable_minor,
)
from orderlife.rooms.payment.messages import CapturePayment, PaymentReported
from orderlife.rooms.payment.model import MovementKind
from orderlife.rooms.payment.process import secure_rest
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import DispatchShipment
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    line,
    open_items,
    open_kinds,
    packed,
    placed,
    resolve,
    scan,
    sent,
    silent,
)

K, R = ExceptionKind, Remedy
REST = Policy(single_capture="secure_rest")
NEVER = Policy(reauthorize=False)
TWO = (line(quantity=2), line(place="b"))
"""Two parcels: 20.00 from one place, 10.00 from another."""


def once(intent: Authorize, **more: Any) -> Authorized:
    """An authorisation that can be captured once."""
    return Authorized(
        **{
            "reference": intent.operation_id,
            "amount": intent.amount,
            "captures_in_parts": False,
            **more,
        }
    )


def life(*lines: Any, answers: Any = None, **more: Any) -> Life:
    """An order whose gateway captures once; two parcels unless told."""
    given = {Authorize: once, **(answers or {})}
    return placed(*(lines or TWO), answers=given, **more)


def asked(lived: Life, kind: type[Intent]) -> list[tuple[str, int]]:
    """What was asked for: of which payment, and how much."""
    return [(i.payment_id, i.amount.minor) for i in lived.of(kind)]


def report(lived: Life, outcome: Any, **about: str) -> None:
    """The gateway reports on the first payment."""
    lived.report(
        fact(
            PaymentReported,
            outcome=outcome,
            **(about or {"payment_id": "p1"}),
        )
    )


def sound(lived: Life) -> Life:
    """All that must hold does."""
    check_invariants(lived.case, lived.history)
    return lived


# --- all is taken with the first parcel -------------------------------------


def test_all_is_taken_with_the_first_parcel() -> None:
    """So nothing that leaves later is unpaid."""
    lived = life()
    sent(lived)
    assert [("p1", 3000)] == asked(lived, Capture)
    assert lived.of(Capture)[0].final

    sent(lived, 2)
    assert [("p1", 3000)] == asked(lived, Capture)
    assert 3000 == balance(lived.order).captured
    sound(lived)


def test_what_says_nothing_is_taken_in_parts() -> None:
    """As documents do that were written before anybody asked."""
    lived = placed(*TWO)
    sent(lived)
    sent(lived, 2)
    assert [("p1", 2000), ("p1", 1000)] == asked(lived, Capture)
    assert [False, True] == [i.final for i in lived.of(Capture)]


def test_what_says_it_can_is_taken_in_parts() -> None:
    """The gateway's word, and not policy's."""
    answers = {Authorize: lambda i: once(i, captures_in_parts=True)}
    lived = life(answers=answers, policy=REST)
    sent(lived)
    assert [("p1", 2000)] == asked(lived, Capture)
    assert is_secured(lived.order)


def test_the_last_word_counts_and_silence_is_none() -> None:
    """An authorisation that is heard of again may say more of itself."""
    lived = life()
    (payment,) = lived.order.payments
    assert payment.captures_in_parts is False

    named = {"operation_id": "o1:authorize:1"}
    amount = Money("31.00", "EUR")
    report(lived, Authorized(reference="r", amount=amount), **named)
    assert lived.order.payments[0].captures_in_parts is False

    more = Authorized(
        reference="r", amount=Money("32.00", "EUR"), captures_in_parts=True
    )
    report(lived, more, **named)
    assert lived.order.payments[0].captures_in_parts is True


def test_one_tender_after_the_other_is_taken_whole() -> None:
    """What a parcel does not need of another tender stays secured."""
    tenders = (
        Tender("voucher", "v", amount=Money("25.00", "EUR")),
        Tender("card", "c"),
    )
    lived = life(order={"tenders": tenders})
    sent(lived)
    assert [("p1", 2500)] == asked(lived, Capture)
    assert is_secured(lived.order)
    sent(lived, 2)
    assert [("p1", 2500), ("p2", 500)] == asked(lived, Capture)
    sound(lived)


def test_no_more_is_taken_than_the_order_costs() -> None:
    """What was authorised beyond it is let go of."""
    more = Money("35.00", "EUR")
    lived = life(answers={Authorize: lambda i: once(i, amount=more)})
    resolve(lived, R.ACCEPT)
    sent(lived)
    assert [("p1", 3000)] == asked(lived, Capture)
    assert 0 == balance(lived.order).open
    assert is_secured(lived.order)


def test_what_needs_no_carrier_takes_all_at_confirmation() -> None:
    """A part of the goods is with the customer then."""
    lived = life(line(digital=True), line(place="b"))
    assert [("p1", 2000)] == asked(lived, Capture)
    sent(lived)
    assert [("p1", 2000)] == asked(lived, Capture)
    sound(lived)


def test_lines_called_off_later_go_back() -> None:
    """They were taken with the first parcel."""
    lived = life()
    sent(lived)
    lived.do(command(CancelLines, quantities={"2": 1}))
    assert [("p1", 1000)] == asked(lived, Refund)
    assert 2000 == balance(lived.order).net
    sound(lived)


def test_a_person_takes_all_by_hand() -> None:
    """And then there is nothing left to be taken."""
    lived = life(policy=REST)
    lived.do(command(CapturePayment))
    assert [("p1", 3000)] == asked(lived, Capture)
    with pytest.raises(NotAllowedError, match="nothing is due"):
        lived.do(command(CapturePayment))


def test_a_capture_that_is_tried_again_takes_all() -> None:
    """The first was declined, so that the authorisation is there still."""
    lived = life(answers={Capture: lambda _: Declined(code="no")})
    sent(lived)
    assert [K.CAPTURE_FAILED] == list(open_kinds(lived))
    assert is_secured(lived.order)
    lived.answers.pop(Capture)
    resolve(lived, R.RETRY)
    assert [("p1", 3000), ("p1", 3000)] == asked(lived, Capture)
    assert 3000 == balance(lived.order).captured
    sound(lived)


def test_a_part_that_is_taken_by_somebody_else_ends_it() -> None:
    """At the gateway's own page: the rest is asked for anew."""
    lived = life()
    four = Captured(reference="theirs", amount=Money("4.00", "EUR"))
    report(lived, four)
    assert [("p1", 3000), ("p2", 2600)] == asked(lived, Authorize)
    assert is_secured(lived.order)
    sent(lived)
    sent(lived, 2)
    # 16.00 more for the first parcel: all of it, as it is taken once.
    assert [("p2", 2600)] == asked(lived, Capture)
    sound(lived)


def test_a_rest_that_nobody_may_ask_for_anew_asks_a_person() -> None:
    """Where policy secures nothing a second time."""
    lived = life(policy=NEVER)
    report(lived, Captured(reference="x", amount=Money("4.00", "EUR")))
    assert [K.AUTHORIZATION_LAPSED] == list(open_kinds(lived))
    (item,) = open_items(lived)
    assert "p1" == item.contradiction.subject
    assert item.contradiction.observed.endswith("its one capture has left it")
    resolve(lived, R.RETRY)
    assert [("p1", 3000), ("p2", 2600)] == asked(lived, Authorize)
    sound(lived)


def test_less_than_was_asked_for_ends_it_too() -> None:
    """A person is asked about the rest, and can have it asked for anew."""

    def less(intent: Capture) -> Captured:
        return Captured(reference="c", amount=Money("12.00", "EUR"))

    lived = life(answers={Capture: less})
    sent(lived)
    assert [K.CAPTURE_FAILED] == list(open_kinds(lived))
    assert not is_secured(lived.order)
    assert 0 == balance(lived.order).open
    lived.answers.pop(Capture)
    resolve(lived, R.RETRY)
    assert [("p1", 3000), ("p2", 1800)] == asked(lived, Authorize)
    assert [("p1", 3000), ("p2", 1800)] == asked(lived, Capture)
    sound(lived)


# --- the rest is secured anew -----------------------------------------------


def test_the_rest_is_secured_before_the_next_parcel_leaves() -> None:
    """Of the same tender, and only that is taken then."""
    lived = life(policy=REST)
    sent(lived)
    assert [("p1", 2000)] == asked(lived, Capture)
    assert lived.of(Capture)[0].final
    assert [("p1", 3000), ("p2", 1000)] == asked(lived, Authorize)
    assert lived.order.payments[1].tender_index == 0
    assert [MovementKind.VOIDED] == [
        m.kind
        for m in lived.order.movements
        if m.payment_id == "p1" and m.minor == 1000
    ]

    sent(lived, 2)
    assert [("p1", 2000), ("p2", 1000)] == asked(lived, Capture)
    assert 3000 == balance(lived.order).captured
    sound(lived)


def test_a_parcel_waits_until_the_rest_is_secured() -> None:
    """Whoever would send it is told why it may not leave."""
    lived = life(policy=REST)
    packed(lived, 2)
    lived.answers[Authorize] = silent
    sent(lived)
    assert not is_secured(lived.order)
    with pytest.raises(NotAllowedError, match="money is not secured"):
        lived.do(command(DispatchShipment, shipment_id="o1-s2"))

    lived.answer("o1:authorize:2", once(lived.of(Authorize)[1]))
    lived.do(command(DispatchShipment, shipment_id="o1-s2"))
    assert 3000 == balance(lived.order).captured
    sound(lived)


def test_a_parcel_that_was_to_leave_goes_once_it_is_secured() -> None:
    """Its label was being bought while the first one left."""
    lived = life(policy=REST)
    packed(lived, 2)
    lived.answers[BuyLabel] = silent
    lived.do(command(DispatchShipment, shipment_id="o1-s2"))
    lived.answers = {Authorize: silent}
    sent(lived)
    label = Label(label_id="l", carrier="post", tracking_number="t")
    lived.answer("o1-s2:label:1", label)
    assert lived.case.shipments["o1-s2"].state is ShipmentState.READY

    lived.answer("o1:authorize:2", once(lived.of(Authorize)[1]))
    assert lived.case.shipments["o1-s2"].state is ShipmentState.DISPATCHED
    sound(lived)


def test_two_parcels_that_are_ready_do_not_leave_at_once() -> None:
    """What is taken for the first leaves the second without its money."""
    lived = life(policy=REST, answers={Capture: silent})
    for number in (1, 2):
        packed(lived, number)
        lived.answers[BuyLabel] = silent
        lived.do(command(DispatchShipment, shipment_id=f"o1-s{number}"))
    lived.answers[Authorize] = silent
    report(lived, AuthorizationLapsed())
    label = Label(label_id="l", carrier="post", tracking_number="t")
    for number in (1, 2):
        lived.answer(f"o1-s{number}:label:1", label)
    inside = [
        s.state in BEFORE_DISPATCH for s in lived.case.shipments.values()
    ]
    assert [True, True] == inside

    lived.answer("o1:authorize:2", once(lived.of(Authorize)[1]))
    inside = [
        s.state in BEFORE_DISPATCH for s in lived.case.shipments.values()
    ]
    assert [False, True] == inside
    sound(lived)


def test_no_more_is_held_than_the_order_costs() -> None:
    """The rest is asked for once the capture has been answered."""
    lived = life(policy=REST, answers={Capture: lambda _: Pending("c")})
    sent(lived)
    assert not is_secured(lived.order)
    assert 0 == takeable_minor(lived.order, "p1")
    assert 3000 == covered_minor(lived.order)
    assert 1 == len(lived.of(Authorize))
    assert () == open_items(lived)
    sound(lived)

    lived.answers.pop(Capture)
    taken = Captured(reference="c", amount=Money("20.00", "EUR"))
    lived.answer("o1:capture:1", taken)
    assert [("p1", 3000), ("p2", 1000)] == asked(lived, Authorize)
    assert is_secured(lived.order)
    sound(lived)


def test_a_capture_that_is_declined_leaves_all_secured() -> None:
    """It was none: the next parcel may leave, and both are taken then."""
    lived = life(policy=REST, answers={Capture: lambda _: Declined(code="no")})
    sent(lived)
    assert is_secured(lived.order)
    resolve(lived, R.ACCEPT)
    assert 2000 == lived.order.waived_minor
    lived.answers.pop(Capture)
    sent(lived, 2)
    assert [("p1", 2000), ("p1", 1000)] == asked(lived, Capture)
    sound(lived)


def test_a_rest_that_is_declined_asks_a_person() -> None:
    """And nothing leaves until it is settled."""
    lived = life(policy=REST)
    packed(lived, 2)
    lived.answers[Authorize] = lambda _: Declined(code="funds")
    sent(lived)
    assert [K.AUTHORIZATION_LAPSED] == list(open_kinds(lived))
    with pytest.raises(NotAllowedError, match="money is not secured"):
        lived.do(command(DispatchShipment, shipment_id="o1-s2"))
    sound(lived)

    lived.answers[Authorize] = once
    resolve(lived, R.RETRY)
    lived.do(command(DispatchShipment, shipment_id="o1-s2"))
    assert 3000 == balance(lived.order).captured
    sound(lived)


def test_a_rest_of_which_only_a_part_is_secured_asks_a_person() -> None:
    """It is not asked for again and again."""
    lived = life(policy=REST)
    less = Money("3.00", "EUR")
    lived.answers[Authorize] = lambda i: once(i, amount=less)
    sent(lived)
    kinds = [K.AMOUNT_MISMATCH, K.AUTHORIZATION_LAPSED]
    assert kinds == list(open_kinds(lived))
    assert 2 == len(lived.of(Authorize))
    assert not is_secured(lived.order)
    sound(lived)


def test_each_tender_bears_no_more_than_it_was_offered_for() -> None:
    """The rest of a voucher, then the rest of the card."""
    tenders = (
        Tender("voucher", "v", amount=Money("25.00", "EUR")),
        Tender("card", "c"),
    )
    lived = life(policy=REST, order={"tenders": tenders})
    sent(lived)
    assert [("p1", 2000)] == asked(lived, Capture)
    assert [("p1", 2500), ("p2", 500), ("p3", 500)] == asked(lived, Authorize)
    assert [0, 1, 0] == [p.tender_index for p in lived.order.payments]
    sent(lived, 2)
    assert 3000 == balance(lived.order).captured
    sound(lived)


def test_a_tender_that_can_bear_no_more_is_not_asked() -> None:
    """It took all that it was offered for: a person is asked."""
    tenders = (
        Tender("voucher", "v", amount=Money("20.00", "EUR")),
        Tender("card", "c"),
    )
    lived = life(policy=REST, order={"tenders": tenders})
    order = lived.order
    kept = order.movements[0]
    assert ("p1", 2000) == (kept.payment_id, kept.minor)
    gone = attrs.evolve(kept, kind=MovementKind.VOIDED, minor=1)
    taken = attrs.evolve(kept, kind=MovementKind.CAPTURED)
    bare = attrs.evolve(order, movements=(kept, taken, gone))
    case = attrs.evolve(lived.case, order=bare)
    context = Context(now=lived.now, policy=REST, actor=SYSTEM)

    (step,) = secure_rest(case, context)
    assert isinstance(step, OpenException)
    assert K.AUTHORIZATION_LAPSED is step.contradiction.kind


def test_what_was_called_off_is_not_secured_anew() -> None:
    """Once the rest is not wanted, nothing of it is missing."""
    lived = life(policy=REST)
    lived.answers[Authorize] = silent
    sent(lived)
    assert not is_secured(lived.order)
    lived.do(command(CancelLines, quantities={"2": 1}))
    assert is_secured(lived.order)
    # What is still being asked for is let go of, as soon as it is there.
    lived.answers[Void] = silent
    lived.answer("o1:authorize:2", once(lived.of(Authorize)[1]))
    assert [("p2", 1000)] == asked(lived, Void)
    assert [] == asked(lived, Refund)
    sound(lived)


def test_a_rest_that_runs_out_is_secured_again() -> None:
    """As any authorisation is that runs out before it is used."""
    lived = life(policy=REST)
    sent(lived)
    report(lived, AuthorizationLapsed(), payment_id="p2")
    assert [("p1", 3000), ("p2", 1000), ("p3", 1000)] == asked(
        lived, Authorize
    )
    sent(lived, 2)
    assert 3000 == balance(lived.order).captured
    sound(lived)


def test_a_parcel_that_leaves_by_itself_is_told_of() -> None:
    """A carrier's word is never refused: it left unpaid, and one asks."""
    lived = life(policy=REST)
    lived.answers[Authorize] = silent
    sent(lived)
    scan(lived, ScanStatus.IN_TRANSIT, 2)
    assert K.MOVED_BEFORE_PAYMENT in open_kinds(lived)
    lived.answer("o1:authorize:2", once(lived.of(Authorize)[1]))
    assert [("p1", 2000), ("p2", 1000)] == asked(lived, Capture)
    sound(lived)


def test_the_whole_life_ends() -> None:
    """Two parcels, two captures, delivered and completed."""
    lived = life(policy=REST)
    for number in (1, 2):
        sent(lived, number)
        scan(lived, ScanStatus.DELIVERED, number)
    lived.advance(timedelta(days=3))
    assert lived.order.state is OrderState.COMPLETED
    assert 0 == balance(lived.order).open
    sound(lived)


# --- in whatever order it is heard of ---------------------------------------


def _heard() -> Iterator[tuple[tuple[Any, ...], ...]]:
    amount = Money("30.00", "EUR")
    secured = Authorized(reference="r", amount=amount, captures_in_parts=False)
    part = Captured(reference="c", amount=Money("20.00", "EUR"))
    answer = (secured, {"operation_id": "o1:authorize:1"})
    yield from permutations((answer, answer, (part, {"payment_id": "p1"})))


@pytest.mark.parametrize("reports", list(_heard()))
def test_a_capture_may_be_heard_of_first(
    reports: tuple[tuple[Any, dict[str, str]], ...],
) -> None:
    """Nothing is believed to be secured that its one capture has left."""
    lived = life(answers={Authorize: silent})
    for outcome, about in reports:
        report(lived, outcome, **about)
    sums = balance(lived.order, "p1")
    assert (2000, 0, 1000) == (sums.captured, sums.open, sums.given_up)
    sound(lived)
