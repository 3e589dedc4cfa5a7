"""What a desk reads: orders, their histories, and the lists of all."""

from __future__ import annotations

from collections.abc import Mapping

from orderlife._checks.validation import check_order_id
from orderlife._kernel.messages import Command, Recorded
from orderlife._values.limits import MAX_PAGE
from orderlife._values.personal import Personal
from orderlife.desk.feed import Feed
from orderlife.desk.previewing import previewed
from orderlife.desk.requests import everybody, page, verified_of, view_of
from orderlife.engine.calls import run
from orderlife.engine.duplicates import DuplicateNumber, Duplicates
from orderlife.engine.engine import Engine
from orderlife.engine.ports import Ports
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

__all__ = ["Reading"]


class Reading:
    """The reading half of a desk: it changes nothing."""

    ports: Ports
    """The adapters."""
    engine: Engine
    """What decides and performs."""

    def get(self, order_id: str) -> OrderView:
        """The order as it stands.

        Raises:
            NotFoundError: there is none of that id.
        """
        check_order_id(order_id)
        return view_of(self.engine, order_id, self.ports.store.load(order_id))

    def people(self, order_id: str) -> Mapping[str, Personal]:
        """Personal data of an order, by reference.

        Events and views refer to it, and have none.  What was erased is
        not there.

        Raises:
            NotFoundError: there is no order of that id.
        """
        check_order_id(order_id)
        loaded = self.ports.store.load(order_id)
        request = everybody(order_id, loaded)
        return self.ports.store.people(request)

    def preview(self, command: Command, /) -> Preview:
        """What a command would do now, for a page that asks *really?*.

        Nothing is stored, and nobody is asked or told anything.  A
        refusal is not raised: it is in the preview.  What follows from
        the answers of ports is not predicted; nor is whether another
        order has the channel's number, and whether the command's id was
        used before: ``submit`` finds these out.

        Raises:
            ValidationError: it is no command, or its order id is no id.
        """
        return run(previewed(self.engine, command), self.ports)

    def history(self, order_id: str) -> tuple[Recorded, ...]:
        """All events of an order: who, when, what."""
        check_order_id(order_id)
        return self.ports.store.history(order_id)

    def timeline(
        self, order_id: str, *, details: bool = False
    ) -> tuple[TimelineEntry, ...]:
        """The order's life in English sentences, the oldest first.

        It is for the staff: notes of people are quoted in it.

        Args:
            order_id: the order.
            details: whether to tell the details too.

        Raises:
            NotFoundError: there is no order of that id.
        """
        history = self.history(order_id)
        return timeline_of(
            order_id, history, self.engine.house, details=details
        )

    def effects(self, order_id: str) -> tuple[Effect, ...]:
        """All effects of an order: requests to ports and their outcomes."""
        check_order_id(order_id)
        return self.ports.store.effects(order_id)

    def find(self, request: FindOrders) -> tuple[OrderSummary, ...]:
        """A page of orders, by channel number, customer or status.

        Raises:
            ValidationError: a field is wrong, a status is not of its
                axis, or the page too large.
        """
        return self.ports.store.orders(page(request))

    @property
    def feed(self) -> Feed:
        """All events of all orders, and where its consumers are."""
        return Feed(self.ports, self.engine.clock)

    def duplicates(self) -> tuple[DuplicateNumber, ...]:
        """Channel numbers that were placed more than once.

        There are none but those of an earlier release.  It reads the
        summaries of all orders.
        """
        duplicates = Duplicates(MAX_PAGE)
        while duplicates.take(self.ports.store.orders(duplicates.request())):
            pass
        return duplicates.found()

    def backlog(self) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        return self.ports.store.backlog(FindBacklog())

    def denials(self, order_id: str) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        check_order_id(order_id)
        return self.ports.store.denials(order_id)

    def verify(self, order_id: str, *, known: str = "") -> str:
        """Check that nothing stored of an order was changed since.

        Its events are chained; its state, summary, timers and effects
        must follow from them.

        Args:
            order_id: the order.
            known: a digest that an earlier call gave, and that was kept
                elsewhere: whoever cuts off the last decisions, and makes
                all else fit, is found by it.  Empty: none.

        Returns:
            The digest of its last event, to be kept elsewhere.

        Raises:
            ChainBrokenError: an event was changed, left out or put in,
                or the decision with the known digest is not there.
            AlteredError: something else was changed; says what.
            NotFoundError: there is no order of that id.
            ValidationError: ``known`` can be no digest.
        """
        check_order_id(order_id)
        return verified_of(
            order_id, self.ports.store.kept(order_id), self.engine.house, known
        )
