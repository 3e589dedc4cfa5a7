"""Checks of an inventory: who waits is served before who comes."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any, Final, cast

from orderlife.errors import PortError
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    Demand,
    HeldStock,
    InLine,
    InventoryLine,
    Release,
    Reserve,
    ReserveOutcome,
    Shortage,
    StockChanged,
    StockGone,
    StockShort,
)
from orderlife.testing.conformance._inventory import (
    CUP,
    HOUR,
    INVENTORY,
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
    restock,
)
from orderlife.testing.conformance._kit import (
    Flow,
    Together,
    ask,
    equal,
    is_a,
    raised,
)

__all__: list[str] = []

_DAY: Final = timedelta(days=1)


def _waits(
    h: InventoryHarness,
    name: str,
    *demands: Demand,
    since: int = 0,
    attempt: int = 1,
    **more: Any,
) -> Reserve:
    """A reservation that waits in line, since so many seconds."""
    place = InLine(
        since=h.now() - timedelta(seconds=since), until=h.now() + _DAY
    )
    return reserve(
        h,
        *demands,
        operation=f"{name}:reserve:{attempt}",
        reservation=name,
        order_id=f"o-{name}",
        **{"in_line": place, **more},
    )


def _jugs(units: int, place: str = "") -> Demand:
    """Of these there are none when a check begins."""
    return demand(units, "jug", "9", place)


def _come(
    inventory: Inventory, units: int, name: str, cell: str = "main"
) -> Flow[None]:
    """Take jugs in, as returned goods."""
    arrived = restock(
        item(units, ("jug", cell)), operation=f"{name}:restock:1"
    )
    yield from ask(inventory.restock, arrived)


def _short(units: int, available: int = 0) -> StockShort:
    lack = Shortage(sku="jug", wanted=units, available=available)
    return StockShort(shortages=(lack,))


def _got(units: int, place: str = "main") -> HeldStock:
    return HeldStock(items=(item(units, ("jug", place), "9"),))


def _leave(name: str) -> Release:
    """Give nothing back, and leave the line."""
    return Release(
        operation_id=f"{name}:release:2",
        order_id=f"o-{name}",
        reservation_id=name,
        items=(),
        key=f"{name}:release:2",
    )


def _line(inventory: Inventory) -> Flow[list[str]]:
    """The reservations that could be filled now, in their order."""
    line = cast("InventoryLine", inventory)
    found = yield from ask(line.fillable, 100)
    return [each.reservation_id for each in found]


@INVENTORY(InventoryAbility.QUEUES)
def newcomer_comes_after_who_waits(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What comes in is for who waits; others get what is left."""
    first = yield from ask(inventory.reserve, _waits(h, "r1", _jugs(2)))
    equal(_short(2), first, "no jugs yet")
    yield from _come(inventory, 3, "b1")
    for name, partial in (("n1", False), ("n2", True)):
        new = reserve(
            h,
            _jugs(2),
            operation=f"{name}:reserve:1",
            reservation=name,
            partial=partial,
            dry_run=partial,
        )
        answer = yield from ask(inventory.reserve, new)
        expected = (
            HeldStock(items=_got(1).items, short=(_jugs(1),))
            if partial
            else _short(2, 1)
        )
        equal(expected, answer, "a newcomer, of 3 jugs of which 2 are awaited")
    again = _waits(h, "r1", _jugs(2), attempt=2)
    equal(_got(2), (yield from ask(inventory.reserve, again)), "who waited")
    new = reserve(h, _jugs(1), operation="n3:reserve:1", reservation="n3")
    equal(_got(1), (yield from ask(inventory.reserve, new)), "what is left")


@INVENTORY(InventoryAbility.QUEUES)
def line_is_served_in_its_order(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Who has waited for longer comes first, whenever who asks."""
    for name, since in (("r1", 5), ("r2", 9), ("r3", 5), ("r0", 1)):
        wanted = _waits(h, name, _jugs(1), since=since)
        equal(_short(1), (yield from ask(inventory.reserve, wanted)), name)
    yield from _come(inventory, 2, "b1")
    equal(["r2", "r1"], (yield from _line(inventory)), "who can be filled")
    for name, since, outcome in (
        ("r0", 1, _short(1)),
        ("r3", 5, _short(1)),
        ("r1", 5, _got(1)),
        ("r2", 9, _got(1)),
    ):
        wanted = _waits(h, name, _jugs(1), since=since, attempt=2)
        answer = yield from ask(inventory.reserve, wanted)
        equal(outcome, answer, f"{name}, of 2 jugs")


@INVENTORY(InventoryAbility.QUEUES)
def who_cannot_be_served_blocks_nobody(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A reservation that cannot be served whole is skipped."""
    for name, demands, since in (
        ("r1", (_jugs(5),), 9),
        ("r2", (_jugs(1), demand(6, "cup", "2")), 8),
        ("r3", (_jugs(1, "north"),), 7),
        ("r4", (_jugs(1),), 6),
    ):
        wanted = _waits(h, name, *demands, since=since)
        is_a(StockShort, (yield from ask(inventory.reserve, wanted)), name)
    yield from _come(inventory, 1, "b1")
    equal(["r4"], (yield from _line(inventory)), "who can be filled")
    new = reserve(h, _jugs(1), operation="n1:reserve:1", reservation="n1")
    equal(_short(1), (yield from ask(inventory.reserve, new)), "a newcomer")
    # With a cup more, the second can have its jug.
    cup = restock(item(1, CUP), operation="b2:restock:1")
    yield from ask(inventory.restock, cup)
    equal(["r2"], (yield from _line(inventory)), "with a sixth cup")
    fourth = _waits(h, "r4", _jugs(1), since=6, attempt=2)
    equal(_short(1), (yield from ask(inventory.reserve, fourth)), "the fourth")
    cups = reserve(
        h, demand(1, "cup"), operation="n2:reserve:1", reservation="n2"
    )
    is_a(StockShort, (yield from ask(inventory.reserve, cups)), "a cup")
    second = (_jugs(1), demand(6, "cup", "2"))
    wanted = _waits(h, "r2", *second, since=8, attempt=2)
    is_a(HeldStock, (yield from ask(inventory.reserve, wanted)), "the second")


@INVENTORY(InventoryAbility.QUEUES)
def who_leaves_the_line_gives_way(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """By a release, by asking without a place, or with its units."""
    for name, since in (("r1", 9), ("r2", 8), ("r3", 7), ("r4", 6)):
        wanted = _waits(h, name, _jugs(1), since=since)
        yield from ask(inventory.reserve, wanted)
    yield from _come(inventory, 1, "b1")
    gone = _leave("r1")
    equal(StockChanged(), (yield from ask(inventory.release, gone)), "leaves")
    equal(["r2"], (yield from _line(inventory)), "after the first has left")
    gone_too = _waits(h, "r2", _jugs(3), attempt=2, in_line=None)
    is_a(StockShort, (yield from ask(inventory.reserve, gone_too)), "asks")
    equal(["r3"], (yield from _line(inventory)), "after the second has, too")
    served = _waits(h, "r3", _jugs(1), since=7, attempt=2)
    equal(_got(1), (yield from ask(inventory.reserve, served)), "the third")
    equal([], (yield from _line(inventory)), "nothing is left")
    back = release(
        item(1, ("jug", "main"), "9"),
        operation="r3:release:3",
        reservation_id="r3",
    )
    yield from ask(inventory.release, back)
    equal(["r4"], (yield from _line(inventory)), "what the third gave back")


@INVENTORY(InventoryAbility.QUEUES)
def who_waits_may_wait_for_less(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """It is in line for what it asked for last, and keeps its place."""
    wanted = (_jugs(2), demand(9, "cup", "2"))
    yield from ask(inventory.reserve, _waits(h, "r1", *wanted, since=9))
    yield from ask(inventory.reserve, _waits(h, "r2", _jugs(1), since=8))
    yield from _come(inventory, 1, "b1")
    less = _waits(h, "r1", _jugs(2), since=9, attempt=2)
    equal(_short(2, 1), (yield from ask(inventory.reserve, less)), "fewer")
    equal(["r2"], (yield from _line(inventory)), "one jug")
    yield from _come(inventory, 1, "b2")
    equal(["r1"], (yield from _line(inventory)), "two jugs")


@INVENTORY(InventoryAbility.QUEUES, InventoryAbility.MOVES_TIME)
def place_in_line_runs_out(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Who has not asked again until its date keeps nothing from others."""
    yield from ask(inventory.reserve, _waits(h, "r1", _jugs(1)))
    yield from _come(inventory, 1, "b1")
    yield from ask(h.advance, _DAY)
    equal([], (yield from _line(inventory)), "a place that ran out")
    new = reserve(h, _jugs(1), operation="n1:reserve:1", reservation="n1")
    equal(_got(1), (yield from ask(inventory.reserve, new)), "a newcomer")


@INVENTORY(InventoryAbility.QUEUES, InventoryAbility.MOVES_TIME)
def who_waits_comes_before_who_was_late(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Units of a hold that ran out are for who waits for them."""
    late = reserve(h, _cups(5), operation="r1:reserve:1", reservation="r1")
    is_a(HeldStock, (yield from ask(inventory.reserve, late)), "five cups")
    waits = _waits(h, "r2", _cups(1))
    is_a(StockShort, (yield from ask(inventory.reserve, waits)), "no cup")
    yield from ask(h.advance, HOUR)
    equal(["r2"], (yield from _line(inventory)), "who can be filled")
    answer = yield from ask(inventory.allocate, allocate())
    is_a(StockGone, answer, "one of its five cups is awaited")
    again = _waits(h, "r2", _cups(1), attempt=2)
    is_a(HeldStock, (yield from ask(inventory.reserve, again)), "its cup")


def _cups(units: int) -> Demand:
    return demand(units, "cup", "2")


@INVENTORY(InventoryAbility.QUEUES)
def who_waits_waits_for_all(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A partial reservation has no place in line; nor has a dry run."""
    before = yield from levels(h)
    partial = _waits(h, "r1", _jugs(1), partial=True)
    what = "a partial reservation in line"
    yield from raised(ask(inventory.reserve, partial), PortError, what)
    dry = _waits(h, "r2", _jugs(1), dry_run=True)
    equal(_short(1), (yield from ask(inventory.reserve, dry)), "a dry run")
    equal(before, (yield from levels(h)), "the levels")
    yield from _come(inventory, 1, "b1")
    equal([], (yield from _line(inventory)), "nobody is in line")


@INVENTORY(InventoryAbility.QUEUES)
def line_changes_no_level(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Units that are awaited are available until they are held."""
    yield from held(h, inventory)
    before = yield from levels(h)
    yield from ask(inventory.reserve, _waits(h, "r2", demand(99)))
    equal(before, (yield from levels(h)), "the levels")
    equal((10, 7, 3, 0, 0), (yield from level(h)), "mugs")


@INVENTORY(InventoryAbility.QUEUES, InventoryAbility.CONCURRENT)
def newcomers_at_once_come_after_who_waits(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """However many ask at once while goods come in: none starves.

    Each of the waiting gets its unit as soon as it asks for it.
    """
    waiting = [f"r{number}" for number in range(4)]
    for place, name in enumerate(waiting):
        wanted = _waits(h, name, _jugs(1), since=60 - place)
        yield from ask(inventory.reserve, wanted)
    for round_ in range(len(waiting)):
        name = waiting[round_]
        flows = [
            iter(ask(inventory.reserve, each))
            for number in range(6)
            for each in [
                reserve(
                    h,
                    _jugs(1),
                    operation=f"n{round_}{number}:reserve:1",
                    reservation=f"n{round_}{number}",
                )
            ]
        ]
        arrived = restock(
            item(1, ("jug", "main")), operation=f"b{round_}:restock:1"
        )
        flows.insert(2, iter(ask(inventory.restock, arrived)))
        random.Random(round_).shuffle(flows)
        outcomes = yield from Together(tuple(flows))
        shorts = [o for o in outcomes if isinstance(o, StockShort)]
        equal(6, len(shorts), f"newcomers that went without: {outcomes}")
        equal([name], (yield from _line(inventory)), "whose jug it is")
        asked = tuple(
            iter(
                ask(
                    inventory.reserve,
                    _waits(
                        h,
                        each,
                        _jugs(1),
                        since=60 - place,
                        attempt=round_ + 2,
                    ),
                )
            )
            for place, each in enumerate(waiting)
            if place >= round_
        )
        answers: list[ReserveOutcome | Unknown]
        answers = list((yield from Together(asked)))
        equal(_got(1), answers[0], f"{name}, which asks with the others")


@INVENTORY(InventoryAbility.QUEUES, InventoryAbility.TENANTS)
def lines_belong_to_their_tenant(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A reservation does not wait behind those of another tenant."""
    yield from ask(inventory.reserve, _waits(h, "r1", _jugs(1)))
    theirs = cast("Inventory", (yield from ask(h.other_tenant)))
    yield from ask(theirs.reserve, _waits(h, "x1", _cups(1)))
    yield from _come(theirs, 1, "b1")
    equal([], (yield from _line(theirs)), "their line, when a jug came")
    new = reserve(h, _jugs(1), operation="x2:reserve:1", reservation="x2")
    equal(_got(1), (yield from ask(theirs.reserve, new)), "their jug")
    yield from _come(inventory, 1, "b2")
    equal(["r1"], (yield from _line(inventory)), "our line")


@INVENTORY(InventoryAbility.QUEUES, InventoryAbility.REOPENS)
def line_survives(h: InventoryHarness, inventory: Inventory) -> Flow[None]:
    """Who waited when it was closed waits when it is opened anew."""
    yield from ask(inventory.reserve, _waits(h, "r1", _jugs(1)))
    again = cast("Inventory", (yield from ask(h.again)))
    yield from _come(again, 1, "b1")
    new = reserve(h, _jugs(1), operation="n1:reserve:1", reservation="n1")
    equal(_short(1), (yield from ask(again.reserve, new)), "a newcomer")
    equal(["r1"], (yield from _line(again)), "who can be filled")
