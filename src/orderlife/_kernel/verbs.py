"""The base of the verbs of a room, ours or an application's.

A verb makes a command or a fact of its arguments and hands it to a
desk.  It takes only keywords that its command or fact has.  Of two
keywords for one thing, only one may be given, or both must agree.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import (
    Generic,
    NotRequired,
    ParamSpec,
    Protocol,
    TypedDict,
    TypeVar,
    cast,
)

import attrs

from orderlife._kernel.messages import DESK, Actor, Command, Fact
from orderlife._values.spelling import not_known
from orderlife.errors import Problem, ValidationError

__all__ = [
    "Desk",
    "Envelope",
    "FactOptions",
    "Options",
    "VerbOf",
    "Verbs",
    "as_tuple",
    "disagree",
    "order_of",
    "verb",
]

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class Options(TypedDict, total=False):
    """The keywords that a verb of a command takes besides its own."""

    actor: Actor
    command_id: str
    notify: bool
    expected_version: int | None


class Envelope(TypedDict):
    """The fields that every command has."""

    actor: Actor
    command_id: str
    notify: NotRequired[bool]
    expected_version: NotRequired[int | None]


class FactOptions(TypedDict, total=False):
    """The keywords that a verb of a fact takes besides its own."""

    fact_id: str
    source: Actor


class Desk(Protocol[R_co]):
    """What verbs need of a desk; ``R_co`` is what it answers."""

    def submit(self, command: Command, /) -> R_co:
        """Follow a command, or raise why not."""
        ...

    def report(self, fact: Fact, /) -> R_co:
        """Record a fact.  It is never refused."""
        ...

    def new_id(self) -> str:
        """A new id, for an order or a command."""
        ...


class Verbs(Generic[R]):
    """Verbs of a desk; ``R`` is what the desk answers.

    A room derives its own: a method for each command or fact, which
    hands it to ``self._desk``.  ``self._envelope(options)`` gives the
    fields that every command has, with defaults for those not given.
    """

    def __init__(self, desk: Desk[R], /) -> None:
        self._asked = desk

    @property
    def _desk(self) -> Desk[R]:
        return self._asked

    def _envelope(self, options: Options) -> Envelope:
        # A given value is taken as it is: an empty id, as read from a
        # header, is refused, and not replaced by a default.
        if "command_id" in options:
            command_id = options["command_id"]
        else:
            command_id = self._desk.new_id()
        return {"actor": DESK, **options, "command_id": command_id}


@attrs.frozen(kw_only=True)
class VerbOf:
    """The command or fact that a verb makes, and its keywords."""

    makes: type[Command | Fact]
    """The command or the fact."""
    words: tuple[str, ...]
    """All keywords that it takes; any other is refused."""
    says: Mapping[str, str]
    """Keywords of its own, and the field that each of them fills."""


def verb(
    makes: type[Command | Fact], **says: str
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Refuse keywords that a verb does not have.

    Without it a mistyped keyword would be lost among the options, and
    what it asks for, such as a check of the version, left undone.

    The verb's last parameter is ``**options: Unpack[Options]``, or of a
    fact ``**options: Unpack[FactOptions]``.

    Args:
        makes: the command or the fact that the verb makes.
        says: keywords of its own, and the field that each fills.

    Raises:
        UnknownKeywordError: names the keyword, the one that was
            probably meant, and all that there are.
    """
    options = Options if issubclass(makes, Command) else FactOptions

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        _, *own = (
            each.name
            for each in inspect.signature(method).parameters.values()
            if each.kind is not each.VAR_KEYWORD
        )
        words = (*own, *options.__annotations__)
        known = frozenset(words)
        name = method.__name__

        @functools.wraps(method)
        def asked(*args: P.args, **kwargs: P.kwargs) -> T:
            if not kwargs.keys() <= known:
                unknown = [word for word in kwargs if word not in known]
                raise not_known(name, unknown, words)
            return method(*args, **kwargs)

        about = VerbOf(makes=makes, words=words, says=says)
        vars(asked)["__verb__"] = about
        return asked

    return decorate


def order_of(part_id: str) -> str:
    """The order's id, out of a shipment's, a return's or another part's.

    Raises:
        ValidationError: it is no text, or begins with no order's id.
    """
    if not isinstance(part_id, str):
        why = f"must be text, not {type(part_id).__name__}"
    elif order_id := part_id.rpartition("-")[0]:
        return order_id
    else:
        why = "must begin with the order's id, as o1-s1 does with o1"
    raise ValidationError("the id of a part", [Problem("part_id", why)])


def as_tuple(given: Sequence[T]) -> tuple[T, ...]:
    """A sequence as a tuple; anything else as it is, to be refused later."""
    if isinstance(given, Sequence) and not isinstance(given, str):
        return tuple(given)
    return cast("tuple[T, ...]", given)


def disagree(
    makes: type[Command | Fact], one: str, other: str, *, hint: str
) -> ValidationError:
    """Make the error for two keywords for one thing that disagree."""
    problem = Problem(one, f"says otherwise than {other}: {hint}")
    return ValidationError(makes.__name__, [problem])
