"""What is shown of an order: to its customer, and to the staff."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from orderlife import (
    Actor,
    AsyncOrderDesk,
    CodecError,
    Line,
    Money,
    NotFoundError,
    Policy,
    Screening,
    Tender,
    codec,
)
from orderlife.memory.script import Decline
from orderlife.ports.store import FindOrders
from orderlife.testing import Clock
from orderlife.views.pages import CustomerView, StaffView
from tests.desk.play import Life, lives
from tests.desk.shop import ADDRESS, CONTACT, Shop

STAFF = Actor("staff", "secret-anna")


def fits(document: Any, kind: str) -> None:
    """It can be written as JSON, and is what the schema says."""
    schema = codec.schema(kind)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.FormatChecker()
    )
    validator.validate(json.loads(json.dumps(document)))


def euros(page: CustomerView) -> dict[str, str]:
    """Its sums."""
    return {
        name: str(getattr(page, name).amount)
        for name in ("total", "cost", "due", "paid", "refunded")
    }


@settings(max_examples=60, deadline=None)
@given(life=lives())
def test_whatever_happens_both_pages_are_what_their_schemas_say(
    life: Life,
) -> None:
    """And of a customer's page nothing is another on the staff's but words."""
    desk = life.desk()
    view = desk.get("o1")
    for kind in ("view", "staff_view"):
        fits(codec.plain(view, kind), kind)
        people = desk.people("o1")
        fits(codec.plain(view, kind, people=people), kind)
    mine, theirs = codec.plain(view, "view"), codec.plain(view, "staff_view")
    assert mine.keys() <= theirs.keys()
    for found in desk.find(FindOrders()):
        fits(codec.plain(found, "summary"), "summary")


def told(shop: Shop) -> str:
    """All that a customer's browser gets."""
    return json.dumps(codec.plain(shop.desk.get("o1"), "view"))


def test_a_customer_gets_no_token_no_note_and_no_name_of_the_staff() -> None:
    """Each of them is in the order, and was written to be found."""
    shop = Shop(
        policy=Policy(
            screen=lambda order: Screening(
                verdict="review", reason="secret-suspicion"
            )
        )
    )
    shop.place(
        pay_with=Tender("card", "tok_visa"),
        customer_id="secret-customer",
        gift_message="secret-gift",
        instructions="secret-door",
        channel="web",
        channel_number="1001",
    )
    shop.desk.orders.hold(
        "o1", "address", note="secret-note", actor=STAFF, blocks=("dispatch",)
    )
    browser = told(shop)
    staff = json.dumps(codec.plain(shop.desk.get("o1"), "staff_view"))
    for secret in (
        "tok_visa",
        "secret",
        ADDRESS.name,
        ADDRESS.lines[0],
        CONTACT.email,
    ):
        assert secret not in browser
    for word in ("secret-note", "secret-suspicion", "secret-customer"):
        assert word in staff
    assert "tok_visa" not in staff
    assert '"number": "1001"' in browser


def test_personal_data_is_shown_to_whom_it_is_given() -> None:
    """The program asks for it, and hands it on."""
    shop = Shop()
    view = shop.place(gift_message="Happy birthday")
    people = shop.desk.people("o1")
    page = codec.plain(view, "view", people=people)["people"]
    assert page["contact"]["email"] == CONTACT.email
    assert page["ship_to"]["lines"] == list(ADDRESS.lines)
    assert page["bill_to"] == page["ship_to"]
    assert page["texts"] == {"o1:gift_message": "Happy birthday"}
    shop.desk.erase(order_id="o1")
    gone = view.customer(shop.desk.people("o1")).people
    assert gone is not None
    assert (gone.contact, gone.ship_to, gone.texts) == (None, None, {})
    assert view.customer().people is None


def test_what_a_customer_wrote_of_a_return_is_personal_data() -> None:
    """It comes with the people of the order."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    view = shop.desk.returns.request(
        "o1", {"1": 1}, "too_small", comment="they pinch"
    )
    people = view.customer(shop.desk.people("o1")).people
    assert people is not None
    assert list(people.texts.values()) == ["they pinch"]


def test_due_is_what_is_still_to_be_paid() -> None:
    """Neither what is secured is, nor what is taken."""
    shop = Shop()
    page = shop.place(pay_with=()).customer()
    assert euros(page) | {"due": "25.00", "cost": "25.00"} == euros(page)
    page = shop.desk.pay("o1", Tender("card", "tok_visa")).customer()
    assert euros(page) | {"due": "0.00", "cost": "25.00"} == euros(page)
    page = shop.dispatch().customer()
    assert euros(page) | {"due": "0.00", "paid": "25.00"} == euros(page)


def test_a_part_that_is_paid_leaves_the_rest_due() -> None:
    """A voucher of ten euros, and a card that is declined."""
    shop = Shop()
    ten = Tender("voucher", "tok_visa", Money("10.00", "EUR"))
    declined = Tender("card", "tok_declined")
    assert shop.place(pay_with=[ten, declined]).due == Money("15.00", "EUR")


def test_nothing_is_due_of_an_order_that_has_ended() -> None:
    """Rejected, cancelled, or never paid for."""
    shop = Shop(
        policy=Policy(screen=lambda order: Screening(verdict="reject"))
    )
    rejected = shop.place()
    assert rejected.status.order == "rejected"
    assert rejected.due == Money("0.00", "EUR")
    assert rejected.cost == rejected.total == Money("25.00", "EUR")
    shop = Shop()
    shop.place()
    assert shop.desk.cancel("o1").due == Money("0.00", "EUR")
    shop = Shop()
    assert shop.place(pay_with=()).due == Money("25.00", "EUR")
    shop.clock.advance(days=30)
    shop.desk.work()
    expired = shop.desk.get("o1")
    assert expired.status.order == "expired"
    assert expired.due == Money("0.00", "EUR")


def test_a_decline_says_why() -> None:
    """By the gateway's own code."""
    shop = Shop()
    (payment,) = (
        shop.place(pay_with=Tender("card", "tok_declined")).customer().payments
    )
    assert payment.state.value == "declined"
    assert payment.why_not == "declined"
    view = shop.desk.pay("o1", Tender("card", "tok_visa"))
    assert [p.why_not for p in view.customer().payments] == [
        "declined",
        "",
    ]


def test_a_customer_is_not_told_that_the_card_counts_as_stolen() -> None:
    """The staff is."""
    shop = Shop()
    shop.script.on("authorize", Decline("stolen_card"))
    view = shop.place()
    assert view.customer().payments[0].why_not == "declined"
    assert view.staff().payments[0].why_not == "stolen_card"


def test_a_shortage_says_of_what_there_was_how_much() -> None:
    """Forty mugs are there; fifty are wanted."""
    view = Shop().place(quantity=50)
    (short,) = view.customer().shortages
    assert (short.sku, short.wanted, short.available) == ("mug", 50, 40)


def test_a_rejection_says_why_to_the_staff() -> None:
    """A customer is not told of a suspicion."""
    judged = Screening(verdict="reject", reason="a stolen card")
    view = Shop(policy=Policy(screen=lambda order: judged)).place()
    assert view.customer().closed_because == "shop"
    staff = view.staff()
    assert staff.closed_because == "fraud"
    assert (staff.screening, staff.screening_reason) == (
        "reject",
        "a stolen card",
    )


def test_a_cancellation_says_why() -> None:
    """By its word."""
    shop = Shop()
    assert shop.place().customer().closed_because == ""
    view = shop.desk.cancel("o1", reason="customer")
    assert view.customer().closed_because == "customer"


def test_a_return_that_is_declined_says_why() -> None:
    """What explains an approval is the staff's: it may name one of them."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    policy = shop.desk.engine.policy
    assert policy is not None
    view = shop.desk.returns.request("o1", {"1": 1}, "too_small")
    (mine,), (theirs,) = view.customer().returns, view.staff().returns
    assert mine.explanation == ""
    assert theirs.explanation != ""


def test_a_parcel_is_found_by_its_number() -> None:
    """The page has carrier, number and the latest scan."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    view = shop.desk.shipments.scan("o1-s1", "in_transit", shop.clock())
    (parcel,) = view.customer().shipments
    assert parcel.carrier
    assert parcel.tracking_number
    assert parcel.last_scan == "in_transit"
    assert parcel.items == {"1": 2}


def test_holds_and_exceptions_are_the_staffs() -> None:
    """An exception says what was expected, and what was seen."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    view = shop.desk.shipments.scan("o1-s1", "lost", shop.clock())
    page = view.staff()
    assert isinstance(page, StaffView)
    (item,) = page.exceptions
    assert (item.subject, item.kind) == ("o1-s1", "shipment_lost")
    assert not hasattr(view.customer(), "exceptions")


@pytest.mark.parametrize("kind", ["view", "staff_view", "summary"])
def test_another_value_is_refused(kind: str) -> None:
    """By its class, and never by what it holds."""
    with pytest.raises(CodecError, match=f"Clock is not shown as '{kind}'"):
        codec.plain(Clock(), kind)


def test_there_is_a_schema_of_what_is_shown() -> None:
    """Of nothing else."""
    with pytest.raises(CodecError, match="there is one of view, staff_view"):
        codec.schema("case")
    with pytest.raises(CodecError, match="no schema of that kind"):
        codec.schema(None)  # type: ignore[arg-type]
    with pytest.raises(CodecError, match=r"no kind .vew.; there is .*view"):
        codec.plain(Clock(), "vew")


def test_people_of_no_order_are_refused() -> None:
    """As the order itself is."""
    with pytest.raises(NotFoundError, match="no order 'o2'"):
        Shop().desk.people("o2")


@settings(max_examples=40, deadline=None)
@given(life=lives())
def test_what_is_possible_and_what_was_are_what_their_schemas_say(
    life: Life,
) -> None:
    """Of the shop's people, and of the customer; each preview, too."""
    desk = life.desk()
    view = desk.get("o1")
    for actor in (STAFF, Actor("customer", "c1")):
        allowed, refused = view.possible(actor)
        fits(codec.plain(allowed, "allowed"), "allowed")
        fits(codec.plain(refused, "not_allowed"), "not_allowed")
        for each in allowed:
            assert each.smallest is not None
            preview = desk.preview(each.smallest)
            fits(codec.plain(preview, "preview"), "preview")
    told = codec.plain(desk.timeline("o1", details=True), "timeline")
    fits(told, "timeline")
    assert [entry["event"] for entry in told] == [
        type(recorded.event).__name__ for recorded in desk.history("o1")
    ]


def test_a_command_is_named_where_it_is_shown() -> None:
    """The command itself and the error are the program's alone."""
    view = Shop().place()
    allowed, refused = view.possible()
    shown = codec.plain(allowed, "allowed")
    assert "CancelOrder" in [each["command"] for each in shown]
    assert "smallest" not in shown[0]
    assert "error" not in codec.plain(refused, "not_allowed")[0]
    with pytest.raises(CodecError, match="Allowed is not shown as 'allowed'"):
        codec.plain(allowed[0], "allowed")


def test_an_async_desk_gives_the_same_people() -> None:
    """The people of an order, as a sync desk gives them."""

    async def asked() -> object:
        desk = AsyncOrderDesk.in_memory(clock=Clock())
        await desk.place(
            [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
            ship_to=ADDRESS,
            order_id="o1",
        )
        return await desk.people("o1")

    assert asyncio.run(asked()) == {"o1:ship_to": ADDRESS}
