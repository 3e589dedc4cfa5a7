BEGIN TRANSACTION;
CREATE TABLE orderlife_archives (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    document BLOB NOT NULL,
    CONSTRAINT orderlife_archives_pkey PRIMARY KEY (tenant, order_id)
) STRICT;
INSERT INTO "orderlife_archives" VALUES('','o1',X'78F96E426863CD5B4B6F9C3010FE2B518F3D4418DB18F79A9FD0A897D5AAF203D22834AE9A6C7BDAFF5E304F3F600D38DD3DED0282B167C6F37D33F61C3EA95A4987F169BF1C3F8B24213063792265C9A1CC38E7224F2129390588102229CA2540199405C39C650201418BA2CC7841A56058CBEC65DBBFBD34C15EDBED128248C908A539A01CF11CA62887983096960CE19208CE0A92109ED184E13C833925349500A639234230285C29F59F0330B5A280E336130BC1CCB2D0F4866121E3C1D442A33114B0E27A4C49D0F0855AD4E484464C39C8A73E83ADC79486FDC6D2E9962E9CC4149659C6FAA39E65743B91193BE90360F1041D8FDB501B3F26740D6ACBE2ED6527722BB013BB7F9E9E8C380E43B11B126C62370169007A239C37D8D3008FCE1385AAD4A949947875D2A586A7E7F2FDFBE4E018F832BDA35D2A0CFCFB198AD32FFB58833143780FA1778210AEE62608CC8ECEE62238A568868AD84AEDCFC7B53363921927BE14F01296FAF6780A50FC68AA210D16FF2DF8783D56D26B52455C6AE371E88FA336F811ECA6363AC6B9E4C6835317E88DB32C82BDEB7CF4CF0D04109FCCD6F7F60C22201605658BAEEA56E68BC12659CE195B83CCE68C17ECB3D4DBB12AB97468C89AF4B25BF24376A9C0B5F2CB0DDEE1299B39CAD8503873BE11523A735EDA513C6B8D726954174610B57ED615CA27E5AF5ADADDABBAFB7DAACC1ADA7C193CB062B5B838A354ADE2C6A1DD95ED76C2FB6BDB50D7B6CD835CCEB72FED45D42FF877237AB304EE47F483F9502B2D32D721ED746DF2A01F557A765FDFEB75D1AAB9526F9DE30F5E3E6903A8E35CB38E862F578D777B34FB303C9DD7ADFD757BFFB9DB80DAC32BC694EA06402CBA47377C462A279A0581E59006765ED45CAF84C8DBE140A3996742CF642F73AB0BDD00A60F36DB06E7C3EB3E24F70275F3C63690EE6419FEDF82E218368EB11A475CCA6A27E2B346BF76BA11AFE9C76146B60E86C61F9CDE53F4FFFB7EE6BAAECCAA9E3DEA3D9D6A0ACCE5E3D1BAD53CEC27D0F7563BBF0E44215017ECFC57C3C47553FFD642D34240DBE8EABEDE583B7F88EDE3764BACDFC927EC69BB931B8D861EBA753EFF03C8C5BD23');
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
INSERT INTO "orderlife_decisions" VALUES('','o1',1,3,0,3,'','','','');
INSERT INTO "orderlife_decisions" VALUES('','o1',2,5,3,5,'','','','');
INSERT INTO "orderlife_decisions" VALUES('','o1',3,9,5,9,'','','','');
INSERT INTO "orderlife_decisions" VALUES('','o1',4,12,9,12,'','','','');
INSERT INTO "orderlife_decisions" VALUES('','o1',5,17,12,17,'','','','');
INSERT INTO "orderlife_decisions" VALUES('','o1',6,18,17,18,'','','','');
INSERT INTO "orderlife_decisions" VALUES('','o1',7,20,18,20,'','','','');
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
INSERT INTO "orderlife_orders" VALUES('','o1',20,'8df368a6676105c427940f27b9d4c375f4b481f43badac24a605d1f9154684aa','',NULL,1767603600000000,'web','1007','ada','cancelled','voided','unfulfilled','none',0,'EUR',5294,1767603600000000,7,7,0,NULL,NULL,1);
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
INSERT INTO "orderlife_salts" VALUES('','o1',1,'7a8ea541d50c895dee93b50e05efc521');
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
INSERT INTO "orderlife_stores" VALUES(1,'178f6247acb8');
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
