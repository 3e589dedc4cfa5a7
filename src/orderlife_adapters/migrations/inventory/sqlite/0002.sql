-- Who waits for stock: the demands of those who are in line.
--
-- A place counts until its date; since says who comes first.

CREATE TABLE {table}waits (
    tenant TEXT NOT NULL,
    reservation_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    sku TEXT NOT NULL,
    place TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    CONSTRAINT {name}waits_pkey
        PRIMARY KEY (tenant, sku, reservation_id, line_id, place),
    CONSTRAINT {name}waits_quantity
        CHECK (quantity BETWEEN 0 AND 1000000000000000)
) STRICT, WITHOUT ROWID;

CREATE INDEX {name}waits_of_reservation
    ON {table}waits (tenant, reservation_id);
