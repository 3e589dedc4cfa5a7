"""What is folded away: found if it is changed, and whole if all dies."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs
import psycopg
import pytest

from orderlife import OrderDesk
from orderlife.engine.chain import digest
from orderlife.errors import AlteredError, ChainBrokenError, CodecError
from orderlife.memory.clock import START
from orderlife.ports.store import (
    Archive,
    ClaimLost,
    Committed,
    FindAnswer,
    FindOrders,
    Link,
    OrderSummary,
    ReadFeed,
    Stale,
)
from orderlife.testing import InMemoryOrderStore
from orderlife_adapters import _sqlite_reading, _words
from orderlife_adapters._archives import fold
from orderlife_adapters._words import deflated, inflated
from tests.desk.shop import Shop
from tests.desk.test_store import commit, intent, settle
from tests.stores.postgresql import async_store, sync_store
from tests.stores.sqlite import judged, opened, path, raw, shop_on
from tests.stores.test_sqlite_processes import python

__all__ = ["path"]

DAY: Final = timedelta(days=1)
ARCHIVE: Final = Archive(now=START + 9 * DAY, closed_before=START + DAY)
Run: TypeAlias = Callable[..., Any]


@attrs.frozen
class Place:
    """A store with two orders, one of them folded away, and its rows."""

    store: Any
    run: Run
    version: int
    """The version of the one that is folded away."""

    @property
    def document(self) -> bytes:
        """What it has folded away."""
        query = "SELECT document FROM orderlife_archives"
        ((found,),) = self.run(query)
        return bytes(found)

    def replace(self, document: bytes) -> None:
        """Put something else in its place."""
        mark = "?" if isinstance(self.run, _Sqlite) else "%s"
        self.run(f"UPDATE orderlife_archives SET document = {mark}", document)  # noqa: S608

    def desk(self) -> OrderDesk:
        """A desk on the store."""
        shop = Shop()
        return shop.another(store=self.store)


@attrs.frozen
class _Sqlite:
    file: sqlite3.Connection

    def __call__(self, query: str, *values: Any) -> list[Any]:
        return self.file.execute(query, values).fetchall()


@attrs.frozen
class _Postgres:
    connection: psycopg.Connection[Any]

    def __call__(self, query: str, *values: Any) -> list[Any]:
        found = self.connection.execute(query.encode(), values)
        return found.fetchall() if found.description else []


def lived(store: Any, *, folds: bool = True) -> None:
    """Two orders are placed and called off; one is folded away."""
    shop = Shop()
    shop.desk = shop.another(store=store)
    for order_id in ("o1", "o2"):
        shop.place(order_id=order_id)
        shop.desk.cancel(order_id, command_id=f"cancel-{order_id}")
        shop.clock.advance(7 * DAY)
    if folds:
        assert store.archive(ARCHIVE) == ("o1",)


@pytest.fixture(params=["sqlite", "postgres", "async"])
def place(request: pytest.FixtureRequest, path: Path) -> Iterator[Place]:
    """A store of each kind, which keeps no cases at hand."""
    with contextlib.ExitStack() as stack:
        run: Run
        if request.param == "sqlite":
            store: Any = stack.enter_context(opened(path, cases=0))
            run = _Sqlite(stack.enter_context(raw(path)))
        else:
            url = request.getfixturevalue("postgres_url")
            kind = sync_store if request.param == "postgres" else async_store
            store = stack.enter_context(kind(url, cases=0))
            store.migrate()
            run = _Postgres(
                stack.enter_context(psycopg.connect(url, autocommit=True))
            )
        lived(store)
        yield Place(store, run, store.load("o1").case.version)


def _text(document: bytes) -> list[str]:
    return inflated(document).split("\n")


def _deflated(lines: list[str]) -> bytes:
    return deflated("\n".join(lines).encode())


def _with(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    """Change what stands in the first line of a document."""

    def changed(document: bytes) -> bytes:
        first, *lines = _text(document)
        data = json.loads(first)
        change(data)
        return _deflated([json.dumps(data), *lines])

    return changed


def _set(*path_: int, to: object) -> Callable[[bytes], bytes]:
    def change(data: Any) -> None:
        for each in path_[:-1]:
            data = data[each]
        data[path_[-1]] = to

    return _with(change)


_MOST: Final = 1 << 20
"""The most bytes that a document may have here."""

BROKEN: Final[dict[str, Callable[[bytes], bytes]]] = {
    "nothing": lambda _: b"",
    "of other words": zlib.compress,
    "garbage": lambda _: b"\x00\xff" * 50,
    "cut": lambda document: document[:-9],
    "more behind it": lambda document: document + b"x",
    "a bomb": lambda _: deflated(b"[" * 2 * _MOST),
    "no text": lambda _: deflated(b"\xff\xfe"),
    "no list": lambda _: deflated(b"{}"),
    "no JSON": lambda _: deflated(b"["),
    "deep": lambda _: deflated(b"[" * 1_000_000),
    "a line less": lambda document: _deflated(_text(document)[:-1]),
    "another order's": _set(0, to="o2"),
    "a decision without an input": _set(1, 0, to=["x"]),
    "an effect of fewer columns": _set(2, 0, to=[1]),
    "an effect of texts": _set(2, 0, 0, to="1"),
    "an effect beyond all numbers": _set(2, 0, 0, to=2**63),
    "an effect that is open": _with(
        lambda data: data[2][0].__setitem__(
            data[2][0].index("done"), "pending"
        )
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_archive_is_an_error_of_its_own(
    place: Place, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the order, nothing is stored, and the other one goes on."""
    # The real limit takes seconds to be reached: see test_words.
    monkeypatch.setattr(_words, "MAX_DOCUMENT", _MOST)
    place.replace(BROKEN[name](place.document))
    store, desk = place.store, place.desk()
    for ask in (
        lambda: store.load("o1"),
        lambda: store.history("o1"),
        lambda: store.links("o1"),
        lambda: store.effects("o1"),
        lambda: store.kept("o1"),
        lambda: store.feed(ReadFeed(limit=1)),
        lambda: store.answer(FindAnswer(order_id="o1", input_id="command:x")),
        lambda: store.commit(commit(place.version)),
        lambda: desk.verify("o1"),
    ):
        with pytest.raises(CodecError, match="o1"):
            ask()
    desk.verify("o2")
    assert [each.order_id for each in store.orders(FindOrders())] == [
        "o1",
        "o2",
    ]
    later = Archive(now=START + 99 * DAY, closed_before=START + 98 * DAY)
    assert store.archive(later) == ("o2",)


def test_a_changed_archive_is_found(place: Place) -> None:
    """Its digests follow from its bytes, up to the order's own."""
    place.desk().verify("o1")
    lines = _text(place.document)
    changed = [line.replace("EUR", "USD", 1) for line in lines]
    place.replace(_deflated(changed))
    with pytest.raises(ChainBrokenError):
        place.desk().verify("o1")


def test_rows_without_what_they_have_folded_away(place: Place) -> None:
    """It is told that it is lost; the feed names the place, to go on."""
    place.run("DELETE FROM orderlife_archives")
    store, desk = place.store, place.desk()
    asked: tuple[Any, ...] = (
        lambda: store.load("o1"),
        lambda: store.history("o1"),
        lambda: store.feed(ReadFeed()),
    )
    for ask in asked:
        with pytest.raises(CodecError, match="0 events where"):
            ask()
    with pytest.raises(ChainBrokenError):
        desk.verify("o1")
    assert store.effects("o1") == ()
    found = FindAnswer(order_id="o1", input_id="command:cancel-o1")
    assert store.answer(found) is None
    desk.verify("o2")


def test_an_order_that_has_nothing_folded_away(place: Place) -> None:
    """Though it is marked so, it goes on."""
    for marked in ("1", "true"):
        with contextlib.suppress(psycopg.Error):
            place.run(
                f"UPDATE orderlife_orders SET archived = {marked} "  # noqa: S608
                "WHERE order_id = 'o2'"
            )
    before = place.store.history("o2")
    head = place.store.load("o2").head
    late = commit(len(before), "o2", head=head)
    assert place.store.commit(late) == Committed(version=len(before) + 1)
    assert place.store.history("o2")[:-1] == before


def test_a_claim_that_was_lost_leaves_an_order_to_be_folded_away(
    place: Place,
) -> None:
    """It was put back for a decision of which nothing has come."""
    before = place.store.history("o1")
    asked = place.store.effects("o1")[0].operation_id
    lost = commit(
        place.version, settles=(settle(asked, claimed_by="another"),)
    )
    assert place.store.commit(lost) == ClaimLost()
    assert place.store.history("o1") == before
    assert place.store.archive(ARCHIVE) == ("o1",)
    assert place.store.history("o1") == before


def test_rows_are_emptied_for_the_archive_alone(place: Place) -> None:
    """Who means it well cannot change a decision, emptied or not."""
    for order_id, change in (
        ("o2", "document = ''"),
        ("o2", "digest = ''"),
        ("o1", "number = 99 - number"),
        ("o1", "last_version = 99"),
        ("o1", "order_id = 'o3'"),
    ):
        with pytest.raises((sqlite3.Error, psycopg.Error), match="never"):
            place.run(
                f"UPDATE orderlife_decisions SET {change} "  # noqa: S608
                f"WHERE order_id = '{order_id}'"
            )
    with pytest.raises((sqlite3.Error, psycopg.Error), match="never"):
        place.run("DELETE FROM orderlife_decisions WHERE order_id = 'o2'")


def test_what_does_not_fit_is_not_folded_away(place: Place) -> None:
    """What somebody has changed stays as it is, to be looked into."""
    later = Archive(now=START + 99 * DAY, closed_before=START + 98 * DAY)
    place.run("UPDATE orderlife_effects SET request_hash = 'x'")
    assert place.store.archive(later) == ()
    with pytest.raises(AlteredError):
        place.desk().verify("o2")


def test_a_line_break_is_not_folded_away() -> None:
    """No document has one; whatever has is left as it is."""
    link = Link(
        number=1,
        first_version=0,
        last_version=1,
        input_id="",
        fingerprint="",
        document="{\n}",
        digest="",
    )
    head = digest("o1", "", link)
    assert fold("o1", head, [attrs.evolve(link, digest=head)], []) is None
    assert fold("o1", "another", [link], []) is None


def test_the_words_of_archives_stay() -> None:
    """Whoever changes one can read nothing that was folded away before."""
    words = files("orderlife_adapters") / "archive-1.txt"
    known = "0025f5a059d3f69c42e1e58e5b70a2e6885832773a8ba5d5c4fa00a8b40feb58"
    assert known == hashlib.sha256(words.read_bytes()).hexdigest()


DIES: Final = """
import os, signal, sys
from pathlib import Path
from tests.stores.sqlite import opened
from tests.stores.test_archives import ARCHIVE, late, lived

folder, what = sys.argv[1:]


def live(path, left):
    def count(statement):
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    with opened(path, cases=0) as store:
        store._connection().set_trace_callback(count)
        if what == "fold":
            store.archive(ARCHIVE)
        else:
            store.commit(late(store))


status = -1
for number in range(1, 200):
    path = Path(folder, f"{number}.db")
    with opened(path) as store:
        lived(store, folds=what == "unfold")
    child = os.fork()
    if not child:
        live(path, number)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not status:
        break
    assert os.WTERMSIG(status) == signal.SIGKILL, status
assert not status
"""


def late(store: Any) -> Any:
    """A late decision on the first order."""
    loaded = store.load("o1")
    return commit(
        loaded.case.version,
        head=loaded.head,
        input_id="fact:late",
        case=loaded.case,
    )


@pytest.mark.one_python
@pytest.mark.parametrize("what", ["fold", "unfold"])
def test_a_killed_process_leaves_all_or_nothing(
    tmp_path: Path, what: str
) -> None:
    """Before each statement: folded away or not, and never in between."""
    expected = tmp_path / "expected.db"
    with opened(expected) as store:
        lived(store, folds=False)
        parts = _parts(store)
    folder = tmp_path / "killed"
    folder.mkdir()
    process = python(DIES, str(folder), what)
    process.communicate(timeout=300)
    assert process.returncode == 0
    files_ = sorted(folder.glob("*.db"))
    assert len(files_) > 12
    folded = 0
    for each in files_:
        with opened(each) as store, raw(each) as file:
            query = "SELECT count(*) FROM orderlife_archives"
            ((found,),) = file.execute(query).fetchall()
            folded += found
            if what == "fold" or found:
                assert _parts(store) == parts
                shop_on(store).desk.verify("o1")
            assert store.commit(late(store)) != Stale(version=0)
            assert len(store.history("o1")) > len(parts[0])
    # Once it is folded away, one more is looked for; what is unfolded is
    # so at the very end.
    assert folded == (2 if what == "fold" else len(files_) - 1)


def _parts(store: Any) -> tuple[Any, ...]:
    """What must be there: each event, each effect, and how that ended."""
    events = [type(each.event) for each in store.history("o1")]
    effects = [(e.operation_id, e.state) for e in store.effects("o1")]
    return events, effects


def test_a_life_is_the_same_however_often_it_is_folded_away(
    tmp_path: Path,
) -> None:
    """At each rest in which it is closed; what comes later unfolds it."""

    def folds_away(store: Any) -> int:
        real, folded = store.commit, []

        def folding(decision: Any) -> Any:
            far = START + 9_999 * DAY
            folded.extend(store.archive(Archive(now=far, closed_before=far)))
            return real(decision)

        store.commit = folding
        lived_through(store)
        return len(folded)

    def lived_through(store: Any) -> None:
        shop = shop_on(store)
        shop.place()
        shop.dispatch()
        shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
        for number in range(3):
            shop.clock.advance(9 * DAY)
            shop.desk.work()
            shop.desk.report(judged(fact_id=f"f{number}"))
        shop.desk.returns.request("o1", {"1": 1}, "defective")
        shop.desk.returns.receive(
            "o1-t1", {"1": 1}, parcel_id="parcel1", at=shop.clock()
        )
        shop.desk.verify("o1")

    with opened(tmp_path / "plain.db", cases=0) as store:
        lived_through(store)
        expected = _parts(store)
    with opened(tmp_path / "folded.db", cases=0) as store:
        assert folds_away(store) > 1
        assert _parts(store) == expected


def test_an_archive_of_more_decisions_than_rows_is_refused(
    place: Place,
) -> None:
    """Each belongs to a row, and none to two."""
    first, *lines = _text(place.document)
    data = json.loads(first)
    data[1].insert(0, ["", ""])
    place.replace(_deflated([json.dumps(data), "", *lines]))
    for ask in (place.store.load, place.store.links, place.store.kept):
        with pytest.raises(CodecError, match="decisions of order o1"):
            ask("o1")


def test_an_answer_whose_row_is_gone_is_none(path: Path) -> None:
    """The input is known, and nobody knows what it came to."""
    with opened(path, cases=0) as store, raw(path) as file:
        lived(store)
        found = FindAnswer(order_id="o1", input_id="command:cancel-o1")
        assert store.answer(found) is not None
        file.execute("DELETE FROM orderlife_decisions WHERE order_id = 'o1'")
        assert store.answer(found) is None


def test_who_changes_an_order_is_first(path: Path) -> None:
    """One that was found closed, and is not any more, stays as it is."""
    with opened(path) as store:
        store.commit(commit())
        with store._at.writing() as connection:
            values = {"tenant": "", "order_id": "o1", "before": 2**62}
            assert not store._fold(connection, values)


@pytest.mark.parametrize("kind", ["sqlite", "memory"])
def test_a_settle_alone_begins_no_new_rest(kind: str, path: Path) -> None:
    """What comes of an effect is no event of its order."""
    with opened(path) as made:
        store: Any = made if kind == "sqlite" else InMemoryOrderStore[Any]()
        summary = OrderSummary(order_id="o1", order_status="cancelled")
        asked = (intent("o1:capture:1"),)
        store.commit(commit(intents=asked, summary=summary))
        head = store.load("o1").head
        settled = commit(
            1,
            head=head,
            events=(),
            settles=(settle("o1:capture:1"),),
            summary=summary,
            now=START + 7 * DAY,
        )
        store.commit(settled)
        assert store.archive(ARCHIVE) == ("o1",)


@pytest.fixture
def racing(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store whose order is unfolded between its first read and the next."""
    with opened(path, cases=0) as store, opened(path) as other:
        lived(store)
        moment = _sqlite_reading._moment

        @contextlib.contextmanager
        def late(connection: sqlite3.Connection) -> Iterator[None]:
            monkeypatch.setattr(_sqlite_reading, "_moment", moment)
            other.commit(commit(other.load("o1").case.version))  # type: ignore[union-attr]
            with moment(connection):
                yield

        monkeypatch.setattr(_sqlite_reading, "_moment", late)
        yield store


def test_an_answer_is_given_whoever_unfolds_the_order(racing: Any) -> None:
    """A command that comes again is never refused."""
    found = FindAnswer(order_id="o1", input_id="command:cancel-o1")
    assert racing.answer(found) is not None


def test_effects_are_given_whoever_unfolds_the_order(racing: Any) -> None:
    """None of an order that has some was given."""
    assert racing.effects("o1")


def test_an_order_that_says_so_wrongly_ends_no_round(path: Path) -> None:
    """It was looked at for ever, and its turn to write taken each time."""
    with opened(path) as store, raw(path) as file:
        lived(store, folds=False)
        file.execute("UPDATE orderlife_orders SET archived = 1")
        assert store.archive(ARCHIVE) == ()


def test_an_order_that_cannot_be_folded_keeps_no_others_from_it(
    path: Path,
) -> None:
    """As something is there already that it has folded away."""
    with opened(path) as store, raw(path) as file:
        lived(store, folds=False)
        file.execute(
            "INSERT INTO orderlife_archives (tenant, order_id, document) "
            "VALUES ('', 'o1', x'00')"
        )
        late = attrs.evolve(ARCHIVE, closed_before=START + 8 * DAY)
        assert store.archive(late) == ("o2",)
