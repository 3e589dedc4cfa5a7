"""How many are inside, one by one."""

from __future__ import annotations

import pytest

from orderlife.desk.capacity import Door
from orderlife.errors import OverloadedError


def test_so_many_are_inside_and_no_more() -> None:
    """Each who leaves makes room for one."""
    door = Door(2)
    full = ("the desk, with 2 inputs under way,", 0.0)

    with door:
        for _ in range(3):
            with door, pytest.raises(OverloadedError) as caught, door:
                pytest.fail("there was no room")
            assert full == caught.value.args
        with door:
            pass
    with door, door, pytest.raises(OverloadedError), door:
        pytest.fail("there was no room")


def test_a_door_without_a_limit_counts_nobody() -> None:
    """As many come as want to."""
    door = Door()

    with door, door, door:
        assert 0 == door._inside


def test_nobody_is_inside_after_a_fork() -> None:
    """Those who were stay in the parent, and so does a lock that they hold."""
    door = Door(1)
    door.__enter__()
    door._lock.acquire()

    door.before_fork()
    door.after_fork()

    with door:
        assert 1 == door._inside


def test_a_closed_door_lets_nobody_in() -> None:
    """Whoever comes first."""
    with pytest.raises(OverloadedError) as caught, Door(0):
        pytest.fail("it was closed")
    assert ("the desk, with 0 inputs under way,", 0.0) == caught.value.args
