"""What is shown of values: plain, safe for those who read it, and one way.

A kind that is shown is a line of ``SHOWN``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from orderlife._kernel.offers import Allowed, NotAllowed
from orderlife._values.personal import Personal
from orderlife._values.plain import Shown, plain_of, schema_of
from orderlife.errors import CodecError
from orderlife.ports.store import OrderSummary
from orderlife.timeline import TimelineEntry
from orderlife.views.order import OrderView
from orderlife.views.pages import CustomerView, StaffView
from orderlife.views.preview import Preview

__all__ = ["SHOWN", "schema", "shown"]


@attrs.frozen
class _Kind:
    """How values of a kind are shown."""

    of: type
    """What is given."""
    page: type[Shown]
    """What is shown of it."""
    turned: Callable[[Any, Mapping[str, Personal] | None], Shown]
    """From the one to the other, with personal data to be shown."""
    many: bool = False
    """Whether there are several: a tuple of them."""


def _itself(value: Any, _: Mapping[str, Personal] | None) -> Any:
    return value


SHOWN: Final[Mapping[str, _Kind]] = {
    "view": _Kind(OrderView, CustomerView, OrderView.customer),
    "staff_view": _Kind(OrderView, StaffView, OrderView.staff),
    "summary": _Kind(OrderSummary, OrderSummary, _itself),
    "allowed": _Kind(Allowed, Allowed, _itself, many=True),
    "not_allowed": _Kind(NotAllowed, NotAllowed, _itself, many=True),
    "preview": _Kind(Preview, Preview, _itself),
    "timeline": _Kind(TimelineEntry, TimelineEntry, _itself, many=True),
}
"""The kinds that ``plain`` shows, and of which there is a schema."""


def shown(
    value: object, kind: str, people: Mapping[str, Personal] | None
) -> Any:
    """What JSON can hold of what is shown of a value.

    Raises:
        CodecError: it is of another kind.
    """
    how = SHOWN[kind]
    if not how.many:
        return _one(value, how, kind, people)
    if not isinstance(value, tuple | list):
        raise _other(value, kind)
    return [_one(each, how, kind, people) for each in value]


def _one(
    value: object, how: _Kind, kind: str, people: Mapping[str, Personal] | None
) -> Any:
    if not isinstance(value, how.of):
        raise _other(value, kind)
    return plain_of(how.turned(value, people))


def _other(value: object, kind: str) -> CodecError:
    what = type(value).__name__
    return CodecError(f"{what} is not shown as {kind!r}")


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of what is shown of a kind.

    Raises:
        CodecError: it is none that is shown; names those there are.
    """
    how = SHOWN.get(kind) if isinstance(kind, str) else None
    if how is None:
        known = ", ".join(SHOWN)
        raise CodecError(f"no schema of that kind; there is one of {known}")
    return schema_of(tuple[how.page, ...] if how.many else how.page)  # type: ignore[name-defined]
