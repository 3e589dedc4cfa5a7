"""The shape of what comes in, field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from orderlife._checks import validation as checks
from orderlife._checks.validation import check, check_time
from orderlife._kernel.messages import Actor, Timer, TimerFired, TimerKind
from orderlife._values.money import Money
from orderlife._values.personal import Contact
from orderlife.errors import ValidationError
from orderlife.ports.carrier import Label
from orderlife.ports.payment import Captured, Declined
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    PlaceOrder,
)
from orderlife.rooms.order.model import Tender
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.shipment.messages import LabelReported, Scanned
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import NOON, STAFF
from tests.helpers import ADDRESS, CARD, CONTACT, line

VISA = "4111 1111 1111 1111"
BASE: dict[str, Any] = {"order_id": "o1", "command_id": "c1", "actor": STAFF}
FORM = PlaceOrder(
    lines=(line(),),
    ship_to=ADDRESS,
    contact=CONTACT,
    tenders=(CARD,),
    **BASE,
)
SCANNED = Scanned(
    order_id="o1", shipment_id="s1", status=ScanStatus.DELIVERED, at=NOON
)
BOUGHT = LabelReported(
    order_id="o1",
    subject="s1",
    outcome=Label(label_id="l1", carrier="post", tracking_number="t1"),
)
CAPTURED = Captured(reference="r", amount=Money("1.00", "EUR"))
PAID = PaymentReported(order_id="o1", outcome=CAPTURED)
CANCEL = CancelLines(quantities={"1": 1}, **BASE)


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Compile every check anew: what is compiled is tested too."""
    checks._CHECKS.clear()


def wrong(message: Any, **changes: Any) -> list[str]:
    """What is said of a message after these changes."""
    with pytest.raises(ValidationError) as caught:
        check(attrs.evolve(message, **changes))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("message", [FORM, SCANNED, BOUGHT, PAID, CANCEL])
def test_what_is_well_formed_passes(message: object) -> None:
    """A sound message has no problems."""
    check(message)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"actor": "ada"}, "actor: must be Actor, not str"),
        ({"notify": 1}, "notify: must be bool, not int"),
        ({"customer_id": 7}, "customer_id: must be text, not int"),
        ({"lines": [line()]}, "lines: must be a tuple, not list"),
        ({"lines": (7,)}, "lines[0]: must be Line, not int"),
        ({"shipping": 4.99}, "shipping: must be Money, not float"),
        ({"priority": "urgent"}, "priority: must be one of: low, normal,"),
        ({"priority": 7}, "priority: must be one of: low, normal, high"),
        ({"expected_version": True}, "expected_version: must be a whole"),
        ({"expected_version": -1}, "expected_version: must not be negative"),
        ({"promised_by": "noon"}, "promised_by: must be a date and time"),
        (
            {"promised_by": datetime(2026, 1, 1)},  # noqa: DTZ001
            "promised_by: needs a time zone, such as UTC",
        ),
        (
            {"promised_by": datetime(9000, 1, 1, tzinfo=UTC)},
            "promised_by: is beyond any sensible date",
        ),
        ({"command_id": ""}, "command_id: must not be empty"),
        ({"command_id": "x" * 65}, "command_id: is longer than 64"),
        ({"command_id": "C1"}, "command_id: must be of a-z, 0-9, _ and -"),
        ({"channel": "x" * 4001}, "channel: is longer than 4000"),
        ({"channel": "\ud800"}, "channel: holds half a character"),
        ({"channel": VISA}, "channel: holds a card number"),
        ({"contact": ADDRESS}, "contact: must be Contact, not Address"),
        ({"lines": (line(),) * 5001}, "lines: has more than 5000 entries"),
    ],
)
def test_each_field_has_its_shape(
    changes: dict[str, Any], problem: str
) -> None:
    """A wrong value is named by its field, and what would be right."""
    (said,) = wrong(FORM, **changes)

    assert said.startswith(problem)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"quantity": 1.0}, "lines[0].quantity: must be a whole number"),
        ({"quantity": 10**6 + 1}, "lines[0].quantity: is more than 1000000"),
        ({"quantity": -1}, "lines[0].quantity: must not be negative"),
        (
            {"discount": Money("-1.00", "EUR")},
            "lines[0].discount: must not be negative",
        ),
        ({"options": []}, "lines[0].options: must be a mapping, not list"),
        ({"options": {"a": 1}}, "lines[0].options[a]: must be text"),
        ({"gift_message": VISA}, "lines[0].gift_message: holds a card"),
        (
            {"options": dict.fromkeys(map(str, range(5001)), "")},
            "lines[0].options: has more than 5000 entries",
        ),
    ],
)
def test_nested_fields_are_named_by_their_path(
    changes: dict[str, Any], problem: str
) -> None:
    """The path says which line it is."""
    (said,) = wrong(FORM, lines=(line(**changes),))

    assert said.startswith(problem)


def test_all_problems_are_named_at_once() -> None:
    """Somebody who has three things to mend is told of three."""
    tender = Tender("card", VISA)

    assert [
        "lines[1].sku: must be text, not int",
        "contact.email: holds a card number, which is never kept",
        "tenders[0].token: holds a card number, which is never kept",
    ] == wrong(
        FORM,
        lines=(line(), line(sku=1)),  # type: ignore[arg-type]
        contact=Contact(email=VISA),
        tenders=(tender,),
    )


def test_a_key_is_checked_and_never_repeated() -> None:
    """A key that is wrong, or should not be shown, is not shown."""
    (said,) = wrong(FORM, lines=(line(options={VISA: "x"}),))
    assert "lines[0].options's keys: holds a card number" in said
    assert "4111" not in said
    long = "9" * 200

    assert [
        "quantities's keys: is longer than 128 characters",
        "quantities[?]: must not be negative",
    ] == wrong(CANCEL, quantities={long: -1})


@pytest.mark.parametrize(
    "order_id", ["", "-a", "_a", "A1", "o 1", "o:1", "ö1", "o1\n", "a" * 65]
)
def test_an_order_id_is_plain(order_id: str) -> None:
    """Ids go into keys and addresses: a-z, 0-9, _ and -, at most 64."""
    (said,) = wrong(CANCEL, order_id=order_id)

    assert said.startswith("order_id: ")


@pytest.mark.parametrize("order_id", ["1", "a-b_c", "0" * 64, VISA[:4]])
def test_an_order_id_may_be_any_plain_word(order_id: str) -> None:
    """Numbers are fine, long ones too."""
    check(attrs.evolve(CANCEL, order_id=order_id))


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        (None, "outcome: must be one of: Authorized, Captured"),
        (Label(label_id="", carrier="", tracking_number=""), "outcome: must"),
        (Declined(code=7), "outcome.code: must be text"),  # type: ignore[arg-type]
        (
            Captured(reference="r", amount=Money("-1", "EUR")),
            "outcome.amount: must not be negative",
        ),
    ],
)
def test_an_outcome_is_one_of_its_union(outcome: Any, problem: str) -> None:
    """A report holds one of the outcomes that its port can give."""
    (said,) = wrong(PAID, outcome=outcome)

    assert said.startswith(problem)


def test_what_a_provider_makes_may_look_like_a_card() -> None:
    """A report is not refused because its reference is an unlucky number."""
    number = VISA.replace(" ", "")
    label = Label(
        label_id=number, carrier="post", tracking_number=number, document="x"
    )

    check(attrs.evolve(BOUGHT, outcome=label))
    check(attrs.evolve(PAID, outcome=attrs.evolve(CAPTURED, reference=number)))
    check(attrs.evolve(PAID, operation_id=number, fact_id=number))


def test_enums_and_flags_are_of_their_types() -> None:
    """A word is no enum member, and an enum of another kind is none."""
    assert ["status: must be ScanStatus, not str"] == wrong(
        SCANNED, status="delivered"
    )
    resolution = ResolveException(
        exception_id="x1",
        remedy=ScanStatus.LOST,  # type: ignore[arg-type]
        note="",
        **BASE,
    )
    assert ["remedy: must be Remedy, not ScanStatus"] == wrong(resolution)


def test_nothing_may_be_left_open() -> None:
    """None passes only where a field may be empty."""
    check(OpenHold(reason="other", until=None, **BASE))

    assert ["quantities: must be a mapping, not NoneType"] == wrong(
        CANCEL, quantities=None
    )


def test_a_subclass_is_not_the_class() -> None:
    """What somebody derives from a value of ours is not stored as it."""

    class Impostor(Actor):
        pass

    assert ["actor: must be Actor, not Impostor"] == wrong(
        CANCEL, actor=Impostor("staff", "eve")
    )


def test_timers_are_checked_like_all_else() -> None:
    """A timer that is fired has a kind and an aware date."""
    timer = Timer(TimerKind.FOLLOW_UP, "o1", datetime(2026, 1, 1))  # noqa: DTZ001

    assert ["timer.at: needs a time zone, such as UTC"] == wrong(
        TimerFired(order_id="o1", timer=timer)
    )


def test_the_time_is_checked_alone() -> None:
    """``handle`` asks for an aware time within reason."""
    check_time(NOON)

    with pytest.raises(ValidationError, match="now: needs a time zone"):
        check_time(datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_error_names_the_command() -> None:
    """Its text says which command was wrong."""
    with pytest.raises(ValidationError, match="CancelOrder is not valid"):
        check(CancelOrder(reason=7, **BASE))  # type: ignore[arg-type]
