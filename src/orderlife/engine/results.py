"""What a round of work has done, and what of it has failed."""

from __future__ import annotations

import attrs

from orderlife.errors import OrderlifeError, OverloadedError

__all__ = ["Swept", "failure"]


@attrs.frozen(kw_only=True)
class Swept:
    """What one round of work has done."""

    timers: int = 0
    effects: int = 0
    failed: tuple[str, ...] = ()
    """What could not be worked on, and why; the rest went on."""
    overloaded: bool = False
    """The store had no room: it wants to be left alone for a while."""

    def __add__(self, other: Swept) -> Swept:
        """What both have done."""
        return Swept(
            timers=self.timers + other.timers,
            effects=self.effects + other.effects,
            failed=self.failed + other.failed,
            overloaded=self.overloaded or other.overloaded,
        )

    @property
    def idle(self) -> bool:
        """Whether nothing was done; see ``overloaded`` for why."""
        return not self.timers and not self.effects


def failure(
    error: BaseException, what: str = "", *, effects: int = 0
) -> Swept:
    """What failed, and why.

    Others' texts may hold anything, so that only their type is told;
    ours hold nothing of anybody.
    """
    why = type(error).__name__
    if isinstance(error, OrderlifeError):
        why = f"{why}: {error}"
    return Swept(
        effects=effects,
        failed=(f"{what}: {why}" if what else why,),
        overloaded=isinstance(error, OverloadedError),
    )
