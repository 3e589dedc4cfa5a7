"""How events change an order; nothing else changes it."""

from __future__ import annotations

from collections.abc import Mapping

from orderlife._kernel.messages import Quantities
from orderlife._kernel.room import Change, changes, makes, moves
from orderlife._values.replacing import replace
from orderlife.rooms.order.lifecycle import ORDER, OrderTrigger
from orderlife.rooms.order.messages import (
    AuthorityUsed,
    CancellationAbandoned,
    CancellationStarted,
    FollowUpScheduled,
    FollowUpSent,
    FraudScreened,
    HoldOpened,
    HoldReleased,
    LinesCancelled,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderDrafted,
    OrderExpired,
    OrderPlaced,
    OrderRejected,
    OrderReopened,
    UnitsRecorded,
)
from orderlife.rooms.order.model import Order, Units

__all__ = ["CHANGES", "begin", "counted_up", "next_count"]


def begin(event: OrderPlaced | OrderDrafted) -> Order:
    """Make the order that an event begins."""
    placement = event.placement
    state = ORDER.initial
    placed_at = None
    notify = True
    if isinstance(event, OrderPlaced):
        state = ORDER.after(state, OrderTrigger.PLACE)
        placed_at, notify = event.at, event.notify
    fresh = {
        quantity: Units(ordered=quantity)
        for quantity in {line.quantity for line in placement.lines}
    }
    return Order(
        order_id=event.order_id,
        state=state,
        placement=placement,
        placed_at=placed_at,
        units={line.line_id: fresh[line.quantity] for line in placement.lines},
        tenders=event.tenders,
        notify=notify,
    )


def _placed(order: Order, event: OrderPlaced) -> Order:
    state = ORDER.after(order.state, OrderTrigger.PLACE)
    return replace(order, state=state, placed_at=event.at, notify=event.notify)


def _screened(order: Order, event: FraudScreened) -> Order:
    return replace(order, screening=event.screening)


def _resumed(order: Order, event: CancellationAbandoned) -> Order:
    return replace(
        order,
        state=ORDER.after(order.state, OrderTrigger.RESUME),
        closing=None,
        released_minor=order.released_minor + event.returned_minor,
    )


def _closing(order: Order, event: CancellationStarted) -> Order:
    state = ORDER.after(order.state, OrderTrigger.CANCEL)
    return replace(order, state=state, closing=event.closing)


def _to_follow_up(order: Order, event: FollowUpScheduled) -> Order:
    return replace(order, follow_up_at=event.at)


def _followed_up(order: Order, event: FollowUpSent) -> Order:
    return replace(order, follow_up_at=None, followed_up=True)


def _called_off(order: Order, event: LinesCancelled) -> Order:
    return replace(
        order,
        units=counted_up(order.units, "cancelled", event.quantities),
        released_minor=order.released_minor + event.freed_minor,
    )


def _held(order: Order, event: HoldOpened) -> Order:
    return replace(
        order,
        holds=(*order.holds, event.hold),
        counts=next_count(order.counts, "hold"),
    )


def _freed(order: Order, event: HoldReleased) -> Order:
    holds = tuple(
        hold for hold in order.holds if hold.hold_id != event.hold_id
    )
    return replace(order, holds=holds)


def _used(order: Order, event: AuthorityUsed) -> Order:
    so_far = order.authority_used.get(event.actor, 0)
    used = {**order.authority_used, event.actor: so_far + event.minor}
    return replace(order, authority_used=used)


def _counted(order: Order, event: UnitsRecorded) -> Order:
    quantities = event.quantities
    if event.undo:
        quantities = {line: -units for line, units in quantities.items()}
    units = counted_up(order.units, event.counter, quantities)
    return replace(order, units=units)


def next_count(counts: Mapping[str, int], kind: str) -> Mapping[str, int]:
    """Count one more part of a kind, whose number makes its id."""
    return {**counts, kind: counts.get(kind, 0) + 1}


def counted_up(
    ledger: Mapping[str, Units], counter: str, quantities: Quantities
) -> Mapping[str, Units]:
    """Add to, or subtract from, a count of units of some lines."""
    changed = dict(ledger)
    # Most lines have equal counts: equal values share one object.
    counted: dict[tuple[int, int], Units] = {}
    for line_id, quantity in quantities.items():
        units = ledger[line_id]
        key = id(units), quantity
        known = counted.get(key)
        if known is None:
            total = getattr(units, counter) + quantity
            known = counted[key] = replace(units, **{counter: total})
        changed[line_id] = known
    return changed


CHANGES: tuple[Change[Order], ...] = (
    makes(OrderDrafted, begin),
    makes(OrderPlaced, begin, again=_placed),
    changes(UnitsRecorded, _counted),
    changes(FraudScreened, _screened),
    moves(OrderConfirmed, ORDER, OrderTrigger.CONFIRM),
    moves(OrderCompleted, ORDER, OrderTrigger.COMPLETE),
    moves(OrderReopened, ORDER, OrderTrigger.REOPEN),
    changes(CancellationStarted, _closing),
    changes(CancellationAbandoned, _resumed),
    moves(OrderCancelled, ORDER, OrderTrigger.END_CANCELLED),
    moves(OrderExpired, ORDER, OrderTrigger.END_EXPIRED),
    moves(OrderRejected, ORDER, OrderTrigger.END_REJECTED),
    changes(LinesCancelled, _called_off),
    changes(HoldOpened, _held),
    changes(HoldReleased, _freed),
    changes(FollowUpScheduled, _to_follow_up),
    changes(FollowUpSent, _followed_up),
    changes(AuthorityUsed, _used),
)
