"""Sums over the payment ledger and the ledger of units.

Everything here is derived: the ledgers are the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from orderlife.messages import Quantities
from orderlife.order.lifecycle import OperationState
from orderlife.order.model import (
    Movement,
    MovementKind,
    Order,
    PaymentOperation,
)

__all__ = [
    "UNSETTLED",
    "Balance",
    "balance",
    "covered_minor",
    "have_minor",
    "is_secured",
    "need_minor",
    "postings",
    "surplus_minor",
    "to_capture_minor",
    "unsettled",
    "value_minor",
]

UNSETTLED: Final = frozenset(
    (
        OperationState.SUBMITTED,
        OperationState.PENDING,
        OperationState.UNKNOWN,
        OperationState.REQUIRES_ACTION,
    )
)
"""The states of an operation whose outcome is still to come."""

_ROUTES: Final = {
    MovementKind.AUTHORIZED: ("customer", "open"),
    MovementKind.CAPTURED: ("open", "captured"),
    MovementKind.CAPTURE_REVERSED: ("captured", "customer"),
    MovementKind.VOIDED: ("open", "customer"),
    MovementKind.LAPSED: ("open", "customer"),
    MovementKind.REFUNDED: ("captured", "refunded"),
    MovementKind.REFUND_REVERSED: ("refunded", "captured"),
    MovementKind.CREDITED: ("captured", "refunded"),
    MovementKind.SETTLED_BY_HAND: ("captured", "refunded"),
    MovementKind.DISPUTED: ("captured", "charged_back"),
    MovementKind.DISPUTE_WON: ("charged_back", "captured"),
}


def postings(movement: Movement) -> tuple[tuple[str, int], tuple[str, int]]:
    """Write a movement as a double entry; its two sides sum to zero."""
    source, target = _ROUTES[movement.kind]
    return (source, -movement.minor), (target, movement.minor)


@attrs.frozen(kw_only=True)
class Balance:
    """Sums of one payment or of all, in minor units."""

    authorized: int
    captured: int
    """Taken, less captures that failed late; refunds not deducted."""
    open: int
    """Authorised and neither captured, voided nor lapsed."""
    refunded: int
    """Given back, as money, as store credit or by hand."""
    charged_back: int
    capture_pending: int
    refund_pending: int

    @property
    def capturable(self) -> int:
        """What can still be asked for of the authorisation."""
        return max(0, self.open - self.capture_pending)

    @property
    def refundable(self) -> int:
        """What can still be asked to be given back."""
        return max(
            0,
            self.captured
            - self.refunded
            - self.refund_pending
            - self.charged_back,
        )

    @property
    def net(self) -> int:
        """What the customer has paid and not got back."""
        return self.captured - self.refunded - self.charged_back


def balance(order: Order, payment_id: str | None = None) -> Balance:
    """Sum the ledger for one payment, or for the whole order."""
    sums = dict.fromkeys(MovementKind, 0)
    for movement in order.movements:
        if payment_id is None or movement.payment_id == payment_id:
            sums[movement.kind] += movement.minor
    capture_pending = refund_pending = 0
    for operation in order.operations.values():
        if operation.state not in UNSETTLED:
            continue
        if payment_id is not None and operation.payment_id != payment_id:
            continue
        if operation.kind == "capture":
            capture_pending += operation.minor
        elif operation.kind in {"refund", "credit"}:
            refund_pending += operation.minor
    kind = MovementKind
    return Balance(
        authorized=sums[kind.AUTHORIZED],
        captured=sums[kind.CAPTURED] - sums[kind.CAPTURE_REVERSED],
        open=max(
            0,
            sums[kind.AUTHORIZED]
            - sums[kind.CAPTURED]
            - sums[kind.VOIDED]
            - sums[kind.LAPSED],
        ),
        refunded=sums[kind.REFUNDED]
        - sums[kind.REFUND_REVERSED]
        + sums[kind.CREDITED]
        + sums[kind.SETTLED_BY_HAND],
        charged_back=sums[kind.DISPUTED] - sums[kind.DISPUTE_WON],
        capture_pending=capture_pending,
        refund_pending=refund_pending,
    )


def unsettled(order: Order) -> Iterator[PaymentOperation]:
    """The operations whose outcome is still to come."""
    for operation in order.operations.values():
        if operation.state in UNSETTLED:
            yield operation


def need_minor(order: Order) -> int:
    """What all units that are not cancelled cost, less what is waived."""
    units = order.units
    return max(
        0,
        sum(
            line.value(0, units[line.line_id].wanted)
            for line in order.placement.lines
        )
        - order.waived_minor,
    )


def is_secured(order: Order) -> bool:
    """Whether authorised and captured money covers what is needed."""
    return have_minor(order) >= need_minor(order)


def have_minor(order: Order) -> int:
    """What is authorised or captured for the units still wanted."""
    sums = balance(order)
    return sums.captured + sums.open - order.cancel_refunds_minor


def covered_minor(order: Order) -> int:
    """The same, with what is being asked for and not answered yet."""
    return have_minor(order) + sum(
        operation.minor
        for operation in unsettled(order)
        if operation.kind == "authorize"
    )


def to_capture_minor(order: Order, *, shipped_only: bool) -> int:
    """What should be taken now: for all units, or for those shipped."""
    target = -order.waived_minor
    for line in order.placement.lines:
        units = order.units[line.line_id]
        target += line.value(0, units.shipped if shipped_only else units.wanted)
    sums = balance(order)
    taken = sums.captured + sums.capture_pending - order.cancel_refunds_minor
    return max(0, target - taken)


def value_minor(order: Order, quantities: Quantities) -> int:
    """What the last wanted units of these lines cost."""
    total = 0
    for line_id, quantity in quantities.items():
        wanted = order.units[line_id].wanted
        total += order.line(line_id).value(wanted - quantity, wanted)
    return total


def surplus_minor(order: Order) -> int:
    """What has been captured beyond what all wanted units cost."""
    sums = balance(order)
    taken = sums.captured - order.cancel_refunds_minor
    return max(0, taken - need_minor(order))
