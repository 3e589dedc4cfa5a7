"""One whole life of an order, and an outside world that answers at once.

Placed, reserved, authorised, reviewed, picked, packed, shipped,
captured, tracked, delivered; a return requested, received, inspected
and restocked, refunded, closed.  Everybody is content: what is asked
for is answered with a yes, so that nothing is measured but the order's
own way.  Every answer is a fact of its own, and so a decision of its
own.  The shop is one dictionary of cases and one of histories.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Refusal
from orderlife._kernel.messages import Actor, Command, Fact, Recorded
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact
from orderlife.house import handle
from orderlife.policy.model import Policy, ReturnTerms
from orderlife.ports.base import Intent
from orderlife.ports.carrier import BuyLabel, Label, Parcel
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    HeldStock,
    Reserve,
    StockChanged,
    StockItem,
)
from orderlife.ports.payment import (
    Authorize,
    Authorized,
    Capture,
    Captured,
    Refund,
    Refunded,
    Tender,
)
from orderlife.rooms.order.messages import FraudJudged, PlaceOrder
from orderlife.rooms.order.model import Line, Order, Screening
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.returns.messages import (
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.returns.model import Finding
from orderlife.rooms.shipment.messages import (
    DispatchShipment,
    LabelReported,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.messages import StockReported

__all__ = ["LINES", "NOON", "POLICY", "STAFF", "Shop", "form", "whole_life"]

Message: TypeAlias = Command | Fact
Step: TypeAlias = tuple[datetime, Message]

LINES: Final = 5
"""Lines of an order, unless a benchmark says otherwise."""

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
_MOVING: Final = NOON + timedelta(days=1)
_DELIVERED: Final = NOON + timedelta(days=2)
_BACK: Final = NOON + timedelta(days=9)
STAFF: Final = Actor("staff", "ada")


def _review(order: Order) -> Screening:
    """Have every order looked at, so that a life has its review."""
    del order
    return Screening(verdict="review", reason="all are")


POLICY: Final = Policy(
    screen=_review,
    # No more than the steps above: no follow-up, and customers who send
    # goods back buy the label.
    follow_up_after=None,
    remorse=ReturnTerms(label=False),
)

_HOME: Final = Address(
    name="Ada Lovelace",
    lines=("12 St James's Square",),
    city="London",
    country="GB",
    postcode="SW1Y 4JH",
)
_ADA: Final = Contact(email="ada@example.org")
_CARD: Final = (Tender("card", "tok_visa"),)
_PRICE: Final = Money("12.50", "EUR")
_SHIPPING: Final = Money("4.99", "EUR")


def form(order_id: str, lines: int = LINES) -> PlaceOrder:
    """What the customer fills in."""
    return PlaceOrder(
        order_id=order_id,
        command_id="place",
        actor=STAFF,
        lines=tuple(
            Line(sku=f"mug-{n}", quantity=2, unit_price=_PRICE)
            for n in range(1, lines + 1)
        ),
        ship_to=_HOME,
        contact=_ADA,
        tenders=_CARD,
        shipping=_SHIPPING,
    )


def _held(intent: Reserve) -> StockReported:
    items = tuple(
        StockItem(
            line_id=demand.line_id,
            sku=demand.sku,
            place="main",
            quantity=demand.quantity,
        )
        for demand in intent.demands
    )
    return StockReported(
        order_id=intent.order_id,
        reservation_id=intent.reservation_id,
        operation_id=intent.operation_id,
        outcome=HeldStock(items=items),
    )


def _changed(intent: Allocate | Consume) -> StockReported:
    return StockReported(
        order_id=intent.order_id,
        reservation_id=intent.reservation_id,
        operation_id=intent.operation_id,
        outcome=StockChanged(),
    )


def _labelled(intent: BuyLabel) -> LabelReported:
    return LabelReported(
        order_id=intent.order_id,
        subject=intent.subject,
        operation_id=intent.operation_id,
        outcome=Label(
            label_id="label", carrier="post", tracking_number="RR473124829GB"
        ),
    )


def _paid(
    outcome: type[Authorized | Captured | Refunded],
) -> Callable[[Authorize | Capture | Refund], PaymentReported]:
    def answer(intent: Authorize | Capture | Refund) -> PaymentReported:
        reference = intent.operation_id
        return PaymentReported(
            order_id=intent.order_id,
            operation_id=intent.operation_id,
            outcome=outcome(reference=reference, amount=intent.amount),
        )

    return answer


_ANSWERS: Final[Mapping[type[Intent], Callable[[Any], Fact]]] = {
    Reserve: _held,
    Allocate: _changed,
    Consume: _changed,
    BuyLabel: _labelled,
    Authorize: _paid(Authorized),
    Capture: _paid(Captured),
    Refund: _paid(Refunded),
}
"""Who is not listed has nothing to report: messages and restocking."""


class Shop:
    """Decides with ``handle``, keeps what was decided, answers intents."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.histories: dict[str, list[Recorded]] = {}
        self.decisions = 0

    def take(self, message: Message, now: datetime = NOON) -> None:
        """Decide on a message, and on whatever it leads to."""
        todo = deque((message,))
        while todo:
            for intent in self.decide(todo.popleft(), now):
                answer = _ANSWERS.get(type(intent))
                if answer is not None:
                    todo.append(answer(intent))

    def decide(self, message: Message, now: datetime) -> tuple[Intent, ...]:
        """Decide on one message and keep the decision."""
        order_id = message.order_id
        case = self.cases.get(order_id) or Case(order_id=order_id)
        decision = handle(case, message, now, POLICY)
        if isinstance(decision, Refusal):
            raise decision.error
        self.decisions += 1
        self.cases[order_id] = decision.case
        self.histories.setdefault(order_id, []).extend(decision.events)
        return decision.intents

    def live(
        self, order_id: str, lines: int = LINES, returned: int = 1
    ) -> Case:
        """Lead one order through its whole life."""
        for now, message in whole_life(order_id, lines, returned):
            self.take(message, now)
        return self.cases[order_id]


def whole_life(
    order_id: str, lines: int = LINES, returned: int = 1
) -> Iterator[Step]:
    """Say what customers, staff and carriers do, and when.

    All else follows from it.  One unit of the first ``returned`` lines
    comes back.
    """
    yield NOON, form(order_id, lines)
    yield NOON, FraudJudged(order_id=order_id, verdict="accept")
    yield from _sent(order_id)
    yield from _given_back(order_id, returned)


def _sent(order_id: str) -> Iterator[Step]:
    shipment_id = f"{order_id}-s1"
    pick = PickShipment(
        order_id=order_id,
        command_id="pick",
        actor=STAFF,
        shipment_id=shipment_id,
    )
    pack = PackShipment(
        order_id=order_id,
        command_id="pack",
        actor=STAFF,
        shipment_id=shipment_id,
        parcels=(Parcel(weight_g=840),),
    )
    dispatch = DispatchShipment(
        order_id=order_id,
        command_id="dispatch",
        actor=STAFF,
        shipment_id=shipment_id,
    )
    for command in (pick, pack, dispatch):
        yield NOON, command
    for status, at in (
        (ScanStatus.IN_TRANSIT, _MOVING),
        (ScanStatus.DELIVERED, _DELIVERED),
    ):
        scan = Scanned(
            order_id=order_id, shipment_id=shipment_id, status=status, at=at
        )
        yield at, scan


def _given_back(order_id: str, returned: int) -> Iterator[Step]:
    return_id = f"{order_id}-t1"
    units = {str(number): 1 for number in range(1, returned + 1)}
    request = RequestReturn(
        order_id=order_id,
        command_id="return",
        actor=STAFF,
        quantities=units,
        reason="too_small",
    )
    received = ReturnReceived(
        order_id=order_id,
        return_id=return_id,
        parcel_id="parcel",
        at=_BACK,
        quantities=units,
    )
    inspect = InspectReturn(
        order_id=order_id,
        command_id="inspect",
        actor=STAFF,
        return_id=return_id,
        findings=tuple(
            Finding(
                line_id=line_id,
                quantity=1,
                condition="sellable",
                disposition="restock",
            )
            for line_id in units
        ),
    )
    for message in (request, received, inspect):
        yield _BACK, message
