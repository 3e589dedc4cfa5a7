"""Orders that a desk lets live on the store that is checked."""

from __future__ import annotations

from collections.abc import Generator
from types import SimpleNamespace
from typing import Any, Final, TypeVar

from orderlife._kernel.house import House
from orderlife._kernel.messages import Actor, Command
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact
from orderlife.engine.calls import Call as DeskCall
from orderlife.engine.engine import Engine
from orderlife.house import HOUSE
from orderlife.memory.clock import Clock
from orderlife.memory.ports import in_memory_ports
from orderlife.policy.model import Policy
from orderlife.ports.payment import Tender
from orderlife.rooms.order.messages import CancelOrder, PlaceOrder
from orderlife.rooms.order.model import Line
from orderlife.testing.conformance._kit import Flow, ask
from orderlife.testing.conformance._store import NOW, Store

__all__ = ["CUSTOMER", "Life", "lived", "placing"]

T = TypeVar("T")

CUSTOMER: Final = Actor("customer", "ada")


class Life:
    """A desk over the store that is checked, and all ports but the store.

    Args:
        store: the store that is checked.
        house: whose orders they are.
        more: the adapters of the house's own ports, by their names.
    """

    def __init__(
        self, store: Store, house: House = HOUSE, **more: object
    ) -> None:
        self.clock = Clock(NOW)
        ports = in_memory_ports({"mug": 9}, clock=self.clock)
        adapters: dict[str, Any] = {
            "payment": ports.payment,
            "carrier": ports.carrier,
            "inventory": ports.inventory,
            "notifier": ports.notifier,
            **more,
        }
        self.engine = Engine(
            clock=self.clock,
            policy=Policy(),
            owner="a",
            capabilities={
                name: each.capabilities for name, each in adapters.items()
            },
            house=house,
        )
        self._ports = SimpleNamespace(store=store, **adapters)

    def over(self, flow: Generator[DeskCall[Any], Any, T]) -> Flow[T]:
        """Have a flow of the desk use the store that is checked."""
        try:
            call = next(flow)
            while True:
                method = getattr(getattr(self._ports, call.port), call.method)
                call = flow.send((yield from ask(method, call.argument)))
        except StopIteration as stop:
            result: T = stop.value
            return result


def placing(order_id: str = "o1") -> PlaceOrder:
    """Ada's order of two mugs."""
    return PlaceOrder(
        order_id=order_id,
        command_id="c1",
        actor=CUSTOMER,
        lines=(Line(sku="mug", quantity=2, unit_price=Money("12.50", "EUR")),),
        ship_to=Address(
            name="Ada", lines=("1 Way",), city="Bonn", country="DE"
        ),
        contact=Contact(email="ada@example.org"),
        tenders=(Tender("card", "tok_visa"),),
        customer_id="ada",
    )


def lived(store: Store, order_id: str = "o1") -> Flow[None]:
    """Let an order be placed, paid for, and called off again."""
    life = Life(store)
    leave = CancelOrder(order_id=order_id, command_id="c2", actor=CUSTOMER)
    commands: tuple[Command, ...] = (placing(order_id), leave)
    for command in commands:
        engine = life.engine.at_hand()
        yield from life.over(engine.submit(command))
        yield from life.over(engine.drive(order_id))
