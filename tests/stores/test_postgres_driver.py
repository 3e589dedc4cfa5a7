"""What goes wrong between a store and PostgreSQL, and what comes of it."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife import (
    ConflictError,
    InDoubtError,
    InputError,
    OverloadedError,
    PortError,
)
from orderlife.ports.base import provider_key
from orderlife.ports.store import (
    Committed,
    EffectState,
    FindAnswer,
    Repeated,
    Stale,
)
from orderlife_adapters import _postgres_driver
from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_driver import (
    Ask,
    Int8,
    Wait,
    _ask,
    run,
    tried,
)
from orderlife_adapters._postgres_faults import AgainError, LostError
from orderlife_adapters._postgres_orders import Orders
from orderlife_adapters._postgres_units import run_as_one
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
)
from tests.desk.test_store import claim, commit, intent, settle
from tests.stores.postgresql import begun, rows, sync_store, waits_for_lock

S = EffectState


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresOrderStore]:
    """A store with one order that asks for one thing."""
    with begun(postgres_url) as made:
        yield made


def drive(program: Any, url: str, *, lose: int) -> Any:
    """Execute a program's statements, and lose the first answers."""
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            step = next(program)
            while True:
                if isinstance(step, Wait):
                    step = program.send(None)
                    continue
                found = _ask(connection, step)
                if lose:
                    lose -= 1
                    step = program.throw(LostError("cut off"))
                else:
                    step = program.send(found)
        except StopIteration as stop:
            return stop.value


ORDERS = Orders(Naming(), "", 5)


@pytest.mark.parametrize("input_id", ["", "command:c1"])
@pytest.mark.parametrize("lose", [1, 3])
def test_a_lost_answer_is_found_out(
    store: PostgresOrderStore, postgres_url: str, input_id: str, lose: int
) -> None:
    """It was stored: it is said to be, and it is there once."""
    decision = commit(1, input_id=input_id, intents=(intent("o1:x"),))
    found = drive(ORDERS.commit(decision), postgres_url, lose=lose)
    assert found == Committed(version=2)
    assert len(store.history("o1")) == 2
    assert len(store.effects("o1")) == 2


def test_a_lost_answer_is_not_taken_for_anothers(
    store: PostgresOrderStore, postgres_url: str
) -> None:
    """Others were first: that is the answer, lost or not."""
    first = commit(1, input_id="command:c1", now=commit().now)
    store.commit(first)
    other = commit(1, head="another", input_id="command:c1")
    found = drive(ORDERS.commit(other), postgres_url, lose=1)
    assert isinstance(found, Repeated)
    stale = commit(1, head="another")
    assert drive(ORDERS.commit(stale), postgres_url, lose=1) == Stale(
        version=2
    )


def test_what_cannot_be_found_out_is_said() -> None:
    """A decision that may be stored is never called not stored."""
    program = ORDERS.commit(commit(1, head="known"))
    next(program)
    program.throw(LostError("cut off"))
    program.send(None)
    with pytest.raises(InDoubtError, match="under the same id") as caught:
        program.throw(OverloadedError("the pool", 1.0))
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert str(again) == str(caught.value)


def test_a_question_is_never_in_doubt() -> None:
    """It is asked again, and then there is too much going on."""
    program = tried(Ask("SELECT 1"), 3)
    next(program)
    waits = []
    for _ in range(2):
        step = program.throw(LostError("cut off"))
        assert isinstance(step, Wait)
        waits.append(step.seconds)
        program.send(None)
    with pytest.raises(OverloadedError):
        program.throw(LostError("cut off"))
    assert 0 < waits[0] <= 0.04
    assert 0.04 <= waits[1] <= 0.08


def test_what_others_roll_back_is_tried_again() -> None:
    """But not within a transaction, which only its owner can begin."""
    program = tried(Ask("SELECT 1"), 2)
    next(program)
    assert isinstance(program.throw(AgainError("40001")), Wait)
    assert program.send(None) == Ask("SELECT 1")
    joined = tried(Ask("SELECT 1"), 1)
    next(joined)
    with pytest.raises(ConflictError, match="begin it again"):
        joined.throw(AgainError("40001"))


def test_a_broken_connection_is_replaced(
    store: PostgresOrderStore, postgres_url: str
) -> None:
    """The application notices nothing, sync or async."""
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
        "datname = current_database() AND pid <> pg_backend_pid()"
    )
    rows(postgres_url, kill)
    assert store.commit(commit(1)) == Committed(version=2)

    async def other() -> None:
        async with AsyncConnectionPool(
            postgres_url, min_size=2, open=False
        ) as pool:
            await pool.wait()
            rows(postgres_url, kill)
            stored = await AsyncPostgresOrderStore(pool).commit(commit(2))
            assert stored == Committed(version=3)

    asyncio.run(other())
    assert len(store.history("o1")) == 3


def test_an_exhausted_pool_is_overload(postgres_url: str) -> None:
    """Nothing was stored, and the application is told at once."""
    with (
        begun(postgres_url),
        ConnectionPool(postgres_url, max_size=1, min_size=1) as pool,
        pool.connection(),
    ):
        pool.timeout = 0.05
        with pytest.raises(OverloadedError, match="pool of connections"):
            PostgresOrderStore(pool).commit(commit(1))


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
def test_a_statement_that_waits_too_long_is_overload(
    store: PostgresOrderStore, postgres_url: str, limit: str
) -> None:
    """The database has let go of it: nothing was stored."""
    more = "&" if "?" in postgres_url else "?"
    url = f"{postgres_url}{more}options=-c%20{limit}%3D100"
    with psycopg.connect(postgres_url) as own, sync_store(url) as hasty:
        store.joined(own).commit(commit(1))
        with pytest.raises(OverloadedError, match="the database had no room"):
            hasty.commit(commit(1))
    assert len(store.history("o1")) == 2


def test_a_deadlock_is_tried_again(
    store: PostgresOrderStore, postgres_url: str
) -> None:
    """Whichever of the two PostgreSQL picks."""
    store.commit(commit(order_id="o2"))
    touch = "UPDATE orderlife_orders SET updated_at = 0 WHERE order_id = "
    with (
        ThreadPoolExecutor(1) as others,
        psycopg.connect(postgres_url) as own,
    ):
        own.execute("SET deadlock_timeout = '1h'")
        own.execute(touch + "'o1'")
        # It holds the effects of o1 and waits for its order …
        settles = (settle("o1:capture:1"),)
        second = others.submit(store.commit, commit(1, settles=settles))
        waits_for_lock(postgres_url)
        # … which now waits for the effects.
        own.execute("UPDATE orderlife_effects SET note = 'mine'")
        own.commit()
        assert second.result(60) == Committed(version=2)


def test_the_tables_are_a_second_wall(
    store: PostgresOrderStore, postgres_url: str
) -> None:
    """What they refuse is the adapter's error, and shows no row."""
    wrong = "UPDATE orderlife_effects SET state = 'lost'"
    with (
        pytest.raises(PortError, match="orderlife_effects_state") as caught,
        psycopg.connect(postgres_url) as connection,
    ):
        run(_one(wrong), connection)
    assert "o1:capture:1" not in str(caught.value)
    assert caught.value.__cause__ is None
    for statement in (
        "UPDATE orderlife_decisions SET digest = ''",
        "DELETE FROM orderlife_decisions",
        "TRUNCATE orderlife_decisions",
    ):
        with pytest.raises(psycopg.IntegrityError, match="never changed"):
            rows(postgres_url, statement)
    other = intent("o1:other")
    rows(
        postgres_url,
        "INSERT INTO orderlife_effects SELECT (jsonb_populate_record(e, "
        """'{"operation_id": "o1:other", "ordinal": 9}')).* """
        "FROM orderlife_effects AS e RETURNING 1",
    )
    with pytest.raises(PortError, match="operation o1:other is there"):
        store.commit(commit(1, intents=(other,)))
    assert len(store.history("o1")) == 1


def _one(statement: str) -> Any:
    """A program of one statement."""
    return (yield Ask(statement))


def _asked(statement: str, values: dict[str, Any]) -> Any:
    """A program of one statement with values."""
    return (yield Ask(statement, values))


def test_what_no_database_takes_is_an_input_error(
    store: PostgresOrderStore,
) -> None:
    """And what others say of an effect is made fit to be stored."""
    for text in ("o\0", "o\ud800"):
        with pytest.raises(InputError):
            store.load(text)
        with pytest.raises(InputError):
            store.answer(FindAnswer(order_id="o1", input_id=text))
    note = settle("o1:capture:1", S.PENDING, note="a\0b\ud800")
    assert store.settle(note)
    (effect,) = store.effects("o1")
    assert effect.note == "a\ufffdb?"


@pytest.mark.parametrize(
    "statement",
    [
        "SELEC",
        "SELECT 'x'::bigint",
        "SELECT convert_from('\\xff'::bytea, 'UTF8')",
        "SELECT nothing FROM orderlife_orders",
        "SELECT no_such_function(1)",
        "SELECT 9223372036854775807 + 1",
    ],
)
def test_a_fault_of_our_statements_is_not_the_callers(
    store: PostgresOrderStore, postgres_url: str, statement: str
) -> None:
    """Whoever asked could ask nothing that it would take."""
    with (
        psycopg.connect(postgres_url, autocommit=True) as connection,
        pytest.raises(PortError, match="fault of orderlife") as caught,
    ):
        run(_one(statement), connection)
    assert not isinstance(caught.value, InputError)


@pytest.mark.parametrize(
    ("statement", "values", "said"),
    [
        ("SELECT %(it)s::bigint[]", {"it": [2**70]}, "22003"),
        ("SELECT %(it)s::bigint", {"it": Int8(2**70)}, "beyond 64 bits"),
        ("SELECT %(it)s::text", {"it": "half \ud800"}, "no text"),
        ("SELECT %(it)s::json->>0", {"it": r'["\u0000"]'}, "22P05"),
    ],
)
def test_a_value_that_no_column_holds_is_the_callers(
    postgres_url: str, statement: str, values: dict[str, Any], said: str
) -> None:
    """A number beyond 64 bits, and text that is none there."""
    with (
        psycopg.connect(postgres_url, autocommit=True) as connection,
        pytest.raises(InputError, match=said),
    ):
        run(_asked(statement, values), connection)


def test_an_answer_that_is_no_text_is_not_the_callers(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has kept it, in whatever encoding it says."""

    def garbled(*_: object) -> None:
        b"\xff".decode("utf-8")

    monkeypatch.setattr(_postgres_driver, "_ask", garbled)
    with (
        psycopg.connect(postgres_url, autocommit=True) as connection,
        pytest.raises(PortError, match="answers with text that is no text"),
    ):
        run(_one("SELECT 1"), connection)


def test_a_migration_knows_a_schema_from_a_table_that_is_missing(
    postgres_url: str,
) -> None:
    """The one is made by the owner, and the other was made by us."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        with pytest.raises(InputError, match="schema: create it"):
            run_as_one(_one("CREATE TABLE none.such (a int)"), connection)
        with pytest.raises(PortError, match="earlier step") as caught:
            run_as_one(_one("ALTER TABLE nothing ADD a int"), connection)
    assert not isinstance(caught.value, InputError)


def test_the_application_keeps_its_own_ways(postgres_url: str) -> None:
    """Its rows, its transactions: a connection comes back as it was."""
    from psycopg.rows import dict_row

    with (
        begun(postgres_url),
        ConnectionPool(
            postgres_url,
            min_size=1,
            max_size=1,
            kwargs={"row_factory": dict_row, "prepare_threshold": None},
        ) as pool,
    ):
        assert PostgresOrderStore(pool).commit(commit(1)) == Committed(
            version=2
        )
        with pool.connection() as connection:
            assert connection.autocommit is False
            found = connection.execute("SELECT 1 AS one").fetchone()
            assert found == {"one": 1}


def test_a_renewed_key_is_that_of_the_house(
    store: PostgresOrderStore, postgres_url: str
) -> None:
    """SQL and Python make the same key, short or long, of any tenant."""
    short, long = "o1:capture:1", f"o1:{'x' * 32}"
    store.commit(commit(1, intents=(intent(long),)))
    with sync_store(postgres_url, tenant="acme") as theirs:
        theirs.commit(commit(intents=(intent(short), intent(long))))
        for tenant, mine in (("", store), ("acme", theirs)):
            for generation in (2, 3):
                for each in (short, long):
                    assert mine.settle(settle(each, S.PENDING, renew=True))
                wanted = [
                    provider_key(
                        each,
                        tenant=tenant,
                        generation=generation,
                        store=store.id,
                    )
                    for each in (short, long)
                ]
                assert wanted == [each.key for each in mine.effects("o1")]


def test_settles_of_one_effect_are_made_in_their_order(
    store: PostgresOrderStore,
) -> None:
    """As if one came after the other."""
    waiting = settle("o1:capture:1", S.WAITING, claimed_by="a", attempts=1)
    done = settle("o1:capture:1", S.DONE)
    again = settle("o1:capture:1", S.PENDING, renew=True)
    late = settle("o1:capture:1", S.ATTENTION)
    claim(store)
    store.commit(commit(1, settles=(waiting, done, late)))
    (effect,) = store.effects("o1")
    assert (effect.state, effect.generation) == (S.DONE, 1)
    store.commit(commit(2, settles=(late, again, again)))
    (effect,) = store.effects("o1")
    assert (effect.state, effect.generation) == (S.PENDING, 3)
    assert effect.begun_at is None
