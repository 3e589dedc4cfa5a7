"""What an order answers, event by event and to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife._values.limits import MAX_TENDERS
from orderlife._values.money import Money
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    Problem,
    ValidationError,
)
from orderlife.house import HOUSE
from orderlife.ports.payment import Tender
from orderlife.rooms.exceptions.messages import (
    ExceptionOpened,
    ExceptionResolved,
    OpenException,
    ResolveException,
)
from orderlife.rooms.exceptions.opening import find_exception, opened
from orderlife.rooms.order import messages as m
from orderlife.rooms.order.decide import check_quantities
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Closing, Hold, Order, Screening, Units
from orderlife.rooms.order.placement import fix
from orderlife.rooms.payment import ledger
from orderlife.rooms.payment.lifecycle import OperationState, OperationTrigger
from orderlife.rooms.payment.messages import (
    AwaitPayment,
    GiveUpPayment,
    GrantRefund,
    LapseAuthorization,
    PaymentAwaited,
    PaymentRecorded,
    PaymentRequested,
    PayOrder,
    RefundGranted,
    RefundPayment,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
    TenderOffered,
)
from orderlife.rooms.payment.model import Movement, MovementKind, RefundLine
from orderlife.testing.scenario import NOON, command
from tests.house import decide, decide_first, evolve
from tests.order.orders import (
    ADMIN,
    contradiction,
    counted,
    item,
    made,
)
from tests.order.shop import CARD, cents, place

K, M, S = ExceptionKind, MovementKind, OrderState
SUBMITTED = OperationState.SUBMITTED
LATER = NOON + timedelta(days=1)
EVERY = (
    "cancel",
    "complete",
    "confirm",
    "end_cancelled",
    "end_expired",
    "end_rejected",
    "place",
    "reopen",
    "resume",
)


def asked(kind: Any, **fields: Any) -> Any:
    """A command about the order, by one of its staff."""
    return command(kind, actor=ADMIN, **fields).message("o1", 1)


def refused(order: Order, message: Any) -> tuple[Any, ...]:
    """What a refusal says."""
    with pytest.raises(NotAllowedError) as caught:
        decide(order, message, NOON)
    return caught.value.args


def illegal(act: Any) -> tuple[Any, ...]:
    """What a step says that the lifecycle does not have."""
    with pytest.raises(IllegalTransitionError) as caught:
        act()
    return caught.value.args


def wrong(order: Order, message: Any) -> tuple[Any, ...]:
    """What is wrong with a command."""
    with pytest.raises(ValidationError) as caught:
        decide(order, message, NOON)
    return caught.value.what, caught.value.problems


def stepped(order: Order, step: Any) -> Any:
    """What a step leads to."""
    return decide(order, step, NOON, actor=ADMIN)


# --- placing ------------------------------------------------------------


@pytest.mark.parametrize("notify", [True, False])
def test_what_is_placed_is_written_down(*, notify: bool) -> None:
    """With the time, the means of payment and the wish for silence."""
    form = place(notify=notify).message("o1", 1)
    expected = m.OrderPlaced(
        order_id="o1",
        placement=fix(form),  # type: ignore[arg-type]
        at=NOON,
        tenders=(CARD,),
        notify=notify,
    )

    assert [expected] == decide_first(form, NOON)


def test_a_draft_is_written_down() -> None:
    """It was not placed yet, and so at no time."""
    form: Any = command(m.DraftOrder, **place().fields).message("o1", 1)
    expected = m.OrderDrafted(
        order_id="o1", placement=fix(form), tenders=(CARD,)
    )

    assert [expected] == decide_first(form, NOON)


@pytest.mark.parametrize("notify", [True, False])
def test_a_draft_that_is_placed_is_written_down(*, notify: bool) -> None:
    """With what it holds by then."""
    order = made(state=S.DRAFT, tenders=(CARD,))
    expected = m.OrderPlaced(
        order_id="o1",
        placement=order.placement,
        at=NOON,
        tenders=(CARD,),
        notify=notify,
    )

    assert [expected] == decide(
        order, asked(m.PlaceDraft, notify=notify), NOON
    )


def test_only_a_draft_is_placed() -> None:
    """The refusal names the order and its state."""
    assert ("order", "o1", "placed", "place", ("cancel", "confirm")) == (
        illegal(lambda: decide(made(), asked(m.PlaceDraft), NOON))
    )


@pytest.mark.parametrize("kind", [m.PlaceOrder, m.DraftOrder])
def test_an_order_that_is_there_is_not_placed_again(kind: Any) -> None:
    """It says what is there, and what to do."""
    message = asked(kind, **place().fields)

    assert (
        "place",
        "order o1",
        "it is there already, confirmed",
        "a new order needs a new id",
    ) == refused(made(state=S.CONFIRMED), message)


# --- paying -------------------------------------------------------------


@pytest.mark.parametrize("state", [S.DRAFT, S.PLACED, S.CONFIRMED])
@pytest.mark.parametrize("amount", [None, cents(1), cents(400)])
def test_a_tender_is_offered(state: OrderState, amount: Any) -> None:
    """For whatever is open, or for a part of it."""
    tender = Tender("card", "tok_x", amount)

    assert [TenderOffered(tender=tender)] == decide(
        made(state=state), asked(PayOrder, tender=tender), NOON
    )


@pytest.mark.parametrize(
    "state", [S.COMPLETED, S.CANCELLING, S.CANCELLED, S.EXPIRED, S.REJECTED]
)
def test_only_what_is_wanted_is_paid(state: OrderState) -> None:
    """The refusal says what is possible instead."""
    possible = {
        S.COMPLETED: ("reopen",),
        S.CANCELLING: (
            "end_cancelled",
            "end_expired",
            "end_rejected",
            "resume",
        ),
    }.get(state, ())

    assert ("order", "o1", state.value, "pay", possible) == illegal(
        lambda: decide(made(state=state), asked(PayOrder, tender=CARD), NOON)
    )


def test_what_is_paid_is_not_paid_again() -> None:
    """Nor what is secured or being asked for."""
    order = made(asked=(("authorize", 400, SUBMITTED),))

    assert (
        "pay for",
        "order o1",
        "its whole amount is paid, secured, offered or being asked for",
        "wait for the answer, or leave it",
    ) == refused(order, asked(PayOrder, tender=CARD))


@pytest.mark.parametrize(
    ("tender", "problems"),
    [
        (
            Tender("card", "t", Money("1.00", "USD")),
            [("tender.amount", "the order is in EUR")],
        ),
        (
            Tender("card", "t", cents(0)),
            [("tender.amount", "is 0.00 EUR, but 4.00 EUR is open")],
        ),
        (
            Tender("card", "t", cents(401)),
            [("tender.amount", "is 4.01 EUR, but 4.00 EUR is open")],
        ),
        (
            Tender("", "t", instalments=0),
            [
                ("tenders[0].kind", "must not be empty"),
                ("tenders[0].instalments", "must be 1 or more"),
            ],
        ),
    ],
)
def test_all_that_is_wrong_with_a_tender_is_named(
    tender: Tender, problems: list[tuple[str, str]]
) -> None:
    """Each by its field."""
    assert ("PayOrder", tuple(Problem(*each) for each in problems)) == wrong(
        made(), asked(PayOrder, tender=tender)
    )


def test_means_of_payment_are_so_many_and_no_more() -> None:
    """The last one that fits is taken."""
    small = Tender("card", "t", cents(1))
    full = made(tenders=(small,) * MAX_TENDERS)
    nearly = made(tenders=(small,) * (MAX_TENDERS - 1))
    problem = Problem("tender", f"at most {MAX_TENDERS} means of payment")

    assert ("PayOrder", (problem,)) == wrong(
        full, asked(PayOrder, tender=small)
    )
    assert [TenderOffered(tender=small)] == decide(
        nearly, asked(PayOrder, tender=small), NOON
    )


# --- cancelling ---------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "ends_in"),
    [
        ("customer", S.CANCELLED),
        ("other", S.CANCELLED),
        ("inventory", S.CANCELLED),
        ("fraud", S.REJECTED),
        ("expired", S.EXPIRED),
    ],
)
@pytest.mark.parametrize("notify", [True, False])
def test_cancelling_begins_with_what_was_given_back_before(
    reason: Any, ends_in: OrderState, *, notify: bool
) -> None:
    """And with the state in which it is to end."""
    order = made((M.CAPTURED, 400), (M.REFUNDED, 7), state=S.CONFIRMED)
    closing = Closing(
        reason=reason, ends_in=ends_in, notify=notify, returned_minor=7
    )
    started = [m.CancellationStarted(closing=closing)]

    assert started == decide(
        order, asked(m.CancelOrder, reason=reason, notify=notify), NOON
    )
    assert started == stepped(
        order, m.BeginClosing(reason=reason, ends_in=ends_in, notify=notify)
    )


@pytest.mark.parametrize("state", [S.CONFIRMED, S.COMPLETED])
def test_what_has_left_is_not_cancelled(state: OrderState) -> None:
    """It says how many units, and what can be done."""
    units = counted(Units(ordered=3, shipped=1), Units(ordered=2, shipped=2))

    assert (
        "cancel",
        "order o1",
        "3 units have left",
        (
            "cancel what has not left with CancelLines, stop a parcel with "
            "InterceptShipment, or take it back with RequestReturn"
        ),
    ) == refused(made(units=units, state=state), asked(m.CancelOrder))


@pytest.mark.parametrize("state", [S.COMPLETED, S.EXPIRED])
def test_an_order_that_is_over_is_not_cancelled(state: OrderState) -> None:
    """Not by a command, nor by the process."""
    units = counted(Units(ordered=3, shipped=3))
    over = made(state=state)
    possible = ("reopen",) if state is S.COMPLETED else ()
    expected = ("order", "o1", state.value, "cancel", possible)
    step = m.BeginClosing(reason="other", ends_in=S.CANCELLED)

    assert expected == illegal(
        lambda: decide(over, asked(m.CancelOrder), NOON)
    )
    assert expected == illegal(lambda: stepped(over, step))
    if state is S.EXPIRED:
        gone = made(state=state, units=units)
        assert expected == illegal(
            lambda: decide(gone, asked(m.CancelOrder), NOON)
        )


@pytest.mark.parametrize(
    ("captured", "quantities", "freed"),
    [
        (0, {"1": 1}, 0),
        (400, {"1": 1}, 100),
        (400, {"1": 3, "2": 2}, 400),
        (350, {"1": 1}, 50),
        (300, {"1": 1}, 0),
        (460, {"1": 1}, 100),
        (400, {"2": 1}, 50),
    ],
)
def test_cancelled_lines_free_what_was_taken_for_them(
    captured: int, quantities: dict[str, int], freed: int
) -> None:
    """Not what the rest still needs, nor what was too much before."""
    order = made((M.CAPTURED, captured), state=S.CONFIRMED)
    expected = m.LinesCancelled(
        quantities=quantities,
        reason="staff",
        freed_minor=freed,
        refund_minor=freed,
    )

    assert [expected] == decide(
        order,
        asked(m.CancelLines, quantities=quantities, reason="staff"),
        NOON,
    )
    assert [expected] == stepped(
        order, m.CancelUnits(quantities=quantities, reason="staff")
    )


def test_no_more_is_refunded_than_is_there() -> None:
    """What is being given back already is not given back again."""
    order = made(
        (M.CAPTURED, 400),
        asked=(("refund", 330, SUBMITTED),),
        state=S.CONFIRMED,
    )
    (event,) = decide(order, asked(m.CancelLines, quantities={"1": 1}), NOON)

    assert (
        m.LinesCancelled(
            quantities={"1": 1},
            reason="customer",
            freed_minor=100,
            refund_minor=70,
        )
        == event
    )


def test_what_was_released_before_is_not_freed_again() -> None:
    """It is for nobody's units any more."""
    order = made((M.CAPTURED, 400), released_minor=60, state=S.CONFIRMED)
    (event,) = decide(order, asked(m.CancelLines, quantities={"1": 1}), NOON)

    assert (
        m.LinesCancelled(
            quantities={"1": 1},
            reason="customer",
            freed_minor=40,
            refund_minor=40,
        )
        == event
    )


def test_released_is_never_more_than_taken() -> None:
    """What failed after it was released makes no debt of the customer's."""
    order = made((M.CAPTURED, 50), released_minor=60, state=S.CONFIRMED)
    (event,) = decide(order, asked(m.CancelLines, quantities={"1": 3}), NOON)

    assert m.LinesCancelled(quantities={"1": 3}, reason="customer") == event
    (whole,) = decide(
        order, asked(m.CancelLines, quantities={"1": 3, "2": 2}), NOON
    )
    assert isinstance(whole, m.LinesCancelled)
    assert (0, 0) == (whole.freed_minor, whole.refund_minor)


@pytest.mark.parametrize(
    ("refunded", "cancelled", "quantity", "freed", "back"),
    [
        (0, 0, 1, 100, 100),
        (1, 0, 1, 100, 100),
        (2, 0, 1, 100, 100),
        (3, 0, 1, 100, 0),
        (3, 0, 2, 200, 0),
        (2, 0, 2, 200, 100),
        (2, 1, 1, 100, 0),
        (3, 1, 2, 200, 0),
    ],
)
def test_units_that_were_refunded_are_not_refunded_again(
    refunded: int, cancelled: int, quantity: int, freed: int, back: int
) -> None:
    """Units are refunded from the first on, and cancelled from the last."""
    order = made(
        (M.CAPTURED, 400),
        released_minor=100 * cancelled,
        units=counted(
            Units(ordered=3, refunded=refunded, cancelled=cancelled)
        ),
        state=S.CONFIRMED,
    )
    expected = m.LinesCancelled(
        quantities={"1": quantity},
        reason="other",
        freed_minor=freed,
        refund_minor=back,
    )

    assert [expected] == stepped(
        order, m.CancelUnits(quantities={"1": quantity}, reason="other")
    )


def test_what_was_refunded_before_is_counted_line_by_line() -> None:
    """All lines together."""
    order = made(
        (M.CAPTURED, 400),
        units=counted(
            Units(ordered=3, refunded=3), Units(ordered=2, refunded=2)
        ),
    )
    (event,) = stepped(
        order, m.CancelUnits(quantities={"1": 1, "2": 1}, reason="other")
    )

    assert (150, 0) == (event.freed_minor, event.refund_minor)


def test_what_was_refunded_before_is_no_more_than_was_taken() -> None:
    """It may have been waived in part."""
    order = made(
        (M.CAPTURED, 30),
        units=counted(Units(ordered=3, refunded=3), Units(ordered=2)),
    )
    (event,) = stepped(
        order, m.CancelUnits(quantities={"1": 1}, reason="other")
    )

    assert (30, 0) == (event.freed_minor, event.refund_minor)


@pytest.mark.parametrize(
    ("captured", "came_back", "freed"),
    [(350, False, 50), (350, True, 100), (240, True, 40), (150, True, 0)],
)
def test_what_came_back_is_paid_but_for_what_has_left(
    captured: int, freed: int, *, came_back: bool
) -> None:
    """The rest is to be taken when it leaves."""
    order = made(
        (M.CAPTURED, captured),
        units=counted(Units(ordered=3, shipped=2)),
    )
    (event,) = stepped(
        order,
        m.CancelUnits(
            quantities={"1": 1}, reason="other", came_back=came_back
        ),
    )

    assert freed == event.freed_minor


def test_lines_are_cancelled_up_to_what_has_not_left() -> None:
    """And it says what can be done with the others."""
    order = made(units=counted(Units(ordered=3, shipped=1)), state=S.CONFIRMED)

    assert (
        "cancel 3 of",
        "line 1 of order o1",
        "only 2 have neither left nor been cancelled",
        "take back what has left with RequestReturn",
    ) == refused(order, asked(m.CancelLines, quantities={"1": 3}))
    assert 1 == len(
        decide(order, asked(m.CancelLines, quantities={"1": 2}), NOON)
    )


@pytest.mark.parametrize("state", [S.DRAFT, S.PLACED, S.CONFIRMED])
def test_lines_are_cancelled_until_it_is_over(state: OrderState) -> None:
    """An order that is over has none to cancel."""
    wanted = asked(m.CancelLines, quantities={"1": 1})

    assert 1 == len(decide(made(state=state), wanted, NOON))
    assert ("order", "o1", "completed", "cancel", ("reopen",)) == illegal(
        lambda: decide(made(state=S.COMPLETED), wanted, NOON)
    )


def test_all_that_is_wrong_with_quantities_is_named() -> None:
    """No line of it, less than one, and none at all."""
    with pytest.raises(ValidationError) as caught:
        check_quantities(made(), {"1": 0, "2": 1, "9": 1}, "This")
    assert "This" == caught.value.what
    assert (
        Problem("quantities[1]", "must be 1 or more"),
        Problem("quantities[9]", "is not a line of order o1: 1, 2"),
    ) == caught.value.problems
    with pytest.raises(ValidationError) as caught:
        check_quantities(made(), {}, "That")
    assert (
        Problem("quantities", "name at least one line"),
    ) == caught.value.problems
    assert (
        "CancelLines",
        (Problem("quantities[2]", "must be 1 or more"),),
    ) == (wrong(made(), asked(m.CancelLines, quantities={"2": -1})))


# --- ending -------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends_in", "event"),
    [
        (S.CANCELLED, m.OrderCancelled()),
        (S.EXPIRED, m.OrderExpired()),
        (S.REJECTED, m.OrderRejected()),
    ],
)
def test_closing_ends_where_it_was_to(ends_in: OrderState, event: Any) -> None:
    """And only where it has begun."""
    closing = Closing(reason="other", ends_in=ends_in)
    trigger = f"end_{ends_in.value}"

    assert [event] == stepped(
        made(state=S.CANCELLING, closing=closing), m.FinishClosing()
    )
    assert ("order", "o1", "placed", trigger, ("cancel", "confirm")) == (
        illegal(lambda: stepped(made(closing=closing), m.FinishClosing()))
    )


def test_a_closing_that_nobody_knows_of_ends_cancelled() -> None:
    """As most do."""
    assert [m.OrderCancelled()] == stepped(
        made(state=S.CANCELLING), m.FinishClosing()
    )


@pytest.mark.parametrize(
    ("before", "captured", "released", "back", "expected"),
    [
        (0, 400, 0, 0, 0),
        (0, 400, 0, 70, 70),
        (20, 400, 0, 70, 50),
        (80, 400, 0, 70, 0),
        (0, 400, 350, 70, 50),
        (0, 400, 410, 70, 0),
    ],
)
def test_what_went_back_meanwhile_pays_for_nothing(
    before: int, captured: int, released: int, back: int, expected: int
) -> None:
    """What was given back before the closing began is no part of it."""
    order = made(
        (M.CAPTURED, captured),
        (M.REFUNDED, back),
        released_minor=released,
        state=S.CANCELLING,
        closing=Closing(
            reason="other", ends_in=S.CANCELLED, returned_minor=before
        ),
    )

    assert [
        m.CancellationAbandoned(why="so", returned_minor=expected)
    ] == stepped(order, m.AbandonClosing(why="so"))


def test_a_closing_that_nobody_knows_of_is_abandoned() -> None:
    """All that was given back counts."""
    order = made((M.CAPTURED, 400), (M.REFUNDED, 70), state=S.CANCELLING)

    assert [m.CancellationAbandoned(why="so", returned_minor=70)] == stepped(
        order, m.AbandonClosing(why="so")
    )


@pytest.mark.parametrize(
    ("step", "state", "event", "trigger"),
    [
        (m.Confirm(), S.PLACED, m.OrderConfirmed(), "confirm"),
        (m.Complete(), S.CONFIRMED, m.OrderCompleted(), "complete"),
        (
            m.Reopen(why="so"),
            S.COMPLETED,
            m.OrderReopened(why="so"),
            "reopen",
        ),
        (
            m.AbandonClosing(why="so"),
            S.CANCELLING,
            m.CancellationAbandoned(why="so"),
            "resume",
        ),
    ],
)
def test_steps_of_the_lifecycle_are_those_of_its_rules(
    step: Any, state: OrderState, event: Any, trigger: str
) -> None:
    """Whatever else is asked for is refused."""
    assert [event] == stepped(made(state=state), step)
    assert ("order", "o1", "draft", trigger, ("cancel", "place")) == illegal(
        lambda: stepped(made(state=S.DRAFT), step)
    )


@pytest.mark.parametrize(
    ("step", "event"),
    [
        (
            m.RecordUnits(
                counter="lost", quantities={"1": 2}, subject="s", undo=True
            ),
            m.UnitsRecorded(
                counter="lost", quantities={"1": 2}, subject="s", undo=True
            ),
        ),
        (
            m.RecordUnits(counter="shipped", quantities={"1": 2}, subject="s"),
            m.UnitsRecorded(
                counter="shipped", quantities={"1": 2}, subject="s"
            ),
        ),
        (AwaitPayment(until=LATER), PaymentAwaited(until=LATER)),
        (
            m.RecordScreening(screening=Screening(verdict="review")),
            m.FraudScreened(screening=Screening(verdict="review")),
        ),
        (m.ScheduleFollowUp(at=LATER), m.FollowUpScheduled(at=LATER)),
        (m.SendFollowUp(), m.FollowUpSent()),
    ],
)
def test_what_is_only_written_down(step: Any, event: Any) -> None:
    """Field by field."""
    assert [event] == stepped(made(), step)


def requested(kind: Any, minor: int, **fields: Any) -> PaymentRequested:
    """What is asked of a gateway for the order's one payment."""
    settings: dict[str, Any] = {"payment_id": "p1", "subject": "o1"}
    return PaymentRequested(
        operation_id=f"o1:{kind}:1",
        kind=kind,
        minor=minor,
        **settings | fields,
    )


WHY = "nobody knows what became of it"


@pytest.mark.parametrize(
    ("step", "events"),
    [
        (
            RequestAuthorizations(notify=False),
            [
                requested(
                    "authorize",
                    70,
                    payment_id="p2",
                    tender=CARD,
                    tender_index=1,
                    notify=False,
                )
            ],
        ),
        (
            RequestPayment(kind="refund", minor={"p1": 7}, subject="o1"),
            [requested("refund", 7)],
        ),
        (
            LapseAuthorization(payment_id="p1"),
            [
                PaymentRecorded(
                    movements=(
                        Movement(
                            kind=M.LAPSED,
                            payment_id="p1",
                            minor=30,
                            operation_id="o1:credit:1",
                        ),
                    ),
                    detail="lapsed",
                )
            ],
        ),
        (
            GiveUpPayment(operation_id="o1:credit:1"),
            [
                PaymentRecorded(
                    operation_id="o1:credit:1",
                    trigger=OperationTrigger.DECLINE,
                    detail=WHY,
                ),
                ExceptionOpened(
                    item=item(
                        K.CREDIT_FAILED,
                        contradiction=Contradiction(
                            K.CREDIT_FAILED,
                            "p1",
                            "o1:credit:1 of 0.09 EUR",
                            WHY,
                            minor=9,
                            reference="o1:credit:1",
                        ),
                    )
                ),
            ],
        ),
        (
            SettleByHand(payment_id="p1", minor=5),
            [
                PaymentRecorded(
                    movements=(
                        Movement(
                            kind=M.SETTLED_BY_HAND, payment_id="p1", minor=5
                        ),
                    ),
                    detail="settled by hand",
                )
            ],
        ),
    ],
)
def test_what_is_asked_of_a_gateway_goes_its_own_way(
    step: Any, events: list[Any]
) -> None:
    """Each step by its own rule, at this time."""
    order = made(
        (M.AUTHORIZED, 330),
        (M.CAPTURED, 300),
        asked=(("credit", 9, SUBMITTED),),
        tenders=(CARD, CARD),
        counts={},
    )

    assert events == stepped(order, step)


# --- holds --------------------------------------------------------------


def test_a_hold_says_all_that_it_was_told() -> None:
    """By whom, why, what it blocks and until when."""
    fields: dict[str, Any] = {
        "reason": "address",
        "blocks": ("refund",),
        "note": "so",
        "until": LATER,
    }
    order = made(counts={"hold": 2})
    expected = m.HoldOpened(hold=Hold(hold_id="h3", by="staff:bob", **fields))

    assert [expected] == decide(order, asked(m.OpenHold, **fields), NOON)
    assert [expected] == stepped(order, m.PlaceHold(**fields))
    (first,) = stepped(made(counts={}), m.PlaceHold(**fields))
    assert "h1" == first.hold.hold_id


def test_an_order_that_has_ended_takes_no_hold() -> None:
    """It says so as the lifecycle would."""
    assert ("order", "o1", "expired", "hold", ()) == illegal(
        lambda: decide(
            made(state=S.EXPIRED), asked(m.OpenHold, reason="other"), NOON
        )
    )


def test_a_hold_is_released_by_its_id() -> None:
    """With a note; and another one is not there."""
    order = made(
        holds=(Hold(hold_id="h2", reason="other", blocks=("refund",)),)
    )
    released = [m.HoldReleased(hold_id="h2", note="so")]

    assert released == decide(
        order, asked(m.ReleaseHold, hold_id="h2", note="so"), NOON
    )
    assert released == stepped(order, m.LiftHold(hold_id="h2", note="so"))
    with pytest.raises(NotFoundError) as caught:
        stepped(order, m.LiftHold(hold_id="h1", note="so"))
    assert ("hold", "h1", ("h2",)) == caught.value.args


# --- giving back --------------------------------------------------------


@pytest.mark.parametrize("minor", [1, 393])
@pytest.mark.parametrize("flag", [True, False])
def test_goodwill_is_granted(minor: int, *, flag: bool) -> None:
    """Up to what can be given back; units cost so much less then."""
    order = made((M.CAPTURED, 400), (M.REFUNDED, 7))
    answer = decide(
        order,
        asked(
            RefundPayment,
            amount=cents(minor),
            reason="so",
            as_credit=flag,
            notify=not flag,
        ),
        NOON,
    )
    (found,) = answer
    assert isinstance(found, RefundGranted)
    assert minor == found.minor == sum(line.minor for line in found.lines)
    assert {"goods"} == {line.kind for line in found.lines}
    assert ("o1", "so") == (found.subject, found.reason)
    assert (flag, not flag) == (found.as_credit, found.notify)
    assert minor == found.released_minor
    assert (0, False, {}) == (found.waived_minor, found.overpaid, found.units)
    after = evolve(order, found)
    assert minor == ledger.need_minor(order) - ledger.need_minor(after)


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        (Money("1.00", "USD"), "the order is in EUR"),
        (
            cents(0),
            "is 0.00 EUR; between nothing and 3.93 EUR can be given back",
        ),
        (
            cents(394),
            "is 3.94 EUR; between nothing and 3.93 EUR can be given back",
        ),
    ],
)
def test_goodwill_has_its_limits(amount: Money, message: str) -> None:
    """Of the order's currency, more than nothing and what is there."""
    order = made((M.CAPTURED, 400), (M.REFUNDED, 7))

    assert ("RefundPayment", (Problem("amount", message),)) == wrong(
        order, asked(RefundPayment, amount=amount, reason="so")
    )


def granted(order: Order, *lines: RefundLine, **fields: Any) -> Any:
    """What comes of a refund that is granted."""
    (event,) = stepped(order, GrantRefund(subject="t1", lines=lines, **fields))
    return event


GOODS = RefundLine(kind="goods", minor=120, line_id="1")
FEE = RefundLine(kind="restocking_fee", minor=-20)


@pytest.mark.parametrize("flag", [True, False])
def test_a_refund_is_granted_as_it_is_told(*, flag: bool) -> None:
    """Its lines come to its sum."""
    fields: dict[str, Any] = {
        "units": {"1": 1},
        "as_credit": flag,
        "overpaid": not flag,
        "reason": "so",
        "notify": flag,
    }

    assert RefundGranted(
        subject="t1", lines=(GOODS, FEE), minor=100, **fields
    ) == granted(made((M.CAPTURED, 400)), GOODS, FEE, **fields)


@pytest.mark.parametrize(
    ("captured", "released", "shipped", "units", "minor", "waived"),
    [
        (400, 0, 3, {"1": 1}, 120, 0),
        (50, 0, 3, {"1": 1}, 50, 70),
        (50, 0, 1, {"1": 1}, 50, 50),
        (50, 30, 1, {"1": 1}, 50, 70),
        (50, 0, 3, {}, 50, 0),
        (110, 0, 1, {"1": 1}, 110, 0),
        (99, 0, 1, {"1": 1}, 99, 1),
        (0, 0, 2, {"1": 1}, 0, 120),
    ],
)
def test_what_was_not_taken_is_waived_and_not_refunded(
    captured: int,
    released: int,
    shipped: int,
    units: dict[str, int],
    minor: int,
    waived: int,
) -> None:
    """Of units that have left, and were to be paid."""
    order = made(
        (M.CAPTURED, captured),
        released_minor=released,
        units=counted(Units(ordered=3, shipped=shipped)),
    )
    event = granted(order, GOODS, units=units)

    assert (minor, waived) == (event.minor, event.waived_minor)


def test_fees_never_make_a_debt() -> None:
    """A refund of less than nothing is none."""
    event = granted(made((M.CAPTURED, 400)), FEE, units={"1": 1})

    assert (0, 0) == (event.minor, event.waived_minor)


# --- exceptions ---------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "minor", "fields", "waived"),
    [
        (K.CAPTURE_FAILED, 30, {}, 30),
        (K.CAPTURE_FAILED, 900, {}, 400),
        (K.AMOUNT_MISMATCH, 30, {}, 30),
        (K.AMOUNT_MISMATCH, 900, {}, 400),
        (K.AMOUNT_MISMATCH, 900, {"waived_minor": 401}, 0),
        (K.AUTHORIZATION_LAPSED, 30, {}, 400),
        (
            K.AUTHORIZATION_LAPSED,
            30,
            {"asked": (("authorize", 150, SUBMITTED),)},
            250,
        ),
        (K.VOID_FAILED, 30, {}, 0),
        (K.DISPUTE, 30, {}, 0),
    ],
)
def test_what_is_accepted_may_be_waived(
    kind: ExceptionKind, minor: int, fields: dict[str, Any], waived: int
) -> None:
    """No more than is missing."""
    order = made(exceptions=(item(kind, minor),), **fields)
    wish = asked(
        ResolveException,
        exception_id="x1",
        remedy=Remedy.ACCEPT,
        note="so",
    )

    assert [
        ExceptionResolved(
            exception_id="x1",
            remedy=Remedy.ACCEPT,
            note="so",
            by="staff:bob",
            waived_minor=waived,
        )
    ] == decide(order, wish, NOON)


def test_what_is_not_accepted_is_not_waived() -> None:
    """It is asked for again."""
    order = made(exceptions=(item(K.CAPTURE_FAILED, 30),))
    wish = asked(
        ResolveException,
        exception_id="x1",
        remedy=Remedy.RETRY,
        note="so",
    )

    assert [
        ExceptionResolved(
            exception_id="x1",
            remedy=Remedy.RETRY,
            note="so",
            by="staff:bob",
        )
    ] == decide(order, wish, NOON)


def test_an_item_is_settled_once_and_by_a_remedy_of_its_own() -> None:
    """The refusals say by whom, and what is possible."""
    done = item(
        K.CAPTURE_FAILED, 30, remedy=Remedy.RETRY, by="staff:eve", number=2
    )
    order = made(exceptions=(item(K.CAPTURE_FAILED, 30), done))
    fields: dict[str, Any] = {"remedy": Remedy.RESHIP, "note": ""}

    assert (
        "resolve",
        "exception x2",
        "staff:eve has resolved it already",
        "open ones are listed with the order",
    ) == refused(order, asked(ResolveException, exception_id="x2", **fields))
    assert (
        "reship to settle",
        "exception x1 (capture_failed)",
        "it is no remedy for that",
        "possible: retry, accept",
    ) == refused(order, asked(ResolveException, exception_id="x1", **fields))


def test_an_item_is_found_by_its_id() -> None:
    """If it is not there, the open ones are named."""
    done = item(K.DISPUTE, number=2, remedy=Remedy.ACCEPT)
    third = item(K.DISPUTE, number=3)
    order = made(exceptions=(item(K.DISPUTE), done, third))

    assert done == find_exception(order, "x2")
    with pytest.raises(NotFoundError) as caught:
        find_exception(order, "x9")
    assert ("exception", "x9", ("x1", "x3")) == caught.value.args


@pytest.mark.parametrize(
    ("remedy", "once", "again"),
    [
        (None, True, False),
        (None, False, False),
        (Remedy.RETRY, True, True),
        (Remedy.RETRY, False, True),
        (Remedy.ACCEPT, True, False),
        (Remedy.ACCEPT, False, True),
    ],
)
def test_the_same_thing_opens_again_once_it_was_settled(
    remedy: Remedy | None, *, once: bool, again: bool
) -> None:
    """What was retried and failed anew, or whatever may happen twice."""
    same = contradiction(K.CAPTURE_FAILED, 30)
    other = item(K.CAPTURE_FAILED, 31, number=2)
    order = made(
        exceptions=(other, item(K.CAPTURE_FAILED, 30, remedy=remedy)),
        counts={"exception": 2},
    )
    new = ExceptionOpened(item=item(K.CAPTURE_FAILED, 30, number=3))
    expected = [new] if again else []
    step = OpenException(same, once=once)

    assert expected == opened(order, same, NOON, once=once)
    assert expected == stepped(order, step)
    if once:
        assert expected == opened(order, same, NOON)


def test_the_first_item_is_number_one() -> None:
    """And it stands beside those of another kind."""
    order = made(exceptions=(item(K.DISPUTE, 30),), counts={})

    assert [ExceptionOpened(item=item(K.VOID_FAILED, 30))] == opened(
        order, contradiction(K.VOID_FAILED, 30), NOON
    )


def test_every_kind_of_exception_has_a_remedy() -> None:
    """So that none stands open for ever."""
    assert set(K) == set(HOUSE.remedies)
    assert all(HOUSE.remedies.values())
