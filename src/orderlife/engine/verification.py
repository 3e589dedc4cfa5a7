"""Checks all that is stored of an order against its events.

Its decisions are chained; all else that a store keeps of an order follows
from them.  So they are folded anew and compared with the stored state,
the summary, the timers and the effects.  A person who can write to the
database could replace all of it consistently: only a digest that is kept
elsewhere shows that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.house import House
from orderlife._kernel.integrity import IntegrityCheck
from orderlife._kernel.messages import Recorded
from orderlife._values.replacing import replace
from orderlife.engine.chain import recorded, verify
from orderlife.engine.summary import summary_of
from orderlife.errors import AlteredError, ChainBrokenError
from orderlife.policy.model import Policy
from orderlife.ports.base import Intent
from orderlife.ports.store import Effect, EffectState, Kept

__all__ = ["verified"]

_TALKATIVE: Final = Policy(tell_staff=True)
"""A notification context in which every message is sent."""
_CHOSEN: Final = frozenset(("key", "people", "place", "items", "details"))
"""Fields of a request that do not follow from events: the driver fills
them in, the policy decides them, or releases word them differently."""


def verified(order_id: str, kept: Kept[Case], house: House) -> str:
    """Check all that is kept of an order.

    Args:
        order_id: the order.
        kept: all that the store has of it, read at one moment.
        house: the house of the order.

    Returns:
        The digest of its last decision, to be kept elsewhere.

    Raises:
        ChainBrokenError: an event was changed, left out or put in.
        AlteredError: something else does not follow from the events.
        CodecError: an event, or the state, cannot be read.
        InvariantError: the events contradict themselves.
    """
    links = kept.links
    # A store without a head has nothing to compare the last digest with.
    last = links[-1].digest if links else ""
    head = verify(order_id, links, kept.head or last)
    version = links[-1].last_version if links else 0
    if version < kept.version:
        raise ChainBrokenError(order_id, version + 1)
    with IntegrityCheck(order_id):
        wrong = tuple(_differences(order_id, kept, house))
    if wrong:
        raise AlteredError(order_id, wrong)
    return head


@attrs.define
class _Told:
    """What follows from the events."""

    case: Case
    then: Case | None = None
    """The case after the decisions of the store's snapshot."""
    asked: dict[str, Intent] = attrs.field(factory=dict)
    """The intents that the events ask for, by operation id."""
    may_be_asked: dict[str, Intent] = attrs.field(factory=dict)
    """The messages that may be sent; fewer where a command was silent."""


def _differences(
    order_id: str, kept: Kept[Case], house: House
) -> Iterator[str]:
    told = _told(order_id, kept, house)
    if kept.version != told.case.version:
        yield "its version"
    if kept.snapshot is not None and not _follows(kept.snapshot.case, told):
        yield "its state"
    expected = attrs.asdict(summary_of(told.case))
    for name, value in attrs.asdict(kept.summary).items():
        if value != expected[name]:
            yield f"its {name.replace('_', ' ')}, by which it is found"
    due = house.timers(told.case)
    first = min((timer.at for timer in due), default=None)
    if sorted(kept.timers, key=repr) != sorted(due, key=repr):
        yield "its timers"
    if kept.timer_at != first:
        yield "the date on which it is due"
    yield from _effects(told, kept, house)


def _follows(stored: Case, told: _Told) -> bool:
    """Whether a stored state is the one that the events lead to."""
    then = told.then
    if then is None or stored != then:
        return False
    added = _remarks(stored) - _remarks(then)
    return not any(remark for _, remark in added)


def _remarks(case: Case) -> set[tuple[str, object]]:
    """What a state remarks beside itself; an older document may lack it."""
    operations = case.order.operations.values() if case.order else ()
    reservations = case.reservations.values()
    return {
        *((each.operation_id, each.why_not) for each in operations),
        *((each.reservation_id, each.shortages) for each in reservations),
    }


def _told(order_id: str, kept: Kept[Case], house: House) -> _Told:
    from orderlife.codec import codec_of

    codec = codec_of(house)
    snapshot = kept.snapshot
    told = _Told(Case(order_id=order_id))
    for link in kept.links:
        _tell(told, recorded(link, codec), house)
        if snapshot is not None and (snapshot.number, snapshot.version) == (
            link.number,
            link.last_version,
        ):
            told.then = replace(told.case)
    return told


def _tell(told: _Told, events: Iterable[Recorded], house: House) -> None:
    """Add what follows from a decision."""
    for each in events:
        event: Any = each.event
        house.advance(told.case, event)
        context = Context(
            now=each.at,
            policy=_TALKATIVE,
            actor=each.actor,
            brought=house.words,
        )
        for intent in house.asked(told.case, event, context):
            told.asked[intent.operation_id] = intent
        for notice in house.told(told.case, event, context):
            told.may_be_asked[notice.operation_id] = notice


def _effects(told: _Told, kept: Kept[Case], house: House) -> Iterator[str]:
    known = {effect.operation_id for effect in kept.effects}
    for operation_id in told.asked.keys() - known:
        yield f"{operation_id}, which is gone"
    if kept.asked != len(kept.effects):
        yield f"its effects: there are {len(kept.effects)} of {kept.asked}"
    possible = {**told.may_be_asked, **told.asked}
    for effect in kept.effects:
        why = _effect(told.case, effect, possible, house)
        if why:
            yield f"{effect.operation_id}, {why}"


def _effect(
    case: Case,
    effect: Effect,
    possible: Mapping[str, Intent],
    house: House,
) -> str:
    """What is wrong with a stored effect; empty: nothing."""
    intent = effect.intent
    asked = possible.get(effect.operation_id)
    if asked is None:
        return "for which nobody has asked"
    if not _is_same(intent, asked):
        return "which is another request"
    if effect.altered:
        return "whose document was changed"
    awaited = house.awaits(case, effect.operation_id)
    if awaited and effect.state.is_settled:
        return f"which is {effect.state.value} without an outcome"
    if awaited is False and effect.state is EffectState.PENDING:
        return f"which is {effect.state.value}, and has its outcome"
    return ""


def _is_same(stored: Intent, asked: Intent) -> bool:
    """Whether a stored request is the one that an event asks for.

    The place that goods go back to may differ: the policy at that time
    chose it.
    """
    return (
        type(stored) is type(asked)
        and all(
            getattr(stored, field.name) == getattr(asked, field.name)
            for field in attrs.fields(type(asked))
            if field.name not in _CHOSEN
        )
        and _units(stored) == _units(asked)
    )


def _units(intent: Intent) -> list[tuple[str, int]]:
    items = getattr(intent, "items", ())
    return [(item.line_id, item.quantity) for item in items]
