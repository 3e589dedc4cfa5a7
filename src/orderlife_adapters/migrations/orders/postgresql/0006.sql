-- A decision is one row: its events, its input's id and fingerprint, and one
-- digest over the stored bytes.  What each table held of it before is moved
-- by migrate(), order by order, before the next step.
--
-- An effect and a person belong to their order.

CREATE TABLE {table}decisions (
    tenant TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    first_version BIGINT NOT NULL,
    last_version BIGINT NOT NULL,
    input_id TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT NOT NULL,
    document TEXT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    CONSTRAINT {name}decisions_pkey PRIMARY KEY (tenant, order_id, number),
    CONSTRAINT {name}decisions_number CHECK (number >= 1),
    CONSTRAINT {name}decisions_versions CHECK (last_version >= first_version)
);

CREATE UNIQUE INDEX {name}decisions_by_input
    ON {table}decisions (tenant, order_id, input_id)
    WHERE input_id <> '';

CREATE FUNCTION {table}decisions_stay() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'decisions are never changed'
        USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE TRIGGER {name}decisions_stay
    BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}decisions
    FOR EACH STATEMENT EXECUTE FUNCTION {table}decisions_stay();

-- The fold of the first decisions of an order; a later one takes its place.
CREATE TABLE {table}snapshots (
    tenant TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT {name}snapshots_pkey PRIMARY KEY (tenant, order_id)
) WITH (fillfactor = 80);

-- What the fingerprints of inputs with personal data are made with: it goes
-- with the person.
CREATE TABLE {table}salts (
    tenant TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    salt TEXT COLLATE "C" NOT NULL,
    CONSTRAINT {name}salts_pkey PRIMARY KEY (tenant, order_id, number)
);

ALTER TABLE {table}orders
    ADD COLUMN decisions BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN snapshot BIGINT NOT NULL DEFAULT 0;

-- Those that are still to be moved.
CREATE INDEX {name}orders_of_before
    ON {table}orders (tenant, order_id)
    WHERE snapshot = 0;

DROP TRIGGER IF EXISTS {name}events_stay ON {table}events;

DROP FUNCTION IF EXISTS {table}events_stay();

UPDATE {table}effects SET doubted = begun_at IS NOT NULL
WHERE doubted IS NULL;

-- A key is made of store, tenant, order, operation and generation; the column
-- has those of before.  The number of the store is which of its ids it is made
-- of; -1: its row is as the release before has written it.
ALTER TABLE {table}effects
    DROP CONSTRAINT {name}effects_key,
    DROP CONSTRAINT {name}effects_pkey,
    ADD CONSTRAINT {name}effects_pkey
        PRIMARY KEY (tenant, order_id, operation_id),
    ALTER COLUMN doubted SET NOT NULL,
    ADD COLUMN store BIGINT NOT NULL DEFAULT -1;

ALTER TABLE {table}effects ALTER COLUMN store DROP DEFAULT;

DROP INDEX {table}effects_of_order;

CREATE INDEX {name}effects_of_before
    ON {table}effects (tenant, order_id)
    WHERE store = -1;

-- With the salts, the only table with personal data.
ALTER TABLE {table}people
    DROP CONSTRAINT {name}people_pkey,
    ADD CONSTRAINT {name}people_pkey PRIMARY KEY (tenant, order_id, ref);

DROP INDEX {table}people_of_order;
