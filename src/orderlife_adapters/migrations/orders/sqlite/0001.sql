-- Orders, their events, the ledger of effects, and whatever they are found by.
--
-- Times are microseconds since 1970, UTC.  A document is one line of JSON,
-- kept as text: the chain of the events is made over its bytes.  Tenant comes
-- first in every key.  A table whose rows are mostly longer than a quarter of
-- a page, or are found by several indexes, has rowids; the others have none.

CREATE TABLE {table}orders (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    head TEXT NOT NULL,
    timers TEXT NOT NULL,
    timer_at INTEGER,
    placed_at INTEGER,
    channel TEXT NOT NULL,
    channel_number TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    order_status TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    fulfilment_status TEXT NOT NULL,
    returns_status TEXT NOT NULL,
    open_exceptions INTEGER NOT NULL,
    currency TEXT NOT NULL,
    total_minor INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- The last, since it is long: without a rowid little of it stands in the
    -- page of its row, and what stands before it is read without the rest.
    document TEXT NOT NULL,
    CONSTRAINT {name}orders_pkey PRIMARY KEY (tenant, order_id),
    CONSTRAINT {name}orders_version CHECK (version >= 1),
    CONSTRAINT {name}orders_exceptions CHECK (open_exceptions >= 0),
    CONSTRAINT {name}orders_timers CHECK ((timer_at IS NULL) = (timers = ''))
) STRICT, WITHOUT ROWID;

CREATE INDEX {name}orders_by_number
    ON {table}orders (tenant, channel_number, order_id)
    WHERE channel_number <> '';

CREATE INDEX {name}orders_by_channel
    ON {table}orders (tenant, channel, order_id)
    WHERE channel <> '';

CREATE INDEX {name}orders_by_customer
    ON {table}orders (tenant, customer_id, order_id)
    WHERE customer_id <> '';

CREATE INDEX {name}orders_by_order_status
    ON {table}orders (tenant, order_status, order_id);

CREATE INDEX {name}orders_by_payment_status
    ON {table}orders (tenant, payment_status, order_id);

CREATE INDEX {name}orders_by_fulfilment_status
    ON {table}orders (tenant, fulfilment_status, order_id);

CREATE INDEX {name}orders_by_returns_status
    ON {table}orders (tenant, returns_status, order_id);

CREATE INDEX {name}orders_with_exceptions
    ON {table}orders (tenant, order_id)
    WHERE open_exceptions > 0;

CREATE INDEX {name}orders_by_timer
    ON {table}orders (tenant, timer_at, order_id)
    WHERE timer_at IS NOT NULL;

CREATE TABLE {table}events (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT {name}events_pkey PRIMARY KEY (tenant, order_id, sequence),
    CONSTRAINT {name}events_sequence CHECK (sequence >= 1)
) STRICT;

CREATE TRIGGER {name}events_stay BEFORE UPDATE ON {table}events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TRIGGER {name}events_last BEFORE DELETE ON {table}events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

-- What replaces a row deletes it without a word to the trigger above.
CREATE TRIGGER {name}events_once BEFORE INSERT ON {table}events
    WHEN EXISTS (
        SELECT 1 FROM {table}events AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
            AND found.sequence = NEW.sequence
    )
    BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END;

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
    CONSTRAINT {name}effects_pkey PRIMARY KEY (tenant, operation_id),
    CONSTRAINT {name}effects_key UNIQUE (tenant, key),
    CONSTRAINT {name}effects_state CHECK (
        state IN (
            'pending', 'claimed', 'waiting', 'in_doubt',
            'done', 'declined', 'attention'
        )
    ),
    CONSTRAINT {name}effects_port CHECK (
        port IN ('payment', 'carrier', 'inventory', 'notifier')
    ),
    CONSTRAINT {name}effects_attempts CHECK (attempts >= 0),
    CONSTRAINT {name}effects_generation CHECK (generation >= 1)
) STRICT;

CREATE INDEX {name}effects_of_order
    ON {table}effects (tenant, order_id, ordinal);

CREATE INDEX {name}effects_due
    ON {table}effects (tenant, due_at)
    WHERE state IN ('pending', 'claimed', 'waiting', 'in_doubt');

CREATE INDEX {name}effects_for_people
    ON {table}effects (tenant, port)
    WHERE state = 'attention';

CREATE TABLE {table}answers (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    input_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    CONSTRAINT {name}answers_pkey PRIMARY KEY (tenant, order_id, input_id),
    CONSTRAINT {name}answers_versions CHECK (last_version >= first_version)
) STRICT, WITHOUT ROWID;

-- The only table with personal data.
CREATE TABLE {table}people (
    tenant TEXT NOT NULL,
    ref TEXT NOT NULL,
    order_id TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT {name}people_pkey PRIMARY KEY (tenant, ref)
) STRICT, WITHOUT ROWID;

CREATE INDEX {name}people_of_order
    ON {table}people (tenant, order_id);

CREATE TABLE {table}denials (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    command_id TEXT NOT NULL,
    command TEXT NOT NULL,
    actor TEXT NOT NULL,
    why TEXT NOT NULL,
    at INTEGER NOT NULL,
    CONSTRAINT {name}denials_pkey PRIMARY KEY (tenant, order_id, number)
) STRICT, WITHOUT ROWID;
