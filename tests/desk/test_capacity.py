"""How many inputs a desk processes at once."""

from __future__ import annotations

import pytest

from orderlife.desk.capacity import CapacityLimiter
from orderlife.errors import OverloadedError


def test_inputs_beyond_the_limit_are_refused() -> None:
    """Each that ends makes room for one more."""
    limiter = CapacityLimiter(2)
    full = ("the desk, with 2 inputs under way,", 0.0)

    with limiter:
        for _ in range(3):
            with limiter, pytest.raises(OverloadedError) as caught, limiter:
                pytest.fail("there was no room")
            assert full == caught.value.args
        with limiter:
            pass
    with limiter, limiter, pytest.raises(OverloadedError), limiter:
        pytest.fail("there was no room")


def test_without_a_limit_nothing_is_counted() -> None:
    """Any number of inputs may be under way."""
    limiter = CapacityLimiter()

    with limiter, limiter, limiter:
        assert 0 == limiter._under_way


def test_the_count_starts_anew_after_a_fork() -> None:
    """Inputs under way stay in the parent, and so does a lock they hold."""
    limiter = CapacityLimiter(1)
    limiter.__enter__()
    limiter._lock.acquire()

    limiter.before_fork()
    limiter.after_fork()

    with limiter:
        assert 1 == limiter._under_way


def test_a_limit_of_none_refuses_every_input() -> None:
    """Also the first one."""
    with pytest.raises(OverloadedError) as caught, CapacityLimiter(0):
        pytest.fail("it was closed")
    assert ("the desk, with 0 inputs under way,", 0.0) == caught.value.args
