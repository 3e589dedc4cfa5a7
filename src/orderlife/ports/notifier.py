"""The notifier: messages to the customer and to staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

import attrs

from orderlife._kernel.personal import REFERENCE
from orderlife._values.fast_enum import OpenEnum
from orderlife.ports.base import (
    Capabilities,
    Fate,
    NotKnown,
    Outcome,
    PersonalIntent,
    Unknown,
)
from orderlife.ports.port import Port

__all__ = [
    "NOTIFIER",
    "AsyncNotifier",
    "MessageKind",
    "NotSent",
    "Notifier",
    "NotifierOutcome",
    "Notify",
    "Sent",
]


class MessageKind(OpenEnum):
    """The kinds of messages; the application writes their texts."""

    ORDER_CONFIRMED = "order_confirmed"
    PAYMENT_ACTION_REQUIRED = "payment_action_required"
    PAYMENT_FAILED = "payment_failed"
    ORDER_EDITED = "order_edited"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_REFUNDED = "order_refunded"
    REFUND_FAILED = "refund_failed"
    SHIPPING_CONFIRMATION = "shipping_confirmation"
    SHIPPING_UPDATE = "shipping_update"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    DELIVERY_ATTEMPTED = "delivery_attempted"
    DELIVERY_DELAYED = "delivery_delayed"
    SHIPMENT_EXCEPTION = "shipment_exception"
    READY_FOR_PICKUP = "ready_for_pickup"
    BACKORDER_DELAY = "backorder_delay"
    RETURN_REQUESTED = "return_requested"
    RETURN_APPROVED = "return_approved"
    RETURN_DECLINED = "return_declined"
    RETURN_LABEL = "return_label"
    RETURN_RECEIVED = "return_received"
    FOLLOW_UP = "follow_up"
    FRAUD_REVIEW = "fraud_review"
    EXCEPTION_OPENED = "exception_opened"
    DISPUTE_OPENED = "dispute_opened"


@attrs.frozen(kw_only=True)
class Notify(PersonalIntent):
    """Send one message.  ``details`` never holds personal data."""

    port: ClassVar[str] = "notifier"
    message: MessageKind
    audience: Literal["customer", "staff"]
    subject: str
    """The id of the order, shipment or return that it is about."""
    contact: str = attrs.field(metadata=REFERENCE)
    """Reference of the customer's contact, a key of ``people``."""
    details: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Sent(Outcome):
    """The message was handed on; whether it is read is unknown."""

    becomes: ClassVar[Fate] = Fate.DONE
    reference: str = ""


@attrs.frozen
class NotSent(Outcome):
    """The message was refused; ``permanent``: for good.

    If permanent, nothing will ever be sent under this key; if not,
    nothing was sent this time, and it is tried again.
    """

    becomes: ClassVar[Fate] = Fate.REFUSED
    reason: str
    permanent: bool = True

    @property
    def fate(self) -> Fate:
        """Whether to try again."""
        return self.becomes if self.permanent else Fate.AGAIN

    @property
    def why(self) -> str:
        """The reason."""
        return self.reason


NotifierOutcome: TypeAlias = Sent | NotSent | Unknown


class Notifier(Protocol):
    """Sends messages.  Adapters implement it for one channel."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        ...

    def send(self, intent: Notify, /) -> NotifierOutcome:
        """Send one message."""
        ...

    def look_up(self, intent: Notify, /) -> NotifierOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        ...


class AsyncNotifier(Protocol):
    """The async twin of ``Notifier``."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        ...

    async def send(self, intent: Notify, /) -> NotifierOutcome:
        """Send one message."""
        ...

    async def look_up(self, intent: Notify, /) -> NotifierOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        ...


NOTIFIER: Final = Port("notifier", Notifier, AsyncNotifier, moves=False)
"""The port of messages."""
