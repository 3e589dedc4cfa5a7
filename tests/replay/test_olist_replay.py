"""Replaying the data set by Olist: what each order's life comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from orderlife._kernel.messages import Event, Remedy
from orderlife._values.limits import MAX_TENDERS
from orderlife._values.money import Money
from orderlife._values.personal import Address
from orderlife.errors import ConflictError, InvariantError
from orderlife.memory.inventory import InMemoryInventory
from orderlife.ports.base import NotKnown
from orderlife.ports.carrier import Parcel
from orderlife.ports.payment import (
    Authorize,
    Authorized,
    Capture,
    Captured,
    Declined,
    IssueCredit,
    Pending,
    Refund,
    Refunded,
    Tender,
    Void,
    Voided,
)
from orderlife.ports.store import EffectState
from orderlife.replay import olist_audit
from orderlife.replay.olist import Shop, replay
from orderlife.replay.olist_csv import (
    Dataset,
    OlistCustomer,
    OlistItem,
    OlistOrder,
    OlistPayment,
    OlistReview,
    OlistSeller,
    PaymentKind,
    Status,
    read,
)
from orderlife.replay.olist_gateway import OlistGateway
from orderlife.replay.olist_order import Ask, form, schedule
from orderlife.replay.report import Rejected, Report, Skipped
from orderlife.rooms.exceptions.messages import ExceptionResolved
from orderlife.rooms.order.messages import (
    CancellationStarted,
    FollowUpSent,
    OrderConfirmed,
    OrderPlaced,
)
from orderlife.rooms.shipment.model import Scan, ScanStatus
from orderlife.views.order import OrderView
from tests.histories.record import OLIST, digest, golden
from tests.replay.olist_files import (
    PRODUCTS,
    REVIEWS,
    Item,
    Order,
    Payment,
    Product,
    Review,
    write_olist,
)

UNTIMED = ("seconds", "orders_per_second")


@attrs.frozen
class Lived:
    """A replay that is over, and the shop that it took place in."""

    report: Report
    shop: Shop

    def view(self, order_id: str = "o1") -> OrderView:
        """Give an order as it stands in the end."""
        return self.shop.desk.get(order_id)

    def events(self, kind: type[Event]) -> list[tuple[datetime, Any]]:
        """Give the events of a kind, and when they were recorded."""
        return [
            (recorded.at, recorded.event)
            for recorded in self.shop.desk.history("o1")
            if isinstance(recorded.event, kind)
        ]

    def time(self, kind: type[Event]) -> datetime:
        """Give when the only event of a kind was recorded."""
        ((at, _),) = self.events(kind)
        return at


def live(folder: Path, *orders: Order, **more: Any) -> Lived:
    """Replay made-up orders; nothing may be violated or end otherwise."""
    shop = Shop()
    report = replay(read(write_olist(folder, orders, **more)), shop=shop)

    assert report.violations == []
    assert report.ended_otherwise == []
    return Lived(report, shop)


def only(folder: Path, order: Order) -> OlistOrder:
    """Write one made-up order and read it back."""
    (found,) = read(write_olist(folder, [order])).orders
    return found


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """Make a time of March 2018, when São Paulo had UTC-3."""
    return datetime(2018, 3, day, hour, minute, tzinfo=UTC)


def brl(text: str) -> Money:
    """Make an amount of reais."""
    return Money(text, "BRL")


def unsent(status: str, **fields: Any) -> Order:
    """Make an order that never went to the carrier."""
    return Order(status=status, **{"carrier": "", "delivered": "", **fields})


def reasons(report: Report) -> list[tuple[str, str]]:
    """Give which orders were rejected, and why."""
    return [(one.order_id, one.reason) for one in report.rejected]


# How each status ends


def test_report_of_a_delivered_order_is_exact(tmp_path: Path) -> None:
    """The document holds every number of one order's whole life."""
    review = Review(created="2018-03-10 00:00:00")
    report = live(tmp_path, Order(reviews=(review,))).report
    document = report.to_json()

    assert document["seconds"] > 0
    assert document["orders_per_second"] > 0
    assert {
        name: value for name, value in document.items() if name not in UNTIMED
    } == {
        "currency": "BRL",
        "orders_read": 1,
        "orders_placed": 1,
        "rejected": [],
        "data_statuses": {"delivered": 1},
        "statuses": {"completed": 1},
        "payment_statuses": {"paid": 1},
        "fulfilment_statuses": {"delivered": 1},
        "ended_otherwise": [],
        "shipments": 1,
        "ordered_units": 1,
        "delivered_units": 1,
        "ordered_minor": 6000,
        "captured_minor": 6000,
        "refunded_minor": 0,
        "exceptions": {},
        "exceptions_open": {},
        "refusals": [],
        "skipped_payments": [],
        "deliveries": 1,
        "late_deliveries": 0,
        "late_by_day": 0,
        "assumed": {},
        "reviews": {"followed_up": 1},
        "absent_files": (),
        "events": report.events,
        "violations": 0,
        "violations_found": [],
    }
    assert report.events > 10


def test_everything_is_recorded_at_its_real_time(tmp_path: Path) -> None:
    """Purchase, approval, hand-over, delivery and review keep their times."""
    review = Review(created="2018-03-10 00:00:00")
    lived = live(tmp_path, Order(reviews=(review,)))
    (sent,) = lived.view().shipments

    assert lived.time(OrderPlaced) == utc(1, 13)
    assert lived.time(OrderConfirmed) == utc(1, 13, 15)
    assert sent.left_at == utc(5, 18)
    assert sent.delivered_at == utc(9, 21)
    assert lived.time(FollowUpSent) == utc(10, 3)


@pytest.mark.parametrize("status", ["approved", "processing", "invoiced"])
def test_paid_order_waits_for_its_dispatch(
    tmp_path: Path, status: str
) -> None:
    """An order that got no further than the warehouse is confirmed."""
    lived = live(tmp_path, unsent(status))
    (sent,) = lived.view().shipments

    assert lived.view().status.order == "confirmed"
    assert lived.view().status.payment == "paid"
    assert sent.state.value == "planned"
    assert lived.report.captured_minor == 6000
    assert lived.report.delivered_units == 0


def test_shipped_order_is_on_its_way(tmp_path: Path) -> None:
    """An order that was only shipped has its parcel in transit."""
    lived = live(tmp_path, Order(status="shipped", delivered=""))
    (sent,) = lived.view().shipments

    assert lived.view().status.order == "confirmed"
    assert lived.view().status.fulfilment == "shipped"
    assert sent.state.value == "in_transit"


def test_unpaid_order_stays_placed(tmp_path: Path) -> None:
    """An order whose payment never came waits, however late it gets."""
    later = Order(
        order="o2",
        purchased="2020-03-01 10:00:00",
        approved="2020-03-01 10:15:00",
        carrier="2020-03-05 15:00:00",
        delivered="2020-03-09 18:00:00",
    )
    lived = live(tmp_path, unsent("created", approved=""), later)

    assert lived.view().status.order == "placed"
    assert lived.view().status.payment == "unpaid"
    assert lived.report.statuses == {"placed": 1, "completed": 1}
    assert lived.report.captured_minor == 6000


@pytest.mark.parametrize(
    ("status", "reason"), [("canceled", "other"), ("unavailable", "inventory")]
)
def test_order_that_came_to_nothing_is_refunded(
    tmp_path: Path, status: str, reason: str
) -> None:
    """It is called off a day after its approval, and the money goes back."""
    lived = live(tmp_path, unsent(status))
    ((at, started),) = lived.events(CancellationStarted)

    assert lived.view().status.order == "cancelled"
    assert lived.view().status.payment == "refunded"
    assert at == utc(2, 13, 15)
    assert started.closing.reason == reason
    assert lived.report.captured_minor == 6000
    assert lived.report.refunded_minor == 6000


def test_unpaid_order_is_cancelled_without_money(tmp_path: Path) -> None:
    """What was never approved is not awaited after the cancellation."""
    lived = live(tmp_path, unsent("canceled", approved=""))

    assert lived.view().status.order == "cancelled"
    assert lived.time(CancellationStarted) == utc(2, 13)
    assert lived.report.captured_minor == 0
    assert lived.report.refunded_minor == 0
    assert lived.shop.gateway.approve("o1") == ()


def test_cancellation_after_the_hand_over_brings_the_parcel_back(
    tmp_path: Path,
) -> None:
    """It is refused, the parcel is stopped, comes back and is refunded."""
    lived = live(tmp_path, Order(status="canceled", delivered=""))
    (refusal,) = lived.report.refusals
    ((_, resolved),) = lived.events(ExceptionResolved)
    (sent,) = lived.view().shipments

    assert (refusal.order_id, refusal.command) == ("o1", "cancel")
    assert "1 units have left" in refusal.reason
    assert [effect.kind for effect in lived.shop.carrier.effects] == [
        "bought",
        "intercepted",
    ]
    assert [(scan.status.value, scan.at) for scan in sent.scans] == [
        ("picked_up", utc(5, 18)),
        ("returning", utc(6, 18)),
        ("returned", utc(13, 18)),
    ]
    assert resolved.remedy is Remedy.REFUND
    assert lived.view().status.order == "cancelled"
    assert lived.report.exceptions == {"returned_to_sender": 1}
    assert lived.report.refunded_minor == 6000
    assert lived.shop.inventory.level("mug", "potter").available == 1


def test_cancellation_after_the_delivery_takes_the_goods_back(
    tmp_path: Path,
) -> None:
    """Neither it nor the intercept is possible, and it ends cancelled."""
    lived = live(tmp_path, Order(status="canceled"))

    assert [one.command for one in lived.report.refusals] == [
        "cancel",
        "intercept",
    ]
    assert lived.view().status.order == "cancelled"
    assert lived.report.refunded_minor == 6000
    assert lived.report.delivered_units == 0
    assert lived.report.deliveries == 0


# What does not fit


def test_order_without_items_is_rejected(tmp_path: Path) -> None:
    """It is listed with its reason and what was paid for it."""
    report = live(tmp_path, unsent("unavailable", items=()), Order(order="o2"))

    assert report.report.rejected == [
        Rejected(order_id="o1", reason="no items", paid_minor=6000)
    ]
    assert report.report.orders_read == 2
    assert report.report.orders_placed == 1
    assert report.report.captured_minor == 6000


def test_order_of_nothing_that_nobody_handed_over_is_rejected(
    tmp_path: Path,
) -> None:
    """Without items there is no time that could be assumed for them."""
    report = live(tmp_path, Order(items=(), carrier="", delivered="")).report

    assert reasons(report) == [("o1", "no items")]


def test_delivery_that_nobody_paid_for_is_rejected(tmp_path: Path) -> None:
    """An order that went ahead without any payment cannot be replayed."""
    report = live(tmp_path, Order(payments=())).report

    assert reasons(report) == [
        ("o1", "no payment, though 60.00 BRL were due and it went ahead")
    ]


def test_payment_that_no_order_can_ask_for_is_rejected(
    tmp_path: Path,
) -> None:
    """Something paid for nothing is listed with both amounts."""
    free = Item(price="0.00", freight="0.00")
    report = live(tmp_path, Order(items=(free,))).report

    assert reasons(report) == [
        ("o1", "60.00 BRL were paid for an order of 0.00 BRL")
    ]


def test_order_that_the_desk_refuses_is_rejected(tmp_path: Path) -> None:
    """More means of payment than the limit are named as the reason."""
    number = MAX_TENDERS + 1
    vouchers = [
        Payment(sequence=str(n + 1), kind="voucher", amount="1.00")
        for n in range(number)
    ]
    item = Item(price=f"{number - 10}.00")
    report = live(tmp_path, Order(items=(item,), payments=vouchers)).report
    ((order_id, reason),) = reasons(report)

    assert order_id == "o1"
    assert f"at most {MAX_TENDERS} means of payment" in reason
    assert "\n" not in reason


def test_free_order_needs_no_payment(tmp_path: Path) -> None:
    """An order of nothing is confirmed as it is placed, and delivered."""
    free = Item(price="0.00", freight="0.00")
    lived = live(tmp_path, Order(items=(free,), payments=()))

    assert lived.time(OrderConfirmed) == utc(1, 13)
    assert lived.report.statuses == {"completed": 1}


@pytest.mark.parametrize(
    ("kind", "amount", "status"),
    [
        ("credit_card", "59.99", "paid"),
        ("boleto", "40.00", "paid"),
        ("credit_card", "63.84", "overpaid"),
        ("boleto", "60.01", "overpaid"),
    ],
)
def test_other_amount_than_the_total_is_let_be(
    tmp_path: Path, kind: str, amount: str, status: str
) -> None:
    """Too little or too much is an exception item that a person accepts."""
    paid = Payment(kind=kind, amount=amount)
    lived = live(tmp_path, Order(payments=(paid,)))
    ((at, resolved),) = lived.events(ExceptionResolved)
    (item,) = lived.view().order.exceptions

    assert lived.report.exceptions == {"amount_mismatch": 1}
    assert lived.report.exceptions_open == {"amount_mismatch": 0}
    assert "asked for 60.00 BRL" in item.contradiction.expected
    assert resolved.remedy is Remedy.ACCEPT
    assert resolved.by == "staff:olist_replay"
    assert at == lived.time(OrderConfirmed) == utc(1, 13, 15)
    assert lived.view().paid == brl(amount)
    assert lived.view().status.payment == status
    assert lived.view().status.order == "completed"


def test_overpaid_order_gets_all_of_it_back(tmp_path: Path) -> None:
    """A cancellation refunds what was paid, not what was asked."""
    paid = Payment(amount="63.84")
    report = live(tmp_path, unsent("canceled", payments=(paid,))).report

    assert (report.captured_minor, report.refunded_minor) == (6384, 6384)


def test_payment_of_nothing_is_left_out_and_listed(tmp_path: Path) -> None:
    """A voucher of 0.00 beside a card is skipped, and said to be."""
    nothing = Payment(sequence="2", kind="voucher", amount="0.00")
    lived = live(tmp_path, Order(payments=(Payment(), nothing)))

    assert lived.report.skipped_payments == [
        Skipped(
            order_id="o1",
            sequence=2,
            kind="voucher",
            reason="nothing was paid with it",
        )
    ]
    assert len(lived.view().order.payments) == 1
    assert lived.report.captured_minor == 6000


@pytest.mark.parametrize("carrier", ["2018-03-01 10:10:00", "2018-02-27"])
def test_hand_over_before_the_approval_is_an_exception(
    tmp_path: Path, carrier: str
) -> None:
    """A scan from before the payment, or the order, keeps its own time."""
    carrier = carrier if " " in carrier else f"{carrier} 09:00:00"
    lived = live(tmp_path, Order(carrier=carrier))
    (sent,) = lived.view().shipments
    (item,) = lived.view().order.exceptions
    scanned_at = datetime.fromisoformat(f"{carrier}-03:00")

    assert lived.report.exceptions == {"moved_before_payment": 1}
    assert item.opened_at == max(scanned_at, utc(1, 13))
    assert scanned_at.astimezone(UTC).isoformat() in (
        item.contradiction.observed
    )
    assert sent.scans[0] == Scan(status=ScanStatus.PICKED_UP, at=scanned_at)
    assert sent.left_at == lived.time(OrderConfirmed) == utc(1, 13, 15)
    assert lived.view().status.order == "completed"


def test_delivery_before_the_approval_is_an_exception(tmp_path: Path) -> None:
    """A boleto that is paid after the goods came completes the order."""
    order = Order(
        approved="2018-03-12 08:00:00",
        payments=(Payment(kind="boleto"),),
        reviews=(Review(created="2018-03-10 00:00:00"),),
    )
    lived = live(tmp_path, order)
    (sent,) = lived.view().shipments

    assert lived.report.exceptions == {"moved_before_payment": 2}
    assert sent.delivered_at == utc(9, 21)
    assert lived.time(OrderConfirmed) == utc(12, 11)
    assert lived.time(FollowUpSent) == utc(12, 11)
    assert lived.view().status.order == "completed"


def test_delivery_before_the_hand_over_is_an_exception(
    tmp_path: Path,
) -> None:
    """Goods that arrived before they left have arrived nevertheless."""
    lived = live(tmp_path, Order(carrier="2018-03-10 09:00:00"))
    (sent,) = lived.view().shipments

    assert lived.report.exceptions == {"moved_before_dispatch": 1}
    assert sent.delivered_at == utc(9, 21)
    assert [scan.status.value for scan in sent.scans] == [
        "delivered",
        "picked_up",
    ]
    assert lived.report.delivered_units == 1
    assert lived.view().status.order == "completed"


# Payments, lines and parcels


def test_voucher_beside_card_pays_its_own_part(tmp_path: Path) -> None:
    """Each tender is asked for what it paid, and both come to the total."""
    payments = (
        Payment(amount="42.50", instalments="3"),
        Payment(sequence="2", kind="voucher", amount="17.50"),
    )
    lived = live(tmp_path, Order(payments=payments))
    card, voucher = lived.view().order.payments

    assert card.tender.kind == "card"
    assert card.tender.instalments == 3
    assert card.asked_minor == 4250
    assert voucher.tender.kind == "voucher"
    assert voucher.asked_minor == 1750
    assert lived.report.captured_minor == 6000
    assert lived.report.exceptions == {}


def test_difference_is_asked_of_the_largest_payment(tmp_path: Path) -> None:
    """Of several payments that come to too much, one contradicts."""
    payments = (
        Payment(kind="voucher", amount="17.50"),
        Payment(sequence="2", amount="50.00"),
    )
    lived = live(tmp_path, Order(payments=payments))

    assert [p.asked_minor for p in lived.view().order.payments] == [1750, 4250]
    assert lived.report.exceptions == {"amount_mismatch": 1}
    assert lived.report.captured_minor == 6750


def test_boleto_that_is_paid_days_later_is_awaited(tmp_path: Path) -> None:
    """Until it is paid nothing is captured; then the order goes on."""
    order = Order(
        approved="2018-03-12 08:00:00",
        carrier="2018-03-13 15:00:00",
        delivered="2018-03-19 18:00:00",
        payments=(Payment(kind="boleto", instalments="0"),),
    )
    lived = live(tmp_path, order)
    (tender,) = lived.view().order.tenders

    assert lived.time(OrderConfirmed) == utc(12, 11)
    assert (tender.kind, tender.instalments) == ("boleto", 1)
    assert lived.report.exceptions == {}


def test_each_seller_sends_a_shipment_of_their_own(tmp_path: Path) -> None:
    """Two sellers send two shipments, with their products' boxes."""
    items = (
        Item(),
        Item(number="2"),
        Item(number="3", product="vase", seller="glazier", price="70.00"),
    )
    order = Order(items=items, payments=(Payment(amount="200.00"),))
    vase = Product(
        product="vase", weight="1200", length="20", height="40", width="25"
    )
    lived = live(tmp_path, order, products=(Product(), vase))
    first, second = lived.view().shipments
    mug = Parcel(weight_g=300, length_mm=160, width_mm=120, height_mm=110)

    assert (first.seller, first.place) == ("potter", "potter")
    assert first.items == {"1": 2}
    assert first.parcels == (mug, mug)
    assert (second.seller, second.place) == ("glazier", "glazier")
    assert second.parcels == (
        Parcel(weight_g=1200, length_mm=200, width_mm=250, height_mm=400),
    )
    assert lived.report.shipments == 2
    assert lived.report.delivered_units == 3
    assert lived.report.captured_minor == 20000


def test_early_hand_over_of_two_sellers_is_two_exceptions(
    tmp_path: Path,
) -> None:
    """Each parcel that the carrier scans too early is kept."""
    items = (Item(), Item(number="2", seller="glazier"))
    order = Order(
        items=items,
        payments=(Payment(amount="120.00"),),
        carrier="2018-03-01 10:05:00",
    )
    lived = live(tmp_path, order)

    assert [
        item.contradiction.subject for item in lived.view().order.exceptions
    ] == [sent.shipment_id for sent in lived.view().shipments]
    assert lived.report.exceptions == {"moved_before_payment": 2}


def test_form_says_what_the_files_say(tmp_path: Path) -> None:
    """Units of one product and price are a line, with all their freight."""
    items = (
        Item(),
        Item(number="2", freight="12.00"),
        Item(number="3", price="45.00"),
    )
    order = only(
        tmp_path, Order(items=items, payments=(Payment(amount="177.00"),))
    )
    asked = form(order)

    assert [
        (line.line_id, line.quantity, line.unit_price, line.shipping)
        for line in asked.lines
    ] == [
        ("1", 2, brl("50.00"), brl("22.00")),
        ("3", 1, brl("45.00"), brl("10.00")),
    ]
    assert {line.title for line in asked.lines} == {"mugs"}
    assert {line.weight_g for line in asked.lines} == {300}
    assert asked.expected_total == brl("177.00")
    assert asked.promised_by == utc(20, 3)
    assert asked.customer_id == "ana"
    assert (asked.channel, asked.channel_number) == ("olist", "o1")
    assert asked.ship_to == Address(
        name="customer ana",
        lines=("(no street in the data)",),
        city="vila nova",
        region="SP",
        postcode="98765",
        country="BR",
    )


def test_unknown_weights_are_counted(tmp_path: Path) -> None:
    """Without the products' file every unit weighs 1 g, and is counted."""
    lived = live(tmp_path, Order(), without=(PRODUCTS,))
    (sent,) = lived.view().shipments

    assert sent.parcels == (Parcel(weight_g=1),)
    assert lived.report.assumed["weight"] == 1
    assert lived.report.absent_files == (PRODUCTS,)


# Times


@pytest.mark.parametrize(
    ("delivered", "late", "by_day"),
    [
        ("2018-03-20 00:00:00", 0, 0),
        ("2018-03-20 00:00:01", 1, 0),
        ("2018-03-20 23:59:59", 1, 0),
        ("2018-03-21 00:00:00", 1, 1),
    ],
)
def test_late_is_after_the_promised_time(
    tmp_path: Path, delivered: str, late: int, by_day: int
) -> None:
    """Late counts from the midnight that was promised; days apart."""
    report = live(tmp_path, Order(delivered=delivered)).report

    assert (report.late_deliveries, report.late_by_day) == (late, by_day)


def test_follow_up_waits_for_the_goods(tmp_path: Path) -> None:
    """A review that was asked for too early is followed up on delivery."""
    early = Review(created="2018-03-08 00:00:00")
    further = Review(review="r2", created="2018-03-15 00:00:00")
    lived = live(tmp_path, Order(reviews=(early, further)))

    assert lived.time(FollowUpSent) == utc(9, 21)
    assert lived.report.reviews == {"before_delivery": 1, "further": 1}


def test_review_of_goods_that_never_came_is_counted(tmp_path: Path) -> None:
    """Without a delivery there is no follow-up."""
    order = unsent("processing", reviews=(Review(),))
    lived = live(tmp_path, order)

    assert lived.events(FollowUpSent) == []
    assert lived.report.reviews == {"nothing_delivered": 1}


def test_follow_up_without_reviews_is_a_day_later(tmp_path: Path) -> None:
    """Without the reviews' file each follow-up goes out after a day."""
    lived = live(tmp_path, Order(reviews=(Review(),)), without=(REVIEWS,))

    assert lived.time(FollowUpSent) == utc(10, 21)
    assert lived.report.assumed["follow_up"] == 1
    assert lived.report.reviews == {}
    assert lived.report.absent_files == (REVIEWS,)


@pytest.mark.parametrize(
    ("order", "assumed", "approved_at", "carrier_at", "delivered_at"),
    [
        (
            Order(approved=""),
            ("approval",),
            utc(5, 18),
            utc(5, 18),
            utc(9, 21),
        ),
        (unsent("invoiced", approved=""), ("approval",), utc(1, 13), 0, 0),
        (
            Order(carrier=""),
            ("hand_over",),
            utc(1, 13, 15),
            utc(6, 15),
            utc(9, 21),
        ),
        (
            Order(carrier="", delivered="2018-03-04 10:00:00"),
            ("hand_over",),
            utc(1, 13, 15),
            utc(4, 13),
            utc(4, 13),
        ),
        (
            Order(delivered=""),
            ("delivery",),
            utc(1, 13, 15),
            utc(5, 18),
            utc(20, 3),
        ),
        (
            Order(approved="", carrier="", delivered=""),
            ("hand_over", "delivery", "approval"),
            utc(6, 15),
            utc(6, 15),
            utc(20, 3),
        ),
        (unsent("created", approved=""), (), 0, 0, 0),
    ],
)
def test_missing_times_are_assumed_and_counted(
    tmp_path: Path,
    order: Order,
    assumed: Sequence[str],
    approved_at: datetime | int,
    carrier_at: datetime | int,
    delivered_at: datetime | int,
) -> None:
    """A time that must have been is taken from what is known."""
    lived = live(tmp_path, order)
    times = schedule(read(tmp_path).orders[0])

    assert times.approved_at == (approved_at or None)
    assert times.carrier_at == (carrier_at or None)
    assert times.delivered_at == (delivered_at or None)
    assert times.assumed == tuple(assumed)
    assert {
        name: lived.report.assumed[name]
        for name in ("approval", "hand_over", "delivery")
        if lived.report.assumed[name]
    } == dict.fromkeys(assumed, 1)


# The replay as a whole


def test_orders_of_one_product_share_the_stock(tmp_path: Path) -> None:
    """Many orders live at once, and the stock adds up in the end."""
    orders = [
        Order(order=f"o{n}", purchased=f"2018-03-01 10:00:{n:02}")
        for n in range(10)
    ]
    lived = live(tmp_path, *orders)
    moved = Counter(m.kind for m in lived.shop.inventory.movements())

    assert lived.report.statuses == {"completed": 10}
    assert moved["consumed"] == moved["held"] == 10


def test_limit_takes_the_earliest_orders(tmp_path: Path) -> None:
    """Only so many orders are read, the earliest first."""
    early = Order(order="o2", purchased="2018-02-28 10:00:00")
    folder = write_olist(tmp_path, (Order(), early))
    told: list[None] = []
    shop = Shop()
    report = replay(
        read(folder), limit=1, shop=shop, told=lambda: told.append(None)
    )

    assert report.orders_read == report.orders_placed == 1
    assert shop.desk.get("o2").status.order == "completed"
    assert len(told) == 1


def test_no_orders_are_no_error(tmp_path: Path) -> None:
    """A data set without any order gives a report of zeros."""
    report = replay(read(write_olist(tmp_path, ())))

    assert report.orders_read == 0
    assert report.to_json()["orders_per_second"] == 0
    assert report.violations == []


def test_other_end_than_in_the_data_is_listed(tmp_path: Path) -> None:
    """What is said to be shipped and has a delivery ends completed."""
    report = replay(read(write_olist(tmp_path, [Order(status="shipped")])))
    (one,) = report.ended_otherwise

    assert (one.order_id, one.data_status) == ("o1", "shipped")
    assert (one.expected, one.status) == ("confirmed", "completed")


def test_violated_invariants_are_named_with_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not hold of an order, or of the stock, is in the report."""

    def broken(_: object) -> None:
        raise InvariantError("invariant 12, mug at potter: gone")

    found = ("invariant 7: a cent is lost",)
    monkeypatch.setattr(olist_audit, "violations", lambda *_: found)
    monkeypatch.setattr(InMemoryInventory, "check", broken)
    report = replay(read(write_olist(tmp_path)))

    assert report.violations == [
        "order o1: invariant 7: a cent is lost",
        "invariant 12, mug at potter: gone",
    ]
    assert report.to_json()["violations"] == 2


def test_books_of_both_sides_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Money that only the gateway knows of is a violation."""
    honest = OlistGateway.account

    def dishonest(gateway: OlistGateway, order_id: str) -> Any:
        account = honest(gateway, order_id)
        return attrs.evolve(account, captured=account.captured + 1)

    monkeypatch.setattr(OlistGateway, "account", dishonest)
    report = replay(read(write_olist(tmp_path)))

    assert report.violations == [
        "order o1: invariant 11: 6000 captured, the gateway has 6001"
    ]


def test_unfinished_effects_are_violations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An intent that is left behind at an order's end is named."""
    everything = frozenset(EffectState)
    monkeypatch.setattr(olist_audit, "_UNFINISHED", everything)
    report = replay(read(write_olist(tmp_path)))

    assert "order o1: invariant 40: o1-r1:reserve:1 done" in (
        report.violations
    )


def test_defect_names_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong says in whose life."""

    def broken(*_: object) -> None:
        raise ConflictError("others came first")

    monkeypatch.setattr(OlistGateway, "approve", broken)
    dataset = read(write_olist(tmp_path))

    with pytest.raises(ConflictError) as caught:
        replay(dataset)
    assert caught.value.__notes__ == ["in the life of order o1"]


DAYS = st.integers(0, 12).map(lambda d: utc(1, 13) + timedelta(days=d))
SELLERS = [
    OlistSeller(seller_id=name, postcode="01234", city="ouro azul", state="MG")
    for name in ("potter", "glazier")
]
CUSTOMER = OlistCustomer(
    customer_id="c", unique_id="ana", postcode="98765", city="", state="SP"
)
AMOUNTS = st.sampled_from([0, 1, 999, 1000, 2000, 4000]).map(
    lambda minor: Money.of_minor(minor, "BRL")
)


@st.composite
def items(draw: st.DrawFn) -> OlistItem:
    """Draw an item of one of two products, sellers and prices."""
    return OlistItem(
        number=1,
        product_id=draw(st.sampled_from(["mug", "vase"])),
        seller=draw(st.sampled_from(SELLERS)),
        price=draw(st.sampled_from([brl("10.00"), brl("20.00")])),
        freight=draw(AMOUNTS),
        ship_by=draw(DAYS),
        weight_g=draw(st.sampled_from([None, 0, 300])),
        length_mm=None,
        width_mm=None,
        height_mm=0,
        category="",
    )


@st.composite
def payments(draw: st.DrawFn) -> OlistPayment:
    """Draw a payment of any kind and of any amount."""
    return OlistPayment(
        sequence=1,
        kind=draw(st.sampled_from(get_args(PaymentKind))),
        instalments=draw(st.integers(0, 3)),
        amount=draw(AMOUNTS),
    )


@st.composite
def orders(draw: st.DrawFn) -> OlistOrder:
    """Draw an order whose status, times and payments need not agree."""
    some_day = st.none() | DAYS
    review = st.builds(
        OlistReview, score=st.just(5), created_at=DAYS, answered_at=st.none()
    )
    return OlistOrder(
        order_id="o",
        customer=CUSTOMER,
        status=draw(st.sampled_from(get_args(Status))),
        purchased_at=draw(DAYS),
        approved_at=draw(some_day),
        carrier_at=draw(some_day),
        delivered_at=draw(some_day),
        promised_by=draw(DAYS),
        items=tuple(
            attrs.evolve(item, number=number)
            for number, item in enumerate(draw(st.lists(items(), max_size=4)))
        ),
        payments=tuple(
            attrs.evolve(payment, sequence=number)
            for number, payment in enumerate(
                draw(st.lists(payments(), max_size=3))
            )
        ),
        reviews=tuple(draw(st.lists(review, max_size=2))),
    )


@pytest.mark.one_python
@settings(deadline=None, max_examples=60)
@given(st.lists(orders(), max_size=4))
def test_any_data_are_accounted_for(drawn: list[OlistOrder]) -> None:
    """However the data contradict themselves, nothing is lost or broken."""
    found = sorted(
        (
            attrs.evolve(order, order_id=f"o{number}")
            for number, order in enumerate(drawn)
        ),
        key=lambda order: order.purchased_at,
    )
    report = replay(Dataset(orders=tuple(found), absent=()))

    assert report.violations == []
    assert report.orders_read == len(found)
    assert report.orders_placed + len(report.rejected) == len(found)
    assert sum(report.statuses.values()) == report.orders_placed
    assert +report.exceptions_open == {}
    assert {one.status for one in report.ended_otherwise} <= {
        "completed",
        "confirmed",
    }
    assert report.refunded_minor <= report.captured_minor


# The gateway


def gateway() -> OlistGateway:
    """Make a gateway that expects 60.00 by card, and 10.00 by voucher."""
    made = OlistGateway()
    made.expect("o1", [ask("card", "60.00"), ask("voucher", "10.00")])
    return made


def ask(kind: str, paid: str) -> Ask:
    """Say what a tender will pay; it is asked for as much."""
    return Ask(tender=Tender(kind, kind, brl(paid)), paid=brl(paid))


def common(operation: str, amount: str = "60.00") -> dict[str, Any]:
    """Give what every intent on the card's payment has."""
    return {
        "operation_id": f"o1:{operation}",
        "order_id": "o1",
        "payment_id": "p1",
        "amount": brl(amount),
    }


def authorize(kind: str) -> Authorize:
    """Ask a tender for what it will pay."""
    amount, payment = ("60.00", "p1") if kind == "card" else ("10.00", "p2")
    fields = common(f"authorize:{payment}", amount)
    tender = Tender(kind, kind, brl(amount))
    return Authorize(**{**fields, "payment_id": payment}, tender=tender)


def test_gateway_pays_when_it_is_approved() -> None:
    """A card is secured and a voucher taken, both only on approval."""
    bank = gateway()

    assert bank.authorize(authorize("card")) == Pending("o1:authorize:p1")
    assert bank.authorize(authorize("voucher")) == Pending("o1:authorize:p2")
    assert bank.look_up(authorize("card")) == Pending("o1:authorize:p1")
    assert [fact.outcome for fact in bank.approve("o1")] == [
        Authorized(reference="o1:authorize:p1", amount=brl("60.00")),
        Captured(reference="o1:authorize:p2", amount=brl("10.00")),
    ]
    assert bank.approve("o1") == ()
    assert bank.account("o1").captured == 1000


def test_gateway_acts_once_for_each_operation() -> None:
    """The same operation again gives the same answer, and moves nothing."""
    bank = gateway()
    bank.authorize(authorize("card"))
    bank.approve("o1")
    capture = Capture(
        **common("capture", "40.00"), authorization="", final=True
    )
    taken = Captured(reference="o1:capture", amount=brl("40.00"))

    assert bank.look_up(capture) == NotKnown()
    assert bank.capture(capture) == taken
    assert bank.capture(capture) == taken
    assert bank.look_up(capture) == taken
    assert bank.account("o1").captured == 4000


def test_gateway_takes_no_more_than_is_secured() -> None:
    """After a final capture nothing is left to be taken."""
    bank = gateway()
    bank.authorize(authorize("card"))
    bank.approve("o1")
    first = Capture(**common("c1", "40.00"), authorization="", final=True)
    more = Capture(**common("c2", "0.01"), authorization="", final=True)
    bank.capture(first)

    assert bank.capture(more) == Declined(code="not_secured")
    assert bank.account("o1").captured == 4000


def test_gateway_refunds_no_more_than_was_taken() -> None:
    """Refunds beyond what was captured are declined."""
    bank = gateway()
    bank.authorize(authorize("voucher"))
    bank.approve("o1")
    back = Refund(**common("refund:1", "10.00"), authorization="")
    more = Refund(**common("refund:2", "0.01"), authorization="")

    assert bank.refund(back) == Refunded(
        reference="o1:refund:1", amount=brl("10.00")
    )
    assert bank.refund(more) == Declined(code="not_captured")
    assert bank.account("o1").refunded == 1000


def test_gateway_awaits_no_payment_that_is_voided() -> None:
    """A voided authorisation is declined, and never approved."""
    bank = gateway()
    bank.authorize(authorize("voucher"))
    bank.authorize(authorize("card"))

    assert bank.void(Void(**common("void"), authorization="")) == Voided(
        "o1:void"
    )
    assert bank.look_up(authorize("card")) == Declined(
        code="voided", advice="never"
    )
    assert [fact.operation_id for fact in bank.approve("o1")] == [
        "o1:authorize:p2"
    ]


def test_gateway_gives_back_what_is_secured() -> None:
    """After a void nothing of a secured card can be taken."""
    bank = gateway()
    bank.authorize(authorize("card"))
    bank.approve("o1")
    bank.void(Void(**common("void"), authorization=""))
    capture = Capture(**common("capture"), authorization="", final=True)

    assert bank.capture(capture) == Declined(code="not_secured")


def test_gateway_gives_no_store_credit() -> None:
    """The data know of none, so it is declined for good."""
    fields = common("credit")
    del fields["payment_id"]
    intent = IssueCredit(**fields, customer_id="ana")

    assert gateway().issue_credit(intent) == Declined(
        code="no_store_credit", advice="never"
    )


# The real data


@pytest.mark.one_python
@pytest.mark.skipif(not OLIST.is_dir(), reason=f"{OLIST} is not there")
def test_real_orders_live_as_they_did_and_end_as_the_data_say() -> None:
    """3,000 real orders: all accounted for, to the centavo; and every
    decision of them is as it was when it was written down.
    """
    dataset = read(OLIST)
    placed = [order for order in dataset.orders if order.items]
    empty = [order for order in dataset.orders if not order.items]
    said = Counter(order.status for order in placed)
    lost = [o for o in placed if o.status in {"canceled", "unavailable"}]
    reports: list[Report] = []
    decided = digest(lambda: reports.append(replay(dataset)))
    (report,) = reports

    assert report.violations == []
    assert report.ended_otherwise == []
    assert report.orders_read == len(dataset.orders) == 3000
    assert report.orders_placed == len(placed) == 2976
    assert {one.order_id for one in report.rejected} == {
        order.order_id for order in empty
    }
    assert {one.reason for one in report.rejected} == {"no items"}
    assert report.data_statuses == said
    assert sum(report.statuses.values()) == report.orders_placed
    assert report.statuses == {
        "completed": said["delivered"],
        "confirmed": said["shipped"] + said["invoiced"] + said["processing"],
        "cancelled": said["canceled"] + said["unavailable"],
    }
    assert report.statuses["completed"] == 2904
    assert report.captured_minor == sum(
        payment.amount.minor for order in placed for payment in order.payments
    )
    assert report.refunded_minor == sum(
        payment.amount.minor for order in lost for payment in order.payments
    )
    assert sum(one.paid_minor for one in report.rejected) == sum(
        payment.amount.minor for order in empty for payment in order.payments
    )
    assert report.delivered_units == sum(
        len(o.items) for o in placed if o.status == "delivered"
    )
    assert report.shipments == sum(
        len({item.seller.seller_id for item in order.items})
        for order in placed
    )
    assert report.late_deliveries == sum(
        order.delivered_at > order.promised_by
        for order in placed
        if order.delivered_at
    )
    assert report.late_by_day == sum(
        order.delivered_at - order.promised_by >= timedelta(days=1)
        for order in placed
        if order.delivered_at
    )
    assert report.exceptions == {
        "amount_mismatch": 22,
        "moved_before_payment": 54,
        "returned_to_sender": 4,
    }
    assert +report.exceptions_open == {}
    assert [one.command for one in report.refusals] == ["cancel"] * 4
    assert len(report.skipped_payments) == 2
    assert decided == golden()["olist"]
