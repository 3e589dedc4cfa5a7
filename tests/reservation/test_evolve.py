"""What each event makes of a reservation, to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife.ports.inventory import Demand, Shortage, StockItem
from orderlife.rooms.stock.evolve import begin
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    ReservationBackordered,
    ReservationExpired,
    ReservationRequested,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleased,
    StockReleaseRequested,
)
from orderlife.rooms.stock.model import Reservation
from orderlife.testing.scenario import NOON
from tests.house import evolve

S = ReservationState
ID, OPERATION = "o1-r1", "o1-r1:any:4"
MUGS = Demand(line_id="1", sku="mug", quantity=3)
CUPS = Demand(line_id="2", sku="cup", quantity=1)
LATER = NOON + timedelta(days=1)


def item(
    quantity: int, place: str = "north", line_id: str = "1", sku: str = "mug"
) -> StockItem:
    """Units at a place."""
    return StockItem(line_id=line_id, sku=sku, place=place, quantity=quantity)


CUP = item(1, line_id="2", sku="cup")
HELD = (item(2), item(1, "south"), CUP)


def made(state: ReservationState = S.HELD, **fields: Any) -> Reservation:
    """A reservation in the midst of everything."""
    settings: dict[str, Any] = {
        "reservation_id": ID,
        "state": state,
        "demands": (MUGS, CUPS),
        "items": HELD,
        "until": NOON,
        "check_at": NOON,
        "pending": "asked",
        "refused": "no",
        "operations": 3,
        "waited": True,
    }
    return Reservation(**settings | fields)


def happened(kind: Any, **fields: Any) -> Any:
    """An event of the reservation."""
    return kind(reservation_id=ID, **fields)


def operated(kind: Any, **fields: Any) -> Any:
    """An event of the reservation that names an operation."""
    return happened(kind, operation_id=OPERATION, **fields)


def test_it_begins_as_it_was_asked_for() -> None:
    """With all that the request says, and one operation."""
    event = operated(
        ReservationRequested,
        demands=(MUGS,),
        until=NOON,
        check_at=LATER,
        partial=True,
    )
    expected = Reservation(
        reservation_id=ID,
        state=S.REQUESTED,
        demands=(MUGS,),
        until=NOON,
        check_at=LATER,
        pending=OPERATION,
        operations=1,
        partial=True,
    )
    assert expected == begin(event)


def test_it_begins_with_a_wait() -> None:
    """Nothing was asked for yet; the stock is asked on its date."""
    event = happened(ReservationBackordered, demands=(MUGS,), check_at=LATER)
    expected = Reservation(
        reservation_id=ID,
        state=S.BACKORDERED,
        demands=(MUGS,),
        check_at=LATER,
        waited=True,
    )
    assert expected == begin(event)


@pytest.mark.parametrize(
    ("before", "event", "changes"),
    [
        (
            made(),
            operated(AllocationRequested),
            {"pending": OPERATION, "operations": 4},
        ),
        (
            made(),
            happened(StockAllocated),
            {
                "state": S.ALLOCATED,
                "pending": "",
                "until": None,
                "check_at": None,
            },
        ),
        (
            made(leaving={"old": (CUP,)}),
            operated(StockReleaseRequested, items=(item(2),)),
            {
                "items": HELD[1:],
                "leaving": {"old": (CUP,), OPERATION: (item(2),)},
                "operations": 4,
            },
        ),
        (
            made(leaving={"old": (CUP,)}),
            operated(ReservationExpired, items=(item(2),)),
            {
                "state": S.EXPIRED,
                "items": (),
                "leaving": {"old": (CUP,), OPERATION: (item(2),)},
                "operations": 4,
            },
        ),
        (
            made(),
            happened(StockLost, reason="gone"),
            {"state": S.EXPIRED, "items": (), "pending": ""},
        ),
        (
            made(S.BACKORDERED),
            operated(
                BackorderChecked, demands=(MUGS,), until=LATER, check_at=LATER
            ),
            {
                "pending": OPERATION,
                "operations": 4,
                "until": LATER,
                "check_at": LATER,
            },
        ),
        (
            made(),
            happened(
                StockContradicted,
                contradiction=Contradiction(
                    ExceptionKind.STOCK_LOST, ID, "this", "that"
                ),
            ),
            {},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_event_changes(
    before: Reservation, event: Any, changes: dict[str, Any]
) -> None:
    """These fields, and none besides."""
    assert attrs.evolve(before, **changes) == evolve(before, event)


NO = happened(
    StockRefused, shortages=(Shortage(sku="mug", wanted=3, available=0),)
)


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        (
            S.REQUESTED,
            {"state": S.REFUSED, "pending": "", "refused": "asked"},
        ),
        (S.BACKORDERED, {"pending": ""}),
    ],
)
def test_a_no_ends_what_was_only_asked_for(
    state: ReservationState, changes: dict[str, Any]
) -> None:
    """And remembers which operation it was; a wait goes on."""
    before = made(state)
    assert attrs.evolve(before, **changes) == evolve(before, NO)


SHORT = (attrs.evolve(MUGS, quantity=2), CUPS)


@pytest.mark.parametrize(
    ("state", "items", "short", "changes"),
    [
        # At first: held, or waited for.
        (
            S.REQUESTED,
            HELD,
            (),
            {"state": S.HELD, "items": HELD, "waited": False},
        ),
        (
            S.REQUESTED,
            (item(1),),
            SHORT,
            {
                "state": S.HELD,
                "items": (item(1),),
                "demands": (attrs.evolve(MUGS, quantity=1),),
                "waited": False,
            },
        ),
        (
            S.REQUESTED,
            (),
            SHORT,
            {"state": S.BACKORDERED, "items": (), "waited": True},
        ),
        # Asked again: what came is kept, what did not is waited for.
        (S.BACKORDERED, HELD, (), {"items": HELD}),
        (
            S.BACKORDERED,
            (item(1),),
            SHORT,
            {
                "items": (item(1),),
                "demands": (attrs.evolve(MUGS, quantity=1),),
            },
        ),
        (S.BACKORDERED, (), SHORT, {"items": ()}),
    ],
)
def test_what_came_and_what_is_short(
    state: ReservationState,
    items: tuple[StockItem, ...],
    short: tuple[Demand, ...],
    changes: dict[str, Any],
) -> None:
    """It holds what came, and is to hold no more than that."""
    before = made(state, waited=state is S.BACKORDERED)
    event = operated(StockHeld, items=items, short=short)
    settled = {"pending": "", "refused": ""}
    expected = attrs.evolve(before, **settled | changes)
    assert expected == evolve(before, event)


@pytest.mark.parametrize(
    ("quantities", "changes"),
    [
        ({"1": 1}, {"demands": (attrs.evolve(MUGS, quantity=2), CUPS)}),
        ({"1": 3}, {"demands": (CUPS,)}),
        ({"1": 3, "2": 1}, {"demands": (), "state": S.RELEASED}),
        (
            {"1": 2, "9": 1},
            {"demands": (attrs.evolve(MUGS, quantity=1), CUPS)},
        ),
    ],
)
def test_a_wait_for_fewer_units(
    quantities: dict[str, int], changes: dict[str, Any]
) -> None:
    """It ends when nothing is waited for."""
    before = made(S.BACKORDERED)
    event = happened(BackorderReduced, quantities=quantities)
    assert attrs.evolve(before, **changes) == evolve(before, event)


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ((item(2),), HELD[1:]),
        ((item(1),), (item(1), *HELD[1:])),
        ((item(1), item(1)), HELD[1:]),
        ((item(1, "south"), CUP), HELD[:1]),
        ((item(1, "west"), item(1, line_id="3")), HELD),
        ((item(5),), HELD[1:]),
    ],
)
def test_units_are_taken_where_they_are(
    taken: tuple[StockItem, ...], left: tuple[StockItem, ...]
) -> None:
    """Of their line and their place, and of no other."""
    before = made(S.ALLOCATED)
    expected = attrs.evolve(before, items=left, operations=4, consumed=True)
    event = operated(StockConsumed, items=taken, subject="o1-s1")
    assert expected == evolve(before, event)


def test_units_of_one_place_may_lie_in_several_heaps() -> None:
    """What one heap does not have is taken from the next."""
    before = made(S.ALLOCATED, items=(item(2), item(2), item(2)))
    event = operated(StockConsumed, items=(item(3),), subject="o1-s1")
    assert (item(1), item(2)) == evolve(before, event).items


@pytest.mark.parametrize(
    ("state", "leaving", "after"),
    [
        (S.ALLOCATED, {}, S.CONSUMED),
        (S.HELD, {}, S.CONSUMED),
        (S.ALLOCATED, {"old": (CUP,)}, S.ALLOCATED),
        (S.EXPIRED, {}, S.EXPIRED),
    ],
)
def test_it_ends_when_all_has_left(
    state: ReservationState,
    leaving: dict[str, tuple[StockItem, ...]],
    after: ReservationState,
) -> None:
    """Unless some of it is still on its way back, or it has ended."""
    before = made(state, items=(CUP,), leaving=leaving)
    event = operated(StockConsumed, items=(CUP,), subject="o1-s1")
    expected = attrs.evolve(
        before, state=after, items=(), operations=4, consumed=True
    )
    assert expected == evolve(before, event)


@pytest.mark.parametrize(
    ("state", "items", "leaving", "consumed", "after"),
    [
        (S.ALLOCATED, (), {OPERATION: HELD}, False, S.RELEASED),
        (S.ALLOCATED, (), {OPERATION: HELD}, True, S.CONSUMED),
        (S.ALLOCATED, (CUP,), {OPERATION: HELD}, True, S.ALLOCATED),
        (S.ALLOCATED, (), {OPERATION: (), "old": ()}, True, S.ALLOCATED),
        (S.EXPIRED, (), {OPERATION: HELD}, False, S.EXPIRED),
        (S.HELD, (), {}, False, S.RELEASED),
    ],
)
def test_it_ends_when_all_is_back(
    state: ReservationState,
    items: tuple[StockItem, ...],
    leaving: dict[str, tuple[StockItem, ...]],
    consumed: bool,
    after: ReservationState,
) -> None:
    """As given back, or as used up if anything of it has left."""
    before = made(state, items=items, leaving=leaving, consumed=consumed)
    left = {name: of for name, of in leaving.items() if name != OPERATION}
    expected = attrs.evolve(before, state=after, leaving=left)
    assert expected == evolve(before, operated(StockReleased))
