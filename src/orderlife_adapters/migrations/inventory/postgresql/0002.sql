-- Who waits for stock: the demands of those who are in line.
--
-- A place counts until its date; since says who comes first.

CREATE TABLE {table}waits (
    tenant TEXT COLLATE "C" NOT NULL,
    reservation_id TEXT COLLATE "C" NOT NULL,
    line_id TEXT COLLATE "C" NOT NULL,
    sku TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    CONSTRAINT {name}waits_pkey
        PRIMARY KEY (tenant, sku, reservation_id, line_id, place),
    CONSTRAINT {name}waits_quantity
        CHECK (quantity BETWEEN 0 AND 1000000000000000)
);

CREATE INDEX {name}waits_of_reservation
    ON {table}waits (tenant, reservation_id);
