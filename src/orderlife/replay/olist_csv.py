"""Reads the Brazilian E-Commerce Public Dataset by Olist, as it stands.

:func:`read` says what the files say and judges nothing: payments of 0.00,
orders without items, approvals after the carrier came are all kept.
What it cannot read, it refuses, with the file and the line.

Times come out in UTC; :mod:`orderlife.replay.olist_rows` says how.
The words of customers in reviews are personal and are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypeVar, get_args

import attrs

from orderlife import Money
from orderlife.replay.olist_rows import OlistError, Row, Table, rows

__all__ = [
    "Dataset",
    "OlistCustomer",
    "OlistError",
    "OlistItem",
    "OlistOrder",
    "OlistPayment",
    "OlistReview",
    "OlistSeller",
    "PaymentKind",
    "Status",
    "read",
]

Status: TypeAlias = Literal[
    "approved",
    "canceled",
    "created",
    "delivered",
    "invoiced",
    "processing",
    "shipped",
    "unavailable",
]
"""Where an order stood when the data were taken; Olist's own words."""

PaymentKind: TypeAlias = Literal[
    "boleto", "credit_card", "debit_card", "not_defined", "voucher"
]
"""How it was paid; a *boleto* is a slip that is paid at a bank, days later."""


@attrs.frozen(kw_only=True)
class OlistCustomer:
    """Who ordered: one for each order, and the person behind it."""

    customer_id: str
    """Made anew for each order."""
    unique_id: str
    """The person, the same in all of their orders."""
    postcode: str
    """The first five digits of eight."""
    city: str
    state: str
    """Two capital letters, as in ``SP``."""


@attrs.frozen(kw_only=True)
class OlistSeller:
    """Who sells and sends goods."""

    seller_id: str
    postcode: str
    """The first five digits of eight."""
    city: str
    state: str


@attrs.frozen(kw_only=True)
class OlistItem:
    """One unit of a product: two units are two items."""

    number: int
    """From 1 within the order."""
    product_id: str
    seller: OlistSeller
    price: Money
    freight: Money
    ship_by: datetime
    """When the seller has to have given it to the carrier."""
    weight_g: int | None
    """Like the three below, None if the files do not tell; may be 0."""
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    category: str
    """In English, or else in Portuguese, or else empty."""


@attrs.frozen(kw_only=True)
class OlistPayment:
    """One means of payment and what was paid with it."""

    sequence: int
    """From 1 within the order; numbers may be left out."""
    kind: PaymentKind
    instalments: int
    """May be 0."""
    amount: Money
    """May be 0.00."""


@attrs.frozen(kw_only=True)
class OlistReview:
    """What a customer thought of an order, without the words."""

    score: int
    """1 (bad) to 5 (good)."""
    created_at: datetime
    """When the customer was asked: a day, at midnight in São Paulo."""
    answered_at: datetime | None


@attrs.frozen(kw_only=True)
class OlistOrder:
    """An order with all that the files say of it."""

    order_id: str
    customer: OlistCustomer
    status: Status
    purchased_at: datetime
    approved_at: datetime | None
    """When the payment was approved."""
    carrier_at: datetime | None
    """When the carrier got the goods."""
    delivered_at: datetime | None
    """When the customer got them."""
    promised_by: datetime
    """The day that the customer was told, at midnight in São Paulo."""
    items: tuple[OlistItem, ...] = ()
    """By their numbers."""
    payments: tuple[OlistPayment, ...] = ()
    """By their sequence."""
    reviews: tuple[OlistReview, ...] = ()
    """By the time at which they were created."""


@attrs.frozen(kw_only=True)
class Dataset:
    """All that a folder holds."""

    orders: tuple[OlistOrder, ...]
    """By time of purchase, then by id."""
    absent: tuple[str, ...]
    """Names of the files that could be there and are not."""


_ORDERS: Final = Table(
    "olist_orders_dataset.csv",
    "order_id customer_id order_status order_purchase_timestamp "
    "order_approved_at order_delivered_carrier_date "
    "order_delivered_customer_date order_estimated_delivery_date",
)
_ITEMS: Final = Table(
    "olist_order_items_dataset.csv",
    "order_item_id order_id product_id seller_id shipping_limit_date "
    "price freight_value",
)
_PAYMENTS: Final = Table(
    "olist_order_payments_dataset.csv",
    "payment_sequential order_id payment_type payment_installments "
    "payment_value",
)
_CUSTOMERS: Final = Table(
    "olist_customers_dataset.csv",
    "customer_id customer_unique_id customer_zip_code_prefix "
    "customer_city customer_state",
)
_SELLERS: Final = Table(
    "olist_sellers_dataset.csv",
    "seller_id seller_zip_code_prefix seller_city seller_state",
)
_PRODUCTS: Final = Table(
    "olist_products_dataset.csv",
    "product_id product_category_name product_weight_g product_length_cm "
    "product_height_cm product_width_cm",
)
_REVIEWS: Final = Table(
    "olist_order_reviews_dataset.csv",
    "review_id order_id review_score review_creation_date "
    "review_answer_timestamp",
)
_CATEGORIES: Final = Table(
    "product_category_name_translation.csv",
    "product_category_name product_category_name_english",
)

_NEEDED: Final = (_ORDERS, _ITEMS, _PAYMENTS, _CUSTOMERS, _SELLERS)
_OPTIONAL: Final = (_PRODUCTS, _REVIEWS, _CATEGORIES)

_STATUSES: Final[Mapping[str, Status]] = {s: s for s in get_args(Status)}
_KINDS: Final[Mapping[str, PaymentKind]] = {
    kind: kind for kind in get_args(PaymentKind)
}

_K = TypeVar("_K", int, str)
_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class _Product:
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    category: str = ""


_UNKNOWN: Final = _Product()


def read(folder: Path) -> Dataset:
    """Read a folder with the data set's CSV files, under their own names.

    Needed are orders, items, payments, customers and sellers.  Without
    products nothing is known of sizes, without the translation categories
    are in Portuguese, and without reviews there are none.

    Files are UTF-8, with or without a byte order mark, their lines end
    in LF or CR LF.  Columns are found by their names: their order is free
    and there may be more of them.  Empty lines are passed over.

    Raises:
        OlistError: files are missing, all of which are named; or a line
            cannot be read; or it refers to an order, a customer or a
            seller that is not there; or it repeats a key.
    """
    _check_needed(folder)
    absent = [t.file for t in _OPTIONAL if not (folder / t.file).exists()]
    sellers = _keyed(folder, _SELLERS, _seller)
    products = _products(folder, absent)
    orders = _orders(folder)
    items = _grouped(
        folder, _ITEMS, orders, lambda row: _item(row, sellers, products)
    )
    payments = _grouped(folder, _PAYMENTS, orders, _payment)
    reviews: Mapping[str, Mapping[str, OlistReview]] = {}
    if _REVIEWS.file not in absent:
        reviews = _grouped(folder, _REVIEWS, orders, _review)
    whole = [
        attrs.evolve(
            order,
            items=_by_number(items.get(order_id, {})),
            payments=_by_number(payments.get(order_id, {})),
            reviews=_by_time(reviews.get(order_id, {})),
        )
        for order_id, order in orders.items()
    ]
    whole.sort(key=lambda order: (order.purchased_at, order.order_id))
    return Dataset(orders=tuple(whole), absent=tuple(absent))


def _check_needed(folder: Path) -> None:
    missing = [t.file for t in _NEEDED if not (folder / t.file).exists()]
    if missing:
        raise OlistError(
            str(folder),
            0,
            f"{', '.join(missing)} not found: expected a folder with the "
            "files of the Brazilian E-Commerce Public Dataset by Olist",
        )


def _orders(folder: Path) -> dict[str, OlistOrder]:
    customers = _keyed(folder, _CUSTOMERS, _customer)
    return _keyed(folder, _ORDERS, lambda row: _order(row, customers))


def _products(folder: Path, absent: Collection[str]) -> dict[str, _Product]:
    names: dict[str, str] = {}
    if _CATEGORIES.file not in absent:
        names = _keyed(folder, _CATEGORIES, _english)
    if _PRODUCTS.file in absent:
        return {}
    return _keyed(folder, _PRODUCTS, lambda row: _product(row, names))


def _keyed(
    folder: Path, table: Table, make: Callable[[Row], _T]
) -> dict[str, _T]:
    """Read a table whose first column tells its rows apart."""
    column = table.columns[0]
    found: dict[str, _T] = {}
    for row in rows(folder, table):
        made = make(row)
        key = row.cells[column]
        if key in found:
            raise row.error(column, "one that no line above has")
        found[key] = made
    return found


def _grouped(
    folder: Path,
    table: Table,
    orders: Mapping[str, OlistOrder],
    make: Callable[[Row], tuple[_K, _T]],
) -> dict[str, dict[_K, _T]]:
    """Read what belongs to orders: by their ids, then by its own keys."""
    found: dict[str, dict[_K, _T]] = {}
    for row in rows(folder, table):
        order_id = row.found("order_id", orders, _ORDERS).order_id
        key, made = make(row)
        group = found.setdefault(order_id, {})
        if key in group:
            raise row.error(
                table.columns[0],
                f"one that order {order_id} does not have on a line above",
            )
        group[key] = made
    return found


def _by_number(group: Mapping[int, _T]) -> tuple[_T, ...]:
    return tuple([group[number] for number in sorted(group)])


def _by_time(group: Mapping[str, OlistReview]) -> tuple[OlistReview, ...]:
    # By id first, since sorting keeps equals in their order.
    ordered = [group[review_id] for review_id in sorted(group)]
    return tuple(sorted(ordered, key=attrgetter("created_at")))


def _customer(row: Row) -> OlistCustomer:
    return OlistCustomer(
        customer_id=row.id("customer_id"),
        unique_id=row.id("customer_unique_id"),
        postcode=row.text("customer_zip_code_prefix"),
        city=row.text("customer_city"),
        state=row.text("customer_state"),
    )


def _seller(row: Row) -> OlistSeller:
    return OlistSeller(
        seller_id=row.id("seller_id"),
        postcode=row.text("seller_zip_code_prefix"),
        city=row.text("seller_city"),
        state=row.text("seller_state"),
    )


def _english(row: Row) -> str:
    return row.text("product_category_name_english")


def _product(row: Row, names: Mapping[str, str]) -> _Product:
    row.id("product_id")
    portuguese = row.text("product_category_name")
    return _Product(
        weight_g=row.size("product_weight_g", 1),
        length_mm=row.size("product_length_cm", 10),
        width_mm=row.size("product_width_cm", 10),
        height_mm=row.size("product_height_cm", 10),
        category=names.get(portuguese) or portuguese,
    )


def _order(row: Row, customers: Mapping[str, OlistCustomer]) -> OlistOrder:
    return OlistOrder(
        order_id=row.id("order_id"),
        customer=row.found("customer_id", customers, _CUSTOMERS),
        status=row.one_of("order_status", _STATUSES),
        purchased_at=row.time("order_purchase_timestamp"),
        approved_at=row.time_if_any("order_approved_at"),
        carrier_at=row.time_if_any("order_delivered_carrier_date"),
        delivered_at=row.time_if_any("order_delivered_customer_date"),
        promised_by=row.time("order_estimated_delivery_date"),
    )


def _item(
    row: Row,
    sellers: Mapping[str, OlistSeller],
    products: Mapping[str, _Product],
) -> tuple[int, OlistItem]:
    product_id = row.id("product_id")
    product = products.get(product_id, _UNKNOWN)
    item = OlistItem(
        number=row.whole("order_item_id", 1),
        product_id=product_id,
        seller=row.found("seller_id", sellers, _SELLERS),
        price=row.money("price"),
        freight=row.money("freight_value"),
        ship_by=row.time("shipping_limit_date"),
        weight_g=product.weight_g,
        length_mm=product.length_mm,
        width_mm=product.width_mm,
        height_mm=product.height_mm,
        category=product.category,
    )
    return item.number, item


def _payment(row: Row) -> tuple[int, OlistPayment]:
    payment = OlistPayment(
        sequence=row.whole("payment_sequential", 1),
        kind=row.one_of("payment_type", _KINDS),
        instalments=row.whole("payment_installments", 0),
        amount=row.money("payment_value"),
    )
    return payment.sequence, payment


def _review(row: Row) -> tuple[str, OlistReview]:
    return row.id("review_id"), OlistReview(
        score=row.whole("review_score", 1, 5),
        created_at=row.time("review_creation_date"),
        answered_at=row.time_if_any("review_answer_timestamp"),
    )
