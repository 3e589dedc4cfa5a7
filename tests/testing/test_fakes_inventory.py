"""The inventory in memory: atomic, honest about time, never oversold."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import attrs
import pytest

from orderlife.errors import InputError, InvariantError, PortError
from orderlife.memory.clock import START
from orderlife.ports.base import NotKnown, Unknown
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Demand,
    Disposition,
    HeldStock,
    InventoryStore,
    Release,
    Reserve,
    Restock,
    Shortage,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.testing import (
    Clock,
    Crash,
    Decline,
    InMemoryInventory,
    Level,
    Script,
    TimeOut,
)

SOON = START + timedelta(minutes=30)
CELLS = {("mug", "north"): 2, ("mug", "south"): 5}


def demand(
    quantity: int, line_id: str = "l1", sku: str = "mug", place: str = ""
) -> Demand:
    """Want some units for a line."""
    return Demand(line_id=line_id, sku=sku, quantity=quantity, place=place)


def item(
    quantity: int, line_id: str = "l1", sku: str = "mug", place: str = "main"
) -> StockItem:
    """Name some units at a place."""
    return StockItem(line_id=line_id, sku=sku, place=place, quantity=quantity)


def reserve(
    *demands: Demand,
    reservation: str = "r1",
    number: int = 1,
    until: datetime = SOON,
    partial: bool = False,
    dry_run: bool = False,
) -> Reserve:
    """Ask for stock to be held."""
    return Reserve(
        operation_id=f"{reservation}:reserve:{number}",
        order_id="o1",
        reservation_id=reservation,
        demands=demands,
        until=until,
        partial=partial,
        dry_run=dry_run,
    )


def allocate(reservation: str = "r1", number: int = 1) -> Allocate:
    """Ask for a hold to become an allocation."""
    return Allocate(
        operation_id=f"{reservation}:allocate:{number}",
        order_id="o1",
        reservation_id=reservation,
    )


def consume(
    *items: StockItem, number: int = 1, written_off: bool = False
) -> Consume:
    """Say that units of the first reservation have left."""
    return Consume(
        operation_id=f"r1:consume:{number}",
        order_id="o1",
        reservation_id="r1",
        items=items,
        written_off=written_off,
    )


def release(
    *items: StockItem, number: int = 1, reservation: str = "r1"
) -> Release:
    """Ask for units of a reservation to be given back."""
    return Release(
        operation_id=f"{reservation}:release:{number}",
        order_id="o1",
        reservation_id=reservation,
        items=items,
    )


def restock(
    quantity: int,
    disposition: Disposition,
    previous: Disposition | None = None,
    number: int = 1,
) -> Restock:
    """Take returned mugs in, or put them elsewhere."""
    return Restock(
        operation_id=f"o1-b1:restock:{number}",
        order_id="o1",
        subject="o1-b1",
        items=(item(quantity),),
        disposition=disposition,
        previous=previous,
    )


def shop(
    units: int = 10, script: Script | None = None
) -> tuple[InMemoryInventory, Clock]:
    """Open a shop with some mugs."""
    clock = Clock()
    return InMemoryInventory({"mug": units}, clock, script=script), clock


def kinds(stock: InMemoryInventory) -> list[str]:
    """Name the movements after the first."""
    return [row.kind for row in stock.movements()[1:]]


def test_is_an_inventory_store() -> None:
    """The fake keeps to the port, as mypy can tell."""
    stock: InventoryStore = shop()[0]
    assert stock.capabilities.deduplicates


def test_moves_units_from_hold_to_shipment() -> None:
    """Each step moves units, and every movement names its cause."""
    stock, _ = shop()
    assert stock.reserve(reserve(demand(3))) == HeldStock(items=(item(3),))
    assert stock.level("mug") == Level(on_hand=10, available=7, held=3)
    assert stock.allocate(allocate()) == StockChanged()
    assert stock.level("mug") == Level(on_hand=10, available=7, allocated=3)
    assert stock.consume(consume(item(2))) == StockChanged()
    assert stock.release(release(item(1))) == StockChanged()
    assert stock.level("mug") == Level(on_hand=8, available=8)
    assert [
        (row.sequence, row.kind, row.quantity, row.cause)
        for row in stock.movements()
    ] == [
        (1, "received", 10, "initial"),
        (2, "held", 3, "r1:reserve:1"),
        (3, "allocated", 3, "r1:allocate:1"),
        (4, "consumed", 2, "r1:consume:1"),
        (5, "released", 1, "r1:release:1"),
    ]
    stock.check()


def test_same_operation_moves_stock_once() -> None:
    """Whatever is asked again under its id gets the first answer."""
    stock, _ = shop()
    for _ in range(2):
        assert isinstance(stock.reserve(reserve(demand(4))), HeldStock)
    for _ in range(2):
        assert stock.consume(consume(item(1))) == StockChanged()
    for _ in range(2):
        assert stock.restock(restock(1, "restock")) == StockChanged()
    assert stock.level("mug") == Level(on_hand=10, available=7, held=3)
    with pytest.raises(PortError, match="another content"):
        stock.reserve(reserve(demand(5)))
    stock.check()


def test_look_up_gives_the_answer() -> None:
    """Of what was asked; of what never came it knows nothing."""
    stock, _ = shop()
    answer = stock.reserve(reserve(demand(1)))
    assert stock.look_up(reserve(demand(1))) == answer
    assert stock.look_up(allocate()) == NotKnown()


def test_lines_of_one_sku_share_its_stock() -> None:
    """Two lines that fit alone and not together are short (Medusa 16502)."""
    stock, _ = shop(5)
    both = reserve(demand(3, "l1"), demand(3, "l2"))
    assert stock.reserve(both) == StockShort(
        shortages=(Shortage(sku="mug", wanted=6, available=5),)
    )
    assert stock.level("mug").held == 0


def test_all_or_nothing_over_all_skus() -> None:
    """One SKU that is short leaves the others untouched."""
    clock = Clock()
    stock = InMemoryInventory({"mug": 5, "cup": 1}, clock)
    answer = stock.reserve(reserve(demand(1), demand(2, "l2", "cup")))
    assert answer == StockShort(
        shortages=(Shortage(sku="cup", wanted=2, available=1),)
    )
    assert len(stock.movements()) == 2


def test_partial_takes_what_there_is() -> None:
    """The rest is named line by line."""
    stock, _ = shop(4)
    intent = reserve(demand(3, "l1"), demand(3, "l2"), partial=True)
    assert stock.reserve(intent) == HeldStock(
        items=(item(3, "l1"), item(1, "l2")), short=(demand(2, "l2"),)
    )
    stock.check()


def test_dry_run_answers_the_same_and_changes_nothing() -> None:
    """A check is the reservation itself, without its effect."""
    stock, _ = shop(4)
    dry = reserve(demand(3), dry_run=True)
    assert stock.reserve(dry) == HeldStock(items=(item(3),))
    assert stock.look_up(dry) == NotKnown()
    assert stock.reserve(reserve(demand(3), number=2)) == (
        HeldStock(items=(item(3),))
    )
    assert isinstance(stock.reserve(dry), StockShort)
    stock.check()


@pytest.mark.parametrize(
    ("demands", "items"),
    [
        ((demand(1),), (item(1, place="north"),)),
        ((demand(4),), (item(4, place="south"),)),
        ((demand(6),), (item(2, place="north"), item(4, place="south"))),
        ((demand(1, place="south"),), (item(1, place="south"),)),
        (
            (demand(5, "l1"), demand(2, "l2", place="south")),
            (
                item(2, "l1", place="north"),
                item(3, "l1", place="south"),
                item(2, "l2", place="south"),
            ),
        ),
    ],
)
def test_places_are_chosen_the_same_way_every_time(
    demands: tuple[Demand, ...], items: tuple[StockItem, ...]
) -> None:
    """The first place that can serve all of a demand, or else several."""
    stock = InMemoryInventory(CELLS, Clock())
    assert stock.reserve(reserve(*demands)) == HeldStock(items=items)
    stock.check()


def test_demand_of_a_place_is_not_served_from_another() -> None:
    """What must come from the north cannot come from the south."""
    stock = InMemoryInventory(CELLS, Clock())
    assert stock.reserve(reserve(demand(3, place="north"))) == StockShort(
        shortages=(Shortage(sku="mug", wanted=3, available=2),)
    )


def test_negative_place_hides_no_stock_elsewhere() -> None:
    """Each place is clamped by itself (Saleor 17170), and the books show."""
    cells = {("mug", "north"): -3, ("mug", "south"): 2}
    stock = InMemoryInventory(cells, Clock())
    assert isinstance(stock.reserve(reserve(demand(2))), HeldStock)
    with pytest.raises(InvariantError, match="invariant 12, mug at north"):
        stock.check()


def test_hold_runs_out_on_its_date() -> None:
    """From then on its units are anybody's, without anybody's doing."""
    stock, clock = shop(3)
    stock.reserve(reserve(demand(3)))
    clock.set(SOON - timedelta(seconds=1))
    later = SOON + timedelta(hours=1)
    other = reserve(demand(1), reservation="r2", until=later)
    assert isinstance(stock.reserve(other), StockShort)
    clock.set(SOON)
    assert stock.level("mug") == Level(on_hand=3, available=3)
    (expired,) = (row for row in stock.movements() if row.kind == "expired")
    assert (expired.at, expired.cause) == (SOON, "r1:reserve:1")
    stock.check()


def test_allocated_stock_has_no_time_limit() -> None:
    """What belongs to an order does not run out."""
    stock, clock = shop(3)
    stock.reserve(reserve(demand(3)))
    stock.allocate(allocate())
    clock.advance(days=30)
    assert stock.level("mug").allocated == 3
    assert stock.allocate(allocate(number=2)) == StockChanged()
    stock.check()


def test_expired_hold_is_allocated_if_its_units_are_there() -> None:
    """Late is not lost, as long as nobody has taken them."""
    stock, clock = shop(3)
    stock.reserve(reserve(demand(3)))
    clock.set(SOON)
    assert stock.allocate(allocate()) == StockChanged()
    assert stock.level("mug") == Level(on_hand=3, allocated=3)
    stock.check()


def test_expired_hold_is_gone_if_its_units_are_taken() -> None:
    """Lines of one SKU are summed here too."""
    stock, clock = shop(3)
    stock.reserve(reserve(demand(1, "l1"), demand(1, "l2")))
    clock.set(SOON)
    later = SOON + timedelta(hours=1)
    stock.reserve(reserve(demand(2), reservation="r2", until=later))
    assert isinstance(stock.allocate(allocate()), StockGone)
    assert isinstance(
        stock.consume(consume(item(1), item(1, "l2"))), StockGone
    )
    assert stock.consume(consume(item(1), number=2)) == StockChanged()
    assert stock.level("mug") == Level(on_hand=2, held=2)
    stock.check()


def test_clock_that_jumps_back_revives_nothing() -> None:
    """A hold ends once; that it was judged too early cannot be undone."""
    stock, clock = shop(3)
    stock.reserve(reserve(demand(3)))
    clock.set(SOON)
    assert stock.level("mug").available == 3
    clock.set(START, backwards=True)
    assert stock.level("mug").held == 0
    stock.check()


def test_backordered_reservation_is_reserved_again() -> None:
    """Under its own id, with a new operation, when goods have come in."""
    stock, _ = shop(0)
    first = reserve(demand(2), partial=True)
    assert stock.reserve(first) == HeldStock(items=(), short=(demand(2),))
    assert isinstance(stock.allocate(allocate()), StockGone)
    stock.receive("mug", "main", 5, "delivery-1")
    again = reserve(demand(2), number=2)
    assert stock.reserve(again) == HeldStock(items=(item(2),))
    assert stock.allocate(allocate(number=3)) == StockChanged()
    stock.check()


def test_hold_renewed_before_it_expires_is_a_defect() -> None:
    """A live reservation is not reserved over; an expired one may be."""
    stock, clock = shop(3)
    stock.reserve(reserve(demand(2)))
    later = reserve(demand(2), number=2, until=SOON + timedelta(hours=1))
    with pytest.raises(PortError, match="has stock already"):
        stock.reserve(later)
    clock.set(SOON)
    assert isinstance(stock.reserve(later), HeldStock)
    clock.advance(minutes=30)
    assert stock.level("mug").held == 2
    stock.check()


def test_consume_is_all_or_nothing() -> None:
    """More than the reservation has cannot leave with it."""
    stock, _ = shop()
    stock.reserve(reserve(demand(2)))
    for number, items in enumerate(
        [(item(3),), (item(1), item(1, "l9")), (item(1, place="south"),)]
    ):
        answer = stock.consume(consume(*items, number=number))
        assert isinstance(answer, StockGone)
    nothing = consume(item(1), number=8)
    unknown = attrs.evolve(nothing, reservation_id="r9")
    assert isinstance(stock.consume(unknown), StockGone)
    assert stock.consume(consume(number=9)) == StockChanged()
    assert stock.level("mug") == Level(on_hand=10, available=8, held=2)
    stock.check()


def test_goods_that_were_not_there_are_written_off() -> None:
    """A short pick leaves the books, and is no shipment."""
    stock, _ = shop()
    stock.reserve(reserve(demand(2)))
    stock.consume(consume(item(2), written_off=True))
    assert kinds(stock) == ["held", "written_off"]
    stock.check()


def test_allocation_that_comes_after_the_goods_left_is_done() -> None:
    """What was consumed has been the order's: there is nothing to mend."""
    stock, _ = shop()
    stock.reserve(reserve(demand(2)))
    stock.consume(consume(item(2)))
    assert stock.allocate(allocate()) == StockChanged()
    assert stock.level("mug") == Level(on_hand=8, available=8)
    stock.check()


def test_release_gives_back_what_there_is() -> None:
    """Nothing to give back is no error, and nothing comes back twice."""
    stock, clock = shop(5)
    assert stock.release(release(item(1), number=1)) == StockChanged()
    stock.reserve(reserve(demand(2)))
    assert stock.release(release(item(1), number=2)) == StockChanged()
    assert stock.release(release(item(9), number=3)) == StockChanged()
    assert stock.release(release(item(1), number=4)) == StockChanged()
    assert stock.level("mug") == Level(on_hand=5, available=5)
    assert isinstance(stock.allocate(allocate()), StockGone)
    stock.reserve(reserve(demand(2), number=2))
    clock.set(SOON)
    assert stock.release(release(item(2), number=5)) == StockChanged()
    assert isinstance(stock.allocate(allocate(number=2)), StockGone)
    assert kinds(stock) == ["held", "released", "released", "held", "expired"]
    stock.check()


@pytest.mark.parametrize(
    ("disposition", "level", "moved"),
    [
        ("restock", Level(on_hand=12, available=12), ["returned"]),
        (
            "refurbish",
            Level(on_hand=12, available=10, unavailable=2),
            ["returned"],
        ),
        (
            "quarantine",
            Level(on_hand=12, available=10, unavailable=2),
            ["returned"],
        ),
        (
            "scrap",
            Level(on_hand=10, available=10),
            ["returned", "written_off"],
        ),
        ("return_to_vendor", Level(on_hand=10, available=10), []),
        ("return_to_customer", Level(on_hand=10, available=10), []),
    ],
)
def test_returned_goods_go_where_their_disposition_says(
    disposition: Disposition, level: Level, moved: list[str]
) -> None:
    """Only what is restocked can be sold again."""
    stock, _ = shop()
    assert stock.restock(restock(2, disposition)) == StockChanged()
    assert stock.level("mug") == level
    assert kinds(stock) == moved
    stock.check()


@pytest.mark.parametrize(
    ("before", "after", "level", "moved"),
    [
        ("quarantine", "restock", Level(on_hand=12, available=12), ["moved"]),
        (
            "restock",
            "quarantine",
            Level(on_hand=12, available=10, unavailable=2),
            ["moved"],
        ),
        (
            "quarantine",
            "refurbish",
            Level(on_hand=12, available=10, unavailable=2),
            [],
        ),
        (
            "quarantine",
            "scrap",
            Level(on_hand=10, available=10),
            ["written_off"],
        ),
        (
            "refurbish",
            "return_to_vendor",
            Level(on_hand=10, available=10),
            ["consumed"],
        ),
        ("scrap", "restock", Level(on_hand=12, available=12), ["returned"]),
    ],
)
def test_disposition_can_be_changed(
    before: Disposition, after: Disposition, level: Level, moved: list[str]
) -> None:
    """The units are moved from where they were put before."""
    stock, _ = shop()
    stock.restock(restock(2, before))
    so_far = len(kinds(stock))
    answer = stock.restock(restock(2, after, before, number=2))
    assert answer == StockChanged()
    assert stock.level("mug") == level
    assert kinds(stock)[so_far:] == moved
    stock.check()


def test_disposition_of_what_was_sold_again_cannot_be_changed() -> None:
    """Units that are not where they were put are gone."""
    stock, _ = shop(0)
    stock.restock(restock(2, "restock"))
    stock.reserve(reserve(demand(1)))
    change = restock(2, "quarantine", "restock", number=2)
    assert stock.restock(change) == StockGone(
        "they are not available any more"
    )
    stock.check()


def test_goods_come_in_once_for_each_delivery() -> None:
    """The delivery note is the key; another number under it is an error."""
    stock, _ = shop(1)
    for _ in range(2):
        assert stock.receive("mug", "south", 4, "d1") == StockChanged()
    stock.receive("cup", "south", 4, "d1")
    assert stock.level("mug") == Level(on_hand=5, available=5)
    assert stock.level("mug", "south") == Level(on_hand=4, available=4)
    assert set(stock.levels()) == {
        ("mug", "main"),
        ("mug", "south"),
        ("cup", "south"),
    }
    with pytest.raises(PortError, match="d1 came again with 5 units"):
        stock.receive("mug", "south", 5, "d1")
    with pytest.raises(InputError, match="0 units of mug"):
        stock.receive("mug", "south", 0, "d2")


def test_count_sets_the_stock_right() -> None:
    """Up and down, once, and never below what is promised."""
    stock, _ = shop(5)
    stock.reserve(reserve(demand(2)))
    for _ in range(2):
        assert stock.adjust("mug", "main", -3, "count-1") == StockChanged()
    assert stock.adjust("mug", "main", -1, "count-2") == StockGone(
        "only 0 are available"
    )
    assert stock.adjust("mug", "main", 2, "count-3") == StockChanged()
    assert stock.adjust("mug", "main", 0, "count-4") == StockChanged()
    assert stock.level("mug") == Level(on_hand=4, available=2, held=2)
    assert kinds(stock) == ["held", "adjusted", "adjusted"]
    stock.check()


def test_unlisted_sku_is_endless_where_that_is_wanted() -> None:
    """Goods come in just in time; listed ones are counted as ever."""
    clock = Clock()
    stock = InMemoryInventory({"mug": 1}, clock, unlimited=True)
    wanted = (
        demand(1000, "l1", "x"),
        demand(5, "l2", "x", "south"),
        demand(2, "l3", "x"),
    )
    assert stock.reserve(reserve(*wanted)) == HeldStock(
        items=(
            item(1000, "l1", "x"),
            item(5, "l2", "x", "south"),
            item(2, "l3", "x"),
        )
    )
    short = reserve(demand(2), reservation="r2")
    assert isinstance(stock.reserve(short), StockShort)
    clock.set(SOON)
    later = SOON + timedelta(days=1)
    stock.reserve(
        reserve(demand(1005, sku="x"), reservation="r3", until=later)
    )
    assert stock.allocate(allocate()) == StockChanged()
    level = stock.level("x")
    assert (level.held, level.allocated) == (1005, 1007)
    stock.check()


def test_sku_that_nobody_listed_has_no_stock() -> None:
    """And nothing is known of it."""
    stock, _ = shop()
    assert stock.reserve(reserve(demand(1, sku="x"))) == StockShort(
        shortages=(Shortage(sku="x", wanted=1, available=0),)
    )
    assert stock.level("x") == stock.level("x", "main") == Level()


@pytest.mark.parametrize(
    "act",
    [
        lambda stock: stock.reserve(reserve(demand(0))),
        lambda stock: stock.consume(consume(item(-1))),
        lambda stock: stock.release(release(item(0))),
        lambda stock: stock.restock(restock(0, "restock")),
    ],
)
def test_quantities_are_at_least_one(
    act: Callable[[InMemoryInventory], object],
) -> None:
    """Zero and less are defects of whoever asks."""
    stock, _ = shop()
    with pytest.raises(PortError, match="asks for"):
        act(stock)
    stock.check()


def test_time_limit_has_a_time_zone() -> None:
    """A naive date names no moment."""
    stock, _ = shop()
    with pytest.raises(PortError, match="time zone"):
        stock.reserve(reserve(demand(1), until=SOON.replace(tzinfo=None)))


def test_faults_strike_before_or_after_it_acts() -> None:
    """The same id again ends it, and stock has moved once."""
    script = Script().on("reserve", TimeOut("before"), TimeOut("after"))
    stock, _ = shop(script=script.on("allocate", Crash("after", OSError)))
    assert stock.script is script
    assert isinstance(stock.reserve(reserve(demand(2))), Unknown)
    assert stock.level("mug").held == 0
    assert isinstance(stock.reserve(reserve(demand(2))), Unknown)
    assert isinstance(stock.reserve(reserve(demand(2))), HeldStock)
    with pytest.raises(OSError, match="crashed after allocate"):
        stock.allocate(allocate())
    assert stock.look_up(allocate()) == StockChanged()
    assert stock.level("mug") == Level(on_hand=10, available=8, allocated=2)


def test_stock_is_not_steered_by_behaviours() -> None:
    """Whether there is enough is a matter of numbers."""
    stock, _ = shop(script=Script().on("reserve", Decline()))
    with pytest.raises(PortError, match="reserve cannot Decline"):
        stock.reserve(reserve(demand(1)))


def _lose_a_unit(stock: InMemoryInventory) -> None:
    stock._warehouse.shelves._on_hand["mug", "main"] -= 1


def _lose_a_movement(stock: InMemoryInventory) -> None:
    del stock._warehouse.shelves.movements[0]


def _leak_a_hold(stock: InMemoryInventory) -> None:
    bins = stock._warehouse.shelves._bins["mug", "main"]
    bins["held"] += 1
    bins["available"] -= 1


def _end_twice(stock: InMemoryInventory) -> None:
    rows = stock._warehouse.shelves.movements
    rows.append(attrs.evolve(rows[-1], sequence=99))


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (_lose_a_unit, "invariant 12, mug at main"),
        (_lose_a_movement, "invariant 13, mug at main"),
        (_leak_a_hold, "invariant 14, mug at main"),
        (_end_twice, "invariant 15, mug at main: -1 units of line l1"),
    ],
)
def test_wrong_numbers_fail_the_check(
    spoil: Callable[[InMemoryInventory], None], line: str
) -> None:
    """The check bites: each planted defect names its invariant."""
    stock, _ = shop()
    stock.reserve(reserve(demand(2)))
    stock.release(release(item(1)))
    stock.check()
    spoil(stock)
    with pytest.raises(InvariantError, match=line):
        stock.check()


@pytest.fixture
def restless() -> Iterator[None]:
    """Let threads take turns as often as it goes."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def sell_out(pool: ThreadPoolExecutor, threads: int) -> None:
    """Let 300 buyers come at once for 100 mugs."""
    stock, _ = shop(100)
    start = threading.Barrier(threads)

    def buy(thread: int) -> int:
        start.wait()
        sold = 0
        for number in range(thread, 300, threads):
            name = f"o{number}-r1"
            answer = stock.reserve(reserve(demand(1), reservation=name))
            if isinstance(answer, HeldStock):
                sold += stock.allocate(allocate(name)) == StockChanged()
        return sold

    assert sum(pool.map(buy, range(threads))) == 100
    assert stock.level("mug") == Level(on_hand=100, allocated=100)
    rows = stock.movements()
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    stock.check()


@pytest.mark.usefixtures("restless")
def test_sixteen_threads_sell_exactly_what_there_is() -> None:
    """Of 300 buyers for 100 mugs, 100 get one, and nobody half of it.

    Without the lock one such day in three goes wrong, hence twenty.
    """
    with ThreadPoolExecutor(16) as pool:
        for _ in range(20):
            sell_out(pool, 16)


def test_stock_is_given_by_sku_or_by_place() -> None:
    """Both forms are read; the place of the first can be named."""
    by_sku: Mapping[str, int] = {"mug": 7}
    north = InMemoryInventory(by_sku, Clock(), place="north")
    assert north.level("mug", "north").available == 7
    assert InMemoryInventory(CELLS, Clock()).level("mug").available == 7
