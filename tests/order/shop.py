"""A little shop for tests: what everybody orders, and its ways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import settings

from orderlife._kernel.decision import Decision
from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife._values.money import Money
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.ports.carrier import Parcel
from orderlife.ports.payment import (
    Authorize,
    Authorized,
    Declined,
    Pending,
    Tender,
)
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.messages import CancelLines, CancelOrder
from orderlife.rooms.order.model import Line
from orderlife.rooms.payment.ledger import Balance, balance
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.payment.status import payment_status
from orderlife.rooms.returns.messages import (
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.returns.model import Condition, Finding
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    DispatchShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing import a_contact, an_address, place_order
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact

unhurried = settings(deadline=None)
"""For properties of whole lives, which may take their time."""

AT_ONCE = Policy(capture="confirmation")
"""Money is taken when the order is confirmed."""

HOME = an_address()
ADA = a_contact()
CARD = Tender("card", "tok_visa")
BOLETO = Tender("boleto", "tok_boleto")


def eur(text: str) -> Money:
    """Write an amount of euro shortly."""
    return Money(text, "EUR")


def cents(minor: int) -> Money:
    """Write an amount of euro in cents."""
    return Money.of_minor(minor, "EUR")


def line(
    price: str = "10.00", quantity: int = 1, sku: str = "mug", **fields: Any
) -> Line:
    """Make a line of an order."""
    return Line(sku=sku, quantity=quantity, unit_price=eur(price), **fields)


place = place_order


def only(amount: Money, **fields: Any) -> Any:
    """Answer authorisations with an amount of one's own."""

    def answer(intent: Authorize) -> Authorized:
        return Authorized(
            reference=intent.operation_id, amount=amount, **fields
        )

    return answer


def unanswered(intent: object) -> None:
    """Leave an intent without an answer for now."""


def decline(intent: object) -> Declined:
    """Answer anything with a decline."""
    return Declined(code="no_funds", advice="other_method")


def pend(intent: Any) -> Pending:
    """Answer anything with the promise of an answer."""
    return Pending(intent.operation_id)


class Shop(Life):
    """A life whose invariants hold after each step of it."""

    def _handle(self, message: Any) -> Decision:
        decision = super()._handle(message)
        check_invariants(self.case, self.history)
        return decision

    @property
    def money(self) -> Balance:
        """The sums of the payment ledger."""
        return balance(self.order)

    @property
    def state(self) -> str:
        """The order's state."""
        return self.order.state.value

    @property
    def payment(self) -> str:
        """The payment status."""
        return payment_status(self.order)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the messages to the customer so far."""
        sent = [m for m in self.messages if m.audience == "customer"]
        return [m.message.value for m in sent]

    @property
    def open_items(self) -> list[ExceptionItem]:
        """The exception items that wait for somebody."""
        return [item for item in self.order.exceptions if item.is_open]

    @property
    def trouble(self) -> list[ExceptionKind]:
        """The kinds of the exception items that wait for somebody."""
        return [item.contradiction.kind for item in self.open_items]

    def resolve(self, remedy: Remedy, note: str = "settled") -> None:
        """Settle the one open exception item."""
        (item,) = self.open_items
        self.do(
            command(
                ResolveException,
                exception_id=item.exception_id,
                remedy=remedy,
                note=note,
            )
        )

    def paid(
        self, outcome: object, operation_id: str = "", payment_id: str = ""
    ) -> None:
        """Report something of a payment."""
        self.report(
            fact(
                PaymentReported,
                operation_id=operation_id,
                payment_id=payment_id,
                outcome=outcome,
            )
        )

    def cancel(self, reason: str = "customer", **fields: Any) -> None:
        """Cancel the order, or the lines that are named."""
        kind = CancelLines if "quantities" in fields else CancelOrder
        self.do(command(kind, reason=reason, **fields))

    def pack(self, shipment_id: str = "o1-s1") -> None:
        """Pick and pack a shipment."""
        self.do(command(PickShipment, shipment_id=shipment_id))
        parcels = (Parcel(weight_g=500),)
        self.do(
            command(PackShipment, shipment_id=shipment_id, parcels=parcels)
        )

    @property
    def waiting(self) -> list[str]:
        """The ids of the shipments that were only planned so far."""
        return [
            sent.shipment_id
            for sent in self.case.shipments.values()
            if sent.state is ShipmentState.PLANNED
        ]

    def ship(self, *shipment_ids: str) -> None:
        """Pick, pack and dispatch shipments; all if none is named."""
        for shipment_id in shipment_ids or self.waiting:
            self.pack(shipment_id)
            self.do(command(DispatchShipment, shipment_id=shipment_id))

    def scan(
        self,
        status: ScanStatus,
        shipment_id: str = "o1-s1",
        days: int = 2,
        **fields: Any,
    ) -> None:
        """Report a scan of the carrier, on its day."""
        at = NOON + timedelta(days=days)
        self.now = max(self.now, at)
        self.report(
            fact(
                Scanned,
                shipment_id=shipment_id,
                status=status,
                at=at,
                **fields,
            )
        )

    def deliver(self, *shipment_ids: str) -> None:
        """Ship and deliver shipments; all if none is named."""
        for shipment_id in shipment_ids or self.waiting:
            self.ship(shipment_id)
            self.scan(ScanStatus.DELIVERED, shipment_id)

    def bring_back(
        self,
        quantities: dict[str, int],
        condition: Condition = "sellable",
        reason: str = "unwanted",
        **fields: Any,
    ) -> str:
        """Ask for a return, receive it and inspect it."""
        self.do(
            command(
                RequestReturn, quantities=quantities, reason=reason, **fields
            )
        )
        return_id = f"o1-t{len(self.case.returns)}"
        self.report(
            fact(
                ReturnReceived,
                return_id=return_id,
                parcel_id=f"{return_id}-parcel",
                at=self.now,
                quantities=quantities,
            )
        )
        findings = tuple(
            Finding(
                line_id=line_id,
                quantity=units,
                condition=condition,
                disposition="restock",
            )
            for line_id, units in quantities.items()
        )
        self.do(command(InspectReturn, return_id=return_id, findings=findings))
        return return_id


def shop(*lines: Line, policy: Policy | None = None, **fields: Any) -> Shop:
    """Open a shop in which an order was placed.

    ``answers`` and ``stock`` are those of ``Life``; all other fields
    are the order's.
    """
    options = {k: fields.pop(k) for k in ("answers", "stock") if k in fields}
    life = Shop(policy, **options)
    life.do(place(*lines, **fields))
    return life
