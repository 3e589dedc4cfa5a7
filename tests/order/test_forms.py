"""What comes of a form: each field, and each thing that is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import SYSTEM, Recorded
from orderlife._kernel.personal import personal_of
from orderlife._values.limits import MAX_LINES, MAX_TENDERS
from orderlife._values.money import MAX_MINOR, Money
from orderlife._values.personal import Contact, FreeText
from orderlife.errors import Problem, ValidationError
from orderlife.ports.payment import Tender
from orderlife.rooms.order.messages import DraftOrder, OrderPlaced
from orderlife.rooms.order.model import Discount, Line, OrderLine, Placement
from orderlife.rooms.order.placement import fix, tender_problems
from orderlife.testing.scenario import NOON, command
from tests.order.shop import ADA, CARD, HOME, cents, eur, line, place

LATER = NOON + timedelta(days=1)
USD = Money("1.00", "USD")
OFFICE = attrs.evolve(HOME, name="Office")


def form(*lines: Line, **fields: Any) -> Any:
    """A form with these lines."""
    return place(*lines, **fields).message("o1", 1)


def wrong(message: Any) -> list[tuple[str, str]]:
    """What is wrong with a form, in its order."""
    with pytest.raises(ValidationError) as caught:
        fix(message)
    assert type(message).__name__ == caught.value.what
    return [(each.field, each.message) for each in caught.value.problems]


RICH = line(
    "10.00",
    2,
    "cup",
    line_id="cups",
    title="A cup",
    seller="ada",
    place="north",
    options={"colour": "red"},
    discount=cents(100),
    tax=cents(38),
    shipping=cents(50),
    weight_g=300,
    final_sale=True,
    digital=True,
    gift_message="For you",
    instructions="Gently",
    flags=("rush", "fragile"),
)
WHOLE: dict[str, Any] = {
    "customer_id": "c1",
    "bill_to": OFFICE,
    "discounts": (Discount(code="ten", amount=cents(290)),),
    "shipping": cents(290),
    "shipping_tax": cents(29),
    "shipping_method": "fast",
    "promised_from": NOON,
    "promised_by": LATER,
    "channel": "web",
    "channel_number": "w-7",
    "priority": "high",
    "gift_message": "All for you",
    "instructions": "Ring twice",
    "tenders": (),
}


COUNTRY = "must be two capital letters of ISO 3166-1; did you mean 'DE'?"


@pytest.mark.parametrize("included", [True, False])
def test_every_field_of_a_form_is_kept(*, included: bool) -> None:
    """With each line's share of what stands on the whole order; what is
    digital has no part in the postage.
    """
    cups = OrderLine(
        line_id="cups",
        sku="cup",
        quantity=2,
        unit_price=eur("10.00"),
        goods_minor=1710,
        tax_minor=38,
        tax_added=not included,
        shipping_minor=50,
        discount_minor=290,
        title="A cup",
        seller="ada",
        place="north",
        options={"colour": "red"},
        weight_g=300,
        final_sale=True,
        digital=True,
        gift_message="o1:gift_message:cups",
        instructions="o1:instructions:cups",
        shares="proportional",
        flags=("rush", "fragile"),
    )
    mug = OrderLine(
        line_id="2",
        sku="mug",
        quantity=1,
        unit_price=eur("10.00"),
        goods_minor=900,
        tax_minor=29,
        tax_added=not included,
        shipping_minor=290,
        discount_minor=100,
        shares="proportional",
        shipping_tax_minor=29,
    )

    assert Placement(
        currency="EUR",
        lines=(cups, mug),
        total_minor=2950 + (0 if included else 67),
        shipping_minor=340,
        tax_minor=67,
        discount_minor=390,
        tax_included=included,
        discounts=WHOLE["discounts"],
        customer_id="c1",
        contact="o1:contact",
        ship_to="o1:ship_to",
        bill_to="o1:bill_to",
        shipping_method="fast",
        promised_from=NOON,
        promised_by=LATER,
        channel="web",
        channel_number="w-7",
        priority="high",
        gift_message="o1:gift_message",
        instructions="o1:instructions",
    ) == fix(form(RICH, line(), tax_included=included, **WHOLE))


def test_what_is_left_out_stays_out() -> None:
    """A form of the least that there is."""
    bits = line("0.10", 1, digital=True)
    bare = form(bits, ship_to=None, contact=None)

    assert Placement(
        currency="EUR",
        lines=(
            OrderLine(
                line_id="1",
                sku="mug",
                quantity=1,
                unit_price=cents(10),
                goods_minor=10,
                tax_minor=0,
                tax_added=True,
                shipping_minor=0,
                digital=True,
                shares="proportional",
            ),
        ),
        total_minor=10,
    ) == fix(bare)
    assert {} == _people(bare)


def _people(form: Any) -> Any:
    """The personal data of a form, by the references of its event."""
    event = OrderPlaced(order_id="o1", placement=fix(form), at=NOON)
    return personal_of(form, [Recorded(1, NOON, SYSTEM, "c1", event)])


def test_people_are_kept_by_their_references() -> None:
    """Of the order, and of each line."""
    assert {
        "o1:contact": ADA,
        "o1:ship_to": HOME,
        "o1:bill_to": OFFICE,
        "o1:gift_message": FreeText("All for you"),
        "o1:gift_message:cups": FreeText("For you"),
        "o1:gift_message:2": FreeText("Me too"),
        "o1:instructions": FreeText("Ring twice"),
        "o1:instructions:cups": FreeText("Gently"),
    } == _people(form(RICH, line(gift_message="Me too"), **WHOLE))


def test_free_goods_share_by_their_number() -> None:
    """And what has a price shares by what it costs."""
    free = fix(form(line("0.00", 1), line("0.00", 3), shipping=cents(400)))
    some = fix(form(line("0.00", 1), line("1.00", 3), shipping=cents(400)))

    assert [100, 300] == [each.shipping_minor for each in free.lines]
    assert [0, 400] == [each.shipping_minor for each in some.lines]


CURRENCY = "is in USD, the order is in EUR: an order has one currency"


@pytest.mark.parametrize(
    ("lines", "fields", "problems"),
    [
        (
            (line(quantity=0),),
            {},
            [("lines[0].quantity", "must be 1 or more")],
        ),
        (
            (line(), line(sku="")),
            {},
            [("lines[1].sku", "must not be empty")],
        ),
        (
            (line(line_id="a"), line(line_id="a")),
            {},
            [("lines[1].line_id", "'a' stands twice")],
        ),
        (
            (line(), line(line_id="1")),
            {},
            [("lines[1].line_id", "'1' stands twice")],
        ),
        (
            (line(line_id="_a"),),
            {},
            [("lines[0].line_id", "use a-z, 0-9, _ and -, at most 64")],
        ),
        (
            (line(line_id="a" * 65),),
            {},
            [("lines[0].line_id", "use a-z, 0-9, _ and -, at most 64")],
        ),
        (
            (line(), attrs.evolve(line(), unit_price=USD)),
            {},
            [("lines[1].unit_price", CURRENCY)],
        ),
        (
            (line(), line(discount=USD, tax=USD, shipping=USD)),
            {},
            [
                ("lines[1].discount", CURRENCY),
                ("lines[1].tax", CURRENCY),
                ("lines[1].shipping", CURRENCY),
            ],
        ),
        (
            (line(),),
            {
                "discounts": (
                    Discount(code="a", amount=cents(1)),
                    Discount(code="b", amount=USD),
                ),
                "shipping": USD,
                "shipping_tax": USD,
                "expected_total": USD,
                "tenders": (CARD, Tender("card", "t", USD)),
            },
            [
                ("discounts[1].amount", CURRENCY),
                ("shipping", CURRENCY),
                ("shipping_tax", CURRENCY),
                ("expected_total", CURRENCY),
                ("tenders[1].amount", CURRENCY),
            ],
        ),
        (
            (line(), line("1.00", 2, discount=cents(201))),
            {},
            [("lines[1].discount", "is more than the line costs")],
        ),
        (
            (line("1.00", discount=cents(101)), line("2.00")),
            {
                "discounts": (
                    Discount(code="a", amount=cents(200)),
                    Discount(code="b", amount=cents(1)),
                )
            },
            [
                ("lines[0].discount", "is more than the line costs"),
                ("discounts", "are more than the goods cost"),
            ],
        ),
        (
            (line(),),
            {"contact": Contact(email="ada@home")},
            [("contact.email", "is not a mail address")],
        ),
        (
            (line(),),
            {"contact": Contact()},
            [("contact", "needs a mail address or a telephone number")],
        ),
        (
            (line(),),
            {"ship_to": None},
            [("ship_to", "goods need an address to be sent to")],
        ),
        (
            (line(digital=True), line()),
            {"ship_to": None},
            [("ship_to", "goods need an address to be sent to")],
        ),
        (
            (line(),),
            {
                "ship_to": attrs.evolve(
                    HOME, name="", lines=("", ""), city="", country="de"
                ),
                "bill_to": attrs.evolve(HOME, city="", country="DEU"),
            },
            [
                ("ship_to.name", "must not be empty"),
                ("ship_to.lines", "must not be empty"),
                (
                    "ship_to.country",
                    COUNTRY,
                ),
                (
                    "bill_to.country",
                    COUNTRY,
                ),
            ],
        ),
        (
            (line(),),
            {"promised_from": LATER, "promised_by": NOON},
            [("promised_by", "is before promised_from")],
        ),
        (
            (line(),),
            {"expected_total": cents(1001)},
            [
                (
                    "expected_total",
                    "is 10.01 EUR, but the order comes to 10.00 EUR",
                )
            ],
        ),
        (
            (line(),),
            {"tenders": (Tender("card", "t", cents(1001)),)},
            [
                (
                    "tenders",
                    "add up to 10.01 EUR, but the order comes to 10.00 EUR",
                )
            ],
        ),
        (
            (line("0.00", shipping=cents(MAX_MINOR)), line("0.01")),
            {},
            [
                (
                    "lines",
                    ("come to a total of more than 90071992547409.91 EUR"),
                )
            ],
        ),
        (
            (
                line("0.00", tax=cents(MAX_MINOR)),
                line("0.00", tax=cents(1)),
            ),
            {"tax_included": True},
            [("lines", "come to a tax of more than 90071992547409.91 EUR")],
        ),
    ],
)
def test_whatever_is_wrong_is_named_by_its_field(
    lines: tuple[Line, ...],
    fields: dict[str, Any],
    problems: list[tuple[str, str]],
) -> None:
    """And with what would be right, in the order of the form."""
    assert problems == wrong(form(*lines, **fields))


def test_a_form_without_a_line_has_no_currency() -> None:
    """So that nothing else is wrong with it."""
    empty = form(line(), shipping=USD)

    assert [("lines", "an order needs at least one line")] == wrong(
        attrs.evolve(empty, lines=())
    )


def test_a_form_has_so_many_lines_and_no_more() -> None:
    """It would take too long to look at."""
    full = (line("0.01"),) * MAX_LINES

    assert MAX_LINES == len(fix(form(*full)).lines)
    assert [("lines", f"at most {MAX_LINES} lines")] == wrong(
        form(*full, line("0.01"))
    )


def test_an_id_like_a_parts_is_refused() -> None:
    """A draft's is named as the draft's."""
    draft = command(DraftOrder, **place().fields).message("o1-s12", 1)

    assert [
        (
            "order_id",
            (
                "must not end like the id of an order's part: in -r, -s or "
                "-t and a number"
            ),
        )
    ] == wrong(draft)


@pytest.mark.parametrize(
    "fields",
    [
        {"contact": Contact(phone="1")},
        {"contact": Contact(email="a@b.c")},
        {"promised_from": NOON, "promised_by": NOON},
        {"promised_from": NOON},
        {"promised_by": NOON},
        {
            "discounts": (Discount(code="a", amount=cents(2000)),),
            "tenders": (),
        },
        {"expected_total": cents(2000)},
        {
            "lines": (line(), line("1.00")),
            "discounts": (Discount(code="a", amount=cents(1100)),),
            "tenders": (),
        },
        {"ship_to": attrs.evolve(HOME, lines=("", "x"))},
    ],
)
def test_what_is_just_right_passes(fields: dict[str, Any]) -> None:
    """At the edge of each rule."""
    wide = line(quantity=2, line_id="a" * 64, sku="x")

    assert "EUR" == fix(form(**{"lines": (wide,), **fields})).currency


@pytest.mark.parametrize(
    ("shares", "total"),
    [
        ((100, None), 100),
        ((99, None), 100),
        ((60, 40), 100),
        ((None,), 0),
        ((), 100),
        ((1, 2, None), 100),
    ],
)
def test_means_of_payment_that_fit(
    shares: tuple[int | None, ...], total: int
) -> None:
    """They come to the total, or one takes the rest."""
    tenders = tuple(
        Tender("card", "t", None if each is None else cents(each))
        for each in shares
    )

    assert [] == list(tender_problems(tenders, cents(total)))


ONE_OPEN = "only one may leave its amount open for the rest"


@pytest.mark.parametrize(
    ("tenders", "problems"),
    [
        (
            (CARD, Tender("", "t", cents(1), instalments=0)),
            [
                ("tenders[1].kind", "must not be empty"),
                ("tenders[1].instalments", "must be 1 or more"),
            ],
        ),
        (
            (Tender("a", "t", cents(0)), CARD),
            [("tenders[0].amount", "must be above zero")],
        ),
        ((CARD, CARD), [("tenders", ONE_OPEN)]),
        ((CARD, CARD, CARD), [("tenders", ONE_OPEN)]),
        (
            (Tender("a", "t", cents(70)), Tender("a", "t", cents(31))),
            [
                (
                    "tenders",
                    "add up to 1.01 EUR, but the order comes to 1.00 EUR",
                )
            ],
        ),
        (
            (Tender("a", "t", cents(70)), Tender("a", "t", cents(29))),
            [
                (
                    "tenders",
                    (
                        "add up to 0.99 EUR, but the order comes to "
                        "1.00 EUR: leave one amount open for the rest"
                    ),
                )
            ],
        ),
        (
            (*(Tender("a", "t", cents(1)),) * MAX_TENDERS, CARD),
            [("tenders", f"at most {MAX_TENDERS} means of payment")],
        ),
    ],
)
def test_means_of_payment_that_do_not_fit(
    tenders: tuple[Tender, ...], problems: list[tuple[str, str]]
) -> None:
    """Each is named by its place, their sum as a whole."""
    assert [Problem(*each) for each in problems] == list(
        tender_problems(tenders, cents(100))
    )


def test_so_many_means_of_payment_fit() -> None:
    """And one more does not."""
    tenders = (*(Tender("a", "t", cents(1)),) * (MAX_TENDERS - 1), CARD)

    assert [] == list(tender_problems(tenders, cents(100)))
