"""The event that stops a worker, which a signal handler may set too."""

from __future__ import annotations

import queue
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Protocol

__all__ = ["Stop", "Stopping"]


class Stopping(Protocol):
    """What a worker needs of a stop event, such as ``threading.Event``."""

    def is_set(self) -> bool:
        """Whether to stop."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait so many seconds, or until it is set."""
        ...


class Stop:
    """Like a ``threading.Event`` that a signal handler may set.

    A handler runs between any two steps of the main thread, also while
    that holds an event's lock: setting the event would then wait for
    ever.  One thread at a time may wait for it.
    """

    def __init__(self) -> None:
        self._set = False
        # Its put may be called from a signal handler: it never blocks.
        self._bell = queue.SimpleQueue[None]()

    def is_set(self) -> bool:
        """Whether to stop."""
        return self._set

    def set(self) -> None:
        """Tell the worker to stop, and end its wait."""
        self._set = True
        self._bell.put(None)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait so many seconds, or until it is set; True: it is set."""
        if not self._set:
            with suppress(queue.Empty):
                self._bell.get(timeout=timeout)
        return self._set

    @contextmanager
    def on_signals(
        self,
        *signals: signal.Signals,
    ) -> Iterator[Stop]:
        """Have SIGTERM and SIGINT set it, or other signals; main thread only.

        A second signal ends the process at once, which does no harm: the
        claims run out.
        """
        names = signals or (signal.SIGTERM, signal.SIGINT)
        before = {each: signal.getsignal(each) for each in names}

        def told(number: int, frame: FrameType | None) -> None:
            del frame
            signal.signal(number, signal.SIG_DFL)
            self.set()

        for each in names:
            signal.signal(each, told)
        try:
            yield self
        finally:
            for each in names:
                signal.signal(each, before[each])
