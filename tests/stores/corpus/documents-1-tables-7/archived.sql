BEGIN TRANSACTION;
CREATE TABLE orderlife_archives (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    document BLOB NOT NULL,
    CONSTRAINT orderlife_archives_pkey PRIMARY KEY (tenant, order_id)
) STRICT;
INSERT INTO "orderlife_archives" VALUES('','o1',X'78F96E426863CD5BC96EDB3010FD95A0C71E027113C95EF3090D7A318C82A2E434881A164DDC9EFCEFA5A8958B6C4A626A9F2C4B90869C19CE7B33E4EC3E29ADA4DDF8B45F8E9F252F0B222B06CA8A61C818E3192D21CE2417A5BE9604E9EBACAC789E63992186318210084AB19498426A64F6B2DDDF5E9A14AFED7609C5F42028E70CF002170C41CC10A142C083C0E44065212A9AD122E799202C478C530E4B802013544A81A42F455FEC80AD15053CB7995808E58E85A6372C0B590FA6161A8DA18013D7534A42962F685193131A29E5E090FA2CB69E521A091BCBA45BA670925258EE18EB8F7A2E93DB89CED8C91C004B2768BF5F87DAE431E34B50BBACDE5E3622B7021BB1FBE7F1C98AE32816BB11253676530023D01B13D6604F033C264F94AA56C726512AEAA329353C3D1FDEBF4F0E8E812FD33BC6A5E2C0BF9FA13CFE728F35583344F708052788D0626E82C1ECE85C2E4220C73354C4556A7F3EAE9D99288575E24B812061D1B7C75380F247530D69B0F86F558CFFC74ABA2655D4A7360187FE386A431EC1666A63629C4F6E02387581DE78CB22DABB4EFBF0DC4004F1C95D7DAFCF2022625154B6E8AB6E61BE186D92F339636B90D99CF1827DCEF5762C4A2E3D1AB224BDEC96FC905D2A70ADFC72857704CA669E325614CEBC6FC494CEBC973614CF5AA35C1AD5851124AD9F7585F249F94B4BBB7B5577BF8FB55D439B2F834756ACCE2ECE2455ABB471687365BB9DF0F6DA3632B56DFB2097F7ED4B7B11FA85F06E446F96C8FD887E301F6AA5B3CC75483B7D9B3C9847B599DDD777BD2E5A35D7EAAD73FCC1CB276D003ACE35EB68F872DD787740B30FC3D379DDBA5F77F79FBB0DA82DBC624CA96E00C4927B74C3674AE545B328B01CD2C0CE8B9AFF0B21F27638D068E699D033D9CB5CEB423780E983CDD6C1F9F07A08C98340DDBCB10EA43B5996FFB7A038868D7DAAC6119FB2BA89F8ACD1AF9D6EA46BFAF19891AB83A1F187C07B8EFF7FDFCF5CD7955DD57347BDA5534D81B97C3C59B75A80FD44FADE62E737812806EAA29DFF6A98B86CEADF5A683A13D056BA7AA837D6CD1F52FBB8DB121B76F2097B5AEFE456A361806E9D4EFF00575EBB1A');
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
INSERT INTO "orderlife_decisions" VALUES(3,'','o1',1,0,3,'','','','');
INSERT INTO "orderlife_decisions" VALUES(5,'','o1',2,3,5,'','','','');
INSERT INTO "orderlife_decisions" VALUES(9,'','o1',3,5,9,'','','','');
INSERT INTO "orderlife_decisions" VALUES(12,'','o1',4,9,12,'','','','');
INSERT INTO "orderlife_decisions" VALUES(17,'','o1',5,12,17,'','','','');
INSERT INTO "orderlife_decisions" VALUES(18,'','o1',6,17,18,'','','','');
INSERT INTO "orderlife_decisions" VALUES(20,'','o1',7,18,20,'','','','');
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
INSERT INTO "orderlife_orders" VALUES('','o1',20,'f6b81e8de8645f8781adf8f516cec5b4c2af55bc8d39c2c5022f37f2406ff40f','',NULL,1767603600000000,'web','1007','ada','cancelled','voided','unfulfilled','none',0,'EUR',5294,1767603600000000,7,7,0,NULL,NULL,1);
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
INSERT INTO "orderlife_salts" VALUES('','o1',1,'d4b42e9721c4f050bbbf681e8eab2f43');
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
INSERT INTO "orderlife_stores" VALUES(1,'a89b9a6e0f9e');
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
