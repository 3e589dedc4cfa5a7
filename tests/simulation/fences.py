"""Bugs of stores that several tenants share, and of who may do what.

Each store keeps two tenants apart but for one thing.  And one bug of
the driver of async desks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from orderlife import Case, NotFoundError
from orderlife._kernel.decision import Refusal
from orderlife._kernel.messages import Command
from orderlife._values.personal import Personal
from orderlife.engine.calls import Flow, find_answer
from orderlife.engine.chain import Entry
from orderlife.engine.inbox import Receipt, again, refused
from orderlife.house import HOUSE
from orderlife.memory.store import InMemoryOrderStore
from orderlife.ports.base import Intent, provider_key
from orderlife.ports.store import (
    Answer,
    Backlog,
    ClaimEffects,
    Commit,
    CommitOutcome,
    Denial,
    DueTimer,
    Effect,
    Erase,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    FindPeople,
    Loaded,
    OrderStore,
    OrderSummary,
    Settle,
)
from orderlife.rooms.order.authority import check_permitted
from orderlife.rooms.order.messages import DraftOrder, PlaceOrder
from orderlife.testing.simulation import Parts

# The store of two tenants


class Shared(InMemoryOrderStore[Case]):
    """A view of one tenant; what is planted looks at the other's too."""

    other: Shared | None = None


class Neighbours(Parts):
    """A shop whose store has a second tenant.

    Args:
        kind: the class of both views.
    """

    def __init__(self, kind: type[Shared]) -> None:
        super().__init__()
        self._kind = kind

    def store(self) -> OrderStore[Case]:
        return self._kind()

    def neighbour(self, store: OrderStore[Case]) -> OrderStore[Case]:
        beside = self._kind("neighbour")
        assert isinstance(store, Shared)
        store.other, beside.other = beside, store
        return beside


class OthersOrders(Shared):
    """An order is looked up by its id alone."""

    def load(self, order_id: str, /) -> Loaded[Case] | None:
        loaded = super().load(order_id)
        if loaded is None and self.other is not None:
            return InMemoryOrderStore.load(self.other, order_id)
        return loaded


class OthersAnswers(Shared):
    """An answer is looked up by its command's id alone."""

    def answer(self, request: FindAnswer, /) -> Answer | None:
        answer = super().answer(request)
        if answer is None and self.other is not None:
            return InMemoryOrderStore.answer(self.other, request)
        return answer


class OthersEffects(Shared):
    """A worker claims what is due, whoever asked for it."""

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        claimed = super().claim(request)
        if self.other is None or claimed:
            return claimed
        return InMemoryOrderStore.claim(self.other, request)


class OthersSettled(Shared):
    """How an effect goes on is stored for all of its name."""

    def _settle(self, request: Settle) -> bool:
        if self.other is not None:
            InMemoryOrderStore._settle(
                self.other, attrs.evolve(request, claimed_by="")
            )
        return super()._settle(request)


class OthersTimers(Shared):
    """Timers that are due are found, whosever they are."""

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        due = super().due_timers(request)
        if self.other is not None and not request.order_id:
            due += InMemoryOrderStore.due_timers(self.other, request)
        return due


class OthersPeople(Shared):
    """Personal data is kept by order and reference: the last one stays."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if self.other is not None and commit.order_id in self.other._rows:
            row = self.other._rows[commit.order_id]
            row.people.update(commit.personal)
        return outcome


class OthersRead(Shared):
    """An address is read that is the other's."""

    def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        found = dict(super().people(request))
        if self.other is not None:
            found |= InMemoryOrderStore.people(self.other, request)
        return found


class OthersFound(Shared):
    """A customer's orders are found by the customer's id alone."""

    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        found = super().orders(request)
        if self.other is not None:
            found += InMemoryOrderStore.orders(self.other, request)
        return found


class OthersErased(Shared):
    """A customer is erased with all tenants."""

    def erase(self, request: Erase, /) -> int:
        if self.other is not None:
            InMemoryOrderStore.erase(self.other, request)
        return super().erase(request)


class OthersCounted(Shared):
    """What waits is counted over all tenants."""

    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        found = super().backlog(request)
        if self.other is not None:
            found += InMemoryOrderStore.backlog(self.other, request)
        return found


class OthersDenials(Shared):
    """What was denied is shown to all tenants."""

    def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        found = super().denials(order_id)
        if self.other is not None:
            found += InMemoryOrderStore.denials(self.other, order_id)
        return found


class OneKey(Shared):
    """Two tenants have one key for two requests."""

    def _key(self, intent: Intent, generation: int = 1) -> str:
        return provider_key(intent.operation_id, generation=generation)


# What was denied


class NoRecord(InMemoryOrderStore[Case]):
    """A denial is not taken down."""

    def deny(self, denial: Denial, /) -> None:
        del denial


class DenialAnswered(InMemoryOrderStore[Case]):
    """A denied command counts as answered, and is never asked again."""

    def deny(self, denial: Denial, /) -> None:
        super().deny(denial)
        row = self._rows.get(denial.order_id)
        if row is not None:
            input_id = f"command:{denial.command_id}"
            row.add(Entry(row.version, (), input_id, ""), "")


def answered_first(
    message: Any, refusal: Refusal, now: Any, house: Any
) -> Flow[Receipt]:
    """Whoever gives a known id is told what was answered before."""
    if isinstance(message, Command):
        found = FindAnswer(
            order_id=message.order_id,
            input_id=f"command:{message.command_id}",
        )
        answer = yield from find_answer(found)
        if answer is not None:
            mark = attrs.evolve(answer, fingerprint=_mark(message), salt="")
            return again(message, mark, HOUSE)
    return (yield from refused(message, refusal, now, house))


def _mark(message: Any) -> str:
    from orderlife.codec import fingerprint

    return fingerprint(message)


def looked_up_first(case: Case, command: Any, policy: Any) -> None:
    """Whether there is an order is said before whether one may ask."""
    if case.order is None and not isinstance(command, PlaceOrder | DraftOrder):
        raise NotFoundError("order", case.order_id)
    check_permitted(case, command, policy)


def all_are_own(command: Any, order: Any) -> bool:
    """Whoever may act in their own orders may act in all."""
    return True


async def deaf(flow: Flow[Any], ports: object) -> Any:
    """A driver of async desks that takes an error for an answer."""
    try:
        call = next(flow)
        while True:
            port = getattr(ports, call.port)
            try:
                answer = await getattr(port, call.method)(call.argument)
            except Exception:  # noqa: BLE001
                answer = None
            call = flow.send(answer)
    except StopIteration as stop:
        return stop.value


def named_or_not(command: Any, order: Any) -> bool:
    """A new order is anybody's."""
    owner = "" if order is None else order.placement.customer_id
    return order is None or owner == command.actor.id
