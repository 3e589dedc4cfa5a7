"""The desk: where an application asks for things and reports facts.

``OrderDesk`` and ``AsyncOrderDesk`` are two small drivers over the
same flows, with the same verbs.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

from orderlife._checks.validation import check, check_count, check_order_id
from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Command, Fact, Recorded
from orderlife._kernel.verbs import order_of
from orderlife._values.limits import MAX_PAGE
from orderlife._values.times import utc_clock
from orderlife.desk.capacity import Door
from orderlife.desk.verbs import DeskVerbs
from orderlife.desk.view import OrderView
from orderlife.engine.calls import Flow, arun, run
from orderlife.engine.discovery import find_stores
from orderlife.engine.duplicates import DuplicateNumber, Duplicates
from orderlife.engine.durability import Memory
from orderlife.engine.engine import Engine, Receipt, Retry, Swept
from orderlife.engine.ports import AsyncPorts, Ports, adapter_of
from orderlife.errors import (
    NotFoundError,
    OverloadedError,
    Problem,
    StoredError,
    ValidationError,
)
from orderlife.house import HOUSE
from orderlife.policy.model import Policy, check_policy
from orderlife.ports.base import Capabilities, Unknown
from orderlife.ports.carrier import Carrier, Quoted
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.notifier import Notifier
from orderlife.ports.payment import PaymentGateway
from orderlife.ports.store import (
    Backlog,
    Denial,
    Effect,
    Erase,
    FindBacklog,
    FindOrders,
    Kept,
    Loaded,
    OrderSummary,
)

__all__ = [
    "AsyncOrderDesk",
    "OrderDesk",
    "new_id",
    "utc_now",
]

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> datetime:
    """The time now, UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A new id: 20 characters that sort by their time."""
    number = time.time_ns() // 1_000_000 << 52 | secrets.randbits(52)
    letters = []
    for _ in range(20):
        number, rest = divmod(number, 32)
        letters.append(_ALPHABET[rest])
    return "".join(reversed(letters))


def _nothing() -> None:
    """A desk that has opened nothing closes nothing."""


def _capabilities(
    ports: Ports | AsyncPorts, house: House
) -> Mapping[str, Capabilities]:
    """What the adapter of each port can do.

    Raises:
        ValidationError: a port has no adapter, or an adapter no port.
    """
    found: dict[str, Capabilities] = {}
    problems = []
    for port in house.ports:
        adapter = adapter_of(ports, port)
        able = getattr(adapter, "capabilities", None)
        if isinstance(able, Capabilities):
            found[port] = able
        else:
            why = f"is a {type(adapter).__name__}, without Capabilities"
            problems.append(Problem(f"ports.{port}", why))
    for name in ports.more:
        if name not in house.ports or name in HOUSE.ports:
            own = sorted(house.ports.keys() - HOUSE.ports.keys())
            why = f"is no port of a room of yours: {', '.join(own) or 'none'}"
            problems.append(Problem(f"ports.more[{name!r}]", why))
    if problems:
        raise ValidationError("desk", problems)
    return found


def _engine(
    ports: Ports | AsyncPorts,
    policy: Policy | None,
    clock: Callable[[], datetime],
    owner: str,
    lease: timedelta,
    retry: Retry,
    house: House,
) -> Engine:
    if not isinstance(lease, timedelta) or lease <= timedelta():
        problem = Problem("lease", "must be a timedelta above 0")
        raise ValidationError("desk", [problem])
    house = _checked(house)
    able = _capabilities(ports, house)
    telling = [port for port in able if not house.moves(port)]
    memory = Memory(ports.store, able, telling)
    memory.fails()  # or it raises at once
    return Engine(
        clock=utc_clock(clock),
        policy=check_policy(
            Policy() if policy is None else policy, house.terms
        ),
        owner=owner or new_id(),
        capabilities=able,
        memory=memory,
        lease=lease,
        retry=retry,
        house=house,
    )


def _checked(house: object) -> House:
    if isinstance(house, House):
        return house
    what = f"is a {type(house).__name__}, and no House"
    raise ValidationError("desk", [Problem("house", what)])


def _accept(engine: Engine, message: Command | Fact) -> Flow[Receipt]:
    """Store a decision, then perform what it asks for."""
    receipt = yield from engine.submit(message)
    yield from engine.drive(message.order_id)
    return receipt


class OrderDesk(DeskVerbs[OrderView]):
    """The desk of a sync application."""

    def __init__(
        self,
        ports: Ports,
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
        """Make a desk; it holds no state but its settings.

        Args:
            ports: the adapters.
            policy: the shop's choices.
            clock: gives the time, in any time zone.
            inline: True: perform at once what an input asks for;
                False: leave it to a worker.
            owner: who claims effects; unique, made up if empty.
            lease: how long a claim holds.
            retry: how often and after what waits to try again.
            limit: how many inputs may be under way at once; one more
                raises ``OverloadedError``.  None: as many as come.
            house: the rooms that decide; with those of your own,
                ``HOUSE.with_(MY_ROOM)``: the store takes the same.

        Raises:
            ForgetfulStoreError: the store may forget its last moments,
                and an adapter can neither tell a repeat nor be asked.
        """
        self.ports = ports
        self.engine = _engine(
            ports, policy, clock, owner, lease, retry or Retry(), house
        )
        self._inline = inline
        self._door = Door(limit)
        self._close: Callable[[], object] = _nothing

    @classmethod
    def open(
        cls,
        url: str | os.PathLike[str],
        *,
        payment: PaymentGateway | None = None,
        carrier: Carrier | None = None,
        notifier: Notifier | None = None,
        inventory: InventoryStore | None = None,
        more: Mapping[str, object] | None = None,
        policy: Policy | None = None,
        clock: Callable[[], datetime] = utc_now,
        tenant: str = "",
        inline: bool = True,
        owner: str = "",
        lease: timedelta = timedelta(minutes=2),
        retry: Retry | None = None,
        limit: int | None = None,
        house: House = HOUSE,
    ) -> OrderDesk:
        """A desk over a database, its tables brought up to date.

        **A payment gateway, a carrier or a notifier that you do not
        give is a fake: it moves no real money, buys no real label and
        sends no real message, and it forgets all it was asked when the
        process ends.**  That is for trying things out.

        Close the desk when you are done, or use it in a ``with``.

        Args:
            url: ``postgresql://…``, ``sqlite:///shop.db``, or the path
                of a SQLite file, which is made where there is none.
            payment: who takes the money; None: a fake.
            carrier: who transports; None: a fake.
            notifier: who sends messages; None: a fake.
            inventory: where the stock is; None: in the same database.
            more: the adapters of your rooms' own ports, by their names.
            policy: the shop's choices.
            clock: gives the time, in any time zone.
            tenant: whose orders they are, where several share tables.
            inline: see ``OrderDesk``; so are ``owner``, ``lease`` and
                ``retry``.
            owner: who claims effects.
            lease: how long a claim holds.
            retry: how often and after what waits to try again.
            limit: how many inputs may be under way at once.
            house: the rooms that decide, if there are more than ours.

        Raises:
            InputError: no installed store knows the URL's scheme.
            MissingExtraError: the store's package is not installed.
            StoreVersionError: the tables are of a later release.
            OverloadedError: the database is busy; try again later.
        """
        from orderlife.memory.ports import in_memory_ports

        clock = utc_clock(clock)  # before anything is opened
        stores = find_stores(url, clock=clock, tenant=tenant, house=house)
        fakes = in_memory_ports(clock=clock)
        ports = Ports(
            store=stores.orders,
            payment=payment or fakes.payment,
            carrier=carrier or fakes.carrier,
            inventory=inventory or stores.inventory,
            notifier=notifier or fakes.notifier,
            more=more or {},
        )
        try:
            desk = cls(
                ports,
                policy=policy,
                clock=clock,
                inline=inline,
                owner=owner,
                lease=lease,
                retry=retry,
                limit=limit,
                house=house,
            )
        except BaseException:
            stores.close()
            raise
        desk._close = stores.close
        return desk

    def close(self) -> None:
        """Close what ``open`` has opened; nothing that was given."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @classmethod
    def in_memory(
        cls,
        stock: Mapping[str, int] | None = None,
        *,
        policy: Policy | None = None,
        clock: Callable[[], datetime] = utc_now,
        more: Mapping[str, object] | None = None,
        house: House = HOUSE,
    ) -> OrderDesk:
        """A desk over fakes: nothing is kept, nothing is moved.

        Args:
            stock: units by SKU; None: as much as anybody wants.
            policy: the shop's choices.
            clock: gives the time, in any time zone.
            more: the adapters of your rooms' own ports, by their names.
            house: the rooms that decide, if there are more than ours.
        """
        from orderlife.memory.ports import in_memory_ports

        ports = in_memory_ports(stock, clock=clock, more=more, house=house)
        return cls(ports, policy=policy, clock=clock, house=house)

    def new_id(self) -> str:
        """A new id, for an order or a command."""
        return new_id()

    def submit(self, command: Command, /) -> OrderView:
        """Follow a command, or raise why not.

        Raises:
            RefusedError: it cannot be followed.
            InputError: it is wrong in itself.
            OverloadedError: too many are under way: try again later.
            StoredError: it is stored, and could not be shown.
        """
        return self._take(command)

    def report(self, fact: Fact, /) -> OrderView:
        """Take down a fact.  It is never refused.

        Raises:
            NotFoundError: there is no order that it could belong to.
            InputError: it is wrong in itself.
            OverloadedError: too many are under way: try again later.
            StoredError: it is stored, and could not be shown.
        """
        return self._take(fact)

    def _take(self, message: Command | Fact) -> OrderView:
        with self._door:
            if self._inline:
                run(_accept(self.engine, message), self.ports)
            else:
                run(self.engine.submit(message), self.ports)
            try:
                return self.get(message.order_id)
            except OverloadedError as error:
                raise StoredError(message.order_id) from error

    def receipt(self, message: Command | Fact, /) -> Receipt:
        """Submit without performing anything; say what it led to."""
        with self._door:
            return run(self.engine.submit(message), self.ports)

    def get(self, order_id: str) -> OrderView:
        """The order as it stands.

        Raises:
            NotFoundError: there is none of that id.
        """
        check_order_id(order_id)
        return _view(self.engine, order_id, self.ports.store.load(order_id))

    def history(self, order_id: str) -> tuple[Recorded, ...]:
        """All that was recorded: who, when, what."""
        check_order_id(order_id)
        return self.ports.store.history(order_id)

    def effects(self, order_id: str) -> tuple[Effect, ...]:
        """What was asked of the ports, and what became of it."""
        check_order_id(order_id)
        return self.ports.store.effects(order_id)

    def find(self, request: FindOrders) -> tuple[OrderSummary, ...]:
        """A page of orders, by what they are found by.

        Raises:
            ValidationError: a field is wrong, or the page too large.
        """
        return self.ports.store.orders(_page(request))

    def duplicates(self) -> tuple[DuplicateNumber, ...]:
        """Channel numbers that were placed more than once.

        None, but for what an earlier release has placed.  It reads the
        summaries of all orders.
        """
        duplicates = Duplicates(MAX_PAGE)
        while duplicates.take(self.ports.store.orders(duplicates.request())):
            pass
        return duplicates.found()

    def backlog(self) -> tuple[Backlog, ...]:
        """What the ports have not settled yet, or a person must."""
        return self.ports.store.backlog(FindBacklog())

    def denials(self, order_id: str) -> tuple[Denial, ...]:
        """The commands that were denied, in their order."""
        check_order_id(order_id)
        return self.ports.store.denials(order_id)

    def erase(self, *, order_id: str = "", customer_id: str = "") -> int:
        """Erase personal data of an order, or of all of a customer's.

        The history, the sums and the stock stay as they are.  A command
        that told of the person and comes again gets its first answer,
        whatever it says.

        Returns:
            How many values are gone.

        Raises:
            ValidationError: neither or both are named.
            TracesLeftError: they are erased, and a trace is left while
                somebody reads; erase again, as it says.
        """
        return self.ports.store.erase(_erasure(order_id, customer_id))

    def verify(self, order_id: str) -> str:
        """Check that nothing that is kept of an order was changed since.

        Its events are chained; its state, what it is found by, its
        timers and what it has asked for must be what they say.

        Returns:
            The digest of its last event, to be kept elsewhere.

        Raises:
            ChainBrokenError: an event was changed, left out or put in.
            AlteredError: something else was; says what.
            NotFoundError: there is no order of that id.
        """
        check_order_id(order_id)
        return _verified(
            order_id, self.ports.store.kept(order_id), self.engine.house
        )

    def work(self, limit: int = 100) -> Swept:
        """Do one round of what is due, of any order.

        A store without room ends the round, and raises nothing: it is
        in ``Swept.overloaded``.  What was done stands, and what was
        claimed and not done is found out about when its claim runs out.

        Args:
            limit: at most so many timers, and as many effects.

        Raises:
            InDoubtError: the connection to the store broke; so may
                whatever a driver raises, whose store is away.
        """
        check_count(limit, "limit")
        return run(self.engine.sweep(limit), self.ports)

    def quote(self, shipment_id: str) -> Quoted | Unknown:
        """What it would cost to send a packed shipment.

        The offers and each carrier's failure; changes nothing.

        Raises:
            NotFoundError: there is no such order or shipment.
        """
        check_order_id(order_id := order_of(shipment_id))
        return run(self.engine.quote(order_id, shipment_id), self.ports)


def _view(
    engine: Engine, order_id: str, loaded: Loaded[Case] | None
) -> OrderView:
    if loaded is None:
        raise NotFoundError("order", order_id)
    return OrderView(loaded.case, engine.policy, engine.clock(), engine.house)


def _erasure(order_id: str, customer_id: str) -> Erase:
    if bool(order_id) == bool(customer_id):
        problem = Problem("order_id", "name an order, or a customer")
        raise ValidationError("Erase", [problem])
    request = Erase(order_id=order_id, customer_id=customer_id)
    check(request)
    return request


def _page(request: FindOrders) -> FindOrders:
    if type(request) is not FindOrders:
        what = type(request).__name__
        problem = Problem("request", f"must be FindOrders, not {what}")
        raise ValidationError("FindOrders", [problem])
    check(request)
    if request.limit > MAX_PAGE:
        problem = Problem("limit", f"is more than {MAX_PAGE}")
        raise ValidationError("FindOrders", [problem])
    return request


def _verified(order_id: str, kept: Kept[Case] | None, house: House) -> str:
    from orderlife.engine.verification import verified

    if kept is None:
        raise NotFoundError("order", order_id)
    return verified(order_id, kept, house)


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
        self.engine = _engine(
            ports, policy, clock, owner, lease, retry or Retry(), house
        )
        self._inline = inline
        self._door = Door(limit)

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
        """Follow a command, or raise why not; see ``OrderDesk``."""
        return await self._take(command)

    async def report(self, fact: Fact, /) -> OrderView:
        """Take down a fact; see ``OrderDesk``."""
        return await self._take(fact)

    async def _take(self, message: Command | Fact) -> OrderView:
        with self._door:
            if self._inline:
                await arun(_accept(self.engine, message), self.ports)
            else:
                await arun(self.engine.submit(message), self.ports)
            try:
                return await self.get(message.order_id)
            except OverloadedError as error:
                raise StoredError(message.order_id) from error

    async def receipt(self, message: Command | Fact, /) -> Receipt:
        """Submit without performing anything; say what it led to."""
        with self._door:
            return await arun(self.engine.submit(message), self.ports)

    async def get(self, order_id: str) -> OrderView:
        """The order as it stands; see ``OrderDesk``."""
        check_order_id(order_id)
        return _view(
            self.engine, order_id, await self.ports.store.load(order_id)
        )

    async def history(self, order_id: str) -> tuple[Recorded, ...]:
        """All that was recorded: who, when, what."""
        check_order_id(order_id)
        return await self.ports.store.history(order_id)

    async def effects(self, order_id: str) -> tuple[Effect, ...]:
        """What was asked of the ports, and what became of it."""
        check_order_id(order_id)
        return await self.ports.store.effects(order_id)

    async def find(self, request: FindOrders) -> tuple[OrderSummary, ...]:
        """A page of orders, by what they are found by.

        Raises:
            ValidationError: a field is wrong, or the page too large.
        """
        return await self.ports.store.orders(_page(request))

    async def duplicates(self) -> tuple[DuplicateNumber, ...]:
        """Numbers that were placed twice; see ``OrderDesk.duplicates``."""
        duplicates = Duplicates(MAX_PAGE)
        store = self.ports.store
        while duplicates.take(await store.orders(duplicates.request())):
            pass
        return duplicates.found()

    async def backlog(self) -> tuple[Backlog, ...]:
        """What the ports have not settled yet, or a person must."""
        return await self.ports.store.backlog(FindBacklog())

    async def denials(self, order_id: str) -> tuple[Denial, ...]:
        """The commands that were denied, in their order."""
        check_order_id(order_id)
        return await self.ports.store.denials(order_id)

    async def erase(self, *, order_id: str = "", customer_id: str = "") -> int:
        """Erase personal data; see ``OrderDesk.erase``."""
        return await self.ports.store.erase(_erasure(order_id, customer_id))

    async def verify(self, order_id: str) -> str:
        """Check all that is kept of an order; see ``OrderDesk``."""
        check_order_id(order_id)
        kept = await self.ports.store.kept(order_id)
        return _verified(order_id, kept, self.engine.house)

    async def work(self, limit: int = 100) -> Swept:
        """Do one round of what is due, of any order; see ``OrderDesk``."""
        check_count(limit, "limit")
        return await arun(self.engine.sweep(limit), self.ports)

    async def quote(self, shipment_id: str) -> Quoted | Unknown:
        """What it would cost to send a packed shipment."""
        check_order_id(order_id := order_of(shipment_id))
        flow = self.engine.quote(order_id, shipment_id)
        return await arun(flow, self.ports)
