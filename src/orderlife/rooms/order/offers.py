"""The smallest commands about an order that may be possible."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, Literal, get_args

from orderlife._kernel.case import Case
from orderlife._kernel.choices import Choice, Trial
from orderlife._kernel.context import Context
from orderlife._kernel.labels import word_label
from orderlife._kernel.offers import Offer, offer
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    PlaceDraft,
    ReleaseHold,
)
from orderlife.rooms.order.model import Blocks, Order
from orderlife.rooms.order.readings import line_labels
from orderlife.rooms.order.words import labels, usual

__all__ = ["offers"]

_BLOCKS: Final = {word: word_label(word) for word in get_args(Blocks)}


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Place or cancel the order, cancel lines, open and release holds."""
    order, actor = case.placed, context.actor
    if order.state is OrderState.DRAFT:
        yield offer(case, actor, PlaceDraft)
    if not ORDER.is_terminal(order.state):
        reason = usual(context, "cancel_reasons", "customer")
        yield offer(
            case,
            actor,
            CancelOrder,
            reason=reason,
            choices=partial(_reasons, context, "cancel_reasons"),
        )
        for line_id, units in order.units.items():
            if units.unshipped > 0:
                yield offer(
                    case,
                    actor,
                    CancelLines,
                    quantities={line_id: 1},
                    reason=reason,
                    choices=partial(_of_lines, order, context),
                )
        reason = usual(context, "hold_reasons", "other")
        yield offer(
            case,
            actor,
            OpenHold,
            reason=reason,
            choices=partial(_of_hold, context),
        )
    for hold in order.holds:
        hold_id = hold.hold_id
        yield offer(case, actor, ReleaseHold, hold_id, hold_id=hold_id)


def _reasons(
    context: Context,
    registry: Literal["hold_reasons", "cancel_reasons"],
    trial: Trial,
) -> Iterator[Choice]:
    yield from trial.words("reason", labels(context, registry))


def _of_lines(
    order: Order, context: Context, trial: Trial
) -> Iterator[Choice]:
    yield from trial.units(
        "quantities",
        {line: units.unshipped for line, units in order.units.items()},
        line_labels(order),
    )
    yield from _reasons(context, "cancel_reasons", trial)


def _of_hold(context: Context, trial: Trial) -> Iterator[Choice]:
    yield from _reasons(context, "hold_reasons", trial)
    yield from trial.words("blocks", _BLOCKS, several=True)
