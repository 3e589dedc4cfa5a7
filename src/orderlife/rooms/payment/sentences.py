"""The sentences of payment events in a timeline.

They name the kind of a means of payment, and never its token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event
from orderlife._kernel.sentences import Told
from orderlife.rooms.payment.lifecycle import OperationTrigger
from orderlife.rooms.payment.messages import (
    PaymentAwaited,
    PaymentRecorded,
    PaymentRequested,
    RefundGranted,
    TenderOffered,
)
from orderlife.rooms.payment.model import Movement, MovementKind, OperationKind
from orderlife.rooms.sentences import date, money, spaced

__all__ = ["tell"]


def tell(event: Event, case: Case) -> Told | None:
    """The sentence of an event of payments; None: it is of another room."""
    match event:
        case PaymentAwaited():
            what = f"to be paid for until {date(event.until)}"
            return Told(what, "payment", detail=True)
        case TenderOffered():
            return Told(f"offers to pay by {event.tender.kind}", "payment")
        case PaymentRequested():
            asked = _asked(case, event.kind, event.minor, event.payment_id)
            what = f"asks the gateway to {asked}"
            return Told(what, "payment", detail=True)
        case PaymentRecorded():
            return Told(_recorded(event, case), "payment")
        case RefundGranted():
            return Told(_granted(event, case), "payment")
        case _:
            return None


_ASKED: Final[Mapping[OperationKind, str]] = {
    "authorize": "secure {} on {}",
    "capture": "take {} from {}",
    "void": "give back the {} secured on {}",
    "refund": "refund {} to {}",
    "credit": "give {} as store credit, for {}",
}
_MOVED: Final[Mapping[MovementKind, str]] = {
    MovementKind.AUTHORIZED: "authorized {} on {}",
    MovementKind.CAPTURED: "captured {} from {}",
    MovementKind.CAPTURE_REVERSED: "the capture of {} from {} came to nothing",
    MovementKind.VOIDED: "let go of {} on {}",
    MovementKind.LAPSED: "{} on {} have run out",
    MovementKind.REFUNDED: "refunded {} to {}",
    MovementKind.REFUND_REVERSED: "the {} did not get back to {}",
    MovementKind.CREDITED: "gave {} as store credit, for {}",
    MovementKind.SETTLED_BY_HAND: "{} were paid back by hand, for {}",
    MovementKind.DISPUTED: "disputed: {} taken back to {}",
    MovementKind.DISPUTE_WON: "dispute won: {} of {} are back",
}


def _asked(
    case: Case, kind: OperationKind, minor: int, payment_id: str
) -> str:
    return _ASKED[kind].format(money(case, minor), _tender(case, payment_id))


def _moved(case: Case, moved: Movement) -> str:
    amount = money(case, moved.minor)
    return _MOVED[moved.kind].format(amount, _tender(case, moved.payment_id))


def _tender(case: Case, payment_id: str) -> str:
    """The kind of a means of payment, with its number if there are several."""
    kinds = {
        payment.payment_id: payment.tender.kind
        for payment in case.placed.payments
    }
    kind = spaced(kinds.get(payment_id, "payment"))
    twins = list(kinds.values()).count(kinds.get(payment_id, ""))
    return f"{kind} ({payment_id})" if twins > 1 else f"the {kind}"


def _recorded(event: PaymentRecorded, case: Case) -> str:
    said = [_moved(case, moved) for moved in event.movements]
    operation = case.placed.operations.get(event.operation_id)
    if operation is None:
        return "; ".join(said) or event.detail
    asked = _asked(case, operation.kind, operation.minor, operation.payment_id)
    match event.trigger:
        case OperationTrigger.WAIT:
            said.append(f"the bank will say later whether to {asked}")
        case OperationTrigger.LOSE:
            said.append(f"no answer on whether to {asked}: nobody knows yet")
        case OperationTrigger.ASK_CUSTOMER:
            said.append(f"the customer must act, to {asked}")
        case OperationTrigger.DECLINE if event.detail in {"lapsed", "voided"}:
            said.append(f"no longer waits to {asked}")
        case OperationTrigger.DECLINE:
            why = event.detail or "no reason given"
            said.append(f"declined to {asked}: {why}")
        case OperationTrigger.REVERSE:
            said.append(f"failed after all: {event.detail or 'no reason'}")
        case OperationTrigger.SUCCEED if not said:
            said.append(f"done: {asked}")
        case _:
            pass
    return "; ".join(said)


def _granted(event: RefundGranted, case: Case) -> str:
    if not event.minor:
        return "grants no refund: nothing is due"
    kind = "store credit" if event.as_credit else "refund"
    lines = ", ".join(
        f"{spaced(line.kind)} {money(case, line.minor)}"
        for line in event.lines
    )
    return f"grants a {kind} of {money(case, event.minor)}: {lines}"
