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
INSERT INTO "orderlife_decisions" VALUES('','o1',1,3,0,3,'command:place',X'2A2C7E551EAE0D83F14D1A82A19B1A5D3B7C02409CB57EB5028F5ED73E65D93172',X'F50F78E04BFFFA40D96A3AAB965189FBA37FFB168FC9C32D2664282F21749695',X'68BF6E426863A59A4D0E83201085EFE2019A8E03B5F61CEE8D7FB5A61A9A14D255EF5EC018013181BA64563CF2DE9701E6AFB8D3E29CC7C4BDEDDECF8391677030F493E82D036068E831A376E8334803624FE8559956395637980D1B99501D563D0A7D47E9873B2F8D8913B899156DEA306A2C0A1BF14A9CFF504B219E10BD0211A3A1466077772EC4689A931D86B987BA0CD6CCCAAAB64A4CCE31F0924E96D7F1A1E6A1AE512AC49FAE5ED7EB139CA471B665A2C7D0614CE4C3D431C1CBF9D539128EB480C37064E0C5A32E470172938F609B7D7DE894DA20009D17F7E0153A7F77D17005');
INSERT INTO "orderlife_decisions" VALUES('','o1',2,5,3,5,'','',X'DB4F53FB66BE8DE576A120B0E592D0948106C03C7AA4D22EF03F6303251B9105',X'68BF6E426863232BBB9B86185852A368CF37A4B070071B80993830CDC55FC0E796A6E32BE08DD1D30A4C5F7269013E7D86D8320B9E9A20DF9082BAC0D4C8D204B92AC82776B54249666E6A7E69493C64E0147BAD0000C07BB122');
INSERT INTO "orderlife_decisions" VALUES('','o1',3,6,5,6,'','',X'D3203C742145A21514840067C7093EFCA4587FB6E72C127C51EC90596E664CF5',X'68BF6E426863232BBB9B86185852DE8AC937A4BC1D836106A225039A1B5582AD2A402E514183E9A8FA144A3281CD7285FC52C85821001B435969');
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
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:reserve:1',1,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'9BA98E7BFD28E632CE0FABCE37B1D2088B2AE8CAC6624C35A420C5A6E6FD9954',X'68BF6E426863A3CA1475BE219E49EA7CAC0D58B01622E22DB7341D25DE8CD1E30DA630B9B44009632C1F23464D430C0DD1AA4D00F13C4FAE');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:authorize:1',2,'payment','in_doubt',1767603604596252,1767603600000000,1,'','authorize of o1:authorize:1 timed out',1767603600000000,1,1,'',1,X'70F67E58F1D748208ADAA404A5179DFFFFCC7554E0AFDDD0FB6F107FD40DFE73',X'68BF6E426863A3D2DC7ABE21EED9F57CF0A0026C7EDDD448CFD284A2E9F592CCDCD4FCD29278C8485F6D6D2D007021403E');
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
INSERT INTO "orderlife_orders" VALUES('','o1',6,'d3203c742145a21514840067c7093efca4587fb6e72c127c51ec90596e664cf5','{"kind":"timer","schema":1,"data":{"kind":"payment_due","subject":"o1","at":"2026-01-05T10:00:00+00:00"}}
{"kind":"timer","schema":1,"data":{"kind":"stock_hold_ends","subject":"o1-r1","at":"2026-01-05T11:00:00+00:00"}}',1767607200000000,1767603600000000,'web','1007','ada','placed','unpaid','unfulfilled','none',0,'EUR',5294,1767603600000000,2,3,0,NULL,NULL,0);
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
INSERT INTO "orderlife_salts" VALUES('','o1',1,'06ca125c945b32bf50523ee25a446ff1');
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
INSERT INTO "orderlife_stores" VALUES(1,'5f79b3f8f4d2');
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
