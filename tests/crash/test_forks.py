"""A process forks, both go on with one store, and one of them is killed.

The library's own connections are opened anew on either side, so that
nobody reads the other's rows.  Whoever comes after finds both orders as
they would have been: nothing is lost, and nothing is twice.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pytest

from orderlife.engine.discovery import find_stores
from orderlife.memory.clock import START, Clock
from orderlife_adapters._postgres_forks import OwnPool
from tests.crash.boundary import Boundary
from tests.crash.databases import fill
from tests.crash.paths import ORDER, PATHS, moment
from tests.crash.points import DEEP
from tests.crash.provider import BOTH, Remote, provider
from tests.crash.rig import AFTER, audit, counted, desk_on, settle, take

PATH = PATHS["delivered"]
OTHER = "o2"
SHOP = "forked"
PATIENCE_S, HUNG_S = 120, 3
POINTS = range(1, 60) if DEEP else (17,)

Who: TypeAlias = Literal["parent", "child"]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The provider, which knows nothing of forks."""
    with provider(tmp_path / "journal") as found:
        Remote(found, SHOP, BOTH, Clock()).admin("open", BOTH)
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with tables and stock."""
    found = f"sqlite:///{tmp_path / 'shop.db'}"
    if request.param == "postgresql":
        found = request.getfixturevalue("postgres_url")
    with closing(find_stores(found, clock=Clock())) as stores:
        fill(stores.inventory)
    return found


def _first(self: OwnPool) -> Any:
    """The pool of whichever process opened one first."""
    return next(iter(self._pools.values()))


def _main(
    url: str,
    address: tuple[str, int],
    who: Who,
    number: int,
    pipes: dict[Who, Connection],
    *,
    shared: bool,
) -> None:
    """The process: place an order, fork, and let one of two be killed."""
    if shared:
        OwnPool.pool = _first  # type: ignore[method-assign]
    clock = Clock(START)
    with closing(find_stores(url, clock=clock)) as stores:
        remote = Remote(address, SHOP, BOTH, clock)
        desk = desk_on(counted(stores, remote, Boundary()), PATH, clock)
        take(desk, PATH.steps[0], clock)
        me: Who = "parent" if os.fork() else "child"
        signal.alarm(HUNG_S if shared else PATIENCE_S)  # not for ever
        try:
            boundary = Boundary(0 if me == who else None, number)
            # Its connection to the provider is each one's own.
            remote = Remote(address, SHOP, BOTH, clock)
            desk = desk_on(counted(stores, remote, boundary), PATH, clock)
            boundary.begin(0)
            steps = PATH.steps_of(OTHER, clock())
            for count, step in enumerate(
                PATH.steps if me == "parent" else steps
            ):
                clock.set(max(clock(), moment(count)))
                take(desk, step, clock)
            pipes[me].send("")
        except BaseException:  # noqa: BLE001
            pipes[me].send(traceback.format_exc())
        os._exit(0)


def forked(
    url: str,
    address: tuple[str, int],
    who: Who,
    number: int,
    *,
    shared: bool = False,
) -> dict[Who, str]:
    """Have one of two killed, and give what each has said at its end.

    Args:
        url: of the database.
        address: the provider's.
        who: is killed.
        number: at which of its calls.
        shared: have both use one connection, as a planted bug.
    """
    context = get_context("spawn")
    ends: dict[Who, Any] = {
        "parent": context.Pipe(duplex=False),
        "child": context.Pipe(duplex=False),
    }
    theirs = {name: there for name, (_, there) in ends.items()}
    process = context.Process(
        target=_main,
        args=(url, address, who, number, theirs),
        kwargs={"shared": shared},
    )
    process.start()
    for there in theirs.values():
        there.close()
    said: dict[Who, str] = {}
    for name, (here, _) in ends.items():
        assert here.poll(2 * PATIENCE_S)
        try:
            said[name] = here.recv()
        except EOFError:
            said[name] = "killed"
        here.close()
    process.join()
    process.close()
    return said


@pytest.mark.parametrize("number", POINTS)
@pytest.mark.parametrize("who", ["parent", "child"])
def test_one_of_two_is_killed_after_a_fork(
    url: str, address: tuple[str, int], who: Who, number: int
) -> None:
    """The other goes on to its end, and a third one ends both orders."""
    said = forked(url, address, who, number)
    other: Who = "child" if who == "parent" else "parent"
    assert {who: "killed", other: ""} == said

    clock = Clock(START + AFTER)
    remote = Remote(address, SHOP, BOTH, clock)
    with closing(find_stores(url, clock=clock)) as stores:
        desk = desk_on(counted(stores, remote, Boundary()), PATH, clock)
        for step in (*PATH.steps, *PATH.steps_of(OTHER, START)):
            take(desk, step, clock)
        inventory: Any = stores.inventory
        for order in (ORDER, OTHER):
            settle(desk, clock, order)
        inventory.check()
        levels = inventory.levels()
        endings = [
            audit(desk, remote, PATH, levels, order)
            for order in (ORDER, OTHER)
        ]
    assert [(), ()] == [ending.problems for ending in endings]
    assert endings[0].money == endings[1].money


@pytest.mark.one_python
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_two_processes_on_one_connection_are_found(
    url: str, address: tuple[str, int]
) -> None:
    """So the proof bites: they read each other's rows, or wait for ever."""
    said = forked(url, address, "parent", 10_000, shared=True)
    assert {"parent": "", "child": ""} != said
