"""Every question has its index, and a command its few statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Timer, TimerKind
from orderlife.memory.clock import START
from orderlife.ports.store import (
    ClaimEffects,
    Denial,
    Erase,
    FindAnswer,
    FindBacklog,
    FindCursors,
    FindDueTimers,
    FindOrders,
    FindPeople,
    Postpone,
    ReadFeed,
)
from orderlife_adapters._sqlite_sql import Statements
from orderlife_adapters.sqlite import Naming, SqliteOrderStore
from tests.desk.test_store import MINUTE, commit
from tests.stores.sqlite import judged, opened, path, shop_on, store

__all__ = ["path", "store"]


@contextmanager
def told(store: SqliteOrderStore) -> Iterator[list[str]]:
    """What this thread's connection runs meanwhile."""
    texts: list[str] = []

    def tell(text: str) -> None:
        if text not in texts[-1:]:  # a trigger tells of its statement again
            texts.append(text)

    connection = store._connection()
    connection.set_trace_callback(tell)
    try:
        yield texts
    finally:
        connection.set_trace_callback(None)


def plans(store: SqliteOrderStore, texts: list[str]) -> list[str]:
    """How SQLite goes about it, one line for each table."""
    connection = store._connection()
    return [
        row[3]
        for text in texts
        if not text.startswith(("BEGIN", "COMMIT", "PRAGMA"))
        for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")
    ]


DENIAL = Denial(
    order_id="o1",
    command_id="c",
    command="CancelOrder",
    actor="staff:eve",
    why="no",
    at=START,
)
QUESTIONS: list[tuple[str, Any, str]] = [
    ("load", "o1", "PRIMARY KEY"),
    ("answer", FindAnswer(order_id="o1", input_id="c"), "decisions_by_input"),
    ("history", "o1", "PRIMARY KEY"),
    ("links", "o1", "PRIMARY KEY"),
    ("feed", ReadFeed(after=9), "decisions_feed (tenant=? AND position>?)"),
    ("cursors", FindCursors(), "PRIMARY KEY"),
    ("forget_cursor", "erp", "PRIMARY KEY"),
    ("effects", "o1", "PRIMARY KEY"),
    ("people", FindPeople(order_id="o1", refs=("o1:x",)), "PRIMARY KEY"),
    ("denials", "o1", "PRIMARY KEY"),
    ("deny", DENIAL, "PRIMARY KEY"),
    ("erase", Erase(order_id="o1"), "PRIMARY KEY"),
    ("erase", Erase(customer_id="ada"), "orderlife_orders_by_customer"),
    ("backlog", FindBacklog(), "orderlife_effects_for_people"),
    ("backlog", FindBacklog(port="payment"), "orderlife_effects_due"),
    ("due_timers", FindDueTimers(now=START), "orderlife_orders_by_timer"),
    (
        "due_timers",
        FindDueTimers(now=START, latest=START + MINUTE),
        "orderlife_orders_put_off",
    ),
    (
        "postpone",
        Postpone(order_id="o1", version=1, until=START),
        "PRIMARY KEY",
    ),
    ("due_timers", FindDueTimers(now=START, order_id="o1"), "PRIMARY KEY"),
    ("orders", FindOrders(), "PRIMARY KEY"),
    ("orders", FindOrders(after="o1"), "PRIMARY KEY"),
    *(
        (
            "orders",
            FindOrders(channel=channel, channel_number="7"),
            "orderlife_orders_by_number",
        )
        for channel in ("web", "")
    ),
    ("orders", FindOrders(with_exceptions=True), "orders_with_exceptions"),
    *(
        ("orders", FindOrders(**{name: "x", "after": after}), index)  # type: ignore[arg-type]
        for name, index in (
            ("channel", "orderlife_orders_by_channel"),
            ("customer_id", "orderlife_orders_by_customer"),
            ("order_status", "orderlife_orders_by_order_status"),
            ("payment_status", "orderlife_orders_by_payment_status"),
            ("fulfilment_status", "orderlife_orders_by_fulfilment_status"),
            ("returns_status", "orderlife_orders_by_returns_status"),
        )
        for after in ("", "o1")
    ),
    (
        "orders",
        FindOrders(channel="web", order_status="x"),
        "orderlife_orders_by_order_status",
    ),
    (
        "orders",
        FindOrders(customer_id="ada", order_status="x", payment_status="x"),
        "orderlife_orders_by_customer",
    ),
    (
        "claim",
        ClaimEffects(now=START, until=START + MINUTE, owner="a"),
        "orderlife_effects_due",
    ),
    (
        "claim",
        ClaimEffects(
            now=START, until=START + MINUTE, owner="a", order_id="o1"
        ),
        "PRIMARY KEY",
    ),
]


@pytest.mark.parametrize(("method", "request_", "index"), QUESTIONS)
def test_a_question_has_its_index(
    store: SqliteOrderStore, method: str, request_: Any, index: str
) -> None:
    """It is named in the plan, and nothing is scanned or sorted whole."""
    shop = shop_on(store, inline=False)
    shop.place()
    with told(store) as texts:
        getattr(store, method)(request_)
    lines = plans(store, texts)
    assert any(index in line for line in lines), lines
    # The ids that the database has had are a row or two.
    scans = {line for line in lines if line.startswith("SCAN")}
    assert scans <= {"SCAN orderlife_stores"}
    # Only what is in one group, or of one order, is sorted.
    sorted_ = [line for line in lines if "TEMP B-TREE" in line]
    of_one = {"backlog", "claim", "effects", "erase"}
    assert not sorted_ or method in of_one, lines


def test_orders_that_are_put_off_are_not_read(
    store: SqliteOrderStore,
) -> None:
    """However many there are, finding the others is as much work."""
    waits = (Timer(TimerKind.FOLLOW_UP, "h1", START),)
    due = FindDueTimers(now=START, latest=START + MINUTE)
    steps: dict[int, int] = {}
    for count in range(1, 201):
        order_id = f"o{count}"
        store.commit(commit(0, order_id, timers=waits))
        store.postpone(
            Postpone(order_id=order_id, version=1, until=START + MINUTE)
        )
        taken = [0]
        connection = store._connection()
        connection.set_progress_handler(partial(_step, taken), 1)
        assert store.due_timers(due) == ()
        connection.set_progress_handler(None, 1)
        steps[count] = taken[0]
    assert 0 < steps[200] == steps[1]


def _step(taken: list[int]) -> int:
    taken[0] += 1
    return 0


def test_every_statement_is_planned(store: SqliteOrderStore) -> None:
    """Also those that write: none goes through a whole table."""
    shop = shop_on(store)
    with told(store) as texts:
        shop.place()
        shop.desk.work()
    lines = plans(store, texts)
    scans = {line for line in lines if line.startswith("SCAN")}
    rows = {line for line in scans if "CONSTANT" in line or "(sub" in line}
    assert scans - rows <= {"SCAN orderlife_stores"}


def test_statements_are_those_of_the_names() -> None:
    """No placeholder is left over, whatever the prefix."""
    made = Statements(Naming(prefix="x_"))
    texts = [
        value
        for value in attrs.asdict(made, recurse=False).values()
        if isinstance(value, str)
    ]
    assert len(texts) > 20
    assert [text for text in texts if "{" in text] == []


def kinds(texts: list[str]) -> Counter[str]:
    """How many statements of which kind."""
    return Counter(text.split()[0] for text in texts)


@pytest.mark.parametrize(("at_hand", "reads"), [(True, 1), (False, 4)])
def test_a_command_is_one_transaction_of_few_statements(
    store: SqliteOrderStore, path: Path, at_hand: bool, reads: int
) -> None:
    """One to read the order; what is not at hand is read at one moment.

    That is when its decisions are folded, and its columns compared.
    """
    with opened(path) as other:
        shop_on(store if at_hand else other, inline=False).place()
    shop = shop_on(store, inline=False)
    effects = len(store.effects("o1"))
    with told(store) as texts:
        shop.desk.receipt(judged())
    asked = len(store.effects("o1")) - effects
    expected = {
        "SELECT": reads,
        "BEGIN": 1 if at_hand else 2,
        "UPDATE": 1,
        "INSERT": 1 + asked,
        "COMMIT": 1 if at_hand else 2,
    }
    assert expected == kinds(texts)


def test_placing_an_order_takes_few_statements(
    store: SqliteOrderStore,
) -> None:
    """An order, its decision, its effect, two persons, and a salt.

    The ids of the database are read once.
    """
    shop = shop_on(store, inline=False)
    with told(store) as texts:
        shop.place()
    rows = 1 + 1 + len(store.effects("o1")) + 2 + 1
    expected = {"SELECT": 3, "BEGIN": 1, "INSERT": rows, "COMMIT": 1}
    assert expected == kinds(texts)


def test_to_find_nothing_due_takes_no_turn(store: SqliteOrderStore) -> None:
    """A worker that polls holds up no writer."""
    store.commit(commit())
    with told(store) as texts:
        store.claim(ClaimEffects(now=START, until=START + MINUTE, owner="a"))
    assert kinds(texts) == {"SELECT": 1}


def test_a_case_at_hand_is_not_read_again(path: Path) -> None:
    """Under the same head it is the same; under another it is read."""
    with opened(path) as store, opened(path) as other:
        store.commit(commit())
        first = store.load("o1")
        again = store.load("o1")
        assert first is not None
        assert again is not None
        assert again.case is first.case
        other.commit(commit(1))
        moved = store.load("o1")
        assert moved is not None
        assert moved.case.version == 2
    with opened(path, cases=0) as store:
        read = [store.load("o1") for _ in range(2)]
        assert read[0] == read[1]
        assert read[0] is not None
        assert read[1] is not None
        assert read[0].case is not read[1].case


def test_so_many_cases_are_at_hand_and_no_more(path: Path) -> None:
    """The one that was longest unused is let go of."""
    with opened(path, cases=2) as store:
        for number in (1, 2, 3):
            store.commit(commit(order_id=f"o{number}"))
            store.load("o1")
        assert list(store._cases._kept) == ["o3", "o1"]
