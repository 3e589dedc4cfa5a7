"""The room of stock: held, allocated, consumed or released."""

from __future__ import annotations

from typing import Final

from orderlife._kernel.messages import ExceptionKind, Remedy, TimerKind
from orderlife._kernel.parts import Parts
from orderlife._kernel.room import (
    Deadline,
    Room,
    Trouble,
    about,
    asks,
    hears,
    on,
    reports,
    tells,
)
from orderlife.ports.inventory import (
    INVENTORY,
    Allocate,
    Consume,
    Release,
    Reserve,
)
from orderlife.rooms.order.messages import (
    FraudScreened,
    OrderConfirmed,
    OrderPlaced,
)
from orderlife.rooms.stock import (
    backorders,
    confirmation,
    decide,
    intents,
    messages,
    notifications,
    process,
    resolutions,
    sentences,
)
from orderlife.rooms.stock.evolve import CHANGES
from orderlife.rooms.stock.invariants import INVARIANTS
from orderlife.rooms.stock.lifecycle import RESERVATION
from orderlife.rooms.stock.messages import (
    AllocateStock,
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    CheckBackorder,
    ConsumeStock,
    ExpireStock,
    FillBackorder,
    ReduceBackorder,
    ReleaseStock,
    ReservationBackordered,
    ReservationExpired,
    ReservationRequested,
    ReserveStock,
    StockAllocated,
    StockArrived,
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
from orderlife.rooms.stock.offers import offers

__all__ = ["RESERVATIONS", "STOCK_ROOM"]

RESERVATIONS: Final = Parts(
    "reservation", Reservation, "reservation_id", "reservations"
)


def _awaits(reservation: Reservation, operation_id: str) -> bool | None:
    waits = (reservation.pending, *reservation.leaving)
    return operation_id in waits or None


_GIVEN_UP: Final = {Remedy.RETRY: None, Remedy.ACCEPT: resolutions.given_up}

STOCK_ROOM: Final[Room[Reservation]] = Room(
    name="stock",
    parts=RESERVATIONS,
    lifecycles={"reservation": RESERVATION},
    contract=(messages,),
    commands=(on(FillBackorder, backorders.fill),),
    facts=(
        hears(StockReported, decide.report, unknown=process.stray_report),
        on(StockArrived, backorders.arrived),
    ),
    steps=(
        on(ReserveStock, decide.reserve),
        about(CheckBackorder, decide.check_backorder),
        about(AllocateStock, decide.allocate),
        about(ConsumeStock, decide.consume),
        about(ReleaseStock, decide.release),
        about(ReduceBackorder, decide.reduce),
        about(ExpireStock, decide.expire),
    ),
    events=CHANGES,
    arrived=backorders.told_of,
    offers=offers,
    invariants=INVARIANTS,
    sentences=sentences.tell,
    reacts=(
        on(OrderPlaced, confirmation.placed),
        on(FraudScreened, confirmation.screened),
        on(OrderConfirmed, confirmation.confirmed),
        on(StockHeld, process.held),
        on(ReservationBackordered, backorders.backordered),
        on(StockRefused, process.refused),
        on(StockAllocated, process.allocated),
        on(StockLost, process.lost),
        on(BackorderReduced, backorders.reduced),
        on(StockReleaseRequested, process.taken_off),
        on(StockConsumed, process.taken_off),
        on(StockContradicted, process.contradicted),
    ),
    asks=(
        asks(ReservationRequested, intents.reserve),
        asks(BackorderChecked, intents.ask_again),
        asks(AllocationRequested, intents.allocate),
        asks(StockConsumed, intents.consume),
        asks(StockReleaseRequested, intents.release),
        asks(ReservationExpired, intents.release),
        asks(BackorderReduced, intents.leave_the_line),
    ),
    ports=(INVENTORY,),
    reports=(
        reports(Reserve, StockReported, intents.reported),
        reports(Allocate, StockReported, intents.reported),
        reports(Consume, StockReported, intents.reported),
        reports(Release, StockReported, intents.reported),
    ),
    tells=(
        tells(ReservationBackordered, notifications.backordered),
        tells(StockHeld, notifications.held),
    ),
    silent=(
        ReservationRequested,
        StockRefused,
        AllocationRequested,
        StockAllocated,
        StockConsumed,
        StockReleaseRequested,
        StockReleased,
        ReservationExpired,
        StockLost,
        BackorderReduced,
        BackorderChecked,
        StockContradicted,
    ),
    deadlines=(
        Deadline(
            TimerKind.STOCK_HOLD_ENDS, process.hold_ends, process.run_out
        ),
        Deadline(
            TimerKind.BACKORDER_CHECK,
            backorders.backorder_checks,
            backorders.check_again,
        ),
    ),
    troubles=(
        Trouble(
            ExceptionKind.STOCK_LOST,
            {
                Remedy.RETRY: resolutions.not_there,
                Remedy.REFUND: resolutions.not_there,
            },
        ),
        Trouble(
            ExceptionKind.EFFECT_FAILED, _GIVEN_UP, knows=resolutions.is_ours
        ),
        Trouble(
            ExceptionKind.OUTCOME_UNKNOWN, _GIVEN_UP, knows=resolutions.is_ours
        ),
    ),
    awaits=_awaits,
)
"""The room of stock."""
