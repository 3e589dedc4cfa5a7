"""What is found of an order when its life is over.

Its statuses and sums go into the report.  The invariants are checked,
the desk's books are compared with the gateway's, and nothing that was
asked of a port may be left undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from orderlife import OrderDesk, OrderView, violations
from orderlife.ports.store import EffectState
from orderlife.replay.olist_csv import OlistOrder, Status
from orderlife.replay.olist_gateway import Account
from orderlife.replay.report import EndedOtherwise, Report

__all__ = ["audit"]

_ENDS: Final[Mapping[Status, str]] = {
    "created": "placed",
    "approved": "confirmed",
    "processing": "confirmed",
    "invoiced": "confirmed",
    "shipped": "confirmed",
    "delivered": "completed",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}
"""Where an order ends, by its status in the data."""

_UNFINISHED: Final = frozenset(
    (EffectState.PENDING, EffectState.CLAIMED, EffectState.IN_DOUBT)
)
_DAY: Final = timedelta(days=1)


def audit(
    report: Report, desk: OrderDesk, account: Account, order: OlistOrder
) -> None:
    """Write into a report what an order has come to.

    Args:
        report: what was found so far.
        desk: where the order lived.
        account: what the gateway has of it.
        order: what the data say of it.
    """
    view = desk.get(order.order_id)
    report.orders_placed += 1
    _count_statuses(report, view, order)
    _count_sums(report, view)
    _count_times(report, view, order)
    report.assumed["weight"] += sum(not i.weight_g for i in order.items)
    report.events += view.version
    for found in (
        *map(str, violations(view.case, desk.history(view.id))),
        *_books(view, account),
        *_undone(desk, view),
    ):
        report.violations.append(f"order {view.id}: {found}")


def _count_statuses(
    report: Report, view: OrderView, order: OlistOrder
) -> None:
    status, expected = view.status, _ENDS[order.status]
    report.data_statuses[order.status] += 1
    report.statuses[status.order] += 1
    report.payment_statuses[status.payment] += 1
    report.fulfilment_statuses[status.fulfilment] += 1
    if status.order != expected:
        report.ended_otherwise.append(
            EndedOtherwise(
                order_id=view.id,
                data_status=order.status,
                expected=expected,
                status=status.order,
            )
        )


def _count_sums(report: Report, view: OrderView) -> None:
    report.shipments += len(view.shipments)
    report.ordered_minor += view.total.minor
    report.captured_minor += view.paid.minor
    report.refunded_minor += view.refunded.minor
    for units in view.order.units.values():
        report.ordered_units += units.ordered
        report.delivered_units += units.delivered
    for item in view.order.exceptions:
        kind = item.contradiction.kind.value
        report.exceptions[kind] += 1
        report.exceptions_open[kind] += item.is_open


def _count_times(report: Report, view: OrderView, order: OlistOrder) -> None:
    """Count deliveries, late ones, and what became of reviews."""
    arrived = [s.delivered_at for s in view.shipments if s.delivered_at]
    whole = bool(arrived) and view.status.fulfilment == "delivered"
    if whole:
        late = max(arrived) - order.promised_by
        report.deliveries += 1
        report.late_deliveries += late > timedelta(0)
        report.late_by_day += late >= _DAY
        report.assumed["follow_up"] += not order.reviews
    for number, review in enumerate(order.reviews):
        if number:
            what = "further"
        elif not whole:
            what = "nothing_delivered"
        elif review.created_at < max(arrived):
            what = "before_delivery"
        else:
            what = "followed_up"
        report.reviews[what] += 1


def _books(view: OrderView, account: Account) -> Iterator[str]:
    """Compare what we say was moved with what the gateway says."""
    for what, ours, theirs in (
        ("captured", view.paid.minor, account.captured),
        ("refunded", view.refunded.minor, account.refunded),
    ):
        if ours != theirs:
            yield f"invariant 11: {ours} {what}, the gateway has {theirs}"


def _undone(desk: OrderDesk, view: OrderView) -> Iterator[str]:
    """Name what was asked of a port, and neither done nor awaited."""
    for effect in desk.effects(view.id):
        if effect.state in _UNFINISHED:
            yield f"invariant 40: {effect.operation_id} {effect.state.value}"
