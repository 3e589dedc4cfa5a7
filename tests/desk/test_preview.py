"""A preview says what a command would do, and does nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings

from orderlife import (
    Actor,
    Allowed,
    AsyncOrderDesk,
    CancelLines,
    CancelOrder,
    CapturePayment,
    DeniedError,
    FraudJudged,
    Line,
    Money,
    MoneyPreview,
    OrderDesk,
    OrderlifeError,
    PayOrder,
    PlaceOrder,
    Policy,
    PolicyError,
    Preview,
    RefundPayment,
    Remedy,
    RequestReturn,
    ResolveException,
    ValidationError,
)
from orderlife._kernel.messages import Command
from orderlife.memory.ports import async_in_memory_ports
from orderlife.ports.notifier import MessageKind
from orderlife.ports.payment import Tender
from orderlife.testing import Decline, Script
from tests.desk.asked import STAFF, ask
from tests.desk.play import Life, lives
from tests.desk.shop import ADDRESS, CONTACT, Shop

CUSTOMER = Actor("customer", "c7")
ZERO = Money("0.00", "EUR")


def euro(amount: str) -> Money:
    """An amount."""
    return Money(amount, "EUR")


def sums(**known: str) -> MoneyPreview:
    """What is asked of the gateway; nothing but this."""
    amounts = {
        "to_secure": ZERO,
        "to_collect": ZERO,
        "to_release": ZERO,
        "to_give_back": ZERO,
        "gives_away": ZERO,
    }
    return MoneyPreview(
        **amounts | {name: euro(amount) for name, amount in known.items()}
    )


def asked(kind: type[Any], **fields: Any) -> Any:
    """A command about the order, of the staff."""
    common = {"order_id": "o1", "command_id": "c1", "actor": STAFF}
    return kind(**common | fields)


def mugs(**fields: Any) -> PlaceOrder:
    """The order of two mugs."""
    line = Line(sku="mug", quantity=2, unit_price=euro("12.50"), title="Mug")
    settings = {"lines": (line,), "ship_to": ADDRESS, "contact": CONTACT}
    made: PlaceOrder = asked(PlaceOrder, **settings | fields)
    return made


def placed(**options: Any) -> Shop:
    """A shop with an order that is paid for."""
    shop = Shop(**options)
    shop.place(customer_id="c7")
    shop.desk.payments.capture("o1")
    return shop


def shown(shop: Shop, command: Command) -> Preview:
    """A preview, of which nothing is stored and nobody hears."""

    def all_that_is() -> tuple[object, ...]:
        denied = shop.desk.denials("o1")
        return shop.snapshot(), shop.bank.effects[:], denied

    before = all_that_is()
    preview = shop.desk.preview(command)
    assert before == all_that_is()
    return preview


def test_an_order_that_is_not_placed_yet() -> None:
    """There is nothing before it, and after it all of it."""
    shop = Shop()
    preview = shown(shop, mugs())
    assert preview.order_id == "o1"
    assert preview.label == "Place order"
    assert preview.subject_label == "Order o1"
    assert preview.refusal is None
    assert preview.before is None
    assert preview.after is not None
    assert preview.after.status.order == "placed"
    assert preview.after.total == euro("25.00")
    (line,) = preview.after.lines
    assert (line.label, line.ordered, line.wanted) == ("Mug", 2, 2)
    assert shop.ports.store.load("o1") is None


def test_lines_that_are_cancelled() -> None:
    """Units and money, before and after, and who is told."""
    preview = shown(placed(), asked(CancelLines, quantities={"1": 1}))
    assert preview.before is not None
    assert preview.after is not None
    (before,), (after,) = preview.before.lines, preview.after.lines
    assert (before.wanted, before.cancelled) == (2, 0)
    assert (after.wanted, after.cancelled) == (1, 1)
    assert preview.before.paid == preview.after.paid == euro("25.00")
    assert preview.money == sums(to_give_back="12.50", gives_away="12.50")
    (message,) = preview.messages
    assert message.kind is MessageKind.ORDER_EDITED
    assert (message.audience, message.subject) == ("customer", "o1")
    assert message.details == {}
    assert [(each.port, each.request) for each in preview.effects] == [
        ("payment", "Refund"),
        ("inventory", "Release"),
    ]
    assert preview.effects[0].operation_id == "o1:refund:1"


def test_nobody_is_told_what_is_to_be_done_quietly() -> None:
    """As the command asks."""
    command = asked(CancelLines, quantities={"1": 1}, notify=False)
    assert shown(placed(), command).messages == ()


def test_what_is_secured_and_what_is_collected() -> None:
    """A capture takes what was authorised, and a cancellation lets it go."""
    shop = Shop()
    shop.place()
    preview = shown(shop, asked(CapturePayment))
    assert preview.money == sums(to_collect="25.00")
    preview = shown(shop, asked(CancelOrder))
    assert preview.money == sums(to_release="25.00")
    unpaid = Shop()
    unpaid.place(pay_with="tok_declined")
    pay = asked(PayOrder, tender=Tender("card", "tok_visa"))
    assert shown(unpaid, pay).money == sums(to_secure="25.00")


def test_store_credit_is_given_back_too() -> None:
    """By another request."""
    command = asked(
        RefundPayment, amount=euro("3.00"), reason="late", as_credit=True
    )
    preview = shown(placed(), command)
    assert preview.money == sums(to_give_back="3.00", gives_away="3.00")
    assert [each.request for each in preview.effects] == ["IssueCredit"]


def test_what_goes_out_only_after_an_answer_is_counted() -> None:
    """Money goes back once the label is voided: that is not at once."""
    shop = placed()
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=500)
    shop.desk.shipments.buy_label("o1-s1")
    preview = shown(shop, asked(CancelOrder))
    assert preview.money == sums(gives_away="25.00")
    assert [each.port for each in preview.effects] == ["carrier"]


def test_what_is_tried_again_is_named() -> None:
    """By the operation's id."""
    script = Script().always("send", Decline("bounced", "never"))
    shop = Shop(script=script)
    shop.place()
    (item, *_) = shop.view().exceptions
    command = asked(
        ResolveException,
        exception_id=item.exception_id,
        remedy=Remedy.RETRY,
        note="once more",
    )
    preview = shown(shop, command)
    assert preview.subject_label == f"Exception {item.exception_id}"
    assert preview.retried == (item.contradiction.subject,)


def test_a_refusal_is_shown_and_not_raised() -> None:
    """With the order as it is, and nothing after it."""
    preview = shown(placed(), mugs())
    assert preview.refusal is not None
    assert preview.refusal.command is PlaceOrder
    assert preview.refusal.why == "It is there already, confirmed."
    assert preview.before is not None
    assert preview.after is None
    assert preview.money is None
    assert (preview.messages, preview.effects) == ((), ())
    assert (preview.retried, preview.events) == ((), ())


def test_whoever_may_not_learns_nothing_of_the_order() -> None:
    """And no denial is recorded: nothing was tried to be done."""
    shop = placed()
    policy = Policy(permit=lambda actor, command: "never")
    desk = OrderDesk(shop.ports, policy=policy, clock=shop.clock)
    preview = desk.preview(asked(CancelOrder))
    assert preview.refusal is not None
    assert isinstance(preview.refusal.error, DeniedError)
    assert preview.before is None
    assert desk.denials("o1") == ()


def test_a_fault_of_the_policy_is_shown_as_a_refusal() -> None:
    """A page needs no handler of its own for it."""

    def judge(*_: object) -> Any:
        raise KeyError

    shop = placed()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    desk = OrderDesk(shop.ports, policy=Policy(judge=judge), clock=shop.clock)
    command = asked(RequestReturn, quantities={"1": 1}, reason="too_small")
    refusal = desk.preview(command).refusal
    assert refusal is not None
    assert isinstance(refusal.error, PolicyError)


def test_a_customer_does_not_see_what_the_staff_is_told() -> None:
    """Of the messages, only those to the customer."""
    seen = {}
    for actor in (STAFF, CUSTOMER):
        shop = placed(policy=Policy(tell_staff=True))
        shop.desk.shipments.pick("o1-s1")
        shop.desk.shipments.pack("o1-s1", weight_g=500)
        shop.desk.shipments.dispatch("o1-s1")
        shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
        command = asked(
            RequestReturn,
            quantities={"1": 1},
            reason="too_small",
            actor=actor,
        )
        messages = shown(shop, command).messages
        seen[actor.kind] = {each.audience for each in messages}
    assert seen["customer"] <= {"customer"}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (FraudJudged(order_id="o1", verdict="accept"), "must be a command"),
        ("cancel it", "must be a command or a fact"),
        (asked(CancelOrder, order_id=""), "order_id"),
    ],
)
def test_what_is_no_command_is_refused_at_once(message: Any, why: str) -> None:
    """A fact has happened: there is nothing to be asked."""
    with pytest.raises(ValidationError, match=why):
        placed().desk.preview(message)


def test_an_async_desk_shows_the_same() -> None:
    """Awaited."""

    async def other() -> Preview:
        shop = Shop()
        desk = AsyncOrderDesk(
            async_in_memory_ports(clock=shop.clock), clock=shop.clock
        )
        return await desk.preview(mugs())

    shop = Shop()
    assert asyncio.run(other()) == shop.desk.preview(mugs())


@pytest.mark.one_python
@settings(max_examples=60, deadline=None)
@given(life=lives(40))
def test_what_is_shown_is_what_is_done(life: Life) -> None:
    """In any life: the same events, or the same refusal."""
    desk = life.desk()
    for how in range(5):
        view = desk.get("o1")
        possible = view.allowed()
        wanted = possible[how % len(possible)] if possible else NOTHING
        now = desk.engine.clock()
        command = ask(wanted, view.case, now, f"new{how}", how)
        preview = desk.preview(command)
        error = preview.refusal.error if preview.refusal else None
        assert said(error) == said(refused(desk, command))
        done = [each.event for each in desk.history("o1")[view.version :]]
        assert list(preview.events) == done


NOTHING = Allowed(CancelOrder, "o1")
"""What is asked for of an order that has ended."""


def refused(desk: OrderDesk, command: Command) -> OrderlifeError | None:
    """What a command raises; None: it is followed, without its effects."""
    try:
        desk.receipt(command)
    except OrderlifeError as error:
        return error
    return None


def said(error: OrderlifeError | None) -> tuple[type, str]:
    """Which error it is, and its text."""
    return type(error), str(error)
