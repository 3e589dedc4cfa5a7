"""Lives that were stored by this release and those before still load."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from orderlife import AnyEvent, Case, fold, timers, violations
from orderlife.codec import SCHEMA
from orderlife.ports.store import FindDueTimers, FindOrders, OrderSummary
from orderlife.view import summary_of
from orderlife.worker import until_idle
from orderlife_adapters.sqlite import SqliteOrderStore
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
            "Iterator[AnyEvent]", (recorded.event for recorded in history)
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
        people = store.people((f"{corpus.ORDER}:ship_to",))
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
