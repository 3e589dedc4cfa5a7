"""Whether a store and the adapters beside it fit to each other."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping

import attrs

from orderlife.errors import ForgetfulStoreError, ForgetfulStoreWarning
from orderlife.ports.base import Capabilities

__all__ = ["Memory"]


@attrs.define
class Memory:
    """What a store may forget, and whether that can be found out then.

    It is asked when a desk is made, and before something is performed:
    a store may not know it before.
    """

    _store: object = None
    _capabilities: Mapping[str, Capabilities] = attrs.field(factory=dict)
    _telling: Collection[str] = ()
    """The ports by which nothing moves."""
    _told: bool = False

    def fails(self) -> bool:
        """Whether the store may forget its last moments.

        Raises:
            ForgetfulStoreError: an adapter that moves money, labels or
                stock can neither tell a repeat nor be asked.
        """
        # Whatever else it answers, it does not say so.
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
