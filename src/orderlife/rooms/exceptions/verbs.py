"""The verb of a desk for exception items: resolve."""

from __future__ import annotations

from typing import TypeVar, Unpack

from orderlife._kernel.messages import Remedy
from orderlife._kernel.verbs import Options, Verbs, verb
from orderlife.rooms.exceptions.messages import ResolveException

__all__ = ["ExceptionVerbs"]

R = TypeVar("R")


class ExceptionVerbs(Verbs[R]):
    """The verbs of exception items: ``desk.exceptions``."""

    @verb(ResolveException)
    def resolve(
        self,
        order_id: str,
        exception_id: str,
        remedy: Remedy,
        note: str,
        **options: Unpack[Options],
    ) -> R:
        """Settle an exception item."""
        return self._desk.submit(
            ResolveException(
                order_id=order_id,
                exception_id=exception_id,
                remedy=remedy,
                note=note,
                **self._envelope(options),
            )
        )
