"""Calls the functions of a policy, and checks their answers.

A policy's functions are the shop's own, and may have faults: they may
raise, or give None or a wrong type.  None of that may stop an order, and
no text of a foreign error is kept, as it may hold personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs

from orderlife._kernel.integrity import in_the_house
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife._values.choices import unkept
from orderlife._values.times import YEARS, utc
from orderlife.errors import PolicyError
from orderlife.policy.model import Policy
from orderlife.rooms.exceptions.messages import OpenException

__all__ = [
    "Answered",
    "NoAnswerError",
    "asked",
    "check_word",
    "instance_of",
    "moment",
    "or_else",
    "or_error",
    "text_of",
    "usual",
]

T = TypeVar("T")


class NoAnswerError(Exception):
    """An answer that cannot be used; its text ends the sentence "it …"."""


@attrs.frozen
class Answered(Generic[T]):
    """The answer that is used, and the fault that a person is told of."""

    answer: T
    faults: tuple[OpenException, ...] = ()
    """What was wrong with the policy's answer; empty: nothing."""


def asked(
    function: Callable[..., Any],
    given: tuple[Any, ...],
    read: Callable[..., T],
) -> T:
    """Call a function of the policy, and check its answer.

    Raises:
        NoAnswerError: it raised an error, or its answer is unusable.
    """
    # An error's text may hold personal data; its type does not.
    try:
        answer = function(*given)
    except Exception as error:
        ours = _is_ours(function, given)
        if ours and in_the_house(error.__traceback__):
            raise  # the stored case is corrupt, and is reported as such
        raise NoAnswerError(f"raised {type(error).__name__}") from error
    try:
        return read(answer)
    except NoAnswerError:
        raise
    except Exception as error:
        what = type(answer).__name__
        raise NoAnswerError(f"answered {what}, which is no answer") from error


def _is_ours(function: Callable[..., Any], given: tuple[Any, ...]) -> bool:
    """Whether it is a default of ours that calls no shop's method.

    The defaults call other methods of the policy, which a shop's own
    class of policies may override.
    """
    asks = (getattr(function, "__self__", None), *given)
    if any(isinstance(e, Policy) and type(e) is not Policy for e in asks):
        return False
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] == "orderlife"


def or_else(
    name: str,
    about: str,
    ask: Callable[[], T],
    default: Callable[[], T],
    instead: str,
) -> Answered[T]:
    """The policy's answer; without one, the default and the fault."""
    try:
        return Answered(ask())
    except NoAnswerError as nonsense:
        contradiction = Contradiction(
            ExceptionKind.POLICY_FAULT,
            f"policy.{name}",
            f"policy.{name} answers about {about}",
            f"it {nonsense}; {instead}",
        )
        return Answered(default(), (OpenException(contradiction),))


def or_error(
    name: str,
    about: str,
    function: Callable[..., Any],
    given: tuple[Any, ...],
    read: Callable[..., T],
) -> T:
    """The policy's answer about a command.

    Raises:
        PolicyError: it gives no usable answer.
    """
    try:
        return asked(function, given, read)
    except NoAnswerError as nonsense:
        raise PolicyError(name, about, str(nonsense)) from nonsense


def usual(policy: Policy) -> Policy:
    """The policy with the same values, and our default methods."""
    return Policy(
        **{
            field.name: getattr(policy, field.name)
            for field in attrs.fields(Policy)
        }
    )


def instance_of(kind: type[T], answer: object) -> T:
    """Check that an answer is an instance of a class.

    Raises:
        NoAnswerError: it is not.
    """
    if isinstance(answer, kind):
        return answer
    raise NoAnswerError(
        f"answered {type(answer).__name__}, which is no {kind.__name__}"
    )


def moment(answer: object) -> datetime:
    """The answer, which must be a time with a zone.

    Raises:
        NoAnswerError: it is none.
    """
    found = utc(instance_of(datetime, answer))
    if found.tzinfo is None or found.year not in YEARS:
        raise NoAnswerError("answered a time that is no date with a zone")
    return found


def text_of(answer: object, what: str) -> str:
    """Check that an answer is a text that can be stored.

    Raises:
        NoAnswerError: it is not.
    """
    if not isinstance(answer, str):
        raise NoAnswerError(
            f"gave {type(answer).__name__} as its {what}, which is no text"
        )
    if why := unkept(answer):
        raise NoAnswerError(f"gave {why} as its {what}")
    return answer


def check_word(answer: object, what: str, known: Sequence[str]) -> None:
    """Check that an answer is one of the known words.

    Raises:
        NoAnswerError: it is not.
    """
    if answer not in known:
        raise NoAnswerError(
            f"gave a {what} that is none of {', '.join(known)}"
        )
