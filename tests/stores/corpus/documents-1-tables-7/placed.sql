BEGIN TRANSACTION;
CREATE TABLE orderlife_archives (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    document BLOB NOT NULL,
    CONSTRAINT orderlife_archives_pkey PRIMARY KEY (tenant, order_id)
) STRICT;
CREATE TABLE orderlife_channel_numbers (
    tenant TEXT NOT NULL,
    channel TEXT NOT NULL,
    number TEXT NOT NULL,
    order_id TEXT NOT NULL,
    CONSTRAINT orderlife_channel_numbers_pkey
        PRIMARY KEY (tenant, channel, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_channel_numbers" VALUES('','web','1007','o1');
CREATE TABLE orderlife_cursors (
    tenant TEXT NOT NULL,
    consumer TEXT NOT NULL,
    position INTEGER NOT NULL,
    owner TEXT NOT NULL,
    until INTEGER NOT NULL,
    CONSTRAINT orderlife_cursors_pkey PRIMARY KEY (tenant, consumer),
    CONSTRAINT orderlife_cursors_position CHECK (position >= 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE orderlife_decisions (
    position INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    first_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    input_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT orderlife_decisions_pkey PRIMARY KEY (position),
    CONSTRAINT orderlife_decisions_position CHECK (position >= 1),
    CONSTRAINT orderlife_decisions_number CHECK (number >= 1),
    CONSTRAINT orderlife_decisions_versions CHECK (last_version >= first_version)
) STRICT;
INSERT INTO "orderlife_decisions" VALUES(3,'','o1',1,0,3,'command:place','*b52e99bb81d118a037125cc9a61074ffdfdf9af366eeeb055e7fa4ba1c0b84ec','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","events":[{"type":"OrderPlaced","order_id":"o1","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}]},{"type":"PaymentAwaited","until":"2026-01-05T10:00:00+00:00"},{"type":"ReservationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}]}}','fb1adf6f9d50ad9408793b338d062ae1ca6ac2dbdeae65287d6923112cbdd51a');
INSERT INTO "orderlife_decisions" VALUES(5,'','o1',2,3,5,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","events":[{"type":"StockHeld","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]},{"type":"PaymentRequested","operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"subject":"o1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0}]}}','3da11bf31d9a1ece1e2239e356336b99e3663079b687e9b38ab34973228070f1');
INSERT INTO "orderlife_decisions" VALUES(9,'','o1',3,5,9,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","events":[{"type":"PaymentRecorded","operation_id":"o1:authorize:1","trigger":"succeed","reference":"ref-o1:authorize:1","movements":[{"kind":"authorized","payment_id":"p1","minor":5294,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}],"captures_in_parts":true},{"type":"FraudScreened","screening":{"verdict":"accept","reason":"o1: no rule"}},{"type":"OrderConfirmed"},{"type":"AllocationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:allocate:2"}]}}','826e683d3674f2898e5b4c70fbef327ca86327edbe7505d393e6f834f63ecc66');
INSERT INTO "orderlife_decisions" VALUES(12,'','o1',4,9,12,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","events":[{"type":"StockAllocated","reservation_id":"o1-r1"},{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3,"2":1},"subject":"o1-r1"},{"type":"ShipmentPlanned","shipment_id":"o1-s1","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":3,"2":1}}]}}','9c9ab62425a905b5eca2e707c62228bfe189a9d2c587763a7f7470a1d8b07a42');
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
    asked INTEGER NOT NULL DEFAULT 0, decisions INTEGER NOT NULL DEFAULT 0, snapshot INTEGER NOT NULL DEFAULT 0, put_off INTEGER, closed_at INTEGER, archived INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT orderlife_orders_pkey PRIMARY KEY (tenant, order_id),
    CONSTRAINT orderlife_orders_version CHECK (version >= 1),
    CONSTRAINT orderlife_orders_exceptions CHECK (open_exceptions >= 0),
    CONSTRAINT orderlife_orders_timers CHECK ((timer_at IS NULL) = (timers = ''))
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_orders" VALUES('','o1',12,'9c9ab62425a905b5eca2e707c62228bfe189a9d2c587763a7f7470a1d8b07a42','',NULL,1767603600000000,'web','1007','ada','confirmed','authorized','in_progress','none',0,'EUR',5294,1767603600000000,4,4,0,NULL,NULL,0);
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
INSERT INTO "orderlife_salts" VALUES('','o1',1,'4988e6a23b5ecf74df2940ab45c829e3');
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
INSERT INTO "orderlife_stores" VALUES(1,'8719deada107');
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
CREATE UNIQUE INDEX orderlife_decisions_of_order
    ON orderlife_decisions (tenant, order_id, number);
CREATE UNIQUE INDEX orderlife_decisions_by_input
    ON orderlife_decisions (tenant, order_id, input_id)
    WHERE input_id <> '';
CREATE INDEX orderlife_decisions_feed
    ON orderlife_decisions (tenant)
    WHERE last_version > first_version;
CREATE TRIGGER orderlife_decisions_stay BEFORE UPDATE ON orderlife_decisions
    WHEN NEW.position <> OLD.position OR NEW.tenant <> OLD.tenant
        OR NEW.order_id <> OLD.order_id OR NEW.number <> OLD.number
        OR NEW.first_version <> OLD.first_version
        OR NEW.last_version <> OLD.last_version
        OR NOT EXISTS (
            SELECT 1 FROM orderlife_archives AS found
            WHERE found.tenant = OLD.tenant AND found.order_id = OLD.order_id
        )
    BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;
CREATE TRIGGER orderlife_decisions_last BEFORE DELETE ON orderlife_decisions
    WHEN NOT EXISTS (
        SELECT 1 FROM orderlife_archives AS found
        WHERE found.tenant = OLD.tenant AND found.order_id = OLD.order_id
    )
    BEGIN SELECT RAISE(ABORT, 'decisions are never deleted'); END;
CREATE TRIGGER orderlife_decisions_once BEFORE INSERT ON orderlife_decisions
    WHEN EXISTS (
        SELECT 1 FROM orderlife_decisions AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
            AND found.number = NEW.number
    ) OR EXISTS (
        SELECT 1 FROM orderlife_decisions AS found
        WHERE found.position = NEW.position
    )
    BEGIN SELECT RAISE(ABORT, 'decisions are never replaced'); END;
CREATE TRIGGER orderlife_decisions_follow AFTER INSERT ON orderlife_decisions
    WHEN EXISTS (
        SELECT 1 FROM orderlife_decisions AS found
        WHERE found.position <> NEW.position AND found.position >
            NEW.position - max(NEW.last_version - NEW.first_version, 1)
    ) AND NOT EXISTS (
        SELECT 1 FROM orderlife_archives AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
    )
    BEGIN SELECT RAISE(ABORT, 'positions of decisions rise'); END;
CREATE INDEX orderlife_orders_by_timer
    ON orderlife_orders (tenant, timer_at, order_id)
    WHERE timer_at IS NOT NULL AND put_off IS NULL;
CREATE INDEX orderlife_orders_put_off
    ON orderlife_orders (tenant, put_off, order_id)
    WHERE put_off IS NOT NULL;
CREATE INDEX orderlife_orders_closed
    ON orderlife_orders (tenant, closed_at)
    WHERE closed_at IS NOT NULL;
CREATE INDEX orderlife_effects_due
    ON orderlife_effects (tenant, due_at)
    WHERE state IN ('pending', 'claimed', 'waiting', 'in_doubt');
CREATE INDEX orderlife_effects_for_people
    ON orderlife_effects (tenant, port)
    WHERE state = 'attention';
COMMIT;
