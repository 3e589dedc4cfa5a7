"""What becomes of each fact at the door, to the last word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.messages import (
    Contradiction,
    Event,
    ExceptionKind,
    Timer,
    TimerFired,
    TimerKind,
)
from orderlife._values.money import Money
from orderlife.errors import NotFoundError
from orderlife.house import HOUSE
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    VoidPending,
    VoidRejected,
)
from orderlife.ports.inventory import (
    HeldStock,
    InLine,
    StockChanged,
    StockGone,
    StockShort,
)
from orderlife.ports.payment import Captured
from orderlife.rooms.exceptions.messages import (
    CloseExceptions,
    EffectFailed,
    OpenException,
)
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    BeginClosing,
    FraudJudged,
    LiftHold,
    RecordScreening,
    SendFollowUp,
)
from orderlife.rooms.order.model import Hold, Screening
from orderlife.rooms.payment.messages import (
    LapseAuthorization,
    PaymentReported,
)
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    EndReceiving,
    ExpireReturn,
    ReturnReceived,
    ReturnShipped,
)
from orderlife.rooms.returns.model import UnexpectedItem
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import LabelReported, Scanned
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    AllocateStock,
    CheckBackorder,
    ExpireStock,
    StockReported,
)
from orderlife.testing.scenario import NOON
from tests.process.made import (
    R1,
    S1,
    T1,
    back,
    case,
    context,
    demand,
    held,
    item,
    order,
    payment,
    sent,
)

K, R, S, T = ExceptionKind, ReservationState, ShipmentState, ReturnState
PLACED, CONFIRMED = OrderState.PLACED, OrderState.CONFIRMED
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
OTHER = Label(label_id="l2", carrier="post", tracking_number="t2")


def told(kind: Any, **fields: Any) -> Any:
    """A fact about the order."""
    return kind(order_id="o1", **fields)


def admitted(made: Case, fact: Any, **policy: Any) -> list[Any]:
    """What a fact asks for beyond what its room records of it."""
    answer = HOUSE.answer(made, fact, context(**policy))
    return [
        then
        for then in answer
        if not isinstance(then, Event | CloseExceptions)
    ]


def asked(
    kind: ExceptionKind,
    subject: str,
    expected: str,
    observed: str,
    quantities: Any = None,
) -> OpenException:
    """A step that asks a person, once."""
    why = Contradiction(kind, subject, expected, observed, quantities or {})
    return OpenException(why, once=True)


def unmatched(
    subject: str, observed: str, kind: ExceptionKind = K.UNMATCHED_FACT
) -> OpenException:
    """A step that puts a fact before somebody."""
    return asked(kind, subject, "something that order o1 knows", observed)


def test_there_must_be_an_order() -> None:
    """A fact about none can be written nowhere."""
    paid = told(
        PaymentReported,
        outcome=Captured(reference="r", amount=Money("1.00", "EUR")),
    )
    with pytest.raises(NotFoundError, match="no order 'o1'"):
        admitted(Case(order_id="o1"), paid)


# --- timers --------------------------------------------------------------

CLOSING = BeginClosing(reason="fraud", ends_in=OrderState.REJECTED)
LIFT = LiftHold(hold_id="h2", note="its time is up")


def hold(reason: Any) -> dict[str, Any]:
    """Two holds, of which the second ends at noon."""
    return {
        "holds": (
            Hold(hold_id="h1", reason="other", blocks=("confirm",)),
            Hold(hold_id="h2", reason=reason, blocks=("confirm",), until=NOON),
        )
    }


LEFT = {"2": {"shipped": 1}}
EXPIRING = held(R.HELD, item("1", 1), until=NOON)


@pytest.mark.parametrize(
    ("kind", "subject", "made", "steps"),
    [
        (
            TimerKind.PAYMENT_DUE,
            "o1",
            case(order(PLACED, authorized=0, payment_due_at=NOON)),
            [BeginClosing(reason="expired", ends_in=OrderState.EXPIRED)],
        ),
        (
            TimerKind.FOLLOW_UP,
            "o1",
            case(order(follow_up_at=NOON)),
            [SendFollowUp()],
        ),
        (
            TimerKind.HOLD_ENDS,
            "h2",
            case(order(PLACED, **hold("fraud"))),
            [CLOSING, LIFT],
        ),
        (
            TimerKind.HOLD_ENDS,
            "h2",
            case(order(CONFIRMED, **hold("fraud"))),
            [CLOSING, LIFT],
        ),
        (
            TimerKind.HOLD_ENDS,
            "h2",
            case(order(CONFIRMED, **hold("fraud"), units=LEFT)),
            [LIFT],
        ),
        (
            TimerKind.HOLD_ENDS,
            "h2",
            case(order(OrderState.COMPLETED, **hold("fraud"))),
            [LIFT],
        ),
        (
            TimerKind.HOLD_ENDS,
            "h2",
            case(order(PLACED, **hold("other"))),
            [LIFT],
        ),
        (
            TimerKind.AUTHORIZATION_ENDS,
            "p1",
            case(order(payments=(payment(capture_before=NOON),))),
            [LapseAuthorization(payment_id="p1")],
        ),
        (
            TimerKind.STOCK_HOLD_ENDS,
            R1,
            case(order(PLACED, authorized=0), EXPIRING),
            [ExpireStock(reservation_id=R1)],
        ),
        (
            TimerKind.STOCK_HOLD_ENDS,
            R1,
            case(order(PLACED), EXPIRING),
            [AllocateStock(reservation_id=R1)],
        ),
        (
            TimerKind.STOCK_HOLD_ENDS,
            R1,
            case(order(CONFIRMED, authorized=0), EXPIRING),
            [AllocateStock(reservation_id=R1)],
        ),
        (
            TimerKind.BACKORDER_CHECK,
            R1,
            case(
                None,
                held(R.BACKORDERED, demands=(demand("1", 1),), check_at=NOON),
            ),
            [
                CheckBackorder(
                    reservation_id=R1,
                    until=NOON + 2 * HOUR,
                    check_at=NOON + 3 * DAY,
                    in_line=InLine(since=NOON, until=NOON + 21 * DAY),
                )
            ],
        ),
        (
            TimerKind.RETURN_EXPIRES,
            T1,
            case(None, back(T.APPROVED, expires_at=NOON)),
            [ExpireReturn(return_id=T1)],
        ),
        (
            TimerKind.RECEIVING_ENDS,
            T1,
            case(None, back(T.RECEIVING, receiving_until=NOON)),
            [EndReceiving(return_id=T1)],
        ),
    ],
)
def test_what_is_due_when_its_time_has_come(
    kind: TimerKind, subject: str, made: Case, steps: list[Any]
) -> None:
    """At its time and not before; nothing once its cause is gone."""
    timer = Timer(kind, subject, NOON)
    fired = told(TimerFired, timer=timer)
    assert steps == admitted(made, fired, backorder_check=3 * DAY)
    early = Timer(kind, subject, NOON + HOUR)
    assert [] == admitted(made, told(TimerFired, timer=early))
    gone = Timer(kind, subject, NOON - HOUR)
    assert [] == admitted(made, told(TimerFired, timer=gone))


def test_a_timer_of_later_is_not_due() -> None:
    """Though it is one of the case's."""
    later = NOON + HOUR
    made = case(order(follow_up_at=later))
    timer = Timer(TimerKind.FOLLOW_UP, "o1", later)
    assert [] == admitted(made, told(TimerFired, timer=timer))


# --- fraud, and what was given up ----------------------------------------

REVIEW = Screening(verdict="review", reason="a hunch")


def test_a_judgement_is_written_down() -> None:
    """Unless it is the one that stands; after the end, somebody is told."""
    fact = told(FraudJudged, verdict="review", reason="a hunch")
    record = RecordScreening(screening=REVIEW)
    assert [record] == admitted(case(), fact)
    assert [] == admitted(case(order(screening=REVIEW)), fact)
    ended = case(order(OrderState.CANCELLED))
    said = "fraud verdict review: the order has ended"
    assert [unmatched("the order has ended", said)] == admitted(ended, fact)


@pytest.mark.parametrize(
    ("port", "unknown", "kind"),
    [
        ("carrier", False, K.EFFECT_FAILED),
        ("carrier", True, K.OUTCOME_UNKNOWN),
        ("notifier", False, K.MESSAGE_FAILED),
        ("notifier", True, K.OUTCOME_UNKNOWN),
    ],
)
def test_what_was_given_up_is_put_before_somebody(
    port: str, unknown: bool, kind: ExceptionKind
) -> None:
    """As failed, as unknown, or as a message that was not sent."""
    fact = told(
        EffectFailed,
        operation_id="o1:x:1",
        port=port,
        why="no route",
        unknown=unknown,
    )
    step = asked(kind, "o1:x:1", f"{port} performs o1:x:1", "no route")
    assert [step] == admitted(case(), fact)


# --- answers that fit, and others ----------------------------------------

SHORT = StockShort(shortages=())
STOCK_ANSWERS = {
    "reserve": (HeldStock(items=()), SHORT, Unknown()),
    "allocate": (StockChanged(), StockGone(), Unknown()),
    "release": (StockChanged(), StockGone(), Unknown()),
}
LABEL_ANSWERS = {
    "label": (
        LABEL,
        LabelPending(),
        LabelRefused(code="no"),
        Unknown(),
    ),
    "void": (LabelVoided(), VoidPending(), VoidRejected(), Unknown()),
    "intercept": (InterceptAccepted(), InterceptRejected(), Unknown()),
}
FITTING = [
    (kind, outcome)
    for answers in (STOCK_ANSWERS, LABEL_ANSWERS)
    for kind, outcomes in answers.items()
    for outcome in outcomes
]


def awaiting(kind: str) -> tuple[Case, str]:
    """A case that waits for an operation of a kind, and its id."""
    stock, label = f"{R1}:{kind}:1", f"{S1}:{kind}:1"
    match kind:
        case "release":
            return case(None, held(R.HELD, leaving={stock: ()})), stock
        case "reserve" | "allocate":
            return case(None, held(R.HELD, pending=stock)), stock
        case _:
            pending: Any = {f"{kind}_pending": label}
            part = sent(S.READY, {}, label=None, **pending)
            return case(None, part), label


def answer(operation_id: str, outcome: Any) -> Any:
    """The answer to an operation of the first reservation or shipment."""
    subject = operation_id.split(":", maxsplit=1)[0]
    if subject == R1:
        return told(
            StockReported,
            reservation_id=R1,
            operation_id=operation_id,
            outcome=outcome,
        )
    return told(
        LabelReported,
        subject=subject,
        operation_id=operation_id,
        outcome=outcome,
    )


def misfit(operation_id: str, name: str) -> OpenException:
    """A step that puts an answer before somebody that answers nothing."""
    return asked(
        K.OUTCOME_UNKNOWN,
        operation_id,
        f"an answer to {operation_id}",
        f"{name}, which answers something else",
    )


@pytest.mark.parametrize(("kind", "outcome"), FITTING)
def test_an_answer_that_fits_is_taken(kind: str, outcome: Any) -> None:
    """It goes to the room that asked."""
    made, operation_id = awaiting(kind)
    fact = answer(operation_id, outcome)
    assert [] == admitted(made, fact)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("reserve", StockChanged()),
        ("reserve", StockGone()),
        ("allocate", SHORT),
        ("allocate", HeldStock(items=())),
        ("release", SHORT),
        ("release", HeldStock(items=())),
        ("label", LabelVoided()),
        ("label", InterceptAccepted()),
        ("void", LABEL),
        ("void", InterceptRejected()),
        ("intercept", VoidPending()),
        ("intercept", LabelRefused(code="no")),
    ],
)
def test_an_answer_that_does_not_fit_settles_nothing(
    kind: str, outcome: Any
) -> None:
    """Somebody is asked, if it is waited for."""
    made, operation_id = awaiting(kind)
    fact = answer(operation_id, outcome)
    step = misfit(operation_id, type(outcome).__name__)
    assert [step] == admitted(made, fact)


def test_a_label_of_a_return_is_waited_for_too() -> None:
    """What is not waited for is taken down as it comes."""
    operation_id = f"{T1}:label:1"
    fact = answer(operation_id, VoidPending())
    made = case(None, back(label_pending=operation_id))
    assert [misfit(operation_id, "VoidPending")] == admitted(made, fact)
    assert [] == admitted(case(None, back()), fact)
    unnamed = told(LabelReported, subject=S1, outcome=VoidPending())
    parcel = sent(S.READY, {})
    assert [] == admitted(case(None, parcel), unnamed)


# --- what nobody knows ---------------------------------------------------


def seen(status: ScanStatus = ScanStatus.DELIVERED) -> Any:
    """A scan of a shipment."""
    return told(Scanned, shipment_id=S1, status=status, at=NOON)


STAMP = "2026-01-05T12:00:00+00:00"


@pytest.mark.parametrize(
    ("fact", "subject", "observed"),
    [
        (
            answer(f"{R1}:reserve:1", SHORT),
            R1,
            "StockReported about o1-r1: StockShort",
        ),
        (
            answer(f"{S1}:label:1", LABEL),
            S1,
            "LabelReported about o1-s1: Label l1",
        ),
        (
            answer(f"{S1}:label:1", LabelPending()),
            S1,
            "LabelReported about o1-s1: LabelPending",
        ),
        (
            told(LabelReported, subject="", outcome=LABEL),
            "",
            "LabelReported about nothing: Label l1",
        ),
        (seen(), S1, f"Scanned about o1-s1: delivered at {STAMP}"),
        (
            told(ReturnShipped, return_id=T1, at=NOON),
            T1,
            "ReturnShipped about o1-t1",
        ),
    ],
)
def test_what_nobody_knows_is_put_before_somebody(
    fact: Any, subject: str, observed: str
) -> None:
    """In words that say what came, once."""
    assert [unmatched(subject, observed)] == admitted(case(), fact)


def test_what_moves_before_its_order_is_confirmed() -> None:
    """It has not been paid for."""
    step = asked(
        K.MOVED_BEFORE_PAYMENT,
        S1,
        "nothing leaves before its order is confirmed",
        f"Scanned about o1-s1: delivered at {STAMP}",
    )
    assert [step] == admitted(case(order(PLACED)), seen())


@pytest.mark.parametrize(
    ("part", "fact"),
    [
        (sent(S.READY, {}), seen()),
        (back(), told(ReturnShipped, return_id=T1, at=NOON)),
        (
            back(),
            told(
                ReturnReceived,
                return_id=T1,
                parcel_id="p1",
                at=NOON,
                quantities={},
            ),
        ),
    ],
)
def test_what_is_known_goes_to_its_room(part: Any, fact: Any) -> None:
    """As it came."""
    assert [] == admitted(case(None, part), fact)


STRAY_S = unmatched(S1, "LabelReported about o1-s1: Label l2")
STRAY_T = unmatched(T1, "LabelReported about o1-t1: Label l2")


@pytest.mark.parametrize(
    ("part", "operation_id", "step"),
    [
        # It is the label that the parcel has, or another one.
        (sent(S.READY, {}, label=OTHER), "", None),
        (sent(S.READY, {}, label=LABEL), "", STRAY_S),
        (back(label=OTHER), "", None),
        (back(label=LABEL), "", STRAY_T),
        # The parcel has none: the room says whether it wants it.
        (sent(S.PACKED, {}), "", None),
        (sent(S.CANCELLED, {}), "", None),
        (sent(S.PLANNED, {}), "", STRAY_S),
        (back(T.APPROVED, label=None), "", None),
        (back(T.CLOSED, label=None), "", STRAY_T),
        (
            sent(S.PACKED, {}, label_pending=f"{S1}:label:1"),
            f"{S1}:label:1",
            None,
        ),
        (
            back(label=None, label_pending=f"{T1}:label:1"),
            f"{T1}:label:1",
            None,
        ),
        (
            back(label=None, label_pending=f"{T1}:label:2"),
            f"{T1}:label:1",
            STRAY_T,
        ),
    ],
)
def test_a_label_that_nobody_has_a_use_for(
    part: Any, operation_id: str, step: Any
) -> None:
    """It was paid for: somebody is told of it."""
    subject = getattr(part, "shipment_id", "") or T1
    fact = told(
        LabelReported,
        subject=subject,
        operation_id=operation_id,
        outcome=OTHER,
    )
    assert ([step] if step else []) == admitted(case(None, part), fact)


@pytest.mark.parametrize(
    ("return_id", "quantities", "unexpected", "brought"),
    [
        ("", {"1": 2, "9": 1}, (), "2 of line 1, 1 of line 9"),
        (
            "o1-t9",
            {"1": 2},
            (UnexpectedItem(sku="hat", quantity=3),),
            "2 of line 1, 3 x hat",
        ),
        ("", {}, (), "nothing"),
    ],
)
def test_a_parcel_that_nobody_announced(
    return_id: str, quantities: Any, unexpected: Any, brought: str
) -> None:
    """Somebody is told what it brought, and when."""
    fact = told(
        ReturnReceived,
        return_id=return_id,
        parcel_id="p1",
        at=NOON,
        quantities=quantities,
        unexpected=unexpected,
    )
    step = asked(
        K.UNANNOUNCED_RETURN,
        return_id or "o1",
        "a parcel that comes back belongs to a return",
        f"parcel p1 of {STAMP} brought {brought}",
        quantities,
    )
    assert [step] == admitted(case(), fact)
