"""Authorisations that can be captured only once.

Where a gateway captures once, the first capture ends the authorisation:
what it leaves is not secured any more, and no second capture will do.
What a stored document does not say is as it was before anybody asked:
captured in parts.
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
    """Whether its first capture ends the authorisation."""
    return payment.captures_in_parts is False


def is_spent(order: Order, payment: Payment) -> bool:
    """Whether its one capture has been, and left something."""
    sums = balance(order, payment.payment_id)
    return is_single(payment) and bool(sums.captured and sums.given_up)


def spent(
    order: Order, payment_id: str, events: Sequence[Recorded]
) -> Sequence[Recorded]:
    """Write off what its one capture has left of an authorisation.

    In whatever order the two are heard of, and whoever has captured it.

    Args:
        order: the order, before a report was recorded.
        payment_id: the payment that it is about.
        events: what was recorded of it.
    """
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
    """How much more a tender that names its amount can be asked for.

    What its payments have taken, hold, or are asking for, it bears
    already.
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
    """Take all of what can be captured only once, in place of a part.

    Args:
        order: the order.
        parts: what is to be taken, by payment.
        most: no more than this altogether: what all wanted units cost.
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
