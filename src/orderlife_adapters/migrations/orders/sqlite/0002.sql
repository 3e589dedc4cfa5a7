-- A channel's number of an order is unique within the channel: it is the
-- order's that was placed with it first, whatever becomes of that order.
--
-- Numbers that were given twice stay: the first order gets the row.

CREATE TABLE {table}channel_numbers (
    tenant TEXT NOT NULL,
    channel TEXT NOT NULL,
    number TEXT NOT NULL,
    order_id TEXT NOT NULL,
    CONSTRAINT {name}channel_numbers_pkey
        PRIMARY KEY (tenant, channel, number)
) STRICT, WITHOUT ROWID;

INSERT INTO {table}channel_numbers (tenant, channel, number, order_id)
SELECT tenant, channel, channel_number, order_id FROM (
    SELECT tenant, channel, channel_number, order_id, row_number() OVER (
        PARTITION BY tenant, channel, channel_number
        ORDER BY placed_at, order_id
    ) AS nth
    FROM {table}orders
    WHERE channel_number <> '' AND placed_at IS NOT NULL
) AS placed WHERE nth = 1;
