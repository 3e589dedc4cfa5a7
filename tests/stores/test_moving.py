"""What the first release stored is moved, and nothing of it is lost."""

from __future__ import annotations

import contextlib
import hashlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from orderlife import AlteredError, ChainBrokenError, StoreVersionError
from orderlife.__main__ import main
from orderlife.ports.store import Erase, FindAnswer, ReadFeed
from orderlife_adapters import _moving, _sqlite_moving
from orderlife_adapters._migrations import OLDEST, Naming, migrations
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.stores.sqlite import judged, path, raw, shop_on
from tools import generate_corpus as corpus

__all__ = ["path"]

OLD: Final = corpus.CORPUS / "documents-1-tables-5"
ROOT: Final = Path(__file__).parents[2]
ORDERS: Final = ("o1", "o2", "o3", "o4")
EVENTS: Final = "SELECT sequence, document FROM orderlife_events"


@pytest.fixture
def old(path: Path) -> Path:
    """A file of the first release, with several orders in it."""
    with raw(path) as file:
        file.executescript((OLD / "refunded.sql").read_text(encoding="utf-8"))
        for other in ORDERS[1:]:
            copy(file, other)
    return path


def copy(file: sqlite3.Connection, other: str) -> None:
    """Copy the first order, under another id."""
    for table in ("orders", "answers", "effects", "people", "events"):
        found = file.execute(
            f"SELECT * FROM orderlife_{table} "  # noqa: S608
            "WHERE order_id = 'o1' ORDER BY rowid"
            if table in {"events", "effects"}
            else f"SELECT * FROM orderlife_{table} "  # noqa: S608
            "WHERE order_id = 'o1'"
        )
        names = [column[0] for column in found.description]
        for row in found.fetchall():
            named = dict(zip(names, row, strict=True))
            for name, value in named.items():
                if isinstance(value, str) and name not in {"digest", "head"}:
                    named[name] = value.replace("o1", other)
            places = ", ".join("?" * len(names))
            file.execute(
                f"INSERT INTO orderlife_{table} "  # noqa: S608
                f"({', '.join(names)}) VALUES ({places})",
                tuple(named.values()),
            )
    chained(file, other)
    file.execute(
        "UPDATE orderlife_effects SET request_hash = ? WHERE order_id = ?",
        ("unknown", other),
    )


def chained(file: sqlite3.Connection, order_id: str) -> None:
    """Chain the events of an order as the first release did."""
    file.execute("DROP TRIGGER IF EXISTS orderlife_events_stay")
    head = ""
    of = (order_id,)
    rows = file.execute(f"{EVENTS} WHERE order_id = ? ORDER BY 1", of)
    for sequence, document in rows.fetchall():
        head = hashlib.sha256(f"{head}\n{document}".encode()).hexdigest()
        file.execute(
            "UPDATE orderlife_events SET digest = ? "
            "WHERE order_id = ? AND sequence = ?",
            (head, order_id, sequence),
        )
    file.execute(
        "UPDATE orderlife_orders SET head = ? WHERE order_id = ?",
        (head, order_id),
    )


@contextlib.contextmanager
def migrated(old: Path) -> Iterator[SqliteOrderStore]:
    """The file, brought up to date."""
    with contextlib.closing(SqliteOrderStore(old)) as store:
        store.migrate()
        yield store


def is_whole(store: Any) -> None:
    """Hold that the feed has all histories, each in its order."""
    entries = store.feed(ReadFeed(limit=1_000))
    for order_id in ORDERS:
        mine = [each for each in entries if each.order_id == order_id]
        history = store.history(order_id)
        assert tuple(each.recorded for each in mine) == history
        assert [each.version for each in mine] == [*range(1, len(mine) + 1)]
    positions = [each.position for each in entries]
    assert positions == sorted(set(positions))
    assert {each.order_id for each in entries} == set(ORDERS)


def test_what_was_moved_is_fed(old: Path) -> None:
    """The feed is whole from its beginning, and goes on behind it."""
    with contextlib.closing(SqliteOrderStore(old)) as store:
        store.migrate()
        is_whole(store)
        shop_on(store).desk.receipt(judged())
        is_whole(store)


def test_every_order_is_moved(old: Path) -> None:
    """Its events, its answers and its effects are those of before."""
    with raw(old) as file:
        sequences = [row[0] for row in file.execute(f"{EVENTS} ORDER BY 1")]
        answers = file.execute(
            "SELECT order_id, input_id, first_version, last_version "
            "FROM orderlife_answers"
        ).fetchall()
        keys = file.execute("SELECT key FROM orderlife_effects").fetchall()
    with migrated(old) as store:
        found = sorted(
            recorded.sequence
            for each in ORDERS
            for recorded in store.history(each)
        )
        assert found == sequences
        for order_id, input_id, first, last in answers:
            asked = FindAnswer(order_id=order_id, input_id=input_id)
            answer = store.answer(asked)
            assert answer is not None
            assert (answer.first_version, answer.last_version) == (first, last)
        now = [effect.key for each in ORDERS for effect in store.effects(each)]
        assert sorted(now) == sorted(key for (key,) in keys)
        shop_on(store).desk.verify("o1")


def test_a_view_of_the_applications_own_stays(old: Path) -> None:
    """The ledger is made anew, and not renamed."""
    with raw(old) as file:
        file.execute("CREATE VIEW due AS SELECT key FROM orderlife_effects")
        count = len(file.execute("SELECT * FROM due").fetchall())
    with migrated(old), raw(old) as file:
        assert len(file.execute("SELECT * FROM due").fetchall()) == count


def test_to_find_what_is_to_be_moved_takes_an_index(old: Path) -> None:
    """However many orders there are, and were moved already."""
    naming = Naming()
    (makes,) = (
        step for step in migrations("orders", "sqlite") if step.version == 6
    )
    with raw(old) as file:
        for text in makes.statements:
            file.execute(naming.fill(text))
        for text in _sqlite_moving._WAITING:
            plan = file.execute(
                f"EXPLAIN QUERY PLAN {naming.fill(text)}", (1,)
            )
            lines = [row[3] for row in plan.fetchall()]
            assert ("WHERE" in text) == any("of_before" in x for x in lines)
            # In the order of a key each is read as far as is needed.
            assert not any("TEMP B-TREE" in line for line in lines), lines


def test_what_is_left_of_an_order_that_is_gone_is_moved_too(
    old: Path,
) -> None:
    """Its events and its answers are kept, whoever has deleted its row."""
    with raw(old) as file:
        file.execute("DROP TRIGGER orderlife_events_last")
        file.execute("DELETE FROM orderlife_orders WHERE order_id <> 'o1'")
        file.execute("DELETE FROM orderlife_events WHERE order_id = 'o3'")
        file.execute("DELETE FROM orderlife_events WHERE order_id = 'o4'")
        file.execute("DELETE FROM orderlife_answers WHERE order_id = 'o4'")
    with migrated(old) as store:
        assert len(store.history("o2")) == 39
        asked = FindAnswer(order_id="o3", input_id="command:place")
        assert store.answer(asked) is not None
        assert len(store.effects("o4")) > 0


@pytest.mark.parametrize("batches", [0, 1, 2, 3])
def test_a_move_that_was_killed_goes_on(old: Path, batches: int) -> None:
    """However many orders were moved when the process was killed."""
    program = (
        "import os, signal, sys\n"
        "from orderlife_adapters import _sqlite_moving, _sqlite_tables\n"
        "from orderlife_adapters.sqlite import SqliteOrderStore\n"
        "_sqlite_moving.BATCH = 1\n"
        "moves = _sqlite_tables.move\n"
        "left = [int(sys.argv[2])]\n"
        "def move(connection, naming):\n"
        "    moved = moves(connection, naming)\n"
        "    if not left[0]:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    left[0] -= 1\n"
        "    return moved\n"
        "_sqlite_tables.move = move\n"
        "SqliteOrderStore(sys.argv[1]).migrate()\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, str(old), str(batches)],
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL
    with (
        contextlib.closing(SqliteOrderStore(old)) as store,
        pytest.raises(StoreVersionError, match="migrate"),
    ):
        store.load("o1")
    with migrated(old) as store:
        assert {len(store.history(each)) for each in ORDERS} == {39}
        shop_on(store).desk.verify("o1")


def test_few_are_moved_at_a_time(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits until all orders of a shop are moved."""
    monkeypatch.setattr(_sqlite_moving, "BATCH", 1)
    with contextlib.closing(SqliteOrderStore(old)) as store:
        told: list[str] = []
        with store._file.using() as connection:
            connection.set_trace_callback(told.append)
        store.migrate()
    assert told.count("COMMIT") == len(ORDERS) + 1


def test_the_scripts_alone_stop_before_anything_is_lost(old: Path) -> None:
    """Whoever runs them by hand is told that something is to be moved."""
    makes, drops = migrations("orders", "sqlite")[-2:]
    naming = Naming()
    with raw(old) as file:
        for text in makes.statements:
            file.execute(naming.fill(text))
        script = ";".join(map(naming.fill, drops.statements))
        with pytest.raises(sqlite3.IntegrityError, match="moved_all"):
            file.executescript(script)
        assert len(file.execute(EVENTS).fetchall()) == 39 * len(ORDERS)


def test_the_release_before_is_refused(old: Path) -> None:
    """It would write events where nobody looks for them any more."""
    assert OLDEST["orders", 6] == 6
    assert OLDEST["orders", 7] == 7
    with migrated(old), raw(old) as file:
        row = file.execute(
            "SELECT version, oldest FROM orderlife_versions "
            "WHERE component = 'orders'"
        ).fetchone()
    assert row == (7, 7)


TAMPERED: Final = (
    ("UPDATE orderlife_events SET document = document || ' '", 1),
    (
        """UPDATE orderlife_events SET document =
        replace(document, 'staff', 'stuff') WHERE sequence = 1""",
        1,
    ),
    ("UPDATE orderlife_events SET digest = 'x' WHERE sequence = 39", 39),
    ("UPDATE orderlife_events SET document = '{' WHERE sequence = 1", 1),
    ("DELETE FROM orderlife_events WHERE sequence = 39", 39),
    ("DELETE FROM orderlife_events", 1),
    ("UPDATE orderlife_orders SET head = 'x'", 40),
)


@pytest.mark.parametrize(("statement", "at_most"), TAMPERED)
def test_what_was_changed_before_stays_found(
    old: Path, statement: str, at_most: int
) -> None:
    """Nobody launders a history by migrating it."""
    with raw(old) as file:
        for name in ("stay", "last", "once"):
            file.execute(f"DROP TRIGGER IF EXISTS orderlife_events_{name}")
        file.execute(statement)
    with migrated(old) as store:
        with pytest.raises(ChainBrokenError) as caught:
            shop_on(store).desk.verify("o1")
        assert caught.value.sequence <= at_most


def test_a_request_that_was_changed_before_stays_found(old: Path) -> None:
    """Its hash fits neither the way of before nor that of now."""
    with raw(old) as file:
        file.execute(
            "UPDATE orderlife_effects SET intent = "
            "replace(intent, '\"operation_id\"', ' \"operation_id\"'), "
            "request_hash = 'x' WHERE ordinal = 1"
        )
    with migrated(old) as store:
        first, second, *_ = store.effects("o1")
        assert (first.altered, second.altered) == (True, False)
        with pytest.raises(AlteredError, match="document was changed"):
            shop_on(store).desk.verify("o1")


def test_a_fingerprint_goes_with_the_person(old: Path) -> None:
    """Also one that the first release has made."""
    asked = FindAnswer(order_id="o1", input_id="command:place")
    with raw(old) as file:
        ((fingerprint,),) = file.execute(
            "SELECT fingerprint FROM orderlife_answers "
            "WHERE order_id = 'o1' AND input_id = 'command:place'"
        )
    with migrated(old) as store:
        before = store.answer(asked)
        store.erase(Erase(order_id="o1"))
        after = store.answer(asked)
        shop_on(store).desk.verify("o1")
    assert before is not None
    assert after is not None
    assert before.fits(fingerprint)
    assert not before.fits("0" * 64)
    assert after.fits("0" * 64)


def recorded(at: int, cause: str = "c", sequence: int = 1) -> str:
    """The document of an event, as the first release wrote it."""
    return (
        '{"kind":"recorded","schema":1,"data":{"sequence":'
        f'{sequence},"at":"{at}","actor":"a","cause":"{cause}",'
        '"event":{"type":"X"}}}'
    )


def test_decisions_without_an_answer_are_told_apart() -> None:
    """Where time, actor or cause changes, another one has begun."""
    documents = (recorded(1), recorded(1), recorded(2), recorded(2, "d"))
    events = [(n, text, "") for n, text in enumerate(documents, 1)]
    links, salts, _ = _moving.moved("o1", "", events, ())
    spans = [(link.first_version, link.last_version) for link in links]
    assert spans == [(0, 2), (2, 3), (3, 4)]
    assert salts == []


def test_answers_without_an_event_stand_where_they_were_given() -> None:
    """In the order of the versions that they were decided on."""
    events = [(n, recorded(1), "") for n in (1, 2)]
    answers = [
        ("late", "f", 2, 2, 0),
        ("first", "f", 0, 1, 0),
        ("between", "f", 1, 1, 0),
        ("beyond", "f", 9, 12, 0),
    ]
    links, _, _ = _moving.moved("o1", "", events, answers)
    found = [(link.input_id, link.last_version) for link in links]
    assert found == [
        ("first", 1),
        ("between", 1),
        ("", 2),
        ("late", 2),
        ("beyond", 2),
    ]


def test_what_cannot_be_read_is_kept_as_it_is() -> None:
    """Every byte of it stands in the decision, which cannot be read."""
    events = [(1, "{", ""), (2, recorded(1), "")]
    (first, second), _, _ = _moving.moved("o1", "", events, ())
    assert first.document == '["{"]'
    assert '"kind":"decision"' in second.document
    mixed = [(1, recorded(1), ""), (2, recorded(2), "")]
    answer = ("c", "f", 0, 2, 0)
    ((both,), _, _) = _moving.moved("o1", "", mixed, (answer,))
    assert both.document.count("recorded") == 2


def test_a_fingerprint_that_was_erased_stays_erased() -> None:
    """Any input of that id is given the first answer."""
    answer = ("c", "", 0, 0, 1)
    ((link,), salts, _) = _moving.moved("o1", "", (), (answer,))
    assert (link.fingerprint, salts) == ("*", [])


def test_a_hash_that_cannot_be_compared_stays() -> None:
    """The request is taken for another one then."""
    assert _moving.rehashed("{", "h") == "h"
    assert _moving.rehashed("[]", "h") == "h"
    assert _moving.rehashed('{"data":1}', "h") == "h"


def test_the_command_migrates_and_says_so(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once; the second time there is nothing left to do."""
    with raw(old) as file:
        file.execute("DROP TABLE IF EXISTS orderlife_stock")
    assert main(["migrate", str(old)]) == 0
    first = capsys.readouterr().out.splitlines()
    assert first[0] == "orders: 2 steps made"
    assert main(["migrate", f"sqlite:///{old}"]) == 0
    again = capsys.readouterr().out.splitlines()
    assert again == ["orders: up to date", "inventory: up to date"]
    with contextlib.closing(SqliteOrderStore(old)) as store:
        shop_on(store).desk.verify("o1")


def test_the_command_makes_the_tables_on_postgresql(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """There as well; the second time there is nothing left to do."""
    assert main(["migrate", postgres_url]) == 0
    first = capsys.readouterr().out.splitlines()
    assert first == ["orders: 7 steps made", "inventory: 2 steps made"]
    assert main(["migrate", postgres_url]) == 0
    again = capsys.readouterr().out.splitlines()
    assert again == ["orders: up to date", "inventory: up to date"]


def test_the_command_says_what_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In one line, and with code 1."""
    assert main(["migrate", "oracle://x"]) == 1
    assert "no store for oracle" in capsys.readouterr().err
