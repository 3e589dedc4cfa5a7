"""Random lives through the desk, with faults at every call.

Whatever fails and wherever the process dies, every rule holds after
every step; and once the faults stop, everything comes to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, cast

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from orderlife import (
    Address,
    Capabilities,
    Contact,
    InputError,
    Line,
    Money,
    OrderDesk,
    OrderView,
    Policy,
    Ports,
    RefusedError,
    Screening,
    Tender,
    check_invariants,
)
from orderlife.memory.carrier import FakeCarrier
from orderlife.memory.clock import Clock
from orderlife.memory.inventory import InMemoryInventory
from orderlife.memory.notifier import FakeNotifier
from orderlife.memory.payment import FakeGateway
from orderlife.memory.store import InMemoryOrderStore
from orderlife.ports.store import EffectState
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.ledger import balance
from orderlife.rooms.payment.model import MovementKind
from orderlife.rooms.shipment.model import ScanStatus
from tests.deep import examples
from tests.lives.flaky import Fault, Faults, Flaky, ProcessDied
from tests.lives.people import Mail, Staff

ADDRESS = Address(name="Ada", lines=("1 Way",), city="Bonn", country="DE")
SKUS = ("mug", "cup", "jug")
TOKENS = (
    "tok_visa",
    "tok_visa",
    "tok_declined",
    "tok_pending",
    "tok_pending_paid",
    "tok_action",
    "tok_timeout_before",
    "tok_timeout_after",
    "tok_paid_at_once",
    "tok_partial_500",
    "tok_refund_fails",
    "tok_refund_pending",
    "tok_capture_declined",
    "tok_capture_pending",
    "tok_void_declined",
    "tok_expires_1",
    "tok_reported_twice",
    "tok_reported_late",
)
POLICIES = (
    Policy(),
    Policy(capture="confirmation"),
    Policy(backorder=True, follow_up_after=None),
    Policy(
        screen=lambda order: Screening(
            verdict="review" if len(order.tenders) > 1 else "accept"
        ),
        refund_order="first_first",
    ),
)
FAULTS: tuple[Fault, ...] = (
    "none",
    "none",
    "raise_before",
    "raise_after",
    "crash_before",
    "crash_after",
)


class Lives(RuleBasedStateMachine):
    """Orders that live through one desk after another."""

    @initialize(
        which=st.integers(0, len(POLICIES) - 1),
        deduplicates=st.booleans(),
        looks_up=st.booleans(),
    )
    def open_shop(
        self, which: int, *, deduplicates: bool, looks_up: bool
    ) -> None:
        """A shop over one store, with adapters that can more or less."""
        self.clock = Clock()
        self.policy = POLICIES[which]
        self.faults = Faults()
        able = Capabilities(deduplicates=deduplicates, looks_up=looks_up)
        self.bank = FakeGateway(self.clock, able)
        self.carrier = FakeCarrier(self.clock, able)
        self.stock = InMemoryInventory(
            {"mug": 30, "cup": 6, "jug": 3}, self.clock
        )
        self.store: InMemoryOrderStore[Any] = InMemoryOrderStore()
        self.notifier = FakeNotifier(self.clock, able)
        self.mail = Mail(self.bank, self.carrier)
        self.orders: list[str] = []
        self.restart()

    def restart(self) -> None:
        """Throw the desk away; a new one goes on from the store."""
        ports = Ports(
            store=cast("Any", Flaky(self.store, self.faults, raises=False)),
            payment=cast("Any", Flaky(self.bank, self.faults, raises=True)),
            carrier=cast("Any", Flaky(self.carrier, self.faults, raises=True)),
            inventory=cast("Any", Flaky(self.stock, self.faults, raises=True)),
            notifier=cast(
                "Any", Flaky(self.notifier, self.faults, raises=True)
            ),
        )
        self.desk = OrderDesk(ports, policy=self.policy, clock=self.clock)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something that may be refused, or that the process dies of."""
        try:
            act()
        except (RefusedError, InputError):
            pass
        except ProcessDied:
            self.restart()

    def views(self) -> list[OrderView]:
        """All orders as they stand."""
        found = [self.store.load(order_id) for order_id in self.orders]
        return [OrderView(one.case) for one in found if one is not None]

    @rule(
        quantities=st.lists(st.integers(1, 3), min_size=1, max_size=3),
        price=st.integers(1, 5_000),
        tokens=st.lists(st.sampled_from(TOKENS), min_size=1, max_size=2),
        shipping=st.integers(0, 999),
    )
    def place(
        self,
        quantities: list[int],
        price: int,
        tokens: list[str],
        shipping: int,
    ) -> None:
        """Place an order, paid with one tender or two."""
        if len(self.orders) >= 4:
            return
        order_id = f"o{len(self.orders) + 1}"
        lines = [
            Line(
                sku=SKUS[index],
                quantity=quantity,
                unit_price=Money.of_minor(price + index, "EUR"),
                seller="us" if index else "them",
            )
            for index, quantity in enumerate(quantities)
        ]
        first = Money.of_minor(1, "EUR") if len(tokens) > 1 else None
        tenders = [
            Tender("card", token, None if index else first)
            for index, token in enumerate(tokens)
        ]
        self.orders.append(order_id)
        self.attempt(
            lambda: self.desk.place(
                lines,
                order_id=order_id,
                ship_to=ADDRESS,
                contact=Contact(email="ada@example.org"),
                pay_with=tenders,
                shipping=Money.of_minor(shipping, "EUR"),
                command_id=f"place-{order_id}",
            )
        )

    @precondition(lambda self: self.orders)
    @rule(
        which=st.integers(0, 10**6),
        hows=st.lists(st.integers(0, 10**6), min_size=1, max_size=8),
    )
    def follow(self, which: int, hows: list[int]) -> None:
        """Do things that are allowed, of any order."""
        for how in hows:
            if views := self.views():
                view = views[which % len(views)]
                staff = Staff(self.desk, self.clock)
                self.attempt(partial(staff.act, view, how))

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 10**6))
    def send(self, which: int) -> None:
        """What is planned of an order is picked, packed, sent, delivered."""
        if views := self.views():
            view = views[which % len(views)]
            staff = Staff(self.desk, self.clock)
            for sent in view.shipments:
                self.attempt(partial(staff.move, view.id, sent.shipment_id))

    @precondition(lambda self: self.orders)
    @rule(
        which=st.integers(0, 10**6),
        hows=st.lists(st.integers(0, 10**6), min_size=1, max_size=5),
    )
    def give_back(self, which: int, hows: list[int]) -> None:
        """A customer gives units back, and the shop looks at them."""
        views = [
            v for v in self.views() if v.status.fulfilment != "unfulfilled"
        ]
        if not views:
            return
        view = views[which % len(views)]
        staff = Staff(self.desk, self.clock)
        for how in hows:
            self.attempt(partial(staff.give_back, view.id, how))

    @precondition(lambda self: self.orders)
    @rule(
        which=st.integers(0, 10**6),
        status=st.sampled_from(ScanStatus),
        hours=st.integers(-48, 48),
        twice=st.booleans(),
    )
    def scan(
        self, which: int, status: ScanStatus, hours: int, *, twice: bool
    ) -> None:
        """A carrier reports something of a shipment, early or late."""
        sent = [s for view in self.views() for s in view.shipments]
        if not sent:
            return
        shipment_id = sent[which % len(sent)].shipment_id
        at = self.clock() + timedelta(hours=hours)
        for _ in range(1 + twice):
            self.attempt(
                lambda: self.desk.shipments.scan(shipment_id, status, at)
            )

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 10**6), succeed=st.booleans())
    def settle(self, which: int, *, succeed: bool) -> None:
        """The bank decides something that was pending."""
        if waiting := self.bank.waiting:
            operation_id = waiting[which % len(waiting)]
            self.bank.settle(operation_id, succeed=succeed)
        if labels := self.carrier.waiting:
            self.carrier.settle(labels[which % len(labels)])

    @precondition(lambda self: self.orders)
    @rule(twice=st.booleans())
    def reports(self, *, twice: bool) -> None:
        """Reports of the bank and the carrier come in."""
        self.attempt(lambda: self.mail.deliver(self.desk, twice=twice))

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=8))
    def break_things(self, faults: list[Fault]) -> None:
        """The next calls fail, or the process dies at them."""
        self.faults.add(faults)

    @precondition(lambda self: self.orders)
    @rule(minutes=st.sampled_from((1, 5, 90, 1_500, 12_000)))
    def wait(self, minutes: int) -> None:
        """Time passes, and a worker does what is due."""
        self.clock.advance(timedelta(minutes=minutes))
        self.attempt(self.desk.work)

    @invariant()
    def every_rule_holds(self) -> None:
        """After every step every rule holds, of orders, stock and bank."""
        for view in self.views():
            check_invariants(view.case, self.store.history(view.id))
        self.stock.check()
        self.bank.check()
        assert self.bank.doubled() == ()

    def teardown(self) -> None:
        """When the faults stop, everything comes to its end."""
        self.faults.plan.clear()
        self.restart()
        staff = Staff(self.desk, self.clock)
        for sku in SKUS:
            self.stock.receive(sku, "main", 100, f"delivery of {sku}")
        for _ in range(150):
            self.clock.advance(timedelta(hours=9))
            self.desk.work()
            for operation_id in self.bank.waiting:
                self.bank.settle(operation_id)
            for operation_id in self.carrier.waiting:
                self.carrier.settle(operation_id)
            self.mail.deliver(self.desk)
            open_orders = [v for v in self.views() if not _over(v)]
            if not open_orders and not self.open_effects():
                break
            for view in open_orders:
                staff.settle(view)
        self.every_rule_holds()
        for view in self.views():
            assert _over(view), self.told(view)
            self.books_agree(view)
        assert self.open_effects() == []

    def told(self, view: OrderView) -> str:
        """A life in words, for a failure."""
        events = [
            f"{r.sequence} {r.at:%d.%H:%M} {r.cause} {r.event}"
            for r in self.store.history(view.id)
        ]
        effects = [
            f"{e.operation_id} {e.state.value} {e.attempts} {e.note}"
            for e in self.store.effects(view.id)
        ]
        why = [str(item.contradiction) for item in view.exceptions]
        events = events[:60]
        return "\n".join((str(view.status), *why, *events, *effects))

    def open_effects(self) -> list[object]:
        """Effects that are neither done nor in a person's hands."""
        over = {state for state in EffectState if state.is_over}
        return [
            effect
            for order_id in self.orders
            for effect in self.store.effects(order_id)
            if effect.state not in over
        ]

    def books_agree(self, view: OrderView) -> None:
        """What we say was taken and given back is what the bank says."""
        if any(
            effect.state is EffectState.ATTENTION
            for effect in self.store.effects(view.id)
        ):
            return  # a person was asked, and nobody told the truth
        order = view.order
        assert self.bank.captured_minor(view.id) == balance(order).captured
        given_back = _moved(order, MovementKind.REFUNDED) - _moved(
            order, MovementKind.REFUND_REVERSED
        )
        credited = _moved(order, MovementKind.CREDITED)
        assert given_back + credited == self.bank.refunded_minor(
            view.id
        ) + self.bank.credited_minor(view.id)


def _moved(order: Order, kind: MovementKind) -> int:
    return sum(m.minor for m in order.movements if m.kind is kind)


def _over(view: OrderView) -> bool:
    state = view.order.state
    ended = ORDER.is_terminal(state) or state is OrderState.COMPLETED
    return ended and not view.exceptions


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=examples(60),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
