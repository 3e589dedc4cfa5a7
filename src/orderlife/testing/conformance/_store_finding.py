"""Checks of an order store: what is found, and what it is found by."""

from __future__ import annotations

from typing import Any, Final

import attrs

from orderlife._values.money import MAX_MINOR
from orderlife._values.personal import FreeText
from orderlife.ports.inventory import Allocate
from orderlife.ports.store import (
    Backlog,
    EffectState,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    OrderSummary,
)
from orderlife.testing.conformance._kit import Flow, ask, equal, require
from orderlife.testing.conformance._store import (
    DAY,
    MINUTE,
    NOW,
    STORE,
    Store,
    StoreHarness,
    begin,
    capture,
    claim,
    commit,
    ids,
    settle,
    stored,
    told,
)

__all__: list[str] = []


FIELDS: Final = (
    "channel",
    "channel_number",
    "customer_id",
    "order_status",
    "payment_status",
    "fulfilment_status",
    "returns_status",
)
"""What an order is found by, besides its exceptions."""


def _summary(order_id: str, **more: Any) -> OrderSummary:
    """A summary with something in every field."""
    fields: dict[str, Any] = {
        "order_id": order_id,
        "placed_at": NOW,
        "channel": "web",
        "channel_number": "4711",
        "customer_id": "ada",
        "order_status": "placed",
        "payment_status": "paid",
        "fulfilment_status": "shipped",
        "returns_status": "none",
        "open_exceptions": 1,
        "currency": "EUR",
        "total_minor": MAX_MINOR,
    }
    return OrderSummary(**{**fields, **more})


@STORE()
def summary_is_kept_whole(_: StoreHarness, store: Store) -> Flow[None]:
    """A page of orders has each field as it was stored."""
    bare = OrderSummary(order_id="o1")
    full = _summary("o2")
    yield from stored(store, commit(0, "o1", summary=bare))
    yield from stored(store, commit(0, "o2", summary=full))
    found = yield from ask(store.orders, FindOrders())
    equal((bare, full), found, "the summaries")


@STORE()
def summary_follows_each_decision(_: StoreHarness, store: Store) -> Flow[None]:
    """An order is found by what it is now, not by what it was."""
    yield from stored(store, commit(summary=_summary("o1")))
    paid = _summary("o1", payment_status="refunded", open_exceptions=0)
    yield from stored(store, commit(1, summary=paid))
    equal(("o1",), (yield from ids(store, payment_status="refunded")), "now")
    equal((), (yield from ids(store, payment_status="paid")), "before")
    equal((), (yield from ids(store, with_exceptions=True)), "settled")
    found = yield from ask(store.orders, FindOrders())
    equal((paid,), found, "its summary")


def _finds_by(field: str) -> None:
    def steps(_: StoreHarness, store: Store) -> Flow[None]:
        mine = _summary("o2")
        wanted = {field: getattr(mine, field)}
        for order_id, value in (("o1", "other"), ("o3", "")):
            changed: dict[str, Any] = {field: value}
            other = attrs.evolve(mine, order_id=order_id, **changed)
            yield from stored(store, commit(0, order_id, summary=other))
        yield from stored(store, commit(0, "o2", summary=mine))
        equal(("o2",), (yield from ids(store, **wanted)), f"by {field}")
        nothing = {field: "nothing like it"}
        equal((), (yield from ids(store, **nothing)), f"by another {field}")
        every = yield from ids(store, **{field: ""})
        equal(("o1", "o2", "o3"), every, f"by no {field}")

    STORE(
        name=f"finds_orders_by_{field}",
        sentence=f"Orders are found by their {field}, and no others.",
    )(steps)


for _field in FIELDS:
    _finds_by(_field)


@STORE()
def finds_orders_with_exceptions(_: StoreHarness, store: Store) -> Flow[None]:
    """Only orders with an open exception item are found."""
    for order_id, count in (("o1", 0), ("o2", 1), ("o3", 7)):
        summary = _summary(order_id, open_exceptions=count)
        yield from stored(store, commit(0, order_id, summary=summary))
    found = yield from ids(store, with_exceptions=True)
    equal(("o2", "o3"), found, "with exceptions")


@STORE()
def all_that_is_asked_for_must_fit(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Several fields together find the orders that fit in all of them."""
    whole = _summary("o0")
    wanted = {field: getattr(whole, field) for field in FIELDS}
    yield from stored(store, commit(0, "o0", summary=whole))
    for number, field in enumerate(FIELDS, start=1):
        other = _summary(f"o{number}", **{field: "other"})
        yield from stored(store, commit(0, f"o{number}", summary=other))
    calm = _summary("o9", open_exceptions=0)
    yield from stored(store, commit(0, "o9", summary=calm))
    found = yield from ids(store, with_exceptions=True, **wanted)
    equal(("o0",), found, "what fits in all fields")


@STORE()
def pages_of_orders_are_stable(_: StoreHarness, store: Store) -> Flow[None]:
    """Page by page no order comes twice, and none is left out.

    They come by their ids, though others are begun meanwhile.
    """
    for order_id in ("o5", "o3", "o1", "o7"):
        yield from stored(store, commit(0, order_id))
    equal(("o1", "o3", "o5", "o7"), (yield from ids(store)), "all")
    equal(("o1", "o3"), (yield from ids(store, limit=2)), "the first page")
    for order_id in ("o2", "o4"):
        yield from stored(store, commit(0, order_id))
    page = yield from ids(store, after="o3", limit=2)
    equal(("o4", "o5"), page, "the page after o3")
    equal(("o7",), (yield from ids(store, after="o5", limit=2)), "the last")
    equal((), (yield from ids(store, after="o7", limit=2)), "nothing more")


@STORE()
def pages_of_what_is_asked_for(_: StoreHarness, store: Store) -> Flow[None]:
    """The cursor and the limit count only the orders that fit."""
    for number in range(1, 7):
        channel = "web" if number % 2 else "shop"
        summary = OrderSummary(order_id=f"o{number}", channel=channel)
        yield from stored(store, commit(0, f"o{number}", summary=summary))
    first = yield from ids(store, channel="web", limit=2)
    equal(("o1", "o3"), first, "the first page")
    rest = yield from ids(store, channel="web", after="o3", limit=2)
    equal(("o5",), rest, "the next page")


@STORE()
def backlog_tells_what_waits(_: StoreHarness, store: Store) -> Flow[None]:
    """How many in which state, since when, and when the next is due."""
    yield from begin(store, "o1", "o1:a:1", "o1:b:1", "o1:c:1", "o1:d:1")
    later = capture("o1:e:1")
    yield from stored(store, commit(1, intents=(later,), now=NOW + MINUTE))
    yield from ask(store.settle, settle("o1:a:1", EffectState.DONE))
    yield from ask(store.settle, settle("o1:b:1", EffectState.DECLINED))
    due = NOW + DAY
    yield from ask(
        store.settle, settle("o1:c:1", EffectState.PENDING, due_at=due)
    )
    yield from ask(store.settle, settle("o1:d:1", EffectState.ATTENTION))
    expected = (
        _waits(EffectState.ATTENTION, 1, next_at=NOW),
        _waits(EffectState.PENDING, 2, next_at=NOW + MINUTE),
    )
    equal(
        expected,
        (yield from ask(store.backlog, FindBacklog())),
        "the backlog",
    )


def _waits(state: EffectState, count: int, **more: Any) -> Backlog:
    return Backlog(port="payment", state=state, count=count, since=NOW, **more)


@STORE()
def backlog_of_one_port(_: StoreHarness, store: Store) -> Flow[None]:
    """By port and state, in that order; or one port's alone."""
    stock = Allocate(
        operation_id="o1:allocate:1", order_id="o1", reservation_id="r1"
    )
    intents = (capture("o1:a:1"), stock, capture("o1:b:1"))
    yield from stored(store, commit(intents=intents))
    yield from claim(store, order_id="o1", limit=1)
    every = yield from ask(store.backlog, FindBacklog())
    seen = [(each.port, each.state.value, each.count) for each in every]
    equal(sorted(seen), seen, "in the order of port and state")
    counts = {port: 0 for port, *_rest in seen}
    for port, _state, count in seen:
        counts[port] += count
    equal({"inventory": 1, "payment": 2}, counts, "of each port")
    mine = yield from ask(store.backlog, FindBacklog(port="inventory"))
    expected = tuple(each for each in every if each.port == "inventory")
    equal(expected, mine, "of the inventory")
    none = yield from ask(store.backlog, FindBacklog(port="carrier"))
    equal((), none, "of the carrier")


@STORE()
def people_come_by_reference(_: StoreHarness, store: Store) -> Flow[None]:
    """Only those that were asked for, and the latest value of each."""
    first = {"o1:x": FreeText("x"), "o1:y": FreeText("y")}
    yield from stored(store, commit(personal=first))
    found = yield from told(store, "o1", "o1:y", "o1:z")
    equal({"o1:y": FreeText("y")}, found, "of y and z")
    equal({}, (yield from told(store, "o1")), "of nobody")
    equal({}, (yield from told(store, "o2", "o1:x")), "of another order")
    newer = {"o1:x": FreeText("newer")}
    yield from stored(store, commit(1, personal=newer))
    found = yield from told(store, "o1", "o1:x", "o1:y")
    equal({**first, **newer}, found, "after a change")


@STORE()
def nobody_is_an_empty_page(_: StoreHarness, store: Store) -> Flow[None]:
    """An empty store has no order, timer, effect, or backlog."""
    equal((), (yield from ids(store)), "orders")
    due = FindDueTimers(now=NOW + 99 * DAY)
    equal((), (yield from ask(store.due_timers, due)), "timers")
    equal((), (yield from claim(store, after=99 * DAY)), "effects")
    equal((), (yield from ask(store.backlog, FindBacklog())), "backlog")
    require(not (yield from told(store, "o1", "o1:x")), "people")
