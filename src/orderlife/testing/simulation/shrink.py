"""Make a list of choices plainer, as long as it shows the same.

Delta debugging: leave out pieces, and put the plainest choice in the
place of others, each as long as the violation stays the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

__all__ = ["shortest"]

_FEW: Final = 4

Again: TypeAlias = Callable[[Sequence[int]], tuple[int, ...] | None]
"""Lives these choices: those that were made, or None: it is not shown."""


def shortest(
    made: tuple[int, ...], again: Again, tries: int
) -> tuple[int, ...]:
    """Give plainer choices that show the same.

    Args:
        made: choices that show it.
        again: lives other choices.
        tries: how often at most.
    """
    best = _trimmed(made)
    before: tuple[int, ...] = ()
    while best != before and tries > 0:
        before = best
        for change in _changes(len(best)):
            candidate = change(best)
            if tries <= 0 or candidate is None:
                continue
            tries -= 1
            found = again(candidate)
            if found is not None and _cost(_trimmed(found)) < _cost(best):
                best = _trimmed(found)
    return best


def _trimmed(made: Sequence[int]) -> tuple[int, ...]:
    """Leave the zeros at the end out: they are chosen anyway."""
    end = len(made)
    while end and not made[end - 1]:
        end -= 1
    return tuple(made[:end])


def _cost(made: Sequence[int]) -> tuple[int, int, int]:
    return len(made), sum(map(bool, made)), sum(made)


def _changes(size: int) -> Iterator[_Change]:
    """Ways to a plainer list, those that save most first.

    They go from the end to the start: what was changed does not shift
    what is to be changed next.
    """
    width = max(1, size // 2)
    while width:
        # The pieces of a step are few: there every place is tried.
        pace = width if width > _FEW else 1
        for start in range(size - width, -1, -pace):
            yield partial(_without, start, width)
            yield partial(_zeroed, start, width)
        width = width // 2 if width > 2 * _FEW or width <= _FEW else _FEW
    for start in range(size - 1, -1, -1):
        yield partial(_lower, start)


_Change: TypeAlias = Callable[[tuple[int, ...]], Sequence[int] | None]


def _without(
    start: int, width: int, made: tuple[int, ...]
) -> Sequence[int] | None:
    if start >= len(made):
        return None
    return made[:start] + made[start + width :]


def _zeroed(
    start: int, width: int, made: tuple[int, ...]
) -> Sequence[int] | None:
    if not any(made[start : start + width]):
        return None
    return made[:start] + (0,) * width + made[start + width :]


def _lower(start: int, made: tuple[int, ...]) -> Sequence[int] | None:
    if start >= len(made) or made[start] < 2:
        return None
    return (*made[:start], 1, *made[start + 1 :])
