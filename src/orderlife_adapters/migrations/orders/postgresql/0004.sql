-- What a copy of an order is checked by, which person a fingerprint would
-- tell of, and whose keys these are.

-- The ids that this database has had; the last is its own, and part of the
-- keys that providers are given: two databases never use the same one.
CREATE TABLE {table}stores (
    number BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT {name}stores_pkey PRIMARY KEY (number)
);

INSERT INTO {table}stores (number, id)
VALUES (1, left(replace(gen_random_uuid()::text, '-', ''), 12));

-- How many effects an order has asked for: one that is gone is missed.
ALTER TABLE {table}orders ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;

UPDATE {table}orders AS o SET asked = (
    SELECT count(*) FROM {table}effects AS e
    WHERE e.tenant = o.tenant AND e.order_id = o.order_id
);

-- Whether personal data is part of what a fingerprint was made over: it
-- goes when they are erased.  Of those before nobody knows.
ALTER TABLE {table}answers ADD COLUMN personal BOOLEAN NOT NULL DEFAULT true;

-- Whoever was erased before leaves no fingerprint from now on.
UPDATE {table}answers AS a SET fingerprint = '' WHERE NOT EXISTS (
    SELECT FROM {table}people AS p
    WHERE p.tenant = a.tenant AND p.order_id = a.order_id
);
