"""A port is told of a person when it is called, and only then."""

from __future__ import annotations

from typing import Any

from orderlife import Address, Contact, FreeText, Line, Money
from orderlife.ports.base import PersonalIntent
from orderlife.ports.carrier import BuyLabel
from orderlife.ports.notifier import Notify
from orderlife.ports.store import Commit
from tests.desk.shop import ADDRESS, CONTACT, Shop, Through

SECRETS = ("ada@example.org", "Ada", "1 Way", "Bonn", "With love")


def watched(shop: Shop) -> dict[str, Through]:
    """Put a watcher on every port."""
    ports = {
        name: Through(getattr(shop.ports, name))
        for name in ("store", "payment", "carrier", "inventory", "notifier")
    }
    replaced: dict[str, Any] = dict(ports)
    shop.desk = shop.another(**replaced)
    return ports


def lived(shop: Shop) -> None:
    """Sell something, and take it back."""
    shop.place()
    shop.dispatch()
    shop.desk.quote("o1-s1")
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    shop.desk.returns.request("o1", {"1": 1}, "defective", comment="With love")


def test_a_carrier_is_given_the_address() -> None:
    """To buy a label and to quote, and nothing else of the person."""
    shop = Shop()
    ports = watched(shop)
    lived(shop)
    asked = [
        *ports["carrier"].named("buy_label"),
        *ports["carrier"].named("quote"),
    ]
    assert len(asked) == 3
    for request in asked:
        assert request.people == {"o1:ship_to": ADDRESS}
        assert isinstance(request.people[request.address], Address)


def test_a_notifier_is_given_the_contact() -> None:
    """And no address."""
    shop = Shop()
    ports = watched(shop)
    lived(shop)
    messages = ports["notifier"].named("send")
    assert messages
    for message in messages:
        assert message.people == {"o1:contact": CONTACT}
        assert isinstance(message.people[message.contact], Contact)


def test_gateways_and_stock_keepers_are_told_of_nobody() -> None:
    """Their intents have no place for it."""
    shop = Shop()
    ports = watched(shop)
    lived(shop)
    for name in ("payment", "inventory"):
        assert ports[name].calls
        for _, intent in ports[name].calls:
            assert not isinstance(intent, PersonalIntent)


def test_nothing_shows_a_person() -> None:
    """No repr of anything that passes a port, or that a desk gives."""
    shop = Shop()
    ports = watched(shop)
    lived(shop)
    shown = [
        repr(argument) for port in ports.values() for _, argument in port.calls
    ]
    view = shop.view()
    shown += [repr(view), repr(view.case), repr(shop.history())]
    shown += [repr(shop.desk.effects("o1")), str(shop.desk.effects("o1"))]
    assert len(shown) > 20
    for text in shown:
        for secret in SECRETS:
            assert secret not in text


def test_people_are_stored_apart() -> None:
    """Only the table of people has them, under their references."""
    shop = Shop()
    ports = watched(shop)
    lived(shop)
    found: dict[str, object] = {}
    for commit in ports["store"].named("commit"):
        assert isinstance(commit, Commit)
        found.update(commit.personal)
        for intent in commit.intents:
            assert getattr(intent, "people", {}) == {}
    assert found == {
        "o1:contact": CONTACT,
        "o1:ship_to": ADDRESS,
        "o1-t1:comment": FreeText("With love"),
    }
    for effect in shop.desk.effects("o1"):
        assert getattr(effect.intent, "people", {}) == {}


def test_who_was_erased_is_not_there() -> None:
    """A port is called all the same, and finds nobody."""
    shop = Shop()
    shop.place()
    ports = watched(shop)
    assert shop.desk.erase(order_id="o1") == 2
    shop.dispatch()
    shop.desk.quote("o1-s1")
    for name, method in (("carrier", "buy_label"), ("notifier", "send")):
        (intent,) = ports[name].named(method)
        assert isinstance(intent, BuyLabel | Notify)
        assert intent.people == {}
    assert shop.view().status.fulfilment == "shipped"


def test_a_message_to_staff_needs_nobody() -> None:
    """Where a customer left no contact, nobody is looked for."""
    shop = Shop()
    ports = watched(shop)
    shop.desk.place(
        [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
        order_id="o2",
        ship_to=ADDRESS,
        pay_with="tok_capture_declined",
    )
    shop.dispatch("o2")
    told = [m for m in ports["notifier"].named("send") if m.order_id == "o2"]
    assert [m.audience for m in told] == ["staff"]
    assert told[0].people == {}


def test_silence_is_kept() -> None:
    """A command that wants no message sends none; money moves alike."""
    shop = Shop()
    shop.place(notify=False)
    shop.desk.cancel("o1", notify=False)
    assert shop.post.kinds() == ()
    assert shop.view().status.order == "cancelled"
    shop.place(order_id="o2")
    shop.desk.cancel("o2")
    assert [kind.value for kind in shop.post.kinds("o2")] == [
        "order_confirmed",
        "order_cancelled",
    ]
