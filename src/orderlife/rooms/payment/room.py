"""The room of payments: tenders, captures, refunds, disputes."""

from __future__ import annotations

from typing import Final

from orderlife._kernel.messages import ExceptionKind, Remedy, TimerKind
from orderlife._kernel.room import (
    Deadline,
    Room,
    Trouble,
    about,
    asks,
    on,
    reports,
    tells,
)
from orderlife.ports.payment import (
    PAYMENT,
    Authorize,
    Capture,
    IssueCredit,
    Refund,
    Void,
)
from orderlife.rooms.order.messages import LinesCancelled, UnitsRecorded
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.room import ORDERS
from orderlife.rooms.payment import (
    decide,
    intents,
    limits,
    messages,
    notifications,
    process,
    resolutions,
    sentences,
)
from orderlife.rooms.payment.evolve import CHANGES
from orderlife.rooms.payment.invariants import INVARIANTS
from orderlife.rooms.payment.ledger import UNSETTLED
from orderlife.rooms.payment.lifecycle import OPERATION
from orderlife.rooms.payment.messages import (
    AwaitPayment,
    CapturePayment,
    GiveUpPayment,
    GrantRefund,
    LapseAuthorization,
    PaymentAwaited,
    PaymentRecorded,
    PaymentReported,
    PaymentRequested,
    PayOrder,
    RefundGranted,
    RefundPayment,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
    TenderOffered,
)
from orderlife.rooms.payment.offers import offers

__all__ = ["PAYMENT_ROOM"]


def _awaits(order: Order, operation_id: str) -> bool | None:
    asked = order.operations.get(operation_id)
    return None if asked is None else asked.state in UNSETTLED


_GIVEN_UP: Final = {Remedy.RETRY: None, Remedy.ACCEPT: resolutions.give_up}

PAYMENT_ROOM: Final[Room[Order]] = Room(
    name="payment",
    parts=ORDERS,
    lifecycles={"payment": OPERATION},
    contract=(messages,),
    commands=(
        about(PayOrder, decide.pay),
        on(CapturePayment, decide.capture_now),
        about(RefundPayment, decide.refund),
    ),
    facts=(about(PaymentReported, decide.report),),
    steps=(
        about(AwaitPayment, decide.await_payment),
        about(RequestAuthorizations, decide.authorize),
        about(RequestPayment, decide.request),
        about(GrantRefund, decide.grant),
        about(GiveUpPayment, decide.give_up),
        about(SettleByHand, decide.settle_by_hand),
        about(LapseAuthorization, decide.lapse),
    ),
    events=CHANGES,
    offers=offers,
    gives_away=limits.gives_away,
    invariants=INVARIANTS,
    sentences=sentences.tell,
    reacts=(
        on(TenderOffered, process.offered),
        on(PaymentRecorded, process.paid),
        on(UnitsRecorded, process.counted),
        on(LinesCancelled, process.lines_cancelled),
        on(RefundGranted, process.granted),
    ),
    asks=(asks(PaymentRequested, intents.request),),
    ports=(PAYMENT,),
    reports=(
        reports(Authorize, PaymentReported, intents.reported),
        reports(Capture, PaymentReported, intents.reported),
        reports(Void, PaymentReported, intents.reported),
        reports(Refund, PaymentReported, intents.reported),
        reports(IssueCredit, PaymentReported, intents.reported),
    ),
    tells=(tells(PaymentRecorded, notifications.recorded),),
    silent=(PaymentAwaited, TenderOffered, PaymentRequested, RefundGranted),
    deadlines=(
        Deadline(TimerKind.PAYMENT_DUE, process.payment_due, process.unpaid),
        Deadline(
            TimerKind.AUTHORIZATION_ENDS,
            process.authorization_ends,
            process.lapse,
        ),
    ),
    awaits=_awaits,
    troubles=(
        # Too little: accept. Too much: accept, or refund it.
        Trouble(
            ExceptionKind.AMOUNT_MISMATCH,
            {
                Remedy.ACCEPT: None,
                Remedy.REFUND: resolutions.give_back_surplus,
            },
        ),
        Trouble(
            ExceptionKind.CAPTURED_AFTER_END,
            {Remedy.REFUND: resolutions.unwind_again, Remedy.ACCEPT: None},
        ),
        Trouble(
            ExceptionKind.CAPTURE_FAILED,
            {Remedy.RETRY: resolutions.secure_again, Remedy.ACCEPT: None},
        ),
        Trouble(
            ExceptionKind.CREDIT_FAILED,
            {
                Remedy.RETRY: resolutions.refund_again,
                Remedy.REFUND: resolutions.refund_again,
                Remedy.ACCEPT: resolutions.paid_back_by_hand,
            },
        ),
        Trouble(
            ExceptionKind.VOID_FAILED,
            {
                Remedy.RETRY: resolutions.void_again,
                Remedy.ACCEPT: resolutions.write_off,
            },
        ),
        # Accept: a person has paid it back outside the gateway.
        Trouble(
            ExceptionKind.REFUND_FAILED,
            {
                Remedy.RETRY: resolutions.refund_again,
                Remedy.STORE_CREDIT: resolutions.refund_again,
                Remedy.ACCEPT: resolutions.paid_back_by_hand,
            },
        ),
        Trouble(
            ExceptionKind.AUTHORIZATION_LAPSED,
            {Remedy.RETRY: resolutions.secure_again, Remedy.ACCEPT: None},
        ),
        Trouble(ExceptionKind.DISPUTE, {Remedy.ACCEPT: None}),
        Trouble(
            ExceptionKind.EFFECT_FAILED, _GIVEN_UP, knows=resolutions.is_ours
        ),
        Trouble(
            ExceptionKind.OUTCOME_UNKNOWN, _GIVEN_UP, knows=resolutions.is_ours
        ),
    ),
)
"""The room of payments."""
