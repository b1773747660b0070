#include "store/schema.hpp"

#include <array>

#include "store/database.hpp"
#include "store/sqlite.hpp"

namespace store {

namespace {

// Comments stand inside the statements, because SQLite keeps them there and shows them with `.schema`.
constexpr char migration_1[] = R"sql(
PRAGMA application_id = 0x6f726c6a;

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

CREATE TABLE secret_value (
  -- The values of Secret resources, sealed with the master key, which is not in this file.
  resource_id INTEGER NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  sealed BLOB NOT NULL,                    -- format version, key id, nonce, ciphertext
  PRIMARY KEY (resource_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE revision (
  -- Contents of resources as runs used them, kept while a run pins them.
  hash BLOB NOT NULL PRIMARY KEY,          -- first half of the SHA-256 over kind, namespace, name and spec
  kind TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  spec TEXT NOT NULL                       -- JSON object
) STRICT, WITHOUT ROWID;

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

CREATE TABLE message_use (
  -- Which messages a run lists: each one it reaches, parents included.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  message_id INTEGER NOT NULL,
  PRIMARY KEY (run_id, message_id)
) STRICT, WITHOUT ROWID;

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

PRAGMA user_version = 1;
)sql";

constexpr char migration_2[] = R"sql(
CREATE TABLE probe (
  -- What the last look at a model endpoint found: for people, nothing is decided by it.
  resource_id INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
  spec_hash BLOB NOT NULL,                 -- of the spec it was found with; void when the resource has another
  time INTEGER NOT NULL,
  readiness TEXT NOT NULL,                 -- ready, degraded, unauthorized, unreachable, misconfigured, unknown
  detail TEXT NOT NULL,
  hint TEXT NOT NULL
) STRICT;

PRAGMA user_version = 2;
)sql";

constexpr char migration_3[] = R"sql(
CREATE TABLE cancel_request (
  -- What `cancel` asks of the process that owns a run; gone when the run has ended.
  run_id INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
  reason TEXT NOT NULL,
  time INTEGER NOT NULL
) STRICT;

CREATE INDEX run_not_done ON run (namespace, task) WHERE finished_at IS NULL;

PRAGMA user_version = 3;
)sql";

constexpr char migration_4[] = R"sql(
-- What the model calls of a run cost, in millionths of a millionth of a US dollar, as far as it is known; NULL
-- when it is known of none. The other column counts the calls of which it is not.
ALTER TABLE run ADD COLUMN cost_picos INTEGER;
ALTER TABLE run ADD COLUMN unpriced_calls INTEGER NOT NULL DEFAULT 0;

DROP VIEW run_overview;

CREATE VIEW run_overview AS
  -- One row a run, times as text, cost in US dollars: as far as it is known, which it is not of unpriced_calls.
  SELECT id AS run, namespace, task, system, phase, stopped_reason, attempts,
    strftime('%Y-%m-%dT%H:%M:%S', created_at / 1000000, 'unixepoch')
      || printf('.%06dZ', created_at % 1000000) AS created_at,
    strftime('%Y-%m-%dT%H:%M:%S', started_at / 1000000, 'unixepoch')
      || printf('.%06dZ', started_at % 1000000) AS started_at,
    strftime('%Y-%m-%dT%H:%M:%S', finished_at / 1000000, 'unixepoch')
      || printf('.%06dZ', finished_at % 1000000) AS finished_at,
    (finished_at - started_at) / 1000 AS duration_ms,
    model_calls, input_tokens, output_tokens, output, last_error, engine_version,
    cost_picos / 1e12 AS cost_usd, unpriced_calls
  FROM run;

PRAGMA user_version = 4;
)sql";

constexpr char migration_5[] = R"sql(
-- Calls that were made before costs were kept have none: a run that goes on must not show a sum without them as
-- if it were whole. What a fork took over is not its own.
UPDATE run SET unpriced_calls = (
  SELECT count(*) FROM event
  WHERE event.id BETWEEN run.id << 32 AND (run.id << 32) + 4294967295 AND event.time >= run.created_at
    AND event.type IN ('model_call', 'model_error') AND json_valid(event.payload)
    AND json_extract(event.payload, '$.usage') IS NOT NULL
    AND json_extract(event.payload, '$.usage.cost_usd') IS NULL)
WHERE model_calls > 0;

PRAGMA user_version = 5;
)sql";

constexpr std::array<const char*, 5> all_migrations = {migration_1, migration_2, migration_3, migration_4,
                                                       migration_5};

} // namespace

std::span<const char* const> migrations() noexcept {
    return all_migrations;
}

std::int64_t schema_version() noexcept {
    return static_cast<std::int64_t>(all_migrations.size());
}

std::string schema_sql() {
    Connection connection = open_in_memory();
    std::string out;
    // What SQLite makes for itself (its sequence table, automatic indexes) is not ours to show.
    connection.for_each(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        "ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'trigger' THEN 3 ELSE 4 END, "
        "rowid",
        [&out](const Statement& row) {
            out += row.text(0);
            out += ";\n\n";
        });
    if (!out.empty()) out.pop_back(); // one newline at the end
    return out;
}

} // namespace store
