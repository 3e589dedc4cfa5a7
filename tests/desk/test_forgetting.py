"""A store that may forget its last moments asks before it has things done."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife import (
    AsyncOrderDesk,
    Capabilities,
    ForgetfulStoreError,
    ForgetfulStoreWarning,
    Line,
    Money,
    OrderDesk,
    Ports,
)
from orderlife.engine.calls import run
from orderlife.memory.ports import async_in_memory_ports, in_memory_ports
from orderlife.ports.store import EffectState
from orderlife.testing import (
    AsyncFakeCarrier,
    AsyncFakeGateway,
    AsyncInMemoryOrderStore,
    Clock,
    Decline,
    FakeCarrier,
    FakeGateway,
    FakeNotifier,
    InMemoryOrderStore,
    Script,
)
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
)
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.adapters import an_adapter
from tests.desk.shop import (
    ADDRESS,
    BOTH,
    CONTACT,
    DEDUPLICATES,
    LOOKS_UP,
    NEITHER,
    Shop,
    Through,
)
from tests.stores.postgresql import sync_store

S = EffectState
HOUR = timedelta(hours=1)
LINE = Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))
BLIND = {
    "payment": FakeGateway(capabilities=NEITHER),
    "carrier": FakeCarrier(capabilities=NEITHER),
    "notifier": FakeNotifier(capabilities=NEITHER),
}
OFF = {"options": "-c synchronous_commit=off", "autocommit": True}


def forgetful(**adapters: Any) -> Ports:
    """Ports over a store that may forget."""
    ports = in_memory_ports(clock=Clock())
    fakes = {
        field.name: getattr(ports, field.name) for field in attrs.fields(Ports)
    }
    store = InMemoryOrderStore[Any](forgets=True)
    return Ports(**{**fakes, "store": store, **adapters})


class PowerCut:
    """A shop on a file that is back, some of its moments gone.

    The provider is elsewhere: what it did is done.
    """

    def __init__(self, path: Path, able: Capabilities, **more: Any) -> None:
        self.shop = Shop(capabilities=able, inline=False)
        self._path, self._more = path, more

    @contextlib.contextmanager
    def running(self) -> Iterator[OrderDesk]:
        """A process of the shop; what it does is in the file then."""
        settings = {"durability": "normal", **self._more}
        with contextlib.closing(
            SqliteOrderStore(self._path, **settings)
        ) as store:
            store.migrate()
            self.shop.desk = self.shop.another(store=store, inline=False)
            yield self.shop.desk
            store._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def lived(self) -> None:
        """Each effect is performed, forgotten, and performed anew."""
        kept = self._path.with_suffix(".kept")
        for _ in range(60):
            with self.running() as desk:
                done = run(desk.engine.claim(), desk.ports)
            if not done:
                return
            # The claim is in the file; a moment before, it was not.
            with contextlib.closing(sqlite3.connect(self._path)) as file:
                file.execute(
                    "UPDATE orderlife_effects SET state = 'pending', "
                    "attempts = 0, begun_at = NULL, claimed_by = '', "
                    "due_at = created_at, doubted = 0 "
                    "WHERE state = 'claimed'"
                )
                file.commit()
            shutil.copyfile(self._path, kept)
            for again in (True, False):
                with self.running() as desk:
                    claims = run(desk.engine.claim(), desk.ports)
                    run(desk.engine.attempt(claims[0]), desk.ports)
                if again:
                    shutil.copyfile(kept, self._path)
        message = "there is always something due"
        raise AssertionError(message)


@pytest.mark.parametrize("able", [LOOKS_UP, DEDUPLICATES, BOTH])
def test_what_a_power_cut_takes_happens_once(
    tmp_path: Path, able: Capabilities
) -> None:
    """Money, labels, stock and messages, at every effect of a life."""
    cut = PowerCut(tmp_path / "shop.db", able)
    with cut.running():
        cut.shop.place()
    cut.lived()
    for step in ("pick", "pack", "dispatch"):
        with cut.running() as desk:
            more = {"weight_g": 5} if step == "pack" else {}
            getattr(desk.shipments, step)("o1-s1", **more)
        cut.lived()
    with cut.running() as desk:
        states = {each.state for each in desk.effects("o1")}
    shop = cut.shop

    assert {S.DONE} == states
    for port in (shop.bank, shop.ports.carrier, shop.post):
        assert () == port.doubled()
    assert 1 == shop.captures()
    assert len(shop.post.sent) == len(set(shop.post.kinds("o1"))) > 1


def test_a_store_that_keeps_all_asks_nobody_first(tmp_path: Path) -> None:
    """The default: a call is a call."""
    for durability, asked in (("full", False), ("normal", True)):
        path = tmp_path / f"{durability}.db"
        cut = PowerCut(path, LOOKS_UP, durability=durability)
        with cut.running():
            watched = Through(cut.shop.bank)
            store = cut.shop.desk.ports.store
            cut.shop.desk = cut.shop.another(store=store, payment=watched)
            cut.shop.place()
        names = [name for name, _ in watched.calls]
        assert ["look_up", "authorize"][not asked :] == names


@pytest.mark.parametrize("looks_up", [False, True])
def test_a_key_that_may_be_old_is_not_sent_after_its_window(
    *, looks_up: bool
) -> None:
    """Nobody knows whether it was begun when it was asked for."""
    able = Capabilities(deduplicates=True, window=HOUR, looks_up=looks_up)
    shop = Shop(capabilities=able, inline=False)
    shop.ports.store.may_forget = True
    shop.desk = shop.another(inline=False)
    shop.place()
    while "o1:notify:8" not in {
        each.operation_id for each in shop.desk.effects("o1")
    }:
        shop.desk.work(limit=1)
    (mail,) = run(shop.desk.engine.claim(), shop.ports)
    name, key = mail.effect.operation_id, mail.effect.key
    asked: Any = attrs.evolve(mail.effect.intent, key=key)
    shop.post.send(asked)
    assert shop.ports.store.forget(name)
    shop.clock.advance(HOUR)
    shop.rest()

    assert 1 == len(shop.post.sent)
    assert shop.effect(name).state is (S.DONE if looks_up else S.ATTENTION)


def test_a_key_of_a_retry_is_not_sent_after_its_window() -> None:
    """It may have been used for the first time when the effect was new."""
    able = Capabilities(deduplicates=True, window=HOUR)
    script = Script().on("send", Decline("busy", "later"))
    shop = Shop(capabilities=able, inline=False, script=script)
    shop.ports.store.may_forget = True
    shop.desk = shop.another(inline=False)
    shop.place()
    name = "o1:notify:8"
    shop.rest()
    assert shop.effect(name).state is S.PENDING  # it was busy
    shop.clock.advance(timedelta(minutes=5))
    (mail,) = run(shop.desk.engine.claim(), shop.ports)
    asked: Any = attrs.evolve(mail.effect.intent, key=mail.effect.key)
    shop.post.send(asked)
    assert mail.effect.key.endswith("#2")
    assert shop.ports.store.forget(name)
    shop.clock.advance(HOUR)
    run(shop.desk.engine.claim(), shop.ports)  # and dies
    shop.clock.advance(timedelta(minutes=5))
    shop.rest()

    assert 1 == len(shop.post.sent)
    assert shop.effect(name).state is S.ATTENTION


@pytest.mark.parametrize("port", ["payment", "carrier"])
def test_what_nobody_can_find_out_is_refused(port: str) -> None:
    """When the desk is made, of either kind; it says what can be done."""
    said = (
        rf"InMemoryOrderStore may forget .* adapter of {port} neither .* "
        r"\(durability='full' .* can be asked"
    )
    with pytest.raises(ForgetfulStoreError, match=said) as caught:
        OrderDesk(forgetful(**{port: BLIND[port]}))
    assert (port,) == caught.value.ports
    store = AsyncInMemoryOrderStore(InMemoryOrderStore[Any](forgets=True))
    fakes: Any = async_in_memory_ports(clock=Clock())
    blind: dict[str, Any] = {
        "payment": AsyncFakeGateway,
        "carrier": AsyncFakeCarrier,
    }
    adapter = blind[port](BLIND[port])
    ports = attrs.evolve(fakes, **{"store": store, port: adapter})
    with pytest.raises(ForgetfulStoreError, match=rf"of {port} neither"):
        AsyncOrderDesk(ports)


def test_goods_are_not_moved_in_the_blind_either() -> None:
    """By a stock of the application's own, of which nothing is known."""
    shelves = an_adapter("inventory", NEITHER)
    with pytest.raises(ForgetfulStoreError, match="payment and inventory"):
        OrderDesk(forgetful(inventory=shelves, payment=BLIND["payment"]))


def test_a_message_that_may_go_out_twice_is_warned_of() -> None:
    """Once, when the desk is made; and then it is sent."""
    post = FakeNotifier(capabilities=NEITHER)
    with pytest.warns(ForgetfulStoreWarning, match="of notifier") as warned:
        desk = OrderDesk(forgetful(notifier=post))
    desk.place(
        [LINE],
        order_id="o1",
        ship_to=ADDRESS,
        contact=CONTACT,
        pay_with="tok_visa",
    )

    assert 1 == len(warned)
    assert 1 == len(post.sent)


def test_a_file_says_what_it_may_forget(tmp_path: Path) -> None:
    """So does a transaction on a connection of the application's."""
    path = tmp_path / "shop.db"
    for durability, forgets in (("full", False), ("normal", True)):
        settings: Any = {"durability": durability}
        with contextlib.closing(SqliteOrderStore(path, **settings)) as store:
            store.migrate()
            assert forgets is store.may_forget
            with contextlib.closing(sqlite3.connect(path)) as own:
                own.row_factory = sqlite3.Row
                for level in ("OFF", "NORMAL", "FULL", "EXTRA"):
                    own.execute(f"PRAGMA synchronous = {level}")
                    joined = store.joined(own)
                    assert joined.may_forget is (level in {"OFF", "NORMAL"})
    url = f"sqlite:///{path}?durability=normal"
    blind: Any = BLIND
    with pytest.raises(ForgetfulStoreError):
        OrderDesk.open(url, payment=blind["payment"], fakes=True)
    with OrderDesk.open(path, payment=blind["payment"], fakes=True) as desk:
        assert desk.ports.store.may_forget is False


def test_postgresql_says_what_it_may_forget(postgres_url: str) -> None:
    """As its sessions do; a database that is away says nothing yet."""
    with sync_store(postgres_url) as store:
        assert store.may_forget is False
        assert store.migrate() > 0
    with ConnectionPool(postgres_url, kwargs=OFF, open=True) as pool:
        store = PostgresOrderStore(pool)
        assert store.may_forget is True
        with pytest.raises(ForgetfulStoreError, match="PostgresOrderStore"):
            OrderDesk(
                attrs.evolve(forgetful(payment=BLIND["payment"]), store=store)
            )
    closed = PostgresOrderStore(ConnectionPool(postgres_url, open=False))
    assert closed.may_forget is False


def test_async_desks_learn_what_postgresql_may_forget(
    postgres_url: str,
) -> None:
    """When the tables are checked; or else by their first claim.

    Nothing is performed then: the claim runs out.
    """
    with sync_store(postgres_url) as made:
        made.migrate()
    bank = FakeGateway(capabilities=NEITHER)

    async def lived() -> None:
        async with AsyncConnectionPool(
            postgres_url, kwargs=OFF, open=False
        ) as pool:
            await pool.open()
            store = AsyncPostgresOrderStore(pool)
            fakes: Any = async_in_memory_ports(clock=Clock())
            payment = AsyncFakeGateway(bank)
            ports = attrs.evolve(fakes, store=store, payment=payment)
            assert store.may_forget is False
            desk = AsyncOrderDesk(ports, inline=False)
            await desk.place(
                [LINE], order_id="o1", ship_to=ADDRESS, pay_with="tok_visa"
            )
            failed = (await desk.work()).failed
            assert "may forget its last moments" in failed[0]
            assert store.may_forget is True
            with pytest.raises(ForgetfulStoreError):
                AsyncOrderDesk(ports)
            checked = AsyncPostgresOrderStore(pool)
            await checked.check()
            assert checked.may_forget is True
            fresh = AsyncPostgresOrderStore(pool)
            assert 0 == await fresh.migrate()
            assert fresh.may_forget is True

    asyncio.run(lived())
    assert () == tuple(bank.effects)
