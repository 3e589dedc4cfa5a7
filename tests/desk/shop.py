"""A shop in memory, with a clock and fakes that can be told to fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlife import (
    Address,
    Capabilities,
    Contact,
    Line,
    Money,
    OrderView,
    Recorded,
    testing,
)
from orderlife.ports.store import Effect
from orderlife.testing import FakeGateway, FakeNotifier

ADDRESS = Address(name="Ada", lines=("1 Way",), city="Bonn", country="DE")
CONTACT = Contact(email="ada@example.org", name="Ada")
BOTH = Capabilities(deduplicates=True, looks_up=True, captures_in_parts=True)
DEDUPLICATES = Capabilities(deduplicates=True)
LOOKS_UP = Capabilities(looks_up=True)
NEITHER = Capabilities()


class ProcessDied(BaseException):
    """The process was killed here: nothing in it catches that."""


class Through:
    """A port that lets everything through, but for what is replaced."""

    def __init__(self, port: object, **replaced: Callable[..., Any]) -> None:
        self.port = port
        self.calls: list[tuple[str, Any]] = []
        self._replaced = replaced

    def __getattr__(self, name: str) -> Any:
        found = self._replaced.get(name) or getattr(self.port, name)
        if not callable(found):
            return found

        def call(argument: Any) -> Any:
            self.calls.append((name, argument))
            return found(argument)

        return call

    def named(self, name: str) -> list[Any]:
        """What this method was called with, each time."""
        return [argument for called, argument in self.calls if called == name]


def always(answer: Any) -> Callable[[Any], Any]:
    """A method that gives an answer, or raises it."""

    def method(argument: Any) -> Any:
        del argument
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return method


class Shop(testing.Shop):
    """A shop of forty mugs, and what its books and its history say."""

    def __init__(self, **options: Any) -> None:
        super().__init__({"mug": 40}, **options)

    @property
    def bank(self) -> FakeGateway:
        """The gateway, with its journal."""
        return self.ports.payment

    @property
    def post(self) -> FakeNotifier:
        """The notifier, with what it sent."""
        return self.ports.notifier

    def place(
        self,
        sku: str = "mug",
        quantity: int = 2,
        *,
        order_id: str = "o1",
        **fields: Any,
    ) -> OrderView:
        """Place an order of two mugs, at 12.50 each."""
        price = Money("12.50", "EUR")
        settings: dict[str, Any] = {
            "lines": [Line(sku=sku, quantity=quantity, unit_price=price)],
            "ship_to": ADDRESS,
            "contact": CONTACT,
        }
        return super().place(order_id=order_id, **settings | fields)

    def history(self, order_id: str = "o1") -> tuple[Recorded, ...]:
        """Its history."""
        return self.desk.history(order_id)

    def snapshot(self, order_id: str = "o1") -> list[str]:
        """All that is stored of an order, in a few words."""
        history = [
            f"{r.sequence} {type(r.event).__name__} {r.cause}"
            for r in self.history(order_id)
        ]
        return history + [
            f"{e.operation_id} {e.state.value} {e.attempts} "
            f"{e.due_at} {e.note}"
            for e in self.desk.effects(order_id)
        ]

    def effect(self, operation_id: str) -> Effect:
        """What became of an operation."""
        order_id = operation_id.partition(":")[0].partition("-")[0]
        (found,) = (
            effect
            for effect in self.desk.effects(order_id)
            if effect.operation_id == operation_id
        )
        return found

    def captures(self) -> int:
        """How often money was taken."""
        return sum(e.kind == "captured" for e in self.bank.effects)
