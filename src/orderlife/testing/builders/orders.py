"""Orders for tests, in any state, each with its money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.house import House
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import (
    Closing,
    Line,
    Order,
    OrderLine,
    Placement,
    Screening,
    Units,
)
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.model import OperationKind, PaymentOperation
from orderlife.testing.builders.parts import (
    CARD,
    a_movement,
    a_payment,
    a_payment_operation,
    place_order,
)
from orderlife.testing.scenario import NOON

__all__ = ["an_order", "money", "placement_of", "units_of"]

_MOVED: Final[Mapping[OperationKind, str]] = {
    "authorize": "authorized",
    "capture": "captured",
    "void": "voided",
    "refund": "refunded",
    "credit": "credited",
}
_CALLED_OFF: Final = {
    OrderState.CANCELLING: OrderState.CANCELLED,
    OrderState.CANCELLED: OrderState.CANCELLED,
    OrderState.EXPIRED: OrderState.EXPIRED,
    OrderState.REJECTED: OrderState.REJECTED,
}
"""Where the cancellation ends, by the state."""
_REASONS: Final = {
    OrderState.CANCELLED: "customer",
    OrderState.EXPIRED: "expired",
    OrderState.REJECTED: "fraud",
}
_MONEY: Final[Mapping[OrderState, tuple[tuple[OperationKind, str], ...]]] = {
    OrderState.DRAFT: (),
    OrderState.PLACED: (("authorize", "submitted"),),
    OrderState.CONFIRMED: (("authorize", "succeeded"),),
    OrderState.COMPLETED: (
        ("authorize", "succeeded"),
        ("capture", "succeeded"),
    ),
    OrderState.CANCELLING: (("authorize", "succeeded"), ("void", "submitted")),
    OrderState.CANCELLED: (("authorize", "succeeded"), ("void", "succeeded")),
    OrderState.EXPIRED: (),
    OrderState.REJECTED: (("authorize", "succeeded"), ("void", "succeeded")),
}
"""What was asked of the gateway for the whole order, by its state."""


def an_order(
    state: OrderState | str = OrderState.CONFIRMED,
    *,
    lines: Sequence[Line] = (),
    order_id: str = "o1",
    house: House = HOUSE,
    **fields: Any,
) -> Order:
    """An order by card, with the money that belongs to its state.

    Args:
        state: where it is.
        lines: what was ordered; none: two mugs of 10.00 EUR.
        order_id: its id.
        house: the house of the order, if it has more rooms than ours.
        fields: those of ``Order``, in place of what fits the state.

    Raises:
        RefusedError: no such lines can be ordered; so may an
            ``InputError`` be.
    """
    state = OrderState(state)
    placement = fields.get("placement") or placement_of(order_id, lines, house)
    settings: dict[str, Any] = {
        "placement": placement,
        "units": {
            line.line_id: units_of(line, state) for line in placement.lines
        },
        "tenders": (CARD,),
    }
    total = placement.total_minor
    asked = [
        a_payment_operation(
            kind, total, done, subject=order_id, final=kind == "capture"
        )
        for kind, done in _MONEY[state]
    ]
    settings |= money(order_id, total, asked)
    if state is not OrderState.DRAFT:
        settings["placed_at"] = NOON
        settings["payment_due_at"] = NOON + timedelta(hours=1)
    if state in {OrderState.CONFIRMED, OrderState.COMPLETED}:
        settings["screening"] = Screening(
            verdict="accept", reason=f"{order_id}: no rule"
        )
    if state is OrderState.COMPLETED:
        settings["followed_up"] = True
    if state is OrderState.EXPIRED:
        settings["tenders"] = ()
    if state in _CALLED_OFF:
        end = _CALLED_OFF[state]
        settings["closing"] = Closing(reason=_REASONS[end], ends_in=end)
    return Order(order_id=order_id, state=state, **settings | fields)


def placement_of(
    order_id: str, lines: Sequence[Line], house: House
) -> Placement:
    """What the house makes of the lines.

    Raises:
        InputError: the lines are wrong in themselves.
    """
    form = place_order(*lines).message(order_id, 1)
    match house.handle(Case(order_id=order_id), form, NOON, Policy()):
        case Decision() as decision:
            return decision.case.placed.placement
        case Refusal() as refusal:
            raise refusal.error


def units_of(line: OrderLine, state: OrderState) -> Units:
    """The units of a line, as long as nothing is wrong with them."""
    all_of = line.quantity
    confirmed = state in {OrderState.CONFIRMED, OrderState.COMPLETED}
    here = all_of if confirmed and line.kind == "goods" else 0
    sent = confirmed and line.kind == "digital"
    if state is OrderState.COMPLETED:
        sent = line.kind != "charge"
    gone = all_of if sent else 0
    return Units(ordered=all_of, allocated=here, shipped=gone, delivered=gone)


def money(
    order_id: str, total: int, asked: Iterable[PaymentOperation]
) -> dict[str, Any]:
    """A payment of all, with what was asked for and what has moved.

    Requests get the ids that the order would give them.
    """
    operations: dict[str, PaymentOperation] = {}
    movements = []
    counts: Counter[str] = Counter()
    for request in asked:
        kind = request.kind
        counts[kind] += 1
        operation_id = f"{order_id}:{kind}:{counts[kind]}"
        done = request.state is OperationState.SUCCEEDED
        reference = operation_id if done else ""
        operations[operation_id] = attrs.evolve(
            request, operation_id=operation_id, reference=reference
        )
        if done:
            movements.append(
                a_movement(
                    _MOVED[kind],
                    request.minor,
                    operation_id=operation_id,
                    reference=reference,
                )
            )
    if not operations:
        return {}
    reference = next(iter(operations.values())).reference
    payment = a_payment(asked_minor=total, reference=reference)
    return {
        "payments": (payment,),
        "operations": operations,
        "movements": tuple(movements),
        "counts": dict(counts),
    }
