"""A port: its Protocol's methods, intents and outcomes, checked once.

The Protocol is the only list of them.  A port reads from its annotations
which method performs which intent, and which outcomes it may have.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from types import UnionType
from typing import (
    Any,
    Final,
    NoReturn,
    TypeGuard,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs

from orderlife.errors import LifecycleError
from orderlife.ports.base import Intent, NotKnown, Outcome, Unknown

__all__ = ["Port"]

_LOOK_UP: Final = "look_up"


@attrs.frozen
class _Method:
    takes: Any
    gives: Any
    is_async: bool

    @property
    def outcomes(self) -> tuple[type, ...]:
        return _members(self.gives)


class Port:
    """A kind of adapter, such as the carrier: its intents and outcomes.

    It checks itself when it is made.  A method performs an intent if its
    argument is one; any other method only asks something.

    Args:
        name: the name of its adapter among the ports of a desk.
        protocol: what an adapter implements: ``capabilities``, a method
            for each intent, and ``look_up``.
        twin: its async twin; None: it has none.
        reports: the union of all that a provider can report, at any
            time; None: what the methods answer.
        moves: whether it moves money or goods.  False: it only informs,
            and doing so twice does no harm.

    Raises:
        LifecycleError: names what is missing, contradicts something
            else, or differs in the twin.
    """

    def __init__(
        self,
        name: str,
        protocol: type,
        twin: type | None = None,
        *,
        reports: Any = None,
        moves: bool = True,
    ) -> None:
        self.name: Final = name
        self.protocol: Final = protocol
        self.twin: Final = twin
        self.moves: Final = moves
        found = self._read(protocol)
        if twin is not None:
            self._compare(found, twin)
        self.methods: Mapping[type[Intent], str] = self._performing(found)
        """By intent class, the method that performs it."""
        self.asking: tuple[str, ...] = tuple(
            each for each in found if each not in self.methods.values()
        )
        """The methods that perform nothing, ``look_up`` among them."""
        self.outcomes: Mapping[type[Intent], tuple[type[Outcome], ...]] = {
            intent: self._checked(method, found[method].outcomes)
            for intent, method in self.methods.items()
        }
        """By intent class, the answers that there are to it."""
        self.operations: Mapping[str, type[Intent]] = self._operations()
        """The intents by their names within operation ids."""
        answered = self._looked_up(found)
        self.reports: Any = answered if reports is None else reports
        """The union of all that a provider can report, at any time."""
        self._all_of(
            "what is reported",
            _members(self.reports),
            _members(answered),
        )

    def _read(self, protocol: type) -> dict[str, _Method]:
        """The methods of a protocol, with those it inherits."""
        members = {
            name: member
            for base in reversed(protocol.__mro__)
            for name, member in vars(base).items()
            if not name.startswith("_")
        }
        if not isinstance(members.get("capabilities"), property):
            self._fail(f"{protocol.__name__} has no property capabilities")
        return {
            name: self._method(f"{protocol.__name__}.{name}", member)
            for name, member in members.items()
            if inspect.isfunction(member)
        }

    def _method(self, where: str, function: Any) -> _Method:
        hints = get_type_hints(function)
        if "return" not in hints:
            self._fail(f"{where} does not say what it answers")
        gives = hints.pop("return")
        if len(hints) != 1:
            self._fail(f"{where} must take one value, with its type")
        (takes,) = hints.values()
        return _Method(takes, gives, inspect.iscoroutinefunction(function))

    def _compare(self, found: Mapping[str, _Method], twin: type) -> None:
        ours, theirs = self.protocol.__name__, twin.__name__
        twins = self._read(twin)
        for name in sorted(found.keys() - twins.keys()):
            self._fail(f"{theirs} has no {name}")
        for name in sorted(twins.keys() - found.keys()):
            self._fail(f"{ours} has no {name}")
        for name, method in found.items():
            if method.is_async:
                self._fail(f"{ours}.{name} is async")
            if twins[name] != attrs.evolve(method, is_async=True):
                self._fail(f"{theirs}.{name} is not {ours}.{name}, awaited")

    def _performing(
        self, found: Mapping[str, _Method]
    ) -> dict[type[Intent], str]:
        methods: dict[type[Intent], str] = {}
        for name, method in found.items():
            intent = method.takes
            if name == _LOOK_UP or not _is_intent(intent):
                continue
            if getattr(intent, "port", None) != self.name:
                self._fail(f"{intent.__name__} is not an intent of it")
            if intent in methods:
                both = f"{methods[intent]} and {name}"
                self._fail(f"{intent.__name__} is performed by {both}")
            methods[intent] = name
        if not methods:
            self._fail(f"{self.protocol.__name__} performs no intent")
        return methods

    def _operations(self) -> dict[str, type[Intent]]:
        operations: dict[str, type[Intent]] = {}
        for intent, method in self.methods.items():
            operation = intent.operation or method
            if operation in operations:
                both = (
                    f"{operations[operation].__name__} and {intent.__name__}"
                )
                self._fail(f"{both} are both {operation}")
            operations[operation] = intent
        return operations

    def _checked(
        self, method: str, outcomes: tuple[type, ...]
    ) -> tuple[type[Outcome], ...]:
        """Check that each outcome has a fate."""
        self._all_of(f"what {method} answers", outcomes, (Unknown,))
        for outcome in outcomes:
            if not _says_what_becomes(outcome):
                named = getattr(outcome, "__name__", outcome)
                self._fail(f"{named} does not say what becomes of an effect")
        return outcomes

    def _looked_up(self, found: Mapping[str, _Method]) -> Any:
        """The union of all answers; ``look_up`` must be able to give them."""
        if _LOOK_UP not in found:
            self._fail(f"{self.protocol.__name__} has no {_LOOK_UP}")
        method = found[_LOOK_UP]
        self._all_of(
            "what look_up takes", _members(method.takes), self.methods
        )
        answers = dict.fromkeys(
            outcome
            for outcomes in self.outcomes.values()
            for outcome in outcomes
        )
        wanted = (*answers, NotKnown)
        self._all_of("what look_up answers", method.outcomes, wanted)
        return reduce(or_, answers)

    def _all_of(
        self, what: str, there: Iterable[Any], wanted: Iterable[type]
    ) -> None:
        known = set(there)
        for each in wanted:
            if each not in known:
                self._fail(f"{each.__name__} is missing in {what}")

    def _fail(self, why: str) -> NoReturn:
        raise LifecycleError(f"port {self.name}: {why}")


def _members(wanted: Any) -> tuple[Any, ...]:
    """The members of a union, or the only one."""
    is_union = get_origin(wanted) in (Union, UnionType)
    return get_args(wanted) if is_union else (wanted,)


def _is_intent(wanted: Any) -> TypeGuard[type[Intent]]:
    return isinstance(wanted, type) and issubclass(wanted, Intent)


def _says_what_becomes(wanted: Any) -> bool:
    return (
        isinstance(wanted, type)
        and issubclass(wanted, Outcome)
        and hasattr(wanted, "becomes")
    )
