"""What is allowed is followed, and what is not is refused."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from orderlife import (
    Case,
    CommandIdReusedError,
    Decision,
    DraftOrder,
    IllegalTransitionError,
    Line,
    Money,
    NotAllowedError,
    OrderState,
    Policy,
    Refusal,
    handle,
)
from orderlife.allowed import Allowed, allowed
from orderlife.order.messages import (
    CancelOrder,
    CapturePayment,
    PlaceDraft,
    ResolveException,
)
from orderlife.reservation.messages import FillBackorder
from orderlife.returns.messages import (
    ApproveReturn,
    CancelReturn,
    CloseReceiving,
)
from orderlife.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PickShipment,
)
from orderlife.testing.clock import START
from tests.desk.asked import STAFF, ask
from tests.desk.play import POLICIES, Life, lives

NEVER = (IllegalTransitionError, NotAllowedError, CommandIdReusedError)
OF_THE_ORDER = (PlaceDraft, CancelOrder, CapturePayment)
OF_A_SHIPMENT = (
    PickShipment,
    BuyShipmentLabel,
    DispatchShipment,
    CancelShipment,
    InterceptShipment,
)
OF_A_RETURN = (ApproveReturn, CancelReturn, CloseReceiving)


def played(life: Life) -> tuple[Case, Policy, Any]:
    """The case that a life leads to, its policy, and the time there."""
    desk = life.desk()
    return desk.get("o1").case, POLICIES[life.policy], desk.engine.clock()


@settings(max_examples=150, deadline=None)
@given(life=lives(40))
def test_what_is_allowed_is_followed(life: Life) -> None:
    """No allowed command is refused by a lifecycle or a rule."""
    case, policy, now = played(life)
    for wanted in allowed(case):
        refused = []
        for how in range(6):
            command = ask(wanted, case, now, "new", how)
            answer = handle(case, command, now, policy)
            refused.append(
                isinstance(answer, Refusal) and isinstance(answer.error, NEVER)
            )
        # Of the remedies of an exception not all need to fit.
        every = any if wanted.command is not ResolveException else all
        assert not every(refused), wanted


@settings(max_examples=150, deadline=None)
@given(life=lives(40))
def test_what_is_not_allowed_is_refused(life: Life) -> None:
    """A command without arguments that is not allowed changes nothing."""
    case, policy, now = played(life)
    possible = set(allowed(case))
    everything = [
        *(Allowed(kind, "o1") for kind in OF_THE_ORDER),
        *(Allowed(kind, s) for kind in OF_A_SHIPMENT for s in case.shipments),
        *(Allowed(kind, t) for kind in OF_A_RETURN for t in case.returns),
        *(Allowed(FillBackorder, r) for r in case.reservations),
    ]
    for wanted in everything:
        if wanted not in possible:
            command = ask(wanted, case, now, "new", 1)
            answer = handle(case, command, now, policy)
            assert isinstance(answer, Refusal) or not answer.events, wanted


def test_nothing_is_allowed_of_nothing() -> None:
    """An order that is not there allows nothing."""
    assert allowed(Case(order_id="o1")) == ()


def test_a_draft_can_be_placed_cancelled_paid_and_held() -> None:
    """A draft allows just that, and each says so in words."""
    draft = DraftOrder(
        order_id="o1",
        command_id="c1",
        actor=STAFF,
        lines=(
            Line(
                sku="song",
                quantity=1,
                unit_price=Money("1.00", "EUR"),
                digital=True,
            ),
        ),
    )
    decision = handle(Case(order_id="o1"), draft, START)
    assert isinstance(decision, Decision)
    assert decision.case.placed.state is OrderState.DRAFT
    expected = ["PlaceDraft o1", "CancelOrder o1", "PayOrder o1"]
    found = [str(each) for each in allowed(decision.case)]
    assert [*expected, "OpenHold o1"] == found
