"""Messages to customers and to staff: how every room makes its own.

A command can suppress messages (``notify=False``); the notifier writes
their texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import NOTHING
from orderlife.ports.notifier import MessageKind, Notify

__all__ = ["customer", "staff"]


def customer(
    case: Case,
    message: MessageKind,
    subject: str,
    context: Context,
    details: Mapping[str, str] = NOTHING,
) -> Iterator[Notify]:
    """Send a message to the customer, unless the command suppressed it.

    Args:
        case: the order just after the event.
        message: the kind of message.
        subject: id of the order, shipment, return … that it is about.
        context: the context of the decision.
        details: further values for the message's text.
    """
    if context.notify and case.placed.placement.contact:
        yield _message(case, message, "customer", subject, details)


def staff(
    case: Case,
    message: MessageKind,
    details: Mapping[str, str],
    context: Context,
) -> Iterator[Notify]:
    """Send a message to the staff, if the policy wants that."""
    if context.notify and context.policy.tell_staff:
        yield _message(case, message, "staff", case.order_id, details)


def _message(
    case: Case,
    message: MessageKind,
    audience: Literal["customer", "staff"],
    subject: str,
    details: Mapping[str, str],
) -> Notify:
    # The event's own number makes the key: one message an event.
    return Notify(
        operation_id=f"{case.order_id}:notify:{case.version}",
        order_id=case.order_id,
        message=message,
        audience=audience,
        subject=subject,
        contact=case.placed.placement.contact,
        details=details,
    )
