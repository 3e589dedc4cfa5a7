"""Values as a program of another language reads them: JSON, and its schema.

What is shown is a frozen class of simple fields, a ``Shown``: texts,
whole numbers, words, moments, days, money, and tuples or mappings of
them.  ``plain_of`` gives what JSON can hold of one, ``schema_of`` the
JSON Schema (2020-12) of its class.  A field that is not for others has
``HIDDEN`` as its metadata.

A ``Shown`` is returned by FastAPI as it is, and documented: Pydantic
asks it for both.  Pydantic is not imported unless it asks.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import attrs

from orderlife._values.fast_enum import OpenEnum
from orderlife._values.money import Money

__all__ = ["HIDDEN", "Shown", "core_schema_of", "plain_of", "schema_of"]

HIDDEN: Final[Mapping[str, Any]] = {"hidden": True}
"""Metadata of a field that is for the program alone, and never shown."""

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


class Shown:
    """A frozen class of simple fields, for others to read.

    Pydantic, and with it FastAPI, takes an instance as it is, and gives
    and documents what ``plain_of`` and ``schema_of`` do.
    """

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema_of(cls, plain_of)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        return schema_of(cls, whole=False)


def core_schema_of(kind: type, plain: Callable[[Any], Any]) -> Any:
    """What Pydantic is to do with values of a class.

    Args:
        kind: the class; no other value is taken for one.
        plain: gives what JSON can hold of one.
    """
    from pydantic_core import core_schema

    return core_schema.is_instance_schema(
        kind,
        # Named once in a document, wherever it is used.
        ref=f"{kind.__module__}.{kind.__qualname__}",
        serialization=core_schema.plain_serializer_function_ser_schema(plain),
    )


def plain_of(value: Any) -> Any:
    """What JSON can hold of a value.

    Money is ``{"amount": "12.50", "currency": "EUR", "minor": 1250}``,
    a moment RFC 3339 in UTC, a day ISO 8601, and a member of an
    enumeration its word.  A class is its name.

    Raises:
        TypeError: it is nothing that is shown.
    """
    match value:
        case Enum():
            return value.value
        case type():
            return value.__name__
        case None | bool() | int() | str():
            return value
        case Money():
            return {
                "amount": str(value.amount),
                "currency": value.currency,
                "minor": value.minor,
            }
        case datetime():
            told = value.astimezone(UTC).isoformat()
            return told.replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(plain_of(k)): plain_of(v) for k, v in value.items()}
        case tuple() | list():
            return [plain_of(each) for each in value]
        case Shown():
            return {
                field.name: plain_of(getattr(value, field.name))
                for field in _fields(type(value))
            }
        case _:
            message = f"{type(value).__name__} is not shown"
            raise TypeError(message)


def schema_of(kind: Any, *, whole: bool = True) -> dict[str, Any]:
    """The JSON Schema of what ``plain_of`` gives of a class.

    Titles and descriptions are those of the classes and their fields.

    Args:
        kind: a class of simple fields, or a tuple of one.
        whole: name the draft, as a schema by itself does.
    """
    schema = _schema(kind)
    return {"$schema": _DRAFT, **schema} if whole else schema


def _shown(kind: Any) -> tuple[Any, ...]:
    """The fields of a class that are shown."""
    return tuple(
        field
        for field in attrs.fields(attrs.resolve_types(kind))
        if "hidden" not in field.metadata
    )


# Of a class, which a checker does not take for hashable.
_fields: Final[Callable[[type], tuple[Any, ...]]] = cache(_shown)


_MONEY: Final[Mapping[str, Any]] = {
    "title": "Money",
    "type": "object",
    "description": "An exact amount: 1250 minor units are 12.50 EUR.",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "minor": {"type": "integer"},
    },
    "required": ["amount", "currency", "minor"],
    "additionalProperties": False,
}
_SIMPLE: Final[Mapping[Any, Mapping[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Money: _MONEY,
}
_MAPPINGS: Final = (Mapping, dict)


def _schema(kind: Any) -> dict[str, Any]:
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(each) for each in arguments]}
    if origin is type:
        return {"type": "string"}  # the name of a class
    if origin in _MAPPINGS:
        return {
            "type": "object",
            "additionalProperties": _schema(arguments[1]),
        }
    if origin in (tuple, list):
        return {"type": "array", "items": _schema(arguments[0])}
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        return {"type": "string"}  # a room may bring more words
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    if isinstance(kind, type) and issubclass(kind, Shown):
        return _object(kind)
    message = f"{kind} is not shown"
    raise TypeError(message)


def _object(kind: type) -> dict[str, Any]:
    said = _said(kind)
    fields = _fields(kind)
    return {
        "title": kind.__name__,
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "type": "object",
        "properties": {
            field.name: {
                **_schema(field.type),
                **(
                    {"description": why}
                    if (why := said.get(field.name))
                    else {}
                ),
            }
            for field in fields
        },
        "required": [field.name for field in fields],
        "additionalProperties": False,
    }


@cache
def _said(kind: type) -> Mapping[str, str]:
    """The docstrings of a class's fields, where its source is there."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        try:
            source = textwrap.dedent(inspect.getsource(base))
        except (OSError, TypeError):
            continue  # a program that is shipped without its source
        (made,) = ast.parse(source).body
        body = getattr(made, "body", [])
        for field, text in itertools.pairwise(body):
            match field, text:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str() as told)),
                ):
                    found[name] = " ".join(told.split())
                case _:
                    pass
    return found
