"""The ledger of effects in memory: each intent with its state."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from orderlife._kernel.house import House
from orderlife._values.replacing import replace
from orderlife.codec import codec_of
from orderlife.errors import UncommittedError
from orderlife.ports.base import Intent, provider_key
from orderlife.ports.store import (
    Backlog,
    ClaimEffects,
    ClaimNew,
    Commit,
    Effect,
    EffectState,
    FindBacklog,
    Settle,
)

__all__ = ["Ledger", "Named", "name_of"]

Named: TypeAlias = tuple[str, str]
"""Which effect: by its order, and its operation."""


class Ledger:
    """The effects of all orders, and their claims.

    Args:
        tenant: the tenant; part of each effect's key.
        id: the store's own, which is part of each key as well; None:
            made up.
        house: the house of the intents.
    """

    def __init__(self, tenant: str, id: str | None, house: House) -> None:
        self._tenant = tenant
        self._codec = codec_of(house)
        self.id = secrets.token_hex(6) if id is None else id
        self.uncommitted = False
        """Whether it is part of a transaction, which may be rolled back."""
        self._lock = threading.RLock()
        self._effects: dict[Named, Effect] = {}
        self._open: dict[Named, None] = {}
        """The effects that are not over."""
        self._fresh: dict[Named, Effect] = {}
        """The effects claimed since the last commit, as they were before."""

    @property
    def house(self) -> House:
        """The house of the orders."""
        return self._codec.house

    def _operations(self, order_id: str) -> list[str]:
        """The operations of an order, in the order they were asked for."""
        raise NotImplementedError

    def _folded(self, order_id: str) -> Mapping[Named, Effect]:
        """The effects of an order that is folded away."""
        raise NotImplementedError

    def _enter(
        self, intent: Intent, now: datetime, claim: ClaimNew | None
    ) -> Iterator[Effect]:
        """Enter a new effect, due at once; give it if it is claimed."""
        named = intent.order_id, intent.operation_id
        self._open[named] = None
        effect = self._effects[named] = Effect(
            intent=intent,
            state=EffectState.PENDING,
            due_at=now,
            created_at=now,
            key=self._key(intent),
        )
        if claim is None or self.uncommitted:
            return
        if intent.operation_id in claim.operations:
            self._claim(effect, now, claim.until, claim.owner)
            yield effect

    def _claim(
        self, effect: Effect, now: datetime, until: datetime, owner: str
    ) -> None:
        self._effects[name_of(effect)] = replace(
            effect,
            state=EffectState.CLAIMED,
            due_at=until,
            claimed_by=owner,
            attempts=effect.attempts + 1,
            begun_at=effect.begun_at or now,
            doubted=effect.doubted or effect.state is EffectState.CLAIMED,
        )

    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        """All effects of an order, in the order they were asked for."""
        with self._lock:
            found = self._folded(order_id) or self._effects
            return tuple(
                found[order_id, each] for each in self._operations(order_id)
            )

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each is given as it was before the claim.

        Raises:
            UncommittedError: in a ``transaction``.
        """
        if self.uncommitted:
            raise UncommittedError("a transaction of the store in memory")
        with self._lock:
            if of := request.order_id:
                candidates = [(of, each) for each in self._operations(of)]
            else:
                candidates = list(self._open)
            due = [
                self._effects[named]
                for named in candidates
                if named in self._open
                and self._effects[named].due_at <= request.now
            ]
            due.sort(key=lambda effect: effect.due_at)
            due = due[: request.limit]
            far = self._far(request, candidates)[: request.limit - len(due)]
            for effect in far:
                doubtful = effect.state is EffectState.IN_DOUBT
                self._effects[name_of(effect)] = replace(
                    effect,
                    due_at=request.until,
                    state=EffectState.CLAIMED if doubtful else effect.state,
                )
            for effect in due:
                self._fresh.setdefault(name_of(effect), effect)
                self._claim(effect, request.now, request.until, request.owner)
            return (*due, *far)

    def _far(
        self, request: ClaimEffects, candidates: list[Named]
    ) -> list[Effect]:
        """The effects due later than any wait is long, the earliest first."""
        latest = request.latest
        if latest is None or request.order_id:
            return []
        far = [
            self._effects[named]
            for named in candidates
            if named in self._open and self._effects[named].due_at > latest
        ]
        return sorted(far, key=lambda effect: effect.due_at)

    def settle(self, request: Settle, /) -> bool:
        """Store how an effect goes on; False: the claim was lost."""
        with self._lock:
            self._fresh.clear()
            return self._settle(request)

    def _settle(self, request: Settle) -> bool:
        named = request.order_id, request.operation_id
        effect = self._effects.get(named)
        if effect is None or not self._holds(request):
            return False
        if effect.state.is_settled and not request.renew:
            return False
        doubted = request.doubted
        effect = replace(
            effect,
            state=request.state,
            due_at=request.due_at,
            note=request.note,
            claimed_by="",
            doubted=effect.doubted if doubted is None else doubted,
        )
        if request.renew and not effect.doubted:
            generation = effect.generation + 1
            effect = replace(
                effect,
                generation=generation,
                key=self._key(effect.intent, generation),
                begun_at=None,
            )
        self._effects[named] = effect
        if request.state.is_over:
            self._open.pop(named, None)
        else:
            self._open[named] = None
        return True

    def _settles(self, commit: Commit[Any]) -> list[Settle]:
        """Leave out effects that are unknown, or of another order."""
        return self._known(commit, commit.settles)

    def _known(
        self, commit: Commit[Any], settles: tuple[Settle, ...]
    ) -> list[Settle]:
        return [
            settle
            for settle in settles
            if settle.order_id == commit.order_id
            and (settle.order_id, settle.operation_id) in self._effects
        ]

    def _holds(self, request: Settle) -> bool:
        """Whether a settle's claim still holds, if it names one."""
        effect = self._effects[request.order_id, request.operation_id]
        claim = (effect.claimed_by, effect.attempts)
        return not request.claimed_by or claim == (
            request.claimed_by,
            request.attempts,
        )

    def _key(self, intent: Intent, generation: int = 1) -> str:
        return provider_key(
            intent.operation_id,
            order_id=intent.order_id,
            tenant=self._tenant,
            generation=generation,
            store=self.id,
        )

    def forget(self, operation_id: str) -> tuple[Effect, ...]:
        """Lose a claim and those after it, as a power cut may.

        The first one on an operation of that id is lost.

        Unless something was committed or settled since.

        Returns:
            The effects as they are again.
        """
        with self._lock:
            names = list(self._fresh)
            operations = [operation for _, operation in names]
            if operation_id not in operations:
                return ()
            lost = names[operations.index(operation_id) :]
            found = {name: self._fresh.pop(name) for name in lost}
            self._effects.update(found)
            return tuple(found.values())

    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        with self._lock:
            effects = [
                effect
                for effect in self._effects.values()
                if not effect.state.is_settled
                and request.port in {None, effect.intent.port}
            ]
        groups: dict[tuple[str, EffectState], list[Effect]] = {}
        for effect in effects:
            group = (effect.intent.port, effect.state)
            groups.setdefault(group, []).append(effect)
        return tuple(
            Backlog(
                port=port,
                state=state,
                count=len(group),
                since=min(effect.created_at for effect in group),
                next_at=min(effect.due_at for effect in group),
            )
            for (port, state), group in sorted(
                groups.items(), key=lambda item: (item[0][0], item[0][1].value)
            )
        )


def name_of(effect: Effect) -> Named:
    """Its order, and its operation."""
    return effect.intent.order_id, effect.operation_id
