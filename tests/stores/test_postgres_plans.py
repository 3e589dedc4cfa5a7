"""Every statement finds its rows by an index, however many there are."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import attrs
import psycopg
import pytest

from orderlife.memory.clock import START
from orderlife.ports.store import (
    Archive,
    ClaimEffects,
    Denial,
    Erase,
    FindAnswer,
    FindBacklog,
    FindCursors,
    FindDueTimers,
    FindOrders,
    FindPeople,
    MoveCursor,
    Postpone,
    ReadFeed,
)
from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_archive import FOLD
from orderlife_adapters._postgres_driver import Ask, Int8
from orderlife_adapters._postgres_orders import Orders
from tests.desk.test_store import commit, intent, settle
from tests.stores.postgresql import asks_of, sync_store

ORDERS = Orders(Naming(), "t1", 5)
LATER = START + timedelta(days=1)
COUNT = 6_000

FILL = (
    """INSERT INTO orderlife_orders SELECT t, 'o' || lpad(n::text, 8, '0'), 1,
    '', CASE WHEN n % 50 = 0 THEN 'x' ELSE '' END,
    CASE WHEN n % 50 = 0 THEN n END, n, (ARRAY['web', 'app', 'fair', 'shop',
    'mail'])[1 + n % 5], 'W' || n, 'c' || n / 5,
    (ARRAY['placed', 'confirmed', 'completed'])[1 + n % 3],
    (ARRAY['paid', 'due', 'refunded'])[1 + n % 3],
    (ARRAY['fulfilled', 'unfulfilled', 'partly'])[1 + n % 3],
    (ARRAY['none', 'requested', 'closed'])[1 + n % 3],
    CASE WHEN n % 100 = 0 THEN 1 ELSE 0 END, 'EUR', 100, 0, 0, 0, 0, NULL,
    CASE WHEN n % 50 = 1 THEN n END
    FROM generate_series(1, {count}) AS n, unnest(ARRAY['t1', 't2']) AS t""",
    """INSERT INTO orderlife_decisions SELECT tenant, order_id, s, s - 1, s,
    'command:' || s, '', '{}', ''
    FROM orderlife_orders, generate_series(1, 3) AS s""",
    """INSERT INTO orderlife_snapshots SELECT tenant, order_id, 1, 1, '{}'
    FROM orderlife_orders""",
    """INSERT INTO orderlife_salts SELECT tenant, order_id, 1, ''
    FROM orderlife_orders""",
    """INSERT INTO orderlife_effects (tenant, operation_id, order_id, ordinal,
    port, intent, state, due_at, created_at, attempts, claimed_by, note,
    generation, key, request_hash, doubted, store)
    SELECT tenant, order_id || ':' || s,
    order_id, s, (ARRAY['payment', 'carrier'])[s], '{}', CASE
    WHEN total_minor % 2 = 1 THEN 'x' WHEN placed_at % 40 = 0 THEN 'pending'
    WHEN placed_at % 300 = 1 THEN 'attention' ELSE 'done' END, placed_at,
    placed_at, 0, '', '', 1, '', '', false, 1
    FROM orderlife_orders, generate_series(1, 2) AS s""",
    """INSERT INTO orderlife_archives SELECT tenant, order_id, ''
    FROM orderlife_orders""",
    """INSERT INTO orderlife_people SELECT tenant, order_id || ':a', order_id,
    '{}' FROM orderlife_orders""",
    """INSERT INTO orderlife_denials SELECT tenant, order_id, 1, '', '', '',
    '', 0 FROM orderlife_orders""",
    """INSERT INTO orderlife_feed SELECT t, n, 'o' || lpad(n::text, 8, '0'), 1
    FROM generate_series(1, {count}) AS n, unnest(ARRAY['t1', 't2']) AS t""",
    """INSERT INTO orderlife_arrivals (tenant, order_id, number)
    SELECT tenant, order_id, 2 FROM orderlife_orders""",
    """INSERT INTO orderlife_sequencers SELECT 't' || n, {count}
    FROM generate_series(1, {count}) AS n""",
    """INSERT INTO orderlife_cursors SELECT 't' || n, 'erp', 1, '', 0
    FROM generate_series(1, {count}) AS n""",
)

PLANS: dict[str, tuple[Any, set[str]]] = {
    "load": (
        ORDERS.load("o00000500"),
        {"orders_pkey", "snapshots_pkey", "decisions_pkey", "archives_pkey"},
    ),
    "kept": (
        ORDERS.kept("o00000500"),
        {"orders_pkey", "snapshots_pkey", "decisions_pkey", "effects_pkey"}
        | {"archives_pkey"},
    ),
    "answer": (
        ORDERS.answer(FindAnswer(order_id="o00000500", input_id="command:1")),
        {"decisions_by_input", "salts_pkey", "archives_pkey"},
    ),
    "history": (
        ORDERS.history("o00000500"),
        {"decisions_pkey", "archives_pkey"},
    ),
    "find closed orders": (
        ORDERS.archive(Archive(now=START, closed_before=LATER)),
        {"orders_closed"},
    ),
    "read a closed order": (
        ORDERS._fold("o00000500", Int8(1), Int8(1)),
        {"decisions_pkey", "effects_pkey", "orders_pkey"} | {"orders_closed"},
    ),
    "fold an order away": (
        ORDERS._asked(
            ORDERS.naming.fill(FOLD),
            order_id="o00000500",
            head="",
            closed_at=Int8(1),
            document=b"",
            count=Int8(1),
            operations=["x"],
            states=["done"],
            attempts=[Int8(1)],
        ),
        {"decisions_pkey", "effects_pkey", "snapshots_pkey"}
        | {"orders_pkey", "orders_closed"},
    ),
    "read what is folded away": (
        ORDERS._unfold("o00000500"),
        {"archives_pkey", "decisions_pkey"},
    ),
    "effects": (ORDERS.effects("o00000500"), {"effects_pkey"}),
    "claim": (
        ORDERS.claim(ClaimEffects(now=START, until=LATER, owner="a")),
        {"effects_due", "effects_pkey"},
    ),
    "claim of an order": (
        ORDERS.claim(
            ClaimEffects(
                now=START, until=LATER, owner="a", order_id="o00000500"
            )
        ),
        {"effects_pkey"},
    ),
    "settle": (
        ORDERS.settle(settle("o00000500:1", claimed_by="a")),
        {"effects_pkey"},
    ),
    "due timers": (
        ORDERS.due_timers(FindDueTimers(now=START)),
        {"orders_by_timer", "orders_put_off"},
    ),
    "postpone": (
        ORDERS.postpone(
            Postpone(order_id="o00000500", version=1, until=LATER)
        ),
        {"orders_pkey"},
    ),
    "due timers of an order": (
        ORDERS.due_timers(FindDueTimers(now=START, order_id="o00000500")),
        {"orders_pkey"},
    ),
    "feed": (
        ORDERS.feed(ReadFeed(after=100)),
        {"feed_pkey", "decisions_pkey", "arrivals_pkey"},
    ),
    "sequence": (
        ORDERS._sequence(),
        {"sequencers_pkey", "arrivals_pkey", "decisions_pkey"},
    ),
    "cursors": (ORDERS.cursors(FindCursors()), {"cursors_pkey"}),
    "move a cursor": (
        ORDERS.move_cursor(MoveCursor(consumer="erp", expected=1, position=2)),
        {"cursors_pkey"},
    ),
    "forget a cursor": (ORDERS.forget_cursor("erp"), {"cursors_pkey"}),
    "people": (
        ORDERS.people(FindPeople(order_id="o00000500", refs=("a",))),
        {"people_pkey"},
    ),
    "erase an order": (
        ORDERS.erase(Erase(order_id="o00000500")),
        {"people_pkey", "orders_by_customer", "salts_pkey"},
    ),
    "erase a customer": (
        ORDERS.erase(Erase(customer_id="c100")),
        {"people_pkey", "orders_by_customer", "salts_pkey"},
    ),
    "denials": (ORDERS.denials("o00000500"), {"denials_pkey"}),
    "deny": (
        ORDERS.deny(
            Denial(
                order_id="o00000500",
                command_id="c",
                command="CancelOrder",
                actor="staff:eve",
                why="no",
                at=START,
            )
        ),
        {"denials_pkey"},
    ),
    "a page": (ORDERS.orders(FindOrders(after="o00000500")), {"orders_pkey"}),
    "by number": (
        ORDERS.orders(FindOrders(channel="web", channel_number="W500")),
        {"orders_by_number"},
    ),
    "by number alone": (
        ORDERS.orders(FindOrders(channel_number="W500")),
        {"orders_by_number"},
    ),
    "by channel": (
        ORDERS.orders(FindOrders(channel="web", after="o00001000")),
        {"orders_by_channel"},
    ),
    "by customer": (
        ORDERS.orders(FindOrders(customer_id="c100")),
        {"orders_by_customer"},
    ),
    **{
        f"by {axis}": (
            ORDERS.orders(
                attrs.evolve(
                    FindOrders(after="o00004000"),
                    **cast("Any", {axis: word}),
                )
            ),
            {f"orders_by_{axis}"},
        )
        for axis, word in (
            ("order_status", "placed"),
            ("payment_status", "paid"),
            ("fulfilment_status", "fulfilled"),
            ("returns_status", "requested"),
        )
    },
    "with exceptions": (
        ORDERS.orders(FindOrders(with_exceptions=True)),
        {"orders_with_exceptions"},
    ),
    "backlog": (
        ORDERS.backlog(FindBacklog()),
        {"effects_due", "effects_for_people"},
    ),
    "backlog of a port": (
        ORDERS.backlog(FindBacklog(port="payment")),
        {"effects_due", "effects_for_people"},
    ),
    "commit": (
        ORDERS.commit(
            commit(
                1,
                "o00000500",
                head="known",
                input_id="command:9",
                intents=(intent("o00000500:9", "o00000500"),),
                settles=(settle("o00000500:1", claimed_by="a"),),
            )
        ),
        {"orders_pkey", "decisions_by_input", "salts_pkey", "effects_pkey"},
    ),
}
ASKS = {
    name: (asks_of(each), wanted) for name, (each, wanted) in PLANS.items()
}


@pytest.fixture(scope="module")
def filled(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    """Tables with many orders of two tenants, and what is known of them."""
    name = f"orderlife_plans_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
        url = urlunsplit(urlsplit(postgres)._replace(path=f"/{name}"))
        with sync_store(url) as store:
            store.migrate()
        with psycopg.connect(url, autocommit=True) as inside:
            for statement in FILL:
                filled = statement.replace("{count}", str(COUNT))
                inside.execute(filled.encode())
            inside.execute("VACUUM ANALYZE")
            yield inside
        connection.execute(f"DROP DATABASE {name}".encode())


def nodes(plan: Any) -> Iterator[dict[str, Any]]:
    """All nodes of a plan."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def generic(ask: Ask) -> str:
    """The statement, with its parameters left open."""
    names: dict[str, int] = {}
    return re.sub(
        r"%\((\w+)\)[sb]",
        lambda found: f"${names.setdefault(found[1], len(names) + 1)}",
        ask.statement,
    )


@pytest.mark.parametrize("name", ASKS)
@pytest.mark.parametrize("prepared", [False, True])
def test_a_statement_uses_its_index(
    filled: psycopg.Connection[Any], name: str, prepared: bool
) -> None:
    """With the values in view, and prepared for any values."""
    ask, wanted = ASKS[name]
    if prepared:
        query = f"EXPLAIN (FORMAT JSON, GENERIC_PLAN) {generic(ask)}"
        found = psycopg.ClientCursor(filled).execute(query.encode()).fetchone()
    else:
        query = f"EXPLAIN (FORMAT JSON) {ask.statement}"
        found = filled.execute(query.encode(), ask.parameters).fetchone()
    assert found is not None
    plan = found[0] if not isinstance(found[0], str) else json.loads(found[0])
    used = list(nodes(plan[0]["Plan"]))
    scanned = [
        each
        for each in used
        if each["Node Type"] == "Seq Scan"
        # It holds one row, the database's own.
        and each["Relation Name"] != "orderlife_stores"
    ]
    assert scanned == []
    indexes = {
        each["Index Name"].removeprefix("orderlife_")
        for each in used
        if "Index Name" in each
    }
    assert indexes <= wanted
    assert indexes


def test_orders_that_are_put_off_are_not_read(
    filled: psycopg.Connection[Any],
) -> None:
    """However many there are: no more rows are read than are due."""
    late = FindDueTimers(now=LATER, limit=3)
    ask = asks_of(ORDERS.due_timers(late))
    with filled.transaction(force_rollback=True):
        filled.execute(
            "UPDATE orderlife_orders SET timers = 'x', timer_at = 1, "
            "put_off = CASE WHEN placed_at < 10 THEN NULL "
            "ELSE %(now)s::bigint + 1 END",
            ask.parameters,
        )
        filled.execute("ANALYZE orderlife_orders")
        query = f"EXPLAIN (ANALYZE, FORMAT JSON) {ask.statement}"
        found = filled.execute(query.encode(), ask.parameters).fetchone()
    assert found is not None
    read = sum(
        each["Actual Rows"] + each.get("Rows Removed by Filter", 0)
        for each in nodes(found[0][0]["Plan"])
        if "Scan" in each["Node Type"]
    )
    assert 3 <= read <= 9
