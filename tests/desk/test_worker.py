"""Workers do what is due, one failure does not stop them, and they stop."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import (
    AsyncOrderDesk,
    InvariantError,
    Line,
    Money,
    OrderDesk,
    OverloadedError,
    RoundResult,
    worker,
)
from orderlife.engine.calls import run
from orderlife.ports.store import EffectState, FindDueTimers
from orderlife.testing import Clock, Crash, Script, async_in_memory_ports
from tests.desk.shop import ADDRESS, Shop, Through, always

HOUR = timedelta(hours=1)


def test_a_worker_does_all_that_is_due() -> None:
    """What a desk has left undone is done, and counted."""
    shop = Shop(inline=False)
    shop.place(order_id="o1")
    shop.place(order_id="o2")
    assert worker.until_idle(shop.desk) == 8
    for order_id in ("o1", "o2"):
        assert shop.view(order_id).status.order == "confirmed"
    assert worker.until_idle(shop.desk) == 0


def test_a_worker_lets_time_pass_where_it_may() -> None:
    """Timers and waits come to pass, up to a year."""
    shop = Shop(script=Script().on("capture", Crash("before")))
    shop.place()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    shop.place(order_id="o2", pay_with="tok_declined")
    assert worker.until_idle(shop.desk) == 0
    start = shop.clock()
    assert worker.until_idle(shop.desk, advance=shop.clock.advance) > 2
    assert shop.view("o1").status.order == "completed"
    assert shop.view("o2").status.order == "expired"
    passed = shop.clock() - start
    assert timedelta(days=365) < passed < timedelta(days=367)


def test_what_never_rests_is_found() -> None:
    """A circle is an error, not an endless run."""
    shop = Shop(inline=False)
    for number in range(5):
        shop.place(order_id=f"o{number}")
    with pytest.raises(InvariantError, match="no rest after 3 rounds"):
        worker.until_idle(shop.desk, advance=lambda _: None, rounds=3)


def test_a_failing_effect_does_not_stop_the_sweep() -> None:
    """It is named, in words that hold nothing of anybody; the rest goes on."""
    shop = Shop(inline=False)
    for order_id in ("bad1", "o1"):
        shop.place(order_id=order_id)
    whole = shop.desk
    failing(shop, "bad1")
    swept = shop.desk.work()
    assert swept.failed == ("bad1-r1:reserve:1: OSError",)
    begun = sum(
        e.attempts for n in ("bad1", "o1") for e in shop.desk.effects(n)
    )
    assert swept.effects == begun
    assert not swept.idle
    assert shop.view("o1").status.order == "confirmed"
    # Its outcome was not taken down, so it is in doubt when its claim ends.
    assert shop.effect("bad1-r1:reserve:1").state is EffectState.CLAIMED
    shop.clock.advance(minutes=3)
    assert not whole.work().failed
    assert shop.view("bad1").status.order == "confirmed"


def held(shop: Shop, order_id: str, minutes: int) -> None:
    """Hold an order for some time."""
    shop.place(order_id=order_id)
    until = shop.clock() + timedelta(minutes=minutes)
    shop.desk.orders.hold(order_id, "other", until=until)


def failing(shop: Shop, *order_ids: str) -> None:
    """Let nothing of these orders be stored any more."""

    def commit(decision: Any) -> Any:
        if decision.order_id in order_ids:
            raise OSError("ada@example.org is locked")
        return shop.ports.store.commit(decision)

    shop.desk = shop.another(store=Through(shop.ports.store, commit=commit))


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_failing_timer_does_not_stop_the_others(limit: int) -> None:
    """However early it is due, and however few are fired at a time."""
    shop = Shop()
    for number, order_id in enumerate(("bad1", "bad2", "o1", "bad3", "o2")):
        held(shop, order_id, number)
    failing(shop, "bad1", "bad2", "bad3")
    shop.clock.advance(HOUR / 2)
    failed: list[str] = []
    for _ in range(3):
        failed += shop.desk.work(limit).failed
    assert "ada" not in "".join(failed)
    assert shop.view("o1").holds == ()
    assert shop.view("o2").holds == ()
    assert len(shop.view("bad1").holds) == 1
    assert sorted(failed) == [f"bad{n}: OSError" for n in (1, 2, 3)]
    shop.clock.advance(HOUR)
    assert len(shop.desk.work(limit).failed) == 3


def test_a_timer_that_another_has_fired_is_no_failure() -> None:
    """Two workers may find the same one."""
    shop = Shop()
    held(shop, "o1", 1)
    shop.clock.advance(HOUR / 2)
    request = FindDueTimers(now=shop.clock())
    found = shop.ports.store.due_timers(request)
    assert len(found) == 1
    assert shop.desk.work() == RoundResult(timers=1)
    left = iter([found])

    def once(request: FindDueTimers) -> Any:
        return next(left, ())

    late = shop.another(store=Through(shop.ports.store, due_timers=once))
    before = shop.snapshot()
    assert late.work() == RoundResult()
    assert before == shop.snapshot()


def test_timers_that_stay_are_put_off() -> None:
    """Unless their order has moved on meanwhile."""
    shop = Shop()
    held(shop, "o1", 1)
    held(shop, "o2", 2)
    shop.clock.advance(HOUR / 2)
    found = shop.ports.store.due_timers(FindDueTimers(now=shop.clock()))
    assert shop.desk.work() == RoundResult(timers=2)
    left = iter([found])
    store = Through(shop.ports.store, due_timers=lambda _: next(left, ()))
    assert shop.another(store=store).work(limit=5) == RoundResult()
    assert [each.limit for each in store.named("due_timers")] == [5, 5]
    named = [(each.order_id, each.version) for each in found]
    put_off = store.named("postpone")
    assert [(each.order_id, each.version) for each in put_off] == named
    assert not any(map(shop.ports.store.postpone, put_off))


def test_so_many_timers_are_fired_and_no_more() -> None:
    """The rest stays due."""
    shop = Shop()
    for number in range(3):
        held(shop, f"o{number}", 1)
    shop.clock.advance(HOUR / 2)
    store = Through(shop.ports.store)
    desk = shop.another(store=store)
    assert desk.work(limit=2) == RoundResult(timers=2)
    assert [each.limit for each in store.named("due_timers")] == [2]
    assert desk.work(limit=2) == RoundResult(timers=1)
    assert [each.limit for each in store.named("due_timers")] == [2, 2, 1]


def test_an_input_drives_its_own_order_and_no_other() -> None:
    """What others wait for is a worker's."""
    shop = Shop(inline=False)
    shop.place(order_id="o1")
    shop.place(order_id="o2")
    engine = shop.desk.engine
    assert run(engine.drive("o2"), shop.desk.ports) == len(
        shop.desk.effects("o2")
    )
    assert run(engine.drive("o2"), shop.desk.ports) == 0
    assert shop.effect("o1-r1:reserve:1").state is EffectState.PENDING
    assert shop.view("o2").status.order == "confirmed"


def test_an_error_of_ours_is_named_in_full() -> None:
    """It says which order would not come to rest."""
    shop = Shop()
    held(shop, "o1", 1)
    shop.clock.advance(HOUR / 2)
    error = InvariantError("no rest")
    broken = Through(shop.ports.store, load=always(error))
    assert shop.another(store=broken).work().failed == (
        "o1: InvariantError: no rest",
    )


def test_a_store_without_room_is_left_alone() -> None:
    """For a while: the rest waits."""
    shop = Shop(inline=False)
    shop.place(order_id="o1")
    shop.place(order_id="o2")
    full = OverloadedError("the store", 1.0)
    store = Through(shop.ports.store, commit=always(full))
    swept = shop.another(inline=False, store=store).work()
    assert swept.overloaded
    assert len(swept.failed) == 1


def test_a_sweep_has_its_limit() -> None:
    """So many at a time, the earliest first."""
    shop = Shop(inline=False)
    for number in range(4):
        shop.place(order_id=f"o{number}")
    assert shop.desk.work(limit=3) == RoundResult(effects=3)
    assert shop.effect("o3-r1:reserve:1").state is EffectState.PENDING


def test_a_worker_runs_until_it_is_told_to_stop() -> None:
    """It finishes its round, tells of each, and then is gone."""
    shop = Shop(inline=False)
    shop.place()
    stop = threading.Event()
    told: list[RoundResult] = []

    def tell(swept: RoundResult) -> None:
        told.append(swept)
        if swept.idle:
            stop.set()

    worker.run(shop.desk, stop, told=tell, poll=HOUR)
    assert told == [RoundResult(effects=4), RoundResult()]
    worker.run(shop.desk, stop)
    assert len(told) == 2


def test_a_worker_needs_nobody_to_listen() -> None:
    """It does its work all the same."""
    shop = Shop(inline=False)
    shop.place()
    stop = threading.Event()

    def last(intent: Any) -> Any:
        stop.set()
        return shop.post.send(intent)

    worker.run(
        shop.another(notifier=Through(shop.post, send=last), inline=False),
        stop,
    )
    assert len(shop.post.sent) == 1


def test_a_worker_that_waits_stops_at_once() -> None:
    """Whoever sets the event, from any thread, waits for nothing."""
    shop = Shop(inline=False)
    shop.place()
    stop, idle = threading.Event(), threading.Event()

    def tell(swept: RoundResult) -> None:
        if swept.idle:
            idle.set()

    thread = threading.Thread(
        target=worker.run,
        args=(shop.desk, stop),
        kwargs={"poll": HOUR, "told": tell},
    )
    thread.start()
    assert idle.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert shop.view().status.order == "confirmed"


def test_a_worker_polls_again() -> None:
    """What comes in while it waits is found the next time."""
    shop = Shop(inline=False)
    stop = threading.Event()
    rounds: list[RoundResult] = []

    def tell(swept: RoundResult) -> None:
        rounds.append(swept)
        if len(rounds) == 2:
            shop.place()
        if len(rounds) == 4:
            stop.set()

    worker.run(shop.desk, stop, told=tell, poll=timedelta())
    assert [swept.effects for swept in rounds] == [0, 0, 4, 0]


async def an_order(clock: Clock) -> AsyncOrderDesk:
    """An async desk with work that is left to do."""
    desk = AsyncOrderDesk(
        async_in_memory_ports(clock=clock), clock=clock, inline=False
    )
    await desk.place(
        [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
        order_id="o1",
        ship_to=ADDRESS,
        pay_with="tok_visa",
    )
    return desk


def test_an_async_worker_runs_until_it_is_told_to_stop() -> None:
    """While it waits, the loop is free for others, and it stops at once."""

    async def main() -> list[int]:
        desk = await an_order(Clock())
        stop = asyncio.Event()
        idle = asyncio.Event()
        rounds: list[int] = []

        def tell(swept: RoundResult) -> None:
            rounds.append(swept.effects)
            if swept.idle:
                idle.set()

        task = asyncio.create_task(
            worker.run_async(desk, stop, poll=HOUR, told=tell)
        )
        await asyncio.wait_for(idle.wait(), 10)
        assert (await desk.get("o1")).status.order == "confirmed"
        stop.set()
        await asyncio.wait_for(task, 10)
        await worker.run_async(desk, stop, told=tell)
        return rounds

    assert asyncio.run(main()) == [3, 0]


def test_an_async_worker_polls_again() -> None:
    """It needs nobody to listen, and can be cancelled."""

    async def main() -> int:
        desk = await an_order(Clock())
        store = desk.ports.store
        asked = 0
        often = asyncio.Event()

        class Counting:
            def __getattr__(self, name: str) -> Any:
                nonlocal asked
                asked += name == "due_timers"
                if asked == 5:
                    often.set()
                return getattr(store, name)

        ports: Any = Counting()
        desk.ports = attrs.evolve(desk.ports, store=ports)
        stop = asyncio.Event()
        task = asyncio.create_task(
            worker.run_async(desk, stop, poll=timedelta())
        )
        await asyncio.wait_for(often.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return asked

    assert asyncio.run(main()) >= 5


def test_two_workers_share_the_work() -> None:
    """Each effect is performed by one of them."""
    shop = Shop(inline=False)
    for number in range(8):
        shop.place(order_id=f"o{number}")
    gateway = Through(shop.bank)
    desks: list[OrderDesk] = [
        shop.another(payment=gateway, inline=False) for _ in range(4)
    ]
    threads = [
        threading.Thread(target=worker.until_idle, args=(desk,))
        for desk in desks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    worker.until_idle(shop.desk)
    keys = [i.operation_id for i in gateway.named("authorize")]
    assert sorted(keys) == [f"o{number}:authorize:1" for number in range(8)]
    assert shop.bank.doubled() == ()
