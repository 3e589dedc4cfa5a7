"""Values as others read them: JSON that can be told from its schema."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

import attrs
import jsonschema
import pydantic
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, strategies as st

from orderlife import Money, OrderView
from orderlife._values import plain
from orderlife._values.fast_enum import FastEnum, OpenEnum
from orderlife._values.plain import HIDDEN, Shown, plain_of, schema_of
from orderlife.ports.store import FindOrders, OrderSummary
from orderlife.views.pages import CustomerView, StaffView
from tests.desk.shop import Shop


class Colour(FastEnum):
    """Two words."""

    RED = "red"
    BLUE = "blue"


class Open(OpenEnum):
    """Words to which a room adds."""

    ONE = "one"


@attrs.frozen(kw_only=True)
class Part(Shown):
    """A part of
    the whole.
    """

    number: int


@attrs.frozen(kw_only=True)
class Whole(Shown):
    """All that can be shown."""

    text: str
    yes: bool
    colour: Colour
    word: Literal["a", "b"]
    brought: Open
    price: Money
    at: datetime
    day: date
    parts: tuple[Part, ...]
    by_name: Mapping[str, int]
    perhaps: Part | None = None
    """It may not be
    there."""
    secret: object = attrs.field(default=None, metadata=HIDDEN)


NIGHT = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=1)))
WHOLE = Whole(
    text="ä",
    yes=True,
    colour=Colour.BLUE,
    word="a",
    brought=Open("gift_wrap.torn"),
    price=Money("12.50", "EUR"),
    at=NIGHT,
    day=date(2026, 3, 1),
    parts=(Part(number=1),),
    by_name={"1": 2},
    secret=object(),
)


def test_each_value_has_one_form() -> None:
    """A moment is UTC, money says its minor units, a word is itself."""
    assert plain_of(WHOLE) == {
        "text": "ä",
        "yes": True,
        "colour": "blue",
        "word": "a",
        "brought": "gift_wrap.torn",
        "price": {"amount": "12.50", "currency": "EUR", "minor": 1250},
        "at": "2026-03-01T00:30:00Z",
        "day": "2026-03-01",
        "parts": [{"number": 1}],
        "by_name": {"1": 2},
        "perhaps": None,
    }


def test_the_schema_takes_what_is_shown_and_nothing_else() -> None:
    """Each field is there, of its type, and no other one is."""
    schema = schema_of(Whole)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    document = json.loads(json.dumps(plain_of(WHOLE)))
    validator.validate(document)
    assert not validator.is_valid(document | {"secret": 1})
    for name in document:
        assert not validator.is_valid(
            {key: value for key, value in document.items() if key != name}
        )
        assert not validator.is_valid(document | {name: [{}]})


def test_the_schema_says_what_the_docstrings_say() -> None:
    """Of the class, and of the field."""
    schema = schema_of(Whole)
    assert schema["description"] == "All that can be shown."
    assert schema["$schema"].endswith("2020-12/schema")
    perhaps = schema["properties"]["perhaps"]
    assert perhaps["description"] == "It may not be there."
    assert schema["properties"]["parts"]["items"]["title"] == "Part"


def test_several_are_an_array() -> None:
    """A tuple of pages is a type, too."""
    schema = schema_of(tuple[Part, ...])
    assert schema["type"] == "array"


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "BHD"]))
def test_any_amount_is_shown_exactly(minor: int, currency: str) -> None:
    """Its text is the amount that its minor units are."""
    money = Money.of_minor(minor, currency)
    found = plain_of(money)
    assert Money(found["amount"], found["currency"]) == money
    jsonschema.validate(found, schema_of(Money))


@pytest.mark.parametrize("value", [1.5, object(), {1.5: "a"}])
def test_what_is_not_shown_is_refused(value: object) -> None:
    """A float, a class of an application."""
    with pytest.raises(TypeError, match="is not shown"):
        plain_of(value)
    with pytest.raises(TypeError, match="is not shown"):
        schema_of(type(value))


def test_a_program_without_its_source_has_schemas_without_sentences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one that was frozen into a single file."""

    def gone(kind: object) -> str:
        raise OSError

    monkeypatch.setattr(inspect, "getsource", gone)
    plain._said.cache_clear()
    schema = schema_of(Whole)
    plain._said.cache_clear()
    assert "description" not in schema["properties"]["perhaps"]


def application(shop: Shop) -> FastAPI:
    """An application as the documentation has it."""
    app = FastAPI()

    @app.get("/orders/{order_id}")
    def read(order_id: str) -> OrderView:
        return shop.desk.get(order_id)

    @app.get("/staff/orders/{order_id}")
    def look(order_id: str) -> StaffView:
        return shop.desk.get(order_id).staff()

    @app.get("/again/{order_id}")
    def again(order_id: str) -> CustomerView:
        return shop.desk.get(order_id).customer()

    @app.get("/orders")
    def all_of_them() -> list[OrderSummary]:
        return list(shop.desk.find(FindOrders()))

    return app


def test_fastapi_returns_what_a_desk_gives() -> None:
    """An ``OrderView`` is the customer's page."""
    shop = Shop()
    view = shop.place(pay_with="tok_visa")
    with TestClient(application(shop)) as client:
        browser = client.get("/orders/o1")
        assert browser.json() == plain_of(view.customer())
        assert client.get("/again/o1").json() == browser.json()
        assert "tok_visa" not in browser.text
        staff = client.get("/staff/orders/o1").json()
        assert staff == plain_of(view.staff())
        (summary,) = client.get("/orders").json()
        assert summary["order_id"] == "o1"


def test_fastapi_documents_what_a_desk_gives() -> None:
    """Once each, however many routes give it, and validly."""
    document = application(Shop()).openapi()
    schemas = document["components"]["schemas"]
    named = [name for name in schemas if "OrderView" in name]
    assert len(named) == 1
    view = schemas[named[0]]
    assert "null unless the program" in str(view["properties"]["people"])
    for route in ("/orders/{order_id}", "/again/{order_id}"):
        told = document["paths"][route]["get"]["responses"]["200"]
        assert "$ref" in told["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator.check_schema(view)


def test_pydantic_takes_a_page_and_nothing_like_it() -> None:
    """A page is made from an order, and never from a request."""

    class Answer(pydantic.BaseModel):
        order: CustomerView

    page = Shop().place().customer()
    answer = Answer(order=page)
    assert answer.model_dump()["order"] == plain_of(page)
    with pytest.raises(pydantic.ValidationError):
        Answer.model_validate({"order": plain_of(page)})


def test_nobody_imports_pydantic_who_does_not_use_it() -> None:
    """Nor is it a dependency."""
    import subprocess

    program = (
        "import sys; from orderlife import OrderDesk, codec; "
        "OrderDesk.in_memory(); codec.schema('view'); "
        "sys.exit('pydantic' in sys.modules)"
    )
    done: Any = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
