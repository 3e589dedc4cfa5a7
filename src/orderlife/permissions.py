"""Who may do what: a table for ``Policy.permit``.

What is not listed is denied.  The table knows commands and actors; a
grant may be for the actor's own orders, and whose an order is, is looked
up in the transaction that the command is decided in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, get_args

import attrs

from orderlife.errors import Problem, ValidationError
from orderlife.messages import Actor, Command
from orderlife.money import Money
from orderlife.order.messages import DraftOrder, PlaceOrder
from orderlife.order.model import Order

__all__ = ["Grant", "Permissions", "UnlessOwn", "concerns_own", "is_own"]

_OWN: Final = "do so in their own orders only"
_KINDS: Final = get_args(attrs.fields(attrs.resolve_types(Actor)).kind.type)


class UnlessOwn(str):
    """A reason that does not count where the order is the actor's own.

    ``Policy.permit`` may give it, as any other reason.  Whoever takes
    it for a plain text denies.
    """

    __slots__ = ()


def is_own(actor: Actor, order: Order | None) -> bool:
    """Whether an actor is the customer of an order.

    A guest's order belongs to no customer, and no order to nobody.
    """
    if order is None or actor.kind != "customer":
        return False
    return bool(actor.id) and order.placement.customer_id == actor.id


def concerns_own(command: Command, order: Order | None) -> bool:
    """Whether a command is about an order of its actor's own.

    Args:
        command: one that makes an order must name its actor as the
            customer: nobody orders in another's name.
        order: as it stands; None: there is none of that id.
    """
    actor = command.actor
    if not isinstance(command, PlaceOrder | DraftOrder):
        return is_own(actor, order)
    named = actor.kind == "customer" and bool(actor.id)
    mine = named and command.customer_id == actor.id
    return mine and (order is None or is_own(actor, order))


@attrs.frozen
class Grant:
    """Leave to give a command, up to an amount, or in own orders.

    ``Grant(RefundPayment, Money("50.00", "EUR"))``: refunds of up to
    50.00 EUR each, and none in another currency.
    ``Grant(CancelOrder, own=True)``: only where the actor is the
    order's customer.
    """

    command: type[Command]
    up_to: Money | tuple[Money, ...] | None = None
    """One amount, or one in each currency; None: any amount."""
    own: bool = False
    """True: only in orders whose customer is the actor."""

    def objection(self, command: Command) -> str:
        """Why it does not cover a command; empty: it does.

        Args:
            command: one of its class.

        Returns:
            ``UnlessOwn``, where that depends on whose the order is.
        """
        if too_much := self._too_much(command):
            return too_much
        return UnlessOwn(_OWN) if self.own else ""

    def _too_much(self, command: Command) -> str:
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
        ValidationError: a kind is no actor's, a grant is no command, an
            amount limits one that has none, or own orders are granted
            to a kind that has none.
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
                ownerless = where == "kinds" and who != "customer"
                for grant in grants:
                    if wrong := _wrong(grant, ownerless=ownerless):
                        yield Problem(f"{where}[{who}]", wrong)

    def __call__(self, actor: Actor, command: Command) -> str:
        """Why an actor may not give a command; empty: it may.

        Returns:
            ``UnlessOwn``, where it may in its own orders.
        """
        held = [(f"a {actor.kind}", self.kinds.get(actor.kind, ()))]
        held += [
            (f"the role {role}", self.roles.get(role, ()))
            for role in self.roles_of(actor)
        ]
        objections: list[str] = []
        own = False
        listed: set[str] = set()
        for who, grants in held:
            for grant in grants:
                listed.add(grant.command.__name__)
                if grant.command is type(command):
                    objection = grant.objection(command)
                    if not objection:
                        return ""
                    objections.append(f"{who} may {objection}")
                    own = own or isinstance(objection, UnlessOwn)
        if objections:
            why = "; ".join(objections)
            return UnlessOwn(why) if own else why
        asked = type(command).__name__
        may = ", ".join(sorted(listed)) or "nothing"
        return f"{asked} is not granted; what is granted: {may}"


def _wrong(grant: Grant, *, ownerless: bool) -> str:
    """What is wrong with a grant; empty: nothing."""
    command: Any = grant.command
    if not (isinstance(command, type) and issubclass(command, Command)):
        return f"{command!r} is no command"
    has_amount = "amount" in attrs.fields_dict(command)
    if grant.up_to is not None and not has_amount:
        return f"{command.__name__} has no amount to limit"
    if grant.own and ownerless:
        return f"{command.__name__}: only a customer has orders of its own"
    return ""
