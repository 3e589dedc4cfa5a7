"""Placing: what is wrong is named at once, and every cent is somebody's."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife._values.limits import MAX_TENDERS
from orderlife._values.money import MAX_MINOR
from orderlife._values.personal import Contact, FreeText
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    ValidationError,
)
from orderlife.house import handle
from orderlife.ports.inventory import Reserve
from orderlife.rooms.order import evolve as room
from orderlife.rooms.order.messages import (
    CancelOrder,
    DraftOrder,
    OpenHold,
    OrderCancelled,
    OrderDrafted,
    OrderPlaced,
    PlaceDraft,
    PlaceOrder,
    ReleaseHold,
)
from orderlife.rooms.order.model import (
    Discount,
    Line,
    Order,
    Placement,
    Tender,
)
from orderlife.rooms.payment.messages import PaymentAwaited, PayOrder
from orderlife.rooms.stock.messages import ReservationRequested
from orderlife.testing.scenario import (
    NOON,
    STAFF,
    Draft,
    Scenario,
    command,
    given_case,
)
from tests.house import evolve
from tests.order.shop import (
    ADA,
    CARD,
    HOME,
    Shop,
    cents,
    eur,
    line,
    place,
    unhurried,
)

MOST = "90071992547409.91"
NEW = given_case(Case(order_id="o1"))


def placed(*lines: Line, **fields: Any) -> Order:
    """Place an order and give it."""
    return (
        NEW.when(place(*lines, **fields))
        .then(OrderPlaced, PaymentAwaited, ReservationRequested)
        .case.placed
    )


def problems(draft: Draft) -> dict[str, str]:
    """What is wrong with an order, by field."""
    scenario = NEW.when(draft).then_refused(ValidationError)
    assert isinstance(scenario.answer, Refusal)
    error = scenario.answer.error
    assert isinstance(error, ValidationError)
    return {problem.field: problem.message for problem in error.problems}


# --- what is wrong ------------------------------------------------------


def test_every_wrong_field_is_named_at_once() -> None:
    """An order with many faults is refused once, naming all of them."""
    draft = place(
        line(quantity=0),
        line(line_id="Not Good", sku=""),
        line("1.00", discount=eur("1.01")),
        ship_to=attrs.evolve(
            HOME, name="", lines=("",), city="", country="germany"
        ),
        bill_to=attrs.evolve(HOME, country="DEU"),
        contact=Contact(email="ada at home"),
        promised_from=NOON,
        promised_by=NOON.replace(year=2025),
        discounts=(Discount(code="half", amount=eur("11.00")),),
    )
    assert set(problems(draft)) == {
        "lines[0].quantity",
        "lines[1].line_id",
        "lines[1].sku",
        "lines[2].discount",
        "ship_to.name",
        "ship_to.lines",
        "ship_to.country",
        "bill_to.country",
        "contact.email",
        "promised_by",
        "discounts",
    }


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"lines": ()}, "lines", "at least one line"),
        ({"lines": (line(),) * 2001}, "lines", "at most 2000"),
        (
            {"lines": (line(line_id="a"), line(line_id="a"))},
            "lines[1].line_id",
            "'a' stands twice",
        ),
        (
            {"lines": (line(line_id="2"), line())},
            "lines[1].line_id",
            "'2' stands twice",
        ),
        ({"ship_to": None}, "ship_to", "need an address"),
        ({"contact": Contact()}, "contact", "mail address or a telephone"),
        (
            {"discounts": (Discount(code="x", amount=eur("20.01")),)},
            "discounts",
            "more than the goods cost",
        ),
        (
            {"expected_total": eur("19.99")},
            "expected_total",
            "is 19.99 EUR, but the order comes to 20.00 EUR",
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_would_be_right(
    fields: dict[str, Any], field: str, words: str
) -> None:
    """Each rule of the form names its field and says what is wrong."""
    assert words in problems(place(**fields))[field]


@pytest.mark.parametrize(
    ("order_id", "refused"),
    [
        ("a-s1", True),
        ("a-r12", True),
        ("a-t1", True),
        ("a-s", False),
        ("a-x1", False),
        ("as1", False),
        ("a-s1-b", False),
    ],
)
def test_an_order_is_not_named_like_its_parts(
    order_id: str, *, refused: bool
) -> None:
    """A shipment's id names its order, so no order may look like one."""
    draft = place(line())
    form = PlaceOrder(
        order_id=order_id, command_id="c", actor=STAFF, **draft.fields
    )
    answer = handle(Case(order_id=order_id), form, NOON)
    assert isinstance(answer, Refusal) is refused
    if isinstance(answer, Refusal):
        assert "must not end like the id of" in str(answer.error)


def test_an_order_has_one_currency() -> None:
    """One charged currency an order: every amount in another is named."""
    other = attrs.evolve(line(), unit_price=cents(1) * 0)
    assert other.unit_price.currency == "EUR"
    dollars = type(eur("1.00"))("1.00", "USD")
    draft = place(
        line(),
        attrs.evolve(line(), unit_price=dollars),
        shipping=dollars,
        discounts=(Discount(code="x", amount=dollars),),
        tenders=(Tender("card", "t", amount=dollars),),
    )
    found = problems(draft)
    assert set(found) >= {
        "lines[1].unit_price",
        "shipping",
        "discounts[0].amount",
        "tenders[0].amount",
    }
    assert found["shipping"] == (
        "is in USD, the order is in EUR: an order has one currency"
    )


@pytest.mark.parametrize(
    ("tenders", "field", "words"),
    [
        ([("", "19.99"), ("card", None)], "tenders[0].kind", "not be empty"),
        ([("a", "0.00"), ("b", None)], "tenders[0].amount", "above zero"),
        ([("a", None), ("b", None)], "tenders", "only one may leave"),
        ([("a", "20.01")], "tenders", "add up to 20.01 EUR"),
        ([("a", "5.00"), ("b", "14.99")], "tenders", "leave one amount open"),
        ([("a", "0.01")] * MAX_TENDERS + [("b", None)], "tenders", "at most"),
    ],
)
def test_tenders_that_do_not_pay_the_order_are_refused(
    tenders: list[tuple[str, str | None]], field: str, words: str
) -> None:
    """Tenders name amounts that come to the total, or one takes the rest."""
    made = tuple(
        Tender(kind, "tok", amount=None if amount is None else eur(amount))
        for kind, amount in tenders
    )
    assert words in problems(place(tenders=made))[field]


def test_a_tender_is_paid_in_one_instalment_or_more() -> None:
    """No tender is paid in less than one instalment."""
    found = problems(place(tenders=(attrs.evolve(CARD, instalments=0),)))
    assert found == {"tenders[0].instalments": "must be 1 or more"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((line(MOST), line("0.01")), "a total of more than"),
        ((line("0.00", shipping=cents(MAX_MINOR)),) * 2, "a shipping of"),
        ((line("0.00", tax=cents(MAX_MINOR)),) * 2, "a tax of"),
        (
            (
                line(MOST, discount=cents(MAX_MINOR)),
                line(MOST, discount=cents(MAX_MINOR)),
            ),
            "a discount of",
        ),
    ],
)
def test_sums_beyond_the_largest_amount_are_refused(
    lines: tuple[Line, ...], words: str
) -> None:
    """No sum of an order is beyond the most that one amount is."""
    fields = {"tax_included": "tax" in words}
    assert words in problems(place(*lines, **fields))["lines"]


def test_goods_of_bits_need_no_address() -> None:
    """An order of digital goods alone goes without an address."""
    draft = place(line(digital=True), ship_to=None, contact=None)
    placement = NEW.when(draft).case.placed.placement
    assert placement.ship_to == ""
    assert placement.contact == ""


def test_an_order_is_placed_once() -> None:
    """A second order under one id is refused."""
    NEW.when(place()).and_when(place()).then_refused(
        NotAllowedError, match="it is there already, placed"
    )
    NEW.when(place()).and_when(command(DraftOrder, lines=())).then_refused(
        NotAllowedError, match="a new order needs a new id"
    )


def test_a_line_is_found_by_its_id() -> None:
    """And there is no other."""
    order = placed(line(line_id="mugs"), line())
    assert order.line("mugs").line_id == "mugs"
    assert order.line("2").line_id == "2"
    with pytest.raises(KeyError):
        order.line("1")


def test_nothing_can_be_asked_of_an_order_that_is_not_there() -> None:
    """Any other command on an unknown id is refused."""
    NEW.when(command(CancelOrder)).then_refused(
        NotFoundError, match="no order 'o1'"
    )


# --- every cent ---------------------------------------------------------


def value(order: Order) -> int:
    """What all units of all lines cost, unit by unit."""
    return sum(
        made.value(unit, unit + 1)
        for made in order.placement.lines
        for unit in range(made.quantity)
    )


def test_discounts_tax_and_shipping_are_spread_by_value_and_frozen() -> None:
    """Each line has its share of what stands on the whole order."""
    order = placed(
        line("10.00", 2, tax=eur("2.00")),
        line("5.00", 1, discount=eur("1.00"), shipping=eur("0.50")),
        discounts=(Discount(code="five", amount=eur("5.00")),),
        shipping=eur("6.00"),
        shipping_tax=eur("1.20"),
    )
    mugs, cup = order.placement.lines
    assert (mugs.goods_minor, cup.goods_minor) == (1583, 317)
    assert (mugs.discount_minor, cup.discount_minor) == (417, 183)
    assert (mugs.shipping_minor, cup.shipping_minor) == (500, 150)
    assert (mugs.tax_minor, cup.tax_minor) == (300, 20)
    placement = order.placement
    assert placement.discount_minor == 600
    assert placement.shipping_minor == 650
    assert placement.tax_minor == 320
    assert placement.total_minor == 1583 + 317 + 650 + 320


@pytest.mark.parametrize(("included", "total"), [(True, 1000), (False, 1160)])
def test_tax_is_added_or_contained(included: bool, total: int) -> None:
    """Tax comes on top of the prices, or is in them."""
    order = placed(line(tax=eur("1.60")), tax_included=included)
    assert order.placement.total_minor == total
    assert order.placement.tax_minor == 160


def test_free_goods_carry_the_shipping_by_their_number() -> None:
    """Where no line costs anything, shipping is spread by units."""
    order = placed(line("0.00", 1), line("0.00", 3), shipping=eur("4.00"))
    assert [made.shipping_minor for made in order.placement.lines] == [
        100,
        300,
    ]


prices = st.integers(0, 10**7)
quantities = st.integers(1, 40)
shares = st.fractions(0, 1)


@st.composite
def forms(draw: st.DrawFn) -> Draft:
    """Orders with amounts of all kinds, and nothing wrong with them."""
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        price, quantity = draw(prices), draw(quantities)
        off = int(price * quantity * draw(shares))
        lines.append(
            Line(
                sku="mug",
                quantity=quantity,
                unit_price=cents(price),
                discount=draw(st.none() | st.just(cents(off))),
                tax=draw(st.none() | st.builds(cents, prices)),
                shipping=draw(st.none() | st.builds(cents, prices)),
            )
        )
    goods = sum(
        made.unit_price.minor * made.quantity
        - (made.discount.minor if made.discount else 0)
        for made in lines
    )
    off = int(goods * draw(shares))
    return place(
        *lines,
        discounts=(Discount(code="x", amount=cents(off)),) if off else (),
        shipping=draw(st.none() | st.builds(cents, prices)),
        shipping_tax=draw(st.none() | st.builds(cents, prices)),
        tax_included=draw(st.booleans()),
    )


def of(draft: Draft, name: str) -> int:
    """Sum an amount of an order over its lines, its own included."""
    found = [getattr(made, name, None) for made in draft.fields["lines"]]
    if name == "tax":
        found.append(draft.fields["shipping_tax"])
    elif name == "discount":
        found += [discount.amount for discount in draft.fields["discounts"]]
    else:
        found.append(draft.fields.get(name))
    return sum(amount.minor for amount in found if amount is not None)


@unhurried
@given(forms())
def test_shares_add_up_to_what_was_named(draft: Draft) -> None:
    """Σ of the lines' shares is each amount, and Σ of the units the total."""
    order = NEW.when(draft).decision.case.placed
    placement: Placement = order.placement
    gross = sum(
        made.unit_price.minor * made.quantity for made in draft.fields["lines"]
    )
    discount, tax = of(draft, "discount"), of(draft, "tax")
    shipping = of(draft, "shipping")
    assert placement.discount_minor == discount
    assert placement.tax_minor == tax
    assert placement.shipping_minor == shipping
    added = 0 if draft.fields["tax_included"] else tax
    assert placement.total_minor == gross - discount + shipping + added
    assert value(order) == placement.total_minor
    assert all(made.goods_minor >= 0 for made in placement.lines)


@unhurried
@given(forms(), st.data())
def test_what_is_ordered_is_asked_for_and_no_more(
    draft: Draft, data: st.DataObject
) -> None:
    """Tenders that name amounts are asked for them, the open one the rest."""
    total = NEW.when(draft).decision.case.placed.placement.total_minor
    named = data.draw(st.integers(0, total))
    tenders = [Tender("card", "tok_visa")]
    if named:
        tenders.insert(0, Tender("voucher", "v", amount=cents(named)))
    shop = Shop()
    shop.do(Draft(draft.kind, {**draft.fields, "tenders": tuple(tenders)}))
    asked = [payment.asked_minor for payment in shop.order.payments]
    assert sum(asked) == total
    assert asked == [minor for minor in (named, total - named) if minor]
    assert shop.state == "confirmed"


# --- drafts -------------------------------------------------------------

DRAFT = command(
    DraftOrder, lines=(line(quantity=2),), ship_to=HOME, contact=ADA
)


def test_a_draft_waits_until_it_is_placed() -> None:
    """A draft asks nobody for anything; placed, it does as any order."""
    kept = NEW.when(DRAFT).then(OrderDrafted).then_intents()
    assert kept.case.placed.state.value == "draft"
    assert kept.case.placed.placed_at is None
    done = kept.and_when(command(PlaceDraft))
    done.then(OrderPlaced, PaymentAwaited, ReservationRequested)
    done.then_intents(Reserve)
    assert done.case.placed.placed_at == NOON
    done.and_when(command(PlaceDraft)).then_refused(
        IllegalTransitionError, match="is placed: cannot place"
    )


def test_a_draft_can_be_called_off() -> None:
    """A cancelled draft ends at once: there is nothing to give back."""
    ended = NEW.when(DRAFT).and_when(command(CancelOrder))
    assert ended.events[-1] == OrderCancelled()
    assert ended.intents == ()


def test_tenders_of_a_draft_are_asked_when_it_is_placed() -> None:
    """A draft keeps tenders, and its total is asked for once in all."""
    shop = Shop()
    shop.do(DRAFT)
    voucher = Tender("voucher", "v", amount=eur("5.00"))
    shop.do(command(PayOrder, tender=voucher))
    shop.do(command(PayOrder, tender=CARD))
    with pytest.raises(NotAllowedError, match="offered or being asked for"):
        shop.do(command(PayOrder, tender=CARD))
    assert shop.intents == []
    shop.do(command(PlaceDraft))
    assert [p.asked_minor for p in shop.order.payments] == [500, 1500]
    assert shop.state == "confirmed"


def test_a_draft_begins_its_history_anew() -> None:
    """A draft's event makes the order that it begins, whatever was."""
    kept = NEW.when(DRAFT)
    (event,) = kept.events
    assert isinstance(event, OrderDrafted)
    assert evolve(kept.case.placed, event) == room.begin(event)


# --- holds --------------------------------------------------------------


def test_a_hold_says_who_opened_it_and_why() -> None:
    """Holds are numbered, and name who opened them."""
    held = NEW.when(place()).and_when(
        command(OpenHold, reason="address", note="no such street")
    )
    (hold,) = held.case.placed.holds
    assert (hold.hold_id, hold.by) == ("h1", "staff:ada")
    assert hold.blocks == ("confirm", "dispatch")
    freed = held.and_when(command(ReleaseHold, hold_id="h1", note="fine"))
    assert freed.case.placed.holds == ()
    again = freed.and_when(command(OpenHold, reason="other"))
    assert again.case.placed.holds[0].hold_id == "h2"


def test_only_a_hold_that_is_there_can_be_released() -> None:
    """A wrong hold id is refused, with those there are."""
    held = NEW.when(place()).and_when(command(OpenHold, reason="stock"))
    held.and_when(command(ReleaseHold, hold_id="h9")).then_refused(
        NotFoundError, match="no hold 'h9'; there is h1"
    )


def test_an_ended_order_takes_no_hold() -> None:
    """Nothing can be held up that is over."""
    ended = NEW.when(DRAFT).and_when(command(CancelOrder))
    ended.and_when(command(OpenHold, reason="other")).then_refused(
        IllegalTransitionError, match="is cancelled: cannot hold"
    )


# --- people -------------------------------------------------------------

SECRETS = (
    "Ada Lovelace",
    "Mill Lane",
    "ada@example.org",
    "happy birthday",
    "leave it at the door",
    "with love",
    "mind the dog",
)


def personal() -> Draft:
    """An order that is full of personal data."""
    return place(
        line(gift_message="with love", instructions="mind the dog"),
        line(line_id="b"),
        ship_to=attrs.evolve(HOME, name="Ada Lovelace"),
        bill_to=HOME,
        gift_message="happy birthday",
        instructions="leave it at the door",
    )


def test_people_stand_apart_from_the_history() -> None:
    """Events and intents name personal data by reference, and no more."""
    scenario: Scenario = NEW.when(personal())
    shown = repr(scenario.decision)
    raw = str(attrs.asdict(scenario.case)) + "".join(
        str(attrs.asdict(recorded)) for recorded in scenario.decision.events
    )
    for secret in SECRETS:
        assert secret not in shown
        assert secret not in raw
    assert set(scenario.decision.personal) == {
        "o1:contact",
        "o1:ship_to",
        "o1:bill_to",
        "o1:gift_message",
        "o1:instructions",
        "o1:gift_message:1",
        "o1:instructions:1",
    }
    text = scenario.decision.personal["o1:gift_message:1"]
    assert text == FreeText("with love")
    placement = scenario.case.placed.placement
    assert placement.gift_message == "o1:gift_message"
    assert placement.lines[0].instructions == "o1:instructions:1"
    assert placement.lines[1].instructions == ""


def test_a_command_shows_no_personal_data() -> None:
    """The repr of what a customer filled in gives nothing away."""
    message = personal().message("o1", 1)
    for secret in SECRETS:
        assert secret not in repr(message)
    assert "gift_message='***'" in repr(message)
    assert "tok_visa" not in repr(message)


def test_a_refusal_shows_no_personal_data() -> None:
    """What is wrong is said without repeating what was written."""
    draft = personal()
    fields = {**draft.fields, "contact": Contact(email="ada lovelace")}
    answer = handle(
        Case(order_id="o1"), Draft(draft.kind, fields).message("o1", 1), NOON
    )
    assert isinstance(answer, Refusal)
    assert "lovelace" not in str(answer.error)
    assert not isinstance(answer, Decision)
