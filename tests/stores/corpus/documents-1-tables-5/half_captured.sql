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
INSERT INTO "orderlife_answers" VALUES('','o1','command:dispatch','c5343440658b8df6516049fbf3cf42a075ca0db897ed4e443221a8b42a44885f',24,25,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:pack','49c85afeb52ec64c94304cef56c5e6162da9ac048801d3ece35ed853eca7edca',23,24,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:pick','545b28cabe986a59a5f225c79d582de9330979775830bc02c90482cd42e34bf8',12,16,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:place','cb7310c8f19bcadf1266448d52baf0b81f986cd03f9ced5e5b035d92f75d9921',0,3,1);
INSERT INTO "orderlife_answers" VALUES('','o1','command:reship','5fd0dea787b13d143804b8d94999bea6732931ac4d55177038c2a27152248eef',16,18,0);
CREATE TABLE orderlife_channel_numbers (
    tenant TEXT NOT NULL,
    channel TEXT NOT NULL,
    number TEXT NOT NULL,
    order_id TEXT NOT NULL,
    CONSTRAINT orderlife_channel_numbers_pkey
        PRIMARY KEY (tenant, channel, number)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "orderlife_effects" VALUES('','o1-r1:reserve:1','o1',1,'inventory','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r1:reserve:1","order_id":"o1","reservation_id":"o1-r1","demands":[{"line_id":"1","sku":"mug","quantity":7}],"until":"2026-01-05T11:00:00+00:00"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1-r1:reserve:1','32f0a77b52fdaa2d2c5635db8f843d0faabbf9d29f9f49c53173e9922dd71b68',0);
INSERT INTO "orderlife_effects" VALUES('','o1:authorize:1','o1',2,'payment','{"kind":"intent","schema":1,"data":{"type":"Authorize","operation_id":"o1:authorize:1","order_id":"o1","amount":"88.26 EUR","payment_id":"p1","tender":{"kind":"card","token":"tok_visa"}}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1:authorize:1','605d84fed1caf2293c95ba04cffe9909d34ced68133ad47b7a6b45e0b883861e',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:8','o1',3,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:8","order_id":"o1","message":"order_confirmed","audience":"customer","subject":"o1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1:notify:8','b7b3df75c97660493214b2300bbde32759174fd034a50439ce855ada95a74247',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:allocate:2','o1',4,'inventory','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r1:allocate:2","order_id":"o1","reservation_id":"o1-r1"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1-r1:allocate:2','84c927dc842db211a869da6bb1620455d9df6e817f43219fc7ceb71a3f642dc8',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:consume:3','o1',5,'inventory','{"kind":"intent","schema":1,"data":{"type":"Consume","operation_id":"o1-r1:consume:3","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3}],"written_off":true}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1-r1:consume:3','c550481f841aaee0e6ce0c7462ce65b6f387b807697b41a44d93cd429384c85f',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:16','o1',6,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:16","order_id":"o1","message":"exception_opened","audience":"staff","subject":"o1","contact":"o1:contact","details":{"exception":"x1","kind":"short_pick"}}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1:notify:16','92b8408179fd52e174951c7f8287025955fd2b017bbf8cab035659028e34e4fb',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r2:reserve:1','o1',7,'inventory','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r2:reserve:1","order_id":"o1","reservation_id":"o1-r2","demands":[{"line_id":"1","sku":"mug","quantity":3}],"until":"2026-01-05T11:00:00+00:00"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1-r2:reserve:1','cd3286526c57ceebe8e9c9bc256babad40d6b6a92606af54ddbc562b22637f38',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r2:allocate:2','o1',8,'inventory','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r2:allocate:2","order_id":"o1","reservation_id":"o1-r2"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1-r2:allocate:2','dbf4a403b8e9cd40616f7ba0224f41a646bea8f0c46641484a029789b74ec7a9',0);
INSERT INTO "orderlife_effects" VALUES('','o1-s1:label:1','o1',9,'carrier','{"kind":"intent","schema":1,"data":{"type":"BuyLabel","operation_id":"o1-s1:label:1","order_id":"o1","subject":"o1-s1","purpose":"outbound","place":"main","address":"o1:ship_to","parcels":[{"weight_g":840}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1-s1:label:1','ac5c3a377d0210b6008641457d82148a5770ebd1847bf83102cd614ae2b5e497',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:27','o1',10,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:27","order_id":"o1","message":"shipping_confirmation","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1:notify:27','06f62b4f3339bdda766fab3d7f983d7fa5cde2bc5bcfb8ba22b492c893b42f70',0);
INSERT INTO "orderlife_effects" VALUES('','o1:capture:1','o1',11,'payment','{"kind":"intent","schema":1,"data":{"type":"Capture","operation_id":"o1:capture:1","order_id":"o1","amount":"50.42 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1","final":false}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1:capture:1','eb21e0d197b03232d18f791490e3df2a269a17c79d5afaa32610c0b892d83766',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:consume:4','o1',12,'inventory','{"kind":"intent","schema":1,"data":{"type":"Consume","operation_id":"o1-r1:consume:4","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":4}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'1e9a6f0bc983.o1-r1:consume:4','dc145a2848104bf896041464ba3757895f8856bcb38218f5fa37fb339998a725',0);
CREATE TABLE orderlife_events (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT orderlife_events_pkey PRIMARY KEY (tenant, order_id, sequence),
    CONSTRAINT orderlife_events_sequence CHECK (sequence >= 1)
) STRICT;
INSERT INTO "orderlife_events" VALUES('','o1',1,'{"kind":"recorded","schema":1,"data":{"sequence":1,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"OrderPlaced","order_id":"o1","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":7,"unit_price":"10.00 EUR","goods_minor":6996,"tax_minor":1331,"tax_added":true,"shipping_minor":499,"discount_minor":4,"shares":"proportional"}],"total_minor":8826,"shipping_minor":499,"tax_minor":1331,"discount_minor":4,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to"},"at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}]}}}','b5e61fdfbea8e9f381b09ddaf4cd6dac3e5cda07c5c7b90e4f95d5e541c48770');
INSERT INTO "orderlife_events" VALUES('','o1',2,'{"kind":"recorded","schema":1,"data":{"sequence":2,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"PaymentAwaited","until":"2026-01-05T10:00:00+00:00"}}}','abf38848ba288b21db1c555365b20fe66916ed9a6949951ffbb32f675566e8ef');
INSERT INTO "orderlife_events" VALUES('','o1',3,'{"kind":"recorded","schema":1,"data":{"sequence":3,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"ReservationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":7}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}}}','aa0e2506e5e88c380d7f9a0c30cb6b87303e1f5e16799af5dfb66fe58aefaef5');
INSERT INTO "orderlife_events" VALUES('','o1',4,'{"kind":"recorded","schema":1,"data":{"sequence":4,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","event":{"type":"StockHeld","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":7}]}}}','8cb072529f888c5ce7ad37344bce346ce983afab10965f2e477d2a03889a985e');
INSERT INTO "orderlife_events" VALUES('','o1',5,'{"kind":"recorded","schema":1,"data":{"sequence":5,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","event":{"type":"PaymentRequested","operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":8826,"subject":"o1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0}}}','5f674fcffdd44e4619392e7168a8b2bfb2fc509b98475a6dabdc24b14354ce24');
INSERT INTO "orderlife_events" VALUES('','o1',6,'{"kind":"recorded","schema":1,"data":{"sequence":6,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"PaymentRecorded","operation_id":"o1:authorize:1","trigger":"succeed","reference":"ref-o1:authorize:1","movements":[{"kind":"authorized","payment_id":"p1","minor":8826,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}],"captures_in_parts":true}}}','18f47d391ff143a54e5de0f2a9c2cdbc679edc6a35b88ee455750c302806420f');
INSERT INTO "orderlife_events" VALUES('','o1',7,'{"kind":"recorded","schema":1,"data":{"sequence":7,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"FraudScreened","screening":{"verdict":"accept","reason":"o1: no rule"}}}}','e88a80fdf50d355290161f90c24c6f98e86a977661ceeb41ff057f81b71ac126');
INSERT INTO "orderlife_events" VALUES('','o1',8,'{"kind":"recorded","schema":1,"data":{"sequence":8,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"OrderConfirmed"}}}','f8ff3ffa26b73f087b1307629172bb17f7c3aff32de07779277733bb5534c14e');
INSERT INTO "orderlife_events" VALUES('','o1',9,'{"kind":"recorded","schema":1,"data":{"sequence":9,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"AllocationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:allocate:2"}}}','02382e609ad20569157666baff1bdc6c9a6afca6fa3aa20efba0c9255699a916');
INSERT INTO "orderlife_events" VALUES('','o1',10,'{"kind":"recorded","schema":1,"data":{"sequence":10,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"StockAllocated","reservation_id":"o1-r1"}}}','d11368c1b74a217ab83dd447c3ba5d3c4c45c187f03c4a1355d1afdc42a8c5fa');
INSERT INTO "orderlife_events" VALUES('','o1',11,'{"kind":"recorded","schema":1,"data":{"sequence":11,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":7},"subject":"o1-r1"}}}','df66ff0c17ec5224a18946de5501187a648b0b062f850f904f495e64db33a8df');
INSERT INTO "orderlife_events" VALUES('','o1',12,'{"kind":"recorded","schema":1,"data":{"sequence":12,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"ShipmentPlanned","shipment_id":"o1-s1","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":7}}}}','e75a7d950b328c16bf282d32efb1636676c7faf8a1423a17c52a5336251fea17');
INSERT INTO "orderlife_events" VALUES('','o1',13,'{"kind":"recorded","schema":1,"data":{"sequence":13,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","event":{"type":"ShipmentPicked","shipment_id":"o1-s1","items":{"1":4},"short":{"1":3}}}}','0e086afed68217981a5ed36db64de438ffea4db679061137367ddbe10a5d3763');
INSERT INTO "orderlife_events" VALUES('','o1',14,'{"kind":"recorded","schema":1,"data":{"sequence":14,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","event":{"type":"StockConsumed","reservation_id":"o1-r1","operation_id":"o1-r1:consume:3","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3}],"subject":"o1-s1","written_off":true}}}','9eb1e1b396819f41c40401b8573254ccc5e09031310210ae5d9d462c9329351f');
INSERT INTO "orderlife_events" VALUES('','o1',15,'{"kind":"recorded","schema":1,"data":{"sequence":15,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","event":{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3},"subject":"o1-r1","undo":true}}}','bfebd42d1e95d092ea3542c8eb7b9eabcb4a29fb6027118fad7b46f57bb7abfb');
INSERT INTO "orderlife_events" VALUES('','o1',16,'{"kind":"recorded","schema":1,"data":{"sequence":16,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","event":{"type":"ExceptionOpened","item":{"exception_id":"x1","contradiction":{"kind":"short_pick","subject":"o1-s1","expected":"7 units at main","observed":"3 of them were not there","quantities":{"1":3}},"opened_at":"2026-01-05T09:00:00+00:00"}}}}','bc8b7e06551f9e65f0d7978ce0c04b570c708a4b79876f73c71829b35de746dc');
INSERT INTO "orderlife_events" VALUES('','o1',17,'{"kind":"recorded","schema":1,"data":{"sequence":17,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"reship","event":{"type":"ExceptionResolved","exception_id":"x1","remedy":"reship","note":"found three more","by":"staff:desk"}}}','b9a7230709b5f41289c2c250a400a1f14684d8a3f84513fb2ed07744098d529c');
INSERT INTO "orderlife_events" VALUES('','o1',18,'{"kind":"recorded","schema":1,"data":{"sequence":18,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"reship","event":{"type":"ReservationRequested","reservation_id":"o1-r2","operation_id":"o1-r2:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":3}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}}}','8fb52d41e3255806296135b3ec71ab7ae2cbd214ec669525faaa832cff7dcbaa');
INSERT INTO "orderlife_events" VALUES('','o1',19,'{"kind":"recorded","schema":1,"data":{"sequence":19,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r2:reserve:1","event":{"type":"StockHeld","reservation_id":"o1-r2","operation_id":"o1-r2:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":3}]}}}','dcce068030c44c637fc8bbf9c32720263af13b80f0d4e726552efc904b2c432f');
INSERT INTO "orderlife_events" VALUES('','o1',20,'{"kind":"recorded","schema":1,"data":{"sequence":20,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r2:reserve:1","event":{"type":"AllocationRequested","reservation_id":"o1-r2","operation_id":"o1-r2:allocate:2"}}}','a348858a52f749ef961d3de74e65b389c95a343b6c5f80f2a1deed3a61632189');
INSERT INTO "orderlife_events" VALUES('','o1',21,'{"kind":"recorded","schema":1,"data":{"sequence":21,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r2:allocate:2","event":{"type":"StockAllocated","reservation_id":"o1-r2"}}}','d9577deee32f669300fe76b8201f8e4be290968db8001f6ef9cda62ed2819f22');
INSERT INTO "orderlife_events" VALUES('','o1',22,'{"kind":"recorded","schema":1,"data":{"sequence":22,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r2:allocate:2","event":{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":3},"subject":"o1-r2"}}}','653bf69a498a4da7bfbff383598518e56ea949b82c1f3f6e8e8e98b2a5eb10b1');
INSERT INTO "orderlife_events" VALUES('','o1',23,'{"kind":"recorded","schema":1,"data":{"sequence":23,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r2:allocate:2","event":{"type":"ShipmentPlanned","shipment_id":"o1-s2","reservation_id":"o1-r2","place":"main","seller":"","items":{"1":3}}}}','248f58c16fcfaf68e6b31524b1edfeb7fff589c740a7fbca55eeffcb20782622');
INSERT INTO "orderlife_events" VALUES('','o1',24,'{"kind":"recorded","schema":1,"data":{"sequence":24,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pack","event":{"type":"ShipmentPacked","shipment_id":"o1-s1","parcels":[{"weight_g":840}]}}}','56d0bbb4444213b549f42e1548f5365f3f43dfceb265b814bd275741e7c67c12');
INSERT INTO "orderlife_events" VALUES('','o1',25,'{"kind":"recorded","schema":1,"data":{"sequence":25,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"dispatch","event":{"type":"LabelRequested","shipment_id":"o1-s1","operation_id":"o1-s1:label:1","dispatch":true}}}','2d0081f4d23a384a8ebc5b335484a989ebbf53ca4cccf3e850f95dd148858e6e');
INSERT INTO "orderlife_events" VALUES('','o1',26,'{"kind":"recorded","schema":1,"data":{"sequence":26,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"LabelBought","shipment_id":"o1-s1","label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"}}}}','20e85d59d45f9ee0f16c4fcc94c44117743d9b2f20e11b0e2e447f22e32ee453');
INSERT INTO "orderlife_events" VALUES('','o1',27,'{"kind":"recorded","schema":1,"data":{"sequence":27,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"ShipmentDispatched","shipment_id":"o1-s1","at":"2026-01-05T09:00:00+00:00"}}}','cdefc6db243c7af4bcbdd7dc2298d746ad4f1e9f8aeaf499afcfd950a080cbf7');
INSERT INTO "orderlife_events" VALUES('','o1',28,'{"kind":"recorded","schema":1,"data":{"sequence":28,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"UnitsRecorded","counter":"shipped","quantities":{"1":4},"subject":"o1-s1"}}}','5f85c7abb0261a29ea5448f1986a7b27071ea2e9986c0e2a6a3ccdc3f0a61e75');
INSERT INTO "orderlife_events" VALUES('','o1',29,'{"kind":"recorded","schema":1,"data":{"sequence":29,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"PaymentRequested","operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":5042,"subject":"o1-s1"}}}','e838f6d7fb5abdd5174a2efe50cb96afaf2987a1bace86f350c7dd531ddb9f7c');
INSERT INTO "orderlife_events" VALUES('','o1',30,'{"kind":"recorded","schema":1,"data":{"sequence":30,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"StockConsumed","reservation_id":"o1-r1","operation_id":"o1-r1:consume:4","items":[{"line_id":"1","sku":"mug","place":"main","quantity":4}],"subject":"o1-s1"}}}','0ff85b544180f82868f75f7dd620f714c10e097df15465fb6323e89d62d3faf2');
INSERT INTO "orderlife_events" VALUES('','o1',31,'{"kind":"recorded","schema":1,"data":{"sequence":31,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:capture:1","event":{"type":"PaymentRecorded","operation_id":"o1:capture:1","trigger":"succeed","reference":"ref-o1:capture:1","movements":[{"kind":"captured","payment_id":"p1","minor":5042,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"}]}}}','b766b0dd9aaa37673e856e6d6cf4392c36482d45c01d907c427308ed0091a036');
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
INSERT INTO "orderlife_orders" VALUES('','o1',31,'b766b0dd9aaa37673e856e6d6cf4392c36482d45c01d907c427308ed0091a036','',NULL,1767603600000000,'','','ada','confirmed','partially_paid','partially_shipped','none',0,'EUR',8826,1767603600000000,'{"kind":"case","schema":1,"data":{"order_id":"o1","version":31,"order":{"order_id":"o1","state":"confirmed","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":7,"unit_price":"10.00 EUR","goods_minor":6996,"tax_minor":1331,"tax_added":true,"shipping_minor":499,"discount_minor":4,"shares":"proportional"}],"total_minor":8826,"shipping_minor":499,"tax_minor":1331,"discount_minor":4,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to"},"units":{"1":{"ordered":7,"allocated":7,"shipped":4}},"placed_at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}],"payments":[{"payment_id":"p1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0,"asked_minor":8826,"reference":"ref-o1:authorize:1","captures_in_parts":true}],"operations":{"o1:authorize:1":{"operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":8826,"state":"succeeded","subject":"o1","reference":"ref-o1:authorize:1"},"o1:capture:1":{"operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":5042,"state":"succeeded","subject":"o1-s1","reference":"ref-o1:capture:1"}},"movements":[{"kind":"authorized","payment_id":"p1","minor":8826,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"},{"kind":"captured","payment_id":"p1","minor":5042,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"}],"screening":{"verdict":"accept","reason":"o1: no rule"},"exceptions":[{"exception_id":"x1","contradiction":{"kind":"short_pick","subject":"o1-s1","expected":"7 units at main","observed":"3 of them were not there","quantities":{"1":3}},"opened_at":"2026-01-05T09:00:00+00:00","remedy":"reship","note":"found three more","by":"staff:desk"}],"payment_due_at":"2026-01-05T10:00:00+00:00","counts":{"authorize":1,"exception":1,"capture":1}},"reservations":{"o1-r1":{"reservation_id":"o1-r1","state":"consumed","demands":[{"line_id":"1","sku":"mug","quantity":7}],"operations":4,"consumed":true},"o1-r2":{"reservation_id":"o1-r2","state":"allocated","demands":[{"line_id":"1","sku":"mug","quantity":3}],"items":[{"line_id":"1","sku":"mug","place":"main","quantity":3}],"operations":2}},"shipments":{"o1-s1":{"shipment_id":"o1-s1","state":"dispatched","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":4},"parcels":[{"weight_g":840}],"label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"},"operations":1,"left_at":"2026-01-05T09:00:00+00:00"},"o1-s2":{"shipment_id":"o1-s2","state":"planned","reservation_id":"o1-r2","place":"main","seller":"","items":{"1":3}}}}}',12);
CREATE TABLE orderlife_people (
    tenant TEXT NOT NULL,
    ref TEXT NOT NULL,
    order_id TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT orderlife_people_pkey PRIMARY KEY (tenant, ref)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_people" VALUES('','o1:contact','o1','{"kind":"personal","schema":1,"data":{"type":"Contact","email":"ada@example.org","name":"Ada"}}');
INSERT INTO "orderlife_people" VALUES('','o1:ship_to','o1','{"kind":"personal","schema":1,"data":{"type":"Address","name":"Ada","lines":["1 Mill Lane"],"city":"Bonn","country":"DE"}}');
CREATE TABLE orderlife_stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT orderlife_stores_pkey PRIMARY KEY (number)
) STRICT;
INSERT INTO "orderlife_stores" VALUES(1,'1e9a6f0bc983');
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
