"""What an actor may do, and how much it may move.

A limit of a person is a limit on what goes out by the person's
decisions, whichever command they are made with.  So a command is not
judged by what it asks for, but by what has come of it: all that it gives
back, does without or gives away, which the rooms say, and what the same
actor moved on the same order before.
"""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Command
from orderlife._values.choices import unkept
from orderlife._values.money import Money
from orderlife.errors import (
    DeniedError,
    LimitExceededError,
    StaleVersionError,
)
from orderlife.policy.answers import NoAnswerError, asked
from orderlife.policy.model import Policy
from orderlife.policy.permissions import UnlessOwn, concerns_own, limits_of
from orderlife.rooms.order.messages import AuthorityUsed

__all__ = ["check_permitted", "used"]


def check_permitted(case: Case, command: Command, policy: Policy) -> None:
    """Refuse a command that the policy denies, or of a stale version.

    This comes first, so that a denied actor learns nothing of the order.

    Raises:
        DeniedError: the policy denies the actor this command.
        StaleVersionError: the case is at another version.
    """
    why = _objection(policy, command.actor, command)
    own = isinstance(why, UnlessOwn) and concerns_own(command, case.order)
    if why and not own:
        # The same text for another customer's order and for none.
        raise DeniedError(
            type(command).__name__,
            f"order {case.order_id}",
            f"{command.actor} may not: {why}",
            "ask somebody who may",
        )
    expected = command.expected_version
    if expected is not None and expected != case.version:
        raise StaleVersionError(case.order_id, expected, case.version)


def _objection(policy: Policy, actor: Actor, command: Command) -> str:
    """Why policy does not let an actor give a command; empty: it does.

    Whatever is no answer denies, and says that the policy is at fault.
    """
    try:
        return asked(policy.permit, (actor, command), _reason)
    except NoAnswerError as nonsense:
        return f"the policy is at fault: its permit {nonsense}"


def _reason(answer: object) -> str:
    if not isinstance(answer, str):
        raise NoAnswerError(
            f"answered {type(answer).__name__}, which is no text"
        )
    if why := unkept(answer):
        raise NoAnswerError(f"answered {why}")
    return answer


def used(
    after: Case, minor: int, command: Command, policy: Policy
) -> list[AuthorityUsed]:
    """Check how much a command moves, and give the event to record.

    Args:
        after: the order, as it would be.
        minor: how much it moves.
        command: whose actor may move so much and no more.
        policy: who says how much.

    Raises:
        LimitExceededError: it moves more than its actor may.
    """
    if not minor:
        return []
    actor = str(command.actor)
    most = limits_of(_objection(policy, command.actor, command))
    if most is None:
        return []
    currency = after.placed.placement.currency
    known = after.placed.authority_used.get(actor, 0)
    limit = max((m.minor for m in most if m.currency == currency), default=0)
    if known + minor > limit:
        moves = Money.of_minor(minor, currency)
        so_far = Money.of_minor(known, currency)
        listed = ", ".join(map(str, most)) or "nothing"
        raise LimitExceededError(
            type(command).__name__,
            f"order {after.order_id}",
            f"{actor} may not: it moves {moves}, {so_far} were moved on "
            f"this order before, and at most {listed} may be",
            "ask somebody who may",
        )
    return [AuthorityUsed(actor=actor, minor=minor)]
