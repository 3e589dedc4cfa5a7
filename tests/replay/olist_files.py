"""Writes folders that look like the data set by Olist, of made-up orders.

Every row here is invented; none of the real data may stand in this tree.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import attrs

ORDERS = "olist_orders_dataset.csv"
ITEMS = "olist_order_items_dataset.csv"
PAYMENTS = "olist_order_payments_dataset.csv"
CUSTOMERS = "olist_customers_dataset.csv"
SELLERS = "olist_sellers_dataset.csv"
PRODUCTS = "olist_products_dataset.csv"
REVIEWS = "olist_order_reviews_dataset.csv"
CATEGORIES = "product_category_name_translation.csv"

NEEDED = (ORDERS, ITEMS, PAYMENTS, CUSTOMERS, SELLERS)
OPTIONAL = (PRODUCTS, REVIEWS, CATEGORIES)

HEADERS = {
    ORDERS: (
        "order_id,customer_id,order_status,order_purchase_timestamp,"
        "order_approved_at,order_delivered_carrier_date,"
        "order_delivered_customer_date,order_estimated_delivery_date"
    ),
    ITEMS: (
        "order_id,order_item_id,product_id,seller_id,shipping_limit_date,"
        "price,freight_value"
    ),
    PAYMENTS: (
        "order_id,payment_sequential,payment_type,payment_installments,"
        "payment_value"
    ),
    CUSTOMERS: (
        "customer_id,customer_unique_id,customer_zip_code_prefix,"
        "customer_city,customer_state"
    ),
    SELLERS: "seller_id,seller_zip_code_prefix,seller_city,seller_state",
    PRODUCTS: (
        "product_id,product_category_name,product_name_lenght,"
        "product_description_lenght,product_photos_qty,product_weight_g,"
        "product_length_cm,product_height_cm,product_width_cm"
    ),
    REVIEWS: (
        "review_id,order_id,review_score,review_comment_title,"
        "review_comment_message,review_creation_date,review_answer_timestamp"
    ),
    CATEGORIES: "product_category_name,product_category_name_english",
}
"""The first line of each file, as Olist published it, typos included."""


@attrs.frozen(kw_only=True)
class Item:
    """A row of the items, as text; its product and seller come with it."""

    number: str = "1"
    product: str = "mug"
    seller: str = "potter"
    ship_by: str = "2018-03-06 12:00:00"
    price: str = "50.00"
    freight: str = "10.00"


@attrs.frozen(kw_only=True)
class Payment:
    """A row of the payments, as text."""

    sequence: str = "1"
    kind: str = "credit_card"
    instalments: str = "1"
    amount: str = "60.00"


@attrs.frozen(kw_only=True)
class Review:
    """A row of the reviews, as text."""

    review: str = "r1"
    score: str = "5"
    title: str = ""
    message: str = ""
    created: str = "2018-03-10 00:00:00"
    answered: str = "2018-03-11 09:30:00"


@attrs.frozen(kw_only=True)
class Order:
    """A row of the orders, as text, with all that belongs to it."""

    order: str = "o1"
    person: str = "ana"
    status: str = "delivered"
    purchased: str = "2018-03-01 10:00:00"
    approved: str = "2018-03-01 10:15:00"
    carrier: str = "2018-03-05 15:00:00"
    delivered: str = "2018-03-09 18:00:00"
    promised: str = "2018-03-20 00:00:00"
    items: Sequence[Item] = (Item(),)
    payments: Sequence[Payment] = (Payment(),)
    reviews: Sequence[Review] = ()


@attrs.frozen(kw_only=True)
class Product:
    """A row of the products, as text."""

    product: str = "mug"
    category: str = "canecas"
    weight: str = "300"
    length: str = "16"
    height: str = "11"
    width: str = "12"


def write_olist(
    folder: Path,
    orders: Iterable[Order] = (Order(),),
    *,
    products: Iterable[Product] = (Product(),),
    categories: Iterable[tuple[str, str]] = (("canecas", "mugs"),),
    without: Collection[str] = (),
) -> Path:
    """Write all eight files but those named, and give the folder.

    Each order has the customer ``c-`` and its id; each seller of an item
    has a row. Of products only those given have one.
    """
    orders = list(orders)
    sellers = dict.fromkeys(i.seller for o in orders for i in o.items)
    rows: dict[str, Iterable[Sequence[str]]] = {
        ORDERS: [_order_row(o) for o in orders],
        ITEMS: [_item_row(o, i) for o in orders for i in o.items],
        PAYMENTS: [_payment_row(o, p) for o in orders for p in o.payments],
        CUSTOMERS: [_customer_row(o) for o in orders],
        SELLERS: [(seller, "01234", "ouro azul", "MG") for seller in sellers],
        PRODUCTS: [_product_row(p) for p in products],
        REVIEWS: [_review_row(o, r) for o in orders for r in o.reviews],
        CATEGORIES: list(categories),
    }
    for name in rows.keys() - set(without):
        _write(folder / name, HEADERS[name], rows[name])
    return folder


def set_cell(
    folder: Path, name: str, line: int, column: str, value: str
) -> None:
    """Change one cell of a file that was written.

    The cells before it, and their line, are plain: without quotes.
    """
    path = folder / name
    lines = path.read_bytes().decode().split("\n")
    cells = lines[line - 1].split(",")
    cells[HEADERS[name].split(",").index(column)] = value
    lines[line - 1] = ",".join(cells)
    path.write_bytes("\n".join(lines).encode())


def _write(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        csv.writer(file, lineterminator="\n").writerows(rows)


def _order_row(order: Order) -> Sequence[str]:
    return (
        order.order,
        f"c-{order.order}",
        order.status,
        order.purchased,
        order.approved,
        order.carrier,
        order.delivered,
        order.promised,
    )


def _customer_row(order: Order) -> Sequence[str]:
    return (f"c-{order.order}", order.person, "98765", "vila nova", "SP")


def _item_row(order: Order, item: Item) -> Sequence[str]:
    return (
        order.order,
        item.number,
        item.product,
        item.seller,
        item.ship_by,
        item.price,
        item.freight,
    )


def _payment_row(order: Order, payment: Payment) -> Sequence[str]:
    return (
        order.order,
        payment.sequence,
        payment.kind,
        payment.instalments,
        payment.amount,
    )


def _product_row(product: Product) -> Sequence[str]:
    return (
        product.product,
        product.category,
        "20",
        "400",
        "2",
        product.weight,
        product.length,
        product.height,
        product.width,
    )


def _review_row(order: Order, review: Review) -> Sequence[str]:
    return (
        review.review,
        order.order,
        review.score,
        review.title,
        review.message,
        review.created,
        review.answered,
    )
