"""Every error is picklable, and comes out of it as it went in."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from orderlife import errors
from orderlife.errors import (
    IllegalTransitionError,
    NotFoundError,
    OrderlifeError,
    Problem,
    ValidationError,
)

ARGUMENTS = {
    "what": "PlaceOrder",
    "problems": [Problem("lines", "are missing")],
    "aggregate": "order",
    "id": "o1",
    "state": "placed",
    "asked": "cancel",
    "allowed": ["pay", "cancel"],
    "of": "order o1",
    "why": "it is late",
    "instead": "return it",
    "kind": "order",
    "known": ["o2"],
    "order_id": "o1",
    "expected": 3,
    "actual": 4,
    "command_id": "c1",
    "waited_s": 1.5,
    "found": 1,
    "wanted": 2,
    "remedy": "migrate",
    "sequence": 7,
    "package": "rich",
    "extra": "cli",
    "purpose": "a demo",
    "ports": ("payment",),
    "store": "InMemoryOrderStore",
    "function": "judge",
    "about": "return o1-t1",
    "answer": "raised KeyError",
    "told": "noon",
    "channel": "web",
    "number": "7",
    "taken_by": "o2",
    "erased": 3,
    "where": "the log",
    "room": "gift_wrap",
}
ERRORS = sorted(set(errors.__all__) - {"Problem", "ForgetfulStoreWarning"})


def made(name: str) -> OrderlifeError:
    """One of each, with every argument that it takes."""
    kind: type[OrderlifeError] = getattr(errors, name)
    ours = [base for base in kind.__mro__ if issubclass(base, OrderlifeError)]
    if not any("__init__" in vars(base) for base in ours):
        return kind("it went wrong")
    names = list(inspect.signature(kind).parameters)
    return kind(*(ARGUMENTS[each] for each in names))


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_a_pickle(name: str, protocol: int) -> None:
    """With its type, its attributes and its text."""
    error = made(name)

    again = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301

    assert type(error) is type(again)
    assert vars(error) == vars(again)
    assert error.args == again.args
    assert str(error) == str(again)
    assert str(error) == str(copy.deepcopy(error))


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_something(name: str) -> None:
    """And is one of the house's."""
    error = made(name)

    assert isinstance(error, OrderlifeError)
    assert str(error)


SAID = {
    "ValidationError": "PlaceOrder is not valid:\n  lines: are missing",
    "IllegalTransitionError": (
        "order o1 is placed: cannot cancel; possible: cancel, pay"
    ),
    "NotAllowedError": "cannot cancel order o1: it is late; return it",
    "DeniedError": "cannot cancel order o1: it is late; return it",
    "NotFoundError": "no order 'o1'; there is o2",
    "StaleVersionError": (
        "order o1 is at version 4, not 3: read it again and decide anew"
    ),
    "CommandIdReusedError": (
        "command id 'c1' of order o1 was used for a different command: "
        "a new command needs a new id"
    ),
    "OverloadedError": (
        "PlaceOrder had no room after 1.5 seconds: "
        "nothing was stored, try again later"
    ),
    "InDoubtError": (
        "the connection to PlaceOrder broke and no other was to be had: "
        "it may be stored or not; "
        "give the same input again, under the same id"
    ),
    "StoredError": (
        "what was asked of order PlaceOrder is stored, and the order could "
        "not be read again: read it later; "
        "the same input, under the same id, changes nothing"
    ),
    "StoreVersionError": (
        "the tables are at version 1, and this release works with "
        "version 2: migrate"
    ),
    "ChainBrokenError": (
        "order o1: event 7 is not what was recorded: "
        "restore it from a backup, and find out who changed it"
    ),
    "MissingExtraError": (
        "a demo needs the package 'rich': "
        "python -m pip install 'orderlife[cli]'"
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_an_error_says(name: str) -> None:
    """All that it was told, and it keeps all of that."""
    error = made(name)
    kept = ARGUMENTS | {
        "problems": (Problem("lines", "are missing"),),
        "allowed": ("cancel", "pay"),
        "known": ("o2",),
    }

    assert SAID[name] == str(error)
    expected = {each: kept[each] for each in vars(error)}
    assert expected == vars(error)
    assert tuple(expected.values()) == error.args
    assert expected


def test_what_is_not_there_is_not_said() -> None:
    """Nothing possible, nothing known."""
    final = IllegalTransitionError("order", "o1", "expired", "cancel", ())
    assert (
        "order o1 is expired: cannot cancel; "
        "possible: nothing: this state is final"
    ) == str(final)
    assert "no order 'o1'" == str(NotFoundError("order", "o1"))
    two = NotFoundError("line", "3", iter(("1", "2")))
    assert "no line '3'; there is 1, 2" == str(two)
    twice = ValidationError("X", (Problem("a", "b"), Problem("c", "d")))
    assert "X is not valid:\n  a: b\n  c: d" == str(twice)


@pytest.mark.parametrize("name", errors.__all__)
def test_an_error_is_known_by_its_public_name(name: str) -> None:
    """In tracebacks, logs and pickles, also those of other releases."""
    kind = getattr(errors, name)

    assert ("orderlife.errors", name) == (kind.__module__, kind.__qualname__)
