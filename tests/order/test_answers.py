"""What an order takes down of each answer and report, to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife._values.money import Money
from orderlife.ports.base import Unknown
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorized,
    Captured,
    CaptureFailed,
    CreditIssued,
    Declined,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    Pending,
    Refunded,
    RefundFailed,
    RequiresAction,
    Voided,
)
from orderlife.rooms.exceptions.messages import ExceptionOpened
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Order, Units
from orderlife.rooms.payment.lifecycle import OperationState, OperationTrigger
from orderlife.rooms.payment.messages import (
    PaymentRecorded,
    PaymentReported,
    RefundGranted,
)
from orderlife.rooms.payment.model import Movement, MovementKind, RefundLine
from orderlife.rooms.payment.reports import report
from orderlife.testing.scenario import NOON
from tests.order.orders import counted, item, made, operation, payment
from tests.order.shop import cents

K, M, S = ExceptionKind, MovementKind, OrderState
O, P = OperationState, OperationTrigger  # noqa: E741
LATER = NOON + timedelta(days=7)
AUTHORIZE, CAPTURE = "o1:authorize:1", "o1:capture:2"
SECURED = ("authorize", 400, O.SUCCEEDED)


def heard(
    order: Order, outcome: Any, operation_id: str = "", payment_id: str = ""
) -> Any:
    """What comes of a report."""
    fact = PaymentReported(
        order_id="o1",
        operation_id=operation_id,
        payment_id=payment_id,
        outcome=outcome,
    )
    return report(order, fact, NOON)


def moved(
    kind: MovementKind,
    minor: int,
    operation_id: str = "",
    reference: str = "",
    payment_id: str = "p1",
) -> Movement:
    """One entry of the ledger."""
    return Movement(
        kind=kind,
        payment_id=payment_id,
        minor=minor,
        operation_id=operation_id,
        reference=reference,
    )


def recorded(
    operation_id: str = "",
    trigger: OperationTrigger | None = None,
    *movements: Movement,
    **fields: Any,
) -> PaymentRecorded:
    """What is taken down."""
    return PaymentRecorded(
        operation_id=operation_id,
        trigger=trigger,
        movements=movements,
        **fields,
    )


def opened(
    kind: ExceptionKind,
    expected: str,
    observed: str,
    minor: int = 0,
    subject: str = "p1",
    reference: str = "",
) -> ExceptionOpened:
    """The first exception item."""
    what = Contradiction(
        kind,
        subject,
        expected,
        observed,
        minor=minor,
        reference=reference,
    )
    return ExceptionOpened(item=item(kind, contradiction=what))


def entered(order: Order, *movements: Movement) -> Order:
    """The order with more entries in its ledger."""
    return attrs.evolve(order, movements=(*order.movements, *movements))


# --- what fits nowhere --------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "operation_id", "payment_id", "subject", "observed"),
    [
        (
            Captured(reference="r", amount=Money("1", "USD")),
            "",
            "p1",
            "p1",
            "Captured for p1, 1.00 USD",
        ),
        (
            Refunded(reference="r", amount=cents(0)),
            "",
            "p1",
            "p1",
            "Refunded for p1, 0.00 EUR",
        ),
        (
            Captured(reference="r", amount=cents(1)),
            "",
            "p9",
            "p9",
            "Captured for p9, 0.01 EUR",
        ),
        (Pending("r"), "", "", "no payment", "Pending for no payment"),
        (Pending("r"), "", "p1", "p1", "Pending for p1"),
        (Pending("r"), "o1:x:1", "p1", "o1:x:1", "Pending for o1:x:1"),
        (
            Authorized(reference="r", amount=cents(7)),
            "",
            "p1",
            "p1",
            "Authorized for p1, 0.07 EUR",
        ),
        (
            DisputeLost(reference="r"),
            "",
            "",
            "no payment",
            "DisputeLost for no payment",
        ),
        # No answer to what was asked for.
        (
            Refunded(reference="r", amount=cents(7)),
            CAPTURE,
            "p1",
            CAPTURE,
            f"Refunded for {CAPTURE}, 0.07 EUR",
        ),
        (
            Refunded(reference="r", amount=cents(7)),
            AUTHORIZE,
            "",
            AUTHORIZE,
            f"Refunded for {AUTHORIZE}, 0.07 EUR",
        ),
        (
            Authorized(reference="r", amount=cents(7)),
            CAPTURE,
            "",
            CAPTURE,
            f"Authorized for {CAPTURE}, 0.07 EUR",
        ),
        (Voided(), CAPTURE, "p9", CAPTURE, f"Voided for {CAPTURE}"),
        (RefundFailed(), CAPTURE, "", CAPTURE, f"RefundFailed for {CAPTURE}"),
        (
            CaptureFailed(),
            "o1:refund:3",
            "",
            "o1:refund:3",
            "CaptureFailed for o1:refund:3",
        ),
        (
            CaptureFailed(),
            "o1:credit:4",
            "",
            "o1:credit:4",
            "CaptureFailed for o1:credit:4",
        ),
    ],
)
def test_what_fits_nowhere_is_kept(
    outcome: Any,
    operation_id: str,
    payment_id: str,
    subject: str,
    observed: str,
) -> None:
    """It says what it is, and of what."""
    order = made(
        (M.AUTHORIZED, 400),
        (M.CAPTURED, 100),
        asked=(
            SECURED,
            ("capture", 100, O.PENDING),
            ("refund", 10, O.PENDING),
            ("credit", 10, O.PENDING),
        ),
    )

    assert [
        opened(
            K.UNMATCHED_FACT,
            "something that order o1 asked a gateway for",
            observed,
            subject=subject,
        )
    ] == heard(order, outcome, operation_id, payment_id)


# --- disputes -----------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "said"), [("", "no reason given"), ("fraud", "fraud")]
)
def test_a_dispute_is_told(reason: str, said: str) -> None:
    """And its money has moved, once for each of the bank's own names."""
    order = made((M.CAPTURED, 400), (M.DISPUTED, 1))
    outcome = DisputeOpened(reference="d1", amount=cents(40), reason=reason)
    entry = moved(M.DISPUTED, 40, reference="d1")
    item_ = opened(
        K.DISPUTE,
        "payment p1 is the shop's",
        f"0.40 EUR disputed (d1): {said}",
        40,
        reference="d1",
    )

    assert [recorded("", None, entry), item_] == heard(
        order, outcome, payment_id="p1"
    )
    assert [] == heard(entered(order, entry), outcome, payment_id="p1")


def test_a_dispute_that_is_won_brings_its_money_back() -> None:
    """Once; one that is lost changes nothing."""
    lost = moved(M.DISPUTED, 40, reference="d1")
    order = entered(made((M.CAPTURED, 400)), lost)
    won = DisputeWon(reference="d1", amount=cents(40))
    entry = moved(M.DISPUTE_WON, 40, reference="d1")

    assert [recorded("", None, entry)] == heard(order, won, payment_id="p1")
    assert [] == heard(entered(order, entry), won, payment_id="p1")
    assert [] == heard(order, DisputeLost(reference="d1"), payment_id="p1")


def test_disputes_of_two_payments_may_have_one_name() -> None:
    """They are two all the same."""
    order = made(payments=(payment(), payment("p2")))
    known = entered(order, moved(M.DISPUTED, 40, reference="d1"))
    outcome = DisputeOpened(reference="d1", amount=cents(40))
    entry = moved(M.DISPUTED, 40, reference="d1", payment_id="p2")

    assert (
        recorded("", None, entry) == heard(known, outcome, payment_id="p2")[0]
    )


# --- what is gone -------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "operation_id", "payment_id"),
    [
        (AuthorizationLapsed(), "", "p1"),
        (AuthorizationLapsed(), AUTHORIZE, ""),
        (Voided(), "", "p1"),
        (Voided(), AUTHORIZE, ""),
    ],
)
def test_an_authorisation_that_is_gone_is_written_off(
    outcome: Any, operation_id: str, payment_id: str
) -> None:
    """Whoever has called it off: all that is open of it."""
    order = made((M.AUTHORIZED, 400), (M.CAPTURED, 90), asked=(SECURED,))
    entry = moved(M.LAPSED, 310, AUTHORIZE)

    assert [recorded("", None, entry, detail="lapsed")] == heard(
        order, outcome, operation_id, payment_id
    )
    assert [] == heard(
        entered(order, entry), outcome, operation_id, payment_id
    )


@pytest.mark.parametrize(
    ("state", "authorized", "minor", "left"),
    [
        (O.SUCCEEDED, 400, 400, 310),
        (O.SUCCEEDED, 90, 400, 0),
        (O.PENDING, 0, 250, 250),
    ],
)
def test_a_void_that_was_asked_for_gives_up_what_is_open(
    state: OperationState, authorized: int, minor: int, left: int
) -> None:
    """Or what was awaited; and waits for it no longer."""
    captured = (M.CAPTURED, 90) if authorized else (M.REFUNDED, 0)
    order = made(
        (M.AUTHORIZED, authorized),
        captured,
        asked=(("authorize", 400, state), ("void", minor, O.SUBMITTED)),
    )
    entries = (moved(M.VOIDED, left, "o1:void:2"),) if left else ()
    answer = recorded("o1:void:2", P.SUCCEED, *entries)
    waits = recorded(AUTHORIZE, P.DECLINE, detail="voided")

    assert ([answer] if authorized else [answer, waits]) == heard(
        order, Voided(), "o1:void:2"
    )
    done = attrs.evolve(
        order,
        operations={
            **order.operations,
            "o1:void:2": operation("void", minor, O.SUCCEEDED, 2),
        },
    )
    assert [] == heard(done, Voided(), "o1:void:2")


# --- what waits ---------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "state", "expected"),
    [
        (
            Pending("r"),
            O.SUBMITTED,
            [recorded(CAPTURE, P.WAIT, reference="r")],
        ),
        (Pending("r"), O.PENDING, []),
        (
            RequiresAction(reference="r", url="u"),
            O.PENDING,
            [recorded(CAPTURE, P.ASK_CUSTOMER, reference="r", detail="u")],
        ),
        (RequiresAction(reference="r", url="u"), O.SUCCEEDED, []),
        (
            Unknown("so"),
            O.SUBMITTED,
            [recorded(CAPTURE, P.LOSE, detail="so")],
        ),
        (Unknown("so"), O.UNKNOWN, []),
        (
            Declined(code="no", advice="never"),
            O.PENDING,
            [
                recorded(CAPTURE, P.DECLINE, detail="no (never)"),
                opened(
                    K.CAPTURE_FAILED,
                    f"{CAPTURE} of 1.00 EUR",
                    "no",
                    100,
                    reference=CAPTURE,
                ),
            ],
        ),
        (Declined(code="no"), O.SUCCEEDED, []),
        (Declined(code="no"), O.DECLINED, []),
    ],
)
def test_what_has_no_outcome_yet_is_waited_for(
    outcome: Any, state: OperationState, expected: list[Any]
) -> None:
    """What was heard before, or is overtaken, changes nothing."""
    order = made((M.AUTHORIZED, 400), asked=(SECURED, ("capture", 100, state)))

    assert expected == heard(order, outcome, CAPTURE)


# --- what has succeeded -------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [O.SUBMITTED, O.PENDING, O.UNKNOWN, O.REQUIRES_ACTION, O.DECLINED],
)
def test_a_success_is_taken_down(state: OperationState) -> None:
    """Even after a decline: money has moved."""
    order = made(asked=(("authorize", 400, state),))
    outcome = Authorized(
        reference="r1",
        amount=cents(400),
        capture_before=LATER,
        max_capturable=cents(500),
    )
    bare = Authorized(reference="r1", amount=cents(400))
    entry = moved(M.AUTHORIZED, 400, AUTHORIZE, "r1")

    assert [
        recorded(
            AUTHORIZE,
            P.SUCCEED,
            entry,
            reference="r1",
            capture_before=LATER,
            max_capturable_minor=500,
        )
    ] == heard(order, outcome, AUTHORIZE)
    assert [recorded(AUTHORIZE, P.SUCCEED, entry, reference="r1")] == heard(
        order, bare, AUTHORIZE
    )


def test_what_is_paid_at_once_is_secured_and_taken() -> None:
    """In one."""
    order = made(asked=(("authorize", 400, O.SUBMITTED),))

    assert [
        recorded(
            AUTHORIZE,
            P.SUCCEED,
            moved(M.AUTHORIZED, 400, AUTHORIZE, "r1"),
            moved(M.CAPTURED, 400, AUTHORIZE, "r1"),
            reference="r1",
        )
    ] == heard(order, Captured(reference="r1", amount=cents(400)), AUTHORIZE)


@pytest.mark.parametrize(
    ("kind", "outcome", "movement"),
    [
        ("capture", Captured, M.CAPTURED),
        ("refund", Refunded, M.REFUNDED),
        ("credit", CreditIssued, M.CREDITED),
    ],
)
def test_what_was_asked_for_moves_its_money(
    kind: Any, outcome: Any, movement: MovementKind
) -> None:
    """Once, whoever tells of it again."""
    order = made(
        (M.AUTHORIZED, 400),
        (M.CAPTURED, 200),
        asked=(SECURED, (kind, 100, O.SUBMITTED)),
    )
    name = f"o1:{kind}:2"
    entry = moved(movement, 100, name, "r1")
    answer = outcome(reference="r1", amount=cents(100))
    (event,) = heard(order, answer, name)
    done = attrs.evolve(
        entered(order, entry),
        operations={
            **order.operations,
            name: operation(kind, 100, O.SUCCEEDED, 2, reference="r1"),
        },
    )

    assert recorded(name, P.SUCCEED, entry, reference="r1") == event
    assert [] == heard(done, answer, name)


def test_an_authorisation_of_more_or_less_is_told() -> None:
    """By how much it differs."""
    order = made(asked=(("authorize", 400, O.SUBMITTED),))
    for minor, difference in ((401, 1), (370, 30)):
        (_, told) = heard(
            order, Authorized(reference="r1", amount=cents(minor)), AUTHORIZE
        )
        assert (
            opened(
                K.AMOUNT_MISMATCH,
                f"{AUTHORIZE} asked for 4.00 EUR",
                f"{cents(minor)} authorized (r1)",
                difference,
            )
            == told
        )


@pytest.mark.parametrize(
    ("kind", "outcome", "failed"),
    [
        ("capture", Captured, K.CAPTURE_FAILED),
        ("refund", Refunded, K.REFUND_FAILED),
        ("credit", CreditIssued, K.CREDIT_FAILED),
    ],
)
def test_what_moves_more_or_less_than_asked_is_told(
    kind: Any, outcome: Any, failed: ExceptionKind
) -> None:
    """Less is a failure of the rest."""
    order = made(
        (M.AUTHORIZED, 400),
        (M.CAPTURED, 200),
        asked=(SECURED, (kind, 100, O.SUBMITTED)),
    )
    name = f"o1:{kind}:2"
    (_, more) = heard(order, outcome(reference="r1", amount=cents(103)), name)
    (_, less) = heard(order, outcome(reference="r1", amount=cents(98)), name)

    assert (
        opened(
            K.AMOUNT_MISMATCH,
            f"{name} asked for 1.00 EUR",
            f"1.03 EUR {outcome.__name__.lower()} (r1)",
            3,
        )
        == more
    )
    assert (
        opened(
            failed,
            f"{name} of 1.00 EUR",
            "only 0.98 EUR (r1)",
            2,
            reference=name,
        )
        == less
    )


@pytest.mark.parametrize(
    ("minor", "others", "asked", "left"),
    [
        (100, 0, 100, 250),
        (100, 30, 100, 220),
        (350, 0, 350, 0),
        (349, 0, 349, 1),
        (90, 0, 100, 260),
    ],
)
def test_a_final_capture_gives_up_the_rest(
    minor: int, others: int, asked: int, left: int
) -> None:
    """But for what others wait for."""
    order = made(
        (M.AUTHORIZED, 400),
        (M.CAPTURED, 50),
        asked=(
            SECURED,
            ("capture", asked, O.SUBMITTED),
            ("capture", others, O.PENDING),
        ),
    )
    final = operation("capture", asked, O.SUBMITTED, 2, final=True)
    order = attrs.evolve(
        order, operations={**order.operations, CAPTURE: final}
    )
    rest = (moved(M.VOIDED, left, CAPTURE),) if left else ()
    event = heard(
        order, Captured(reference="r1", amount=cents(minor)), CAPTURE
    )[0]

    assert (
        recorded(
            CAPTURE,
            P.SUCCEED,
            moved(M.CAPTURED, minor, CAPTURE, "r1"),
            *rest,
            reference="r1",
        )
        == event
    )


def test_a_declined_final_capture_has_nothing_pending() -> None:
    """What it asked for is not counted among what others wait for."""
    order = made((M.AUTHORIZED, 400), asked=(SECURED,))
    final = operation("capture", 100, O.DECLINED, 2, final=True)
    order = attrs.evolve(
        order, operations={**order.operations, CAPTURE: final}
    )
    event = heard(order, Captured(reference="r1", amount=cents(100)), CAPTURE)[
        0
    ]

    assert moved(M.VOIDED, 300, CAPTURE) == event.movements[1]


# --- what was told before -----------------------------------------------


def answered(
    state: OperationState, *movements: Movement, **fields: Any
) -> Order:
    """An order with one capture of 100, and what its ledger tells."""
    known = operation("capture", 100, state, 2, **fields)
    order = made((M.AUTHORIZED, 400), asked=(SECURED,))
    order = attrs.evolve(
        order, operations={**order.operations, CAPTURE: known}
    )
    return entered(order, *movements)


@pytest.mark.parametrize(
    ("known", "minor", "is_new"),
    [
        (moved(M.CAPTURED, 100, "", "r1"), 100, False),
        (moved(M.CAPTURED, 100, "", "r2"), 100, True),
        (moved(M.CAPTURED, 99, "", "r1"), 100, True),
        (moved(M.CAPTURED, 100, AUTHORIZE, "r1"), 100, False),
        (moved(M.CAPTURED, 100, "o1:capture:3", "r1"), 100, True),
        (moved(M.REFUNDED, 100, "", "r1"), 100, True),
        (moved(M.CAPTURED, 100, "", "r1", "p2"), 100, True),
    ],
)
def test_a_success_may_have_been_told_without_its_request(
    known: Movement, minor: int, *, is_new: bool
) -> None:
    """By the provider's own id and to the same amount."""
    order = answered(O.SUBMITTED, known)
    third = operation("capture", 100, O.SUCCEEDED, 3)
    order = attrs.evolve(
        order,
        payments=(payment(), payment("p2")),
        operations={**order.operations, "o1:capture:3": third},
    )
    entries = (moved(M.CAPTURED, minor, CAPTURE, "r1"),) if is_new else ()
    event = heard(
        order, Captured(reference="r1", amount=cents(minor)), CAPTURE
    )[0]

    assert recorded(CAPTURE, P.SUCCEED, *entries, reference="r1") == event


def test_what_has_no_name_is_no_known_one() -> None:
    """Two successes without a reference are two."""
    order = answered(O.SUBMITTED, moved(M.CAPTURED, 100))
    event = heard(order, Captured(reference="", amount=cents(100)), CAPTURE)[0]

    assert (moved(M.CAPTURED, 100, CAPTURE),) == event.movements


@pytest.mark.parametrize(
    ("known", "reference", "is_new"),
    [
        (moved(M.CAPTURED, 100, CAPTURE, "r1"), "r1", False),
        (moved(M.CAPTURED, 100, CAPTURE, "r1"), "r2", True),
        (moved(M.CAPTURED, 100, CAPTURE, "r1"), "", False),
        (moved(M.CAPTURED, 100, CAPTURE, ""), "r1", False),
        (moved(M.CAPTURED, 100, "", "r1"), "r1", False),
        (moved(M.CAPTURED, 100, "", "r1"), "r2", True),
        (moved(M.CAPTURED, 100, "o1:capture:3", ""), "r1", True),
    ],
)
def test_a_second_capture_under_one_key_is_told(
    known: Movement, reference: str, *, is_new: bool
) -> None:
    """Where it has another name of the provider's."""
    order = answered(O.SUCCEEDED, known)
    outcome = Captured(reference=reference, amount=cents(100))
    entry = moved(M.CAPTURED, 100, CAPTURE, reference)
    told = opened(
        K.AMOUNT_MISMATCH,
        f"{CAPTURE} asked for 1.00 EUR",
        f"1.00 EUR captured once more ({reference})",
        100,
    )

    assert (
        [recorded(CAPTURE, None, entry, reference=reference), told]
        if is_new
        else []
    ) == heard(order, outcome, CAPTURE)


def test_a_second_refund_under_one_key_is_the_first() -> None:
    """Whatever it is called."""
    order = made(
        (M.CAPTURED, 400),
        asked=(SECURED, ("refund", 100, O.SUCCEEDED)),
    )

    assert [] == heard(
        order, Refunded(reference="r9", amount=cents(100)), "o1:refund:2"
    )


def test_a_success_may_be_heard_of_after_its_failure() -> None:
    """It is taken down with what has undone it, and told to nobody."""
    order = answered(O.REVERSED)

    assert [
        recorded(
            CAPTURE,
            None,
            moved(M.CAPTURED, 100, CAPTURE, "r1"),
            moved(M.CAPTURE_REVERSED, 100, CAPTURE),
            reference="r1",
        )
    ] == heard(order, Captured(reference="r1", amount=cents(100)), CAPTURE)


@pytest.mark.parametrize(
    ("kind", "outcome", "undone"),
    [
        ("refund", Refunded, M.REFUND_REVERSED),
        ("credit", CreditIssued, M.REFUND_REVERSED),
    ],
)
def test_a_refund_may_be_heard_of_after_its_failure(
    kind: Any, outcome: Any, undone: MovementKind
) -> None:
    """It comes to nothing."""
    order = made((M.CAPTURED, 400), asked=(SECURED, (kind, 9, O.REVERSED)))
    (event,) = heard(
        order, outcome(reference="r1", amount=cents(9)), f"o1:{kind}:2"
    )

    assert moved(undone, 9, f"o1:{kind}:2") == event.movements[1]


@pytest.mark.parametrize(
    ("known", "reference", "more"),
    [
        ((moved(M.AUTHORIZED, 150, AUTHORIZE, "r1"),), "", 250),
        ((moved(M.AUTHORIZED, 150, "", "r1"),), "r1", 250),
        ((moved(M.AUTHORIZED, 150, "", "r2"),), "r1", 400),
        ((moved(M.AUTHORIZED, 150, "", ""),), "", 400),
        ((moved(M.AUTHORIZED, 150, "", "r1", "p2"),), "r1", 400),
        ((moved(M.LAPSED, 150, AUTHORIZE),), "", 400),
        ((moved(M.AUTHORIZED, 400, AUTHORIZE),), "", 0),
        ((moved(M.AUTHORIZED, 399, AUTHORIZE),), "", 1),
    ],
)
def test_an_authorisation_adds_what_was_not_known(
    known: tuple[Movement, ...], reference: str, more: int
) -> None:
    """Of that request, whoever has told of it."""
    asked_for = operation("authorize", 400, O.PENDING, 1, reference=reference)
    order = made(
        payments=(payment(), payment("p2")),
        operations={AUTHORIZE: asked_for},
        movements=known,
    )
    entries = (moved(M.AUTHORIZED, more, AUTHORIZE, "r1"),) if more else ()

    assert [recorded(AUTHORIZE, P.SUCCEED, *entries, reference="r1")] == heard(
        order, Authorized(reference="r1", amount=cents(400)), AUTHORIZE
    )


# --- what was not asked for ---------------------------------------------


def test_a_provider_may_capture_by_itself() -> None:
    """What is secured may be taken, by no request of ours."""
    order = made((M.AUTHORIZED, 400), asked=(SECURED,))
    outcome = Captured(reference="r1", amount=cents(400))
    entry = moved(M.CAPTURED, 400, "", "r1")
    named = moved(M.CAPTURED, 400, AUTHORIZE, "r1")

    assert [recorded("", None, entry)] == heard(
        order, outcome, payment_id="p1"
    )
    assert [recorded("", None, named)] == heard(order, outcome, AUTHORIZE)
    assert [] == heard(entered(order, entry), outcome, payment_id="p1")


@pytest.mark.parametrize(
    ("asked", "minor", "limit"),
    [
        ((), 401, "4.00 EUR"),
        ((("capture", 90, O.PENDING),), 311, "3.10 EUR"),
        (
            (("capture", 90, O.PENDING), ("capture", 20, O.PENDING)),
            291,
            "2.90 EUR",
        ),
    ],
)
def test_what_is_captured_beyond_what_is_there_is_told(
    asked: tuple[Any, ...], minor: int, limit: str
) -> None:
    """What is being captured is not there to be taken once more."""
    order = made((M.AUTHORIZED, 400), asked=(SECURED, *asked))
    outcome = Captured(reference="r1", amount=cents(minor))
    entry = recorded("", None, moved(M.CAPTURED, minor, "", "r1"))
    told = opened(
        K.AMOUNT_MISMATCH,
        f"nothing asked for; {limit} of it could be captured",
        f"{cents(minor)} captured (r1)",
        minor,
    )
    less = Captured(reference="r1", amount=cents(minor - 1))

    assert [entry, told] == heard(order, outcome, payment_id="p1")
    assert 1 == len(heard(order, less, payment_id="p1"))


def two_payments(**fields: Any) -> Order:
    """An order with a second payment, which is secured."""
    second = operation("authorize", 400, O.SUCCEEDED, 9, payment_id="p2")
    order = made(
        asked=(("authorize", 400, O.PENDING),),
        payments=(payment(), payment("p2")),
        **fields,
    )
    order = attrs.evolve(
        order, operations={**order.operations, second.operation_id: second}
    )
    return entered(order, moved(M.AUTHORIZED, 400, payment_id="p2"))


def test_another_payment_secures_nothing_for_this_one() -> None:
    """Each is captured for itself."""
    order = two_payments(waived_minor=-900)
    (_, told) = heard(
        order, Captured(reference="r1", amount=cents(1)), payment_id="p1"
    )

    assert (
        opened(
            K.AMOUNT_MISMATCH,
            "nothing asked for; 0.00 EUR of it could be captured",
            "0.01 EUR captured (r1)",
            1,
        )
        == told
    )


def test_what_is_open_of_another_payment_is_no_news_of_this_one() -> None:
    """Where this one was written off before."""
    order = entered(
        two_payments(state=S.CANCELLED), moved(M.LAPSED, 400, AUTHORIZE)
    )

    assert 1 == len(
        heard(order, Authorized(reference="r1", amount=cents(400)), AUTHORIZE)
    )


def test_what_is_given_up_is_that_of_its_own_payment() -> None:
    """However much another one has."""
    order = entered(two_payments(), moved(M.AUTHORIZED, 70, AUTHORIZE))
    asked = (
        operation("authorize", 70, O.SUCCEEDED, 1),
        operation("void", 70, O.PENDING, 2),
        operation("capture", 20, O.PENDING, 3, final=True),
        operation("capture", 90, O.PENDING, 4, payment_id="p2"),
    )
    order = attrs.evolve(
        order,
        operations={
            **order.operations,
            **{each.operation_id: each for each in asked},
        },
    )
    lapsed = recorded(
        "", None, moved(M.LAPSED, 70, AUTHORIZE), detail="lapsed"
    )
    taken = Captured(reference="r1", amount=cents(20))

    assert [lapsed] == heard(order, AuthorizationLapsed(), payment_id="p1")
    assert [lapsed] == heard(order, Voided(), payment_id="p1")
    assert (moved(M.VOIDED, 70, "o1:void:2"),) == heard(
        order, Voided(), "o1:void:2"
    )[0].movements
    assert (
        moved(M.VOIDED, 50, "o1:capture:3")
        == heard(order, taken, "o1:capture:3")[0].movements[1]
    )


def test_a_refund_that_nobody_asked_for_is_told() -> None:
    """However small it is."""
    order = made((M.AUTHORIZED, 400), (M.CAPTURED, 400), asked=(SECURED,))

    assert [
        recorded("", None, moved(M.REFUNDED, 1, "", "r1")),
        opened(
            K.AMOUNT_MISMATCH,
            "nothing asked for; 0.00 EUR of it could be refunded",
            "0.01 EUR refunded (r1)",
            1,
        ),
    ] == heard(
        order, Refunded(reference="r1", amount=cents(1)), payment_id="p1"
    )


def test_a_surplus_that_nobody_asked_for_is_told() -> None:
    """Though it was secured: the order costs less by now."""
    order = made(
        (M.AUTHORIZED, 400),
        asked=(SECURED,),
        units=counted(Units(ordered=3, cancelled=1)),
        state=S.CONFIRMED,
    )

    assert [
        recorded("", None, moved(M.CAPTURED, 301, "", "r1")),
        opened(
            K.AMOUNT_MISMATCH,
            "nothing asked for; 4.00 EUR of it could be captured",
            "3.01 EUR captured (r1)",
            301,
        ),
    ] == heard(
        order, Captured(reference="r1", amount=cents(301)), payment_id="p1"
    )
    assert 1 == len(
        heard(
            order,
            Captured(reference="r1", amount=cents(300)),
            payment_id="p1",
        )
    )


@pytest.mark.parametrize(
    ("kind", "outcome", "movement", "captured"),
    [
        ("capture", Captured, M.CAPTURED, 200),
        ("refund", Refunded, M.REFUNDED, 390),
    ],
)
def test_a_report_answers_the_one_request_that_it_fits(
    kind: Any, outcome: Any, movement: MovementKind, captured: int
) -> None:
    """Of that payment, that kind and that amount."""
    order = made(
        (M.AUTHORIZED, 400),
        (M.CAPTURED, captured),
        asked=(
            SECURED,
            (kind, 100, O.PENDING),
            (kind, 70, O.PENDING),
            ("credit", 100, O.PENDING),
            ("void", 100, O.PENDING),
        ),
        payments=(payment(), payment("p2")),
    )
    away = operation(kind, 100, O.PENDING, 9, payment_id="p2")
    order = attrs.evolve(
        order, operations={**order.operations, away.operation_id: away}
    )
    name = f"o1:{kind}:2"

    assert [
        recorded(
            name,
            P.SUCCEED,
            moved(movement, 100, name, "r1"),
            reference="r1",
        )
    ] == heard(
        order, outcome(reference="r1", amount=cents(100)), payment_id="p1"
    )


@pytest.mark.parametrize(
    ("kind", "outcome"), [("refund", Refunded), ("credit", CreditIssued)]
)
@pytest.mark.parametrize(("pending", "twice"), [(100, 0), (101, 1)])
def test_what_goes_back_twice_is_told(
    kind: Any, outcome: Any, pending: int, twice: int
) -> None:
    """By how much it is more than was taken, of that payment."""
    order = made(
        (M.CAPTURED, 200),
        asked=(SECURED, (kind, 100, O.DECLINED), (kind, pending, O.PENDING)),
    )
    name = f"o1:{kind}:2"
    told = opened(
        K.AMOUNT_MISMATCH,
        f"{name} asked for 1.00 EUR",
        f"1.00 EUR {outcome.__name__.lower()} as well (r1)",
        twice,
    )

    assert ([told] if twice else []) == heard(
        order, outcome(reference="r1", amount=cents(100)), name
    )[1:]


def test_a_report_may_answer_one_of_two_requests() -> None:
    """It counts once, as nobody's, and is not told: one of them waits."""
    order = made(
        (M.AUTHORIZED, 200),
        asked=(
            ("authorize", 200, O.SUCCEEDED),
            ("capture", 100, O.PENDING),
            ("capture", 100, O.PENDING),
        ),
    )

    assert [recorded("", None, moved(M.CAPTURED, 100, "", "r1"))] == heard(
        order, Captured(reference="r1", amount=cents(100)), payment_id="p1"
    )


# --- after the end ------------------------------------------------------


@pytest.mark.parametrize("state", [S.CANCELLED, S.EXPIRED, S.REJECTED])
def test_money_that_comes_after_the_end_is_told(state: OrderState) -> None:
    """Whether it was asked for or not, and whether it is taken or not."""
    over = f"order o1 is {state.value}"
    order = made(
        (M.AUTHORIZED, 400),
        asked=(SECURED, ("capture", 100, O.PENDING)),
        state=state,
    )
    fresh = made(asked=(("authorize", 400, O.PENDING),), state=state)
    taken = opened(K.CAPTURED_AFTER_END, over, "1.00 EUR captured (r1)", 100)
    unasked = opened(K.CAPTURED_AFTER_END, over, "0.09 EUR captured (r1)", 9)
    secured = opened(
        K.CAPTURED_AFTER_END, over, "4.00 EUR authorized (r1)", 400
    )
    paid = opened(K.CAPTURED_AFTER_END, over, "4.00 EUR captured (r1)", 400)

    assert taken in heard(
        order, Captured(reference="r1", amount=cents(100)), payment_id="p1"
    )
    assert (
        taken
        == heard(order, Captured(reference="r1", amount=cents(100)), CAPTURE)[
            1
        ]
    )
    assert (
        unasked
        == heard(
            order, Captured(reference="r1", amount=cents(9)), payment_id="p1"
        )[1]
    )
    assert (
        secured
        == heard(
            fresh, Authorized(reference="r1", amount=cents(400)), AUTHORIZE
        )[1]
    )
    assert (
        paid
        == heard(
            fresh, Captured(reference="r1", amount=cents(400)), AUTHORIZE
        )[1]
    )


def test_what_is_written_off_already_is_told_to_nobody() -> None:
    """An authorisation that comes after its lapse is not open."""
    order = entered(
        made(asked=(("authorize", 400, O.DECLINED),), state=S.CANCELLED),
        moved(M.LAPSED, 400, AUTHORIZE),
    )

    assert [
        recorded(
            AUTHORIZE,
            P.SUCCEED,
            moved(M.AUTHORIZED, 400, AUTHORIZE, "r1"),
            reference="r1",
        )
    ] == heard(order, Authorized(reference="r1", amount=cents(400)), AUTHORIZE)


def test_a_refund_after_the_end_is_as_before() -> None:
    """It is what the end waits for."""
    order = made(
        (M.CAPTURED, 400),
        asked=(SECURED, ("refund", 400, O.PENDING)),
        state=S.CANCELLED,
    )

    assert 1 == len(
        heard(
            order,
            Refunded(reference="r1", amount=cents(400)),
            "o1:refund:2",
        )
    )


# --- too much -----------------------------------------------------------


def cheaper(state: OrderState, capture: OperationState) -> Order:
    """An order of which units were cancelled while it was being paid."""
    return made(
        (M.AUTHORIZED, 400),
        asked=(SECURED, ("capture", 400, capture)),
        units=counted(Units(ordered=3, cancelled=1)),
        state=state,
    )


PAID = Captured(reference="r1", amount=cents(400))


def test_what_was_cancelled_while_it_was_paid_goes_back() -> None:
    """By itself, where nothing else is amiss."""
    (_, back) = heard(cheaper(S.CONFIRMED, O.PENDING), PAID, CAPTURE)

    assert (
        RefundGranted(
            subject="o1",
            lines=(RefundLine(kind="overpaid", minor=100),),
            minor=100,
            overpaid=True,
            reason="cancelled while it was being paid",
        )
        == back
    )


@pytest.mark.parametrize(
    ("state", "capture"),
    [
        (S.CONFIRMED, O.DECLINED),
        (S.COMPLETED, O.PENDING),
        (S.PLACED, O.PENDING),
    ],
)
def test_what_is_too_much_and_too_late_is_told(
    state: OrderState, capture: OperationState
) -> None:
    """For a person to decide."""
    (_, told) = heard(cheaper(state, capture), PAID, CAPTURE)

    assert (
        opened(
            K.AMOUNT_MISMATCH,
            f"{CAPTURE} asked for 4.00 EUR",
            "4.00 EUR captured too late (r1)",
            100,
        )
        == told
    )


def test_a_cancellation_gives_all_of_it_back() -> None:
    """So that nothing is too much."""
    assert 1 == len(heard(cheaper(S.CANCELLING, O.PENDING), PAID, CAPTURE))


def test_the_same_surplus_is_not_given_back_twice() -> None:
    """Only what has come with this."""
    order = made(
        (M.AUTHORIZED, 400),
        (M.CAPTURED, 350),
        asked=(SECURED, ("capture", 50, O.PENDING)),
        units=counted(Units(ordered=3, cancelled=1)),
        state=S.CONFIRMED,
    )
    (_, back) = heard(
        order, Captured(reference="r1", amount=cents(50)), CAPTURE
    )

    assert 50 == back.minor


# --- failures -----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "outcome", "movement", "undone", "failed"),
    [
        (
            "capture",
            CaptureFailed("so"),
            M.CAPTURED,
            M.CAPTURE_REVERSED,
            K.CAPTURE_FAILED,
        ),
        (
            "authorize",
            CaptureFailed("so"),
            M.CAPTURED,
            M.CAPTURE_REVERSED,
            K.CAPTURE_FAILED,
        ),
        (
            "refund",
            RefundFailed("so"),
            M.REFUNDED,
            M.REFUND_REVERSED,
            K.REFUND_FAILED,
        ),
        (
            "credit",
            RefundFailed("so"),
            M.CREDITED,
            M.REFUND_REVERSED,
            K.CREDIT_FAILED,
        ),
    ],
)
@pytest.mark.parametrize("state", [O.SUCCEEDED, O.PENDING, O.DECLINED])
def test_what_failed_after_all_is_undone(
    kind: Any,
    outcome: Any,
    movement: MovementKind,
    undone: MovementKind,
    failed: ExceptionKind,
    state: OperationState,
) -> None:
    """And told, unless its decline was."""
    name = f"o1:{kind}:1"
    order = made(
        asked=((kind, 100, state),),
        movements=(
            moved(M.AUTHORIZED, 100, name),
            moved(movement, 100, name, "r1"),
            moved(movement, 30, "o1:other:1", "r2"),
        ),
    )
    event = recorded(name, P.REVERSE, moved(undone, 100, name), detail="so")
    told = opened(failed, f"{name} of 1.00 EUR", "so", 100, reference=name)

    assert ([event] if state is O.DECLINED else [event, told]) == heard(
        order, outcome, name
    )


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("capture", CaptureFailed("so")), ("refund", RefundFailed("so"))],
)
def test_a_failure_is_heard_once(kind: Any, outcome: Any) -> None:
    """Again it changes nothing."""
    order = made(asked=((kind, 100, O.REVERSED),))

    assert [] == heard(order, outcome, f"o1:{kind}:1")
