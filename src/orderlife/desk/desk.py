"""The desk of a sync application.

``OrderDesk`` and ``AsyncOrderDesk`` are two small drivers over the
same flows, with the same verbs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from orderlife._checks.validation import check_count, check_order_id
from orderlife._kernel.house import House
from orderlife._kernel.messages import Command, Fact, Recorded
from orderlife._kernel.verbs import order_of
from orderlife._values.limits import MAX_PAGE
from orderlife._values.times import utc_clock
from orderlife.desk.capacity import CapacityLimiter
from orderlife.desk.requests import accept, erasure, page, verified_of, view_of
from orderlife.desk.settings import engine_of, new_id, utc_now
from orderlife.desk.verbs import DeskVerbs
from orderlife.desk.view import OrderView
from orderlife.engine.calls import run
from orderlife.engine.discovery import Stores, find_stores
from orderlife.engine.duplicates import DuplicateNumber, Duplicates
from orderlife.engine.engine import Receipt, Retry, RoundResult
from orderlife.engine.ports import Ports
from orderlife.errors import (
    OverloadedError,
    StoredError,
)
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import Carrier, Quoted
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.notifier import Notifier
from orderlife.ports.payment import PaymentGateway
from orderlife.ports.store import (
    Backlog,
    Denial,
    Effect,
    FindBacklog,
    FindOrders,
    OrderSummary,
)

__all__ = ["OrderDesk"]


def _nothing() -> None:
    """A desk that has opened nothing closes nothing."""


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
        self.engine = engine_of(
            ports, policy, clock, owner, lease, retry or Retry(), house
        )
        self._inline = inline
        self._capacity = CapacityLimiter(limit)
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
            url: ``postgresql://…``, ``sqlite:///…``, or a SQLite file.
            payment: who takes the money; None: a fake.
            carrier: who transports; None: a fake.
            notifier: who sends messages; None: a fake.
            inventory: where the stock is; None: in the same database.
            more: the adapters of your rooms' own ports, by their names.
            tenant: whose orders they are, where several share tables.
            policy: the shop's choices.
            clock: gives the time, in any time zone.
            inline: whether to perform at once; see ``OrderDesk``.
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
        clock = utc_clock(clock)  # before anything is opened
        stores = find_stores(url, clock=clock, tenant=tenant, house=house)
        ports = _with_fakes(
            stores, clock, payment, carrier, inventory, notifier, more
        )
        with ExitStack() as opened:
            opened.callback(stores.close)
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
            desk._close = opened.pop_all().close
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
        with self._capacity:
            if self._inline:
                run(accept(self.engine, message), self.ports)
            else:
                run(self.engine.submit(message), self.ports)
            try:
                return self.get(message.order_id)
            except OverloadedError as error:
                raise StoredError(message.order_id) from error

    def receipt(self, message: Command | Fact, /) -> Receipt:
        """Submit without performing anything; say what it led to."""
        with self._capacity:
            return run(self.engine.submit(message), self.ports)

    def get(self, order_id: str) -> OrderView:
        """The order as it stands.

        Raises:
            NotFoundError: there is none of that id.
        """
        check_order_id(order_id)
        return view_of(self.engine, order_id, self.ports.store.load(order_id))

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
        return self.ports.store.orders(page(request))

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
        return self.ports.store.erase(erasure(order_id, customer_id))

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
        return verified_of(
            order_id, self.ports.store.kept(order_id), self.engine.house
        )

    def work(self, limit: int = 100) -> RoundResult:
        """Do one round of what is due, of any order.

        A store without room ends the round, and raises nothing: it is
        in ``RoundResult.overloaded``.  What was done stands, and what was
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


def _with_fakes(
    stores: Stores,
    clock: Callable[[], datetime],
    payment: PaymentGateway | None,
    carrier: Carrier | None,
    inventory: InventoryStore | None,
    notifier: Notifier | None,
    more: Mapping[str, object] | None,
) -> Ports:
    """The ports of an application; a fake for each that it did not give."""
    from orderlife.memory.ports import in_memory_ports

    fakes = in_memory_ports(clock=clock)
    return Ports(
        store=stores.orders,
        payment=payment or fakes.payment,
        carrier=carrier or fakes.carrier,
        inventory=inventory or stores.inventory,
        notifier=notifier or fakes.notifier,
        more=more or {},
    )
