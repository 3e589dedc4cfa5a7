"""Random lives that any desk can play, sync or async, step by step."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any, TypeAlias

import attrs
from hypothesis import strategies as st

from orderlife import (
    AsyncOrderDesk,
    OrderDesk,
    OrderlifeError,
    PaymentReported,
    PlaceOrder,
    Policy,
    ReturnReceived,
    ReturnShipped,
    Scanned,
    ScanStatus,
    Screening,
)
from orderlife._kernel.case import Case
from orderlife._kernel.messages import Fact
from orderlife.memory.clock import Clock
from orderlife.memory.ports import (
    InMemoryPorts,
    async_in_memory_ports,
    in_memory_ports,
)
from orderlife.memory.script import Behaviour, Script
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.testing.strategies import faults, place_orders
from tests.desk.asked import ask
from tests.house import allowed

POLICIES = (
    Policy(),
    Policy(capture="confirmation", follow_up_after=None),
    Policy(backorder=True),
    Policy(screen=lambda order: Screening(verdict="review", reason="new")),
)
TOKENS = ("tok_visa", "tok_pending", "tok_partial_900", "tok_capture_pending")
STOCK = {"mug": 6, "cup": 6, "jug": 2}

Ask: TypeAlias = Callable[[Any], Any]
"""What is asked of a desk; of an async one the answer is awaited."""


@attrs.frozen
class Life:
    """How a life goes: everything that is random about it."""

    first: PlaceOrder
    policy: int
    faults: dict[str, list[Behaviour]]
    moves: list[tuple[int, int]]

    def desk(self) -> OrderDesk:
        """Play it at a desk, and give the desk."""
        return self.play()[0]

    def play(self) -> tuple[OrderDesk, list[str]]:
        """Play it at a desk; give the desk, and what it answered."""
        clock = Clock()
        ports = in_memory_ports(STOCK, clock=clock, script=self._script())
        desk = OrderDesk(ports, policy=POLICIES[self.policy], clock=clock)
        log: list[str] = []
        steps = self._steps(clock, ports, log)
        answer: Any = None
        try:
            while True:
                answer = _try(steps.send(answer), desk)
        except StopIteration:
            return desk, log

    async def aplay(self) -> tuple[AsyncOrderDesk, list[str]]:
        """Play it at an async desk."""
        clock = Clock()
        ports = async_in_memory_ports(
            STOCK, clock=clock, script=self._script()
        )
        fakes = InMemoryPorts(
            store=ports.store.inner,
            payment=ports.payment.inner,
            carrier=ports.carrier.inner,
            inventory=ports.inventory.inner,
            notifier=ports.notifier.inner,
        )
        desk = AsyncOrderDesk(ports, policy=POLICIES[self.policy], clock=clock)
        log: list[str] = []
        steps = self._steps(clock, fakes, log)
        answer: Any = None
        try:
            while True:
                answer = await _atry(steps.send(answer), desk)
        except StopIteration:
            return desk, log

    def _script(self) -> Script:
        script = Script()
        for method, queue in self.faults.items():
            script.on(method, *queue)
        return script

    def _steps(
        self, clock: Clock, ports: InMemoryPorts, log: list[str]
    ) -> Generator[Ask, Any, None]:
        log.append(_said((yield lambda desk: desk.submit(self.first))))
        for number, (what, how) in enumerate(self.moves):
            view = yield lambda desk: desk.get("o1")
            steps = _move(view.case, clock, ports, number, what, how)
            while steps:
                log.append(_said((yield steps.pop(0))))


def _try(step: Ask, desk: OrderDesk) -> Any:
    try:
        return step(desk)
    except OrderlifeError as error:
        return error


async def _atry(step: Ask, desk: AsyncOrderDesk) -> Any:
    try:
        found = step(desk)
        return await found if inspect.isawaitable(found) else found
    except OrderlifeError as error:
        return error


def _said(answer: Any) -> str:
    if isinstance(answer, OrderlifeError):
        return f"{type(answer).__name__}: {answer}"
    return str(getattr(answer, "status", answer))


def _move(
    case: Case,
    clock: Clock,
    ports: InMemoryPorts,
    number: int,
    what: int,
    how: int,
) -> list[Ask]:
    match what:
        case 0:
            clock.advance((timedelta(minutes=9), timedelta(days=1))[how % 2])
            return [lambda desk: desk.work()]
        case 1:
            return _reports(ports, how)
        case 2 | 3:
            fact = _fact(case, clock, number, how)
            return [lambda desk: desk.report(fact)] if fact else []
        case _:
            return _command(case, clock, number, how)


def _command(case: Case, clock: Clock, number: int, how: int) -> list[Ask]:
    possible = allowed(case)
    if not possible:
        return []
    wanted = possible[how % len(possible)]
    command = ask(wanted, case, clock(), f"c{number}", how // 7)
    return [lambda desk: desk.submit(command)]


def _reports(ports: InMemoryPorts, how: int) -> list[Ask]:
    """Let what waits be decided, and report it."""
    for operation_id in ports.payment.waiting:
        ports.payment.settle(operation_id, succeed=how % 3 != 0)
    for operation_id in ports.carrier.waiting:
        ports.carrier.settle(operation_id, succeed=how % 3 != 0)
    facts: list[Fact] = [
        PaymentReported(
            order_id=report.order_id,
            operation_id=report.operation_id,
            outcome=report.outcome,
        )
        for report in ports.payment.reports(late=True)
    ]
    facts += [
        LabelReported(
            order_id=report.order_id,
            subject=report.subject,
            operation_id=report.operation_id,
            outcome=report.outcome,
        )
        for report in ports.carrier.reports(late=True)
    ]
    return [lambda desk, fact=fact: desk.report(fact) for fact in facts]  # type: ignore[misc]


def _fact(case: Case, clock: Clock, number: int, how: int) -> Fact | None:
    parcels = [*case.shipments, *case.returns]
    if not parcels:
        return None
    subject = parcels[how % len(parcels)]
    back = case.returns.get(subject)
    if back is None:
        statuses = tuple(ScanStatus)
        return Scanned(
            order_id=case.order_id,
            shipment_id=subject,
            status=statuses[how // 3 % len(statuses)],
            at=clock() - timedelta(minutes=how % 60),
        )
    if how % 3 == 0:
        return ReturnShipped(
            order_id=case.order_id, return_id=subject, at=clock()
        )
    return ReturnReceived(
        order_id=case.order_id,
        return_id=subject,
        parcel_id=f"parcel{number}",
        at=clock(),
        quantities={line.line_id: 1 for line in back.lines},
    )


def lives(max_moves: int = 25) -> st.SearchStrategy[Life]:
    """Give lives of one order, with its faults."""
    move = st.tuples(st.integers(0, 9), st.integers(0, 300))
    return st.builds(
        Life,
        place_orders(currency="EUR", tokens=TOKENS),
        st.integers(0, len(POLICIES) - 1),
        faults(max_size=2),
        st.lists(move, max_size=max_moves),
    )
