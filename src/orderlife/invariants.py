"""What must always hold, as a program that checks it.

The numbers are those of the list that the reference pages print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args, get_origin

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Event, ExceptionKind, Recorded
from orderlife._values.money import MAX_MINOR
from orderlife.errors import InvariantError
from orderlife.house import HOUSE
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import Order, OrderLine
from orderlife.rooms.payment.evolve import after_events
from orderlife.rooms.payment.ledger import (
    balance,
    covered_minor,
    due_minor,
    is_secured,
    postings,
    unsettled,
)
from orderlife.rooms.payment.messages import PaymentRequested, RefundGranted
from orderlife.rooms.payment.single import is_single
from orderlife.rooms.returns.lifecycle import RETURN, ReturnState
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import ShipmentDispatched
from orderlife.rooms.stock.lifecycle import RESERVATION
from orderlife.rooms.stock.messages import ReservationExpired
from orderlife.rooms.stock.readings import uncovered

__all__ = ["Violation", "check_invariants", "violations"]

_K = ExceptionKind
_MONEY_TROUBLE = frozenset(
    (
        _K.AMOUNT_MISMATCH,
        _K.CAPTURED_AFTER_END,
        _K.CAPTURE_FAILED,
        _K.DISPUTE,
    )
)
_BACK_TROUBLE = frozenset(
    (
        _K.CAPTURED_AFTER_END,
        _K.CREDIT_FAILED,
        _K.DISPUTE,
        _K.REFUND_FAILED,
    )
)
"""What may bring money back to the shop after the end."""


@attrs.frozen
class Violation:
    """A rule that does not hold."""

    number: int
    """Which rule."""
    what: str

    def __str__(self) -> str:
        return f"invariant {self.number}: {self.what}"


def check_invariants(
    case: Case,
    history: Sequence[Recorded] | None = None,
    house: House = HOUSE,
) -> None:
    """Check a case, and its history where it is given.

    Args:
        case: the case.
        history: all that was recorded of it; None: it is not looked at.
        house: whose case it is, if it has rooms of its own.

    Raises:
        InvariantError: naming every rule that does not hold.
    """
    found = tuple(violations(case, history, house))
    if found:
        listed = "; ".join(str(violation) for violation in found)
        message = f"order {case.order_id}: {listed}"
        raise InvariantError(message)


def violations(
    case: Case,
    history: Sequence[Recorded] | None = None,
    house: House = HOUSE,
) -> Iterator[Violation]:
    """Give every rule that does not hold, without raising."""
    if history is not None:
        yield from _history(case, history, house)
        yield from _zones(tuple(history), "the history")
    yield from _zones(case, "the case")
    order = case.order
    if order is None:
        return
    yield from _money(order)
    yield from _amounts(order)
    if history:
        yield from _given_back(order, history)
    moved = _moved(case, order)
    yield from _units(order, moved)
    yield from _stock(case, order, moved)
    yield from _ended(case, order)
    yield from _liveness(case, order, house)


def _zones(value: object, what: str) -> Iterator[Violation]:
    for path in _strays(value):
        yield Violation(56, f"{what}{path} is not told in UTC")


def _strays(value: Any) -> Iterator[str]:
    """Where times are that are not told in UTC."""
    kind: Any = type(value)
    if isinstance(value, datetime):
        if value.tzinfo != UTC:
            yield ""
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            for path in _strays(item):
                yield f"[{index}]{path}"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            for path in _strays(item):
                yield f"[{key}]{path}"
    elif attrs.has(kind):
        for name in _timed_fields(kind):
            for path in _strays(getattr(value, name)):
                yield f".{name}{path}"


@cache
def _timed_fields(wanted: Any) -> tuple[str, ...]:
    """The fields of a class that may hold a time, by their types."""
    attrs.resolve_types(wanted)
    return tuple(
        field.name
        for field in attrs.fields(wanted)
        if _may_hold_time(field.type)
    )


def _may_hold_time(annotation: Any) -> bool:
    if get_origin(annotation) is not None:
        return any(map(_may_hold_time, get_args(annotation)))
    if attrs.has(annotation):
        return bool(_timed_fields(annotation))
    return annotation in {datetime, Event}


def _has(
    order: Order, kinds: Collection[ExceptionKind], subject: str | None = None
) -> bool:
    """Whether such an exception was ever opened, about anything or this."""
    return any(
        item.contradiction.kind in kinds
        and subject in {None, item.contradiction.subject}
        for item in order.exceptions
    )


def _money(order: Order) -> Iterator[Violation]:
    accounts: dict[str, int] = {}
    for movement in order.movements:
        sides = postings(movement)
        if sum(minor for _, minor in sides):
            yield Violation(1, f"{movement} does not balance")
        for account, minor in sides:
            accounts[account] = accounts.get(account, 0) + minor
    sums = balance(order)
    if accounts.get("refunded", 0) != sums.refunded:
        yield Violation(1, "the refunds' account differs from their sum")
    if accounts.get("captured", 0) != sums.net:
        yield Violation(4, "captured less refunded is not what is paid")
    for payment in order.payments:
        trouble = _has(order, _MONEY_TROUBLE, payment.payment_id)
        one = balance(order, payment.payment_id)
        limit = max(one.authorized, payment.max_capturable_minor)
        if not 0 <= one.captured <= limit and not trouble:
            yield Violation(
                2,
                f"{payment.payment_id}: captured {one.captured} of "
                f"{limit} authorised",
            )
        back = one.refunded + one.refund_pending + one.charged_back
        if back > one.captured and not trouble:
            yield Violation(
                3,
                f"{payment.payment_id}: {back} goes back of "
                f"{one.captured} captured",
            )


def _amounts(order: Order) -> Iterator[Violation]:
    placement = order.placement
    lines = placement.lines
    total = sum(line.value(0, line.quantity) for line in lines)
    if total != placement.total_minor:
        yield Violation(5, f"lines come to {total}, the order to another")
    for line in lines:
        units = range(line.quantity if line.quantity < 50 else 0)
        parts = sum(line.value(unit, unit + 1) for unit in units)
        if units and parts != line.value(0, line.quantity):
            yield Violation(6, f"units of line {line.line_id} lose a cent")
        if line.shares == "proportional":
            yield from _prefixes(line)
        if line.unit_price.currency != placement.currency:
            yield Violation(8, f"line {line.line_id} has another currency")
    yield from _kept(order)
    for movement in order.movements:
        minor = movement.minor
        if type(minor) is not int or not 0 <= minor <= MAX_MINOR:
            yield Violation(9, f"{movement} is no amount")


_AMOUNTS = ("goods_minor", "tax_minor", "shipping_minor")


def _kept(order: Order) -> Iterator[Violation]:
    """What units cost by now, and what was paid for them."""
    for line in order.lines().values():
        if not line.slices:
            continue
        name = f"line {line.line_id}"
        if sum(one.units for one in line.slices) != line.quantity:
            yield Violation(51, f"{name}: its slices have other units")
        for amount in _AMOUNTS:
            parts = [getattr(one, amount) for one in line.slices]
            if min(parts) < 0 or sum(parts) > getattr(line, amount):
                yield Violation(51, f"{name}: {parts} of its {amount}")


def _prefixes(line: OrderLine) -> Iterator[Violation]:
    """Whatever part of a line's units it is, they have their due."""
    n = line.quantity
    for what, total, share in (
        ("goods", line.goods_minor, line.goods),
        ("tax", line.tax_minor, line.tax),
        ("shipping", line.shipping_minor, line.shipping),
    ):
        for stop in range(1, min(n, 50)):
            if abs(share(0, stop) * n - total * stop) >= n:
                yield Violation(
                    50, f"{stop} units of line {line.line_id}: their {what}"
                )


def _moved(case: Case, order: Order) -> Mapping[str, int]:
    """Units that left although they were called off, by line.

    Somebody was asked about them: a carrier's word is never refused.
    """
    found: dict[str, int] = {}
    for item in order.exceptions:
        why = item.contradiction
        sent = case.shipments.get(why.subject)
        if why.kind is not _K.MOVED_AFTER_CANCELLATION or (
            sent is None or sent.state is ShipmentState.CANCELLED
        ):
            continue
        for line_id, units in why.quantities.items():
            found[line_id] = found.get(line_id, 0) + units
    return found


def _units(order: Order, moved: Mapping[str, int]) -> Iterator[Violation]:
    over = _has(
        order,
        (_K.OVER_RETURNED, _K.UNEXPECTED_ITEMS, _K.UNANNOUNCED_RETURN),
    )
    for line_id, units in order.units.items():
        name = f"line {line_id}"
        if min(attrs.astuple(units)) < 0:
            yield Violation(12, f"{name} has a negative count: {units}")
        if units.shipped > units.wanted + moved.get(line_id, 0):
            yield Violation(
                19, f"{name}: {units.shipped} shipped of {units.wanted}"
            )
        if units.delivered + units.lost > units.shipped:
            yield Violation(19, f"{name}: more arrived than was shipped")
        if units.returned > units.delivered and not (
            over or _turned_back(order)
        ):
            yield Violation(20, f"{name}: more came back than arrived")
        if units.refunded > units.shipped and not _turned_back(order):
            yield Violation(7, f"{name}: refunded units that never left")


def _turned_back(order: Order) -> bool:
    return _has(
        order,
        (_K.RETURNED_TO_SENDER, _K.SHIPMENT_LOST, _K.SHIPMENT_DAMAGED),
    )


def _stock(
    case: Case, order: Order, moved: Mapping[str, int]
) -> Iterator[Violation]:
    planned: dict[str, int] = {}
    for sent in case.shipments.values():
        if sent.state in BEFORE_DISPATCH:
            for line_id, quantity in sent.items.items():
                planned[line_id] = planned.get(line_id, 0) + quantity
    for line_id, quantity in planned.items():
        units = order.units.get(line_id)
        if units is None or quantity > max(
            0, units.unshipped + moved.get(line_id, 0)
        ):
            yield Violation(
                19, f"line {line_id}: {quantity} planned, fewer to be sent"
            )
    for held in case.reservations.values():
        over = RESERVATION.is_terminal(held.state)
        if over and held.items:
            yield Violation(
                15, f"{held.reservation_id} has ended and holds stock"
            )
        if any(item.quantity <= 0 for item in held.items):
            yield Violation(12, f"{held.reservation_id} holds nothing")


def _ended(case: Case, order: Order) -> Iterator[Violation]:
    if not ORDER.is_terminal(order.state):
        return
    for sent in case.shipments.values():
        if sent.state in BEFORE_DISPATCH:
            yield Violation(21, f"{sent.shipment_id} is still planned")
    for held in case.reservations.values():
        if not RESERVATION.is_terminal(held.state):
            yield Violation(21, f"{held.reservation_id} is still held")
    for payment in order.payments:
        payment_id = payment.payment_id
        one = balance(order, payment_id)
        kept = one.open or one.refundable
        if kept and not _has(order, _BACK_TROUBLE, payment_id):
            yield Violation(21, f"{payment_id}: its money is not back")


_LEFT = frozenset(
    (
        ShipmentState.DISPATCHED,
        ShipmentState.IN_TRANSIT,
        ShipmentState.OUT_FOR_DELIVERY,
        ShipmentState.AVAILABLE_FOR_PICKUP,
        ShipmentState.ATTEMPT_FAILED,
        ShipmentState.RETURNING,
        *BEFORE_DISPATCH,
    )
)


def _liveness(case: Case, order: Order, house: House) -> Iterator[Violation]:
    """Something moves on every order that is not at its end."""
    state = order.state
    if ORDER.is_terminal(state) or state is OrderState.COMPLETED:
        return
    if state is OrderState.DRAFT:
        return  # a person has put it aside
    moved = (
        any(unsettled(order))
        or order.holds
        or any(item.is_open for item in order.exceptions)
        or house.timers(case)
        or any(s.state in _LEFT for s in case.shipments.values())
        or any(
            s.label_pending or s.void_pending for s in case.shipments.values()
        )
        or any(
            held.pending or held.leaving for held in case.reservations.values()
        )
        or any(
            not RETURN.is_terminal(back.state)
            for back in case.returns.values()
        )
    )
    if not moved:
        yield Violation(40, f"nothing moves it on: it is {state.value}")
    elif state is OrderState.CONFIRMED and not _is_attended(case, order):
        yield Violation(40, "it lacks money or stock, and nobody is asked")


def _is_attended(case: Case, order: Order) -> bool:
    """Whether what a confirmed order lacks is being seen to."""
    if any(item.is_open for item in order.exceptions):
        return True
    if covered_minor(order) < due_minor(order):
        return False
    goods = order.units_but("digital", "service", "charge")
    wanted = {
        line_id: units.wanted
        for line_id, units in order.units.items()
        if line_id in goods
    }
    return not uncovered(case, wanted)


def _recorded(before: Case, event: Event) -> Iterator[Violation]:
    """What may not happen in the state that it happens in."""
    match event:
        case PaymentRequested():
            yield from _asked(before.placed, event)
        case ShipmentDispatched() if not is_secured(before.placed):
            yield Violation(18, f"{event.shipment_id} leaves unpaid")
        case ReservationExpired() if is_secured(before.placed):
            yield Violation(16, f"{event.reservation_id} is paid for")
        case RefundGranted() if event.slices:
            yield from _allowed(before.placed, event)
        case RefundGranted() if event.subject in before.returns:
            back = before.returns[event.subject]
            if RETURN.is_terminal(back.state) or (
                back.state is ReturnState.RESOLVED
            ):
                yield Violation(22, f"{event.subject} is refunded again")
        case _:
            pass


def _allowed(order: Order, event: RefundGranted) -> Iterator[Violation]:
    """Units cost as much less as is given back for them."""
    after = after_events(order, [event])
    less = due_minor(order) - due_minor(after)
    if less != sum(line.minor for line in event.lines if line.line_id):
        yield Violation(51, f"{event.lines} given back, and {less} off")


def _given_back(
    order: Order, history: Sequence[Recorded]
) -> Iterator[Violation]:
    """What is kept is paid for, and no part of a line goes back twice."""
    taken = balance(order).captured - order.released_minor
    at_rest = order.state is OrderState.COMPLETED and not order.exceptions
    if at_rest and taken != due_minor(order):
        yield Violation(51, f"{taken} is paid, {due_minor(order)} is due")
    back: Counter[tuple[str, str]] = Counter()
    for recorded in history:
        if isinstance(recorded.event, RefundGranted):
            for part in recorded.event.lines:
                back[part.line_id, f"{part.kind}_minor"] += part.minor
    for line in order.placement.lines:
        for amount in _AMOUNTS:
            minor = back[line.line_id, amount]
            if minor > getattr(line, amount):
                yield Violation(
                    51, f"line {line.line_id}: {minor} back of its {amount}"
                )


def _asked(order: Order, event: PaymentRequested) -> Iterator[Violation]:
    """Nothing is asked for that is not there, when it is asked for."""
    there = balance(order, event.payment_id)
    single = any(
        payment.payment_id == event.payment_id and is_single(payment)
        for payment in order.payments
    )
    again = there.captured or there.capture_pending
    if event.kind == "capture" and single and again:
        what = f"{event.operation_id} takes twice of what is captured once"
        yield Violation(10, what)
    if event.kind == "capture" and event.minor > there.capturable:
        yield Violation(10, f"{event.operation_id} takes what is not open")
    back = event.kind in {"refund", "credit"}
    if back and event.minor > there.refundable:
        yield Violation(3, f"{event.operation_id} gives back too much")


def _history(
    case: Case, history: Sequence[Recorded], house: House
) -> Iterator[Violation]:
    numbers = [recorded.sequence for recorded in history]
    if numbers != list(range(1, len(history) + 1)):
        yield Violation(32, f"the sequence has gaps: {numbers}")
    events = [recorded.event for recorded in history]
    replayed = Case(order_id=case.order_id)
    try:
        for event in events:
            yield from _recorded(replayed, event)
            replayed = house.evolve(replayed, event)
    except Exception as error:  # noqa: BLE001
        # Whatever the rooms raise at what never happened.
        what = f"event {replayed.version + 1} has no place"
        yield Violation(33, f"{what}: {type(error).__name__}")
    else:
        if replayed != case:
            yield Violation(33, "the state is not the fold of its events")
