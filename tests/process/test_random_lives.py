"""Random lives: whatever is asked and answered, the order moves on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from orderlife._kernel.decision import Decision
from orderlife._kernel.messages import ExceptionKind
from orderlife._values.money import Money
from orderlife.errors import InputError, RefusedError
from orderlife.house import HOUSE
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy, ReturnTerms, ReturnVerdict
from orderlife.ports.base import Intent, Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    Intercept,
    InterceptRejected,
    LabelPending,
    LabelRefused,
    VoidLabel,
    VoidPending,
    VoidRejected,
)
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Release,
    Reserve,
    Shortage,
    StockGone,
    StockShort,
)
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorize,
    Authorized,
    Capture,
    Captured,
    CaptureFailed,
    Declined,
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
from orderlife.rooms.exceptions.messages import EffectFailed, ResolveException
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    FraudJudged,
    OpenHold,
    ReleaseHold,
)
from orderlife.rooms.order.model import Screening
from orderlife.rooms.payment.ledger import balance, is_secured, unsettled
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PaymentReported,
    PayOrder,
    RefundPayment,
)
from orderlife.rooms.returns.lifecycle import RETURN, ReturnState
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
    ReturnReceived,
    ReturnShipped,
)
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.messages import FillBackorder
from orderlife.rooms.stock.readings import uncovered
from orderlife.testing.life import Life
from orderlife.testing.scenario import Draft, command, fact
from tests.deep import examples
from tests.helpers import CARD, PARCEL, found, line, place, silent

pytestmark = pytest.mark.one_python

_E = ExceptionKind
PERFORMED: tuple[type[Intent], ...] = (
    Reserve,
    Allocate,
    Consume,
    Release,
    Authorize,
    Capture,
    Void,
    Refund,
    IssueCredit,
    BuyLabel,
    VoidLabel,
    Intercept,
)
STAGES = ("unanswered", "placed", "packed", "sent", "delivered")
NUMBERS = st.integers(min_value=0, max_value=5)
UNITS = st.integers(min_value=1, max_value=3)
LATER = st.sampled_from(
    [timedelta(hours=1), timedelta(days=1), timedelta(days=8)]
)
POLICIES = st.builds(
    Policy,
    capture=st.sampled_from(["dispatch", "confirmation"]),
    backorder=st.booleans(),
    reauthorize=st.booleans(),
    screen=st.sampled_from(
        [
            lambda order: Screening(verdict="accept"),
            lambda order: Screening(verdict="review"),
        ]
    ),
    judge=st.sampled_from(
        [
            lambda *_: ReturnVerdict(answer="approve", explanation="yes"),
            lambda *_: ReturnVerdict(answer="ask", explanation="hm"),
        ]
    ),
    remorse=st.sampled_from(
        [ReturnTerms(), ReturnTerms(restocking_fee_percent=10, label=False)]
    ),
    follow_up_after=st.sampled_from([None, timedelta(days=1)]),
)


def _other_answers(intent: Intent) -> list[Any]:
    """What a port may answer instead of yes."""
    match intent:
        case Reserve():
            shortages = (Shortage(sku="mug", wanted=1, available=0),)
            return [Unknown(), StockShort(shortages=shortages)]
        case Allocate():
            return [Unknown(), StockGone()]
        case Consume() | Release():
            return [Unknown()]
        case Authorize():
            half = Money.of_minor(
                (intent.amount.minor + 1) // 2, intent.amount.currency
            )
            return [
                Unknown(),
                Declined(code="no"),
                Pending(),
                RequiresAction(reference="r"),
                Captured(reference=intent.operation_id, amount=intent.amount),
                Authorized(reference=intent.operation_id, amount=half),
            ]
        case Capture() | Void() | Refund() | IssueCredit():
            return [Unknown(), Declined(code="no"), Pending()]
        case BuyLabel():
            return [Unknown(), LabelRefused(code="no"), LabelPending()]
        case VoidLabel():
            return [Unknown(), VoidRejected(), VoidPending()]
        case Intercept():
            return [Unknown(), InterceptRejected()]
        case _:
            return []


def _unanswered(machine: RandomLives) -> bool:
    return bool(machine.life.unanswered)


def _has_operations(machine: RandomLives) -> bool:
    return bool(machine.life.order.operations)


def _shipments(machine: RandomLives) -> bool:
    return bool(machine.life.case.shipments)


def _active(machine: RandomLives) -> bool:
    return machine.life.order.state in {
        OrderState.PLACED,
        OrderState.CONFIRMED,
    }


def _waiting(machine: RandomLives) -> bool:
    sent = machine.life.case.shipments.values()
    return any(s.state in BEFORE_DISPATCH for s in sent)


def _holds(machine: RandomLives) -> bool:
    return bool(machine.life.order.holds)


def _open(machine: RandomLives) -> bool:
    return any(item.is_open for item in machine.life.order.exceptions)


def _unpaid(machine: RandomLives) -> bool:
    return not is_secured(machine.life.order)


def _backordered(machine: RandomLives) -> bool:
    return any(u.backordered for u in machine.life.order.units.values())


def _arrived(machine: RandomLives) -> bool:
    return any(u.delivered for u in machine.life.order.units.values())


def _returns(machine: RandomLives) -> bool:
    return bool(machine.life.case.returns)


class RandomLives(RuleBasedStateMachine):
    """Commands, answers, scans and time in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.parcels = 0
        self.lapses = False

    # What the steps are made of.

    def _ask(self, draft: Draft) -> None:
        """Give a command; it may be refused, and then changes nothing."""
        before = self.life.case
        try:
            self.life.do(draft)
        except (RefusedError, InputError):
            assert before is self.life.case

    def _report(self, draft: Draft) -> None:
        """Report a fact twice; the second time changes nothing."""
        self.life.report(draft)
        waiting = self.life.unanswered
        again: Decision = self.life.report(draft)
        assert again.events == ()
        assert waiting == self.life.unanswered

    @staticmethod
    def _pick(known: Any, number: int) -> Any:
        known = tuple(known)
        return known[number % len(known)] if known else None

    def _shipment(self, number: int) -> str:
        return self._pick(self.life.case.shipments, number) or "o1-s1"

    def _return(self, number: int) -> str:
        return self._pick(self.life.case.returns, number) or "o1-t1"

    # An order, and an outside world that answers when it likes.

    @initialize(
        policy=POLICIES,
        quantities=st.lists(UNITS, min_size=1, max_size=3),
        stock=st.integers(min_value=0, max_value=9),
        digital=st.booleans(),
        stage=st.sampled_from(STAGES),
        lapses=st.booleans(),
    )
    def begin(
        self,
        policy: Policy,
        quantities: list[int],
        stock: int,
        digital: bool,
        stage: str,
        lapses: bool,
    ) -> None:
        self.life = Life(policy=policy, stock={"mug": stock})
        self.lapses = lapses
        self.fall_silent(quiet=stage == "unanswered")
        lines = [
            line(quantity=units, place=f"p{n % 2}")
            for n, units in enumerate(quantities)
        ]
        if digital:
            lines.append(line(sku="ebook", digital=True))
        self.life.do(place(*lines, shipping=Money("4.99", "EUR")))
        for number in range(len(self.life.case.shipments)):
            if stage not in {"unanswered", "placed"}:
                self.pick(number)
                self.pack(number)
            if stage in {"sent", "delivered"}:
                self.dispatch(number)
            if stage == "delivered":
                self.deliver(number)

    @rule(quiet=st.booleans())
    def fall_silent(self, quiet: bool) -> None:
        answer = silent if quiet else self._yes
        self.life.answers = dict.fromkeys(PERFORMED, answer)

    @rule(quiet=st.sets(st.sampled_from(PERFORMED)))
    def fall_silent_in_part(self, quiet: set[type[Intent]]) -> None:
        self.life.answers = {
            kind: silent if kind in quiet else self._yes for kind in PERFORMED
        }

    def _yes(self, intent: Intent) -> Any:
        outcome = self.life._succeed(intent)
        if self.lapses and isinstance(outcome, Authorized):
            before = self.life.now + timedelta(days=5)
            return attrs.evolve(outcome, capture_before=before)
        return outcome

    @precondition(_unanswered)
    @rule(number=NUMBERS)
    def answer_yes(self, number: int) -> None:
        operation = self._pick(self.life.unanswered, number)
        if operation is not None:
            intent = self.life.unanswered[operation]
            self.life.answer(operation, self._yes(intent))

    @precondition(_unanswered)
    @rule(number=NUMBERS, which=NUMBERS)
    def answer_otherwise(self, number: int, which: int) -> None:
        operation = self._pick(self.life.unanswered, number)
        if operation is None:
            return
        intent = self.life.unanswered[operation]
        outcome = self._pick(_other_answers(intent), which)
        if outcome is None:
            return
        self.life.answer(operation, outcome)
        if isinstance(
            outcome,
            Unknown | Pending | RequiresAction | LabelPending | VoidPending,
        ):
            self.life.unanswered[operation] = intent

    @precondition(_unanswered)
    @rule(number=NUMBERS, unknown=st.booleans())
    def give_up(self, number: int, unknown: bool) -> None:
        operation = self._pick(self.life.unanswered, number)
        if operation is not None:
            intent = self.life.unanswered.pop(operation)
            self._report(
                fact(
                    EffectFailed,
                    operation_id=operation,
                    port=intent.port,
                    why="no answer",
                    unknown=unknown,
                )
            )

    @precondition(_has_operations)
    @rule(number=NUMBERS)
    def fail_late(self, number: int) -> None:
        """A capture or a refund that had succeeded fails after all."""
        done = [
            operation
            for operation in self.life.order.operations.values()
            if operation.kind in {"capture", "refund", "credit"}
        ]
        operation = self._pick(done, number)
        if operation is None:
            return
        failed = CaptureFailed if operation.kind == "capture" else RefundFailed
        self.life.unanswered.pop(operation.operation_id, None)
        self.life.answer(operation.operation_id, failed("late"))

    @precondition(_has_operations)
    @rule(number=NUMBERS, which=NUMBERS)
    def report_payment(self, number: int, which: int) -> None:
        """The provider reports something on its own."""
        payment = self._pick(self.life.order.payments, number)
        amount = Money("1.00", "EUR")
        reports = (
            AuthorizationLapsed(),
            DisputeOpened(reference="d1", amount=amount),
            DisputeWon(reference="d1", amount=amount),
            Captured(reference="c1", amount=amount),
            Refunded(reference="f1", amount=amount),
        )
        self._report(
            fact(
                PaymentReported,
                payment_id=payment.payment_id if payment else "",
                outcome=self._pick(reports, which),
            )
        )

    @rule(time=LATER)
    def wait(self, time: timedelta) -> None:
        self.life.advance(time)

    @rule()
    def restock(self) -> None:
        assert self.life.stock is not None
        self.life.stock["mug"] += 2

    # What people ask for.

    @precondition(_waiting)
    @rule(number=NUMBERS)
    def pick(self, number: int) -> None:
        self._ask(command(PickShipment, shipment_id=self._shipment(number)))

    @precondition(_waiting)
    @rule(number=NUMBERS, picked=NUMBERS)
    def pick_short(self, number: int, picked: int) -> None:
        sent = self.life.case.shipments.get(self._shipment(number))
        if sent is not None:
            line_id = next(iter(sent.items), "1")
            self._ask(
                command(
                    PickShipment,
                    shipment_id=sent.shipment_id,
                    picked={**sent.items, line_id: picked},
                )
            )

    @precondition(_waiting)
    @rule(number=NUMBERS)
    def pack(self, number: int) -> None:
        self._ask(
            command(
                PackShipment,
                shipment_id=self._shipment(number),
                parcels=(PARCEL,),
            )
        )

    @precondition(_waiting)
    @rule(number=NUMBERS)
    def dispatch(self, number: int) -> None:
        self._ask(
            command(DispatchShipment, shipment_id=self._shipment(number))
        )

    @precondition(_waiting)
    @rule(number=NUMBERS)
    def pick_pack_dispatch(self, number: int) -> None:
        self.pick(number)
        self.pack(number)
        self.dispatch(number)

    @precondition(_waiting)
    @rule(
        number=NUMBERS,
        kind=st.sampled_from(
            [BuyShipmentLabel, CancelShipment, InterceptShipment]
        ),
    )
    def handle_shipment(self, number: int, kind: Any) -> None:
        self._ask(command(kind, shipment_id=self._shipment(number)))

    @precondition(_active)
    @rule(
        quantities=st.dictionaries(st.sampled_from("123"), UNITS, min_size=1)
    )
    def cancel_lines(self, quantities: dict[str, int]) -> None:
        self._ask(command(CancelLines, quantities=quantities))

    @rule()
    def cancel(self) -> None:
        self._ask(command(CancelOrder))

    @precondition(_unpaid)
    @rule()
    def pay(self) -> None:
        self._ask(command(PayOrder, tender=CARD))

    @rule()
    def capture(self) -> None:
        self._ask(command(CapturePayment))

    @rule()
    def refund(self) -> None:
        amount = Money("1.23", "EUR")
        self._ask(command(RefundPayment, amount=amount, reason="sorry"))

    @rule(
        blocks=st.sampled_from([("confirm", "dispatch"), ("refund",)]),
        reason=st.sampled_from(["fraud", "address"]),
    )
    def hold(self, blocks: Any, reason: Any) -> None:
        self._ask(command(OpenHold, reason=reason, blocks=blocks))

    @precondition(_holds)
    @rule(number=NUMBERS)
    def release(self, number: int) -> None:
        hold = self._pick(self.life.order.holds, number)
        if hold is not None:
            self._ask(command(ReleaseHold, hold_id=hold.hold_id))

    @precondition(_open)
    @rule(number=NUMBERS, which=NUMBERS)
    def resolve(self, number: int, which: int) -> None:
        items = [item for item in self.life.order.exceptions if item.is_open]
        item = self._pick(items, number)
        if item is None:
            return
        remedy = self._pick(HOUSE.remedies[item.contradiction.kind], which)
        self._ask(
            command(
                ResolveException,
                exception_id=item.exception_id,
                remedy=remedy,
                note="",
            )
        )

    @precondition(_backordered)
    @rule(number=NUMBERS)
    def fill(self, number: int) -> None:
        held = self._pick(self.life.case.reservations, number) or "o1-r1"
        self._ask(command(FillBackorder, reservation_id=held))

    @rule(verdict=st.sampled_from(["accept", "review", "reject"]))
    def judge(self, verdict: Any) -> None:
        # A second verdict may be another, so it is not reported twice.
        self.life.report(fact(FraudJudged, verdict=verdict))

    # What happens to parcels.

    @precondition(_shipments)
    @rule(number=NUMBERS, status=st.sampled_from(ScanStatus))
    def scan(self, number: int, status: ScanStatus) -> None:
        sent = self.life.case.shipments.get(self._shipment(number))
        if sent is None:
            return
        at = self.life.now
        self._report(
            fact(Scanned, shipment_id=sent.shipment_id, status=status, at=at)
        )

    @precondition(_shipments)
    @rule(number=NUMBERS)
    def deliver(self, number: int) -> None:
        self.scan(number, ScanStatus.DELIVERED)

    # What comes back.

    @precondition(_arrived)
    @rule(
        quantities=st.dictionaries(
            st.sampled_from("1234"), UNITS, min_size=1, max_size=2
        ),
        resolution=st.sampled_from(["refund", "store_credit", "keep"]),
    )
    def ask_back(self, quantities: dict[str, int], resolution: Any) -> None:
        self._ask(
            command(
                RequestReturn,
                quantities=quantities,
                reason="too_small",
                resolution=resolution,
            )
        )

    @precondition(_returns)
    @rule(
        number=NUMBERS,
        draft=st.sampled_from(
            [
                command(ApproveReturn),
                command(ApproveReturn, keep_items=True),
                command(DeclineReturn, explanation="no"),
                command(CancelReturn),
                command(CloseReceiving),
            ]
        ),
    )
    def handle_return(self, number: int, draft: Draft) -> None:
        fields = {**draft.fields, "return_id": self._return(number)}
        self._ask(Draft(draft.kind, fields))

    @precondition(_returns)
    @rule(number=NUMBERS)
    def hand_in(self, number: int) -> None:
        return_id = self._return(number)
        self._report(
            fact(ReturnShipped, return_id=return_id, at=self.life.now)
        )

    @precondition(_returns)
    @rule(
        number=NUMBERS,
        quantities=st.dictionaries(
            st.sampled_from("1239"), NUMBERS, max_size=2
        ),
    )
    def come_back(self, number: int, quantities: dict[str, int]) -> None:
        self.parcels += 1
        self._report(
            fact(
                ReturnReceived,
                return_id=self._return(number),
                parcel_id=f"p{self.parcels}",
                at=self.life.now,
                quantities=quantities,
            )
        )

    @precondition(_returns)
    @rule(number=NUMBERS, damaged=st.booleans())
    def inspect(self, number: int, damaged: bool) -> None:
        back = self.life.case.returns.get(self._return(number))
        if back is not None:
            condition = "customer_damaged" if damaged else "sellable"
            self._ask(_inspection(back, condition=condition))

    # What must hold.

    @invariant()
    def holds(self) -> None:
        check_invariants(self.life.case, self.life.history)

    @invariant()
    def what_is_remembered_is_what_it_would_come_to(self) -> None:
        """An order made anew has worked out nothing yet."""
        order = self.life.case.order
        if order is not None:
            anew = attrs.evolve(order)
            assert (anew._sums, anew._unsettled, anew._kinds) == (None,) * 3
            assert balance(order) == balance(anew)
            assert unsettled(order) == unsettled(anew)
            assert order.main_units == anew.main_units
            assert order.of_kind("goods") == anew.of_kind("goods")

    @invariant()
    def nothing_is_forgotten(self) -> None:
        case = self.life.case
        if case.order is None or case.order.state is not OrderState.CONFIRMED:
            return
        wanted = {k: u.wanted for k, u in case.order.units.items()}
        for item in case.order.placement.lines:
            if item.digital:
                del wanted[item.line_id]
        if uncovered(case, wanted):
            assert any(item.is_open for item in case.order.exceptions)

    def teardown(self) -> None:
        """Once everything works again, the order can be finished."""
        if self.life.case.order is None:
            return
        self.fall_silent(quiet=False)
        for _ in range(40):
            self._finish()
            check_invariants(self.life.case, self.life.history)
            if self._is_finished():
                return
        order = self.life.order
        raise AssertionError(
            f"not finished: {order.state}, {attrs.asdict(order)['units']}, "
            f"{[i for i in order.exceptions if i.is_open]}, {order.holds}, "
            f"{[*unsettled(order)]}, {self.life.case.shipments}, "
            f"{self.life.case.reservations}, {self.life.case.returns}"
        )

    def _is_finished(self) -> bool:
        state = self.life.order.state
        return ORDER.is_terminal(state) or state is OrderState.COMPLETED

    def _finish(self) -> None:
        """Do whatever a diligent shop would do next."""
        life = self.life
        assert life.stock is not None
        life.stock["mug"] += 10
        for operation in tuple(life.unanswered):
            intent = life.unanswered[operation]
            life.answer(operation, self._yes(intent))
        for item in life.order.exceptions:
            if item.is_open:
                self._settle(item)
        for hold in life.order.holds:
            self._ask(command(ReleaseHold, hold_id=hold.hold_id))
        if life.order.state is OrderState.PLACED:
            self.pay()
        for number, sent in enumerate(tuple(life.case.shipments.values())):
            if sent.state in BEFORE_DISPATCH:
                self.pick_pack_dispatch(number)
            now = life.case.shipments[sent.shipment_id].state
            if now not in _AT_REST:
                life.now += timedelta(minutes=1)
                self.scan(number, ScanStatus.DELIVERED)
        for back in tuple(life.case.returns.values()):
            self._finish_return(back)
        life.advance(timedelta(days=2))

    def _settle(self, item: Any) -> None:
        for remedy in HOUSE.remedies[item.contradiction.kind]:
            self._ask(
                command(
                    ResolveException,
                    exception_id=item.exception_id,
                    remedy=remedy,
                    note="",
                )
            )

    def _finish_return(self, back: Return) -> None:
        if RETURN.is_terminal(back.state):
            return
        return_id = back.return_id
        if back.state is ReturnState.REQUESTED:
            self._ask(
                command(DeclineReturn, return_id=return_id, explanation="no")
            )
        self._ask(command(CancelReturn, return_id=return_id))
        self._ask(command(CloseReceiving, return_id=return_id))
        back = self.life.case.returns[return_id]
        self._ask(_inspection(back))
        self.life.advance(timedelta(days=31))


_AT_REST = {
    *BEFORE_DISPATCH,
    ShipmentState.DELIVERED,
    ShipmentState.LOST,
    ShipmentState.DAMAGED,
    ShipmentState.RETURNED_TO_SENDER,
    ShipmentState.WRITTEN_OFF,
    ShipmentState.CANCELLED,
}


def _inspection(back: Return, **more: Any) -> Draft:
    """Inspect all that has come and was not looked at yet."""
    findings = tuple(
        found(left, line_id=item.line_id, **more)
        for item in back.lines
        if (left := item.received - back.inspected(item.line_id)) > 0
    )
    return command(InspectReturn, return_id=back.return_id, findings=findings)


RandomLives.TestCase.settings = settings(
    max_examples=examples(100),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestRandomLives = RandomLives.TestCase
