"""The settings of a desk: its clock, its ids and its engine."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from orderlife._kernel.house import House
from orderlife._values.times import utc_clock
from orderlife.desk.adapters import check_adapters
from orderlife.engine.durability import Memory
from orderlife.engine.engine import Engine, Retry
from orderlife.engine.ports import AsyncPorts, Ports, is_local
from orderlife.errors import Problem, ValidationError
from orderlife.policy.model import Policy, check_policy

__all__ = ["engine_of", "new_id", "utc_now"]

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> datetime:
    """The time now, UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A new id: 20 characters that sort by their time."""
    number = time.time_ns() // 1_000_000 << 52 | secrets.randbits(52)
    letters = []
    for _ in range(20):
        number, rest = divmod(number, 32)
        letters.append(_ALPHABET[rest])
    return "".join(reversed(letters))


def engine_of(
    ports: Ports | AsyncPorts,
    policy: Policy | None,
    clock: Callable[[], datetime],
    owner: str,
    lease: timedelta,
    retry: Retry,
    house: House,
    *,
    awaits: bool,
) -> Engine:
    """Make the engine of a desk, and check its settings and adapters.

    Raises:
        ForgetfulStoreError: the store may lose its last commits, and an
            adapter can neither deduplicate nor look up.
        ValidationError: a setting is wrong, or an adapter does not fit;
            says which, and why.
    """
    if not isinstance(lease, timedelta) or lease <= timedelta():
        problem = Problem("lease", "must be a timedelta above 0")
        raise ValidationError("desk", [problem])
    house = _checked(house)
    able = check_adapters(ports, house, awaits=awaits)
    telling = [port for port in able if not house.moves(port)]
    memory = Memory(ports.store, able, telling)
    memory.fails()  # or it raises at once
    return Engine(
        clock=utc_clock(clock),
        policy=check_policy(
            Policy() if policy is None else policy, house.terms
        ),
        owner=owner or new_id(),
        capabilities=able,
        memory=memory,
        local=is_local(ports),
        lease=lease,
        retry=retry,
        house=house,
    )


def _checked(house: object) -> House:
    if isinstance(house, House):
        return house
    what = f"is a {type(house).__name__}, and no House"
    raise ValidationError("desk", [Problem("house", what)])
