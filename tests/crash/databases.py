"""Where the shops of the proof are: SQLite files, PostgreSQL tenants."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import attrs

from orderlife._opening import Stores, open_stores
from orderlife.testing.clock import Clock

__all__ = ["InPostgres", "InSqlite"]

_STOCK = {"mug": 4_000, "cup": 4_000}


def _prepare(stores: Any) -> None:
    for part in (stores.orders, stores.inventory):
        part.migrate()


def _fill(stores: Any) -> None:
    for sku, units in _STOCK.items():
        stores.inventory.receive(sku, "main", units, f"initial:{sku}")


@attrs.frozen
class InSqlite:
    """A file for each shop, copied from one that has its tables."""

    folder: Path

    @property
    def _template(self) -> Path:
        return self.folder / "template.db"

    def _file(self, shop: str) -> Path:
        return self.folder / f"{shop}.db"

    def prepare(self) -> None:
        """Make what is copied."""
        stores = open_stores(str(self._template), clock=Clock())
        _prepare(stores)
        _fill(stores)
        stores.close()

    def begin(self, shop: str) -> None:
        """Copy it."""
        shutil.copyfile(self._template, self._file(shop))

    def open(self, shop: str, clock: Clock) -> Stores:
        """Open it."""
        return open_stores(str(self._file(shop)), clock=clock)

    def end(self, shop: str) -> None:
        """Throw it away, with what SQLite put beside it."""
        for file in self.folder.glob(f"{shop}.db*"):
            file.unlink()


@attrs.frozen
class InPostgres:
    """A tenant for each shop, in the tables of one database."""

    url: str

    def prepare(self) -> None:
        """Make the tables."""
        stores = open_stores(self.url, clock=Clock())
        _prepare(stores)
        stores.close()

    def begin(self, shop: str) -> None:
        """Fill the shelves."""
        stores = open_stores(self.url, clock=Clock(), tenant=shop)
        _fill(stores)
        stores.close()

    def open(self, shop: str, clock: Clock) -> Stores:
        """Open the stores of the tenant."""
        return open_stores(self.url, clock=clock, tenant=shop)

    def end(self, shop: str) -> None:
        """Nothing: the database is thrown away as a whole."""
