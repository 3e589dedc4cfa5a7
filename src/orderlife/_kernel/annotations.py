"""Reads from a function's annotation which classes it may give."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

__all__ = ["may_give"]


@cache
def may_give(function: Callable[..., Any]) -> tuple[type, ...]:
    """List the classes that a function gives, by its return annotation.

    ``Iterator[AllocateStock | RecordUnits]`` gives the two; ``None`` and
    what holds them are left out.
    """
    hints = get_type_hints(function)
    return tuple(dict.fromkeys(_classes(hints.get("return"))))


def _classes(annotation: Any) -> list[type]:
    if get_origin(annotation) is not None:
        return [
            found
            for argument in get_args(annotation)
            for found in _classes(argument)
        ]
    given = isinstance(annotation, type) and annotation is not type(None)
    return [annotation] if given else []
