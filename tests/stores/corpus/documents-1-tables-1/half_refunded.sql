BEGIN TRANSACTION;
CREATE TABLE orderlife_answers (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    input_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    CONSTRAINT orderlife_answers_pkey PRIMARY KEY (tenant, order_id, input_id),
    CONSTRAINT orderlife_answers_versions CHECK (last_version >= first_version)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_answers" VALUES('','o1','command:dispatch','c5343440658b8df6516049fbf3cf42a075ca0db897ed4e443221a8b42a44885f',14,15);
INSERT INTO "orderlife_answers" VALUES('','o1','command:inspect','b094bc68dabe41edb03ea57e32ddd8611ddd3ab276962b9ca1b7fbf3ae9964aa',32,36);
INSERT INTO "orderlife_answers" VALUES('','o1','command:pack','49c85afeb52ec64c94304cef56c5e6162da9ac048801d3ece35ed853eca7edca',13,14);
INSERT INTO "orderlife_answers" VALUES('','o1','command:pick','0d85acf295f9ca1b8316bf8fbf06eccd32a1f52550dcdd8514aae599dd9cc023',12,13);
INSERT INTO "orderlife_answers" VALUES('','o1','command:place','cb7310c8f19bcadf1266448d52baf0b81f986cd03f9ced5e5b035d92f75d9921',0,3);
INSERT INTO "orderlife_answers" VALUES('','o1','command:return','37e456a2821331ef4e6a4eec767b96e568aa3f11d9c5fe3ea7a38004553bb16a',25,28);
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
    CONSTRAINT orderlife_effects_pkey PRIMARY KEY (tenant, operation_id),
    CONSTRAINT orderlife_effects_key UNIQUE (tenant, key),
    CONSTRAINT orderlife_effects_state CHECK (
        state IN (
            'pending', 'claimed', 'waiting', 'in_doubt',
            'done', 'declined', 'attention'
        )
    ),
    CONSTRAINT orderlife_effects_port CHECK (
        port IN ('payment', 'carrier', 'inventory', 'notifier')
    ),
    CONSTRAINT orderlife_effects_attempts CHECK (attempts >= 0),
    CONSTRAINT orderlife_effects_generation CHECK (generation >= 1)
) STRICT;
INSERT INTO "orderlife_effects" VALUES('','o1-r1:reserve:1','o1',1,'inventory','{"kind":"intent","schema":1,"data":{"type":"Reserve","operation_id":"o1-r1:reserve:1","order_id":"o1","reservation_id":"o1-r1","demands":[{"line_id":"1","sku":"mug","quantity":7}],"until":"2026-01-05T11:00:00+00:00"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'o1-r1:reserve:1','32f0a77b52fdaa2d2c5635db8f843d0faabbf9d29f9f49c53173e9922dd71b68');
INSERT INTO "orderlife_effects" VALUES('','o1:authorize:1','o1',2,'payment','{"kind":"intent","schema":1,"data":{"type":"Authorize","operation_id":"o1:authorize:1","order_id":"o1","amount":"88.26 EUR","payment_id":"p1","tender":{"kind":"card","token":"tok_visa"}}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'o1:authorize:1','605d84fed1caf2293c95ba04cffe9909d34ced68133ad47b7a6b45e0b883861e');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:8','o1',3,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:8","order_id":"o1","message":"order_confirmed","audience":"customer","subject":"o1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'o1:notify:8','b7b3df75c97660493214b2300bbde32759174fd034a50439ce855ada95a74247');
INSERT INTO "orderlife_effects" VALUES('','o1-r1:allocate:2','o1',4,'inventory','{"kind":"intent","schema":1,"data":{"type":"Allocate","operation_id":"o1-r1:allocate:2","order_id":"o1","reservation_id":"o1-r1"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'o1-r1:allocate:2','84c927dc842db211a869da6bb1620455d9df6e817f43219fc7ceb71a3f642dc8');
INSERT INTO "orderlife_effects" VALUES('','o1-s1:label:1','o1',5,'carrier','{"kind":"intent","schema":1,"data":{"type":"BuyLabel","operation_id":"o1-s1:label:1","order_id":"o1","subject":"o1-s1","purpose":"outbound","place":"main","address":"o1:ship_to","parcels":[{"weight_g":840}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'o1-s1:label:1','ac5c3a377d0210b6008641457d82148a5770ebd1847bf83102cd614ae2b5e497');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:17','o1',6,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:17","order_id":"o1","message":"shipping_confirmation","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'o1:notify:17','0c2f81e6c5de39e1bb0472090f89bb31a3a469f03cde545fb8774205bc730125');
INSERT INTO "orderlife_effects" VALUES('','o1:capture:1','o1',7,'payment','{"kind":"intent","schema":1,"data":{"type":"Capture","operation_id":"o1:capture:1","order_id":"o1","amount":"88.26 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1","final":true}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'o1:capture:1','804d75e3f5b40141ff913cd76d8682633807bfb3c7ab6c4a85ae7bfd54d54392');
INSERT INTO "orderlife_effects" VALUES('','o1-r1:consume:3','o1',8,'inventory','{"kind":"intent","schema":1,"data":{"type":"Consume","operation_id":"o1-r1:consume:3","order_id":"o1","reservation_id":"o1-r1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":7}]}}','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,'o1-r1:consume:3','a8d9261eb7c7b394d4e00151eb0e94ed264d4943ec0e80181a09506dfc2838ca');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:22','o1',9,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:22","order_id":"o1","message":"shipping_update","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767690000000000,1767690000000000,1,'','',1767690000000000,1,'o1:notify:22','87d35ec2d854bd8f47665005fbdd28265379817c72f67da9c3643b1f0aaa8b02');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:23','o1',10,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:23","order_id":"o1","message":"delivered","audience":"customer","subject":"o1-s1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1:notify:23','fc14ec984efea30c06ad2dbfbe73230a048b69c838267649142c3e3c0c23961e');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:26','o1',11,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:26","order_id":"o1","message":"return_requested","audience":"customer","subject":"o1-t1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1:notify:26','df1de4bf647cc7c716c4cbd8df18bd9a2cf928eeb6ccf7e9a0dfc5eb6db739a5');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:27','o1',12,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:27","order_id":"o1","message":"return_approved","audience":"customer","subject":"o1-t1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1:notify:27','5dc7d5ec828d35e45751d2567d0f404cdc5ae95a9765d294190fe8b643498fa3');
INSERT INTO "orderlife_effects" VALUES('','o1-t1:label:1','o1',13,'carrier','{"kind":"intent","schema":1,"data":{"type":"BuyLabel","operation_id":"o1-t1:label:1","order_id":"o1","subject":"o1-t1","purpose":"return","place":"main","address":"o1:ship_to"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1-t1:label:1','a808ee021090f389ed4ad4f8f3ca3d536a89a3b99a46dd9ac0e58253f8fac375');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:29','o1',14,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:29","order_id":"o1","message":"return_label","audience":"customer","subject":"o1-t1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1:notify:29','730abbd98c2fc8ad2e689e47dd0829c2cba7c0b52b843eef8e3b50caf6c3f645');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:30','o1',15,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:30","order_id":"o1","message":"return_received","audience":"customer","subject":"o1-t1","contact":"o1:contact"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1:notify:30','6d5215eb63fe61da60c4fcd0423050b8f8b4ba5c317aabf0ad382a51916136ad');
INSERT INTO "orderlife_effects" VALUES('','o1-t1:restock:2','o1',16,'inventory','{"kind":"intent","schema":1,"data":{"type":"Restock","operation_id":"o1-t1:restock:2","order_id":"o1","subject":"o1-t1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":4}],"disposition":"scrap"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1-t1:restock:2','20af08966b635dd40262e076b2c27f75dc0fe798f7dbe0120243fb7169f4b2c8');
INSERT INTO "orderlife_effects" VALUES('','o1:refund:1','o1',17,'payment','{"kind":"intent","schema":1,"data":{"type":"Refund","operation_id":"o1:refund:1","order_id":"o1","amount":"50.46 EUR","payment_id":"p1","authorization":"ref-o1:authorize:1","reason":"defective"}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1:refund:1','b0ec212378366cce805f683148e902428a2b1c12476c09fd72215ef4504cf33b');
INSERT INTO "orderlife_effects" VALUES('','o1:notify:37','o1',18,'notifier','{"kind":"intent","schema":1,"data":{"type":"Notify","operation_id":"o1:notify:37","order_id":"o1","message":"order_refunded","audience":"customer","subject":"o1","contact":"o1:contact","details":{"amount":"50.46 EUR"}}}','done',1767776400000000,1767776400000000,1,'','',1767776400000000,1,'o1:notify:37','e7b0a3dfa99a96e29865f23cb3d27e35914e7385c3222b05c55eb4e73ce3058d');
CREATE TABLE orderlife_events (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT orderlife_events_pkey PRIMARY KEY (tenant, order_id, sequence),
    CONSTRAINT orderlife_events_sequence CHECK (sequence >= 1)
) STRICT;
INSERT INTO "orderlife_events" VALUES('','o1',1,'{"kind":"recorded","schema":1,"data":{"sequence":1,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"OrderPlaced","order_id":"o1","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":7,"unit_price":"10.00 EUR","goods_minor":6996,"tax_minor":1331,"tax_added":true,"shipping_minor":499,"discount_minor":4}],"total_minor":8826,"shipping_minor":499,"tax_minor":1331,"discount_minor":4,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to"},"at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}]}}}','d0463cae27772d2de41a05a978b65e67506f94e3b2f6b18863bfc75bb79c2a7f');
INSERT INTO "orderlife_events" VALUES('','o1',2,'{"kind":"recorded","schema":1,"data":{"sequence":2,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"PaymentAwaited","until":"2026-01-05T10:00:00+00:00"}}}','379f85e54eba7944d15a8ccfc80476c2142f60f4038f827adbfe190d3c25dca1');
INSERT INTO "orderlife_events" VALUES('','o1',3,'{"kind":"recorded","schema":1,"data":{"sequence":3,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"place","event":{"type":"ReservationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","demands":[{"line_id":"1","sku":"mug","quantity":7}],"until":"2026-01-05T11:00:00+00:00","check_at":"2026-01-06T09:00:00+00:00"}}}','dc7432c1733776bf0bfe188a30789ab94c19ea1d9955f2b59b83c9d2d808e219');
INSERT INTO "orderlife_events" VALUES('','o1',4,'{"kind":"recorded","schema":1,"data":{"sequence":4,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","event":{"type":"StockHeld","reservation_id":"o1-r1","operation_id":"o1-r1:reserve:1","items":[{"line_id":"1","sku":"mug","place":"main","quantity":7}]}}}','fdd1879d662d752ea38473ecde9bfa3172f4e608b6d5fa5dcf76e5b9aa02d04e');
INSERT INTO "orderlife_events" VALUES('','o1',5,'{"kind":"recorded","schema":1,"data":{"sequence":5,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:reserve:1","event":{"type":"PaymentRequested","operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":8826,"subject":"o1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0}}}','bff9f6f328ede663aca1c66d89312dffb649e2e9d4534d9b6b9d6a69d5011f92');
INSERT INTO "orderlife_events" VALUES('','o1',6,'{"kind":"recorded","schema":1,"data":{"sequence":6,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"PaymentRecorded","operation_id":"o1:authorize:1","trigger":"succeed","reference":"ref-o1:authorize:1","movements":[{"kind":"authorized","payment_id":"p1","minor":8826,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"}]}}}','d04e9ed57b503ba736f4814649f351175c72797b26fc12bc3925effb536bd98d');
INSERT INTO "orderlife_events" VALUES('','o1',7,'{"kind":"recorded","schema":1,"data":{"sequence":7,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"FraudScreened","screening":{"verdict":"accept","reason":"o1: no rule"}}}}','9e180283ea038f00d81a0a59fe92a849dc7de101ce20ab8656457718d468d95c');
INSERT INTO "orderlife_events" VALUES('','o1',8,'{"kind":"recorded","schema":1,"data":{"sequence":8,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"OrderConfirmed"}}}','223c375e12dbae4e9650038e59a78982a2697fc9deffed8627453b501976f933');
INSERT INTO "orderlife_events" VALUES('','o1',9,'{"kind":"recorded","schema":1,"data":{"sequence":9,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:authorize:1","event":{"type":"AllocationRequested","reservation_id":"o1-r1","operation_id":"o1-r1:allocate:2"}}}','2a8ea328ecffe35d5327eb6cb0a9b69c7e654913338cedeb7c3e2a73a467f1d2');
INSERT INTO "orderlife_events" VALUES('','o1',10,'{"kind":"recorded","schema":1,"data":{"sequence":10,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"StockAllocated","reservation_id":"o1-r1"}}}','d72d7483041e42a15e8d721bbce38b75d10f77c4447c60ec9c43d18e097ddbc7');
INSERT INTO "orderlife_events" VALUES('','o1',11,'{"kind":"recorded","schema":1,"data":{"sequence":11,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"UnitsRecorded","counter":"allocated","quantities":{"1":7},"subject":"o1-r1"}}}','289d28917998213b17fea71a2e6ce15dadf23580c74e6c6e3c2c794fdec776e2');
INSERT INTO "orderlife_events" VALUES('','o1',12,'{"kind":"recorded","schema":1,"data":{"sequence":12,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"inventory"},"cause":"o1-r1:allocate:2","event":{"type":"ShipmentPlanned","shipment_id":"o1-s1","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":7}}}}','f81c5c299237a3ff9760ac92e09119347f6f5f12b7de429388449cf92a18f810');
INSERT INTO "orderlife_events" VALUES('','o1',13,'{"kind":"recorded","schema":1,"data":{"sequence":13,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pick","event":{"type":"ShipmentPicked","shipment_id":"o1-s1","items":{"1":7}}}}','6154e2fda55eed7aa2c2c649d136021ac3bc78e0e153614ba4c16b4f7a40be0e');
INSERT INTO "orderlife_events" VALUES('','o1',14,'{"kind":"recorded","schema":1,"data":{"sequence":14,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"pack","event":{"type":"ShipmentPacked","shipment_id":"o1-s1","parcels":[{"weight_g":840}]}}}','b789ad731ca8a0c6f0897917a13ff65a22777ecbe2ca52b77fe55e3db717366f');
INSERT INTO "orderlife_events" VALUES('','o1',15,'{"kind":"recorded","schema":1,"data":{"sequence":15,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"dispatch","event":{"type":"LabelRequested","shipment_id":"o1-s1","operation_id":"o1-s1:label:1","dispatch":true}}}','85f721cc35a3b65fd85c5d3c49049c7a00a9a7bf60936de3d7bf65f36979da3c');
INSERT INTO "orderlife_events" VALUES('','o1',16,'{"kind":"recorded","schema":1,"data":{"sequence":16,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"LabelBought","shipment_id":"o1-s1","label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"}}}}','6b89f20cfb5e31b45a7102a3462d99414f68eb2b109c66a72e5c2fa57fdc332e');
INSERT INTO "orderlife_events" VALUES('','o1',17,'{"kind":"recorded","schema":1,"data":{"sequence":17,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"ShipmentDispatched","shipment_id":"o1-s1","at":"2026-01-05T09:00:00+00:00"}}}','26ec9376bda661980cfd96b9a954fa7ca80d39de1692c8ef7a0e083f1e8123a8');
INSERT INTO "orderlife_events" VALUES('','o1',18,'{"kind":"recorded","schema":1,"data":{"sequence":18,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"UnitsRecorded","counter":"shipped","quantities":{"1":7},"subject":"o1-s1"}}}','c24d4b9137a18048bd247fd52e9091f1117355d0043df866409c94ad5dc8f719');
INSERT INTO "orderlife_events" VALUES('','o1',19,'{"kind":"recorded","schema":1,"data":{"sequence":19,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"PaymentRequested","operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":8826,"subject":"o1-s1","final":true}}}','93e1d77e772ccf899a33a8d6d8437a472144d47acedf6331cce491e6e0efba27');
INSERT INTO "orderlife_events" VALUES('','o1',20,'{"kind":"recorded","schema":1,"data":{"sequence":20,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-s1:label:1","event":{"type":"StockConsumed","reservation_id":"o1-r1","operation_id":"o1-r1:consume:3","items":[{"line_id":"1","sku":"mug","place":"main","quantity":7}],"subject":"o1-s1"}}}','750c214459344526315196e4876ea5e52d6a3bcd389520c9bba5a4b614e0788a');
INSERT INTO "orderlife_events" VALUES('','o1',21,'{"kind":"recorded","schema":1,"data":{"sequence":21,"at":"2026-01-05T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:capture:1","event":{"type":"PaymentRecorded","operation_id":"o1:capture:1","trigger":"succeed","reference":"ref-o1:capture:1","movements":[{"kind":"captured","payment_id":"p1","minor":8826,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"}]}}}','7b5d8ccd8ef80a33fdccda7154b9f2cb6e27be6021e0860d2b2dc41b9a0975a1');
INSERT INTO "orderlife_events" VALUES('','o1',22,'{"kind":"recorded","schema":1,"data":{"sequence":22,"at":"2026-01-06T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ShipmentScanned","shipment_id":"o1-s1","scan":{"status":"in_transit","at":"2026-01-06T09:00:00+00:00"},"before":"dispatched","after":"in_transit"}}}','8b2969323143c37b05556702136bc2b4e2335cb5bd011222f8ce7d1e3ede1a13');
INSERT INTO "orderlife_events" VALUES('','o1',23,'{"kind":"recorded","schema":1,"data":{"sequence":23,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ShipmentScanned","shipment_id":"o1-s1","scan":{"status":"delivered","at":"2026-01-07T09:00:00+00:00"},"before":"in_transit","after":"delivered"}}}','88f39d1d8bfde99784896d4414bc159a4a31de23791cdd28b119296eb8726ebf');
INSERT INTO "orderlife_events" VALUES('','o1',24,'{"kind":"recorded","schema":1,"data":{"sequence":24,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"UnitsRecorded","counter":"delivered","quantities":{"1":7},"subject":"o1-s1"}}}','096cbbee2ddba0052cb87bc4e56d98962af3cc467793b273b789493fbb0d32c0');
INSERT INTO "orderlife_events" VALUES('','o1',25,'{"kind":"recorded","schema":1,"data":{"sequence":25,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"FollowUpScheduled","at":"2026-01-08T09:00:00+00:00"}}}','49f9ac9e3f857f374e9790ac13ba7d9207d61fa31ecf8ee86f2703a45239ddd2');
INSERT INTO "orderlife_events" VALUES('','o1',26,'{"kind":"recorded","schema":1,"data":{"sequence":26,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"return","event":{"type":"ReturnRequested","return_id":"o1-t1","lines":[{"line_id":"1","quantity":4}],"reason":"defective","resolution":"refund","at":"2026-01-07T09:00:00+00:00"}}}','62f83591c3a2081ab4c30c913bac1ef834ea92604af9e80e9e6760c1edab4197');
INSERT INTO "orderlife_events" VALUES('','o1',27,'{"kind":"recorded","schema":1,"data":{"sequence":27,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"return","event":{"type":"ReturnApproved","return_id":"o1-t1","explanation":"within 90 days of its delivery","expires_at":"2026-02-06T09:00:00+00:00"}}}','62361495b991969abb4e5a58247ee9d26a32cb598535d109a71910c0c8b670bf');
INSERT INTO "orderlife_events" VALUES('','o1',28,'{"kind":"recorded","schema":1,"data":{"sequence":28,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"return","event":{"type":"ReturnLabelRequested","return_id":"o1-t1","operation_id":"o1-t1:label:1"}}}','0dd60e4664da1d8fcf2472a609df273b43a0ad30d2aa293d0a576e266a18f6d7');
INSERT INTO "orderlife_events" VALUES('','o1',29,'{"kind":"recorded","schema":1,"data":{"sequence":29,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"provider","id":"carrier"},"cause":"o1-t1:label:1","event":{"type":"ReturnLabelIssued","return_id":"o1-t1","label":{"label_id":"label-o1-t1:label:1","carrier":"fake_post","tracking_number":"FK293716023258","service":"standard","cost":"4.90 EUR","document":"https://carrier.example/label-o1-t1:label:1.pdf"}}}}','64389f09779766906adfa6055310812aa470f58dac3a6f1bc516206e7b7ba433');
INSERT INTO "orderlife_events" VALUES('','o1',30,'{"kind":"recorded","schema":1,"data":{"sequence":30,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ReturnParcelReceived","return_id":"o1-t1","parcel_id":"parcel1","at":"2026-01-07T09:00:00+00:00","quantities":{"1":4},"until":"2026-01-21T09:00:00+00:00"}}}','4215858c2a77bbb422f01b64d78e5a5659f3e34a25912b8b1e3a10c4cb5d7ac1');
INSERT INTO "orderlife_events" VALUES('','o1',31,'{"kind":"recorded","schema":1,"data":{"sequence":31,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"ReturnReceivingEnded","return_id":"o1-t1"}}}','5bac4fec94351ae09828a33655f18eed54e07bcc0d2dd14a9dc9a73d94edd476');
INSERT INTO "orderlife_events" VALUES('','o1',32,'{"kind":"recorded","schema":1,"data":{"sequence":32,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"system","id":"orderlife"},"cause":"","event":{"type":"UnitsRecorded","counter":"returned","quantities":{"1":4},"subject":"o1-t1"}}}','fbfbb4e81c762649647c25baaac9f2e9988d1888dcaa3a78e84e407578756d59');
INSERT INTO "orderlife_events" VALUES('','o1',33,'{"kind":"recorded","schema":1,"data":{"sequence":33,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"inspect","event":{"type":"ReturnInspected","return_id":"o1-t1","findings":[{"line_id":"1","quantity":4,"condition":"defective","disposition":"scrap"}],"first_operation":2}}}','f776bef1eb2320292840ce0d01cef977d44d8ff28ae89732574ee65e478506db');
INSERT INTO "orderlife_events" VALUES('','o1',34,'{"kind":"recorded","schema":1,"data":{"sequence":34,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"inspect","event":{"type":"RefundGranted","subject":"o1-t1","lines":[{"kind":"goods","minor":3999,"line_id":"1"},{"kind":"tax","minor":761,"line_id":"1"},{"kind":"shipping","minor":286,"line_id":"1"}],"minor":5046,"units":{"1":4},"reason":"defective"}}}','c72e7986664311663df3ab5a004b2af65fdb436b9961dc35e9ed05e19d9431c5');
INSERT INTO "orderlife_events" VALUES('','o1',35,'{"kind":"recorded","schema":1,"data":{"sequence":35,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"inspect","event":{"type":"PaymentRequested","operation_id":"o1:refund:1","kind":"refund","payment_id":"p1","minor":5046,"subject":"o1-t1","reason":"defective"}}}','dbe45df6a930ef524e29462190238e325c99332bcb9468f2be5d1083f7194b4e');
INSERT INTO "orderlife_events" VALUES('','o1',36,'{"kind":"recorded","schema":1,"data":{"sequence":36,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"staff","id":"desk"},"cause":"inspect","event":{"type":"ReturnResolved","return_id":"o1-t1"}}}','0ccf3570c437df1246c201b513b90265349122db8b208cd226e5c64431b6918d');
INSERT INTO "orderlife_events" VALUES('','o1',37,'{"kind":"recorded","schema":1,"data":{"sequence":37,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:refund:1","event":{"type":"PaymentRecorded","operation_id":"o1:refund:1","trigger":"succeed","reference":"ref-o1:refund:1","movements":[{"kind":"refunded","payment_id":"p1","minor":5046,"operation_id":"o1:refund:1","reference":"ref-o1:refund:1"}]}}}','2722b411dbc4181ebe682cc8f4a75182dd1ab64d079b7963c5363c27a0b373e5');
INSERT INTO "orderlife_events" VALUES('','o1',38,'{"kind":"recorded","schema":1,"data":{"sequence":38,"at":"2026-01-07T09:00:00+00:00","actor":{"kind":"provider","id":"payment"},"cause":"o1:refund:1","event":{"type":"ReturnClosed","return_id":"o1-t1"}}}','481d92d206b9ef6ed7e8e091a94147acd300bcf8de1cf60981f6092c5375037f');
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
    document TEXT NOT NULL,
    CONSTRAINT orderlife_orders_pkey PRIMARY KEY (tenant, order_id),
    CONSTRAINT orderlife_orders_version CHECK (version >= 1),
    CONSTRAINT orderlife_orders_exceptions CHECK (open_exceptions >= 0),
    CONSTRAINT orderlife_orders_timers CHECK ((timer_at IS NULL) = (timers = ''))
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_orders" VALUES('','o1',38,'481d92d206b9ef6ed7e8e091a94147acd300bcf8de1cf60981f6092c5375037f','{"kind":"timer","schema":1,"data":{"kind":"follow_up","subject":"o1","at":"2026-01-08T09:00:00+00:00"}}',1767862800000000,1767603600000000,'','','ada','confirmed','partially_refunded','delivered','partially_returned',0,'EUR',8826,1767776400000000,'{"kind":"case","schema":1,"data":{"order_id":"o1","version":38,"order":{"order_id":"o1","state":"confirmed","placement":{"currency":"EUR","lines":[{"line_id":"1","sku":"mug","quantity":7,"unit_price":"10.00 EUR","goods_minor":6996,"tax_minor":1331,"tax_added":true,"shipping_minor":499,"discount_minor":4}],"total_minor":8826,"shipping_minor":499,"tax_minor":1331,"discount_minor":4,"customer_id":"ada","contact":"o1:contact","ship_to":"o1:ship_to"},"units":{"1":{"ordered":7,"allocated":7,"shipped":7,"delivered":7,"returned":4,"refunded":4}},"placed_at":"2026-01-05T09:00:00+00:00","tenders":[{"kind":"card","token":"tok_visa"}],"payments":[{"payment_id":"p1","tender":{"kind":"card","token":"tok_visa"},"tender_index":0,"asked_minor":8826,"reference":"ref-o1:authorize:1"}],"operations":{"o1:authorize:1":{"operation_id":"o1:authorize:1","kind":"authorize","payment_id":"p1","minor":8826,"state":"succeeded","subject":"o1","reference":"ref-o1:authorize:1"},"o1:capture:1":{"operation_id":"o1:capture:1","kind":"capture","payment_id":"p1","minor":8826,"state":"succeeded","subject":"o1-s1","final":true,"reference":"ref-o1:capture:1"},"o1:refund:1":{"operation_id":"o1:refund:1","kind":"refund","payment_id":"p1","minor":5046,"state":"succeeded","subject":"o1-t1","reason":"defective","reference":"ref-o1:refund:1"}},"movements":[{"kind":"authorized","payment_id":"p1","minor":8826,"operation_id":"o1:authorize:1","reference":"ref-o1:authorize:1"},{"kind":"captured","payment_id":"p1","minor":8826,"operation_id":"o1:capture:1","reference":"ref-o1:capture:1"},{"kind":"refunded","payment_id":"p1","minor":5046,"operation_id":"o1:refund:1","reference":"ref-o1:refund:1"}],"screening":{"verdict":"accept","reason":"o1: no rule"},"payment_due_at":"2026-01-05T10:00:00+00:00","follow_up_at":"2026-01-08T09:00:00+00:00","counts":{"authorize":1,"capture":1,"refund":1}},"reservations":{"o1-r1":{"reservation_id":"o1-r1","state":"consumed","demands":[{"line_id":"1","sku":"mug","quantity":7}],"operations":3,"consumed":true}},"shipments":{"o1-s1":{"shipment_id":"o1-s1","state":"delivered","reservation_id":"o1-r1","place":"main","seller":"","items":{"1":7},"parcels":[{"weight_g":840}],"label":{"label_id":"label-o1-s1:label:1","carrier":"fake_post","tracking_number":"FK115120469078","service":"standard","cost":"5.40 EUR","document":"https://carrier.example/label-o1-s1:label:1.pdf"},"operations":1,"scans":[{"status":"in_transit","at":"2026-01-06T09:00:00+00:00"},{"status":"delivered","at":"2026-01-07T09:00:00+00:00"}],"left_at":"2026-01-05T09:00:00+00:00","delivered_at":"2026-01-07T09:00:00+00:00"}},"returns":{"o1-t1":{"return_id":"o1-t1","state":"closed","lines":[{"line_id":"1","quantity":4,"received":4}],"reason":"defective","resolution":"refund","requested_at":"2026-01-07T09:00:00+00:00","explanation":"within 90 days of its delivery","label":{"label_id":"label-o1-t1:label:1","carrier":"fake_post","tracking_number":"FK293716023258","service":"standard","cost":"4.90 EUR","document":"https://carrier.example/label-o1-t1:label:1.pdf"},"parcels":["parcel1"],"findings":[{"line_id":"1","quantity":4,"condition":"defective","disposition":"scrap"}],"expires_at":"2026-02-06T09:00:00+00:00","receiving_until":"2026-01-21T09:00:00+00:00","operations":2}}}}');
CREATE TABLE orderlife_people (
    tenant TEXT NOT NULL,
    ref TEXT NOT NULL,
    order_id TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT orderlife_people_pkey PRIMARY KEY (tenant, ref)
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_people" VALUES('','o1:contact','o1','{"kind":"personal","schema":1,"data":{"type":"Contact","email":"ada@example.org","name":"Ada"}}');
INSERT INTO "orderlife_people" VALUES('','o1:ship_to','o1','{"kind":"personal","schema":1,"data":{"type":"Address","name":"Ada","lines":["1 Mill Lane"],"city":"Bonn","country":"DE"}}');
CREATE TABLE orderlife_versions (
    component TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    oldest INTEGER NOT NULL
) STRICT;
INSERT INTO "orderlife_versions" VALUES('orders',1,1);
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
CREATE INDEX orderlife_effects_of_order
    ON orderlife_effects (tenant, order_id, ordinal);
CREATE INDEX orderlife_effects_due
    ON orderlife_effects (tenant, due_at)
    WHERE state IN ('pending', 'claimed', 'waiting', 'in_doubt');
CREATE INDEX orderlife_effects_for_people
    ON orderlife_effects (tenant, port)
    WHERE state = 'attention';
CREATE INDEX orderlife_people_of_order
    ON orderlife_people (tenant, order_id);
COMMIT;
