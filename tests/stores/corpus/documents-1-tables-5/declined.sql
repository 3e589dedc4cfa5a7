BEGIN TRANSACTION;
CREATE TABLE orderlife_answers (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    input_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL, personal INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT orderlife_answers_pkey PRIMARY KEY (tenant, order_id, input_id),
    CONSTRAINT orderlife_answers_versions CHECK (last_version >= first_version)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_answers" VALUES('','o1','command:place','0eeef8070bf3303b16f9b40e9e87e6d34b94b32854a813dc67a2b1797d6dc90a',0,3,1);
CREATE TABLE orderlife_channel_numbers (
    tenant TEXT NOT NULL,
    channel TEXT NOT NULL,
    number TEXT NOT NULL,
    order_id TEXT NOT NULL,
    CONSTRAINT orderlife_channel_numbers_pkey
        PRIMARY KEY (tenant, channel, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_channel_numbers" VALUES('','web','1007','o1');
CREATE TABLE orderlife_denials (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    command_id TEXT NOT NULL,
    command TEXT NOT NULL,
    actor TEXT NOT NULL,
    why TEXT NOT NULL,
    at INTEGER NOT NULL,
    CONSTRAINT orderlife_denials_pkey PRIMARY KEY (tenant, order_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE orderlife_effects (
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
    CONSTRAINT orderlife_effects_pkey PRIMARY KEY (tenant, operation_id),
    CONSTRAINT orderlife_effects_key UNIQUE (tenant, key),
    CONSTRAINT orderlife_effects_state CHECK (
        state IN (
            'pending', 'claimed', 'waiting', 'in_doubt',
            'done', 'declined', 'attention'
        )
    ),
    CONSTRAINT orderlife_effects_attempts CHECK (attempts >= 0),
    CONSTRAINT orderlife_effects_generation CHECK (generation >= 1)
) STRICT;
INSERT INTO "orderlife_effects" VALUES('','o1-r1:reserve:1','o1',1,'inventory','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r1:reserve:1","order_id":"o1","reservation_id":"o1-r1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'4df8f67c2853.o1-r1:reserve:1','6f7111a30f7fa4c3c6d9459d0445f16f60288a4150431609ceb2714cd642a692',0);
INSERT INTO "orderlife_effects" VALUES('','o1:authorize:1','o1',2,'payment','{"kind":"intent","schema":1,"data":{"type":"Authorize","operation_id":"o1:authorize:1","order_id":"o1","amount":"52.94 EUR","payment_id":"p1","tender":{"kind":"card","token":"tok_declined"}}}','declined',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'4df8f67c2853.o1:authorize:1','7569333da0a47ac7c4d5ed3bdafce700d8aa8d0a94e6948fbd7035dbad96a76c',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:6','o1',3,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:6","order_id":"o1","message":"payment_failed","audience":"customer","subject":"o1","contact":"o1:contact","details":{"amount":"52.94 EUR","reason":"declined (other_method)"}}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'4df8f67c2853.o1:notify:6','e09125b217ea9d226f9e05bba81073e6526a7ad5f9205bbc46f62dd5042dbc5d',0);
CREATE TABLE orderlife_events (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT orderlife_events_pkey PRIMARY KEY (tenant, order_id, sequence),
    CONSTRAINT orderlife_events_sequence CHECK (sequence >= 1)
) STRICT;
INSERT INTO "orderlife_events" VALUES('','o1',1,'{"kind":"recorded","schema":1,"data":{"sequence":1,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"OrderPlaced","order_id":"o1","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_declined"}]}}}','505c1d4553b10d5461434d198a4f2667c34cdace107866998018ab4a00b210e7');
INSERT INTO "orderlife_events" VALUES('','o1',2,'{"kind":"recorded","schema":1,"data":{"sequence":2,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"PaymentAwaited","until":"2026-01-05T10:00:00+00:00"}}}','d26048634f2ff22c0e06794ed863d5c9e23f95b7b0923bf8e411fa4960009d46');
INSERT INTO "orderlife_events" VALUES('','o1',3,'{"kind":"recorded","schema":1,"data":{"sequence":3,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"ReservationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}}}','451fa561397aee2a4c9559d3cf36dd623d836958d912ea74f84f3c74f014cf85');
INSERT INTO "orderlife_events" VALUES('','o1',4,'{"kind":"recorded","schema":1,"data":{"sequence":4,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","event":{"type":"StockHeld","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]}}}','18d77cf535f0561cec43e59fd6667247373bfc79970761e1c3e7bcb66f303ae2');
INSERT INTO "orderlife_events" VALUES('','o1',5,'{"kind":"recorded","schema":1,"data":{"sequence":5,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","event":{"type":"PaymentRequested","operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"subject":"o1","tender":{"kind":"card","token":"tok_declined"},"tender_index":0}}}','d7ceb2994d3c7845d83f7e25df05ffe380371687f9b792e2d4072fa125bc798b');
INSERT INTO "orderlife_events" VALUES('','o1',6,'{"kind":"recorded","schema":1,"data":{"sequence":6,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"PaymentRecorded","operation_id":"o1:authorize:1","trigger":"decline","detail":"declined (other_method)"}}}','3c5beea5e75529cd6f381499b58192f7085570a915514fe90fd98a21105c87fa');
CREATE TABLE orderlife_orders (
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
    document TEXT NOT NULL, asked INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT orderlife_orders_pkey PRIMARY KEY (tenant, order_id),
    CONSTRAINT orderlife_orders_version CHECK (version >= 1),
    CONSTRAINT orderlife_orders_exceptions CHECK (open_exceptions >= 0),
    CONSTRAINT orderlife_orders_timers CHECK ((timer_at IS NULL) = (timers = ''))
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_orders" VALUES('','o1',6,'3c5beea5e75529cd6f381499b58192f7085570a915514fe90fd98a21105c87fa','{"kind":"timer","schema":1,"data":{"kind":"payment_due","subject":"o1","at":"2026-01-05T10:00:00+00:00"}}
{"kind":"timer","schema":1,"data":{"kind":"stock_hold_ends","subject":"o1-r1","at":"2026-01-05T11:00:00+00:00"}}',1767607200000000,1767603600000000,'web','1007','ada','placed','unpaid','unfulfilled','none',0,'EUR',5294,1767603600000000,'{"kind":"case","schema":1,"data":{"order_id":"o1","version":6,"order":{"order_id":"o1","state":"placed","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"units":{"1":{"ordered":3},"2":{"ordered":1}},"placed_at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_declined"}],"payments":[{"payment_id":"p1","tender":{"kind":"card","token":"tok_declined"},"tender_index":0,"asked_minor":5294}],"operations":{"o1:authorize:1":{"operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"state":"declined","subject":"o1"}},"payment_due_at":"2026-01-05T10:00:00+00:00","counts":{"authorize":1}},"reservations":{"o1-r1":{"reservation_id":"o1-r1","state":"held","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00","operations":1}}}}',3);
CREATE TABLE orderlife_people (
    tenant TEXT NOT NULL,
    ref TEXT NOT NULL,
    order_id TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT orderlife_people_pkey PRIMARY KEY (tenant, ref)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_people" VALUES('','o1:contact','o1','{"kind":"personal","schema":1,"data":{"type":"Contact","email":"ada@example.org","name":"Ada"}}');
INSERT INTO "orderlife_people" VALUES('','o1:gift_message:1','o1','{"kind":"personal","schema":1,"data":{"type":"FreeText","text":"With love, Zoë"}}');
INSERT INTO "orderlife_people" VALUES('','o1:ship_to','o1','{"kind":"personal","schema":1,"data":{"type":"Address","name":"Ada","lines":["1 Mill Lane"],"city":"Bonn","country":"DE"}}');
CREATE TABLE orderlife_stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT orderlife_stores_pkey PRIMARY KEY (number)
) STRICT;
INSERT INTO "orderlife_stores" VALUES(1,'4df8f67c2853');
CREATE TABLE orderlife_versions (
    component TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    oldest INTEGER NOT NULL
) STRICT;
INSERT INTO "orderlife_versions" VALUES('orders',5,4);
CREATE INDEX orderlife_orders_by_number
    ON orderlife_orders (tenant, channel_number, order_id)
    WHERE channel_number <> '';
CREATE INDEX orderlife_orders_by_channel
    ON orderlife_orders (tenant, channel, order_id)
    WHERE channel <> '';
CREATE INDEX orderlife_orders_by_customer
    ON orderlife_orders (tenant, customer_id, order_id)
    WHERE customer_id <> '';
CREATE INDEX orderlife_orders_by_order_status
    ON orderlife_orders (tenant, order_status, order_id);
CREATE INDEX orderlife_orders_by_payment_status
    ON orderlife_orders (tenant, payment_status, order_id);
CREATE INDEX orderlife_orders_by_fulfilment_status
    ON orderlife_orders (tenant, fulfilment_status, order_id);
CREATE INDEX orderlife_orders_by_returns_status
    ON orderlife_orders (tenant, returns_status, order_id);
CREATE INDEX orderlife_orders_with_exceptions
    ON orderlife_orders (tenant, order_id)
    WHERE open_exceptions > 0;
CREATE INDEX orderlife_orders_by_timer
    ON orderlife_orders (tenant, timer_at, order_id)
    WHERE timer_at IS NOT NULL;
CREATE TRIGGER orderlife_events_stay BEFORE UPDATE ON orderlife_events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER orderlife_events_last BEFORE DELETE ON orderlife_events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER orderlife_events_once BEFORE INSERT ON orderlife_events
    WHEN EXISTS (
        SELECT 1 FROM orderlife_events AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
            AND found.sequence = NEW.sequence
    )
    BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END;
CREATE INDEX orderlife_people_of_order
    ON orderlife_people (tenant, order_id);
CREATE INDEX orderlife_effects_of_order
    ON orderlife_effects (tenant, order_id, ordinal);
CREATE INDEX orderlife_effects_due
    ON orderlife_effects (tenant, due_at)
    WHERE state IN ('pending', 'claimed', 'waiting', 'in_doubt');
CREATE INDEX orderlife_effects_for_people
    ON orderlife_effects (tenant, port)
    WHERE state = 'attention';
COMMIT;
