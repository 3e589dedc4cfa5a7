"""The result of a round of work: what was done, and what failed."""

from __future__ import annotations

import attrs

from orderlife.errors import OrderlifeError, OverloadedError

__all__ = ["RoundResult", "failure"]


@attrs.frozen(kw_only=True)
class RoundResult:
    """What one round of work has done."""

    timers: int = 0
    """How many timers were fired."""
    effects: int = 0
    """How many effects were performed."""
    failed: tuple[str, ...] = ()
    """Which order or effect failed, and why; the others went on."""
    overloaded: bool = False
    """The store was overloaded or away: wait before the next round."""

    def __add__(self, other: RoundResult) -> RoundResult:
        """The sums of both."""
        return RoundResult(
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
) -> RoundResult:
    """The result of a round in which this error was met.

    Of an error that is not ours only the type is named, as its text may
    hold personal data; ours hold none.
    """
    why = type(error).__name__
    if isinstance(error, OrderlifeError):
        why = f"{why}: {error}"
    return RoundResult(
        effects=effects,
        failed=(f"{what}: {why}" if what else why,),
        overloaded=isinstance(error, OverloadedError),
    )
