"""Finding the stores of a database by its URL.

An adapter names itself in the entry points group ``orderlife.stores``:
its URL's scheme, and a function that opens what the URL names.  In the
group ``orderlife.migrations`` it names a function that brings the tables
there up to date.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Protocol

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._values.times import utc_clock
from orderlife.errors import InputError, MissingExtraError
from orderlife.house import HOUSE
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.store import OrderStore

__all__ = [
    "GROUP",
    "MIGRATIONS",
    "Stores",
    "as_url",
    "find_stores",
    "migrate_stores",
]

GROUP: Final = "orderlife.stores"
"""The entry points of the stores; each is named by its scheme."""
MIGRATIONS: Final = "orderlife.migrations"
"""The entry points of their migrations, named alike."""

_EXTRAS: Final = {"postgresql": "postgres"}
"""By scheme, the extra that installs what it needs."""


class Stores(Protocol):
    """The stores in one database."""

    @property
    def orders(self) -> OrderStore[Case]:
        """The order store."""
        ...

    @property
    def inventory(self) -> InventoryStore:
        """The inventory store."""
        ...

    def close(self) -> None:
        """Close the connections that were opened."""
        ...


def find_stores(
    url: str | os.PathLike[str],
    *,
    clock: Callable[[], datetime],
    tenant: str = "",
    house: House = HOUSE,
    make: bool = True,
) -> Stores:
    """Open the stores of a database, its tables brought up to date.

    Args:
        url: of the database; a path is a SQLite file.
        clock: gives the time, in any time zone.
        tenant: the tenant of the orders and the stock.
        house: the house of the orders.  An adapter is given it only if
            it has rooms of an application's own.
        make: False: what is not there is not made, and tables are left
            as they are.  An adapter is told only then.

    Raises:
        ClockError: the clock's times have no zone.
        InputError: no installed adapter knows its scheme; or nothing is
            there, and nothing is to be made.
        MissingExtraError: the adapter's own package is not installed.
    """
    clock = utc_clock(clock)
    named = as_url(url)
    scheme, mark, _ = named.partition("://")
    opened: Any = _load(scheme if mark else "sqlite")
    told: dict[str, Any] = {} if house is HOUSE else {"house": house}
    if not make:
        told["make"] = False
    stores: Stores = opened(named, clock=clock, tenant=tenant, **told)
    return stores


def migrate_stores(url: str | os.PathLike[str]) -> dict[str, int]:
    """Bring the tables of a database up to date.

    What an older release has stored is moved, a few orders at a time.
    If it is interrupted, call it again: it goes on where it was.

    Args:
        url: of the database; a path is a SQLite file.

    Returns:
        By component, ``orders`` and ``inventory``, how many steps were
        made.

    Raises:
        InputError: no installed adapter knows its scheme.
        MissingExtraError: the adapter's own package is not installed.
        StoreVersionError: the tables are of a later release.
    """
    named = as_url(url)
    scheme, mark, _ = named.partition("://")
    migrate: Any = _load(scheme if mark else "sqlite", MIGRATIONS)
    steps: dict[str, int] = migrate(named)
    return steps


def as_url(url: object) -> str:
    """A database's URL or path, as text.

    Raises:
        InputError: it is neither.
    """
    named = os.fspath(url) if isinstance(url, os.PathLike) else url
    if not isinstance(named, str):
        what = type(named).__name__
        raise InputError(f"expected a URL or a path of a file, not {what}")
    return named


def _load(scheme: str, group: str = GROUP) -> Any:
    known = {entry.name: entry for entry in entry_points(group=group)}
    # The URL itself may hold a password, so it is not shown.
    if scheme not in known:
        raise InputError(
            f"no store for {scheme}://; there is "
            f"{', '.join(sorted(known)) or 'none: install orderlife anew'}"
        )
    return _loaded(known[scheme])


def _loaded(entry: EntryPoint) -> Any:
    try:
        return entry.load()
    except ModuleNotFoundError as error:
        if error.name and error.name in entry.module:
            raise  # the adapter itself is not there, and no extra helps
        extra = _EXTRAS.get(entry.name, entry.name)
        purpose = f"the store for {entry.name}://"
        raise MissingExtraError(
            error.name or entry.value, extra, purpose
        ) from error
