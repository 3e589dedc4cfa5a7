"""The tables on PostgreSQL: made, brought up to date, checked."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

import hashlib

from orderlife_adapters._migrations import (
    MOVES,
    Component,
    Naming,
    Version,
    check_version,
    pending,
    recorded,
)
from orderlife_adapters._postgres_driver import (
    Ask,
    NoTablesError,
    Program,
    tried,
)
from orderlife_adapters._postgres_moving import move

__all__ = ["check", "migrate", "ready"]


def check(component: Component, naming: Naming) -> Program[None]:
    """Check that this release can use the tables.

    Raises:
        StoreVersionError: it cannot.
    """
    found = yield from _version(component, naming)
    check_version(component, "postgresql", found)


def ready(component: Component, naming: Naming) -> Program[None]:
    """Make the tables where there are none; else check them.

    Part of a transaction.

    Raises:
        StoreVersionError: they are too old or too new.
    """
    yield Ask("SAVEPOINT found")
    found = yield from _version(component, naming)
    if found is None:
        yield Ask("ROLLBACK TO found")
        yield from migrate(component, naming)
    else:
        check_version(component, "postgresql", found)


def _version(component: Component, naming: Naming) -> Program[Version | None]:
    ask = Ask(
        f"SELECT version, oldest FROM {naming.table('versions')} "
        "WHERE component = %(component)s",
        {"component": component},
    )
    try:
        rows, _ = yield from tried(ask, 3)
    except NoTablesError:
        return None
    return Version(*rows[0]) if rows else None


def migrate(component: Component, naming: Naming) -> Program[tuple[int, bool]]:
    """Bring the tables up to date, within one transaction.

    A second process waits, and finds nothing left to do.  What an older
    release has stored is moved order by order, in a transaction for every
    few: so it can be interrupted, and goes on where it was.

    Returns:
        How many steps were made, and whether none is left.
    """
    versions = naming.table("versions")
    named = hashlib.sha256(versions.encode()).digest()
    number = int.from_bytes(named[:8], signed=True)
    yield Ask(f"SELECT pg_advisory_xact_lock({number})")
    yield Ask(
        f"CREATE TABLE IF NOT EXISTS {versions} (component TEXT "
        "PRIMARY KEY, version INTEGER NOT NULL, oldest INTEGER NOT NULL)"
    )
    found = yield from _version(component, naming)
    steps = pending(component, "postgresql", found)
    for made, step in enumerate(steps):
        if (component, step.version) in MOVES and (yield from move(naming)):
            return made, False
        for statement in step.filled(naming):
            yield Ask(statement)
        reached = recorded(component, step.version)
        yield Ask(
            f"INSERT INTO {versions} (component, version, oldest) "
            "VALUES (%(component)s, %(version)s, %(oldest)s) "
            "ON CONFLICT (component) DO UPDATE SET "
            "version = excluded.version, oldest = excluded.oldest",
            {
                "component": component,
                "version": reached.version,
                "oldest": reached.oldest,
            },
        )
    check_version(
        component, "postgresql", (yield from _version(component, naming))
    )
    return len(steps), True
