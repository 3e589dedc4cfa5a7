"""The people of a shop: they do what is allowed, and settle trouble."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orderlife import (
    Allowed,
    Finding,
    LabelReported,
    Money,
    NotAllowedError,
    OrderDesk,
    OrderView,
    PaymentReported,
    RefusedError,
    Tender,
)
from orderlife.house import HOUSE
from orderlife.memory.carrier import FakeCarrier
from orderlife.memory.clock import Clock
from orderlife.memory.payment import FakeGateway
from orderlife.rooms.returns.lifecycle import RETURN
from orderlife.rooms.returns.model import Resolution, Return
from orderlife.rooms.shipment.lifecycle import SHIPMENT, ShipmentState


class Staff:
    """Somebody who works at a desk."""

    def __init__(self, desk: OrderDesk, clock: Clock) -> None:
        self.desk = desk
        self.clock = clock

    def act(self, view: OrderView, how: int) -> None:
        """Do one of the things that are allowed; ``how`` chooses."""
        choices = view.allowed()
        if not choices:
            return
        choice = choices[how % len(choices)]
        how //= len(choices)
        self._do(view, choice, how)

    def _do(self, view: OrderView, choice: Allowed, how: int) -> None:
        desk, subject = self.desk, choice.subject
        lines = [line.line_id for line in view.lines]
        line_id = lines[how % len(lines)]
        match choice.command.__name__:
            case "CancelOrder":
                desk.cancel(view.id)
            case "CancelLines":
                desk.orders.cancel_lines(view.id, {line_id: 1 + how % 2})
            case "PayOrder":
                token = ("tok_visa", "tok_declined", "tok_pending")[how % 3]
                desk.pay(view.id, Tender("card", token))
            case "CapturePayment":
                desk.payments.capture(view.id)
            case "RefundPayment":
                desk.refund(view.id, Money.of_minor(1 + how % 300, "EUR"), "?")
            case "OpenHold" if not view.holds:
                desk.orders.hold(
                    view.id, "other", blocks=("confirm", "dispatch")
                )
            case "ReleaseHold":
                desk.orders.release(view.id, subject)
            case "ResolveException":
                self.resolve(view, subject, how)
            case "PickShipment":
                sent = view.case.shipment(subject)
                picked = dict(sent.items)
                if how % 4 == 0:
                    first = next(iter(picked))
                    picked[first] = max(0, picked[first] - 1)
                desk.shipments.pick(subject, picked)
            case "PackShipment":
                desk.shipments.pack(subject, 500)
            case "BuyShipmentLabel":
                desk.shipments.buy_label(subject, self.service(how))
            case "DispatchShipment":
                desk.shipments.dispatch(subject, self.service(how))
            case "CancelShipment":
                desk.shipments.cancel(subject)
            case "RequestReturn":
                desk.returns.request(
                    view.id,
                    {line_id: 1 + how % 2},
                    ("defective", "unwanted")[how % 2],
                    resolution=("refund", "store_credit")[how % 3 == 0],
                )
            case "ApproveReturn":
                desk.returns.approve(subject)
            case "DeclineReturn":
                desk.returns.decline(subject, "no")
            case "CancelReturn" if how % 3 == 0:
                desk.returns.cancel(subject)
            case "CancelReturn":
                self.receive(view.case.return_(subject), how)
            case "CloseReceiving":
                desk.returns.close_receiving(subject)
            case "InspectReturn":
                self.inspect(view.case.return_(subject), how)
            case _:
                pass

    @staticmethod
    def service(how: int) -> str:
        """A carrier's service, at times an unwilling one."""
        services = (
            "",
            "",
            "refuse",
            "pending",
            "void_rejected",
            "void_pending",
        )
        return services[how % len(services)]

    def receive(self, back: Return, how: int) -> None:
        """A parcel comes back, with as much as was sent or not."""
        quantities = {
            line.line_id: max(1, line.quantity - line.received + how % 2)
            for line in back.lines
        }
        self.desk.returns.receive(
            back.return_id,
            quantities,
            parcel_id=f"parcel-{how % 3}",
            at=self.now(),
        )

    def now(self) -> datetime:
        """The time."""
        return self.clock()

    def inspect(self, back: Return, how: int) -> None:
        """Look at all that came and was not looked at yet."""
        conditions = ("sellable", "opened", "customer_damaged")
        dispositions = ("restock", "quarantine", "scrap")
        findings = [
            Finding(
                line_id=line.line_id,
                quantity=left,
                condition=conditions[how % 3],  # type: ignore[arg-type]
                disposition=dispositions[how % 3],  # type: ignore[arg-type]
            )
            for line in back.lines
            if (left := line.received - back.inspected(line.line_id)) > 0
        ]
        if findings:
            self.desk.returns.inspect(back.return_id, findings)

    def resolve(self, view: OrderView, exception_id: str, how: int) -> None:
        """Settle an exception item with one of its remedies."""
        (item,) = [
            x for x in view.exceptions if x.exception_id == exception_id
        ]
        remedies = HOUSE.remedies[item.contradiction.kind]
        remedy = remedies[how % len(remedies)]
        self.desk.exceptions.resolve(view.id, exception_id, remedy, "settled")

    def settle(self, view: OrderView) -> None:
        """Bring an order to its end: nothing fails any more."""
        for item in view.exceptions:
            for how in range(len(HOUSE.remedies[item.contradiction.kind])):
                # From the last: to let it be ends it most often.
                try:
                    self.resolve(view, item.exception_id, -1 - how)
                except RefusedError:
                    continue
                break
        for hold in view.holds:
            self.desk.orders.release(view.id, hold.hold_id)
        for sent in self.desk.get(view.id).shipments:
            self.move(view.id, sent.shipment_id)
        for back in self.desk.get(view.id).returns:
            self._finish(view.id, back.return_id)

    def give_back(self, order_id: str, how: int) -> None:
        """Ask for a return, or take one a step further."""
        view = self.desk.get(order_id)
        live = [b for b in view.returns if not RETURN.is_terminal(b.state)]
        if not live or how % 7 == 0:
            lines = {line.line_id: 1 + how % 2 for line in view.lines}
            reason = ("defective", "unwanted")[how % 2]
            credit: Resolution = "store_credit" if how % 3 == 0 else "refund"
            for line_id, units in lines.items():
                quantities = {line_id: units}
                self.desk.returns.request(
                    order_id, quantities, reason, resolution=credit
                )
        elif live[0].state.value in {"approved", "in_transit"}:
            self.receive(live[0], how)
        elif live[0].state.value == "receiving" and how % 3 == 0:
            self.desk.returns.close_receiving(live[0].return_id)
        else:
            self.inspect(live[0], how)

    def move(self, order_id: str, shipment_id: str) -> None:
        """Pick, pack, send and deliver a shipment, from where it is."""
        steps: dict[ShipmentState, Any] = {
            ShipmentState.PLANNED: lambda: self.desk.shipments.pick(
                shipment_id
            ),
            ShipmentState.PICKING: lambda: self.desk.shipments.pack(
                shipment_id, 500
            ),
            ShipmentState.PACKED: lambda: self.desk.shipments.dispatch(
                shipment_id
            ),
            ShipmentState.READY: lambda: self.desk.shipments.dispatch(
                shipment_id
            ),
        }
        for _ in range(4):
            state = self.desk.get(order_id).case.shipment(shipment_id).state
            if state not in steps:
                break
            try:
                steps[state]()
            except NotAllowedError:
                return
        sent = self.desk.get(order_id).case.shipment(shipment_id)
        resting = {ShipmentState.DELIVERED, ShipmentState.LOST, *steps}
        resting |= {ShipmentState.DAMAGED, ShipmentState.RETURNED_TO_SENDER}
        if sent.state not in resting and not SHIPMENT.is_terminal(sent.state):
            returning = sent.state is ShipmentState.RETURNING
            status = "returned" if returning else "delivered"
            self.desk.shipments.scan(shipment_id, status, self.now())

    def _finish(self, order_id: str, return_id: str) -> None:
        for _ in range(5):
            back = self.desk.get(order_id).case.return_(return_id)
            match back.state.value:
                case "requested":
                    self.desk.returns.decline(return_id, "no")
                case "approved" | "in_transit":
                    self.receive(back, 0)
                case "receiving":
                    self.desk.returns.close_receiving(return_id)
                case "received":
                    self.inspect(back, 0)
                case _:
                    return


class Mail:
    """Reports on their way: they come again until they are taken."""

    def __init__(self, bank: FakeGateway, carrier: FakeCarrier) -> None:
        self.bank = bank
        self.carrier = carrier
        self.waiting: list[PaymentReported | LabelReported] = []

    def deliver(self, desk: OrderDesk, *, twice: bool = False) -> None:
        """Hand on what the bank and the carrier have to report."""
        self.waiting += [
            PaymentReported(
                order_id=report.order_id,
                operation_id=report.operation_id,
                outcome=report.outcome,
            )
            for report in self.bank.reports(late=not twice)
        ]
        self.waiting += [
            LabelReported(
                order_id=found.order_id,
                subject=found.subject,
                operation_id=found.operation_id,
                outcome=found.outcome,
            )
            for found in self.carrier.reports(late=True)
        ]
        while self.waiting:
            for _ in range(1 + twice):
                desk.report(self.waiting[0])
            self.waiting.pop(0)
