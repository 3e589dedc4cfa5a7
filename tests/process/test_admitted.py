"""What a command comes to before any room has seen it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor
from orderlife.admission import admit_command
from orderlife.errors import (
    DeniedError,
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    OrderlifeError,
    Problem,
    StaleVersionError,
    ValidationError,
)
from orderlife.planning import check_backorder
from orderlife.policy.model import REASONS, ReturnTerms
from orderlife.ports.carrier import Label
from orderlife.ports.inventory import InLine
from orderlife.rooms.order import messages as m
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Hold, Units
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import (
    CapturePayment,
    RefundPayment,
    RequestPayment,
)
from orderlife.rooms.payment.model import MovementKind
from orderlife.rooms.returns import messages as r
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.model import ReturnLine
from orderlife.rooms.shipment import messages as s
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import CheckBackorder, FillBackorder
from orderlife.testing.scenario import NOON, command
from tests.order.orders import ADMIN, counted, made
from tests.order.shop import cents, place
from tests.process.parts import back, case, context, held, sent

M, S = MovementKind, OrderState
CUSTOMER = Actor("customer", "c1")
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
SENT = sent(ShipmentState.PLANNED)
SHIPPING = (
    s.PickShipment,
    s.PackShipment,
    s.BuyShipmentLabel,
    s.DispatchShipment,
    s.CancelShipment,
)


def asked(kind: Any, **fields: Any) -> Any:
    """A command, by one of the staff unless told otherwise."""
    if kind is s.PackShipment:
        fields.setdefault("parcels", ())
    if kind is r.InspectReturn:
        fields.setdefault("findings", ())
    settings: dict[str, Any] = {"actor": ADMIN}
    return command(kind, **settings | fields).message("o1", 1)


def admitted(whole: Case, message: Any, **fields: Any) -> Any:
    """What a command comes to."""
    return admit_command(whole, message, context(**fields))


def refused(
    kind: type[OrderlifeError], whole: Case, message: Any, **fields: Any
) -> tuple[Any, ...]:
    """What a refusal says."""
    with pytest.raises(kind) as caught:
        admitted(whole, message, **fields)
    assert kind is type(caught.value)
    return caught.value.args


def secured(**fields: Any) -> Any:
    """A confirmed order whose money is there."""
    settings: dict[str, Any] = {"state": S.CONFIRMED}
    return made((M.AUTHORIZED, 400), **settings | fields)


# --- who may, and of what -----------------------------------------------


def test_who_may_not_is_told_why_and_nothing_else() -> None:
    """Not even that there is no such order."""
    message = asked(m.CancelOrder, expected_version=9)

    assert (
        "CancelOrder",
        "order o1",
        "staff:bob may not: CancelOrder of staff:bob",
        "ask somebody who may",
    ) == refused(
        DeniedError,
        Case(order_id="o1"),
        message,
        permit=lambda actor, told: f"{type(told).__name__} of {actor}",
    )


def test_a_version_must_be_the_one_that_is_there() -> None:
    """If one is named."""
    whole = case(made(), version=3)

    assert ("o1", 2, 3) == refused(
        StaleVersionError, whole, asked(m.CancelOrder, expected_version=2)
    )
    assert ("o1", 0, 3) == refused(
        StaleVersionError, whole, asked(m.CancelOrder, expected_version=0)
    )
    for version in (3, None):
        message = asked(m.CancelOrder, expected_version=version)
        assert [message] == admitted(whole, message)


@pytest.mark.parametrize("kind", [m.PlaceOrder, m.DraftOrder])
def test_what_begins_an_order_needs_none(kind: Any) -> None:
    """It goes to its room as it came."""
    message = asked(kind, **place().fields)

    assert [message] == admitted(Case(order_id="o1"), message)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (m.CancelOrder, {}),
        (m.CancelLines, {"quantities": {"1": 1}}),
        (CapturePayment, {}),
        (RefundPayment, {"amount": cents(1), "reason": ""}),
        (m.OpenHold, {"reason": "other"}),
        (s.PickShipment, {"shipment_id": "o1-s1"}),
        (
            r.RequestReturn,
            {"quantities": {"1": 1}, "reason": "unwanted"},
        ),
    ],
)
def test_all_others_need_one(kind: Any, fields: dict[str, Any]) -> None:
    """It is not found."""
    assert ("order", "o1", ()) == refused(
        NotFoundError, Case(order_id="o1"), asked(kind, **fields)
    )


@pytest.mark.parametrize(
    ("kind", "fields", "what"),
    [
        *((kind, {"shipment_id": "x"}, "shipment") for kind in SHIPPING),
        (s.InterceptShipment, {"shipment_id": "x"}, "shipment"),
        (FillBackorder, {"reservation_id": "x"}, "reservation"),
        (r.ApproveReturn, {"return_id": "x"}, "return"),
        (
            r.DeclineReturn,
            {"return_id": "x", "explanation": "so"},
            "return",
        ),
        (r.CancelReturn, {"return_id": "x"}, "return"),
        (r.CloseReceiving, {"return_id": "x"}, "return"),
        (r.InspectReturn, {"return_id": "x"}, "return"),
    ],
)
def test_what_a_command_is_about_must_be_there(
    kind: Any, fields: dict[str, Any], what: str
) -> None:
    """It names what there is."""
    whole = case(
        secured(),
        shipments=(SENT,),
        reservations=(held(ReservationState.HELD),),
        returns=(back(ReturnState.RECEIVED),),
    )
    known = {"shipment": "o1-s1", "reservation": "o1-r1", "return": "o1-t1"}

    assert (what, "x", (known[what],)) == refused(
        NotFoundError, whole, asked(kind, **fields)
    )


# --- holds and money ----------------------------------------------------

HOLDS = (
    Hold(hold_id="h1", reason="other", blocks=("confirm",)),
    Hold(hold_id="h2", reason="fraud", blocks=("refund", "dispatch")),
    Hold(hold_id="h3", reason="stock", blocks=("dispatch",)),
    Hold(hold_id="h4", reason="address", blocks=("refund",)),
)


def test_holds_stand_against_goodwill_and_dispatch() -> None:
    """Those that block it are named."""
    whole = case(secured(holds=HOLDS), shipments=(SENT,))
    refund = asked(RefundPayment, amount=cents(1), reason="")
    dispatch = asked(s.DispatchShipment, shipment_id="o1-s1")
    instead = "release it with ReleaseHold first"

    assert (
        "refund",
        "order o1",
        "hold h2 (fraud), h4 (address) stands against it",
        instead,
    ) == refused(NotAllowedError, whole, refund)
    assert (
        "dispatch",
        "order o1",
        "hold h2 (fraud), h3 (stock) stands against it",
        instead,
    ) == refused(NotAllowedError, whole, dispatch)
    free = case(secured(holds=HOLDS[:1]), shipments=(SENT,))
    assert [refund] == admitted(free, refund)
    assert [dispatch] == admitted(free, dispatch)


def test_money_is_taken_early_where_there_is_any() -> None:
    """All that is wanted, as a step of its own."""
    whole = case(secured())
    taken = case(secured(asked=(("capture", 400, OperationState.PENDING),)))

    assert [
        RequestPayment(
            kind="capture", minor={"p1": 400}, subject="o1", final=True
        )
    ] == admitted(whole, asked(CapturePayment))
    assert (
        "capture",
        "order o1",
        "nothing is due that is authorised and not yet taken",
        "see its payments",
    ) == refused(NotAllowedError, taken, asked(CapturePayment))
    assert ("order", "o1", "placed", "complete", ("cancel", "confirm")) == (
        refused(
            IllegalTransitionError,
            case(secured(state=S.PLACED)),
            asked(CapturePayment),
        )
    )


# --- shipments ----------------------------------------------------------


@pytest.mark.parametrize("kind", SHIPPING)
@pytest.mark.parametrize("state", OrderState)
def test_goods_are_handled_while_it_is_confirmed(
    kind: Any, state: OrderState
) -> None:
    """And at no other time."""
    whole = case(secured(state=state), shipments=(SENT,))
    message = asked(kind, shipment_id="o1-s1")

    if state is S.CONFIRMED:
        assert [message] == admitted(whole, message)
    else:
        assert (
            kind.__name__,
            "shipment o1-s1",
            f"order o1 is {state.value}",
            "goods are handled while it is confirmed",
        ) == refused(NotAllowedError, whole, message)


def test_a_parcel_is_stopped_at_any_time() -> None:
    """Whatever has become of its order."""
    message = asked(s.InterceptShipment, shipment_id="o1-s1")

    for state in OrderState:
        whole = case(secured(state=state), shipments=(SENT,))
        assert [message] == admitted(whole, message)


def test_what_is_not_paid_does_not_leave() -> None:
    """But it is picked and packed."""
    whole = case(made(state=S.CONFIRMED), shipments=(SENT,))

    assert (
        "dispatch",
        "shipment o1-s1",
        "the money is not secured",
        "pay with PayOrder, or settle the open exception",
    ) == refused(
        NotAllowedError, whole, asked(s.DispatchShipment, shipment_id="o1-s1")
    )
    assert 1 == len(
        admitted(whole, asked(s.PickShipment, shipment_id="o1-s1"))
    )


# --- lines --------------------------------------------------------------


@pytest.mark.parametrize("state", ShipmentState)
@pytest.mark.parametrize(
    "fields", [{"label": LABEL}, {"label_pending": "x"}, {}]
)
def test_what_has_its_label_is_not_cancelled(
    state: ShipmentState, fields: dict[str, Any]
) -> None:
    """Its shipment is cancelled first."""
    fields = {"items": {"1": 2}, **fields}
    whole = case(secured(), shipments=(sent(state, **fields),))
    message = asked(m.CancelLines, quantities={"1": 2})
    one = asked(m.CancelLines, quantities={"1": 1})

    assert [one] == admitted(whole, one)
    if state in BEFORE_DISPATCH and len(fields) > 1:
        assert (
            "cancel 2 of",
            "line 1 of order o1",
            "shipment o1-s1 has its label already",
            "cancel it with CancelShipment first",
        ) == refused(NotAllowedError, whole, message)
    else:
        assert [message] == admitted(whole, message)


@pytest.mark.parametrize(
    ("wanted", "culprit"),
    [
        ({"1": 1}, ""),
        ({"1": 2}, "o1-s2"),
        ({"1": 3}, "o1-s1"),
        ({"2": 2}, ""),
        ({"1": 1, "2": 2}, ""),
    ],
)
def test_the_first_shipment_that_stands_against_it_is_named(
    wanted: dict[str, int], culprit: str
) -> None:
    """Others do not matter."""
    whole = case(
        secured(),
        shipments=(
            sent(ShipmentState.READY, label=LABEL),
            sent(ShipmentState.READY, 2, label=LABEL),
        ),
    )
    message = asked(m.CancelLines, quantities=wanted)

    if culprit:
        assert (
            f"shipment {culprit} has its label already"
            == refused(NotAllowedError, whole, message)[2]
        )
    else:
        assert [message] == admitted(whole, message)


def test_what_went_before_a_shipment_without_a_label_is_found() -> None:
    """One that has left, and one without a label, are passed over."""
    whole = case(
        secured(units=counted(Units(ordered=3, shipped=1))),
        shipments=(
            sent(ShipmentState.DISPATCHED, label=LABEL),
            sent(ShipmentState.PLANNED, 2),
            sent(ShipmentState.READY, 3, label=LABEL),
        ),
    )
    message = asked(m.CancelLines, quantities={"1": 2})

    assert (
        "shipment o1-s3 has its label already"
        == refused(NotAllowedError, whole, message)[2]
    )


def test_a_line_that_is_all_in_a_labelled_shipment_keeps_its_units() -> None:
    """And other lines are free to go."""
    ship = sent(ShipmentState.READY, label=LABEL, items={"1": 3})
    whole = case(secured(), shipments=(ship,))
    other = asked(m.CancelLines, quantities={"2": 1})

    assert [other] == admitted(whole, other)
    for units in (1, 3):
        message = asked(m.CancelLines, quantities={"1": units})
        assert (
            "shipment o1-s1 has its label already"
            == refused(NotAllowedError, whole, message)[2]
        )


def test_wrong_quantities_are_named() -> None:
    """By the command that has them."""
    problem = Problem("quantities[9]", "is not a line of order o1: 1, 2")

    assert ("CancelLines", (problem,)) == refused(
        ValidationError,
        case(secured()),
        asked(m.CancelLines, quantities={"9": 1}),
    )
    assert ("RequestReturn", (problem,)) == refused(
        ValidationError,
        case(secured()),
        asked(r.RequestReturn, quantities={"9": 1}, reason="unwanted"),
    )


# --- stock --------------------------------------------------------------


def test_a_backorder_is_asked_for_again() -> None:
    """Until the time to pay is over, with its grace."""
    whole = case(secured(), reservations=(held(ReservationState.BACKORDERED),))
    expected = CheckBackorder(
        reservation_id="o1-r1",
        until=NOON + timedelta(hours=2 + 5),
        check_at=NOON + timedelta(days=3),
        in_line=InLine(since=NOON, until=NOON + timedelta(days=21)),
    )
    times: dict[str, Any] = {
        "payment_within": timedelta(hours=2),
        "hold_grace": timedelta(hours=5),
        "backorder_check": timedelta(days=3),
    }

    assert [expected] == admitted(
        whole, asked(FillBackorder, reservation_id="o1-r1"), **times
    )
    assert expected == check_backorder(whole, "o1-r1", context(**times))


# --- returns ------------------------------------------------------------

DELIVERED = counted(
    Units(ordered=3, shipped=3, delivered=3),
    Units(ordered=2, shipped=2, delivered=1),
)


@pytest.mark.parametrize("state", [S.CONFIRMED, S.COMPLETED])
@pytest.mark.parametrize("comment", ["", "so"])
def test_a_return_is_begun(state: OrderState, comment: str) -> None:
    """Under the next number; its comment is kept apart."""
    whole = case(
        secured(state=state, units=DELIVERED),
        returns=(back(ReturnState.CLOSED),),
    )
    fields: dict[str, Any] = {
        "quantities": {"1": 2, "2": 1},
        "reason": "style",
        "resolution": "store_credit",
    }

    assert [
        r.StartReturn(
            return_id="o1-t2",
            at=NOON,
            comment="o1-t2:comment" if comment else "",
            **fields,
        )
    ] == admitted(whole, asked(r.RequestReturn, comment=comment, **fields))


@pytest.mark.parametrize(
    "state",
    [S.DRAFT, S.PLACED, S.CANCELLING, S.CANCELLED, S.EXPIRED, S.REJECTED],
)
def test_a_return_follows_a_delivery(state: OrderState) -> None:
    """So that an order that was never sent has none."""
    assert (
        "return goods of",
        "order o1",
        f"it is {state.value}",
        "a return follows a delivery",
    ) == refused(
        NotAllowedError,
        case(secured(state=state, units=DELIVERED)),
        asked(r.RequestReturn, quantities={"1": 1}, reason="unwanted"),
    )


def test_all_that_is_wrong_with_a_return_is_named() -> None:
    """What can not come back, the reason, and who may keep what."""
    message = asked(
        r.RequestReturn,
        quantities={"1": 4, "2": 2},
        reason="so",
        resolution="keep",
        actor=CUSTOMER,
    )
    known = ", ".join(REASONS)

    assert (
        "RequestReturn",
        (
            Problem(
                "quantities[1]",
                "4 asked for; 3 of 3 delivered units can come back",
            ),
            Problem(
                "quantities[2]",
                "2 asked for; 1 of 1 delivered units can come back",
            ),
            Problem("reason", f"must be one of: {known}"),
            Problem("resolution", "only the shop can let the goods stay"),
        ),
    ) == refused(ValidationError, case(secured(units=DELIVERED)), message)


@pytest.mark.parametrize(
    ("actor", "resolution"),
    [(ADMIN, "keep"), (CUSTOMER, "refund"), (CUSTOMER, "store_credit")],
)
def test_who_may_ask_for_what(actor: Actor, resolution: Any) -> None:
    """The shop may let the goods stay."""
    message = asked(
        r.RequestReturn,
        quantities={"1": 1},
        reason="unwanted",
        resolution=resolution,
        actor=actor,
    )
    (step,) = admitted(case(secured(units=DELIVERED)), message)

    assert resolution == step.resolution


@pytest.mark.parametrize(
    ("states", "lines", "left"),
    [
        ((), (), 3),
        ((ReturnState.REQUESTED,), ((1, 0),), 2),
        ((ReturnState.CLOSED,), ((1, 2),), 1),
        ((ReturnState.CLOSED,), ((2, 1),), 1),
        ((ReturnState.CLOSED, ReturnState.REQUESTED), ((1, 1), (1, 0)), 1),
        ((ReturnState.CLOSED,), ((3, 4),), 0),
        ((ReturnState.DECLINED,), ((1, 0),), 3),
        ((ReturnState.CANCELLED,), ((1, 0),), 3),
        ((ReturnState.EXPIRED, ReturnState.RECEIVED), ((1, 0), (2, 2)), 1),
    ],
)
def test_what_is_coming_back_does_not_come_back_again(
    states: tuple[ReturnState, ...],
    lines: tuple[tuple[int, int], ...],
    left: int,
) -> None:
    """By what was expected, or by what has come if it is more."""
    returns = tuple(
        back(
            state,
            number,
            lines=(
                ReturnLine(line_id="2", quantity=1),
                ReturnLine(line_id="1", quantity=units, received=come),
            ),
        )
        for number, (state, (units, come)) in enumerate(
            zip(states, lines, strict=True), 1
        )
    )
    whole = case(secured(units=DELIVERED), returns=returns)
    wish = {"reason": "unwanted"}
    problem = Problem(
        "quantities[1]",
        f"{left + 1} asked for; {left} of 3 delivered units can come back",
    )

    assert ("RequestReturn", (problem,)) == refused(
        ValidationError,
        whole,
        asked(r.RequestReturn, quantities={"1": left + 1}, **wish),
    )
    if left:
        assert 1 == len(
            admitted(
                whole, asked(r.RequestReturn, quantities={"1": left}, **wish)
            )
        )


@pytest.mark.parametrize(
    ("return_id", "is_remorse"), [("o1-t1", False), ("o1-t2", True)]
)
@pytest.mark.parametrize("explanation", ["", "so"])
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("label", [True, False])
@pytest.mark.parametrize("notify", [True, False])
def test_a_return_is_approved(
    return_id: str,
    explanation: str,
    *,
    is_remorse: bool,
    keep: bool,
    label: bool,
    notify: bool,
) -> None:
    """On the terms of its reason, by whom or why."""
    whole = case(
        secured(units=DELIVERED),
        returns=(
            back(ReturnState.REQUESTED, reason="damaged_in_transit"),
            back(ReturnState.REQUESTED, 2),
        ),
    )

    assert [
        r.GrantReturn(
            return_id=return_id,
            explanation=explanation or "staff:bob",
            expires_at=NOON + timedelta(days=5, hours=12),
            keep_items=keep,
            label=label is is_remorse and not keep,
            notify=notify,
        )
    ] == admitted(
        whole,
        asked(
            r.ApproveReturn,
            return_id=return_id,
            explanation=explanation,
            keep_items=keep,
            notify=notify,
        ),
        return_within=timedelta(days=5),
        remorse=ReturnTerms(label=label),
        fault=ReturnTerms(label=not label),
    )


def test_a_return_is_declined() -> None:
    """With what it was told."""
    whole = case(secured(), returns=(back(ReturnState.REQUESTED),))

    assert [r.RefuseReturn(return_id="o1-t1", explanation="so")] == admitted(
        whole,
        asked(r.DeclineReturn, return_id="o1-t1", explanation="so"),
    )


@pytest.mark.parametrize(
    "kind", [r.CancelReturn, r.CloseReceiving, r.InspectReturn]
)
def test_the_rest_goes_to_its_room_as_it_came(kind: Any) -> None:
    """Nothing else stands against it."""
    whole = case(secured(), returns=(back(ReturnState.REQUESTED),))
    message = asked(kind, return_id="o1-t1")
    other = asked(m.OpenHold, reason="other")

    assert [message] == admitted(whole, message)
    assert [other] == admitted(whole, other)


def test_a_disposition_is_of_a_return_that_is_there() -> None:
    """As all that is said of returns."""
    message = asked(
        r.ChangeDisposition,
        return_id="o1-t1",
        **{
            field.name: None
            for field in attrs.fields(r.ChangeDisposition)
            if field.default is attrs.NOTHING
            and field.name
            not in {"order_id", "command_id", "actor", "return_id"}
        },
    )

    assert [message] == admitted(
        case(secured(), returns=(back(ReturnState.REQUESTED),)), message
    )
    assert ("return", "o1-t1", ()) == refused(
        NotFoundError, case(secured()), message
    )
