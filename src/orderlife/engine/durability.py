"""Whether a store's durability suffices for the adapters beside it."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping

import attrs

from orderlife.errors import ForgetfulStoreError, ForgetfulStoreWarning
from orderlife.ports.base import Capabilities

__all__ = ["Memory"]


@attrs.define
class Memory:
    """Whether a store may lose its last commits, and if adapters allow it.

    It is asked when a desk is made, and again before an effect is
    performed, as a store may not know earlier.
    """

    _store: object = None
    _capabilities: Mapping[str, Capabilities] = attrs.field(factory=dict)
    _telling: Collection[str] = ()
    """The ports that move neither money nor goods."""
    _told: bool = False

    def fails(self) -> bool:
        """Whether the store may lose what was committed last.

        Raises:
            ForgetfulStoreError: an adapter that moves money, labels or
                stock can neither deduplicate nor look up.
        """
        # Any other answer than True counts as no.
        if getattr(self._store, "may_forget", False) is not True:
            return False
        kind = type(self._store).__name__
        blind = [
            port
            for port, able in self._capabilities.items()
            if not (able.deduplicates or able.looks_up)
        ]
        moving = tuple(port for port in blind if port not in self._telling)
        if moving:
            raise ForgetfulStoreError(kind, moving)
        if blind and not self._told:
            self._told = True
            told = str(ForgetfulStoreError(kind, tuple(blind)))
            warnings.warn(told, ForgetfulStoreWarning, stacklevel=4)
        return True
