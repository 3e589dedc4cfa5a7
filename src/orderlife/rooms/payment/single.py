"""Authorisations that can be captured only once.

Where a gateway captures once, the first capture ends the authorisation:
the rest is not secured any more, and cannot be captured.  A stored
document without this field counts as captured in parts, as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.evolve import Recorded, after_events
from orderlife.rooms.payment.ledger import balance, borne_minor, takeable_minor
from orderlife.rooms.payment.messages import PaymentRecorded
from orderlife.rooms.payment.model import Movement, MovementKind, Payment

__all__ = ["is_single", "is_spent", "room_minor", "spent", "taken_whole"]


def is_single(payment: Payment) -> bool:
    """Whether the first capture ends a payment's authorisation."""
    return payment.captures_in_parts is False


def is_spent(order: Order, payment: Payment) -> bool:
    """Whether its only capture was made, and has left a rest."""
    if not is_single(payment):
        return False
    sums = balance(order, payment.payment_id)
    return bool(sums.captured and sums.given_up)


def spent(
    order: Order, payment_id: str, events: Sequence[Recorded]
) -> Sequence[Recorded]:
    """Write off the rest of an authorisation after its only capture.

    In whichever order the two are reported, by any operation.

    Args:
        order: the order before a report was recorded.
        payment_id: the payment that it is about.
        events: the events recorded of it.
    """
    if not (
        any(map(is_single, order.payments))
        or any(
            isinstance(event, PaymentRecorded)
            and event.captures_in_parts is False
            for event in events
        )
    ):
        return []
    order = after_events(order, events)
    (payment,) = (p for p in order.payments if p.payment_id == payment_id)
    remaining = balance(order, payment_id).open
    taken = any(
        moved.kind is MovementKind.CAPTURED and moved.payment_id == payment_id
        for moved in order.movements
    )
    if not (is_single(payment) and taken and remaining):
        return []
    moved = Movement(
        kind=MovementKind.VOIDED, payment_id=payment_id, minor=remaining
    )
    return [PaymentRecorded(movements=(moved,), detail="captured once")]


def room_minor(order: Order, index: int) -> int:
    """The further amount for which a tender with an amount can be used.

    What its payments have captured, authorised or requested is deducted.
    """
    amount = order.tenders[index].amount
    borne = sum(
        borne_minor(order, payment.payment_id)
        for payment in order.payments
        if payment.tender_index == index
    )
    return max(0, (amount.minor if amount else 0) - borne)


def taken_whole(
    order: Order, parts: Mapping[str, int], most: int
) -> dict[str, int]:
    """Capture all of an authorisation that can be captured only once.

    Args:
        order: the order.
        parts: the amounts to capture, by payment.
        most: the largest sum: the cost of all wanted units.
    """
    remaining = most - sum(parts.values())
    whole = dict(parts)
    for payment in order.payments:
        part = parts.get(payment.payment_id, 0)
        if part and is_single(payment):
            room = takeable_minor(order, payment.payment_id) - part
            whole[payment.payment_id] += min(remaining, room)
            remaining -= min(remaining, room)
    return whole
