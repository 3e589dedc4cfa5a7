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
INSERT INTO "orderlife_answers" VALUES('','o1','command:cancel','747fa799819b4b83248357aa2fa45f7cbae707b690a586389792d1328a7cca3c',12,17,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:place','16247c342cc321d7976bef1faa66ed100d94a7e79e3fc0fcb54741bf413b112b',0,3,1);
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
INSERT INTO "orderlife_effects" VALUES('','o1-r1:reserve:1','o1',1,'inventory','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r1:reserve:1","order_id":"o1","reservation_id":"o1-r1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'5d75c8b53596.o1-r1:reserve:1','6f7111a30f7fa4c3c6d9459d0445f16f60288a4150431609ceb2714cd642a692',0);
INSERT INTO "orderlife_effects" VALUES('','o1:authorize:1','o1',2,'payment','{"kind":"intent","schema":1,"data":{"type":"Authorize","operation_id":"o1:authorize:1","order_id":"o1","amount":"52.94 EUR","payment_id":"p1","tender":{"kind":"card","token":"tok_visa"}}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'5d75c8b53596.o1:authorize:1','c6301baced67413f8deecb0254afdf88a438dc944fa269bd6cb790f547b52e51',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:8','o1',3,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:8","order_id":"o1","message":"order_confirmed","audience":"customer","subject":"o1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'5d75c8b53596.o1:notify:8','b7b3df75c97660493214b2300bbde32759174fd034a50439ce855ada95a74247',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:allocate:2','o1',4,'inventory','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r1:allocate:2","order_id":"o1","reservation_id":"o1-r1"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'5d75c8b53596.o1-r1:allocate:2','84c927dc842db211a869da6bb1620455d9df6e817f43219fc7ceb71a3f642dc8',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:release:3','o1',5,'inventory','{"kind":"intent","schema":1,"data":{"type":"Release","operation_id":"o1-r1:release:3","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'5d75c8b53596.o1-r1:release:3','7d48f91c42aaa40a08f4deecec907a9411dd9397c9c11519f85e15696da55ddc',0);
INSERT INTO "orderlife_effects" VALUES('','o1:void:1','o1',6,'payment','{"kind":"intent","schema":1,"data":{"type":"Void","operation_id":"o1:void:1","order_id":"o1","amount":"52.94 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'5d75c8b53596.o1:void:1','0827f77631772b83e832edf6c47f7415d0003312361d1eb5df25b9373274c1d6',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:20','o1',7,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:20","order_id":"o1","message":"order_cancelled","audience":"customer","subject":"o1","contact":"o1:contact","details":{"reason":"customer"}}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'5d75c8b53596.o1:notify:20','d06ef6c5602eb31f1956798632ab430ac219c24d19bb2fe6d8fa072a508b93a1',0);
CREATE TABLE orderlife_events (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT orderlife_events_pkey PRIMARY KEY (tenant, order_id, sequence),
    CONSTRAINT orderlife_events_sequence CHECK (sequence >= 1)
) STRICT;
INSERT INTO "orderlife_events" VALUES('','o1',1,'{"kind":"recorded","schema":1,"data":{"sequence":1,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"OrderPlaced","order_id":"o1","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}]}}}','3f58ac6750520b872c78689c8decaff54845e93e9eeb94a41bfe1e87c5aa0994');
INSERT INTO "orderlife_events" VALUES('','o1',2,'{"kind":"recorded","schema":1,"data":{"sequence":2,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"PaymentAwaited","until":"2026-01-05T10:00:00+00:00"}}}','b87c5532dcbcb293fb8b0a5afb71d8764d19a96efaa5e47a291bf3d7248b5fee');
INSERT INTO "orderlife_events" VALUES('','o1',3,'{"kind":"recorded","schema":1,"data":{"sequence":3,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"ReservationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}}}','d13dc6417b55ee2030c2817ba5d518740c6fc8b8682c28722445a3b88d3eb0a3');
INSERT INTO "orderlife_events" VALUES('','o1',4,'{"kind":"recorded","schema":1,"data":{"sequence":4,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","event":{"type":"StockHeld","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]}}}','67aec545d9ad5a0a4d26583558a0376ba979b3be1bef22bcb70847f44642bb02');
INSERT INTO "orderlife_events" VALUES('','o1',5,'{"kind":"recorded","schema":1,"data":{"sequence":5,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","event":{"type":"PaymentRequested","operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"subject":"o1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0}}}','ec3dc2369d0405fb6bf5dbce6cf17f4be1fc7ccfdc7fc9a545ace6c9b014bd9e');
INSERT INTO "orderlife_events" VALUES('','o1',6,'{"kind":"recorded","schema":1,"data":{"sequence":6,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"PaymentRecorded","operation_id":"o1:authorize:1","trigger":"succeed","reference":"ref-o1:authorize:1","movements":[{"kind":"authorized","payment_id":"p1","minor":5294,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}],"captures_in_parts":true}}}','23cfe3d057c7df94e3b49c2659325286a19a2a7d1be153b1e2c663210dd5c20f');
INSERT INTO "orderlife_events" VALUES('','o1',7,'{"kind":"recorded","schema":1,"data":{"sequence":7,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"FraudScreened","screening":{"verdict":"accept","reason":"o1: no rule"}}}}','521400d7e40c4e79b22f6b29f6e2e3467ce480bd6c2b15b7f79de3b9d520d65b');
INSERT INTO "orderlife_events" VALUES('','o1',8,'{"kind":"recorded","schema":1,"data":{"sequence":8,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"OrderConfirmed"}}}','cd7ed2ec154a2dd6a7c268cd09541e9d782015ef53e5dcf8e952966bbd7d0881');
INSERT INTO "orderlife_events" VALUES('','o1',9,'{"kind":"recorded","schema":1,"data":{"sequence":9,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"AllocationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:allocate:2"}}}','339e5f294d8d7634aa6daa72098b1d5e33d710eb1d9db3db2a5ec365995fd450');
INSERT INTO "orderlife_events" VALUES('','o1',10,'{"kind":"recorded","schema":1,"data":{"sequence":10,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"StockAllocated","reservation_id":"o1-r1"}}}','5389d0604f904144394838ebbf7da68e017272a4ff17c487be49fb98213c2a42');
INSERT INTO "orderlife_events" VALUES('','o1',11,'{"kind":"recorded","schema":1,"data":{"sequence":11,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3,"2":1},"subject":"o1-r1"}}}','80bed3c5cf63b23f2118eb8a054eff5c21652ed238c00be4d4052650b2570da3');
INSERT INTO "orderlife_events" VALUES('','o1',12,'{"kind":"recorded","schema":1,"data":{"sequence":12,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"ShipmentPlanned","shipment_id":"o1-s1","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":3,"2":1}}}}','f074227a105f34280504cd9ca0889fe77983ae7855057f7a42e6c636bba85fe9');
INSERT INTO "orderlife_events" VALUES('','o1',13,'{"kind":"recorded","schema":1,"data":{"sequence":13,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"cancel","event":{"type":"CancellationStarted","closing":{"reason":"customer","ends_in":"cancelled"}}}}','e8baa325a3c3585542d41272d3baeae743d908b7ad92fe342b30dedecbbe1594');
INSERT INTO "orderlife_events" VALUES('','o1',14,'{"kind":"recorded","schema":1,"data":{"sequence":14,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"cancel","event":{"type":"ShipmentCancelled","shipment_id":"o1-s1","reason":"customer"}}}','33d79e33c84b66594c20ed9f6a5d1e2cc8490d9640b96973643e7bf6b9ef979d');
INSERT INTO "orderlife_events" VALUES('','o1',15,'{"kind":"recorded","schema":1,"data":{"sequence":15,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"cancel","event":{"type":"StockReleaseRequested","reservation_id":"o1-r1","operation_id":"o1-r1:release:3","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]}}}','fad26926545b92b0aa06d3a8dde2da5a0f8a49be967891588757cb2826c24cfd');
INSERT INTO "orderlife_events" VALUES('','o1',16,'{"kind":"recorded","schema":1,"data":{"sequence":16,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"cancel","event":{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3,"2":1},"subject":"o1-r1","undo":true}}}','2ea4025d8d579a5034f144132b78fa843e79260482c7063666a46cc0d0ad1300');
INSERT INTO "orderlife_events" VALUES('','o1',17,'{"kind":"recorded","schema":1,"data":{"sequence":17,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"cancel","event":{"type":"PaymentRequested","operation_id":"o1:void:1","kind":"void","payment_id":"p1","minor":5294,"subject":"o1"}}}','3924a818d47585a73473505758e06ac8786382c3d1a60f87be28bc0c544733b2');
INSERT INTO "orderlife_events" VALUES('','o1',18,'{"kind":"recorded","schema":1,"data":{"sequence":18,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:release:3","event":{"type":"StockReleased","reservation_id":"o1-r1","operation_id":"o1-r1:release:3"}}}','4b6597430441b92c0e1ffb1eec5079841d9727a85d2f487bad986ef4e66ee95c');
INSERT INTO "orderlife_events" VALUES('','o1',19,'{"kind":"recorded","schema":1,"data":{"sequence":19,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:void:1","event":{"type":"PaymentRecorded","operation_id":"o1:void:1","trigger":"succeed","movements":[{"kind":"voided","payment_id":"p1","minor":5294,"operation_id":"o1:void:1"}]}}}','714f0b82a25ec80d9f2d67ee5f262c04a8d2c12c493e3803f11c677a3ac4b909');
INSERT INTO "orderlife_events" VALUES('','o1',20,'{"kind":"recorded","schema":1,"data":{"sequence":20,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:void:1","event":{"type":"OrderCancelled"}}}','1d5344bc8ad9a6da4f0a1aff8a02d0c7136793df585125991db5bab48729ad75');
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
INSERT INTO "orderlife_orders" VALUES('','o1',20,'1d5344bc8ad9a6da4f0a1aff8a02d0c7136793df585125991db5bab48729ad75','',NULL,1767603600000000,'web','1007','ada','cancelled','voided','unfulfilled','none',0,'EUR',5294,1767603600000000,'{"kind":"case","schema":1,"data":{"order_id":"o1","version":20,"order":{"order_id":"o1","state":"cancelled","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"units":{"1":{"ordered":3},"2":{"ordered":1}},"placed_at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}],"payments":[{"payment_id":"p1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0,"asked_minor":5294,"reference":"ref-o1:authorize:1","captures_in_parts":true}],"operations":{"o1:authorize:1":{"operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"state":"succeeded","subject":"o1","reference":"ref-o1:authorize:1"},"o1:void:1":{"operation_id":"o1:void:1","kind":"void","payment_id":"p1","minor":5294,"state":"succeeded","subject":"o1"}},"movements":[{"kind":"authorized","payment_id":"p1","minor":5294,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"},{"kind":"voided","payment_id":"p1","minor":5294,"operation_id":"o1:void:1"}],"screening":{"verdict":"accept","reason":"o1: no rule"},"closing":{"reason":"customer","ends_in":"cancelled"},"payment_due_at":"2026-01-05T10:00:00+00:00","counts":{"authorize":1,"void":1}},"reservations":{"o1-r1":{"reservation_id":"o1-r1","state":"released","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"operations":3}},"shipments":{"o1-s1":{"shipment_id":"o1-s1","state":"cancelled","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":3,"2":1}}}}}',7);
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
INSERT INTO "orderlife_stores" VALUES(1,'5d75c8b53596');
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
