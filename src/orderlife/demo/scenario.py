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
from typing import Any, Final

import attrs

from orderlife import Money, Policy
from orderlife.codec import parse
from orderlife.demo._reading import ScenarioError, an_object, text_of
from orderlife.demo.rules import policy_of
from orderlife.demo.steps import (
    KINDS,
    Action,
    Outside,
    Scripted,
    Step,
    read_step,
    structured,
)
from orderlife.errors import NotFoundError, OrderlifeError
from orderlife.testing import START

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
            kind = next((k for k in KINDS if k in data), "wait")
            named = data.get(kind) if kind in {"do", "report"} else kind
            place = f"{self.where}, step {number} ({named})"
            try:
                step = read_step(order_id, number, data, at)
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
                    amounts[name] = structured(found[name], Money)
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
