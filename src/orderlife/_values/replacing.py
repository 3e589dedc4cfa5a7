"""A copy of a frozen value with some fields changed, made quickly.

``attrs.evolve`` goes through the constructor and its keywords; a life
takes some seventy such copies.  This one moves the slots over as they
are: right for the values of the state, which have neither validators
nor converters, and several times as fast.  As attrs does for a
constructor, a function is written that moves them one by one: for each
class, and for each set of fields that is changed.

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

    _COPIERS = {}

    def replace(value: T, /, **changes: Any) -> T:
        """Give a copy of a frozen value with some fields changed."""
        key = (type(value), *changes)
        copied = _COPIERS.get(key)
        if copied is None:
            copied = _COPIERS[key] = _copier(*key)
        return copied(value, **changes)

    def _copier(kind: type, *names: str) -> Any:
        """Write the function that copies a class but for some fields."""
        known = {"kind": kind, "new": kind.__new__}
        lines = ["copy = new(kind)"]
        for field in attrs.fields(kind):
            name = field.name
            known[f"write_{name}"] = getattr(kind, name).__set__
            source = name if name in names else f"value.{name}"
            if not set(names).isdisjoint(field.metadata.get(MEMO_OF, ())):
                source = "None"
            lines.append(f"write_{name}(copy, {source})")
        given = ", ".join(("value", "/", *names))
        body = "\n ".join((*lines, "return copy"))
        exec(f"def copied({given}):\n {body}", known)  # noqa: S102, ours
        return known["copied"]
