"""What stands between the tenants of one store, and sees what passes.

Both have orders of the same ids, a customer of the same id, commands
and operations of the same names: whatever a store does not keep apart
is mistaken for the other's.  The witness of each tenant knows what is
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from orderlife._kernel.case import Case
from orderlife._values.personal import Personal
from orderlife.engine.summary import summary_of
from orderlife.ports.store import (
    Answer,
    Denial,
    DueTimer,
    Effect,
    Erase,
    FindAnswer,
    FindBacklog,
    FindOrders,
    FindPeople,
    Loaded,
    OrderStore,
    OrderSummary,
)
from orderlife.testing.simulation.found import Tally, ViolatedError

if TYPE_CHECKING:
    from orderlife.testing.simulation.books import Books

__all__ = ["Fence"]

_WRITES: Final = frozenset(
    ("commit", "claim", "settle", "deny", "erase", "postpone", "archive")
)
_ALL: Final = 1_000


class Fence:
    """A tenant's way to its store: nothing of another's may pass.

    It has all methods of a store.  After each call it looks at what was
    answered, and after each write at what others have.

    Args:
        store: the tenant's own.
        tally: where is counted what was checked.
    """

    def __init__(self, store: OrderStore[Case], tally: Tally) -> None:
        self._store = store
        self._tally = tally
        self.mine: Books
        """The witness of this tenant."""
        self.others: list[Books] = []
        """Those of the others."""

    @property
    def may_forget(self) -> bool:
        """What the tenant's own store says of itself."""
        return self._store.may_forget

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        method = getattr(self._store, name)
        look = getattr(type(self), f"_{name}", None)

        def call(argument: Any) -> Any:
            answer = method(argument)
            if not self.others:
                return answer
            self._tally.checked[45] += 1
            if look is not None:
                look(self, argument, answer)
            if name in _WRITES:
                for other in self.others:
                    self._untouched(name, other)
            return answer

        return call

    def _passes(self, what: str) -> ViolatedError:
        return ViolatedError(45, f"{self.mine.tenant} sees another's {what}")

    # What was answered

    def _load(self, order_id: str, answer: Loaded[Case] | None) -> None:
        order = answer and answer.case.order
        if order and order.placement.channel != self.mine.tenant:
            raise self._passes(f"order {order_id}")

    def _answer(self, request: FindAnswer, answer: Answer | None) -> None:
        if answer is None:
            return
        seen = self.mine.orders.get(request.order_id)
        if seen is None or request.input_id not in seen.answers:
            raise self._passes(f"answer to {request.input_id}")

    def _effects(self, argument: object, answer: Iterable[Effect]) -> None:
        del argument
        for effect in answer:
            for other in self.others:
                if other.has_key(effect.key):
                    raise self._passes(f"key {effect.key}")

    _claim = _effects

    def _due_timers(self, request: object, answer: Iterable[DueTimer]) -> None:
        del request
        for due in answer:
            seen = self.mine.orders.get(due.order_id)
            if seen is None or due.timer not in self.mine.timers(due.order_id):
                raise self._passes(f"timer of {due.order_id}")

    def _people(
        self, request: FindPeople, answer: Mapping[str, Personal]
    ) -> None:
        for ref, value in answer.items():
            if self.mine.people.get((request.order_id, ref)) != value:
                raise self._passes(f"person {ref}")

    def _orders(self, request: object, answer: Iterable[OrderSummary]) -> None:
        del request
        for found in answer:
            if found.channel != self.mine.tenant:
                raise self._passes(f"order {found.order_id}, as it looked")

    def _denials(self, order_id: str, answer: Iterable[Denial]) -> None:
        known = self.mine.denied.get(order_id, [])
        for denial in answer:
            if denial not in known:
                raise self._passes(f"denial of {denial.command_id}")

    # What others have

    def _untouched(self, name: str, other: Books) -> None:
        """Check that all is there of another's that its witness knows."""
        what = f"{self.mine.tenant} changes another's"
        for order_id, seen in other.orders.items():
            rows = other.inner.effects(order_id)
            if rows != tuple(seen.effects.values()):
                raise ViolatedError(45, f"{what} effects, by {name}")
            if len(other.inner.history(order_id)) != len(seen.events):
                raise ViolatedError(45, f"{what} order {order_id}, by {name}")
        if name not in {"commit", "erase"}:
            return
        for (order_id, ref), value in other.people.items():
            asked = FindPeople(order_id=order_id, refs=(ref,))
            if other.inner.people(asked) != {ref: value}:
                raise ViolatedError(45, f"{what} people, by {name}")

    # At the end

    def look_round(self, customer_id: str) -> None:
        """Find, count and erase all that a tenant has, and no more.

        Args:
            customer_id: one that each tenant has.

        Raises:
            ViolatedError: it is more, or less.
        """
        mine = self.mine
        request = FindOrders(customer_id=customer_id, limit=_ALL)
        found = self.orders(request)
        expected = [summary_of(seen.case) for seen in mine.orders.values()]
        if sorted(found, key=_by_id) != sorted(expected, key=_by_id):
            raise self._passes("orders, or misses its own")
        waiting = sum(
            not effect.state.is_over or effect.state.value == "attention"
            for seen in mine.orders.values()
            for effect in seen.effects.values()
        )
        counted = sum(each.count for each in self.backlog(FindBacklog()))
        if counted != waiting:
            raise self._passes(f"backlog: {counted} wait, not {waiting}")
        for order_id in mine.denied:
            self.denials(order_id)
        before, mine.people = mine.people, {}
        erased = self.erase(Erase(customer_id=customer_id))
        if erased != len(before):
            raise self._passes(f"people: {erased} erased, not {len(before)}")


def _by_id(summary: OrderSummary) -> str:
    return summary.order_id
