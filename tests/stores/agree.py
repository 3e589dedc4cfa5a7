"""Whether the model and the migrations make the same tables."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Engine, MetaData, inspect
from sqlalchemy.engine import Inspector

from orderlife_adapters.tables import Naming, add_tables

__all__ = ["differences"]

NOT_ALIKE = frozenset(("reservations_consumed",))
"""Checks of one database alone: SQLite has no truth values."""


def differences(
    engine: Engine, migrated: Naming, modelled: Naming
) -> list[str]:
    """What is not the same; the model's tables are made for it.

    Columns, types, what may be NULL, primary keys, uniques, indexes and
    checks, as the database tells them back.

    Args:
        engine: of the database.
        migrated: the names of tables that the migrations have made.
        modelled: other names, for tables of the model.
    """
    metadata = MetaData()
    dialect: Any = engine.dialect.name
    add_tables(metadata, naming=modelled, dialect=dialect)
    metadata.create_all(engine)
    ours, theirs = (_told(engine, named) for named in (migrated, modelled))
    return [
        f"{name}: {ours.get(name)} by migration, {theirs.get(name)} by model"
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    ]


def _told(engine: Engine, naming: Naming) -> dict[str, Any]:
    """All that a database tells of the tables of a name."""
    found: dict[str, Any] = {}
    schema = naming.schema or None
    inspector = inspect(engine)
    for full in inspector.get_table_names(schema=schema):
        if full.startswith(naming.prefix):
            told = _table(inspector, full, schema)
            name = full.removeprefix(naming.prefix)
            for what, value in told.items():
                named = what.replace(naming.prefix, "")
                found[f"{name}.{named}"] = _plain(value, naming.prefix)
    return found


def _table(
    inspector: Inspector, name: str, schema: str | None
) -> dict[str, Any]:
    dialect = inspector.bind.dialect
    told: dict[str, Any] = {
        column["name"]: (
            column["type"].compile(dialect),
            column["nullable"],
            "identity" in column,
        )
        for column in inspector.get_columns(name, schema)
    }
    key = inspector.get_pk_constraint(name, schema)
    told["primary key"] = key["constrained_columns"]
    told["uniques"] = sorted(
        inspector.get_unique_constraints(name, schema),
        key=lambda unique: str(unique["name"]),
    )
    for index in inspector.get_indexes(name, schema):
        told[f"index {index['name']}"] = (
            index["column_names"],
            bool(index["unique"]),
            _where(index),
        )
    for check in inspector.get_check_constraints(name, schema):
        if not str(check["name"]).endswith(tuple(NOT_ALIKE)):
            told[f"check {check['name']}"] = check["sqltext"]
    return told


def _where(index: Any) -> str:
    """Of which rows an index is; empty: of all."""
    options = index.get("dialect_options", {})
    found = [
        str(text) for name, text in options.items() if name.endswith("_where")
    ]
    return "".join(found)


def _plain(value: Any, prefix: str) -> str:
    """One line, and no prefix: those are meant to differ."""
    text = re.sub(r"\s+", " ", str(value).replace("\\n", " "))
    text = re.sub(r"\( | \)", lambda found: found.group().strip(), text)
    return text.replace(prefix, "")
