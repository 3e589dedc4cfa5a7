"""Minor units divided: in proportion to weights, or among equal units.

Whatever is divided adds up again to the last minor unit.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderlife._values.quoting import quoted
from orderlife.errors import InvalidAmountError

__all__ = ["allocate_minor", "prefix_between", "share", "shares_between"]


def allocate_minor(total: int, weights: Sequence[int]) -> list[int]:
    """Divide minor units in proportion to weights, by largest remainder.

    Each part is its exact share rounded towards 0. The units that are
    left go one each to the parts that lost most, and among equals to
    the earlier. A weight of 0 gets exactly 0, and the parts of ``-total``
    are those of ``total`` with the sign turned.

    Raises:
        InvalidAmountError: a weight is negative or not an int, or none is
            above 0.
    """
    whole = _checked_sum(weights)
    size = abs(total)
    parts = [size * weight // whole for weight in weights]
    remaining = size - sum(parts)
    if remaining:
        lost = [size * weight % whole for weight in weights]
        # Sorting keeps equals in their order, in reverse as well.
        order = sorted(range(len(lost)), key=lost.__getitem__, reverse=True)
        for index in order[:remaining]:
            parts[index] += 1
    return parts if total >= 0 else [-part for part in parts]


def share(total: int, n: int, k: int) -> int:
    """Return what the k-th of n equal units has of a total; k is from 0.

    In minor units. It is the k-th part of ``allocate_minor(total, [1] *
    n)``: the first units get the one that does not divide. Since it
    depends on nothing else, units can be refunded in any order.

    Raises:
        InvalidAmountError: there is no k-th of n.
    """
    if not 0 <= k < n:
        raise _no_such_units(n, k, k + 1)
    if total < 0:
        return -share(-total, n, k)
    return total // n + (k < total % n)


def shares_between(total: int, n: int, start: int, stop: int) -> int:
    """Add up the shares of the units from ``start`` up to ``stop``.

    In minor units, ``stop`` not included, and as fast for a million
    units as for one.

    Raises:
        InvalidAmountError: there are no such units, or no units at all.
    """
    if not (0 <= start <= stop <= n and n):
        raise _no_such_units(n, start, stop)
    if total < 0:
        return -shares_between(-total, n, start, stop)
    each, extra = divmod(total, n)
    return each * (stop - start) + min(stop, extra) - min(start, extra)


def prefix_between(total: int, n: int, start: int, stop: int) -> int:
    """Add up what the units from ``start`` up to ``stop`` have of a total.

    In minor units, ``stop`` not included.  The first k of n units have
    k n-ths of the total, rounded down, whatever k is: no part of them is
    a minor unit or more away from what is its due, so that the units
    that do not divide are spread and not with the first ones.

    Raises:
        InvalidAmountError: there are no such units, or no units at all.
    """
    if not (0 <= start <= stop <= n and n):
        raise _no_such_units(n, start, stop)
    if total < 0:
        return -prefix_between(-total, n, start, stop)
    return total * stop // n - total * start // n


def _checked_sum(weights: Sequence[int]) -> int:
    for weight in weights:
        if type(weight) is not int or weight < 0:
            raise InvalidAmountError(
                f"{quoted(weight)} is not a weight: use ints of 0 or more"
            )
    whole = sum(weights)
    if not whole:
        raise InvalidAmountError(
            f"of {len(weights)} weights none is above 0: there is nobody to "
            "get the amount; use one weight of 1 or more at least"
        )
    return whole


def _no_such_units(n: int, start: int, stop: int) -> InvalidAmountError:
    asked = f"units[{quoted(start)}:{quoted(stop)}]"
    return InvalidAmountError(
        f"{asked} are not among {quoted(n)} units: they are counted from 0, "
        "and there is one at least"
    )
