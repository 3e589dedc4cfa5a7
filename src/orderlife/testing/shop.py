"""A shop in memory: a desk, its fakes, and a clock that a test sets.

::

    shop = Shop({"mug": 5})
    order = shop.place("mug", 2)
    shop.pack(order)
    shop.deliver(order)
    assert shop.view(order).status.fulfilment == "delivered"
    shop.check()

It has words for what a test does over and over.  All else is asked of
``shop.desk``, and looked up in ``shop.ports``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from orderlife._kernel.house import House
from orderlife._kernel.messages import ExceptionKind, Quantities
from orderlife.desk.desk import OrderDesk
from orderlife.engine.engine import Retry
from orderlife.engine.ports import Ports
from orderlife.errors import InvariantError
from orderlife.house import HOUSE
from orderlife.invariants import check_invariants
from orderlife.memory.clock import Clock
from orderlife.memory.ports import InMemoryPorts, in_memory_ports
from orderlife.memory.script import Script
from orderlife.policy.model import Policy
from orderlife.ports.base import Capabilities
from orderlife.ports.store import FindOrders
from orderlife.rooms.returns.model import Condition, Finding
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.builders import a_contact, a_line, an_address
from orderlife.views.order import OrderView

__all__ = ["Shop"]

_ABLE: Final = Capabilities(
    deduplicates=True, looks_up=True, captures_in_parts=True
)
_DAY: Final = timedelta(days=1)
_UNPACKED: Final = (ShipmentState.PLANNED, ShipmentState.PICKING)


class Shop:
    """A desk, its ports and its clock.

    Args:
        stock: units by SKU; None: as much as anybody wants.
        policy: the shop's choices.
        script: how the fakes misbehave.
        capabilities: what the gateway, the carrier and the notifier can.
        inline: False: what is asked of ports is left to ``rest``.
        retry: how often and after what waits to try again.
        more: the adapters of your rooms' own ports, by their names.
        house: the house, if it has more rooms than ours.
    """

    def __init__(
        self,
        stock: Mapping[str, int] | None = None,
        *,
        policy: Policy | None = None,
        script: Script | None = None,
        capabilities: Capabilities = _ABLE,
        inline: bool = True,
        retry: Retry | None = None,
        more: Mapping[str, object] | None = None,
        house: House = HOUSE,
    ) -> None:
        self.clock = Clock()
        self.script = script if script is not None else Script()
        self.ports: InMemoryPorts = in_memory_ports(
            stock,
            clock=self.clock,
            script=self.script,
            capabilities=capabilities,
            more=more,
            house=house,
        )
        self._settings: dict[str, Any] = {
            "policy": policy,
            "clock": self.clock,
            "retry": retry,
            "house": house,
        }
        self.desk = self.another(inline=inline)
        self._placed = 0

    def another(
        self,
        *,
        inline: bool = True,
        policy: Policy | None = None,
        **ports: Any,
    ) -> OrderDesk:
        """One more desk of this shop, with some ports replaced."""
        fakes = {
            field.name: getattr(self.ports, field.name)
            for field in attrs.fields(Ports)
        }
        settings = self._settings | ({"policy": policy} if policy else {})
        return OrderDesk(Ports(**fakes | ports), inline=inline, **settings)

    def place(
        self,
        sku: str = "mug",
        quantity: int = 2,
        *,
        order_id: str = "",
        **fields: Any,
    ) -> OrderView:
        """Place an order of one line, at 10.00 EUR a unit.

        Args:
            sku: what is ordered.
            quantity: how many of it.
            order_id: its id; empty: ``o1``, and so on.
            fields: those of ``OrderDesk.place``, ``lines`` for others;
                it is sent, and paid by a card that works.
        """
        self._placed += 1
        settings: dict[str, Any] = {
            "lines": [a_line(sku, quantity)],
            "order_id": order_id or f"o{self._placed}",
            "ship_to": an_address(),
            "contact": a_contact(),
            "pay_with": "tok_visa",
        }
        return self.desk.place(**settings | fields)

    def view(self, order: OrderView | str = "o1") -> OrderView:
        """The order as it stands."""
        return self.desk.get(order if isinstance(order, str) else order.id)

    def pack(self, order: OrderView | str = "o1") -> OrderView:
        """Pick and pack all that is planned, at 500 g each."""
        for shipment in self.view(order).shipments:
            if shipment.state in _UNPACKED:
                self.desk.shipments.pick(shipment.shipment_id)
                self.desk.shipments.pack(shipment.shipment_id, weight_g=500)
        return self.view(order)

    def dispatch(self, order: OrderView | str = "o1") -> OrderView:
        """Pack and dispatch all that has not left."""
        for shipment in self.pack(order).shipments:
            if shipment.state in BEFORE_DISPATCH:
                self.desk.shipments.dispatch(shipment.shipment_id)
        return self.view(order)

    def deliver(self, order: OrderView | str = "o1") -> OrderView:
        """Dispatch all that has not left; all arrives a day later."""
        sent = self.dispatch(order).shipments
        self.clock.advance(_DAY)
        for shipment in sent:
            if shipment.left_at and shipment.delivered_at is None:
                self.desk.shipments.scan(
                    shipment.shipment_id, ScanStatus.DELIVERED, self.clock()
                )
        return self.view(order)

    def take_back(
        self,
        order: OrderView | str,
        quantities: Quantities,
        *,
        condition: Condition = "sellable",
        reason: str = "unwanted",
        **fields: Any,
    ) -> OrderView:
        """Have units returned, received and inspected, for the shelf.

        Args:
            order: the order.
            quantities: units by line.
            condition: what they are found to be.
            reason: why they come back.
            fields: more of ``desk.returns.request``.
        """
        order_id = self.view(order).id
        returns = self.desk.returns
        asked = returns.request(order_id, quantities, reason, **fields)
        return_id = asked.returns[-1].return_id
        returns.receive(
            return_id,
            quantities,
            parcel_id=f"{return_id}-parcel",
            at=self.clock(),
        )
        findings = [
            Finding(
                line_id=line_id,
                quantity=units,
                condition=condition,
                disposition="restock",
            )
            for line_id, units in quantities.items()
        ]
        return returns.inspect(return_id, findings)

    def open_kinds(self, order: OrderView | str = "o1") -> list[ExceptionKind]:
        """The kinds of the exception items that wait for somebody."""
        items = self.view(order).exceptions
        return [item.contradiction.kind for item in items]

    def rest(self) -> None:
        """Work until nothing is due.

        Raises:
            InvariantError: something is always due.
        """
        for _ in range(200):
            if self.desk.work().idle:
                return
        message = "there is always something due"
        raise InvariantError(message)

    def work_for(self, time: timedelta, rounds: int = 60) -> None:
        """Let time pass in small steps, and work at each."""
        for _ in range(rounds):
            self.rest()
            self.clock.advance(time / rounds)
        self.rest()

    def check(self) -> None:
        """Check the rules of every order, and the books of the fakes.

        An adapter of a port of your own is asked as well, by its
        ``check()``, if it has one.

        Raises:
            InvariantError: naming what does not hold.
        """
        after = ""
        while page := self.desk.find(FindOrders(after=after)):
            for summary in page:
                after = summary.order_id
                history = self.desk.history(after)
                case = self.desk.get(after).case
                check_invariants(case, history, self.desk.engine.house)
        self.ports.payment.check()
        self.ports.carrier.check()
        self.ports.inventory.check()
        for adapter in self.ports.more.values():
            check = getattr(adapter, "check", None)
            if check is not None:
                check()
