"""What an async desk reads: the same as a sync one, awaited."""

from __future__ import annotations

from collections.abc import Mapping

from orderlife._checks.validation import check_order_id
from orderlife._kernel.messages import Command, Recorded
from orderlife._values.limits import MAX_PAGE
from orderlife._values.personal import Personal
from orderlife.desk.feed import AsyncFeed
from orderlife.desk.previewing import previewed
from orderlife.desk.requests import everybody, page, verified_of, view_of
from orderlife.engine.calls import arun
from orderlife.engine.duplicates import DuplicateNumber, Duplicates
from orderlife.engine.engine import Engine
from orderlife.engine.ports import AsyncPorts
from orderlife.ports.store import (
    Backlog,
    Denial,
    Effect,
    FindBacklog,
    FindOrders,
    OrderSummary,
)
from orderlife.timeline import TimelineEntry, timeline_of
from orderlife.views.order import OrderView
from orderlife.views.preview import Preview

__all__ = ["AsyncReading"]


class AsyncReading:
    """The reading half of an async desk: it changes nothing."""

    ports: AsyncPorts
    """The adapters."""
    engine: Engine
    """What decides and performs."""

    async def get(self, order_id: str) -> OrderView:
        """The order as it stands; see ``OrderDesk``."""
        check_order_id(order_id)
        return view_of(
            self.engine, order_id, await self.ports.store.load(order_id)
        )

    async def people(self, order_id: str) -> Mapping[str, Personal]:
        """Personal data of an order, by reference; see ``OrderDesk``."""
        check_order_id(order_id)
        loaded = await self.ports.store.load(order_id)
        request = everybody(order_id, loaded)
        return await self.ports.store.people(request)

    async def preview(self, command: Command, /) -> Preview:
        """What a command would do now; see ``OrderDesk.preview``."""
        return await arun(previewed(self.engine, command), self.ports)

    async def history(self, order_id: str) -> tuple[Recorded, ...]:
        """All events of an order: who, when, what."""
        check_order_id(order_id)
        return await self.ports.store.history(order_id)

    async def timeline(
        self, order_id: str, *, details: bool = False
    ) -> tuple[TimelineEntry, ...]:
        """The order's life in sentences; see ``OrderDesk.timeline``."""
        history = await self.history(order_id)
        return timeline_of(
            order_id, history, self.engine.house, details=details
        )

    async def effects(self, order_id: str) -> tuple[Effect, ...]:
        """All effects of an order: requests to ports and their outcomes."""
        check_order_id(order_id)
        return await self.ports.store.effects(order_id)

    async def find(self, request: FindOrders) -> tuple[OrderSummary, ...]:
        """A page of orders, by channel number, customer or status.

        Raises:
            ValidationError: a field is wrong, a status is not of its
                axis, or the page too large.
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

    async def verify(self, order_id: str, *, known: str = "") -> str:
        """Check all that is stored of an order; see ``OrderDesk``."""
        check_order_id(order_id)
        kept = await self.ports.store.kept(order_id)
        return verified_of(order_id, kept, self.engine.house, known)
