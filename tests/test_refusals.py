"""A refusal says which commands would be possible, and a page says why."""

from __future__ import annotations

import ast
import copy
import pickle
import re
from pathlib import Path
from typing import Any

import attrs
import pytest

import orderlife
from orderlife import (
    Actor,
    CancelOrder,
    DispatchShipment,
    IllegalTransitionError,
    Line,
    Money,
    NotAllowed,
    NotAllowedError,
    NotFoundError,
    OpenHold,
    OrderDesk,
    Policy,
    RefundPayment,
    ReleaseHold,
    Remedy,
    RequestReturn,
    UpTo,
)
from orderlife._kernel.labels import label_of, subject_label, subject_of
from orderlife.house import HOUSE
from orderlife.testing import Decline, Script
from tests.desk.asked import STAFF
from tests.desk.shop import Shop
from tests.rooms.gift_wrap import GIFT_WRAP, WrapIt
from tests.rooms.test_faults import breaks

ROOMS = Path(orderlife.__file__).parent / "rooms"
CUSTOMER = Actor("customer", "c7")


def placed(**options: Any) -> Shop:
    """A shop with an order of two mugs."""
    shop = Shop(**options)
    shop.place(customer_id="c7")
    return shop


def dispatched_too_soon(shop: Shop) -> IllegalTransitionError:
    """The error of sending what is not packed."""
    with pytest.raises(IllegalTransitionError) as caught:
        shop.desk.shipments.dispatch("o1-s1")
    return caught.value


# What an error says


def test_a_refusal_names_the_commands_that_are_possible() -> None:
    """Of what it is about, and not the steps of its lifecycle."""
    error = dispatched_too_soon(placed())
    assert error.commands == ("PickShipment", "CancelShipment")
    assert "deliver" in error.allowed
    assert str(error) == (
        "shipment o1-s1 is planned: cannot dispatch; "
        "possible: PickShipment, CancelShipment"
    )


def test_they_are_found_when_somebody_reads_them() -> None:
    """And once: a refusal that nobody reads costs nothing."""
    asked = []

    def permit(actor: Actor, command: object) -> str:
        asked.append(type(command).__name__)
        return ""

    error = dispatched_too_soon(placed(policy=Policy(permit=permit)))
    before = len(asked)
    assert asked[-1] == "DispatchShipment"
    assert error.commands
    after = len(asked)
    assert after > before
    assert str(error)
    assert error.commands
    assert after == len(asked)


def test_only_what_its_actor_may_do_is_named() -> None:
    """Whoever asks learns no more than that."""

    def permit(actor: Actor, command: object) -> str:
        return "" if isinstance(command, DispatchShipment) else "not you"

    shop = placed()
    policy = Policy(permit=permit)
    desk = OrderDesk(shop.ports, policy=policy, clock=shop.clock)
    with pytest.raises(IllegalTransitionError) as caught:
        desk.shipments.dispatch("o1-s1")
    assert caught.value.commands == ()
    assert str(caught.value).endswith("possible: no command now")


def test_where_nothing_is_possible_any_more_it_says_so() -> None:
    """Of an order that has ended."""
    shop = placed()
    shop.desk.cancel("o1")
    with pytest.raises(IllegalTransitionError) as caught:
        shop.desk.cancel("o1")
    assert str(caught.value) == (
        "order o1 is cancelled: cannot cancel; "
        "possible: nothing: this state is final"
    )


@pytest.mark.parametrize(
    "again",
    [
        lambda error: pickle.loads(pickle.dumps(error)),  # noqa: S301
        copy.copy,
        copy.deepcopy,
    ],
)
def test_it_can_be_sent_elsewhere(again: Any) -> None:
    """With the names, and without the order that they were found of."""
    error = dispatched_too_soon(placed())
    elsewhere = again(error)
    assert type(elsewhere) is IllegalTransitionError
    assert elsewhere.args == error.args
    assert elsewhere.commands == ("PickShipment", "CancelShipment")
    assert str(elsewhere) == str(error)


def test_a_room_that_is_at_fault_hides_no_refusal() -> None:
    """Then nothing is named."""
    shop = placed(house=HOUSE.with_(attrs.evolve(GIFT_WRAP, offers=breaks)))
    error = dispatched_too_soon(shop)
    assert error.commands == ()
    assert str(error).endswith("cannot dispatch; possible: no command now")


def test_a_capture_before_the_confirmation_is_called_one() -> None:
    """And no completion of the order."""
    shop = placed()
    shop.desk.cancel("o1")
    with pytest.raises(IllegalTransitionError, match="cannot capture;"):
        shop.desk.payments.capture("o1")


def test_what_is_to_be_done_instead_can_be_done() -> None:
    """Every command that a refusal of ours names is one of the house."""
    named = set()
    for path in ROOMS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"NotAllowedError", "Problem"}
            ):
                words = " ".join(
                    text.value
                    for text in ast.walk(node)
                    if isinstance(text, ast.Constant)
                    and isinstance(text.value, str)
                )
                named |= set(re.findall(r"[A-Z][a-z]+[A-Z]\w+", words))
    assert named >= {"CancelLines", "RequestReturn", "ReleaseHold"}
    assert named <= HOUSE.labels.keys()


# What a page says


def why(shop: Shop, kind: type, actor: Actor = STAFF) -> NotAllowed:
    """Why a command is not allowed."""
    (found,) = (
        each for each in shop.view().not_allowed(actor) if each.command is kind
    )
    return found


def test_a_button_has_a_label_and_says_what_it_is_about() -> None:
    """In words that a page can show."""
    shop = placed()
    shop.desk.orders.hold("o1", "address", note="ring twice")
    allowed, refused = shop.view().possible()
    found = {str(each): each for each in allowed}
    release = found["ReleaseHold h1"]
    assert (release.label, release.subject_label) == (
        "Release hold",
        "Hold h1",
    )
    assert found["CancelShipment o1-s1"].subject_label == "Shipment o1-s1"
    assert found["CancelOrder o1"].subject_label == "Order o1"
    assert found["CancelOrder o1"].label == "Cancel order"
    assert {each.label for each in refused} == {"Pay order"}
    assert allowed == shop.view().allowed()
    assert refused == shop.view().not_allowed()


def test_a_greyed_button_says_why_and_what_instead() -> None:
    """In sentences, with commands by their labels."""
    shop = placed()
    shop.dispatch()
    cancel = why(shop, CancelOrder)
    assert cancel.why == "2 units have left."
    assert cancel.instead == (
        'Cancel what has not left with "Cancel lines", stop a parcel with '
        '"Intercept shipment", or take it back with "Request return".'
    )


def test_the_lifecycle_of_a_part_is_no_riddle() -> None:
    """What its state is, and which commands are possible."""
    shop = placed(house=HOUSE.with_(GIFT_WRAP))
    error = dispatched_too_soon(shop)
    command = DispatchShipment(
        order_id="o1", command_id="c1", actor=STAFF, shipment_id="o1-s1"
    )
    refusal = shop.desk.preview(command).refusal
    assert refusal is not None
    assert refusal.subject == "o1-s1"
    assert refusal.why == "Shipment o1-s1 is planned."
    assert refusal.instead == ("Possible now: Pick shipment, Cancel shipment.")
    assert refusal.error.args == error.args


def test_a_customer_is_not_told_what_an_order_is_held_for() -> None:
    """Staff are, without the note."""
    shop = placed()
    shop.desk.payments.capture("o1")
    shop.desk.orders.hold("o1", "fraud", blocks=["refund"], note="a thief")
    told = why(shop, RefundPayment)
    assert told.why == "Hold h1 (fraud) stands against it."
    assert told.instead == 'Release it with "Release hold" first.'
    told = why(shop, RefundPayment, CUSTOMER)
    assert told.why == "The shop has still to look at it."
    assert told.instead == "Ask the shop."


def test_what_a_policy_denies_is_said_without_naming_anybody() -> None:
    """Neither who asks, nor who has done something."""
    policy = Policy(
        permit=lambda actor, command: (
            "only ada may hold orders" if isinstance(command, OpenHold) else ""
        )
    )
    told = why(placed(policy=policy), OpenHold)
    assert told.why == "Only ada may hold orders."
    assert told.instead == "Ask somebody who may."

    script = Script().always("send", Decline("bounced", "never"))
    shop = placed(script=script)
    shop.desk.exceptions.resolve("o1", "x1", Remedy.ACCEPT, "never mind")
    command = shop.desk.get("o1")
    (item, *_) = command.order.exceptions
    assert str(item.by) == "staff:desk"
    resolve = orderlife.ResolveException(
        order_id="o1",
        command_id="c1",
        actor=CUSTOMER,
        exception_id="x1",
        remedy=Remedy.ACCEPT,
        note="again",
    )
    refusal = shop.desk.preview(resolve).refusal
    assert refusal is not None
    assert isinstance(refusal.error, NotAllowedError)
    assert "staff:desk" in str(refusal.error)
    assert refusal.why == "Somebody has resolved it already."


def test_what_is_beyond_a_limit_is_said_in_money() -> None:
    """How much it moves, and how much may be."""
    cents = UpTo(Money("0.50", "EUR"))
    shop = placed(policy=Policy(permit=lambda actor, command: cents))
    shop.desk.payments.capture("o1")
    assert why(shop, CancelOrder).why == (
        "It moves 25.00 EUR, 0.00 EUR were moved on this order before, and "
        "at most 0.50 EUR may be."
    )
    (refund,) = (
        each for each in shop.view().allowed() if each.command is RefundPayment
    )
    choice = refund.choice("amount")
    assert choice is not None
    assert {str(limit.largest) for limit in choice.amounts} == {"0.50 EUR"}
    assert refund.choice("reason") is None


def test_wrong_fields_are_said_in_one_sentence() -> None:
    """Each of them."""
    shop = placed()
    request = RequestReturn(
        order_id="o1",
        command_id="c1",
        actor=STAFF,
        quantities={"9": 1, "1": 0},
        reason="too_small",
    )
    refusal = shop.desk.preview(request).refusal
    assert refusal is not None
    assert refusal.why == (
        "Quantities[9]: is not a line of order o1: 1; "
        "quantities[1]: must be 1 or more."
    )
    assert refusal.instead == ""


def test_what_is_not_there_is_said() -> None:
    """As the error says it."""
    release = ReleaseHold(
        order_id="o1", command_id="c1", actor=STAFF, hold_id="h7"
    )
    refusal = placed().desk.preview(release).refusal
    assert refusal is not None
    assert isinstance(refusal.error, NotFoundError)
    assert (refusal.why, refusal.instead) == ("No hold 'h7'.", "")


def test_labels_are_made_of_names() -> None:
    """Also those of a room of an application."""
    wrap = WrapIt(order_id="o1", command_id="c1", actor=STAFF, wrap_id="o1-w1")
    assert label_of(WrapIt) == "Wrap it"
    assert subject_of(wrap) == "o1-w1"
    assert subject_label(wrap, "o1-w1") == "Wrap o1-w1"
    assert subject_label(wrap, "elsewhere") == "elsewhere"
    refund = RefundPayment(
        order_id="o1",
        command_id="c1",
        actor=STAFF,
        amount=Money("1.00", "EUR"),
        reason="late",
        payment_id="p1",
    )
    assert subject_of(refund) == "o1"


def test_a_line_is_called_by_its_title() -> None:
    """Or by its SKU, if it has none."""
    shop = Shop()
    price = Money("1.00", "EUR")
    shop.place(
        lines=[
            Line(sku="mug", quantity=1, unit_price=price, title="A mug"),
            Line(sku="mug", quantity=1, unit_price=price),
        ]
    )
    (cancel,) = (
        each
        for each in shop.view().allowed()
        if each.command.__name__ == "CancelLines"
    )
    choice = cancel.choice("quantities")
    assert choice is not None
    assert [limit.label for limit in choice.units] == ["A mug", "mug"]
