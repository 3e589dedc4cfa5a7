"""An enum whose members are hashed and read quickly.

``enum.Enum`` hashes a member by its name, in Python, at every look-up
in a table or a set.  Members are single objects, so their identity
serves as well, in C.  It reads their names and values in Python, too.
"""

from __future__ import annotations

import enum
import re
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Self

__all__ = ["FastEnum", "OpenEnum"]

_BROUGHT: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class FastEnum(enum.Enum):
    """A closed vocabulary: states, triggers, kinds."""

    __hash__ = object.__hash__

    if not TYPE_CHECKING:  # a checker knows each member's own
        name = property(attrgetter("_name_"))
        value = property(attrgetter("_value_"))


class OpenEnum(FastEnum):
    """A vocabulary that an application's room can add to.

    Its first entries are ours.  A room's entry carries the room's name,
    as in ``gift_wrap.torn``, and is made when it is first named:
    ``ExceptionKind("gift_wrap.torn")``.  Equal names give one object.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str) or not _BROUGHT.fullmatch(value):
            return None
        entry = object.__new__(cls)
        entry._name_ = value
        entry._value_ = value
        # Another thread may have made it meanwhile: then that one counts.
        found: Self = cls._value2member_map_.setdefault(value, entry)  # type: ignore[assignment]
        return found

    @property
    def room(self) -> str:
        """The name of the application's room; empty: it is ours."""
        room: str = self.value.rpartition(".")[0]
        return room
