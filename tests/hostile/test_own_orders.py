"""Customers who may act in their own orders, and in no other's."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    Address,
    AsyncOrderDesk,
    CancelOrder,
    DeniedError,
    Grant,
    Line,
    Money,
    NotAllowedError,
    OrderDesk,
    Permissions,
    PlaceOrder,
    Policy,
    RefundPayment,
    Remedy,
    ValidationError,
)
from orderlife._kernel.messages import Command
from orderlife.house import HOUSE
from orderlife.policy.permissions import UnlessOwn, concerns_own, is_own
from orderlife.ports.carrier import Parcel
from orderlife.ports.store import FindOrders
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.messages import (
    CancelLines,
    DraftOrder,
    OpenHold,
    PlaceDraft,
    ReleaseHold,
)
from orderlife.rooms.payment.messages import CapturePayment, PayOrder
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
)
from orderlife.rooms.returns.model import Finding
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
)
from orderlife.rooms.stock.messages import FillBackorder
from orderlife.testing import Clock
from tests.helpers import ADDRESS, CARD, line

ADA = Actor("customer", "ada")
BOB = Actor("customer", "bob")
CLERK = Actor("staff", "ada")
SHOP = Actor("system", "shop")


def euro(amount: str) -> Money:
    return Money(amount, "EUR")


EVERYTHING = tuple(HOUSE.commands)
PERMIT = Permissions(
    kinds={
        "customer": [Grant(kind, own=True) for kind in EVERYTHING],
        "system": [PlaceOrder],
    },
)
WHY = "a customer may do so in their own orders only"

_FIELDS: dict[type[Command], dict[str, Any]] = {
    PlaceOrder: {"lines": (line(),), "ship_to": ADDRESS},
    DraftOrder: {"lines": (line(),), "ship_to": ADDRESS},
    PlaceDraft: {},
    PayOrder: {"tender": CARD},
    CancelOrder: {},
    CancelLines: {"quantities": {"1": 1}},
    OpenHold: {"reason": "other"},
    ReleaseHold: {"hold_id": "h1"},
    CapturePayment: {},
    RefundPayment: {"amount": euro("1.00"), "reason": "sorry"},
    ResolveException: {
        "exception_id": "x1",
        "remedy": Remedy.ACCEPT,
        "note": "",
    },
    FillBackorder: {"reservation_id": "o1-r1"},
    PickShipment: {"shipment_id": "o1-s1", "picked": {"1": 1}},
    PackShipment: {
        "shipment_id": "o1-s1",
        "parcels": (Parcel(weight_g=1),),
    },
    BuyShipmentLabel: {"shipment_id": "o1-s1"},
    DispatchShipment: {"shipment_id": "o1-s1"},
    CancelShipment: {"shipment_id": "o1-s1"},
    InterceptShipment: {"shipment_id": "o1-s1"},
    RequestReturn: {"quantities": {"1": 1}, "reason": "unwanted"},
    ApproveReturn: {"return_id": "o1-t1"},
    DeclineReturn: {"return_id": "o1-t1", "explanation": "too late"},
    CancelReturn: {"return_id": "o1-t1"},
    CloseReceiving: {"return_id": "o1-t1"},
    InspectReturn: {
        "return_id": "o1-t1",
        "findings": (
            Finding(
                line_id="1",
                quantity=1,
                condition="sellable",
                disposition="restock",
            ),
        ),
    },
    ChangeDisposition: {
        "return_id": "o1-t1",
        "line_id": "1",
        "quantity": 1,
        "before": "quarantine",
        "after": "restock",
    },
}


def asked(
    kind: type[Command], actor: Actor, order_id: str = "o1", **more: Any
) -> Any:
    fields = {**_FIELDS[kind], **more}
    return kind(order_id=order_id, command_id="c", actor=actor, **fields)


def a_shop(customer_id: str = "ada", permit: Any = PERMIT) -> OrderDesk:
    """A shop with the order o1, of that customer."""
    desk = OrderDesk.in_memory(policy=Policy(permit=permit), clock=Clock())
    desk.place(
        [Line(sku="mug", quantity=2, unit_price=euro("10.00"))],
        ship_to=ADDRESS,
        pay_with="tok_visa",
        order_id="o1",
        command_id="place",
        customer_id=customer_id,
        actor=ADA if customer_id == "ada" else SHOP,
    )
    return desk


def denied(desk: OrderDesk, command: Any) -> DeniedError:
    with pytest.raises(DeniedError) as caught:
        desk.submit(command)
    return caught.value


def test_every_command_is_asked_for_here() -> None:
    """A new one must be added to those that are tried on others."""
    assert set(EVERYTHING) == set(_FIELDS)


@pytest.mark.parametrize("kind", EVERYTHING, ids=lambda kind: kind.__name__)
def test_anothers_order_is_as_good_as_none(kind: type[Command]) -> None:
    """The same words, whatever is asked for, and nothing is recorded."""
    desk = a_shop()
    before = desk.get("o1")
    named = {"customer_id": "ada"} if kind in {PlaceOrder, DraftOrder} else {}

    theirs = denied(desk, asked(kind, BOB, **named))
    nobodys = denied(desk, asked(kind, BOB, "o9", **named))

    assert WHY in str(theirs)
    assert str(theirs) == str(nobodys).replace("o9", "o1")
    assert before.order == desk.get("o1").order
    assert [kind.__name__] == [each.command for each in desk.denials("o1")]
    assert [kind.__name__] == [each.command for each in desk.denials("o9")]


def test_ones_own_order_is_ones_own() -> None:
    """Its customer may do what is granted, and is told how it stands."""
    desk = a_shop()

    assert "cancelled" == desk.submit(asked(CancelOrder, ADA)).status.order
    again = desk.submit(asked(CancelOrder, ADA))
    assert "cancelled" == again.status.order
    with pytest.raises(NotAllowedError, match="there already"):
        desk.submit(
            attrs.evolve(
                asked(PlaceOrder, ADA, customer_id="ada"), command_id="d"
            )
        )


@pytest.mark.parametrize("kind", [PlaceOrder, DraftOrder])
@pytest.mark.parametrize("named", ["", "bob", "ADA"])
def test_nobody_orders_in_anothers_name(
    kind: type[Command], named: str
) -> None:
    """The customer of a new order is its actor, and not left out."""
    desk = OrderDesk.in_memory(policy=Policy(permit=PERMIT), clock=Clock())

    error = denied(desk, asked(kind, ADA, customer_id=named))

    assert WHY in error.why
    mine = desk.submit(asked(kind, ADA, customer_id="ada"))
    assert "ada" == mine.order.placement.customer_id


def test_an_order_of_another_is_not_placed_over() -> None:
    """Its id is taken, and no more than that can be learned."""
    desk = a_shop()

    error = denied(desk, asked(PlaceOrder, BOB, customer_id="bob"))

    assert f"customer:bob may not: {WHY}" == error.why
    assert "ada" == desk.get("o1").order.placement.customer_id


@pytest.mark.parametrize("actor", [ADA, Actor("customer", "")])
def test_a_guests_order_belongs_to_no_customer(actor: Actor) -> None:
    """Nor to one without an id."""
    desk = a_shop(customer_id="")

    assert WHY in denied(desk, asked(CancelOrder, actor)).why


def test_a_namesake_among_the_staff_is_no_customer() -> None:
    """Not even by a role that is for customers."""
    permit = Permissions(
        kinds={"system": [PlaceOrder]},
        roles={"member": [Grant(CancelOrder, own=True)]},
        roles_of=lambda actor: ("member",) if actor != BOB else (),
        role_kinds=frozenset(("staff", "customer")),
    )
    desk = a_shop("ada", Permissions(kinds={"customer": [PlaceOrder]}))
    other = OrderDesk(desk.ports, policy=Policy(permit=permit), clock=Clock())

    assert "the role member may do so in their own orders only" in (
        denied(other, asked(CancelOrder, CLERK)).why
    )
    assert "CancelOrder is not granted" in (
        denied(other, asked(CancelOrder, BOB)).why
    )
    assert "cancelled" == other.submit(asked(CancelOrder, ADA)).status.order


@pytest.mark.parametrize(
    ("amount", "order_id", "why"),
    [
        ("5.00", "o1", ""),
        ("5.01", "o1", "a customer may move at most 5.00 EUR"),
        ("5.01", "o9", "a customer may move at most 5.00 EUR"),
        ("5.00", "o9", WHY),
    ],
)
def test_an_amount_is_limited_in_ones_own_orders_too(
    amount: str, order_id: str, why: str
) -> None:
    """Both must hold, and too much says nothing of the order."""
    limited = Grant(RefundPayment, euro("5.00"), own=True)
    permit = Permissions(kinds={"customer": [PlaceOrder, limited]})
    desk = a_shop("ada", permit)
    command = asked(RefundPayment, ADA, order_id, amount=euro(amount))

    if why:
        assert f"customer:ada may not: {why}" == denied(desk, command).why
    else:
        with pytest.raises(ValidationError, match=r"nothing and 0\.00 EUR"):
            desk.submit(command)  # permitted; nothing was taken yet


def test_the_widest_grant_counts() -> None:
    """One for all orders, whichever comes first."""
    own, any_order = Grant(CancelOrder, own=True), Grant(CancelOrder)
    for grants in ([own, any_order], [any_order, own]):
        table = Permissions(kinds={"customer": grants})
        assert "" == table(BOB, asked(CancelOrder, BOB))


def test_all_objections_are_told_and_ones_own_is_still_ones_own() -> None:
    """A reason that depends on the order stays one among others."""
    table = Permissions(
        kinds={"customer": [Grant(RefundPayment, euro("1.00"))]},
        roles={"member": [Grant(RefundPayment, own=True)]},
        roles_of=lambda actor: ("member", "guest"),
        role_kinds=frozenset(("customer",)),
    )
    command = asked(RefundPayment, ADA, amount=euro("2.00"))

    why = table(ADA, command)

    assert isinstance(why, UnlessOwn)
    assert (
        "a customer may move at most 1.00 EUR; "
        "the role member may do so in their own orders only"
    ) == why


@pytest.mark.parametrize("kind", ["staff", "system", "provider"])
def test_own_orders_are_granted_to_customers_alone(kind: str) -> None:
    """Nobody else has any; the table says so when it is made."""
    with pytest.raises(ValidationError) as caught:
        Permissions(kinds={kind: [Grant(CancelOrder, own=True)]})

    assert [
        f"kinds[{kind}]: CancelOrder: only a customer has orders of its own"
    ] == [str(problem) for problem in caught.value.problems]


def test_a_function_of_ones_own_may_say_so_too() -> None:
    """And whoever takes the reason for a text alone denies."""

    def permit(actor: Actor, command: Command) -> str:
        del command
        return "" if actor == SHOP else UnlessOwn("it is not yours")

    desk = a_shop("ada", permit)
    assert "customer:bob may not: it is not yours" == (
        denied(desk, asked(CancelOrder, BOB)).why
    )
    assert "cancelled" == desk.submit(asked(CancelOrder, ADA)).status.order

    plain = a_shop("bob", lambda actor, command: f"{permit(actor, command)}")
    assert denied(plain, asked(CancelOrder, BOB)).why.endswith("not yours")


def test_whose_an_order_is() -> None:
    """As an application asks before it shows one."""
    order = a_shop().get("o1").order

    assert is_own(ADA, order)
    assert not is_own(BOB, order)
    assert not is_own(CLERK, order)
    assert not is_own(ADA, None)
    assert not is_own(
        Actor("customer", ""), a_shop(customer_id="").get("o1").order
    )
    draft = asked(DraftOrder, ADA, customer_id="ada")
    assert concerns_own(draft, None)
    assert concerns_own(draft, order)
    assert not concerns_own(asked(CancelOrder, ADA), None)
    assert not concerns_own(asked(DraftOrder, CLERK, customer_id="ada"), None)


def test_an_application_shows_customers_their_own() -> None:
    """A page of their orders holds no other's, nor a guest's."""
    desk = a_shop()
    for order_id, customer_id in (("o2", "bob"), ("o3", "")):
        desk.place(
            [Line(sku="mug", quantity=1, unit_price=euro("10.00"))],
            ship_to=Address(
                name="B", lines=("1 Way",), city="Bonn", country="DE"
            ),
            order_id=order_id,
            customer_id=customer_id,
            actor=SHOP,
        )

    page = desk.find(FindOrders(customer_id="ada"))

    assert ["o1"] == [found.order_id for found in page]


def test_an_async_desk_asks_whose_it_is_alike() -> None:
    """With the same words and the same record."""

    async def live() -> tuple[str, str, int]:
        desk = AsyncOrderDesk.in_memory(
            policy=Policy(permit=PERMIT), clock=Clock()
        )
        await desk.submit(asked(PlaceOrder, ADA, customer_id="ada"))
        with pytest.raises(DeniedError) as caught:
            await desk.submit(asked(CancelOrder, BOB))
        view = await desk.submit(
            attrs.evolve(asked(CancelOrder, ADA), command_id="d")
        )
        kept = await desk.denials("o1")
        return caught.value.why, view.status.order, len(kept)

    assert (f"customer:bob may not: {WHY}", "cancelled", 1) == (
        asyncio.run(live())
    )


def test_a_denial_can_be_sent_between_processes() -> None:
    """The error keeps its words."""
    error = denied(a_shop(), asked(CancelOrder, BOB))

    assert str(error) == str(pickle.loads(pickle.dumps(error)))  # noqa: S301
