"""The intake: how a command or a fact is decided on and stored.

An input is decided on the order as it stands, and the decision is stored
unless the order was changed meanwhile; then it is decided anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Refusal
from orderlife._kernel.house import House
from orderlife._kernel.integrity import IntegrityCheck
from orderlife._kernel.messages import Command, Fact
from orderlife._values.replacing import replace
from orderlife._values.sanitizing import heard
from orderlife._values.times import as_utc_clock
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.durability import Memory
from orderlife.engine.hand import Hand
from orderlife.engine.inbox import (
    Receipt,
    again,
    answered_by,
    commit_of,
    number_taken,
    order_id_of,
    receipt,
    refused,
)
from orderlife.engine.retry import Retry
from orderlife.engine.stuck import Stuck
from orderlife.errors import ConflictError
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import Capabilities, Outcome
from orderlife.ports.store import (
    ClaimLost,
    ClaimNew,
    Commit,
    CommitOutcome,
    Committed,
    Loaded,
    NumberTaken,
    Repeated,
    Settle,
    Stale,
)

__all__ = ["Intake"]

_RACES: Final = 20


@attrs.frozen(kw_only=True)
class Intake:
    """Decides on inputs, with the settings that all flows share."""

    clock: Callable[[], datetime] = attrs.field(converter=as_utc_clock)
    policy: Policy
    owner: str
    """The name under which effects are claimed; unique for each desk."""
    capabilities: Mapping[str, Capabilities]
    """By port, what its adapter can do about a lost answer."""
    house: House = attrs.field(default=HOUSE, repr=False)
    """The rooms that decide."""
    lease: timedelta = timedelta(minutes=2)
    """How long a claim holds; longer than the slowest call of a port."""
    retry: Retry = attrs.field(factory=Retry)
    memory: Memory = attrs.field(factory=Memory, eq=False, repr=False)
    """Whether the store may lose what was committed last."""
    stuck: Stuck = attrs.field(factory=Stuck, eq=False, repr=False)
    """Orders that cannot be read, and when to look at them again."""
    local: bool = False
    """Whether stock can move in the transaction of a decision."""
    hand: Hand | None = attrs.field(default=None, eq=False, repr=False)
    """What it has in hand of the one order that it drives; None: it
    drives none."""

    def submit(
        self,
        message: Command | Fact,
        settles: tuple[Settle, ...] = (),
    ) -> Flow[Receipt]:
        """Decide on an input and store the decision.

        Raises:
            RefusedError: a command that cannot be followed.
            InputError: an input that is wrong in itself.
            NumberTakenError: another order has its channel's number.
            ConflictError: the order changed at each of several attempts.
        """
        order_id = order_id_of(message, self.house)
        if isinstance(message, Fact):
            message = heard(message)  # before it is compared with other inputs
        message = _with_word(message, self.capabilities, self.house)
        hand = self.hand or Hand(claims=False)
        for _ in range(_RACES):
            known = hand.loaded
            loaded = known or (yield from self._read(order_id))
            case = loaded.case
            now = self.clock()
            decision = self.house.handle(case, message, now, self.policy)
            hand.loaded = None
            if isinstance(decision, Refusal):
                if known is not None:
                    continue  # it may have changed since
                # Who asks again may have died before it was performed.
                hand.left = True
                return (yield from refused(message, decision, now, self.house))
            with IntegrityCheck(order_id):
                commit = commit_of(
                    loaded, message, decision, now, settles, self.house
                )
            if not (commit.events or commit.settles or commit.input_id):
                if known is not None:
                    continue
                hand.loaded = loaded
                return receipt(case, decision.case)
            commit = self._with_hand(commit, hand)
            outcome = yield from self._stored(commit, hand)
            match outcome:
                case Committed():
                    hand.left |= bool(decision.retried)
                    return receipt(case, decision.case)
                case Repeated():
                    hand.left = True
                    return again(message, outcome.answer, self.house)
                case ClaimLost():
                    return receipt(case, case)
                case NumberTaken(order_id=owner):
                    raise number_taken(commit, owner)
                case Stale():
                    pass  # it is decided anew
                case _:
                    assert_never(outcome)
        error = f"order {order_id} kept changing: try again"
        raise ConflictError(error)

    def _read(self, order_id: str) -> Flow[Loaded[Case]]:
        """The order as it is stored; a new one where there is none."""
        loaded = yield from calls.load(order_id)
        if loaded is None:
            loaded = Loaded(case=Case(order_id=order_id))
        return loaded

    def _with_hand(self, commit: Commit[Case], hand: Hand) -> Commit[Case]:
        """Claim the new effects for its driver, and settle what it has done.

        Only effects whose outcome can be found out if the driver stops
        in the middle.  All others are claimed one by one, just before
        they are performed.
        """
        operations = frozenset(
            each.operation_id
            for each in commit.intents
            if hand.claims and self.finds_out(each.port)
        )
        if not (operations or hand.asides):
            return commit
        claim = ClaimNew(
            owner=self.owner,
            until=commit.now + self.lease,
            operations=operations,
        )
        return replace(commit, claim=claim, asides=tuple(hand.asides))

    def _stored(self, commit: Commit[Case], hand: Hand) -> Flow[CommitOutcome]:
        """Store a decision, and take up what is to be done for it."""
        outcome = yield from calls.commit(commit)
        if isinstance(outcome, Committed):
            hand.took(commit, outcome)
        return outcome

    def finds_out(self, port: str) -> bool:
        """Whether a lost answer of a port can be found out."""
        able = self.capabilities[port]
        return able.deduplicates or able.looks_up


def _with_word(
    message: Command | Fact,
    capabilities: Mapping[str, Capabilities],
    house: House,
) -> Command | Fact:
    """Fill in the adapter's capability where an answer leaves it open.

    So the order keeps it, whatever the adapter says later.
    """
    able = capabilities.get(answered_by(message, house))
    outcome = getattr(message, "outcome", None)
    if able is None or not isinstance(outcome, Outcome):
        return message
    told: Any = message
    said = outcome.told_by(able)
    return message if said is outcome else attrs.evolve(told, outcome=said)
