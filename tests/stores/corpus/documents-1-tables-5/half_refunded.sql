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
INSERT INTO "orderlife_answers" VALUES('','o1','command:inspect','b094bc68dabe41edb03ea57e32ddd8611ddd3ab276962b9ca1b7fbf3ae9964aa',32,36,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:pack','49c85afeb52ec64c94304cef56c5e6162da9ac048801d3ece35ed853eca7edca',13,14,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:pick','0d85acf295f9ca1b8316bf8fbf06eccd32a1f52550dcdd8514aae599dd9cc023',12,13,0);
INSERT INTO "orderlife_answers" VALUES('','o1','command:place','cb7310c8f19bcadf1266448d52baf0b81f986cd03f9ced5e5b035d92f75d9921',0,3,1);
INSERT INTO "orderlife_answers" VALUES('','o1','command:return','37e456a2821331ef4e6a4eec767b96e568aa3f11d9c5fe3ea7a38004553bb16a',25,28,0);
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
INSERT INTO "orderlife_effects" VALUES('','o1-r1:reserve:1','o1',1,'inventory','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r1:reserve:1","order_id":"o1","reservation_id":"o1-r1","demands":[{"line_id":"1","sku":"mug","quantity":7}],"until":"2026-01-05T11:00:00+00:00"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'20b7ef2bbe25.o1-r1:reserve:1','32f0a77b52fdaa2d2c5635db8f843d0faabbf9d29f9f49c53173e9922dd71b68',0);
INSERT INTO "orderlife_effects" VALUES('','o1:authorize:1','o1',2,'payment','{"kind":"intent","schema":1,"data":{"type":"Authorize","operation_id":"o1:authorize:1","order_id":"o1","amount":"88.26 EUR","payment_id":"p1","tender":{"kind":"card","token":"tok_visa"}}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'20b7ef2bbe25.o1:authorize:1','605d84fed1caf2293c95ba04cffe9909d34ced68133ad47b7a6b45e0b883861e',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:8','o1',3,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:8","order_id":"o1","message":"order_confirmed","audience":"customer","subject":"o1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'20b7ef2bbe25.o1:notify:8','b7b3df75c97660493214b2300bbde32759174fd034a50439ce855ada95a74247',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:allocate:2','o1',4,'inventory','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r1:allocate:2","order_id":"o1","reservation_id":"o1-r1"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'20b7ef2bbe25.o1-r1:allocate:2','84c927dc842db211a869da6bb1620455d9df6e817f43219fc7ceb71a3f642dc8',0);
INSERT INTO "orderlife_effects" VALUES('','o1-s1:label:1','o1',5,'carrier','{"kind":"intent","schema":1,"data":{"type":"BuyLabel","operation_id":"o1-s1:label:1","order_id":"o1","subject":"o1-s1","purpose":"outbound","place":"main","address":"o1:ship_to","parcels":[{"weight_g":840}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'20b7ef2bbe25.o1-s1:label:1','ac5c3a377d0210b6008641457d82148a5770ebd1847bf83102cd614ae2b5e497',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:17','o1',6,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:17","order_id":"o1","message":"shipping_confirmation","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'20b7ef2bbe25.o1:notify:17','0c2f81e6c5de39e1bb0472090f89bb31a3a469f03cde545fb8774205bc730125',0);
INSERT INTO "orderlife_effects" VALUES('','o1:capture:1','o1',7,'payment','{"kind":"intent","schema":1,"data":{"type":"Capture","operation_id":"o1:capture:1","order_id":"o1","amount":"88.26 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1","final":true}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'20b7ef2bbe25.o1:capture:1','804d75e3f5b40141ff913cd76d8682633807bfb3c7ab6c4a85ae7bfd54d54392',0);
INSERT INTO "orderlife_effects" VALUES('','o1-r1:consume:3','o1',8,'inventory','{"kind":"intent","schema":1,"data":{"type":"Consume","operation_id":"o1-r1:consume:3","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":7}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'20b7ef2bbe25.o1-r1:consume:3','a8d9261eb7c7b394d4e00151eb0e94ed264d4943ec0e80181a09506dfc2838ca',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:22','o1',9,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:22","order_id":"o1","message":"shipping_update","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767690000000000,1767690000000000,1,'','',1767690000000000,1,'20b7ef2bbe25.o1:notify:22','87d35ec2d854bd8f47665005fbdd28265379817c72f67da9c3643b1f0aaa8b02',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:23','o1',10,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:23","order_id":"o1","message":"delivered","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1:notify:23','fc14ec984efea30c06ad2dbfbe73230a048b69c838267649142c3e3c0c23961e',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:26','o1',11,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:26","order_id":"o1","message":"return_requested","audience":"customer","subject":"o1-t1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1:notify:26','df1de4bf647cc7c716c4cbd8df18bd9a2cf928eeb6ccf7e9a0dfc5eb6db739a5',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:27','o1',12,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:27","order_id":"o1","message":"return_approved","audience":"customer","subject":"o1-t1","contact":"o1:contact","details":{"last_day":"2026-02-06"}}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1:notify:27','2e1070a45bd421be4b5dd3e1b1787a55626b92a1d512aa6aaad757c369bf87ec',0);
INSERT INTO "orderlife_effects" VALUES('','o1-t1:label:1','o1',13,'carrier','{"kind":"intent","schema":1,"data":{"type":"BuyLabel","operation_id":"o1-t1:label:1","order_id":"o1","subject":"o1-t1","purpose":"return","place":"main","address":"o1:ship_to"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1-t1:label:1','a808ee021090f389ed4ad4f8f3ca3d536a89a3b99a46dd9ac0e58253f8fac375',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:29','o1',14,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:29","order_id":"o1","message":"return_label","audience":"customer","subject":"o1-t1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1:notify:29','730abbd98c2fc8ad2e689e47dd0829c2cba7c0b52b843eef8e3b50caf6c3f645',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:30','o1',15,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:30","order_id":"o1","message":"return_received","audience":"customer","subject":"o1-t1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1:notify:30','6d5215eb63fe61da60c4fcd0423050b8f8b4ba5c317aabf0ad382a51916136ad',0);
INSERT INTO "orderlife_effects" VALUES('','o1-t1:restock:2','o1',16,'inventory','{"kind":"intent","schema":1,"data":{"type":"Restock","operation_id":"o1-t1:restock:2","order_id":"o1","subject":"o1-t1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":4}],"disposition":"scrap"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1-t1:restock:2','20af08966b635dd40262e076b2c27f75dc0fe798f7dbe0120243fb7169f4b2c8',0);
INSERT INTO "orderlife_effects" VALUES('','o1:refund:1','o1',17,'payment','{"kind":"intent","schema":1,"data":{"type":"Refund","operation_id":"o1:refund:1","order_id":"o1","amount":"50.42 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1","reason":"defective"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1:refund:1','02c17f2adbf801074f13a1b467ed7b2eebe69129a76cfcf5a8abd4cf40f162a5',0);
INSERT INTO "orderlife_effects" VALUES('','o1:notify:37','o1',18,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:37","order_id":"o1","message":"order_refunded","audience":"customer","subject":"o1","contact":"o1:contact","details":{"amount":"50.42 EUR"}}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'20b7ef2bbe25.o1:notify:37','c06004c0091c7c343f0b6d767354fd98bbf13fc5181a8f45a7ee63f4384162ed',0);
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
INSERT INTO "orderlife_events" VALUES('','o1',13,'{"kind":"recorded","schema":1,"data":{"sequence":13,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","event":{"type":"ShipmentPicked","shipment_id":"o1-s1","items":{"1":7}}}}','d33ee962efa8cddf3c888da509cd9001c04e0c31172bb329f26ea94a6c817e7e');
INSERT INTO "orderlife_events" VALUES('','o1',14,'{"kind":"recorded","schema":1,"data":{"sequence":14,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pack","event":{"type":"ShipmentPacked","shipment_id":"o1-s1","parcels":[{"weight_g":840}]}}}','ceca4ecb80d4c653ad00db947e05d628f24c78858c9fcd3ece5146356b6e99e3');
INSERT INTO "orderlife_events" VALUES('','o1',15,'{"kind":"recorded","schema":1,"data":{"sequence":15,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"dispatch","event":{"type":"LabelRequested","shipment_id":"o1-s1","operation_id":"o1-s1:label:1","dispatch":true}}}','e667bcb8380f4e91b60ae37144fa0419d965cc2ef6ec9900f17f0855a4dae895');
INSERT INTO "orderlife_events" VALUES('','o1',16,'{"kind":"recorded","schema":1,"data":{"sequence":16,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"LabelBought","shipment_id":"o1-s1","label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"}}}}','46550aa6570065675e0c4b88a68d541313ddf63c58ab979a640f25a1f7b9a759');
INSERT INTO "orderlife_events" VALUES('','o1',17,'{"kind":"recorded","schema":1,"data":{"sequence":17,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"ShipmentDispatched","shipment_id":"o1-s1","at":"2026-01-05T09:00:00+00:00"}}}','6f36b224c1eabda703a8e81b089b6678cc24333bf561239327b51c7910cb9af1');
INSERT INTO "orderlife_events" VALUES('','o1',18,'{"kind":"recorded","schema":1,"data":{"sequence":18,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"UnitsRecorded","counter":"shipped","quantities":{"1":7},"subject":"o1-s1"}}}','f0f4fca7aebbba0101fde7ff07f577f10610cb798f2a6c9c0a28878590cf57b8');
INSERT INTO "orderlife_events" VALUES('','o1',19,'{"kind":"recorded","schema":1,"data":{"sequence":19,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"PaymentRequested","operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":8826,"subject":"o1-s1","final":true}}}','788b06765afeaa185de92df6ccc598dbe7ec985741a41503ebeef80840f6814a');
INSERT INTO "orderlife_events" VALUES('','o1',20,'{"kind":"recorded","schema":1,"data":{"sequence":20,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"StockConsumed","reservation_id":"o1-r1","operation_id":"o1-r1:consume:3","items":[{"line_id":"1","sku":"mug","place":"main","quantity":7}],"subject":"o1-s1"}}}','6c3b67204fa4bc82e1afd51c50d8693f599ead844c921ba133ad4b6a3041d36e');
INSERT INTO "orderlife_events" VALUES('','o1',21,'{"kind":"recorded","schema":1,"data":{"sequence":21,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:capture:1","event":{"type":"PaymentRecorded","operation_id":"o1:capture:1","trigger":"succeed","reference":"ref-o1:capture:1","movements":[{"kind":"captured","payment_id":"p1","minor":8826,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"}]}}}','d535a996eed8bb2097ddf5b7d06307af30ece2f2e854747b95390fdd13f191f7');
INSERT INTO "orderlife_events" VALUES('','o1',22,'{"kind":"recorded","schema":1,"data":{"sequence":22,"at":"2026-01-06T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ShipmentScanned","shipment_id":"o1-s1","scan":{"status":"in_transit","at":"2026-01-06T09:00:00+00:00"},"before":"dispatched","after":"in_transit"}}}','729bc832aca2c59bfab4d6b682a12c0a754d5ec03236750e848176d7634b41ff');
INSERT INTO "orderlife_events" VALUES('','o1',23,'{"kind":"recorded","schema":1,"data":{"sequence":23,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ShipmentScanned","shipment_id":"o1-s1","scan":{"status":"delivered","at":"2026-01-07T09:00:00+00:00"},"before":"in_transit","after":"delivered"}}}','108b63953b5d3b74aa847623991e5181a0ca7aee35c7271a1d1f4e5f8487014c');
INSERT INTO "orderlife_events" VALUES('','o1',24,'{"kind":"recorded","schema":1,"data":{"sequence":24,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"UnitsRecorded","counter":"delivered","quantities":{"1":7},"subject":"o1-s1"}}}','3adf2a28274fabbdb539c5425bba5cc7aacdb52486038e7fe9b166022a5610bd');
INSERT INTO "orderlife_events" VALUES('','o1',25,'{"kind":"recorded","schema":1,"data":{"sequence":25,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"FollowUpScheduled","at":"2026-01-08T09:00:00+00:00"}}}','fd63d89267008d0d12c2cf10c733b00c27b06884cc401e5dd687b9d1954b9ceb');
INSERT INTO "orderlife_events" VALUES('','o1',26,'{"kind":"recorded","schema":1,"data":{"sequence":26,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"return","event":{"type":"ReturnRequested","return_id":"o1-t1","lines":[{"line_id":"1","quantity":4}],"reason":"defective","resolution":"refund","at":"2026-01-07T09:00:00+00:00"}}}','e13ca2d20a62ef266d6d206ca2488773ab46dce35465a3c0c50aa73e38547d08');
INSERT INTO "orderlife_events" VALUES('','o1',27,'{"kind":"recorded","schema":1,"data":{"sequence":27,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"return","event":{"type":"ReturnApproved","return_id":"o1-t1","explanation":"within 90 days of its delivery","expires_at":"2026-02-07T00:00:00+00:00"}}}','a707999948af8a5cc810f95f791af2199ea91b6511eb84ee73d74b5501ddf110');
INSERT INTO "orderlife_events" VALUES('','o1',28,'{"kind":"recorded","schema":1,"data":{"sequence":28,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"return","event":{"type":"ReturnLabelRequested","return_id":"o1-t1","operation_id":"o1-t1:label:1"}}}','6b65b2f81a215c085a440afb363e45a88658d8751b43e55dc968b470c6ec39ed');
INSERT INTO "orderlife_events" VALUES('','o1',29,'{"kind":"recorded","schema":1,"data":{"sequence":29,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-t1:label:1","event":{"type":"ReturnLabelIssued","return_id":"o1-t1","label":{"label_id":"label-o1-t1:label:1","carrier":"fake_post","tracking_number":"FK293716023258","service":"standard","cost":"4.90 EUR","document":"https://carrier.example/label-o1-t1:label:1.pdf"}}}}','2a622a2503de21a9d711604230b76679ebf539334d335fe095ef648491763577');
INSERT INTO "orderlife_events" VALUES('','o1',30,'{"kind":"recorded","schema":1,"data":{"sequence":30,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ReturnParcelReceived","return_id":"o1-t1","parcel_id":"parcel1","at":"2026-01-07T09:00:00+00:00","quantities":{"1":4},"until":"2026-01-21T09:00:00+00:00"}}}','a4ec9cc72e922a8076cd95f07ea3959bf5c6d57a3345e5e25255187eb3b7e0af');
INSERT INTO "orderlife_events" VALUES('','o1',31,'{"kind":"recorded","schema":1,"data":{"sequence":31,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ReturnReceivingEnded","return_id":"o1-t1"}}}','68dd9440857025001d3a81f00a58da487abcba178f1817db2376fc692c8eaf89');
INSERT INTO "orderlife_events" VALUES('','o1',32,'{"kind":"recorded","schema":1,"data":{"sequence":32,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"UnitsRecorded","counter":"returned","quantities":{"1":4},"subject":"o1-t1"}}}','a30373b29f94ed4e0276aa59c1d8054d7365b0e69d71ba498dcfeeed72e25623');
INSERT INTO "orderlife_events" VALUES('','o1',33,'{"kind":"recorded","schema":1,"data":{"sequence":33,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"inspect","event":{"type":"ReturnInspected","return_id":"o1-t1","findings":[{"line_id":"1","quantity":4,"condition":"defective","disposition":"scrap"}],"first_operation":2}}}','0e4cbb604f059be8a6be0cbf6c62c231f50b6746bb9de549f50e8495a62e0fce');
INSERT INTO "orderlife_events" VALUES('','o1',34,'{"kind":"recorded","schema":1,"data":{"sequence":34,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"inspect","event":{"type":"RefundGranted","subject":"o1-t1","lines":[{"kind":"goods","minor":3997,"line_id":"1"},{"kind":"tax","minor":760,"line_id":"1"},{"kind":"shipping","minor":285,"line_id":"1"}],"minor":5042,"units":{"1":4},"reason":"defective"}}}','58d8e2043a61d02e54abd4a6a2fc3514d467b5d11d7116495ed876625ef13f1d');
INSERT INTO "orderlife_events" VALUES('','o1',35,'{"kind":"recorded","schema":1,"data":{"sequence":35,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"inspect","event":{"type":"PaymentRequested","operation_id":"o1:refund:1","kind":"refund","payment_id":"p1","minor":5042,"subject":"o1-t1","reason":"defective"}}}','9123fd697898527ddb39ec56411b0096e68f87ba92fa4ec5e1a887a90044fe4d');
INSERT INTO "orderlife_events" VALUES('','o1',36,'{"kind":"recorded","schema":1,"data":{"sequence":36,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"inspect","event":{"type":"ReturnResolved","return_id":"o1-t1"}}}','e0a9f9a3f1a3b4011056740a5aa002e854c1048340bbafbc7f690bc29d088a58');
INSERT INTO "orderlife_events" VALUES('','o1',37,'{"kind":"recorded","schema":1,"data":{"sequence":37,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:refund:1","event":{"type":"PaymentRecorded","operation_id":"o1:refund:1","trigger":"succeed","reference":"ref-o1:refund:1","movements":[{"kind":"refunded","payment_id":"p1","minor":5042,"operation_id":"o1:refund:1","reference":"ref-o1:refund:1"}]}}}','6f933d85394e30d8f36a92e10d84155a1755ed6c254f8e23e7e2c427b3b5c4a3');
INSERT INTO "orderlife_events" VALUES('','o1',38,'{"kind":"recorded","schema":1,"data":{"sequence":38,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:refund:1","event":{"type":"ReturnClosed","return_id":"o1-t1"}}}','3f4ca20e4ac85994487e2c7bdef27a3468e3704bbd0d654dd09731805c369b8d');
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
INSERT INTO "orderlife_orders" VALUES('','o1',38,'3f4ca20e4ac85994487e2c7bdef27a3468e3704bbd0d654dd09731805c369b8d','{"kind":"timer","schema":1,"data":{"kind":"follow_up","subject":"o1","at":"2026-01-08T09:00:00+00:00"}}',1767862800000000,1767603600000000,'','','ada','confirmed','partially_refunded','delivered','partially_returned',0,'EUR',8826,1767776400000000,'{"kind":"case","schema":1,"data":{"order_id":"o1","version":38,"order":{"order_id":"o1","state":"confirmed","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":7,"unit_price":"10.00 EUR","goods_minor":6996,"tax_minor":1331,"tax_added":true,"shipping_minor":499,"discount_minor":4,"shares":"proportional"}],"total_minor":8826,"shipping_minor":499,"tax_minor":1331,"discount_minor":4,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to"},"units":{"1":{"ordered":7,"allocated":7,"shipped":7,"delivered":7,"returned":4,"refunded":4}},"placed_at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}],"payments":[{"payment_id":"p1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0,"asked_minor":8826,"reference":"ref-o1:authorize:1","captures_in_parts":true}],"operations":{"o1:authorize:1":{"operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":8826,"state":"succeeded","subject":"o1","reference":"ref-o1:authorize:1"},"o1:capture:1":{"operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":8826,"state":"succeeded","subject":"o1-s1","final":true,"reference":"ref-o1:capture:1"},"o1:refund:1":{"operation_id":"o1:refund:1","kind":"refund","payment_id":"p1","minor":5042,"state":"succeeded","subject":"o1-t1","reason":"defective","reference":"ref-o1:refund:1"}},"movements":[{"kind":"authorized","payment_id":"p1","minor":8826,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"},{"kind":"captured","payment_id":"p1","minor":8826,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"},{"kind":"refunded","payment_id":"p1","minor":5042,"operation_id":"o1:refund:1","reference":"ref-o1:refund:1"}],"screening":{"verdict":"accept","reason":"o1: no rule"},"payment_due_at":"2026-01-05T10:00:00+00:00","follow_up_at":"2026-01-08T09:00:00+00:00","counts":{"authorize":1,"capture":1,"refund":1}},"reservations":{"o1-r1":{"reservation_id":"o1-r1","state":"consumed","demands":[{"line_id":"1","sku":"mug","quantity":7}],"operations":3,"consumed":true}},"shipments":{"o1-s1":{"shipment_id":"o1-s1","state":"delivered","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":7},"parcels":[{"weight_g":840}],"label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"},"operations":1,"scans":[{"status":"in_transit","at":"2026-01-06T09:00:00+00:00"},{"status":"delivered","at":"2026-01-07T09:00:00+00:00"}],"left_at":"2026-01-05T09:00:00+00:00","delivered_at":"2026-01-07T09:00:00+00:00"}},"returns":{"o1-t1":{"return_id":"o1-t1","state":"closed","lines":[{"line_id":"1","quantity":4,"received":4}],"reason":"defective","resolution":"refund","requested_at":"2026-01-07T09:00:00+00:00","explanation":"within 90 days of its delivery","label":{"label_id":"label-o1-t1:label:1","carrier":"fake_post","tracking_number":"FK293716023258","service":"standard","cost":"4.90 EUR","document":"https://carrier.example/label-o1-t1:label:1.pdf"},"parcels":["parcel1"],"findings":[{"line_id":"1","quantity":4,"condition":"defective","disposition":"scrap"}],"expires_at":"2026-02-07T00:00:00+00:00","receiving_until":"2026-01-21T09:00:00+00:00","operations":2}}}}',18);
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
INSERT INTO "orderlife_stores" VALUES(1,'20b7ef2bbe25');
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
