"""The relays of a worker: each in a thread beside its rounds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Self

from orderlife.desk.feed import Feed
from orderlife.desk.settings import utc_now
from orderlife.engine.results import failure
from orderlife.errors import InputError
from orderlife.ports.store import FeedEntry
from orderlife.worker._relay import Relayed, relay
from orderlife.worker._stop import Stop

__all__ = ["Push", "Relays", "named_relays"]

Push = Callable[[FeedEntry], object]


def named_relays(
    options: list[str], find: Callable[[str], Any]
) -> dict[str, Push]:
    """The functions that ``[NAME=]MODULE:FUNCTION`` names, by consumer.

    Args:
        options: as they were given; without a name, that of the function
            is the consumer's.
        find: gives what ``MODULE:FUNCTION`` names.

    Raises:
        InputError: one is no function, or two have one name.
    """
    found: dict[str, Push] = {}
    for option in options:
        given, equals, path = option.rpartition("=")
        name = given if equals else path.rpartition(":")[2].rpartition(".")[2]
        push = find(path)
        if not callable(push):
            kind = type(push).__name__
            message = f"--relay {path!r} is a {kind}, and no function"
            raise InputError(message)
        if name in found:
            message = (
                f"two relays are called {name!r}: give one another name, "
                f"as in --relay other={path}"
            )
            raise InputError(message)
        found[name] = push
    return found


class Relays:
    """Threads that push the feed of a store, until they are left.

    ::

        with Relays(store, {"erp": push}, …):
            ...

    Args:
        store: whose feed.
        pushes: the functions that entries are given, by consumer.
        poll: how long to wait when there is nothing to push.
        lease: how long a relay that has died keeps others waiting.
        told: is given what was done, also from several threads at once.
        once: end each as soon as it has nothing to push.

    Raises:
        ValidationError: no consumer can have one of the names.
    """

    def __init__(
        self,
        store: object,
        pushes: Mapping[str, Push],
        *,
        poll: timedelta,
        lease: timedelta,
        told: Callable[[Relayed], object],
        once: bool,
    ) -> None:
        feed = Feed(SimpleNamespace(store=store), utc_now)
        self._once = once
        self._stops: list[Stop] = []
        self._threads: list[threading.Thread] = []
        self._broken: list[BaseException] = []
        for name, push in pushes.items():
            stop = Stop()
            arguments = (feed.consumer(name), push, stop)
            options = {
                "poll": poll,
                "lease": lease,
                "told": told,
                "once": once,
            }
            thread = threading.Thread(
                target=self._work,
                args=arguments,
                kwargs=options,
                name=f"orderlife-relay-{name}",
            )
            self._stops.append(stop)
            self._threads.append(thread)

    def _work(self, *arguments: Any, **options: Any) -> None:
        try:
            relay(*arguments, **options)
        except BaseException as error:  # noqa: BLE001
            # A thread's error would be lost: it is raised at the end.
            self._broken.append(error)
            consumer, *_ = arguments
            (why,) = failure(error, "the relay has ended").failed
            options["told"](Relayed(consumer=consumer.name, failed=why))

    @property
    def running(self) -> bool:
        """Whether one of them is under way."""
        return any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Have each end after the push that is under way."""
        for stop in self._stops:
            stop.set()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None or not self._once:
            self.stop()
        for thread in self._threads:
            thread.join()
        if kind is None and self._broken:
            raise self._broken[0]
