"""Which event asks the outside world for what: events to intents.

An event that asks for something names its operation; the intent is
made here, from the event and the case, and stored with the event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias, assert_never, get_args

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Quantities, Remedy
from orderlife._values.money import Money
from orderlife.policy.model import Policy
from orderlife.ports.base import Intent
from orderlife.ports.carrier import BuyLabel, Intercept, VoidLabel
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Disposition,
    Release,
    Reserve,
    Restock,
    StockItem,
)
from orderlife.ports.payment import (
    Authorize,
    Capture,
    IssueCredit,
    Refund,
    Void,
)
from orderlife.rooms.order.decide import find_exception
from orderlife.rooms.order.messages import ExceptionResolved, PaymentRequested
from orderlife.rooms.order.model import OrderLine
from orderlife.rooms.returns.messages import (
    DispositionChanged,
    ReturnInspected,
    ReturnLabelRequested,
)
from orderlife.rooms.shipment.messages import (
    InterceptRequested,
    LabelRequested,
    LabelVoidRequested,
    ShipmentWrittenOff,
)
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    ReservationExpired,
    ReservationRequested,
    StockConsumed,
    StockReleaseRequested,
)

__all__ = ["ASKING", "Asking", "intents"]


Asking: TypeAlias = (
    AllocationRequested
    | BackorderChecked
    | BackorderReduced
    | DispositionChanged
    | ExceptionResolved
    | InterceptRequested
    | LabelRequested
    | LabelVoidRequested
    | PaymentRequested
    | ReservationExpired
    | ReservationRequested
    | ReturnInspected
    | ReturnLabelRequested
    | ShipmentWrittenOff
    | StockConsumed
    | StockReleaseRequested
)
"""The events that ask for something: one of three."""
ASKING: Final = frozenset(get_args(Asking))


def intents(case: Case, event: Asking, policy: Policy) -> Iterator[Intent]:
    """Give what an event that was just recorded asks of a port."""
    order_id = case.order_id
    match event:
        case PaymentRequested():
            yield _payment(case, event)
        case ReservationRequested() | BackorderChecked():
            yield Reserve(
                operation_id=event.operation_id,
                order_id=order_id,
                reservation_id=event.reservation_id,
                demands=event.demands,
                until=event.until,
                partial=getattr(event, "partial", False),
                in_line=getattr(event, "in_line", None),
            )
        case AllocationRequested():
            yield Allocate(
                operation_id=event.operation_id,
                order_id=order_id,
                reservation_id=event.reservation_id,
            )
        case StockConsumed():
            yield Consume(
                operation_id=event.operation_id,
                order_id=order_id,
                reservation_id=event.reservation_id,
                items=event.items,
                written_off=event.written_off,
            )
        case StockReleaseRequested() | ReservationExpired():
            yield Release(
                operation_id=event.operation_id,
                order_id=order_id,
                reservation_id=event.reservation_id,
                items=event.items,
            )
        case BackorderReduced():
            if event.left_by:
                yield Release(
                    operation_id=event.left_by,
                    order_id=order_id,
                    reservation_id=event.reservation_id,
                    items=(),
                )
        case LabelRequested():
            yield _label(case, event)
        case LabelVoidRequested():
            yield VoidLabel(
                operation_id=event.operation_id,
                order_id=order_id,
                subject=event.shipment_id,
                label_id=event.label_id,
            )
        case InterceptRequested():
            yield Intercept(
                operation_id=event.operation_id,
                order_id=order_id,
                subject=event.shipment_id,
                tracking_number=event.tracking_number,
            )
        case ShipmentWrittenOff():
            yield from _restock_shipment(case, event)
        case ReturnLabelRequested():
            yield _return_label(case, event, policy)
        case ReturnInspected():
            yield from _inspected(case, event, policy)
        case DispositionChanged():
            yield from _moved(case, event, policy)
        case ExceptionResolved():
            if event.remedy is Remedy.RESTOCK:
                yield from _taken_in(case, event, policy)
        case _:
            assert_never(event)


def _payment(case: Case, event: PaymentRequested) -> Intent:
    order = case.placed
    amount = Money.of_minor(event.minor, order.placement.currency)
    payment = next(
        p for p in order.payments if p.payment_id == event.payment_id
    )
    common = {
        "operation_id": event.operation_id,
        "order_id": case.order_id,
    }
    match event.kind:
        case "authorize":
            return Authorize(
                **common,
                amount=amount,
                payment_id=event.payment_id,
                tender=payment.tender,
            )
        case "capture":
            return Capture(
                **common,
                amount=amount,
                payment_id=event.payment_id,
                authorization=payment.reference,
                final=event.final,
            )
        case "void":
            return Void(
                **common,
                amount=amount,
                payment_id=event.payment_id,
                authorization=payment.reference,
            )
        case "refund":
            return Refund(
                **common,
                amount=amount,
                payment_id=event.payment_id,
                authorization=payment.reference,
                reason=event.reason,
            )
        case "credit":
            return IssueCredit(
                **common,
                amount=amount,
                customer_id=order.placement.customer_id,
                reason=event.reason,
            )
        case _:
            assert_never(event.kind)


def _label(case: Case, event: LabelRequested) -> BuyLabel:
    sent = case.shipments[event.shipment_id]
    return BuyLabel(
        operation_id=event.operation_id,
        order_id=case.order_id,
        subject=event.shipment_id,
        purpose="outbound",
        place=sent.place,
        address=case.placed.placement.ship_to,
        service=event.service or case.placed.placement.shipping_method,
        parcels=sent.parcels,
    )


def _return_label(
    case: Case, event: ReturnLabelRequested, policy: Policy
) -> BuyLabel:
    back = case.returns[event.return_id]
    line_id = back.lines[0].line_id
    return BuyLabel(
        operation_id=event.operation_id,
        order_id=case.order_id,
        subject=event.return_id,
        purpose="return",
        place=policy.return_place or _came_from(case, line_id),
        address=case.placed.placement.ship_to,
    )


def _came_from(case: Case, line_id: str) -> str:
    """The place that a line was sent from, the latest first."""
    for sent in reversed(list(case.shipments.values())):
        if line_id in sent.items:
            return sent.place
    return ""


def _stock_items(
    lines: Mapping[str, OrderLine], quantities: Quantities, place: str
) -> tuple[StockItem, ...]:
    """The goods among them: nothing unknown, nothing that is no goods."""
    return tuple(
        StockItem(
            line_id=line_id,
            sku=lines[line_id].sku,
            place=place,
            quantity=units,
        )
        for line_id, units in quantities.items()
        if line_id in lines and lines[line_id].kind == "goods"
    )


def _restock_shipment(
    case: Case, event: ShipmentWrittenOff
) -> Iterator[Intent]:
    if not event.operation_id:
        return
    sent = case.shipments[event.shipment_id]
    yield Restock(
        operation_id=event.operation_id,
        order_id=case.order_id,
        subject=event.shipment_id,
        items=_stock_items(case.placed.lines(), sent.items, sent.place),
        disposition="restock",
    )


def _taken_in(
    case: Case, event: ExceptionResolved, policy: Policy
) -> Iterator[Intent]:
    """Take goods in that are back after all: once for each item."""
    why = find_exception(case.placed, event.exception_id).contradiction
    sent = case.shipments.get(why.subject)
    lines = case.placed.lines()
    items: list[StockItem] = []
    for line_id, units in why.quantities.items():
        place = policy.return_place or _came_from(case, line_id)
        if sent is not None:
            place = sent.place
        items += _stock_items(lines, {line_id: units}, place)
    yield Restock(
        operation_id=f"{case.order_id}:restock:{event.exception_id}",
        order_id=case.order_id,
        subject=why.subject,
        items=tuple(items),
        disposition="restock",
    )


def _inspected(
    case: Case, event: ReturnInspected, policy: Policy
) -> Iterator[Intent]:
    lines = case.placed.lines()
    for offset, finding in enumerate(event.findings):
        ordinal = event.first_operation + offset
        if finding.condition != "missing":
            yield from _restock(
                case,
                lines,
                policy,
                event.return_id,
                f"{event.return_id}:restock:{ordinal}",
                {finding.line_id: finding.quantity},
                finding.disposition,
                None,
            )


def _moved(
    case: Case, event: DispositionChanged, policy: Policy
) -> Iterator[Intent]:
    return _restock(
        case,
        case.placed.lines(),
        policy,
        event.return_id,
        event.operation_id,
        {event.line_id: event.quantity},
        event.after,
        event.before,
    )


def _restock(
    case: Case,
    lines: Mapping[str, OrderLine],
    policy: Policy,
    return_id: str,
    operation_id: str,
    quantities: Quantities,
    disposition: Disposition,
    previous: Disposition | None,
) -> Iterator[Intent]:
    (line_id,) = quantities
    place = policy.return_place or _came_from(case, line_id)
    items = _stock_items(lines, quantities, place)
    if items:
        yield Restock(
            operation_id=operation_id,
            order_id=case.order_id,
            subject=return_id,
            items=items,
            disposition=disposition,
            previous=previous,
        )
