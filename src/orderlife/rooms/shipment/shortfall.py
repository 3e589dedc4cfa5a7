"""Stock and money that a confirmed order lacks.

A confirmed order has had them: they were lost, refused or released since.
An item is opened for all that no request or open item covers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.ledger import (
    balance,
    covered_minor,
    due_minor,
    unsettled,
)
from orderlife.rooms.payment.process import MONEY_MISSING, unsecured
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.stock.readings import uncovered

__all__ = ["lacking", "unattended"]


def unattended(case: Case, context: Context) -> Sequence[OpenException]:
    """Open items for what a confirmed order lacks and nothing covers.

    A person may have settled less than was missing.
    """
    if not case.placed.exceptions:
        return ()  # no item was ever opened
    why = "nobody sees to it"
    return tuple(lacking(case, why, why))


def lacking(case: Case, stock: str, money: str) -> Iterator[OpenException]:
    """Open items about missing stock and money, unless they are open.

    Args:
        case: the order.
        stock: why stock is missing.
        money: why money is missing.
    """
    order = case.placed
    if quantities := _without_stock(case):
        yield OpenException(
            Contradiction(
                ExceptionKind.STOCK_LOST,
                order.order_id,
                f"stock for all that order {order.order_id} is to send",
                stock,
                quantities,
            )
        )
    asked = any(
        item.is_open and item.contradiction.kind in MONEY_MISSING
        for item in order.exceptions
    )
    if asked or covered_minor(order) >= due_minor(order):
        return
    for payment_id in _let_go_of(order) or [""]:
        yield unsecured(payment_id, money)


_STOCK_MISSING: Final = frozenset(
    (ExceptionKind.STOCK_LOST, ExceptionKind.SHORT_PICK)
)


def _without_stock(case: Case) -> dict[str, int]:
    """Units without stock that no open item is about."""
    order = case.placed
    ordered = {line: units.ordered for line, units in order.units.items()}
    missing = Counter(uncovered(case, ordered))
    for item in order.exceptions:
        if item.is_open and item.contradiction.kind in _STOCK_MISSING:
            missing -= Counter(item.contradiction.quantities)
    for shipment in case.shipments.values():
        if shipment.state is ShipmentState.RETURNED_TO_SENDER:
            missing -= Counter(shipment.items)
    return dict(missing)


def _let_go_of(order: Order) -> list[str]:
    """The payments of which a part was voided, lapsed or refunded."""
    voiding = {op.payment_id for op in unsettled(order) if op.kind == "void"}
    found = []
    for payment in order.payments:
        payment_id = payment.payment_id
        sums = balance(order, payment_id)
        gone = sums.given_up or sums.refunded or sums.refund_pending
        if gone or payment_id in voiding:
            found.append(payment_id)
    return found
