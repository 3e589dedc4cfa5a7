"""The statements of the stock in SQLite."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from orderlife_adapters._inventory_steps import AT_ONCE
from orderlife_adapters._migrations import Naming

__all__ = ["statements"]

_ROW: Final = (
    "sku, place, bucket, buckets, rank, available, held, allocated, "
    "unavailable"
)
_SAVED: Final = "reservation_id, version, state, cause, until, consumed"
_ITEM: Final = "reservation_id, line_id, sku, place, bucket, quantity"
_WAIT: Final = (
    "reservation_id, line_id, sku, place, quantity, order_id, since, until"
)
_MOVEMENT: Final = (
    "sequence, at, kind, sku, place, quantity, source, target, cause, "
    "reservation_id, line_id"
)
_BUCKET: Final = "tenant = :tenant AND sku = :sku AND place = :place"

_TEXTS: Final[Mapping[str, str]] = {
    "operation": "SELECT key, request_hash, document FROM {table}operations "
    "WHERE tenant = ? AND key = ?",
    "reservation": f"SELECT {_SAVED} FROM {{table}}reservations "
    "WHERE tenant = ? AND reservation_id = ?",
    "items": f"SELECT {_ITEM} FROM {{table}}reservation_items "
    "WHERE tenant = ? AND reservation_id = ? AND quantity > 0",
    "due": "SELECT DISTINCT reservation_id FROM {table}reservation_items "
    f"WHERE tenant = ? AND sku = ? AND until <= ? LIMIT {AT_ONCE}",
    "all_due": "SELECT DISTINCT reservation_id "
    "FROM {table}reservation_items "
    f"WHERE tenant = ? AND until <= ? LIMIT {AT_ONCE}",
    "stock": f"SELECT {_ROW} FROM {{table}}stock WHERE tenant = ? AND sku = ?",
    "all_stock": f"SELECT {_ROW} FROM {{table}}stock WHERE tenant = ?",
    "answer": "INSERT INTO {table}operations "
    "(tenant, key, request_hash, document, at) VALUES (?, ?, ?, ?, ?)",
    "list": "INSERT INTO {table}stock "
    "(tenant, sku, place, bucket, buckets, rank, "
    "available, held, allocated, unavailable) "
    "SELECT :tenant, :sku, :place, 0, 1, 1 + coalesce(max(rank), 0), "
    "0, 0, 0, 0 FROM {table}stock WHERE tenant = :tenant AND sku = :sku",
    "reserve": "INSERT INTO {table}reservations "
    "(tenant, reservation_id, version, state, cause, until, consumed) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)",
    "change": "UPDATE {table}reservations SET version = version + 1, "
    "state = ?, cause = ?, until = ?, consumed = ? "
    "WHERE tenant = ? AND reservation_id = ? AND version = ?",
    "item": "INSERT INTO {table}reservation_items "
    "(tenant, reservation_id, line_id, sku, place, bucket, quantity, until) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "quantity = excluded.quantity, until = excluded.until",
    "last": "SELECT coalesce(max(sequence), 0) FROM {table}movements "
    "WHERE tenant = ?",
    "move": "INSERT INTO {table}movements "
    f"(tenant, {_MOVEMENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "add": "UPDATE {table}stock SET available = available + :available, "
    "held = held + :held, allocated = allocated + :allocated, "
    "unavailable = unavailable + :unavailable "
    f"WHERE {_BUCKET} AND bucket = :bucket "
    "AND available + :available >= 0 AND held + :held >= 0 "
    "AND allocated + :allocated >= 0 AND unavailable + :unavailable >= 0",
    "choose": """SELECT place, bucket FROM {table}stock
        WHERE tenant = :tenant AND sku = :sku AND available >= :quantity
        AND (:place = '' OR place = :place) AND NOT EXISTS (
            SELECT 1 FROM {table}operations
            WHERE tenant = :tenant AND key = :key
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}reservation_items
            WHERE tenant = :tenant AND sku = :sku AND until <= :now
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}waits
            WHERE tenant = :tenant AND sku = :sku AND until > :now
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}reservations
            WHERE tenant = :tenant AND reservation_id = :reservation_id
        ) ORDER BY rank, place, bucket LIMIT 1""",
    "take_reservation": "INSERT INTO {table}reservations VALUES "
    "(:tenant, :reservation_id, 1, 'held', :cause, :until, 0)",
    "take_item": "INSERT INTO {table}reservation_items VALUES (:tenant, "
    ":reservation_id, :line_id, :sku, :place, :bucket, :quantity, :until)",
    "take_movement": "INSERT INTO {table}movements SELECT :tenant, "
    "1 + coalesce(max(sequence), 0), :now, 'held', :sku, :place, "
    ":quantity, 'available', 'held', :cause, :reservation_id, :line_id "
    "FROM {table}movements WHERE tenant = :tenant",
    "take": "UPDATE {table}stock SET available = available - :quantity, "
    f"held = held + :quantity WHERE {_BUCKET} AND bucket = :bucket "
    "AND available >= :quantity",
    "waits": f"SELECT {_WAIT} FROM {{table}}waits "
    "INDEXED BY {name}waits_of_reservation "
    "WHERE tenant = ? AND reservation_id IN (SELECT reservation_id "
    "FROM {table}waits WHERE tenant = ? AND sku = ?)",
    "wait": f"INSERT INTO {{table}}waits (tenant, {_WAIT}) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "leave": "DELETE FROM {table}waits "
    "WHERE tenant = ? AND reservation_id = ?",
    "awaited": """SELECT DISTINCT sku FROM {table}waits AS w
        WHERE tenant = :tenant AND until > :now AND (EXISTS (
            SELECT 1 FROM {table}stock AS s WHERE s.tenant = w.tenant
            AND s.sku = w.sku AND s.available > 0
        ) OR EXISTS (
            SELECT 1 FROM {table}reservation_items AS i
            WHERE i.tenant = w.tenant AND i.sku = w.sku AND i.until <= :now
        ))""",
    "history": f"SELECT {_MOVEMENT} FROM {{table}}movements "
    "WHERE tenant = ? AND sequence > ? ORDER BY sequence LIMIT ?",
    "live": "SELECT reservation_id, line_id, sku, place, state, "
    "sum(quantity) FROM {table}reservation_items "
    "JOIN {table}reservations USING (tenant, reservation_id) "
    "WHERE tenant = ? AND quantity > 0 AND state <> 'expired' "
    "GROUP BY 1, 2, 3, 4, 5",
    # Unlike +, sum() of integers raises an error beyond 64 bits.
    "flow": "SELECT max(sequence), max(at), kind, sku, place, "
    "sum(quantity), source, target, '', reservation_id, line_id "
    "FROM {table}movements WHERE tenant = ? "
    "GROUP BY reservation_id, line_id, sku, place, kind, source, target",
    "bucket": "INSERT INTO {table}stock "
    "(tenant, sku, place, bucket, buckets, rank, "
    "available, held, allocated, unavailable) "
    "SELECT tenant, sku, place, :bucket, :buckets, rank, 0, 0, 0, 0 "
    f"FROM {{table}}stock WHERE {_BUCKET} AND bucket = 0 "
    "ON CONFLICT DO NOTHING",
    "spread": "UPDATE {table}stock SET available = :available, "
    f"buckets = :buckets WHERE {_BUCKET} AND bucket = :bucket",
    "page": "SELECT max(key) FROM (SELECT key FROM {table}operations "
    "WHERE tenant = ? AND key > ? ORDER BY key LIMIT ?)",
    # Keys of counts are lists, and are never deleted.
    "prune": "DELETE FROM {table}operations WHERE tenant = :tenant "
    "AND key > :after AND key <= :last AND at < :before "
    "AND substr(key, 1, 1) <> '['",
    "place": f"SELECT available, bucket FROM {{table}}stock WHERE {_BUCKET}",
}


@cache
def statements(naming: Naming) -> Mapping[str, str]:
    """The statements, with the tables' names filled in."""
    return {name: naming.fill(text) for name, text in _TEXTS.items()}
