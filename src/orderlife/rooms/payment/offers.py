"""The smallest commands about payments that may be possible."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from typing import Any

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.choices import (
    AmountLimit,
    Choice,
    Trial,
    UnitLimit,
    amounts_of,
    units_of,
)
from orderlife._kernel.context import Context
from orderlife._kernel.labels import word_label
from orderlife._kernel.offers import Offer, offer
from orderlife._values.money import Money
from orderlife.ports.payment import Tender
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.readings import line_labels
from orderlife.rooms.payment.ledger import balance, unasked_minor
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundPayment,
)
from orderlife.rooms.payment.refunds import left_minor, refundable_units

__all__ = ["offers"]


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Offer to pay, to capture what is authorised, and to refund a unit."""
    order, actor = case.placed, context.actor
    cent = Money.of_minor(1, order.placement.currency)
    if not ORDER.is_terminal(order.state):
        yield offer(
            case,
            actor,
            PayOrder,
            tender=Tender("card", "tok", cent),
            choices=partial(_to_pay, order),
        )
    if order.state is OrderState.CONFIRMED:
        yield offer(case, actor, CapturePayment)
    if balance(order).refundable:
        yield offer(
            case,
            actor,
            RefundPayment,
            amount=cent,
            reason="tried",
            choices=partial(_to_refund, order),
        )


def _to_pay(order: Order, trial: Trial) -> Iterator[Choice]:
    """What is open, of which a tender may pay a part."""
    command: Any = trial.command
    currency = order.placement.currency

    def tender(minor: int) -> dict[str, Tender]:
        amount = Money.of_minor(minor, currency)
        return {"tender": attrs.evolve(command.tender, amount=amount)}

    largest = trial.most(unasked_minor(order), tender)
    yield amounts_of("tender.amount", _up_to(order, largest, "open"))


def _to_refund(order: Order, trial: Trial) -> Iterator[Choice]:
    """What can be given back: of all payments, of each, and of postage."""
    currency = order.placement.currency
    most = balance(order).refundable

    def largest(minor: int, **fields: object) -> int:
        """What of an amount the actor may give back."""
        minor = min(most, minor)
        if within:
            return minor
        return trial.most(
            minor, lambda n: {"amount": Money.of_minor(n, currency), **fields}
        )

    within = False
    limit = largest(most)
    # A part of what is followed is followed as well.
    within = limit == most
    limits = [*_up_to(order, limit, "all_payments")]
    for payment in order.payments:
        name = payment.payment_id
        minor = balance(order, name).refundable
        limits += _up_to(
            order,
            largest(minor, payment_id=name),
            payment.tender.kind,
            payment_id=name,
        )
    minor = 0
    if order.placement.shipping_minor:
        minor = left_minor(order, "postage")
    limits += _up_to(
        order, largest(minor, of="postage"), "postage", of="postage"
    )
    yield amounts_of("amount", limits)
    yield from units_of("of", _worth_something(order))


def _up_to(
    order: Order, minor: int, word: str, **whose: str
) -> Iterator[AmountLimit]:
    """An amount from one minor unit on; nothing if it is none."""
    if minor > 0:
        currency = order.placement.currency
        yield AmountLimit(
            label=word_label(word),
            smallest=Money.of_minor(1, currency),
            largest=Money.of_minor(minor, currency),
            **whose,
        )


def _left(order: Order, line_id: str, units: int) -> int:
    return left_minor(order, {line_id: units})


def _worth_something(order: Order) -> Iterator[UnitLimit]:
    """By line, the units that a refund can be for.

    Of units that cost nothing more, nothing can be given back: there
    must be so many that something is left of what they cost.
    """
    labels = line_labels(order)
    for line_id, units in refundable_units(order).items():
        smallest = 1
        if units and not left_minor(order, {line_id: 1}):
            smallest += bisect_left(
                range(1, units + 1),
                1,
                key=partial(_left, order, line_id),
            )
        if smallest <= units:
            yield UnitLimit(
                line_id=line_id,
                label=labels[line_id],
                smallest=smallest,
                largest=units,
            )
