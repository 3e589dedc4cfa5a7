"""The tables' history, as SQL that a database administrator can read.

Each component (the orders, the inventory) has its scripts for each
database: ``migrations/orders/sqlite/0001.sql`` and so on.  A script is
run once, in the order of the numbers, and a table of versions says how
far a database has come.

In a script ``{table}`` stands before the name of a table, and becomes
the schema and the prefix; ``{name}`` stands before the name of an
index or a constraint, and becomes the prefix alone.  A semicolon at
the end of a line ends a statement.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias, get_args

import attrs

from orderlife._checks.validation import check_choice, check_count
from orderlife.errors import InputError, StoreVersionError

__all__ = [
    "MOVES",
    "Component",
    "Dialect",
    "Migration",
    "Naming",
    "Version",
    "check_version",
    "distribution",
    "latest",
    "migrations",
    "named",
    "pending",
    "recorded",
    "sql",
    "versions_table",
]

Component: TypeAlias = Literal["orders", "inventory"]
Dialect: TypeAlias = Literal["sqlite", "postgresql"]

OLDEST: Final[dict[tuple[Component, int], int]] = {
    ("orders", 1): 1,
    ("orders", 2): 1,
    ("orders", 3): 1,
    # Workers of older releases would not maintain the count.
    ("orders", 4): 4,
    ("orders", 5): 4,
    # A decision is one row.
    ("orders", 6): 6,
    ("orders", 7): 7,
    ("inventory", 1): 1,
    ("inventory", 2): 1,
}
"""The oldest version whose programs can work with tables of a version.

A migration that only adds keeps the number of the one before it: so
releases N-1 and N run side by side on one database.
"""

MOVES: Final[frozenset[tuple[Component, int]]] = frozenset((("orders", 7),))
"""The steps before which a program moves what an older release stored."""

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,30}\Z")
_GUARDS: Final = re.compile(r"CREATE (TRIGGER|FUNCTION) ")
_TABLE: Final = re.compile(r"(CREATE|DROP) TABLE {table}(\w+)")
_ENDS: Final = re.compile(r";[ \t]*$", re.MULTILINE)


@attrs.frozen(kw_only=True)
class Naming:
    """The schema and the prefix of the tables' names.

    Args:
        prefix: stands before each table's name; may be empty.
        schema: the PostgreSQL schema; empty: the connection's own.
        triggers: whether tables are made with the triggers that keep
            decisions and movements from being changed; False for an
            engine that has none, such as Citus.

    Raises:
        InputError: not of a-z, 0-9 and _, or longer than 31 characters.
    """

    prefix: str = "orderlife_"
    schema: str = ""
    triggers: bool = True

    def __attrs_post_init__(self) -> None:
        for name in (self.prefix, self.schema):
            if not isinstance(name, str):
                what = type(name).__name__
                raise InputError(f"tables are named by a text, not {what}")
            if name and not _NAME.match(name):
                message = (
                    f"{name!r} cannot name tables: up to 31 of a-z, 0-9 "
                    "and _, the first no digit"
                )
                raise InputError(message)

    def table(self, name: str) -> str:
        """The full name of a table, for a statement."""
        return self.fill(f"{{table}}{name}")

    def fill(self, statement: str) -> str:
        """Put the names into a statement."""
        qualified = f"{self.schema}." if self.schema else ""
        return statement.replace("{table}", qualified + self.prefix).replace(
            "{name}", self.prefix
        )


def named(naming: Naming | None) -> Naming:
    """The chosen names, or the default ones.

    Raises:
        InputError: it is no ``Naming``.
    """
    given: object = Naming() if naming is None else naming
    if isinstance(given, Naming):
        return given
    raise InputError(f"naming must be a Naming, not {type(given).__name__}")


@attrs.frozen(kw_only=True)
class Migration:
    """One step of the tables' history."""

    component: Component
    version: int
    statements: tuple[str, ...]
    """The statements, with ``{table}`` and ``{name}`` unfilled."""

    def filled(self, naming: Naming) -> tuple[str, ...]:
        """The statements for tables of these names."""
        return tuple(
            naming.fill(each)
            for each in self.statements
            if naming.triggers or not _GUARDS.match(each)
        )


@attrs.frozen
class Version:
    """The version of a component's tables in a database."""

    version: int
    oldest: int
    """The oldest version whose programs can use the tables."""


@cache
def migrations(
    component: Component, dialect: Dialect
) -> tuple[Migration, ...]:
    """All steps of a component, the first first."""
    folder = files("orderlife_adapters") / "migrations" / component / dialect
    scripts = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    return tuple(
        Migration(
            component=component,
            version=int(script.name[:4]),
            statements=_statements(script.read_text("utf-8")),
        )
        for script in scripts
    )


def _statements(script: str) -> tuple[str, ...]:
    lines = [
        line
        for line in script.splitlines()
        if not line.lstrip().startswith("--")
    ]
    parts = (part.strip() for part in _ENDS.split("\n".join(lines)))
    return tuple(part for part in parts if part)


def versions_table(dialect: Dialect) -> str:
    """The statement that makes the table of versions, once."""
    strict = " STRICT" if dialect == "sqlite" else ""
    return (
        "CREATE TABLE IF NOT EXISTS {table}versions (\n"
        "    component TEXT NOT NULL PRIMARY KEY,\n"
        "    version INTEGER NOT NULL,\n"
        "    oldest INTEGER NOT NULL\n"
        f"){strict}"
    )


def latest(component: Component, dialect: Dialect) -> int:
    """The version that this release's programs are written for."""
    return migrations(component, dialect)[-1].version


def pending(
    component: Component, dialect: Dialect, found: Version | None
) -> tuple[Migration, ...]:
    """The steps that a database has not made yet."""
    done = found.version if found is not None else 0
    return tuple(
        step for step in migrations(component, dialect) if step.version > done
    )


def recorded(component: Component, version: int) -> Version:
    """The row of the table of versions after a step."""
    return Version(version, OLDEST[component, version])


def check_version(
    component: Component, dialect: Dialect, found: Version | None
) -> None:
    """Check that this release can use a database's tables.

    Raises:
        StoreVersionError: they are missing, too old, or too new.
    """
    wanted = latest(component, dialect)
    if found is None or found.version < wanted:
        have = found.version if found is not None else 0
        raise StoreVersionError(
            have, wanted, "run migrate(), or python -m orderlife migrate"
        )
    if found.oldest > wanted:
        raise StoreVersionError(
            found.version, wanted, "upgrade orderlife first"
        )


def sql(
    component: Component,
    dialect: Dialect,
    naming: Naming | None = None,
    *,
    after: int = 0,
) -> str:
    """The SQL that makes the tables, for a database administrator.

    Args:
        component: the orders, or the inventory.
        dialect: the database.
        naming: schema and prefix.
        after: leave out the steps up to this version.

    Raises:
        InputError: there is no such component or dialect.
    """
    check_choice(component, "component", get_args(Component))
    check_choice(dialect, "dialect", get_args(Dialect))
    check_count(after, "after")
    naming = named(naming)
    steps = [
        step for step in migrations(component, dialect) if step.version > after
    ]
    parts = [f"{naming.fill(versions_table(dialect))};"]
    for step in steps:
        version = recorded(component, step.version)
        parts.append(f"-- {component}, version {step.version}")
        parts += [f"{each};" for each in step.filled(naming)]
        parts.append(
            f"INSERT INTO {naming.table('versions')} "  # noqa: S608
            f"(component, version, oldest) VALUES ('{component}', "
            f"{version.version}, {version.oldest}) ON CONFLICT (component) "
            "DO UPDATE SET version = excluded.version, "
            "oldest = excluded.oldest;"
        )
    return "\n\n".join(parts) + "\n"


def distribution(component: Component, naming: Naming | None = None) -> str:
    """The SQL that has Citus spread the tables over its servers.

    All rows of a tenant are on one server; each server has the versions
    and the database's ids.  That of the orders comes first.

    Args:
        component: the orders, or the inventory.
        naming: schema and prefix.

    Raises:
        InputError: there is no such component.
    """
    check_choice(component, "component", get_args(Component))
    naming = named(naming)
    standing: dict[str, str] = {}
    for step in migrations(component, "postgresql"):
        for each in step.statements:
            if (found := _TABLE.match(each)) is None:
                continue
            if found[1] == "CREATE":
                standing[found[2]] = each
            else:
                del standing[found[2]]
    calls = []
    if component == "orders":
        calls = [f"create_reference_table('{naming.table('versions')}')"]
    first = naming.table("orders")
    for name, statement in standing.items():
        table = naming.table(name)
        beside = "" if table == first else f", colocate_with => '{first}'"
        calls.append(
            f"create_distributed_table('{table}', 'tenant'{beside})"
            if "    tenant TEXT" in statement
            else f"create_reference_table('{table}')"
        )
    return "".join(f"SELECT {each};\n" for each in calls)
