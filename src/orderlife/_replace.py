"""A copy of a frozen value with some fields changed, made quickly.

``attrs.evolve`` goes through the constructor and its keywords; a life
takes some eighty such copies.  This one moves the slots over as they
are: right for the values of the state, which have neither validators
nor converters, and three times as fast.

A field that only keeps what was worked out of others names them in its
metadata, under ``MEMO_OF``: it is copied as long as they stay, and
empty when one of them has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

__all__ = ["MEMO_OF", "replace"]

T = TypeVar("T")
MEMO_OF: Final = "memo_of"

if TYPE_CHECKING:
    # So that a checker knows each class's fields.
    from attrs import evolve as replace
else:
    from operator import attrgetter

    import attrs

    _PLANS = {}

    def replace(value: T, /, **changes: Any) -> T:
        """Give a copy of a frozen value with some fields changed."""
        kind = type(value)
        plan = _PLANS.get(kind)
        if plan is None:
            plan = _PLANS[kind] = _plan(kind)
        places, read, writers, memos = plan
        fields = list(read(value))
        for name, field in changes.items():
            fields[places[name]] = field
        for place, sources in memos:
            if not sources.isdisjoint(changes):
                fields[place] = None
        copy = kind.__new__(kind)
        for write, field in zip(writers, fields, strict=True):
            write(copy, field)
        return copy

    def _plan(kind: type) -> tuple[Any, ...]:
        fields = attrs.fields(kind)
        found = [field.name for field in fields]
        writers = [getattr(kind, name).__set__ for name in found]
        places = {name: place for place, name in enumerate(found)}
        memos = [
            (place, frozenset(field.metadata[MEMO_OF]))
            for place, field in enumerate(fields)
            if MEMO_OF in field.metadata
        ]
        return places, attrgetter(*found), writers, memos
