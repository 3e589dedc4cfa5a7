"""Checks of an inventory: allocating, consuming, releasing, restocking."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, get_args

from orderlife.ports.inventory import (
    Disposition,
    InventoryIntent,
    StockChanged,
    StockGone,
)
from orderlife.testing.conformance._inventory import (
    CUP,
    HOUR,
    INVENTORY,
    MUG,
    NORTH,
    STOCK,
    Inventory,
    InventoryAbility,
    InventoryHarness,
    allocate,
    consume,
    demand,
    do,
    held,
    item,
    level,
    levels,
    release,
    reserve,
    restock,
)
from orderlife.testing.conformance._kit import Flow, ask, equal, is_a, require

__all__: list[str] = []

_DONE: Final = StockChanged()


def _gone(answer: object, what: str) -> None:
    is_a(StockGone, answer, what)


@INVENTORY()
def allocates_what_is_held(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What was held is allocated, all of it, and not held any more."""
    yield from held(h, inventory)
    answer = yield from ask(inventory.allocate, allocate())
    equal(_DONE, answer, "the allocation")
    equal((10, 7, 0, 3, 0), (yield from level(h)), "mugs")


@INVENTORY()
def allocation_of_nothing_is_gone(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A reservation that never was cannot be allocated."""
    before = yield from levels(h)
    _gone((yield from ask(inventory.allocate, allocate())), "never held")
    equal(before, (yield from levels(h)), "the levels")


@INVENTORY()
def allocated_is_allocated_once(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """To allocate what is allocated changes nothing, and is no error."""
    yield from held(h, inventory, allocate())
    again = allocate("r1:allocate:2")
    equal(_DONE, (yield from ask(inventory.allocate, again)), "again")
    equal((10, 7, 0, 3, 0), (yield from level(h)), "mugs")


@INVENTORY(InventoryAbility.MOVES_TIME)
def allocation_does_not_run_out(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What is allocated has no time limit any more."""
    yield from held(h, inventory, allocate())
    yield from ask(h.advance, 999 * HOUR)
    equal((10, 7, 0, 3, 0), (yield from level(h)), "mugs")
    wanted = reserve(
        h,
        demand(8, place="main"),
        operation="r2:reserve:1",
        reservation="r2",
    )
    yield from ask(inventory.reserve, wanted)
    equal(_DONE, (yield from ask(inventory.consume, consume())), "shipped")
    equal((7, 7, 0, 0, 0), (yield from level(h)), "mugs, shipped")


@INVENTORY()
def consumed_units_are_off_the_shelf(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What has left is not on hand, and the rest stays allocated."""
    yield from held(h, inventory, allocate())
    part = consume(item(2))
    equal(_DONE, (yield from ask(inventory.consume, part)), "two mugs")
    equal((8, 7, 0, 1, 0), (yield from level(h)), "mugs, two gone")
    rest = consume(item(1), operation="r1:consume:2")
    equal(_DONE, (yield from ask(inventory.consume, rest)), "one mug")
    equal((7, 7, 0, 0, 0), (yield from level(h)), "mugs, three gone")


@INVENTORY()
def written_off_units_are_off_the_shelf(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What was never there is taken off as if it had left."""
    yield from held(h, inventory, allocate())
    lost = consume(item(3), written_off=True)
    equal(_DONE, (yield from ask(inventory.consume, lost)), "three mugs")
    equal((7, 7, 0, 0, 0), (yield from level(h)), "mugs")


@INVENTORY()
def consumes_all_or_none(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """If one unit is not the reservation's, none leaves."""
    yield from held(h, inventory, allocate())
    before = yield from levels(h)
    for number, items in enumerate(
        (
            (item(3), item(1, CUP, "2")),
            (item(2), item(2)),
            (item(4),),
            (item(3), item(1, NORTH)),
            (item(1, MUG, "2"),),
        )
    ):
        wanted = consume(*items, operation=f"r1:consume:{number}")
        answer = yield from ask(inventory.consume, wanted)
        _gone(answer, f"not all of {items!r} are r1's")
        equal(before, (yield from levels(h)), "the levels")


@INVENTORY()
def strangers_consume_nothing(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A reservation that never was takes no unit that is free."""
    before = yield from levels(h)
    answer = yield from ask(inventory.consume, consume(item(1)))
    _gone(answer, "never held")
    equal(before, (yield from levels(h)), "the levels")


@INVENTORY()
def releases_what_is_held(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Units that are given back are available, a part or all of them."""
    yield from held(h, inventory)
    part = release(item(1))
    equal(_DONE, (yield from ask(inventory.release, part)), "one mug")
    equal((10, 8, 2, 0, 0), (yield from level(h)), "mugs, one back")
    rest = release(item(2), operation="r1:release:2")
    equal(_DONE, (yield from ask(inventory.release, rest)), "two mugs")
    equal((10, 10, 0, 0, 0), (yield from level(h)), "mugs, all back")


@INVENTORY()
def releases_what_is_allocated(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Allocated units can be given back too."""
    yield from held(h, inventory, allocate())
    answer = yield from ask(inventory.release, release(item(2)))
    equal(_DONE, answer, "two mugs")
    equal((10, 9, 0, 1, 0), (yield from level(h)), "mugs, two back")


@INVENTORY()
def releases_no_more_than_there_is(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Nothing to give back is no error, and gives nothing back."""
    before = yield from levels(h)
    early = release(operation="r1:release:0")
    equal(_DONE, (yield from ask(inventory.release, early)), "never held")
    equal(before, (yield from levels(h)), "the levels")
    yield from held(h, inventory, release(operation="r1:release:1"))
    again = release(operation="r1:release:2")
    equal(_DONE, (yield from ask(inventory.release, again)), "given back")
    equal(before, (yield from levels(h)), "the levels, given back twice")


@INVENTORY()
def consumed_units_are_not_released(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What has left cannot be given back, only what has not."""
    yield from held(h, inventory, allocate(), consume(item(2)))
    answer = yield from ask(inventory.release, release(item(3)))
    equal(_DONE, answer, "three mugs, of which two have left")
    equal((8, 8, 0, 0, 0), (yield from level(h)), "mugs")


@INVENTORY(InventoryAbility.MOVES_TIME)
def what_ran_out_is_not_released(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Units of a hold that ran out are free once, not twice."""
    yield from held(h, inventory)
    yield from ask(h.advance, HOUR)
    wanted = reserve(
        h,
        demand(10, place="main"),
        operation="r2:reserve:1",
        reservation="r2",
    )
    yield from ask(inventory.reserve, wanted)
    equal(_DONE, (yield from ask(inventory.release, release())), "r1's")
    equal((10, 0, 10, 0, 0), (yield from level(h)), "mugs, all r2's")


@INVENTORY(InventoryAbility.MOVES_TIME)
def what_was_released_does_not_run_out(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """At its date a hold that was given back gives nothing more."""
    yield from held(h, inventory, release(item(2)))
    yield from ask(h.advance, HOUR)
    equal((10, 10, 0, 0, 0), (yield from level(h)), "mugs")


_BACK: Final[dict[str, tuple[int, int, int, int, int]]] = {
    "restock": (12, 12, 0, 0, 0),
    "refurbish": (12, 10, 0, 0, 2),
    "quarantine": (12, 10, 0, 0, 2),
    "scrap": (10, 10, 0, 0, 0),
    "return_to_vendor": (10, 10, 0, 0, 0),
    "return_to_customer": (10, 10, 0, 0, 0),
}


def _comes_back(disposition: Disposition) -> None:
    def steps(h: InventoryHarness, inventory: Inventory) -> Flow[None]:
        back = restock(disposition=disposition)
        equal(_DONE, (yield from ask(inventory.restock, back)), "two mugs")
        seen = yield from level(h)
        equal(_BACK[disposition], seen, f"mugs, after {disposition}")
        equal((4, 4, 0, 0, 0), (yield from level(h, NORTH)), "at north")

    INVENTORY(
        name=f"{disposition}_puts_units_where_it_says",
        sentence=f"Units that come back to {disposition} are counted so.",
    )(steps)


for _disposition in get_args(Disposition):
    _comes_back(_disposition)


@INVENTORY()
def disposition_can_change(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Units go from where they were put to where they are put now."""
    yield from ask(inventory.restock, restock(disposition="quarantine"))
    steps: tuple[tuple[Any, Any, tuple[int, ...]], ...] = (
        ("quarantine", "refurbish", (12, 10, 0, 0, 2)),
        ("refurbish", "restock", (12, 12, 0, 0, 0)),
        ("restock", "quarantine", (12, 10, 0, 0, 2)),
        ("quarantine", "scrap", (10, 10, 0, 0, 0)),
        ("scrap", "restock", (12, 12, 0, 0, 0)),
    )
    for number, (before, after, expected) in enumerate(steps, start=2):
        moved = restock(
            operation=f"b1:restock:{number}",
            disposition=after,
            previous=before,
        )
        what = f"from {before} to {after}"
        equal(_DONE, (yield from ask(inventory.restock, moved)), what)
        equal(expected, (yield from level(h)), what)


@INVENTORY()
def what_is_not_there_cannot_be_moved(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What is not where it was put is gone: all of a move, or none."""
    yield from ask(inventory.restock, restock(disposition="quarantine"))
    before = yield from levels(h)
    for number, items in enumerate(
        ((item(3),), (item(2), item(1, CUP, "2")), (item(1, NORTH),)), start=2
    ):
        moved = restock(
            *items,
            operation=f"b1:restock:{number}",
            previous="quarantine",
        )
        answer = yield from ask(inventory.restock, moved)
        _gone(answer, f"{items!r} are not in quarantine")
        equal(before, (yield from levels(h)), "the levels")


@INVENTORY()
def returned_units_can_be_sold(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What is restocked can be held, also where it never was before."""
    there = ("jug", "south")
    yield from ask(inventory.restock, restock(item(2, there)))
    equal((2, 2, 0, 0, 0), (yield from level(h, there)), "jugs")
    wanted = reserve(h, demand(2, "jug"))
    yield from ask(inventory.reserve, wanted)
    equal((2, 0, 2, 0, 0), (yield from level(h, there)), "jugs, held")


@INVENTORY()
def each_inverse_undoes_exactly(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Whatever is done and undone leaves the numbers as they were."""
    before = yield from levels(h)
    yield from held(h, inventory, release())
    equal(before, (yield from levels(h)), "held and released")
    firm: tuple[InventoryIntent, ...] = (
        reserve(h, operation="r1:reserve:2"),
        allocate(),
        release(operation="r1:release:2"),
    )
    for intent in firm:
        yield from do(inventory, intent)
    equal(before, (yield from levels(h)), "allocated and released")
    gone: tuple[InventoryIntent, ...] = (
        reserve(h, operation="r1:reserve:3"),
        allocate("r1:allocate:2"),
        consume(),
        restock(item(3)),
    )
    for intent in gone:
        yield from do(inventory, intent)
    equal(before, (yield from levels(h)), "consumed and restocked")


_EVERYTHING: Final[tuple[InventoryIntent, ...]] = (
    allocate(),
    consume(item(1)),
    release(item(1)),
    restock(disposition="quarantine"),
    restock(
        operation="b1:restock:2", disposition="scrap", previous="quarantine"
    ),
)


@INVENTORY(InventoryAbility.JOURNALS)
def movements_name_their_cause(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Each change of a number is written down, with what it was for."""
    first = len((yield from ask(h.movements)))
    yield from held(h, inventory, *_EVERYTHING)
    moved = (yield from ask(h.movements))[first:]
    causes = {each.cause for each in moved}
    wanted = {"r1:reserve:1", *(each.operation_id for each in _EVERYTHING)}
    equal(wanted, causes, "what the movements were for")
    for each in moved:
        require(each.quantity > 0, f"{each!r} moves something")
        require(each.source != each.target, f"{each!r} moves it elsewhere")


@INVENTORY(InventoryAbility.JOURNALS)
def movements_sum_to_the_levels(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """The numbers are what the movements lead to, for each place."""
    yield from held(h, inventory, *_EVERYTHING)
    sums: Counter[tuple[str, str, str]] = Counter()
    for each in (yield from ask(h.movements)):
        sums[each.sku, each.place, each.source] -= each.quantity
        sums[each.sku, each.place, each.target] += each.quantity
    for cell in STOCK:
        parts = ("available", "held", "allocated", "unavailable")
        counted = [sums[(*cell, part)] for part in parts]
        seen = yield from level(h, cell)
        equal((sum(counted), *counted), seen, f"the level of {cell}")


@INVENTORY(InventoryAbility.JOURNALS)
def refusals_move_nothing(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What is short, gone, or only a check leaves no movement."""
    before = len((yield from ask(h.movements)))
    for intent in (
        reserve(h, demand(99)),
        reserve(h, dry_run=True, operation="r1:check:1"),
        allocate(),
        consume(),
        release(),
        restock(previous="quarantine"),
    ):
        yield from do(inventory, intent)
    equal(before, len((yield from ask(h.movements))), "movements")
