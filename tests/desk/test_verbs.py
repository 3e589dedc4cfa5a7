"""Each verb is one message, made of what it is given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    Address,
    ApproveReturn,
    AsyncOrderDesk,
    BuyShipmentLabel,
    CancelLines,
    CancelOrder,
    CancelReturn,
    CancelShipment,
    CapturePayment,
    CloseReceiving,
    Command,
    Contact,
    DeclineReturn,
    Discount,
    DispatchShipment,
    Fact,
    Finding,
    InspectReturn,
    InterceptShipment,
    Line,
    Money,
    OpenHold,
    OrderDesk,
    PackShipment,
    Parcel,
    PayOrder,
    PickShipment,
    PlaceOrder,
    RefundPayment,
    ReleaseHold,
    Remedy,
    RequestReturn,
    ResolveException,
    ReturnReceived,
    Scanned,
    ScanStatus,
    Tender,
    UnexpectedItem,
    ValidationError,
)
from orderlife._kernel.verbs import order_of
from orderlife.desk.verbs import DeskVerbs
from orderlife.errors import Problem
from orderlife.memory.clock import START
from orderlife.rooms.order.verbs import OrderVerbs
from orderlife.rooms.payment.verbs import PaymentVerbs
from orderlife.rooms.shipment.verbs import ShipmentVerbs


class Echo(DeskVerbs[Command | Fact]):
    """Gives back what would have been submitted."""

    def submit(self, command: Command, /) -> Command:
        """Give it back."""
        return command

    def report(self, fact: Fact, /) -> Fact:
        """Give it back."""
        return fact

    def new_id(self) -> str:
        """Always the same."""
        return "new"


DESK = Actor("staff", "desk")
ADA = Actor("customer", "ada")
EUR = Money("1.00", "EUR")
CARD = Tender("card", "tok_visa")
LINE = Line(sku="mug", quantity=1, unit_price=EUR)
HOME = Address(name="Ada", lines=("1 Way",), city="Bonn", country="DE")
FOUND = Finding(
    line_id="1", quantity=1, condition="opened", disposition="scrap"
)
SOCK = UnexpectedItem(sku="sock", quantity=1)


def made(kind: type[Any], order_id: str = "o1", **fields: Any) -> Any:
    """The message that is expected, with what every command has."""
    if issubclass(kind, Command):
        fields = {"command_id": "new", "actor": DESK, **fields}
    return kind(order_id=order_id, **fields)


def shipped(kind: type[Any], **fields: Any) -> Any:
    """One about a shipment of order ``a-b``."""
    return made(kind, "a-b", shipment_id="a-b-s1", **fields)


def back(kind: type[Any], **fields: Any) -> Any:
    """One about a return of order ``a-b``."""
    return made(kind, "a-b", return_id="a-b-t1", **fields)


E = Echo()
VERBS: list[tuple[Callable[[], Any], Any]] = [
    (lambda: E.place([LINE]), made(PlaceOrder, "new", lines=(LINE,))),
    (
        lambda: E.place(
            [LINE],
            ship_to=HOME,
            bill_to=HOME,
            email="a@b.de",
            pay_with="tok_visa",
            shipping=EUR,
            discounts=[Discount(code="x", amount=EUR)],
            order_id="o1",
            customer_id="c",
            channel="web",
            channel_number="7",
        ),
        made(
            PlaceOrder,
            lines=(LINE,),
            ship_to=HOME,
            bill_to=HOME,
            contact=Contact(email="a@b.de"),
            tenders=(CARD,),
            shipping=EUR,
            discounts=(Discount(code="x", amount=EUR),),
            customer_id="c",
            channel="web",
            channel_number="7",
        ),
    ),
    (
        lambda: E.place(
            [LINE],
            contact=Contact(phone="1"),
            email="a@b.de",
            pay_with=CARD,
            order_id="o1",
        ),
        made(
            PlaceOrder,
            lines=(LINE,),
            contact=Contact(phone="1", email="a@b.de"),
            tenders=(CARD,),
        ),
    ),
    (
        lambda: E.place([LINE], pay_with=[CARD, CARD], order_id="o1"),
        made(PlaceOrder, lines=(LINE,), tenders=(CARD, CARD)),
    ),
    (lambda: E.pay("o1", CARD), made(PayOrder, tender=CARD)),
    (lambda: E.payments.capture("o1"), made(CapturePayment)),
    (
        lambda: E.refund("o1", EUR, "sorry", as_credit=True),
        made(RefundPayment, amount=EUR, reason="sorry", as_credit=True),
    ),
    (
        lambda: E.refund("o1", EUR, "sorry"),
        made(RefundPayment, amount=EUR, reason="sorry"),
    ),
    (lambda: E.cancel("o1"), made(CancelOrder)),
    (
        lambda: E.orders.cancel_lines("o1", {"1": 2}),
        made(CancelLines, quantities={"1": 2}),
    ),
    (lambda: E.orders.release("o1", "h1"), made(ReleaseHold, hold_id="h1")),
    (
        lambda: E.shipments.pack("a-b-s1"),
        shipped(PackShipment, parcels=(Parcel(weight_g=0),)),
    ),
    (lambda: E.shipments.buy_label("a-b-s1"), shipped(BuyShipmentLabel)),
    (lambda: E.shipments.dispatch("a-b-s1"), shipped(DispatchShipment)),
    (lambda: E.shipments.cancel("a-b-s1"), shipped(CancelShipment)),
    # What is no list of anything is left to be refused.
    (
        lambda: E.place("mug", order_id="o1"),  # type: ignore[arg-type]
        made(PlaceOrder, lines="mug"),
    ),
    (
        lambda: E.place(7, order_id="o1"),  # type: ignore[arg-type]
        made(PlaceOrder, lines=7),
    ),
    (
        lambda: E.returns.receive("a-b-t1", {}, parcel_id="p", at=START),
        back(ReturnReceived, parcel_id="p", at=START, quantities={}),
    ),
    (lambda: E.cancel("o1", "fraud"), made(CancelOrder, reason="fraud")),
    (
        lambda: E.orders.cancel_lines("o1", {"1": 2}, "staff"),
        made(CancelLines, quantities={"1": 2}, reason="staff"),
    ),
    (lambda: E.orders.hold("o1", "stock"), made(OpenHold, reason="stock")),
    (
        lambda: E.orders.hold(
            "o1", "stock", blocks=["refund"], note="n", until=START
        ),
        made(
            OpenHold,
            reason="stock",
            blocks=("refund",),
            note="n",
            until=START,
        ),
    ),
    (
        lambda: E.orders.release("o1", "h1", "n"),
        made(ReleaseHold, hold_id="h1", note="n"),
    ),
    (
        lambda: E.exceptions.resolve("o1", "x1", Remedy.ACCEPT, "n"),
        made(
            ResolveException, exception_id="x1", remedy=Remedy.ACCEPT, note="n"
        ),
    ),
    (lambda: E.shipments.pick("a-b-s1"), shipped(PickShipment)),
    (
        lambda: E.shipments.pick("a-b-s1", {"1": 1}),
        shipped(PickShipment, picked={"1": 1}),
    ),
    (
        lambda: E.shipments.pack("a-b-s1", 7),
        shipped(PackShipment, parcels=(Parcel(weight_g=7),)),
    ),
    (
        lambda: E.shipments.pack("a-b-s1", parcels=[Parcel(weight_g=8)]),
        shipped(PackShipment, parcels=(Parcel(weight_g=8),)),
    ),
    (
        lambda: E.shipments.buy_label("a-b-s1", "express"),
        shipped(BuyShipmentLabel, service="express"),
    ),
    (
        lambda: E.shipments.dispatch("a-b-s1", "express"),
        shipped(DispatchShipment, service="express"),
    ),
    (
        lambda: E.shipments.cancel("a-b-s1", "late"),
        shipped(CancelShipment, reason="late"),
    ),
    (lambda: E.shipments.intercept("a-b-s1"), shipped(InterceptShipment)),
    (
        lambda: E.shipments.scan("a-b-s1", "delivered", START, "door"),
        shipped(Scanned, status=ScanStatus.DELIVERED, at=START, detail="door"),
    ),
    (
        lambda: E.shipments.scan("a-b-s1", ScanStatus.LOST, START),
        shipped(Scanned, status=ScanStatus.LOST, at=START),
    ),
    (
        lambda: E.returns.request("o1", {"1": 1}, "defective"),
        made(RequestReturn, quantities={"1": 1}, reason="defective"),
    ),
    (
        lambda: E.returns.request(
            "o1", {"1": 1}, "defective", resolution="keep", comment="c"
        ),
        made(
            RequestReturn,
            quantities={"1": 1},
            reason="defective",
            resolution="keep",
            comment="c",
        ),
    ),
    (
        lambda: E.returns.approve("a-b-t1", "fine", keep_items=True),
        back(ApproveReturn, explanation="fine", keep_items=True),
    ),
    (
        lambda: E.returns.decline("a-b-t1", "worn"),
        back(DeclineReturn, explanation="worn"),
    ),
    (lambda: E.returns.cancel("a-b-t1"), back(CancelReturn)),
    (lambda: E.returns.close_receiving("a-b-t1"), back(CloseReceiving)),
    (
        lambda: E.returns.inspect("a-b-t1", [FOUND]),
        back(InspectReturn, findings=(FOUND,)),
    ),
    (
        lambda: E.returns.receive(
            "a-b-t1", {"1": 1}, parcel_id="p", at=START, unexpected=[SOCK]
        ),
        back(
            ReturnReceived,
            parcel_id="p",
            at=START,
            quantities={"1": 1},
            unexpected=(SOCK,),
        ),
    ),
]


@pytest.mark.parametrize(("verb", "expected"), VERBS)
def test_a_verb_makes_its_message(
    verb: Callable[[], Any], expected: object
) -> None:
    """Everything that it is given is in the message, and nothing else."""
    assert expected == verb()


def test_every_verb_carries_what_every_command_may() -> None:
    """Who asks, under which id, of which version, and how loudly."""
    command = E.cancel(
        "o1", actor=ADA, command_id="c1", notify=False, expected_version=7
    )
    expected = CancelOrder(
        order_id="o1",
        command_id="c1",
        actor=ADA,
        notify=False,
        expected_version=7,
    )
    assert expected == command


def test_a_scan_of_an_unheard_of_status_says_which_there_are() -> None:
    """An error of ours, though the word came in as text."""
    with pytest.raises(ValidationError) as caught:
        E.shipments.scan("o1-s1", "arrived", START)
    known = ", ".join(status.value for status in ScanStatus)
    problem = Problem("status", f"must be one of: {known}")
    assert ("Scanned", (problem,)) == caught.value.args


@pytest.mark.parametrize(
    ("part_id", "why"),
    [
        (7, "must be text, not int"),
        ("s1", "must begin with the order's id, as o1-s1 does with o1"),
        ("", "must begin with the order's id, as o1-s1 does with o1"),
        ("-s1", "must begin with the order's id, as o1-s1 does with o1"),
    ],
)
def test_the_id_of_a_part_is_that_of_an_order_and_more(
    part_id: Any, why: str
) -> None:
    """Else it says what is wrong with it, and nothing of an order."""
    with pytest.raises(ValidationError) as caught:
        order_of(part_id)
    problem = Problem("part_id", why)
    assert ("the id of a part", (problem,)) == caught.value.args
    with pytest.raises(ValidationError, match="the id of a part is not valid"):
        E.shipments.pick(part_id)


def test_goods_that_come_back_come_back() -> None:
    """Unless the shop lets them stay."""
    assert back(ApproveReturn) == E.returns.approve("a-b-t1")


@pytest.mark.parametrize(
    ("part_id", "expected"),
    [("o1-s1", "o1"), ("a-b-c-t12", "a-b-c")],
)
def test_a_part_names_its_order(part_id: str, expected: str) -> None:
    """The id of a shipment or return begins with its order's."""
    assert expected == order_of(part_id)


def test_what_a_desk_has_itself_is_what_its_rooms_have() -> None:
    """Written once, and the same by either way."""
    assert DeskVerbs.place is OrderVerbs.place
    assert DeskVerbs.cancel is OrderVerbs.cancel
    assert DeskVerbs.pay is PaymentVerbs.pay
    assert DeskVerbs.refund is PaymentVerbs.refund
    assert E.cancel("o1") == E.orders.cancel("o1")


def test_verbs_of_a_room_go_through_the_desk_that_is_asked() -> None:
    """What a desk of one's own adds, they have too."""

    class Loud(Echo):
        """It notifies nobody."""

        def submit(self, command: Command, /) -> Command:
            """Give it back, silenced."""
            return attrs.evolve(command, notify=False)

        @property
        def shipments(self) -> ShipmentVerbs[Command | Fact]:
            """Those of another desk."""
            return ShipmentVerbs(E)

    loud = Loud()
    expected = made(CapturePayment, notify=False)
    assert expected == loud.payments.capture("o1")
    assert shipped(PickShipment) == loud.shipments.pick("a-b-s1")


MOVED = [
    ("capture", "payments.capture"),
    ("cancel_lines", "orders.cancel_lines"),
    ("hold", "orders.hold"),
    ("release", "orders.release"),
    ("resolve", "exceptions.resolve"),
    ("pick", "shipments.pick"),
    ("pack", "shipments.pack"),
    ("buy_label", "shipments.buy_label"),
    ("dispatch", "shipments.dispatch"),
    ("cancel_shipment", "shipments.cancel"),
    ("intercept", "shipments.intercept"),
    ("scan", "shipments.scan"),
    ("request_return", "returns.request"),
    ("approve_return", "returns.approve"),
    ("decline_return", "returns.decline"),
    ("cancel_return", "returns.cancel"),
    ("close_receiving", "returns.close_receiving"),
    ("inspect", "returns.inspect"),
    ("receive_return", "returns.receive"),
]


@pytest.mark.parametrize(("name", "where"), MOVED)
def test_a_verb_that_has_moved_says_where_it_is(name: str, where: str) -> None:
    """On both desks; and there it is."""
    desks: list[Any] = [OrderDesk.in_memory(), AsyncOrderDesk.in_memory()]
    for desk in desks:
        with pytest.raises(AttributeError) as caught:
            getattr(desk, name)
        assert (f"desk.{name} is now desk.{where}",) == caught.value.args
        assert (name, desk) == (caught.value.name, caught.value.obj)
        assert not hasattr(desk, name)
        assert callable(attrgetter(where)(desk))


def test_a_type_checker_refuses_what_has_moved() -> None:
    """The hint is for programs that run; mypy sees no such verb."""
    with pytest.raises(AttributeError, match=r"desk\.shipments\.pack"):
        OrderDesk.in_memory().pack("o1-s1")  # type: ignore[attr-defined]


def test_any_other_name_is_an_ordinary_attribute_error() -> None:
    """Python may say which one was meant."""
    desk: Any = OrderDesk.in_memory()
    with pytest.raises(AttributeError) as caught:
        _ = desk.shipment
    assert ("shipment", desk) == (caught.value.name, caught.value.obj)
    expected = "'OrderDesk' object has no attribute 'shipment'"
    assert expected == str(caught.value)


def test_both_desks_have_the_same_verbs() -> None:
    """Each public name of one is a name of the other, of the same shape.

    But for what opens a database: an async application owns its pool.
    """
    ours = {n for n in vars(OrderDesk) if not n.startswith("_")}
    others = {n for n in vars(AsyncOrderDesk) if not n.startswith("_")}
    assert ours - others == {"open", "close"}
    assert others <= ours
    for name in others - {"in_memory", "feed"}:
        sync = inspect.signature(getattr(OrderDesk, name))
        other = inspect.signature(getattr(AsyncOrderDesk, name))
        assert list(sync.parameters) == list(other.parameters), name
