"""How to find a room's parts of a case; later rooms may import it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import NOTHING
from orderlife.errors import NotFoundError

__all__ = ["Parts"]

S = TypeVar("S")
_write: Final = object.__setattr__


@attrs.frozen
class Parts(Generic[S]):
    """How to find a room's parts, such as shipments, in a case.

    It belongs to the room's contract, and holds none of its rules.
    """

    name: str
    kind: type[S]
    key: str = ""
    """The field in which a message names the part; empty: a case has one
    part of the kind, or none, and no message names it."""
    slot: str = ""
    """The field of ``Case`` that holds them; empty: ``Case.parts`` does,
    under the room's name."""

    def of(self, case: Case) -> Mapping[str, S]:
        """The parts of a case, by id."""
        if not self.slot:
            kept: Mapping[str, S] = case.parts.get(self.name, NOTHING)
            return kept
        found: Any = getattr(case, self.slot)
        if self.key:
            parts: Mapping[str, S] = found
            return parts
        return NOTHING if found is None else {case.order_id: found}

    def get(self, case: Case, part_id: str) -> S:
        """The part of that id.

        Raises:
            NotFoundError: there is none; names those there are.
        """
        known = self.of(case)
        try:
            return known[part_id]
        except KeyError:
            raise NotFoundError(self.name, part_id, known) from None

    def put(self, case: Case, part_id: str, part: S) -> None:
        """Write a part into a case that is not shared yet."""
        if not self.slot:
            mine = {**self.of(case), part_id: part}
            _write(case, "parts", {**case.parts, self.name: mine})
        elif self.key:
            known = getattr(case, self.slot)
            _write(case, self.slot, {**known, part_id: part})
        else:
            _write(case, self.slot, part)
