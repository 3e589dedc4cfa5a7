"""Whoever is killed, and when: all of a decision is there, or none is."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from orderlife import InDoubtError, OverloadedError
from orderlife.engine.chain import verify
from orderlife.ports.store import Committed, Repeated, Stale
from orderlife_adapters.postgres import PostgresOrderStore
from tests.desk.test_store import commit, intent
from tests.postgres import Server
from tests.stores.postgresql import begun, rows, waits_for_lock

pytestmark = pytest.mark.one_python

ROOT = Path(__file__).parents[2]
CLIENT = """
import sys
from psycopg_pool import ConnectionPool
from orderlife_adapters.postgres import PostgresOrderStore
from tests.stores.test_postgres_crashes import decide

with ConnectionPool(sys.argv[1], min_size=1, max_size=1, open=True) as pool:
    store = PostgresOrderStore(pool)
    for number in range(1, int(sys.argv[2])):
        print(number, flush=True)
        decide(store, number)
"""


def decide(store: PostgresOrderStore, number: int) -> object:
    """Store a decision with an event, an effect and an answer."""
    loaded = store.load("o1")
    assert loaded is not None
    return store.commit(
        commit(
            loaded.case.version,
            head=loaded.head,
            input_id=f"command:{number}",
            intents=(intent(f"o1:x:{number}"),),
        )
    )


def check_whole(store: PostgresOrderStore, url: str) -> int:
    """See that every decision is there with all it has; count them."""
    loaded = store.load("o1")
    assert loaded is not None
    version = loaded.case.version
    verify("o1", store.links("o1"), loaded.head)
    assert [(version - 1,)] == rows(
        url,
        "SELECT count(*) FROM orderlife_decisions WHERE input_id <> ''",
    )
    assert version == len(store.history("o1")) == len(store.effects("o1"))
    return version


def client(url: str, times: int) -> subprocess.Popen[str]:
    """A process that stores decisions."""
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, url, str(times)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_client_that_is_killed_in_a_commit(postgres_url: str) -> None:
    """Its statement is executed whole or not, and others go on."""
    with begun(postgres_url) as store:
        with psycopg.connect(postgres_url) as own:
            own.execute("SELECT FROM orderlife_orders FOR UPDATE")
            with client(postgres_url, 2) as killed:
                waits_for_lock(postgres_url)
                killed.send_signal(signal.SIGKILL)
        # Whatever becomes of it, whoever comes now comes after it; it may
        # still come between the reading and the storing.
        outcome = decide(store, 2)
        if isinstance(outcome, Stale):
            outcome = decide(store, 2)
        assert isinstance(outcome, Committed)
        assert check_whole(store, postgres_url) in {2, 3}


@pytest.mark.parametrize("at", [1, 4, 9])
def test_a_client_that_is_killed_at_any_time(
    postgres_url: str, at: int
) -> None:
    """What it had stored is whole, and no lock is left behind."""
    with begun(postgres_url) as store:
        with client(postgres_url, 1000) as killed:
            assert killed.stdout is not None
            while int(killed.stdout.readline()) < at:
                pass
            killed.send_signal(signal.SIGKILL)
        assert isinstance(decide(store, 0), Committed)
        assert check_whole(store, postgres_url) >= at + 1


def test_a_server_that_is_killed(own_postgres: Server) -> None:
    """Whoever worked goes on; each decision is there once."""
    url = own_postgres.url
    with (
        begun(url),
        ConnectionPool(
            url, min_size=2, max_size=2, timeout=60, open=True
        ) as pool,
        ThreadPoolExecutor(1) as others,
    ):
        store = PostgresOrderStore(pool)

        def work() -> None:
            for number in range(1, 200):
                outcome: object = None
                while outcome is None:
                    try:
                        outcome = decide(store, number)
                    except (InDoubtError, OverloadedError):
                        continue  # with the same id
                assert isinstance(outcome, Committed | Repeated)

        working = others.submit(work)
        for _ in range(2):
            own_postgres.restart()
        working.result(120)
        assert check_whole(store, url) == 200
