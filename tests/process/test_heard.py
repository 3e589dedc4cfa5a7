"""What has happened is taken down, whatever words it is told in."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife._checks.validation import check
from orderlife._kernel.messages import (
    ExceptionKind,
    Timer,
    TimerFired,
    TimerKind,
)
from orderlife._values import sanitizing as _heard
from orderlife._values.limits import MAX_FOREIGN_ID, MAX_TEXT
from orderlife._values.money import Money
from orderlife._values.sanitizing import heard
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    InterceptRejected,
    Label,
    LabelRefused,
    VoidRejected,
)
from orderlife.ports.inventory import (
    HeldStock,
    Shortage,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.ports.notifier import NotSent
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Captured,
    CaptureFailed,
    Declined,
    DisputeOpened,
    Pending,
    RefundFailed,
    RequiresAction,
)
from orderlife.rooms.exceptions.messages import EffectFailed
from orderlife.rooms.order.messages import FraudJudged
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.returns.messages import ReturnReceived
from orderlife.rooms.returns.model import UnexpectedItem
from orderlife.rooms.shipment.messages import LabelReported, Scanned
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.messages import StockReported
from orderlife.testing.scenario import NOON
from tests.helpers import placed, sent

VISA = "4539148803436467"
TOLD = f"ref {VISA} at door"
KEPT = "ref ************6467 at door"
ONE = Money("1.00", "EUR")
SCANNED = Scanned(
    order_id="o1", shipment_id="o1-s1", status=ScanStatus.DELIVERED, at=NOON
)
RECEIVED = ReturnReceived(
    order_id="o1", parcel_id="p1", at=NOON, quantities={"1": 1}
)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (Declined(code=TOLD), "code"),
        (RefundFailed(TOLD), "reason"),
        (CaptureFailed(TOLD), "reason"),
        (AuthorizationLapsed(TOLD), "reason"),
        (DisputeOpened(reference="d", amount=ONE, reason=TOLD), "reason"),
        (LabelRefused(code="7", detail=TOLD), "detail"),
        (LabelRefused(code=TOLD), "code"),
        (VoidRejected(TOLD), "reason"),
        (InterceptRejected(TOLD), "reason"),
        (StockGone(TOLD), "reason"),
        (Unknown(TOLD), "detail"),
        (NotSent(TOLD), "reason"),
        (Label(label_id="l", carrier=TOLD, tracking_number="t"), "carrier"),
        (attrs.evolve(SCANNED, detail=TOLD), "detail"),
        (FraudJudged(order_id="o1", verdict="review", reason=TOLD), "reason"),
        (
            EffectFailed(
                order_id="o1", operation_id="o1:void:1", port="p", why=TOLD
            ),
            "why",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_card_numbers_in_free_text_are_masked(told: Any, field: str) -> None:
    """The rest of the words stays, and all other fields."""
    kept = heard(told)

    assert KEPT == getattr(kept, field)
    assert kept == attrs.evolve(told, **{field: KEPT})
    assert kept is heard(kept)


@pytest.mark.parametrize(
    "told",
    [
        Captured(reference=VISA, amount=ONE),
        Pending(VISA),
        RequiresAction(reference=VISA, url=f"https://bank/{VISA}"),
        Label(
            label_id=VISA,
            carrier="post",
            tracking_number=VISA,
            document=VISA,
            cost=ONE,
        ),
        HeldStock(
            items=(StockItem(line_id=VISA, sku=VISA, place=VISA, quantity=1),)
        ),
        StockShort(shortages=(Shortage(sku=VISA, wanted=1, available=0),)),
        attrs.evolve(RECEIVED, parcel_id=VISA, quantities={VISA: 1}),
        attrs.evolve(
            RECEIVED, unexpected=(UnexpectedItem(sku=VISA, quantity=1),)
        ),
        attrs.evolve(SCANNED, shipment_id=VISA, fact_id=VISA, order_id=VISA),
        TimerFired(
            order_id="o1", timer=Timer(TimerKind.FOLLOW_UP, VISA, NOON)
        ),
        LabelReported(order_id="o1", subject=VISA, outcome=Unknown("none")),
        PaymentReported(
            order_id="o1",
            operation_id=VISA,
            payment_id=VISA,
            outcome=Captured(reference=VISA, amount=ONE),
        ),
        "no fact",
        None,
        7,
    ],
    ids=lambda value: type(value).__name__,
)
def test_names_stay_as_they_are(told: object) -> None:
    """Ids, references, barcodes, places: the very same value comes out."""
    assert told is heard(told)


def test_what_no_database_keeps_is_replaced() -> None:
    """And what nobody could see in a name."""
    scan = attrs.evolve(
        SCANNED, detail="at\0door\ud800", fact_id="f\x1d\u200b1\0"
    )
    kept = heard(scan)

    assert "at\u2400door\ufffd" == kept.detail
    assert "f\u241d\ufffd1\u2400" == kept.fact_id
    check(kept)
    label = Label(label_id="a\0", carrier="post", tracking_number="b\nc")
    kept_label = heard(label)
    assert ("a\u2400", "b\nc") == (
        kept_label.label_id,
        kept_label.tracking_number,
    )


def test_what_is_too_long_is_cut() -> None:
    """It says so at its end."""
    kept = heard(attrs.evolve(SCANNED, detail="x" * (MAX_TEXT + 1)))
    just = attrs.evolve(SCANNED, detail="x" * MAX_TEXT)
    label = Label(
        label_id="1", carrier="", tracking_number="", document="d" * 5000
    )

    assert "x" * (MAX_TEXT - 1) + "…" == kept.detail
    assert just is heard(just)
    assert "d" * (MAX_TEXT - 1) + "…" == heard(label).document
    masked = heard(attrs.evolve(SCANNED, detail=f"{VISA} " * 300)).detail
    assert MAX_TEXT == len(masked)
    assert VISA not in masked


def test_a_name_that_is_cut_is_no_other_s() -> None:
    """Two long ids that begin alike stay two."""
    just = attrs.evolve(SCANNED, fact_id="f" * MAX_FOREIGN_ID)
    long = [
        heard(attrs.evolve(SCANNED, fact_id="f" * MAX_FOREIGN_ID + end))
        for end in "ab"
    ]

    assert just is heard(just)
    assert long[0].fact_id != long[1].fact_id
    for each in long:
        assert MAX_FOREIGN_ID == len(each.fact_id)
        assert each.fact_id.startswith("f" * 111 + "…")
        assert each is heard(each)
        check(each)


@pytest.mark.parametrize("character", ["\0", "\n", "\u200b", "\ud800", "x"])
def test_of_a_megabyte_only_what_is_kept_is_made_fit(
    monkeypatch: pytest.MonkeyPatch, character: str
) -> None:
    """All of it took a quarter of a second."""
    replaced: list[str] = []
    seen = _heard._seen

    def counted(one: str) -> str:
        replaced.append(one)
        return seen(one)

    monkeypatch.setattr(_heard, "_seen", counted)
    text = character * 2**20
    kept = heard(attrs.evolve(SCANNED, detail=text, fact_id=text))

    assert len(replaced) <= MAX_TEXT + MAX_FOREIGN_ID
    assert MAX_TEXT == len(kept.detail)
    assert MAX_FOREIGN_ID == len(kept.fact_id)
    assert kept is heard(kept)


def test_names_in_lists_and_keys_are_seen_to() -> None:
    """One by one; and no two lines become one."""
    told = attrs.evolve(
        RECEIVED,
        quantities={"1\0": 1, "2": 2},
        unexpected=(
            UnexpectedItem(sku="a", quantity=1),
            UnexpectedItem(sku="b\0", quantity=1),
        ),
    )
    kept = heard(told)
    same = attrs.evolve(RECEIVED, quantities={"1\0": 1, "1\u2400": 2})

    assert {"1\u2400": 1, "2": 2} == kept.quantities
    assert ["a", "b\u2400"] == [item.sku for item in kept.unexpected]
    assert kept.unexpected[0] is told.unexpected[0]
    assert same is heard(same)


@pytest.mark.parametrize(
    "told",
    [
        Declined(code=7),  # type: ignore[arg-type]
        attrs.evolve(SCANNED, detail=None),  # type: ignore[arg-type]
        attrs.evolve(SCANNED, fact_id=5, source="me"),  # type: ignore[arg-type]
        attrs.evolve(RECEIVED, quantities=[1], unexpected=[1]),  # type: ignore[arg-type]
        attrs.evolve(RECEIVED, quantities={7: 1}),  # type: ignore[dict-item]
        attrs.evolve(RECEIVED, quantities={f"\0{n}": 1 for n in range(5001)}),
        attrs.evolve(
            RECEIVED,
            unexpected=(UnexpectedItem(sku="\0", quantity=1),) * 5001,
        ),
        Label(label_id=7, carrier="", tracking_number=""),  # type: ignore[arg-type]
        PaymentReported(order_id="o1", outcome=None),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_what_is_of_another_type_is_left_to_others(told: Any) -> None:
    """It comes out as it went in."""
    assert told is heard(told)


def test_a_repeat_is_known_whatever_it_was_told_in() -> None:
    """What is compared is what was kept."""
    life = placed()
    sent(life)
    scan = attrs.evolve(SCANNED, detail=TOLD)

    first = life.report(scan)
    again = life.report(scan)

    assert first.events
    assert () == again.events
    assert KEPT in repr(life.case)
    assert VISA not in repr(life.history)


def test_a_fact_about_what_nobody_knows_is_kept_under_its_name() -> None:
    """Somebody has to find out what it was about."""
    life = placed()
    sent(life)
    stray = StockReported(
        order_id="o1",
        reservation_id=VISA,
        operation_id=f"{VISA}:reserve:1",
        outcome=StockGone(TOLD),
    )
    life.report(stray)

    (item,) = life.case.placed.exceptions
    assert ExceptionKind.UNMATCHED_FACT is item.contradiction.kind
    assert VISA == item.contradiction.subject
