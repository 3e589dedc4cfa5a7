"""The context of a decision: its time, its policy, its actor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar

import attrs

from orderlife._kernel.messages import Actor
from orderlife._values.times import utc
from orderlife.policy.model import Policy
from orderlife.policy.pages import page_of
from orderlife.policy.registries import Registry

__all__ = ["Context"]

T = TypeVar("T")
_NONE: Final[Mapping[Registry, tuple[str, ...]]] = {}


@attrs.frozen(kw_only=True)
class Context:
    """The time of a decision, the policy it follows, and who asks."""

    now: datetime = attrs.field(converter=utc)
    policy: Policy
    actor: Actor
    notify: bool = True
    """False: no messages are sent, as the command asked."""
    hears: bool = False
    """True: it is about a fact, which nothing may refuse."""
    brought: Mapping[Registry, tuple[str, ...]] = _NONE
    """The words that the rooms of the house add to those of the policy."""

    def terms(self, kind: type[T]) -> T:
        """The policy's page for a room; without one, the defaults.

        Args:
            kind: the room's ``terms``.
        """
        return page_of(self.policy.pages, kind)

    def words(self, registry: Registry) -> tuple[str, ...]:
        """All words of a registry: the policy's, and then the rooms'."""
        ours = getattr(self.policy, registry)
        return tuple(dict.fromkeys((*ours, *self.brought.get(registry, ()))))
