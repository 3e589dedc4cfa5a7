"""Documents and digests take little room in SQLite, and are read again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from orderlife import ChainBrokenError, CodecError, PortError
from orderlife._values.limits import MAX_DOCUMENT
from orderlife.memory.clock import START
from orderlife.ports.base import provider_key
from orderlife.ports.store import (
    ClaimNew,
    Committed,
    EffectState,
    FindBacklog,
    ReadFeed,
)
from orderlife_adapters._words import (
    deflated,
    digits,
    inflated,
    packed,
    plain,
    short,
)
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.test_store import MINUTE, claim, commit, intent
from tests.stores.sqlite import live, opened, path, raw, shop_on, store

__all__ = ["path", "store"]

DIGEST = "0f" * 32


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_a_document_is_read_as_it_was(document: str) -> None:
    """Whether it is deflated or not."""
    assert plain(packed(document)) == document
    assert inflated(deflated(document.encode())) == document


def test_a_short_document_is_text() -> None:
    """Deflated it would be no shorter."""
    assert packed("x" * 63) == "x" * 63
    assert isinstance(packed("x" * 64), bytes)
    assert packed("") == ""


@pytest.mark.parametrize("stored", [b"", b"x", b"\xff\xfe"])
def test_what_is_not_deflated_is_no_document(stored: bytes) -> None:
    """It is a text, and none of the documents."""
    assert len(plain(stored)) <= len(stored)
    with pytest.raises(CodecError):
        inflated(stored)


def test_what_has_more_bytes_than_any_document_is_none() -> None:
    """It is not inflated to its end."""
    stored = deflated(b"[" * (MAX_DOCUMENT + 1))
    assert len(plain(stored)) <= len(stored)
    with pytest.raises(CodecError):
        inflated(stored)


@pytest.mark.parametrize("mark", ["", "*", "!"])
def test_a_digest_is_its_bytes(mark: str) -> None:
    """Behind what stands before it."""
    found = short(mark + DIGEST)
    assert isinstance(found, bytes)
    assert len(found) == len(mark) + 32
    assert digits(found) == mark + DIGEST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "x",
        DIGEST[1:],
        DIGEST.upper(),
        "é" + DIGEST,
        "ab" + DIGEST,
        "g" * 64,
        " " + DIGEST[:31] + " " + DIGEST[32:],
    ],
)
def test_what_is_no_digest_is_text(text: str) -> None:
    """It is kept as it stands."""
    assert short(text) == text
    assert digits(text) == text


def test_any_bytes_are_read_as_a_digest() -> None:
    """Also those of a broken disk."""
    assert digits(b"") == ""
    assert digits(b"\xff" * 33) == "\ufffd" + "ff" * 32


def test_rows_hold_little(store: SqliteOrderStore, path: Path) -> None:
    """A whole life with a return: its documents, digests and snapshot."""
    live(shop_on(store))
    with raw(path) as file:
        for table, column, most in (
            ("decisions", "document", 200),
            ("decisions", "digest", 32),
            ("decisions", "fingerprint", 33),
            ("effects", "intent", 150),
            ("effects", "request_hash", 32),
            ("snapshots", "document", 1_200),
        ):
            ((mean,),) = file.execute(
                f"SELECT avg(length({column})) "  # noqa: S608
                f"FROM orderlife_{table}"
            ).fetchall()
            assert mean <= most, (table, column)
        ((kind,),) = file.execute(
            "SELECT DISTINCT typeof(intent) FROM orderlife_effects"
        ).fetchall()
        assert kind == "blob"


def flip(
    file: sqlite3.Connection, table: str, column: str, where: str
) -> None:
    """Change one byte of what is deflated."""
    ((found,),) = file.execute(
        f"SELECT {column} FROM orderlife_{table} {where}"  # noqa: S608
    ).fetchall()
    changed = found[:20] + bytes([found[20] ^ 1]) + found[21:]
    file.execute(
        f"UPDATE orderlife_{table} SET {column} = ? {where}",  # noqa: S608
        (changed,),
    )


def test_a_flipped_bit_of_a_decision_is_found(path: Path) -> None:
    """By whoever verifies it, reads it, or reads the feed."""
    with opened(path) as store:
        shop_on(store).place()
    with raw(path) as file:
        file.execute("DROP TRIGGER orderlife_decisions_stay")
        flip(file, "decisions", "document", "WHERE number = 2")
    with opened(path) as store:
        desk = shop_on(store).desk
        with pytest.raises(ChainBrokenError):
            desk.verify("o1")
        with pytest.raises(CodecError):
            store.load("o1")
        first = len(store.feed(ReadFeed()))
        with pytest.raises(CodecError):
            store.feed(ReadFeed(after=first))


def test_a_flipped_bit_of_a_snapshot_costs_nothing(path: Path) -> None:
    """The decisions tell all."""
    with opened(path) as store:
        live(shop_on(store))
        before = store.load("o1")
    with raw(path) as file:
        flip(file, "snapshots", "document", "")
    with opened(path) as store:
        assert store.load("o1") == before


def test_a_flipped_bit_of_a_request_is_handed_to_a_person(path: Path) -> None:
    """It is not performed."""
    with opened(path) as store:
        store.commit(commit(intents=(intent("o1:capture:1"),)))
        with raw(path) as file:
            flip(file, "effects", "intent", "")
        assert claim(store) == ()
        (found,) = store.backlog(FindBacklog())
        assert found.state is EffectState.ATTENTION
        said = "operation o1:capture:1 of order o1: not JSON"
        with raw(path) as file:
            noted = file.execute("SELECT note FROM orderlife_effects")
            ((note,),) = noted.fetchall()
            assert note.startswith(said)
        for read in (store.effects, store.kept):
            with pytest.raises(CodecError, match=said):
                read("o1")


def test_another_id_of_the_database_is_noticed(path: Path) -> None:
    """Also where another process has given it, between two commits."""
    with opened(path) as store, opened(path) as other:
        asked = (intent("o1:capture:1"), intent("o1:capture:2"))
        store.commit(commit(intents=asked[:1]))
        first = store.id
        second = other.renew_id()
        loaded = store.load("o1")
        assert loaded is not None
        names = frozenset(("o1:capture:2",))
        mine = ClaimNew(owner="a", until=START + MINUTE, operations=names)
        outcome = store.commit(
            commit(1, head=loaded.head, intents=asked[1:], claim=mine)
        )
        assert isinstance(outcome, Committed)
        (claimed,) = outcome.claimed
        keys = [
            provider_key(each.operation_id, store=made)
            for each, made in zip(asked, (first, second), strict=True)
        ]
        assert claimed.key == keys[1]
        assert [each.key for each in store.effects("o1")] == keys


def test_many_effects_are_one_statement(store: SqliteOrderStore) -> None:
    """Eight at a time."""
    asked = tuple(intent(f"o1:capture:{number}") for number in range(11))
    told: list[str] = []
    connection = store._connection()
    connection.set_trace_callback(told.append)
    store.commit(commit(intents=asked))
    connection.set_trace_callback(None)
    made = [text for text in told if "INTO orderlife_effects" in text]
    assert len(made) == 2
    names = [each.operation_id for each in store.effects("o1")]
    assert names == [each.operation_id for each in asked]


def test_what_else_is_not_allowed_is_told_as_it_is(
    store: SqliteOrderStore, path: Path
) -> None:
    """Nobody is sent to look for an operation that is not there."""
    with raw(path) as file:
        file.execute(
            "CREATE TRIGGER mine BEFORE INSERT ON orderlife_effects "
            "BEGIN SELECT RAISE(ABORT, 'not today'); END"
        )
    asked = commit(intents=(intent("o1:capture:1"),))
    with pytest.raises(PortError, match="not today"):
        store.commit(asked)


@pytest.mark.parametrize(("size", "found"), [(None, 2048), (4096, 4096)])
def test_pages_are_small(path: Path, size: int | None, found: int) -> None:
    """Of a file that is made; one that is there keeps its own."""
    if size:
        with raw(path) as file:
            file.execute(f"PRAGMA page_size = {size}")
            file.execute("CREATE TABLE mine (x)")
    with opened(path), raw(path) as file:
        assert file.execute("PRAGMA page_size").fetchall() == [(found,)]


def test_no_row_makes_a_table(store: SqliteOrderStore, path: Path) -> None:
    """As a constraint or an index with a list of values would."""
    names = "state due_at note doubted tenant order_id operation_id renewed "
    names += "claimed_by attempts until owner now"
    values = dict.fromkeys(names.split(), 1)
    rows = store._sql.insert_effects(1)
    with raw(path) as file:
        for text, given_ in (
            (rows, (1,) * rows.count("?")),
            (store._sql.settle, values),
            (store._sql.claim, values),
        ):
            plan = file.execute(f"EXPLAIN {text}", given_).fetchall()
            assert "OpenEphemeral" not in {row[1] for row in plan}


def test_an_input_is_not_replaced(store: SqliteOrderStore, path: Path) -> None:
    """By a decision of another number either."""
    shop_on(store).place()
    before = store.links("o1")
    with (
        raw(path) as file,
        pytest.raises(sqlite3.IntegrityError, match="decisions are never"),
    ):
        file.execute(
            "INSERT OR REPLACE INTO orderlife_decisions SELECT tenant, "
            "order_id, 99, position + 99, first_version, last_version, "
            "input_id, fingerprint, digest, document "
            "FROM orderlife_decisions WHERE number = 1"
        )
    assert before == store.links("o1")


def test_a_decision_without_an_event_has_no_place_in_the_feed(
    store: SqliteOrderStore, path: Path
) -> None:
    """And the next one has the next."""
    store.commit(commit())
    idle = commit(1, events=(), input_id="command:idle", fingerprint="f")
    store.commit(idle)
    store.commit(commit(1))
    assert [each.position for each in store.feed(ReadFeed())] == [1, 2]
    with raw(path) as file:
        found = file.execute(
            "SELECT position FROM orderlife_decisions ORDER BY number"
        )
        assert found.fetchall() == [(1,), (0,), (2,)]
