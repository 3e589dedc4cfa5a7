"""After a fork each process has connections of its own, or is told.

Each test forks for real, in a process of its own.  Whatever the child
finds wrong is its exit code.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orderlife.ports.store import FindOrders
from tests.stores.postgresql import sync_store
from tests.stores.sqlite import opened, path

__all__ = ["path"]

ROOT = Path(__file__).parents[2]

BEGIN = """
import asyncio, contextlib, os, sqlite3, sys, threading
from pathlib import Path
from orderlife import Address, ForkedError, Line, Money, OrderDesk
from orderlife.testing import Clock
from tests.desk.test_store import commit

where = sys.argv[1]
LINE = Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))
ADA = Address(name="Ada", lines=("1 Way",), city="Bonn", country="DE")


def place(desk, order_id):
    view = desk.place(
        [LINE], ship_to=ADA, pay_with="tok_visa", order_id=order_id
    )
    assert view.status.order == "confirmed", view.status


def in_child(work):
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def ends(child):
    status = os.waitpid(child, 0)[1]
    assert status == 0, status


def is_told(call):
    try:
        call()
    except ForkedError as error:
        assert "before this process was forked" in str(error)
    else:
        raise AssertionError("it was not told")
"""

BOTH_GO_ON = """
desk = OrderDesk.open(where, fakes=True)
desk.ports.inventory.receive("mug", "main", 999, "p")
place(desk, "first")


def work():
    for number in range(10):
        place(desk, f"c{number}")
    assert desk.verify("c9")
    desk.close()


child = in_child(work)
for number in range(10):
    place(desk, f"p{number}")
ends(child)
place(desk, "last")
desk.close()
"""

PARENT_CLOSES = """
desk = OrderDesk.open(where, fakes=True)
desk.ports.inventory.receive("mug", "main", 999, "p")
place(desk, "first")
reading, writing = os.pipe()


def work():
    place(desk, "c1")
    os.read(reading, 1)
    for number in range(2, 5):
        place(desk, f"c{number}")
    desk.close()


child = in_child(work)
place(desk, "p1")
desk.close()
other = OrderDesk.open(where, fakes=True)
place(other, "other")
os.write(writing, b"x")
ends(child)
place(other, "last")
other.close()
"""

BUSY_AT_THE_FORK = """
from orderlife_adapters.sqlite import SqliteOrderStore
from orderlife_adapters.inventory_sqlite import SqliteInventory

store = SqliteOrderStore(where)
store.migrate()
stock = SqliteInventory(where, clock=Clock())
stock.migrate()
with store.transaction() as inside:
    inside.commit(commit(order_id="kept"))

    def work():
        is_told(lambda: inside.load("kept"))
        is_told(lambda: store.load("kept"))
        is_told(lambda: SqliteOrderStore(where).load("kept"))
        is_told(lambda: stock.level("mug"))

    child = in_child(work)
    inside.commit(commit(1, order_id="kept"))
ends(child)
assert len(store.history("kept")) == 2
store.close()
stock.close()
"""

JOINED_AT_THE_FORK = """
from orderlife_adapters.sqlite import SqliteOrderStore
from orderlife_adapters.inventory_sqlite import SqliteInventory

store = SqliteOrderStore(where)
store.migrate()
stock = SqliteInventory(where, clock=Clock())
stock.migrate()
mine = sqlite3.connect(where, isolation_level=None)
mine.execute("BEGIN IMMEDIATE")
joined, stocked = store.joined(mine), stock.joined(mine)
joined.commit(commit(order_id="kept"))
stocked.receive("mug", "main", 9, "p")


def work():
    is_told(lambda: joined.load("kept"))
    is_told(lambda: stocked.level("mug"))
    is_told(lambda: store.load("kept"))


ends(in_child(work))
mine.execute("COMMIT")
assert store.load("kept") is not None
assert stock.level("mug").on_hand == 9
mine.close()
store.close()
stock.close()
"""

LOCKED_AT_THE_FORK = """
desk = OrderDesk.in_memory({"mug": 9})
desk._capacity.__init__(1)
desk._capacity.__enter__()
store = desk.ports.store
held = threading.Event()
done = threading.Event()


def hold():
    with store._lock, desk._capacity._lock:
        held.set()
        done.wait(30)


thread = threading.Thread(target=hold)
thread.start()
held.wait(30)
child = in_child(lambda: place(desk, "o1"))
ends(child)
done.set()
thread.join()
"""

POOLS = """
import psycopg
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from orderlife_adapters.inventory_postgres import (
    AsyncPostgresInventory,
    PostgresInventory,
)
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
)

pool = ConnectionPool(where, min_size=1, max_size=2, open=True)
store = PostgresOrderStore(pool)
store.migrate()
store.commit(commit(order_id="kept"))
stock = PostgresInventory(pool, clock=Clock())
stock.migrate()
mine = psycopg.connect(where)
joined = store.joined(mine)
runner = asyncio.Runner()


async def begin():
    pool = AsyncConnectionPool(where, min_size=1, open=False)
    await pool.open()
    return AsyncPostgresOrderStore(pool), pool


others, their_pool = runner.run(begin())
their_stock = AsyncPostgresInventory(their_pool, clock=Clock())


def work():
    is_told(lambda: store.load("kept"))
    is_told(store.migrate)
    is_told(store.check)
    is_told(lambda: joined.load("kept"))
    is_told(lambda: stock.level("mug"))
    for call in (lambda: others.load("kept"), lambda: their_stock.levels()):
        is_told(lambda: call().send(None))
    with ConnectionPool(where, min_size=1, open=True) as own:
        assert PostgresOrderStore(own).load("kept") is not None


ends(in_child(work))
assert joined.load("kept") == store.load("kept")
assert runner.run(others.load("kept")) is not None
runner.run(their_pool.close())
runner.close()
mine.close()
pool.close()
"""

POOLS_OF_OUR_OWN = """
from orderlife_adapters.postgres import open_stores

stores = open_stores(where, clock=Clock())
before = stores.pool
stores.orders.commit(commit(order_id="kept"))


def unused():
    stores.close()


ends(in_child(unused))


def work():
    assert stores.pool is not before
    assert stores.pool is stores.pool
    assert stores.orders.load("kept") is not None
    stores.close()


ends(in_child(work))
assert stores.pool is before
assert stores.orders.load("kept") is not None
stores.close()
"""


FORKED_AGAIN = """
desk = OrderDesk.open(where, fakes=True)
desk.ports.inventory.receive("mug", "main", 999, "p")
joined = sqlite3.connect(where, isolation_level=None)
joined.execute("BEGIN IMMEDIATE")
stock = desk.ports.inventory.joined(joined)
joined.execute("ROLLBACK")
joined.close()
place(desk, "first")
unraisable = []
sys.unraisablehook = unraisable.append


def work():
    desk.ports.inventory.level("mug")
    place(desk, f"c{number}")


for number in range(3):
    # Nothing is open any more but the stock, at the second and third.
    desk.ports.inventory.level("mug")
    ends(in_child(work))
assert not unraisable, unraisable
place(desk, "last")
desk.close()
"""

FAKES_IN_USE = """
from orderlife.memory.ports import in_memory_ports

ports = in_memory_ports(clock=Clock())
desk = OrderDesk(ports, clock=Clock())
inside, forked = threading.Event(), threading.Event()


def hold():
    fakes = ports.payment, ports.carrier, ports.inventory, ports.notifier
    with contextlib.ExitStack() as held:
        for fake in fakes:
            held.enter_context(fake._operations.lock)
        held.enter_context(ports.payment._operations.script._lock)
        inside.set()
        forked.wait(60)


holder = threading.Thread(target=hold)
holder.start()
inside.wait(60)


def work():
    place(desk, "c")
    desk.shipments.pick("c-s1")
    desk.shipments.pack("c-s1", weight_g=5)
    desk.shipments.dispatch("c-s1")
    assert ports.payment.effects and not ports.notifier.doubled()


child = in_child(work)
forked.set()
holder.join()
ends(child)
"""


def run(program: str, where: str) -> None:
    """Run a program that forks, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program, where],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


EXPECTED = {"first", "last"} | {f"{who}{n}" for who in "cp" for n in range(10)}


def test_both_processes_go_on_in_sqlite(path: Path) -> None:
    """Each order is there, and whole."""
    run(BOTH_GO_ON, str(path))
    with opened(path) as store:
        found = {each.order_id for each in store.orders(FindOrders())}
    assert found == EXPECTED


def test_both_processes_go_on_in_postgres(postgres_url: str) -> None:
    """On a pool each, and nobody reads another's rows."""
    run(BOTH_GO_ON, postgres_url)
    with sync_store(postgres_url) as store:
        found = {each.order_id for each in store.orders(FindOrders())}
    assert found == EXPECTED


def test_nothing_is_lost_when_the_parent_closes(path: Path) -> None:
    """The child's locks are its own: its log is not taken from it."""
    run(PARENT_CLOSES, str(path))
    with opened(path) as store:
        found = {each.order_id for each in store.orders(FindOrders())}
    assert found == {"first", "c1", "c2", "c3", "c4", "p1", "other", "last"}


@pytest.mark.parametrize("program", [BUSY_AT_THE_FORK, JOINED_AT_THE_FORK])
def test_a_file_that_was_in_use_is_refused(path: Path, program: str) -> None:
    """In the child, typed; the parent goes on."""
    run(program, str(path))


def test_a_lock_of_the_parents_holds_up_no_child() -> None:
    """Nor do those who were inside, at a desk with a limit."""
    run(LOCKED_AT_THE_FORK, "")


def test_a_process_may_fork_again_and_again(path: Path) -> None:
    """What the last fork has closed keeps nothing else from being closed."""
    run(FORKED_AGAIN, str(path))


def test_fakes_that_others_were_at_hold_up_no_child() -> None:
    """Each process has fakes of its own from then on."""
    run(FAKES_IN_USE, "")


@pytest.mark.parametrize("program", [POOLS, POOLS_OF_OUR_OWN])
def test_pools_belong_to_their_process(
    postgres_url: str, program: str
) -> None:
    """Ours are opened anew, the application's are refused."""
    if program == POOLS_OF_OUR_OWN:
        with sync_store(postgres_url) as store:
            store.migrate()
    run(program, postgres_url)
