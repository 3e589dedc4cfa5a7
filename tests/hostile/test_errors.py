"""Every error is picklable, and comes out of it as it went in."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from orderlife import errors
from orderlife.errors import OrderlifeError, Problem

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
}
ERRORS = sorted(set(errors.__all__) - {"Problem"})


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
