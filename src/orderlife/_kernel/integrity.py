"""Reports a stored case that contradicts itself as an InvariantError.

A document may be readable and yet hold what no order ever comes to,
when another program has written into it.  Code of the library that
works on such a case raises a KeyError or the like.  Neither the input
nor the shop's policy is at fault then.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final

from orderlife.errors import InvariantError, OrderlifeError

__all__ = ["IntegrityCheck", "in_the_house"]

_FAULTS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_HOUSE: Final = sys.stdlib_module_names | {
    *("orderlife", "orderlife_adapters"),
    *("attr", "attrs", "cattr", "cattrs", "transitions"),
}


class IntegrityCheck:
    """Context in which a case is worked on, which must be consistent.

    Args:
        order_id: the order of the case, for the error's text.
    """

    __slots__ = ("_order_id",)

    def __init__(self, order_id: str) -> None:
        self._order_id = order_id

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Turn an error that the library's own code raised into ours.

        Raises:
            InvariantError: the case contradicts itself.
        """
        if not isinstance(error, _FAULTS):
            return
        if isinstance(error, OrderlifeError) or not in_the_house(trace):
            return
        raise InvariantError(
            f"order {self._order_id} contradicts itself, by "
            f"{type(error).__name__}: verify its history"
        ) from error


def in_the_house(trace: TracebackType | None) -> bool:
    """Whether all frames are the library's: no policy of the shop's."""
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.partition(".")[0] not in _HOUSE:
            return False
        trace = trace.tb_next
    return True
