"""The order: placed, screened, held, confirmed, called off, completed."""

from __future__ import annotations

from typing import Final

from orderlife._kernel.messages import TimerKind
from orderlife._kernel.parts import Parts
from orderlife._kernel.room import Deadline, Room, about, objects, on, tells
from orderlife.ports.notifier import NOTIFIER
from orderlife.rooms.order import (
    decide,
    messages,
    notifications,
    process,
    sentences,
    words,
)
from orderlife.rooms.order.evolve import CHANGES
from orderlife.rooms.order.invariants import INVARIANTS
from orderlife.rooms.order.lifecycle import ORDER
from orderlife.rooms.order.messages import (
    AbandonClosing,
    AuthorityUsed,
    BeginClosing,
    CancellationAbandoned,
    CancellationStarted,
    CancelLines,
    CancelOrder,
    CancelUnits,
    Complete,
    Confirm,
    DraftOrder,
    FinishClosing,
    FollowUpScheduled,
    FollowUpSent,
    FraudJudged,
    FraudScreened,
    HoldOpened,
    HoldReleased,
    LiftHold,
    LinesCancelled,
    OpenHold,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderDrafted,
    OrderExpired,
    OrderPlaced,
    OrderRejected,
    OrderReopened,
    PlaceDraft,
    PlaceHold,
    PlaceOrder,
    RecordScreening,
    RecordUnits,
    ReleaseHold,
    Reopen,
    ScheduleFollowUp,
    SendFollowUp,
    UnitsRecorded,
)
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.offers import offers

__all__ = ["ORDERS", "ORDER_ROOM"]

ORDERS: Final = Parts("order", Order, slot="order")

ORDER_ROOM: Final[Room[Order]] = Room(
    name="order",
    parts=ORDERS,
    lifecycles={"order": ORDER},
    contract=(messages,),
    commands=(
        on(PlaceOrder, decide.place, begins=True),
        on(DraftOrder, decide.place, begins=True),
        about(PlaceDraft, decide.place_draft),
        about(CancelOrder, decide.cancel),
        about(CancelLines, decide.cancel_lines),
        about(OpenHold, decide.open_hold),
        about(ReleaseHold, decide.release_hold),
    ),
    facts=(about(FraudJudged, decide.judge_fraud),),
    steps=(
        about(RecordScreening, decide.record_screening),
        about(PlaceHold, decide.open_hold),
        about(LiftHold, decide.release_hold),
        about(Confirm, decide.confirm),
        about(BeginClosing, decide.begin_closing),
        about(AbandonClosing, decide.abandon_closing),
        about(FinishClosing, decide.finish_closing),
        about(Complete, decide.complete),
        about(Reopen, decide.reopen),
        about(RecordUnits, decide.record_units),
        about(CancelUnits, decide.cancel_units),
        about(ScheduleFollowUp, decide.schedule_follow_up),
        about(SendFollowUp, decide.send_follow_up),
    ),
    objects=(
        objects(PlaceOrder, words.check_flags),
        objects(DraftOrder, words.check_flags),
        objects(CancelOrder, words.check_cancel_reason),
        objects(CancelLines, words.check_cancel_reason),
        objects(OpenHold, words.check_hold_reason),
    ),
    events=CHANGES,
    offers=offers,
    claims=process.claimed,
    # Every room tells by it; the first one brings it.
    ports=(NOTIFIER,),
    invariants=INVARIANTS,
    sentences=sentences.tell,
    tells=(
        tells(OrderConfirmed, notifications.confirmed),
        tells(LinesCancelled, notifications.lines_cancelled),
        tells(FollowUpSent, notifications.followed_up),
        tells(OrderCancelled, notifications.ended),
        tells(OrderExpired, notifications.ended),
        tells(OrderRejected, notifications.ended),
        tells(HoldOpened, notifications.held),
    ),
    silent=(
        OrderDrafted,
        OrderPlaced,
        UnitsRecorded,
        FraudScreened,
        OrderCompleted,
        OrderReopened,
        CancellationStarted,
        CancellationAbandoned,
        HoldReleased,
        FollowUpScheduled,
        AuthorityUsed,
    ),
    deadlines=(
        Deadline(
            TimerKind.FOLLOW_UP, process.follow_up_due, process.send_follow_up
        ),
        Deadline(TimerKind.HOLD_ENDS, process.holds_end, process.hold_ended),
    ),
)
"""The room of orders."""
