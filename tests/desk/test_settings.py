"""What a desk is made of, and what it asks of its store."""

from __future__ import annotations

import asyncio
import inspect
import secrets
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Timer, TimerFired, TimerKind
from orderlife._values.limits import MAX_PAGE
from orderlife._values.times import UtcClock
from orderlife.codec import fingerprint
from orderlife.desk import AsyncOrderDesk, OrderDesk, desk as module
from orderlife.desk.settings import new_id, utc_now
from orderlife.engine import verification
from orderlife.engine.chain import digest
from orderlife.engine.engine import Engine, Retry, RoundResult
from orderlife.engine.ports import AsyncPorts, Ports
from orderlife.errors import (
    ChainBrokenError,
    NotFoundError,
    OverloadedError,
    Problem,
    StoredError,
    ValidationError,
)
from orderlife.house import HOUSE
from orderlife.memory import ports as fakes
from orderlife.policy.model import Policy
from orderlife.ports.base import Capabilities
from orderlife.ports.store import (
    Answer,
    ClaimEffects,
    Committed,
    Erase,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    Kept,
    Link,
    Loaded,
    OrderSummary,
    Repeated,
)
from orderlife.testing.scenario import NOON
from orderlife.views.order import OrderView
from tests.adapters import an_adapter
from tests.order.orders import BASE
from tests.order.shop import place

PORTS = ("payment", "carrier", "inventory", "notifier")
ABLE = {
    name: Capabilities(window=timedelta(days=number))
    for number, name in enumerate(PORTS, 1)
}
CASE = Case(order_id="o1", version=7)
POLICY = Policy(capture="confirmation")
RETRY = Retry(attempts=3)
LEASE = timedelta(minutes=7)


def now() -> datetime:
    """Always noon."""
    return NOON


class Store:
    """Answers what it was told to, and keeps what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {
            "load": Loaded(case=CASE),
            "due_timers": (),
            "claim": (),
            **answers,
        }
        self.asked: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        def ask(argument: Any) -> Any:
            self.asked.append((name, argument))
            answer = self.answers.get(name, f"{name} of {argument}")
            if isinstance(answer, Exception):
                raise answer
            return answer

        return ask


class AsyncStore(Store):
    """The same, awaited."""

    def __getattr__(self, name: str) -> Any:
        ask = super().__getattr__(name)

        async def awaited(argument: Any) -> Any:
            return ask(argument)

        return awaited


def made(kind: Any, store: Any = None, **fields: Any) -> Any:
    """A desk of either kind over a store; None: over any."""
    is_sync = kind is OrderDesk
    others: Any = {name: an_adapter(name, able) for name, able in ABLE.items()}
    ports: Any = Ports if is_sync else AsyncPorts
    return kind(ports(store=store or stored(kind), **others), **fields)


def stored(kind: Any, **answers: Any) -> Any:
    """A store for either kind of desk."""
    return Store(**answers) if kind is OrderDesk else AsyncStore(**answers)


def given(answer: Any) -> Any:
    """What a desk of either kind gives."""

    async def awaited() -> Any:
        return await answer

    return asyncio.run(awaited()) if inspect.isawaitable(answer) else answer


both = pytest.mark.parametrize("kind", [OrderDesk, AsyncOrderDesk])


# --- what it is made of -------------------------------------------------


@both
def test_a_desk_works_with_its_settings(kind: Any) -> None:
    """Each of them."""
    desk = made(
        kind,
        policy=POLICY,
        clock=now,
        owner="me",
        lease=LEASE,
        retry=RETRY,
    )

    assert (
        Engine(
            clock=now,
            policy=POLICY,
            owner="me",
            capabilities=ABLE,
            lease=LEASE,
            retry=RETRY,
        )
        == desk.engine
    )


@both
def test_a_desk_has_settings_of_its_own(kind: Any) -> None:
    """Where nobody says otherwise; and a name that nobody else has."""
    engine = made(kind).engine

    assert (
        Engine(
            clock=utc_now,
            policy=Policy(),
            owner=engine.owner,
            capabilities=ABLE,
            lease=timedelta(minutes=2),
            retry=Retry(),
        )
        == engine
    )
    assert 20 == len(engine.owner)
    assert engine.owner != made(kind).engine.owner


@both
def test_a_desk_in_memory_has_its_policy_its_clock_and_its_stock(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over fakes of the same time."""
    asked = []
    name = "in_memory_ports" if kind is OrderDesk else "async_in_memory_ports"

    def make(stock: Any, *, clock: Any, more: Any, house: Any) -> Any:
        assert house is HOUSE
        assert more is None
        asked.append((stock, clock))
        return made(kind).ports

    monkeypatch.setattr(fakes, name, make)
    desk = kind.in_memory({"mug": 3}, policy=POLICY, clock=now)
    kind.in_memory()

    assert [({"mug": 3}, now), (None, utc_now)] == asked
    assert (POLICY, UtcClock(now)) == (desk.engine.policy, desk.engine.clock)


def test_a_desk_is_opened_with_all_that_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it is not given, it finds in the database, or it is a fake."""
    asked = []
    closed = []
    found = SimpleNamespace(
        orders=Store(),
        inventory=an_adapter("inventory", ABLE["inventory"]),
        close=lambda: closed.append(1),
    )

    def find(url: Any, *, clock: Any, tenant: str, house: Any) -> Any:
        assert house is HOUSE
        asked.append((url, clock, tenant))
        return found

    def make(*, clock: Any) -> Any:
        asked.append(("fakes", clock, ""))
        return made(OrderDesk).ports

    monkeypatch.setattr(module, "find_stores", find)
    monkeypatch.setattr(fakes, "in_memory_ports", make)
    mine: dict[str, Any] = {
        name: an_adapter(name, ABLE[name]) for name in PORTS
    }
    desk = OrderDesk.open(
        "u",
        policy=POLICY,
        clock=now,
        tenant="t",
        inline=False,
        owner="me",
        lease=LEASE,
        retry=RETRY,
        limit=0,
        **mine,
        fakes=True,
    )
    bare = OrderDesk.open("u", clock=now, fakes=True)

    utc = UtcClock(now)
    assert [("u", utc, "t"), ("fakes", utc, "")] == asked[:2]
    assert [("u", utc, ""), ("fakes", utc, "")] == asked[2:]
    assert Ports(store=found.orders, **mine) == desk.ports
    assert (
        made(
            OrderDesk,
            policy=POLICY,
            clock=now,
            owner="me",
            lease=LEASE,
            retry=RETRY,
        ).engine
        == desk.engine
    )
    assert desk._inline is False
    assert bare._inline is True
    with pytest.raises(OverloadedError):
        desk.receipt(place().message("o1", 1))
    assert (found.orders, found.inventory) == (
        bare.ports.store,
        bare.ports.inventory,
    )
    assert ABLE == bare.engine.capabilities
    with desk as same:
        assert desk is same
        assert [] == closed
    bare.close()
    assert [1, 1] == closed
    made(OrderDesk).close()


def test_an_id_is_made_of_the_time_and_of_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """48 bits of milliseconds, and 52 that nobody guesses."""
    asked = []

    def chance(bits: int) -> int:
        asked.append(bits)
        return 0b1_00001 if len(asked) == 1 else (1 << 52) - 1

    monkeypatch.setattr(time, "time_ns", lambda: 1_767_614_400_123_999_999)
    monkeypatch.setattr(secrets, "randbits", chance)

    first, last = "06drw1t6fc0000000011", "06drw1t6ffzzzzzzzzzz"
    assert (first, last) == (new_id(), new_id())
    assert [52, 52] == asked
    assert (last, last) == (
        made(OrderDesk, owner="me").new_id(),
        made(AsyncOrderDesk, owner="me").new_id(),
    )


def test_the_time_is_that_of_greenwich() -> None:
    """It knows its time zone."""
    assert utc_now().tzinfo is UTC


# --- what it asks of its store ------------------------------------------


@both
@pytest.mark.parametrize(
    ("ask", "name", "argument"),
    [
        (lambda d: d.history("o1"), "history", "o1"),
        (lambda d: d.effects("o1"), "effects", "o1"),
        (lambda d: d.denials("o1"), "denials", "o1"),
        (lambda d: d.backlog(), "backlog", FindBacklog()),
        (
            lambda d: d.find(FindOrders(channel="web", limit=MAX_PAGE)),
            "orders",
            FindOrders(channel="web", limit=MAX_PAGE),
        ),
        (lambda d: d.erase(order_id="o1"), "erase", Erase(order_id="o1")),
        (
            lambda d: d.erase(customer_id="c1"),
            "erase",
            Erase(customer_id="c1"),
        ),
    ],
)
def test_what_is_asked_is_handed_on(
    kind: Any, ask: Any, name: str, argument: Any
) -> None:
    """With the answer as it came."""
    store = stored(kind)

    assert f"{name} of {argument}" == given(ask(made(kind, store)))
    assert [(name, argument)] == store.asked


@both
def test_an_order_is_shown_as_it_was_loaded(kind: Any) -> None:
    """If it is there."""
    assert OrderView(CASE) == given(made(kind, stored(kind)).get("o1"))
    with pytest.raises(NotFoundError) as caught:
        given(made(kind, stored(kind, load=None)).get("o1"))
    assert ("order", "o1", ()) == caught.value.args


@both
@pytest.mark.parametrize(
    "ask",
    [
        lambda d: d.get("O 1"),
        lambda d: d.history("O 1"),
        lambda d: d.effects("O 1"),
        lambda d: d.denials("O 1"),
        lambda d: d.verify("O 1"),
        lambda d: d.quote("O 1-s1"),
        lambda d: d.erase(order_id="O 1"),
    ],
)
def test_what_can_be_no_order_is_not_asked_for(kind: Any, ask: Any) -> None:
    """The store hears nothing of it."""
    store = stored(kind)

    with pytest.raises(ValidationError):
        given(ask(made(kind, store)))
    assert [] == store.asked


@both
@pytest.mark.parametrize(
    ("ask", "what", "field", "message"),
    [
        (
            lambda d: d.find("web"),
            "FindOrders",
            "request",
            "must be FindOrders, not str",
        ),
        (
            lambda d: d.find(FindOrders(limit=MAX_PAGE + 1)),
            "FindOrders",
            "limit",
            f"is more than {MAX_PAGE}",
        ),
        (lambda d: d.work(-1), "work", "limit", "must not be negative"),
        (
            lambda d: d.erase(),
            "Erase",
            "order_id",
            "name an order, or a customer",
        ),
        (
            lambda d: d.erase(order_id="o1", customer_id="c1"),
            "Erase",
            "order_id",
            "name an order, or a customer",
        ),
    ],
)
def test_a_wrong_question_is_refused(
    kind: Any, ask: Any, what: str, field: str, message: str
) -> None:
    """By its field."""
    with pytest.raises(ValidationError) as caught:
        given(ask(made(kind, stored(kind))))
    assert (what, (Problem(field, message),)) == caught.value.args


def kept(version: int, links: Any = (), head: str = "") -> Kept[Case]:
    """What a store keeps of an order that was never begun."""
    return Kept(
        version=version,
        head=head,
        snapshot=None,
        summary=OrderSummary(order_id="o1"),
        timers=(),
        timer_at=None,
        asked=0,
        links=links,
        effects=(),
    )


def links(*versions: int) -> tuple[Link, ...]:
    """Decisions that have led to these versions, chained."""
    made: list[Link] = []
    for number, version in enumerate(versions, 1):
        link = Link(
            number=number,
            first_version=version - 1,
            last_version=version,
            input_id="",
            fingerprint="",
            document="",
            digest="",
        )
        before = made[-1].digest if made else ""
        found = digest("o1", before, link)
        made.append(attrs.evolve(link, digest=found))
    return tuple(made)


@both
def test_a_chain_is_checked_against_its_order(kind: Any) -> None:
    """It must be there, and as long as the order is old."""
    for found, error, args in (
        (None, NotFoundError, ("order", "o1", ())),
        (kept(7), ChainBrokenError, ("o1", 1)),
        (kept(7, links(1, 2, 3)), ChainBrokenError, ("o1", 4)),
    ):
        desk = made(kind, stored(kind, kept=found))
        with pytest.raises(error) as caught:
            given(desk.verify("o1"))
        assert args == caught.value.args


@both
@pytest.mark.parametrize(("head", "expected"), [("h", "h"), ("", "the last")])
def test_a_chain_ends_in_the_head_that_is_kept(
    kind: Any, head: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or, where none is kept, in its last link."""
    asked = []

    def verify(*arguments: Any) -> str:
        asked.append(arguments)
        return "digest"

    monkeypatch.setattr(verification, "verify", verify)
    monkeypatch.setattr(verification, "_differences", lambda *_: ())
    chain = links(1, 2, 3)
    store = stored(kind, kept=kept(3, chain, head))

    assert "digest" == given(made(kind, store).verify("o1"))
    end = chain[-1].digest if expected == "the last" else expected
    assert [("o1", chain, end)] == asked
    assert [("kept", "o1")] == store.asked


def test_an_order_of_no_event_has_nothing_to_compare() -> None:
    """Its chain has no digest yet."""
    assert verification.verified("o1", kept(0), HOUSE) == ""


@both
def test_a_quote_is_for_a_shipment_of_its_order(kind: Any) -> None:
    """Which is looked for first."""
    for load, args in (
        (None, ("order", "o1", ())),
        (Loaded(case=CASE), ("shipment", "o1-s1", ())),
    ):
        store = stored(kind, load=load)
        with pytest.raises(NotFoundError) as caught:
            given(made(kind, store).quote("o1-s1"))
        assert args == caught.value.args
        assert [("load", "o1")] == store.asked


LATEST = NOON + timedelta(days=10, hours=1)
"""The longest wait that there is, and an hour for clocks that differ."""


@both
@pytest.mark.parametrize("limit", [None, 3])
def test_a_round_is_worked(kind: Any, limit: int | None) -> None:
    """A hundred of each at most, unless told otherwise."""
    store = stored(kind)
    desk = made(kind, store, clock=now, owner="me", lease=LEASE)

    assert RoundResult() == given(desk.work(*([limit] if limit else [])))
    assert [
        (
            "due_timers",
            FindDueTimers(
                now=NOON,
                limit=limit or 100,
                latest=NOON + timedelta(hours=2),
            ),
        ),
        (
            "claim",
            ClaimEffects(
                now=NOON, until=NOON + LEASE, owner="me", latest=LATEST
            ),
        ),
    ] == store.asked


@both
@pytest.mark.parametrize("inline", [True, False])
def test_an_input_is_stored_and_then_worked_on(
    kind: Any, *, inline: bool
) -> None:
    """Unless that is left to a worker; and the order is shown then."""
    store = stored(kind, load=None, commit=Committed(version=1, head=""))
    desk = made(kind, store, clock=now, inline=inline)
    form: Any = place().message("o1", 1)
    shown = given(desk.submit(form))
    asked = [name for name, _ in store.asked]

    assert "o1" == shown.case.order_id
    assert ["load", "commit", *(["claim"] if inline else [])] == asked
    store.asked.clear()
    receipt = given(desk.receipt(form))
    assert ["load", "commit"] == [name for name, _ in store.asked]
    assert ("o1", 0) == (receipt.order_id, receipt.first_version)


@both
def test_a_desk_works_on_what_it_stores_unless_told_otherwise(
    kind: Any,
) -> None:
    """At once."""
    store = stored(kind, load=None, commit=Committed(version=1, head=""))
    given(made(kind, store).submit(place().message("o1", 1)))

    assert "claim" in {name for name, _ in store.asked}


@both
def test_a_fact_is_taken_down_as_a_command_is(kind: Any) -> None:
    """One that changes nothing is not even stored."""
    whole = Case(order_id="o1", version=7, order=BASE)
    store = stored(kind, load=Loaded(case=whole))
    fact = TimerFired(
        order_id="o1", timer=Timer(TimerKind.FOLLOW_UP, "o1", NOON)
    )

    assert OrderView(whole) == given(made(kind, store).report(fact))
    assert ["load"] == [name for name, _ in store.asked]


@both
def test_what_is_stored_and_cannot_be_shown_is_stored(kind: Any) -> None:
    """It says so, of which order."""

    class Full(Store if kind is OrderDesk else AsyncStore):  # type: ignore[misc]
        """Has no room when it is asked a second time."""

        def __getattr__(self, name: str) -> Any:
            if ("load", "o1") in self.asked:
                self.answers["load"] = OverloadedError("x", 1)
            return super().__getattr__(name)

    form: Any = place().message("o1", 1)
    first = Answer(
        fingerprint=fingerprint(form), first_version=0, last_version=1
    )
    store = Full(load=None, commit=Repeated(first))
    desk = made(kind, store, clock=now)
    with pytest.raises(StoredError) as caught:
        given(desk.submit(form))
    assert ("o1",) == caught.value.args
