-- A channel's number of an order is unique within the channel: it is the
-- order's that was placed with it first, whatever becomes of that order.
--
-- Numbers that were given twice stay: the first order gets the row.

CREATE TABLE {table}channel_numbers (
    tenant TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT {name}channel_numbers_pkey
        PRIMARY KEY (tenant, channel, number)
);

INSERT INTO {table}channel_numbers (tenant, channel, number, order_id)
SELECT tenant, channel, channel_number, order_id FROM (
    SELECT tenant, channel, channel_number, order_id, row_number() OVER (
        PARTITION BY tenant, channel, channel_number
        ORDER BY placed_at, order_id
    ) AS nth
    FROM {table}orders
    WHERE channel_number <> '' AND placed_at IS NOT NULL
) AS placed WHERE nth = 1;
