"""Asks the house's tables: what a part answers, and what an event does.

What stands between a message and its room, such as guards and the
matters at rest, is left out: for that there is ``handle``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import SYSTEM, Actor, Event
from orderlife._kernel.offers import Allowed
from orderlife._kernel.room import PartRule, Room, Rule, rows
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import Intent
from orderlife.rooms.returns.model import Return
from orderlife.testing.scenario import NOON, STAFF


def context_of(
    now: datetime = NOON, actor: Actor = SYSTEM, **policy: Any
) -> Context:
    """A decision's context."""
    return Context(now=now, policy=Policy(**policy), actor=actor)


def _rule(kind: type, part: object) -> Rule | PartRule[Any]:
    found: list[tuple[Room[Any], Rule | PartRule[Any]]] = [
        (room, rule)
        for room in HOUSE.rooms
        for rule in rows(room)
        if rule.kind is kind
    ]
    for room, rule in found:
        if type(part) is room.parts.kind:
            return rule
    return found[0][1]


def answers(part: object, message: object, context: Context) -> list[Any]:
    """All that a part, or a case, answers: events, steps and facts."""
    rule = _rule(type(message), part)
    if isinstance(rule, PartRule):
        return list(rule.do(part, message, context))
    whole: Any = part
    if isinstance(part, Return):
        whole = Case(order_id="o1", returns={part.return_id: part})
    elif not isinstance(part, Case):
        whole = Case(order_id=whole.order_id, order=whole)
    return list(rule.do(whole, message, context))


def decide(
    part: object,
    message: object,
    now: datetime = NOON,
    untracked: timedelta | None = None,
    actor: Actor | None = None,
    **policy: Any,
) -> list[Any]:
    """The events that a part answers a message with."""
    asker: Any = message
    who: Actor = actor or getattr(asker, "actor", None) or SYSTEM
    if untracked is not None:
        policy["untracked_within"] = untracked
    context = context_of(now, who, **policy)
    given = answers(part, message, context)
    return [then for then in given if isinstance(then, Event)]


def decide_first(message: Any, now: datetime = NOON) -> list[Any]:
    """The events that begin a part."""
    case = Case(order_id=getattr(message, "order_id", "o1"))
    return decide(case, message, now)


def evolve(part: Any, event: Event) -> Any:
    """A part after an event."""
    _, change = HOUSE.changes[type(event)]
    if change.apply is None:
        assert change.make is not None
        return change.make(event)
    return change.apply(part, event)


def notices(case: Case, event: Event, context: Context) -> Iterator[Any]:
    """Whom an event is told to."""
    return HOUSE.told(case, event, context)


def asking(kind: type[Event]) -> bool:
    """Whether an event may ask a port for something."""
    return any(rule.kind is kind for room in HOUSE.rooms for rule in room.asks)


def telling(kind: type[Event]) -> bool:
    """Whether an event may be told to somebody."""
    return any(
        rule.kind is kind for room in HOUSE.rooms for rule in room.tells
    )


def react(case: Case, event: Event, context: Context) -> Iterator[Any]:
    """What an event that was just recorded asks for next."""
    for rule in HOUSE.sequels[type(event)].reacts:
        yield from rule(case, event, context)


def intents(case: Case, event: Event, policy: Policy) -> Iterator[Intent]:
    """What an event asks of the ports."""
    context = Context(now=NOON, policy=policy, actor=SYSTEM)
    return HOUSE.asked(case, event, context)


def allowed(
    case: Case, now: datetime = NOON, **policy: Any
) -> tuple[Allowed, ...]:
    """What can be asked for next."""
    return HOUSE.possible(case, now, Policy(**policy), STAFF)[0]
