"""A stored case that contradicts itself: told so, in the house's words.

A document may be readable and yet say what no life ever led to, when
somebody else has written into it.  Whoever works on it then stumbles.
That is nobody's input, and no answer of a shop's own policy.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final

from orderlife.errors import InvariantError, OrderlifeError

__all__ = ["Sound", "in_the_house"]

_STUMBLES: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_HOUSE: Final = sys.stdlib_module_names | {
    *("orderlife", "attr", "attrs", "cattr", "cattrs", "transitions"),
}


class Sound:
    """What is done with a case, which has to be sound for it.

    Args:
        order_id: whose case it is.
    """

    __slots__ = ("_order_id",)

    def __init__(self, order_id: str) -> None:
        self._order_id = order_id

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say what is wrong, if the house itself has stumbled.

        Raises:
            InvariantError: the case contradicts itself.
        """
        if not isinstance(error, _STUMBLES):
            return
        if isinstance(error, OrderlifeError) or not in_the_house(trace):
            return
        raise InvariantError(
            f"order {self._order_id} contradicts itself, by "
            f"{type(error).__name__}: verify its history"
        ) from error


def in_the_house(trace: TracebackType | None) -> bool:
    """Whether nobody else was called: no policy of the shop's own."""
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.partition(".")[0] not in _HOUSE:
            return False
        trace = trace.tb_next
    return True
