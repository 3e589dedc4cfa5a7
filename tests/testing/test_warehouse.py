"""Who has which units, and what is written down of it, row by row."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from orderlife.errors import InvariantError, PortError
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Demand,
    HeldStock,
    Release,
    Reserve,
    Restock,
    Shortage,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.testing.scenario import NOON
from orderlife.warehouse import (
    Held,
    Level,
    Plan,
    Reservation,
    Shelves,
    StockMovement,
    Warehouse,
    check_quantities,
    source,
)

HOUR = timedelta(hours=1)
NORTH, SOUTH = ("mug", "north"), ("mug", "south")
CUP = ("cup", "north")


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """The time."""
        return self.now


def house(
    *stock: tuple[tuple[str, str], int], unlimited: bool = False
) -> tuple[Warehouse, Hand]:
    """A warehouse with some units, which came in before."""
    clock = Hand()
    found = Warehouse(clock, place="main", unlimited=unlimited)
    for cell, units in stock:
        found.book("received", cell, units, "initial")
    return found, clock


def demand(
    quantity: int, line_id: str = "1", sku: str = "mug", place: str = ""
) -> Demand:
    """Units that are wanted."""
    return Demand(line_id=line_id, sku=sku, quantity=quantity, place=place)


def item(
    quantity: int,
    line_id: str = "1",
    sku: str = "mug",
    place: str = "north",
) -> StockItem:
    """Units that are somewhere."""
    return StockItem(line_id=line_id, sku=sku, place=place, quantity=quantity)


def reserve(*demands: Demand, **fields: Any) -> Reserve:
    """A wish for stock, for an hour."""
    settings: dict[str, Any] = {
        "operation_id": "r1:reserve:1",
        "reservation_id": "r1",
        "until": NOON + HOUR,
    }
    return Reserve(order_id="o1", demands=demands, **settings | fields)


def allocate() -> Allocate:
    """A wish to keep it."""
    return Allocate(
        operation_id="r1:allocate:2", order_id="o1", reservation_id="r1"
    )


def consume(*items: StockItem, written_off: bool = False) -> Consume:
    """Goods that have left."""
    return Consume(
        operation_id="r1:consume:3",
        order_id="o1",
        reservation_id="r1",
        items=items,
        written_off=written_off,
    )


def release(*items: StockItem, reservation_id: str = "r1") -> Release:
    """Units that are given back."""
    return Release(
        operation_id="r1:release:4",
        order_id="o1",
        reservation_id=reservation_id,
        items=items,
    )


def restock(*items: StockItem, after: Any, before: Any = None) -> Restock:
    """Goods that came back."""
    return Restock(
        operation_id="t1:restock:1",
        order_id="o1",
        subject="t1",
        items=items,
        disposition=after,
        previous=before,
    )


def rows(where: Warehouse) -> list[tuple[Any, ...]]:
    """What was written down since, but for its number and its date."""
    found = where.shelves.movements
    assert list(range(1, len(found) + 1)) == [row.sequence for row in found]
    return [
        (
            row.kind,
            (row.sku, row.place),
            row.quantity,
            row.source,
            row.target,
            row.cause,
            row.reservation_id,
            row.line_id,
        )
        for row in found
        if row.cause != "initial"
    ]


def bins(where: Warehouse, cell: tuple[str, str] = NORTH) -> tuple[int, ...]:
    """Available, held, allocated and unavailable units of a cell."""
    level = where.shelves.level((cell,))
    where.shelves.check(where.live())
    found = (level.available, level.held, level.allocated, level.unavailable)
    assert sum(found) == level.on_hand
    return found


def moved(
    kind: str,
    units: int,
    source: str,
    target: str,
    cause: str,
    cell: tuple[str, str] = NORTH,
    line_id: str = "1",
) -> tuple[Any, ...]:
    """A row about the reservation."""
    return (kind, cell, units, source, target, cause, "r1", line_id)


# --- a reservation's life -----------------------------------------------


def test_stock_goes_from_hold_to_shipment() -> None:
    """Each step is written down, with its cause."""
    where, _ = house((NORTH, 5), (CUP, 2))
    wish = reserve(demand(2), demand(1, "2", "cup"))
    items = (item(2), item(1, "2", "cup"))

    assert HeldStock(items=items) == where.reserve(wish)
    assert (3, 2, 0, 0) == bins(where)
    assert StockChanged() == where.allocate(allocate())
    assert StockChanged() == where.allocate(allocate())
    assert (3, 0, 2, 0) == bins(where)
    assert StockChanged() == where.consume(consume(item(1)))
    assert (3, 0, 1, 0) == bins(where)
    assert StockChanged() == where.release(release(item(7)))
    assert (4, 0, 0, 0) == bins(where)
    assert [
        moved("held", 2, "available", "held", "r1:reserve:1"),
        moved("held", 1, "available", "held", "r1:reserve:1", CUP, "2"),
        moved("allocated", 2, "held", "allocated", "r1:allocate:2"),
        moved("allocated", 1, "held", "allocated", "r1:allocate:2", CUP, "2"),
        moved("consumed", 1, "allocated", "outside", "r1:consume:3"),
        moved("released", 1, "allocated", "available", "r1:release:4"),
    ] == rows(where)
    assert {NOON} == {row.at for row in where.shelves.movements}
    assert ["received"] * 2 == [r.kind for r in where.shelves.movements[:2]]


def test_goods_that_are_only_held_may_leave_or_be_missing() -> None:
    """As shipped, or as never there."""
    where, _ = house((NORTH, 5))
    where.reserve(reserve(demand(3)))

    assert StockChanged() == where.consume(consume(item(1)))
    assert StockChanged() == where.consume(
        consume(item(1), item(1), written_off=True)
    )
    assert [
        moved("consumed", 1, "held", "outside", "r1:consume:3"),
        moved("written_off", 2, "held", "outside", "r1:consume:3"),
    ] == rows(where)[1:]
    assert {} == where.reservations["r1"].items


def test_all_is_consumed_or_nothing() -> None:
    """Of what the reservation has."""
    where, _ = house((NORTH, 5), (SOUTH, 5))
    gone = StockGone("reservation r1 does not have them")
    where.reserve(reserve(demand(2)))

    assert gone == where.consume(consume(item(1), item(2)))
    assert gone == where.consume(consume(item(1), item(1, place="south")))
    assert gone == where.consume(consume(item(1, "2")))
    assert (3, 2, 0, 0) == bins(where)
    empty, _ = house((NORTH, 5))
    assert gone == empty.consume(consume(item(1)))
    assert gone == empty.allocate(allocate())


def test_what_left_before_it_was_allocated_is_done() -> None:
    """And what was given back is not there."""
    where, _ = house((NORTH, 5))
    where.reserve(reserve(demand(2)))
    where.consume(consume(item(2)))
    other, _ = house((NORTH, 5))
    other.reserve(reserve(demand(2)))
    other.release(release(item(2)))
    part, _ = house((NORTH, 5))
    part.reserve(reserve(demand(2)))
    part.consume(consume(item(1)))

    assert StockChanged() == where.allocate(allocate())
    assert StockGone("reservation r1 does not have them") == other.allocate(
        allocate()
    )
    assert StockChanged() == part.allocate(allocate())
    assert (3, 0, 1, 0) == bins(part)


def test_what_is_not_there_is_given_back_by_nobody() -> None:
    """It is done all the same."""
    where, _ = house((NORTH, 5))

    assert StockChanged() == where.release(release(item(1)))
    where.reserve(reserve(demand(2)))
    assert StockChanged() == where.release(
        release(item(1, "9"), item(1), item(1))
    )
    assert (5, 0, 0, 0) == bins(where)
    assert (
        moved("released", 2, "held", "available", "r1:release:4")
        == rows(where)[-1]
    )


# --- time ---------------------------------------------------------------


def expired() -> tuple[Warehouse, Hand]:
    """A warehouse in which a hold has run out."""
    where, clock = house((NORTH, 5))
    where.reserve(reserve(demand(2), demand(1, "2")))
    clock.now = NOON + 2 * HOUR
    where.expire()
    return where, clock


def test_a_hold_runs_out_on_its_date() -> None:
    """And is dated so, whenever somebody looks."""
    where, clock = house((NORTH, 5))
    where.reserve(reserve(demand(2)))
    clock.now = NOON + HOUR - timedelta(microseconds=1)
    where.expire()
    assert (3, 2, 0, 0) == bins(where)
    clock.now = NOON + HOUR
    where.expire()
    where.expire()

    assert (5, 0, 0, 0) == bins(where)
    assert (
        moved("expired", 2, "held", "available", "r1:reserve:1")
        == rows(where)[-1]
    )
    assert 2 == len(rows(where))
    clock.now = NOON + 2 * HOUR
    late, _ = expired()
    assert NOON + HOUR == late.shelves.movements[-1].at


def test_all_that_runs_out_ends_at_once() -> None:
    """The first first; what is allocated or held anew does not."""
    where, clock = house((NORTH, 9))
    for name, hours in (("r2", 3), ("r1", 2), ("r3", 1), ("r4", 9)):
        where.reserve(
            reserve(
                demand(1),
                reservation_id=name,
                operation_id=f"{name}:reserve:1",
                until=NOON + hours * HOUR,
            )
        )
    where.allocate(allocate())
    clock.now = NOON + 4 * HOUR
    where.expire()

    assert ["r3", "r2"] == [
        row.reservation_id
        for row in where.shelves.movements
        if row.kind == "expired"
    ]
    assert ["expired", "allocated", "expired", "held"] == [
        where.reservations[f"r{number}"].state for number in (2, 1, 3, 4)
    ]
    assert "r3:reserve:1" == where.reservations["r3"].cause


def test_a_hold_that_was_renewed_does_not_run_out_twice() -> None:
    """The older date is not its own any more."""
    where, clock = house((NORTH, 5))
    where.reserve(reserve(demand(2)))
    where.release(release(item(2)))
    again = reserve(
        demand(1), operation_id="r1:reserve:5", until=NOON + 3 * HOUR
    )
    assert HeldStock(items=(item(1),)) == where.reserve(again)
    clock.now = NOON + 2 * HOUR
    where.expire()
    assert (4, 1, 0, 0) == bins(where)
    clock.now = NOON + 3 * HOUR
    where.expire()
    assert (5, 0, 0, 0) == bins(where)


def test_what_ran_out_comes_back_if_it_is_there() -> None:
    """To be allocated, or to leave."""
    where, _ = expired()
    assert StockChanged() == where.allocate(allocate())
    assert (2, 0, 3, 0) == bins(where)
    assert (
        moved("allocated", 2, "available", "allocated", "r1:allocate:2")
        == rows(where)[-2]
    )
    other, _ = expired()
    assert StockChanged() == other.consume(consume(item(1)))
    assert (
        moved("consumed", 1, "available", "outside", "r1:consume:3")
        == rows(other)[-1]
    )
    assert (4, 0, 0, 0) == bins(other)
    third, _ = expired()
    before = rows(third)
    assert StockChanged() == third.release(release(item(1)))
    assert before == rows(third)
    assert {("2", NORTH): 1, ("1", NORTH): 1} == third.reservations["r1"].items


@pytest.mark.parametrize(
    ("wanted", "consumable"), [(2, True), (3, True), (4, True), (5, False)]
)
def test_what_ran_out_is_gone_if_it_was_taken(
    wanted: int, *, consumable: bool
) -> None:
    """All of it is there, or it is not allocated."""
    where, _ = expired()
    where.reserve(
        reserve(
            demand(wanted),
            reservation_id="r2",
            until=NOON + 9 * HOUR,
        )
    )
    gone = StockGone("the hold of reservation r1 ran out")

    assert (StockChanged() if wanted < 3 else gone) == where.allocate(
        allocate()
    )
    if wanted > 2:
        assert (StockChanged() if consumable else gone) == where.consume(
            consume(item(1))
        )


# --- reserving ----------------------------------------------------------


def test_all_is_held_or_nothing() -> None:
    """Unless as much as there is will do."""
    where, _ = house((NORTH, 2), (CUP, 1))
    wish = (demand(3), demand(1, "2", "cup"))
    short = (Shortage(sku="mug", wanted=3, available=2),)

    assert StockShort(shortages=short) == where.reserve(reserve(*wish))
    assert [] == rows(where)
    expected = HeldStock(
        items=(item(2), item(1, "2", "cup")), short=(demand(1),)
    )
    assert expected == where.reserve(
        reserve(*wish, partial=True, dry_run=True)
    )
    assert {} == where.reservations
    assert expected == where.reserve(reserve(*wish, partial=True))
    assert (0, 2, 0, 0) == bins(where)
    assert (
        Reservation(
            reservation_id="r1",
            cause="r1:reserve:1",
            until=NOON + HOUR,
            items=Counter({("1", NORTH): 2, ("2", CUP): 1}),
        )
        == where.reservations["r1"]
    )


def test_what_has_stock_is_not_given_more() -> None:
    """Unless it is only asked for, or has run out."""
    where, clock = house((NORTH, 5))
    where.reserve(reserve(demand(1)))
    with pytest.raises(PortError) as caught:
        where.reserve(reserve(demand(1)))
    assert (
        "operation r1:reserve:1: reservation r1 has stock already",
    ) == caught.value.args
    assert HeldStock(items=(item(1),)) == where.reserve(
        reserve(demand(1), dry_run=True)
    )
    clock.now = NOON + HOUR
    where.expire()
    assert HeldStock(items=(item(2),)) == where.reserve(
        reserve(demand(2), until=NOON + 2 * HOUR)
    )


def test_a_date_has_a_time_zone() -> None:
    """Else nobody knows when it is."""
    where, _ = house((NORTH, 5))
    bare = NOON.replace(tzinfo=None)
    with pytest.raises(PortError) as caught:
        where.reserve(reserve(demand(1), until=bare))
    assert (
        f"operation r1:reserve:1: {bare} has no time zone",
    ) == caught.value.args


@pytest.mark.parametrize("quantity", [0, -1])
@pytest.mark.parametrize(
    "intent",
    [
        lambda n: reserve(demand(1), demand(n, "2", "cup")),
        lambda n: consume(item(1), item(n, "2", "cup")),
        lambda n: release(item(1), item(n, "2", "cup")),
        lambda n: restock(item(1), item(n, "2", "cup"), after="restock"),
    ],
)
def test_units_are_at_least_one(quantity: int, intent: Any) -> None:
    """It says of what, and for which operation; nothing is moved."""
    wrong = intent(quantity)
    where, _ = house((NORTH, 5))
    act: Any = {
        Reserve: where.reserve,
        Consume: where.consume,
        Release: where.release,
        Restock: where.restock,
    }[type(wrong)]

    for check in (check_quantities, act):
        with pytest.raises(PortError) as caught:
            check(wrong)
        assert (
            f"operation {wrong.operation_id} asks for {quantity} units of cup",
        ) == caught.value.args
    assert [] == rows(where)


def test_endless_stock_comes_as_it_is_wanted() -> None:
    """At the place that is named, or at the usual one."""
    where, clock = house((NORTH, 1), unlimited=True)
    wish = reserve(
        demand(3, "1", "cup"),
        demand(2, "2", "cup", "west"),
        demand(1, "3", "cup"),
    )
    held = where.reserve(wish)

    assert (
        HeldStock(
            items=(
                item(3, "1", "cup", "main"),
                item(2, "2", "cup", "west"),
                item(1, "3", "cup", "main"),
            )
        )
        == held
    )
    assert [
        ("received", ("cup", "main"), 4, "outside", "available"),
        ("received", ("cup", "west"), 2, "outside", "available"),
    ] == [row[:5] for row in rows(where)[:2]]
    assert {"r1:reserve:1"} == {row[5] for row in rows(where)}
    assert StockShort(
        shortages=(Shortage(sku="mug", wanted=2, available=1),)
    ) == where.reserve(reserve(demand(2), reservation_id="r2"))
    clock.now = NOON + HOUR
    where.expire()
    where.reserve(
        reserve(
            demand(4, "1", "cup"),
            reservation_id="r2",
            until=NOON + 9 * HOUR,
        )
    )
    assert StockChanged() == where.allocate(allocate())
    assert (0, 4, 4, 0) == bins(where, ("cup", "main"))
    assert ("received", ("cup", "main"), 4, "outside", "available") == next(
        row[:5] for row in rows(where) if row[5] == "r1:allocate:2"
    )


def test_endless_stock_uses_up_what_came_back() -> None:
    """Before anything new comes in."""
    where, _ = house(unlimited=True)
    where.restock(restock(item(2, sku="cup", place="main"), after="restock"))
    where.reserve(reserve(demand(3, "1", "cup")))

    assert ("received", ("cup", "main"), 1) == rows(where)[1][:3]
    assert StockShort(
        shortages=(Shortage(sku="cup", wanted=1, available=0),)
    ) == house()[0].reserve(reserve(demand(1, "1", "cup")))


# --- counting and returning ---------------------------------------------


@pytest.mark.parametrize(
    ("kind", "delta", "row"),
    [
        ("received", 2, ("received", NORTH, 2, "outside", "available")),
        ("adjusted", 2, ("adjusted", NORTH, 2, "outside", "available")),
        ("adjusted", -5, ("adjusted", NORTH, 5, "available", "outside")),
        ("adjusted", 0, None),
    ],
)
def test_a_number_is_set_right_once_for_each_cause(
    kind: Any, delta: int, row: Any
) -> None:
    """The same cause again changes nothing; another number is a fault."""
    where, _ = house((NORTH, 5))

    assert StockChanged() == where.count(kind, NORTH, delta, "c1")
    assert StockChanged() == where.count(kind, NORTH, delta, "c1")
    assert ([(*row, "c1", "", "")] if row else []) == rows(where)
    with pytest.raises(PortError) as caught:
        where.count(kind, NORTH, 9, "c1")
    assert (
        f"c1 came again with 9 units of mug at north: they were {delta}",
    ) == caught.value.args
    for other in ((kind, SOUTH, 1, "c1"), (kind, NORTH, 1, "c2")):
        assert StockChanged() == where.count(*other)


def test_no_more_is_written_off_than_is_available() -> None:
    """What is promised must be released first."""
    where, _ = house((NORTH, 5))
    where.reserve(reserve(demand(2)))

    assert StockGone("only 3 are available") == where.count(
        "adjusted", NORTH, -4, "c1"
    )
    assert StockChanged() == where.count("adjusted", NORTH, -3, "c1")
    assert (0, 2, 0, 0) == bins(where)
    below, _ = house()
    below.book("received", NORTH, -2, "initial")
    assert -2 == below.shelves.count(NORTH, "available")
    assert StockChanged() == below.count("adjusted", NORTH, 1, "c1")


def test_what_was_counted_is_known_from_then_on() -> None:
    """It is not endless any more, though there may be none."""
    where, _ = house(unlimited=True)
    where.book("received", NORTH, 0, "initial")

    assert [] == rows(where)
    assert ("north",) == where.shelves.places("mug")
    assert isinstance(where.reserve(reserve(demand(1))), StockShort)


@pytest.mark.parametrize(
    ("before", "after", "steps", "left"),
    [
        (None, "restock", [("returned", "outside", "available")], (1, 0)),
        (None, "refurbish", [("returned", "outside", "unavailable")], (0, 1)),
        (None, "quarantine", [("returned", "outside", "unavailable")], (0, 1)),
        (
            None,
            "scrap",
            [
                ("returned", "outside", "unavailable"),
                ("written_off", "unavailable", "outside"),
            ],
            (0, 0),
        ),
        (None, "return_to_vendor", [], (0, 0)),
        (None, "return_to_customer", [], (0, 0)),
        ("restock", "restock", [], (1, 0)),
        (
            "restock",
            "quarantine",
            [("moved", "available", "unavailable")],
            (0, 1),
        ),
        (
            "quarantine",
            "restock",
            [("moved", "unavailable", "available")],
            (1, 0),
        ),
        ("quarantine", "refurbish", [], (0, 1)),
        (
            "restock",
            "scrap",
            [("written_off", "available", "outside")],
            (0, 0),
        ),
        (
            "refurbish",
            "return_to_vendor",
            [("consumed", "unavailable", "outside")],
            (0, 0),
        ),
        (
            "restock",
            "return_to_customer",
            [("consumed", "available", "outside")],
            (0, 0),
        ),
        ("scrap", "restock", [("returned", "outside", "available")], (1, 0)),
        ("scrap", "return_to_vendor", [], (0, 0)),
        ("return_to_vendor", "scrap", [], (0, 0)),
    ],
)
def test_goods_that_came_back_go_where_they_are_to(
    before: Any, after: Any, steps: list[tuple[str, str, str]], left: Any
) -> None:
    """From outside, or from where they were put before."""
    where, _ = house()
    if before is not None:
        where.restock(restock(item(1), after=before))
    begun = len(where.shelves.movements)
    expected = [
        (kind, NORTH, 1, from_, to, "t1:restock:1", "", "")
        for kind, from_, to in steps
    ]

    assert StockChanged() == where.restock(
        restock(item(1), after=after, before=before)
    )
    assert expected == rows(where)[begun:]
    level = where.shelves.level((NORTH,))
    assert left == (level.available, level.unavailable)


def test_what_is_not_there_any_more_goes_nowhere() -> None:
    """All of it, or none."""
    where, _ = house((NORTH, 1), (CUP, 5))

    assert StockGone("they are not available any more") == where.restock(
        restock(item(1), item(1), after="scrap", before="restock")
    )
    assert StockGone("they are not unavailable any more") == where.restock(
        restock(
            item(1, sku="cup"), item(1), after="restock", before="quarantine"
        )
    )
    assert [] == rows(where)


# --- what is kept elsewhere ---------------------------------------------


@pytest.mark.parametrize("state", ["held", "allocated", "expired"])
def test_a_reservation_may_come_from_elsewhere(state: Any) -> None:
    """With its limit, if it is held."""
    where, clock = house()
    where.shelves.load(NORTH, {"available": 1, "held": 2, "allocated": 2})
    found = Reservation(
        reservation_id="r1",
        cause="c",
        until=NOON + HOUR,
        state=state,
        items=Counter({("1", NORTH): 2}),
    )
    where.load(found)
    live = [
        Held(
            reservation_id="r1",
            line_id="1",
            cell=NORTH,
            bin=state,
            quantity=2,
        )
    ]

    assert ([] if state == "expired" else live) == list(where.live())
    assert ("available" if state == "expired" else state) == found.bin
    assert {NORTH: 2} == found.needs()
    clock.now = NOON + HOUR
    where.expire()
    assert (state == "held") is bool(rows(where))


# --- shelves ------------------------------------------------------------


def test_levels_are_summed_over_cells() -> None:
    """What is not there counts for nothing."""
    shelves = Shelves(lambda: NOON)
    shelves.load(NORTH, {"available": 1, "held": 2})
    shelves.load(SOUTH, {"allocated": 3, "unavailable": 4})
    shelves.load(NORTH, {"available": 5})

    assert Level(
        on_hand=15, available=6, held=2, allocated=3, unavailable=4
    ) == shelves.level((NORTH, SOUTH, CUP))
    assert Level() == shelves.level((CUP,))
    assert ("north", "south") == shelves.places("mug")
    assert () == shelves.places("cup")
    assert [NORTH, SOUTH] == list(shelves.cells())
    assert (6, 0, 0) == (
        shelves.count(NORTH, "available"),
        shelves.count(NORTH, "allocated"),
        shelves.count(CUP, "available"),
    )


def test_a_movement_says_all_that_it_was_told() -> None:
    """With its own date, or that of the clock."""
    shelves = Shelves(lambda: NOON)
    shelves.move("received", NORTH, 3, ("outside", "available"), cause="c1")
    shelves.move(
        "held",
        NORTH,
        2,
        ("available", "held"),
        cause="c2",
        at=NOON + HOUR,
        reservation_id="r1",
        line_id="7",
    )

    assert [
        StockMovement(
            sequence=1,
            at=NOON,
            kind="received",
            sku="mug",
            place="north",
            quantity=3,
            source="outside",
            target="available",
            cause="c1",
        ),
        StockMovement(
            sequence=2,
            at=NOON + HOUR,
            kind="held",
            sku="mug",
            place="north",
            quantity=2,
            source="available",
            target="held",
            cause="c2",
            reservation_id="r1",
            line_id="7",
        ),
    ] == shelves.movements
    assert Level(on_hand=3, available=1, held=2) == shelves.level((NORTH,))


LIVE = (
    Held(reservation_id="r1", line_id="1", cell=NORTH, bin="held", quantity=2),
)


def shelves_of(*moves: tuple[Any, ...]) -> Shelves:
    """Shelves on which this was moved of the reservation's line."""
    shelves = Shelves(lambda: NOON)
    for kind, units, route in moves:
        shelves.move(
            kind,
            NORTH,
            units,
            route,
            cause="c",
            reservation_id="r1" if "held" in route else "",
            line_id="1" if "held" in route else "",
        )
    return shelves


IN, HOLD = ("outside", "available"), ("available", "held")


@pytest.mark.parametrize(
    ("moves", "live", "said"),
    [
        ((("received", 2, IN), ("held", 2, HOLD)), LIVE, ""),
        (
            (
                ("received", 5, IN),
                ("returned", 2, ("outside", "unavailable")),
                ("adjusted", 1, IN),
                ("adjusted", 3, ("available", "outside")),
                ("written_off", 1, ("unavailable", "outside")),
                ("held", 3, HOLD),
                ("consumed", 1, ("held", "outside")),
            ),
            LIVE,
            "",
        ),
        (
            (("received", 1, IN), ("held", 2, HOLD)),
            LIVE,
            (
                "invariant 12, mug at north: Level(on_hand=1, available=-1, "
                "held=2, allocated=0, unavailable=0)"
            ),
        ),
        (
            (("moved", 2, IN), ("held", 2, HOLD)),
            LIVE,
            (
                "invariant 13, mug at north: 0 received, returned and "
                "adjusted less shipped and written off, but 2 on hand"
            ),
        ),
        (
            (("received", 3, IN), ("held", 3, HOLD)),
            LIVE,
            (
                "invariant 14, mug at north: live reservations have 2 held, "
                "the shelf has 3"
            ),
        ),
        (
            (("received", 2, ("outside", "allocated")),),
            (),
            (
                "invariant 14, mug at north: live reservations have 0 "
                "allocated, the shelf has 2"
            ),
        ),
        (
            (
                ("received", 2, ("outside", "available")),
                ("moved", 2, ("available", "held")),
                ("released", 1, ("held", "available")),
                ("held", 1, HOLD),
            ),
            LIVE,
            "",
        ),
    ],
)
def test_wrong_numbers_are_found(moves: Any, live: Any, said: str) -> None:
    """It says which line, of what, and both numbers."""
    shelves = shelves_of(*moves)

    if said:
        with pytest.raises(InvariantError) as caught:
            shelves.check(live)
        assert (said,) == caught.value.args
    else:
        shelves.check(live)


def test_what_a_reservation_took_must_end_once() -> None:
    """Line by line, though the sums agree."""
    shelves = shelves_of(("received", 2, IN), ("held", 2, HOLD))
    other = (
        Held(
            reservation_id="r1",
            line_id="2",
            cell=NORTH,
            bin="held",
            quantity=2,
        ),
    )
    with pytest.raises(InvariantError) as caught:
        shelves.check(other)
    assert (
        (
            "invariant 15, mug at north: 2 units of line 1 of reservation "
            "r1 have not ended exactly once"
        ),
    ) == caught.value.args


# --- sourcing -----------------------------------------------------------


@pytest.mark.parametrize(
    ("demands", "free", "taken", "short"),
    [
        ([demand(2)], {NORTH: 2}, {("1", NORTH): 2}, []),
        ([demand(2)], {NORTH: 1, SOUTH: 2}, {("1", SOUTH): 2}, []),
        ([demand(2)], {NORTH: 3, SOUTH: 2}, {("1", NORTH): 2}, []),
        (
            [demand(3)],
            {NORTH: 1, SOUTH: 2},
            {("1", NORTH): 1, ("1", SOUTH): 2},
            [],
        ),
        (
            [demand(3)],
            {NORTH: 2, CUP: 9, SOUTH: 2},
            {("1", NORTH): 2, ("1", SOUTH): 1},
            [],
        ),
        ([demand(2)], {NORTH: -5, SOUTH: 2}, {("1", SOUTH): 2}, []),
        ([demand(1)], {NORTH: -5}, {}, [demand(1)]),
        (
            [demand(2, place="south")],
            {NORTH: 5},
            {},
            [demand(2, place="south")],
        ),
        (
            [demand(2), demand(2, "2", place="north")],
            {NORTH: 2, SOUTH: 1},
            {("1", SOUTH): 1, ("2", NORTH): 2},
            [demand(1)],
        ),
        (
            [demand(2), demand(2, "2")],
            {NORTH: 3},
            {("1", NORTH): 2, ("2", NORTH): 1},
            [demand(1, "2")],
        ),
        (
            [demand(1), demand(1)],
            {NORTH: 3},
            {("1", NORTH): 2},
            [],
        ),
    ],
)
def test_demands_are_served_as_far_as_it_goes(
    demands: Any, free: Any, taken: Any, short: Any
) -> None:
    """By the first place that can alone, or by several."""
    before = dict(free)
    plan = source(demands, free)

    assert taken == plan.taken
    assert tuple(short) == plan.short
    assert before == free


def test_shortages_are_summed_by_sku() -> None:
    """With what could have been had."""
    demands = [
        demand(2),
        demand(3, "2"),
        demand(4, "3", "cup"),
        demand(1, "4", "pot"),
    ]
    plan = source(demands, {NORTH: 4, CUP: 1, ("pot", "north"): 1})

    assert (
        Shortage(sku="mug", wanted=5, available=4),
        Shortage(sku="cup", wanted=4, available=1),
    ) == plan.shortages
    assert (
        item(2),
        item(2, "2"),
        item(1, "3", "cup"),
        item(1, "4", "pot"),
    ) == plan.items
    assert Plan({}, (), ()) == source([], {})
