PRAGMA application_id = 1869769834;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE event (
  -- The journal of a run, append-only. Everything else about a run follows from it.
  id INTEGER PRIMARY KEY,                  -- run * 2^32 + seq (1, 2, 3, ...): a run lies together and ends at its end
  time INTEGER NOT NULL,
  type TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  agent TEXT,
  step INTEGER,
  payload TEXT NOT NULL DEFAULT '{}'       -- JSON object, its shape given by type
) STRICT;
INSERT INTO "event" VALUES(4294967297,1795441737382059,'task_start',1,NULL,NULL,'{"engine_version":1,"system":"alone","input":{"topic":"tides"},"pins":[{"role":"task","kind":"Task","namespace":"default","name":"done","hash":"0ae2778c7fc94457e56f38858220831e"},{"role":"system","kind":"AgentSystem","namespace":"default","name":"alone","hash":"5c94c217ced2196228042beed2ba54d5"},{"role":"agent","kind":"Agent","namespace":"default","name":"first","hash":"dbcb28f614c0d2bff56a2920e6738e03"},{"role":"endpoint","kind":"ModelEndpoint","namespace":"default","name":"here","hash":"9968325e0395440a0252f39e20ff0a8a"}]}');
INSERT INTO "event" VALUES(4294967298,1795441737382104,'agent_start',1,'first',NULL,'{"node":"first","generation":1,"turn":1,"endpoint":"here","provider":"mock","model":"scripted","message":"4d76891d334a5c287c929acc3f81a185"}');
INSERT INTO "event" VALUES(4294967299,1795441737382214,'policy_decision',1,'first',1,'{"policy":"thrift","rule":"max_tokens_per_run","verdict":"allow","model":"scripted","endpoint":"here","asked":4107,"limit":10000}');
INSERT INTO "event" VALUES(4294967300,1795441737382218,'model_request',1,'first',1,'{"call":"a1.first.1.s1.1","endpoint":"here","provider":"mock","model":"scripted","message":"4d76891d334a5c287c929acc3f81a185","call_attempt":1,"reserved":4107}');
INSERT INTO "event" VALUES(4294967301,1795441737385670,'model_call',1,'first',1,'{"call":"a1.first.1.s1.1","endpoint":"here","provider":"mock","model":"scripted","status":0,"finish":"stop","message":"bef87d143622a2b1d6cba97f5d508612","usage":{"input":11,"output":4,"source":"estimated"},"first_byte_ms":0,"duration_ms":0,"answered_by":"scripted"}');
INSERT INTO "event" VALUES(4294967302,1795441737385685,'agent_end',1,'first',1,'{"node":"first","generation":1,"reason":"completed","message":"bef87d143622a2b1d6cba97f5d508612","steps":1,"usage":{"input":11,"output":4,"source":"estimated"},"duration_ms":0}');
INSERT INTO "event" VALUES(4294967303,1795441737385692,'task_end',1,NULL,NULL,'{"phase":"Succeeded","stopped_reason":"completed","outputs":{"first":"Two tides a day."},"order":["first"],"sinks":["first"],"usage":{"input":11,"output":4,"source":"estimated"},"calls":1,"duration_ms":3}');
INSERT INTO "event" VALUES(8589934593,1795441737397800,'task_start',1,NULL,NULL,'{"engine_version":1,"system":"both","input":{"topic":"tides"},"pins":[{"role":"task","kind":"Task","namespace":"default","name":"stopped","hash":"2f045c625d5c137c2b325ed5d84b3090"},{"role":"system","kind":"AgentSystem","namespace":"default","name":"both","hash":"f61a73fbd56f1f0cae821dc09cb6fe8e"},{"role":"agent","kind":"Agent","namespace":"default","name":"first","hash":"dbcb28f614c0d2bff56a2920e6738e03"},{"role":"endpoint","kind":"ModelEndpoint","namespace":"default","name":"here","hash":"9968325e0395440a0252f39e20ff0a8a"},{"role":"agent","kind":"Agent","namespace":"default","name":"second","hash":"53619797c96cdf2c33b5ebeb0444ede8"},{"role":"endpoint","kind":"ModelEndpoint","namespace":"default","name":"away","hash":"9af81130c79a34beb65ed0482b4a143f"}]}');
INSERT INTO "event" VALUES(8589934594,1795441737397841,'agent_start',1,'first',NULL,'{"node":"first","generation":1,"turn":1,"endpoint":"here","provider":"mock","model":"scripted","message":"4d76891d334a5c287c929acc3f81a185"}');
INSERT INTO "event" VALUES(8589934595,1795441737397922,'policy_decision',1,'first',1,'{"policy":"thrift","rule":"max_tokens_per_run","verdict":"allow","model":"scripted","endpoint":"here","asked":4107,"limit":10000}');
INSERT INTO "event" VALUES(8589934596,1795441737397925,'model_request',1,'first',1,'{"call":"a1.first.1.s1.1","endpoint":"here","provider":"mock","model":"scripted","message":"4d76891d334a5c287c929acc3f81a185","call_attempt":1,"reserved":4107}');
INSERT INTO "event" VALUES(8589934597,1795441737398748,'model_call',1,'first',1,'{"call":"a1.first.1.s1.1","endpoint":"here","provider":"mock","model":"scripted","status":0,"finish":"stop","message":"bef87d143622a2b1d6cba97f5d508612","usage":{"input":11,"output":4,"source":"estimated"},"first_byte_ms":0,"duration_ms":0,"answered_by":"scripted"}');
INSERT INTO "event" VALUES(8589934598,1795441737398759,'agent_end',1,'first',1,'{"node":"first","generation":1,"reason":"completed","message":"bef87d143622a2b1d6cba97f5d508612","steps":1,"usage":{"input":11,"output":4,"source":"estimated"},"duration_ms":0}');
INSERT INTO "event" VALUES(8589934599,1795441737398762,'hand_off',1,'first',1,'{"from":"first","to":"second","generation":1}');
INSERT INTO "event" VALUES(8589934600,1795441737398775,'agent_start',1,'second',NULL,'{"node":"second","generation":1,"turn":2,"endpoint":"away","provider":"openai-compatible","model":"m","message":"3f9c016f7951e4b44c50779786fd5758"}');
INSERT INTO "event" VALUES(8589934601,1795441737398898,'policy_decision',1,'second',1,'{"policy":"thrift","rule":"max_tokens_per_run","verdict":"allow","model":"m","endpoint":"away","used":15,"asked":4120,"limit":10000}');
INSERT INTO "event" VALUES(8589934602,1795441737398903,'model_request',1,'second',1,'{"call":"a1.second.1.s1.1","endpoint":"away","provider":"openai-compatible","model":"m","url":"http://127.0.0.1:1/v1/chat/completions","message":"3f9c016f7951e4b44c50779786fd5758","credential":"secret default/key","call_attempt":1,"reserved":4120}');
INSERT INTO "event" VALUES(8589934603,1795441737436320,'model_error',1,'second',1,'{"call":"a1.second.1.s1.1","endpoint":"away","provider":"openai-compatible","model":"m","url":"http://127.0.0.1:1/v1/chat/completions","kind":"network","status":0,"retryable":true,"provider_code":"refused","detail":"nothing listens at 127.0.0.1:1","hint":"nothing answers at ''127.0.0.1:1'': start the server there or correct spec.base_url of model endpoint ''default/away''","duration_ms":0}');
INSERT INTO "event" VALUES(8589934604,1795441737436366,'retry_scheduled',1,'second',NULL,'{"endpoint":"away","next_attempt":2,"delay_ms":406,"reason":"network"}');
INSERT INTO "event" VALUES(8589934605,1795441737465625,'task_interrupted',1,NULL,NULL,'{"reason":"by the user"}');
CREATE TABLE message (
  -- What was said, once: a conversation is a last message and its parents. Shared between runs. Rows are appended
  -- in order, so that a commit touches few pages; a message that no run uses is deleted with its last use.
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,               -- first half of the SHA-256 over parent, role and parts
  parent BLOB,                             -- hash of the message before; no foreign key: it would need an index
  role TEXT NOT NULL,
  parts TEXT NOT NULL,                     -- JSON array
  uses INTEGER NOT NULL DEFAULT 0          -- rows of message_use
) STRICT;
INSERT INTO "message" VALUES(1,X'8E4A7173E4E085FB26E619D0266621D9',NULL,'system','[{"kind":"text","text":"Think."}]',2);
INSERT INTO "message" VALUES(2,X'4D76891D334A5C287C929ACC3F81A185',X'8E4A7173E4E085FB26E619D0266621D9','user','[{"kind":"text","text":"<input name=\"topic\">\ntides\n</input>"}]',2);
INSERT INTO "message" VALUES(3,X'BEF87D143622A2B1D6CBA97F5D508612',X'4D76891D334A5C287C929ACC3F81A185','assistant','[{"kind":"text","text":"Two tides a day."}]',2);
INSERT INTO "message" VALUES(4,X'78B6929E0E6142C79302D750BC0EE647',NULL,'system','[{"kind":"text","text":"Write."}]',1);
INSERT INTO "message" VALUES(5,X'3F9C016F7951E4B44C50779786FD5758',X'78B6929E0E6142C79302D750BC0EE647','user','[{"kind":"text","text":"<input name=\"topic\">\ntides\n</input>\n\n<hand_off from=\"first\">\nTwo tides a day.\n</hand_off>"}]',1);
CREATE TABLE message_use (
  -- Which messages a run lists: each one it reaches, parents included.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  message_id INTEGER NOT NULL,
  PRIMARY KEY (run_id, message_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "message_use" VALUES(1,1);
INSERT INTO "message_use" VALUES(1,2);
INSERT INTO "message_use" VALUES(1,3);
INSERT INTO "message_use" VALUES(2,1);
INSERT INTO "message_use" VALUES(2,2);
INSERT INTO "message_use" VALUES(2,3);
INSERT INTO "message_use" VALUES(2,4);
INSERT INTO "message_use" VALUES(2,5);
CREATE TABLE resource (
  -- What the user declared: one row a resource. Times, here and everywhere, are microseconds since 1970 UTC.
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  labels TEXT NOT NULL DEFAULT '{}',       -- JSON object
  annotations TEXT NOT NULL DEFAULT '{}',  -- JSON object
  spec TEXT NOT NULL,                      -- JSON object; never holds a secret's value
  spec_hash BLOB NOT NULL,                 -- SHA-256 of spec, tells whether anything changed
  generation INTEGER NOT NULL,             -- counts changes of spec
  resource_version INTEGER NOT NULL,       -- counts changes of anything
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (kind, namespace, name)
) STRICT;
INSERT INTO "resource" VALUES(1,'ModelEndpoint','default','here','{}','{}','{"provider":"mock","default_model":"scripted","options":{"answer":"Two tides a day."},"auth":{}}',X'A3555E1F751F5D1CA2E66EF837A874A6979CB386F5B7BB9C014B522CCD9CFC76',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(2,'ModelEndpoint','default','away','{}','{}','{"provider":"openai-compatible","base_url":"http://127.0.0.1:1/v1","default_model":"m","auth":{"secretRef":"key"},"allowPrivate":true}',X'29FE8030C56E5BF67D92F2978B2B110DBB23D39CF9C981830A709A8F8FC9B368',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(3,'Secret','default','key','{}','{}','{"data":{"value":"***"}}',X'B6CE748165E9128CEA05C6875511E4C91A3643D507339D69E4587515635F0555',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(4,'Agent','default','first','{}','{}','{"model_ref":"here","prompt":"Think.","memory":{},"execution":{"profile":"dynamic","duplicate_tool_call_policy":"short_circuit","on_contract_violation":"non_retryable_error","tool_use_behavior":"run_llm_again"},"limits":{"max_steps":10}}',X'09D07D6FB8846CF0B48D8681FE2383D065A15661E3686E411060F32D16EAAB1A',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(5,'Agent','default','second','{}','{}','{"model_ref":"away","prompt":"Write.","memory":{},"execution":{"profile":"dynamic","duplicate_tool_call_policy":"short_circuit","on_contract_violation":"non_retryable_error","tool_use_behavior":"run_llm_again"},"limits":{"max_steps":10}}',X'9E3F904A18B87E54EF661BD8DA54E13D4EB301E9BF64F248B7960A0F661C50A6',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(6,'AgentPolicy','default','thrift','{}','{}','{"max_tokens_per_run":10000,"apply_mode":"scoped"}',X'4DBCE5EF3611A5B2509B10C8FA06761140EF573074A96A706F3F13B5211DED04',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(7,'AgentSystem','default','alone','{}','{}','{"agents":["first"]}',X'068E6C3011A291174227C6AE3CA86C1FA9870DACCCEAE0FF7E8F394D423AB9C2',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(8,'AgentSystem','default','both','{}','{}','{"agents":["first","second"]}',X'B5213924C8414834D195E6B00977367E6B57D012423B14F29D23FEEFC7176B77',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(9,'Task','default','done','{}','{}','{"system":"alone","mode":"run","input":{"topic":"tides"},"priority":"normal","retry":{"max_attempts":1},"message_retry":{"max_backoff":"24h0m0s","jitter":"full"}}',X'1D3900D342A0C44252DCE08925AB7938B9ED65A46807FAB619D4CBCD0CCA20B6',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(10,'Task','default','stopped','{}','{}','{"system":"both","mode":"run","input":{"topic":"tides"},"priority":"normal","retry":{"max_attempts":1},"message_retry":{"max_backoff":"24h0m0s","jitter":"full"}}',X'898F9538E132776CF188A712FD9377A5359D059959B7271D2A623AEDE7C56A18',1,1,1795441737367317,1795441737367317);
INSERT INTO "resource" VALUES(11,'Task','default','waiting','{}','{}','{"system":"alone","mode":"run","input":{"topic":"tides"},"priority":"normal","retry":{"max_attempts":1},"message_retry":{"max_backoff":"24h0m0s","jitter":"full"}}',X'1D3900D342A0C44252DCE08925AB7938B9ED65A46807FAB619D4CBCD0CCA20B6',1,1,1795441737367317,1795441737367317);
CREATE TABLE revision (
  -- Contents of resources as runs used them, kept while a run pins them.
  hash BLOB NOT NULL PRIMARY KEY,          -- first half of the SHA-256 over kind, namespace, name and spec
  kind TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  spec TEXT NOT NULL                       -- JSON object
) STRICT, WITHOUT ROWID;
INSERT INTO "revision" VALUES(X'0AE2778C7FC94457E56F38858220831E','Task','default','done','{"system":"alone","mode":"run","input":{"topic":"tides"},"priority":"normal","retry":{"max_attempts":1},"message_retry":{"max_backoff":"24h0m0s","jitter":"full"}}');
INSERT INTO "revision" VALUES(X'2F045C625D5C137C2B325ED5D84B3090','Task','default','stopped','{"system":"both","mode":"run","input":{"topic":"tides"},"priority":"normal","retry":{"max_attempts":1},"message_retry":{"max_backoff":"24h0m0s","jitter":"full"}}');
INSERT INTO "revision" VALUES(X'53619797C96CDF2C33B5EBEB0444EDE8','Agent','default','second','{"model_ref":"away","prompt":"Write.","memory":{},"execution":{"profile":"dynamic","duplicate_tool_call_policy":"short_circuit","on_contract_violation":"non_retryable_error","tool_use_behavior":"run_llm_again"},"limits":{"max_steps":10}}');
INSERT INTO "revision" VALUES(X'5C94C217CED2196228042BEED2BA54D5','AgentSystem','default','alone','{"agents":["first"]}');
INSERT INTO "revision" VALUES(X'9968325E0395440A0252F39E20FF0A8A','ModelEndpoint','default','here','{"provider":"mock","default_model":"scripted","options":{"answer":"Two tides a day."},"auth":{}}');
INSERT INTO "revision" VALUES(X'9AF81130C79A34BEB65ED0482B4A143F','ModelEndpoint','default','away','{"provider":"openai-compatible","base_url":"http://127.0.0.1:1/v1","default_model":"m","auth":{"secretRef":"key"},"allowPrivate":true}');
INSERT INTO "revision" VALUES(X'DBCB28F614C0D2BFF56A2920E6738E03','Agent','default','first','{"model_ref":"here","prompt":"Think.","memory":{},"execution":{"profile":"dynamic","duplicate_tool_call_policy":"short_circuit","on_contract_violation":"non_retryable_error","tool_use_behavior":"run_llm_again"},"limits":{"max_steps":10}}');
INSERT INTO "revision" VALUES(X'F61A73FBD56F1F0CAE821DC09CB6FE8E','AgentSystem','default','both','{"agents":["first","second"]}');
CREATE TABLE run (
  -- One row a task that was started: what the events of the run add up to. An id is never used again, because
  -- the process that owns a run is known by it.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace TEXT NOT NULL,
  task TEXT NOT NULL,
  system TEXT NOT NULL,
  phase TEXT NOT NULL DEFAULT 'Pending'
    CHECK (phase IN ('Pending', 'Running', 'WaitingApproval', 'Succeeded', 'Failed', 'DeadLetter')),
  stopped_reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  engine_version TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  last_error TEXT,
  output TEXT,                             -- JSON
  input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  model_calls INTEGER NOT NULL DEFAULT 0,
  owner_pid INTEGER,                       -- for messages only: a lock beside the file decides who owns a run
  owner_host TEXT,
  UNIQUE (namespace, task)
) STRICT;
INSERT INTO "run" VALUES(1,'default','done','alone','Succeeded','completed',1,'1',1795441737375991,1795441737382059,1795441737385692,NULL,'{"output":"Two tides a day.","last_output":"Two tides a day.","agent.1.name":"first","agent.1.output":"Two tides a day.","agents_executed":"1","execution_order":"first","tokens_used_total":"15","stopped_reason":"completed"}',11,4,1,5905,'vm');
INSERT INTO "run" VALUES(2,'default','stopped','both','Running',NULL,1,'1',1795441737394161,1795441737397800,NULL,NULL,NULL,11,4,2,5906,'vm');
CREATE TABLE run_revision (
  -- The exact contents a run works with, whatever is applied meanwhile.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('task', 'source', 'system', 'agent', 'endpoint')),
  kind TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  hash BLOB NOT NULL REFERENCES revision (hash),
  PRIMARY KEY (run_id, role, kind, namespace, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "run_revision" VALUES(1,'task','Task','default','done',X'0AE2778C7FC94457E56F38858220831E');
INSERT INTO "run_revision" VALUES(2,'task','Task','default','stopped',X'2F045C625D5C137C2B325ED5D84B3090');
INSERT INTO "run_revision" VALUES(2,'agent','Agent','default','second',X'53619797C96CDF2C33B5EBEB0444EDE8');
INSERT INTO "run_revision" VALUES(1,'system','AgentSystem','default','alone',X'5C94C217CED2196228042BEED2BA54D5');
INSERT INTO "run_revision" VALUES(1,'endpoint','ModelEndpoint','default','here',X'9968325E0395440A0252F39E20FF0A8A');
INSERT INTO "run_revision" VALUES(2,'endpoint','ModelEndpoint','default','here',X'9968325E0395440A0252F39E20FF0A8A');
INSERT INTO "run_revision" VALUES(2,'endpoint','ModelEndpoint','default','away',X'9AF81130C79A34BEB65ED0482B4A143F');
INSERT INTO "run_revision" VALUES(1,'agent','Agent','default','first',X'DBCB28F614C0D2BFF56A2920E6738E03');
INSERT INTO "run_revision" VALUES(2,'agent','Agent','default','first',X'DBCB28F614C0D2BFF56A2920E6738E03');
INSERT INTO "run_revision" VALUES(2,'system','AgentSystem','default','both',X'F61A73FBD56F1F0CAE821DC09CB6FE8E');
CREATE TABLE secret_value (
  -- The values of Secret resources, sealed with the master key, which is not in this file.
  resource_id INTEGER NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  sealed BLOB NOT NULL,                    -- format version, key id, nonce, ciphertext
  PRIMARY KEY (resource_id, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "secret_value" VALUES(3,'value',X'010E89E2DB1EB41A6AA943E5817814EF1379F8A70A94CC488CA5D1B59A0CA12C4D5A992C12001C0E4F517003A33F28215A349E968248E99BD8FF0276975256FC4FF5C93790528C3390D16A3F77CD075B76');
CREATE INDEX run_revision_by_hash ON run_revision (hash);
CREATE TRIGGER run_phase_is_sticky BEFORE UPDATE OF phase ON run
WHEN OLD.phase IN ('Succeeded', 'Failed', 'DeadLetter') AND NEW.phase <> OLD.phase
BEGIN
  SELECT RAISE(ABORT, 'a finished run keeps its phase');
END;
CREATE TRIGGER events_go_with_their_run AFTER DELETE ON run
BEGIN
  DELETE FROM event WHERE id BETWEEN OLD.id << 32 AND (OLD.id << 32) + 4294967295;
END;
CREATE TRIGGER message_is_used AFTER INSERT ON message_use
BEGIN
  UPDATE message SET uses = uses + 1 WHERE id = NEW.message_id;
END;
CREATE TRIGGER message_goes_with_its_last_use AFTER DELETE ON message_use
BEGIN
  UPDATE message SET uses = uses - 1 WHERE id = OLD.message_id;
  DELETE FROM message WHERE id = OLD.message_id AND uses = 0;
END;
CREATE TRIGGER revision_goes_with_its_last_run AFTER DELETE ON run_revision
WHEN NOT EXISTS (SELECT 1 FROM run_revision WHERE hash = OLD.hash)
BEGIN
  DELETE FROM revision WHERE hash = OLD.hash;
END;
CREATE TRIGGER revision_goes_when_replaced AFTER UPDATE OF hash ON run_revision
WHEN NOT EXISTS (SELECT 1 FROM run_revision WHERE hash = OLD.hash)
BEGIN
  DELETE FROM revision WHERE hash = OLD.hash;
END;
CREATE VIEW resource_overview AS
  -- Promised to users, as the other views: columns are only ever added.
  SELECT resource.namespace, resource.kind, resource.name,
    CASE WHEN resource.kind <> 'Task' THEN 'Ready' ELSE coalesce(run.phase, 'Pending') END AS status,
    resource.generation, resource.spec
  FROM resource
  LEFT JOIN run ON resource.kind = 'Task' AND run.namespace = resource.namespace AND run.task = resource.name;
CREATE VIEW run_overview AS
  -- One row a run, times as text.
  SELECT id AS run, namespace, task, system, phase, stopped_reason, attempts,
    strftime('%Y-%m-%dT%H:%M:%S', created_at / 1000000, 'unixepoch')
      || printf('.%06dZ', created_at % 1000000) AS created_at,
    strftime('%Y-%m-%dT%H:%M:%S', started_at / 1000000, 'unixepoch')
      || printf('.%06dZ', started_at % 1000000) AS started_at,
    strftime('%Y-%m-%dT%H:%M:%S', finished_at / 1000000, 'unixepoch')
      || printf('.%06dZ', finished_at % 1000000) AS finished_at,
    (finished_at - started_at) / 1000 AS duration_ms,
    model_calls, input_tokens, output_tokens, output, last_error, engine_version
  FROM run;
CREATE VIEW run_event AS
  -- The journals of all runs.
  SELECT run.id AS run, run.namespace, run.task, event.id & 4294967295 AS seq,
    strftime('%Y-%m-%dT%H:%M:%S', event.time / 1000000, 'unixepoch')
      || printf('.%06dZ', event.time % 1000000) AS time,
    event.type, event.attempt, event.agent, event.step, event.payload
  FROM run JOIN event ON event.id BETWEEN run.id << 32 AND (run.id << 32) + 4294967295;
CREATE VIEW run_message AS
  -- What was said in each run; hash and parent as hex.
  SELECT run.id AS run, run.namespace, run.task, lower(hex(message.hash)) AS hash,
    CASE WHEN message.parent IS NOT NULL THEN lower(hex(message.parent)) END AS parent,
    message.role, message.parts
  FROM message_use JOIN run ON run.id = message_use.run_id JOIN message ON message.id = message_use.message_id;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('run',2);
COMMIT;
