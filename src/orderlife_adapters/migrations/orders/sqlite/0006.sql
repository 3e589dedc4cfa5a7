-- A decision is one row: its events, its input's id and fingerprint, and one
-- digest over the stored bytes.  What each table held of it before is moved
-- by migrate(), order by order, before the next step.
--
-- An effect and a person belong to their order.  SQLite lets nobody change a
-- key, so these two tables are made anew, and not renamed: a view of the
-- application's own on one of them stays.

--
-- Documents are deflated against words that every release has, and digests
-- and hashes are their bytes; a short document, and what is no digest, is
-- text as it stands.

-- A decision with events has a position in the feed for each of them: the
-- last one.  As there is one writer at a time, up to its commit, positions
-- rise with the commits.  One without an event has none: 0.

CREATE TABLE {table}decisions (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    first_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    input_id TEXT NOT NULL,
    fingerprint ANY NOT NULL,
    digest ANY NOT NULL,
    document ANY NOT NULL,
    CONSTRAINT {name}decisions_pkey PRIMARY KEY (tenant, order_id, number),
    CONSTRAINT {name}decisions_position
        CHECK (position >= (last_version > first_version)),
    CONSTRAINT {name}decisions_number CHECK (number >= 1),
    CONSTRAINT {name}decisions_versions CHECK (last_version >= first_version),
    CONSTRAINT {name}decisions_kinds CHECK (
        typeof(fingerprint) IN ('text', 'blob')
        AND typeof(digest) IN ('text', 'blob')
        AND typeof(document) IN ('text', 'blob')
    )
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX {name}decisions_by_input
    ON {table}decisions (tenant, order_id, input_id)
    WHERE input_id <> '';

-- A tenant's events, by their positions.
CREATE UNIQUE INDEX {name}decisions_feed
    ON {table}decisions (tenant, position)
    WHERE position > 0;

-- What a closed order's decisions and effects held, folded away: deflated.
-- The rows of its decisions keep their places, and are empty meanwhile.
CREATE TABLE {table}archives (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    document BLOB NOT NULL,
    CONSTRAINT {name}archives_pkey PRIMARY KEY (tenant, order_id)
) STRICT;

CREATE TRIGGER {name}decisions_stay BEFORE UPDATE ON {table}decisions
    WHEN NEW.position <> OLD.position OR NEW.tenant <> OLD.tenant
        OR NEW.order_id <> OLD.order_id OR NEW.number <> OLD.number
        OR NEW.first_version <> OLD.first_version
        OR NEW.last_version <> OLD.last_version
        OR NOT EXISTS (
            SELECT 1 FROM {table}archives AS found
            WHERE found.tenant = OLD.tenant AND found.order_id = OLD.order_id
        )
    BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;

CREATE TRIGGER {name}decisions_last BEFORE DELETE ON {table}decisions
    WHEN NOT EXISTS (
        SELECT 1 FROM {table}archives AS found
        WHERE found.tenant = OLD.tenant AND found.order_id = OLD.order_id
    )
    BEGIN SELECT RAISE(ABORT, 'decisions are never deleted'); END;

-- What replaces a row deletes it without a word to the trigger above; and
-- whoever reads on from the last position would never see one before it.
CREATE TRIGGER {name}decisions_once BEFORE INSERT ON {table}decisions
    WHEN EXISTS (
        SELECT 1 FROM {table}decisions AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
            AND found.number = NEW.number
    ) OR NEW.input_id <> '' AND EXISTS (
        SELECT 1 FROM {table}decisions AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
            AND found.input_id = NEW.input_id AND found.input_id <> ''
    ) OR NEW.position > 0 AND EXISTS (
        SELECT 1 FROM {table}decisions AS found
        WHERE found.tenant = NEW.tenant AND found.position = NEW.position
            AND found.position > 0
    ) OR NEW.position > 0 AND (
        SELECT max(found.position) FROM {table}decisions AS found
        WHERE found.tenant = NEW.tenant AND found.position > 0
    ) > NEW.position - (NEW.last_version - NEW.first_version) AND NOT EXISTS (
        SELECT 1 FROM {table}archives AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
    )
    BEGIN SELECT RAISE(ABORT, 'decisions are never put before others'); END;

-- Where the consumers of the feed are.
CREATE TABLE {table}cursors (
    tenant TEXT NOT NULL,
    consumer TEXT NOT NULL,
    position INTEGER NOT NULL,
    owner TEXT NOT NULL,
    until INTEGER NOT NULL,
    CONSTRAINT {name}cursors_pkey PRIMARY KEY (tenant, consumer),
    CONSTRAINT {name}cursors_position CHECK (position >= 0)
) STRICT, WITHOUT ROWID;

-- The fold of the first decisions of an order; a later one takes its place.
CREATE TABLE {table}snapshots (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    document ANY NOT NULL,
    CONSTRAINT {name}snapshots_pkey PRIMARY KEY (tenant, order_id),
    CONSTRAINT {name}snapshots_kinds
        CHECK (typeof(document) IN ('text', 'blob'))
) STRICT, WITHOUT ROWID;

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

-- Until when an order is left alone whose timer stays due: it is in the other
-- index then, so that however many there are, none is walked through.
ALTER TABLE {table}orders ADD COLUMN put_off INTEGER;

DROP INDEX {name}orders_by_timer;

CREATE INDEX {name}orders_by_timer
    ON {table}orders (tenant, timer_at, order_id)
    WHERE timer_at IS NOT NULL AND put_off IS NULL;

CREATE INDEX {name}orders_put_off
    ON {table}orders (tenant, put_off, order_id)
    WHERE put_off IS NOT NULL;

-- Since when an order is closed that is not folded away; one that could not
-- be: when that was tried last.
ALTER TABLE {table}orders ADD COLUMN closed_at INTEGER;

ALTER TABLE {table}orders ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;

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

DROP TRIGGER IF EXISTS {name}events_stay;

DROP TRIGGER IF EXISTS {name}events_last;

DROP TRIGGER IF EXISTS {name}events_once;

CREATE TABLE {table}effects_kept AS SELECT * FROM {table}effects;

DROP TABLE {table}effects;

-- A list of values in a constraint or in an index is a table that is made for
-- every row that is written: so they are compared one by one.
--
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
    request_hash ANY NOT NULL,
    intent ANY NOT NULL,
    CONSTRAINT {name}effects_pkey
        PRIMARY KEY (tenant, order_id, operation_id),
    CONSTRAINT {name}effects_state CHECK (
        state = 'pending'
        OR state = 'claimed'
        OR state = 'waiting'
        OR state = 'in_doubt'
        OR state = 'done'
        OR state = 'declined'
        OR state = 'attention'
    ),
    CONSTRAINT {name}effects_attempts CHECK (attempts >= 0),
    CONSTRAINT {name}effects_generation CHECK (generation >= 1),
    CONSTRAINT {name}effects_kinds CHECK (
        typeof(request_hash) IN ('text', 'blob')
        AND typeof(intent) IN ('text', 'blob')
    )
) STRICT, WITHOUT ROWID;

INSERT INTO {table}effects (
    tenant, order_id, operation_id, ordinal, port, state, due_at,
    created_at, attempts, claimed_by, note, begun_at, generation, store, key,
    doubted, request_hash, intent
)
SELECT
    tenant, order_id, operation_id, ordinal, port, state, due_at,
    created_at, attempts, claimed_by, note, begun_at, generation, -1, key,
    coalesce(doubted, begun_at IS NOT NULL), request_hash, intent
FROM {table}effects_kept;

DROP TABLE {table}effects_kept;

CREATE INDEX {name}effects_due
    ON {table}effects (tenant, due_at, order_id, ordinal)
    WHERE state <> 'done' AND state <> 'declined' AND state <> 'attention';

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
