"""A verb takes the words of what it makes, and no other."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from operator import attrgetter
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    AsyncOrderDesk,
    Contact,
    Money,
    OrderDesk,
    PackShipment,
    Parcel,
    PlaceOrder,
    Tender,
    UnknownKeywordError,
    ValidationError,
)
from orderlife._kernel.verbs import VerbOf
from orderlife.desk.verbs import DeskVerbs
from orderlife.house import HOUSE
from orderlife.memory.clock import START, Clock
from tests.desk.test_verbs import CARD, HOME, LINE, Echo

E = Echo()
ROOMS = [
    name
    for name, member in vars(DeskVerbs).items()
    if isinstance(member, property) and not name.startswith("_")
]
"""By which a desk hands on the verbs of its rooms."""


def public(kind: type, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """What a class has for everybody, by the path to it."""
    for name in dir(kind):
        if not name.startswith("_"):
            yield prefix + name, getattr(kind, name)


METHODS: dict[str, Any] = dict(public(DeskVerbs))
for room in ROOMS:
    del METHODS[room]
    METHODS |= public(type(getattr(E, room)), f"{room}.")
VERBS: dict[str, VerbOf] = {
    path: method.__verb__
    for path, method in METHODS.items()
    if hasattr(method, "__verb__")
}
"""All verbs of a desk, as ``cancel`` and ``orders.cancel``."""
MAKES_AN_ORDER = {"submit", "report", "new_id"}
"""What is no verb: a message of the application's own, and an id."""
OF_A_PART = {"shipment_id", "return_id"}
"""Its order's id is in it."""


def desks() -> list[Any]:
    """A desk of each kind."""
    return [
        OrderDesk.in_memory(clock=Clock()),
        AsyncOrderDesk.in_memory(clock=Clock()),
    ]


def test_every_verb_knows_its_words() -> None:
    """None is left that swallows what it does not know."""
    assert set(METHODS) - MAKES_AN_ORDER == set(VERBS)


NO_VERB = {
    "ChangeDisposition",
    "DraftOrder",
    "EffectFailed",
    "FillBackorder",
    "FraudJudged",
    "LabelReported",
    "PaymentReported",
    "PlaceDraft",
    "ReturnShipped",
    "StockArrived",
    "StockReported",
    "TimerFired",
}
"""What goes through ``submit`` or ``report``."""


def test_each_message_has_a_verb_or_goes_through_the_desk() -> None:
    """None is left without one by oversight."""
    made = {verb.makes.__name__ for verb in VERBS.values()}
    assert {kind.__name__ for kind in HOUSE.inputs} == made | NO_VERB
    assert made & NO_VERB == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_s_verbs_make_its_own_messages(room: str) -> None:
    """A verb stands in the folder of what it makes, and nowhere else."""
    verbs = type(getattr(E, room))
    found = {
        verb.makes.__module__
        for path, verb in VERBS.items()
        if path.startswith(f"{room}.")
    }
    assert {verbs.__module__.replace(".verbs", ".messages")} == found


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_covers_its_message(name: str) -> None:
    """Each field of a command or a fact can be said by its verb."""
    verb = VERBS[name]
    fields = {field.name for field in attrs.fields(verb.makes)}
    said = {verb.says.get(word, word) for word in verb.words}
    if said & OF_A_PART:
        said.add("order_id")
    assert fields == said
    assert set(verb.says) <= set(verb.words)


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_refuses_what_it_does_not_know(name: str) -> None:
    """On both desks, at run time; nothing comes of it."""
    verb = VERBS[name]
    given: dict[str, Any] = dict.fromkeys(
        word
        for word, parameter in inspect.signature(
            METHODS[name]
        ).parameters.items()
        if parameter.default is inspect.Parameter.empty
        and word not in {"self", "options"}
    )
    option = verb.words[-1]
    for desk in desks():
        with pytest.raises(UnknownKeywordError) as caught:
            attrgetter(name)(desk)(**given, **{option + "s": 1, "qqq": 2})
        error = caught.value
        assert isinstance(error, TypeError)
        assert isinstance(error, ValidationError)
        assert name.rpartition(".")[2] == error.what
        near, far = error.problems
        assert option + "s" == near.field
        assert f"did you mean {option!r}? " in near.message
        assert "qqq" == far.field
        assert "did you mean" not in far.message
        assert far.message.endswith(f"takes {', '.join(verb.words)}")


@pytest.mark.parametrize(
    "word", ["card_4111111111111111", "two words", "ünï", "", "x" * 41]
)
def test_a_word_that_may_be_anything_is_not_repeated(word: str) -> None:
    """It may come out of a form: a number, a sentence, a person's name."""
    with pytest.raises(UnknownKeywordError) as caught:
        E.cancel("o1", **{word: 1})  # type: ignore[arg-type]
    assert "?" == caught.value.problems[0].field
    assert not word or word not in str(caught.value)


def test_all_that_an_order_can_have_is_said_by_place() -> None:
    """Whether tax is in the prices, what was shown, when it is promised."""
    day = timedelta(days=1)
    said: dict[str, Any] = {
        "tax_included": True,
        "expected_total": Money("1.00", "EUR"),
        "shipping_tax": Money("0.10", "EUR"),
        "shipping_method": "express",
        "promised_from": START,
        "promised_by": START + day,
        "priority": "high",
        "gift_message": "for you",
        "instructions": "ring twice",
        "tenders": (CARD,),
        "contact": Contact(phone="1"),
        "bill_to": HOME,
    }
    expected = PlaceOrder(
        order_id="o1",
        command_id="new",
        actor=Actor("staff", "desk"),
        lines=(LINE,),
        **said,
    )
    assert expected == E.place([LINE], order_id="o1", **said)


def test_the_price_that_was_shown_is_the_price_that_is_charged() -> None:
    """Tax that is in the prices is not put on top of them."""
    desk = OrderDesk.in_memory(clock=Clock())
    line = attrs.evolve(
        LINE, unit_price=Money("119.00", "EUR"), tax=Money("19.00", "EUR")
    )
    order = desk.place(
        [line],
        ship_to=HOME,
        tax_included=True,
        expected_total=Money("119.00", "EUR"),
        pay_with="tok_visa",
    )
    assert Money("119.00", "EUR") == order.total
    with pytest.raises(ValidationError, match="expected_total"):
        desk.place([line], ship_to=HOME, expected_total=Money("119.00", "EUR"))


SAID_TWICE: list[Callable[[], Any]] = [
    lambda: E.place([LINE], email="a@b.de", contact=Contact(email="c@d.de")),
    lambda: E.place([LINE], pay_with="tok_a", tenders=[Tender("card", "b")]),
    lambda: E.place([LINE], pay_with=[CARD, CARD], tenders=[CARD]),
    lambda: E.shipments.pack("o1-s1", 500, parcels=[Parcel(weight_g=400)]),
]


@pytest.mark.parametrize("verb", SAID_TWICE)
def test_two_ways_that_disagree_are_refused(verb: Callable[[], Any]) -> None:
    """Neither of them is taken for the right one."""
    with pytest.raises(ValidationError, match="says otherwise than"):
        verb()


def test_two_ways_that_agree_are_one() -> None:
    """What was said once more changes nothing."""
    contact = Contact(email="a@b.de", name="Ada")
    order: Any = E.place(
        [LINE],
        email="a@b.de",
        contact=contact,
        pay_with="tok_visa",
        tenders=[CARD],
    )
    assert contact == order.contact
    assert (CARD,) == order.tenders
    boxes = (Parcel(weight_g=200), Parcel(weight_g=300))
    packed: Any = E.shipments.pack("o1-s1", 500, parcels=boxes)
    assert boxes == packed.parcels


def test_what_completes_another_is_put_together() -> None:
    """A contact with a telephone number alone takes the mail address."""
    order: Any = E.place([LINE], email="a@b.de", contact=Contact(phone="1"))
    assert Contact(email="a@b.de", phone="1") == order.contact


@pytest.mark.parametrize(
    "verb",
    [
        lambda d: d.place([LINE], email="a@b.de", contact="Ada", ship_to=HOME),
        lambda d: d.place([LINE], ship_to=HOME, tenders=5),
        lambda d: d.shipments.pack("o1-s1", 5, parcels=["a box"]),
        lambda d: d.shipments.pack("o1-s1", 5, parcels=7),
        lambda d: d.shipments.pack("o1-s1", 5, parcels=[Parcel(weight_g="5")]),  # type: ignore[arg-type]
    ],
)
def test_what_is_neither_is_left_to_be_refused(
    verb: Callable[[Any], Any],
) -> None:
    """With the field's own words."""
    with pytest.raises(ValidationError, match="must be"):
        verb(OrderDesk.in_memory(clock=Clock()))


@pytest.mark.parametrize("command_id", ["", None, 5, "A B"])
def test_an_empty_id_switches_nothing_off(command_id: Any) -> None:
    """An id that was read out of a header that is not there is refused."""
    desk = OrderDesk.in_memory(clock=Clock())
    with pytest.raises(ValidationError, match="command_id"):
        desk.place([LINE], ship_to=HOME, command_id=command_id)
    with pytest.raises(ValidationError, match="command_id"):
        desk.cancel("o1", command_id=command_id)


def test_an_awaited_verb_refuses_at_once() -> None:
    """Not only when somebody awaits it."""

    async def asked() -> str:
        desk = AsyncOrderDesk.in_memory(clock=Clock())
        with pytest.raises(UnknownKeywordError):
            desk.place([LINE], custmer_id="ada")  # type: ignore[call-arg, unused-awaitable]
        order = await desk.place([LINE], ship_to=HOME, customer_id="ada")
        return order.case.placed.placement.customer_id

    assert "ada" == asyncio.run(asked())


def test_one_weight_is_one_parcel() -> None:
    """As before."""
    expected = (Parcel(weight_g=5),)
    packed: Any = E.shipments.pack("o1-s1", 5)
    assert isinstance(packed, PackShipment)
    assert expected == packed.parcels
