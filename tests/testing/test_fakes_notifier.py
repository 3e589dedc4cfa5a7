"""The fake notifier: it sends nothing, and remembers all of it."""

from __future__ import annotations

import pytest

from orderlife._values.personal import Contact
from orderlife.errors import PortError
from orderlife.ports.base import Capabilities, NotKnown, Unknown
from orderlife.ports.notifier import (
    MessageKind,
    Notifier,
    Notify,
    NotSent,
    Sent,
)
from orderlife.testing import (
    AdapterCrashError,
    Crash,
    Decline,
    FakeNotifier,
    Pend,
    Script,
    TimeOut,
)

CONFIRMED, DELIVERED = MessageKind.ORDER_CONFIRMED, MessageKind.DELIVERED


def notify(
    message: MessageKind = CONFIRMED, order_id: str = "o1", number: int = 1
) -> Notify:
    """Make a message to the customer."""
    return Notify(
        operation_id=f"{order_id}:notify:{number}",
        order_id=order_id,
        message=message,
        audience="customer",
        subject=order_id,
        contact=f"{order_id}:contact",
        people={f"{order_id}:contact": Contact(email="ada@example.org")},
    )


def test_is_a_notifier() -> None:
    """The fake keeps to the port, as mypy can tell."""
    notifier: Notifier = FakeNotifier()
    assert notifier.capabilities.looks_up


def test_remembers_what_was_sent_in_order() -> None:
    """By order, or altogether; nobody's address is shown."""
    notifier = FakeNotifier()
    notifier.send(notify())
    notifier.send(notify(order_id="o2"))
    notifier.send(notify(DELIVERED, number=2))
    assert notifier.kinds("o1") == (CONFIRMED, DELIVERED)
    assert notifier.kinds() == (CONFIRMED, CONFIRMED, DELIVERED)
    assert [m.order_id for m in notifier.sent] == ["o1", "o2", "o1"]
    assert "ada@example.org" not in repr(notifier.sent)


def test_same_operation_sends_once() -> None:
    """A message that comes again under its id is not sent again."""
    notifier = FakeNotifier()
    assert notifier.send(notify()) == notifier.send(notify())
    assert len(notifier.sent) == 1
    with pytest.raises(PortError, match="another content"):
        notifier.send(notify(DELIVERED))


def test_without_deduplication_a_retry_sends_twice() -> None:
    """A driver that retries wrongly is caught by the doubled id."""
    notifier = FakeNotifier(capabilities=Capabilities())
    notifier.send(notify())
    notifier.send(notify())
    assert notifier.doubled() == ("o1:notify:1",)


def test_failure_for_now_may_be_tried_again() -> None:
    """Under the same id, since nothing was sent."""
    script = Script().on("send", Decline("mailbox_full", "later"))
    notifier = FakeNotifier(script=script)
    assert notifier.send(notify()) == NotSent("mailbox_full", permanent=False)
    assert notifier.look_up(notify()) == NotKnown()
    assert notifier.send(notify()) == Sent("message-1")


def test_permanent_failure_stays() -> None:
    """The same id gets the same refusal."""
    notifier = FakeNotifier(script=Script().on("send", Decline("no_such_box")))
    assert notifier.send(notify()) == NotSent("no_such_box", permanent=True)
    assert notifier.send(notify()) == NotSent("no_such_box", permanent=True)
    assert notifier.sent == []


def test_times_out_and_crashes() -> None:
    """A look-up tells whether it was sent."""
    script = Script().on("send", TimeOut("before"), TimeOut("after"))
    notifier = FakeNotifier(script=script)
    notifier.script.on("send", Crash("before"), Pend())
    assert isinstance(notifier.send(notify()), Unknown)
    assert notifier.look_up(notify()) == NotKnown()
    assert isinstance(notifier.send(notify()), Unknown)
    assert notifier.look_up(notify()) == Sent("message-1")
    with pytest.raises(AdapterCrashError):
        notifier.send(notify(number=2))
    with pytest.raises(PortError, match="send cannot Pend"):
        notifier.send(notify(number=3))
