"""What a release of old has stored in another zone than UTC goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import psycopg
import pytest

from orderlife import Line, Money, OrderDesk, violations
from orderlife._values.strict_json import write_sorted
from orderlife.ports.inventory import Reserve
from orderlife.ports.store import ClaimEffects
from orderlife.testing import Clock
from orderlife_adapters._words import plain
from tests.desk.shop import ADDRESS
from tests.zones import BERLIN

MUG = Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))
NIGHT = datetime(2026, 10, 24, 23, 50, tzinfo=UTC)
"""An order is due an hour later: in the hour that comes twice."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
File: TypeAlias = "sqlite3.Connection | psycopg.Connection[Any]"


def of_old(document: str) -> str:
    """A document as it was written by a shop with a clock in Berlin."""
    return MOMENT.sub(
        lambda found: (
            datetime.fromisoformat(found[0]).astimezone(BERLIN).isoformat()
        ),
        document,
    )


def hashed(document: str) -> str:
    """The hash of a request, as it was made of its document."""
    data = json.loads(document)["data"]
    return hashlib.sha256(write_sorted(data)).hexdigest()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of one kind or the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    return str(request.getfixturevalue("postgres_url"))


@contextlib.contextmanager
def opened(url: str) -> Iterator[File]:
    """The database, in the hands of somebody else."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        with contextlib.closing(
            sqlite3.connect(path, isolation_level=None)
        ) as file:
            yield file
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection


def age(url: str) -> None:
    """Write all documents as they were of old, and hash them so."""
    mark = "?" if url.startswith("sqlite") else "%s"
    with opened(url) as file:
        for order_id, timers in file.execute(
            "SELECT order_id, timers FROM orderlife_orders"
        ).fetchall():
            file.execute(
                f"UPDATE orderlife_orders SET timers = {mark} "  # noqa: S608
                f"WHERE order_id = {mark}",
                (of_old(timers), order_id),
            )
        for operation_id, intent in file.execute(
            "SELECT operation_id, intent FROM orderlife_effects"
        ).fetchall():
            old = of_old(plain(intent))
            file.execute(
                f"UPDATE orderlife_effects SET intent = {mark}, "  # noqa: S608
                f"request_hash = {mark} WHERE operation_id = {mark}",
                (
                    old,
                    hashlib.sha256(old.encode()).hexdigest(),
                    operation_id,
                ),
            )
            file.execute(
                f"UPDATE orderlife_operations SET request_hash = {mark} "  # noqa: S608
                f"WHERE key = {mark}",
                (hashed(old), operation_id),
            )


def placed(url: str, clock: Clock) -> OrderDesk:
    """An order whose stock is asked for, in a shop that has some."""
    desk = OrderDesk.open(url, clock=clock, inline=False, fakes=True)
    inventory: Any = desk.ports.inventory
    inventory.receive("mug", "main", 3, "delivery")
    desk.place([MUG], ship_to=ADDRESS, order_id="o1")
    return desk


def test_an_order_of_old_goes_on(url: str) -> None:
    """Its stock is reserved, and it runs out when its hour is over."""
    clock = Clock(NIGHT)
    placed(url, clock).close()
    age(url)
    with OrderDesk.open(url, clock=clock, inline=False, fakes=True) as desk:
        desk.work()
        view = desk.get("o1")
        assert () == view.exceptions
        assert "held" == view.reservations[0].state.value
        clock.advance(minutes=59)
        desk.work()
        assert "placed" == desk.get("o1").status.order
        clock.advance(minutes=1)
        desk.work()
        view = desk.get("o1")
        assert "expired" == view.status.order
        assert [] == list(violations(view.case, desk.history("o1")))


def test_a_request_whose_answer_was_lost_is_known_again(url: str) -> None:
    """The stock gives the answer that it gave of old."""
    clock = Clock(NIGHT)
    desk = placed(url, clock)
    request = ClaimEffects(
        now=clock(), until=clock.advance(minutes=2), owner="another"
    )
    (effect,) = desk.ports.store.claim(request)
    assert isinstance(effect.intent, Reserve)
    asked = attrs.evolve(effect.intent, key=effect.key)
    desk.ports.inventory.reserve(asked)  # and it died here
    desk.close()
    age(url)
    clock.advance(minutes=5)
    with OrderDesk.open(url, clock=clock, inline=False, fakes=True) as again:
        again.work()
        view = again.get("o1")

    assert () == view.exceptions
    assert "held" == view.reservations[0].state.value
