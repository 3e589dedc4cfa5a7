"""What a notifier promises, as checks.

::

    class MyHarness(NotifierHarness):
        def make(self) -> Notifier:
            return MyNotifier(outbox := [])
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final, TypeAlias, cast

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.personal import Contact
from orderlife.ports.base import Intent, Unknown
from orderlife.ports.notifier import (
    AsyncNotifier,
    MessageKind,
    Notifier,
    Notify,
    NotSent,
    Sent,
)
from orderlife.testing.conformance._kit import (
    Check,
    Flow,
    ask,
    collector,
    equal,
    is_a,
    require,
)
from orderlife.testing.conformance._requests import (
    Kind,
    books,
    declared,
    request_checks,
)

__all__ = [
    "NOTIFIER_CHECKS",
    "AnyNotifier",
    "NotifierAbility",
    "NotifierBooks",
    "NotifierHarness",
]

AnyNotifier: TypeAlias = Notifier | AsyncNotifier


class NotifierAbility(FastEnum):
    """What not every notifier, or not every harness, can do."""

    DEDUPLICATES = "deduplicates"
    """The same key again sends once; as its ``capabilities`` say."""
    LOOKS_UP = "looks_up"
    """It can be asked what it sent; as its ``capabilities`` say."""
    CONCURRENT = "concurrent"
    """It may be used by several threads, or tasks, at once."""
    JOURNALS = "journals"
    """The harness can tell what was really sent: ``books``."""
    FAILS = "fails"
    """The harness can have a message refused, for now or for good."""
    LOSES_ANSWERS = "loses_answers"
    """The harness can have it send, and its answer get lost."""
    LOSES_REQUESTS = "loses_requests"
    """The harness can have a request get lost on its way."""


@attrs.frozen(kw_only=True)
class NotifierBooks:
    """What was really sent."""

    sent: int = 0

    def doubled(self) -> NotifierBooks:
        """Everything twice."""
        return NotifierBooks(sent=2 * self.sent)


class NotifierHarness:
    """How to get at your notifier.  Every method may be ``async`` too."""

    abilities: frozenset[NotifierAbility] = frozenset(
        {NotifierAbility.CONCURRENT}
    )
    contact: Contact = Contact(email="ada@example.org", name="Ada")
    """Whom it reaches."""

    def make(self) -> AnyNotifier | Awaitable[AnyNotifier]:
        """A notifier that has sent nothing yet."""
        raise NotImplementedError

    def books(self) -> NotifierBooks | Awaitable[NotifierBooks]:
        """What was really sent by the one that was made last."""
        raise NotImplementedError

    def fail(
        self, intent: Notify, *, permanent: bool
    ) -> Awaitable[None] | None:
        """Have this, which comes next, refused once: not sent."""
        raise NotImplementedError

    def lose_answer(self, intent: Intent) -> Awaitable[None] | None:
        """Have it send this, which comes next, and its answer get lost."""
        raise NotImplementedError

    def lose_request(self, intent: Intent) -> Awaitable[None] | None:
        """Have this, which comes next, get lost before it arrives."""
        raise NotImplementedError

    def close(self) -> Awaitable[None] | None:
        """Clear away what was made for a check."""
        return None


def _open(harness: NotifierHarness) -> Flow[Notifier]:
    return cast("Notifier", (yield from ask(harness.make)))


NOTIFIER: Final = collector(
    _open,
    declared(NotifierAbility),
    frozenset((NotifierAbility.DEDUPLICATES, NotifierAbility.LOOKS_UP)),
)


def message(h: NotifierHarness, number: str = "1", **more: Any) -> Notify:
    """Tell the customer that the order is confirmed."""
    operation_id = f"o1:notify:{number}"
    fields: dict[str, Any] = {
        "operation_id": operation_id,
        "key": operation_id,
        "order_id": "o1",
        "message": MessageKind.ORDER_CONFIRMED,
        "audience": "customer",
        "subject": "o1",
        "contact": "o1:contact",
        "people": {"o1:contact": h.contact},
        **more,
    }
    return Notify(**fields)


def _booked(h: NotifierHarness, sent: int, what: str) -> Flow[None]:
    seen = yield from books(h)
    if seen is not None:
        equal(NotifierBooks(sent=sent), seen, f"what was sent, {what}")


@NOTIFIER()
def sends_a_message(h: NotifierHarness, notifier: Notifier) -> Flow[None]:
    """A message is handed on, once."""
    answer = yield from ask(notifier.send, message(h))
    is_a(Sent, answer, "a message")
    yield from _booked(h, 1, "after one")


@NOTIFIER()
def answers_to_each_kind(h: NotifierHarness, notifier: Notifier) -> Flow[None]:
    """Every kind of message is sent, or refused: none is a surprise."""
    sent = 0
    for number, kind in enumerate(MessageKind):
        wanted = message(h, f"{number}", message=kind, details={"n": "1"})
        answer = yield from ask(notifier.send, wanted)
        told = isinstance(answer, Sent | NotSent)
        require(told, f"{kind.value}: {answer!r}")
        sent += isinstance(answer, Sent)
    yield from _booked(h, sent, "of each kind")


@NOTIFIER()
def tells_staff_too(h: NotifierHarness, notifier: Notifier) -> Flow[None]:
    """Messages to staff need no customer's contact."""
    wanted = message(
        h,
        message=MessageKind.FRAUD_REVIEW,
        audience="staff",
        contact="",
        people={},
    )
    answer = yield from ask(notifier.send, wanted)
    told = isinstance(answer, Sent | NotSent)
    require(told, f"a message to staff: {answer!r}")


@NOTIFIER()
def erased_contact_is_no_crash(
    h: NotifierHarness, notifier: Notifier
) -> Flow[None]:
    """Whose contact was erased gets nothing, and nothing is raised."""
    answer = yield from ask(notifier.send, message(h, people={}))
    told = isinstance(answer, Sent | NotSent | Unknown)
    require(told, f"an erased contact: {answer!r}")
    if isinstance(answer, NotSent):
        require(answer.permanent, "it stays erased: not sent for good")


@NOTIFIER(NotifierAbility.FAILS)
def permanent_failure_is_told_from_a_passing_one(
    h: NotifierHarness, notifier: Notifier
) -> Flow[None]:
    """Whether it is worth trying again is said, with a reason."""
    for number, permanent in enumerate((True, False)):
        wanted = message(h, f"{number}")
        yield from ask(h.fail, wanted, permanent=permanent)
        answer = yield from ask(notifier.send, wanted)
        got = is_a(NotSent, answer, "a message that is refused")
        equal(permanent, got.permanent, "permanent")
        require(got.reason, "there is a reason")
    yield from _booked(h, 0, "refused")


@NOTIFIER(NotifierAbility.FAILS)
def passing_failure_passes(
    h: NotifierHarness, notifier: Notifier
) -> Flow[None]:
    """What failed for now is sent when it comes again under its key."""
    wanted = message(h)
    yield from ask(h.fail, wanted, permanent=False)
    yield from ask(notifier.send, wanted)
    answer = yield from ask(notifier.send, wanted)
    is_a(Sent, answer, "the same message, again")
    yield from _booked(h, 1, "after the second try")


def _writing(h: NotifierHarness, _: Notifier, number: str) -> Flow[Notify]:
    yield from ()
    return message(h, number)


def _reworded(intent: Notify) -> Notify:
    return attrs.evolve(intent, message=MessageKind.ORDER_CANCELLED)


request_checks(
    NOTIFIER,
    NotifierAbility,
    {"send": Kind(method="send", ready=_writing, done=Sent)},
    _reworded,
)

NOTIFIER_CHECKS: Final[tuple[Check[NotifierHarness], ...]] = tuple(
    NOTIFIER.checks
)
"""All that a notifier promises."""
