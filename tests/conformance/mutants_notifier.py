"""Notifiers with one defect each."""

from __future__ import annotations

import attrs

from orderlife.ports.notifier import NotifierOutcome, Notify, NotSent, Sent
from orderlife.testing import FakeNotifier
from tests.conformance.fakes import NotifierFakes
from tests.conformance.mutants_requests import plant_request_mutants
from tests.conformance.planted import Planted

__all__ = ["NOTIFIER"]

NOTIFIER = Planted(NotifierFakes)

plant_request_mutants(NOTIFIER, FakeNotifier, {"send": "send"})


@NOTIFIER("sends_a_message")
class SendsNothing(FakeNotifier):
    def send(self, intent: Notify, /) -> NotifierOutcome:
        return Sent(f"message-{intent.operation_id}")


@NOTIFIER("answers_to_each_kind")
class HasFewTemplates(FakeNotifier):
    def send(self, intent: Notify, /) -> NotifierOutcome:
        templates = {"order_confirmed": "Thank you!"}
        assert templates[intent.message.value]
        return super().send(intent)


@NOTIFIER("tells_staff_too")
class NeedsACustomer(FakeNotifier):
    def send(self, intent: Notify, /) -> NotifierOutcome:
        assert intent.contact
        return super().send(intent)


@NOTIFIER("erased_contact_is_no_crash")
class NeedsAContact(FakeNotifier):
    def send(self, intent: Notify, /) -> NotifierOutcome:
        assert intent.people[intent.contact] is not None
        return super().send(intent)


@NOTIFIER("permanent_failure_is_told_from_a_passing_one")
class FailsForGood(FakeNotifier):
    def send(self, intent: Notify, /) -> NotifierOutcome:
        answer = super().send(intent)
        if isinstance(answer, NotSent):
            return attrs.evolve(answer, permanent=True)
        return answer


@NOTIFIER("passing_failure_passes")
class RemembersFailures(FakeNotifier):
    def send(self, intent: Notify, /) -> NotifierOutcome:
        known = self.__dict__.setdefault("known", {})
        if intent.key not in known:
            known[intent.key] = super().send(intent)
        answer: NotifierOutcome = known[intent.key]
        return answer
