"""Units: a decision and the stock that it asks for, as one transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import attrs

from orderlife._kernel.case import Case
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.hand import Claim, Hand
from orderlife.engine.performer import Performer
from orderlife.errors import OverloadedError
from orderlife.ports.inventory import INVENTORY
from orderlife.ports.store import Commit, CommitOutcome

__all__ = ["Units"]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Units(Performer):
    """Moves stock in the transaction of its decision, where it can."""

    def _stored(self, commit: Commit[Case], hand: Hand) -> Flow[CommitOutcome]:
        """Store a decision; move the stock that it asks for, if it can.

        That is one transaction then, with what the order makes of the
        answer.  Only the first request of a decision is part of it, as
        a second one might wait for another's rows while it has locked
        its own.
        """
        apart = partial(super()._stored, commit, hand)
        if self.local and hand.claims and not hand.within:
            for intent in commit.intents:
                if intent.port == INVENTORY.name:
                    name = intent.operation_id
                    one = partial(self._with_stock, commit, hand, name)
                    return (yield from self.as_one(one, apart, hand))
        return (yield from apart())

    def _with_stock(
        self, commit: Commit[Case], hand: Hand, operation_id: str
    ) -> Flow[CommitOutcome]:
        outcome = yield from super()._stored(commit, hand)
        found = hand.taken(operation_id)
        if found is not None:
            yield from self.perform(found.effect, found.until)
            hand.done += 1
        return outcome

    def performed(self, claim: Claim, hand: Hand) -> Flow[None]:
        """Perform a claimed effect; one of the stock as one transaction.

        That is its answer's decision with the stock that has moved, if
        both can be one.  The order is read first in it, which locks it:
        rows of the stock are always locked after the order.
        """
        effect = claim.effect
        apart = partial(self.perform, effect, claim.until)
        if self.local and effect.intent.port == INVENTORY.name:
            one = partial(self._locked, claim, hand)
            yield from self.as_one(one, apart, hand)
        else:
            yield from apart()
        hand.done += 1

    def _locked(self, claim: Claim, hand: Hand) -> Flow[None]:
        order_id = claim.effect.intent.order_id
        hand.loaded = yield from calls.load(order_id)
        yield from self.perform(claim.effect, claim.until)

    def as_one(
        self,
        one: Callable[[], Flow[T]],
        apart: Callable[[], Flow[T]],
        hand: Hand,
    ) -> Flow[T]:
        """Do something in one transaction with the stock.

        Args:
            one: what is done in it.
            apart: what is done instead if it had to be rolled back, by
                a deadlock or by an error of the stock.
            hand: of whoever drives the order.

        Raises:
            OverloadedError: nothing is stored.
        """
        before = hand.copied()
        hand.within = True
        try:
            return (yield from calls.unit(one()))
        except OverloadedError:
            hand.back_to(before)
            raise
        except Exception:  # noqa: BLE001
            hand.back_to(before)
        finally:
            hand.within = False
        return (yield from apart())
