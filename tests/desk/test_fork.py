"""What is told of a fork; whole processes fork in tests/stores."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakSet

import pytest

from orderlife._values import forks as _fork


class Thing:
    """Takes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def before_fork(self) -> None:
        """It happens in a moment."""
        self.told.append("before")

    def after_fork(self) -> None:
        """It has happened, and this is the child."""
        self.told.append("after")


def test_whatever_lives_is_told_of_a_fork(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before it, and in the child; what is gone keeps nobody."""
    known: WeakSet[_fork.Forking] = WeakSet()
    monkeypatch.setattr(_fork, "_KNOWN", known)
    thing = _fork.told_of_forks(Thing())
    _fork.told_of_forks(Thing())
    assert list(known) == [thing]
    _fork._before()
    _fork._after()
    assert thing.told == ["before", "after"]


def test_another_thread_may_add_to_them_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then they are read once more: each is told."""

    class Disturbed(WeakSet[_fork.Forking]):
        """Is added to while it is read for the first time."""

        def __iter__(self) -> Iterator[_fork.Forking]:
            times.append(1)
            if len(times) == 1:
                raise RuntimeError("Set changed size during iteration")
            return super().__iter__()

    times: list[int] = []
    monkeypatch.setattr(_fork, "_KNOWN", Disturbed())
    thing = _fork.told_of_forks(Thing())
    _fork._before()
    assert thing.told == ["before"]
