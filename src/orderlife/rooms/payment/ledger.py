"""Sums over the payment ledger and the ledger of units.

All sums are derived from the ledgers, and none is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from orderlife._kernel.messages import ExceptionKind, Quantities
from orderlife._values.replacing import maker
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.model import (
    Balance,
    Movement,
    MovementKind,
    PaymentOperation,
)

__all__ = [
    "UNSETTLED",
    "Balance",
    "balance",
    "borne_minor",
    "charges_are_due",
    "covered_minor",
    "due_minor",
    "have_minor",
    "is_secured",
    "need_minor",
    "outstanding_minor",
    "postings",
    "returned_minor",
    "shipped_minor",
    "surplus_minor",
    "takeable_minor",
    "taken_units",
    "to_capture_minor",
    "unasked_minor",
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
"""The states of an operation without an outcome yet."""

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
_OVER: Final = frozenset(
    (
        OrderState.CANCELLING,
        OrderState.CANCELLED,
        OrderState.EXPIRED,
        OrderState.REJECTED,
        OrderState.COMPLETED,
    )
)
"""The states in which nothing is to be paid any more."""
_NONE: Final[Quantities] = MappingProxyType({})


def postings(movement: Movement) -> tuple[tuple[str, int], tuple[str, int]]:
    """A movement as a double entry, whose two sides sum to zero."""
    source, target = _ROUTES[movement.kind]
    return (source, -movement.minor), (target, movement.minor)


def balance(order: Order, payment_id: str | None = None) -> Balance:
    """Sum the ledger for one payment, or for the whole order.

    The order's balance is the sum of its payments': a surplus of one
    payment does not make up for a lack of another.
    """
    parts = order._sums  # noqa: SLF001
    if parts is None:
        parts = _parts(order)
    if payment_id is not None:
        for payment, part in zip(order.payments, parts, strict=True):
            if payment.payment_id == payment_id:
                return part
        return _EMPTY
    return parts[0] if len(parts) == 1 else _total(parts)


def _parts(order: Order) -> tuple[Balance, ...]:
    """The sums of each payment, computed once for each ledger.

    They are read some sixty times in an order's life, and change five
    times.
    """
    pending = unsettled(order)
    parts = tuple(
        [
            _of_payment(payment.payment_id, order.movements, pending)
            for payment in order.payments
        ]
    )
    object.__setattr__(order, "_sums", parts)
    return parts


_EMPTY: Final = Balance()
_balance: Final = maker(Balance)
_SUMS: Final = tuple(field.name for field in attrs.fields(Balance))
_NOT_MOVED: Final = dict.fromkeys(MovementKind, 0)


def _total(parts: Sequence[Balance]) -> Balance:
    if not parts:
        return _EMPTY
    return Balance(
        **{name: sum(getattr(one, name) for one in parts) for name in _SUMS}
    )


def _of_payment(
    payment_id: str,
    movements: Iterable[Movement],
    pending: Iterable[PaymentOperation],
) -> Balance:
    moved = {**_NOT_MOVED}
    for movement in movements:
        if movement.payment_id == payment_id:
            moved[movement.kind] += movement.minor
    asked: dict[str, int] = {}
    for operation in pending:
        if operation.payment_id == payment_id:
            kinds = operation.kind
            asked[kinds] = asked.get(kinds, 0) + operation.minor
    taken = moved[MovementKind.CAPTURED]
    captured = taken - moved[MovementKind.CAPTURE_REVERSED]
    given_up = moved[MovementKind.VOIDED] + moved[MovementKind.LAPSED]
    # A lapse or capture may be reported before the authorisation.
    remaining = max(0, moved[MovementKind.AUTHORIZED] - taken - given_up)
    back = (
        moved[MovementKind.REFUNDED]
        + moved[MovementKind.CREDITED]
        + moved[MovementKind.SETTLED_BY_HAND]
    )
    refunded = back - moved[MovementKind.REFUND_REVERSED]
    charged_back = (
        moved[MovementKind.DISPUTED] - moved[MovementKind.DISPUTE_WON]
    )
    capture_pending = asked.get("capture", 0)
    refund_pending = asked.get("refund", 0) + asked.get("credit", 0)
    gone = refunded + refund_pending + max(0, charged_back)
    return _balance(
        authorized=moved[MovementKind.AUTHORIZED],
        captured=captured,
        open=remaining,
        given_up=given_up,
        refunded=refunded,
        charged_back=charged_back,
        capture_pending=capture_pending,
        refund_pending=refund_pending,
        capturable=max(0, remaining - capture_pending),
        refundable=max(0, captured - gone),
    )


def unsettled(order: Order) -> tuple[PaymentOperation, ...]:
    """The operations without an outcome yet."""
    pending = order._unsettled  # noqa: SLF001
    if pending is None:
        pending = tuple(
            [
                operation
                for operation in order.operations.values()
                if operation.state in UNSETTLED
            ]
        )
        object.__setattr__(order, "_unsettled", pending)
    return pending


def need_minor(order: Order, cancelled: Quantities = _NONE) -> int:
    """The cost of all wanted units, less what is waived.

    Args:
        order: the order.
        cancelled: units to leave out, besides those that are cancelled.
    """
    return max(0, _cost(order, cancelled) - order.waived_minor)


def due_minor(order: Order) -> int:
    """The cost of all wanted units, less what is waived; may be negative.

    It is negative where more was waived, as when a part was refunded of a
    capture that failed later.
    """
    return _cost(order) - order.waived_minor


def outstanding_minor(order: Order) -> int:
    """The amount that is still to be paid: neither taken nor secured.

    Nothing is, of an order that has ended or is being cancelled.
    """
    if order.state in _OVER:
        return 0
    return max(0, due_minor(order) - max(0, have_minor(order)))


def _cost(order: Order, cancelled: Quantities = _NONE) -> int:
    if not (cancelled or order.slices):
        for units in order.units.values():
            if units.cancelled:
                break
        else:
            return order.placement.total_minor
    cost = 0
    for line_id, line in order.lines().items():
        wanted = order.units[line_id].wanted
        cost += line.value(0, wanted - cancelled.get(line_id, 0))
    return cost


def returned_minor(order: Order) -> int:
    """The amount refunded, being refunded, or owed after a failed refund."""
    sums = balance(order)
    return (
        sums.refunded
        + sums.refund_pending
        + sum(
            item.contradiction.minor
            for item in order.exceptions
            if item.is_open and item.contradiction.kind in _OWED
        )
    )


_OWED: Final = frozenset(
    (ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED)
)


def shipped_minor(order: Order) -> int:
    """The cost of all units that have left, less what is waived."""
    lines = order.lines()
    cost = sum(
        lines[line_id].value(0, units)
        for line_id, units in taken_units(order).items()
    )
    return max(0, cost - order.waived_minor)


def taken_units(order: Order) -> dict[str, int]:
    """Units that have left, and the charges that are captured with them.

    A charge is captured with the first goods that leave; without goods,
    with the other units of the order.
    """
    found = {line_id: units.shipped for line_id, units in order.units.items()}
    charges = order.of_kind("charge")
    if charges and charges_are_due(order):
        for line in charges:
            found[line.line_id] = order.units[line.line_id].wanted
    return found


def charges_are_due(order: Order) -> bool:
    """Whether the units that charges belong to have left, or need not."""
    goods = order.units_but("digital", "service", "charge").values()
    if any(units.wanted for units in goods):
        return any(units.shipped for units in goods)
    return True


def is_secured(order: Order) -> bool:
    """Whether authorised and captured money covers what is needed."""
    return have_minor(order) >= due_minor(order)


def have_minor(order: Order) -> int:
    """The amount authorised or captured for the units still wanted.

    Amounts being voided do not count, even if the void may fail; neither
    does the rest that the last capture of an authorisation will leave.
    """
    sums = balance(order)
    minor = sums.captured + sums.open - order.released_minor
    pending = unsettled(order)
    if not pending or not any(op.kind == "void" or op.final for op in pending):
        return minor
    return minor - sum(
        _going(order, payment.payment_id) for payment in order.payments
    )


def borne_minor(order: Order, payment_id: str) -> int:
    """The amount that the customer bears or is asked for in one payment."""
    sums = balance(order, payment_id)
    asked = sum(
        operation.minor
        for operation in unsettled(order)
        if operation.kind == "authorize" and operation.payment_id == payment_id
    )
    held = sums.net - sums.refund_pending + sums.open
    return max(asked, held - _going(order, payment_id))


def takeable_minor(order: Order, payment_id: str) -> int:
    """The amount that can be captured of a payment now."""
    if _is_ending(order, payment_id):
        return 0
    remaining = balance(order, payment_id).capturable
    return max(0, remaining - _voiding(order, payment_id))


def _voiding(order: Order, payment_id: str) -> int:
    """The amount of a payment's voids that are not answered yet."""
    return sum(
        asked.minor
        for asked in unsettled(order)
        if asked.kind == "void" and asked.payment_id == payment_id
    )


def _is_ending(order: Order, payment_id: str) -> bool:
    """Whether a payment's last capture is not answered yet."""
    return any(
        asked.final and asked.payment_id == payment_id
        for asked in unsettled(order)
    )


def _going(order: Order, payment_id: str) -> int:
    """The authorised amount of a payment that is about to be voided."""
    voided = min(balance(order, payment_id).open, _voiding(order, payment_id))
    return voided + _leaving(order, payment_id)


def _leaving(order: Order, payment_id: str) -> int:
    """The rest that a pending last capture will leave of a payment."""
    if not _is_ending(order, payment_id):
        return 0
    remaining = balance(order, payment_id).capturable
    return max(0, remaining - _voiding(order, payment_id))


def covered_minor(order: Order) -> int:
    """The amount authorised, captured or requested without an answer yet.

    The rest that a last capture will leave counts until its answer, as the
    customer would otherwise have more authorised than the order costs.
    """
    minor = have_minor(order)
    for operation in unsettled(order):
        if operation.kind == "authorize":
            minor += operation.minor
        elif operation.final:
            minor += _leaving(order, operation.payment_id)
    return minor


def unasked_minor(order: Order) -> int:
    """The amount needed beyond all that is covered or offered."""
    rest = due_minor(order) - covered_minor(order)
    asked = {payment.tender_index for payment in order.payments}
    for index, tender in enumerate(order.tenders):
        if index not in asked:
            rest -= rest if tender.amount is None else tender.amount.minor
    return max(0, rest)


def to_capture_minor(order: Order, *, shipped_only: bool) -> int:
    """The amount to capture now: for all units, or for those shipped.

    Cancelled units do not count, even if they have left.
    """
    target = due_minor(order)
    if shipped_only:
        target = min(target, shipped_minor(order))
    sums = balance(order)
    taken = sums.captured + sums.capture_pending - order.released_minor
    return max(0, target - taken)


def value_minor(order: Order, quantities: Quantities) -> int:
    """The cost of the last wanted units of these lines."""
    total = 0
    lines = order.lines()
    for line_id, quantity in quantities.items():
        wanted = order.units[line_id].wanted
        total += lines[line_id].value(wanted - quantity, wanted)
    return total


def surplus_minor(order: Order) -> int:
    """The amount captured beyond the cost of all wanted units."""
    taken = balance(order).captured - order.released_minor
    return max(0, taken - need_minor(order))
