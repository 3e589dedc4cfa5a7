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
INSERT INTO "orderlife_decisions" VALUES('','o1',1,3,0,3,'command:place',X'2A43DAD1F9078E3B7B62D63DBD01D3461DED110B615CC43D35404540507F2DDEDE',X'89B30F1A2A53232D881907720D4D8B3F01B5E545EDF37A1B34B970DA12A1A391',X'68BF6E426863B59A410EC2201045EFD20318A703623D47F7A6A5B51A6B3051E2CABB0B98864269021297CC8A4FFE7F19607E8A3BADB7554ADCBBFE71CD8CBC80CCD0DFE4E0180063438F8CBAA1675046C49ED0BD36AD76AC6930B91885D41D563B4A7347192EA7E7713671028779C5983A8E1A93422EEF85F71FEA28C40D6250206232D408ACEECE87182D2BB2C230FF50A7C19AAFB2A66B8A39E7040449A7CA767C889FF5354A87F8D5B7766D9FE0148DD992890143FF8F89B4866C260A0852D19493B8B88845B4BBDE21622A6D1041CC9D7FDE9A981F35C16C40');
INSERT INTO "orderlife_decisions" VALUES('','o1',2,5,3,5,'','',X'EB8C21430F09D78F38237F4F9B6B9077FFE8A5C1A04CAD357460962C8FE0A9DF',X'68BF6E426863232BBB9B86185852A368CF37A4B070071B80993830CDC55FC0E796A6E32BE08DD1D30A4C5F7269013E7D86D8320B9E9A20DF9082BAC0D4C8D204B92AC8276DB502D6CA000088C9AD5D');
INSERT INTO "orderlife_decisions" VALUES('','o1',3,9,5,9,'','',X'241C507F9C6562629C6B4092174953F31D9BD92FF0E10F3306EFC543AF640499',X'68BF6E426863232BBB9B86185852DE8AC937A4BC1D836106312D190C4D14B4654C8D2C4D08BB8A800BA8DA9C81F65B905A2340DB14F2F2158A4A73509B34B87B25443620F20DB1E64DB0307A230200490FCE22');
INSERT INTO "orderlife_decisions" VALUES('','o1',4,12,9,12,'','',X'CC84AD65F8DB9E45E21A47BB7C7B0599A5780A6A8A410B7BEC5F67ED448ED95A',X'68BF6E426863232BBB9B86185852A368CF37A44AF30F6C0C151A80C6E00620EA6C0786D9841AEC400DD89BEC1093886EB4C31C034A4B00AB7384DC');
INSERT INTO "orderlife_decisions" VALUES('','o1',5,17,12,17,'command:cancel',X'747FA799819B4B83248357AA2FA45F7CBAE707B690A586389792D1328A7CCA3C',X'CFB2B98F6EDACB6D72B2BD3EA671057E27D8180A978BAC9C20C4C20FB790A4CC',X'68BF6E426863232BBB9B8618589292DD53528BB391B37C72621E64920433CF3B83A572C0311D5C02ACD6212DB89CFC6268BD0DAF6391566100932FA81900373907D4C6C6D2C87686CBA237B3F30D610D6D74D3D1BBFFD0F63FDE140B340D5B9A050B03532DD800228602724BD3F1D53BC6E84918A62FB9B4009F3E43943C4C6663D918DC58469D198279BB342F251FA33146B822CC37B42ACBCF44998E04F1F15580A6469626A82E00E73D0086B5EB3F');
INSERT INTO "orderlife_decisions" VALUES('','o1',6,18,17,18,'','',X'65660A693A54BEF7CA3226A761BDD4C42B9AB4A4CA40266C2833A5164D8BE9BD',X'68BF6E426863232BBB9B86185852A368CF37844423B8450DEE1BE328DC911ADD18C9036C08660241371B142700660F4AB7');
INSERT INTO "orderlife_decisions" VALUES('','o1',7,20,18,20,'','',X'75C95D1AD9AF13D02778906B875632FA5B814E0312062B06E3ECC04448D08AA8',X'68BF6E426863232BBB9B86185852DE8AC937B42ACBCF247BFE16593BB6F60BD6060A4807FEC689A991A5091EBB50D23FA4599F086CA4001BDE90B158006A0A6B9C');
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
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:release:3',5,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'3E1B48F003D1571F3038CA7AF1A403A7EC535ADE148A5476BC3E6CE37A82C33A',X'68BF6E426863236D8A1ADCF4C58C8C7C43487480A5D19717E5636DC082B5102C79734BD3F195BCC6E89108D3975C5A804F9F212882004BD64FDD');
INSERT INTO "orderlife_effects" VALUES('','o1','o1-r1:reserve:1',1,'inventory','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'9BA98E7BFD28E632CE0FABCE37B1D2088B2AE8CAC6624C35A420C5A6E6FD9954',X'68BF6E426863A3CA1475BE219E49EA7CAC0D58B01622E22DB7341D25DE8CD1E30DA630B9B44009632C1F23464D430C0DD1AA4D00F13C4FAE');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:authorize:1',2,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'9272A32EDE0FF7F55C657C7D3F256BB2B37B31282EA27C8BF46CD0A6B850ACDF',X'68BF6E426863A3D2DC7ABE21EED9F57CF0A0026C7EDDD448CFD2842AD3EB003C393C79');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:20',7,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'0123E64F08F074CA2E9EFE5D62725040929E677247C1BA8D0DFDC89FFE25B2A1',X'68BF6E426863A3C602817C435C2B5BF2C18515FAAA8A4460AD0E6CA912B3AA221F75514BBE21F6F502F08A176E486D6D2D00F4004931');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:notify:8',3,'notifier','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'0C13D88E68970A2F3B43377F308708DBCE326C7B7D237BE8C3820278261FB96D',X'68BF6E426863A3C602817C431C4B04F2C16515058B2AF251D7B4E41B222DAC0000671B3DDF');
INSERT INTO "orderlife_effects" VALUES('','o1','o1:void:1',6,'payment','done',1767603600000000,1767603600000000,1,'','',1767603600000000,1,1,'',0,X'B6C9EA8574C658060A5DBC28FE4B857879E269E4EED531B551B740EBCCF9C038',X'68BF6E42686323658A3A2C3F134BF9956F68550694409F9BCE070F25C066D54D8DF42C4D485A8D033416A5C6AF0500065F369B');
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
INSERT INTO "orderlife_orders" VALUES('','o1',20,'75c95d1ad9af13d02778906b875632fa5b814e0312062b06e3ecc04448d08aa8','',NULL,1767603600000000,'web','1007','ada','cancelled','voided','unfulfilled','none',0,'EUR',5294,1767603600000000,7,7,17,NULL,1767603600000000,0);
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
INSERT INTO "orderlife_salts" VALUES('','o1',1,'7ff4103dcbfea8a401cdae5edf41e1d7');
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
INSERT INTO "orderlife_snapshots" VALUES('','o1',5,17,X'68BF6E426863A55ADB6E83300CFD958A0F989606C4DAEFD86B55715B87942ED368BA27FE7DB61320175840F48D109AD8F139BEC4D68177CD3CD42DE049542878CE4EDF95E5069573B3B0AA47CD1205F87021F44DD71ED4DED5CD3941BE16B53CCF5CD4E6ECB802B769F686568726471162258554182295425192716B3F1E57AB65849DED11B2CA75B01F24ACD477E25D683A12F217CE6705E47C332BA56C71773E0B65C753BA4042BE5287CE182D595117894D5492CD52150C4FFD3FD527E64188C2DFA69C9EA71A1AD0699EF4EE65A8B13E9496F714C55B230C22236D78B587DBECFDF5B4870947F0E9F97B9A45025F0CACDD41F6ED9E811F1383E6DCE0612926BE58FC494AF3BEC411975F83BFDE1297188B310C60520AEF0A5DCE05F9DEAAA0161879CAB65EDAA379376E0F9FB7ECACBCB70FFF725F62D7D1AE0447AF12D3684CF84BAC3461251CF0EDE14B1E7E94D0F50F213BF3D538C5EA5A0353431399D8996A12A33CB56A02A4B0C0116252AD9BFE479340C6A213D0A0B33CB9313A74E5B427CFC5EB37D3C1D8797ACCB3077E6135BDA28645533C8DA668131054507DE7CC230B2EA60391F5FF6BDBEF5D987254E2500E1A34D89106DD22911E0E7CEE7C3835E87A65F188139FC279C2EF0FBC8BA89C');
CREATE TABLE orderlife_stores (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    CONSTRAINT orderlife_stores_pkey PRIMARY KEY (number)
) STRICT;
INSERT INTO "orderlife_stores" VALUES(1,'e9658f379dc4');
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
