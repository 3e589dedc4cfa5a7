"""The settings of a desk: its clock, its ids and its engine."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from orderlife._kernel.house import House
from orderlife._values.times import utc_clock
from orderlife.engine.durability import Memory
from orderlife.engine.engine import Engine, Retry
from orderlife.engine.ports import AsyncPorts, Ports, adapter_of
from orderlife.errors import Problem, ValidationError
from orderlife.house import HOUSE
from orderlife.policy.model import Policy, check_policy
from orderlife.ports.base import Capabilities

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


def _capabilities(
    ports: Ports | AsyncPorts, house: House
) -> Mapping[str, Capabilities]:
    """The capabilities of each port's adapter.

    Raises:
        ValidationError: a port has no adapter, or an adapter no port.
    """
    found: dict[str, Capabilities] = {}
    problems = []
    for port in house.ports:
        adapter = adapter_of(ports, port)
        able = getattr(adapter, "capabilities", None)
        if isinstance(able, Capabilities):
            found[port] = able
        else:
            why = f"is a {type(adapter).__name__}, without Capabilities"
            problems.append(Problem(f"ports.{port}", why))
    for name in getattr(ports, "more", ()):
        if name not in house.ports or name in HOUSE.ports:
            own = sorted(house.ports.keys() - HOUSE.ports.keys())
            why = f"is no port of a room of yours: {', '.join(own) or 'none'}"
            problems.append(Problem(f"ports.more[{name!r}]", why))
    if problems:
        raise ValidationError("desk", problems)
    return found


def engine_of(
    ports: Ports | AsyncPorts,
    policy: Policy | None,
    clock: Callable[[], datetime],
    owner: str,
    lease: timedelta,
    retry: Retry,
    house: House,
) -> Engine:
    """Make the engine of a desk, and check its settings and adapters.

    Raises:
        ForgetfulStoreError: the store may lose its last commits, and an
            adapter can neither deduplicate nor look up.
        ValidationError: a setting is wrong; says which.
    """
    if not isinstance(lease, timedelta) or lease <= timedelta():
        problem = Problem("lease", "must be a timedelta above 0")
        raise ValidationError("desk", [problem])
    house = _checked(house)
    able = _capabilities(ports, house)
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
        lease=lease,
        retry=retry,
        house=house,
    )


def _checked(house: object) -> House:
    if isinstance(house, House):
        return house
    what = f"is a {type(house).__name__}, and no House"
    raise ValidationError("desk", [Problem("house", what)])
