"""The smallest commands about returns that may be possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, get_args

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.choices import Choice, Trial, UnitLimit, units_of
from orderlife._kernel.context import Context
from orderlife._kernel.labels import word_label
from orderlife._kernel.messages import Actor, Command, Quantities
from orderlife._kernel.offers import Offer, offer
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.readings import line_labels
from orderlife.rooms.returns.guards import returnable_units
from orderlife.rooms.returns.lifecycle import (
    RETURN,
    ReturnState,
    ReturnTrigger,
)
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
)
from orderlife.rooms.returns.model import (
    Condition,
    Disposition,
    Finding,
    Resolution,
    Return,
)

__all__ = ["offers"]

_RESOLUTIONS: Final = {w: word_label(w) for w in get_args(Resolution)}
_CONDITIONS: Final = {w: word_label(w) for w in get_args(Condition)}
_PLACES: Final = {w: word_label(w) for w in get_args(Disposition)}
_SENT = frozenset((OrderState.CONFIRMED, OrderState.COMPLETED))
_OF_RETURN: tuple[tuple[type[Command], ReturnTrigger], ...] = (
    (ApproveReturn, ReturnTrigger.APPROVE),
    (DeclineReturn, ReturnTrigger.DECLINE),
    (CancelReturn, ReturnTrigger.CANCEL),
    (CloseReceiving, ReturnTrigger.END_RECEIVING),
)


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Offer to request, judge, receive, inspect and cancel returns."""
    order, actor = case.placed, context.actor
    if order.state in _SENT:
        reason = next(iter(context.policy.reasons), "other")
        for line_id, units in order.units.items():
            if units.delivered > 0:
                yield offer(
                    case,
                    actor,
                    RequestReturn,
                    quantities={line_id: 1},
                    reason=reason,
                    choices=partial(_to_request, case, context),
                )
    for return_id, return_ in case.returns.items():
        for kind, trigger in _OF_RETURN:
            if RETURN.can(return_.state, trigger):
                more: dict[str, Any] = (
                    {"explanation": "tried"} if kind is DeclineReturn else {}
                )
                yield offer(
                    case, actor, kind, return_id, return_id=return_id, **more
                )
        yield from _of_goods(case, actor, return_)


def _of_goods(case: Case, actor: Actor, return_: Return) -> Iterator[Offer]:
    """Offer to inspect a unit, or to change a unit's disposition."""
    return_id = return_.return_id
    for finding in _findings(return_):
        yield offer(
            case,
            actor,
            InspectReturn,
            return_id,
            return_id=return_id,
            findings=(finding,),
            choices=partial(_to_inspect, case, return_),
        )
    for finding in return_.findings:
        if finding.condition != "missing":
            before = finding.disposition
            yield offer(
                case,
                actor,
                ChangeDisposition,
                return_id,
                return_id=return_id,
                line_id=finding.line_id,
                quantity=1,
                before=before,
                after="scrap" if before != "scrap" else "restock",
                choices=partial(_to_move, case, return_),
            )


def _findings(return_: Return) -> Iterator[Finding]:
    """A unit that has come, or one that is missing."""
    if return_.state is not ReturnState.RECEIVING and not RETURN.can(
        return_.state, ReturnTrigger.INSPECT
    ):
        return
    there = _uninspected(return_)
    for line_id in there:
        yield Finding(
            line_id=line_id,
            quantity=1,
            condition="sellable",
            disposition="restock",
        )
    for line_id in there or (line.line_id for line in return_.lines):
        yield Finding(
            line_id=line_id,
            quantity=1,
            condition="missing",
            disposition="scrap",
        )


def _uninspected(return_: Return) -> dict[str, int]:
    """By line, the units that have come and were not looked at yet."""
    left = {
        line.line_id: line.received - return_.inspected(line.line_id)
        for line in return_.lines
    }
    return {line_id: units for line_id, units in left.items() if units > 0}


def _to_request(
    case: Case, context: Context, trial: Trial
) -> Iterator[Choice]:
    """What has arrived and is not asked back yet, why, and for what."""
    labels = line_labels(case.placed)
    yield from trial.units("quantities", returnable_units(case), labels)
    reasons = {
        code: reason.label for code, reason in context.policy.reasons.items()
    }
    yield from trial.words("reason", reasons, moves=True)
    customer = context.actor.kind == "customer"
    yield from trial.words(
        "resolution",
        {
            word: label
            for word, label in _RESOLUTIONS.items()
            if word != "keep" or not customer
        },
        moves=True,
    )


def _to_inspect(case: Case, return_: Return, trial: Trial) -> Iterator[Choice]:
    """The units that have come and were not looked at; or any are missing."""
    known = line_labels(case.placed)
    labels = {
        line.line_id: known.get(line.line_id, line.line_id)
        for line in return_.lines
    }
    there = _uninspected(return_)
    command: Any = trial.command
    first = command.findings[0]

    def finding(field: str, word: str) -> dict[str, tuple[Finding, ...]]:
        return {"findings": (attrs.evolve(first, **{field: word}),)}

    def findings(units: Quantities) -> dict[str, tuple[Finding, ...]]:
        return {
            "findings": tuple(
                attrs.evolve(
                    first,
                    line_id=line_id,
                    quantity=quantity,
                    condition="sellable",
                )
                for line_id, quantity in units.items()
            )
        }

    yield from trial.words(
        "findings.line_id",
        {line_id: labels[line_id] for line_id in there or labels},
        partial(finding, "line_id"),
        moves=True,
    )
    yield from trial.units("findings.quantity", there, labels, findings)
    yield from trial.words(
        "findings.condition",
        _CONDITIONS if there else {"missing": _CONDITIONS["missing"]},
        partial(finding, "condition"),
        moves=True,
    )
    yield from trial.words(
        "findings.disposition",
        _PLACES,
        partial(finding, "disposition"),
        moves=True,
    )


def _to_move(case: Case, return_: Return, trial: Trial) -> Iterator[Choice]:
    """The units that were inspected, by where they are, and where to."""
    labels = line_labels(case.placed)
    there: Counter[tuple[str, Disposition]] = Counter()
    for finding in return_.findings:
        if finding.condition != "missing":
            there[finding.line_id, finding.disposition] += finding.quantity
    yield from units_of(
        "quantity",
        (
            UnitLimit(
                line_id=line_id,
                label=labels.get(line_id, line_id),
                largest=units,
                where=before,
            )
            for (line_id, before), units in there.items()
        ),
    )
    yield from trial.words("after", _PLACES)
