"""Who may do what: a table for ``Policy.permit``.

What is not listed is denied.  The table knows commands and actors, and
no order: whose order it is, the application asks itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, get_args

import attrs

from orderlife.errors import Problem, ValidationError
from orderlife.messages import Actor, Command
from orderlife.money import Money

__all__ = ["Grant", "Permissions"]

_KINDS: Final = get_args(attrs.fields(attrs.resolve_types(Actor)).kind.type)


@attrs.frozen
class Grant:
    """Leave to give a command, up to an amount.

    ``Grant(RefundPayment, Money("50.00", "EUR"))``: refunds of up to
    50.00 EUR each, and none in another currency.
    """

    command: type[Command]
    up_to: Money | tuple[Money, ...] | None = None
    """One amount, or one in each currency; None: any amount."""

    def objection(self, command: Command) -> str:
        """Why it does not cover a command; empty: it does.

        Args:
            command: one of its class.
        """
        if self.up_to is None:
            return ""
        asked: object = getattr(command, "amount", None)
        most = self.up_to if isinstance(self.up_to, tuple) else (self.up_to,)
        for limit in most:
            if isinstance(asked, Money) and asked.currency == limit.currency:
                return "" if asked <= limit else f"at most {limit}"
        listed = ", ".join(str(limit) for limit in most)
        return f"at most {listed}, and in no other currency"


_Given: TypeAlias = Iterable[type[Command] | Grant]


def _grants(table: Mapping[str, _Given]) -> dict[str, tuple[Grant, ...]]:
    return {
        who: tuple(
            given if isinstance(given, Grant) else Grant(given)
            for given in listed
        )
        for who, listed in table.items()
    }


def _no_roles(actor: Actor) -> Iterable[str]:
    del actor
    return ()


@attrs.frozen(kw_only=True)
class Permissions:
    """Which commands each kind of actor, and each role, may give.

    It is called as ``Policy.permit`` is, and gives a reason or an empty
    text.  An actor may do what its kind may and what its roles may, and
    of several grants of one command the widest counts.

    Raises:
        ValidationError: a kind is no actor's, a grant is no command, or
            an amount limits one that has none.
    """

    kinds: Mapping[str, tuple[Grant, ...]] = attrs.field(
        factory=dict, converter=_grants
    )
    """Grants by ``Actor.kind``: ``customer``, ``staff`` …"""
    roles: Mapping[str, tuple[Grant, ...]] = attrs.field(
        factory=dict, converter=_grants
    )
    """Grants by the name of a role of the shop's own."""
    roles_of: Callable[[Actor], Iterable[str]] = _no_roles
    """Which roles an actor has: the application knows."""

    def __attrs_post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise ValidationError("Permissions", problems)

    def _problems(self) -> Iterator[Problem]:
        for kind in self.kinds:
            if kind not in _KINDS:
                known = ", ".join(_KINDS)
                yield Problem(f"kinds[{kind}]", f"must be one of: {known}")
        for where in ("kinds", "roles"):
            for who, grants in getattr(self, where).items():
                for grant in grants:
                    if wrong := _wrong(grant):
                        yield Problem(f"{where}[{who}]", wrong)

    def __call__(self, actor: Actor, command: Command) -> str:
        """Why an actor may not give a command; empty: it may."""
        held = [(f"a {actor.kind}", self.kinds.get(actor.kind, ()))]
        held += [
            (f"the role {role}", self.roles.get(role, ()))
            for role in self.roles_of(actor)
        ]
        objections = []
        listed: set[str] = set()
        for who, grants in held:
            for grant in grants:
                listed.add(grant.command.__name__)
                if grant.command is type(command):
                    objection = grant.objection(command)
                    if not objection:
                        return ""
                    objections.append(f"{who} may {objection}")
        if objections:
            return "; ".join(objections)
        asked = type(command).__name__
        may = ", ".join(sorted(listed)) or "nothing"
        return f"{asked} is not granted; what is granted: {may}"


def _wrong(grant: Grant) -> str:
    """What is wrong with a grant; empty: nothing."""
    command: Any = grant.command
    if not (isinstance(command, type) and issubclass(command, Command)):
        return f"{command!r} is no command"
    has_amount = "amount" in attrs.fields_dict(command)
    if grant.up_to is not None and not has_amount:
        return f"{command.__name__} has no amount to limit"
    return ""
