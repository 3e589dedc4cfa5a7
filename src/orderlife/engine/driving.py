"""Driving: an order's effects are performed one after the other.

A desk drives the order of an input, a worker that of an effect which it
has claimed.  What follows from an answer is claimed in the commit that
takes it down, so that one program goes on with the order as it has it in
hand: no other has to read it, or to wait until it may write.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Final, Self

import attrs

from orderlife._values.replacing import replace
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.due import APART, Due
from orderlife.engine.hand import Claim, Hand
from orderlife.engine.performer import is_doubted
from orderlife.engine.results import RoundResult, failure
from orderlife.errors import (
    CodecError,
    ConflictError,
    InvariantError,
    NewerDocumentError,
    OverloadedError,
    RoomMissingError,
    UncommittedError,
)
from orderlife.ports.store import ClaimEffects, Effect, EffectState, Settle

__all__ = ["Driver"]

_ROUNDS: Final = 1_000


def _always(_: int) -> bool:
    return True


@attrs.frozen(kw_only=True)
class Driver(Due):
    """Performs effects of an order until none is left to it."""

    @property
    def longest(self) -> timedelta:
        """The longest wait for any effect."""
        late = (able.settles_after for able in self.capabilities.values())
        retry = self.retry
        return max(self.lease, retry.most, retry.patience, *late)

    def at_hand(self, hand: Hand | None = None) -> Self:
        """The same engine, with a hand for the one order that it drives.

        Args:
            hand: None: one that claims the new effects of what is
                decided in the commit that makes them.
        """
        return replace(self, hand=hand or Hand())

    def drive(self, order_id: str) -> Flow[int]:
        """Perform an order's effects until none is due.

        Those that are in hand, and then those that are due and that
        nobody has claimed, if there can be any: where an input asked
        for effects that could not be claimed with it, or came again.

        An effect that loses too many races, or finds the store
        overloaded, is left to a worker: the input itself is stored.
        So are all effects of an input within a transaction: they are
        performed once it is committed, and never if it is rolled back.
        """
        hand = self.hand
        if hand is None:
            hand = Hand(left=True)
            return (yield from self.at_hand(hand).drive(order_id))
        try:
            while hand.done < _ROUNDS:
                found = yield from self._next(hand, order_id)
                if found is None:
                    break
                yield from self.performed(found, hand)
        except (ConflictError, OverloadedError, UncommittedError):
            pass  # its claim runs out, and it is in doubt then
        except Exception:
            yield from self._put_down(hand)
            raise
        yield from self._put_down(hand)
        return hand.done

    def _put_down(self, hand: Hand) -> Flow[None]:
        """Settle what was performed, and give back what was not begun.

        What an overloaded store does not take waits for its claim to run
        out, and is found out once more.
        """
        with contextlib.suppress(ConflictError, OverloadedError):
            yield from self._settled_all(self._at_end(hand), hand)

    def _at_end(self, hand: Hand) -> list[Settle]:
        """Take all out of a hand: how each of it is to be settled."""
        settles = [
            *hand.asides,
            *(
                self._not_begun(each.effect)
                for each in hand.effects
                if not _of_another(each.effect)
            ),
        ]
        if hand.asides:
            hand.loaded = None  # something was done since it was stored
        hand.asides.clear()
        hand.effects.clear()
        return settles

    def _settled_all(self, settles: list[Settle], hand: Hand) -> Flow[None]:
        """Settle effects; in one transaction, where the stock is beside."""
        each = partial(self._settle_each, settles)
        if self.local and len(settles) > 1:
            yield from self.as_one(each, each, hand)
        else:
            yield from each()

    def _settle_each(self, settles: list[Settle]) -> Flow[None]:
        for settle in settles:
            yield from calls.settle(settle)

    def _next(self, hand: Hand, order_id: str) -> Flow[Claim | None]:
        """The effect to be performed next; None: none is due.

        One that has waited for half of its claim, while others were
        performed, is given back, and claimed anew.
        """
        while hand.effects:
            found = hand.effects.popleft()
            if found.until >= self.clock() + self.lease / 2:
                return found
            yield from calls.settle(self._not_begun(found.effect))
            hand.left = True
        if not hand.left:
            return None
        claims = yield from self.claim(1, order_id)
        hand.left = bool(claims)
        return claims[0] if claims else None

    def claim(
        self, limit: int = 1, order_id: str = ""
    ) -> Flow[tuple[Claim, ...]]:
        """Claim effects that are due, for the time of the lease.

        Without an order id, effects due later than any wait is long are
        given too: a clock was wrong when they were stored.  They are made
        due when a claim of now would run out.

        Args:
            limit: at most so many: as a claim runs while its effect
                waits, no more than can be begun within half of it.
            order_id: of this order only; empty: of any.
        """
        now = self.clock()
        request = ClaimEffects(
            now=now,
            until=now + self.lease,
            owner=self.owner,
            limit=limit,
            order_id=order_id,
            latest=None if order_id else now + self.longest + APART,
        )
        effects = yield from calls.claim(request)
        return tuple(
            Claim(effect, request.until, far=effect.due_at > now)
            for effect in effects
        )

    def by_order(
        self, claims: Iterable[Claim]
    ) -> tuple[tuple[Claim, ...], ...]:
        """Claims that are performed one after the other: those of an order.

        An effect of which nobody could find out whether it was begun is
        alone: were its claim to run out behind others, a person would
        have to be asked.
        """
        found: dict[tuple[str, str], list[Claim]] = {}
        for claim in claims:
            intent = claim.effect.intent
            alone = "" if self.finds_out(intent.port) else intent.operation_id
            found.setdefault((intent.order_id, alone), []).append(claim)
        return tuple(map(tuple, found.values()))

    def attempt(
        self, *claims: Claim, more: Callable[[int], bool] = _always
    ) -> Flow[RoundResult]:
        """Perform claimed effects of one order, and what follows from them.

        The result holds the reason of each failure.  After one the claim
        of its effect runs out, and it is in doubt; the others go on, but
        for an overloaded store.  An effect that has waited for half of
        its claim is given back.

        Args:
            claims: of one order, the first to be performed first.
            more: is told how many have been performed; False: what is
                left is given back.
        """
        hand = Hand(effects=deque(each for each in claims if not each.far))
        total = RoundResult()
        for claim in claims:
            if claim.far:
                total += _was_far(claim)
        while hand.effects and not total.overloaded:
            done = total.effects + hand.done
            if done >= _ROUNDS or not more(done):
                break
            # What would only be given back is left to others at once.
            hand.claims = more(done + 1)
            claim = hand.effects.popleft()
            late = claim.until < self.clock() + self.lease / 2
            do = self.give_back if late else partial(self._attempt, hand=hand)
            total += yield from do(claim)
        settles = self._at_end(hand)
        try:
            yield from self._settled_all(settles, hand)
        except Exception as error:  # noqa: BLE001
            total += failure(error, settles[0].operation_id)
        return total + RoundResult(effects=hand.done)

    def _attempt(self, claim: Claim, hand: Hand) -> Flow[RoundResult]:
        """Perform an effect of a hand.

        If its order is of a later release, or of a room that this house
        does not have, it is not performed: nothing could be made of the
        answer.  It is left to those who can.
        """
        effect = claim.effect
        try:
            if hand.loaded is None:
                order_id = effect.intent.order_id
                hand.loaded = yield from calls.load(order_id)
        except (NewerDocumentError, RoomMissingError) as error:
            return (yield from self._left(effect, error))
        except (CodecError, InvariantError):
            pass  # whatever comes of it, a person has to look at the order
        except Exception as error:  # noqa: BLE001
            return failure(error, effect.operation_id, effects=1)
        try:
            yield from self.at_hand(hand).performed(claim, hand)
        except Exception as error:  # noqa: BLE001
            hand.loaded = None
            return failure(error, effect.operation_id, effects=1)
        return RoundResult()

    def give_back(self, claim: Claim) -> Flow[RoundResult]:
        """Leave a claimed effect, of which nothing was begun, to others.

        It is as it was, but for the attempt that was counted.  One whose
        claim by another ran out is left claimed: its doubt stays so.
        """
        effect = claim.effect
        if claim.far or _of_another(effect):
            return RoundResult()
        try:
            yield from calls.settle(self._not_begun(effect))
        except Exception as error:  # noqa: BLE001
            return failure(error, effect.operation_id)
        return RoundResult()

    def _not_begun(self, effect: Effect) -> Settle:
        settle = self._settled(effect, effect.state, note=effect.note)
        return attrs.evolve(settle, due_at=effect.due_at)

    def _left(self, effect: Effect, error: CodecError) -> Flow[RoundResult]:
        """Leave an effect to others; ask again when a claim has run out.

        One whose claim by another ran out is in doubt then.
        """
        told = failure(error, effect.operation_id)
        wait = max(self.lease, self._may_be_late(effect))
        doubted = is_doubted(effect)
        state = effect.state
        if state is EffectState.CLAIMED:
            state = EffectState.IN_DOUBT
        settle = self._settled(effect, state, wait, told.failed[0])
        try:
            yield from calls.settle(attrs.evolve(settle, doubt=doubted))
        except Exception as failed:  # noqa: BLE001
            return told + failure(failed, effect.operation_id)
        return told


def _was_far(claim: Claim) -> RoundResult:
    """The result for an effect that a wrong clock has made due too late."""
    effect = claim.effect
    why = (
        f"{effect.operation_id}: it was due at {effect.due_at:%Y-%m-%d %H:%M}"
        ", later than any wait there is: a clock was wrong; it is due at "
        f"{claim.until:%Y-%m-%d %H:%M} now"
    )
    return RoundResult(failed=(why,))


def _of_another(effect: Effect) -> bool:
    """Whether another has claimed it before, whose claim ran out."""
    return effect.state is EffectState.CLAIMED
