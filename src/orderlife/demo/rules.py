"""A shop's policy as a life's file writes it.

Plain values are written as they are, lengths of time as ``2d 12h``.
Rules go by name: ``screen`` is ``accept``, ``review`` or ``reject``,
``judge`` may be ``ask``, and ``permit`` lists who may give which
command, as in ``{"RefundPayment": ["staff"]}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, get_args

import attrs

from orderlife import Actor, Command, Policy, ReturnTerms, ReturnVerdict
from orderlife.demo._reading import ScenarioError, an_object, length, unknown
from orderlife.errors import ValidationError
from orderlife.house import HOUSE
from orderlife.policy import CaptureWhen, accept_all
from orderlife.rooms.order.model import Order, Screening
from orderlife.rooms.returns.model import Return

__all__ = ["policy_of"]

Permit: TypeAlias = Callable[[Actor, Command], str]


def _review(order: Order) -> Screening:
    return Screening(
        verdict="review",
        reason=f"order {order.order_id} is dear, and its address is new",
    )


def _reject(order: Order) -> Screening:
    return Screening(
        verdict="reject", reason=f"order {order.order_id} is on a list"
    )


def _ask(
    policy: Policy,
    order: Order,
    return_: Return,
    delivered_at: datetime | None,
    now: datetime,
) -> ReturnVerdict:
    del policy, order, delivered_at, now
    return ReturnVerdict(
        answer="ask", explanation=f"a person looks at {return_.return_id}"
    )


_NAMED: Final[Mapping[str, Mapping[str, Any]]] = {
    "screen": {"accept": accept_all, "review": _review, "reject": _reject},
    "judge": {"ask": _ask},
    "capture": {when: when for when in get_args(CaptureWhen)},
    "refund_order": {order: order for order in ("last_first", "first_first")},
}
_TERMS: Final = frozenset(field.name for field in attrs.fields(ReturnTerms))
_KINDS: Final = get_args(attrs.fields(attrs.resolve_types(Actor)).kind.type)
_COMMANDS: Final = frozenset(kind.__name__ for kind in HOUSE.commands)


def policy_of(data: Any) -> Policy:
    """Make a policy of what is written.

    Raises:
        ScenarioError: there is no such choice; says which there are.
    """
    known = frozenset(field.name for field in attrs.fields(Policy))
    usual = Policy()
    try:
        return Policy(
            **{
                name: _choice(name, value, getattr(usual, name))
                for name, value in an_object(data, known).items()
            }
        )
    except ValidationError as error:
        raise ScenarioError(str(error)) from None


def _choice(name: str, value: Any, usual: Any) -> Any:
    if name in _NAMED:
        if value not in _NAMED[name]:
            raise ScenarioError(unknown(name, value, _NAMED[name]))
        return _NAMED[name][value]
    if name == "permit":
        return _permit(value)
    if isinstance(usual, ReturnTerms):
        return attrs.evolve(usual, **an_object(value, _TERMS))
    if isinstance(usual, frozenset):
        return frozenset(value)
    if isinstance(usual, timedelta):
        return length(value)
    if type(value) is not type(usual):
        raise ScenarioError(f"{name}: {value!r} is no such choice")
    return value


def _permit(rules: Any) -> Permit:
    allowed = an_object(rules, _COMMANDS)
    for name, kinds in allowed.items():
        for kind in kinds:
            if kind not in _KINDS:
                raise ScenarioError(unknown(name, kind, _KINDS))

    def permit(actor: Actor, command: Command) -> str:
        kinds = allowed.get(type(command).__name__)
        if kinds is None or actor.kind in kinds:
            return ""
        return f"only {' and '.join(kinds)} may"

    return permit
