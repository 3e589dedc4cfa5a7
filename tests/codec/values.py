"""Values of any class, made from its annotations alone."""

from __future__ import annotations

import collections.abc
import enum
import types
from datetime import datetime, timedelta, timezone
from typing import Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st

from orderlife._kernel.messages import Event
from orderlife._values.money import MAX_MINOR, Money
from orderlife.ports.carrier import CarrierOutcome
from orderlife.ports.inventory import InventoryOutcome
from orderlife.ports.notifier import NotifierOutcome
from orderlife.ports.payment import PaymentReport
from orderlife.testing.strategies import money
from tools.generate_golden import EVENTS, fields_of

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
    Money: money(min_minor=-MAX_MINOR, max_minor=MAX_MINOR),
    datetime: _TIMES,
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
