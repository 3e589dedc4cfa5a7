"""How much money a decision moves, and how much its actor may move.

An actor's limit is on all that goes out by the actor's decisions, by
whichever commands.  So a command is not judged by the amount it names,
but by the decision: all that it refunds, waives or gives away, and what
the same actor moved on the same order before.  A refund that follows
from a return's terms counts for no actor: the terms are the shop's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Command, Event, ExceptionKind, Remedy
from orderlife._values.money import Money
from orderlife.errors import (
    DeniedError,
    LimitExceededError,
    StaleVersionError,
)
from orderlife.policy import consult
from orderlife.policy.model import Policy
from orderlife.policy.permissions import (
    UnlessOwn,
    concerns_own,
    limits_of,
)
from orderlife.rooms.exceptions.messages import ExceptionResolved
from orderlife.rooms.exceptions.opening import find_exception
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    AuthorityUsed,
    CancellationStarted,
    LinesCancelled,
)
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.ledger import balance, need_minor
from orderlife.rooms.payment.messages import PaymentRequested, RefundGranted
from orderlife.rooms.returns.messages import ReturnApproved
from orderlife.rooms.shipment.messages import ShipmentWrittenOff

__all__ = ["check_permitted", "moved_minor", "used"]

_OWED: Final = frozenset(
    (ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED)
)
"""Items whose remedies ask again for money that was granted before."""
_GONE: Final = frozenset(
    (ExceptionKind.SHIPMENT_LOST, ExceptionKind.SHIPMENT_DAMAGED)
)


def check_permitted(case: Case, command: Command, policy: Policy) -> None:
    """Refuse a command that the policy denies, or of a stale version.

    This comes first, so that a denied actor learns nothing of the order.

    Raises:
        DeniedError: the policy denies the actor this command.
        StaleVersionError: the case is at another version.
    """
    why = consult.objection(policy, command.actor, command)
    own = isinstance(why, UnlessOwn) and concerns_own(command, case.order)
    if why and not own:
        # The same text for another customer's order and for none.
        raise DeniedError(
            type(command).__name__,
            f"order {case.order_id}",
            f"{command.actor} may not: {why}",
            "ask somebody who may",
        )
    expected = command.expected_version
    if expected is not None and expected != case.version:
        raise StaleVersionError(case.order_id, expected, case.version)


def used(
    before: Case,
    after: Case,
    events: Iterable[Event],
    command: Command,
    policy: Policy,
) -> list[AuthorityUsed]:
    """Check how much a command moves, and give the event to record.

    Args:
        before: the order, before it was decided on.
        after: the order, as it would be.
        events: the decision's events.
        command: the command, with the actor whose limit counts.
        policy: has the limits.

    Raises:
        LimitExceededError: it moves more than its actor may.
    """
    minor = moved_minor(before, after, events, policy)
    if not minor:
        return []
    actor = str(command.actor)
    most = limits_of(consult.objection(policy, command.actor, command))
    if most is None:
        return []
    currency = after.placed.placement.currency
    known = after.placed.authority_used.get(actor, 0)
    limit = max((m.minor for m in most if m.currency == currency), default=0)
    if known + minor > limit:
        moves = Money.of_minor(minor, currency)
        so_far = Money.of_minor(known, currency)
        listed = ", ".join(map(str, most)) or "nothing"
        raise LimitExceededError(
            type(command).__name__,
            f"order {after.order_id}",
            f"{actor} may not: it moves {moves}, {so_far} were moved on "
            f"this order before, and at most {listed} may be",
            "ask somebody who may",
        )
    return [AuthorityUsed(actor=actor, minor=minor)]


def moved_minor(
    before: Case, after: Case, events: Iterable[Event], policy: Policy
) -> int:
    """The amount that a decision refunds, waives and gives away.

    In minor units.  Amounts that are due later count as well: a
    cancellation refunds all that was captured, though a label must be
    voided first.
    """
    total = asked = 0
    owed = False
    granted: dict[str, int] = {}
    kept: list[str] = []
    kinds: set[type[Event]] = set()
    for event in events:
        kinds.add(type(event))
        match event:
            case PaymentRequested(kind="refund" | "credit"):
                if event.subject not in after.returns:
                    asked += event.minor
            case RefundGranted():
                whole = event.minor + event.waived_minor
                if event.subject in after.returns:
                    granted[event.subject] = whole
                else:
                    total += event.waived_minor
            case ExceptionResolved():
                item = find_exception(after.placed, event.exception_id)
                owed = owed or item.contradiction.kind in _OWED
                total += event.waived_minor
            case ReturnApproved():
                if after.return_(event.return_id).resolution == "keep":
                    kept.append(event.return_id)
            case ShipmentWrittenOff():
                total += _sent_again(before, event.shipment_id, events)
            case _:
                pass
    if not owed:
        total += asked
    total += sum(
        granted[one] if one in granted else _to_be_kept(after, one, policy)
        for one in kept
    )
    if CancellationStarted in kinds:
        total += _still_to_go_back(after.placed)
    elif LinesCancelled in kinds:
        total += _taken_too_late(before.placed, after.placed)
    return total


def _to_be_kept(after: Case, return_id: str, policy: Policy) -> int:
    """The later refund of a return whose goods the customer keeps."""
    return_ = after.return_(return_id)
    lines, _ = consult.refund_lines(policy, after.placed, return_).answer
    return max(0, sum(line.minor for line in lines))


def _still_to_go_back(order: Order) -> int:
    """The amount that a cancellation will refund later."""
    if order.state is not OrderState.CANCELLING:
        return 0
    sums = balance(order)
    return sums.refundable + sums.capture_pending


def _taken_too_late(before: Order, after: Order) -> int:
    """Pending captures for cancelled units, which will be refunded."""
    more = _too_much(after) - _too_much(before)
    return max(0, min(more, balance(after).capture_pending))


def _too_much(order: Order) -> int:
    sums = balance(order)
    taken = sums.captured + sums.capture_pending - order.released_minor
    return max(0, taken - need_minor(order))


def _sent_again(
    before: Case, shipment_id: str, events: Iterable[Event]
) -> int:
    """The price of lost goods that are sent again free of charge."""
    again = any(
        isinstance(event, ExceptionResolved)
        and event.remedy is Remedy.RESHIP
        and (
            find_exception(
                before.placed, event.exception_id
            ).contradiction.kind
            in _GONE
        )
        for event in events
    )
    if not again:
        return 0
    lines = before.placed.lines()
    return sum(
        lines[line_id].value(0, units)
        for line_id, units in before.shipment(shipment_id).items.items()
    )
