"""The messages of a return: commands, facts, steps and events."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderlife._kernel.messages import (
    Command,
    Contradiction,
    Event,
    Fact,
    Quantities,
    Step,
)
from orderlife._kernel.personal import PERSONAL, REFERENCE
from orderlife._values.personal import Discreet, masked
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.carrier import Label
from orderlife.ports.inventory import Disposition
from orderlife.rooms.returns.model import (
    Finding,
    Resolution,
    ReturnLine,
    UnexpectedItem,
)

__all__ = [
    "ApproveReturn",
    "CancelReturn",
    "ChangeDisposition",
    "CloseReceiving",
    "CloseReturn",
    "DeclineReturn",
    "DispositionChanged",
    "EndReceiving",
    "ExpireReturn",
    "GrantReturn",
    "InspectReturn",
    "OrderReturnLabel",
    "RefuseReturn",
    "RequestReturn",
    "ResolveReturn",
    "ReturnApproved",
    "ReturnCancelled",
    "ReturnClosed",
    "ReturnDeclined",
    "ReturnExpired",
    "ReturnHandedIn",
    "ReturnInspected",
    "ReturnLabelFailed",
    "ReturnLabelIssued",
    "ReturnLabelRequested",
    "ReturnParcelReceived",
    "ReturnReceived",
    "ReturnReceivingEnded",
    "ReturnRequested",
    "ReturnResolved",
    "ReturnShipped",
    "StartReturn",
]


# Commands


@attrs.frozen(kw_only=True)
class RequestReturn(Discreet, Command):
    """The customer wants to give units back."""

    quantities: Quantities
    reason: str
    """A code of the shop's registry of reasons."""
    resolution: Resolution = "refund"
    comment: str = attrs.field(default="", repr=masked, metadata=PERSONAL)


@attrs.frozen(kw_only=True)
class _ReturnCommand(Command):
    return_id: str


@attrs.frozen(kw_only=True)
class ApproveReturn(_ReturnCommand):
    """Approve a return, by a person's decision."""

    explanation: str = ""
    keep_items: bool = False
    """True: the customer is refunded and keeps the goods."""


@attrs.frozen(kw_only=True)
class DeclineReturn(_ReturnCommand):
    """Decline a return, by a person's decision."""

    explanation: str


@attrs.frozen(kw_only=True)
class CancelReturn(_ReturnCommand):
    """Cancel a return: the customer keeps the goods."""


@attrs.frozen(kw_only=True)
class CloseReceiving(_ReturnCommand):
    """No further parcel is awaited."""


@attrs.frozen(kw_only=True)
class InspectReturn(_ReturnCommand):
    """Report what an inspection found, unit by unit."""

    findings: tuple[Finding, ...]


@attrs.frozen(kw_only=True)
class ChangeDisposition(_ReturnCommand):
    """Change the disposition of inspected units."""

    line_id: str
    quantity: int
    before: Disposition
    after: Disposition


# Facts


@attrs.frozen(kw_only=True)
class ReturnShipped(Fact):
    """The customer has handed the goods in."""

    return_id: str
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class ReturnReceived(Fact):
    """A parcel came back."""

    return_id: str = ""
    """Empty: the parcel names no return."""
    parcel_id: str
    """Id of the parcel; the same one again changes nothing."""
    at: datetime = attrs.field(converter=utc)
    quantities: Quantities
    unexpected: tuple[UnexpectedItem, ...] = ()


# Steps


@attrs.frozen(kw_only=True)
class StartReturn(Step):
    """Begin a return for a request that was checked."""

    return_id: str
    quantities: Quantities
    reason: str
    resolution: Resolution
    at: datetime = attrs.field(converter=utc)
    comment: str = ""


@attrs.frozen(kw_only=True)
class GrantReturn(Step):
    """Approve the return, by the policy or a person."""

    return_id: str
    explanation: str
    expires_at: datetime = attrs.field(converter=utc)
    keep_items: bool = False
    label: bool = False
    """True: buy a label for it."""
    notify: bool = True


@attrs.frozen(kw_only=True)
class OrderReturnLabel(Step):
    """Buy a label after a refusal."""

    return_id: str


@attrs.frozen(kw_only=True)
class RefuseReturn(Step):
    """Decline the return, by the policy or a person."""

    return_id: str
    explanation: str


@attrs.frozen(kw_only=True)
class ExpireReturn(Step):
    """No goods came in time."""

    return_id: str


@attrs.frozen(kw_only=True)
class EndReceiving(Step):
    """No further parcel is awaited."""

    return_id: str


@attrs.frozen(kw_only=True)
class ResolveReturn(Step):
    """The refund is granted."""

    return_id: str


@attrs.frozen(kw_only=True)
class CloseReturn(Step):
    """The refund has gone through."""

    return_id: str


# Events


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnRequested(Event):
    """The customer wants to give units back."""

    return_id: str
    lines: tuple[ReturnLine, ...]
    reason: str
    resolution: Resolution
    at: datetime = attrs.field(converter=utc)
    comment: str = attrs.field(default="", metadata=REFERENCE)


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnApproved(Event):
    """The goods may come back."""

    return_id: str
    explanation: str
    expires_at: datetime = attrs.field(converter=utc)
    keep_items: bool = False


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnDeclined(Event):
    """The goods may not come back."""

    return_id: str
    explanation: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnCancelled(Event):
    """The customer keeps the goods after all."""

    return_id: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnExpired(Event):
    """No goods came in time."""

    return_id: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnLabelRequested(Event):
    """A return label is being bought."""

    return_id: str
    operation_id: str
    notify: bool = True


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnLabelIssued(Event):
    """The customer can send the goods."""

    return_id: str
    label: Label


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnLabelFailed(Event):
    """The carrier gave no label."""

    return_id: str
    code: str
    detail: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnHandedIn(Event):
    """The goods are on their way back."""

    return_id: str
    at: datetime = attrs.field(converter=utc)
    told_at: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """The reported time, if it was in the future."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnParcelReceived(Event):
    """A parcel came back."""

    return_id: str
    parcel_id: str
    at: datetime = attrs.field(converter=utc)
    quantities: Quantities
    until: datetime = attrs.field(converter=utc)
    """How long further parcels are awaited."""
    unexpected: tuple[UnexpectedItem, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    told_at: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """The reported time, if it was in the future."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnReceivingEnded(Event):
    """No further parcel is awaited."""

    return_id: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnInspected(Event):
    """Units were inspected; each finding is one movement of stock."""

    return_id: str
    findings: tuple[Finding, ...]
    first_operation: int
    """The ordinal of the first finding's restock operation."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class DispositionChanged(Event):
    """Inspected units got another disposition."""

    return_id: str
    operation_id: str
    line_id: str
    quantity: int
    before: Disposition
    after: Disposition


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnResolved(Event):
    """The refund is granted."""

    return_id: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReturnClosed(Event):
    """The refund has gone through; nothing is left to do."""

    return_id: str
