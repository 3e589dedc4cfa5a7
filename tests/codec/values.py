"""Values of any class, made from its annotations alone."""

from __future__ import annotations

import collections.abc
import enum
import types
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal, Union, get_args, get_origin

import attrs
from hypothesis import strategies as st

from orderlife.admission import AnyCommand, AnyFact
from orderlife.case import AnyEvent
from orderlife.messages import Event
from orderlife.money import Money
from orderlife.ports.base import Intent
from orderlife.ports.carrier import CarrierIntent, CarrierOutcome
from orderlife.ports.inventory import InventoryIntent, InventoryOutcome
from orderlife.ports.notifier import NotifierOutcome, Notify
from orderlife.ports.payment import PaymentIntent, PaymentReport
from orderlife.testing.strategies import money

INTENTS: tuple[type[Intent], ...] = (
    *get_args(PaymentIntent),
    *get_args(CarrierIntent),
    *get_args(InventoryIntent),
    Notify,
)
EVENTS: tuple[type[Event], ...] = get_args(AnyEvent)
COMMANDS: tuple[type, ...] = get_args(AnyCommand)
FACTS: tuple[type, ...] = get_args(AnyFact)
OUTCOMES = (PaymentReport, InventoryOutcome, CarrierOutcome, NotifierOutcome)


def _is_plain(time: datetime) -> bool:
    """Leave out hours that the clock skips or repeats.

    Python calls them unequal to any time of another zone.
    """
    return time.utcoffset() == time.replace(fold=1 - time.fold).utcoffset()


_TEXT = st.text(
    st.characters(categories=("L", "N", "P", "S", "Z", "Cc")), max_size=9
)
_ZONES = st.timezones() | st.integers(-1439, 1439).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
_TIMES = st.datetimes(
    min_value=datetime(1901, 1, 1),  # noqa: DTZ001, the zone comes with it
    max_value=datetime(2999, 1, 1),  # noqa: DTZ001
    timezones=_ZONES,
).filter(_is_plain)
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    int: st.integers(-(2**70), 2**70),
    bool: st.booleans(),
    Money: money(min_minor=-(10**12), max_minor=10**12),
    datetime: _TIMES,
}


def fields_of(wanted: type) -> dict[str, Any]:
    """The fields of an attrs class and their types."""
    attrs.resolve_types(wanted)
    return {
        field.name: field.type
        for field in attrs.fields(wanted)
        if field.name != "people"
    }


def anything(wanted: Any) -> st.SearchStrategy[Any]:
    """Give any values of a type, within what the type says."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted in _SIMPLE:
        return _SIMPLE[wanted]
    if wanted is Event:
        return st.sampled_from(EVENTS).flatmap(anything)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(anything(arguments[0]), max_size=2).map(tuple)
    if origin is collections.abc.Mapping:
        key, value = arguments
        return st.dictionaries(anything(key), anything(value), max_size=2)
    if origin in {Union, types.UnionType}:
        return st.sampled_from(arguments).flatmap(anything)
    if wanted is type(None):
        return st.none()
    if issubclass(wanted, enum.Enum):
        return st.sampled_from(tuple(wanted))
    fields = fields_of(wanted)
    return st.deferred(
        lambda: st.builds(
            wanted, **{name: anything(kind) for name, kind in fields.items()}
        )
    )


_SAMPLES: dict[Any, Any] = {
    str: "t",
    int: 7,
    bool: True,
    Money: Money("12.50", "EUR"),
    datetime: datetime(2026, 1, 5, 9, tzinfo=UTC),
}


def sample(wanted: Any, name: str = "") -> Any:
    """Give one value of a type, always the same, with every field set."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted is str:
        return name or "t"
    if wanted in _SAMPLES:
        return _SAMPLES[wanted]
    if wanted is Event:
        return sample(EVENTS[0])
    if origin is Literal:
        return arguments[-1]
    if origin is tuple:
        return (sample(arguments[0], name),)
    if origin is collections.abc.Mapping:
        return {"1": sample(arguments[1], name)}
    if origin in {Union, types.UnionType}:
        return sample(arguments[0], name)
    if issubclass(wanted, enum.Enum):
        return tuple(wanted)[-1]
    fields = fields_of(wanted)
    return wanted(**{n: sample(kind, n) for n, kind in fields.items()})
