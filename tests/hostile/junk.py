"""Values that nobody should send, and how many of them are tried."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st

from orderlife._kernel.messages import Actor
from orderlife._values.money import Money
from orderlife._values.personal import Address, FreeText
from orderlife.errors import OrderlifeError
from orderlife.rooms.order.model import Tender

__all__ = ["JUNK", "MOST_S", "TIMES", "answered", "many"]

TIMES = int(os.environ.get("ORDERLIFE_DEEP", "1") or "1")
"""How many times as long as in the gate a search takes."""

MOST_S = 1.0
"""What must take 100 ms takes less than this on the slowest machine."""

VISA = "4111 1111 1111 1111"


def many(examples: int) -> settings:
    """So many examples, or as many times more as are asked for."""
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def _deep(depth: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    return nested


_ODD = [
    None,
    True,
    -1,
    0,
    10**30,
    -(10**4000),
    2.5,
    float("nan"),
    float("inf"),
    1j,
    Decimal("1e1000000"),
    Decimal("NaN"),
    "",
    "\0",
    "o1\0",
    "\ud800",
    "\udfff" * 3,
    "o1\n",
    "１",
    "../../etc/passwd",
    "'; drop table orders; --",
    "%s%n{0.__class__}",
    "x" * 65,
    "x" * 2**20,
    "1 " * 2**19,
    "9" * 2**20,
    VISA,
    "1e1000000",
    "1_000",
    "NaN",
    b"o1",
    bytearray(b"o1"),
    (),
    [],
    {},
    set(),
    {"1": -1},
    {None: None},
    {"1": 10**30},
    {VISA: 1},
    {"x" * 2**20: 1},
    ((),) * 6000,
    object(),
    object,
    Exception("x"),
    int,
    lambda: None,
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime(2026, 1, 1),  # noqa: DTZ001
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=23, minutes=59))),
    timedelta(1),
    Money("-1", "EUR"),
    Actor("staff", "\0"),
    Actor(7, None),  # type: ignore[arg-type]
    Tender(7, None),  # type: ignore[arg-type]
    FreeText("x"),
    Address(name=7, lines="x", city=None, country=()),  # type: ignore[arg-type]
]
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [*_ODD, _deep(50), _deep(50_000)]
)


def answered(call: Callable[[], object]) -> object:
    """What came of a call: an answer, or an error of the house.

    Anything else is raised, and so is an answer that took too long.
    """
    start = time.process_time()
    answer: object
    try:
        answer = call()
    except OrderlifeError as error:
        answer = error
        said = f"{error} {error!r}"
        assert "4111" not in said, said
        assert len(said) < 50_000
    spent = time.process_time() - start
    assert spent < MOST_S, f"took {spent:.3f} s"
    return answer
