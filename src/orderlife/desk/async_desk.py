"""The desk of an async application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from orderlife._checks.validation import check_count, check_order_id
from orderlife._kernel.house import House
from orderlife._kernel.messages import Command, Fact
from orderlife._kernel.verbs import order_of
from orderlife.desk.async_reading import AsyncReading
from orderlife.desk.capacity import CapacityLimiter
from orderlife.desk.requests import (
    accept,
    erasure,
    quoted,
    resting,
)
from orderlife.desk.settings import engine_of, new_id, utc_now
from orderlife.desk.verbs import DeskVerbs
from orderlife.engine.calls import arun
from orderlife.engine.engine import Receipt, Retry, RoundResult
from orderlife.engine.ports import AsyncPorts
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import Quoted
from orderlife.views.order import OrderView

__all__ = ["AsyncOrderDesk"]


class AsyncOrderDesk(AsyncReading, DeskVerbs[Awaitable[OrderView]]):
    """The desk of an async application: the same verbs, awaited."""

    def __init__(
        self,
        ports: AsyncPorts,
        *,
        policy: Policy | None = None,
        clock: Callable[[], datetime] = utc_now,
        inline: bool = True,
        owner: str = "",
        lease: timedelta = timedelta(minutes=2),
        retry: Retry | None = None,
        limit: int | None = None,
        house: House = HOUSE,
    ) -> None:
        """Make a desk; see ``OrderDesk``."""
        self.ports = ports
        self.engine = engine_of(
            ports,
            policy,
            clock,
            owner,
            lease,
            retry or Retry(),
            house,
            awaits=True,
        )
        self._inline = inline
        self._capacity = CapacityLimiter(limit)

    @classmethod
    def in_memory(
        cls,
        stock: Mapping[str, int] | None = None,
        *,
        policy: Policy | None = None,
        clock: Callable[[], datetime] = utc_now,
        more: Mapping[str, object] | None = None,
        house: House = HOUSE,
    ) -> AsyncOrderDesk:
        """A desk over fakes; see ``OrderDesk.in_memory``."""
        from orderlife.memory.ports import async_in_memory_ports

        ports = async_in_memory_ports(
            stock, clock=clock, more=more, house=house
        )
        return cls(ports, policy=policy, clock=clock, house=house)

    def new_id(self) -> str:
        """A new id, for an order or a command."""
        return new_id()

    async def submit(self, command: Command, /) -> OrderView:
        """Follow a command, or raise its refusal; see ``OrderDesk``."""
        return await self._take(command)

    async def report(self, fact: Fact, /) -> OrderView:
        """Record a fact; see ``OrderDesk``."""
        return await self._take(fact)

    async def _take(self, message: Command | Fact) -> OrderView:
        flow = accept(self.engine, message, inline=self._inline)
        with self._capacity:
            return await arun(flow, self.ports)

    async def receipt(self, message: Command | Fact, /) -> Receipt:
        """Submit an input without performing effects; give its receipt."""
        with self._capacity:
            return await arun(self.engine.submit(message), self.ports)

    async def erase(self, *, order_id: str = "", customer_id: str = "") -> int:
        """Erase personal data; see ``OrderDesk.erase``."""
        return await self.ports.store.erase(erasure(order_id, customer_id))

    async def archive(
        self, *, after: timedelta = timedelta(days=90), limit: int = 100
    ) -> int:
        """Fold closed orders away; see ``OrderDesk.archive``."""
        flow = self.engine.archive(*resting(after, limit))
        return await arun(flow, self.ports)

    async def work(self, limit: int = 100) -> RoundResult:
        """Do one round of what is due, of any order; see ``OrderDesk``."""
        check_count(limit, "limit", "work")
        return await arun(self.engine.sweep(limit), self.ports)

    async def quote(self, shipment_id: str) -> Quoted | Unknown:
        """Ask for rates for a packed shipment."""
        check_order_id(order_id := order_of(shipment_id))
        flow = quoted(order_id, shipment_id)
        return await arun(flow, self.ports)
