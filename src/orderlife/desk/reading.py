"""What a desk reads: orders, their histories, and the lists of all."""

from __future__ import annotations

from orderlife._checks.validation import check_order_id
from orderlife._kernel.messages import Recorded
from orderlife._values.limits import MAX_PAGE
from orderlife.desk.feed import Feed
from orderlife.desk.requests import page, verified_of, view_of
from orderlife.desk.view import OrderView
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

    def history(self, order_id: str) -> tuple[Recorded, ...]:
        """All events of an order: who, when, what."""
        check_order_id(order_id)
        return self.ports.store.history(order_id)

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
