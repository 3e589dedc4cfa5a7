"""What follows from each event: the small print of the process's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orderlife._kernel.case import Case
from orderlife._kernel.messages import (
    Contradiction,
    ExceptionKind,
    Fact,
    Quantities,
    Remedy,
    Step,
)
from orderlife.planning import (
    Context,
    has_label,
    last_delivery,
    quantities_of,
    reserve,
    uncovered,
)
from orderlife.policy import consult
from orderlife.ports.carrier import (
    InterceptRejected,
    LabelRefused,
    VoidRejected,
)
from orderlife.ports.inventory import StockGone, StockShort
from orderlife.rooms.order.decide import find_exception
from orderlife.rooms.order.ledger import (
    balance,
    charges_are_due,
    covered_minor,
    due_minor,
    is_secured,
    unsettled,
)
from orderlife.rooms.order.lifecycle import ORDER, OperationTrigger, OrderState
from orderlife.rooms.order.messages import (
    AbandonClosing,
    AwaitPayment,
    BeginClosing,
    CloseExceptions,
    ExceptionResolved,
    LiftHold,
    LinesCancelled,
    OpenException,
    PaymentRecorded,
    PlaceHold,
    RecordUnits,
    RequestAuthorizations,
    ScheduleFollowUp,
    TenderOffered,
)
from orderlife.rooms.order.model import MovementKind, Order
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    GrantReturn,
    RefuseReturn,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnParcelReceived,
    ReturnRequested,
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
    LabelReported,
    LabelVoidRejected,
    ShipmentPicked,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.shipment.tracking import troubles
from orderlife.rooms.stock.lifecycle import (
    RESERVATION,
    ReservationState,
    ReservationTrigger,
)
from orderlife.rooms.stock.messages import (
    AllocateStock,
    ConsumeStock,
    ReleaseStock,
    StockAllocated,
    StockConsumed,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleaseRequested,
    StockReported,
)
from orderlife.securing import MONEY_MISSING, unsecured
from orderlife.settling import capture

__all__ = [
    "allocated",
    "called_off",
    "came_back",
    "confirmed",
    "follow_up",
    "given_up",
    "held",
    "judged",
    "label_failed",
    "labelled",
    "left",
    "lost",
    "offered",
    "paid",
    "picked",
    "placed",
    "refused",
    "resumed",
    "scanned",
    "screened",
    "taken_off",
    "too_late",
    "unattended",
    "waits",
    "waits_less",
]

_S = OrderState


_K, _H = ExceptionKind, ShipmentState


_UNANSWERED = frozenset((_K.EFFECT_FAILED, _K.OUTCOME_UNKNOWN))


def waits(reservation_id: str, quantities: Quantities) -> RecordUnits:
    """Count units that the order has to wait for."""
    return RecordUnits(
        counter="backordered", quantities=quantities, subject=reservation_id
    )


def waits_less(reservation_id: str, quantities: Quantities) -> RecordUnits:
    """Count units that the order need not wait for any more."""
    return RecordUnits(
        counter="backordered",
        quantities=quantities,
        subject=reservation_id,
        undo=True,
    )


def placed(case: Case, context: Context) -> Iterator[Step]:
    """Set the date to pay by, and hold the stock."""
    order = case.placed
    due = consult.payment_due(context.policy, order, context.now)
    yield from due.faults
    yield AwaitPayment(until=due.answer)
    wanted = {line: units.wanted for line, units in order.units.items()}
    steps = list(reserve(case, context, wanted))
    yield from steps or [RequestAuthorizations(notify=order.notify)]


def offered(
    case: Case, event: TenderOffered, context: Context
) -> Iterator[Step]:
    """Ask for the money, and give a tender that is slow its time."""
    order, policy = case.placed, context.policy
    if order.state is _S.DRAFT:
        return
    if order.state is _S.PLACED and event.tender.kind in policy.slow_tenders:
        due = consult.payment_due(policy, order, context.now)
        yield from due.faults
        until = max(due.answer, order.payment_due_at or due.answer)
        yield AwaitPayment(until=until)
    yield RequestAuthorizations(notify=context.notify)


def held(case: Case, event: StockHeld, context: Context) -> Iterator[Step]:
    """Wait for what is short; ask for the money, or allocate."""
    held = case.reservations[event.reservation_id]
    if RESERVATION.is_terminal(held.state):
        return  # it is on its way back already
    short = quantities_of(event.short)
    if not event.items:
        yield waits(held.reservation_id, short)
    elif short:
        if held.waited:
            yield waits_less(held.reservation_id, short)
        yield from reserve(case, context, short, backordered=True)
    if case.placed.state is _S.PLACED:
        yield RequestAuthorizations(notify=case.placed.notify)
    elif case.placed.state is _S.CONFIRMED and event.items:
        yield AllocateStock(reservation_id=event.reservation_id)


def refused(case: Case, event: StockRefused) -> Iterator[Step]:
    """Reject what was only placed; else somebody must decide."""
    held = case.reservations[event.reservation_id]
    if held.state is ReservationState.BACKORDERED:
        return  # asked again at its next date
    if case.placed.state is _S.PLACED:
        yield BeginClosing(reason="inventory", ends_in=_S.REJECTED)
    elif case.placed.state is _S.CONFIRMED:
        found = ", ".join(
            f"{s.available} of {s.wanted} {s.sku}" for s in event.shortages
        )
        yield OpenException(
            Contradiction(
                _K.STOCK_LOST,
                event.reservation_id,
                f"stock for reservation {event.reservation_id}",
                f"there is {found}",
                quantities_of(held.demands),
            )
        )


def paid(
    case: Case, event: PaymentRecorded, context: Context
) -> Iterator[Step]:
    """Take what is due now, or secure what no longer is."""
    order = case.placed
    operation = order.operations.get(event.operation_id)
    kinds = {moved.kind for moved in event.movements}
    if order.state is _S.CONFIRMED:
        if MovementKind.AUTHORIZED in kinds:
            yield from capture(case, context, order.order_id)
        declined = event.trigger is OperationTrigger.DECLINE
        asked = operation is not None and operation.kind == "authorize"
        if operation and asked and declined and not is_secured(order):
            yield unsecured(operation.payment_id, event.detail)
    # One that was still awaited has only been declined.
    gone = MovementKind.LAPSED in kinds and event.trigger is None
    active = order.state in {_S.PLACED, _S.CONFIRMED}
    if gone and active and not is_secured(order):
        payment_id = event.movements[0].payment_id
        if context.policy.reauthorize:
            yield RequestAuthorizations(again=payment_id)
        else:
            yield unsecured(payment_id, event.detail)


def resumed(case: Case) -> Iterator[Step]:
    """Ask somebody about what was let go of before it was too late.

    The customer had called it off: nobody is charged anew by itself, and
    nothing is sent.
    """
    being = "the order was being cancelled"
    yield from _lacking(case, f"it was let go of while {being}", being)


def unattended(case: Case) -> Sequence[Step]:
    """See to what a confirmed order lacks, and nobody sees to.

    A person may have settled less than was missing.
    """
    if not case.placed.exceptions:
        return ()  # nothing has ever gone wrong
    why = "nobody sees to it"
    return tuple(_lacking(case, why, why))


def _lacking(case: Case, stock: str, money: str) -> Iterator[Step]:
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
                _K.STOCK_LOST,
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


def _without_stock(case: Case) -> dict[str, int]:
    """Units that wait for stock, and that nobody is asked about."""
    order = case.placed
    ordered = {line: units.ordered for line, units in order.units.items()}
    missing = Counter(uncovered(case, ordered))
    for item in order.exceptions:
        if item.is_open and item.contradiction.kind in _STOCK_MISSING:
            missing -= Counter(item.contradiction.quantities)
    for sent in case.shipments.values():
        if sent.state is _H.RETURNED_TO_SENDER:
            missing -= Counter(sent.items)
    return dict(missing)


_STOCK_MISSING = frozenset((_K.STOCK_LOST, _K.SHORT_PICK))


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


def screened(case: Case, context: Context) -> Iterator[Step]:
    """Go on, wait for a person, or call it off."""
    order = case.placed
    if order.state is _S.CANCELLING:
        return  # it ends anyway
    screening = order.screening
    if screening is None or screening.verdict == "accept":
        for hold in order.holds:
            if hold.reason == "fraud":
                yield LiftHold(hold_id=hold.hold_id, note="accepted")
    elif screening.verdict == "review" or order.has_left:
        within = context.policy.review_within
        yield PlaceHold(
            reason="fraud",
            blocks=("confirm", "dispatch"),
            note=screening.reason,
            until=context.now + within if within is not None else None,
        )
        # Paid-for stock must not run out while somebody thinks.
        yield from _allocate(case)
    elif order.state in {_S.PLACED, _S.CONFIRMED}:
        yield BeginClosing(reason="fraud", ends_in=_S.REJECTED)


def _allocate(case: Case) -> Iterator[Step]:
    for held in case.reservations.values():
        there = held.items and RESERVATION.can(
            held.state, ReservationTrigger.ALLOCATE
        )
        if there and not held.pending:
            yield AllocateStock(reservation_id=held.reservation_id)


def confirmed(case: Case, context: Context) -> Iterator[Step]:
    """Allocate the stock; deliver what needs no carrier."""
    order = case.placed
    yield from _allocate(case)
    digital = {
        line.line_id: units
        for line in order.placement.lines
        if line.kind == "digital"
        and (units := order.units[line.line_id].wanted)
    }
    if digital:
        for counter in ("shipped", "delivered"):
            yield RecordUnits(
                counter=counter,
                quantities=digital,
                subject=order.order_id,
            )
    alone = len(order.of_kind("charge")) == len(order.placement.lines)
    if context.policy.capture == "confirmation" or alone:
        yield from capture(case, context, order.order_id)


def called_off(
    case: Case, event: LinesCancelled, context: Context
) -> Iterator[Step]:
    """Take charges that have waited for goods, of which none will leave."""
    order = case.placed
    goods = {line.line_id for line in order.of_kind("goods")}
    last = not goods.isdisjoint(event.quantities)
    if order.state is not _S.CONFIRMED or not last or not order.has_left:
        return
    if order.of_kind("charge") and charges_are_due(order):
        yield from capture(case, context, order.order_id)


def allocated(case: Case, event: StockAllocated) -> Iterator[Step]:
    """Count the units as the order's."""
    held = case.reservations[event.reservation_id]
    if held.waited:
        yield waits_less(held.reservation_id, quantities_of(held.demands))
    yield RecordUnits(
        counter="allocated",
        quantities=quantities_of(held.items),
        subject=held.reservation_id,
    )


def lost(case: Case, event: StockLost, context: Context) -> Iterator[Step]:
    """Ask anew for stock whose hold had run out."""
    held = case.reservations[event.reservation_id]
    demands = quantities_of(held.demands)
    if held.waited and not held.leaving:
        yield waits_less(held.reservation_id, demands)
    yield from reserve(case, context, uncovered(case, demands))


def taken_off(
    case: Case, event: StockReleaseRequested | StockConsumed
) -> Iterator[Step]:
    """Uncount what is not the order's any more; what is shipped stays."""
    held = case.reservations[event.reservation_id]
    quantities = quantities_of(event.items)
    if isinstance(event, StockConsumed):
        allocated = event.written_off
    else:
        allocated = held.state is ReservationState.ALLOCATED
    if allocated:
        yield RecordUnits(
            counter="allocated",
            quantities=quantities,
            subject=event.reservation_id,
            undo=True,
        )
    elif held.state is ReservationState.BACKORDERED:
        yield waits_less(event.reservation_id, quantities)


def picked(case: Case, event: ShipmentPicked) -> Iterator[Step]:
    """Write off what was not on the shelf; somebody must decide."""
    if not event.short:
        return
    sent = case.shipments[event.shipment_id]
    yield ConsumeStock(
        reservation_id=sent.reservation_id,
        quantities=event.short,
        place=sent.place,
        subject=sent.shipment_id,
        written_off=True,
    )
    missing = sum(event.short.values())
    yield OpenException(
        Contradiction(
            _K.SHORT_PICK,
            sent.shipment_id,
            f"{missing + sum(sent.items.values())} units at "
            f"{sent.place or 'the shelf'}",
            f"{missing} of them were not there",
            event.short,
        )
    )
    if not sent.items:
        yield DropShipment(
            shipment_id=sent.shipment_id, reason="nothing was picked"
        )


def label_failed(
    case: Case, event: LabelFailed | ReturnLabelFailed
) -> Iterator[Step]:
    """Ask a person, unless no label is wanted any more."""
    if isinstance(event, LabelFailed):
        subject = event.shipment_id
        wanted = case.shipments[subject].state is _H.PACKED
    else:
        subject = event.return_id
        wanted = case.returns[subject].state is ReturnState.APPROVED
    if wanted:
        yield OpenException(
            Contradiction(
                _K.LABEL_FAILED,
                subject,
                f"a label for {subject}",
                f"{event.code}: {event.detail or 'no reason given'}",
            )
        )


def labelled(
    case: Case, event: LabelBought | ReturnLabelIssued
) -> Sequence[Step]:
    """Ask nobody any more about a label that is there after all."""
    if not case.placed.exceptions:
        return ()
    subject = (
        event.shipment_id
        if isinstance(event, LabelBought)
        else event.return_id
    )
    note = f"label {event.label.label_id} is there"
    kinds = frozenset((_K.LABEL_FAILED,))
    return [CloseExceptions(kinds=kinds, subject=subject, note=note)]


def too_late(case: Case, event: LabelVoidRejected) -> Iterator[Step]:
    """A parcel could not be stopped: the order goes on."""
    yield OpenException(
        Contradiction(
            _K.CANCELLED_TOO_LATE,
            event.shipment_id,
            f"shipment {event.shipment_id} is cancelled before it leaves",
            event.reason or "the carrier has it already",
        )
    )
    kept = case.shipments[event.shipment_id].state in BEFORE_DISPATCH
    if kept and case.placed.state is _S.CANCELLING:
        yield AbandonClosing(why=event.reason or "the carrier has it")


def left(sent: Shipment) -> Iterator[Step]:
    """The goods are out of the building, and off the stock."""
    yield RecordUnits(
        counter="shipped", quantities=sent.items, subject=sent.shipment_id
    )
    yield ConsumeStock(
        reservation_id=sent.reservation_id,
        quantities=sent.items,
        place=sent.place,
        subject=sent.shipment_id,
    )


_COUNTED = {
    _H.DELIVERED: "delivered",
    _H.LOST: "lost",
    _H.DAMAGED: "lost",
}


_TROUBLE = {
    _H.LOST: _K.SHIPMENT_LOST,
    _H.DAMAGED: _K.SHIPMENT_DAMAGED,
    _H.RETURNED_TO_SENDER: _K.RETURNED_TO_SENDER,
}


def scanned(case: Case, event: ShipmentScanned) -> Iterator[Step]:
    """Count what a scan says has become of the units."""
    sent = case.shipments[event.shipment_id]
    if event.contradiction is not None:
        yield OpenException(event.contradiction)
    if event.before is not event.after:
        yield from _moved(case, sent, event)
    if not SHIPMENT.is_terminal(sent.state):
        yield from _troubled(case, sent, event)


def _moved(
    case: Case, sent: Shipment, event: ShipmentScanned
) -> Iterator[Step]:
    before, after = event.before, event.after
    if before in BEFORE_DISPATCH:
        yield from left(sent)
        if not is_secured(case.placed):
            yield _unpaid(sent)
    if before is _H.RETURNED_TO_SENDER:
        yield from _unwanted(case, sent)
    if before is _H.DELIVERED:
        yield from _undelivered(case, sent)
    counts = [(_COUNTED.get(before), True), (_COUNTED.get(after), False)]
    if _H.RETURNED_TO_SENDER in {before, after}:
        counts.append(("shipped", after is _H.RETURNED_TO_SENDER))
    for counter, undo in counts:
        if counter is not None:
            yield RecordUnits(
                counter=counter,  # type: ignore[arg-type]
                quantities=sent.items,
                subject=sent.shipment_id,
                undo=undo,
            )


def _troubled(
    case: Case, sent: Shipment, event: ShipmentScanned
) -> Iterator[Step]:
    """Ask about what is wrong now, and no more about what is not.

    What is damaged stays so, wherever it goes; if somebody has let that
    be, and it ends there again, that is asked anew.
    """
    others = tuple(scan for scan in sent.scans if scan != event.scan)
    was = troubles(others) | {event.before}
    now = troubles(sent.scans) | {event.after}
    for wrong, kind in _TROUBLE.items():
        ends = wrong is event.after is not event.before
        if wrong in now - was or (ends and not _asked(case, kind, sent)):
            yield OpenException(
                Contradiction(
                    kind,
                    sent.shipment_id,
                    f"shipment {sent.shipment_id} reaches the customer",
                    event.scan.detail or f"the carrier reports {wrong.value}",
                    sent.items,
                )
            )
        elif wrong in was - now and wrong is not _H.DAMAGED:
            yield CloseExceptions(
                kinds=frozenset((kind,)),
                subject=sent.shipment_id,
                note=f"the carrier reports {sent.state.value}",
            )


def _asked(case: Case, kind: ExceptionKind, sent: Shipment) -> bool:
    """Whether somebody is being asked what became of a shipment."""
    return any(
        item.is_open
        and item.contradiction.kind is kind
        and item.contradiction.subject == sent.shipment_id
        for item in case.placed.exceptions
    )


def _undelivered(case: Case, sent: Shipment) -> Iterator[Step]:
    """Ask somebody about units that came back, and had not arrived."""
    ledger = case.placed.units
    over = {
        line_id: more
        for line_id, units in sent.items.items()
        if (
            more := ledger[line_id].returned
            - ledger[line_id].delivered
            + units
        )
        > 0
    }
    if over:
        yield OpenException(
            Contradiction(
                _K.OVER_RETURNED,
                sent.shipment_id,
                "no more comes back than was delivered",
                f"shipment {sent.shipment_id} was not delivered after all, "
                f"and units of lines {', '.join(over)} have come back",
                over,
            )
        )


def _unwanted(case: Case, sent: Shipment) -> Iterator[Step]:
    """Ask somebody about goods that were back, and move once more."""
    over = {
        line_id: units - room
        for line_id, units in sent.items.items()
        if units > (room := _room(case, line_id))
    }
    if over:
        yield OpenException(
            Contradiction(
                _K.MOVED_AFTER_CANCELLATION,
                sent.shipment_id,
                f"units of shipment {sent.shipment_id} were called off "
                "when it had come back",
                f"the carrier reports {sent.state.value}",
                over,
            )
        )


def _room(case: Case, line_id: str) -> int:
    """Units that are still to be sent, and for which no label is bought."""
    order = case.placed
    if ORDER.is_terminal(order.state):
        return 0
    labelled = sum(
        sent.items.get(line_id, 0)
        for sent in case.shipments.values()
        if sent.state in BEFORE_DISPATCH and has_label(sent)
    )
    return max(0, order.units[line_id].unshipped - labelled)


def _unpaid(sent: Shipment) -> OpenException:
    return OpenException(
        Contradiction(
            _K.MOVED_BEFORE_PAYMENT,
            sent.shipment_id,
            "nothing leaves before its money is secured",
            f"shipment {sent.shipment_id} has left",
            sent.items,
        )
    )


def follow_up(case: Case, context: Context) -> Sequence[Step]:
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


def judged(
    case: Case, event: ReturnRequested, context: Context
) -> Iterator[Step]:
    """Ask policy about a return."""
    policy, order = context.policy, case.placed
    back = case.returns[event.return_id]
    delivered_at = last_delivery(case)
    verdict = consult.verdict(policy, order, back, delivered_at, context.now)
    if verdict.answer == "approve":
        yield GrantReturn(
            return_id=event.return_id,
            explanation=verdict.explanation,
            expires_at=consult.approval_ends(policy, context.now),
            label=consult.terms(policy, event.reason).label,
            notify=context.notify,
        )
    elif verdict.answer == "decline":
        yield RefuseReturn(
            return_id=event.return_id, explanation=verdict.explanation
        )


def came_back(case: Case, event: ReturnParcelReceived) -> Iterator[Step]:
    """Count units that came back, and what contradicts them."""
    order = case.placed
    known: Quantities = event.quantities
    if not known.keys() <= order.units.keys():
        known = {
            line_id: units
            for line_id, units in known.items()
            if line_id in order.units
        }
    for contradiction in event.contradictions:
        yield OpenException(contradiction)
    if known:
        yield RecordUnits(
            counter="returned", quantities=known, subject=event.return_id
        )
    over = {
        line_id: order.units[line_id].returned + units
        for line_id, units in known.items()
        if order.units[line_id].returned + units
        > order.units[line_id].delivered
    }
    if over:
        yield OpenException(
            Contradiction(
                _K.OVER_RETURNED,
                event.return_id,
                "no more comes back than was delivered",
                f"{sum(over.values())} units of lines {', '.join(over)} "
                f"have come back with parcel {event.parcel_id}",
                over,
            )
        )


_NO: Mapping[str, Any] = {
    "reserve": StockShort(shortages=()),
    "allocate": StockGone("given up"),
    "release": StockGone("given up"),
    "label": LabelRefused(code="given_up"),
    "void": VoidRejected("given up"),
    "intercept": InterceptRejected("given up"),
}


def given_up(case: Case, event: ExceptionResolved) -> Iterator[Step | Fact]:
    """Wait no longer for what somebody takes for not having happened.

    It is as if the answer were no; should it be yes after all, that is
    taken down as any late answer is.
    """
    item = find_exception(case.placed, event.exception_id)
    operation_id = item.contradiction.subject
    if event.remedy is not Remedy.ACCEPT or (
        item.contradiction.kind not in _UNANSWERED
    ):
        return
    subject, _, kind = operation_id.rpartition(":")[0].rpartition(":")
    if subject in case.reservations and kind in _NO:
        if kind == "allocate":
            # Should it have happened after all, it is let go of.
            yield ReleaseStock(reservation_id=subject)
        yield StockReported(
            order_id=case.order_id,
            reservation_id=subject,
            operation_id=operation_id,
            outcome=_NO[kind],
        )
    elif (subject in case.shipments or subject in case.returns) and (
        kind in _NO
    ):
        yield LabelReported(
            order_id=case.order_id,
            subject=subject,
            operation_id=operation_id,
            outcome=_NO[kind],
        )
