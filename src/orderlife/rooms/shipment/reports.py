"""What a shipment records of the carrier's answers and scans.

Reports come in any order and any number of times.  None is refused, and
a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeAlias, assert_never

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import (
    Contradiction,
    ExceptionKind,
    Fact,
    heard,
)
from orderlife._values.limits import MAX_SCANS
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    VoidPending,
    VoidRejected,
)
from orderlife.rooms.exceptions.messages import CloseExceptions, OpenException
from orderlife.rooms.exceptions.opening import (
    answered,
    from_the_future,
    unmatched,
)
from orderlife.rooms.shipment.decide import void
from orderlife.rooms.shipment.lifecycle import (
    BEFORE_DISPATCH,
    SHIPMENT,
    ShipmentState,
)
from orderlife.rooms.shipment.messages import (
    InterceptAnswered,
    LabelBought,
    LabelFailed,
    LabelReported,
    LabelVoidRejected,
    LabelVoidRequested,
    Scanned,
    ShipmentCancelled,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import Scan, Shipment
from orderlife.rooms.shipment.tracking import (
    TRIGGER_OF,
    add_scan,
    fold,
    troubles,
)

__all__ = ["label", "mark", "scan", "stray_label"]

Reported: TypeAlias = (
    LabelBought
    | LabelFailed
    | LabelVoidRequested
    | LabelVoidRejected
    | ShipmentCancelled
    | InterceptAnswered
)
"""The events that record an answer of the carrier."""


def mark(case: Case, fact: Fact) -> str:
    """Mark a scan of a parcel that has too many scans to keep them all.

    A shipment compares scans with those that it keeps.
    """
    if not isinstance(fact, Scanned) or fact.fact_id:
        return ""
    shipment = case.shipments.get(fact.shipment_id)
    full = shipment is not None and len(shipment.scans) >= MAX_SCANS
    return "scan" if full else ""


def stray_label(fact: LabelReported) -> OpenException:
    """Open an item for a label that no shipment uses."""
    outcome = fact.outcome
    observed = f"LabelReported about {fact.subject or 'nothing'}"
    observed += f": {type(outcome).__name__}"
    if isinstance(outcome, Label):
        observed += f" {outcome.label_id}"
    return unmatched(fact.order_id, fact.subject, observed)


def scan(
    shipment: Shipment, fact: Scanned, context: Context
) -> Iterator[ShipmentScanned | OpenException]:
    """Record a scan.  Never refuses; a repeat changes nothing."""
    yield from _scanned(shipment, fact, context.now)
    if heard(fact.at, context.now) != fact.at:
        told = f"Scanned: {fact.status.value}"
        yield from_the_future(fact.shipment_id, told, fact.at)


def _scanned(
    shipment: Shipment, fact: Scanned, now: datetime
) -> list[ShipmentScanned]:
    at = heard(fact.at, now)
    scan = Scan(
        status=fact.status,
        at=at,
        detail=fact.detail,
        correction=fact.correction,
        told_at=None if at == fact.at else fact.at,
    )
    scans = add_scan(shipment.scans, scan)
    if scans is shipment.scans:
        return []
    after = fold(scans) or shipment.state
    contradiction = None
    if SHIPMENT.is_terminal(shipment.state):
        said, known = troubles(scans), troubles(shipment.scans)
        if fold(scans) is not fold(shipment.scans) or said != known:
            contradiction = Contradiction(
                ExceptionKind.MOVED_AFTER_CANCELLATION,
                shipment.shipment_id,
                f"shipment {shipment.shipment_id} is {shipment.state.value}",
                f"the carrier reports {scan.status.value}",
                shipment.items,
            )
        after = shipment.state
    elif after is not shipment.state:
        SHIPMENT.step(shipment.shipment_id, shipment.state, TRIGGER_OF[after])
        if shipment.state in BEFORE_DISPATCH:
            contradiction = Contradiction(
                ExceptionKind.MOVED_BEFORE_DISPATCH,
                shipment.shipment_id,
                f"shipment {shipment.shipment_id} is {shipment.state.value}",
                f"the carrier reports {scan.status.value}",
                shipment.items,
            )
    return [
        ShipmentScanned(
            shipment_id=shipment.shipment_id,
            scan=scan,
            before=shipment.state,
            after=after,
            contradiction=contradiction,
        )
    ]


def label(
    shipment: Shipment, fact: LabelReported, context: Context
) -> Iterator[Reported | OpenException | CloseExceptions]:
    """Record what the carrier answered.  Never refuses."""
    events = _answered(shipment, fact)
    if isinstance(fact.outcome, Label) and _is_stray(
        shipment, fact.outcome, events
    ):
        yield stray_label(fact)
        return
    yield from events
    yield from answered(fact.operation_id, fact.outcome)


def _is_stray(
    shipment: Shipment, label: Label, events: Sequence[Reported]
) -> bool:
    """Whether a label was bought that the shipment does not use."""
    if shipment.label is not None:
        return shipment.label.label_id != label.label_id
    return not events


def _answered(shipment: Shipment, fact: LabelReported) -> list[Reported]:
    outcome = fact.outcome
    match outcome:
        case Label():
            return _bought(shipment, fact, outcome)
        case LabelRefused():
            if not _awaits_label(shipment, fact):
                return []
            failed = LabelFailed(
                shipment_id=shipment.shipment_id,
                code=outcome.code,
                detail=outcome.detail,
            )
            return [failed]
        case LabelVoided():
            if not _is_void(shipment, fact):
                return []
            return [
                ShipmentCancelled(
                    shipment_id=shipment.shipment_id,
                    reason=shipment.cancel_wanted,
                )
            ]
        case VoidRejected():
            if not _is_void(shipment, fact):
                return []
            return [
                LabelVoidRejected(
                    shipment_id=shipment.shipment_id, reason=outcome.reason
                )
            ]
        case InterceptAccepted():
            return _intercepted(shipment, fact, accepted=True, reason="")
        case InterceptRejected():
            return _intercepted(
                shipment, fact, accepted=False, reason=outcome.reason
            )
        case LabelPending() | VoidPending() | Unknown():
            return []  # the final answer is still to come
        case _:
            assert_never(outcome)


def _is_void(shipment: Shipment, fact: LabelReported) -> bool:
    return (
        bool(shipment.void_pending)
        and fact.operation_id == shipment.void_pending
    )


def _awaits_label(shipment: Shipment, fact: LabelReported) -> bool:
    return bool(shipment.label_pending) and (
        fact.operation_id == shipment.label_pending
    )


def _bought(
    shipment: Shipment, fact: LabelReported, label: Label
) -> list[Reported]:
    # By hand, or late, after it was refused once.
    by_hand = not fact.operation_id or not shipment.label_pending
    wanted = by_hand and shipment.state in {
        ShipmentState.PACKED,
        ShipmentState.CANCELLED,
    }
    awaited = (
        shipment.label_pending and fact.operation_id == shipment.label_pending
    )
    if shipment.label is not None or not (wanted or awaited):
        return []  # reported before
    bought = LabelBought(shipment_id=shipment.shipment_id, label=label)
    if shipment.state is ShipmentState.CANCELLED:
        # Cancelled while it was being bought: give it back.
        return [bought, void(shipment, label, "cancelled before its label")]
    return [bought]


def _intercepted(
    shipment: Shipment, fact: LabelReported, *, accepted: bool, reason: str
) -> list[Reported]:
    if not shipment.intercept_pending or (
        fact.operation_id != shipment.intercept_pending
    ):
        return []
    return [
        InterceptAnswered(
            shipment_id=shipment.shipment_id, accepted=accepted, reason=reason
        )
    ]
