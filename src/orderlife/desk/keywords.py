"""What every verb of a desk has in common: which words it takes.

A verb takes the words of its command or fact and no other, and what
can be said in two ways is said in one, or refused.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec, TypedDict, TypeVar, cast

import attrs

from orderlife._kernel.messages import Actor, Command, Fact
from orderlife._values.personal import Contact
from orderlife._values.spelling import not_known
from orderlife.errors import Problem, ValidationError
from orderlife.ports.carrier import Parcel
from orderlife.ports.payment import Tender

__all__ = [
    "FactOptions",
    "Options",
    "VerbOf",
    "as_tuple",
    "one_contact",
    "parcels_of",
    "tenders_of",
    "verb",
]

P = ParamSpec("P")
T = TypeVar("T")


class Options(TypedDict, total=False):
    """What every command may carry."""

    actor: Actor
    command_id: str
    notify: bool
    expected_version: int | None


class FactOptions(TypedDict, total=False):
    """What every fact may carry."""

    fact_id: str
    source: Actor


@attrs.frozen(kw_only=True)
class VerbOf:
    """What a verb makes, and of which words."""

    makes: type[Command | Fact]
    """The command or the fact."""
    words: tuple[str, ...]
    """All that it takes; another word is refused."""
    says: Mapping[str, str]
    """Words of its own, and the field that each of them fills."""


def verb(
    makes: type[Command | Fact], **says: str
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a verb take its own words alone.

    Without it a mistyped word is one option more among the options, and
    is lost: the guard that it stands for is off, and nobody knows.

    Raises:
        UnknownKeywordError: naming the word, the one that was meant and
            all that there are.
    """
    options = Options if issubclass(makes, Command) else FactOptions

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        _, *own = inspect.signature(method).parameters
        words = (*own[:-1], *options.__annotations__)
        known = frozenset(words)
        name = method.__name__

        @functools.wraps(method)
        def asked(*args: P.args, **kwargs: P.kwargs) -> T:
            if not kwargs.keys() <= known:
                unknown = [word for word in kwargs if word not in known]
                raise not_known(name, unknown, words)
            return method(*args, **kwargs)

        asked.__verb__ = VerbOf(  # type: ignore[attr-defined]
            makes=makes, words=words, says=says
        )
        return asked

    return decorate


def as_tuple(given: Sequence[T]) -> tuple[T, ...]:
    """A sequence as a tuple; what is none is left to be refused."""
    if isinstance(given, Sequence) and not isinstance(given, str):
        return tuple(given)
    return cast("tuple[T, ...]", given)


def _disagree(
    what: str, one: str, other: str, *, hint: str
) -> ValidationError:
    """Two ways of saying one thing that do not say the same."""
    return ValidationError(
        what, [Problem(one, f"says otherwise than {other}: {hint}")]
    )


def one_contact(contact: Contact | None, email: str) -> Contact | None:
    """The contact, with the mail address that was given beside it."""
    if not email:
        return contact
    if contact is None:
        return Contact(email=email)
    if not isinstance(contact, Contact):
        return contact  # left to be refused
    if contact.email not in {"", email}:
        raise _disagree(
            "PlaceOrder", "email", "contact", hint="give one of them"
        )
    return attrs.evolve(contact, email=email)


def tenders_of(
    pay_with: str | Tender | Sequence[Tender], tenders: Sequence[Tender]
) -> tuple[Tender, ...]:
    """The means of payment, in whichever way they were given."""
    named = as_tuple(tenders)
    if isinstance(pay_with, str):
        # An empty token is no card's: it is refused as one.
        found: tuple[Tender, ...] = (Tender("card", pay_with),)
    elif isinstance(pay_with, Tender):
        found = (pay_with,)
    else:
        found = as_tuple(pay_with)
    if not found or not named:
        return found or named
    if found != named:
        raise _disagree(
            "PlaceOrder", "pay_with", "tenders", hint="give one of them"
        )
    return named


def parcels_of(
    weight_g: int, parcels: tuple[Parcel, ...]
) -> tuple[Parcel, ...]:
    """The parcels, in whichever way they were given."""
    if not parcels:
        return (Parcel(weight_g=weight_g),)
    if not isinstance(parcels, tuple):
        return parcels  # left to be refused
    weights = [getattr(box, "weight_g", None) for box in parcels]
    if weight_g and all(type(weight) is int for weight in weights):
        whole = sum(cast("list[int]", weights))
        if whole != weight_g:
            raise _disagree(
                "PackShipment",
                "weight_g",
                "parcels",
                hint=f"together they weigh {whole}",
            )
    return parcels
