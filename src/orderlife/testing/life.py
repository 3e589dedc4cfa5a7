"""An order's life without a desk: ``handle``, and scripted ports.

``Life`` hands messages to ``handle``, performs the intents at once and
hands the outcomes back, until nothing is left to do.  Unless told
otherwise everything succeeds::

    life = Life(answers={Capture: lambda intent: Declined(code="funds")})
    life.do(place(...))
    assert life.order.exceptions

An intent for a port of your own is unanswered, unless ``answers`` has it.
It stores nothing and never crashes: use the simulator for that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.house import House
from orderlife._kernel.messages import (
    Command,
    Event,
    Fact,
    Recorded,
    TimerFired,
)
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import Intent
from orderlife.ports.carrier import (
    BuyLabel,
    Intercept,
    InterceptAccepted,
    Label,
    LabelVoided,
    VoidLabel,
)
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    HeldStock,
    Release,
    Reserve,
    Restock,
    Shortage,
    StockChanged,
    StockItem,
    StockShort,
)
from orderlife.ports.notifier import Notify, NotSent, Sent
from orderlife.ports.payment import (
    Authorize,
    Authorized,
    Capture,
    Captured,
    CreditIssued,
    IssueCredit,
    Refund,
    Refunded,
    Void,
    Voided,
)
from orderlife.rooms.exceptions.messages import EffectFailed
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.rooms.stock.messages import StockReported
from orderlife.testing.scenario import NOON, Draft

__all__ = ["Answer", "Life"]

Outcome: TypeAlias = Any
"""A port's answer: a member of the intent's union of outcomes."""

Answer: TypeAlias = Callable[[Any], Outcome | None]
"""Gives the outcome of an intent; None: none yet."""

_PAYMENT: Final = (Authorize, Capture, Void, Refund, IssueCredit)
_STOCK: Final = (Reserve, Allocate, Consume, Release)
_LABEL: Final = (BuyLabel, VoidLabel, Intercept)


class Life:
    """One order, its policy, a clock, and scripted ports.

    Args:
        policy: the shop's choices.
        stock: units by SKU, all at the place ``main``; None: endless.
        answers: functions that give other outcomes, by intent type.
        order_id: the order's id.
        now: the time at the start.
        house: the rooms that decide, if there are more than ours.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        stock: Mapping[str, int] | None = None,
        answers: Mapping[type[Intent], Answer] | None = None,
        *,
        order_id: str = "o1",
        now: datetime = NOON,
        house: House = HOUSE,
    ) -> None:
        self.house = house
        self.policy = Policy() if policy is None else policy
        self.stock = None if stock is None else dict(stock)
        self.answers: dict[type[Intent], Answer] = dict(answers or {})
        self.now = now
        self.case = Case(order_id=order_id)
        self.history: list[Recorded] = []
        self.intents: list[Intent] = []
        """All intents so far, without messages."""
        self.messages: list[Notify] = []
        self.unanswered: dict[str, Intent] = {}
        """The intents without an answer yet, by operation id."""
        self._known: dict[str, Intent] = {}
        self._messages = 0

    @property
    def order(self) -> Order:
        """The order as it stands."""
        return self.case.placed

    @property
    def events(self) -> tuple[Event, ...]:
        """All bare events so far."""
        return tuple(recorded.event for recorded in self.history)

    def of(self, kind: type[Intent]) -> list[Any]:
        """All intents of a type so far."""
        return [intent for intent in self.intents if type(intent) is kind]

    def do(self, command: Command | Draft) -> Decision:
        """Give a command, and perform what follows from it.

        Raises:
            RefusedError: it was refused; or an ``InputError``.
        """
        return self._run(command)

    def report(self, fact: Fact | Draft) -> Decision:
        """Report a fact, and perform what follows from it."""
        return self._run(fact)

    def answer(self, operation_id: str, outcome: Outcome) -> Decision | None:
        """Report the outcome of an operation, late or once more."""
        intent = self._known[operation_id]
        self.unanswered.pop(operation_id, None)
        fact = self._fact(intent, outcome)
        return None if fact is None else self._run(fact)

    def advance(self, time: timedelta) -> None:
        """Let time pass, and fire the timers that come due, in order."""
        end = self.now + time
        while due := [t for t in self.house.timers(self.case) if t.at <= end]:
            self.now = max(self.now, due[0].at)
            fired = TimerFired(order_id=self.case.order_id, timer=due[0])
            self._run(fired)
            left = self.house.timers(self.case)
            assert due[0] not in left, f"still due: {due[0]}"
        self.now = end

    def _run(self, first: Command | Fact | Draft) -> Decision:
        decision = self._handle(first)
        todo = deque(self._asked(decision))
        while todo:
            intent = todo.popleft()
            outcome = self.answers.get(type(intent), self._succeed)(intent)
            if outcome is None:
                self.unanswered[intent.operation_id] = intent
            elif fact := self._fact(intent, outcome):
                todo.extend(self._asked(self._handle(fact)))
        return decision

    def _handle(self, message: Command | Fact | Draft) -> Decision:
        if isinstance(message, Draft):
            self._messages += 1
            message = message.message(self.case.order_id, self._messages)
        answer = self.house.handle(self.case, message, self.now, self.policy)
        if isinstance(answer, Refusal):
            raise answer.error
        self.case = answer.case
        self.history.extend(answer.events)
        return answer

    def _asked(self, decision: Decision) -> list[Intent]:
        for intent in decision.intents:
            self._known[intent.operation_id] = intent
            if isinstance(intent, Notify):
                self.messages.append(intent)
            else:
                self.intents.append(intent)
        again = [self._known[operation] for operation in decision.retried]
        return [*decision.intents, *again]

    def _succeed(self, intent: Intent) -> Outcome:
        number = intent.operation_id
        match intent:
            case Intent(port=port) if port not in HOUSE.ports:
                return None  # nobody knows what its success is
            case Authorize():
                return Authorized(reference=number, amount=intent.amount)
            case Capture():
                return Captured(reference=number, amount=intent.amount)
            case Void():
                return Voided(reference=number)
            case Refund():
                return Refunded(reference=number, amount=intent.amount)
            case IssueCredit():
                return CreditIssued(reference=number, amount=intent.amount)
            case BuyLabel():
                return Label(
                    label_id=number, carrier="post", tracking_number=number
                )
            case VoidLabel():
                return LabelVoided()
            case Intercept():
                return InterceptAccepted()
            case Notify():
                return Sent()
            case Reserve():
                return self._reserve(intent)
            case _:
                self._put_back(intent)
                return StockChanged()

    def _reserve(self, intent: Reserve) -> HeldStock | StockShort:
        """Hold as much as there is, or all or nothing."""
        items, short, shortages = [], [], []
        remaining = self.stock if self.stock is None else dict(self.stock)
        for demand in intent.demands:
            there = (
                demand.quantity if remaining is None else remaining[demand.sku]
            )
            units = min(there, demand.quantity)
            if remaining is not None:
                remaining[demand.sku] -= units
            if units:
                items.append(
                    StockItem(
                        line_id=demand.line_id,
                        sku=demand.sku,
                        place=demand.place or "main",
                        quantity=units,
                    )
                )
            if units < demand.quantity:
                missing = demand.quantity - units
                short.append(attrs.evolve(demand, quantity=missing))
                shortages.append(
                    Shortage(
                        sku=demand.sku,
                        wanted=demand.quantity,
                        available=units,
                    )
                )
        if short and not intent.partial:
            return StockShort(shortages=tuple(shortages))
        self.stock = remaining
        return HeldStock(items=tuple(items), short=tuple(short))

    def _put_back(self, intent: Intent) -> None:
        back = isinstance(intent, Release) or (
            isinstance(intent, Restock)
            and intent.disposition == "restock"
            and intent.previous != "restock"
        )
        if back and self.stock is not None:
            assert isinstance(intent, Release | Restock)
            for item in intent.items:
                self.stock[item.sku] += item.quantity

    def _fact(self, intent: Intent, outcome: Outcome) -> Fact | None:
        order_id, operation_id = intent.order_id, intent.operation_id
        if intent.port not in HOUSE.ports:
            return self.house.reports[type(intent)].tell(intent, outcome)
        if isinstance(intent, _PAYMENT):
            return PaymentReported(
                order_id=order_id, operation_id=operation_id, outcome=outcome
            )
        if isinstance(intent, _STOCK):
            return StockReported(
                order_id=order_id,
                reservation_id=intent.reservation_id,
                operation_id=operation_id,
                outcome=outcome,
            )
        if isinstance(intent, _LABEL):
            return LabelReported(
                order_id=order_id,
                subject=intent.subject,
                operation_id=operation_id,
                outcome=outcome,
            )
        if isinstance(outcome, NotSent):
            return EffectFailed(
                order_id=order_id,
                operation_id=operation_id,
                port=intent.port,
                why=outcome.reason,
            )
        return None  # a message that was sent, goods that were put away
