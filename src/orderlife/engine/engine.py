"""The engine: what desks and workers do, as flows.

It decides on inputs (``intake``), performs their effects
(``performer``), drives an order (``driving``), and works on what is due,
of any order.
"""

from __future__ import annotations

import attrs

from orderlife.engine.batches import Batch
from orderlife.engine.calls import Flow
from orderlife.engine.driving import Driver
from orderlife.engine.hand import Claim
from orderlife.engine.inbox import Receipt
from orderlife.engine.results import RoundResult, failure
from orderlife.engine.retry import Retry
from orderlife.errors import OverloadedError

__all__ = ["Claim", "Engine", "Receipt", "Retry", "RoundResult", "failure"]


@attrs.frozen(kw_only=True)
class Engine(Driver):
    """The flows of a desk, with the settings that they share."""

    def sweep(self, limit: int = 100) -> Flow[RoundResult]:
        """Fire timers and perform effects that are due, of any order.

        A failure does not keep the others from being worked on.  Only an
        overloaded store ends the round, with ``RoundResult.overloaded``
        and what was done until then.
        """
        total = yield from self.fire(limit)
        batch = self.batch()

        def more(done: int) -> bool:
            return total.effects + done < limit and not total.overloaded

        while total.effects < limit and not total.overloaded:
            began = self.clock()
            wanted = min(batch.size, limit - total.effects)
            try:
                claims = yield from self.claim(wanted)
            except OverloadedError as error:
                return total + failure(error)
            if not claims:
                break
            before = total.effects
            for of_one in self.by_order(claims):
                total += yield from self.attempt(*of_one, more=more)
            spent = self.clock() - began
            if total.effects == before and spent >= self.lease / 2:
                break  # claims run out before anything can be begun
            batch.took(spent)
        return total

    def batch(self) -> Batch:
        """How many effects to claim that are performed one by one."""
        return Batch(self.lease, self.capabilities.values())
