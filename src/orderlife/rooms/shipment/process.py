"""What follows for shipments, and from what becomes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife._values.replacing import replace
from orderlife.policy import consult
from orderlife.ports.inventory import StockItem
from orderlife.rooms.exceptions.messages import CloseExceptions, OpenException
from orderlife.rooms.exceptions.opening import stamp, unmatched
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import (
    AbandonClosing,
    CancellationAbandoned,
    FinishClosing,
    RecordUnits,
    ScheduleFollowUp,
)
from orderlife.rooms.order.model import Order, UnitCounter, Units
from orderlife.rooms.order.readings import blocked
from orderlife.rooms.payment.ledger import (
    balance,
    covered_minor,
    due_minor,
    is_secured,
    unsettled,
)
from orderlife.rooms.payment.messages import RequestPayment
from orderlife.rooms.payment.process import (
    MONEY_MISSING,
    refund_all,
    unsecured,
    void,
)
from orderlife.rooms.shipment.lifecycle import (
    BEFORE_DISPATCH,
    SHIPMENT,
    ShipmentState,
)
from orderlife.rooms.shipment.messages import (
    DropShipment,
    LabelBought,
    LabelFailed,
    LabelVoidRejected,
    PlanShipment,
    Scanned,
    SendShipment,
    ShipmentDispatched,
    ShipmentPicked,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import ScanStatus, Shipment
from orderlife.rooms.shipment.readings import (
    DONE,
    has_label,
    is_on_paper,
    last_delivery,
    planned_units,
)
from orderlife.rooms.shipment.tracking import troubles
from orderlife.rooms.stock.lifecycle import RESERVATION, ReservationState
from orderlife.rooms.stock.messages import (
    ConsumeStock,
    ReduceBackorder,
    ReleaseStock,
)
from orderlife.rooms.stock.model import Reservation
from orderlife.rooms.stock.readings import covered, quantities_of, uncovered

__all__ = [
    "dispatched",
    "follow_up",
    "is_settled",
    "label_failed",
    "labelled",
    "perform_services",
    "picked",
    "plan_shipments",
    "presumed",
    "release_lines",
    "resumed",
    "scanned",
    "send_ready",
    "stray_scan",
    "too_late",
    "unattended",
    "untracked",
    "unwind",
]

_ON_ITS_WAY: Final = frozenset(
    (
        ShipmentState.DISPATCHED,
        ShipmentState.IN_TRANSIT,
        ShipmentState.OUT_FOR_DELIVERY,
    )
)


# Planning, at rest


def release_lines(
    case: Case, context: Context
) -> Sequence[DropShipment | ReduceBackorder]:
    """Drop what was planned, or is waited for, and is not wanted any more.

    The stock of it is given back when shipments are planned anew.
    """
    steps: list[DropShipment | ReduceBackorder] = []
    planned = planned_units(case)
    if planned:
        ledger = case.placed.units
        over = {
            line_id: more
            for line_id, units in planned.items()
            if (more := units - ledger[line_id].unshipped) > 0
        }
        if over:
            steps += _drop_planned(case, over)
    for reservation in case.reservations.values():
        if reservation.state is ReservationState.BACKORDERED:
            return [*steps, *_shrink_backorders(case)]
    return steps


def _drop_planned(case: Case, over: dict[str, int]) -> Iterator[DropShipment]:
    """Drop the last shipments of units that are too many."""
    for shipment in reversed(list(case.shipments.values())):
        mine = any(over.get(line_id, 0) > 0 for line_id in shipment.items)
        early = shipment.state in BEFORE_DISPATCH
        if mine and early and not has_label(shipment):
            for line_id, units in shipment.items.items():
                over[line_id] = over.get(line_id, 0) - units
            yield DropShipment(
                shipment_id=shipment.shipment_id,
                reason="its units are cancelled",
            )


def _shrink_backorders(case: Case) -> Iterator[ReduceBackorder]:
    """Wait for no more than what is wanted beyond what is there."""
    over = {
        line_id: units - case.placed.units[line_id].unshipped
        for line_id, units in covered(case).items()
    }
    for reservation in case.reservations.values():
        if reservation.state is not ReservationState.BACKORDERED:
            continue
        if reservation.items or reservation.pending:
            continue  # what comes beyond the need is given back then
        off = {
            line_id: min(units, over[line_id])
            for line_id, units in quantities_of(reservation.demands).items()
            if over[line_id] > 0
        }
        if off:
            for line_id, units in off.items():
                over[line_id] -= units
            yield ReduceBackorder(
                reservation_id=reservation.reservation_id, quantities=off
            )


def plan_shipments(
    case: Case, context: Context
) -> Sequence[ReleaseStock | PlanShipment | OpenException]:
    """Plan what is allocated, and give back what is not wanted."""
    for reservation in case.reservations.values():
        there = reservation.state is ReservationState.ALLOCATED
        if there and reservation.items:
            return list(_plan_shipments(case, context))
    return ()


def _plan_shipments(
    case: Case, context: Context
) -> Iterator[ReleaseStock | PlanShipment | OpenException]:
    order = case.placed
    number = len(case.shipments)
    planned = planned_units(case)
    for reservation in case.reservations.values():
        if reservation.state is not ReservationState.ALLOCATED:
            continue
        unplanned = _unplanned(case, reservation)
        if not unplanned:
            continue
        wanted, surplus = _parted(order, unplanned, planned)
        if surplus:
            yield ReleaseStock(
                reservation_id=reservation.reservation_id,
                items=tuple(surplus),
            )
        parcels = consult.parcels(
            case,
            wanted,
            context.policy,
            planned=number > len(case.shipments),
        )
        yield from parcels.faults
        for parcelling in parcels.answer:
            number += 1
            yield PlanShipment(
                shipment_id=f"{case.order_id}-s{number}",
                reservation_id=reservation.reservation_id,
                place=parcelling.place,
                seller=parcelling.seller,
                items=parcelling.items,
            )


def _parted(
    order: Order, unplanned: tuple[StockItem, ...], planned: dict[str, int]
) -> tuple[list[StockItem], list[StockItem]]:
    """Part what is wanted from what is too much; count it as planned."""
    wanted: list[StockItem] = []
    surplus: list[StockItem] = []
    for item in unplanned:
        line_id = item.line_id
        room = order.units[line_id].unshipped - planned.get(line_id, 0)
        units = max(0, min(item.quantity, room))
        if units:
            planned[line_id] = planned.get(line_id, 0) + units
            wanted.append(replace(item, quantity=units))
        if units < item.quantity:
            over = item.quantity - units
            surplus.append(replace(item, quantity=over))
    return wanted, surplus


def _unplanned(case: Case, reservation: Reservation) -> tuple[StockItem, ...]:
    """What is allocated and in no shipment that is yet to leave."""
    planned: dict[tuple[str, str], int] = {}
    for shipment in case.shipments.values():
        if (
            shipment.reservation_id == reservation.reservation_id
            and shipment.state in BEFORE_DISPATCH
        ):
            for line_id, units in shipment.items.items():
                key = (line_id, shipment.place)
                planned[key] = planned.get(key, 0) + units
    remaining = []
    for item in reservation.items:
        key = (item.line_id, item.place)
        taken = min(item.quantity, planned.get(key, 0))
        planned[key] = planned.get(key, 0) - taken
        if taken == 0:
            remaining.append(item)
        elif taken < item.quantity:
            remaining.append(replace(item, quantity=item.quantity - taken))
    return tuple(remaining)


def send_ready(case: Case, context: Context) -> Sequence[SendShipment]:
    """Send what has its label, was wanted to go, and may.

    One after the other: what is taken for the first may leave the next
    without its money.
    """
    order = case.placed
    ready = [
        shipment.shipment_id
        for shipment in case.shipments.values()
        if shipment.state is ShipmentState.READY
        and shipment.dispatch_wanted
        and not shipment.void_pending
    ]
    if not ready or blocked(order, "dispatch") or not is_secured(order):
        return ()
    return [SendShipment(shipment_id=ready[0])]


# On its way


def picked(
    case: Case, event: ShipmentPicked, context: Context
) -> Iterator[ConsumeStock | OpenException | DropShipment]:
    """Write off what was not on the shelf; somebody must decide."""
    if not event.short:
        return
    shipment = case.shipments[event.shipment_id]
    yield ConsumeStock(
        reservation_id=shipment.reservation_id,
        quantities=event.short,
        place=shipment.place,
        subject=shipment.shipment_id,
        written_off=True,
    )
    missing = sum(event.short.values())
    yield OpenException(
        Contradiction(
            ExceptionKind.SHORT_PICK,
            shipment.shipment_id,
            f"{missing + sum(shipment.items.values())} units at "
            f"{shipment.place or 'the shelf'}",
            f"{missing} of them were not there",
            event.short,
        )
    )
    if not shipment.items:
        yield DropShipment(
            shipment_id=shipment.shipment_id, reason="nothing was picked"
        )


def label_failed(
    case: Case, event: LabelFailed, context: Context
) -> Iterator[OpenException]:
    """Ask a person, unless no label is wanted any more."""
    subject = event.shipment_id
    if case.shipments[subject].state is ShipmentState.PACKED:
        yield OpenException(
            Contradiction(
                ExceptionKind.LABEL_FAILED,
                subject,
                f"a label for {subject}",
                f"{event.code}: {event.detail or 'no reason given'}",
            )
        )


def labelled(
    case: Case, event: LabelBought, context: Context
) -> Sequence[CloseExceptions]:
    """Ask nobody any more about a label that is there after all."""
    if not case.placed.exceptions:
        return ()
    note = f"label {event.label.label_id} is there"
    kinds = frozenset((ExceptionKind.LABEL_FAILED,))
    return [CloseExceptions(kinds=kinds, subject=event.shipment_id, note=note)]


def too_late(
    case: Case, event: LabelVoidRejected, context: Context
) -> Iterator[OpenException | AbandonClosing]:
    """A parcel could not be stopped: the order goes on."""
    yield OpenException(
        Contradiction(
            ExceptionKind.CANCELLED_TOO_LATE,
            event.shipment_id,
            f"shipment {event.shipment_id} is cancelled before it leaves",
            event.reason or "the carrier has it already",
        )
    )
    kept = case.shipments[event.shipment_id].state in BEFORE_DISPATCH
    if kept and case.placed.state is OrderState.CANCELLING:
        yield AbandonClosing(why=event.reason or "the carrier has it")


def dispatched(
    case: Case, event: ShipmentDispatched, context: Context
) -> Iterator[RecordUnits | ConsumeStock]:
    """The goods are out of the building, and off the stock."""
    return _departed(case.shipments[event.shipment_id])


def _departed(shipment: Shipment) -> Iterator[RecordUnits | ConsumeStock]:
    yield RecordUnits(
        counter="shipped",
        quantities=shipment.items,
        subject=shipment.shipment_id,
    )
    yield ConsumeStock(
        reservation_id=shipment.reservation_id,
        quantities=shipment.items,
        place=shipment.place,
        subject=shipment.shipment_id,
    )


_COUNTED: Final[Mapping[ShipmentState, UnitCounter]] = {
    ShipmentState.DELIVERED: "delivered",
    ShipmentState.LOST: "lost",
    ShipmentState.DAMAGED: "lost",
}
"""What the units of a shipment count as, by its state."""

_TROUBLE: Final[Mapping[ShipmentState, ExceptionKind]] = {
    ShipmentState.LOST: ExceptionKind.SHIPMENT_LOST,
    ShipmentState.DAMAGED: ExceptionKind.SHIPMENT_DAMAGED,
    ShipmentState.RETURNED_TO_SENDER: ExceptionKind.RETURNED_TO_SENDER,
}
"""What somebody is asked about, by what the carrier reports."""


def scanned(
    case: Case, event: ShipmentScanned, context: Context
) -> Iterator[RecordUnits | ConsumeStock | OpenException | CloseExceptions]:
    """Count what a scan says has become of the units."""
    shipment = case.shipments[event.shipment_id]
    if event.contradiction is not None:
        yield OpenException(event.contradiction)
    if event.before is not event.after:
        yield from _moved(case, shipment, event)
    if not SHIPMENT.is_terminal(shipment.state):
        yield from _troubled(case, shipment, event)


def _moved(
    case: Case, shipment: Shipment, event: ShipmentScanned
) -> Iterator[RecordUnits | ConsumeStock | OpenException]:
    before, after = event.before, event.after
    if before in BEFORE_DISPATCH:
        yield from _departed(shipment)
        if not is_secured(case.placed):
            yield _unpaid(shipment)
    if before is ShipmentState.RETURNED_TO_SENDER:
        yield from _unwanted(case, shipment)
    if before is ShipmentState.DELIVERED:
        yield from _undelivered(case, shipment)
    counts: list[tuple[UnitCounter | None, bool]] = [
        (_COUNTED.get(before), True),
        (_COUNTED.get(after), False),
    ]
    if ShipmentState.RETURNED_TO_SENDER in {before, after}:
        undo = after is ShipmentState.RETURNED_TO_SENDER
        counts.append(("shipped", undo))
    for counter, undo in counts:
        if counter is not None:
            yield RecordUnits(
                counter=counter,
                quantities=shipment.items,
                subject=shipment.shipment_id,
                undo=undo,
            )


def _troubled(
    case: Case, shipment: Shipment, event: ShipmentScanned
) -> Iterator[OpenException | CloseExceptions]:
    """Ask about what is wrong now, and no more about what is not.

    What is damaged stays so, wherever it goes; if somebody has let that
    be, and it ends there again, that is asked anew.
    """
    others = tuple(scan for scan in shipment.scans if scan != event.scan)
    was = troubles(others) | {event.before}
    now = troubles(shipment.scans) | {event.after}
    for wrong, kind in _TROUBLE.items():
        ends = wrong is event.after is not event.before
        asked_anew = ends and not _asked(case, kind, shipment)
        if wrong in now - was or asked_anew:
            yield OpenException(
                Contradiction(
                    kind,
                    shipment.shipment_id,
                    f"shipment {shipment.shipment_id} reaches the customer",
                    event.scan.detail or f"the carrier reports {wrong.value}",
                    shipment.items,
                )
            )
        elif wrong in was - now and wrong is not ShipmentState.DAMAGED:
            yield CloseExceptions(
                kinds=frozenset((kind,)),
                subject=shipment.shipment_id,
                note=f"the carrier reports {shipment.state.value}",
            )


def _asked(case: Case, kind: ExceptionKind, shipment: Shipment) -> bool:
    """Whether somebody is being asked what became of a shipment."""
    return any(
        item.is_open
        and item.contradiction.kind is kind
        and item.contradiction.subject == shipment.shipment_id
        for item in case.placed.exceptions
    )


def _undelivered(case: Case, shipment: Shipment) -> Iterator[OpenException]:
    """Ask somebody about units that came back, and had not arrived."""
    ledger = case.placed.units
    over = {
        line_id: more
        for line_id, units in shipment.items.items()
        if (
            more := ledger[line_id].returned
            - ledger[line_id].delivered
            + units
        )
        > 0
    }
    if over:
        shipment_id = shipment.shipment_id
        yield OpenException(
            Contradiction(
                ExceptionKind.OVER_RETURNED,
                shipment_id,
                "no more comes back than was delivered",
                f"shipment {shipment_id} was not delivered after all, "
                f"and units of lines {', '.join(over)} have come back",
                over,
            )
        )


def _unwanted(case: Case, shipment: Shipment) -> Iterator[OpenException]:
    """Ask somebody about goods that were back, and move once more."""
    over = {
        line_id: units - room
        for line_id, units in shipment.items.items()
        if units > (room := _room(case, line_id))
    }
    if over:
        yield OpenException(
            Contradiction(
                ExceptionKind.MOVED_AFTER_CANCELLATION,
                shipment.shipment_id,
                f"units of shipment {shipment.shipment_id} were called off "
                "when it had come back",
                f"the carrier reports {shipment.state.value}",
                over,
            )
        )


def _room(case: Case, line_id: str) -> int:
    """Units that are still to be sent, and for which no label is bought."""
    order = case.placed
    if ORDER.is_terminal(order.state):
        return 0
    labelled = sum(
        shipment.items.get(line_id, 0)
        for shipment in case.shipments.values()
        if shipment.state in BEFORE_DISPATCH and has_label(shipment)
    )
    return max(0, order.units[line_id].unshipped - labelled)


def _unpaid(shipment: Shipment) -> OpenException:
    return OpenException(
        Contradiction(
            ExceptionKind.MOVED_BEFORE_PAYMENT,
            shipment.shipment_id,
            "nothing leaves before its money is secured",
            f"shipment {shipment.shipment_id} has left",
            shipment.items,
        )
    )


def stray_scan(
    case: Case, fact: Scanned, context: Context
) -> list[OpenException]:
    """Keep a scan of a parcel that nobody knows."""
    subject = fact.shipment_id
    observed = f"Scanned about {subject or 'nothing'}"
    observed += f": {fact.status.value} at {stamp(fact.at)}"
    if case.placed.state is OrderState.PLACED:
        return [
            unmatched(
                case.order_id,
                subject,
                observed,
                kind=ExceptionKind.MOVED_BEFORE_PAYMENT,
                expected="nothing leaves before its order is confirmed",
            )
        ]
    return [unmatched(case.order_id, subject, observed)]


# What nobody tracks


def untracked(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When what nobody tracks is taken for delivered."""
    if case.placed.state is OrderState.CONFIRMED:
        for shipment in case.shipments.values():
            if shipment.state in _ON_ITS_WAY:
                yield shipment.shipment_id, shipment.arrives_at


def presumed(case: Case, shipment_id: str, context: Context) -> list[Scanned]:
    """Take it for delivered; who knows better tells so by a later scan."""
    at = case.shipments[shipment_id].arrives_at or context.now
    return [
        Scanned(
            order_id=case.order_id,
            shipment_id=shipment_id,
            status=ScanStatus.DELIVERED,
            at=at,
            detail="taken for delivered: nobody tracks it",
        )
    ]


# What a confirmed order lacks, or has done


def follow_up(case: Case, context: Context) -> Sequence[ScheduleFollowUp]:
    """Ask how it was, once all that can arrive has arrived."""
    order = case.placed
    after = context.policy.follow_up_after
    if after is None or order.follow_up_at or order.followed_up:
        return ()
    units = order.delivered_units.values()
    done = all(u.delivered >= u.arriving for u in units)
    if not done or not any(u.delivered for u in units):
        return ()
    # A carrier's clock may be ahead of ours.
    when = min(last_delivery(case) or context.now, context.now)
    return [ScheduleFollowUp(at=when + after)]


def perform_services(case: Case, context: Context) -> Sequence[RecordUnits]:
    """Count services as done once no goods are on their way any more."""
    order = case.placed
    done = {
        line.line_id: units
        for line in order.of_kind("service")
        if (units := order.units[line.line_id].unshipped) > 0
    }
    goods = order.units_but("digital", "service", "charge").values()
    settled = all(is_settled(units) for units in goods)
    moving = any(
        shipment.state not in DONE for shipment in case.shipments.values()
    )
    if not done or not settled or moving:
        return ()
    return [
        RecordUnits(
            counter="shipped", quantities=done, subject=order.order_id
        ),
        RecordUnits(
            counter="delivered", quantities=done, subject=order.order_id
        ),
    ]


def is_settled(units: Units) -> bool:
    """Whether each of them has arrived, is lost or was called off."""
    return units.delivered + units.lost + units.cancelled >= units.ordered


def resumed(
    case: Case, event: CancellationAbandoned, context: Context
) -> Iterator[OpenException]:
    """Ask somebody about what was let go of before it was too late.

    The customer had called it off: nobody is charged anew by itself, and
    nothing is sent.
    """
    being = "the order was being cancelled"
    return _lacking(case, f"it was let go of while {being}", being)


def unattended(case: Case, context: Context) -> Sequence[OpenException]:
    """See to what a confirmed order lacks, and nobody sees to.

    A person may have settled less than was missing.
    """
    if not case.placed.exceptions:
        return ()  # nothing has ever gone wrong
    why = "nobody sees to it"
    return tuple(_lacking(case, why, why))


def _lacking(case: Case, stock: str, money: str) -> Iterator[OpenException]:
    """Ask about missing stock and money, unless somebody is asked.

    Args:
        case: the order.
        stock: why it is not there.
        money: why it is not.
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
    """Units that wait for stock, and that nobody is asked about."""
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
    """The payments of which something was let go of or given back."""
    voiding = {op.payment_id for op in unsettled(order) if op.kind == "void"}
    found = []
    for payment in order.payments:
        payment_id = payment.payment_id
        sums = balance(order, payment_id)
        gone = sums.given_up or sums.refunded or sums.refund_pending
        if gone or payment_id in voiding:
            found.append(payment_id)
    return found


def unwind(
    case: Case, context: Context
) -> Sequence[
    AbandonClosing
    | DropShipment
    | ReleaseStock
    | RequestPayment
    | FinishClosing
]:
    """What is still to be given back before a closing can end."""
    order = case.placed
    if order.has_left:
        return [AbandonClosing(why="a parcel has left already")]
    live = [
        shipment
        for shipment in case.shipments.values()
        if shipment.state in BEFORE_DISPATCH
    ]
    reason = order.closing.reason if order.closing else "other"
    steps: list[
        DropShipment | ReleaseStock | RequestPayment | FinishClosing
    ] = [
        DropShipment(shipment_id=shipment.shipment_id, reason=reason)
        for shipment in live
        if not shipment.void_pending
    ]
    if live:
        return steps
    goods_out = any(map(is_on_paper, case.shipments.values()))
    for reservation in case.reservations.values():
        if reservation.leaving or reservation.pending:
            goods_out = True
        elif reservation.items or not RESERVATION.is_terminal(
            reservation.state
        ):
            steps.append(
                ReleaseStock(reservation_id=reservation.reservation_id)
            )
    steps += void(order)
    steps += refund_all(order)
    sums = balance(order)
    money = sums.open or sums.refundable or unsettled(order)
    if not steps and not goods_out and not money:
        return [FinishClosing()]
    return steps
