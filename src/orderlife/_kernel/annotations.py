"""Reads from a function's annotation which classes it may give."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, partial
from typing import Any, get_args, get_origin, get_type_hints

__all__ = ["may_give", "name_of", "says_what_it_gives"]


def may_give(function: Callable[..., Any]) -> tuple[type, ...]:
    """List the classes that a function gives, by its return annotation.

    ``Iterator[AllocateStock | RecordUnits]`` gives the two; ``None`` and
    what holds them are left out.

    Raises:
        NameError: an annotation names what is not there.
    """
    return _may_give(_written(function))


def says_what_it_gives(function: Callable[..., Any]) -> bool:
    """Whether a function has a return annotation."""
    return "return" in get_type_hints(_written(function))


@cache
def _may_give(function: Callable[..., Any]) -> tuple[type, ...]:
    hints = get_type_hints(function)
    return tuple(dict.fromkeys(_classes(hints.get("return"))))


def name_of(function: Callable[..., Any]) -> str:
    """The name of a function, or of the class of what is called as one."""
    written = _behind(function)
    name: str = getattr(written, "__name__", type(written).__name__)
    return name


def _written(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the annotations."""
    written = _behind(function)
    if inspect.isroutine(written):
        return written
    called: Callable[..., Any] = type(written).__call__
    return called


def _behind(function: Any) -> Any:
    """What was written, behind all that only calls it."""
    while isinstance(function := inspect.unwrap(function), partial):
        function = function.func
    return function


def _classes(annotation: Any) -> list[type]:
    if get_origin(annotation) is not None:
        return [
            found
            for argument in get_args(annotation)
            for found in _classes(argument)
        ]
    given = isinstance(annotation, type) and annotation is not type(None)
    return [annotation] if given else []
