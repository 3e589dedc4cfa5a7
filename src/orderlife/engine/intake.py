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
from orderlife._values.sanitizing import heard
from orderlife._values.times import as_utc_clock
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.durability import Memory
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
        for _ in range(_RACES):
            loaded = yield from calls.load(order_id)
            if loaded is None:
                loaded = Loaded(case=Case(order_id=order_id))
            case = loaded.case
            now = self.clock()
            decision = self.house.handle(case, message, now, self.policy)
            if isinstance(decision, Refusal):
                return (yield from refused(message, decision, now, self.house))
            with IntegrityCheck(order_id):
                commit = commit_of(
                    loaded, message, decision, now, settles, self.house
                )
            if not (commit.events or commit.settles or commit.input_id):
                return receipt(case, decision.case)
            outcome = yield from calls.commit(commit)
            match outcome:
                case Committed():
                    return receipt(case, decision.case)
                case Repeated():
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
