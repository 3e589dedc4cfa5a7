BEGIN TRANSACTION;
CREATE TABLE orderlife_channel_numbers (
    tenant TEXT NOT NULL,
    channel TEXT NOT NULL,
    number TEXT NOT NULL,
    order_id TEXT NOT NULL,
    CONSTRAINT orderlife_channel_numbers_pkey
        PRIMARY KEY (tenant, channel, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_channel_numbers" VALUES('','web','1007','o1');
CREATE TABLE orderlife_decisions (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    first_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    input_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT orderlife_decisions_pkey PRIMARY KEY (tenant, order_id, number),
    CONSTRAINT orderlife_decisions_number CHECK (number >= 1),
    CONSTRAINT orderlife_decisions_versions CHECK (last_version >= first_version)
) STRICT;
INSERT INTO "orderlife_decisions" VALUES('','o1',1,0,3,'command:place','*31f6bf383f10d51cedbc28497646760d1c5da92e92c861198da767eeb1ec1502','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","events":[{"type":"OrderPlaced","order_id":"o1","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}]},{"type":"PaymentAwaited","until":"2026-01-05T10:00:00+00:00"},{"type":"ReservationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}]}}','709e09d2788dc5f7a0004da6d7dbf768151aac5e0857cd0bc647ef071a6c1e8c');
INSERT INTO "orderlife_decisions" VALUES('','o1',2,3,5,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","events":[{"type":"StockHeld","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]},{"type":"PaymentRequested","operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"subject":"o1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0}]}}','6d4b42fdf3c6d8e396828cde864772ac6656532b4bc969fe666eabda0429fa7f');
INSERT INTO "orderlife_decisions" VALUES('','o1',3,5,9,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","events":[{"type":"PaymentRecorded","operation_id":"o1:authorize:1","trigger":"succeed","reference":"ref-o1:authorize:1","movements":[{"kind":"authorized","payment_id":"p1","minor":5294,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}],"captures_in_parts":true},{"type":"FraudScreened","screening":{"verdict":"accept","reason":"o1: no rule"}},{"type":"OrderConfirmed"},{"type":"AllocationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:allocate:2"}]}}','7152426289363d481fccdf2cb646a70d7bf4a83b7860373446ea0fc872ad887b');
INSERT INTO "orderlife_decisions" VALUES('','o1',4,9,12,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","events":[{"type":"StockAllocated","reservation_id":"o1-r1"},{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3,"2":1},"subject":"o1-r1"},{"type":"ShipmentPlanned","shipment_id":"o1-s1","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":3,"2":1}}]}}','e941fc49063b214dc282e6b13b873785e2967d5c72814290514488559982a45c');
INSERT INTO "orderlife_decisions" VALUES('','o1',5,12,13,'command:hold','7bb92a626de818236ede771e8480c192cf7ab74e80d15557155b1479307a3487','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"hold","events":[{"type":"HoldOpened","hold":{"hold_id":"h1","reason":"address","blocks":["confirm","dispatch"],"note":"no number?","by":"staff:desk"}}]}}','c64586be334d4f18acb15bd5a2e044ea78adc145118d4418686a44027c1410cf');
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
INSERT INTO "orderlife_denials" VALUES('','o1',1,'refund','RefundPayment','customer:eve','not hers',1767603600000000);
CREATE TABLE orderlife_effects (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    port TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_by TEXT NOT NULL,
    note TEXT NOT NULL,
    begun_at INTEGER,
    generation INTEGER NOT NULL,
    store INTEGER NOT NULL,
    key TEXT NOT NULL,
    doubted INTEGER NOT NULL,
    request_hash TEXT NOT NULL,
    intent TEXT NOT NULL,
    CONSTRAINT orderlife_effects_pkey
        PRIMARY KEY (tenant, order_id, operation_id),
    CONSTRAINT orderlife_effects_state CHECK (
        state IN (
            'pending', 'claimed', 'waiting', 'in_doubt',
            'done', 'declined', 'attention'
        )
    ),
    CONSTRAINT orderlife_effects_attempts CHECK (attempts >= 0),
    CONSTRAINT orderlife_effects_generation CHECK (generation >= 1)
) STRICT;
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:reserve:1',1,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'9ba98e7bfd28e632ce0fabce37b1d2088b2ae8cac6624c35a420c5a6e6fd9954','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r1:reserve:1","order_id":"o1","reservation_id":"o1-r1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:authorize:1',2,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'9272a32ede0ff7f55c657c7d3f256bb2b37b31282ea27c8bf46cd0a6b850acdf','{"kind":"intent","schema":1,"data":{"type":"Authorize","operation_id":"o1:authorize:1","order_id":"o1","amount":"52.94 EUR","payment_id":"p1","tender":{"kind":"card","token":"tok_visa"}}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:8',3,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'0c13d88e68970a2f3b43377f308708dbce326c7b7d237be8c3820278261fb96d','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:8","order_id":"o1","message":"order_confirmed","audience":"customer","subject":"o1","contact":"o1:contact"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:allocate:2',4,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'a47ea2f02edabf9909a330b951be42b89769c6ada891cb2e1b32119682494e22','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r1:allocate:2","order_id":"o1","reservation_id":"o1-r1"}}');
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
    asked INTEGER NOT NULL DEFAULT 0, decisions INTEGER NOT NULL DEFAULT 0, snapshot INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT orderlife_orders_pkey PRIMARY KEY (tenant, order_id),
    CONSTRAINT orderlife_orders_version CHECK (version >= 1),
    CONSTRAINT orderlife_orders_exceptions CHECK (open_exceptions >= 0),
    CONSTRAINT orderlife_orders_timers CHECK ((timer_at IS NULL) = (timers = ''))
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_orders" VALUES('','o1',13,'c64586be334d4f18acb15bd5a2e044ea78adc145118d4418686a44027c1410cf','',NULL,1767603600000000,'web','1007','ada','confirmed','authorized','on_hold','none',0,'EUR',5294,1767603600000000,4,5,0);
CREATE TABLE orderlife_people (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    ref TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT orderlife_people_pkey PRIMARY KEY (tenant, order_id, ref)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_people" VALUES('','o1','o1:contact','{"kind":"personal","schema":1,"data":{"type":"Contact","email":"ada@example.org","name":"Ada"}}');
INSERT INTO "orderlife_people" VALUES('','o1','o1:gift_message:1','{"kind":"personal","schema":1,"data":{"type":"FreeText","text":"With love, Zoë"}}');
INSERT INTO "orderlife_people" VALUES('','o1','o1:ship_to','{"kind":"personal","schema":1,"data":{"type":"Address","name":"Ada","lines":["1 Mill Lane"],"city":"Bonn","country":"DE"}}');
CREATE TABLE orderlife_salts (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    salt TEXT NOT NULL,
    CONSTRAINT orderlife_salts_pkey PRIMARY KEY (tenant, order_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_salts" VALUES('','o1',1,'fc246a2ab7a5fe5e8197358fb35a6fe8');
CREATE TABLE orderlife_snapshots (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT orderlife_snapshots_pkey PRIMARY KEY (tenant, order_id)
) STRICT;
CREATE TABLE orderlife_stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT orderlife_stores_pkey PRIMARY KEY (number)
) STRICT;
INSERT INTO "orderlife_stores" VALUES(1,'15c4fe6289b1');
CREATE TABLE orderlife_versions (
    component TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    oldest INTEGER NOT NULL
) STRICT;
INSERT INTO "orderlife_versions" VALUES('orders',7,7);
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
CREATE UNIQUE INDEX orderlife_decisions_by_input
    ON orderlife_decisions (tenant, order_id, input_id)
    WHERE input_id <> '';
CREATE TRIGGER orderlife_decisions_stay BEFORE UPDATE ON orderlife_decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;
CREATE TRIGGER orderlife_decisions_last BEFORE DELETE ON orderlife_decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are never deleted'); END;
CREATE TRIGGER orderlife_decisions_once BEFORE INSERT ON orderlife_decisions
    WHEN EXISTS (
        SELECT 1 FROM orderlife_decisions AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
            AND found.number = NEW.number
    )
    BEGIN SELECT RAISE(ABORT, 'decisions are never replaced'); END;
CREATE INDEX orderlife_effects_due
    ON orderlife_effects (tenant, due_at)
    WHERE state IN ('pending', 'claimed', 'waiting', 'in_doubt');
CREATE INDEX orderlife_effects_for_people
    ON orderlife_effects (tenant, port)
    WHERE state = 'attention';
COMMIT;
