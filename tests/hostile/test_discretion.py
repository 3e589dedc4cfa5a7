"""What is personal shows in no text that somebody may read by chance."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision
from orderlife._values.personal import Address, Contact, Discreet, FreeText
from orderlife.codec import dumps
from orderlife.errors import ValidationError
from orderlife.house import HOUSE, handle
from orderlife.ports.carrier import BuyLabel
from orderlife.rooms.order.messages import DraftOrder, PlaceOrder
from orderlife.rooms.order.model import Line, Tender
from orderlife.testing.scenario import NOON, STAFF
from orderlife.testing.strategies import addresses, contacts, place_orders
from tests.hostile.junk import many
from tests.process.stages import lives, messages

MARK = "Zq7marked"
ADDRESS = Address(
    name=MARK,
    lines=(MARK, MARK),
    city=MARK,
    country="DE",
    postcode=MARK,
    region=MARK,
    phone=MARK,
)
CONTACT = Contact(email=f"{MARK}@example.org", name=MARK, phone=MARK)
KINDS = sorted(
    (*HOUSE.commands, *HOUSE.facts), key=lambda kind: str(kind.__name__)
)
DISCREET = (Address, Contact, FreeText, Tender, Line, PlaceOrder, DraftOrder)


def marked(value: Any) -> Any:
    """The same with a mark in every personal text."""
    if isinstance(value, Address):
        return ADDRESS
    if isinstance(value, Contact):
        return CONTACT
    if isinstance(value, tuple):
        return tuple(marked(item) for item in value)
    if attrs.has(type(value)) and not isinstance(value, type):
        changes = {
            field.name: MARK
            if callable(field.repr)
            else marked(getattr(value, field.name))
            for field in attrs.fields(type(value))
            if field.init and field.name not in {"minor", "currency"}
        }
        return attrs.evolve(value, **changes) if changes else value
    return value


def shown(value: object) -> list[str]:
    """Every way in which a value may get into a text by chance."""
    handler = logging.LogRecord("x", 1, "x", 1, "%s %r", (value, value), None)
    shows = [
        repr(value),
        str(value),
        f"{value}",
        f"{value!r:>9}",
        f"{[value]}",
        f"{ {'a': value} }",
        handler.getMessage(),
    ]
    shows += [
        pickle.dumps(value, protocol).decode("latin-1")
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ]
    return shows


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
@many(4)
@given(data=st.data())
def test_no_message_shows_it(kind: type, data: st.DataObject) -> None:
    """Neither a command nor a fact, however it is printed or pickled."""
    message = marked(data.draw(messages(kind)))

    for text in shown(message):
        assert MARK not in text


@many(25)
@given(place_orders())
def test_nothing_that_follows_shows_it(form: PlaceOrder) -> None:
    """Events, intents, the case and every document but the people's."""
    answer = handle(Case(order_id="o1"), marked(form), NOON)

    assert isinstance(answer, Decision)
    for value in (answer, *answer.events, answer.case):
        for text in shown(value):
            assert MARK not in text.replace(f"token='{MARK}'", "")
    for intent in answer.intents:
        assert MARK not in repr(intent)
    documents = [dumps(each, "recorded") for each in answer.events]
    documents.append(dumps(answer.case, "case"))
    for document in documents:
        # The provider's token is what a payment is made with.
        assert MARK not in document.replace(f'"token":"{MARK}"', "")
    assert MARK in "".join(
        dumps(value, "personal") for value in answer.personal.values()
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
@many(4)
@given(data=st.data())
def test_no_error_shows_it(kind: type, data: st.DataObject) -> None:
    """A refusal of whatever sort, and a traceback of it."""
    life = lives()[data.draw(st.sampled_from(sorted(lives())))]
    message = marked(data.draw(messages(kind)))

    answer = handle(life.case, message, life.now)

    if not isinstance(answer, Decision):
        raised = "".join(traceback.format_exception(answer.error))
        for text in (*shown(answer.error), raised):
            assert MARK not in text


@pytest.mark.parametrize(
    "change",
    [
        {"ship_to": attrs.evolve(ADDRESS, country=MARK)},
        {"ship_to": attrs.evolve(ADDRESS, name=MARK * 600)},
        {"contact": attrs.evolve(CONTACT, email=f"{MARK} at home")},
        {"gift_message": f"{MARK} 4111 1111 1111 1111"},
        {"instructions": f"{MARK}\ud800"},
        {"tenders": (Tender("card", f"{MARK} 4111111111111111"),)},
    ],
    ids=lambda change: str(next(iter(change))),
)
def test_a_wrong_personal_value_is_not_repeated(
    change: Mapping[str, Any],
) -> None:
    """The error names its field alone."""
    form = PlaceOrder(
        order_id="o1",
        command_id="c1",
        actor=STAFF,
        lines=(),
        ship_to=ADDRESS,
        contact=CONTACT,
    )

    answer = handle(Case(order_id="o1"), attrs.evolve(form, **change), NOON)

    assert not isinstance(answer, Decision)
    assert isinstance(answer.error, ValidationError)
    for text in shown(answer.error):
        assert MARK not in text
        assert "4111" not in text


def test_what_comes_out_of_a_pickle_is_masked() -> None:
    """It says that there was something, and no order is placed with it."""
    form = PlaceOrder(
        order_id="o1",
        command_id="c1",
        actor=STAFF,
        lines=(),
        ship_to=ADDRESS,
        contact=Contact(email=MARK),
        gift_message=MARK,
        tenders=(Tender("card", MARK),),
    )

    again = pickle.loads(pickle.dumps(form))  # noqa: S301

    assert isinstance(again, PlaceOrder)
    assert "***" == again.gift_message
    assert "" == again.instructions
    assert ("***", "***") == again.ship_to.lines  # type: ignore[union-attr]
    assert "***" == again.ship_to.country  # type: ignore[union-attr]
    assert Contact(email="***", language="***") == again.contact
    assert (Tender("card", "***"),) == again.tenders
    answer = handle(Case(order_id="o1"), again, NOON)
    assert not isinstance(answer, Decision)


@many(40)
@given(addresses() | contacts() | place_orders())
def test_a_copy_is_the_whole_value(value: Any) -> None:
    """Only a pickle forgets."""
    assert value == copy.copy(value)
    deep = copy.deepcopy(value)
    assert value == deep
    assert type(value) is type(deep)


def test_a_deep_copy_shares_no_mapping() -> None:
    """What is changed in one is not changed in the other."""
    options = {"colour": "blue"}
    line = PlaceOrder(
        order_id="o1",
        command_id="c1",
        actor=STAFF,
        lines=(Line(sku="x", quantity=1, unit_price=None, options=options),),  # type: ignore[arg-type]
    )

    deep = copy.deepcopy(line)
    options["colour"] = "red"

    assert {"colour": "blue"} == deep.lines[0].options
    assert line is copy.copy(line)


@pytest.mark.parametrize("kind", DISCREET)
def test_all_that_masks_is_discreet(kind: type) -> None:
    """Whatever masks a field in its ``repr`` masks it in a pickle too."""
    assert issubclass(kind, Discreet)


def test_an_intent_keeps_its_people_to_itself() -> None:
    """The driver fills them in, and nobody prints them."""
    intent = BuyLabel(
        operation_id="o1:label:1",
        order_id="o1",
        subject="o1-s1",
        purpose="outbound",
        place="main",
        address="o1:ship_to",
        people={"o1:ship_to": ADDRESS},
    )

    for text in shown(intent):
        assert MARK not in text
