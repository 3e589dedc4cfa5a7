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

-- What a closed order's decisions and effects held, folded away: deflated.
-- The rows of its decisions keep their places, and are empty meanwhile.
CREATE TABLE {table}archives (
    tenant TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    document BYTEA NOT NULL,
    CONSTRAINT {name}archives_pkey PRIMARY KEY (tenant, order_id)
);

-- It is deflated already.
ALTER TABLE {table}archives ALTER COLUMN document SET STORAGE EXTERNAL;

CREATE FUNCTION {table}decisions_stay() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'decisions are never changed'
        USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE TRIGGER {name}decisions_stay
    BEFORE DELETE OR TRUNCATE ON {table}decisions
    FOR EACH STATEMENT EXECUTE FUNCTION {table}decisions_stay();

-- Rows are emptied when their order is folded away, and filled again as they
-- were; all else of a row stays.
CREATE FUNCTION {table}decisions_same() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.tenant = OLD.tenant AND NEW.order_id = OLD.order_id
        AND NEW.number = OLD.number
        AND NEW.first_version = OLD.first_version
        AND NEW.last_version = OLD.last_version
        AND (OLD.digest = '' OR NEW.digest = '' AND EXISTS (
            SELECT FROM {table}archives WHERE tenant = OLD.tenant
            AND order_id = OLD.order_id))
        THEN RETURN NEW; END IF; RAISE EXCEPTION 'decisions are never changed'
        USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE TRIGGER {name}decisions_same
    BEFORE UPDATE ON {table}decisions
    FOR EACH ROW EXECUTE FUNCTION {table}decisions_same();

-- Positions in the feed are given once a transaction is committed: a decision
-- with an event leaves a row here with it, and whoever reads the feed moves
-- rows that are committed into the feed.  The arrival is the order in which
-- they came; in one order it rises with the numbers of its decisions.
CREATE TABLE {table}arrivals (
    tenant TEXT COLLATE "C" NOT NULL,
    arrival BIGINT GENERATED ALWAYS AS IDENTITY,
    order_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    CONSTRAINT {name}arrivals_pkey PRIMARY KEY (tenant, arrival)
);

-- A decision has a position for each of its events: here is the last one.
CREATE TABLE {table}feed (
    tenant TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    CONSTRAINT {name}feed_pkey PRIMARY KEY (tenant, position),
    CONSTRAINT {name}feed_position CHECK (position >= 1)
);

-- The last position that was given to an event of a tenant.  Who holds the
-- row's lock gives the next ones.
CREATE TABLE {table}sequencers (
    tenant TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT {name}sequencers_pkey PRIMARY KEY (tenant),
    CONSTRAINT {name}sequencers_position CHECK (position >= 0)
);

-- Where the consumers of the feed are.
CREATE TABLE {table}cursors (
    tenant TEXT COLLATE "C" NOT NULL,
    consumer TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL,
    CONSTRAINT {name}cursors_pkey PRIMARY KEY (tenant, consumer),
    CONSTRAINT {name}cursors_position CHECK (position >= 0)
);

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

-- Until when an order is left alone whose timer stays due: it is in the other
-- index then, so that however many there are, none is walked through.
ALTER TABLE {table}orders ADD COLUMN put_off BIGINT;

DROP INDEX {table}orders_by_timer;

CREATE INDEX {name}orders_by_timer
    ON {table}orders (tenant, timer_at, order_id)
    WHERE timer_at IS NOT NULL AND put_off IS NULL;

CREATE INDEX {name}orders_put_off
    ON {table}orders (tenant, put_off, order_id)
    WHERE put_off IS NOT NULL;

-- Since when an order is closed that is not folded away; one that could not
-- be: when that was tried last.
ALTER TABLE {table}orders ADD COLUMN closed_at BIGINT;

ALTER TABLE {table}orders ADD COLUMN archived BOOLEAN NOT NULL DEFAULT FALSE;

UPDATE {table}orders SET closed_at = updated_at
WHERE order_status IN ('completed', 'cancelled', 'expired', 'rejected')
    AND open_exceptions = 0 AND timers = '';

CREATE INDEX {name}orders_closed
    ON {table}orders (tenant, closed_at)
    WHERE closed_at IS NOT NULL;

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
