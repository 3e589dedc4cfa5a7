"""A warmed process that forks one child for each point of death.

Forking costs a millisecond, a new interpreter half a second.  The
stable has no threads and no connections of its own: a child opens its
own store and its own connection to the provider.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import attrs

from orderlife import OrderDesk
from orderlife.codec import dumps, loads
from orderlife.testing.clock import Clock
from orderlife.testing.ports import in_memory_ports
from tests.crash.paths import ORDER, PATHS
from tests.crash.provider import Remote
from tests.crash.rig import Ending, Rig, live, settle

__all__ = ["Report", "Stable", "stable"]


@attrs.frozen(kw_only=True)
class Report:
    """What became of all deaths on a path."""

    path: str
    boundaries: int
    """How many there are on the path, without a crash."""
    deaths: int
    events: int
    """In how many of them the history was that of the life without."""
    seconds: float
    problems: tuple[str, ...]


def _in_child(work: Callable[[], Any]) -> Any:
    """Do something in a process of its own; None: it was killed.

    Raises:
        AssertionError: it failed; with its traceback.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be_child(work, reader, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    result = pickle.loads(said) if said else "it said nothing"  # noqa: S301
    if isinstance(result, str):
        raise AssertionError(result)
    return result


def _be_child(work: Callable[[], Any], reader: int, writer: int) -> None:
    """Do it, say it, and be gone, without any of the parent's endings."""
    try:
        os.close(reader)
        try:
            said = pickle.dumps(work())
        except BaseException:  # noqa: BLE001
            said = pickle.dumps(traceback.format_exc())
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(said)
    finally:
        os._exit(0)


class Stable:
    """Lives paths in children, with and without deaths."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._number = 0

    def whole(self, path: str) -> tuple[list[str], Ending]:
        """Live a path without any crash; give its boundaries."""
        with self._shop() as shop:
            found: tuple[list[str], Ending] = _in_child(
                lambda: self._rig.play(shop, path)
            )
            return found

    def die(self, path: str, *points: int) -> tuple[int, Any]:
        """Die at these points, each in a life of its own, then live.

        The first point is on the path itself, the next one on that of
        the process that came after, and so on.

        Returns:
            How many deaths there were, and the boundaries and ending
            of the process that lived.
        """
        with self._shop() as shop:
            deaths = 0
            for point in (*points, 0):
                again = deaths > 0
                found = _in_child(
                    lambda point=point, again=again: self._rig.play(  # type: ignore[misc]
                        shop, path, die_at=point, again=again
                    )
                )
                if found is not None:
                    return deaths, found
                deaths += 1
            message = "it was killed, and nobody was to kill it"
            raise AssertionError(message)

    @contextmanager
    def _shop(self) -> Iterator[str]:
        self._number += 1
        shop = f"shop{os.getpid()}-{self._number}"
        remote = Remote(self._rig.address, shop, self._rig.able, Clock())
        remote.admin("open", self._rig.able)
        self._rig.database.begin(shop)
        try:
            yield shop
        finally:
            remote.admin("close")
            self._rig.database.end(shop)


def _serve(rig: Rig, pipe: Connection) -> None:
    """The process: do as the tests say, until they have gone."""
    found = Stable(rig)
    _warm()
    gc.freeze()
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            return
        try:
            answer: Any = getattr(found, method)(*arguments)
        except BaseException as error:  # noqa: BLE001
            answer = AssertionError(f"{error}\n{traceback.format_exc()}")
        pipe.send(answer)


def _warm() -> None:
    """Have done once what is slow the first time: children inherit it."""
    for path in PATHS.values():
        clock = Clock()
        ports = in_memory_ports({"mug": 9, "cup": 9}, clock=clock)
        desk = OrderDesk(ports, policy=path.policy, clock=clock)
        live(desk, path, clock)
        settle(desk, clock)
        desk.verify(ORDER)
        case = desk.get(ORDER).case
        loads(dumps(case, "case"), "case")
        for link in ports.store.links(ORDER):
            loads(link.document, "recorded")
        for effect in desk.effects(ORDER):
            loads(dumps(effect.intent, "intent"), "intent")
        personal = ports.store.people((case.placed.placement.ship_to,))
        for value in personal.values():
            loads(dumps(value, "personal"), "personal")


class Caller:
    """Asks a stable in another process."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def __call__(self, method: str, *arguments: Any) -> Any:
        """Have it do something, and give the answer or raise it."""
        self._pipe.send((method, arguments))
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextmanager
def stable(rig: Rig) -> Iterator[Caller]:
    """Start a stable, and stop it by its own pid."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(rig, there), daemon=False)
    process.start()
    there.close()
    try:
        yield Caller(here)
    finally:
        here.close()
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
