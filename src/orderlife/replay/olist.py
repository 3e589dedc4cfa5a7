"""Has every order of the data set live once more, and says what came of it.

One desk works for all of them, over one store in memory.  Each order's
life is a generator that gives the time of whatever happens to it next,
and one clock goes from event to event of all orders, as they happened.

What the desk is told:

* Commands: the customer's order at its purchase, the warehouse's work
  when the goods go to the carrier, a cancellation where the data say so.
* Facts: what was paid, when it was approved; the carrier's scans, with
  the carrier's own times, even from before the order was paid.
* Timers: whatever is due before the next thing happens.  So the
  follow-up goes out when the customer was asked for a review, though
  never before the goods are there.

What contradicts itself opens exception items.  They are settled as the
data say that somebody settled them: the order went on, or came to
nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any, Final, TypeAlias

from orderlife import (
    Actor,
    ExceptionKind,
    Fact,
    OrderDesk,
    OrderView,
    Policy,
    Ports,
    Remedy,
    TimerFired,
)
from orderlife.errors import (
    IllegalTransitionError,
    InputError,
    InvariantError,
    NotAllowedError,
)
from orderlife.ports.store import FindDueTimers
from orderlife.replay.olist_audit import audit
from orderlife.replay.olist_csv import Dataset, OlistOrder
from orderlife.replay.olist_gateway import OlistGateway
from orderlife.replay.olist_order import (
    Schedule,
    asks,
    form,
    paid_minor,
    parcels,
    schedule,
    unfit,
)
from orderlife.replay.report import Refusal, Rejected, Report, Skipped
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH
from orderlife.rooms.shipment.messages import Scanned
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing import (
    Clock,
    FakeCarrier,
    FakeNotifier,
    InMemoryInventory,
    InMemoryOrderStore,
)

__all__ = ["POLICY", "Shop", "replay"]

POLICY: Final = Policy(
    # Olist takes the money when the payment is approved.
    capture="confirmation",
    # Nobody knows its deadline; some boletos were paid after months.
    payment_within=timedelta(days=365),
    slow_payment_within=timedelta(days=365),
    # Due at once, and sent when the customer was asked for a review.
    follow_up_after=timedelta(0),
)
"""The choices of a shop that worked as the data tell."""

_REFUSALS: Final = (IllegalTransitionError, NotAllowedError)

_STAFF: Final = Actor("staff", "olist_replay")
_CARRIER: Final = Actor("provider", "olist_carrier")

_REMEDIES: Final[Mapping[ExceptionKind, tuple[Remedy, str]]] = {
    ExceptionKind.AMOUNT_MISMATCH: (
        Remedy.ACCEPT,
        "the data say that it was let be",
    ),
    ExceptionKind.MOVED_BEFORE_PAYMENT: (
        Remedy.ACCEPT,
        "its payment is approved by now",
    ),
    ExceptionKind.MOVED_BEFORE_DISPATCH: (
        Remedy.ACCEPT,
        "it is handed over by now",
    ),
    ExceptionKind.RETURNED_TO_SENDER: (
        Remedy.REFUND,
        "the data say that it was cancelled",
    ),
}
"""How the data say that an exception was settled; others stay open."""

_Event: TypeAlias = tuple[datetime, Callable[[datetime], None]]


class Shop:
    """A desk with endless stock, and a clock that goes by the data.

    Give one to :func:`replay` to look at its orders afterwards.
    """

    def __init__(self) -> None:
        self.clock = Clock(datetime(1970, 1, 1, tzinfo=UTC))
        self.gateway = OlistGateway()
        self.carrier = FakeCarrier(self.clock, currency="BRL")
        self.inventory = InMemoryInventory({}, self.clock, unlimited=True)
        self.desk = OrderDesk(
            Ports(
                store=InMemoryOrderStore(),
                payment=self.gateway,
                carrier=self.carrier,
                inventory=self.inventory,
                notifier=FakeNotifier(self.clock),
            ),
            policy=POLICY,
            clock=self.clock,
            owner="olist_replay",
        )

    def check(self) -> Iterator[str]:
        """Name what is wrong in the books of the carrier and the stock."""
        for fake in (self.carrier, self.inventory):
            try:
                fake.check()
            except InvariantError as error:
                yield str(error)


class _Life:
    """What happens to one order, and what is found of it in the end."""

    def __init__(self, shop: Shop, order: OlistOrder, report: Report) -> None:
        self._shop = shop
        self._desk = shop.desk
        self._order = order
        self._id = order.order_id
        self._report = report
        self._commands = 0
        self._handed_over_at: datetime | None = None
        self._delivered_at: datetime | None = None

    def live(self) -> Iterator[datetime]:
        """Be placed; give the time of each event, and have it happen."""
        if not self._place():
            return
        when = schedule(self._order)
        for at, happen in self._events(when):
            yield at
            self._fire_timers()
            happen(at)
        self._report.assumed.update(when.assumed)
        account = self._shop.gateway.account(self._id)
        audit(self._report, self._desk, account, self._order)

    def _events(self, when: Schedule) -> list[_Event]:
        known = (
            (when.approved_at, self._approve),
            (when.carrier_at, self._hand_over),
            (when.delivered_at, self._deliver),
            (when.called_off_at, self._call_off),
            (when.back_at, self._come_back),
        )
        events: list[_Event] = [(at, what) for at, what in known if at]
        events.sort(key=lambda event: event[0])
        if when.asked_at and when.called_off_at is None:
            last = max(at for at, _ in events)
            events.append((max(when.asked_at, last), self._follow_up))
        return events

    # What the desk is told

    def _tell(self, fact: Fact) -> None:
        self._view = self._desk.report(fact)

    def _ask(
        self, verb: Callable[..., OrderView], *what: Any, **more: Any
    ) -> None:
        """Give a command; write down if it is refused, and go on."""
        self._commands += 1
        command_id = f"c{self._commands}"
        try:
            self._view = verb(
                *what, actor=_STAFF, command_id=command_id, **more
            )
        except _REFUSALS as error:
            refusal = Refusal(
                order_id=self._id, command=verb.__name__, reason=str(error)
            )
            self._report.refusals.append(refusal)

    def _scan(self, status: ScanStatus, at: datetime) -> None:
        """Report a scan of every parcel, planned or not yet."""
        sellers = {item.seller.seller_id for item in self._order.items}
        known = [shipment.shipment_id for shipment in self._view.shipments]
        for shipment_id in known or [
            f"{self._id}-s{number}" for number in range(1, len(sellers) + 1)
        ]:
            self._tell(
                Scanned(
                    order_id=self._id,
                    source=_CARRIER,
                    shipment_id=shipment_id,
                    status=status,
                    at=at,
                )
            )

    def _fire_timers(self) -> None:
        now = self._shop.clock()
        due = FindDueTimers(now=now, order_id=self._id)
        for found in self._desk.ports.store.due_timers(due):
            self._tell(TimerFired(order_id=self._id, timer=found.timer))

    def _settle(self, kind: ExceptionKind) -> None:
        remedy, note = _REMEDIES[kind]
        for item in self._view.exceptions:
            if item.contradiction.kind is kind:
                self._ask(
                    self._desk.exceptions.resolve,
                    self._id,
                    item.exception_id,
                    remedy,
                    note,
                )

    # What happens

    def _place(self) -> bool:
        order, report = self._order, self._report
        reason = unfit(order)
        if not reason:
            self._shop.gateway.expect(self._id, asks(order))
            try:
                self._view = self._desk.submit(form(order))
            except InputError as error:
                reason = " ".join(str(error).split())
        if reason:
            report.rejected.append(
                Rejected(
                    order_id=self._id,
                    reason=reason,
                    paid_minor=paid_minor(order),
                )
            )
        return not reason

    def _approve(self, at: datetime) -> None:
        del at  # a gateway's reports are taken down when they come
        for fact in self._shop.gateway.approve(self._id):
            self._tell(fact)
        self._settle(ExceptionKind.AMOUNT_MISMATCH)
        # What the carrier has reported too early is true now.
        if self._handed_over_at is not None:
            self._hand_over(self._handed_over_at)
        if self._delivered_at is not None:
            self._deliver(self._delivered_at)
        self._settle(ExceptionKind.MOVED_BEFORE_PAYMENT)

    def _hand_over(self, at: datetime) -> None:
        self._handed_over_at = at
        desk = self._desk
        for shipment in self._view.shipments:
            if shipment.state in BEFORE_DISPATCH:
                boxes = parcels(self._order, shipment.items)
                self._ask(desk.shipments.pick, shipment.shipment_id)
                self._ask(
                    desk.shipments.pack, shipment.shipment_id, parcels=boxes
                )
                self._ask(desk.shipments.dispatch, shipment.shipment_id)
        self._scan(ScanStatus.PICKED_UP, at)
        self._settle(ExceptionKind.MOVED_BEFORE_DISPATCH)

    def _deliver(self, at: datetime) -> None:
        self._delivered_at = at
        self._scan(ScanStatus.DELIVERED, at)

    def _call_off(self, at: datetime) -> None:
        desk = self._desk
        gone = self._order.status == "unavailable"
        reason = "inventory" if gone else "other"
        self._ask(desk.cancel, self._id, reason)
        if self._handed_over_at is not None:
            for shipment in self._view.shipments:
                self._ask(desk.shipments.intercept, shipment.shipment_id)
            self._scan(ScanStatus.RETURNING, at)

    def _follow_up(self, at: datetime) -> None:
        """The timer that was due has sent it."""

    def _come_back(self, at: datetime) -> None:
        self._scan(ScanStatus.RETURNED, at)
        self._settle(ExceptionKind.RETURNED_TO_SENDER)


def replay(
    dataset: Dataset,
    *,
    limit: int | None = None,
    shop: Shop | None = None,
    told: Callable[[], object] = lambda: None,
) -> Report:
    """Have the orders of a data set live once more.

    Args:
        dataset: as ``olist_csv.read`` gives it.
        limit: only so many orders, the earliest first.
        shop: where they live; None: in a new one, gone afterwards.
        told: is called after each order that has come to its end.

    Returns:
        What was found: of each order, and over all of them.
    """
    orders = dataset.orders[:limit]
    report = Report(
        orders_read=len(orders),
        absent_files=dataset.absent,
        skipped_payments=list(_skipped(orders)),
    )
    begun = perf_counter()
    shop = shop if shop is not None else Shop()
    _run(shop, orders, report, told)
    report.violations += shop.check()
    report.seconds = perf_counter() - begun
    return report


def _skipped(orders: Sequence[OlistOrder]) -> Iterator[Skipped]:
    for order in orders:
        for payment in order.payments:
            if not payment.amount:
                yield Skipped(
                    order_id=order.order_id,
                    sequence=payment.sequence,
                    kind=payment.kind,
                    reason="nothing was paid with it",
                )


def _run(
    shop: Shop,
    orders: Sequence[OlistOrder],
    report: Report,
    told: Callable[[], object],
) -> None:
    """Go from event to event of all orders, in the order of time."""
    # Sorted by time of purchase, and so a heap already.
    queue = [(o.purchased_at, number) for number, o in enumerate(orders)]
    lives: dict[int, Iterator[datetime]] = {}
    while queue:
        at, number = queue[0]
        shop.clock.set(at)
        if number not in lives:
            lives[number] = _Life(shop, orders[number], report).live()
        try:
            following = next(lives[number], None)
        except Exception as error:
            error.add_note(f"in the life of order {orders[number].order_id}")
            raise
        if following is None:
            heapq.heappop(queue)
            del lives[number]
            told()
        else:
            # The carrier's time may be before the purchase.
            heapq.heapreplace(queue, (max(at, following), number))
