"""A life as it is written: a readable JSON file, checked field by field.

::

    {
      "title": "A mug, and nothing goes wrong",
      "story": ["A guest orders a mug,", "pays by card and gets it."],
      "order": "mug",
      "policy": {"capture": "dispatch", "remorse": {"days": 30}},
      "stock": {"mug-blue": {"main": 40}},
      "steps": [
        {"at": "+0h", "do": "PlaceOrder", "by": "customer:guest",
         "with": {"lines": [ … ]}, "then": {"order": "confirmed"}},
        {"at": "+2d", "report": "Scanned", "by": "provider:carrier",
         "with": {"shipment_id": "mug-s1", "status": "delivered"},
         "note": "two days later"}
      ],
      "ends": {"order": "completed", "paid": "17.49 EUR"}
    }

A step does one thing:

=============  ========================================================
``do``         give a command; ``with`` are its fields, as the codec
               writes them, and ``by`` is who gives it
``report``     report a fact; ``at``, if it has one, is the step's
``gateway``    let the bank ``settle``, ``fail_later``, ``lapse``,
               ``dispute`` or ``close_dispute``
``carrier``    let the carrier ``settle`` or ``collect``
``warehouse``  let the warehouse ``receive`` or ``adjust``
``script``     what a port's method, or an operation, meets next:
               ``{"send": ["2 x timeout_after", "works"]}``
none of them   wait
=============  ========================================================

Any step may have ``at`` (else it is when the one before it was), a
``note`` for the reader, and what must be so after it: ``then`` (the
order's statuses, or the state of a part by its id), ``refused`` (the
error's name), ``says`` (words of it) and ``changes`` (false: nothing
new was recorded).  ``asleep`` lets the time until the step pass with
no worker at work.

Times are ``+2d 3h 15m 10s`` since the start, in ``with`` too.  The
order's id and the command's id are filled in; a ``command_id`` of its
own, or ``"notify": false``, goes into ``with``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

import attrs

from orderlife import Command, Fact, Money, Policy
from orderlife.codec import parse, structure
from orderlife.demo._reading import (
    ScenarioError,
    after,
    an_object,
    is_after,
    text_of,
    unknown,
)
from orderlife.demo.rules import policy_of
from orderlife.errors import CodecError, NotFoundError, OrderlifeError
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
    "Action",
    "Ends",
    "Outside",
    "Scenario",
    "ScenarioError",
    "Scripted",
    "Step",
    "load",
    "names",
    "read",
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


@attrs.frozen(kw_only=True)
class Ends:
    """How a life ends; None or empty: the file does not say."""

    statuses: Mapping[str, str] = attrs.field(factory=dict)
    amounts: Mapping[str, Money] = attrs.field(factory=dict)
    exceptions: tuple[str, ...] = ()
    """``short_pick: reship`` … in order; ``short_pick: open``."""
    on_hand: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Scenario:
    """A life as it was written."""

    name: str
    title: str
    story: str
    order_id: str
    policy: Policy
    stock: Mapping[tuple[str, str], int]
    steps: tuple[Step, ...]
    ends: Ends
    start: datetime = START


def names() -> tuple[str, ...]:
    """The names of the lives that come with the library, in order."""
    return tuple(_files())


def load(name: str) -> Scenario:
    """Load one of the lives that come with the library.

    Raises:
        NotFoundError: there is none of that name.
    """
    files = _files()
    if name not in files:
        raise NotFoundError("life", name, files)
    return read(name, files[name].read_text(encoding="utf-8"))


def _files() -> Mapping[str, Traversable]:
    """The files by their lives' names: ``01-guest-mug.json``, guest-mug."""
    folder = resources.files(__package__).joinpath("orders")
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".json").partition("-")[2]: file
        for file in found
        if file.name.endswith(".json")
    }


def read(name: str, text: str) -> Scenario:
    """Read a life.

    Raises:
        ScenarioError: something in it is wrong; says where.
    """
    where = f"{name}.json"
    try:
        return _Reader(where).scenario(name, parse(text))
    except OrderlifeError as error:
        said = str(error)
        if said.startswith(where):
            raise
        raise ScenarioError(f"{where}: {said}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ScenarioError(f"{where} is no life: {error!r}") from error


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
_KINDS: Final = ("do", "report", "gateway", "carrier", "warehouse", "script")
_STEP: Final = frozenset(
    (
        *("at", "with", "by", "note", "then"),
        *("refused", "says", "changes", "asleep"),
        *_KINDS,
    )
)
_STATUSES: Final = ("order", "payment", "fulfilment", "returns")
_AMOUNTS: Final = ("total", "paid", "refunded", "kept")


@attrs.frozen
class _Reader:
    """Reads one file; knows where it is, to say so."""

    where: str

    def scenario(self, name: str, data: Any) -> Scenario:
        known = frozenset(
            ("title", "story", "order", "policy", "stock", "steps", "ends")
        )
        found = an_object(data, known)
        order_id = found.get("order", name)
        return Scenario(
            name=name,
            title=text_of(found, "title"),
            story=_story(found),
            order_id=order_id,
            policy=self._policy(found.get("policy", {})),
            stock={
                (sku, place): units
                for sku, places in found.get("stock", {}).items()
                for place, units in places.items()
            },
            steps=tuple(self._steps(order_id, found.get("steps", []))),
            ends=self._ends(found.get("ends", {})),
        )

    def _steps(self, order_id: str, steps: list[Any]) -> Iterator[Step]:
        at = START
        for number, data in enumerate(steps, 1):
            kind = next((k for k in _KINDS if k in data), "wait")
            named = data.get(kind) if kind in {"do", "report"} else kind
            place = f"{self.where}, step {number} ({named})"
            try:
                step = _step(order_id, number, data, at)
            except OrderlifeError as error:
                raise ScenarioError(f"{place}: {error}") from error
            if step.at < at:
                raise ScenarioError(f"{place}: it is before the last step")
            at = step.at
            yield step

    def _policy(self, data: Any) -> Policy:
        try:
            return policy_of(data)
        except OrderlifeError as error:
            raise ScenarioError(f"{self.where}, policy: {error}") from error

    def _ends(self, data: Any) -> Ends:
        known = frozenset((*_STATUSES, *_AMOUNTS, "exceptions", "on_hand"))
        place = f"{self.where}, ends"
        try:
            found = an_object(data, known)
            amounts: dict[str, Money] = {}
            for name in _AMOUNTS:
                if name in found:
                    place = f"{self.where}, ends, {name}"
                    amounts[name] = _structured(found[name], Money)
        except OrderlifeError as error:
            raise ScenarioError(f"{place}: {error}") from error
        return Ends(
            statuses={k: v for k, v in found.items() if k in _STATUSES},
            amounts=amounts,
            exceptions=tuple(found.get("exceptions", ())),
            on_hand=found.get("on_hand", {}),
        )


def _story(data: Mapping[str, Any]) -> str:
    """Join the story's lines, where it is written in several."""
    lines = data.get("story")
    if isinstance(lines, list) and all(isinstance(x, str) for x in lines):
        return " ".join(lines)
    return text_of(data, "story")


def _step(order_id: str, number: int, data: Any, before: datetime) -> Step:
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
    kinds = [kind for kind in _KINDS if kind in data]
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
    return _structured({"type": name, **fields}, base)


def _structured(data: Any, wanted: type[T]) -> T:
    """Read by the codec; whose errors tell no values, as these files may.

    Raises:
        CodecError: it does not fit; says what, from deep inside.
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
