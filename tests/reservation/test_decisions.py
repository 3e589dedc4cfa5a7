"""What a reservation answers, event by event and to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife.errors import IllegalTransitionError
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    Demand,
    HeldStock,
    Shortage,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    AllocateStock,
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    CheckBackorder,
    ConsumeStock,
    ExpireStock,
    ReduceBackorder,
    ReleaseStock,
    ReservationBackordered,
    ReservationExpired,
    ReservationRequested,
    ReserveStock,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleased,
    StockReleaseRequested,
    StockReported,
)
from orderlife.rooms.stock.model import Reservation
from orderlife.testing.scenario import NOON
from tests.house import decide, decide_first

S = ReservationState
ID = "o1-r1"
RESERVE, ALLOCATE, RELEASE = f"{ID}:reserve:3", f"{ID}:allocate:3", "r:1"
MUGS = Demand(line_id="1", sku="mug", quantity=3)
CUPS = Demand(line_id="2", sku="cup", quantity=1)
TOMORROW = NOON + timedelta(days=1)


def item(
    quantity: int, place: str = "north", line_id: str = "1", sku: str = "mug"
) -> StockItem:
    """Units at a place."""
    return StockItem(line_id=line_id, sku=sku, place=place, quantity=quantity)


HELD = (item(2), item(1, "south"), item(1, line_id="2", sku="cup"))


def made(state: ReservationState = S.HELD, **fields: Any) -> Reservation:
    """A reservation of three mugs and a cup, of three operations."""
    settings: dict[str, Any] = {
        "reservation_id": ID,
        "state": state,
        "demands": (MUGS, CUPS),
        "operations": 3,
    }
    return Reservation(**settings | fields)


def told(outcome: Any, operation_id: str) -> StockReported:
    """What the stock keeper answered."""
    return StockReported(
        order_id="o1",
        reservation_id=ID,
        operation_id=operation_id,
        outcome=outcome,
    )


def test_it_is_asked_for_as_it_is_told() -> None:
    """At once, unless it is known that there is nothing."""
    step = ReserveStock(
        reservation_id=ID,
        demands=(MUGS,),
        until=TOMORROW,
        partial=True,
        check_at=NOON,
    )
    asked = ReservationRequested(
        reservation_id=ID,
        operation_id=f"{ID}:reserve:1",
        demands=(MUGS,),
        until=TOMORROW,
        partial=True,
        check_at=NOON,
    )
    waits = ReservationBackordered(
        reservation_id=ID, demands=(MUGS,), check_at=NOON
    )
    never = attrs.evolve(step, backordered=True, check_at=None)
    assert [asked] == decide_first(step)
    assert [waits] == decide_first(attrs.evolve(step, backordered=True))
    assert [attrs.evolve(asked, check_at=None)] == decide_first(never)


def test_what_is_held_is_given_to_the_order_by_its_next_operation() -> None:
    """Or let go, when its time is over."""
    allocated = AllocationRequested(
        reservation_id=ID, operation_id=f"{ID}:allocate:4"
    )
    expired = ReservationExpired(
        reservation_id=ID, operation_id=f"{ID}:release:4", items=HELD
    )
    held = made(items=HELD)
    assert [allocated] == decide(held, AllocateStock(reservation_id=ID))
    assert [expired] == decide(held, ExpireStock(reservation_id=ID))


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (AllocateStock(reservation_id=ID), "allocate"),
        (ExpireStock(reservation_id=ID), "expire"),
        (
            CheckBackorder(reservation_id=ID, until=NOON, check_at=NOON),
            "allocate",
        ),
    ],
)
def test_what_has_ended_takes_no_step(step: Any, word: str) -> None:
    """It is named, with its state."""
    with pytest.raises(IllegalTransitionError) as caught:
        decide(made(S.RELEASED), step)
    for part in (ID, "released", word):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("held", "asks"),
    [
        (made(S.BACKORDERED), True),
        (made(S.HELD), False),
        (made(S.BACKORDERED, pending=RESERVE), False),
        (made(S.BACKORDERED, items=HELD), False),
    ],
)
def test_a_backorder_is_asked_for_where_it_waits(
    held: Reservation, *, asks: bool
) -> None:
    """And not while it is being asked for, or has come."""
    step = CheckBackorder(reservation_id=ID, until=NOON, check_at=TOMORROW)
    checked = BackorderChecked(
        reservation_id=ID,
        operation_id=f"{ID}:reserve:4",
        demands=(MUGS, CUPS),
        until=NOON,
        check_at=TOMORROW,
    )
    assert [checked] * asks == decide(held, step)


@pytest.mark.parametrize(
    ("quantities", "place", "items"),
    [
        ({"1": 2}, "north", (item(2),)),
        ({"1": 1}, "north", (item(1),)),
        ({"1": 3}, "north", (item(2),)),
        ({"1": 3}, "south", (item(1, "south"),)),
        ({"1": 1, "2": 1}, "north", (item(1), HELD[2])),
        ({"2": 1}, "south", ()),
        ({"1": 0}, "north", ()),
    ],
)
def test_goods_leave_from_their_place(
    quantities: dict[str, int], place: str, items: tuple[StockItem, ...]
) -> None:
    """So many units of each line as are held there."""
    step = ConsumeStock(
        reservation_id=ID,
        quantities=quantities,
        place=place,
        subject="o1-s1",
        written_off=True,
    )
    expected = StockConsumed(
        reservation_id=ID,
        operation_id=f"{ID}:consume:4",
        items=items,
        subject="o1-s1",
        written_off=True,
    )
    assert [expected] == decide(made(S.ALLOCATED, items=HELD), step)


def test_no_unit_leaves_twice() -> None:
    """What one item has given is not asked of the next."""
    two = (item(2), item(2))
    step = ConsumeStock(
        reservation_id=ID, quantities={"1": 3}, place="north", subject="s"
    )
    (event,) = decide(made(S.ALLOCATED, items=two), step)
    assert isinstance(event, StockConsumed)
    assert (item(2), item(1)) == event.items


def test_what_is_let_go_is_given_back() -> None:
    """All of it, or what is named; a backorder is not asked for more."""
    all_of_it = ReleaseStock(reservation_id=ID)
    some = ReleaseStock(reservation_id=ID, items=(item(1),))
    waiting = made(S.BACKORDERED)
    given_back = StockReleaseRequested(
        reservation_id=ID, operation_id=f"{ID}:release:4", items=HELD
    )
    assert [given_back] == decide(made(items=HELD), all_of_it)
    assert [attrs.evolve(given_back, items=(item(1),))] == decide(
        made(items=HELD), some
    )
    assert [given_back] == decide(made(S.BACKORDERED, items=HELD), all_of_it)
    assert [] == decide(made(), all_of_it)
    assert [
        BackorderReduced(reservation_id=ID, quantities={"1": 3, "2": 1})
    ] == decide(waiting, all_of_it)
    assert [
        BackorderReduced(reservation_id=ID, quantities={"1": 2})
    ] == decide(
        waiting, ReduceBackorder(reservation_id=ID, quantities={"1": 2})
    )


WANTED = made(S.REQUESTED, pending=RESERVE)
PARTLY = made(S.REQUESTED, pending=RESERVE, partial=True)
WAITED = made(S.BACKORDERED, pending=RESERVE, partial=True, waited=True)
REFUSED = made(S.REFUSED, refused=RESERVE)
YES = StockHeld(reservation_id=ID, operation_id=RESERVE, items=HELD, short=())
NO = StockRefused(reservation_id=ID, shortages=())
NOTHING = attrs.evolve(YES, items=(), short=(MUGS, CUPS))
GIVEN_BACK = StockReleaseRequested(
    reservation_id=ID, operation_id=f"{ID}:release:4", items=HELD
)


@pytest.mark.parametrize(
    ("held", "items", "operation_id", "events"),
    [
        (WANTED, HELD, RESERVE, [YES]),
        (WANTED, HELD, f"{ID}:reserve:2", []),
        (made(pending=ALLOCATE), HELD, ALLOCATE, []),
        (WANTED, (), RESERVE, [NO]),
        (PARTLY, (), RESERVE, [NOTHING]),
        (WAITED, (), RESERVE, [NO]),
        (WAITED, HELD, RESERVE, [YES]),
        (WANTED, (item(0),), RESERVE, [NO]),
        (
            PARTLY,
            (item(1),),
            RESERVE,
            [
                attrs.evolve(
                    YES,
                    items=(item(1),),
                    short=(attrs.evolve(MUGS, quantity=2), CUPS),
                )
            ],
        ),
        (
            WANTED,
            (*HELD, item(1, "east")),
            RESERVE,
            [attrs.evolve(YES, items=(*HELD, item(1, "east")))],
        ),
        (REFUSED, HELD, RESERVE, [YES, GIVEN_BACK]),
        (REFUSED, HELD, f"{ID}:reserve:2", []),
        (REFUSED, (), RESERVE, []),
        (made(S.REFUSED), HELD, "", []),
    ],
)
def test_what_is_held_is_taken_down(
    held: Reservation,
    items: tuple[StockItem, ...],
    operation_id: str,
    events: list[Any],
) -> None:
    """With what is short of it; a yes that comes late is given back."""
    report = told(HeldStock(items=items), operation_id)
    assert events == decide(held, report)


def test_stock_that_nobody_asked_for_is_a_contradiction() -> None:
    """It says what was asked for, and what is held."""
    strange = (
        item(2, line_id="9"),
        item(4, sku="jug"),
    )
    found = told(HeldStock(items=(*HELD, *strange)), RESERVE)
    contradiction = Contradiction(
        ExceptionKind.UNMATCHED_FACT,
        ID,
        f"3 x mug, 1 x cup for reservation {ID}",
        "2 x mug for line 9, 4 x jug for line 1 is held",
    )
    assert [
        YES,
        StockContradicted(reservation_id=ID, contradiction=contradiction),
    ] == decide(WANTED, found)


SHORT = StockShort(shortages=(Shortage(sku="mug", wanted=3, available=1),))
TAKEN = made(pending=ALLOCATE)
LEAVING = made(leaving={RELEASE: HELD})
RELEASED = StockReleased(reservation_id=ID, operation_id=RELEASE)


@pytest.mark.parametrize(
    ("held", "outcome", "operation_id", "events"),
    [
        (
            WANTED,
            SHORT,
            RESERVE,
            [StockRefused(reservation_id=ID, shortages=SHORT.shortages)],
        ),
        (WANTED, SHORT, f"{ID}:reserve:2", []),
        (TAKEN, SHORT, ALLOCATE, []),
        (TAKEN, StockChanged(), ALLOCATE, [StockAllocated(reservation_id=ID)]),
        (TAKEN, StockChanged(), f"{ID}:allocate:2", []),
        (WANTED, StockChanged(), RESERVE, []),
        (LEAVING, StockChanged(), RELEASE, [RELEASED]),
        (LEAVING, StockGone("ran out"), RELEASE, [RELEASED]),
        (
            TAKEN,
            StockGone("ran out"),
            ALLOCATE,
            [StockLost(reservation_id=ID, reason="ran out")],
        ),
        (TAKEN, StockGone("ran out"), f"{ID}:allocate:2", []),
        (WANTED, StockGone("ran out"), RESERVE, []),
        (TAKEN, Unknown("?"), ALLOCATE, []),
    ],
)
def test_only_what_is_awaited_is_answered(
    held: Reservation, outcome: Any, operation_id: str, events: list[Any]
) -> None:
    """Under the operation that it was asked by."""
    assert events == decide(held, told(outcome, operation_id))
