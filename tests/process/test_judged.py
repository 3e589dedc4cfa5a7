"""What people write is read for card numbers, and what goes with it."""

from __future__ import annotations

from typing import Any

import pytest

from orderlife._checks.validation import check
from orderlife._kernel.messages import Actor, Command
from orderlife._values.limits import MAX_INPUT, MAX_READ, MAX_TEXT
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact
from orderlife.ports.payment import Tender
from orderlife.rooms.order.messages import DraftOrder, OpenHold
from orderlife.rooms.order.model import Discount
from orderlife.rooms.payment.messages import PayOrder
from orderlife.rooms.returns.messages import InspectReturn, RequestReturn
from orderlife.rooms.returns.model import Finding
from orderlife.testing.scenario import STAFF
from tests.helpers import ADDRESS, line
from tests.process.read import form, said

TEN = Money("10.00", "EUR")
VISA = "4111 1111 1111 1111"
HALVES = "4111 1111", "1111 1111"
HOLDS = "holds a card number, which is never kept"
TOGETHER = "holds a card number in fields side by side, which is never kept"
BASE: dict[str, Any] = {"order_id": "o1", "command_id": "c1", "actor": STAFF}
BONN: dict[str, Any] = {
    "name": "Ada",
    "lines": ("1 Way",),
    "city": "Bonn",
    "country": "DE",
}


def at(**fields: Any) -> Address:
    """An address with these fields."""
    return Address(**{**BONN, **fields})


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (OpenHold(reason="other", note=VISA, **BASE), "note"),
        (form(gift_message=VISA), "gift_message"),
        (form(shipping_method=VISA), "shipping_method"),
        (
            form(discounts=(Discount(code=VISA, amount=TEN),)),
            "discounts[0].code",
        ),
        (form(lines=(line(title=VISA),)), "lines[0].title"),
        (form(lines=(line(options={"a": VISA}),)), "lines[0].options[a]"),
        (form(ship_to=at(lines=("x", VISA))), "ship_to.lines[1]"),
        (form(bill_to=at(phone=VISA)), "bill_to.phone"),
        (form(contact=Contact(email=VISA)), "contact.email"),
        (form(tenders=(Tender(VISA, "tok"),)), "tenders[0].kind"),
        (PayOrder(tender=Tender("card", VISA), **BASE), "tender.token"),
        (
            RequestReturn(
                quantities={"1": 1}, reason="unwanted", comment=VISA, **BASE
            ),
            "comment",
        ),
        (
            InspectReturn(
                return_id="o1-t1",
                findings=(
                    Finding(
                        line_id="1",
                        quantity=1,
                        condition="opened",
                        disposition="scrap",
                        note=VISA,
                    ),
                ),
                **BASE,
            ),
            "findings[0].note",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_are_read_wherever_they_stand(
    message: Command, path: str
) -> None:
    """Each is named by its path, once."""
    assert [f"{path}: {HOLDS}"] == said(message)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"ship_to": at(lines=HALVES)}, "ship_to"),
        ({"bill_to": at(lines=HALVES)}, "bill_to"),
        ({"ship_to": at(lines=("411111", "1111111111"))}, "ship_to"),
        ({"ship_to": at(lines=("x 4111 111", "1 1111 1111"))}, "ship_to"),
        ({"ship_to": at(lines=("4111", "1111", "1111", "1111"))}, "ship_to"),
        ({"ship_to": at(lines=("4111-1111-", "1111-1111"))}, "ship_to"),
        ({"ship_to": at(lines=("٤١١١١١١١", "11111111"))}, "ship_to"),
        ({"ship_to": at(name="4111 1111", lines=(HALVES[1],))}, "ship_to"),
        (
            {"ship_to": at(lines=("41111111",), postcode="11111111")},
            "ship_to",
        ),
        ({"ship_to": at(lines=("41111111",), city="11111111")}, "ship_to"),
        ({"ship_to": at(city="41111111", postcode="11111111")}, "ship_to"),
        ({"ship_to": at(postcode="41111111", region="11111111")}, "ship_to"),
        ({"ship_to": at(region="41111111", phone="11111111")}, "ship_to"),
        ({"contact": Contact(name="4111 1111", phone=HALVES[1])}, "contact"),
        (
            {
                "contact": Contact(
                    email="11111111@example.org", name="41111111"
                )
            },
            "contact",
        ),
        (
            {"lines": (line(title="41111111 11", gift_message="111111"),)},
            "lines[0]",
        ),
        (
            {
                "lines": (
                    line(),
                    line(options={"1": HALVES[0], "2": HALVES[1]}),
                )
            },
            "lines[1]",
        ),
        (
            {"lines": (line(gift_message=HALVES[0], instructions=HALVES[1]),)},
            "lines[0]",
        ),
        (
            {"gift_message": HALVES[0], "instructions": HALVES[1]},
            "texts",
        ),
        (
            {
                "discounts": (
                    Discount(code="41111111", amount=TEN, label="11111111"),
                )
            },
            "discounts[0]",
        ),
    ],
)
def test_halves_that_stand_side_by_side_are_one(
    fields: dict[str, Any], path: str
) -> None:
    """Two lines of an address may not hold one half each."""
    assert [f"{path}: {TOGETHER}"] == said(form(**fields))


def test_a_draft_is_read_like_an_order() -> None:
    """It is filled in by the same people."""
    draft = DraftOrder(
        lines=(line(),),
        gift_message=HALVES[0],
        instructions=HALVES[1],
        **BASE,
    )

    assert [f"texts: {TOGETHER}"] == said(draft)


def test_a_field_that_holds_a_whole_one_is_named_alone() -> None:
    """That it stands beside others goes without saying."""
    assert [f"ship_to.lines[0]: {HOLDS}"] == said(
        form(ship_to=at(lines=(VISA, "2")))
    )


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        at(lines=("1234", "5678"), postcode="10115", phone="+49 30 901820"),
        at(postcode="37201", phone="6155550123"),
        at(lines=("4111 1111", "Floor 3"), postcode="1111 1111"),
    ],
)
def test_addresses_pass(address: Address) -> None:
    """A house, a postcode and a telephone are no card number."""
    check(form(ship_to=address))


@pytest.mark.parametrize(
    "phone", ["4915112345017", "+4915112345017", "0049 1511 2345017", ""]
)
def test_telephone_numbers_pass(phone: str) -> None:
    """With a plus or without."""
    check(
        form(
            ship_to=at(phone=phone),
            contact=Contact(email="a@b.de", phone=phone),
        )
    )


@pytest.mark.parametrize(
    "kind",
    ["gift_card", "giftcard", "Gift-Card", "voucher", "store credit", "gift"],
)
def test_the_token_of_a_gift_card_may_be_a_number(kind: str) -> None:
    """Shops number them as they like, and Luhn's digit is usual."""
    check(PayOrder(tender=Tender(kind, "6011111111111117"), **BASE))


def test_a_token_is_read_more_strictly() -> None:
    """No letter excuses a card number where a token should be."""
    tender = Tender("card", "YT4111111111111111")

    assert [f"tender.token: {HOLDS}"] == said(PayOrder(tender=tender, **BASE))
    check(OpenHold(reason="other", note="YT4111111111111111", **BASE))


def test_numerals_count_as_long_as_they_are_written_out() -> None:
    """A text is refused for its length before it is looked at."""
    note = OpenHold(reason="other", note="⑳" * (MAX_TEXT // 2), **BASE)
    long = OpenHold(reason="other", note="⑳" * (MAX_TEXT // 2 + 1), **BASE)

    check(note)
    assert [
        "note: is longer than 4000 characters, its numerals written out"
    ] == said(long)
    check(OpenHold(reason="other", note="\ufdfa" * MAX_TEXT, **BASE))


def test_so_much_is_read_of_one_command() -> None:
    """Beyond that it is refused, unread."""
    text = "1 " * (MAX_TEXT // 2)
    most = MAX_READ // MAX_TEXT
    lines = tuple(line(title=text) for _ in range(most))
    more = tuple(line(title=text) for _ in range(most + 1))

    check(form(lines=lines))
    too_much = (
        "texts: hold more than 131072 characters in which there may be a "
        "card number"
    )
    assert [too_much] == said(form(lines=more))
    plain = tuple(line(title="m" * MAX_TEXT) for _ in range(most + 1))
    check(form(lines=plain))


def test_all_texts_of_a_command_have_one_limit() -> None:
    """As if it had come as JSON."""
    most = MAX_INPUT // MAX_TEXT
    lines = tuple(line(title="m" * MAX_TEXT) for _ in range(most))

    check(form(lines=lines))
    assert ["texts: are longer than 1048576 in all"] == said(
        form(lines=(*lines, lines[0]))
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"lines": (line(options=[]),)},
        {"lines": (line(options={VISA[:4]: 7}),)},
        {"lines": (line(options={7: "x"}),)},
        {"lines": [line()]},
        {"lines": (VISA,)},
        {"ship_to": at(lines="x")},
        {"ship_to": at(lines=(7,))},
        {"ship_to": at(phone=7)},
        {"ship_to": VISA},
        {"tenders": (Tender(7, "x"),)},  # type: ignore[arg-type]
        {"tenders": (Tender("card", None),)},  # type: ignore[arg-type]
        {"tenders": (Tender("card", "x" * (MAX_TEXT + 1)),)},
        {"gift_message": "4" * (MAX_TEXT + 1)},
        {"lines": (line(),) * 5001},
        {"lines": (line(options=dict.fromkeys(map(str, range(5001)), "")),)},
    ],
)
def test_what_is_of_another_type_is_left_to_others(
    fields: dict[str, Any],
) -> None:
    """One problem, and it is not about a card number."""
    (problem,) = said(form(**fields))

    assert "card number" not in problem


def test_an_actor_may_have_any_number() -> None:
    """As a marketplace numbers its customers."""
    check(
        OpenHold(
            order_id="o1",
            command_id="c1",
            reason="other",
            actor=Actor("customer", "4111111111111111"),
        )
    )
