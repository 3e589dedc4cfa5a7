"""Whatever is handed to the house, it answers in its own words."""

from __future__ import annotations

import inspect
from copy import deepcopy
from operator import attrgetter
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, strategies as st

from orderlife import Actor, Line, Money, OrderDesk
from orderlife._kernel.case import Case
from orderlife._values.limits import MAX_PAGE
from orderlife._values.money import allocate_minor
from orderlife.codec import dumps, loads, parse, receive, structure
from orderlife.engine.chain import verify
from orderlife.errors import OrderlifeError, ValidationError
from orderlife.house import HOUSE, handle
from orderlife.ports.store import Erase, FindOrders
from orderlife.testing import Clock
from tests.desk.test_words import VERBS
from tests.helpers import ADDRESS
from tests.hostile.junk import JUNK, answered, many
from tests.process.stages import lives, messages

KINDS = sorted(
    (*HOUSE.commands, *HOUSE.facts), key=lambda kind: str(kind.__name__)
)
READS: Final = (
    "get",
    "history",
    "effects",
    "denials",
    "find",
    "verify",
    "quote",
    "submit",
    "report",
    "receipt",
)
SHOP: Final = OrderDesk.in_memory(clock=Clock())
SHOP.place(
    [Line(sku="mug", quantity=1, unit_price=Money("10.00", "EUR"))],
    ship_to=ADDRESS,
    pay_with="tok_visa",
    order_id="o1",
)


def contents() -> dict[str, Any]:
    """All that the shop's store holds."""
    held = dict(vars(SHOP.ports.store))
    del held["_lock"]
    return deepcopy(held)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
@many(6)
@given(data=st.data())
def test_any_message_with_anything_in_it(
    kind: type, data: st.DataObject
) -> None:
    """``handle`` gives a decision or a refusal."""
    life = lives()[data.draw(st.sampled_from(sorted(lives())))]
    message: Any = data.draw(messages(kind))
    for field in data.draw(
        st.lists(st.sampled_from(attrs.fields(kind)), max_size=3)
    ):
        message = attrs.evolve(message, **{field.name: data.draw(JUNK)})

    refusal = answered(lambda: handle(life.case, message, life.now))

    error = getattr(refusal, "error", None)
    assert "4111" not in f"{error} {error!r}"


@many(30)
@given(data=st.data())
def test_no_message_at_all(data: st.DataObject) -> None:
    """What is no command is refused, at whatever time."""
    message, now = data.draw(JUNK), data.draw(JUNK)

    answered(lambda: handle(Case(order_id="o1"), message, now))


@pytest.mark.parametrize("name", VERBS)
@many(5)
@given(data=st.data())
def test_any_verb_with_anything(name: str, data: st.DataObject) -> None:
    """A desk raises errors of the house, and stores nothing then."""
    verb = attrgetter(name)(SHOP)
    asked = {
        each.name: data.draw(JUNK)
        for each in inspect.signature(verb).parameters.values()
        if (each.default is each.empty and each.kind is not each.VAR_KEYWORD)
        or (
            data.draw(st.integers(0, 3)) == 0
            and each.kind is not each.VAR_KEYWORD
        )
    }
    if "order_id" in asked and data.draw(st.booleans()):
        asked["order_id"] = "o1"
    if "shipment_id" in asked and data.draw(st.booleans()):
        asked["shipment_id"] = "o1-s1"
    for option in ("actor", "command_id", "notify", "expected_version"):
        if data.draw(st.integers(0, 3)) == 0 and name not in {
            "shipments.scan",
            "returns.receive",
        }:
            asked[option] = data.draw(JUNK)
    before = contents()

    answer = answered(lambda: verb(**asked))

    if isinstance(answer, OrderlifeError):
        assert before == contents()


@pytest.mark.parametrize("name", READS)
@many(20)
@given(data=st.data())
def test_any_question_with_anything(name: str, data: st.DataObject) -> None:
    """Whoever asks for nonsense is told so, and nothing changes."""
    before = contents()
    junk = data.draw(JUNK)

    answered(lambda: getattr(SHOP, name)(junk))

    assert before == contents()


@many(50)
@given(data=st.data())
def test_any_search_and_any_erasure(data: st.DataObject) -> None:
    """Searches are checked like commands, and pages are bounded."""
    before = contents()
    one, two = data.draw(JUNK), data.draw(JUNK)
    names = [field.name for field in attrs.fields(FindOrders)]
    field = data.draw(st.sampled_from(names))

    answered(lambda: SHOP.find(FindOrders(**{field: one})))
    answered(lambda: SHOP.erase(order_id=one))
    answered(lambda: SHOP.erase(customer_id=two))
    answered(lambda: SHOP.erase(order_id=one, customer_id=two))

    assert before == contents()


def test_a_page_has_its_limit() -> None:
    """A thousand orders, and no more."""
    assert 1 == len(SHOP.find(FindOrders(limit=MAX_PAGE)))

    with pytest.raises(ValidationError, match="limit: is more than 1000"):
        SHOP.find(FindOrders(limit=MAX_PAGE + 1))
    with pytest.raises(ValidationError, match="must be FindOrders, not Erase"):
        SHOP.find(Erase(order_id="o1"))  # type: ignore[arg-type]


@many(100)
@given(data=st.data())
def test_any_amount_of_any_currency(data: st.DataObject) -> None:
    """Money is made of nothing but what its grammar says."""
    one, two, three = (data.draw(JUNK) for _ in range(3))

    answered(lambda: Money(one, "EUR"))
    answered(lambda: Money("1.00", two))
    answered(lambda: Money(one, two))
    answered(lambda: Money("1.005", "EUR", rounding=three))
    answered(lambda: Money.of_minor(one, "EUR"))
    answered(lambda: Money("1", "EUR").times(one, rounding="ROUND_UP"))
    answered(lambda: Money("1", "EUR").split(-1))
    answered(lambda: allocate_minor(1, [3, -1]))


@pytest.mark.parametrize(
    "kind",
    ["case", "recorded", "intent", "timer", "personal", "command", "fact"],
)
@many(15)
@given(data=st.data())
def test_any_value_to_the_codec(kind: str, data: st.DataObject) -> None:
    """It writes what it knows, reads what it wrote, and refuses the rest."""
    junk = data.draw(JUNK)

    answered(lambda: dumps(junk, kind))
    answered(lambda: loads(junk, kind))
    answered(lambda: loads("{}", junk))
    answered(lambda: parse(junk))
    answered(lambda: structure(junk, Case))
    answered(lambda: receive(junk, Actor("customer", "c")))


def test_an_empty_chain_is_one() -> None:
    """Nothing was recorded, so nothing was changed."""
    assert "" == verify("o1", (), "")
