"""Orders in a SQLite file: the embedded, durable store.

Several threads and several processes may use one file.  Every write is
one transaction; one that would wait too long for its turn raises
``OverloadedError``, and nothing is stored then.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import attrs

from orderlife._checks.validation import check_count
from orderlife._kernel.house import House
from orderlife._values.times import utc_clock
from orderlife.desk.settings import utc_now
from orderlife.engine.discovery import as_url
from orderlife.errors import InputError
from orderlife.house import HOUSE
from orderlife_adapters._cases import Cases
from orderlife_adapters._migrations import Naming
from orderlife_adapters._sqlite import (
    Connections,
    Durability,
    Joined,
    Opened,
)
from orderlife_adapters._sqlite_faults import Faults
from orderlife_adapters._sqlite_orders import SqliteOrders
from orderlife_adapters._sqlite_tables import make_tables
from orderlife_adapters.inventory_sqlite import SqliteInventory

__all__ = [
    "Naming",
    "SqliteOrderStore",
    "SqliteStores",
    "migrate_stores",
    "open_stores",
    "path_in",
]


class SqliteOrderStore(SqliteOrders):
    """Keeps orders in a SQLite file.

    It is safe to share between threads.  ``migrate`` makes the tables;
    a file whose tables do not fit raises ``StoreVersionError`` when it
    is first used.

    Args:
        path: of the file; it is made where there is none.
        tenant: the tenant of the orders; it cannot see those of others.
        naming: the prefix of the tables; no schema.
        durability: ``full`` keeps every commit whatever happens;
            ``normal`` may lose the last ones when the power fails, is
            never corrupted, and writes about twice as fast.
        busy_timeout: how long a write waits for its turn, in seconds.
        cases: how many cases are cached in memory, so that they are not
            built again while they are current; some 50 kB each.
        house: the house of the orders, if it has more rooms than ours.

    Every method may raise ``OverloadedError``, if there was no turn
    within ``busy_timeout`` or the disk is full: nothing was stored, try
    again later; ``PortError``, if the file cannot be used or a
    constraint forbids it; and ``StoreVersionError``, if the tables are
    of another release.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        tenant: str = "",
        naming: Naming | None = None,
        durability: Durability = "full",
        busy_timeout: float = 5.0,
        cases: int = 256,
        house: House = HOUSE,
    ) -> None:
        check_count(cases, "cases")
        self._file = Connections(
            path, durability=durability, busy_timeout=busy_timeout
        )
        super().__init__(self._file, tenant, naming, Cases(cases), house=house)

    @property
    def background(self) -> contextlib.AbstractContextManager[None]:
        """A context in which this thread lets others write first.

        Workers and ``desk.work`` are in one: nobody waits for them.
        """
        return self._file.patient()

    def joined(self, connection: sqlite3.Connection) -> SqliteOrders:
        """The same store, within a transaction of the application's own.

        Begin it with ``BEGIN IMMEDIATE`` before the first write, and
        commit or roll it back yourself, with all that the store has
        written.  A desk on it performs no effects, as in
        ``transaction``.  ``secure_delete`` is set on the
        connection; after an erasure a copy may stand in the write-ahead
        log until the next checkpoint.

        Args:
            connection: to the same file, used in this thread alone.
        """
        joined = Joined(inner=connection)
        with Faults(joined.what, joined.waited_s):
            connection.execute("PRAGMA secure_delete = ON")
        return self._within(joined)

    def _within(self, joined: Joined, *, fits: bool = False) -> SqliteOrders:
        naming = self._sql.naming
        return SqliteOrders(
            joined,
            self._tenant,
            naming,
            self._cases,
            fits=fits,
            house=self._codec.house,
        )

    def migrate(self) -> int:
        """Make the tables, or bring them up to date.

        A second process waits, and finds nothing left to do.  Orders of
        the first release are moved in several transactions; if it is
        interrupted, call it again, and it goes on.

        Returns:
            How many steps were made.

        Raises:
            StoreVersionError: they are of a later release.
        """
        steps, done = 0, False
        while not done:
            with self._faults, self._at.writing() as connection:
                made, done = make_tables(
                    connection, "orders", self._sql.naming
                )
            steps += made
        self._fits = True
        return steps

    def renew_id(self) -> str:
        """Give a database that is a copy of another an id of its own.

        Else requests of the copy would have the keys of the original's
        at their providers.  Stored effects keep their keys.

        Returns:
            The new id.
        """
        made = secrets.token_hex(6)
        self._check()
        with self._faults, self._at.writing() as connection:
            connection.execute(self._sql.insert_store, (made,))
        return made

    @contextlib.contextmanager
    def transaction(self) -> Iterator[SqliteOrders]:
        """Several commands in one transaction: all of them, or none.

        It gives the store to use within it, in this thread.  An
        exception rolls all of it back.  A desk on the given store
        performs no effects: they stay pending until a desk or a worker
        outside performs them after the commit.
        """
        self._check()
        writing = self._file.writing()
        with self._faults:
            connection = writing.__enter__()
        joined = Joined(
            inner=connection,
            what=f"a transaction of {self._at.what}",
            waited_s=self._at.waited_s,
        )
        try:
            yield self._within(joined, fits=True)
        except BaseException as error:
            # The application's error is raised as it is.
            writing.__exit__(type(error), error, error.__traceback__)
            raise
        with self._faults:
            writing.__exit__(None, None, None)
            if joined.erased:
                self._emptied(joined.erased)

    def inventory(self, *, clock: Callable[[], datetime]) -> SqliteInventory:
        """The stock in the same file, of the same tenant and table names.

        Stock that is made so moves in the transaction of the decision
        that asks for it; see ``is_beside``.

        Args:
            clock: judges the time limits, at the moment of use.
        """
        file = self._file
        made = SqliteInventory(
            file.path,
            clock=clock,
            tenant=self._tenant,
            naming=self._sql.naming,
            durability=file.durability,
            patience=file.waited_s,
        )
        made.put_on(file)
        return made

    def is_beside(self, inventory: object, /) -> bool:
        """Whether a stock can move in this store's own transactions.

        It is one that ``inventory`` has made: on a connection of its own,
        it would wait for this store to end its transaction.
        """
        return isinstance(inventory, SqliteInventory) and inventory.is_on(
            self._file
        )

    @contextlib.contextmanager
    def unit(
        self, inventory: SqliteInventory
    ) -> Iterator[tuple[SqliteOrderStore, SqliteInventory]]:
        """One transaction of the orders and the stock, for a desk.

        It gives both, to use within it, in this thread.  An exception
        rolls all of it back.  Unlike ``transaction``, its end is not the
        application's: new effects may be claimed in it.

        Args:
            inventory: the stock; see ``is_beside``.
        """
        self._check()
        writing = self._file.writing()
        with self._faults:
            connection = writing.__enter__()
        inside = copy(self)
        at = Opened(
            inner=connection,
            what=self._at.what,
            waited_s=self._at.waited_s,
            forgets=self._at.may_forget(),
        )
        vars(inside).update(_at=at)
        try:
            yield inside, inventory.within(at)
            at.check()
        except BaseException as error:
            # Each part has told its own errors already.
            writing.__exit__(type(error), error, error.__traceback__)
            raise
        with self._faults:
            writing.__exit__(None, None, None)

    def close(self) -> None:
        """Close the connections of all threads for good."""
        self._file.close()


@attrs.frozen(kw_only=True)
class SqliteStores:
    """The orders and the stock of one SQLite file."""

    orders: SqliteOrderStore
    inventory: SqliteInventory

    def close(self) -> None:
        """Close all connections to the file."""
        self.orders.close()
        self.inventory.close()


def open_stores(
    url: str | os.PathLike[str],
    *,
    clock: Callable[[], datetime],
    tenant: str = "",
    house: House = HOUSE,
    make: bool = True,
) -> SqliteStores:
    """Open a file by its URL, and bring its tables up to date.

    ``sqlite:///shop.db`` is a file of this folder, and with a fourth
    slash one from the root.  After a ``?`` may stand, joined by ``&``:
    ``durability=normal``, ``busy_timeout=5`` and ``prefix=shop_``.

    Args:
        url: which file; a plain path is one, too.
        clock: gives the time, in any time zone.
        tenant: the tenant of the orders and the stock.
        house: the house of the orders, if it has more rooms than ours.
        make: False: the file must be there, and its tables are left as
            they are.

    Raises:
        InputError: the URL names no file, or an unknown setting.
        StoreVersionError: the tables are of a later release.
    """
    clock = utc_clock(clock)
    path, settings = _settings(as_url(url))
    if not make and not os.path.isfile(path):  # noqa: PTH113
        raise InputError(f"there is no file {path!r}")
    orders = SqliteOrderStore(path, tenant=tenant, house=house, **settings)
    inventory = orders.inventory(clock=clock)
    stores = SqliteStores(orders=orders, inventory=inventory)
    if not make:
        return stores
    try:
        orders.migrate()
        inventory.migrate()
    except BaseException:
        stores.close()
        raise
    return stores


def migrate_stores(url: str | os.PathLike[str]) -> dict[str, int]:
    """Bring the tables in a file up to date; it is made if need be.

    Args:
        url: as for ``open_stores``.

    Returns:
        How many steps were made of the ``orders`` and the ``inventory``.

    Raises:
        InputError: the URL names no file, or an unknown setting.
        StoreVersionError: the tables are of a later release.
    """
    path, settings = _settings(as_url(url))
    orders = SqliteOrderStore(path, **settings)
    inventory = orders.inventory(clock=utc_now)
    stores = SqliteStores(orders=orders, inventory=inventory)
    with contextlib.closing(stores):
        return {"orders": orders.migrate(), "inventory": inventory.migrate()}


def path_in(url: str) -> str:
    """The path of the file that a URL names.

    Raises:
        InputError: it names no file, or an unknown setting.
    """
    return _settings(url)[0]


def _settings(url: str) -> tuple[str, dict[str, Any]]:
    """The path in a URL, and the settings behind it."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url, {}
    place, _, query = rest.partition("?")
    if scheme != "sqlite" or not place.startswith("/") or place == "/":
        raise InputError("expected sqlite:/// and the path of a file")
    try:
        given = (
            parse_qs(query, strict_parsing=True, keep_blank_values=True)
            if query
            else {}
        )
        found = {
            name: _SETTINGS[name](last) for name, (last,) in given.items()
        }
    except (KeyError, ValueError):
        names = ", ".join(_SETTINGS)
        raise InputError(
            f"after the ? of a sqlite URL may stand {names}, each once"
        ) from None
    if "prefix" in found:
        found["naming"] = Naming(prefix=found.pop("prefix"))
    return unquote(place[1:]), found


def _durability(text: str) -> Durability:
    return _DURABILITIES[text]


def _seconds(text: str) -> float:
    if not _SECONDS.fullmatch(text):
        raise ValueError
    return float(text)


_SECONDS: Final = re.compile("[0-9]{1,9}([.][0-9]{1,9})?")
_DURABILITIES: Final[Mapping[str, Durability]] = {
    "full": "full",
    "normal": "normal",
}
_SETTINGS: Final[Mapping[str, Callable[[str], Any]]] = {
    "durability": _durability,
    "busy_timeout": _seconds,
    "prefix": str,
}
