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
INSERT INTO "orderlife_decisions" VALUES(3,'','o1',1,0,3,'command:place','*f6d17d70b311463dda19c44f11fde5d5b3850fb48d2e1788af1a41b533696fb2','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","events":[{"type":"OrderPlaced","order_id":"o1","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}]},{"type":"PaymentAwaited","until":"2026-01-05T10:00:00+00:00"},{"type":"ReservationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}]}}','cc9b54b1259d50fbd9805184612aa5661dc280391a4dd837c3b9479901023c97');
INSERT INTO "orderlife_decisions" VALUES(5,'','o1',2,3,5,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","events":[{"type":"StockHeld","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]},{"type":"PaymentRequested","operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"subject":"o1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0}]}}','8e6f75d6ee06600ee215ce78afe6af1ba3085228a4e4cae22bfdea064d62a8fc');
INSERT INTO "orderlife_decisions" VALUES(9,'','o1',3,5,9,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","events":[{"type":"PaymentRecorded","operation_id":"o1:authorize:1","trigger":"succeed","reference":"ref-o1:authorize:1","movements":[{"kind":"authorized","payment_id":"p1","minor":5294,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}],"captures_in_parts":true},{"type":"FraudScreened","screening":{"verdict":"accept","reason":"o1: no rule"}},{"type":"OrderConfirmed"},{"type":"AllocationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:allocate:2"}]}}','e8119694d07d67c82f71381570ca370f0ed0e016d9afeb345236a6681af4df44');
INSERT INTO "orderlife_decisions" VALUES(12,'','o1',4,9,12,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","events":[{"type":"StockAllocated","reservation_id":"o1-r1"},{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3,"2":1},"subject":"o1-r1"},{"type":"ShipmentPlanned","shipment_id":"o1-s1","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":3,"2":1}}]}}','6781c73fb953373a5276fa81a03179eb9433adb82aa071ce26a3df3d6f710747');
INSERT INTO "orderlife_decisions" VALUES(13,'','o1',5,12,13,'command:pick','0d85acf295f9ca1b8316bf8fbf06eccd32a1f52550dcdd8514aae599dd9cc023','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","events":[{"type":"ShipmentPicked","shipment_id":"o1-s1","items":{"1":3,"2":1}}]}}','3a86abf651e7761fc1403fd162134030acc3ccdca6b44f070c80e3b755bfb8ff');
INSERT INTO "orderlife_decisions" VALUES(14,'','o1',6,13,14,'command:pack','49c85afeb52ec64c94304cef56c5e6162da9ac048801d3ece35ed853eca7edca','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pack","events":[{"type":"ShipmentPacked","shipment_id":"o1-s1","parcels":[{"weight_g":840}]}]}}','ebd6b824583d1eed34cebcae953fae9bb470890828406d8992a825c37d7e2a95');
INSERT INTO "orderlife_decisions" VALUES(15,'','o1',7,14,15,'command:dispatch','c5343440658b8df6516049fbf3cf42a075ca0db897ed4e443221a8b42a44885f','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"dispatch","events":[{"type":"LabelRequested","shipment_id":"o1-s1","operation_id":"o1-s1:label:1","dispatch":true}]}}','e094610348a0c9afaaca4a8c6da0588f3d927b76cc69b609eb1e538cb00e2495');
INSERT INTO "orderlife_decisions" VALUES(20,'','o1',8,15,20,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","events":[{"type":"LabelBought","shipment_id":"o1-s1","label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"}},{"type":"ShipmentDispatched","shipment_id":"o1-s1","at":"2026-01-05T09:00:00+00:00"},{"type":"UnitsRecorded","counter":"shipped","quantities":{"1":3,"2":1},"subject":"o1-s1"},{"type":"PaymentRequested","operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":5294,"subject":"o1-s1","final":true},{"type":"StockConsumed","reservation_id":"o1-r1","operation_id":"o1-r1:consume:3","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}],"subject":"o1-s1"}]}}','7d8ed43424864b4b542c8fc6afceab1423eba65252c058767b619b0bab0484c9');
INSERT INTO "orderlife_decisions" VALUES(21,'','o1',9,20,21,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:capture:1","events":[{"type":"PaymentRecorded","operation_id":"o1:capture:1","trigger":"succeed","reference":"ref-o1:capture:1","movements":[{"kind":"captured","payment_id":"p1","minor":5294,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"}]}]}}','813e347c1ea1b06b1d453cc3162029d247238b912b18fa823cb775455668c956');
INSERT INTO "orderlife_decisions" VALUES(22,'','o1',10,21,22,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-06T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","events":[{"type":"ShipmentScanned","shipment_id":"o1-s1","scan":{"status":"in_transit","at":"2026-01-06T09:00:00+00:00"},"before":"dispatched","after":"in_transit"}]}}','66b4df47913dafb836ecc7b0eb33f179bac912370707411d5b3e6632b7ebbdb5');
INSERT INTO "orderlife_decisions" VALUES(25,'','o1',11,22,25,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","events":[{"type":"ShipmentScanned","shipment_id":"o1-s1","scan":{"status":"delivered","at":"2026-01-07T09:00:00+00:00"},"before":"in_transit","after":"delivered"},{"type":"UnitsRecorded","counter":"delivered","quantities":{"1":3,"2":1},"subject":"o1-s1"},{"type":"FollowUpScheduled","at":"2026-01-08T09:00:00+00:00"}]}}','656fd75dfa3847e7291c6dd842675176ad007a99d108e0d8735582bb8c85da4b');
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
INSERT INTO "orderlife_effects" VALUES('','o1','o1-s1:label:1',5,'carrier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'11a25a01a943d5e4804bc72f0a982d01ccdb177fe905c46d35689750b16b301d','{"kind":"intent","schema":1,"data":{"type":"BuyLabel","operation_id":"o1-s1:label:1","order_id":"o1","subject":"o1-s1","purpose":"outbound","place":"main","address":"o1:ship_to","parcels":[{"weight_g":840}]}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:17',6,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'ee152c250cd3f3bd12d96765d8e1569881f19a4b15845b3a9f0ea1ee72958fe2','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:17","order_id":"o1","message":"shipping_confirmation","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:capture:1',7,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'3d22b50b010671c51f88f1a29564ced65ebfe99a20c1585d5cc67b73566d5456','{"kind":"intent","schema":1,"data":{"type":"Capture","operation_id":"o1:capture:1","order_id":"o1","amount":"52.94 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1","final":true}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:consume:3',8,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'298c51f36f1af0a536a1a4e72ae333dbba833ed674525226d75b9b8535941142','{"kind":"intent","schema":1,"data":{"type":"Consume","operation_id":"o1-r1:consume:3","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:22',9,'notifier','done',1767690000000000,1767690000000000,1,'','',1767690000000000,1,1,'',0,'41f6d64f4c37c3c864f36de458b8d7beae9cb65475b490b29190d6eba624705e','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:22","order_id":"o1","message":"shipping_update","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:23',10,'notifier','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,1,'',0,'cc8547bd98d85dfcc2b9db4dc93d52374aa7938b66f7389383f7e07b4b34b7e0','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:23","order_id":"o1","message":"delivered","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}');
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
INSERT INTO "orderlife_orders" VALUES('','o1',25,'656fd75dfa3847e7291c6dd842675176ad007a99d108e0d8735582bb8c85da4b','{"kind":"timer","schema":1,"data":{"kind":"follow_up","subject":"o1","at":"2026-01-08T09:00:00+00:00"}}',1767862800000000,1767603600000000,'web','1007','ada','confirmed','paid','delivered','none',0,'EUR',5294,1767776400000000,10,11,20,NULL,NULL,0);
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
INSERT INTO "orderlife_salts" VALUES('','o1',1,'f8a7389ff5f8ed4f9dad280265b24760');
CREATE TABLE orderlife_snapshots (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT orderlife_snapshots_pkey PRIMARY KEY (tenant, order_id)
) STRICT;
INSERT INTO "orderlife_snapshots" VALUES('','o1',8,20,'{"kind":"case","schema":1,"data":{"order_id":"o1","version":20,"order":{"order_id":"o1","state":"confirmed","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"units":{"1":{"ordered":3,"allocated":3,"shipped":3},"2":{"ordered":1,"allocated":1,"shipped":1}},"placed_at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}],"payments":[{"payment_id":"p1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0,"asked_minor":5294,"reference":"ref-o1:authorize:1","captures_in_parts":true}],"operations":{"o1:authorize:1":{"operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"state":"succeeded","subject":"o1","reference":"ref-o1:authorize:1"},"o1:capture:1":{"operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":5294,"state":"submitted","subject":"o1-s1","final":true}},"movements":[{"kind":"authorized","payment_id":"p1","minor":5294,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}],"screening":{"verdict":"accept","reason":"o1: no rule"},"payment_due_at":"2026-01-05T10:00:00+00:00","counts":{"authorize":1,"capture":1}},"reservations":{"o1-r1":{"reservation_id":"o1-r1","state":"consumed","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"operations":3,"consumed":true}},"shipments":{"o1-s1":{"shipment_id":"o1-s1","state":"dispatched","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":3,"2":1},"parcels":[{"weight_g":840}],"label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"},"operations":1,"left_at":"2026-01-05T09:00:00+00:00"}}}}');
CREATE TABLE orderlife_stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT orderlife_stores_pkey PRIMARY KEY (number)
) STRICT;
INSERT INTO "orderlife_stores" VALUES(1,'19db08297efe');
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
