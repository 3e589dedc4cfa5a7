"""Permissions by actor and command: a table for ``Policy.permit``.

A command that is not listed is denied.  A grant may be for the actor's
own orders only; the order's customer is then read in the transaction in
which the command is decided.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Set as AbstractSet,
)
from typing import Any, Final, Self, TypeAlias, get_args

import attrs

from orderlife._kernel.messages import Actor, Command
from orderlife._values.choices import choices
from orderlife._values.money import Money
from orderlife._values.spelling import as_given
from orderlife.errors import Problem, ValidationError
from orderlife.rooms.order.model import Order

__all__ = [
    "Grant",
    "Permissions",
    "UnlessOwn",
    "UpTo",
    "concerns_own",
    "is_own",
    "limits_of",
]

_OWN: Final = "do so in their own orders only"
_KINDS: Final = get_args(attrs.fields(attrs.resolve_types(Actor)).kind.type)


class _Limited(str):
    """An answer of ``Policy.permit``, with the limit of what may be moved."""

    __slots__ = ("most",)
    most: tuple[Money, ...] | None
    """How much the actor may move on one order, in each currency; None:
    any amount."""


class UpTo(_Limited):
    """An empty text: permitted, up to an amount on one order.

    ``UpTo(Money("5.00", "EUR"))``: at most 5.00 EUR go out by all the
    actor's decisions on an order, by whichever commands, and nothing in
    another currency.
    """

    __slots__ = ()

    def __new__(cls, *most: Money) -> Self:
        """Make it of an amount in each currency."""
        made = super().__new__(cls, "")
        made.most = most
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.most or ()


class UnlessOwn(_Limited):
    """A reason of denial that does not count in the actor's own orders.

    ``Policy.permit`` may give it, as any other reason.  Read as a plain
    text, it denies.
    """

    __slots__ = ()

    def __new__(
        cls, reason: str = "", most: tuple[Money, ...] | None = None
    ) -> Self:
        """Make it of a reason, and of the limit in own orders."""
        made = super().__new__(cls, reason)
        made.most = most
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.most)


def limits_of(permitted: str) -> tuple[Money, ...] | None:
    """The limit of what may be moved, by an answer of ``Policy.permit``.

    None: any amount.
    """
    return permitted.most if isinstance(permitted, _Limited) else None


def is_own(actor: Actor, order: Order | None) -> bool:
    """Whether an actor is the customer of an order.

    A guest's order belongs to no customer.
    """
    if order is None or actor.kind != "customer":
        return False
    return bool(actor.id) and order.placement.customer_id == actor.id


def concerns_own(command: Command, order: Order | None) -> bool:
    """Whether a command is about an order of its actor's own.

    Args:
        command: one that names a customer, such as ``PlaceOrder``, must
            name its actor, as orders for others need a full grant.
        order: the order; None: there is none of that id.
    """
    actor = command.actor
    named: object = getattr(command, "customer_id", None)
    if named is None:
        return is_own(actor, order)
    mine = actor.kind == "customer" and bool(actor.id) and named == actor.id
    return mine and (order is None or is_own(actor, order))


@choices
@attrs.frozen
class Grant:
    """A permission to give a command, up to an amount, or in own orders.

    ``Grant(RefundPayment, Money("50.00", "EUR"))``: refunds of up to
    50.00 EUR on one order, and none in another currency.  The limit is
    for all that its holder moves on an order: by refunds, by settling
    exceptions, by cancelling paid units.
    ``Grant(CancelOrder, own=True)``: only where the actor is the
    order's customer.
    """

    command: type[Command]
    up_to: Money | tuple[Money, ...] | None = None
    """One amount, or one in each currency; None: any amount.  Only a
    command with a field ``amount`` of ``Money`` can have one."""
    own: bool = False
    """True: only for orders whose customer is the actor."""

    def objection(self, command: Command) -> str:
        """Why the grant does not cover a command; empty: it does.

        Args:
            command: one of its class.

        Returns:
            ``UnlessOwn``, where it depends on the order's customer.
        """
        if too_much := self._too_much(command):
            return too_much
        return UnlessOwn(_OWN) if self.own else ""

    def _too_much(self, command: Command) -> str:
        if self.up_to is None:
            return ""
        asked: object = getattr(command, _FOR_MONEY, None)
        most = self.up_to if isinstance(self.up_to, tuple) else (self.up_to,)
        listed = ", ".join(str(limit) for limit in most)
        if not isinstance(asked, Money):
            return f"move at most {listed} by it, and it names no amount"
        for limit in most:
            if asked.currency == limit.currency:
                return "" if asked <= limit else f"move at most {limit}"
        return f"move at most {listed}, and nothing in another currency"


_FOR_MONEY: Final = "amount"
"""The field of commands with an amount of money that goes out."""


def _names_money(command: type[Command]) -> bool:
    """Whether a command has an amount of money, and of nothing else."""
    if _FOR_MONEY not in attrs.fields_dict(command):
        return False
    wanted = getattr(attrs.fields(attrs.resolve_types(command)), _FOR_MONEY)
    return Money in (wanted.type, *get_args(wanted.type))


_Given: TypeAlias = Iterable[type[Command] | Grant]


def _grants(table: Mapping[str, _Given]) -> dict[str, tuple[Grant, ...]]:
    if not isinstance(table, Mapping) or not all(
        isinstance(listed, Iterable) for listed in table.values()
    ):
        problem = Problem("kinds and roles", "must be lists of grants by name")
        raise ValidationError("Permissions", [problem])
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


@choices
@attrs.frozen(kw_only=True)
class Permissions:
    """Which commands each kind of actor, and each role, may give.

    It is called as ``Policy.permit`` is, and gives a reason or an empty
    text.  An actor has the grants of its kind and of its roles; of
    several grants of one command the widest counts.

    Raises:
        ValidationError: a kind of actor is unknown, a grant is of no
            command, an amount limits a command without one, or own
            orders are granted to a kind that cannot have any.
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
    """The application's function for the roles of an actor."""
    role_kinds: frozenset[str] = frozenset(("staff",))
    """The kinds of actors that can have roles, so that a customer with the
    id of a member of the staff has none."""

    def __attrs_post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise ValidationError("Permissions", problems)

    def _problems(self) -> Iterator[Problem]:
        if not callable(self.roles_of):
            yield Problem("roles_of", "must be a function")
        kinds: object = self.role_kinds
        known_kinds = frozenset(_KINDS)
        if not isinstance(kinds, AbstractSet) or not kinds <= known_kinds:
            known = ", ".join(_KINDS)
            yield Problem("role_kinds", f"must be a frozenset of: {known}")
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
            ``UnlessOwn``, where it may in its own orders; ``UpTo``,
            where there is a limit.
        """
        roles, fault = self._roles(actor)
        held = [(f"a {actor.kind}", self.kinds.get(actor.kind, ()))]
        held += [
            (f"the role {role}", self.roles.get(role, ())) for role in roles
        ]
        grants = [grant for _, some in held for grant in some]
        objections: list[str] = []
        own = False
        listed: set[str] = set()
        for who, some in held:
            for grant in some:
                listed.add(grant.command.__name__)
                if grant.command is type(command):
                    objection = grant.objection(command)
                    if not objection:
                        most = _most(grants, own=False)
                        return "" if most is None else UpTo(*most)
                    objections.append(f"{who} may {objection}")
                    own = own or isinstance(objection, UnlessOwn)
        if objections:
            why = "; ".join(objections) + fault
            most = _most(grants, own=True)
            return UnlessOwn(why, most) if own else why
        asked = type(command).__name__
        may = ", ".join(sorted(listed)) or "nothing"
        return f"{asked} is not granted; what is granted: {may}{fault}"

    def _roles(self, actor: Actor) -> tuple[tuple[str, ...], str]:
        """The roles of an actor, and what is wrong with the answer."""
        if actor.kind not in self.role_kinds:
            return (), ""
        try:
            found = self.roles_of(actor)
            roles: tuple[str, ...] = tuple(found)
        except Exception as error:  # noqa: BLE001, the application's own
            why = f"raised {type(error).__name__}"
            return (), f"; the policy is at fault: its roles_of {why}"
        if isinstance(found, str) or not all(
            isinstance(role, str) for role in roles
        ):
            why = "gave what is no list of names"
            return (), f"; the policy is at fault: its roles_of {why}"
        return roles, ""


def _most(grants: Iterable[Grant], *, own: bool) -> tuple[Money, ...] | None:
    """The limit of the holder of some grants; None: any amount.

    The widest counts; a grant for own orders counts only in those.
    """
    money = [grant for grant in grants if _names_money(grant.command)]
    if not own:
        money = [grant for grant in money if not grant.own] or money
    if not money or any(grant.up_to is None for grant in money):
        return None
    found: list[Money] = []
    for grant in money:
        most = grant.up_to
        found += most if isinstance(most, tuple) else [most] if most else []
    return tuple(dict.fromkeys(found))


def _wrong(grant: Grant, *, ownerless: bool) -> str:
    """What is wrong with a grant; empty: nothing."""
    command: Any = grant.command
    if not (isinstance(command, type) and issubclass(command, Command)):
        return f"{as_given(command)} is no command"
    most = grant.up_to if isinstance(grant.up_to, tuple) else (grant.up_to,)
    if grant.up_to is not None and not all(
        isinstance(limit, Money) and limit.minor >= 0 for limit in most
    ):
        return f"{command.__name__}: a limit is Money, or a tuple of it"
    if type(grant.own) is not bool:
        return f"{command.__name__}: own is True or False"
    if grant.up_to is not None and not _names_money(command):
        return (
            f"{command.__name__} has no amount of money to limit: what goes "
            "out by it counts for the limit of another grant of its giver's, "
            "such as RefundPayment"
        )
    if grant.own and ownerless:
        return f"{command.__name__}: only a customer has orders of its own"
    return ""
