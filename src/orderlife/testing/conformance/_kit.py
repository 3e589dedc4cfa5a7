"""Checks, their runners, and their results.

A check is a generator that yields calls: a ``Call`` of the port or of
the harness, or several flows at once.  It is run with ``await`` or
without, so that one check serves sync and async adapters.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import unittest
from collections.abc import (
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Mapping,
)
from typing import (
    Any,
    Final,
    Generic,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
)

import attrs

from orderlife._values.fast_enum import FastEnum

__all__ = [
    "Broken",
    "Call",
    "Check",
    "ConformanceError",
    "Flow",
    "Harness",
    "Skipped",
    "Together",
    "ask",
    "collector",
    "equal",
    "is_a",
    "raised",
    "require",
]

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")
H = TypeVar("H", bound="Harness")

_LONGEST: Final = 2_000


class ConformanceError(AssertionError):
    """An adapter does not do what its port promises.

    Args:
        check: the name of the check that found it.
        why: what was expected, and what was given.
    """

    def __init__(self, check: str, why: str) -> None:
        super().__init__(check, why)
        self.check = check
        self.why = why

    def __str__(self) -> str:
        return f"{self.check}: {self.why}"


class Skipped(unittest.SkipTest):
    """A check that needs a missing ability; pytest skips it too."""


class Broken(AssertionError):  # noqa: N818
    """What a check found wrong; its runner adds the check's name."""


class Harness(Protocol):
    """The methods of every harness; each port's own has more."""

    @property
    def abilities(self) -> frozenset[Any]:
        """The abilities of the adapter, its provider and the harness."""
        ...

    def close(self) -> Awaitable[None] | None:
        """Remove what was made for a check."""
        ...


@attrs.frozen
class Call(Generic[R_co]):
    """A call to be made; ``yield from`` it for the answer."""

    function: Callable[..., object]
    arguments: tuple[object, ...]
    options: Mapping[str, object] = attrs.field(factory=dict)

    def __iter__(self) -> Generator[Any, Any, R_co]:
        """Yield itself, and give the answer."""
        answer: R_co = yield self
        return answer


@attrs.frozen
class Together:
    """Flows to be run at the same time: by threads, or by tasks.

    ``yield from`` it for their results, in their order.
    """

    flows: tuple[Flow[Any], ...]

    def __iter__(self) -> Generator[Any, Any, list[Any]]:
        """Yield itself, and give all answers."""
        answers: list[Any] = yield self
        return answers


Step: TypeAlias = Call[Any] | Together
Flow: TypeAlias = Generator[Step, Any, T]


def ask(
    function: Callable[P, Awaitable[R] | R], *args: P.args, **kwargs: P.kwargs
) -> Call[R]:
    """Call a method of the port or of the harness, sync or async."""
    return Call(function, args, kwargs)


def require(holds: object, why: str) -> None:
    """Fail unless a condition holds; ``why`` names the promise.

    Raises:
        Broken: it does not hold.
    """
    if not holds:
        raise Broken(why)


def equal(expected: object, actual: object, what: str) -> None:
    """Fail unless two values are equal; of mappings it shows what is not.

    Raises:
        Broken: they are not.
    """
    if expected != actual:
        if isinstance(expected, dict) and isinstance(actual, dict):
            same = {k for k in expected if actual.get(k) == expected[k]}
            expected = {k: v for k, v in expected.items() if k not in same}
            actual = {k: v for k, v in actual.items() if k not in same}
        message = f"{what}: expected {expected!r}, got {actual!r}"
        raise Broken(message)


def is_a(kind: type[T], value: object, what: str) -> T:
    """Fail unless a value is of a type; give it.

    Raises:
        Broken: it is not.
    """
    if isinstance(value, kind):
        return value
    message = f"{what}: expected {kind.__name__}, got {value!r}"
    raise Broken(message)


def raised(
    call: Call[Any], error: type[Exception], what: str
) -> Flow[Exception]:
    """Fail unless a call raises such an error; give it.

    Raises:
        Broken: it answers.
    """
    try:
        answer = yield from call
    except error as raised:
        return raised
    message = f"{what}: expected {error.__name__}, got {answer!r}"
    raise Broken(message)


# Driving


def _made(call: Call[Any]) -> Any:
    answer = call.function(*call.arguments, **call.options)
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        message = f"{call.function!r} is async: use arun"
        raise TypeError(message)
    return answer


async def _amade(call: Call[Any]) -> Any:
    answer = call.function(*call.arguments, **call.options)
    return await answer if inspect.isawaitable(answer) else answer


def _in_threads(together: Together) -> list[Any]:
    answers: list[Any] = [None] * len(together.flows)
    errors: list[Exception] = []
    start = threading.Barrier(len(together.flows))

    def work(number: int, flow: Flow[Any]) -> None:
        start.wait()
        try:
            answers[number] = _drive(flow)
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [
        threading.Thread(target=work, args=each)
        for each in enumerate(together.flows)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return answers


def _drive(flow: Flow[T]) -> T:
    try:
        step = next(flow)
        while True:
            try:
                if isinstance(step, Together):
                    answer = _in_threads(step)
                else:
                    answer = _made(step)
            except Exception as error:  # noqa: BLE001
                step = flow.throw(error)
            else:
                step = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result


async def _adrive(flow: Flow[T]) -> T:
    try:
        step = next(flow)
        while True:
            try:
                if isinstance(step, Together):
                    tasks = [_adrive(each) for each in step.flows]
                    answer: Any = list(await asyncio.gather(*tasks))
                else:
                    answer = await _amade(step)
            except Exception as error:  # noqa: BLE001
                step = flow.throw(error)
            else:
                step = flow.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result


# Checks


@attrs.frozen(kw_only=True)
class Check(Generic[H]):
    """One promise of a port, and the steps that check it."""

    name: str
    sentence: str
    """The promise, in a sentence."""
    needs: tuple[FastEnum, ...] = ()
    """The abilities without which it is skipped."""
    flow: Callable[[H], Flow[None]] = attrs.field(repr=False)

    def __str__(self) -> str:
        return self.name

    def run(self, harness: H) -> None:
        """Run the check over a sync adapter.

        Raises:
            ConformanceError: the promise is not kept.
            Skipped: an ability that it needs is missing.
        """
        try:
            _drive(self.flow(harness))
        except Skipped:
            raise
        except Exception as error:
            raise self._failed(error) from error

    async def arun(self, harness: H) -> None:
        """Run the check over an async adapter; see ``run``.

        Raises:
            ConformanceError: the promise is not kept.
            Skipped: an ability that it needs is missing.
        """
        try:
            await _adrive(self.flow(harness))
        except Skipped:
            raise
        except Exception as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> ConformanceError:
        why = str(error)
        if not isinstance(error, Broken):
            why = f"raised {type(error).__name__}: {why}"
        return ConformanceError(self.name, why[:_LONGEST])


def skip_without(
    needs: Iterable[FastEnum], abilities: frozenset[FastEnum], why: str
) -> None:
    """Skip the check unless all of these abilities are there.

    Raises:
        Skipped: naming those that are missing.
    """
    missing = [need.value for need in needs if need not in abilities]
    if missing:
        message = f"{why} {', '.join(missing)}"
        raise Skipped(message)


@attrs.define
class Collector(Generic[H, T]):
    """Makes checks of functions, in the order in which they stand."""

    opens: Callable[[H], Flow[T]]
    """Makes a fresh port."""
    declared: Callable[[T], frozenset[FastEnum]]
    """Gives the abilities that the port itself declares."""
    said: frozenset[FastEnum]
    """The abilities that only the port itself can declare."""
    checks: list[Check[H]] = attrs.field(factory=list)

    def __call__(
        self, *needs: FastEnum, name: str = "", sentence: str = ""
    ) -> Callable[[Callable[[H, T], Flow[None]]], Callable[..., Flow[None]]]:
        """Make a check of a function: its name, and its docstring."""

        def collect(
            steps: Callable[[H, T], Flow[None]],
        ) -> Callable[[H, T], Flow[None]]:
            first = (inspect.getdoc(steps) or "").split("\n\n")[0]
            check = Check(
                name=name or steps.__name__,
                sentence=sentence or " ".join(first.split()),
                needs=needs,
                flow=self._flow(needs, steps),
            )
            self.checks.append(check)
            return steps

        return collect

    def _flow(
        self, needs: tuple[FastEnum, ...], steps: Callable[[H, T], Flow[None]]
    ) -> Callable[[H], Flow[None]]:
        def flow(harness: H) -> Flow[None]:
            of_harness = [need for need in needs if need not in self.said]
            skip_without(of_harness, harness.abilities, "the harness lacks")
            try:
                port = yield from self.opens(harness)
                of_port = [need for need in needs if need in self.said]
                skip_without(of_port, self.declared(port), "the port lacks")
                yield from steps(harness, port)
            finally:
                yield from ask(harness.close)

        return flow


def _nothing(_: object) -> frozenset[FastEnum]:
    return frozenset()


def collector(
    opens: Callable[[H], Flow[T]],
    declared: Callable[[T], frozenset[FastEnum]] = _nothing,
    said: frozenset[FastEnum] = frozenset(),
) -> Collector[H, T]:
    """Begin a port's checks.

    Args:
        opens: makes a fresh port.
        declared: gives the abilities that a port itself declares.
        said: the abilities that only the port itself can declare.
    """
    return Collector(opens, declared, said)
