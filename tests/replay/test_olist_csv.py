"""Reading the data set by Olist: all that it says, or file and line."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
import pytest
from hypothesis import given, strategies as st

from orderlife._values.money import Money
from orderlife.errors import InputError
from orderlife.replay.olist_csv import (
    Dataset,
    OlistCustomer,
    OlistError,
    OlistItem,
    OlistOrder,
    OlistPayment,
    OlistReview,
    OlistSeller,
    PaymentKind,
    Status,
    read,
)
from tests.replay.olist_files import (
    CATEGORIES,
    CUSTOMERS,
    HEADERS,
    ITEMS,
    NEEDED,
    OPTIONAL,
    ORDERS,
    PAYMENTS,
    PRODUCTS,
    REVIEWS,
    SELLERS,
    Item,
    Order,
    Payment,
    Product,
    Review,
    set_cell,
    write_olist,
)

REAL = Path(
    os.environ.get("ORDERLIFE_OLIST")
    or Path(__file__).parents[3] / "shared" / "data" / "olist"
)


def brl(text: str) -> Money:
    """Make an amount of reais."""
    return Money(text, "BRL")


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """Make a time of March 2018, when São Paulo had UTC-3."""
    return datetime(2018, 3, day, hour, minute, tzinfo=UTC)


def only(folder: Path) -> OlistOrder:
    """Read a folder of one order."""
    (order,) = read(folder).orders
    return order


def refused(folder: Path, file: str, line: int) -> str:
    """Read a folder that cannot be read, and give what is wrong with it."""
    with pytest.raises(OlistError) as caught:
        read(folder)
    error = caught.value
    assert (str(folder / file), line) == (error.file, error.line)
    assert str(error).startswith(f"{folder / file}:{line}: ")
    assert "expected" in error.message
    return error.message


def test_all_that_is_said_of_an_order_comes_out(tmp_path: Path) -> None:
    """Every field of an order and of what belongs to it is read."""
    write_olist(tmp_path, [Order(reviews=[Review(message="Belo!")])])
    seller = OlistSeller(
        seller_id="potter", postcode="01234", city="ouro azul", state="MG"
    )
    order = OlistOrder(
        order_id="o1",
        customer=OlistCustomer(
            customer_id="c-o1",
            unique_id="ana",
            postcode="98765",
            city="vila nova",
            state="SP",
        ),
        status="delivered",
        purchased_at=utc(1, 13),
        approved_at=utc(1, 13, 15),
        carrier_at=utc(5, 18),
        delivered_at=utc(9, 21),
        promised_by=utc(20, 3),
        items=(
            OlistItem(
                number=1,
                product_id="mug",
                seller=seller,
                price=brl("50.00"),
                freight=brl("10.00"),
                ship_by=utc(6, 15),
                weight_g=300,
                length_mm=160,
                width_mm=120,
                height_mm=110,
                category="mugs",
            ),
        ),
        payments=(
            OlistPayment(
                sequence=1,
                kind="credit_card",
                instalments=1,
                amount=brl("60.00"),
            ),
        ),
        reviews=(
            OlistReview(
                score=5, created_at=utc(10, 3), answered_at=utc(11, 12, 30)
            ),
        ),
    )
    assert Dataset(orders=(order,), absent=()) == read(tmp_path)


def test_the_words_of_a_review_are_not_kept(tmp_path: Path) -> None:
    """Neither the title nor the message of a review is in what is read."""
    review = Review(title="Adorei", message="Falem com a Maria")
    write_olist(tmp_path, [Order(reviews=[review])])
    shown = repr(read(tmp_path))
    assert "Adorei" not in shown
    assert "Maria" not in shown


def test_orders_come_by_time_and_id_whatever_the_files_order(
    tmp_path: Path,
) -> None:
    """Orders are sorted by time of purchase, and within it by id."""
    late = Order(order="a", purchased="2018-03-02 10:00:00")
    write_olist(tmp_path, [late, Order(order="c"), Order(order="b")])
    assert [o.order_id for o in read(tmp_path).orders] == ["b", "c", "a"]


def test_parts_come_by_number_and_reviews_by_time(tmp_path: Path) -> None:
    """Items and payments are sorted by number, not as text; reviews by time,
    and those of one time by their ids.
    """
    order = Order(
        items=[Item(number=n) for n in ("10", "9", "1")],
        payments=[Payment(sequence=n) for n in ("12", "3", "2")],
        reviews=[
            Review(review="r3", score="3", created="2018-03-12 00:00:00"),
            Review(review="r2", score="2", answered=""),
            Review(review="r1", score="1"),
        ],
    )
    read_order = only(write_olist(tmp_path, [order]))
    assert [item.number for item in read_order.items] == [1, 9, 10]
    assert [pay.sequence for pay in read_order.payments] == [2, 3, 12]
    assert [review.score for review in read_order.reviews] == [1, 2, 3]
    assert read_order.reviews[1].answered_at is None


def test_what_is_odd_but_legible_is_kept(tmp_path: Path) -> None:
    """Payments of nothing, of no known kind and in no instalments, orders
    without a payment or an item, and times that are empty are kept.
    """
    odd = Payment(kind="not_defined", instalments="0", amount="0.00")
    bare = Order(
        status="canceled",
        approved="",
        carrier="",
        delivered="",
        items=(),
        payments=(odd,),
    )
    unpaid = Order(order="o2", payments=())
    first, second = read(write_olist(tmp_path, [bare, unpaid])).orders
    assert (
        first.approved_at,
        first.carrier_at,
        first.delivered_at,
    ) == (None, None, None)
    assert (first.items, first.reviews) == ((), ())
    (payment,) = first.payments
    assert payment.kind == "not_defined"
    assert (0, brl("0.00")) == (payment.instalments, payment.amount)
    assert second.payments == ()


@pytest.mark.parametrize("status", get_args(Status))
def test_every_status_is_known(tmp_path: Path, status: str) -> None:
    """Each of Olist's statuses comes out as it is."""
    order = only(write_olist(tmp_path, [Order(status=status)]))
    assert status == order.status


@pytest.mark.parametrize("kind", get_args(PaymentKind))
def test_every_kind_of_payment_is_known(tmp_path: Path, kind: str) -> None:
    """Each of Olist's kinds of payment comes out as it is."""
    order = Order(payments=[Payment(kind=kind)])
    (payment,) = only(write_olist(tmp_path, [order])).payments
    assert kind == payment.kind


@pytest.mark.parametrize("text", ["50", "50.0", "50.00"])
def test_an_amount_may_have_fewer_digits(tmp_path: Path, text: str) -> None:
    """An amount is the same with no, one or two digits after the dot."""
    (item,) = only(
        write_olist(tmp_path, [Order(items=[Item(price=text)])])
    ).items
    assert brl("50.00") == item.price


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2016-10-15 23:59:59", "2016-10-16T02:59:59+00:00"),
        ("2016-10-16 01:00:00", "2016-10-16T03:00:00+00:00"),
        ("2017-02-18 22:59:59", "2017-02-19T00:59:59+00:00"),
        ("2017-02-18 23:30:00", "2017-02-19T01:30:00+00:00"),
        ("2017-02-19 00:00:00", "2017-02-19T03:00:00+00:00"),
        ("2017-10-15 00:00:00", "2017-10-15T03:00:00+00:00"),
        ("2017-10-15 01:00:00", "2017-10-15T03:00:00+00:00"),
        ("2018-07-01 12:00:00", "2018-07-01T15:00:00+00:00"),
        ("2018-12-01 12:00:00", "2018-12-01T14:00:00+00:00"),
    ],
)
def test_times_are_those_of_sao_paulo(
    tmp_path: Path, local: str, expected: str
) -> None:
    """A time is 3 hours behind UTC, in summer 2; the hour that was told
    twice is the first, and the one that was skipped an hour later.
    """
    order = only(write_olist(tmp_path, [Order(purchased=local)]))
    assert expected == order.purchased_at.isoformat()
    assert order.purchased_at.tzinfo == UTC


def test_times_agree_with_the_zone_database(tmp_path: Path) -> None:
    """Within the years of the data, every hour round midnight, when summers
    began and ended, is the one that the zone database has, if there is one.
    """
    try:
        zone = ZoneInfo("America/Sao_Paulo")
    except ZoneInfoNotFoundError:
        pytest.skip("this machine has no zone database")
    start = datetime(2016, 9, 1, 0, 30, tzinfo=zone)
    local = [
        start + timedelta(days=day, hours=hour)
        for day in range(920)
        for hour in (-2, -1, 0, 1, 2)
    ]
    orders = [
        Order(
            order=f"{n:05}",
            purchased=f"{time:%Y-%m-%d %H:%M:%S}",
            items=(),
            payments=(),
        )
        for n, time in enumerate(local)
    ]
    found = {
        order.order_id: order.purchased_at
        for order in read(write_olist(tmp_path, orders)).orders
    }
    assert [time.astimezone(UTC) for time in local] == [
        found[order.order] for order in orders
    ]


def test_sizes_that_are_not_told_are_none(tmp_path: Path) -> None:
    """A product whose row has empty cells has neither sizes nor category,
    and a size of 0 stays 0.
    """
    blank = Product(category="", weight="0", length="", height="", width="")
    (item,) = only(write_olist(tmp_path, products=[blank])).items
    assert sizes(item) == (0, None, None, None, "")


def test_a_product_without_a_row_has_no_sizes(tmp_path: Path) -> None:
    """An item whose product is not among the products is read without."""
    (item,) = only(write_olist(tmp_path, products=())).items
    assert sizes(item) == (None, None, None, None, "")


def sizes(item: OlistItem) -> tuple[int | str | None, ...]:
    """Give what the products' file tells of an item."""
    return (
        item.weight_g,
        item.length_mm,
        item.width_mm,
        item.height_mm,
        item.category,
    )


@pytest.mark.parametrize("categories", [(), [("canecas", "")]])
def test_a_category_without_translation_stays_portuguese(
    tmp_path: Path, categories: list[tuple[str, str]]
) -> None:
    """A category that is not translated keeps its Portuguese name."""
    (item,) = only(write_olist(tmp_path, categories=categories)).items
    assert item.category == "canecas"


def test_optional_files_may_be_absent(tmp_path: Path) -> None:
    """Without the optional files orders are read, and it is said which."""
    order = Order(reviews=[Review()])
    data = read(write_olist(tmp_path, [order], without=OPTIONAL))
    assert data.absent == OPTIONAL
    (read_order,) = data.orders
    assert read_order.reviews == ()
    assert sizes(read_order.items[0]) == (None, None, None, None, "")


def test_without_the_translation_categories_are_portuguese(
    tmp_path: Path,
) -> None:
    """Without the translation the products are still read."""
    data = read(write_olist(tmp_path, without=[CATEGORIES]))
    assert data.absent == (CATEGORIES,)
    assert data.orders[0].items[0].category == "canecas"


@pytest.mark.parametrize("missing", [(ITEMS, SELLERS), NEEDED])
def test_all_needed_files_that_are_missing_are_named_at_once(
    tmp_path: Path, missing: tuple[str, ...]
) -> None:
    """One error names the folder and every needed file it has not."""
    write_olist(tmp_path, without=missing)
    with pytest.raises(OlistError) as caught:
        read(tmp_path)
    assert (str(tmp_path), 0) == (caught.value.file, caught.value.line)
    assert str(caught.value) == (
        f"{tmp_path}: {', '.join(missing)} not found: expected a folder "
        "with the files of the Brazilian E-Commerce Public Dataset by Olist"
    )


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """Where there is no folder, all needed files are missing."""
    with pytest.raises(OlistError, match="not found") as caught:
        read(tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") == caught.value.file


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """A folder in a file's place is an error of that file as a whole."""
    write_olist(tmp_path, without=[PAYMENTS])
    (tmp_path / PAYMENTS).mkdir()
    with pytest.raises(OlistError, match="cannot be read") as caught:
        read(tmp_path)
    assert (str(tmp_path / PAYMENTS), 0) == (
        caught.value.file,
        caught.value.line,
    )


def test_errors_are_input_errors_and_can_be_pickled() -> None:
    """An error is one of input, and a pickle brings back all of it."""
    error = OlistError("orders.csv", 7, "status is 'x'")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert isinstance(error, InputError)
    assert str(again) == "orders.csv:7: status is 'x'"
    assert (
        again.file,
        again.line,
        again.message,
    ) == ("orders.csv", 7, "status is 'x'")


AN_ID = "expected an id of 1 to 64 of a-z, 0-9, _ and -, "
A_TIME = "expected a time, as in 2018-01-31 23:59:59"
AN_AMOUNT = "expected an amount of 0 or more, as in 12.50"
A_NUMBER = "expected a whole number of 1 to 999999999"

BAD_CELLS = [
    (ORDERS, "order_id", "", AN_ID),
    (ORDERS, "order_id", "O2", AN_ID),
    (ORDERS, "order_id", "-o2", AN_ID),
    (ORDERS, "order_id", "o2\u0300", AN_ID),
    (ORDERS, "order_id", "x" * 65, AN_ID),
    (ORDERS, "order_id", "o1", "expected one that no line above has"),
    (ORDERS, "customer_id", "c-o9", f"that stands in {CUSTOMERS}"),
    (ORDERS, "order_status", "lost", "expected one of approved, canceled, "),
    (ORDERS, "order_purchase_timestamp", "", A_TIME),
    (ORDERS, "order_purchase_timestamp", "2018-03-01", A_TIME),
    (ORDERS, "order_purchase_timestamp", "2018-02-29 10:00:00", A_TIME),
    (ORDERS, "order_purchase_timestamp", "2018-03-01T10:00:00", A_TIME),
    (ORDERS, "order_purchase_timestamp", "2018-03-01 24:00:00", A_TIME),
    (ORDERS, "order_purchase_timestamp", "2018-W09-4 10:00:00", A_TIME),
    (ORDERS, "order_purchase_timestamp", "9999-12-31 23:00:00", A_TIME),
    (ORDERS, "order_purchase_timestamp", "2018-03-01 1\uff10:00:00", A_TIME),
    (ORDERS, "order_approved_at", "soon", A_TIME),
    (ORDERS, "order_delivered_carrier_date", "soon", A_TIME),
    (ORDERS, "order_delivered_customer_date", "soon", A_TIME),
    (ORDERS, "order_estimated_delivery_date", "", A_TIME),
    (ITEMS, "order_id", "o9", f"expected one that stands in {ORDERS}"),
    (ITEMS, "order_item_id", "0", A_NUMBER),
    (ITEMS, "order_item_id", "1.0", A_NUMBER),
    (ITEMS, "order_item_id", "-1", A_NUMBER),
    (ITEMS, "order_item_id", "\u0663", A_NUMBER),
    (ITEMS, "order_item_id", "1" * 5000, A_NUMBER),
    (ITEMS, "product_id", "", AN_ID),
    (ITEMS, "seller_id", "smith", f"expected one that stands in {SELLERS}"),
    (ITEMS, "shipping_limit_date", "", A_TIME),
    (ITEMS, "price", "", AN_AMOUNT),
    (ITEMS, "price", "R$ 12.50", AN_AMOUNT),
    (ITEMS, "price", "-0.01", AN_AMOUNT),
    (ITEMS, "price", "0.001", AN_AMOUNT),
    (ITEMS, "price", "1e3", AN_AMOUNT),
    (ITEMS, "price", "99999999999999.00", AN_AMOUNT),
    (ITEMS, "freight_value", "free", AN_AMOUNT),
    (PAYMENTS, "order_id", "o9", f"expected one that stands in {ORDERS}"),
    (PAYMENTS, "payment_sequential", "one", A_NUMBER),
    (PAYMENTS, "payment_type", "pix", "expected one of boleto, credit_card"),
    (PAYMENTS, "payment_installments", "", "expected a whole number of 0 "),
    (PAYMENTS, "payment_value", "nan", AN_AMOUNT),
    (CUSTOMERS, "customer_id", "c-o1", "expected one that no line above has"),
    (CUSTOMERS, "customer_unique_id", "", AN_ID),
    (SELLERS, "seller_id", "potter", "expected one that no line above has"),
    (SELLERS, "seller_id", "The Weaver", AN_ID),
    (PRODUCTS, "product_id", "mug", "expected one that no line above has"),
    (PRODUCTS, "product_id", "", AN_ID),
    (PRODUCTS, "product_weight_g", "light", "a whole number of 0 to 999999"),
    (PRODUCTS, "product_length_cm", "1000000", "a whole number of 0 to 999"),
    (PRODUCTS, "product_height_cm", "1.5", "a whole number of 0 to 999999"),
    (PRODUCTS, "product_width_cm", "-1", "a whole number of 0 to 999999"),
    (REVIEWS, "order_id", "o9", f"expected one that stands in {ORDERS}"),
    (REVIEWS, "review_id", "", AN_ID),
    (REVIEWS, "review_score", "0", "expected a whole number of 1 to 5"),
    (REVIEWS, "review_score", "6", "expected a whole number of 1 to 5"),
    (REVIEWS, "review_creation_date", "", A_TIME),
    (REVIEWS, "review_answer_timestamp", "never", A_TIME),
    (CATEGORIES, "product_category_name", "canecas", "that no line above"),
]


def write_two(folder: Path) -> Path:
    """Write two rows into each of the files."""
    rug = Product(product="rug", category="tapetes")
    order = Order(
        order="o2",
        items=[Item(product="rug", seller="weaver")],
        reviews=[Review(review="r2")],
    )
    return write_olist(
        folder,
        [Order(reviews=[Review()]), order],
        products=[Product(), rug],
        categories=[("canecas", "mugs"), ("tapetes", "rugs")],
    )


def lines_of(folder: Path, file: str) -> list[str]:
    """Read the lines of a file, each with its end."""
    text = (folder / file).read_text(encoding="utf-8")
    return text.splitlines(keepends=True)


def test_two_rows_in_each_file_are_read(tmp_path: Path) -> None:
    """The folder that the tests below spoil is itself in order."""
    data = read(write_two(tmp_path))
    assert data.absent == ()
    assert [o.items[0].category for o in data.orders] == ["mugs", "rugs"]


@pytest.mark.parametrize(("file", "column", "value", "expected"), BAD_CELLS)
def test_a_bad_cell_is_named_with_file_and_line(
    tmp_path: Path, file: str, column: str, value: str, expected: str
) -> None:
    """The error of a bad cell has its file, its line, its column, what
    stands there, and what was expected instead.
    """
    set_cell(write_two(tmp_path), file, 3, column, value)
    message = refused(tmp_path, file, 3)
    assert message.startswith(f"{column} is '{value[:57]}")
    assert expected in message
    assert len(message) < 250


@pytest.mark.parametrize(
    ("file", "column"),
    [
        (ITEMS, "order_item_id"),
        (PAYMENTS, "payment_sequential"),
        (REVIEWS, "review_id"),
    ],
)
def test_a_number_is_given_once_in_an_order(
    tmp_path: Path, file: str, column: str
) -> None:
    """Two items, payments or reviews of one order have not one number,
    however it is written, and only the second is at fault.
    """
    write_two(tmp_path)
    first = lines_of(tmp_path, file)[1]
    (tmp_path / file).write_text(
        "".join([*lines_of(tmp_path, file), first]), encoding="utf-8"
    )
    if file != REVIEWS:
        set_cell(tmp_path, file, 4, column, "01")
    message = refused(tmp_path, file, 4)
    assert message.startswith(f"{column} is ")
    assert "one that order o1 does not have on a line above" in message


def test_one_review_may_be_of_two_orders(tmp_path: Path) -> None:
    """The same review id in two orders is two reviews."""
    write_two(tmp_path)
    set_cell(tmp_path, REVIEWS, 3, "review_id", "r1")
    assert [len(o.reviews) for o in read(tmp_path).orders] == [1, 1]


@pytest.mark.parametrize("file", [*NEEDED, *OPTIONAL])
@pytest.mark.parametrize("change", ["less", "more"])
def test_a_line_has_as_many_columns_as_the_header(
    tmp_path: Path, file: str, change: str
) -> None:
    """A column too few or too many is an error of that line."""
    write_two(tmp_path)
    *lines, last = lines_of(tmp_path, file)
    spoilt = last.rpartition(",")[0] if change == "less" else f"x,{last}"
    (tmp_path / file).write_text("".join([*lines, spoilt]), encoding="utf-8")
    columns = HEADERS[file].count(",") + 1
    found = columns - 1 if change == "less" else columns + 1
    assert refused(tmp_path, file, 3) == (
        f"there are {found} columns: expected {columns} as in the header"
    )


@pytest.mark.parametrize("file", [*NEEDED, *OPTIONAL])
def test_a_column_missing_in_the_header_is_named(
    tmp_path: Path, file: str
) -> None:
    """A header without a column that is read is an error of line 1."""
    write_two(tmp_path)
    header, *lines = lines_of(tmp_path, file)
    last = header.rstrip().rpartition(",")[2]
    header = header.replace(last, "other")
    (tmp_path / file).write_text("".join([header, *lines]), encoding="utf-8")
    message = refused(tmp_path, file, 1)
    assert f"the header has not, or more than once: {last};" in message


def test_a_column_twice_in_the_header_is_named(tmp_path: Path) -> None:
    """A header that has a column twice is an error: which one is meant?"""
    write_two(tmp_path)
    set_cell(tmp_path, SELLERS, 1, "seller_city", "seller_state")
    assert "once: seller_city, seller_state;" in refused(tmp_path, SELLERS, 1)


def test_an_empty_file_has_no_header(tmp_path: Path) -> None:
    """A file of no bytes is an error of its line 1."""
    write_two(tmp_path)
    (tmp_path / ITEMS).write_bytes(b"")
    assert "it is ''" in refused(tmp_path, ITEMS, 1)


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    """Columns in another order, and columns more, change nothing."""
    expected = read(write_two(tmp_path))
    for file in (*NEEDED, *OPTIONAL):
        turned = [
            ",".join(["x", *reversed(line.rstrip("\n").split(","))])
            for line in lines_of(tmp_path, file)
        ]
        (tmp_path / file).write_text("\n".join(turned), encoding="utf-8")
    assert expected == read(tmp_path)


def test_byte_order_marks_crlf_and_empty_lines_change_nothing(
    tmp_path: Path,
) -> None:
    """Files as Windows writes them read the same."""
    expected = read(write_two(tmp_path))
    for file in (*NEEDED, *OPTIONAL):
        text = (tmp_path / file).read_bytes().replace(b"\n", b"\r\n\r\n")
        (tmp_path / file).write_bytes(b"\xef\xbb\xbf" + text)
    assert expected == read(tmp_path)


def test_a_quoted_header_after_a_byte_order_mark_is_read(
    tmp_path: Path,
) -> None:
    """Quotes round the first column's name are none of the name."""
    expected = read(write_two(tmp_path))
    text = (tmp_path / SELLERS).read_text(encoding="utf-8")
    text = text.replace("seller_id", '"seller_id"', 1)
    (tmp_path / SELLERS).write_text(text, encoding="utf-8-sig")
    assert expected == read(tmp_path)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_is_counted_in_the_file_not_in_records(
    tmp_path: Path, end: str
) -> None:
    """After a message of several lines, and empty ones, the line is that
    on which the record starts in the file.
    """
    wordy = Review(message=f'Chegou.{end}{end}Gostei, e "muito".')
    bad = Review(review="r2", score="6", message=f"Hm.{end}Ai.")
    order = Order(reviews=[wordy, bad])
    write_olist(tmp_path, [order])
    assert refused(tmp_path, REVIEWS, 5).startswith("review_score is '6'")
    set_cell(tmp_path, REVIEWS, 5, "review_score", "4")
    assert [review.score for review in only(tmp_path).reviews] == [5, 4]


def test_bytes_that_are_not_utf8_are_found(tmp_path: Path) -> None:
    """A byte that is not UTF-8 is an error of the very line it is on."""
    write_two(tmp_path)
    path = tmp_path / CUSTOMERS
    head, _, tail = path.read_bytes().rpartition(b"vila nova")
    path.write_bytes(head + "São João".encode("latin-1") + tail)
    assert refused(tmp_path, CUSTOMERS, 3) == (
        "byte 17 of the line is 0xe3: expected UTF-8"
    )


def test_a_quote_that_stays_open_is_found(tmp_path: Path) -> None:
    """A quote that never ends does not swallow the rest of the file."""
    write_two(tmp_path)
    set_cell(tmp_path, ORDERS, 2, "order_id", "X")
    path = tmp_path / ORDERS
    path.write_bytes(path.read_bytes().replace(b"X", b'"o1'))
    assert "unexpected end of data" in refused(tmp_path, ORDERS, 2)


SPOILERS = [
    b"",
    b"\0",
    b'"',
    b"\n",
    b"\r",
    b",",
    b"\xff",
    b"9" * 40,
    b"\xef\xbb\xbf",
]


@given(
    file=st.sampled_from([*NEEDED, *OPTIONAL]),
    start=st.floats(0, 1),
    cut=st.integers(0, 9),
    new=st.sampled_from(SPOILERS) | st.binary(max_size=9),
)
def test_whatever_is_in_a_file_it_is_read_or_refused(
    file: str, start: float, cut: int, new: bytes
) -> None:
    """Any bytes in any place give orders, or an error with a file of this
    folder and a line of that file.
    """
    with tempfile.TemporaryDirectory() as name:
        path = write_two(Path(name)) / file
        text = path.read_bytes()
        at = round(start * len(text))
        path.write_bytes(text[:at] + new + text[at + cut :])
        try:
            read(Path(name))
        except OlistError as error:
            lines = Path(error.file).read_bytes().count(b"\n") + 1
            assert 1 <= error.line <= lines  # noqa: PT017


def test_records_cannot_be_changed(tmp_path: Path) -> None:
    """What was read is frozen."""
    data = read(write_olist(tmp_path))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        data.orders = ()  # type: ignore[misc]


@pytest.mark.skipif(
    not REAL.is_dir(),
    reason=f"the real data are not at {REAL}: name them in ORDERLIFE_OLIST",
)
def test_the_real_data_are_read() -> None:
    """All of the sample is read: 3,000 orders, 24 of them without items."""
    data = read(REAL)
    statuses = Counter(order.status for order in data.orders)
    assert data.absent == ()
    assert 3_000 == len(data.orders) == statuses.total()
    assert sum(not order.items for order in data.orders) == 24
    assert all(order.payments for order in data.orders)
    keys = [(order.purchased_at, order.order_id) for order in data.orders]
    assert sorted(keys) == keys
