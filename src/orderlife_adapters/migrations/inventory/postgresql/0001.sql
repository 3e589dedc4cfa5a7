-- Stock, who has it, every movement of it, and the answers given.
--
-- Times are microseconds since 1970, UTC.  What identifies something is
-- compared byte by byte, whatever the database's collation.  Tenant comes
-- first in every key.

-- A SKU at a place.  Usually one row; a SKU in the hot mode has several.
-- Half of each page is left free: a row is written anew where it stands.
CREATE TABLE {table}stock (
    tenant TEXT COLLATE "C" NOT NULL,
    sku TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    bucket BIGINT NOT NULL,
    buckets BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    available BIGINT NOT NULL,
    held BIGINT NOT NULL,
    allocated BIGINT NOT NULL,
    unavailable BIGINT NOT NULL,
    CONSTRAINT {name}stock_pkey PRIMARY KEY (tenant, sku, place, bucket),
    CONSTRAINT {name}stock_available
        CHECK (available BETWEEN 0 AND 1000000000000000),
    CONSTRAINT {name}stock_held
        CHECK (held BETWEEN 0 AND 1000000000000000),
    CONSTRAINT {name}stock_allocated
        CHECK (allocated BETWEEN 0 AND 1000000000000000),
    CONSTRAINT {name}stock_unavailable
        CHECK (unavailable BETWEEN 0 AND 1000000000000000)
) WITH (fillfactor = 50);

CREATE TABLE {table}reservations (
    tenant TEXT COLLATE "C" NOT NULL,
    reservation_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL,
    consumed BOOLEAN NOT NULL,
    CONSTRAINT {name}reservations_pkey PRIMARY KEY (tenant, reservation_id),
    CONSTRAINT {name}reservations_version CHECK (version >= 1),
    CONSTRAINT {name}reservations_state
        CHECK (state IN ('held', 'allocated', 'expired'))
) WITH (fillfactor = 80);

-- until is NULL unless the reservation is held: then it is the same date.
CREATE TABLE {table}reservation_items (
    tenant TEXT COLLATE "C" NOT NULL,
    reservation_id TEXT COLLATE "C" NOT NULL,
    line_id TEXT COLLATE "C" NOT NULL,
    sku TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    bucket BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    until BIGINT,
    CONSTRAINT {name}reservation_items_pkey
        PRIMARY KEY (tenant, reservation_id, line_id, sku, place, bucket),
    CONSTRAINT {name}reservation_items_quantity
        CHECK (quantity BETWEEN 0 AND 1000000000000000)
);

CREATE INDEX {name}reservation_items_due
    ON {table}reservation_items (tenant, sku, until)
    WHERE until IS NOT NULL;

-- The numbers rise.  Nobody waits for anybody to get one, so there are gaps.
CREATE TABLE {table}movements (
    tenant TEXT COLLATE "C" NOT NULL,
    sequence BIGINT GENERATED ALWAYS AS IDENTITY,
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    sku TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    reservation_id TEXT COLLATE "C" NOT NULL,
    line_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT {name}movements_pkey PRIMARY KEY (tenant, sequence),
    CONSTRAINT {name}movements_kind CHECK (kind IN (
        'received', 'held', 'released', 'expired', 'allocated', 'consumed',
        'written_off', 'returned', 'adjusted', 'moved'
    )),
    CONSTRAINT {name}movements_quantity
        CHECK (quantity BETWEEN 1 AND 1000000000000000),
    CONSTRAINT {name}movements_source CHECK (source IN (
        'outside', 'available', 'held', 'allocated', 'unavailable'
    )),
    CONSTRAINT {name}movements_target CHECK (target IN (
        'outside', 'available', 'held', 'allocated', 'unavailable'
    ))
);

CREATE FUNCTION {table}movements_stay() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'movements are never changed'
        USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE TRIGGER {name}movements_stay
    BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}movements
    FOR EACH STATEMENT EXECUTE FUNCTION {table}movements_stay();

CREATE TABLE {table}operations (
    tenant TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    request_hash TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT {name}operations_pkey PRIMARY KEY (tenant, key)
);
