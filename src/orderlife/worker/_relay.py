"""A relay: pushes the events of all orders to somebody, one by one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs

from orderlife.desk.feed import Consumer, check_lease
from orderlife.engine.results import failure
from orderlife.errors import MissingExtraError, StoreVersionError
from orderlife.ports.store import FeedEntry
from orderlife.worker._pace import Pace
from orderlife.worker._stop import Stopping

__all__ = ["Relayed", "relay"]

_PAGE: Final = 100
"""How many entries are read at once."""
_AGAIN: Final = 3
"""A hold is renewed once this part of its lease has passed."""


@attrs.frozen(kw_only=True)
class Relayed:
    """What a relay has done since it told last."""

    consumer: str
    pushed: int = 0
    """How many entries were pushed and acknowledged."""
    failed: str = ""
    """Which entry could not be, and why; empty: none."""


def relay(
    consumer: Consumer,
    push: Callable[[FeedEntry], object],
    stop: Stopping,
    *,
    poll: timedelta = timedelta(seconds=1),
    lease: timedelta = timedelta(minutes=2),
    told: Callable[[Relayed], object] | None = None,
    once: bool = False,
) -> None:
    """Push each event of the feed until ``stop`` is set.

    An entry is acknowledged when ``push`` has returned.  If it raises,
    the same entry is pushed again, after a wait that grows up to
    ``BACK_OFF``: none is left out, and none overtakes it.  One that was
    pushed by a process that died before it acknowledged comes again.

    Of several relays of one consumer one pushes at a time, as long as no
    push takes longer than the lease; when it dies, another goes on once
    the lease is over.

    Args:
        consumer: whose position it keeps.
        push: is given each entry, one after the other.
        stop: set it to end once the push under way has returned.
        poll: how long to wait when there is nothing to push.
        lease: how long others wait for one that has died: longer than
            the slowest push.
        told: is given what was done, each time that something was.
        once: end as soon as there is nothing to push, something could
            not be pushed, or another relay is at it.

    Raises:
        StoreVersionError: the tables are of another release.
        ValidationError: the lease is none, negative, or longer than a day.
    """
    check_lease(lease)
    running = _Relay(consumer, push, stop, lease)
    tell = told or (lambda _: None)
    pace = Pace(poll)
    try:
        while not stop.is_set():
            result = running.round()
            if result.pushed or result.failed:
                tell(result)
            if result.pushed:
                pace.eased()
            if once and (result.failed or not result.pushed):
                break
            if result.failed:
                stop.wait(pace.strained())
            elif not result.pushed:
                stop.wait(pace.idle())
    finally:
        with contextlib.suppress(Exception):
            consumer.hold(timedelta())  # or else its lease runs out


class _Relay:
    """Pushes page by page."""

    def __init__(
        self,
        consumer: Consumer,
        push: Callable[[FeedEntry], object],
        stop: Stopping,
        lease: timedelta,
    ) -> None:
        self._consumer = consumer
        self._push = push
        self._stop = stop
        self._lease = lease
        self._held = 0.0
        """When it began to hold the cursor; 0: it does not."""

    def round(self) -> Relayed:
        """Push a page of entries; give what became of them."""
        pushed, failed, doing = 0, "", "the feed"
        try:
            entries = self._consumer.read(_PAGE) if self._holds() else ()
            for entry in entries:
                if self._stop.is_set() or not self._holds():
                    break
                doing = f"order {entry.order_id}, position {entry.position}"
                self._push(entry)
                self._consumer.acknowledge(entry)
                pushed += 1
        except (StoreVersionError, MissingExtraError):
            raise
        except Exception as error:  # noqa: BLE001
            (failed,) = failure(error, doing).failed
        return Relayed(
            consumer=self._consumer.name, pushed=pushed, failed=failed
        )

    def _holds(self) -> bool:
        """Hold the cursor; False: another relay does."""
        now = time.monotonic()
        fresh = self._lease.total_seconds() / _AGAIN
        if not self._held or now - self._held > fresh:
            held = self._consumer.hold(self._lease)
            self._held = now if held else 0.0
        return self._held > 0
