"""A copy of a frozen value with some fields changed, made quickly.

``attrs.evolve`` goes through the constructor and its keywords; a life
takes some seventy such copies.  This one moves the slots over as they
are: right for the values of the state, which have neither validators
nor converters, and several times as fast.  As attrs does for a
constructor, a function is written for each class, which moves its slots
one by one.

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
    import attrs

    _PLANS = {}

    def replace(value: T, /, **changes: Any) -> T:
        """Give a copy of a frozen value with some fields changed."""
        kind = type(value)
        plan = _PLANS.get(kind)
        if plan is None:
            plan = _PLANS[kind] = _plan(kind)
        copied, writers, memos = plan
        copy = copied(value)
        for name, field in changes.items():
            writers[name](copy, field)
        for name, sources in memos:
            if not sources.isdisjoint(changes):
                writers[name](copy, None)
        return copy

    def _plan(kind: type) -> tuple[Any, ...]:
        fields = attrs.fields(kind)
        writers = {
            field.name: getattr(kind, field.name).__set__ for field in fields
        }
        memos = [
            (field.name, frozenset(field.metadata[MEMO_OF]))
            for field in fields
            if MEMO_OF in field.metadata
        ]
        known = {f"write_{name}": write for name, write in writers.items()}
        known |= {"kind": kind, "new": kind.__new__}
        lines = [
            "def copied(value):",
            " copy = new(kind)",
            *(f" write_{name}(copy, value.{name})" for name in writers),
            " return copy",
        ]
        exec("\n".join(lines), known)  # noqa: S102, our own classes' fields
        return known["copied"], writers, memos
