"""Which package opens a store, by the scheme of its URL.

The house does not know its adapters: each says in its entry points,
group ``orderlife.stores``, which scheme it opens, and with what.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import entry_points
from typing import Final, Protocol, cast

from orderlife.case import Case
from orderlife.errors import InputError
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.store import OrderStore

__all__ = ["GROUP", "Stores", "open_stores", "scheme_of"]

GROUP: Final = "orderlife.stores"
"""The group of entry points, by scheme."""


class Stores(Protocol):
    """An order store and an inventory in one database."""

    @property
    def orders(self) -> OrderStore[Case]:
        """The orders."""
        ...

    @property
    def inventory(self) -> InventoryStore:
        """The stock."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def scheme_of(url: str) -> str:
    """The scheme of a URL; a path is a SQLite file."""
    scheme, colon, rest = url.partition("://")
    return scheme.lower() if colon and rest and scheme else "sqlite"


def open_stores(
    url: str, *, clock: Callable[[], datetime], tenant: str = ""
) -> Stores:
    """Open the stores behind a URL, or behind a path.

    Args:
        url: ``shop.db``, ``sqlite:///shop.db`` or ``postgresql://…``.
        clock: gives the time, aware.
        tenant: whose orders and stock they are.

    Raises:
        InputError: no package that is installed opens this scheme.
        MissingExtraError: one does, and lacks a package itself.
        StoreVersionError: the tables are of another release.
    """
    scheme = scheme_of(url)
    found = {each.name: each for each in entry_points(group=GROUP)}
    if scheme not in found:
        # The URL itself may hold a password.
        known = ", ".join(sorted(found)) or "none"
        message = (
            f"no store opens {scheme!r}: there is {known}; install a "
            f"package with an entry point {scheme!r} in {GROUP!r}"
        )
        raise InputError(message)
    opened = found[scheme].load()(url, clock=clock, tenant=tenant)
    return cast("Stores", opened)
