-- What a copy of an order is checked by, which person a fingerprint would
-- tell of, and whose keys these are.

-- The ids that this database has had; the last is its own, and part of the
-- keys that providers are given: two databases never use the same one.
CREATE TABLE {table}stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT {name}stores_pkey PRIMARY KEY (number)
) STRICT;

INSERT INTO {table}stores (number, id)
VALUES (1, lower(hex(randomblob(6))));

-- How many effects an order has asked for: one that is gone is missed.
ALTER TABLE {table}orders ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;

UPDATE {table}orders SET asked = (
    SELECT count(*) FROM {table}effects AS e
    WHERE e.tenant = {table}orders.tenant
        AND e.order_id = {table}orders.order_id
);

-- Whether personal data is part of what a fingerprint was made over: it
-- goes when they are erased.  Of those before nobody knows.
ALTER TABLE {table}answers ADD COLUMN personal INTEGER NOT NULL DEFAULT 1;

-- Whoever was erased before leaves no fingerprint from now on.
UPDATE {table}answers SET fingerprint = '' WHERE NOT EXISTS (
    SELECT 1 FROM {table}people AS p
    WHERE p.tenant = {table}answers.tenant
        AND p.order_id = {table}answers.order_id
);
