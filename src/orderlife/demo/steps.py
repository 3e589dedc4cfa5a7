"""One step of a life, as it is written and as it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

import attrs

from orderlife import Command, Fact
from orderlife.codec import structure
from orderlife.demo._reading import (
    ScenarioError,
    after,
    an_object,
    is_after,
    text_of,
    unknown,
)
from orderlife.errors import CodecError
from orderlife.house import HOUSE
from orderlife.testing import (
    START,
    Accept,
    Behaviour,
    Crash,
    Decline,
    FailLater,
    Pend,
    TimeOut,
)

__all__ = [
    "KINDS",
    "Action",
    "Outside",
    "Scripted",
    "Step",
    "read_step",
    "structured",
]

T = TypeVar("T")


@attrs.frozen
class Outside:
    """Something that the outside world does by itself."""

    who: Literal["gateway", "carrier", "warehouse"]
    method: str
    arguments: Mapping[str, Any]


@attrs.frozen
class Scripted:
    """What a method of a port does next."""

    behaviours: Mapping[str, tuple[Behaviour, ...]]


Action: TypeAlias = Command | Fact | Outside | Scripted | None
"""What a step does; None: it waits."""


@attrs.frozen(kw_only=True)
class Step:
    """One step of a life."""

    number: int
    """1, 2, 3 …, for whoever looks for it in the file."""
    at: datetime
    action: Action = None
    note: str = ""
    then: Mapping[str, str] = attrs.field(factory=dict)
    refused: str = ""
    says: str = ""
    changes: bool = True
    asleep: bool = False

    @property
    def name(self) -> str:
        """What it does, in a word or two."""
        match self.action:
            case None:
                return "wait"
            case Outside():
                return f"{self.action.who} {self.action.method}"
            case Scripted():
                return "script"
            case _:
                return type(self.action).__name__


_COMMANDS: Final = {kind.__name__: kind for kind in HOUSE.commands}
_FACTS: Final = {kind.__name__: kind for kind in HOUSE.facts}
_OUTSIDE: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "gateway": {
        "settle": frozenset(("operation_id", "succeed", "minor")),
        "fail_later": frozenset(("operation_id", "reason")),
        "lapse": frozenset(("operation_id",)),
        "dispute": frozenset(("operation_id", "minor", "reason")),
        "close_dispute": frozenset(("reference", "won")),
    },
    "carrier": {
        "settle": frozenset(("operation_id", "succeed")),
        "collect": frozenset(("label_id",)),
    },
    "warehouse": {
        "receive": frozenset(("sku", "place", "quantity")),
        "adjust": frozenset(("sku", "place", "delta")),
    },
}
_WORDS: Final[Mapping[str, Behaviour]] = {
    "works": Accept(),
    "declined": Decline("declined"),
    "declined_later": Decline("busy", "later"),
    "pending": Pend(),
    "fails_later": FailLater(),
    "timeout_before": TimeOut("before"),
    "timeout_after": TimeOut("after"),
    "crash_before": Crash("before"),
    "crash_after": Crash("after"),
}
KINDS: Final = ("do", "report", "gateway", "carrier", "warehouse", "script")
_STEP: Final = frozenset(
    (
        *("at", "with", "by", "note", "then"),
        *("refused", "says", "changes", "asleep"),
        *KINDS,
    )
)


def read_step(order_id: str, number: int, data: Any, before: datetime) -> Step:
    """Read a step.

    Args:
        order_id: whose life it is of.
        number: which step of it, from 1.
        data: as it is written.
        before: when the step before it was.

    Raises:
        OrderlifeError: something in it is wrong; says what.
    """
    found = an_object(data, _STEP)
    at = before
    if "at" in found:
        at = START + after(text_of(found, "at"))
    return Step(
        number=number,
        at=at,
        action=_action(order_id, number, found, at),
        note=found.get("note", ""),
        then=found.get("then", {}),
        refused=found.get("refused", ""),
        says=found.get("says", ""),
        changes=found.get("changes", True),
        asleep=found.get("asleep", False),
    )


def _action(
    order_id: str, number: int, data: Mapping[str, Any], at: datetime
) -> Action:
    kinds = [kind for kind in KINDS if kind in data]
    if len(kinds) > 1:
        raise ScenarioError(f"does {' and '.join(kinds)}: one thing a step")
    if not kinds:
        return None
    kind, fields = kinds[0], _dated(data.get("with", {}))
    match kind:
        case "do":
            common = {"order_id": order_id, "command_id": f"c{number}"}
            common["actor"] = _actor(data.get("by", "staff:desk"))
            return cast(
                "Command",
                _message(Command, _COMMANDS, data[kind], common | fields),
            )
        case "report":
            common = {"order_id": order_id}
            common["source"] = _actor(data.get("by", "provider:report"))
            if hasattr(_FACTS.get(data[kind]), "at"):
                common["at"] = at.isoformat()
            return cast(
                "Fact",
                _message(Fact, _FACTS, data[kind], common | fields),
            )
        case "script":
            return _script(data[kind])
        case _:
            return _outside(kind, data[kind], fields)


def _actor(text: str) -> Any:
    kind, _, id = text.partition(":")
    if kind not in {"customer", "staff", "system", "provider"} or not id:
        raise ScenarioError(f"by: {text!r} is no actor, such as 'staff:ops'")
    return {"kind": kind, "id": id}


def _dated(value: Any) -> Any:
    """Make dates of times since the start, at any depth."""
    if isinstance(value, dict):
        return {key: _dated(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dated(item) for item in value]
    if isinstance(value, str) and is_after(value):
        return (START + after(value)).isoformat()
    return value


def _message(
    base: Any, known: Mapping[str, Any], name: str, fields: dict[str, Any]
) -> Any:
    kind = known.get(name)
    if kind is None:
        raise ScenarioError(unknown(base.__name__.lower(), name, known))
    wanted = {field.name: field for field in attrs.fields(kind)}
    for field in fields:
        if field not in wanted:
            raise ScenarioError(f"with: {unknown('field', field, wanted)}")
    missing = [
        field.name
        for field in wanted.values()
        if field.default is attrs.NOTHING and field.name not in fields
    ]
    if missing:
        raise ScenarioError(f"with: {', '.join(missing)} must be given")
    return structured({"type": name, **fields}, base)


def structured(data: Any, wanted: type[T]) -> T:
    """Read a value by the codec, and quote what cannot be read.

    The codec's own errors quote nothing, as a document may hold personal
    data; these files hold none.

    Raises:
        CodecError: it does not fit; says what does not, and why.
    """
    try:
        return structure(data, wanted)
    except CodecError as error:
        inside = error.__cause__ or error.__context__
        if inside is None:
            raise
        raise CodecError(f"{error}: {inside}") from error


def _script(data: Any) -> Scripted:
    if not isinstance(data, dict):
        raise ScenarioError("script: expected words by method or operation")
    return Scripted(
        {
            target: tuple(each for word in words for each in _behaviours(word))
            for target, words in data.items()
        }
    )


def _behaviours(text: str) -> list[Behaviour]:
    """Read a behaviour, or several of a kind: ``8 x declined``."""
    times, _, word = text.rpartition(" x ")
    if word not in _WORDS:
        raise ScenarioError(unknown("behaviour", word, _WORDS))
    return [_WORDS[word]] * int(times or 1)


def _outside(kind: str, method: str, fields: dict[str, Any]) -> Outside:
    methods = _OUTSIDE[kind]
    if method not in methods:
        raise ScenarioError(unknown(f"doing of the {kind}", method, methods))
    for field in fields:
        if field not in methods[method]:
            problem = unknown("field", field, methods[method])
            raise ScenarioError(f"with: {problem}")
    who = cast("Literal['gateway', 'carrier', 'warehouse']", kind)
    return Outside(who, method, fields)
