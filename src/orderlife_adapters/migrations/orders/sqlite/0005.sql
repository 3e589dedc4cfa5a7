-- An effect is of any port that there is: which ports those are is for the
-- programs to know.
--
-- SQLite lets nobody drop a constraint, so the table is made anew.  It is
-- not renamed: a view of the application's own on it stays as it is.

CREATE TABLE {table}effects_kept AS
SELECT rowid AS number, * FROM {table}effects;

DROP TABLE {table}effects;

CREATE TABLE {table}effects (
    tenant TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    port TEXT NOT NULL,
    intent TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_by TEXT NOT NULL,
    note TEXT NOT NULL,
    begun_at INTEGER,
    generation INTEGER NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    doubted INTEGER,
    CONSTRAINT {name}effects_pkey PRIMARY KEY (tenant, operation_id),
    CONSTRAINT {name}effects_key UNIQUE (tenant, key),
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
    rowid, tenant, operation_id, order_id, ordinal, port, intent, state,
    due_at, created_at, attempts, claimed_by, note, begun_at, generation,
    key, request_hash, doubted
)
SELECT
    number, tenant, operation_id, order_id, ordinal, port, intent, state,
    due_at, created_at, attempts, claimed_by, note, begun_at, generation,
    key, request_hash, doubted
FROM {table}effects_kept ORDER BY number;

DROP TABLE {table}effects_kept;

CREATE INDEX {name}effects_of_order
    ON {table}effects (tenant, order_id, ordinal);

CREATE INDEX {name}effects_due
    ON {table}effects (tenant, due_at)
    WHERE state IN ('pending', 'claimed', 'waiting', 'in_doubt');

CREATE INDEX {name}effects_for_people
    ON {table}effects (tenant, port)
    WHERE state = 'attention';
