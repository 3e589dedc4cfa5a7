"""The tables in an application's own SQLAlchemy metadata.

For applications in which Alembic, or another tool, manages all tables of
a database: it then knows of these, and leaves them as they are.  Our
migrations make and change them, and also hold what a model cannot:
triggers, and how the pages are filled.  A test checks that the model,
the migrations and the databases agree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, get_args

from orderlife._checks.validation import check_choice
from orderlife.errors import MissingExtraError
from orderlife_adapters._migrations import Dialect, Naming, named
from orderlife_adapters._table_forms import FORMS, OWN, Form

if TYPE_CHECKING:
    from sqlalchemy import Index, MetaData, Table

__all__ = ["Naming", "add_tables"]

_LISTED: Final = re.compile(r"(\w+) IN \(('.*')\)")


def add_tables(
    metadata: MetaData,
    *,
    naming: Naming | None = None,
    dialect: Dialect = "postgresql",
) -> dict[str, Table]:
    """Add the tables of orders and stock to a metadata.

    Args:
        metadata: the application's.
        naming: schema and prefix, as the stores are given them.
        dialect: the database, ``postgresql`` or ``sqlite``.

    Returns:
        The tables by their names without the prefix, as in ``orders``.

    Raises:
        InputError: there is no such dialect.
        MissingExtraError: SQLAlchemy is not installed.
    """
    check_choice(dialect, "dialect", get_args(Dialect))
    try:
        import sqlalchemy  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "sqlalchemy", "sqlalchemy", "a model of the tables"
        ) from error
    chosen = named(naming)
    return {
        name: _added(metadata, chosen, name, table, dialect)
        for name, table in (FORMS | OWN[dialect]).items()
    }


def _added(
    metadata: MetaData,
    naming: Naming,
    name: str,
    table: Form,
    dialect: Dialect,
) -> Table:
    import sqlalchemy as sa

    types = _types()
    prefix = naming.prefix

    def column(text: str) -> sa.Column[Any]:
        called, _, kind = text.partition(":")
        counted = [sa.Identity(always=True)] if kind == "counted" else []
        return sa.Column(
            called,
            types[kind.removesuffix("?")],
            *counted,
            nullable=kind.endswith("?"),
            autoincrement="auto" if counted else False,
        )

    # The table of versions is older than the names of constraints.
    key = None if name == "versions" else f"{prefix}{name}_pkey"
    return sa.Table(
        prefix + name,
        metadata,
        *(column(text) for text in table.columns.split()),
        sa.PrimaryKeyConstraint(*table.key.split(), name=key),
        *(
            sa.CheckConstraint(
                _one_by_one(text) if dialect == "sqlite" else text,
                name=prefix + called,
            )
            for called, text in table.checks.items()
        ),
        *(
            _index(prefix + called, columns, where, once=once)
            for once in (False, True)
            for called, (columns, where) in (
                table.once if once else table.indexes
            ).items()
        ),
        schema=naming.schema or None,
    )


def _index(name: str, columns: str, where: str, *, once: bool) -> Index:
    import sqlalchemy as sa

    rows = sa.text(where) if where else None
    return sa.Index(
        name,
        *columns.split(),
        unique=once,
        sqlite_where=rows,
        postgresql_where=rows,
    )


def _one_by_one(check: str) -> str:
    """A check of one of some texts, without a list of them."""
    found = _LISTED.fullmatch(check)
    if found is None:
        return check
    column, texts = found.groups()
    return " OR ".join(f"{column} = {text}" for text in texts.split(", "))


def _types() -> dict[str, Any]:
    """Our types, for both databases."""
    import sqlalchemy as sa
    from sqlalchemy.types import UserDefinedType

    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    exact = sa.Text(collation="C")

    class Anything(UserDefinedType[Any]):
        """A type of SQLite's strict tables."""

        cache_ok: bool | None = True

        def get_col_spec(self, **_: Any) -> str:
            return "ANY"

    return {
        "exact": sa.Text().with_variant(exact, "postgresql"),
        "text": sa.Text(),
        "number": number,
        "counted": number,
        "small": sa.Integer(),
        "bytes": sa.LargeBinary(),
        "packed": Anything(),
        "flag": sa.Boolean().with_variant(sa.Integer(), "sqlite"),
    }
