// The tables of resources and runs: what is put in comes out, changes are told apart, a journal is appended
// whole.
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "store/database.hpp"
#include "store/resources.hpp"
#include "store/runs.hpp"

namespace {

using resource::Name;
using store::Applied;
using store::Connection;
using store::Transaction;

constexpr base::Time now{1'700'000'000'000'000};

resource::Resource agent(const std::string& name, const std::string& endpoint) {
    resource::Resource out;
    out.metadata.name = name;
    resource::AgentSpec spec;
    spec.model_ref = endpoint;
    out.spec = spec;
    return out;
}

resource::Resource secret(const std::string& name) {
    resource::Resource out;
    out.metadata.name = name;
    resource::SecretSpec spec;
    spec.data["value"] = base::SecretText("***");
    out.spec = spec;
    return out;
}

trace::Event event(std::int64_t seq, trace::Payload payload) {
    trace::Event out;
    out.seq = seq;
    out.time = {now.us + seq};
    out.payload = std::move(payload);
    return out;
}

const std::string hash_a(32, 'a');
const std::string hash_b(32, 'b');

} // namespace

TEST_CASE("a resource is created, configured and unchanged") {
    Connection db = store::open_in_memory();
    store::Resources table(db);
    resource::Resource a = agent("a", "e");
    CHECK(table.compare(a) == Applied::created);
    CHECK(table.put(a, false, now) == Applied::created);
    CHECK(table.put(a, false, now) == Applied::unchanged);
    a.metadata.labels["team"] = "docs";
    CHECK(table.put(a, false, now) == Applied::configured);
    auto found = table.find(a.kind(), {"default", "a"});
    REQUIRE(found);
    CHECK(found->metadata.labels == a.metadata.labels);
    CHECK(found->metadata.generation == 1); // only the spec counts
    CHECK(found->metadata.resource_version == "2");
    std::get<resource::AgentSpec>(a.spec).prompt = "p";
    CHECK(table.put(a, false, now) == Applied::configured);
    found = table.find(a.kind(), {"default", "a"});
    CHECK(found->metadata.generation == 2);
    CHECK(resource::spec_json(found->spec) == resource::spec_json(a.spec));
    CHECK(!table.find(a.kind(), {"other", "a"}));
}

TEST_CASE("lists are sorted and filtered") {
    Connection db = store::open_in_memory();
    store::Resources table(db);
    for (const char* name : {"c", "a", "b"}) {
        resource::Resource r = agent(name, "e");
        if (*name != 'b') r.metadata.labels = {{"team", "docs"}, {"tier", name}};
        table.put(r, false, now);
        r.metadata.namespace_ = "other";
        table.put(r, false, now);
    }
    const resource::Kind& kind = resource::kind_of<resource::AgentSpec>();
    const auto names = [&](const store::Filter& filter) {
        std::string out;
        for (const resource::Resource& r : table.list(kind, filter))
            out += r.metadata.namespace_ + "/" + r.metadata.name + " ";
        return out;
    };
    CHECK(names({}) == "default/a default/b default/c other/a other/b other/c ");
    CHECK(names({"other", {}}) == "other/a other/b other/c ");
    CHECK(names({"other", {{"team", "docs"}}}) == "other/a other/c ");
    CHECK(names({"other", {{"team", "docs"}, {"tier", "c"}}}) == "other/c ");
    CHECK(table.names(kind, "default") == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("sealed values lie beside their Secret") {
    Connection db = store::open_in_memory();
    store::Resources table(db);
    CHECK(table.put(secret("k"), false, now) == Applied::created);
    CHECK(!table.has_sealed({"default", "k"}, "value"));
    table.put_sealed({"default", "k"}, {{"value", std::string("\0sealed", 7)}});
    CHECK(table.has_sealed({"default", "k"}, "value"));
    CHECK(table.sealed({"default", "k"}).at("value") == std::string("\0sealed", 7));
    CHECK(table.put(secret("k"), true, now) == Applied::configured); // the spec does not show the change
    CHECK(table.find(secret("k").kind(), {"default", "k"})->metadata.generation == 2);
    table.put_sealed({"default", "k"}, {{"other", "x"}});
    CHECK(table.sealed({"default", "k"}).size() == 1);
}

TEST_CASE("the first commit of a journal says who writes it") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const std::int64_t run = runs.create({"default", "t"}, "s", 1, {}, now);
    store::RunJournal journal(db, run, {42, "here"});
    CHECK(runs.find({"default", "t"})->owner_pid == 0);
    journal.commit({event(1, trace::TaskStart{})}, {});
    CHECK(runs.find({"default", "t"})->owner_pid == 42);
    CHECK(runs.find({"default", "t"})->owner_host == "here");
    const std::int64_t changes = db.integer("SELECT total_changes()");
    journal.commit({event(2, trace::Warning{})}, {});
    CHECK(db.integer("SELECT total_changes()") == changes + 1); // the event alone
}

TEST_CASE("a journal comes back as it was appended, and the run's row adds it up") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const store::PinnedSpec pin{{"task", "Task", "default", "t", hash_a}, "{}"};
    const std::int64_t run = runs.create({"default", "t"}, "s", 1, {pin}, now);
    CHECK(runs.find({"default", "t"})->phase == "Pending");
    CHECK(!runs.find({"default", "t"})->started);
    CHECK(runs.pins(run).at(0).pin.hash == hash_a);
    const store::PinnedSpec other{{"task", "Task", "default", "t", hash_b}, "{\"x\":1}"};
    runs.replace_pins(run, {other});
    CHECK(runs.pins(run).size() == 1);
    CHECK(runs.pins(run)[0].spec == "{\"x\":1}");
    const std::int64_t changes = db.integer("SELECT total_changes()");
    runs.replace_pins(run, {other}); // the same
    CHECK(db.integer("SELECT total_changes()") == changes);

    trace::ModelCall call;
    call.usage.input = 10;
    call.usage.output = 4;
    trace::TaskEnd end;
    end.phase = "Failed";
    end.message = "why";
    end.stopped_reason = "failed";
    end.outputs["a"] = "text";
    end.order = {"a"};
    const std::vector<trace::StoredMessage> messages{{hash_a, "", "system", "[1]"},
                                                     {hash_b, hash_a, "user", "[2]"}};
    runs.append(run, {event(1, trace::TaskStart{}), event(2, call), event(3, trace::ModelError{})}, messages);
    runs.append(run, {event(4, end)}, messages); // a message that is there already is no error
    std::string types;
    runs.events(run, 1, [&](const trace::Event& e) {
        types += std::to_string(e.seq) + std::string(trace::kind_of(e.payload).name) + " ";
    });
    CHECK(types == "2model_call 3model_error 4task_end ");
    std::string roles;
    runs.messages(run, [&](const trace::StoredMessage& m) { roles += m.role + m.parent.substr(0, 1) + " "; });
    CHECK(roles == "system usera ");
    const store::RunRow row = *runs.find({"default", "t"});
    CHECK(row.phase == "Failed");
    CHECK(row.ended());
    CHECK(row.last_error == "why");
    CHECK(row.input_tokens == 10);
    CHECK(row.output_tokens == 4);
    CHECK(row.model_calls == 2);
    CHECK(row.output ==
          R"({"agent.1.name":"a","agent.1.output":"text","agents_executed":"1","execution_order":"a",)"
          R"("tokens_used_total":"0","stopped_reason":"failed"})");
    CHECK_THROWS_AS(runs.append(run, {event(4, end)}, {}), base::Error); // two owners would show here
}

TEST_CASE("a run that rests until a person decides says so, and failed calls cost what they cost") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const std::int64_t run = runs.create({"default", "t"}, "s", 1, {}, now);
    const auto phase = [&] { return runs.find({"default", "t"})->phase; };
    trace::ModelError error;
    error.usage = trace::Tokens{};
    error.usage->input = 30;
    error.usage->output = 2;
    runs.append(run, {event(1, trace::TaskStart{}), event(2, error), event(3, trace::ModelError{})}, {});
    CHECK(runs.find({"default", "t"})->input_tokens == 30);
    CHECK(runs.find({"default", "t"})->output_tokens == 2);
    CHECK(runs.find({"default", "t"})->model_calls == 2);
    runs.append(run, {event(4, trace::TaskInterrupted{"by the user", 0})}, {});
    CHECK(phase() == "Running");
    runs.append(run, {event(5, trace::TaskResumed{}), event(6, trace::TaskInterrupted{"waits", 1})}, {});
    CHECK(phase() == "WaitingApproval");
    CHECK(!runs.find({"default", "t"})->ended());
    runs.append(run, {event(7, trace::TaskResumed{})}, {});
    CHECK(phase() == "Running");
}

TEST_CASE("journals of two runs do not mix") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const std::int64_t one = runs.create({"default", "one"}, "s", 1, {}, now);
    const std::int64_t two = runs.create({"default", "two"}, "s", 1, {}, now);
    for (std::int64_t seq = 1; seq <= 3; ++seq) {
        runs.append(one, {event(seq, trace::Warning{"one"})}, {});
        runs.append(two, {event(seq, trace::Warning{"two"})}, {});
    }
    int count = 0;
    runs.events(one, 0, [&](const trace::Event& e) {
        CHECK(std::get<trace::Warning>(e.payload).text == "one");
        CHECK(e.seq == ++count);
    });
    CHECK(count == 3);
    db.run("DELETE FROM run WHERE id = ?", one);
    CHECK(db.integer("SELECT count(*) FROM event") == 3);
}

TEST_CASE("a removed resource takes its sealed values along, and nothing else") {
    Connection db = store::open_in_memory();
    store::Resources table(db);
    table.put(secret("k"), false, now);
    table.put_sealed({"default", "k"}, {{"value", "sealed"}});
    table.put(agent("k", "e"), false, now);
    CHECK(table.counts() == std::map<std::string, std::int64_t>{{"Agent", 1}, {"Secret", 1}});
    CHECK(table.remove(secret("k").kind(), {"default", "k"}));
    CHECK(!table.remove(secret("k").kind(), {"default", "k"}));
    CHECK(!table.remove(agent("k", "e").kind(), {"other", "k"}));
    CHECK(table.find(agent("k", "e").kind(), {"default", "k"}).has_value());
    CHECK(db.integer("SELECT count(*) FROM secret_value") == 0);
}

TEST_CASE("a removed run takes along what no other run uses") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const store::PinnedSpec shared{{"agent", "Agent", "default", "a", hash_a}, "{}"};
    const store::PinnedSpec own{{"task", "Task", "default", "one", hash_b}, "{}"};
    const std::int64_t one = runs.create({"default", "one"}, "s", 1, {shared, own}, now);
    const std::int64_t two = runs.create({"default", "two"}, "s", 1, {shared}, now);
    runs.append(one, {event(1, trace::Warning{"x"})},
                {{hash_a, "", "system", "[1]"}, {hash_b, hash_a, "user", "[2]"}});
    runs.append(two, {event(1, trace::Warning{"x"})}, {{hash_a, "", "system", "[1]"}});
    CHECK(runs.remove(one));
    CHECK(!runs.remove(one));
    CHECK(db.integer("SELECT count(*) FROM event") == 1);
    CHECK(db.integer("SELECT count(*) FROM message") == 1);
    CHECK(db.integer("SELECT count(*) FROM revision") == 1);
    CHECK(runs.pins(two).size() == 1);
    CHECK(runs.remove(two));
    CHECK(db.integer(
              "SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM revision) + (SELECT count(*) "
              "FROM event) + (SELECT count(*) FROM message_use)") == 0);
}

TEST_CASE("a database that was deleted during a run is not written to any more") {
    namespace fs = std::filesystem;
    std::string pattern = (fs::temp_directory_path() / "orloj-moved-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    const std::string path = pattern + "/o.db";
    {
        Connection db = store::open_to_write(path);
        store::Runs runs(db);
        const std::int64_t run = runs.create({"default", "t"}, "s", 1, {}, now);
        runs.append(run, {event(1, trace::TaskStart{})}, {});
        fs::remove(path);
        try {
            runs.append(run, {event(2, trace::Warning{"x"})}, {});
            FAIL("it was written");
        } catch (const base::Error& error) {
            CHECK(error.message() == "the database '" + path + "' was deleted or replaced during the run");
        }
    }
    fs::remove_all(pattern);
}

TEST_CASE("names are found by how they begin, and no more than are asked for") {
    Connection db = store::open_in_memory();
    store::Resources table(db);
    for (const char* name : {"a", "ab", "abc", "b", "ab\xC3\xA9", "a%", "ab_"})
        table.put(agent(name, "e"), false, now);
    resource::Resource elsewhere = agent("abx", "e");
    elsewhere.metadata.namespace_ = "team";
    table.put(elsewhere, false, now);
    table.put(secret("abs"), false, now);
    const resource::Kind& kind = resource::kind_of<resource::AgentSpec>();
    using Names = std::vector<std::string>;
    CHECK(table.names_from(kind, "default", "ab", 10) == Names{"ab", "ab_", "abc", "ab\xC3\xA9"});
    CHECK(table.names_from(kind, "default", "ab", 2) == Names{"ab", "ab_"});
    CHECK(table.names_from(kind, "default", "a%", 10) == Names{"a%"});
    CHECK(table.names_from(kind, "default", "", 10).size() == 7);
    CHECK(table.names_from(kind, "team", "", 10) == Names{"abx"});
    CHECK(table.names_from(kind, "default", "c", 10).empty());
}

TEST_CASE("every namespace is known, of whatever kind") {
    Connection db = store::open_in_memory();
    store::Resources table(db);
    CHECK(table.namespaces().empty());
    for (const char* where : {"default", "team", "a"}) {
        for (const char* name : {"x", "y"}) {
            resource::Resource one = agent(name, "e");
            one.metadata.namespace_ = where;
            table.put(one, false, now);
        }
    }
    resource::Resource other = secret("s");
    other.metadata.namespace_ = "only-secrets";
    table.put(other, false, now);
    CHECK(table.namespaces() == std::vector<std::string>{"a", "default", "only-secrets", "team"});
}
