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
INSERT INTO "orderlife_decisions" VALUES('','o1',1,3,0,3,'command:place',X'2A2EF5B472980A1F5D954E8E62BC3D8043A45320DAA2B2DF719D49976FE9797002',X'AD3D934630B9259A3F88AC61B6BF6D3D335EA0BF49F88B3871E23D8AA37B8DF2',X'68BF6E426863B59A410EC2201045EFD20318A703623D47F7A6A5B51A6B3051E2CABB0B98864269021297CC8A4FFE7F19607E8A3BADB7554ADCBBFE71CD8CBC80CCD0DFE4E0180063438F8CBAA1675046C49ED0BD36AD76AC6930B91885D41D563B4A7347192EA7E7713671028779C5983A8E1A93422EEF85F71FEA28C40D6250206232D408ACEECE87182D2BB2C230FF50A7C19AAFB2A66B8A39E7040449A7CA767C889FF5354A87F8D5B7766D9FE0148DD992890143FF8F89B4866C260A0852D19493B8B88845B4BBDE21622A6D1041CC9D7FDE9A981F35C16C40');
INSERT INTO "orderlife_decisions" VALUES('','o1',2,5,3,5,'','',X'7EC9766F1E8B74B26BA245EE9DECD2D919E6D9107647C026F10C11018CE50775',X'68BF6E426863232BBB9B86185852A368CF37A4B070071B80993830CDC55FC0E796A6E32BE08DD1D30A4C5F7269013E7D86D8320B9E9A20DF9082BAC0D4C8D204B92AC8276DB502D6CA000088C9AD5D');
INSERT INTO "orderlife_decisions" VALUES('','o1',3,9,5,9,'','',X'3CD95F0830F409720A838480CB53A405AAC60E5676B34FE1F0BB0470EE4A703C',X'68BF6E426863232BBB9B86185852DE8AC937A4BC1D836106312D190C4D14B4654C8D2C4D08BB8A800BA8DA9C81F65B905A2340DB14F2F2158A4A73509B34B87B25443620F20DB1E64DB0307A230200490FCE22');
INSERT INTO "orderlife_decisions" VALUES('','o1',4,12,9,12,'','',X'54FFBDD7A99E0A3C71EBCFEEA27904E89FA63980FDB657D983904EF6E8B4F6EF',X'68BF6E426863232BBB9B86185852A368CF37A44AF30F6C0C151A80C6E00620EA6C0786D9841AEC400DD89BEC1093886EB4C31C034A4B00AB7384DC');
INSERT INTO "orderlife_decisions" VALUES('','o1',5,13,12,13,'command:pick',X'0D85ACF295F9CA1B8316BF8FBF06ECCD32A1F52550DCDD8514AAE599DD9CC023',X'C28F9BC384E34FA0600EAE0712066F3A946F76B9A7CB40141A80BF80F5480643',X'68BF6E426863232BBB9B8618589292DD53528BB3A9D1F5C837C4EC7C18835B6D86E0A62C005B843DBE');
INSERT INTO "orderlife_decisions" VALUES('','o1',6,14,13,14,'command:pack',X'49C85AFEB52EC64C94304CEF56C5E6162DA9AC048801D3ECE35ED853ECA7EDCA',X'B571282C8662ABE8B0360A9DB7C0C41CDF0F2CE8B26B512853BDE1CF83F54234',X'68BF6E426863232BBB9B8618589292DD53528BB3A9D193CA3724AA2F05002EAE41A7');
INSERT INTO "orderlife_decisions" VALUES('','o1',7,15,14,15,'command:dispatch',X'C5343440658B8DF6516049FBF3CF42A075CA0DB897ED4E443221A8B42A44885F',X'FE16CD2CEFCECC23DFB3ED935197B54B1FCF436E47E431669AF1E58CB1B17653',X'68BF6E426863232BBB9B8618589292DD53528BB3A9D559CC37C4DA5D040BE3ED30020040B14969');
INSERT INTO "orderlife_decisions" VALUES('','o1',8,20,15,20,'','',X'3D334271617C550A89D5796BDCF6E5014B683EF593E54403B204352E91CC5CB8',X'68BF6E426863232BBB9B861858523E3E936F48C9080D58B712BE311A74F3891FA53134343534323031B33430B750A2FE280D8AC3C819A781F99D40AC503A52630C6E10A3CEFE40AC26A982CB3724736CC6D4C8D204D36EB2076780DAB195246061120668724BD3F1B5068CD10B1698BEE4D2027CFAC0734F18E10C2C4800207C261B');
INSERT INTO "orderlife_decisions" VALUES('','o1',9,21,20,21,'','',X'678FCFF3C36A137D3C84F9194BE33D322A1C558CACCF6779A0DCD1DE94AF38ED',X'68BF6E426863232BBB9B86185852DE8AC937A474600CCD04625A31685AC81E1C3335B23421E41EBC7643BA7D000AA57BA0');
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
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:allocate:2',4,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'A47EA2F02EDABF9909A330B951BE42B89769C6ADA891CB2E1B32119682494E22',X'68BF6E426863A3CEEA847C437CEB13F2B13661C17A80D51600DC912A7C');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:consume:3',8,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'298C51F36F1AF0A536A1A4E72AE333DBBA833ED674525226D75B9B8535941142',X'68BF6E426863A3CAE2A27C433CCB8BF2B13660C15A0896BCB9A5E9F84A5E63F44884E94B2E2DC0A7CF101441007037500F');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:reserve:1',1,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'9BA98E7BFD28E632CE0FABCE37B1D2088B2AE8CAC6624C35A420C5A6E6FD9954',X'68BF6E426863A3CA1475BE219E49EA7CAC0D58B01622E22DB7341D25DE8CD1E30DA630B9B44009632C1F23464D430C0DD1AA4D00F13C4FAE');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-s1:label:1',5,'carrier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'11A25A01A943D5E4804BC72F0A982D01CCDB177FE905C46D35689750B16B301D',X'68BF6E426863A3CED2907C439C8B43F2C171002FA1C02A95485D20926F48EC1211004BCC4389');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:authorize:1',2,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'9272A32EDE0FF7F55C657C7D3F256BB2B37B31282EA27C8BF46CD0A6B850ACDF',X'68BF6E426863A3D2DC7ABE21EED9F57CF0A0026C7EDDD448CFD2842AD3EB003C393C79');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:capture:1',7,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'3D22B50B010671C51F88F1A29564CED65EBFE99A20C1585D5CC67B73566D5456',X'68BF6E426863A3CA829C7C435C4B72F2C1030AB0B97553233D4B1392D6E4004DC6B32A070097B43D93');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:17',6,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'EE152C250CD3F3BD12D96765D8E1569881F19A4B15845B3A9F0EA1EE72958FE2',X'68BF6E426863A3C602817C43F89A0A73D48C9A0F2EAC285EDB926F88BEBA25DF1069890500F88D4178');
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
INSERT INTO "orderlife_orders" VALUES('','o1',21,'678fcff3c36a137d3c84f9194be33d322a1c558caccf6779a0dcd1de94af38ed','',NULL,1767603600000000,'web','1007','ada','confirmed','paid','shipped','none',0,'EUR',5294,1767603600000000,8,9,20,NULL,NULL,0);
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
INSERT INTO "orderlife_salts" VALUES('','o1',1,'9ef99cf892877707aff47ef8f4a43055');
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
INSERT INTO "orderlife_snapshots" VALUES('','o1',8,20,X'68BF6E426863AD5BCD7282400C7E158773A7435828EA73F4EA7404A97506BB4E95E989776FB23FB0D90541A927591748B2C9975F9D03BF56C3A6EE189E2481A2E754B8B04D62639543BBA8AAA786259C198A25467B6E8EEC00C55CA31579C68D36876486D9A6D99A948E344E0588A5AC6543115251372AC7389E3E6F1FCEC4086CDD15A594F3ACDE72583697C8EB67320EC5AB10830C0AF13028A5304A9D0F4259B2494730C817AA1D8CD19CED0FFBC8C52909834885CBFDF84FF945691019E16F55F4D77D090DD1348F5ADE0B35CA47DCA224FA189FAE6C216A2B5A15DE3B7B81ED05672F6030A595F5E0997AF61E6F96806767AF7AFF92F992C07D233B574CD8F9B9F961344A9BC71B6361F4CE815C2568EF4E5AE1901C3CFA9150C66899010D9385785D77399417786F45B1909E75B5C041329F2B15FA2416E7D3CD1F0C9010D60FDB45C9927EEB94A8A7A4B29B2A7338C90BDEBBFA96AB9FA6563867293B3455600C10B8474AB5F55F01BA5357831946BCDAB41C176F548B7C3C7E097CBFFE8579135B7C9DF2F881C3988DBBBEEE8B97FEBDDD91DA328D65E0AA18E0C51BAB0D967AD6A81AE575665547283C83F66E69F15E0F4351F75417032083244EDF3671BE8EFEBF8BC108D37D0C7E20A8507585BE76029B5BFCFC016AF2E0D2');
CREATE TABLE orderlife_stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT orderlife_stores_pkey PRIMARY KEY (number)
) STRICT;
INSERT INTO "orderlife_stores" VALUES(1,'81138f19d2dd');
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
