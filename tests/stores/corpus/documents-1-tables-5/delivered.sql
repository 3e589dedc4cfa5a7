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
INSERT INTO "orderlife_answers" VALUES('','o1','command:dispatch','c5343440658b8df6516049fbf3cf42a075ca0db897ed4e443221a8b42a44885f',14,15,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:pack','49c85afeb52ec64c94304cef56c5e6162da9ac048801d3ece35ed853eca7edca',13,14,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:pick','0d85acf295f9ca1b8316bf8fbf06eccd32a1f52550dcdd8514aae599dd9cc023',12,13,0);
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
INSERT INTO "orderlife_effects" VALUES('','o1-r1:reserve:1','o1',1,'inventory','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r1:reserve:1","order_id":"o1","reservation_id":"o1-r1","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"until":"2026-01-05T11:00:00+00:00"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'e4a33179ed09.o1-r1:reserve:1','6f7111a30f7fa4c3c6d9459d0445f16f60288a4150431609ceb2714cd642a692',0);
INSERT INTO "orderlife_effects" VALUES('','o1:authorize:1','o1',2,'payment','{"kind":"intent","schema":1,"data":{"type":"Authorize","operation_id":"o1:authorize:1","order_id":"o1","amount":"52.94 EUR","payment_id":"p1","tender":{"kind":"card","token":"tok_visa"}}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'e4a33179ed09.o1:authorize:1','c6301baced67413f8deecb0254afdf88a438dc944fa269bd6cb790f547b52e51',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:8','o1',3,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:8","order_id":"o1","message":"order_confirmed","audience":"customer","subject":"o1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'e4a33179ed09.o1:notify:8','b7b3df75c97660493214b2300bbde32759174fd034a50439ce855ada95a74247',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:allocate:2','o1',4,'inventory','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r1:allocate:2","order_id":"o1","reservation_id":"o1-r1"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'e4a33179ed09.o1-r1:allocate:2','84c927dc842db211a869da6bb1620455d9df6e817f43219fc7ceb71a3f642dc8',0);
INSERT INTO "orderlife_effects" VALUES('','o1-s1:label:1','o1',5,'carrier','{"kind":"intent","schema":1,"data":{"type":"BuyLabel","operation_id":"o1-s1:label:1","order_id":"o1","subject":"o1-s1","purpose":"outbound","place":"main","address":"o1:ship_to","parcels":[{"weight_g":840}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'e4a33179ed09.o1-s1:label:1','ac5c3a377d0210b6008641457d82148a5770ebd1847bf83102cd614ae2b5e497',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:17','o1',6,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:17","order_id":"o1","message":"shipping_confirmation","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'e4a33179ed09.o1:notify:17','0c2f81e6c5de39e1bb0472090f89bb31a3a469f03cde545fb8774205bc730125',0);
INSERT INTO "orderlife_effects" VALUES('','o1:capture:1','o1',7,'payment','{"kind":"intent","schema":1,"data":{"type":"Capture","operation_id":"o1:capture:1","order_id":"o1","amount":"52.94 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1","final":true}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'e4a33179ed09.o1:capture:1','3aaf76d7969ba43bd72b164025d7cc0ac5c0ef4d817261f1494d904733f0ccaf',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:consume:3','o1',8,'inventory','{"kind":"intent","schema":1,"data":{"type":"Consume","operation_id":"o1-r1:consume:3","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'e4a33179ed09.o1-r1:consume:3','0f52e8445c524ba23d94fde7c819caa74543c0bb55fe4e4ebdcf776909bf4d8e',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:22','o1',9,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:22","order_id":"o1","message":"shipping_update","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767690000000000,1767690000000000,1,'','',1767690000000000,1,'e4a33179ed09.o1:notify:22','87d35ec2d854bd8f47665005fbdd28265379817c72f67da9c3643b1f0aaa8b02',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:23','o1',10,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:23","order_id":"o1","message":"delivered","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'e4a33179ed09.o1:notify:23','fc14ec984efea30c06ad2dbfbe73230a048b69c838267649142c3e3c0c23961e',0);
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
INSERT INTO "orderlife_events" VALUES('','o1',13,'{"kind":"recorded","schema":1,"data":{"sequence":13,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","event":{"type":"ShipmentPicked","shipment_id":"o1-s1","items":{"1":3,"2":1}}}}','a4dd77e3bf94aa5b02f1aa0665565e1dcf37527ba0cd4153f295183edc5a3575');
INSERT INTO "orderlife_events" VALUES('','o1',14,'{"kind":"recorded","schema":1,"data":{"sequence":14,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pack","event":{"type":"ShipmentPacked","shipment_id":"o1-s1","parcels":[{"weight_g":840}]}}}','62ad22e057f2cc8bd1c0c6f5a32e5a274635e8b7ed1732220dbba7866916e766');
INSERT INTO "orderlife_events" VALUES('','o1',15,'{"kind":"recorded","schema":1,"data":{"sequence":15,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"dispatch","event":{"type":"LabelRequested","shipment_id":"o1-s1","operation_id":"o1-s1:label:1","dispatch":true}}}','90af58174a5c519e10c541ec2e40a377af6d9aab84886f2cee5d06a066f63267');
INSERT INTO "orderlife_events" VALUES('','o1',16,'{"kind":"recorded","schema":1,"data":{"sequence":16,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"LabelBought","shipment_id":"o1-s1","label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"}}}}','08d0cd82887aecc598407dd876770f7c9ac8156b19c9c1399a97df85964d16c8');
INSERT INTO "orderlife_events" VALUES('','o1',17,'{"kind":"recorded","schema":1,"data":{"sequence":17,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"ShipmentDispatched","shipment_id":"o1-s1","at":"2026-01-05T09:00:00+00:00"}}}','c250bbf679737a8b9f1564b1b678b0a5da39e80c0580233ae4c9f9134be2bfcb');
INSERT INTO "orderlife_events" VALUES('','o1',18,'{"kind":"recorded","schema":1,"data":{"sequence":18,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"UnitsRecorded","counter":"shipped","quantities":{"1":3,"2":1},"subject":"o1-s1"}}}','bbefd0a28a878522a44364f00136c194f876235658e672003e8de6ac96e84836');
INSERT INTO "orderlife_events" VALUES('','o1',19,'{"kind":"recorded","schema":1,"data":{"sequence":19,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"PaymentRequested","operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":5294,"subject":"o1-s1","final":true}}}','90239ae3614e15fc0f25fe52244bdb79afa6802573109dda4be0d77fe0f40a71');
INSERT INTO "orderlife_events" VALUES('','o1',20,'{"kind":"recorded","schema":1,"data":{"sequence":20,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"StockConsumed","reservation_id":"o1-r1","operation_id":"o1-r1:consume:3","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3},{"line_id":"2","sku":"cup","place":"main","quantity":1}],"subject":"o1-s1"}}}','152092259ad8929878cc8808dfc1016405003e7b4e23f41d2d46a9125b75b037');
INSERT INTO "orderlife_events" VALUES('','o1',21,'{"kind":"recorded","schema":1,"data":{"sequence":21,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:capture:1","event":{"type":"PaymentRecorded","operation_id":"o1:capture:1","trigger":"succeed","reference":"ref-o1:capture:1","movements":[{"kind":"captured","payment_id":"p1","minor":5294,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"}]}}}','09ebd1e29a98226e3db0ceeb9a97d1cc726a359a6492bf97fdf42f84ea2cf26a');
INSERT INTO "orderlife_events" VALUES('','o1',22,'{"kind":"recorded","schema":1,"data":{"sequence":22,"at":"2026-01-06T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ShipmentScanned","shipment_id":"o1-s1","scan":{"status":"in_transit","at":"2026-01-06T09:00:00+00:00"},"before":"dispatched","after":"in_transit"}}}','222fc5904ccec67bd1356f16129901cb12f7647260956ee20181f63cd9700722');
INSERT INTO "orderlife_events" VALUES('','o1',23,'{"kind":"recorded","schema":1,"data":{"sequence":23,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ShipmentScanned","shipment_id":"o1-s1","scan":{"status":"delivered","at":"2026-01-07T09:00:00+00:00"},"before":"in_transit","after":"delivered"}}}','2fe6961505c7e19010662bb75bce65ad64df8b1c3a9ca846ef1bb812fffa11b3');
INSERT INTO "orderlife_events" VALUES('','o1',24,'{"kind":"recorded","schema":1,"data":{"sequence":24,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"UnitsRecorded","counter":"delivered","quantities":{"1":3,"2":1},"subject":"o1-s1"}}}','5cd1212eedf5e87095a37f26c81ad82a07e1ca27b2c839b16e69dc2a3a5e6669');
INSERT INTO "orderlife_events" VALUES('','o1',25,'{"kind":"recorded","schema":1,"data":{"sequence":25,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"FollowUpScheduled","at":"2026-01-08T09:00:00+00:00"}}}','4e932a5920ded174f153c074df8125b66bef041345b1b7641f5eb031098fa043');
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
INSERT INTO "orderlife_orders" VALUES('','o1',25,'4e932a5920ded174f153c074df8125b66bef041345b1b7641f5eb031098fa043','{"kind":"timer","schema":1,"data":{"kind":"follow_up","subject":"o1","at":"2026-01-08T09:00:00+00:00"}}',1767862800000000,1767603600000000,'web','1007','ada','confirmed','paid','delivered','none',0,'EUR',5294,1767776400000000,'{"kind":"case","schema":1,"data":{"order_id":"o1","version":25,"order":{"order_id":"o1","state":"confirmed","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":3,"unit_price":"12.50 EUR","goods_minor":3750,"tax_minor":712,"tax_added":true,"shipping_minor":458,"options":{"colour":"blue"},"gift_message":"o1:gift_message:1","shares":"proportional"},{"line_id":"2","sku":"cup","quantity":1,"unit_price":"3.33 EUR","goods_minor":333,"tax_minor":0,"tax_added":true,"shipping_minor":41,"shares":"proportional"}],"total_minor":5294,"shipping_minor":499,"tax_minor":712,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to","channel":"web","channel_number":"1007"},"units":{"1":{"ordered":3,"allocated":3,"shipped":3,"delivered":3},"2":{"ordered":1,"allocated":1,"shipped":1,"delivered":1}},"placed_at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}],"payments":[{"payment_id":"p1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0,"asked_minor":5294,"reference":"ref-o1:authorize:1","captures_in_parts":true}],"operations":{"o1:authorize:1":{"operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":5294,"state":"succeeded","subject":"o1","reference":"ref-o1:authorize:1"},"o1:capture:1":{"operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":5294,"state":"succeeded","subject":"o1-s1","final":true,"reference":"ref-o1:capture:1"}},"movements":[{"kind":"authorized","payment_id":"p1","minor":5294,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"},{"kind":"captured","payment_id":"p1","minor":5294,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"}],"screening":{"verdict":"accept","reason":"o1: no rule"},"payment_due_at":"2026-01-05T10:00:00+00:00","follow_up_at":"2026-01-08T09:00:00+00:00","counts":{"authorize":1,"capture":1}},"reservations":{"o1-r1":{"reservation_id":"o1-r1","state":"consumed","demands":[{"line_id":"1","sku":"mug","quantity":3},{"line_id":"2","sku":"cup","quantity":1}],"operations":3,"consumed":true}},"shipments":{"o1-s1":{"shipment_id":"o1-s1","state":"delivered","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":3,"2":1},"parcels":[{"weight_g":840}],"label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"},"operations":1,"scans":[{"status":"in_transit","at":"2026-01-06T09:00:00+00:00"},{"status":"delivered","at":"2026-01-07T09:00:00+00:00"}],"left_at":"2026-01-05T09:00:00+00:00","delivered_at":"2026-01-07T09:00:00+00:00"}}}}',10);
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
INSERT INTO "orderlife_stores" VALUES(1,'e4a33179ed09');
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
