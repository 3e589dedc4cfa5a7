"""Whether the adapters of a desk fit what it asks of them.

Only what is sure is refused: a class in place of an adapter, a method
that is not there, and an answer that comes the wrong way.  A method is
async for sure if it is a coroutine function.  It is not for sure if it
is a plain function, wrapped by nothing, whose annotation says that it
gives what nobody can await: any other may give an awaitable.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from orderlife._kernel.house import House
from orderlife.engine.ports import AsyncPorts, Ports, adapter_of
from orderlife.errors import Problem, ValidationError
from orderlife.house import HOUSE
from orderlife.ports.base import Capabilities
from orderlife.ports.port import Port
from orderlife.ports.store import OrderStore

__all__ = ["check_adapters"]

_STORES: Final = tuple(
    name
    for name, member in vars(OrderStore).items()
    if inspect.isfunction(member) and not name.startswith("_")
)
"""The methods of an order store."""

_ASYNC: Final = "async: this desk awaits nothing; AsyncOrderDesk does"
_NOT_ASYNC: Final = "not async: this desk awaits answers; OrderDesk does not"


def check_adapters(
    ports: Ports | AsyncPorts, house: House, *, awaits: bool
) -> Mapping[str, Capabilities]:
    """Check the adapters of a desk, and give each port's capabilities.

    Args:
        ports: the adapters.
        house: the house of the desk.
        awaits: whether the desk awaits the answers.

    Raises:
        ValidationError: a port has no adapter, an adapter no port, an
            adapter does not fit its port, or the store another house.
    """
    problems = [
        *_store(getattr(ports, "store", None), house, awaits),
        *_faults(ports, house, awaits),
        *_strangers(getattr(ports, "more", {}), house),
    ]
    if problems:
        raise ValidationError("desk", problems)
    return {name: adapter_of(ports, name).capabilities for name in house.ports}


def _store(store: object, house: House, awaits: bool) -> Iterator[Problem]:
    """What is wrong with the order store."""
    for why in (*_unfit(store, _STORES, awaits), *_of_another(store, house)):
        yield Problem("ports.store", why)


def _of_another(store: object, house: House) -> Iterator[str]:
    """Why a store is of another house; nothing, if it does not tell."""
    theirs = getattr(store, "house", None)
    if not isinstance(theirs, House) or theirs is house:
        return
    here, there = house.contents, theirs.contents
    found = {
        "it has no room": here.keys() - there.keys(),
        "this desk has no room": there.keys() - here.keys(),
        "another room is called": {
            name
            for name in here.keys() & there.keys()
            if here[name] != there[name]
        },
    }
    differs = [
        f"{what} {', '.join(sorted(rooms))}"
        for what, rooms in found.items()
        if rooms
    ]
    if differs:
        why = "; ".join(differs)
        yield f"is of another house: {why}. Give both the same"


def _faults(
    ports: Ports | AsyncPorts, house: House, awaits: bool
) -> Iterator[Problem]:
    """What is wrong with the adapters of a house's ports."""
    for name, port in house.ports.items():
        adapter = adapter_of(ports, name)
        able = getattr(adapter, "capabilities", None)
        if isinstance(able, Capabilities) or isinstance(adapter, type):
            found = [*_unfit(adapter, _asked(port, able), awaits)]
        else:
            found = [f"is a {type(adapter).__name__}, without Capabilities"]
        for why in found:
            yield Problem(f"ports.{name}", why)


def _asked(port: Port, able: object) -> Iterator[str]:
    """The methods that a desk calls of an adapter."""
    yield from port.methods.values()
    yield from port.asking
    if isinstance(able, Capabilities) and able.queues:
        yield "fillable"


def _strangers(more: Iterable[str], house: House) -> Iterator[Problem]:
    """The adapters of no port."""
    own = sorted(house.ports.keys() - HOUSE.ports.keys())
    for name in more:
        if name in own:
            continue
        if name in HOUSE.ports:
            why = f"is a port of ours: give its adapter as {name}"
        elif own:
            why = f"is no port of a room of yours; those are: {', '.join(own)}"
        else:
            why = (
                "is no port of a room of yours: the house has no port but "
                "ours; give the desk the house with your room"
            )
        yield Problem(f"ports.more[{name!r}]", why)


def _unfit(
    adapter: object, names: Iterable[str], awaits: bool
) -> Iterator[str]:
    """Why an adapter is for sure not one with these methods."""
    if isinstance(adapter, type):
        yield f"is the class {adapter.__name__}: give an instance of it"
        return
    methods = {name: getattr(adapter, name, None) for name in names}
    lost = [name for name, method in methods.items() if not callable(method)]
    if lost:
        yield f"has no {_listed(lost)}"
    is_wrong = _is_sync if awaits else _is_async
    wrong = [name for name, method in methods.items() if is_wrong(method)]
    if wrong:
        which = f"{_listed(wrong)} {'is' if len(wrong) == 1 else 'are'}"
        yield f"{which} {_NOT_ASYNC if awaits else _ASYNC}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{name}()" for name in names)


def _is_async(method: Any) -> bool:
    """Whether it is a coroutine function, and no mock that says yes to all."""
    flags = getattr(getattr(method, "__code__", None), "co_flags", 0)
    return isinstance(flags, int) and inspect.iscoroutinefunction(method)


def _is_sync(method: Any) -> bool:
    """Whether it gives for sure what nobody can await."""
    function = method.__func__ if inspect.ismethod(method) else method
    if (
        not inspect.isfunction(function)
        or hasattr(function, "__wrapped__")
        or inspect.iscoroutinefunction(function)
        or inspect.isgeneratorfunction(function)
    ):
        return False
    try:
        gives = get_type_hints(function).get("return", Any)
    except Exception:  # noqa: BLE001, a name that only a type checker knows
        return False
    is_union = get_origin(gives) in (Union, UnionType)
    return all(map(_is_plain, get_args(gives) if is_union else (gives,)))


def _is_plain(gives: Any) -> bool:
    """Whether what a type describes is for sure no awaitable."""
    kind = get_origin(gives) or gives
    return (
        isinstance(kind, type)
        and kind is not object
        and kind is not Any
        and not hasattr(kind, "__await__")
        and not getattr(kind, "_is_protocol", False)
    )
