"""A copy of a frozen value with some fields changed, made quickly.

``attrs.evolve`` goes through the constructor and its keywords; a life
takes some ninety such copies.  This one moves the slots over as they
are: right for the values of the state, which have neither validators
nor converters, and several times as fast.  As attrs does for a
constructor, a function is written that moves them one by one: for each
class, and for each set of fields that is changed.

A frozen class writes to no slot, and whoever goes past that pays a call
for each.  So the copy is made open, of a class that has the same slots
and is not frozen, and becomes a value of its own class once it is
filled: a quarter of the time.  A class that inherits is filled by calls,
as a second heir might be noticed by what it inherits; so is one that can
be referred to weakly, whose slots Python will not take for another's.

``maker`` gives a constructor that is written in the same way, for what
the kernel makes by the dozen: it converts nothing.

A field that only keeps what was worked out of others names them in its
metadata, under ``MEMO_OF``: it is copied as long as they stay, and
empty when one of them has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

__all__ = ["MEMO_OF", "maker", "replace"]

T = TypeVar("T")
MEMO_OF: Final = "memo_of"

if TYPE_CHECKING:
    # So that a checker knows each class's fields.
    from attrs import evolve as replace

    def maker(kind: type[T]) -> type[T]:
        return kind

else:
    import attrs

    _COPIERS = {}
    _CLASS = object.__dict__["__class__"]
    _NO_VALUE = type(attrs.NOTHING), attrs.Factory

    def replace(value: T, /, **changes: Any) -> T:
        """Give a copy of a frozen value with some fields changed."""
        key = (type(value), *changes)
        try:
            copied = _COPIERS[key]
        except KeyError:
            copied = _COPIERS[key] = _copier(*key)
        return copied(value, changes)

    def _copier(kind: type, *names: str) -> Any:
        """Write the function that copies a class but for some fields."""
        sources = {}
        for field in attrs.fields(kind):
            name = field.name
            changed = name in names
            sources[name] = f"__new[{name!r}]" if changed else f"__old.{name}"
            if not set(names).isdisjoint(field.metadata.get(MEMO_OF, ())):
                sources[name] = "None"
        return _written(kind, "__old, __new", sources, {})

    def maker(kind: type) -> Any:
        """Give a constructor of a class, of fields as they are to be kept.

        Args:
            kind: what it makes a default of is always to be given.
        """
        known, by_place, by_name, sources = {}, [], ["*"], {}
        for field in attrs.fields(kind):
            name = sources[field.name] = field.name
            given = by_name if field.kw_only else by_place
            known[f"__default_{name}"] = field.default
            if not field.init:
                sources[name] = f"__default_{name}"
            elif isinstance(field.default, _NO_VALUE):
                given.append(name)
            else:
                given.append(f"{name}=__default_{name}")
        named = by_name if len(by_name) > 1 else ()
        return _written(kind, ", ".join((*by_place, *named)), sources, known)

    def _written(kind: type, given: str, sources: Any, known: Any) -> Any:
        """Write the function that fills the fields of a new value.

        What is not a field has a name that no field has.
        """
        loose = _open(kind)
        known = {**known, "__kind": loose or kind, "__made_of": kind.__new__}
        lines = ["__made = __made_of(__kind)"]
        for name, source in sources.items():
            known[f"__write_{name}"] = getattr(kind, name).__set__
            lines.append(
                f"__write_{name}(__made, {source})"
                if loose is None
                else f"__made.{name} = {source}"
            )
        if loose is not None:
            known |= {"__close": _CLASS.__set__, "__closed": kind}
            lines.append("__close(__made, __closed)")
        body = "\n ".join((*lines, "return __made"))
        exec(f"def filled({given}):\n {body}", known)  # noqa: S102, ours
        return known["filled"]

    def _open(kind: type) -> type | None:
        """A class of the same slots that can be written to, if any can."""
        slots = kind.__slots__
        if kind.__bases__ != (object,) or "__weakref__" in slots:
            return None
        return type(kind.__name__, (), {"__slots__": slots})
