"""The desk of a sync application.

``OrderDesk`` and ``AsyncOrderDesk`` are two small drivers of the same
flows, with the same verbs.
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
from orderlife._kernel.messages import Command, Fact
from orderlife._kernel.verbs import order_of
from orderlife._values.times import utc_clock
from orderlife.desk.capacity import CapacityLimiter
from orderlife.desk.opening import check_given, ports_over
from orderlife.desk.reading import Reading
from orderlife.desk.requests import (
    accept,
    erasure,
    quoted,
    resting,
)
from orderlife.desk.settings import engine_of, new_id, utc_now
from orderlife.desk.verbs import DeskVerbs
from orderlife.engine.calls import run
from orderlife.engine.discovery import find_stores
from orderlife.engine.engine import Receipt, Retry, RoundResult
from orderlife.engine.ports import Ports, in_background
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import Carrier, Quoted
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.notifier import Notifier
from orderlife.ports.payment import PaymentGateway
from orderlife.views.order import OrderView

__all__ = ["OrderDesk"]


def _nothing() -> None:
    """Closes nothing: the default of a desk that opened nothing itself."""


class OrderDesk(Reading, DeskVerbs[OrderView]):
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
        """Make a desk; it keeps no state but its settings.

        Args:
            ports: the adapters.
            policy: the shop's choices.
            clock: gives the time, in any time zone.
            inline: True: perform the effects of an input at once;
                False: leave them to a worker.
            owner: the name under which effects are claimed; unique,
                made up if empty.
            lease: how long a claim holds.
            retry: how often and after what waits to try again.
            limit: how many inputs may be under way at once; one more
                raises ``OverloadedError``.  None: any number.
            house: the rooms that decide; with those of your own,
                ``HOUSE.with_(MY_ROOM)``: the store takes the same.

        Raises:
            ForgetfulStoreError: the store may lose its last commits,
                and an adapter can neither deduplicate nor look up.
        """
        self.ports = ports
        self.engine = engine_of(
            ports,
            policy,
            clock,
            owner,
            lease,
            retry or Retry(),
            house,
            awaits=False,
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
        fakes: bool = False,
    ) -> OrderDesk:
        """A desk over a database, its tables brought up to date.

        Close the desk when you are done, or use it in a ``with``.

        Args:
            url: ``postgresql://…``, ``sqlite:///…``, or a SQLite file.
            payment: the payment gateway.
            carrier: the carrier.
            notifier: the notifier.
            inventory: the inventory store; None: in the same database.
            more: the adapters of your rooms' own ports, by their names.
            tenant: the tenant, where several share tables.
            policy: the shop's choices.
            clock: gives the time, in any time zone.
            inline: whether to perform at once; see ``OrderDesk``.
            owner: the name under which effects are claimed.
            lease: how long a claim holds.
            retry: how often and after what waits to try again.
            limit: how many inputs may be under way at once.
            house: the rooms that decide, if there are more than ours.
            fakes: True: a fake, for trials, stands for each of gateway,
                carrier and notifier that is missing: nothing is real.

        Raises:
            ValidationError: one of the three is missing, without fakes.
            InputError: no installed store knows the URL's scheme.
            MissingExtraError: the store's package is not installed.
            StoreVersionError: the tables are of a later release.
            OverloadedError: the database is busy; try again later.
        """
        given = (payment, carrier, notifier)
        check_given(*given, fakes=fakes)  # before anything is opened
        clock = utc_clock(clock)
        stores = find_stores(url, clock=clock, tenant=tenant, house=house)
        ports = ports_over(stores, clock, inventory, more, *given)
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
        """Close what ``open`` has opened, but none of the given adapters."""
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
        """A desk over fakes: nothing is stored, no money or goods move.

        Args:
            stock: units by SKU; None: endless stock.
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
        """Follow a command, or raise its refusal.

        Raises:
            RefusedError: it cannot be followed.
            InputError: it is wrong in itself.
            OverloadedError: too many are under way: try again later.
            StoredError: it is stored, but the order could not be read.
        """
        return self._take(command)

    def report(self, fact: Fact, /) -> OrderView:
        """Record a fact.  It is never refused.

        Raises:
            NotFoundError: there is no order that it could belong to.
            InputError: it is wrong in itself.
            OverloadedError: too many are under way: try again later.
            StoredError: it is stored, but the order could not be read.
        """
        return self._take(fact)

    def _take(self, message: Command | Fact) -> OrderView:
        flow = accept(self.engine, message, inline=self._inline)
        with self._capacity:
            return run(flow, self.ports)

    def receipt(self, message: Command | Fact, /) -> Receipt:
        """Submit an input without performing effects; give its receipt."""
        with self._capacity:
            return run(self.engine.submit(message), self.ports)

    def erase(self, *, order_id: str = "", customer_id: str = "") -> int:
        """Erase personal data of an order, or of all of a customer's.

        The history, the sums and the stock stay as they are.  A command
        that held such data and comes again gets its first answer,
        whatever it holds then.

        Returns:
            How many values were erased.

        Raises:
            ValidationError: neither or both are named.
            TracesLeftError: they are erased, but a trace is left while
                another connection reads; erase again, as it says.
        """
        return self.ports.store.erase(erasure(order_id, customer_id))

    def archive(
        self, *, after: timedelta = timedelta(days=90), limit: int = 100
    ) -> int:
        """Fold closed orders away, so that they take a fifth of the room.

        Those that are completed, cancelled, expired or rejected, and of
        which nothing is due, nothing is under way and nobody has to look
        at anything.  All that can be read of them stays, and what still
        comes of one unfolds it.

        Args:
            after: for how long they have been left alone.
            limit: at most so many, the longest closed first.

        Returns:
            How many; fewer than ``limit``: no more are there now.

        Raises:
            ValidationError: a value is none, or negative.
        """
        flow = self.engine.archive(*resting(after, limit))
        return run(flow, self.ports)

    def work(self, limit: int = 100) -> RoundResult:
        """Do one round of what is due, of any order.

        An overloaded store ends the round without an error, with
        ``RoundResult.overloaded``.  What was done stands; an effect that
        was claimed and not performed is looked up when its claim runs
        out.

        Args:
            limit: at most so many timers, and as many effects.

        Raises:
            InDoubtError: the connection to the store broke.  Drivers
                may raise errors of their own where the store is away.
        """
        check_count(limit, "limit", "work")
        with in_background(self.ports):
            return run(self.engine.sweep(limit), self.ports)

    def quote(self, shipment_id: str) -> Quoted | Unknown:
        """Ask for rates for a packed shipment.

        Gives the offers and each carrier's failure; changes nothing.

        Raises:
            NotFoundError: there is no such order or shipment.
        """
        check_order_id(order_id := order_of(shipment_id))
        return run(quoted(order_id, shipment_id), self.ports)
