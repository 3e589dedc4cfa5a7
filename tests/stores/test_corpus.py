"""Lives that were stored by this release and those before still load."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import attrs
import pytest

from orderlife import Case, Event, Finding, fold, timers, violations
from orderlife.codec import SCHEMA
from orderlife.engine.summary import summary_of
from orderlife.ports.store import (
    FindDueTimers,
    FindOrders,
    FindPeople,
    OrderSummary,
)
from orderlife.worker import until_idle
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.shop import Shop
from tests.stores.sqlite import path, raw, shop_on
from tools import generate_corpus as corpus

__all__ = ["path"]

LIVES = sorted(corpus.CORPUS.glob("*/*.sql"))
NAMES = [f"{life.parent.name}/{life.stem}" for life in LIVES]


@pytest.fixture(params=LIVES, ids=NAMES)
def life(request: pytest.FixtureRequest, path: Path) -> Path:
    """A file as a release has left it."""
    found: Path = request.param
    copy = path.with_name(f"{found.stem}.db")
    with raw(copy) as file:
        file.executescript(found.read_text(encoding="utf-8"))
    return copy


def test_a_stored_life_loads(life: Path) -> None:
    """Its chain holds, its events fold to its case, its effects are read."""
    with contextlib.closing(SqliteOrderStore(life)) as store:
        store.migrate()
        desk = shop_on(store).desk
        desk.verify(corpus.ORDER)
        loaded = store.load(corpus.ORDER)
        assert loaded is not None
        case = loaded.case
        history = store.history(corpus.ORDER)
        events = cast(
            "Iterator[Event]", (recorded.event for recorded in history)
        )
        assert case == fold(corpus.ORDER, events)
        assert list(violations(case, history)) == []
        effects = store.effects(corpus.ORDER)
        assert len({effect.key for effect in effects}) == len(effects) > 0
        (summary,) = store.orders(FindOrders(customer_id="ada"))
        assert isinstance(summary, OrderSummary)
        assert summary == summary_of(case)
        far = FindDueTimers(now=history[-1].at.replace(year=2999))
        due = [each.timer for each in store.due_timers(far)]
        assert due == sorted(timers(case), key=lambda timer: timer.at)
        named = (f"{corpus.ORDER}:ship_to",)
        asked = FindPeople(order_id=corpus.ORDER, refs=named)
        people = store.people(asked)
        assert len(people) == (life.stem != "erased")


def test_a_stored_life_goes_on(life: Path) -> None:
    """What was due is done, what was waited for runs out; all holds."""
    with contextlib.closing(SqliteOrderStore(life)) as store:
        store.migrate()
        shop = shop_on(store)
        shop.clock.set(store.history(corpus.ORDER)[-1].at)
        until_idle(shop.desk, advance=shop.clock.advance)
        loaded = store.load(corpus.ORDER)
        assert loaded is not None
        history = store.history(corpus.ORDER)
        assert list(violations(loaded.case, history)) == []
        shop.desk.verify(corpus.ORDER)


OLD = corpus.CORPUS / "documents-1-tables-1"
"""What was stored while the first units had what does not divide."""


@contextlib.contextmanager
def half_way(name: str, path: Path) -> Iterator[Shop]:
    """An order that the old rule has brought half its way."""
    with raw(path) as file:
        file.executescript((OLD / f"{name}.sql").read_text(encoding="utf-8"))
    with contextlib.closing(SqliteOrderStore(path)) as store:
        store.migrate()
        shop = shop_on(store)
        for effect in store.effects(corpus.ORDER):
            port = effect.intent.port
            if port in {"payment", "inventory"}:
                # The world outside is as the release had left it.
                name = type(effect.intent).__name__.lower()
                asked = attrs.evolve(effect.intent, key=effect.key)
                getattr(getattr(shop.ports, port), name)(asked)
        shop.clock.set(store.history(corpus.ORDER)[-1].at)
        yield shop


def test_half_captured_ends_at_its_total(path: Path) -> None:
    """Four of seven units were taken by the old rule; three follow."""
    with half_way("half_captured", path) as shop:
        part = shop.desk.get(corpus.ORDER)
        assert part.paid.minor == 3999 + 761 + 286
        shop.desk.shipments.pick(f"{corpus.ORDER}-s2")
        shop.desk.shipments.pack(f"{corpus.ORDER}-s2", weight_g=500)
        shop.desk.shipments.dispatch(f"{corpus.ORDER}-s2")
        assert shop.desk.get(corpus.ORDER).paid == part.total
        shop.desk.verify(corpus.ORDER)


def test_half_refunded_ends_at_nothing(path: Path) -> None:
    """The money of four of seven units was given back by the old rule."""
    with half_way("half_refunded", path) as shop:
        desk = shop.desk
        assert desk.get(corpus.ORDER).refunded.minor == 3999 + 761 + 286
        desk.returns.request(corpus.ORDER, {"1": 3}, "defective")
        desk.returns.receive(
            "o1-t2", {"1": 3}, parcel_id="p2", at=shop.clock()
        )
        finding = Finding(
            line_id="1",
            quantity=3,
            condition="defective",
            disposition="scrap",
        )
        back = desk.returns.inspect("o1-t2", [finding])
        assert back.refunded == back.total
        assert list(violations(back.case, desk.history(corpus.ORDER))) == []


def test_every_stage_is_kept() -> None:
    """In the folder of what this release writes; see the generator."""
    kept = {life.stem for life in corpus.folder().glob("*.sql")}
    assert {stage.__name__ for stage in corpus.STAGES} == kept
    assert corpus.folder().name.startswith(f"documents-{SCHEMA}-")


def test_the_generator_leaves_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored once is never written anew; what is missing is."""
    monkeypatch.setattr(corpus, "CORPUS", tmp_path)
    monkeypatch.setattr(corpus, "STAGES", (corpus.declined, corpus.in_doubt))
    corpus.folder().mkdir(parents=True)
    old = corpus.folder() / "declined.sql"
    old.write_text("as it was")
    corpus.main()
    assert old.read_text() == "as it was"
    assert "CREATE TABLE" in (corpus.folder() / "in_doubt.sql").read_text()


def test_a_life_is_a_case() -> None:
    """The corpus is not empty."""
    assert len(LIVES) >= 11
    assert Case(order_id=corpus.ORDER).version == 0
