"""The intents of return events for the carrier and the stock."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Remedy
from orderlife.policy.model import Policy
from orderlife.ports.carrier import BuyLabel
from orderlife.ports.inventory import Disposition, Restock, StockItem
from orderlife.rooms.exceptions.messages import ExceptionResolved
from orderlife.rooms.exceptions.opening import find_exception
from orderlife.rooms.returns.messages import (
    DispositionChanged,
    ReturnInspected,
    ReturnLabelRequested,
)
from orderlife.rooms.shipment.intents import goods_among
from orderlife.rooms.shipment.readings import came_from

__all__ = ["buy_label", "inspected", "put_elsewhere", "taken_in"]


def buy_label(
    case: Case, event: ReturnLabelRequested, context: Context
) -> list[BuyLabel]:
    """Buy a return label."""
    line_id = case.returns[event.return_id].lines[0].line_id
    return [
        BuyLabel(
            operation_id=event.operation_id,
            order_id=case.order_id,
            subject=event.return_id,
            purpose="return",
            place=_place(case, context.policy, line_id),
            address=case.placed.placement.ship_to,
        )
    ]


def _place(case: Case, policy: Policy, line_id: str) -> str:
    return policy.return_place or came_from(case, line_id)


def inspected(
    case: Case, event: ReturnInspected, context: Context
) -> Iterator[Restock]:
    """Restock goods with the disposition that an inspection found."""
    for offset, finding in enumerate(event.findings):
        ordinal = event.first_operation + offset
        if finding.condition != "missing":
            yield from _restock(
                case,
                context.policy,
                event.return_id,
                f"{event.return_id}:restock:{ordinal}",
                (finding.line_id, finding.quantity),
                finding.disposition,
                None,
            )


def put_elsewhere(
    case: Case, event: DispositionChanged, context: Context
) -> Iterator[Restock]:
    """Change the disposition of inspected goods."""
    return _restock(
        case,
        context.policy,
        event.return_id,
        event.operation_id,
        (event.line_id, event.quantity),
        event.after,
        event.before,
    )


def _restock(
    case: Case,
    policy: Policy,
    return_id: str,
    operation_id: str,
    units: tuple[str, int],
    disposition: Disposition,
    previous: Disposition | None,
) -> Iterator[Restock]:
    line_id, quantity = units
    place = _place(case, policy, line_id)
    items = goods_among(case.placed.lines(), {line_id: quantity}, place)
    if items:
        yield Restock(
            operation_id=operation_id,
            order_id=case.order_id,
            subject=return_id,
            items=items,
            disposition=disposition,
            previous=previous,
        )


def taken_in(
    case: Case, event: ExceptionResolved, context: Context
) -> Iterator[Restock]:
    """Restock goods that came back after all, once for each item."""
    if event.remedy is not Remedy.RESTOCK:
        return
    why = find_exception(case.placed, event.exception_id).contradiction
    shipment = case.shipments.get(why.subject)
    lines = case.placed.lines()
    items: list[StockItem] = []
    for line_id, units in why.quantities.items():
        place = _place(case, context.policy, line_id)
        if shipment is not None:
            place = shipment.place
        items += goods_among(lines, {line_id: units}, place)
    yield Restock(
        operation_id=f"{case.order_id}:restock:{event.exception_id}",
        order_id=case.order_id,
        subject=why.subject,
        items=tuple(items),
        disposition="restock",
    )
