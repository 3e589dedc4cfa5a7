"""The tables in an application's own SQLAlchemy metadata.

For applications in which Alembic, or another tool, manages all tables of
a database: it then knows of these, and leaves them as they are.  Our
migrations make and change them, and also hold what a model cannot:
triggers, and how the pages are filled.  A test checks that the model,
the migrations and the databases agree.

The feed of all events is kept in another way on SQLite, where one writes
at a time, than on PostgreSQL, where many do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import attrs

from orderlife._checks.validation import check_choice
from orderlife.errors import MissingExtraError
from orderlife_adapters._migrations import Dialect, Naming, named

if TYPE_CHECKING:
    from sqlalchemy import Index, MetaData, Table

__all__ = ["Naming", "add_tables"]


@attrs.frozen
class _Table:
    """A table, in a short form.

    Columns go by types of ours; with a question mark: may be NULL.
    """

    columns: str
    key: str
    checks: dict[str, str] = attrs.field(factory=dict)
    indexes: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    """The columns, and of which rows; empty: of all."""
    once: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    """Indexes of the same form, in which nothing stands twice."""


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
        name: _added(metadata, chosen, name, table)
        for name, table in (_TABLES | _FEEDS[dialect]).items()
    }


def _added(
    metadata: MetaData, naming: Naming, name: str, table: _Table
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
            sa.CheckConstraint(text, name=prefix + called)
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


def _types() -> dict[str, Any]:
    """Our types, for both databases."""
    import sqlalchemy as sa

    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    exact = sa.Text(collation="C")
    return {
        "exact": sa.Text().with_variant(exact, "postgresql"),
        "text": sa.Text(),
        "number": number,
        "counted": number,
        "small": sa.Integer(),
        "bytes": sa.LargeBinary(),
        "flag": sa.Boolean().with_variant(sa.Integer(), "sqlite"),
    }


_UNITS: Final = "BETWEEN 0 AND 1000000000000000"
_POOLS: Final = "('outside', 'available', 'held', 'allocated', 'unavailable')"

_TABLES: Final = {
    "versions": _Table(
        columns="component:text version:small oldest:small",
        key="component",
    ),
    "stores": _Table(columns="number:number id:exact", key="number"),
    "orders": _Table(
        columns=(
            "tenant:exact order_id:exact version:number head:exact "
            "timers:text timer_at:number? placed_at:number? channel:exact "
            "channel_number:exact customer_id:exact order_status:exact "
            "payment_status:exact fulfilment_status:exact "
            "returns_status:exact open_exceptions:number currency:exact "
            "total_minor:number updated_at:number asked:number "
            "decisions:number snapshot:number put_off:number? "
            "closed_at:number? archived:flag"
        ),
        key="tenant order_id",
        checks={
            "orders_version": "version >= 1",
            "orders_exceptions": "open_exceptions >= 0",
            "orders_timers": "(timer_at IS NULL) = (timers = '')",
        },
        indexes={
            "orders_by_number": (
                "tenant channel_number order_id",
                "channel_number <> ''",
            ),
            "orders_by_channel": (
                "tenant channel order_id",
                "channel <> ''",
            ),
            "orders_by_customer": (
                "tenant customer_id order_id",
                "customer_id <> ''",
            ),
            "orders_by_order_status": ("tenant order_status order_id", ""),
            "orders_by_payment_status": ("tenant payment_status order_id", ""),
            "orders_by_fulfilment_status": (
                "tenant fulfilment_status order_id",
                "",
            ),
            "orders_by_returns_status": ("tenant returns_status order_id", ""),
            "orders_with_exceptions": (
                "tenant order_id",
                "open_exceptions > 0",
            ),
            "orders_by_timer": (
                "tenant timer_at order_id",
                "timer_at IS NOT NULL AND put_off IS NULL",
            ),
            "orders_put_off": (
                "tenant put_off order_id",
                "put_off IS NOT NULL",
            ),
            "orders_closed": ("tenant closed_at", "closed_at IS NOT NULL"),
        },
    ),
    "decisions": _Table(
        columns=(
            "tenant:exact order_id:exact number:number first_version:number "
            "last_version:number input_id:exact fingerprint:text "
            "document:text digest:exact"
        ),
        key="tenant order_id number",
        checks={
            "decisions_number": "number >= 1",
            "decisions_versions": "last_version >= first_version",
        },
        once={
            "decisions_by_input": (
                "tenant order_id input_id",
                "input_id <> ''",
            )
        },
    ),
    "archives": _Table(
        columns="tenant:exact order_id:exact document:bytes",
        key="tenant order_id",
    ),
    "snapshots": _Table(
        columns=(
            "tenant:exact order_id:exact number:number version:number "
            "document:text"
        ),
        key="tenant order_id",
    ),
    "salts": _Table(
        columns="tenant:exact order_id:exact number:number salt:exact",
        key="tenant order_id number",
    ),
    "effects": _Table(
        columns=(
            "tenant:exact order_id:exact operation_id:exact ordinal:number "
            "port:exact state:exact due_at:number created_at:number "
            "attempts:number claimed_by:text note:text begun_at:number? "
            "generation:number store:number key:exact doubted:flag "
            "request_hash:exact intent:text"
        ),
        key="tenant order_id operation_id",
        checks={
            "effects_state": (
                "state IN ('pending', 'claimed', 'waiting', 'in_doubt', "
                "'done', 'declined', 'attention')"
            ),
            "effects_attempts": "attempts >= 0",
            "effects_generation": "generation >= 1",
        },
        indexes={
            "effects_due": (
                "tenant due_at",
                "state IN ('pending', 'claimed', 'waiting', 'in_doubt')",
            ),
            "effects_for_people": ("tenant port", "state = 'attention'"),
        },
    ),
    "cursors": _Table(
        columns=(
            "tenant:exact consumer:exact position:number owner:exact "
            "until:number"
        ),
        key="tenant consumer",
        checks={"cursors_position": "position >= 0"},
    ),
    "people": _Table(
        columns="tenant:exact order_id:exact ref:exact document:text",
        key="tenant order_id ref",
    ),
    "channel_numbers": _Table(
        columns="tenant:exact channel:exact number:exact order_id:exact",
        key="tenant channel number",
    ),
    "denials": _Table(
        columns=(
            "tenant:exact order_id:exact number:number command_id:text "
            "command:text actor:text why:text at:number"
        ),
        key="tenant order_id number",
    ),
    "stock": _Table(
        columns=(
            "tenant:exact sku:exact place:exact bucket:number buckets:number "
            "rank:number available:number held:number allocated:number "
            "unavailable:number"
        ),
        key="tenant sku place bucket",
        checks={
            f"stock_{pool}": f"{pool} {_UNITS}"
            for pool in ("available", "held", "allocated", "unavailable")
        },
    ),
    "reservations": _Table(
        columns=(
            "tenant:exact reservation_id:exact version:number state:exact "
            "cause:exact until:number consumed:flag"
        ),
        key="tenant reservation_id",
        checks={
            "reservations_version": "version >= 1",
            "reservations_state": (
                "state IN ('held', 'allocated', 'expired')"
            ),
        },
    ),
    "waits": _Table(
        columns=(
            "tenant:exact reservation_id:exact line_id:exact sku:exact "
            "place:exact quantity:number order_id:exact since:number "
            "until:number"
        ),
        key="tenant sku reservation_id line_id place",
        checks={"waits_quantity": f"quantity {_UNITS}"},
        indexes={"waits_of_reservation": ("tenant reservation_id", "")},
    ),
    "reservation_items": _Table(
        columns=(
            "tenant:exact reservation_id:exact line_id:exact sku:exact "
            "place:exact bucket:number quantity:number until:number?"
        ),
        key="tenant reservation_id line_id sku place bucket",
        checks={"reservation_items_quantity": f"quantity {_UNITS}"},
        indexes={
            "reservation_items_due": (
                "tenant sku until",
                "until IS NOT NULL",
            )
        },
    ),
    "movements": _Table(
        columns=(
            "tenant:exact sequence:counted at:number kind:exact sku:exact "
            "place:exact quantity:number source:exact target:exact "
            "cause:exact reservation_id:exact line_id:exact"
        ),
        key="tenant sequence",
        checks={
            "movements_kind": (
                "kind IN ('received', 'held', 'released', 'expired', "
                "'allocated', 'consumed', 'written_off', 'returned', "
                "'adjusted', 'moved')"
            ),
            "movements_quantity": "quantity BETWEEN 1 AND 1000000000000000",
            "movements_source": f"source IN {_POOLS}",
            "movements_target": f"target IN {_POOLS}",
        },
    ),
    "operations": _Table(
        columns=(
            "tenant:exact key:exact request_hash:exact document:text at:number"
        ),
        key="tenant key",
    ),
}

_DECISIONS: Final = _TABLES["decisions"]
_FEEDS: Final[dict[Dialect, dict[str, _Table]]] = {
    "postgresql": {
        "arrivals": _Table(
            columns=(
                "tenant:exact arrival:counted order_id:exact number:number"
            ),
            key="tenant arrival",
        ),
        "feed": _Table(
            columns=(
                "tenant:exact position:number order_id:exact number:number"
            ),
            key="tenant position",
            checks={"feed_position": "position >= 1"},
        ),
        "sequencers": _Table(
            columns="tenant:exact position:number",
            key="tenant",
            checks={"sequencers_position": "position >= 0"},
        ),
    },
    "sqlite": {
        "decisions": attrs.evolve(
            _DECISIONS,
            columns=f"position:number {_DECISIONS.columns}",
            key="position",
            checks={
                "decisions_position": "position >= 1",
                **_DECISIONS.checks,
            },
            indexes={
                "decisions_feed": ("tenant", "last_version > first_version")
            },
            once={
                "decisions_of_order": ("tenant order_id number", ""),
                **_DECISIONS.once,
            },
        )
    },
}
"""What keeps the feed, on each database in its own way."""
