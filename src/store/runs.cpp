#include "store/runs.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace store {

using resource::Name;
using trace::Event;
using trace::StoredMessage;

namespace {

std::string to_bytes(const std::string& hex) {
    return base::from_hex(hex).value_or(std::string());
}

std::string to_hex(std::string_view bytes) {
    return base::hex(
        {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}); // NOLINT: bytes are bytes
}

constexpr std::string_view run_columns =
    "id, namespace, task, system, phase, stopped_reason, attempts, engine_version, created_at, started_at, "
    "finished_at, "
    "last_error, output, input_tokens, output_tokens, model_calls, owner_pid, owner_host, cost_picos, "
    "unpriced_calls";

constexpr std::int64_t highest_seq = 0xFFFFFFFF;

std::int64_t event_id(std::int64_t run, std::int64_t seq) {
    return run * (highest_seq + 1) + seq;
}

RunRow read_row(const Statement& row) {
    RunRow out;
    out.id = row.integer(0);
    out.task = {std::string(row.text(1)), std::string(row.text(2))};
    out.system = row.text(3);
    out.phase = row.text(4);
    out.stopped_reason = row.text(5);
    out.attempts = row.integer(6);
    out.engine_version = row.text(7);
    out.created = {row.integer(8)};
    if (!row.is_null(9)) out.started = base::Time{row.integer(9)};
    if (!row.is_null(10)) out.finished = base::Time{row.integer(10)};
    out.last_error = row.text(11);
    out.output = row.text(12);
    out.input_tokens = row.integer(13);
    out.output_tokens = row.integer(14);
    out.model_calls = row.integer(15);
    out.owner_pid = row.integer(16);
    out.owner_host = row.text(17);
    if (const auto picos = row.integer_or_null(18)) out.cost = base::Usd{*picos};
    out.unpriced = row.integer(19);
    return out;
}

/// What `status.output` shows: the original's keys, plus the texts it forgot.
std::string output_json(const trace::TaskEnd& end) {
    base::JsonWriter out;
    out.begin_object();
    const std::string result = trace::answer_of(end);
    if (!end.sinks.empty()) out.member("output", result).member("last_output", result);
    std::int64_t k = 0;
    std::map<std::string, std::int64_t> last_turn; // of a loop only the last answer is in the event
    for (const std::string& agent : end.order)
        last_turn[agent] = ++k;
    k = 0;
    for (const std::string& agent : end.order) {
        out.member(base::format("agent.{}.name", ++k), agent);
        if (last_turn[agent] == k) out.member(base::format("agent.{}.output", k), end.outputs.at(agent));
    }
    out.member("agents_executed", std::to_string(k));
    out.member("execution_order", base::join(end.order, " -> "));
    out.member("tokens_used_total", std::to_string(end.usage.input + end.usage.output));
    out.member("stopped_reason", end.stopped_reason);
    out.end_object();
    return std::move(out).take();
}

} // namespace

std::int64_t Runs::create(const Name& task, const std::string& system, std::int64_t engine_version,
                          const std::vector<PinnedSpec>& pins, base::Time now) {
    db_.run("INSERT INTO run (namespace, task, system, phase, engine_version, created_at) VALUES (?, ?, ?, "
            "'Pending', ?, ?)",
            task.namespace_, task.name, system, std::to_string(engine_version), now.us);
    const std::int64_t run = db_.last_insert_id();
    pin(run, pins);
    return run;
}

bool Runs::is_pinned_to(std::int64_t run, const std::vector<PinnedSpec>& pins) {
    using Row = std::array<std::string, 5>;
    std::set<Row> wanted, found;
    for (const PinnedSpec& pinned : pins) {
        const trace::Pin& pin = pinned.pin;
        wanted.insert({pin.role, pin.kind, pin.namespace_, pin.name, to_bytes(pin.hash)});
    }
    db_.for_each(
        "SELECT role, kind, namespace, name, hash FROM run_revision WHERE run_id = ?",
        [&](const Statement& row) {
            found.insert({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                          std::string(row.text(3)), std::string(row.blob(4))});
        },
        run);
    return wanted == found;
}

void Runs::replace_pins(std::int64_t run, const std::vector<PinnedSpec>& pins) {
    if (is_pinned_to(run, pins)) return; // as a rule: a commit saved
    Transaction transaction(db_, Transaction::Kind::write);
    db_.run("DELETE FROM run_revision WHERE run_id = ?", run);
    pin(run, pins);
    transaction.commit();
}

void Runs::pin(std::int64_t run, const std::vector<PinnedSpec>& pins) {
    for (const PinnedSpec& pinned : pins) {
        const std::string hash = to_bytes(pinned.pin.hash);
        db_.run("INSERT INTO revision (hash, kind, namespace, name, spec) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
                "DO NOTHING",
                Blob{hash}, pinned.pin.kind, pinned.pin.namespace_, pinned.pin.name, pinned.spec);
        db_.run(
            "INSERT INTO run_revision (run_id, role, kind, namespace, name, hash) VALUES (?, ?, ?, ?, ?, ?)",
            run, pinned.pin.role, pinned.pin.kind, pinned.pin.namespace_, pinned.pin.name, Blob{hash});
    }
}

std::optional<RunRow> Runs::find(const Name& task) {
    static const std::string sql =
        base::format("SELECT {} FROM run WHERE namespace = ? AND task = ?", run_columns);
    Statement row = db_.query(sql, task.namespace_, task.name);
    if (!row.step()) return std::nullopt;
    return read_row(row);
}

std::optional<Name> Runs::newest(const std::string& namespace_) {
    Statement row =
        db_.query("SELECT task FROM run WHERE namespace = ? ORDER BY id DESC LIMIT 1", namespace_);
    if (!row.step()) return std::nullopt;
    return Name{namespace_, std::string(row.text(0))};
}

RunCursor::RunCursor(Connection& connection, const std::optional<std::string>& namespace_)
    : rows_(connection.query(
          base::format("SELECT {} FROM run WHERE ?1 IS NULL OR namespace = ?1 ORDER BY namespace, task",
                       run_columns),
          namespace_)) {}

std::optional<RunRow> RunCursor::next() {
    ended_ = ended_ || !rows_.step();
    return ended_ ? std::nullopt : std::optional(read_row(rows_));
}

std::vector<RunRow> Runs::list(const std::optional<std::string>& namespace_) {
    RunCursor cursor(db_, namespace_);
    std::vector<RunRow> out;
    while (auto row = cursor.next())
        out.push_back(std::move(*row));
    return out;
}

std::vector<RunRow> Runs::of_agent(const Name& agent, std::size_t most) {
    static const std::string sql =
        base::format("SELECT {} FROM run WHERE EXISTS (SELECT 1 FROM run_revision WHERE run_id = run.id AND "
                     "role = 'agent' "
                     "AND kind = 'Agent' AND namespace = ?1 AND name = ?2) ORDER BY id DESC LIMIT ?3",
                     run_columns);
    std::vector<RunRow> out;
    db_.for_each(
        sql, [&](const Statement& row) { out.push_back(read_row(row)); }, agent.namespace_, agent.name,
        static_cast<std::int64_t>(most));
    std::reverse(out.begin(), out.end());
    return out;
}

std::vector<OpenTask> Runs::open(const std::optional<std::string>& namespace_) {
    std::vector<OpenTask> out;
    db_.for_each(
        "SELECT resource.namespace, resource.name, resource.id, run.id, run.started_at IS NOT NULL, "
        "resource.spec, resource.created_at FROM resource LEFT JOIN run "
        "ON run.namespace = resource.namespace AND run.task = resource.name "
        "WHERE resource.kind = 'Task' AND (?1 IS NULL OR resource.namespace = ?1) "
        "AND run.finished_at IS NULL AND coalesce(run.phase, '') <> 'WaitingApproval' "
        "UNION ALL "
        "SELECT run.namespace, run.task, 0, run.id, run.started_at IS NOT NULL, revision.spec, "
        "run.created_at "
        "FROM run JOIN run_revision ON run_id = run.id AND role = 'task' "
        "JOIN revision ON revision.hash = run_revision.hash "
        "WHERE run.finished_at IS NULL AND run.phase <> 'WaitingApproval' "
        "AND (?1 IS NULL OR run.namespace = ?1) AND NOT EXISTS (SELECT 1 FROM resource "
        "WHERE kind = 'Task' AND namespace = run.namespace AND name = run.task)",
        [&](const Statement& row) {
            out.push_back({{std::string(row.text(0)), std::string(row.text(1))},
                           row.integer(2),
                           row.integer(3),
                           row.integer(4) != 0,
                           std::string(row.text(5)),
                           {row.integer(6)}});
        },
        namespace_);
    return out;
}

std::vector<EndedRun> Runs::ended(const std::optional<std::string>& namespace_) {
    std::vector<EndedRun> out;
    db_.for_each(
        "SELECT id, namespace, task, phase, finished_at FROM run WHERE finished_at IS NOT NULL "
        "AND (?1 IS NULL OR namespace = ?1) ORDER BY finished_at DESC, id DESC",
        [&](const Statement& row) {
            out.push_back({row.integer(0),
                           {std::string(row.text(1)), std::string(row.text(2))},
                           std::string(row.text(3)),
                           {row.integer(4)}});
        },
        namespace_);
    return out;
}

std::vector<RunRow> Runs::under_way() {
    static const std::string sql =
        base::format("SELECT {} FROM run WHERE finished_at IS NULL ORDER BY namespace, task", run_columns);
    std::vector<RunRow> out;
    db_.for_each(sql, [&](const Statement& row) { out.push_back(read_row(row)); });
    return out;
}

bool Runs::remove(std::int64_t run) {
    // Uses first: their trigger needs the messages, and a cascade would leave its order to SQLite.
    db_.run("DELETE FROM message_use WHERE run_id = ?", run);
    return db_.run("DELETE FROM run WHERE id = ?", run) > 0;
}

std::vector<PinnedSpec> Runs::pins(std::int64_t run) {
    std::vector<PinnedSpec> out;
    db_.for_each(
        "SELECT role, run_revision.kind, run_revision.namespace, run_revision.name, run_revision.hash, spec "
        "FROM run_revision JOIN revision ON revision.hash = run_revision.hash WHERE run_id = ?",
        [&](const Statement& row) {
            PinnedSpec pinned;
            pinned.pin = {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                          std::string(row.text(3)), to_hex(row.blob(4))};
            pinned.spec = row.text(5);
            out.push_back(std::move(pinned));
        },
        run);
    return out;
}

std::optional<std::string> Runs::task_spec(std::int64_t run) {
    Statement row = db_.query("SELECT spec FROM run_revision JOIN revision ON revision.hash = "
                              "run_revision.hash WHERE run_id = ? AND role = 'task'",
                              run);
    if (!row.step()) return std::nullopt;
    return std::string(row.text(0));
}

void Runs::request_cancel(std::int64_t run, const std::string& reason, base::Time now) {
    db_.run("INSERT INTO cancel_request (run_id, reason, time) "
            "SELECT id, ?2, ?3 FROM run WHERE id = ?1 AND finished_at IS NULL "
            "ON CONFLICT DO UPDATE SET reason = excluded.reason, time = excluded.time",
            run, reason, now.us);
}

std::optional<std::string> Runs::cancel_request(std::int64_t run) {
    Statement row = db_.query("SELECT reason FROM cancel_request WHERE run_id = ?", run);
    if (!row.step()) return std::nullopt;
    return std::string(row.text(0));
}

void Runs::events(std::int64_t run, std::int64_t after, const std::function<void(Event)>& visit) {
    db_.for_each(
        "SELECT id & 4294967295, time, type, attempt, agent, step, payload FROM event "
        "WHERE id > ? AND id <= ? ORDER BY id",
        [&](const Statement& row) {
            const trace::EventKind* kind = trace::find_event_kind(row.text(2));
            if (kind == nullptr) {
                throw base::Error(
                    base::Fault::store,
                    base::format("the journal holds an event of unknown type '{}'", row.text(2)))
                    .hint("a newer orloj wrote it: update orloj");
            }
            Event event;
            event.seq = row.integer(0);
            event.time = {row.integer(1)};
            event.attempt = row.integer(3);
            event.agent = row.text(4);
            event.step = row.integer(5);
            event.payload = trace::read_payload(*kind, row.text(6));
            visit(std::move(event));
        },
        event_id(run, after), event_id(run, highest_seq));
}

std::int64_t Runs::last_seq(std::int64_t run) {
    return db_.integer("SELECT coalesce(max(id) & 4294967295, 0) FROM event WHERE id > ? AND id <= ?",
                       event_id(run, 0), event_id(run, highest_seq));
}

void Runs::messages(std::int64_t run, const std::function<void(const StoredMessage&)>& visit) {
    db_.for_each(
        "SELECT hash, parent, role, parts FROM message_use JOIN message ON message.id = message_id "
        "WHERE run_id = ? ORDER BY message_id",
        [&](const Statement& row) {
            visit({to_hex(row.blob(0)), to_hex(row.blob(1)), std::string(row.text(2)),
                   std::string(row.text(3))});
        },
        run);
}

void Runs::append(std::int64_t run, const std::vector<Event>& events,
                  const std::vector<StoredMessage>& messages, const std::optional<Owner>& owner) {
    if (db_.moved()) {
        throw base::Error(
            base::Fault::store,
            base::format("the database '{}' was deleted or replaced during the run", db_.shown()));
    }
    Transaction transaction(db_, Transaction::Kind::write);
    if (owner)
        db_.run("UPDATE run SET owner_pid = ?, owner_host = ?, "
                "phase = iif(phase = 'Pending' AND started_at IS NOT NULL, 'Running', phase) WHERE id = ?",
                owner->pid, owner->host, run);
    write(run, events, messages);
    transaction.commit();
}

void Runs::write(std::int64_t run, const std::vector<Event>& events,
                 const std::vector<StoredMessage>& messages) {
    for (const StoredMessage& message : messages) {
        const std::string hash = to_bytes(message.hash);
        const std::string parent = to_bytes(message.parent);
        std::optional<Blob> parent_blob;
        if (!parent.empty()) parent_blob = Blob{parent};
        db_.run("INSERT INTO message (hash, parent, role, parts) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                Blob{hash}, parent_blob, message.role, message.parts);
        db_.run("INSERT INTO message_use (run_id, message_id) SELECT ?, id FROM message WHERE hash = ? "
                "ON CONFLICT DO NOTHING",
                run, Blob{hash});
    }
    for (const Event& event : events) {
        std::optional<std::string_view> agent;
        if (!event.agent.empty()) agent = event.agent;
        std::optional<std::int64_t> step;
        if (event.step > 0) step = event.step;
        db_.run(
            "INSERT INTO event (id, time, type, attempt, agent, step, payload) VALUES (?, ?, ?, ?, ?, ?, ?)",
            event_id(run, event.seq), event.time.us, trace::kind_of(event.payload).name, event.attempt, agent,
            step, trace::payload_json(event.payload));
        account(run, event);
    }
    account_calls(run, events);
}

/// Once for all calls of a commit: a thousand agents can be answered in one.
void Runs::account_calls(std::int64_t run, const std::vector<Event>& events) {
    std::int64_t calls = 0;
    trace::Tokens used;
    for (const Event& event : events) {
        const auto* call = std::get_if<trace::ModelCall>(&event.payload);
        const auto* failed = std::get_if<trace::ModelError>(&event.payload);
        if (call != nullptr) trace::add_call(used, call->usage);
        if (failed != nullptr && failed->usage) trace::add_call(used, *failed->usage);
        if (call != nullptr || failed != nullptr) ++calls;
    }
    if (calls == 0) return;
    std::optional<std::int64_t> picos;
    if (used.cost) picos = used.cost->picos;
    // What a provider says may be any amount; past the largest, SQLite would go on in floating point.
    db_.run("UPDATE run SET model_calls = model_calls + ?, input_tokens = input_tokens + ?, "
            "output_tokens = output_tokens + ?, "
            "cost_picos = CASE WHEN cost_picos > 9223372036854775807 - ?4 THEN 9223372036854775807 "
            "ELSE coalesce(cost_picos + ?4, cost_picos, ?4) END, "
            "unpriced_calls = unpriced_calls + ? WHERE id = ?",
            calls, used.input, used.output, picos, used.unpriced, run);
}

void Runs::account(std::int64_t run, const Event& event) {
    if (std::holds_alternative<trace::TaskStart>(event.payload)) {
        db_.run("UPDATE run SET phase = 'Running', attempts = 1, started_at = ? WHERE id = ?", event.time.us,
                run);
    } else if (std::holds_alternative<trace::TaskForked>(event.payload)) {
        db_.run("UPDATE run SET phase = 'Pending' WHERE id = ?", run); // nothing of its own was done
    } else if (const auto* retry = std::get_if<trace::TaskRetryScheduled>(&event.payload)) {
        db_.run("UPDATE run SET attempts = ?, last_error = ? WHERE id = ?", retry->next_attempt,
                retry->reason, run);
    } else if (const auto* rests = std::get_if<trace::TaskInterrupted>(&event.payload)) {
        if (rests->approvals > 0) db_.run("UPDATE run SET phase = 'WaitingApproval' WHERE id = ?", run);
    } else if (std::holds_alternative<trace::TaskResumed>(event.payload)) {
        db_.run("UPDATE run SET phase = 'Running' WHERE id = ? AND phase = 'WaitingApproval'", run);
    } else if (const auto* end = std::get_if<trace::TaskEnd>(&event.payload)) {
        std::optional<std::string> error;
        if (!end->message.empty()) error = end->message;
        db_.run("UPDATE run SET phase = ?, stopped_reason = ?, finished_at = ?, last_error = ?, output = ? "
                "WHERE id = ?",
                end->phase, end->stopped_reason, event.time.us, error, output_json(*end), run);
        db_.run("DELETE FROM cancel_request WHERE run_id = ?", run);
    }
}

} // namespace store
