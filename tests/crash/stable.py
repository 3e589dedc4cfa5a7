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
from orderlife.codec import dumps, fingerprint, loads
from orderlife.memory.clock import Clock
from orderlife.memory.ports import in_memory_ports
from orderlife.ports.store import FindPeople
from tests.crash.boundary import Boundary, traced
from tests.crash.paths import ORDER, PATHS
from tests.crash.provider import Remote
from tests.crash.rig import Ending, Rig, live, settle

__all__ = ["Caller", "Stable", "Tale", "in_child", "stable"]

_NOTHING = 0
"""Bytes of a write-ahead log that holds no commit."""


def in_child(work: Callable[[], Any]) -> Any:
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
    worked, result = pickle.loads(said)  # noqa: S301
    if not worked:
        raise AssertionError(result)
    return result


def _be_child(work: Callable[[], Any], reader: int, writer: int) -> None:
    """Do it, say it, and be gone, without any of the parent's endings."""
    try:
        os.close(reader)
        try:
            said = pickle.dumps((True, work()))
        except BaseException:  # noqa: BLE001
            said = pickle.dumps((False, traceback.format_exc()))
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(said)
    finally:
        os._exit(0)


@attrs.frozen
class Tale:
    """A path that was lived without any crash."""

    boundaries: tuple[tuple[int, int, str], ...]
    """Chapter, number within it, and what is there."""
    ending: Ending


class Stable:
    """Lives paths in children, with and without deaths."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._number = 0
        self._starts: dict[tuple[str, int], str] = {}
        self._known: dict[tuple[str, int, str], Ending] = {}
        self._deaths: dict[tuple[str, int], str] = {}
        self._corpses: dict[tuple[str, str], str] = {}
        self._twice: set[tuple[str, str]] = set()
        self.deaths = 0
        self._clerk = Remote(rig.address, "", rig.able, Clock())
        self.recoveries = 0

    def whole(self, path: str) -> Tale:
        """Live a path without any crash.

        Where shops can be copied, one is kept from before each chapter.
        """
        steps = len(PATHS[path].steps)
        with self._shop() as shop:
            passages = []
            if not self._rig.database.copies:
                passages.append(in_child(lambda: self._rig.play(shop, path)))
            else:
                for chapter in range(steps + 1):
                    self._starts[path, chapter] = self._copy(shop)
                    only = range(chapter, chapter + 1)
                    passages.append(self._play(shop, path, chapters=only))
        boundaries = tuple(
            (chapter, number, label)
            for passage in passages
            for chapter, labels in passage.labels.items()
            for number, label in enumerate(labels, start=1)
        )
        return Tale(boundaries, passages[-1].ending)

    def die(self, path: str, chapter: int, number: int) -> Ending:
        """Die at a boundary; let another process live to the end.

        Where all that the dead process has left, here and at the
        provider, is what another has left in this chapter, its ending
        is known: who comes after has nothing else to go by.

        Args:
            path: which path.
            chapter: in which of its chapters.
            number: at which boundary of it.
        """
        start = self._starts.get((path, chapter))
        if start is None:
            rest = range(len(PATHS[path].steps) + 1)
            with self._shop() as shop:
                self._kill(shop, path, rest, chapter, number)
                return self._end(shop, path, rest)
        corpse, state = self._corpse(path, chapter, number, start)
        if (path, chapter, state) not in self._known:
            rest = range(chapter, len(PATHS[path].steps) + 1)
            with self._shop(corpse) as shop:
                ending = self._end(shop, path, rest)
            self._known[path, chapter, state] = ending
        return self._known[path, chapter, state]

    def _corpse(
        self, path: str, chapter: int, number: int, start: str
    ) -> tuple[str, str]:
        """What a death has left: kept once for all that are the same.

        Paths that have begun alike share their deaths.
        """
        found = PATHS[path]
        steps = [fingerprint(step) for step in found.steps[: chapter + 1]]
        begun = f"{found.policy} {steps}"
        if chapter == len(found.steps):
            begun += " settled"
        death = (begun, number)
        if death not in self._deaths:
            only = range(chapter, chapter + 1)
            with self._shop(start) as shop:
                self._kill(shop, path, only, chapter, number)
                state = self._state(shop)
                if (begun, state) not in self._corpses:
                    self._corpses[begun, state] = self._copy(shop)
                self._deaths[death] = state
        state = self._deaths[death]
        return self._corpses[begun, state], state

    def _kill(
        self,
        shop: str,
        path: str,
        rest: range,
        chapter: int,
        number: int,
        **how: bool,
    ) -> None:
        died = self._play(
            shop, path, chapters=rest, die_in=chapter, die_at=number, **how
        )
        self.deaths += 1
        if died is not None:
            message = "it should have been killed, and was not"
            raise AssertionError(message)

    def die_twice(
        self, path: str, chapter: int, number: int, stride: int = 1
    ) -> tuple[int, list[str]]:
        """Die, and let those who come after die at each boundary, too.

        Returns:
            How many second deaths there were, and what was wrong.
        """
        start = self._starts[path, chapter]
        corpse, state = self._corpse(path, chapter, number, start)
        if (path, state) in self._twice:
            return 0, []
        self._twice.add((path, state))
        rest = range(chapter, len(PATHS[path].steps) + 1)
        with self._shop(corpse) as shop:
            passage = self._play(shop, path, chapters=rest, again=True)
        points = [
            (later, each)
            for later, labels in passage.labels.items()
            for each in range(1, len(labels) + 1)
        ][::stride]
        wrong: list[str] = []
        for later, each in points:
            with self._shop(corpse) as shop:
                self._kill(shop, path, rest, later, each, again=True)
                key = (path, chapter, self._state(shop))
                if key not in self._known:
                    self._known[key] = self._end(shop, path, rest)
                wrong += self._known[key].problems
        return len(points), wrong

    def lose_power(
        self, path: str, chapter: int, number: int
    ) -> list[tuple[int, Ending]]:
        """Die at a boundary, and lose the last commits with the power.

        Returns:
            How many commits of the chapter were left, from none on, and
            how it ended then.
        """
        start = self._starts[path, chapter]
        rest = range(chapter, len(PATHS[path].steps) + 1)
        only = range(chapter, chapter + 1)
        database: Any = self._rig.database
        endings = []
        with self._shop(start) as corpse:
            self._kill(corpse, path, only, chapter, number)
            ends = [_NOTHING, *database.commits(corpse)]
            for left, end in enumerate(ends[:-1]):
                with self._shop(corpse) as shop:
                    database.cut(shop, end)
                    endings.append((left, self._end(shop, path, rest)))
        return endings

    def die_ahead(
        self, path: str, chapter: int, number: int
    ) -> list[tuple[str, Ending]]:
        """Die at a boundary; then have a worker die whose clock is wrong.

        It is a year ahead, and is killed before it has decided anything.

        Returns:
            After which calls it was killed, and how it ended then.
        """
        start = self._starts[path, chapter]
        steps = len(PATHS[path].steps)
        rest, last = range(chapter, steps + 1), range(steps, steps + 1)
        endings = []
        with self._shop(start) as corpse:
            only = range(chapter, chapter + 1)
            self._kill(corpse, path, only, chapter, number)
            with self._shop(corpse) as shop:
                passage = self._play(shop, path, chapters=last, ahead=True)
            for each, label in enumerate(passage.labels[steps], start=1):
                if label == "before store.commit":
                    break
                if not label.startswith("after"):
                    continue
                with self._shop(corpse) as shop:
                    self._kill(shop, path, last, steps, each, ahead=True)
                    endings.append((label, self._end(shop, path, rest)))
        return endings

    def die_within(
        self, path: str, every: int
    ) -> tuple[list[str], list[tuple[str, Ending]]]:
        """Die in a unit of work in which the first step is taken.

        Args:
            path: which path.
            every: of how many boundaries one is tried; commits all are.

        Returns:
            All boundaries; those that were tried, and how it ended then.
        """
        first, rest = range(1), range(len(PATHS[path].steps) + 1)
        with self._shop() as shop:
            passage = self._play(shop, path, chapters=first, within=True)
        endings = []
        for number, label in enumerate(passage.labels[0], start=1):
            if "COMMIT" not in label and number % every:
                continue
            with self._shop() as shop:
                self._kill(shop, path, first, 0, number, within=True)
                endings.append((label, self._end(shop, path, rest)))
        return passage.labels[0], endings

    def _end(self, shop: str, path: str, rest: range) -> Ending:
        self.recoveries += 1
        passage = self._play(shop, path, chapters=rest, again=True)
        ending: Ending = passage.ending
        return ending

    def _play(self, shop: str, path: str, **how: Any) -> Any:
        return in_child(lambda: self._rig.play(shop, path, **how))

    def _state(self, shop: str) -> str:
        calls = self._tell(shop, "calls", ORDER)
        return f"{self._rig.database.state(shop)} {calls}"

    def _tell(self, shop: str, method: str, *rest: Any) -> Any:
        """Ask the provider, on a connection that no child uses."""
        return self._clerk.of(shop).admin(method, *rest)

    def _copy(self, shop: str) -> str:
        """A shop like another, which stays."""
        self._number += 1
        copy = f"shop{os.getpid()}-{self._number}"
        self._tell(copy, "copy", shop)
        self._rig.database.begin(copy, shop)
        return copy

    def _drop(self, shop: str) -> None:
        self._tell(shop, "close")
        self._rig.database.end(shop)

    @contextmanager
    def _shop(
        self, like: str = "", *, database_like: str = ""
    ) -> Iterator[str]:
        """A shop for one life, new or like another."""
        if like:
            shop = self._copy(like)
        else:
            self._number += 1
            shop = f"shop{os.getpid()}-{self._number}"
            self._tell(shop, "open", self._rig.able)
            self._rig.database.begin(shop, database_like or "template")
        try:
            yield shop
        finally:
            self._drop(shop)

    def die_making_tables(self, number: int) -> bool:
        """Die while tables are made, and make them once more.

        Returns:
            False: there are not so many boundaries.
        """
        self._number += 1
        name = f"new{self._number}"
        database = self._rig.database

        def die() -> bool:
            boundary = Boundary(0, number)
            with traced(boundary):
                boundary.begin(0)
                database.prepare(name)
            return True

        def once_more() -> bool:
            database.prepare(name)
            return True

        died = in_child(die) is None
        in_child(once_more)
        path = next(iter(PATHS))
        with self._shop(like="", database_like=name) as shop:
            ending = self._play(shop, path).ending
        database.end(name)
        if ending.problems:
            raise AssertionError(ending.problems)
        return died

    def count(self) -> tuple[int, int, float]:
        """Deaths, lives that went on after one, and CPU seconds so far."""
        return self.deaths, self.recoveries, sum(os.times()[:4])


def _serve(kind: type[Stable], rig: Rig, pipe: Connection) -> None:
    """The process: do as the tests say, until they have gone."""
    found = kind(rig)
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
            if link.document:
                loads(link.document, "decision")
        for effect in desk.effects(ORDER):
            loads(dumps(effect.intent, "intent"), "intent")
        ship_to = FindPeople(
            order_id=ORDER, refs=(case.placed.placement.ship_to,)
        )
        personal = ports.store.people(ship_to)
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
def stable(rig: Rig, kind: type[Stable] = Stable) -> Iterator[Caller]:
    """Start a stable, and stop it by its own pid."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(kind, rig, there))
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
