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
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    first_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    input_id TEXT NOT NULL,
    fingerprint ANY NOT NULL,
    digest ANY NOT NULL,
    document ANY NOT NULL,
    CONSTRAINT orderlife_decisions_pkey PRIMARY KEY (tenant, order_id, number),
    CONSTRAINT orderlife_decisions_position
        CHECK (position >= (last_version > first_version)),
    CONSTRAINT orderlife_decisions_number CHECK (number >= 1),
    CONSTRAINT orderlife_decisions_versions CHECK (last_version >= first_version),
    CONSTRAINT orderlife_decisions_kinds CHECK (
        typeof(fingerprint) IN ('text', 'blob')
        AND typeof(digest) IN ('text', 'blob')
        AND typeof(document) IN ('text', 'blob')
    )
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_decisions" VALUES('','o1',1,3,0,3,'command:place',X'2A66224C94EBC29EBD0301C444C6FB0F28C62BDFF5CA2188B59B93FE01A76B8DD8',X'A5ED0696181AD212ED0A8331C3FA87E9E02B97AF2AB21938CB92EDE57EF955DB',X'68BF6E426863B59A410EC2201045EFD20318A703623D47F7A6A5B51A6B3051E2CABB0B98864269021297CC8A4FFE7F19607E8A3BADB7554ADCBBFE71CD8CBC80CCD0DFE4E0180063438F8CBAA1675046C49ED0BD36AD76AC6930B91885D41D563B4A7347192EA7E7713671028779C5983A8E1A93422EEF85F71FEA28C40D6250206232D408ACEECE87182D2BB2C230FF50A7C19AAFB2A66B8A39E7040449A7CA767C889FF5354A87F8D5B7766D9FE0148DD992890143FF8F89B4866C260A0852D19493B8B88845B4BBDE21622A6D1041CC9D7FDE9A981F35C16C40');
INSERT INTO "orderlife_decisions" VALUES('','o1',2,5,3,5,'','',X'A4105D65A10A77E7039B4A0B11953091E6486B75E54E94BC368440E9FDAD9B2C',X'68BF6E426863232BBB9B86185852A368CF37A4B070071B80993830CDC55FC0E796A6E32BE08DD1D30A4C5F7269013E7D86D8320B9E9A20DF9082BAC0D4C8D204B92AC8276DB502D6CA000088C9AD5D');
INSERT INTO "orderlife_decisions" VALUES('','o1',3,9,5,9,'','',X'9CE4E3C42D19F5B3FECA50EF6FB5364BEA4067860B24CBA705F1BFAF11C52A0B',X'68BF6E426863232BBB9B86185852DE8AC937A4BC1D836106312D190C4D14B4654C8D2C4D08BB8A800BA8DA9C81F65B905A2340DB14F2F2158A4A73509B34B87B25443620F20DB1E64DB0307A230200490FCE22');
INSERT INTO "orderlife_decisions" VALUES('','o1',4,12,9,12,'','',X'6D03E9756F685523EF5370678E41A7CBEB8D96A5514449FBC6A1F9C361F9F18F',X'68BF6E426863232BBB9B86185852A368CF37A44AF30F6C0C151A80C6E00620EA6C0786D9841AEC400DD89BEC1093886EB4C31C034A4B00AB7384DC');
INSERT INTO "orderlife_decisions" VALUES('','o1',5,13,12,13,'command:hold',X'7BB92A626DE818236EDE771E8480C192CF7AB74E80D15557155B1479307A3487',X'BD01B24FC12FB04C3B50FFDCC8F88BC66EDB29CEB1D30500F4D757EFAAD17567',X'68BF6E426863232BBB9B8618589292DD53528BB391B33CB8FAC496E349AA6461EB4788AE66F3F215204331F6B09A16EC4A2B88F340910600D51E542E');
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
    request_hash ANY NOT NULL,
    intent ANY NOT NULL,
    CONSTRAINT orderlife_effects_pkey
        PRIMARY KEY (tenant, order_id, operation_id),
    CONSTRAINT orderlife_effects_state CHECK (
        state = 'pending'
        OR state = 'claimed'
        OR state = 'waiting'
        OR state = 'in_doubt'
        OR state = 'done'
        OR state = 'declined'
        OR state = 'attention'
    ),
    CONSTRAINT orderlife_effects_attempts CHECK (attempts >= 0),
    CONSTRAINT orderlife_effects_generation CHECK (generation >= 1),
    CONSTRAINT orderlife_effects_kinds CHECK (
        typeof(request_hash) IN ('text', 'blob')
        AND typeof(intent) IN ('text', 'blob')
    )
) STRICT, WITHOUT ROWID;
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:allocate:2',4,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'A47EA2F02EDABF9909A330B951BE42B89769C6ADA891CB2E1B32119682494E22',X'68BF6E426863A3CEEA847C437CEB13F2B13661C17A80D51600DC912A7C');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:reserve:1',1,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'9BA98E7BFD28E632CE0FABCE37B1D2088B2AE8CAC6624C35A420C5A6E6FD9954',X'68BF6E426863A3CA1475BE219E49EA7CAC0D58B01622E22DB7341D25DE8CD1E30DA630B9B44009632C1F23464D430C0DD1AA4D00F13C4FAE');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:authorize:1',2,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'9272A32EDE0FF7F55C657C7D3F256BB2B37B31282EA27C8BF46CD0A6B850ACDF',X'68BF6E426863A3D2DC7ABE21EED9F57CF0A0026C7EDDD448CFD2842AD3EB003C393C79');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:8',3,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'0C13D88E68970A2F3B43377F308708DBCE326C7B7D237BE8C3820278261FB96D',X'68BF6E426863A3C602817C431C4B04F2C16515058B2AF251D7B4E41B222DAC0000671B3DDF');
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
INSERT INTO "orderlife_orders" VALUES('','o1',13,'bd01b24fc12fb04c3b50ffdcc8f88bc66edb29ceb1d30500f4d757efaad17567','',NULL,1767603600000000,'web','1007','ada','confirmed','authorized','on_hold','none',0,'EUR',5294,1767603600000000,4,5,0,NULL,NULL,0);
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
INSERT INTO "orderlife_salts" VALUES('','o1',1,'b747e960bb1f42ed9b89acff53dd87ae');
CREATE TABLE orderlife_snapshots (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    document ANY NOT NULL,
    CONSTRAINT orderlife_snapshots_pkey PRIMARY KEY (tenant, order_id),
    CONSTRAINT orderlife_snapshots_kinds
        CHECK (typeof(document) IN ('text', 'blob'))
) STRICT, WITHOUT ROWID;
CREATE TABLE orderlife_stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT orderlife_stores_pkey PRIMARY KEY (number)
) STRICT;
INSERT INTO "orderlife_stores" VALUES(1,'81af47d9ec8c');
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
CREATE UNIQUE INDEX orderlife_decisions_by_input
    ON orderlife_decisions (tenant, order_id, input_id)
    WHERE input_id <> '';
CREATE UNIQUE INDEX orderlife_decisions_feed
    ON orderlife_decisions (tenant, position)
    WHERE position > 0;
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
    ) OR NEW.input_id <> '' AND EXISTS (
        SELECT 1 FROM orderlife_decisions AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
            AND found.input_id = NEW.input_id AND found.input_id <> ''
    ) OR NEW.position > 0 AND EXISTS (
        SELECT 1 FROM orderlife_decisions AS found
        WHERE found.tenant = NEW.tenant AND found.position = NEW.position
            AND found.position > 0
    ) OR NEW.position > 0 AND (
        SELECT max(found.position) FROM orderlife_decisions AS found
        WHERE found.tenant = NEW.tenant AND found.position > 0
    ) > NEW.position - (NEW.last_version - NEW.first_version) AND NOT EXISTS (
        SELECT 1 FROM orderlife_archives AS found
        WHERE found.tenant = NEW.tenant AND found.order_id = NEW.order_id
    )
    BEGIN SELECT RAISE(ABORT, 'decisions are never put before others'); END;
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
    ON orderlife_effects (tenant, due_at, order_id, ordinal)
    WHERE state <> 'done' AND state <> 'declined' AND state <> 'attention';
CREATE INDEX orderlife_effects_for_people
    ON orderlife_effects (tenant, port)
    WHERE state = 'attention';
COMMIT;
