-- What was moved goes.  Whoever runs these scripts by hand stops here if
-- something was not moved yet: call migrate(), or ``python -m orderlife
-- migrate``.

CREATE TABLE {table}moved (
    remaining BIGINT NOT NULL,
    CONSTRAINT {name}moved_all CHECK (remaining = 0)
);

INSERT INTO {table}moved (remaining) SELECT
    (SELECT count(*) FROM {table}orders WHERE snapshot = 0)
    + (SELECT count(*) FROM {table}events)
    + (SELECT count(*) FROM {table}answers)
    + (SELECT count(*) FROM {table}effects WHERE store = -1);

DROP TABLE {table}moved;

DROP TABLE {table}events;

DROP TABLE {table}answers;

DROP INDEX {table}effects_of_before;

DROP INDEX {table}orders_of_before;

ALTER TABLE {table}orders DROP COLUMN document;
