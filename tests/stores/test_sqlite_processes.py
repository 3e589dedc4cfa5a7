"""Several processes on one file, and processes that are killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orderlife import check_invariants
from orderlife.ports.store import FindPeople
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.stores.sqlite import opened, path, shop_on, store

__all__ = ["path", "store"]

ROOT = Path(__file__).parents[2]

DIES = """
import os, signal, sys
from pathlib import Path
from tests.stores.sqlite import opened, shop_on

folder, durability = sys.argv[1:]


def place(path, left):
    def count(statement):
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    with opened(path, durability=durability) as store:
        shop = shop_on(store, inline=False)
        store._connection().set_trace_callback(count)
        shop.place(order_id="o2")


status = -1
for number in range(1, 100):
    path = Path(folder, f"{number}.db")
    with opened(path):
        pass
    child = os.fork()
    if not child:
        place(path, number)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not status:
        break
    assert os.WTERMSIG(status) == signal.SIGKILL, status
assert not status
"""

ADDS = """
import sys
from pathlib import Path
from orderlife.ports.store import Committed
from tests.desk.test_store import commit
from tests.stores.sqlite import opened

path, times = sys.argv[1:]
with opened(Path(path)) as store:
    for _ in range(int(times)):
        while True:
            version = len(store.history("o1"))
            if isinstance(store.commit(commit(version)), Committed):
                break
"""


FORKS = """
import os, sys
from pathlib import Path
from tests.desk.test_store import commit
from tests.stores.sqlite import opened

with opened(Path(sys.argv[1])) as store:
    store.commit(commit())
    child = os.fork()
    if not child:
        store.commit(commit(1))
        store.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    store.commit(commit(2))
    assert len(store.history("o1")) == 3
"""


def python(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_share_a_file(store: SqliteOrderStore, path: Path) -> None:
    """Each decides on what the others have stored, and nothing is lost."""
    processes = [python(ADDS, str(path), "15") for _ in range(3)]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    links = store.links("o1")
    assert [link.number for link in links] == list(range(1, len(links) + 1))
    assert links[-1].last_version == 45
    loaded = store.load("o1")
    assert loaded is not None
    assert loaded.head == links[-1].digest


def test_a_forked_process_has_connections_of_its_own(path: Path) -> None:
    """Those of its parent go on, and keep their locks."""
    process = python(FORKS, str(path))
    process.communicate(timeout=120)
    assert process.returncode == 0
    with opened(path) as store:
        assert len(store.history("o1")) == 3


def test_processes_make_the_tables_once(path: Path) -> None:
    """Whoever comes first; the others wait, and find them there."""
    processes = [python(ADDS, str(path), "1") for _ in range(3)]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    with opened(path) as store:
        assert len(store.history("o1")) == 3


@pytest.mark.one_python
@pytest.mark.parametrize("durability", ["full", "normal"])
def test_a_killed_commit_leaves_all_or_nothing(
    tmp_path: Path, durability: str
) -> None:
    """Killed before each of its statements, its end, and what follows."""
    process = python(DIES, str(tmp_path), durability)
    process.communicate(timeout=300)
    assert process.returncode == 0
    files = sorted(tmp_path.glob("*.db"))
    kept = sum(_is_whole(path) for path in files)
    # The last is the one that was not killed: once it is stored, no
    # statement follows.
    assert kept == 1
    assert len(files) > 12


def _is_whole(path: Path) -> bool:
    """Whether the order is there, with all that belongs to it."""
    asked = FindPeople(order_id="o2", refs=("o2:ship_to", "o2:contact"))
    with opened(path) as store:
        found = store.load("o2")
        if found is None:
            assert store.history("o2") == store.effects("o2") == ()
            assert store.people(asked) == {}
            return False
        check_invariants(found.case, store.history("o2"))
        shop_on(store).desk.verify("o2")
        assert len(store.people(asked)) == 2
        assert len(store.effects("o2")) == 1
        return True
