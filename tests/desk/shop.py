"""A shop in memory, with a clock and fakes that can be told to fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs

from orderlife import (
    Address,
    Capabilities,
    Contact,
    Line,
    Money,
    OrderDesk,
    OrderView,
    Policy,
    Ports,
    Recorded,
    Retry,
)
from orderlife._kernel.messages import ExceptionKind
from orderlife.ports.store import Effect
from orderlife.testing import (
    Clock,
    FakeGateway,
    FakeNotifier,
    InMemoryPorts,
    Script,
    in_memory_ports,
)

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


class Shop:
    """A desk, its ports and its clock."""

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        script: Script | None = None,
        capabilities: Capabilities = BOTH,
        inline: bool = True,
        retry: Retry | None = None,
    ) -> None:
        self.clock = Clock()
        self.script = script if script is not None else Script()
        self.ports: InMemoryPorts = in_memory_ports(
            {"mug": 40},
            clock=self.clock,
            script=self.script,
            capabilities=capabilities,
        )
        self._settings: dict[str, Any] = {
            "policy": policy,
            "clock": self.clock,
            "retry": retry,
        }
        self.desk = self.another(inline=inline)

    def another(self, *, inline: bool = True, **ports: Any) -> OrderDesk:
        """One more desk of this shop, with some ports replaced."""
        fakes = {
            field.name: getattr(self.ports, field.name)
            for field in attrs.fields(Ports)
        }
        return OrderDesk(
            Ports(**{**fakes, **ports}), inline=inline, **self._settings
        )

    @property
    def bank(self) -> FakeGateway:
        """The gateway, with its journal."""
        return self.ports.payment

    @property
    def post(self) -> FakeNotifier:
        """The notifier, with what it sent."""
        return self.ports.notifier

    def place(
        self, order_id: str = "o1", token: str = "tok_visa", **more: Any
    ) -> OrderView:
        """Place an order of two mugs."""
        return self.desk.place(
            [Line(sku="mug", quantity=2, unit_price=Money("12.50", "EUR"))],
            order_id=order_id,
            ship_to=ADDRESS,
            contact=CONTACT,
            pay_with=token,
            **more,
        )

    def send(self, order_id: str = "o1") -> OrderView:
        """Pick, pack and dispatch its first shipment."""
        shipment_id = f"{order_id}-s1"
        self.desk.shipments.pick(shipment_id)
        self.desk.shipments.pack(shipment_id, weight_g=500)
        return self.desk.shipments.dispatch(shipment_id)

    def view(self, order_id: str = "o1") -> OrderView:
        """The order as it stands."""
        return self.desk.get(order_id)

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

    def open_kinds(self, order_id: str = "o1") -> list[ExceptionKind]:
        """What kinds of exceptions wait for somebody."""
        exceptions = self.view(order_id).exceptions
        return [item.contradiction.kind for item in exceptions]

    def work_for(self, time: timedelta, rounds: int = 60) -> None:
        """Let time pass in small steps, working at each."""
        for _ in range(rounds):
            self.rest()
            self.clock.advance(time / rounds)
        self.rest()

    def rest(self) -> None:
        """Work until nothing is due; what never rests is a failure."""
        for _ in range(200):
            if self.desk.work().idle:
                return
        message = "there is always something due"
        raise AssertionError(message)
