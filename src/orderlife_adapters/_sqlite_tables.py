"""The tables of a SQLite file: their names, and their version."""

from __future__ import annotations

import sqlite3

from orderlife.errors import InputError
from orderlife_adapters._migrations import (
    MOVES,
    Component,
    Naming,
    Version,
    check_version,
    named,
    pending,
    recorded,
    versions_table,
)
from orderlife_adapters._sqlite_moving import move

__all__ = ["check_tables", "make_tables", "without_schema"]


def without_schema(naming: Naming | None) -> Naming:
    """The names of tables in a SQLite file, which has no schemas.

    Raises:
        InputError: there is a schema in it.
    """
    naming = named(naming)
    if naming.schema:
        raise InputError("SQLite has no schemas: choose a prefix")
    return naming


def _version(
    connection: sqlite3.Connection, component: Component, naming: Naming
) -> Version | None:
    versions = naming.table("versions")
    found = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
        (versions,),
    ).fetchone()
    if found is None:
        return None
    row = connection.execute(
        f"SELECT version, oldest FROM {versions} "  # noqa: S608
        "WHERE component = ?",
        (component,),
    ).fetchone()
    return None if row is None else Version(*row)


def check_tables(
    connection: sqlite3.Connection, component: Component, naming: Naming
) -> None:
    """Check that this release can use the tables.

    Raises:
        StoreVersionError: they are missing, too old, or too new.
    """
    found = _version(connection, component, naming)
    check_version(component, "sqlite", found)


def make_tables(
    connection: sqlite3.Connection, component: Component, naming: Naming
) -> tuple[int, bool]:
    """Bring the tables up to date, within a transaction that is begun.

    What an older release has stored is moved order by order, in a
    transaction for every few: so it can be interrupted, and goes on
    where it was.

    Returns:
        How many steps were made, and whether none is left.

    Raises:
        StoreVersionError: they are of a later release.
    """
    connection.execute(naming.fill(versions_table("sqlite")))
    found = _version(connection, component, naming)
    steps = pending(component, "sqlite", found)
    for made, step in enumerate(steps):
        if (component, step.version) in MOVES and move(connection, naming):
            return made, False
        for statement in step.filled(naming):
            connection.execute(statement)
        reached = recorded(component, step.version)
        connection.execute(
            f"INSERT INTO {naming.table('versions')} "  # noqa: S608
            "(component, version, oldest) VALUES (?, ?, ?) "
            "ON CONFLICT (component) DO UPDATE SET "
            "version = excluded.version, oldest = excluded.oldest",
            (component, reached.version, reached.oldest),
        )
    check_tables(connection, component, naming)
    return len(steps), True
