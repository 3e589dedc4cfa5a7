"""Many effects at once, stores without room, and an end with grace."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import AsyncOrderDesk, Line, Money, RoundResult, worker
from orderlife.errors import InputError, OverloadedError, StoreVersionError
from orderlife.ports.store import EffectState
from orderlife.testing import Clock, async_in_memory_ports
from orderlife.worker import _pace
from tests.desk.shop import ADDRESS, Shop, Through

NOW = timedelta()
LONG = timedelta(hours=1)


class Meeting:
    """A call that ends only when so many are in it at once."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)
        self.most = 0
        self.inside = 0
        self._lock = threading.Lock()

    def __call__(self, intent: Any) -> Any:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self._barrier.wait(30)
        with self._lock:
            self.inside -= 1


def test_so_many_effects_are_performed_at_once() -> None:
    """Each in a thread of its own, and never one more."""
    shop = Shop(inline=False)
    for number in range(6):
        shop.place(order_id=f"o{number}")
    met = Meeting(3)

    def authorize(intent: Any) -> Any:
        met(intent)
        return shop.bank.authorize(intent)

    gateway = Through(shop.bank, authorize=authorize)
    desk = shop.another(payment=gateway, inline=False)
    worker.run(desk, threading.Event(), concurrency=3, poll=NOW, once=True)
    assert met.most == 3
    for number in range(6):
        assert shop.view(f"o{number}").status.order == "confirmed"
    assert shop.bank.doubled() == ()


def test_no_more_is_claimed_than_is_begun() -> None:
    """A claim that waited in a queue would run out there."""
    shop = Shop(inline=False)
    for number in range(20):
        shop.place(order_id=f"o{number}")
    claimed: list[int] = []
    lock = threading.Lock()
    under_way = 0

    def claim(request: Any) -> Any:
        found = shop.ports.store.claim(request)
        with lock:
            claimed.append(under_way + len(found))
        return found

    def reserve(intent: Any) -> Any:
        nonlocal under_way
        with lock:
            under_way += 1
        found = shop.ports.inventory.reserve(intent)
        with lock:
            under_way -= 1
        return found

    desk = shop.another(
        store=Through(shop.ports.store, claim=claim),
        inventory=Through(shop.ports.inventory, reserve=reserve),
        inline=False,
    )
    worker.run(desk, threading.Event(), concurrency=4, poll=NOW, once=True)
    assert max(claimed) <= 4
    assert shop.view("o19").status.order == "confirmed"


def test_it_finishes_what_is_under_way() -> None:
    """And claims nothing more, once it is told to stop."""
    shop = Shop(inline=False)
    for number in range(5):
        shop.place(order_id=f"o{number}")
    stop = threading.Event()
    inside = Meeting(2)

    def reserve(intent: Any) -> Any:
        inside(intent)
        stop.set()
        return shop.ports.inventory.reserve(intent)

    inventory = Through(shop.ports.inventory, reserve=reserve)
    desk = shop.another(inventory=inventory, inline=False)
    told: list[RoundResult] = []
    worker.run(desk, stop, concurrency=2, poll=LONG, told=told.append)
    assert sum(swept.effects for swept in told) == 2
    states = [
        shop.effect(f"o{number}-r1:reserve:1").state for number in range(5)
    ]
    assert states == [EffectState.DONE] * 2 + [EffectState.PENDING] * 3


def test_a_signal_lets_it_stop() -> None:
    """The handler may run at any moment; a second one is for the hurry."""
    shop = Shop(inline=False)
    shop.place()
    before = signal.getsignal(signal.SIGTERM)
    stop = worker.Stop()
    assert stop.wait(0) is False

    def tell(swept: RoundResult) -> None:
        if swept.idle:
            os.kill(os.getpid(), signal.SIGTERM)

    with stop.on_signals(signal.SIGTERM):
        assert signal.getsignal(signal.SIGTERM) is not before
        worker.run(shop.desk, stop, poll=LONG, told=tell)
        assert signal.getsignal(signal.SIGTERM) is before
    assert stop.is_set()
    assert stop.wait(60) is True
    assert shop.view().status.order == "confirmed"


def test_a_store_without_room_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Longer each time, and within bounds; then all is done."""
    monkeypatch.setattr(_pace, "_FIRST", 1e-4)
    shop = Shop(inline=False)
    shop.place()
    refused = iter(
        [OverloadedError("the store", 5), OSError("ada is away")] * 3
    )

    def claim(request: Any) -> Any:
        error = next(refused, None)
        if error is not None:
            raise error
        return shop.ports.store.claim(request)

    store = Through(shop.ports.store, claim=claim)
    desk = shop.another(store=store, inline=False)
    told: list[RoundResult] = []
    stop = threading.Event()

    def tell(swept: RoundResult) -> None:
        told.append(swept)
        if swept == RoundResult():
            stop.set()

    worker.run(desk, stop, poll=NOW, told=tell)
    assert [swept.overloaded for swept in told] == [True] * 6 + [False] * 2
    assert told[1].failed == ("OSError",)
    assert told[0].failed[0].startswith("OverloadedError: the store had no")
    assert shop.view().status.order == "confirmed"


def test_an_outcome_that_finds_no_room_waits_for_its_claim_to_run_out() -> (
    None
):
    """The round ends there: what else is due would find none either."""
    shop = Shop(inline=False)
    for order_id in ("o1", "o2"):
        shop.place(order_id=order_id)

    def commit(decision: Any) -> Any:
        what = "the store"
        raise OverloadedError(what, 5)

    store = Through(shop.ports.store, commit=commit)
    swept = shop.another(store=store, inline=False).work()
    assert swept.overloaded
    assert swept.effects == 1
    assert shop.effect("o2-r1:reserve:1").state is EffectState.PENDING
    shop.clock.advance(minutes=5)
    worker.until_idle(shop.desk, advance=shop.clock.advance)
    assert shop.bank.doubled() == ()
    assert shop.view("o1").status.order == "confirmed"


def test_a_worker_goes_on_behind_an_outcome_that_found_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It begins nothing more in that round, and waits before the next."""
    monkeypatch.setattr(_pace, "_FIRST", 1e-4)
    shop = Shop(inline=False)
    for order_id in ("o1", "o2"):
        shop.place(order_id=order_id)
    refused = iter([OverloadedError("the store", 5)])

    def commit(decision: Any) -> Any:
        error = next(refused, None)
        if error is not None:
            raise error
        return shop.ports.store.commit(decision)

    store = Through(shop.ports.store, commit=commit)
    desk = shop.another(store=store, inline=False)
    told: list[RoundResult] = []
    stop = threading.Event()
    worker.run(desk, stop, poll=NOW, told=told.append, once=True)
    assert (told[0].effects, told[0].overloaded) == (1, True)
    assert shop.view("o2").status.order == "confirmed"
    assert shop.effect("o1-r1:reserve:1").state is EffectState.CLAIMED


def test_an_async_worker_goes_on_behind_it_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though it has tasks to spare."""
    monkeypatch.setattr(_pace, "_FIRST", 1e-4)

    async def main() -> list[str]:
        desk = await async_desk(2)
        store = desk.ports.store
        refused = iter([OverloadedError("the store", 5)])

        async def commit(decision: Any) -> Any:
            error = next(refused, None)
            if error is not None:
                raise error
            return await store.commit(decision)

        patched(desk, "store", commit=commit)
        await worker.run_async(
            desk, asyncio.Event(), concurrency=5, poll=NOW, once=True
        )
        return [(await desk.get(f"o{n}")).status.order for n in range(2)]

    assert sorted(asyncio.run(main())) == ["confirmed", "placed"]


def test_an_input_that_is_stored_is_not_said_to_be_lost() -> None:
    """If the store has no room for what follows, a worker does that."""
    shop = Shop()
    stored: list[Any] = []

    def commit(decision: Any) -> Any:
        stored.append(decision)
        if len(stored) > 1:
            what = "the store"
            raise OverloadedError(what, 5)
        return shop.ports.store.commit(decision)

    full = Through(shop.ports.store, commit=commit)
    desk, shop.desk = shop.desk, shop.another(store=full)
    shop.place()
    shop.desk = desk
    assert shop.view().status.order == "placed"
    shop.clock.advance(minutes=5)  # what it had claimed runs out
    assert worker.until_idle(shop.another()) == 4
    assert shop.view().status.order == "confirmed"


def test_timers_are_fired_while_all_threads_are_busy() -> None:
    """A slow provider keeps no order from its date."""
    shop = Shop(inline=False)
    shop.place(order_id="o1")
    shop.place(order_id="o2")
    worker.until_idle(shop.desk)
    until = shop.clock() + timedelta(minutes=1)
    shop.desk.orders.hold("o2", "other", until=until)
    worker.until_idle(shop.desk)
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=500)
    shop.desk.shipments.buy_label("o1-s1")
    stop = threading.Event()

    def buy_label(intent: Any) -> Any:
        shop.clock.advance(minutes=1)
        assert stop.wait(30)
        return shop.ports.carrier.buy_label(intent)

    def tell(swept: RoundResult) -> None:
        if swept.timers:
            stop.set()

    carrier = Through(shop.ports.carrier, buy_label=buy_label)
    desk = shop.another(carrier=carrier, inline=False)
    shop.place(order_id="o3")
    soon = timedelta(milliseconds=5)
    worker.run(desk, stop, concurrency=2, poll=soon, told=tell)
    assert shop.view("o2").holds == ()


def test_waits_grow_within_bounds() -> None:
    """Each is shortened by chance, so that all do not come at once."""
    pace = _pace.Pace(timedelta(seconds=10))
    for wait in (pace.idle() for _ in range(50)):
        assert 8 <= wait <= 10
    strained = [pace.strained() for _ in range(40)]
    assert 0.125 <= strained[0] <= 0.25
    assert all(15 <= wait <= 30 for wait in strained[10:])
    pace.eased()
    assert pace.strained() <= 0.25


@pytest.mark.parametrize(("luck", "share"), [(min, 0.5), (max, 1.0)])
def test_waits_double_from_a_quarter_to_half_a_minute(
    luck: Any, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which chance takes up to a half; idle ones lose a fifth."""
    monkeypatch.setattr(
        "orderlife.worker._pace.random.uniform", lambda *ends: luck(ends)
    )
    pace = _pace.Pace(timedelta(seconds=10))
    waits = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]

    for _ in range(2):
        assert [share * wait for wait in waits] == [
            pace.strained() for _ in waits
        ]
        pace.eased()
    assert (10.0 if luck is min else 8.0) == pace.idle()


def test_tables_of_another_release_end_it() -> None:
    """Waiting would mend nothing."""
    shop = Shop(inline=False)

    def claim(request: Any) -> Any:
        raise StoreVersionError(1, 2, "migrate")

    store = Through(shop.ports.store, claim=claim)
    desk = shop.another(store=store, inline=False)
    with pytest.raises(StoreVersionError):
        worker.run(desk, threading.Event())


@pytest.mark.parametrize("concurrency", [0, -1])
def test_nothing_is_done_by_nobody(concurrency: int) -> None:
    """At least one effect at a time."""
    with pytest.raises(InputError, match="must be 1 or more"):
        worker.run(Shop().desk, threading.Event(), concurrency=concurrency)


class EndedError(BaseException):
    """As the errors by which other libraries cancel their tasks."""


ENDS = [KeyboardInterrupt, SystemExit, GeneratorExit, EndedError]


@pytest.mark.parametrize("concurrency", [1, 2])
@pytest.mark.parametrize("ends", [*ENDS, asyncio.CancelledError])
def test_what_ends_a_process_goes_on_up(
    ends: type[BaseException], concurrency: int
) -> None:
    """Out of a thread, too; nothing counts as done, and its claim stays.

    What was under way beside it has ended well.
    """
    shop = Shop(inline=False)
    for order_id in ("o1", "o2"):
        shop.place(order_id=order_id)

    def reserve(intent: Any) -> Any:
        if intent.order_id == "o1":
            raise ends
        return shop.ports.inventory.reserve(intent)

    inventory = Through(shop.ports.inventory, reserve=reserve)
    desk = shop.another(inventory=inventory, inline=False)
    told: list[RoundResult] = []
    with pytest.raises(ends):
        worker.run(
            desk,
            threading.Event(),
            concurrency=concurrency,
            poll=NOW,
            told=told.append,
        )
    assert sum((each.failed for each in told), ()) == (f"o1: {ends.__name__}",)
    assert (
        sum(each.effects for each in told)
        == len(inventory.named("reserve")) - 1
    )
    assert shop.effect("o1-r1:reserve:1").state is EffectState.CLAIMED
    worker.run(desk, threading.Event(), poll=NOW, once=True)
    assert shop.view("o2").status.order == "confirmed"
    assert shop.effect("o1-r1:reserve:1").state is EffectState.CLAIMED


@pytest.mark.parametrize("ends", [*ENDS, asyncio.CancelledError])
def test_what_ends_a_process_goes_on_up_out_of_a_task(
    ends: type[BaseException],
) -> None:
    """As it was, and not in a group; its claim stays, others end well.

    An adapter that cancels itself is no exception.
    """
    told: list[RoundResult] = []

    async def scenario() -> None:
        desk = await async_desk(2)
        found = desk.ports.inventory

        async def reserve(intent: Any) -> Any:
            if intent.order_id == "o0":
                raise ends
            return await found.reserve(intent)

        patched(desk, "inventory", reserve=reserve)
        with pytest.raises(ends):
            await worker.run_async(
                desk,
                asyncio.Event(),
                concurrency=2,
                poll=NOW,
                told=told.append,
            )
        (effect,) = await desk.effects("o0")
        assert effect.state is EffectState.CLAIMED
        (effect, *_) = await desk.effects("o1")
        assert effect.state is EffectState.DONE

    asyncio.run(scenario())
    assert sum((each.failed for each in told), ()) == (f"o0: {ends.__name__}",)


def test_a_worker_that_is_cancelled_takes_its_tasks_along() -> None:
    """What they were at is in doubt then: nothing is told of it."""
    told: list[RoundResult] = []

    async def scenario() -> None:
        desk = await async_desk(1)
        begun = asyncio.Event()

        async def reserve(intent: Any) -> Any:
            begun.set()
            await asyncio.Event().wait()

        patched(desk, "inventory", reserve=reserve)
        working = asyncio.create_task(
            worker.run_async(
                desk, asyncio.Event(), concurrency=1, told=told.append
            )
        )
        await begun.wait()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        (effect,) = await desk.effects("o0")
        assert effect.state is EffectState.CLAIMED

    asyncio.run(scenario())
    assert sum((each.failed for each in told), ()) == ()


async def async_desk(orders: int, **replaced: Any) -> AsyncOrderDesk:
    """An async desk with work that is left to do."""
    clock = Clock()
    desk = AsyncOrderDesk(
        async_in_memory_ports(clock=clock), clock=clock, inline=False
    )
    for number in range(orders):
        await desk.place(
            [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
            order_id=f"o{number}",
            ship_to=ADDRESS,
            pay_with="tok_visa",
        )
    return desk


def patched(
    desk: AsyncOrderDesk, port: str, **methods: Callable[..., Any]
) -> None:
    """Replace some methods of a port."""
    found = getattr(desk.ports, port)

    class Patched:
        def __getattr__(self, name: str) -> Any:
            return methods.get(name) or getattr(found, name)

    ports: Any = {port: Patched()}
    desk.ports = attrs.evolve(desk.ports, **ports)


def test_an_async_worker_performs_so_many_at_once() -> None:
    """In tasks, and never one more."""

    async def main() -> int:
        desk = await async_desk(6)
        gateway = desk.ports.payment
        inside = most = 0
        full = asyncio.Event()

        async def authorize(intent: Any) -> Any:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            if inside == 3:
                full.set()
            await asyncio.wait_for(full.wait(), 30)
            inside -= 1
            return await gateway.authorize(intent)

        patched(desk, "payment", authorize=authorize)
        await worker.run_async(
            desk, asyncio.Event(), concurrency=3, poll=NOW, once=True
        )
        for number in range(6):
            view = await desk.get(f"o{number}")
            assert view.status.order == "confirmed"
        return most

    assert asyncio.run(main()) == 3


def test_an_async_worker_finishes_what_is_under_way() -> None:
    """It claims nothing more, and tells what has ended since."""

    async def main() -> tuple[int, list[str]]:
        desk = await async_desk(4)
        stop = asyncio.Event()
        stock = desk.ports.inventory

        async def reserve(intent: Any) -> Any:
            stop.set()
            await asyncio.sleep(0)
            return await stock.reserve(intent)

        patched(desk, "inventory", reserve=reserve)
        told: list[RoundResult] = []
        await worker.run_async(
            desk, stop, concurrency=2, poll=NOW, told=told.append
        )
        states = [
            (await desk.effects(f"o{number}"))[0].state.value
            for number in range(4)
        ]
        return sum(swept.effects for swept in told), states

    expected = (2, ["done", "done", "pending", "pending"])
    assert expected == asyncio.run(main())


def test_an_async_worker_leaves_a_store_alone_that_has_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As its twin does."""
    monkeypatch.setattr(_pace, "_FIRST", 1e-4)

    async def main() -> list[bool]:
        desk = await async_desk(1)
        store = desk.ports.store
        refused = iter([OverloadedError("the store", 5), OSError()])

        async def claim(request: Any) -> Any:
            error = next(refused, None)
            if error is not None:
                raise error
            return await store.claim(request)

        patched(desk, "store", claim=claim)
        told: list[RoundResult] = []
        stop = asyncio.Event()

        def tell(swept: RoundResult) -> None:
            told.append(swept)
            if swept == RoundResult():
                stop.set()

        await worker.run_async(desk, stop, poll=NOW, told=tell)
        return [swept.overloaded for swept in told]

    strained = asyncio.run(main())
    assert strained[:2] == [True, True]
    assert True not in strained[2:]


def test_an_async_worker_ends_for_tables_of_another_release() -> None:
    """With the error itself, and no group of it."""

    async def main() -> None:
        desk = await async_desk(1)

        async def claim(request: Any) -> Any:
            raise StoreVersionError(1, 2, "migrate")

        patched(desk, "store", claim=claim)
        await worker.run_async(desk, asyncio.Event())

    with pytest.raises(StoreVersionError):
        asyncio.run(main())


def test_timers_are_looked_at_after_so_many_effects(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that follow from others count: each order has four of them.

    A batch is performed whole; the second is of two.
    """
    monkeypatch.setattr("orderlife.worker._threads.LIMIT", 4)
    shop = Shop(inline=False)
    for number in range(3):
        shop.place(order_id=f"o{number}")
    watched = Through(shop.ports.store)
    desk = shop.another(store=watched, inline=False)
    effects: list[int] = []

    def told(result: RoundResult) -> None:
        effects.append(result.effects)

    worker.run(desk, threading.Event(), poll=NOW, told=told, once=True)
    assert effects == [4, 8, 0]
    assert len(watched.named("due_timers")) == 3


def test_an_async_worker_looks_at_timers_as_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same number: an order without a contact has three effects."""
    monkeypatch.setattr("orderlife.worker._aio.LIMIT", 3)

    async def main() -> list[int]:
        desk = await async_desk(3)
        effects: list[int] = []

        def told(result: RoundResult) -> None:
            effects.append(result.effects)

        await worker.run_async(
            desk, asyncio.Event(), poll=LONG, told=told, once=True
        )
        return effects

    assert asyncio.run(main()) == [3, 3, 3, 0]


def test_who_is_interrupted_begins_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is under way ends; what follows from it is left."""
    shop = Shop(inline=False)
    shop.place()
    inside, ends = threading.Event(), threading.Event()

    def reserve(intent: Any) -> Any:
        inside.set()
        assert ends.wait(30)
        return shop.ports.inventory.reserve(intent)

    class Interrupted(threading.Event):
        """Ctrl-C, as soon as an effect is under way."""

        def is_set(self) -> bool:
            if inside.is_set():
                raise KeyboardInterrupt
            return False

    def shutdown(pool: ThreadPoolExecutor, **options: Any) -> None:
        ends.set()
        waits(pool, **options)

    waits = ThreadPoolExecutor.shutdown
    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", shutdown)
    stock = Through(shop.ports.inventory, reserve=reserve)
    desk = shop.another(inventory=stock, inline=False)
    with pytest.raises(KeyboardInterrupt):
        worker.run(desk, Interrupted(), concurrency=2, poll=NOW)
    states = [each.state for each in shop.desk.effects("o1")]
    assert states == [EffectState.DONE, EffectState.PENDING]


def test_a_task_begins_nothing_more_where_the_worker_has_failed() -> None:
    """Whoever is told of what was done may raise."""

    async def main() -> list[str]:
        desk = await async_desk(2)
        stock = desk.ports.inventory
        inside, failed = asyncio.Event(), asyncio.Event()

        async def reserve(intent: Any) -> Any:
            if intent.order_id == "o1":
                inside.set()
                await asyncio.wait_for(failed.wait(), 30)
            else:
                await asyncio.wait_for(inside.wait(), 30)
            return await stock.reserve(intent)

        def told(_: RoundResult) -> None:
            asyncio.get_running_loop().call_soon(failed.set)
            raise OSError("gone")

        patched(desk, "inventory", reserve=reserve)
        with pytest.raises(OSError, match="gone"):
            await worker.run_async(
                desk, asyncio.Event(), concurrency=2, poll=LONG, told=told
            )
        return [each.state.value for each in await desk.effects("o1")]

    assert asyncio.run(main()) == ["done", "pending"]
