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
INSERT INTO "orderlife_decisions" VALUES(3,'','o1',1,0,3,'command:place','*1e7101eb31e04ea51e7cb5e3ef704d25b9edf3b03c3e37224852aab58ae0795c','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","events":[{"type":"OrderPlaced","order_id":"o1","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":7,"unit_price":"10.00 EUR","goods_minor":6996,"tax_minor":1331,"tax_added":true,"shipping_minor":499,"discount_minor":4,"shares":"proportional"}],"total_minor":8826,"shipping_minor":499,"tax_minor":1331,"discount_minor":4,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to"},"at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}]},{"type":"PaymentAwaited","until":"2026-01-05T10:00:00+00:00"},{"type":"ReservationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":7}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}]}}','1b046c2bfc0ca5bd70ff31da53bb7108e1556048ddc4274366cd301d9242e455');
INSERT INTO "orderlife_decisions" VALUES(5,'','o1',2,3,5,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","events":[{"type":"StockHeld","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":7}]},{"type":"PaymentRequested","operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":8826,"subject":"o1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0}]}}','5390ccb1cf88160927997c59f5e767b1570fa051fd88889d99e999f5893ef7de');
INSERT INTO "orderlife_decisions" VALUES(9,'','o1',3,5,9,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","events":[{"type":"PaymentRecorded","operation_id":"o1:authorize:1","trigger":"succeed","reference":"ref-o1:authorize:1","movements":[{"kind":"authorized","payment_id":"p1","minor":8826,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}],"captures_in_parts":true},{"type":"FraudScreened","screening":{"verdict":"accept","reason":"o1: no rule"}},{"type":"OrderConfirmed"},{"type":"AllocationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:allocate:2"}]}}','72298cdc833531410a061fc3298525bcb02cf6279183746d8435e87b14768875');
INSERT INTO "orderlife_decisions" VALUES(12,'','o1',4,9,12,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","events":[{"type":"StockAllocated","reservation_id":"o1-r1"},{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":7},"subject":"o1-r1"},{"type":"ShipmentPlanned","shipment_id":"o1-s1","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":7}}]}}','6df85631062f270fed415aae5c4944a6fa852770f753b457b3165d902185d649');
INSERT INTO "orderlife_decisions" VALUES(16,'','o1',5,12,16,'command:pick','545b28cabe986a59a5f225c79d582de9330979775830bc02c90482cd42e34bf8','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","events":[{"type":"ShipmentPicked","shipment_id":"o1-s1","items":{"1":4},"short":{"1":3}},{"type":"StockConsumed","reservation_id":"o1-r1","operation_id":"o1-r1:consume:3","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3}],"subject":"o1-s1","written_off":true},{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3},"subject":"o1-r1","undo":true},{"type":"ExceptionOpened","item":{"exception_id":"x1","contradiction":{"kind":"short_pick","subject":"o1-s1","expected":"7 units at main","observed":"3 of them were not there","quantities":{"1":3}},"opened_at":"2026-01-05T09:00:00+00:00"}}]}}','b4066cd2870cecfbb5cc75698929a2d393752f88133178a1086198a17f7ca7f8');
INSERT INTO "orderlife_decisions" VALUES(18,'','o1',6,16,18,'command:reship','5fd0dea787b13d143804b8d94999bea6732931ac4d55177038c2a27152248eef','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"reship","events":[{"type":"ExceptionResolved","exception_id":"x1","remedy":"reship","note":"found three more","by":"staff:desk"},{"type":"ReservationRequested","reservation_id":"o1-r2","operation_id":"o1-r2:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":3}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}]}}','ecb47b552f1e465fab24f7bf0d240a024536e18808ff0be7c905cba13a7add91');
INSERT INTO "orderlife_decisions" VALUES(20,'','o1',7,18,20,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r2:reserve:1","events":[{"type":"StockHeld","reservation_id":"o1-r2","operation_id":"o1-r2:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3}]},{"type":"AllocationRequested","reservation_id":"o1-r2","operation_id":"o1-r2:allocate:2"}]}}','a31058ae4eafc230ebdc366e7e615df93ed509ced3ee95f9a6705af47210b036');
INSERT INTO "orderlife_decisions" VALUES(23,'','o1',8,20,23,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r2:allocate:2","events":[{"type":"StockAllocated","reservation_id":"o1-r2"},{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3},"subject":"o1-r2"},{"type":"ShipmentPlanned","shipment_id":"o1-s2","reservation_id":"o1-r2","place":"main","seller":"","items":{"1":3}}]}}','791f6e9099819548bcc1ca0da09cfb5044e0dbac70fcd88233b5017d4f22f231');
INSERT INTO "orderlife_decisions" VALUES(24,'','o1',9,23,24,'command:pack','49c85afeb52ec64c94304cef56c5e6162da9ac048801d3ece35ed853eca7edca','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pack","events":[{"type":"ShipmentPacked","shipment_id":"o1-s1","parcels":[{"weight_g":840}]}]}}','554ac8558c68d5f188be30ce87b0b7540e147acfaff605ccd6054b9fe21c327c');
INSERT INTO "orderlife_decisions" VALUES(25,'','o1',10,24,25,'command:dispatch','c5343440658b8df6516049fbf3cf42a075ca0db897ed4e443221a8b42a44885f','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"dispatch","events":[{"type":"LabelRequested","shipment_id":"o1-s1","operation_id":"o1-s1:label:1","dispatch":true}]}}','187eb80a246fd613fb7391017b594b7246995056be61e25b8500a48c4df85210');
INSERT INTO "orderlife_decisions" VALUES(30,'','o1',11,25,30,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","events":[{"type":"LabelBought","shipment_id":"o1-s1","label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"}},{"type":"ShipmentDispatched","shipment_id":"o1-s1","at":"2026-01-05T09:00:00+00:00"},{"type":"UnitsRecorded","counter":"shipped","quantities":{"1":4},"subject":"o1-s1"},{"type":"PaymentRequested","operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":5042,"subject":"o1-s1"},{"type":"StockConsumed","reservation_id":"o1-r1","operation_id":"o1-r1:consume:4","items":[{"line_id":"1","sku":"mug","place":"main","quantity":4}],"subject":"o1-s1"}]}}','755484d919c4ef6249eefe0f7d1a3b2f221fedde06d0c2d6642a628e6b368c03');
INSERT INTO "orderlife_decisions" VALUES(31,'','o1',12,30,31,'','','{"kind":"decision","schema":1,"data":{"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:capture:1","events":[{"type":"PaymentRecorded","operation_id":"o1:capture:1","trigger":"succeed","reference":"ref-o1:capture:1","movements":[{"kind":"captured","payment_id":"p1","minor":5042,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"}]}]}}','d830d66ab2db44c4295cf1092249c3756c72c5af75629f1a6074185b8de0a8fa');
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
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:reserve:1',1,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'66f6f31b40ee77f6b89435ee66333419bf6acdcf798ba28c36f5006c71bac7f0','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r1:reserve:1","order_id":"o1","reservation_id":"o1-r1","demands":[{"line_id":"1","sku":"mug","quantity":7}],"until":"2026-01-05T11:00:00+00:00"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:authorize:1',2,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'ad2456fbed7f26b224f93266e8fd7564785ee3a1d1acc1c415e7b045711ad974','{"kind":"intent","schema":1,"data":{"type":"Authorize","operation_id":"o1:authorize:1","order_id":"o1","amount":"88.26 EUR","payment_id":"p1","tender":{"kind":"card","token":"tok_visa"}}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:8',3,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'0c13d88e68970a2f3b43377f308708dbce326c7b7d237be8c3820278261fb96d','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:8","order_id":"o1","message":"order_confirmed","audience":"customer","subject":"o1","contact":"o1:contact"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:allocate:2',4,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'a47ea2f02edabf9909a330b951be42b89769c6ada891cb2e1b32119682494e22','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r1:allocate:2","order_id":"o1","reservation_id":"o1-r1"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:consume:3',5,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'573450342b69e2f3203de053b70146b4f15732d15f0b60f133859c673c847d44','{"kind":"intent","schema":1,"data":{"type":"Consume","operation_id":"o1-r1:consume:3","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3}],"written_off":true}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:16',6,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'0aa3cb0ff8cbf2a34709c63c9f91be65cb63be44b4bfb0ff0d717de1a02d3883','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:16","order_id":"o1","message":"exception_opened","audience":"staff","subject":"o1","contact":"o1:contact","details":{"exception":"x1","kind":"short_pick"}}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r2:reserve:1',7,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'d632f3a2a84c7149c67fae326449916df6f085862ab5f5d3583c136a397bcede','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r2:reserve:1","order_id":"o1","reservation_id":"o1-r2","demands":[{"line_id":"1","sku":"mug","quantity":3}],"until":"2026-01-05T11:00:00+00:00"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r2:allocate:2',8,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'e207a0dcc5dcaee27f87293030b775ae56efe044b3e79e9f5950f4407b0b326c','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r2:allocate:2","order_id":"o1","reservation_id":"o1-r2"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-s1:label:1',9,'carrier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'11a25a01a943d5e4804bc72f0a982d01ccdb177fe905c46d35689750b16b301d','{"kind":"intent","schema":1,"data":{"type":"BuyLabel","operation_id":"o1-s1:label:1","order_id":"o1","subject":"o1-s1","purpose":"outbound","place":"main","address":"o1:ship_to","parcels":[{"weight_g":840}]}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:27',10,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'4cd3adb54f8d13e4c22b8efaf6b7b6a1b421382c0622ce3b9cf5ef8d28a85970','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:27","order_id":"o1","message":"shipping_confirmation","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:capture:1',11,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'9ee611d275c41f072f0eb9ae6180834bff986776a4500e04f3195357bcfdda14','{"kind":"intent","schema":1,"data":{"type":"Capture","operation_id":"o1:capture:1","order_id":"o1","amount":"50.42 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1","final":false}}');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:consume:4',12,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,'b19358eb89d15650dc247cf04569982421e762bd470ffb35b91f39875fad38a2','{"kind":"intent","schema":1,"data":{"type":"Consume","operation_id":"o1-r1:consume:4","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":4}]}}');
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
INSERT INTO "orderlife_orders" VALUES('','o1',31,'d830d66ab2db44c4295cf1092249c3756c72c5af75629f1a6074185b8de0a8fa','',NULL,1767603600000000,'','','ada','confirmed','partially_paid','partially_shipped','none',0,'EUR',8826,1767603600000000,12,12,16,NULL,NULL,0);
CREATE TABLE orderlife_people (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    ref TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT orderlife_people_pkey PRIMARY KEY (tenant, order_id, ref)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_people" VALUES('','o1','o1:contact','{"kind":"personal","schema":1,"data":{"type":"Contact","email":"ada@example.org","name":"Ada"}}');
INSERT INTO "orderlife_people" VALUES('','o1','o1:ship_to','{"kind":"personal","schema":1,"data":{"type":"Address","name":"Ada","lines":["1 Mill Lane"],"city":"Bonn","country":"DE"}}');
CREATE TABLE orderlife_salts (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    salt TEXT NOT NULL,
    CONSTRAINT orderlife_salts_pkey PRIMARY KEY (tenant, order_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_salts" VALUES('','o1',1,'fb528050aba76316672cf470724ba038');
CREATE TABLE orderlife_snapshots (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT orderlife_snapshots_pkey PRIMARY KEY (tenant, order_id)
) STRICT;
INSERT INTO "orderlife_snapshots" VALUES('','o1',5,16,'{"kind":"case","schema":1,"data":{"order_id":"o1","version":16,"order":{"order_id":"o1","state":"confirmed","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":7,"unit_price":"10.00 EUR","goods_minor":6996,"tax_minor":1331,"tax_added":true,"shipping_minor":499,"discount_minor":4,"shares":"proportional"}],"total_minor":8826,"shipping_minor":499,"tax_minor":1331,"discount_minor":4,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to"},"units":{"1":{"ordered":7,"allocated":4}},"placed_at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}],"payments":[{"payment_id":"p1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0,"asked_minor":8826,"reference":"ref-o1:authorize:1","captures_in_parts":true}],"operations":{"o1:authorize:1":{"operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":8826,"state":"succeeded","subject":"o1","reference":"ref-o1:authorize:1"}},"movements":[{"kind":"authorized","payment_id":"p1","minor":8826,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}],"screening":{"verdict":"accept","reason":"o1: no rule"},"exceptions":[{"exception_id":"x1","contradiction":{"kind":"short_pick","subject":"o1-s1","expected":"7 units at main","observed":"3 of them were not there","quantities":{"1":3}},"opened_at":"2026-01-05T09:00:00+00:00"}],"payment_due_at":"2026-01-05T10:00:00+00:00","counts":{"authorize":1,"exception":1}},"reservations":{"o1-r1":{"reservation_id":"o1-r1","state":"allocated","demands":[{"line_id":"1","sku":"mug","quantity":7}],"items":[{"line_id":"1","sku":"mug","place":"main","quantity":4}],"operations":3,"consumed":true}},"shipments":{"o1-s1":{"shipment_id":"o1-s1","state":"picking","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":4}}}}}');
CREATE TABLE orderlife_stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT orderlife_stores_pkey PRIMARY KEY (number)
) STRICT;
INSERT INTO "orderlife_stores" VALUES(1,'92f750513521');
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
