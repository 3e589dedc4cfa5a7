-- A decision is one row: its events, its input's id and fingerprint, and one
-- digest over the stored bytes.  What each table held of it before is moved
-- by migrate(), order by order, before the next step.
--
-- An effect and a person belong to their order.  SQLite lets nobody change a
-- key, so these two tables are made anew, and not renamed: a view of the
-- application's own on one of them stays.

CREATE TABLE {table}decisions (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    first_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    input_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT {name}decisions_pkey PRIMARY KEY (tenant, order_id, number),
    CONSTRAINT {name}decisions_number CHECK (number >= 1),
    CONSTRAINT {name}decisions_versions CHECK (last_version >= first_version)
) STRICT;

CREATE UNIQUE INDEX {name}decisions_by_input
    ON {table}decisions (tenant, order_id, input_id)
    WHERE input_id <> '';

CREATE TRIGGER {name}decisions_stay BEFORE UPDATE ON {table}decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;

CREATE TRIGGER {name}decisions_last BEFORE DELETE ON {table}decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are never deleted'); END;

-- What replaces a row deletes it without a word to the trigger above.
CREATE TRIGGER {name}decisions_once BEFORE INSERT ON {table}decisions
    WHEN EXISTS (
        SELECT 1 FROM {table}decisions AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
            AND found.number = NEW.number
    )
    BEGIN SELECT RAISE(ABORT, 'decisions are never replaced'); END;

-- The fold of the first decisions of an order; a later one takes its place.
CREATE TABLE {table}snapshots (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT {name}snapshots_pkey PRIMARY KEY (tenant, order_id)
) STRICT;

-- What the fingerprints of inputs with personal data are made with: it goes
-- with the person.
CREATE TABLE {table}salts (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    salt TEXT NOT NULL,
    CONSTRAINT {name}salts_pkey PRIMARY KEY (tenant, order_id, number)
) STRICT, WITHOUT ROWID;

ALTER TABLE {table}orders ADD COLUMN decisions INTEGER NOT NULL DEFAULT 0;

ALTER TABLE {table}orders ADD COLUMN snapshot INTEGER NOT NULL DEFAULT 0;

-- Those that are still to be moved.
CREATE INDEX {name}orders_of_before
    ON {table}orders (tenant, order_id)
    WHERE snapshot = 0;

DROP TRIGGER IF EXISTS {name}events_stay;

DROP TRIGGER IF EXISTS {name}events_last;

DROP TRIGGER IF EXISTS {name}events_once;

CREATE TABLE {table}effects_kept AS
SELECT rowid AS nth, * FROM {table}effects;

DROP TABLE {table}effects;

-- A key is made of store, tenant, order, operation and generation; the column
-- has those of before.  The number of the store is which of its ids it is made
-- of; -1: its row is as the release before has written it.
CREATE TABLE {table}effects (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    port TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_by TEXT NOT NULL,
    note TEXT NOT NULL,
    begun_at INTEGER,
    generation INTEGER NOT NULL,
    store INTEGER NOT NULL,
    key TEXT NOT NULL,
    doubted INTEGER NOT NULL,
    request_hash TEXT NOT NULL,
    intent TEXT NOT NULL,
    CONSTRAINT {name}effects_pkey
        PRIMARY KEY (tenant, order_id, operation_id),
    CONSTRAINT {name}effects_state CHECK (
        state IN (
            'pending', 'claimed', 'waiting', 'in_doubt',
            'done', 'declined', 'attention'
        )
    ),
    CONSTRAINT {name}effects_attempts CHECK (attempts >= 0),
    CONSTRAINT {name}effects_generation CHECK (generation >= 1)
) STRICT;

INSERT INTO {table}effects (
    rowid, tenant, order_id, operation_id, ordinal, port, state, due_at,
    created_at, attempts, claimed_by, note, begun_at, generation, store, key,
    doubted, request_hash, intent
)
SELECT
    nth, tenant, order_id, operation_id, ordinal, port, state, due_at,
    created_at, attempts, claimed_by, note, begun_at, generation, -1, key,
    coalesce(doubted, begun_at IS NOT NULL), request_hash, intent
FROM {table}effects_kept ORDER BY nth;

DROP TABLE {table}effects_kept;

CREATE INDEX {name}effects_due
    ON {table}effects (tenant, due_at)
    WHERE state IN ('pending', 'claimed', 'waiting', 'in_doubt');

CREATE INDEX {name}effects_for_people
    ON {table}effects (tenant, port)
    WHERE state = 'attention';

CREATE INDEX {name}effects_of_before
    ON {table}effects (tenant, order_id)
    WHERE store = -1;

CREATE TABLE {table}people_kept AS SELECT * FROM {table}people;

DROP TABLE {table}people;

-- With the salts, the only table with personal data.
CREATE TABLE {table}people (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    ref TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT {name}people_pkey PRIMARY KEY (tenant, order_id, ref)
) STRICT, WITHOUT ROWID;

INSERT INTO {table}people (tenant, order_id, ref, document)
SELECT tenant, order_id, ref, document FROM {table}people_kept;

DROP TABLE {table}people_kept;
