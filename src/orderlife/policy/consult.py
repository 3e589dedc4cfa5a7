"""The questions of the process to the policy, and checks of its answers.

If the policy fails on a question about a command, an error names the
policy.  If it fails on a question in the course of an order, the default
answer is used and an exception item opens, so that no order stands still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Command
from orderlife._values.choices import unkept
from orderlife._values.times import YEARS, utc
from orderlife.policy.answers import (
    Answered,
    NoAnswerError,
    asked,
    check_word,
    instance_of,
    or_else,
    or_error,
    text_of,
    usual,
)
from orderlife.policy.model import (
    Parcelling,
    Policy,
    ReturnTerms,
    ReturnVerdict,
    by_place_and_seller,
)
from orderlife.ports.inventory import StockItem
from orderlife.rooms.order.model import Order, Screening
from orderlife.rooms.payment.ledger import balance, takeable_minor
from orderlife.rooms.payment.model import RefundLine, RefundOrder
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.stock.lifecycle import ReservationState

__all__ = [
    "approval_ends",
    "capture_parts",
    "objection",
    "parcels",
    "payment_due",
    "refund_lines",
    "refund_parts",
    "screening",
    "terms",
    "verdict",
]


def objection(policy: Policy, actor: Actor, command: Command) -> str:
    """Why the policy denies an actor a command; empty: it permits it.

    An unusable answer denies, with a text that the policy is at fault.
    """
    try:
        return asked(policy.permit, (actor, command), _reason)
    except NoAnswerError as nonsense:
        return f"the policy is at fault: its permit {nonsense}"


def _reason(answer: object) -> str:
    if not isinstance(answer, str):
        raise NoAnswerError(
            f"answered {type(answer).__name__}, which is no text"
        )
    if why := unkept(answer):
        raise NoAnswerError(f"answered {why}")
    return answer


def verdict(
    policy: Policy,
    order: Order,
    return_: Return,
    delivered_at: datetime | None,
    now: datetime,
) -> ReturnVerdict:
    """The policy's verdict on a request for a return.

    Raises:
        PolicyError: its judge gives no usable answer.
    """
    given = (policy, order, return_, delivered_at, now)
    about = f"return {return_.return_id}"
    return or_error("judge", about, policy.judge, given, _verdict)


def _verdict(answer: object) -> ReturnVerdict:
    found = instance_of(ReturnVerdict, answer)
    check_word(found.answer, "verdict", ("approve", "decline", "ask"))
    text_of(found.explanation, "explanation")
    return found


def terms(policy: Policy, reason: str) -> ReturnTerms:
    """The terms of returns that apply to a reason.

    Raises:
        PolicyError: the policy gives none.
    """
    about = f"the reason {reason}"
    return or_error("terms", about, policy.terms, (reason,), _terms)


def _terms(answer: object) -> ReturnTerms:
    return instance_of(ReturnTerms, answer)


def approval_ends(policy: Policy, now: datetime) -> datetime:
    """When an approval of a return that is given now ends.

    Raises:
        PolicyError: the policy's answer is no time with a zone.
    """
    about = "the end of an approval"
    ask = policy.approval_ends
    return or_error("approval_ends", about, ask, (now,), _moment)


def screening(policy: Policy, order: Order) -> Answered[Screening]:
    """The judgement on fraud; a review, if the policy gives none."""
    return or_else(
        "screen",
        f"order {order.order_id}",
        lambda: asked(policy.screen, (order,), _screening),
        lambda: Screening(
            verdict="review", reason="the policy's screen has no answer"
        ),
        "somebody is to review it",
    )


def _screening(answer: object) -> Screening:
    found = instance_of(Screening, answer)
    check_word(found.verdict, "verdict", ("accept", "review", "reject"))
    text_of(found.reason, "reason")
    return found


def payment_due(
    policy: Policy, order: Order, now: datetime
) -> Answered[datetime]:
    """By when an order must be paid for."""
    return or_else(
        "payment_due",
        f"order {order.order_id}",
        lambda: asked(policy.payment_due, (order, now), _moment),
        lambda: usual(policy).payment_due(order, now),
        "the policy's payment_within counts",
    )


def _moment(answer: object) -> datetime:
    found = utc(instance_of(datetime, answer))
    if found.tzinfo is None or found.year not in YEARS:
        raise NoAnswerError("answered a time that is no date with a zone")
    return found


def parcels(
    case: Case,
    wanted: Sequence[StockItem],
    policy: Policy,
    *,
    planned: bool,
) -> Answered[tuple[Parcelling, ...]]:
    """Which of the available units are shipped together.

    The policy may keep units back only while something else of the order
    is to come, after which it is asked again; otherwise nothing would
    move the order on.

    Args:
        case: the order.
        wanted: the units that are available and in no shipment.
        policy: decides the parcels.
        planned: whether another shipment of it is being planned now.
    """
    order = case.placed

    def read(answer: Iterable[Parcelling]) -> tuple[Parcelling, ...]:
        found = _parcels(answer, wanted)
        if wanted and not found and not planned and not _goes_on(case):
            raise NoAnswerError("sends nothing, and nothing else is to come")
        return found

    return or_else(
        "parcel",
        f"order {order.order_id}",
        lambda: asked(policy.parcel, (order, wanted), read),
        lambda: by_place_and_seller(order, wanted),
        "it is sent by place and seller",
    )


def _parcels(
    answer: Iterable[Parcelling], wanted: Sequence[StockItem]
) -> tuple[Parcelling, ...]:
    remaining: dict[tuple[str, str], int] = {}
    for item in wanted:
        key = (item.line_id, item.place)
        remaining[key] = remaining.get(key, 0) + item.quantity
    found = []
    for parcel in answer:
        place, seller = _parcel(parcel)
        for line_id, units in parcel.items.items():
            key = (line_id, place)
            if key not in remaining:
                raise NoAnswerError("sends units from where they are not")
            if type(units) is not int or not 0 < units <= remaining[key]:
                raise NoAnswerError(
                    f"sends units of line {line_id} that are not there: "
                    f"{remaining[key]} are left"
                )
            remaining[key] -= units
        if parcel.items:
            items = dict(parcel.items)
            found.append(Parcelling(place=place, seller=seller, items=items))
    return tuple(found)


def _parcel(parcel: object) -> tuple[str, str]:
    found = instance_of(Parcelling, parcel)
    place, seller = (
        text_of(found.place, "place"),
        text_of(found.seller, "seller"),
    )
    instance_of(Mapping, found.items)  # type: ignore[type-abstract]
    return place, seller


_DONE: Final = frozenset(
    (
        ShipmentState.DELIVERED,
        ShipmentState.WRITTEN_OFF,
        ShipmentState.CANCELLED,
    )
)

_TO_COME: Final = frozenset(
    (ReservationState.REQUESTED, ReservationState.BACKORDERED)
)


def _goes_on(case: Case) -> bool:
    """Whether stock or a shipment of the order is still to come."""
    shipments = case.shipments.values()
    reservations = case.reservations.values()
    return any(shipment.state not in _DONE for shipment in shipments) or any(
        reservation.pending or reservation.state in _TO_COME
        for reservation in reservations
    )


def capture_parts(
    policy: Policy, order: Order, minor: int
) -> Answered[Mapping[str, int]]:
    """Split an amount to capture over the payments."""
    limits = {
        payment.payment_id: takeable_minor(order, payment.payment_id)
        for payment in order.payments
    }
    return or_else(
        "split_capture",
        f"order {order.order_id}",
        lambda: asked(
            policy.split_capture,
            (order, minor),
            lambda parts: _parts(parts, minor, limits),
        ),
        lambda: usual(policy).split_capture(order, minor),
        "the first payment is taken first",
    )


def refund_parts(
    policy: Policy,
    order: Order,
    minor: int,
    payments: tuple[str, ...] = (),
    refund_order: RefundOrder | None = None,
) -> Answered[Mapping[str, int]]:
    """Split an amount to refund over the payments.

    Args:
        policy: its ``refund_order`` counts, unless another is named.
        order: the order of the payments.
        minor: the amount, in minor units.
        payments: ids of the only payments to use; empty: all.
        refund_order: replaces the policy's, if named.
    """
    named = bool(payments or refund_order)
    name = "split_among" if named else "split_refund"
    more = (payments, refund_order) if named else ()
    limits = {
        payment.payment_id: balance(order, payment.payment_id).refundable
        for payment in order.payments
        if not payments or payment.payment_id in payments
    }
    return or_else(
        name,
        f"order {order.order_id}",
        lambda: asked(
            getattr(policy, name),
            (order, minor, *more),
            lambda parts: _parts(parts, minor, limits),
        ),
        lambda: getattr(usual(policy), name)(order, minor, *more),
        "the policy's refund_order counts",
    )


def _parts(
    parts: Mapping[str, int], minor: int, limits: Mapping[str, int]
) -> Mapping[str, int]:
    """Check that a split covers the amount, within each payment's limit."""
    instance_of(Mapping, parts)  # type: ignore[type-abstract]
    whole = min(minor, sum(limits.values()))
    for payment_id, part in parts.items():
        if payment_id not in limits:
            raise NoAnswerError("names a payment that there is not")
        most = limits[payment_id]
        if type(part) is not int or not 0 <= part <= most:
            raise NoAnswerError(
                f"asks for what payment {payment_id} cannot bear: from 0 to "
                f"{most} minor units"
            )
    if sum(parts.values()) != whole:
        raise NoAnswerError(
            f"comes to {sum(parts.values())} minor units, where {whole} are "
            "to be moved"
        )
    return {name: part for name, part in parts.items() if part}


_Statement: TypeAlias = tuple[tuple[RefundLine, ...], dict[str, int]]


def refund_lines(
    policy: Policy, order: Order, return_: Return
) -> Answered[_Statement]:
    """The refund of a return: its lines, and the units."""

    def read(answer: Any) -> _Statement:
        lines, units = answer
        return _statement(order, lines, units)

    return or_else(
        "refund_lines",
        f"return {return_.return_id}",
        lambda: asked(policy.refund_lines, (order, return_), read),
        lambda: usual(policy).refund_lines(order, return_),
        "the policy's terms count",
    )


def _statement(
    order: Order, lines: Iterable[RefundLine], units: Mapping[str, int]
) -> _Statement:
    known = order.units
    for line in lines:
        instance_of(RefundLine, line)
        if type(line.minor) is not int or line.line_id not in {"", *known}:
            raise NoAnswerError("has a line that is no amount, or of no line")
    for line_id, quantity in units.items():
        if line_id not in known:
            raise NoAnswerError("gives back units of a line that there is not")
        remaining = known[line_id].shipped - known[line_id].refunded
        if type(quantity) is not int or not 0 < quantity <= remaining:
            raise NoAnswerError(
                f"gives back units of line {line_id} that are not there: "
                f"from 1 to {remaining}"
            )
    return tuple(lines), dict(units)
