"""Two who meet on one order are told apart, whoever comes first."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import attrs
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from orderlife import Case
from orderlife.engine.chain import verify
from orderlife.memory.clock import START
from orderlife.ports.store import (
    Answer,
    ClaimEffects,
    ClaimLost,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    Effect,
    EffectState,
    FindDueTimers,
    Repeated,
    Stale,
)
from orderlife_adapters._postgres_driver import run
from orderlife_adapters.postgres import PostgresOrderStore
from tests.desk.test_store import claim, commit, intent, settle
from tests.stores.postgresql import begun, rows, waits_for_lock

S = EffectState
MINUTE = timedelta(minutes=1)
URL = "{url}{more}options=-c%20default_transaction_isolation%3D{level}"


@attrs.frozen
class Meeting:
    """Somebody is in the middle of a transaction."""

    url: str
    store: PostgresOrderStore
    first: PostgresOrderStore
    """The store, joined to that transaction."""
    connection: psycopg.Connection[Any]
    others: ThreadPoolExecutor

    def claim(self, request: ClaimEffects) -> tuple[Effect, ...]:
        """The statement alone, for as long as the transaction lasts.

        A store refuses to claim within one; its own is just as long as
        the statement, and this one waits for a test.
        """
        return run(self.first._orders.claim(request), self.connection)

    def then(self, doing: Callable[[], Any]) -> Future[Any]:
        """Somebody else does something, and has to wait for a lock."""
        future = self.others.submit(doing)
        waits_for_lock(self.url)
        assert not future.done()
        return future


@pytest.fixture(params=["read committed", "serializable"])
def meeting(
    request: pytest.FixtureRequest, postgres_url: str
) -> Iterator[Meeting]:
    """An order, and a transaction that is under way."""
    level = request.param.replace(" ", "%5C%20")
    more = "&" if "?" in postgres_url else "?"
    url = URL.format(url=postgres_url, more=more, level=level)
    with (
        begun(url) as store,
        ThreadPoolExecutor(2) as others,
        # Closed first, whatever happens: the others may wait for it.
        psycopg.connect(url) as connection,
    ):
        found = rows(url, "SHOW transaction_isolation")
        assert found == [(request.param,)]
        # Only what comes second runs at the other level.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        yield Meeting(url, store, store.joined(connection), connection, others)


def test_of_two_decisions_on_one_version_one_is_stored(
    meeting: Meeting,
) -> None:
    """Whoever comes second waits, and decides anew."""
    assert meeting.first.commit(commit(1)) == Committed(version=2)
    second = meeting.then(lambda: meeting.store.commit(commit(1)))
    meeting.connection.commit()
    assert second.result() == Stale(version=2)
    assert len(meeting.store.history("o1")) == 2


def test_what_is_rolled_back_was_never_there(meeting: Meeting) -> None:
    """Whoever has waited for it is stored instead."""
    for order_id, version in (("o1", 1), ("o2", 0)):
        mine = commit(version, order_id, input_id="command:c")
        meeting.first.commit(mine)
        second = meeting.then(partial(meeting.store.commit, mine))
        meeting.connection.rollback()
        assert second.result() == Committed(version=version + 1)


def test_the_same_input_twice_at_once_is_answered_once(
    meeting: Meeting,
) -> None:
    """The second is given the first's answer."""
    twice = commit(1, input_id="command:c1", fingerprint="f")
    meeting.first.commit(twice)
    second = meeting.then(lambda: meeting.store.commit(twice))
    meeting.connection.commit()
    answer = Answer(fingerprint="f", first_version=1, last_version=2)
    assert second.result() == Repeated(answer)


def test_an_input_that_records_nothing_is_answered_once(
    meeting: Meeting,
) -> None:
    """The version does not tell two of them apart, the answer does."""
    twice = commit(1, events=(), input_id="command:c1", fingerprint="f")
    assert meeting.first.commit(twice) == Committed(version=1)
    second = meeting.then(lambda: meeting.store.commit(twice))
    meeting.connection.commit()
    answer = Answer(fingerprint="f", first_version=1, last_version=1)
    assert second.result() == Repeated(answer)


def test_an_order_that_is_placed_twice_at_once_is_there_once(
    meeting: Meeting,
) -> None:
    """With the same command it is repeated, with another it is stale."""
    placed = commit(0, "o2", input_id="command:c1", fingerprint="f")
    other = commit(0, "o2", input_id="command:c2")
    meeting.first.commit(placed)
    second = meeting.then(lambda: meeting.store.commit(placed))
    third = meeting.others.submit(meeting.store.commit, other)
    waits_for_lock(meeting.url, 2)
    meeting.connection.commit()
    answer = Answer(fingerprint="f", first_version=0, last_version=1)
    assert second.result() == Repeated(answer)
    assert third.result() == Stale(version=1)
    assert len(meeting.store.history("o2")) == 1


def test_a_zombie_that_is_overtaken_right_now_changes_nothing(
    meeting: Meeting,
) -> None:
    """Its claim held when it began, and does not when it is its turn."""
    claim(meeting.store, "a")
    late = START + MINUTE
    request = ClaimEffects(now=late, until=late + MINUTE, owner="b")
    (taken,) = meeting.claim(request)
    assert taken.claimed_by == "a"
    mine = settle("o1:capture:1", claimed_by="a", attempts=1)
    outcome = commit(1, settles=(mine,), input_id="fact:f1")
    second = meeting.then(lambda: meeting.store.commit(outcome))
    alone = meeting.others.submit(meeting.store.settle, mine)
    waits_for_lock(meeting.url, 2)
    meeting.connection.commit()
    assert second.result() == ClaimLost()
    assert alone.result() is False
    (effect,) = meeting.store.effects("o1")
    assert (effect.state, effect.claimed_by) == (S.CLAIMED, "b")
    assert len(meeting.store.history("o1")) == 1


def test_a_claim_passes_over_what_others_are_at(meeting: Meeting) -> None:
    """It does not wait, and does not get what it did not claim."""
    meeting.store.commit(commit(1, intents=(intent("o1:capture:2"),)))
    request = ClaimEffects(now=START, until=START + MINUTE, owner="a")
    (first,) = meeting.claim(request)
    many = attrs.evolve(request, owner="b", limit=9)
    (second,) = meeting.others.submit(meeting.store.claim, many).result(30)
    assert first.operation_id == "o1:capture:1"
    assert second.operation_id == "o1:capture:2"
    meeting.connection.commit()
    owners = [each.claimed_by for each in meeting.store.effects("o1")]
    assert owners == ["a", "b"]


def test_settling_in_any_order_is_no_deadlock(meeting: Meeting) -> None:
    """Effects are locked before the order, by their names."""
    meeting.store.commit(commit(1, intents=(intent("o1:capture:2"),)))
    both = (settle("o1:capture:2"), settle("o1:capture:1"))
    meeting.first.commit(commit(2, settles=both))
    again = commit(2, settles=both[::-1])
    second = meeting.then(lambda: meeting.store.commit(again))
    meeting.connection.commit()
    assert second.result() == Stale(version=3)


def contend(
    store: PostgresOrderStore, name: str, times: int
) -> list[CommitOutcome]:
    """Store so many decisions on one order, whoever else does."""
    outcomes: list[CommitOutcome] = []
    for number in range(times):
        outcome: CommitOutcome = Stale(version=0)
        while isinstance(outcome, Stale):
            loaded = store.load("o1")
            assert loaded is not None
            version, head = loaded.case.version, loaded.head
            operation = f"o1:x:{name}-{number}"
            decision: Commit[Case] = commit(
                version,
                head=head,
                input_id=f"command:{name}-{number}",
                intents=(intent(operation),),
            )
            outcome = store.commit(decision)
        outcomes.append(outcome)
    return outcomes


def in_a_process(url: str, name: str, times: int) -> None:
    """Contend, in a process of one's own."""
    with ConnectionPool(url, min_size=1, max_size=1, open=True) as pool:
        contend(PostgresOrderStore(pool), name, times)


@pytest.mark.parametrize("level", ["read%5C%20committed", "serializable"])
def test_many_threads_leave_one_history(postgres_url: str, level: str) -> None:
    """Nothing is lost and nothing is there twice; the chain holds."""
    more = "&" if "?" in postgres_url else "?"
    url = URL.format(url=postgres_url, more=more, level=level)
    with (
        begun(postgres_url) as plain,
        ConnectionPool(url, min_size=6, max_size=6, open=True) as pool,
        ThreadPoolExecutor(6) as threads,
    ):
        store = PostgresOrderStore(pool)
        names = "abcdef"
        done = list(threads.map(lambda n: contend(store, n, 10), names))
        found = plain.load("o1")
        assert found is not None
        assert found.case.version == 61
        verify("o1", plain.links("o1"), found.head)
        assert len(plain.effects("o1")) == 61
        versions = [each.version for one in done for each in one]  # type: ignore[union-attr]
        assert sorted(versions) == list(range(2, 62))


@pytest.mark.one_python
def test_many_processes_leave_one_history(postgres_url: str) -> None:
    """The same between processes."""
    spawn = multiprocessing.get_context("spawn")
    with begun(postgres_url) as store:
        processes = [
            spawn.Process(target=in_a_process, args=(postgres_url, name, 10))
            for name in "abc"
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        assert [0, 0, 0] == [process.exitcode for process in processes]
        found = store.load("o1")
        assert found is not None
        assert found.case.version == 31
        verify("o1", store.links("o1"), found.head)


def test_each_effect_is_claimed_by_one(postgres_url: str) -> None:
    """However many claim at once, nothing is claimed twice or left."""
    with begun(postgres_url) as first:
        intents = tuple(intent(f"o1:x:{number:02}") for number in range(60))
        first.commit(commit(1, intents=intents))
        claimed: list[str] = []
        lock = threading.Lock()

        def work(owner: str) -> None:
            with ConnectionPool(postgres_url, min_size=1, open=True) as pool:
                store = PostgresOrderStore(pool)
                request = ClaimEffects(
                    now=START, until=START + MINUTE, owner=owner, limit=3
                )
                while effects := store.claim(request):
                    with lock:
                        claimed.extend(e.operation_id for e in effects)

        with ThreadPoolExecutor(4) as threads:
            for _ in threads.map(work, "abcd"):
                pass
        wanted = ["o1:capture:1", *(f"o1:x:{n:02}" for n in range(60))]
        assert wanted == sorted(claimed)
        attempts = {each.attempts for each in first.effects("o1")}
        assert attempts == {1}


def test_denials_that_come_at_once_are_all_there(postgres_url: str) -> None:
    """None takes the place of another."""
    with begun(postgres_url) as store, ThreadPoolExecutor(4) as threads:
        denials = [
            Denial(
                order_id="o1",
                command_id=f"c{number}",
                command="PlaceOrder",
                actor="staff:eve",
                why="not yours",
                at=START,
            )
            for number in range(40)
        ]
        list(threads.map(store.deny, denials))
        found = store.denials("o1")
        assert len(found) == 40
        assert set(found) == set(denials)


def test_a_joined_input_that_meets_its_twin_is_answered(
    postgres_url: str,
) -> None:
    """The head tells them apart, and the answer is there by then."""
    twice = commit(1, events=(), input_id="command:c1")
    with (
        begun(postgres_url) as store,
        ThreadPoolExecutor(1) as others,
        psycopg.connect(postgres_url) as second,
        psycopg.connect(postgres_url) as first,
    ):
        store.joined(first).commit(twice)
        late = others.submit(store.joined(second).commit, twice)
        waits_for_lock(postgres_url)
        first.commit()
        assert isinstance(late.result(), Repeated)


def test_an_application_joins_its_own_transaction(postgres_url: str) -> None:
    """What it stores beside an order is there with it, or neither is."""
    with begun(postgres_url) as store, psycopg.connect(postgres_url) as own:
        own.execute("CREATE TABLE mine (note TEXT)")
        own.commit()
        for end in (own.rollback, own.commit):
            own.execute("INSERT INTO mine VALUES ('beside it')")
            assert store.joined(own).commit(commit(1)) == Committed(version=2)
            end()
        assert store.due_timers(FindDueTimers(now=START)) == ()
        assert len(store.history("o1")) == 2
        assert rows(postgres_url, "SELECT * FROM mine") == [("beside it",)]
