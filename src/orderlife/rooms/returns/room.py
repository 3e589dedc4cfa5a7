"""The room of returns, from the request to the refund."""

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
    tells,
)
from orderlife.rooms.exceptions.messages import ExceptionResolved
from orderlife.rooms.returns import (
    decide,
    guards,
    intents,
    limits,
    messages,
    notifications,
    process,
    reports,
    resolutions,
    sentences,
)
from orderlife.rooms.returns.evolve import CHANGES
from orderlife.rooms.returns.invariants import INVARIANTS
from orderlife.rooms.returns.lifecycle import RETURN
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    CloseReturn,
    DeclineReturn,
    DispositionChanged,
    EndReceiving,
    ExpireReturn,
    GrantReturn,
    InspectReturn,
    OrderReturnLabel,
    RefuseReturn,
    RequestReturn,
    ResolveReturn,
    ReturnApproved,
    ReturnCancelled,
    ReturnClosed,
    ReturnDeclined,
    ReturnExpired,
    ReturnHandedIn,
    ReturnInspected,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnLabelRequested,
    ReturnParcelReceived,
    ReturnReceived,
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
    ReturnShipped,
    StartReturn,
)
from orderlife.rooms.returns.model import Return
from orderlife.rooms.returns.offers import offers
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.rooms.shipment.resolutions import given_up
from orderlife.rooms.shipment.room import unknown_label

__all__ = ["RETURNS", "RETURN_ROOM"]

RETURNS: Final = Parts("return", Return, "return_id", "returns")


def _awaits(return_: Return, operation_id: str) -> bool | None:
    return operation_id == return_.label_pending or None


_RESTOCK: Final = {Remedy.RESTOCK: resolutions.restock, Remedy.ACCEPT: None}
_GIVEN_UP: Final = {Remedy.RETRY: None, Remedy.ACCEPT: given_up}

RETURN_ROOM: Final[Room[Return]] = Room(
    name="returns",
    parts=RETURNS,
    lifecycles={"return": RETURN},
    contract=(messages,),
    commands=(
        on(RequestReturn, guards.request),
        about(ApproveReturn, guards.approve),
        about(DeclineReturn, guards.decline),
        about(CancelReturn, decide.cancel),
        about(CloseReceiving, decide.end_receiving),
        about(InspectReturn, decide.inspect),
        about(ChangeDisposition, decide.change_disposition),
    ),
    facts=(
        hears(
            LabelReported,
            reports.label,
            key="subject",
            unknown=unknown_label,
        ),
        hears(ReturnShipped, reports.shipped, unknown=process.stray_shipped),
        hears(ReturnReceived, reports.received, unknown=process.unannounced),
    ),
    steps=(
        on(StartReturn, decide.start),
        about(GrantReturn, decide.grant),
        about(RefuseReturn, decide.refuse),
        about(OrderReturnLabel, decide.order_label),
        about(ExpireReturn, decide.expire),
        about(EndReceiving, decide.end_receiving),
        about(ResolveReturn, decide.resolve),
        about(CloseReturn, decide.close),
    ),
    events=CHANGES,
    offers=offers,
    gives_away=limits.gives_away,
    invariants=INVARIANTS,
    sentences=sentences.tell,
    reacts=(
        on(ReturnRequested, process.judged),
        on(ReturnLabelFailed, process.label_failed),
        on(ReturnLabelIssued, process.labelled),
        on(ReturnParcelReceived, process.received),
    ),
    asks=(
        asks(ReturnLabelRequested, intents.buy_label),
        asks(ReturnInspected, intents.inspected),
        asks(DispositionChanged, intents.put_elsewhere),
        asks(ExceptionResolved, intents.taken_in),
    ),
    tells=(
        tells(ReturnRequested, notifications.requested),
        tells(ReturnApproved, notifications.approved),
        tells(ReturnDeclined, notifications.declined),
        tells(ReturnLabelIssued, notifications.label_issued),
        tells(ReturnParcelReceived, notifications.received),
    ),
    silent=(
        ReturnCancelled,
        ReturnExpired,
        ReturnLabelRequested,
        ReturnLabelFailed,
        ReturnHandedIn,
        ReturnReceivingEnded,
        ReturnInspected,
        DispositionChanged,
        ReturnResolved,
        ReturnClosed,
    ),
    deadlines=(
        Deadline(TimerKind.RETURN_EXPIRES, process.expiries, process.expire),
        Deadline(
            TimerKind.RECEIVING_ENDS,
            process.receiving_ends,
            process.stop_receiving,
        ),
    ),
    troubles=(
        # Accept: the label is bought by hand and reported.
        Trouble(
            ExceptionKind.LABEL_FAILED,
            {Remedy.RETRY: resolutions.label_again, Remedy.ACCEPT: None},
            knows=resolutions.is_return,
        ),
        Trouble(ExceptionKind.OVER_RETURNED, {Remedy.ACCEPT: None}),
        Trouble(ExceptionKind.UNEXPECTED_ITEMS, {Remedy.ACCEPT: None}),
        Trouble(ExceptionKind.UNANNOUNCED_RETURN, _RESTOCK),
        # Restock: goods that were given up as lost came back.
        Trouble(ExceptionKind.MOVED_AFTER_CANCELLATION, _RESTOCK),
        Trouble(
            ExceptionKind.EFFECT_FAILED, _GIVEN_UP, knows=resolutions.is_ours
        ),
        Trouble(
            ExceptionKind.OUTCOME_UNKNOWN, _GIVEN_UP, knows=resolutions.is_ours
        ),
    ),
    awaits=_awaits,
)
"""The room of returns."""
