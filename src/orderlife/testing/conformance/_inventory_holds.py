"""Checks of an inventory: holding stock, and for how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from orderlife.errors import OrderlifeError
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    HeldStock,
    Shortage,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.testing.conformance._inventory import (
    CUP,
    HOUR,
    INVENTORY,
    MUG,
    NORTH,
    Inventory,
    InventoryAbility,
    InventoryHarness,
    allocate,
    demand,
    held,
    item,
    level,
    levels,
    release,
    reserve,
)
from orderlife.testing.conformance._kit import (
    Flow,
    Together,
    ask,
    equal,
    is_a,
    raised,
    require,
)

__all__: list[str] = []


def _units(items: Iterable[StockItem]) -> dict[tuple[str, str, str], int]:
    """Units by line, SKU and place."""
    found: Counter[tuple[str, str, str]] = Counter()
    for each in items:
        found[each.line_id, each.sku, each.place] += each.quantity
    return dict(found)


@INVENTORY()
def holds_what_is_asked_for(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Held units are named line by line, and are not available."""
    wanted = reserve(h, demand(2, place="main"), demand(5, "cup", "2"))
    answer = yield from ask(inventory.reserve, wanted)
    answer = is_a(HeldStock, answer, "there is enough")
    expected = {("1", "mug", "main"): 2, ("2", "cup", "main"): 5}
    equal(expected, _units(answer.items), "what is held")
    equal((), answer.short, "what is short")
    equal((10, 8, 2, 0, 0), (yield from level(h)), "mugs")
    equal((5, 0, 5, 0, 0), (yield from level(h, CUP)), "cups")


@INVENTORY()
def demand_is_summed_by_sku(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Two lines of one SKU draw on the same units."""
    before = yield from levels(h)
    wanted = reserve(h, demand(3, "cup", "1"), demand(3, "cup", "2"))
    answer = yield from ask(inventory.reserve, wanted)
    short = Shortage(sku="cup", wanted=6, available=5)
    equal(StockShort(shortages=(short,)), answer, "six of five cups")
    equal(before, (yield from levels(h)), "the levels")


@INVENTORY()
def holds_all_or_nothing(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """If one SKU is short, nothing of the others is held either."""
    before = yield from levels(h)
    wanted = reserve(h, demand(2), demand(6, "cup", "2"))
    answer = yield from ask(inventory.reserve, wanted)
    is_a(StockShort, answer, "cups are short")
    equal(before, (yield from levels(h)), "the levels")


@INVENTORY()
def shortages_name_what_is_missing(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Each SKU that is short: how many were wanted, how many there are."""
    wanted = reserve(
        h, demand(20), demand(1, "cup", "2"), demand(1, "jug", "3")
    )
    answer = yield from ask(inventory.reserve, wanted)
    answer = is_a(StockShort, answer, "mugs and jugs are short")
    found = {s.sku: (s.wanted, s.available) for s in answer.shortages}
    equal({"mug": (20, 14), "jug": (1, 0)}, found, "what is missing")


@INVENTORY()
def partial_holds_what_there_is(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Where a part will do, the rest is named line by line."""
    wanted = reserve(
        h,
        demand(2, place="main"),
        demand(7, "cup", "2"),
        demand(1, "jug", "3"),
        partial=True,
    )
    answer = yield from ask(inventory.reserve, wanted)
    answer = is_a(HeldStock, answer, "a part is there")
    expected = {("1", "mug", "main"): 2, ("2", "cup", "main"): 5}
    equal(expected, _units(answer.items), "what is held")
    short = (demand(2, "cup", "2"), demand(1, "jug", "3"))
    equal(short, answer.short, "what is short")
    equal((5, 0, 5, 0, 0), (yield from level(h, CUP)), "cups")


@INVENTORY()
def partial_of_nothing_holds_nothing(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Where a part will do and none is there, all of it is short."""
    wanted = reserve(h, demand(1, "jug"), partial=True)
    answer = yield from ask(inventory.reserve, wanted)
    expected = HeldStock(items=(), short=(demand(1, "jug"),))
    equal(expected, answer, "a jug")


@INVENTORY()
def dry_run_changes_nothing(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A check answers as a reservation would, and leaves all as it was."""
    before = yield from levels(h)
    asked = (
        (demand(3, place="main"),),
        (demand(6, "cup"),),
        (demand(2, "cup"), demand(4, "cup", "2")),
    )
    for number, wanted in enumerate(asked):
        name = f"r{number}"
        dry = reserve(h, *wanted, dry_run=True, operation=f"{name}:check:1")
        told = yield from ask(inventory.reserve, dry)
        equal(before, (yield from levels(h)), "the levels")
        real = reserve(
            h, *wanted, operation=f"{name}:reserve:1", reservation=name
        )
        done = yield from ask(inventory.reserve, real)
        equal(done, told, "a check, and the reservation")
        if isinstance(done, HeldStock):
            back = release(
                *done.items,
                operation=f"{name}:release:1",
                reservation_id=name,
            )
            yield from ask(inventory.release, back)


@INVENTORY()
def several_places_serve_one_demand(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What no place has alone comes from several, within what each has."""
    answer = yield from ask(inventory.reserve, reserve(h, demand(12)))
    answer = is_a(HeldStock, answer, "there are fourteen mugs")
    equal(12, sum(each.quantity for each in answer.items), "mugs held")
    main, north = (yield from level(h)), (yield from level(h, NORTH))
    equal(12, main[2] + north[2], "mugs held, by the levels")
    for cell, seen in ((MUG, main), (NORTH, north)):
        mine = sum(e.quantity for e in answer.items if e.place == cell[1])
        equal(seen[2], mine, f"held at {cell[1]}")


@INVENTORY()
def place_is_kept_to(h: InventoryHarness, inventory: Inventory) -> Flow[None]:
    """What must come from one place comes from nowhere else."""
    wanted = reserve(h, demand(5, place="north"))
    answer = yield from ask(inventory.reserve, wanted)
    short = Shortage(sku="mug", wanted=5, available=4)
    equal(StockShort(shortages=(short,)), answer, "five of four at north")
    wanted = reserve(h, demand(4, place="north"), operation="r1:reserve:2")
    answer = yield from ask(inventory.reserve, wanted)
    equal(HeldStock(items=(item(4, NORTH),)), answer, "four at north")
    nowhere = reserve(
        h,
        demand(1, place="south"),
        operation="r2:reserve:1",
        reservation="r2",
    )
    answer = yield from ask(inventory.reserve, nowhere)
    is_a(StockShort, answer, "nothing at south")


@INVENTORY()
def enough_is_enough(h: InventoryHarness, inventory: Inventory) -> Flow[None]:
    """A line that may come from anywhere leaves room for one that may not."""
    wanted = reserve(h, demand(10), demand(4, "mug", "2", "main"))
    answer = yield from ask(inventory.reserve, wanted)
    is_a(HeldStock, answer, "fourteen of 14")
    equal((10, 0, 10, 0, 0), (yield from level(h)), "mugs at main")
    equal((4, 0, 4, 0, 0), (yield from level(h, NORTH)), "mugs at north")


@INVENTORY()
def last_unit_is_held_once(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What one reservation holds another cannot."""
    yield from held(h, inventory)
    wanted = reserve(
        h,
        demand(8, place="main"),
        operation="r2:reserve:1",
        reservation="r2",
    )
    answer = yield from ask(inventory.reserve, wanted)
    short = Shortage(sku="mug", wanted=8, available=7)
    equal(StockShort(shortages=(short,)), answer, "eight of seven mugs")


@INVENTORY()
def quantity_below_one_is_refused(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A quantity of 0 or less is refused."""
    before = yield from levels(h)
    for number, quantity in enumerate((0, -1)):
        wanted = reserve(h, demand(quantity), operation=f"r1:reserve:{number}")
        call = ask(inventory.reserve, wanted)
        yield from raised(call, OrderlifeError, f"{quantity} mugs")
    equal(before, (yield from levels(h)), "the levels")


@INVENTORY()
def live_reservation_is_not_reserved_again(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Another request for a reservation that has stock leaks nothing."""
    yield from held(h, inventory)
    before = yield from levels(h)
    wanted = reserve(h, demand(1, "cup"), operation="r1:reserve:2")
    try:
        answer = yield from ask(inventory.reserve, wanted)
    except OrderlifeError:
        answer = Unknown()
    require(not isinstance(answer, HeldStock), f"held again: {answer!r}")
    equal(before, (yield from levels(h)), "the levels")


@INVENTORY(InventoryAbility.MOVES_TIME)
def hold_lasts_until_its_date(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A second before its date a hold still holds."""
    yield from held(h, inventory)
    yield from ask(h.advance, HOUR - timedelta(seconds=1))
    equal((10, 7, 3, 0, 0), (yield from level(h)), "mugs")
    answer = yield from ask(inventory.allocate, allocate())
    equal(StockChanged(), answer, "an allocation in time")


@INVENTORY(InventoryAbility.MOVES_TIME)
def hold_that_ran_out_is_free_for_others(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """At its date a hold ends for every request, without a worker."""
    yield from held(h, inventory)
    yield from ask(h.advance, HOUR)
    wanted = reserve(
        h,
        demand(10, place="main"),
        operation="r2:reserve:1",
        reservation="r2",
    )
    answer = yield from ask(inventory.reserve, wanted)
    equal(HeldStock(items=(item(10),)), answer, "all ten mugs")
    equal((10, 0, 10, 0, 0), (yield from level(h)), "mugs")


@INVENTORY(InventoryAbility.MOVES_TIME)
def level_knows_what_ran_out(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Who reads the stock sees a hold that ran out as available."""
    yield from held(h, inventory)
    yield from ask(h.advance, HOUR)
    equal((10, 10, 0, 0, 0), (yield from level(h)), "mugs")


@INVENTORY(InventoryAbility.MOVES_TIME)
def hold_that_ran_out_is_allocated_or_gone(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """If its units are still there it may get them; the answer is true."""
    yield from held(h, inventory)
    yield from ask(h.advance, HOUR)
    answer = yield from ask(inventory.allocate, allocate())
    seen = yield from level(h)
    if isinstance(answer, StockChanged):
        equal((10, 7, 0, 3, 0), seen, "mugs, after an allocation")
    else:
        is_a(StockGone, answer, "gone")
        equal((10, 10, 0, 0, 0), seen, "mugs, after it was gone")


@INVENTORY(InventoryAbility.MOVES_TIME)
def hold_that_others_took_is_gone(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What ran out and was held by another is not allocated."""
    yield from held(h, inventory)
    yield from ask(h.advance, HOUR)
    wanted = reserve(
        h,
        demand(8, place="main"),
        operation="r2:reserve:1",
        reservation="r2",
    )
    yield from ask(inventory.reserve, wanted)
    before = yield from levels(h)
    answer = yield from ask(inventory.allocate, allocate())
    is_a(StockGone, answer, "taken by r2")
    equal(before, (yield from levels(h)), "the levels")


@INVENTORY(InventoryAbility.MOVES_TIME)
def reservation_can_be_made_anew(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """After a hold ran out its reservation may hold again, for as long."""
    yield from held(h, inventory)
    yield from ask(h.advance, HOUR)
    again = reserve(h, operation="r1:reserve:2")
    answer = yield from ask(inventory.reserve, again)
    equal(HeldStock(items=(item(3),)), answer, "held again")
    yield from ask(h.advance, HOUR - timedelta(seconds=1))
    equal((10, 7, 3, 0, 0), (yield from level(h)), "mugs")


@INVENTORY(InventoryAbility.CONCURRENT)
def as_many_buyers_as_units(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Of many who want one each at once, exactly so many get it."""
    flows = tuple(
        iter(
            ask(
                inventory.reserve,
                reserve(
                    h,
                    demand(1, "cup"),
                    operation=f"r{n}:reserve:1",
                    reservation=f"r{n}",
                ),
            )
        )
        for n in range(12)
    )
    answers = yield from Together(flows)
    got = [each for each in answers if isinstance(each, HeldStock)]
    equal(5, len(got), "buyers of five cups")
    short = [each for each in answers if isinstance(each, StockShort)]
    equal(7, len(short), "the others")
    equal((5, 0, 5, 0, 0), (yield from level(h, CUP)), "cups")


@INVENTORY(InventoryAbility.CONCURRENT, InventoryAbility.MOVES_TIME)
def what_ran_out_is_sold_once(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Units of a hold that ran out go to as many buyers as they are."""
    all_of_them = reserve(
        h,
        demand(5, "cup"),
        operation="r99:reserve:1",
        reservation="r99",
    )
    yield from ask(inventory.reserve, all_of_them)
    yield from ask(h.advance, HOUR)
    answers = yield from Together(
        tuple(
            iter(
                ask(
                    inventory.reserve,
                    reserve(
                        h,
                        demand(1, "cup"),
                        operation=f"r{n}:reserve:1",
                        reservation=f"r{n}",
                    ),
                )
            )
            for n in range(8)
        )
    )
    got = [each for each in answers if isinstance(each, HeldStock)]
    equal(5, len(got), "buyers of the five cups that were held")
    equal((5, 0, 5, 0, 0), (yield from level(h, CUP)), "cups")


@INVENTORY(InventoryAbility.CONCURRENT)
def crossing_demands_do_not_lock(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Orders of the same SKUs, the other way round, all come through."""
    mugs, cups = demand(1, "mug", "1", "main"), demand(1, "cup", "2")
    flows = tuple(
        iter(
            ask(
                inventory.reserve,
                reserve(
                    h,
                    *((mugs, cups) if n % 2 else (cups, mugs)),
                    operation=f"r{n}:reserve:1",
                    reservation=f"r{n}",
                ),
            )
        )
        for n in range(8)
    )
    answers = yield from Together(flows)
    got = [each for each in answers if isinstance(each, HeldStock)]
    equal(5, len(got), "orders of a mug and a cup")
    equal((10, 5, 5, 0, 0), (yield from level(h)), "mugs")
    equal((5, 0, 5, 0, 0), (yield from level(h, CUP)), "cups")
