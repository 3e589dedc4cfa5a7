"""What is said of each wrong value: its field, and the whole sentence."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

import attrs
import pytest

from orderlife._checks import validation as checks
from orderlife._checks.validation import check, check_order_id, check_time
from orderlife._values.limits import (
    MAX_ENTRIES,
    MAX_FOREIGN_ID,
    MAX_ID,
    MAX_PROBLEMS,
    MAX_QUANTITY,
    MAX_TEXT,
)
from orderlife._values.money import Money
from orderlife.errors import Problem, ValidationError
from orderlife.ports.carrier import Label
from orderlife.ports.inventory import StockShort
from orderlife.ports.payment import Captured, Declined
from orderlife.rooms.order.messages import CancelLines, OpenHold, PlaceOrder
from orderlife.rooms.order.model import Tender
from orderlife.rooms.payment.messages import (
    PaymentReported,
    PayOrder,
    RefundPayment,
)
from orderlife.rooms.shipment.messages import LabelReported, PickShipment
from orderlife.rooms.stock.messages import StockReported
from orderlife.testing.scenario import NOON, STAFF
from tests.helpers import line

VISA = "4111111111111111"
BASE: dict[str, Any] = {"order_id": "o1", "command_id": "c1", "actor": STAFF}
CANCEL = CancelLines(quantities={"1": 1}, **BASE)
HOLD = OpenHold(reason="other", until=NOON, note="n", **BASE)
FORM = PlaceOrder(lines=(line(),), **BASE)
REFUND = RefundPayment(amount=Money("1.00", "EUR"), reason="late", **BASE)
PICK = PickShipment(shipment_id="s1", **BASE)
PAID = PaymentReported(
    order_id="o1",
    payment_id="p1",
    outcome=Captured(reference="r", amount=Money("1.00", "EUR")),
)


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Compile every check anew: what is compiled is tested too."""
    checks._CHECKS.clear()


def wrong(message: Any, **changes: Any) -> tuple[Problem, ...]:
    """What is said of a message after these changes."""
    changed = attrs.evolve(message, **changes)
    with pytest.raises(ValidationError) as caught:
        check(changed)
    what, problems = caught.value.args
    assert type(message).__name__ == what
    assert isinstance(problems, tuple)
    return problems


CARD_TEXT = "holds a card number, which is never kept"
NUL = "holds a NUL, which no database keeps"
HALF = "holds half a character (a surrogate)"
UNSEEN = "holds characters that cannot be seen"
PLAIN = "must be of a-z, 0-9, _ and -"
FIRST = f"{PLAIN}, the first not _ or -"
NEGATIVE = "must not be negative"
ZONE = "needs a time zone, such as UTC"
SENSIBLE = "is beyond any sensible date"
OUTCOMES = (
    "must be one of: HeldStock, StockShort, Unknown, StockChanged, "
    "StockGone, not Declined"
)
NAIVE = datetime(2026, 1, 5)  # noqa: DTZ001


class Nowhere(tzinfo):
    """A time zone that does not know its offset."""

    def utcoffset(self, _: datetime | None) -> None:
        """Nobody knows."""

    dst = utcoffset

    def tzname(self, _: datetime | None) -> None:
        """Nobody knows."""


@pytest.mark.parametrize(
    ("message", "field", "value", "what"),
    [
        (CANCEL, "order_id", 5, "must be text, not int"),
        (
            CANCEL,
            "order_id",
            "a" * (MAX_ID + 1),
            "is longer than 64 characters",
        ),
        (CANCEL, "order_id", "_a", FIRST),
        (CANCEL, "order_id", "", "must not be empty"),
        (CANCEL, "command_id", "", "must not be empty"),
        (CANCEL, "command_id", 5, "must be text, not int"),
        (CANCEL, "command_id", "A", PLAIN),
        (PICK, "shipment_id", "a\nb", UNSEEN),
        (
            PICK,
            "shipment_id",
            "a" * (MAX_FOREIGN_ID + 1),
            "is longer than 128 characters",
        ),
        (PAID, "payment_id", "a\tb", UNSEEN),
        (PAID, "payment_id", 5, "must be text, not int"),
        (HOLD, "note", 5, "must be text, not int"),
        (HOLD, "note", f"pay {VISA}", CARD_TEXT),
        (HOLD, "note", "a\0b", NUL),
        (HOLD, "note", "ä\udfff", HALF),
        (HOLD, "note", "x" * (MAX_TEXT + 1), "is longer than 4000 characters"),
        (HOLD, "until", "noon", "must be a date and time, not str"),
        (HOLD, "until", NAIVE, ZONE),
        (HOLD, "until", NOON.replace(tzinfo=Nowhere()), ZONE),
        (HOLD, "until", datetime(1899, 12, 31, tzinfo=UTC), SENSIBLE),
        (HOLD, "until", datetime(9000, 1, 1, tzinfo=UTC), SENSIBLE),
        (HOLD, "blocks", ["confirm"], "must be a tuple, not list"),
        (HOLD, "reason", 5, "must be text, not int"),
        (
            HOLD,
            "blocks",
            ("confirm",) * (MAX_ENTRIES + 1),
            "has more than 5000 entries",
        ),
        (HOLD, "notify", 1, "must be bool, not int"),
        (HOLD, "actor", "ada", "must be Actor, not str"),
        (HOLD, "actor", None, "must be Actor, not NoneType"),
        (REFUND, "amount", 5, "must be Money, not int"),
        (REFUND, "amount", Money("-0.01", "EUR"), NEGATIVE),
        (FORM, "expected_version", True, "must be a whole number, not bool"),
        (FORM, "expected_version", 1.0, "must be a whole number, not float"),
        (FORM, "expected_version", -1, NEGATIVE),
        (
            FORM,
            "expected_version",
            MAX_QUANTITY + 1,
            "is more than 1000000",
        ),
        (CANCEL, "quantities", [], "must be a mapping, not list"),
        (
            CANCEL,
            "quantities",
            dict.fromkeys(map(str, range(MAX_ENTRIES + 1)), 1),
            "has more than 5000 entries",
        ),
        (
            StockReported(
                order_id="o1",
                reservation_id="r1",
                operation_id="r1:reserve:1",
                outcome=StockShort(shortages=()),
            ),
            "outcome",
            Declined(code="no"),
            OUTCOMES,
        ),
    ],
)
def test_one_field_is_wrong(
    message: Any, field: str, value: Any, what: str
) -> None:
    """It is named, and what would be right."""
    assert (Problem(field, what),) == wrong(message, **{field: value})


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (
            attrs.evolve(FORM, lines=(line(options={"size": "a\0"}),)),
            Problem("lines[0].options[size]", NUL),
        ),
        (
            attrs.evolve(FORM, lines=(line(options={"a\0": "b"}),)),
            Problem("lines[0].options's keys", NUL),
        ),
        (
            attrs.evolve(FORM, lines=(line(options={"k" * 65: "\0"}),)),
            Problem("lines[0].options[?]", NUL),
        ),
        (
            attrs.evolve(FORM, lines=(line(options={"k" * 64: "\0"}),)),
            Problem(f"lines[0].options[{'k' * 64}]", NUL),
        ),
        (
            attrs.evolve(FORM, lines=(line(options={VISA[1:]: "a\0"}),)),
            Problem("lines[0].options[?]", NUL),
        ),
        (
            attrs.evolve(FORM, lines=(line(options={VISA: "a"}),)),
            Problem("lines[0].options's keys", CARD_TEXT),
        ),
        (
            attrs.evolve(FORM, lines=(line(options={"size": VISA}),)),
            Problem("lines[0].options[size]", CARD_TEXT),
        ),
        (
            attrs.evolve(HOLD, blocks=("confirm", "breathe")),  # type: ignore[arg-type]
            Problem("blocks[1]", "must be one of: confirm, dispatch, refund"),
        ),
        (
            attrs.evolve(PAID, outcome=Declined(code="a\0")),
            Problem("outcome.code", NUL),
        ),
        (
            PayOrder(tender=Tender("card", VISA), **BASE),
            Problem("tender.token", CARD_TEXT),
        ),
    ],
)
def test_a_nested_value_is_wrong(message: Any, problem: Problem) -> None:
    """It is named by its path."""
    assert (problem,) == wrong(message)


@pytest.mark.parametrize(
    "message",
    [
        attrs.evolve(CANCEL, quantities={"1": 0, "2": MAX_QUANTITY}),
        attrs.evolve(CANCEL, quantities={"k" * MAX_FOREIGN_ID: 1}),
        attrs.evolve(CANCEL, order_id="a" * MAX_ID, command_id="_" * MAX_ID),
        attrs.evolve(REFUND, amount=Money("0.00", "EUR")),
        attrs.evolve(HOLD, note="x" * MAX_TEXT, blocks=("confirm",)),
        attrs.evolve(HOLD, blocks=("confirm",) * MAX_ENTRIES),
        attrs.evolve(HOLD, note="für ä 🎁", until=None),
        attrs.evolve(HOLD, until=datetime(1900, 1, 1, tzinfo=UTC)),
        attrs.evolve(HOLD, until=datetime(8999, 12, 31, tzinfo=UTC)),
        attrs.evolve(PICK, shipment_id="a" * MAX_FOREIGN_ID, picked=None),
        attrs.evolve(PICK, shipment_id="ä b"),
        attrs.evolve(PAID, payment_id=VISA, fact_id=VISA),
        attrs.evolve(CANCEL, order_id=VISA, command_id=VISA),
        attrs.evolve(CANCEL, quantities={VISA: 1}),
        attrs.evolve(PICK, shipment_id=VISA),
        attrs.evolve(
            FORM,
            customer_id=VISA,
            channel_number=VISA,
            lines=(line(sku=VISA, line_id=VISA, seller=VISA, place=VISA),),
        ),
        LabelReported(
            order_id="o1",
            subject="s1",
            outcome=Label(
                label_id=VISA,
                carrier="post",
                tracking_number=VISA,
                cost=Money("0.00", "EUR"),
            ),
        ),
        attrs.evolve(
            FORM,
            lines=(line(options=dict.fromkeys(map(str, range(5000)), "")),),
        ),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_may_just_be_passes(message: Any) -> None:
    """The last of what is allowed is allowed."""
    check(message)


def test_no_more_is_said_than_anybody_reads() -> None:
    """The first hundred problems."""
    many = tuple(line(sku="a\0") for _ in range(MAX_PROBLEMS + 1))
    problems = wrong(FORM, lines=many)
    assert [f"lines[{index}].sku" for index in range(MAX_PROBLEMS)] == [
        problem.field for problem in problems
    ]


@pytest.mark.parametrize(
    ("order_id", "what"),
    [
        ("o:1", FIRST),
        ("", "must not be empty"),
        (5, "must be text, not int"),
        ("a" * 65, "is longer than 64 characters"),
    ],
)
def test_an_id_is_checked_alone(order_id: Any, what: str) -> None:
    """Before a store is asked for it."""
    check_order_id("o1")
    with pytest.raises(ValidationError) as caught:
        check_order_id(order_id)
    problem = Problem("order_id", what)
    assert ("the id of an order", (problem,)) == caught.value.args
    assert str(caught.value) == (
        f"the id of an order is not valid:\n  order_id: {what}"
    )


@pytest.mark.parametrize(
    ("now", "what"),
    [
        ("noon", "must be a date and time, not str"),
        (NAIVE, ZONE),
        (datetime(1899, 12, 31, tzinfo=UTC), SENSIBLE),
    ],
)
def test_a_time_is_checked_alone(now: Any, what: str) -> None:
    """It is aware, and within reason."""
    check_time(NOON)
    with pytest.raises(ValidationError) as caught:
        check_time(now)
    assert ("time", (Problem("now", what),)) == caught.value.args


def test_a_check_is_compiled_once() -> None:
    """For each class, when it is first used."""
    made = checks._attrs_check(CancelLines)
    assert made is checks._attrs_check(CancelLines)
    assert made is not checks._attrs_check(OpenHold)
