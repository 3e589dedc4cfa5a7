"""Objects of an application that the command line names: ``shop:ports``."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any, TypeVar

from orderlife.errors import InputError

__all__ = ["made", "named", "value_of"]

T = TypeVar("T")


def named(name: str, option: str) -> Any:
    """The object that ``MODULE:NAME`` names.

    Args:
        name: the module, a colon, and the name in it.
        option: of the command line, for the error.

    Raises:
        InputError: there is none.
    """
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        message = f"{option} {name!r} is not of the form MODULE:NAME"
        raise InputError(message)
    try:
        found: Any = import_module(module)
    except ImportError as error:
        message = f"{option} {name!r} cannot be imported: {error}"
        raise InputError(message) from None
    for part in attribute.split("."):
        if not hasattr(found, part):
            message = f"{option} {name!r}: there is no {part!r} in {module!r}"
            raise InputError(message)
        found = getattr(found, part)
    return found


def made(found: Any, option: str, name: str) -> Any:
    """The value itself, or the result of a function without arguments.

    Raises:
        InputError: it is a function that needs arguments.
    """
    if not callable(found):
        return found
    try:
        inspect.signature(found).bind()
    except TypeError as error:
        message = f"{option} {name!r} must need no arguments: {error}"
        raise InputError(message) from None
    return found()


def value_of(name: str | None, option: str, default: T, wanted: str) -> T:
    """The object that an option names, or the default.

    Args:
        name: ``MODULE:NAME``; None: the default.
        option: of the command line, for the error.
        default: of the kind that is wanted.
        wanted: what that kind is called, after ``orderlife.``.

    Raises:
        InputError: it is of another kind than the default is.
    """
    if name is None:
        return default
    found = made(named(name, option), option, name)
    if not isinstance(found, type(default)):
        kind = type(found).__name__
        message = f"{option} {name!r} is a {kind}, and no orderlife.{wanted}"
        raise InputError(message)
    return found
