"""What a desk finds, erases and verifies, awaited or not."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    AsyncOrderDesk,
    CancelOrder,
    Case,
    ChainBrokenError,
    Command,
    CommandIdReusedError,
    DeniedError,
    Line,
    Money,
    NotFoundError,
    OrderDesk,
    Policy,
    ValidationError,
)
from orderlife.engine.summary import summary_of
from orderlife.memory.clock import START
from orderlife.ports.store import (
    Backlog,
    Denial,
    Erase,
    FindOrders,
    FindPeople,
    Link,
    OrderSummary,
)
from orderlife.rooms.status import AXES
from orderlife.testing import (
    Clock,
    InMemoryOrderStore,
    Script,
    TimeOut,
    async_in_memory_ports,
    in_memory_ports,
)
from tests.desk.shop import ADDRESS, CONTACT

BOB = Actor("staff", "bob")
SECRET_REFS = ("o1:ship_to", "o1:contact")


def permit(actor: Actor, command: Command) -> str:
    """Bob may not cancel."""
    cancels = isinstance(command, CancelOrder)
    return "he is on probation" if cancels and actor == BOB else ""


class Desk:
    """A sync desk, or an async one whose answers are waited for."""

    def __init__(self, *, awaited: bool) -> None:
        clock, policy = Clock(), Policy(permit=permit)
        script = Script().always("o2:authorize:1", TimeOut("before"))
        desk: OrderDesk | AsyncOrderDesk
        if awaited:
            ports = async_in_memory_ports(clock=clock, script=script)
            self.store = ports.store.inner
            desk = AsyncOrderDesk(ports, clock=clock, policy=policy)
        else:
            fakes = in_memory_ports(clock=clock, script=script)
            self.store = fakes.store
            desk = OrderDesk(fakes, clock=clock, policy=policy)
        self.desk = desk

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Any] = getattr(self.desk, name)

        def call(*arguments: Any, **named: Any) -> Any:
            answer = method(*arguments, **named)
            if not inspect.isawaitable(answer):
                return answer

            async def wait() -> Any:
                return await answer

            return asyncio.run(wait())

        return call


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """A desk with three orders: two of Ada's, one of a guest's."""
    made = Desk(awaited=request.param)
    for number, customer in (("1", "ada"), ("2", "ada"), ("3", "")):
        made.place(
            [Line(sku="mug", quantity=2, unit_price=Money("12.50", "EUR"))],
            order_id=f"o{number}",
            ship_to=ADDRESS,
            contact=CONTACT,
            pay_with="tok_visa",
            customer_id=customer,
            channel="web",
            channel_number=f"471{number}",
        )
    return made


def ids(found: tuple[OrderSummary, ...]) -> list[str]:
    """The orders on a page."""
    return [summary.order_id for summary in found]


def test_orders_are_found_by_where_they_stand(desk: Desk) -> None:
    """By customer, number or status, a page at a time."""
    assert ids(desk.find(FindOrders())) == ["o1", "o2", "o3"]
    assert ids(desk.find(FindOrders(customer_id="ada"))) == ["o1", "o2"]
    wanted = FindOrders(channel="web", channel_number="4713")
    assert ids(desk.find(wanted)) == ["o3"]
    paid = FindOrders(payment_status="authorized")
    assert ids(desk.find(paid)) == ["o1", "o3"]
    assert ids(desk.find(FindOrders(after="o1", limit=1))) == ["o2"]


@pytest.mark.parametrize(
    ("field", "word", "why"),
    [
        (
            "order_status",
            "shipped",
            (
                "'shipped' is no status of order, but of fulfilment; possible "
                "are draft, placed, confirmed, completed, cancelling, "
                "cancelled, expired, rejected"
            ),
        ),
        (
            "returns_status",
            "paid",
            (
                "'paid' is no status of returns, but of payment; possible are "
                "none, requested, in_progress, partially_returned, returned"
            ),
        ),
        (
            "payment_status",
            "payed",
            (
                "'payed' is no status of payment; possible are unpaid, "
                "authorized, partially_paid, paid, overpaid, "
                "partially_refunded, refunded, voided"
            ),
        ),
    ],
)
def test_a_status_of_another_axis_is_refused(
    desk: Desk, field: str, word: str, why: str
) -> None:
    """It says whose status it is, and which this axis has."""
    asked: dict[str, Any] = {field: word}
    with pytest.raises(ValidationError) as caught:
        desk.find(FindOrders(**asked))

    assert [(each.field, each.message) for each in caught.value.problems] == [
        (field, why)
    ]


def test_each_wrong_status_is_told(desk: Desk) -> None:
    """Not only the first; what two axes have is told of both."""
    wanted = FindOrders(order_status="in_progress", fulfilment_status="placed")
    with pytest.raises(ValidationError) as caught:
        desk.find(wanted)

    first, second = caught.value.problems
    assert first.field == "order_status"
    assert "of order, but of fulfilment and returns;" in first.message
    assert second.field == "fulfilment_status"
    assert "of fulfilment, but of order;" in second.message


@pytest.mark.parametrize("axis", AXES)
def test_each_status_of_an_axis_can_be_asked_for(
    desk: Desk, axis: str
) -> None:
    """Every order has one of them."""
    found = []
    for word in AXES[axis]:
        asked: dict[str, Any] = {f"{axis}_status": word}
        found += ids(desk.find(FindOrders(**asked)))
    assert sorted(found) == ["o1", "o2", "o3"]


def test_a_summary_tells_where_an_order_stands(desk: Desk) -> None:
    """On each axis, with its total; of no order there is only its id."""
    (found,) = desk.find(FindOrders(channel_number="4711"))
    expected = OrderSummary(
        order_id="o1",
        placed_at=START,
        channel="web",
        channel_number="4711",
        customer_id="ada",
        order_status="confirmed",
        payment_status="authorized",
        fulfilment_status="in_progress",
        returns_status="none",
        open_exceptions=0,
        currency="EUR",
        total_minor=2_500,
    )
    assert found == expected
    nothing = summary_of(Case(order_id="o9"))
    assert nothing == OrderSummary(order_id="o9")


def test_the_backlog_tells_what_waits(desk: Desk) -> None:
    """And since when, and when it is due."""
    (waits,) = desk.backlog()
    assert isinstance(waits, Backlog)
    state = waits.state.value
    assert (waits.port, state, waits.count) == ("payment", "in_doubt", 1)
    assert waits.since == START
    assert waits.next_at > START


def test_a_denied_command_leaves_a_record_of_that(desk: Desk) -> None:
    """And nothing else: who may not ask is told nothing, and changes
    nothing, not even under an id that was used before.
    """
    before = (desk.history("o1"), desk.effects("o1"))
    for command_id in ("c1", "c1"):
        with pytest.raises(DeniedError, match="he is on probation"):
            desk.submit(
                CancelOrder(order_id="o1", command_id=command_id, actor=BOB)
            )
    assert before == (desk.history("o1"), desk.effects("o1"))
    denial = Denial(
        order_id="o1",
        command_id="c1",
        command="CancelOrder",
        actor="staff:bob",
        why="staff:bob may not: he is on probation",
        at=START,
    )
    assert desk.denials("o1") == (denial, denial)
    assert desk.denials("o2") == ()
    ada = Actor("staff", "ada")
    desk.submit(CancelOrder(order_id="o1", command_id="c1", actor=ada))
    assert desk.get("o1").status.order == "cancelled"
    with pytest.raises(DeniedError):
        desk.submit(CancelOrder(order_id="o1", command_id="c1", actor=BOB))
    with pytest.raises(CommandIdReusedError):
        desk.submit(
            CancelOrder(
                order_id="o1", command_id="c1", actor=ada, reason="fraud"
            )
        )


def known(desk: Desk, order_id: str) -> list[str]:
    """What is known of an order's people, by its reference."""
    refs = tuple(f"{order_id}:{part}" for part in ("ship_to", "contact"))
    request = FindPeople(order_id=order_id, refs=refs)
    return list(desk.store.people(request))


def test_an_orders_people_are_erased(desk: Desk) -> None:
    """Its history and its chain stay as they are."""
    before = (desk.history("o1"), desk.verify("o1"))
    assert sorted(known(desk, "o1")) == sorted(SECRET_REFS)
    assert desk.erase(order_id="o1") == 2
    assert known(desk, "o1") == []
    assert desk.erase(order_id="o1") == 0
    assert before == (desk.history("o1"), desk.verify("o1"))
    assert len(known(desk, "o2")) == len(known(desk, "o3")) == 2


def test_a_customers_people_are_erased(desk: Desk) -> None:
    """Of all of their orders, and of no guest's."""
    assert desk.erase(customer_id="ada") == 4
    left = [known(desk, f"o{number}") for number in (1, 2, 3)]
    assert left == [[], [], ["o3:ship_to", "o3:contact"]]


@pytest.mark.parametrize(
    "whose", [{}, {"order_id": "o1", "customer_id": "ada"}]
)
def test_somebody_is_erased_not_everybody(
    desk: Desk, whose: dict[str, str]
) -> None:
    """Neither nobody nor two: the call says whom."""
    with pytest.raises(ValidationError, match="name an order, or a customer"):
        desk.erase(**whose)


def test_a_whole_history_verifies(desk: Desk) -> None:
    """And gives the digest of its last event."""
    head = desk.verify("o1")
    assert head == desk.store.links("o1")[-1].digest
    assert len(head) == 64


def test_there_must_be_something_to_verify(desk: Desk) -> None:
    """An order that is not there is not whole."""
    with pytest.raises(NotFoundError, match="no order 'o9'"):
        desk.verify("o9")


class Changed(InMemoryOrderStore[Case]):
    """A store in which somebody has changed a decision."""

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        found = super().links(order_id)
        document = found[2].document.replace("2026", "2025")
        changed = attrs.evolve(found[2], document=document)
        return (*found[:2], changed, *found[3:])


class Cut(InMemoryOrderStore[Case]):
    """A store from which somebody has taken the last decision."""

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        return super().links(order_id)[:-1]


@pytest.mark.parametrize(("kind", "nth"), [(Changed, 2), (Cut, -1)])
def test_a_changed_history_is_found(
    desk: Desk, kind: type[InMemoryOrderStore[Case]], nth: int
) -> None:
    """The first event is named that was changed, or is gone."""
    number = desk.store.links("o1")[nth].first_version + 1
    desk.store.__class__ = kind
    with pytest.raises(ChainBrokenError) as found:
        desk.verify("o1")
    assert (found.value.order_id, found.value.sequence) == ("o1", number)


def test_nobody_is_erased_of_nothing() -> None:
    """An erasure of an order that is not there erases nothing."""
    store = InMemoryOrderStore[Case]()
    assert store.erase(Erase(order_id="o1")) == 0
