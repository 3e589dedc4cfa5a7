"""The checks of commands about returns."""

from __future__ import annotations

from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Quantities
from orderlife.errors import NotAllowedError, Problem, ValidationError
from orderlife.rooms.order.decide import check_quantities
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.returns import terms
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    DeclineReturn,
    GrantReturn,
    RefuseReturn,
    RequestReturn,
    StartReturn,
)
from orderlife.rooms.returns.model import Return

__all__ = ["GONE", "approve", "decline", "request", "returnable_units"]

GONE: Final = frozenset(
    (ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
)
"""The states of a return whose units can be returned again."""


def request(
    case: Case, command: RequestReturn, context: Context
) -> list[StartReturn]:
    """Request a return of delivered units.

    Raises:
        NotAllowedError: nothing of the order was delivered.
        ValidationError: names every field that is wrong.
    """
    order = case.placed
    if order.state not in {OrderState.CONFIRMED, OrderState.COMPLETED}:
        raise NotAllowedError(
            "return goods of",
            f"order {case.order_id}",
            f"it is {order.state.value}",
            "a return follows a delivery",
        )
    check_quantities(order, command.quantities, type(command).__name__)
    problems = _unit_problems(case, command.quantities)
    reasons = context.policy.reasons
    if command.reason not in reasons:
        known = ", ".join(reasons)
        problems.append(Problem("reason", f"must be one of: {known}"))
    if command.resolution == "keep" and command.actor.kind == "customer":
        problems.append(
            Problem("resolution", "only the shop can let the goods stay")
        )
    if problems:
        raise ValidationError(type(command).__name__, problems)
    return_id = f"{case.order_id}-t{len(case.returns) + 1}"
    return [
        StartReturn(
            return_id=return_id,
            quantities=command.quantities,
            reason=command.reason,
            resolution=command.resolution,
            at=context.now,
            comment=f"{return_id}:comment" if command.comment else "",
        )
    ]


def returnable_units(case: Case) -> dict[str, int]:
    """By line that is no charge, the units that can be asked back."""
    taken: dict[str, int] = {}
    for return_ in case.returns.values():
        if return_.state in GONE:
            continue
        for line in return_.lines:
            units = max(line.quantity, line.received)
            taken[line.line_id] = taken.get(line.line_id, 0) + units
    return {
        line_id: max(0, units.delivered - taken.get(line_id, 0))
        for line_id, units in case.placed.units_but("charge").items()
    }


def _unit_problems(case: Case, quantities: Quantities) -> list[Problem]:
    problems = []
    there = returnable_units(case)
    for line_id, quantity in quantities.items():
        remaining = there.get(line_id)
        if remaining is None:
            problems.append(
                Problem(
                    f"quantities[{line_id}]",
                    "is a charge, of which nothing comes back: give it "
                    "back with RefundPayment, or cancel it with CancelLines",
                )
            )
            continue
        if quantity > remaining:
            delivered = case.placed.units[line_id].delivered
            problems.append(
                Problem(
                    f"quantities[{line_id}]",
                    f"{quantity} asked for; {remaining} of {delivered} "
                    "delivered units can come back",
                )
            )
    return problems


def approve(
    return_: Return, command: ApproveReturn, context: Context
) -> list[GrantReturn]:
    """Approve a return by a person's decision, on the shop's terms."""
    policy = context.policy
    found = terms.return_terms(policy, return_.reason)
    return [
        GrantReturn(
            return_id=command.return_id,
            explanation=command.explanation or str(command.actor),
            expires_at=terms.approval_ends(policy, context.now),
            keep_items=command.keep_items,
            label=found.label and not command.keep_items,
            notify=command.notify,
        )
    ]


def decline(
    return_: Return, command: DeclineReturn, context: Context
) -> list[RefuseReturn]:
    """Decline a return by a person's decision."""
    return [
        RefuseReturn(
            return_id=return_.return_id, explanation=command.explanation
        )
    ]
