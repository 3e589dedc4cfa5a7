-- Orders, their events, the ledger of effects, and whatever they are found by.
--
-- Times are microseconds since 1970, UTC.  A document is one line of JSON,
-- kept as text: the chain of the events is made over its bytes.  What
-- identifies something is compared byte by byte, whatever the database's
-- collation.  Tenant comes first in every key.

CREATE TABLE {table}orders (
    tenant TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    head TEXT COLLATE "C" NOT NULL,
    timers TEXT NOT NULL,
    timer_at BIGINT,
    placed_at BIGINT,
    channel TEXT COLLATE "C" NOT NULL,
    channel_number TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    order_status TEXT COLLATE "C" NOT NULL,
    payment_status TEXT COLLATE "C" NOT NULL,
    fulfilment_status TEXT COLLATE "C" NOT NULL,
    returns_status TEXT COLLATE "C" NOT NULL,
    open_exceptions BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    total_minor BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT {name}orders_pkey PRIMARY KEY (tenant, order_id),
    CONSTRAINT {name}orders_version CHECK (version >= 1),
    CONSTRAINT {name}orders_exceptions CHECK (open_exceptions >= 0),
    CONSTRAINT {name}orders_timers CHECK ((timer_at IS NULL) = (timers = ''))
) WITH (fillfactor = 80);

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
    tenant TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    document TEXT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    CONSTRAINT {name}events_pkey PRIMARY KEY (tenant, order_id, sequence),
    CONSTRAINT {name}events_sequence CHECK (sequence >= 1)
);

CREATE FUNCTION {table}events_stay() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'events are never changed'
        USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE TRIGGER {name}events_stay
    BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}events
    FOR EACH STATEMENT EXECUTE FUNCTION {table}events_stay();

CREATE TABLE {table}effects (
    tenant TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    ordinal BIGINT NOT NULL,
    port TEXT COLLATE "C" NOT NULL,
    intent TEXT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    claimed_by TEXT NOT NULL,
    note TEXT NOT NULL,
    begun_at BIGINT,
    generation BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    request_hash TEXT COLLATE "C" NOT NULL,
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
);

CREATE INDEX {name}effects_of_order
    ON {table}effects (tenant, order_id, ordinal);

CREATE INDEX {name}effects_due
    ON {table}effects (tenant, due_at)
    WHERE state IN ('pending', 'claimed', 'waiting', 'in_doubt');

CREATE INDEX {name}effects_for_people
    ON {table}effects (tenant, port)
    WHERE state = 'attention';

CREATE TABLE {table}answers (
    tenant TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    input_id TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT NOT NULL,
    first_version BIGINT NOT NULL,
    last_version BIGINT NOT NULL,
    CONSTRAINT {name}answers_pkey PRIMARY KEY (tenant, order_id, input_id),
    CONSTRAINT {name}answers_versions CHECK (last_version >= first_version)
);

-- The only table with personal data.
CREATE TABLE {table}people (
    tenant TEXT COLLATE "C" NOT NULL,
    ref TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT {name}people_pkey PRIMARY KEY (tenant, ref)
);

CREATE INDEX {name}people_of_order
    ON {table}people (tenant, order_id);

CREATE TABLE {table}denials (
    tenant TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    command_id TEXT NOT NULL,
    command TEXT NOT NULL,
    actor TEXT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT {name}denials_pkey PRIMARY KEY (tenant, order_id, number)
);
