"""How every fake handles operation ids, faults included.

The first answer is kept and given again, an id with another content is
refused, and a scripted timeout or crash happens before or after the fake
has acted.  Reports wait here for their round.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Generic, NoReturn, TypeVar, cast

import attrs

from orderlife._values.forks import told_of_forks
from orderlife._values.times import utc, utc_clock
from orderlife.errors import NotFoundError, PortError, Problem, ValidationError
from orderlife.memory.script import (
    Behaviour,
    Crash,
    Reporting,
    Script,
    TimeOut,
)
from orderlife.ports.base import Capabilities, Intent, NotKnown, Unknown

__all__ = ["Operations", "Outbox", "find", "repeated"]

T = TypeVar("T")
R = TypeVar("R")


@attrs.frozen
class _Done:
    intent: Intent
    answer: object
    """The first answer, given again when the operation comes again."""
    at: datetime = attrs.field(converter=utc)


class Operations:
    """The operations that a fake has performed, by their id.

    ``lock`` is held while it acts, and guards the fake's own state:
    take it wherever that is read.

    Raises:
        ValidationError: the capabilities are none.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        capabilities: Capabilities,
        script: Script | None,
    ) -> None:
        given: object = capabilities
        if not isinstance(given, Capabilities):
            why = f"must be Capabilities, not {type(given).__name__}"
            raise ValidationError("fake", [Problem("capabilities", why)])
        self.lock = threading.RLock()
        self.capabilities = capabilities
        self.script = script if script is not None else Script()
        self._clock = utc_clock(clock)
        self._done: dict[str, _Done] = {}
        self._truth: dict[str, object] = {}
        self._arrived: set[str] = set()
        told_of_forks(self)

    def before_fork(self) -> None:
        """Do nothing: each process has its own fake from then on."""

    def after_fork(self) -> None:
        """Make a new lock: the old one's holder is not in this process."""
        self.lock = threading.RLock()

    def perform(
        self,
        method: str,
        intent: Intent,
        act: Callable[[Behaviour | None], T],
        *,
        magic: Behaviour | None = None,
        keep: Callable[[T], bool] = lambda _: True,
    ) -> T | Unknown:
        """Perform an intent, or give its first answer again.

        Args:
            method: the port's method.
            intent: what came in.
            act: does it, by the given behaviour; never given a timeout
                or a crash, which are handled here.
            magic: the behaviour that the input asks for; the script has
                precedence.
            keep: whether an answer is remembered under the id.

        Raises:
            PortError: the id was used for something else before.
        """
        with self.lock:
            done = self._known(intent)
            if done is not None and not self._remembers(done):
                done = None
            fault, steer = self._steering(method, intent, magic, done)
            if fault is not None and fault.when == "before":
                return _strike(fault, method, intent)
            if done is not None:
                answer = cast("T", done.answer)
            else:
                self._truth.pop(intent.operation_id, None)
                answer = act(steer)
                if keep(answer):
                    self._done[_key(intent)] = _Done(
                        intent, answer, self._clock()
                    )
            if fault is not None:
                return _strike(fault, method, intent)
            return answer

    def look_up(self, intent: Intent) -> object:
        """Give the outcome of an intent, or ``NotKnown``.

        Raises:
            PortError: the id was used for something else.
        """
        with self.lock:
            fault = self.script.take("look_up", "", acts=False)
            if isinstance(fault, TimeOut | Crash):
                return _strike(fault, "look_up", intent)
            if not self.capabilities.looks_up:
                return Unknown("this provider cannot be asked")
            done = self._known(intent)
            if done is None:
                return NotKnown()
            return self._truth.get(intent.operation_id, done.answer)

    def became(self, operation_id: str, truth: object) -> None:
        """Record the outcome of an operation, for look-ups."""
        self._truth[operation_id] = truth

    def _known(self, intent: Intent) -> _Done | None:
        done = self._done.get(_key(intent))
        if done is not None and done.intent != intent:
            raise PortError(
                f"operation {intent.operation_id} came again with another "
                f"content: it was {done.intent!r}, now it is {intent!r}"
            )
        return done

    def _remembers(self, done: _Done) -> bool:
        able, window = self.capabilities, self.capabilities.window
        if not able.deduplicates:
            return False
        return window is None or self._clock() - done.at < window

    def _steering(
        self,
        method: str,
        intent: Intent,
        magic: Behaviour | None,
        done: _Done | None,
    ) -> tuple[TimeOut | Crash | None, Behaviour | None]:
        """Separate a fault, such as a timeout, from how the fake acts."""
        key = _key(intent)
        first = key not in self._arrived
        self._arrived.add(key)
        scripted = self.script.take(
            method, intent.operation_id, acts=done is None
        )
        if isinstance(magic, TimeOut | Crash):
            fault, magic = (magic if first else None), None
        else:
            fault = None
        if isinstance(scripted, TimeOut | Crash):
            return scripted, magic
        if scripted is not None:
            return None, scripted
        return fault, magic


def _key(intent: Intent) -> str:
    """What identifies a request: its key, if the driver gave it one."""
    return intent.key or intent.operation_id


def _strike(fault: TimeOut | Crash, method: str, intent: Intent) -> Unknown:
    what = f"{method} of {intent.operation_id}"
    if isinstance(fault, Crash):
        _raise(fault, what)
    return Unknown(f"{what} timed out")


def _raise(fault: Crash, what: str) -> NoReturn:
    raise fault.error(f"crashed {fault.when} {what}")


@attrs.define
class _Waiting(Generic[R]):
    report: R
    rounds: int


class Outbox(Generic[R]):
    """Reports that wait, each for as many rounds as it is late."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting[R]] = []

    def put(self, report: R, how: Reporting) -> None:
        """Send a report, as often and as late as its reporting says."""
        self._waiting.extend(
            _Waiting(report, how.late) for _ in range(how.copies)
        )

    def drain(self, *, late: bool) -> tuple[R, ...]:
        """Hand out a round of reports; with ``late``, late ones too."""
        due = [w.report for w in self._waiting if late or w.rounds <= 0]
        self._waiting = [
            _Waiting(w.report, w.rounds - 1)
            for w in self._waiting
            if not late and w.rounds > 0
        ]
        return tuple(due)


def find(id: str, among: Mapping[str, R], kind: str = "operation") -> R:
    """Look an id up.

    Raises:
        NotFoundError: there is none; names those there are.
    """
    try:
        return among[id]
    except KeyError:
        raise NotFoundError(kind, id, among) from None


def repeated(keys: Iterable[R]) -> tuple[R, ...]:
    """Give the values that occur more than once, each once, in order."""
    seen: dict[R, int] = {}
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
    return tuple(key for key, times in seen.items() if times > 1)
