"""Random lives by seed alone: whatever is asked, in whatever state."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from orderlife import (
    Address,
    ApproveReturn,
    BuyShipmentLabel,
    CancelLines,
    CancelOrder,
    CancelReturn,
    CancelShipment,
    CapturePayment,
    ChangeDisposition,
    CloseReceiving,
    Contact,
    DeclineReturn,
    Discount,
    DispatchShipment,
    DraftOrder,
    EffectFailed,
    FillBackorder,
    Finding,
    FraudJudged,
    InputError,
    InspectReturn,
    InterceptShipment,
    LabelReported,
    Line,
    Money,
    OpenHold,
    PackShipment,
    PaymentReported,
    PayOrder,
    PickShipment,
    PlaceDraft,
    PlaceOrder,
    Policy,
    RefundPayment,
    RefusedError,
    ReleaseHold,
    Remedy,
    RequestReturn,
    ResolveException,
    ReturnReceived,
    ReturnShipped,
    Scanned,
    Screening,
    Tender,
    UnexpectedItem,
)
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    Intercept,
    InterceptRejected,
    LabelPending,
    LabelRefused,
    LabelVoided,
    Parcel,
    VoidLabel,
    VoidPending,
    VoidRejected,
)
from orderlife.ports.inventory import Allocate, StockGone
from orderlife.ports.notifier import Notify, NotSent
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorize,
    Authorized,
    Capture,
    Captured,
    CaptureFailed,
    Declined,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    IssueCredit,
    Pending,
    Refund,
    Refunded,
    RefundFailed,
    RequiresAction,
    Void,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact

HOME: Final = Address(
    name="Ada", lines=("1 Way",), city="Bonn", postcode="53111", country="DE"
)
POLICIES: Final = (
    Policy(),
    Policy(capture="confirmation"),
    Policy(backorder=True, follow_up_after=None),
    Policy(backorder=True, reauthorize=True),
    Policy(single_capture="secure_rest", untracked_within=timedelta(days=5)),
    Policy(screen=lambda order: Screening(verdict="review", reason="new")),
)
STEPS: Final = 45
_EUR: Final = "EUR"
_ON: Final = (
    ScanStatus.IN_TRANSIT,
    ScanStatus.OUT_FOR_DELIVERY,
    *[ScanStatus.DELIVERED] * 4,
    ScanStatus.LOST,
)


def _line(sku: str, units: int, price: str, kind: Any = "goods") -> Line:
    return Line(
        sku=sku, quantity=units, unit_price=Money(price, _EUR), kind=kind
    )


def live(seed: int) -> None:
    """Live one order's life; what is refused is part of it."""
    _Life(seed).live()


class _Life:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(f"life {seed}")
        answers: Mapping[Any, Callable[[Any], Any]] = {
            Authorize: self.authorized,
            Capture: self.captured,
            Void: self.often(lambda _: Declined(code="no")),
            Refund: self.refunded,
            IssueCredit: self.often(lambda _: Declined(code="no")),
            BuyLabel: self.often(
                lambda _: LabelRefused(code="no"), lambda _: LabelPending()
            ),
            VoidLabel: self.often(
                lambda _: VoidRejected("no"), lambda _: VoidPending()
            ),
            Intercept: self.often(lambda _: InterceptRejected("no")),
            Allocate: self.often(lambda _: StockGone("gone")),
            Notify: self.often(lambda _: NotSent("full")),
        }
        self.untrusty = self.dice.choice((0, 5, 20))
        """In how many per cent of its answers the world says no."""
        stock: int | None = self.dice.choice((None, None, 9, 3))
        self.life = Life(
            policy=self.dice.choice(POLICIES),
            stock=None
            if stock is None
            else {
                "mug": stock,
                "cup": stock,
                "jug": 1,
                "song": 99,
                "setup": 99,
            },
            answers=answers,
        )

    # The world

    def often(self, *otherwise: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Mostly yes; at times no, nothing, or nobody knows."""
        success = Life(stock=None)._succeed

        def answer(intent: Any) -> Any:
            if self.dice.randrange(100) >= self.untrusty:
                if isinstance(intent, Allocate):
                    return self.life._succeed(intent)
                return success(intent)
            lost: tuple[Callable[[Any], Any], ...] = (
                lambda _: None,
                lambda _: Unknown("lost"),
            )
            if isinstance(intent, Notify):
                lost = ()
            return self.dice.choice((*otherwise, *lost))(intent)

        return answer

    def authorized(self, intent: Authorize) -> Any:
        at = self.life.now + timedelta(days=7)
        whole = Authorized(
            reference=intent.operation_id,
            amount=intent.amount,
            capture_before=self.dice.choice((None, at)),
            captures_in_parts=self.dice.choice((None, True, False)),
        )
        if self.dice.randrange(100) >= self.untrusty:
            return whole
        part = Money.of_minor(max(1, intent.amount.minor // 2), _EUR)
        return self.dice.choice(
            (
                Authorized(reference="part", amount=part),
                Captured(reference="at-once", amount=intent.amount),
                Declined(code="funds"),
                Pending("later"),
                RequiresAction(reference="3ds", url="https://bank.example"),
                Unknown("lost"),
                None,
            )
        )

    def captured(self, intent: Capture) -> Any:
        return self.often(
            lambda _: Declined(code="no"),
            lambda _: Pending("later"),
            lambda i: Captured(reference="cap", amount=i.amount),
        )(intent)

    def refunded(self, intent: Refund) -> Any:
        return self.often(
            lambda _: Declined(code="no"),
            lambda _: Pending("later"),
        )(intent)

    # The life

    usual: Final = (Remedy.ACCEPT, Remedy.RETRY, Remedy.REFUND) * 4

    def live(self) -> None:
        self.ask(self.placing())
        for _ in range(STEPS):
            if self.life.case.order is None:
                return
            self.step()
        self.pass_time(timedelta(days=120))

    def step(self) -> None:
        what = self.dice.randrange(100)
        if what < 60:
            self.ask(self.likely())
        elif what < 68:
            self.ask(self.dice.choice(self.unlikely())())
        elif what < 86:
            self.tell(self.dice.choice(self.news())())
        else:
            hours = self.dice.choice(
                (1, 1, 6, 6, 26, 26, 100, 24 * 15, 24 * 40)
            )
            self.pass_time(timedelta(hours=hours))

    def ask(self, message: Any) -> None:
        if message is not None:
            with contextlib.suppress(RefusedError, InputError):
                self.life.do(message)  # a fact is heard in the same way

    def tell(self, message: Any) -> None:
        if message is not None:
            with contextlib.suppress(RefusedError, InputError):
                self.life.report(message)

    def pass_time(self, time: timedelta) -> None:
        self.life.advance(time)

    # What is asked

    def placing(self) -> Any:
        lines = [
            _line("mug", self.dice.randrange(1, 4), "10.00"),
            _line("cup", self.dice.randrange(1, 3), "3.33"),
            _line("jug", 1, "20.00"),
            _line("song", 1, "1.50", kind="digital"),
            _line("setup", 1, "5.00", kind="service"),
            _line("wrap", 1, "2.00", kind="charge"),
        ]
        chosen = self.dice.sample(lines, self.dice.randrange(1, 5))
        kind = self.dice.choice((PlaceOrder, PlaceOrder, DraftOrder))
        tenders: tuple[Tender, ...] = (Tender("card", "tok_visa"),)
        if self.dice.randrange(4) == 0:
            voucher = Tender("voucher", "v1", amount=Money("4.00", _EUR))
            tenders = (voucher, *tenders)
        return command(
            kind,
            lines=tuple(chosen),
            tenders=self.dice.choice((tenders, tenders, ())),
            contact=Contact(email="ada@example.org"),
            ship_to=HOME,
            customer_id=self.dice.choice(("", "u1")),
            shipping=self.dice.choice((None, Money("4.90", _EUR))),
            discounts=self.dice.choice(
                ((), (Discount(code="ten", amount=Money("1.00", _EUR)),))
            ),
            gift_message=self.dice.choice(("", "for you")),
        )

    def shipment(self) -> Any:
        found = list(self.life.case.shipments.values())
        return self.dice.choice(found) if found else None

    def return_(self) -> Any:
        found = list(self.life.case.returns.values())
        return self.dice.choice(found) if found else None

    def line_id(self) -> str:
        lines = self.life.order.placement.lines
        return self.dice.choice([line.line_id for line in lines])

    def likely(self) -> Any:
        """What whoever looks at the order would do next."""
        order = self.life.order
        trouble = [item for item in order.exceptions if item.is_open]
        if trouble and self.dice.randrange(2):
            return command(
                ResolveException,
                exception_id=self.dice.choice(trouble).exception_id,
                remedy=self.dice.choice((*Remedy, *self.usual)),
                note="seen to",
            )
        if order.holds and self.dice.randrange(3) == 0:
            hold = self.dice.choice(order.holds)
            return command(ReleaseHold, hold_id=hold.hold_id)
        back = self.return_()
        if back is not None and self.dice.randrange(2):
            return self.about_return(back)
        sent = self.shipment()
        if sent is not None:
            return self.about_shipment(sent)
        if order.state.value == "draft":
            return command(PlaceDraft)
        return command(PayOrder, tender=Tender("card", "tok_visa"))

    def about_shipment(self, sent: Any) -> Any:
        shipment_id, state = sent.shipment_id, sent.state.value
        if state == "planned":
            picked = dict(sent.items)
            if self.dice.randrange(6) == 0:
                first = next(iter(picked))
                picked[first] -= 1
            return command(
                PickShipment, shipment_id=shipment_id, picked=picked
            )
        if state == "picking":
            return command(
                PackShipment,
                shipment_id=shipment_id,
                parcels=(Parcel(weight_g=500),),
            )
        if state in {"planned", "packed"} and self.dice.randrange(9) == 0:
            return command(CancelShipment, shipment_id=shipment_id)
        if state in {"packed", "ready"}:
            kind = self.dice.choice((DispatchShipment, BuyShipmentLabel))
            return command(kind, shipment_id=shipment_id)
        if state in {"dispatched", "in_transit"} and self.dice.randrange(4):
            return fact(
                Scanned,
                shipment_id=shipment_id,
                status=self.dice.choice(_ON),
                at=self.life.now,
            )
        if state in {"delivered", "in_transit"}:
            return command(
                RequestReturn,
                quantities={self.line_id(): self.dice.randrange(1, 3)},
                reason=self.dice.choice(("defective", "unwanted", "odd")),
                resolution=self.dice.choice(
                    ("refund", "store_credit", "keep")
                ),
                comment=self.dice.choice(("", "it is in pieces")),
            )
        return command(InterceptShipment, shipment_id=shipment_id)

    def about_return(self, back: Any) -> Any:
        return_id = back.return_id
        line = back.lines[0].line_id
        awaited = back.state.value in {"approved", "in_transit"}
        if awaited and self.dice.randrange(3):
            return self.came_back(return_id, line)
        return self.dice.choice(
            (
                command(ApproveReturn, return_id=return_id),
                command(DeclineReturn, return_id=return_id, explanation="no"),
                command(CancelReturn, return_id=return_id),
                command(CloseReceiving, return_id=return_id),
                command(CloseReceiving, return_id=return_id),
                *[
                    command(
                        InspectReturn,
                        return_id=return_id,
                        findings=(
                            Finding(
                                line_id=line,
                                quantity=1,
                                condition=self.dice.choice(
                                    ("sellable", "opened", "missing")
                                ),
                                disposition=self.dice.choice(
                                    ("restock", "scrap")
                                ),
                            ),
                        ),
                    )
                ]
                * 4,
                command(
                    ChangeDisposition,
                    return_id=return_id,
                    line_id=line,
                    quantity=1,
                    before="restock",
                    after="scrap",
                ),
            )
        )

    def unlikely(self) -> list[Callable[[], Any]]:
        amount = Money.of_minor(self.dice.randrange(1, 900), _EUR)
        units = {self.line_id(): 1}
        sent = self.shipment()
        held = list(self.life.case.reservations)
        found: list[Callable[[], Any]] = [
            lambda: command(CancelOrder, reason="customer"),
            lambda: command(CancelLines, quantities=units, reason="other"),
            lambda: command(CapturePayment),
            lambda: command(RefundPayment, amount=amount, reason="sorry"),
            lambda: command(
                RefundPayment, amount=amount, reason="late", of="postage"
            ),
            lambda: command(
                RefundPayment,
                amount=amount,
                reason="scratch",
                of=units,
                as_credit=True,
            ),
            lambda: command(
                OpenHold,
                reason=self.dice.choice(("fraud", "other", "address")),
                until=self.life.now + timedelta(days=1),
            ),
            lambda: command(PayOrder, tender=Tender("boleto", "b1")),
        ]
        if sent is not None:
            found.append(
                lambda: command(CancelShipment, shipment_id=sent.shipment_id)
            )
        if held:
            found.append(
                lambda: command(
                    FillBackorder, reservation_id=self.dice.choice(held)
                )
            )
        return found

    # What is told

    def news(self) -> list[Callable[[], Any]]:
        now = self.life.now
        sent, back = self.shipment(), self.return_()
        shipment_id = sent.shipment_id if sent is not None else "o1-s9"
        found: list[Callable[[], Any]] = [self.money_moved] * 2
        found += [
            lambda: fact(
                Scanned,
                shipment_id=shipment_id,
                status=self.dice.choice(
                    (*ScanStatus, *[ScanStatus.DELIVERED] * 6)
                ),
                at=now - timedelta(hours=self.dice.choice((0, 0, 5, -90))),
                detail=self.dice.choice(("", "at the door")),
                correction=self.dice.randrange(8) == 0,
            )
        ] * (4 if sent is not None and sent.label else 1)
        found += [
            lambda: fact(
                FraudJudged,
                verdict=self.dice.choice(("accept", "review", "reject")),
                reason="seen",
            ),
            self.answered,
            self.answered,
        ]
        if back is not None:
            found += [
                lambda: fact(ReturnShipped, return_id=back.return_id, at=now),
                lambda: self.came_back(back.return_id),
                lambda: self.came_back(back.return_id),
            ]
        else:
            found.append(lambda: self.came_back(""))
        return found

    def came_back(self, return_id: str, line_id: str = "") -> Any:
        odd = (UnexpectedItem(sku="vase", quantity=1),)
        return fact(
            ReturnReceived,
            return_id=return_id,
            parcel_id=f"parcel-{self.dice.randrange(3)}",
            at=self.life.now,
            quantities={line_id or self.line_id(): self.dice.randrange(1, 3)},
            unexpected=self.dice.choice(((), (), odd)),
        )

    def answered(self) -> Any:
        """A late answer to what was asked, or to what was given up."""
        waiting = sorted(self.life.unanswered)
        if waiting:
            operation_id = self.dice.choice(waiting)
            intent = self.life.unanswered[operation_id]
            with contextlib.suppress(RefusedError, InputError):
                self.life.answer(operation_id, self.life._succeed(intent))
            return None
        asked = list(self.life.intents)
        if not asked:
            return None
        intent = self.dice.choice(asked)
        kind = self.dice.randrange(3)
        if kind == 0:
            return fact(
                EffectFailed,
                operation_id=intent.operation_id,
                port=intent.port,
                why="given up",
                unknown=self.dice.randrange(2) == 0,
            )
        if isinstance(intent, BuyLabel | VoidLabel | Intercept):
            return fact(
                LabelReported,
                subject=intent.subject,
                operation_id=intent.operation_id,
                outcome=self.dice.choice(
                    (LabelVoided(), LabelRefused(code="late"))
                ),
            )
        return None

    def money_moved(self) -> Any:
        order = self.life.order
        if not order.payments:
            return None
        payment = self.dice.choice(order.payments)
        asked = sorted(order.operations)
        amount = Money.of_minor(self.dice.choice((100, 999, 2000)), _EUR)
        ref = f"d{self.dice.randrange(3)}"
        outcome = self.dice.choice(
            (
                Authorized(reference=ref, amount=amount),
                Captured(reference=ref, amount=amount),
                Refunded(reference=ref, amount=amount),
                Declined(code="late"),
                RefundFailed("closed"),
                CaptureFailed("bounced"),
                AuthorizationLapsed("old"),
                DisputeOpened(reference=ref, amount=amount),
                DisputeWon(reference=ref, amount=amount),
                DisputeLost(reference=ref),
            )
        )
        operation = self.dice.choice(("", *asked))
        return fact(
            PaymentReported,
            operation_id=operation,
            payment_id=payment.payment_id,
            outcome=outcome,
        )
