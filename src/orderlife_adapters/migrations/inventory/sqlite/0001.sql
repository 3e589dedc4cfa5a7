-- Stock, who has it, every movement of it, and the answers given.
--
-- Times are microseconds since 1970, UTC.  Tenant comes first in every key.
-- A number of units is capped, so that no sum leaves 64 bits: SQLite would
-- make a float of it.  Values are compared one by one: a list of them would be
-- a table that is made for every row.

-- A SKU at a place.  Usually one row; a SKU in the hot mode has several.
CREATE TABLE {table}stock (
    tenant TEXT NOT NULL,
    sku TEXT NOT NULL,
    place TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    buckets INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    available INTEGER NOT NULL,
    held INTEGER NOT NULL,
    allocated INTEGER NOT NULL,
    unavailable INTEGER NOT NULL,
    PRIMARY KEY (tenant, sku, place, bucket),
    CONSTRAINT {name}stock_available
        CHECK (available BETWEEN 0 AND 1000000000000000),
    CONSTRAINT {name}stock_held
        CHECK (held BETWEEN 0 AND 1000000000000000),
    CONSTRAINT {name}stock_allocated
        CHECK (allocated BETWEEN 0 AND 1000000000000000),
    CONSTRAINT {name}stock_unavailable
        CHECK (unavailable BETWEEN 0 AND 1000000000000000)
) STRICT, WITHOUT ROWID;

CREATE TABLE {table}reservations (
    tenant TEXT NOT NULL,
    reservation_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    until INTEGER NOT NULL,
    consumed INTEGER NOT NULL,
    PRIMARY KEY (tenant, reservation_id),
    CONSTRAINT {name}reservations_version CHECK (version >= 1),
    CONSTRAINT {name}reservations_state
        CHECK (state = 'held' OR state = 'allocated' OR state = 'expired'),
    CONSTRAINT {name}reservations_consumed CHECK (consumed IN (0, 1))
) STRICT, WITHOUT ROWID;

-- until is NULL unless the reservation is held: then it is the same date.
CREATE TABLE {table}reservation_items (
    tenant TEXT NOT NULL,
    reservation_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    sku TEXT NOT NULL,
    place TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (tenant, reservation_id, line_id, sku, place, bucket),
    CONSTRAINT {name}reservation_items_quantity
        CHECK (quantity BETWEEN 0 AND 1000000000000000)
) STRICT, WITHOUT ROWID;

CREATE INDEX {name}reservation_items_due
    ON {table}reservation_items (tenant, sku, until)
    WHERE until IS NOT NULL;

CREATE TABLE {table}movements (
    tenant TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    sku TEXT NOT NULL,
    place TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    cause TEXT NOT NULL,
    reservation_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    PRIMARY KEY (tenant, sequence),
    CONSTRAINT {name}movements_kind CHECK (
        kind = 'received'
        OR kind = 'held'
        OR kind = 'released'
        OR kind = 'expired'
        OR kind = 'allocated'
        OR kind = 'consumed'
        OR kind = 'written_off'
        OR kind = 'returned'
        OR kind = 'adjusted'
        OR kind = 'moved'
    ),
    CONSTRAINT {name}movements_quantity
        CHECK (quantity BETWEEN 1 AND 1000000000000000),
    CONSTRAINT {name}movements_source CHECK (
        source = 'outside'
        OR source = 'available'
        OR source = 'held'
        OR source = 'allocated'
        OR source = 'unavailable'
    ),
    CONSTRAINT {name}movements_target CHECK (
        target = 'outside'
        OR target = 'available'
        OR target = 'held'
        OR target = 'allocated'
        OR target = 'unavailable'
    )
) STRICT, WITHOUT ROWID;

CREATE TRIGGER {name}movements_stay BEFORE DELETE ON {table}movements
BEGIN SELECT RAISE(ABORT, 'a movement is never deleted'); END;

CREATE TRIGGER {name}movements_hold BEFORE UPDATE ON {table}movements
BEGIN SELECT RAISE(ABORT, 'a movement is never changed'); END;

CREATE TABLE {table}operations (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    document TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;
