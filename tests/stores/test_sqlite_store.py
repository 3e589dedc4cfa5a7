"""What a SQLite file adds to the reference: see ``tests.desk.test_store``."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from orderlife import (
    InputError,
    NewerDocumentError,
    OverloadedError,
    PortError,
    StoreVersionError,
    Timer,
    TimerKind,
)
from orderlife._values.personal import FreeText
from orderlife.codec import documents
from orderlife.memory.clock import START
from orderlife.ports.store import (
    Committed,
    Denial,
    EffectState,
    Erase,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    FindPeople,
    OrderSummary,
    Stale,
)
from orderlife_adapters import _migrations
from orderlife_adapters._rows import EVERY
from orderlife_adapters.sqlite import Naming, SqliteOrderStore
from tests.desk.test_store import claim, commit, ids, intent, settle, state
from tests.stores.sqlite import live, opened, path, raw, shop_on, store

__all__ = ["path", "store"]

S = EffectState


def test_a_life_is_the_same_in_another_process(
    store: SqliteOrderStore, path: Path
) -> None:
    """What is read back from the file is what was decided."""
    shop = shop_on(store)
    live(shop)
    with opened(path) as other:
        twin = shop.another(store=other)
        assert shop.view().case == twin.get("o1").case
        assert shop.snapshot() == shop_on(other).snapshot()
        assert twin.verify("o1") == shop.desk.verify("o1")


def test_tables_must_be_there(path: Path) -> None:
    """A file without tables says what to do, and nothing is made."""
    with (
        pytest.raises(StoreVersionError, match="migrate"),
        opened_bare(path) as bare,
    ):
        bare.load("o1")


def opened_bare(path: Path) -> _Bare:
    return _Bare(SqliteOrderStore(path))


@attrs.frozen
class _Bare:
    store: SqliteOrderStore

    def __enter__(self) -> SqliteOrderStore:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def test_tables_of_a_later_release_are_refused(
    store: SqliteOrderStore, path: Path
) -> None:
    """Unless they say that this release can work with them."""
    with raw(path) as file:
        file.execute("UPDATE orderlife_versions SET version = 99")
        with opened_bare(path) as other:
            assert other.load("o1") is None
            assert other.migrate() == 0
        file.execute("UPDATE orderlife_versions SET oldest = 99")
    with opened_bare(path) as other:
        for asked in (lambda: other.load("o1"), other.migrate):
            with pytest.raises(StoreVersionError, match="upgrade"):
                asked()


def test_migrating_twice_changes_nothing(store: SqliteOrderStore) -> None:
    """Whoever comes second finds nothing left to do."""
    assert store.migrate() == 0


def test_a_migration_that_fails_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All steps are one transaction."""
    step = _migrations.Migration(
        component="orders",
        version=99,
        statements=("CREATE TABLE {table}new (a TEXT) STRICT", "nonsense"),
    )
    steps = (*_migrations.migrations("orders", "sqlite"), step)
    monkeypatch.setattr(_migrations, "migrations", lambda *_: steps)
    with opened_bare(path) as bare, pytest.raises(PortError, match="syntax"):
        bare.migrate()
    with raw(path) as file:
        assert file.execute("SELECT * FROM sqlite_master").fetchall() == []


def test_tables_are_called_as_you_like(path: Path) -> None:
    """Two prefixes are two stores; a schema there is none."""
    with (
        opened(path) as one,
        opened(path, naming=Naming(prefix="shop_")) as two,
    ):
        one.commit(commit())
        assert two.load("o1") is None
        assert ids(one) == ("o1",)
    with pytest.raises(InputError, match="no schemas"):
        SqliteOrderStore(path, naming=Naming(schema="shop"))


def test_an_old_sqlite_is_told_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a statement of ours is no syntax that it knows."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(PortError, match=r"3\.37\.0 or later"):
        SqliteOrderStore(path)


@pytest.mark.parametrize("named", ["", ":memory:", "file:x?mode=memory"])
def test_a_store_is_a_file(named: str) -> None:
    """What is kept nowhere, or apart for each thread, is no store."""
    with pytest.raises(InputError, match="in_memory"):
        SqliteOrderStore(named)


def test_durability_is_chosen(path: Path) -> None:
    """FULL unless told otherwise."""
    for durability, expected in (("full", 2), ("normal", 1)):
        with opened(path, durability=durability) as store:
            found = store._connection().execute("PRAGMA synchronous")
            assert (expected,) == found.fetchone()
            found = store._connection().execute("PRAGMA journal_mode")
            assert ("wal",) == found.fetchone()
    with opened(path) as store:
        found = store._connection().execute("PRAGMA secure_delete")
        assert (1,) == found.fetchone()


def test_tenants_do_not_see_each_other(path: Path) -> None:
    """Nothing that one asks for is answered by the other's rows."""
    with (
        opened(path, tenant="a") as one,
        opened(path, tenant="b") as two,
    ):
        late = Timer(TimerKind.FOLLOW_UP, "o1", START)
        summary = OrderSummary(order_id="o1", customer_id="ada")
        one.commit(
            commit(
                intents=(intent("o1:capture:1"),),
                timers=(late,),
                personal={"o1:x": FreeText("x")},
                input_id="command:c1",
                summary=summary,
            )
        )
        one.deny(denial())
        assert two.load("o1") is None
        found = FindAnswer(order_id="o1", input_id="command:c1")
        assert two.answer(found) is None
        assert two.history("o1") == two.links("o1") == two.effects("o1") == ()
        assert claim(two) == claim(two, order_id="o1") == ()
        assert not two.settle(settle("o1:capture:1"))
        for asked in (
            FindDueTimers(now=START),
            FindDueTimers(now=START, order_id="o1"),
        ):
            assert two.due_timers(asked) == ()
        told = FindPeople(order_id="o1", refs=("o1:x",))
        assert two.people(told) == {}
        assert two.erase(Erase(order_id="o1")) == 0
        assert two.erase(Erase(customer_id="ada")) == 0
        assert two.denials("o1") == ()
        assert two.orders(FindOrders()) == ()
        assert two.orders(FindOrders(customer_id="ada")) == ()
        assert two.backlog(FindBacklog()) == ()
        assert two.commit(commit(1)) == Stale(version=0)
        two.commit(commit(intents=(intent("o1:capture:1"),)))
        assert state(one) == state(two) == [("o1:capture:1", S.PENDING)]
        keys = {store.effects("o1")[0].key for store in (one, two)}
        assert one.id == two.id
        assert keys == {f"{one.id}.{each}/o1:capture:1" for each in "ab"}
        assert one.people(told) == {"o1:x": FreeText("x")}


def denial() -> Denial:
    return Denial(
        order_id="o1",
        command_id="c9",
        command="RefundPayment",
        actor="customer:eve",
        why="not hers",
        at=START,
    )


def test_denials_stand_in_their_order(store: SqliteOrderStore) -> None:
    """Also of an order that is not there, and as often as they come."""
    again = attrs.evolve(denial(), command_id="c1", at=START - timedelta(1))
    store.deny(denial())
    store.deny(again)
    assert store.denials("o1") == (denial(), again)


def test_what_others_say_is_kept_as_well_as_it_can_be(
    store: SqliteOrderStore,
) -> None:
    """Half a character in a note keeps no effect from being settled."""
    store.commit(commit(intents=(intent("o1:capture:1"),)))
    assert store.settle(settle("o1:capture:1", S.IN_DOUBT, note="no\ud800\0"))
    assert store.effects("o1")[0].note == "no?\ufffd"
    store.deny(attrs.evolve(denial(), why="\udfff"))
    assert store.denials("o1")[0].why == "?"


def test_a_poisoned_effect_holds_up_no_other(
    store: SqliteOrderStore, path: Path
) -> None:
    """It is handed to a person, with a note, and the next is claimed."""
    asked = (intent("o1:capture:1"), intent("o1:capture:2"))
    store.commit(commit(intents=asked))
    with raw(path) as file:
        file.execute(
            "UPDATE orderlife_effects SET intent = '{\"data\": 1}' "
            "WHERE operation_id = 'o1:capture:1'"
        )
        (found,) = claim(store)
        assert found.operation_id == "o1:capture:2"
        row = file.execute(
            "SELECT state, note FROM orderlife_effects "
            "WHERE operation_id = 'o1:capture:1'"
        ).fetchone()
        named = "operation o1:capture:1 of order o1"
        expected = f"{named}: not a document of kind 'intent'"
        assert row == ("attention", expected)
    handed, claimed = store.backlog(FindBacklog())
    assert (handed.state, claimed.state) == (S.ATTENTION, S.CLAIMED)
    assert handed.count == claimed.count == 1


def test_a_newer_effect_is_left_to_newer_workers(
    store: SqliteOrderStore, path: Path
) -> None:
    """It stays due, and the ones behind it are claimed."""
    asked = (intent("o1:capture:1"), intent("o1:capture:2"))
    store.commit(commit(intents=asked))
    with raw(path) as file:
        file.execute(
            "UPDATE orderlife_effects SET intent = "
            "replace(intent, '\"schema\":1', '\"schema\":99') "
            "WHERE operation_id = 'o1:capture:1'"
        )
        (found,) = claim(store, limit=5)
        assert found.operation_id == "o1:capture:2"
        assert claim(store) == ()
        rows = file.execute("SELECT state, note FROM orderlife_effects")
        assert rows.fetchall() == [("pending", ""), ("claimed", "")]


def test_a_poisoned_timer_holds_up_no_other(
    store: SqliteOrderStore, path: Path
) -> None:
    """The others are fired, and they are as many as are wanted."""
    for number in (1, 2, 3):
        at = START + timedelta(seconds=number)
        timer = Timer(TimerKind.FOLLOW_UP, f"o{number}", at)
        store.commit(commit(order_id=f"o{number}", timers=(timer,)))
    with raw(path) as file:
        file.execute(
            "UPDATE orderlife_orders SET timers = '{' WHERE order_id = 'o1'"
        )
    now = START + timedelta(hours=1)
    found = store.due_timers(FindDueTimers(now=now, limit=2))
    assert [each.order_id for each in found] == ["o2", "o3"]
    assert store.due_timers(FindDueTimers(now=now, order_id="o1")) == ()


def test_older_documents_are_upcast_and_newer_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This release reads what the one before has written, not after."""
    with opened(path) as store:
        store.commit(commit())
    upcasts = {("decision", 1): lambda data: {**data, "cause": "of old"}}
    monkeypatch.setattr(documents, "SCHEMA", 2)
    monkeypatch.setattr(documents, "UPCASTS", upcasts)
    with opened(path) as store:
        loaded = store.load("o1")
        assert loaded is not None
        (first,) = store.history("o1")
        assert first.cause == "of old"
        store.commit(commit(1))
    monkeypatch.undo()
    with opened(path) as store, pytest.raises(NewerDocumentError):
        store.load("o1")


def test_a_snapshot_of_an_older_schema_is_made_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is rebuilt from the decisions, and not reported as changed."""
    with opened(path) as store:
        live(shop_on(store))
        before = store.load("o1")
    stored = "SELECT version FROM orderlife_snapshots"
    with raw(path) as file:
        ((version,),) = file.execute(stored).fetchall()
        assert version >= 32
        file.execute(
            "UPDATE orderlife_snapshots SET document = replace("
            "document, '\"schema\":1', '\"schema\":0')"
        )
    with opened(path) as store:
        shop = shop_on(store)
        assert store.load("o1") == before
        kept = store.kept("o1")
        assert kept is not None
        assert kept.snapshot is None
        shop.desk.verify("o1")


def test_an_order_at_hand_costs_the_same_however_long(path: Path) -> None:
    """Its history is not written, nor its state, with each decision."""
    with opened(path) as store:
        for version in range(60):
            store.commit(commit(version))
        told: list[str] = []
        connection = store._connection()
        connection.set_trace_callback(told.append)
        for version in range(60, 60 + EVERY):
            store.commit(commit(version))
        connection.set_trace_callback(None)
    snapshots = [each for each in told if "INTO orderlife_snapshots" in each]
    assert len(snapshots) == 1


def test_who_waits_too_long_is_told_so(path: Path) -> None:
    """Nothing is stored, and the next time it is."""
    with opened(path, busy_timeout=0.01) as store, raw(path) as file:
        file.execute("BEGIN IMMEDIATE")
        with pytest.raises(OverloadedError, match="nothing was stored"):
            store.commit(commit())
        assert store.load("o1") is None
        file.execute("ROLLBACK")
        assert store.commit(commit()) == Committed(version=1)


def test_a_full_disk_stores_nothing_half(
    store: SqliteOrderStore, path: Path
) -> None:
    """It is an overload like any other, and passes like any other."""
    connection = store._connection()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    large = commit(
        intents=(intent("o1:capture:1"),),
        personal={"o1:x": FreeText("x" * 100_000)},
    )
    with pytest.raises(OverloadedError):
        store.commit(large)
    assert store.load("o1") is None
    assert store.history("o1") == store.effects("o1") == ()
    connection.execute("PRAGMA max_page_count = 100000")
    assert store.commit(large) == Committed(version=1)
    assert state(store) == [("o1:capture:1", S.PENDING)]


def test_a_file_that_is_no_database(path: Path) -> None:
    """It is a typed error, and the file stays as it is."""
    path.write_text("not a database, and rather long for one" * 99)
    with opened_bare(path) as bare, pytest.raises(PortError, match="NOTADB"):
        bare.migrate()
    assert path.read_text().startswith("not a database")


@pytest.mark.parametrize("order_id", ["\ud800", "o\0", "", "x" * 10_000])
def test_strange_ids_find_nothing(
    store: SqliteOrderStore, order_id: str
) -> None:
    """They are not there, or no text at all."""
    try:
        assert store.load(order_id) is None
    except InputError as error:
        assert "half a character" in str(error)  # noqa: PT017


def test_numbers_have_an_end(store: SqliteOrderStore) -> None:
    """Beyond 64 bits they are refused, and not made floats."""
    with pytest.raises(InputError, match="64 bits"):
        store.orders(FindOrders(limit=2**70))
    summary = OrderSummary(order_id="o1", total_minor=2**64)
    with pytest.raises(InputError, match="64 bits"):
        store.commit(commit(summary=summary))
    assert ids(store) == ()


def test_what_is_closed_stays_closed(path: Path) -> None:
    """In every thread, and closing twice is fine."""
    with opened(path) as store:
        failed: list[BaseException] = []
        begun, closed = threading.Event(), threading.Event()

        def read() -> None:
            store.load("o1")
            begun.set()
            closed.wait(30)
            try:
                store.load("o1")
            except PortError as error:
                failed.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        assert begun.wait(30)
        store.close()
        closed.set()
        thread.join(30)
        assert len(failed) == 1
        for _ in range(2):
            with pytest.raises(PortError, match="closed"):
                store.load("o1")


def test_threads_share_a_store(store: SqliteOrderStore) -> None:
    """Each decides on what the others have stored."""
    store.commit(commit())
    stale: list[int] = []

    def add() -> None:
        for _ in range(10):
            while True:
                version = len(store.history("o1"))
                outcome = store.commit(commit(version))
                if isinstance(outcome, Committed):
                    break
                stale.append(version)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(store.history("o1")) == 41
    loaded = store.load("o1")
    assert loaded is not None
    assert loaded.case.version == 41
    assert loaded.head == store.links("o1")[-1].digest


def test_a_wrong_head_is_stale(store: SqliteOrderStore) -> None:
    """What was decided on another history is decided anew."""
    store.commit(commit())
    assert store.commit(commit(1, head="f" * 64)) == Stale(version=1)
    loaded = store.load("o1")
    assert loaded is not None
    assert store.commit(commit(1, head=loaded.head)) == Committed(version=2)


def test_constraints_are_a_second_wall(
    store: SqliteOrderStore, path: Path
) -> None:
    """Who goes round the store is stopped by the tables."""
    store.commit(commit(intents=(intent("o1:capture:1"),)))
    with raw(path) as file:
        for wrong in (
            "UPDATE orderlife_orders SET version = 0",
            "UPDATE orderlife_orders SET version = 'x'",
            "UPDATE orderlife_orders SET open_exceptions = -1",
            "UPDATE orderlife_orders SET timers = 'x'",
            "UPDATE orderlife_orders SET total_minor = 1.5",
            "UPDATE orderlife_effects SET state = 'lost'",
            "UPDATE orderlife_effects SET generation = 0",
            "UPDATE orderlife_effects SET attempts = -1",
            """INSERT INTO orderlife_decisions
            VALUES (9, '', 'o', 1, 2, 1, 'i', '', '', '')""",
            """INSERT INTO orderlife_decisions
            VALUES (0, '', 'o', 1, 1, 2, 'i', '', '', '')""",
            """INSERT OR REPLACE INTO orderlife_decisions
            VALUES (1, '', 'o', 1, 1, 2, 'i', '', '', '')""",
            """INSERT INTO orderlife_decisions
            VALUES (2, '', 'o', 1, 0, 2, 'i', '', '', '')""",
            """INSERT INTO orderlife_decisions
            VALUES (9, '', 'o', 0, 1, 2, 'i', '', '', '')""",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                file.execute(wrong)


def test_an_index_is_not_written_in_vain(store: SqliteOrderStore) -> None:
    """Of an order only what has changed is written."""
    store.commit(commit())
    told: list[str] = []
    connection = store._connection()
    connection.set_trace_callback(told.append)
    store.commit(commit(1))
    connection.set_trace_callback(None)
    (update,) = (text for text in told if text.startswith("UPDATE"))
    assert "status" not in update
    assert "timer" not in update
    assert "asked" not in update


def test_a_turn_is_asked_for_often(path: Path) -> None:
    """By us, as SQLite would ask every tenth of a second in the end."""
    with opened(path) as store:
        for _ in range(2):
            found = store._connection().execute("PRAGMA busy_timeout")
            assert found.fetchone() == (0,)
            store.erase(Erase(order_id="o1"))  # waits for readers
        with raw(path) as file:
            file.execute("BEGIN IMMEDIATE")
            with ThreadPoolExecutor(1) as pool:
                waits = pool.submit(store.renew_id)
                assert not wait([waits], timeout=0.05).done
                file.execute("ROLLBACK")
                assert waits.result(4) == store.id
