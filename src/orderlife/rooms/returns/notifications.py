"""The messages to the customer about returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import NOTHING
from orderlife._values.days import last_day
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.notifications import customer
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    ReturnApproved,
    ReturnDeclined,
    ReturnLabelIssued,
    ReturnParcelReceived,
    ReturnRequested,
)

__all__ = ["approved", "declined", "label_issued", "received", "requested"]


def requested(
    case: Case, event: ReturnRequested, context: Context
) -> Iterator[Notify]:
    """The request has arrived."""
    kind = MessageKind.RETURN_REQUESTED
    return customer(case, kind, event.return_id, context)


def approved(
    case: Case, event: ReturnApproved, context: Context
) -> Iterator[Notify]:
    """The return is approved, and until which day in the shop's zone."""
    details = NOTHING
    if case.returns[event.return_id].resolution != "keep":
        day = last_day(event.expires_at, context.policy.time_zone)
        details = {"last_day": day.isoformat()}
    kind = MessageKind.RETURN_APPROVED
    return customer(case, kind, event.return_id, context, details)


def declined(
    case: Case, event: ReturnDeclined, context: Context
) -> Iterator[Notify]:
    """The return is declined."""
    kind = MessageKind.RETURN_DECLINED
    return customer(case, kind, event.return_id, context)


def label_issued(
    case: Case, event: ReturnLabelIssued, context: Context
) -> Iterable[Notify]:
    """The return label was bought, if it is still wanted."""
    return_ = case.returns[event.return_id]
    if not return_.notify or return_.state is not ReturnState.APPROVED:
        return ()
    return customer(case, MessageKind.RETURN_LABEL, event.return_id, context)


def received(
    case: Case, event: ReturnParcelReceived, context: Context
) -> Iterator[Notify]:
    """A parcel has come back."""
    kind = MessageKind.RETURN_RECEIVED
    return customer(case, kind, event.return_id, context)
