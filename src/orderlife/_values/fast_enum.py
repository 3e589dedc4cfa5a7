"""An enum whose members hash quickly.

``enum.Enum`` hashes a member by its name, in Python, at every look-up
in a table or a set.  Members are single objects, so their identity
serves as well, in C.
"""

from __future__ import annotations

import enum

__all__ = ["Word"]


class Word(enum.Enum):
    """A closed vocabulary: states, triggers, kinds."""

    __hash__ = object.__hash__
