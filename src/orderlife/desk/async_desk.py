"""The desk of an async application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from orderlife._checks.validation import check_count, check_order_id
from orderlife._kernel.house import House
from orderlife._kernel.messages import Command, Fact, Recorded
from orderlife._kernel.verbs import order_of
from orderlife._values.limits import MAX_PAGE
from orderlife.desk.capacity import CapacityLimiter
from orderlife.desk.feed import AsyncFeed
from orderlife.desk.requests import (
    accept,
    erasure,
    page,
    quoted,
    resting,
    verified_of,
    view_of,
)
from orderlife.desk.settings import engine_of, new_id, utc_now
from orderlife.desk.verbs import DeskVerbs
from orderlife.desk.view import OrderView
from orderlife.engine.calls import arun
from orderlife.engine.duplicates import DuplicateNumber, Duplicates
from orderlife.engine.engine import Receipt, Retry, RoundResult
from orderlife.engine.ports import AsyncPorts
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import Quoted
from orderlife.ports.store import (
    Backlog,
    Denial,
    Effect,
    FindBacklog,
    FindOrders,
    OrderSummary,
)

__all__ = ["AsyncOrderDesk"]


class AsyncOrderDesk(DeskVerbs[Awaitable[OrderView]]):
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

    async def get(self, order_id: str) -> OrderView:
        """The order as it stands; see ``OrderDesk``."""
        check_order_id(order_id)
        return view_of(
            self.engine, order_id, await self.ports.store.load(order_id)
        )

    async def history(self, order_id: str) -> tuple[Recorded, ...]:
        """All events of an order: who, when, what."""
        check_order_id(order_id)
        return await self.ports.store.history(order_id)

    async def effects(self, order_id: str) -> tuple[Effect, ...]:
        """All effects of an order: requests to ports and their outcomes."""
        check_order_id(order_id)
        return await self.ports.store.effects(order_id)

    async def find(self, request: FindOrders) -> tuple[OrderSummary, ...]:
        """A page of orders, by channel number, customer or status.

        Raises:
            ValidationError: a field is wrong, or the page too large.
        """
        return await self.ports.store.orders(page(request))

    @property
    def feed(self) -> AsyncFeed:
        """All events of all orders; see ``OrderDesk.feed``."""
        return AsyncFeed(self.ports, self.engine.clock)

    async def duplicates(self) -> tuple[DuplicateNumber, ...]:
        """Numbers that were placed twice; see ``OrderDesk.duplicates``."""
        duplicates = Duplicates(MAX_PAGE)
        store = self.ports.store
        while duplicates.take(await store.orders(duplicates.request())):
            pass
        return duplicates.found()

    async def backlog(self) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        return await self.ports.store.backlog(FindBacklog())

    async def denials(self, order_id: str) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        check_order_id(order_id)
        return await self.ports.store.denials(order_id)

    async def erase(self, *, order_id: str = "", customer_id: str = "") -> int:
        """Erase personal data; see ``OrderDesk.erase``."""
        return await self.ports.store.erase(erasure(order_id, customer_id))

    async def archive(
        self, *, after: timedelta = timedelta(days=90), limit: int = 100
    ) -> int:
        """Fold closed orders away; see ``OrderDesk.archive``."""
        flow = self.engine.archive(*resting(after, limit))
        return await arun(flow, self.ports)

    async def verify(self, order_id: str, *, known: str = "") -> str:
        """Check all that is stored of an order; see ``OrderDesk``."""
        check_order_id(order_id)
        kept = await self.ports.store.kept(order_id)
        return verified_of(order_id, kept, self.engine.house, known)

    async def work(self, limit: int = 100) -> RoundResult:
        """Do one round of what is due, of any order; see ``OrderDesk``."""
        check_count(limit, "limit", "work")
        return await arun(self.engine.sweep(limit), self.ports)

    async def quote(self, shipment_id: str) -> Quoted | Unknown:
        """Ask for rates for a packed shipment."""
        check_order_id(order_id := order_of(shipment_id))
        flow = quoted(order_id, shipment_id)
        return await arun(flow, self.ports)
