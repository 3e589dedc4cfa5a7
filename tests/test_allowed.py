"""What is allowed is followed, and what is not is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeAlias, get_args

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from orderlife import (
    Allowed,
    Case,
    CommandIdReusedError,
    Decision,
    DraftOrder,
    Finding,
    IllegalTransitionError,
    Line,
    Money,
    NotAllowedError,
    OrderState,
    Policy,
    PolicyError,
    Refusal,
    Remedy,
    handle,
)
from orderlife._kernel.offers import Offer
from orderlife.house import HOUSE
from orderlife.memory.clock import START
from orderlife.ports.carrier import Parcel
from orderlife.ports.inventory import Disposition
from orderlife.ports.payment import Tender
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    PlaceDraft,
    PlaceOrder,
    ReleaseHold,
)
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundPayment,
)
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
)
from orderlife.rooms.returns.model import Condition
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
)
from orderlife.rooms.stock.messages import FillBackorder
from orderlife.testing import Decline, Script, TimeOut
from tests.desk.asked import STAFF, ask
from tests.desk.play import POLICIES, Life, lives
from tests.desk.shop import ADDRESS, Shop
from tests.house import allowed
from tests.process import made
from tests.rooms.gift_wrap import GIFT_WRAP

NEVER = (IllegalTransitionError, NotAllowedError, CommandIdReusedError)
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


@st.composite
def starts(draw: st.DrawFn) -> Life:
    """Lives of orders that were placed at once, or kept as drafts first."""
    life = draw(lives(40))
    if draw(st.booleans()):
        return life
    fields = {
        field.name: getattr(life.first, field.name)
        for field in attrs.fields(DraftOrder)
    }
    first: Any = DraftOrder(**fields)
    return attrs.evolve(life, first=first)


@pytest.mark.one_python
@settings(max_examples=120, deadline=None)
@given(life=starts())
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


@pytest.mark.one_python
@settings(max_examples=120, deadline=None)
@given(life=starts())
def test_what_is_not_allowed_is_refused(life: Life) -> None:
    """Whatever it is asked with, it changes nothing."""
    case, policy, now = played(life)
    possible = set(allowed(case))
    asked = set()
    for wanted, fields in everything(case):
        asked.add(wanted.command)
        if wanted not in possible:
            command: Any = wanted.command(
                order_id="o1", command_id="new", actor=STAFF, **fields
            )
            answer = handle(case, command, now, policy)
            assert isinstance(answer, Refusal) or not answer.events, wanted
    assert {PlaceOrder, DraftOrder, CancelLines, OpenHold} <= asked


Asked: TypeAlias = Iterator[tuple[Allowed, dict[str, Any]]]


def everything(case: Case) -> Asked:
    """Every command, about all that there is, with whatever may fit."""
    order = case.placed
    cent = Money.of_minor(1, order.placement.currency)
    lines = (Line(sku="mug", quantity=1, unit_price=cent),)
    card = Tender("card", "tok_visa")
    plain: list[tuple[type[Any], dict[str, Any]]] = [
        (PlaceOrder, {"lines": lines, "ship_to": ADDRESS}),
        (DraftOrder, {"lines": lines, "ship_to": ADDRESS}),
        (PlaceDraft, {}),
        (CancelOrder, {}),
        (CapturePayment, {}),
        (PayOrder, {"tender": card}),
        (RefundPayment, {"amount": cent, "reason": "sorry"}),
        (OpenHold, {"reason": "other"}),
    ]
    for line in order.units:
        one = {"quantities": {line: 1}}
        plain.append((CancelLines, one))
        plain.append((RequestReturn, {**one, "reason": "defective"}))
    for kind, fields in plain:
        yield Allowed(kind, "o1"), fields
    for number in range(1, 4):
        yield Allowed(ReleaseHold, f"h{number}"), {"hold_id": f"h{number}"}
    for item in order.exceptions:
        for remedy in Remedy:
            yield (
                Allowed(ResolveException, item.exception_id),
                {
                    "exception_id": item.exception_id,
                    "remedy": remedy,
                    "note": "so be it",
                },
            )
    for held in case.reservations:
        yield Allowed(FillBackorder, held), {"reservation_id": held}
    yield from _of_shipments(case)
    yield from _of_returns(case)


def _of_shipments(case: Case) -> Asked:
    boxes = (Parcel(weight_g=500),)
    for sent in case.shipments:
        for kind in OF_A_SHIPMENT:
            yield Allowed(kind, sent), {"shipment_id": sent}
        fields = {"shipment_id": sent, "parcels": boxes}
        yield Allowed(PackShipment, sent), fields


def _of_returns(case: Case) -> Asked:
    for back in case.returns.values():
        of: dict[str, Any] = {"return_id": back.return_id}
        for kind in OF_A_RETURN:
            yield Allowed(kind, back.return_id), of
        keep = {**of, "keep_items": True}
        yield Allowed(ApproveReturn, back.return_id), keep
        worn = {**of, "explanation": "worn"}
        yield Allowed(DeclineReturn, back.return_id), worn
        for line in back.lines:
            of_line: dict[str, Any] = {"line_id": line.line_id, "quantity": 1}
            for condition in ("missing", "opened"):
                found = Finding(
                    **of_line,
                    condition=condition,
                    disposition="scrap",
                )
                inspected = {**of, "findings": (found,)}
                yield Allowed(InspectReturn, back.return_id), inspected
            for before in get_args(Disposition):
                after = "scrap" if before != "scrap" else "restock"
                elsewhere = {"before": before, "after": after}
                yield (
                    Allowed(ChangeDisposition, back.return_id),
                    {**of, **of_line, **elsewhere},
                )


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
    expected = ["PlaceDraft o1", "CancelOrder o1", "CancelLines o1"]
    found = [str(each) for each in allowed(decision.case)]
    assert [*expected, "OpenHold o1", "PayOrder o1"] == found


def listed(shop: Shop) -> list[str]:
    """What is allowed, in words."""
    return [str(each) for each in allowed(shop.view().case)]


def returned() -> Shop:
    """Two mugs that have arrived, and are asked back one by one."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    return shop


def test_so_much_can_be_asked_back_as_has_arrived() -> None:
    """A unit that a return names is not asked for twice."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    assert "RequestReturn o1" not in listed(shop)
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    assert "RequestReturn o1" in listed(shop)
    shop.desk.returns.request("o1", {"1": 1}, "too_small")
    assert "RequestReturn o1" in listed(shop)
    shop.desk.returns.request("o1", {"1": 1}, "too_small")
    assert "RequestReturn o1" not in listed(shop)
    shop.desk.returns.cancel("o1-t2")
    assert "RequestReturn o1" in listed(shop)


@pytest.mark.parametrize(
    ("condition", "possible"), [("missing", False), ("opened", True)]
)
def test_what_was_inspected_can_be_put_elsewhere(
    condition: Condition,
    possible: bool,
) -> None:
    """Also when its return is closed; what is missing cannot."""
    shop = returned()
    shop.desk.returns.request("o1", {"1": 1}, "too_small")
    assert "CancelReturn o1-t1" in listed(shop)
    shop.desk.returns.receive(
        "o1-t1", {"1": 1}, parcel_id="p1", at=shop.clock()
    )
    assert "InspectReturn o1-t1" in listed(shop)
    found = Finding(
        line_id="1",
        quantity=1,
        condition=condition,
        disposition="quarantine",
    )
    shop.desk.returns.inspect("o1-t1", [found])
    assert possible == ("ChangeDisposition o1-t1" in listed(shop))


def test_a_backorder_can_be_filled() -> None:
    """Until it is."""
    shop = Shop(policy=Policy(backorder=True))
    mugs = Line(sku="mug", quantity=50, unit_price=Money("1.00", "EUR"))
    shop.desk.place(
        [mugs], order_id="o1", ship_to=ADDRESS, pay_with="tok_visa"
    )
    assert "FillBackorder o1-r2" in listed(shop)
    shop.ports.inventory.receive("mug", "main", 10, "a delivery")
    command = FillBackorder(
        order_id="o1", command_id="c1", actor=STAFF, reservation_id="o1-r2"
    )
    shop.desk.submit(command)
    assert "FillBackorder o1-r2" not in listed(shop)
    assert "PickShipment o1-s2" in listed(shop)


def test_a_parcel_can_be_called_back_while_it_is_on_its_way() -> None:
    """Not before it has left, not twice, and not when it is there."""
    script = Script().on("intercept", TimeOut("after"))
    shop = Shop(script=script)
    shop.place()
    assert "InterceptShipment o1-s1" not in listed(shop)
    shop.dispatch()
    assert "InterceptShipment o1-s1" in listed(shop)
    shop.desk.shipments.intercept("o1-s1")
    assert "InterceptShipment o1-s1" not in listed(shop)
    shop.work_for(timedelta(hours=1))
    assert "InterceptShipment o1-s1" in listed(shop)
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    assert "InterceptShipment o1-s1" not in listed(shop)


def test_units_with_a_label_cannot_be_cancelled() -> None:
    """Their shipment is cancelled first."""
    shop = Shop()
    shop.place()
    assert "CancelLines o1" in listed(shop)
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=5)
    about = [each for each in listed(shop) if each.endswith("s1")]
    assert [each.partition(" ")[0] for each in about] == [
        "PackShipment",
        "BuyShipmentLabel",
        "DispatchShipment",
        "CancelShipment",
    ]
    shop.desk.shipments.buy_label("o1-s1")
    assert "CancelLines o1" not in listed(shop)
    assert "DispatchShipment o1-s1" in listed(shop)
    assert "CancelShipment o1-s1" in listed(shop)
    shop.desk.orders.hold("o1", "other", blocks=["dispatch"])
    assert "DispatchShipment o1-s1" not in listed(shop)
    assert "ReleaseHold h1" in listed(shop)


def test_a_label_that_is_being_bought_is_waited_for() -> None:
    """The shipment can only be cancelled meanwhile."""
    shop = Shop()
    shop.place()
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=5)
    shop.desk.shipments.buy_label("o1-s1", "pending")
    about = [each for each in listed(shop) if each.endswith("s1")]
    assert about == ["CancelShipment o1-s1"]


def test_money_can_be_given_back_while_there_is_some() -> None:
    """And while no hold stands against it."""
    shop = Shop()
    shop.place()
    assert "RefundPayment o1" not in listed(shop)
    shop.desk.payments.capture("o1")
    assert "RefundPayment o1" in listed(shop)
    assert "CapturePayment o1" not in listed(shop)
    shop.desk.orders.hold("o1", "fraud", blocks=["refund"])
    assert "RefundPayment o1" not in listed(shop)


def test_an_exception_can_be_resolved_once() -> None:
    """Another means of payment can be offered where one has failed."""
    shop = Shop(script=Script().always("send", Decline("bounced", "never")))
    shop.place(pay_with="tok_declined")
    assert "PayOrder o1" in listed(shop)
    assert "ResolveException x1" in listed(shop)
    shop.desk.exceptions.resolve("o1", "x1", Remedy.ACCEPT, "never mind")
    assert "ResolveException x1" not in listed(shop)


def of_wraps(*commands: OpenHold) -> list[tuple[Any, ...]]:
    """What is possible, where a room offers these."""
    offers = [Offer("o1-w1", each) for each in commands]
    room = attrs.evolve(GIFT_WRAP, offers=lambda case, context: offers)
    case = made.case()
    found = HOUSE.with_(room).possible(case, START, Policy(), STAFF)
    return [
        tuple(each for each in some if each.subject == "o1-w1")
        for some in found
    ]


def test_of_several_offers_one_that_is_followed_is_enough() -> None:
    """And of those that are refused, the first says why."""
    commands = [
        OpenHold(order_id="o1", command_id="try", actor=STAFF, reason=reason)
        for reason in ("no such", "neither", "fraud", "address")
    ]
    followed, refused = of_wraps(*commands)
    assert [allowed.smallest for allowed in followed] == [commands[2]]
    assert refused == ()

    followed, refused = of_wraps(*commands[:2])
    assert followed == ()
    (why,) = refused
    assert "? is not known" in str(why.error)


def test_a_fault_of_the_policy_keeps_no_other_offer_back() -> None:
    """It is told as the reason, and nobody is told what is wrong inside."""

    def judge(*_: object) -> Any:
        raise KeyError

    shop = returned()
    policy = Policy(judge=judge)
    case, now = shop.view().case, shop.clock()
    followed, refused = HOUSE.possible(case, now, policy, STAFF)
    assert "RefundPayment o1" in map(str, followed)
    (why,) = (each for each in refused if each.command is RequestReturn)
    assert isinstance(why.error, PolicyError)
    rules = "The shop's own rules cannot say whether it is possible."
    assert (why.why, why.instead) == (
        rules,
        "Try again later, or ask the shop.",
    )
