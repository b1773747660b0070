// What happened in the store, before and since: in the order of time, each once.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "store/database.hpp"
#include "store/resources.hpp"
#include "store/runs.hpp"
#include "store/timeline.hpp"
#include "store/usage.hpp"

namespace {

using store::Connection;
using store::Happening;
using store::Timeline;
using store::Transaction;

constexpr std::int64_t start = 1'700'000'000'000'000;

void put(Connection& db, const std::string& name, const std::string& endpoint, std::int64_t at) {
    resource::Resource r;
    r.metadata.name = name;
    resource::AgentSpec spec;
    spec.model_ref = endpoint;
    r.spec = spec;
    Transaction transaction(db, Transaction::Kind::write);
    store::Resources(db).put(r, false, {start + at});
    transaction.commit();
}

std::int64_t new_run(Connection& db, const std::string& task, std::int64_t at) {
    Transaction transaction(db, Transaction::Kind::write);
    const std::int64_t run = store::Runs(db).create({"default", task}, "s", 2, {}, {start + at});
    transaction.commit();
    return run;
}

void happen(Connection& db, std::int64_t run, std::int64_t seq, std::int64_t at, trace::Payload payload,
            const std::string& agent = "") {
    trace::Event event;
    event.seq = seq;
    event.time = {start + at};
    event.agent = agent;
    event.payload = std::move(payload);
    store::Runs(db).append(run, {event}, {});
}

std::string line(const Happening& h) {
    return base::format("{} {} {}/{}{}", h.time.us - start, h.type, h.kind, h.name.text(),
                        h.generation > 0 ? base::format(" {}", h.generation) : std::string());
}

using Lines = std::vector<std::string>;

Lines past(Connection& db, const store::HappeningFilter& filter) {
    Lines out;
    Timeline(db, filter).past([&out](const Happening& h) { out.push_back(line(h)); });
    return out;
}

Lines news(Timeline& timeline) {
    Lines out;
    timeline.news({start + 99}, [&out](const Happening& h) { out.push_back(line(h)); });
    return out;
}

TEST_CASE("timeline: the past, of resources and runs, and parts of it") {
    Connection db = store::open_in_memory();
    CHECK(past(db, {}).empty());
    put(db, "a", "x", 1);
    const std::int64_t first = new_run(db, "t", 2);
    happen(db, first, 1, 3, trace::TaskStart{});
    put(db, "a", "y", 4);
    happen(db, first, 2, 5, trace::TaskEnd{"Succeeded", "completed"});
    // A fork of it: its first event is the other run's.
    const std::int64_t second = new_run(db, "u", 6);
    happen(db, second, 1, 3, trace::TaskStart{});
    happen(db, second, 2, 7, trace::TaskForked{"t", 1});
    CHECK(past(db, {}) == Lines{"1 resource.created Agent/default/a 1", "3 task_start Task/default/t",
                                "4 resource.updated Agent/default/a 2", "5 task_end Task/default/t",
                                "7 task_forked Task/default/u"});
    CHECK(past(db, {.type = "task_end"}) == Lines{"5 task_end Task/default/t"});
    CHECK(past(db, {.kind = "Task", .name = "u"}) == Lines{"7 task_forked Task/default/u"});
    CHECK(past(db, {.kind = "Agent", .since = {start + 2}}) == Lines{"4 resource.updated Agent/default/a 2"});
    CHECK(past(db, {.since = {start + 6}}) == Lines{"7 task_forked Task/default/u"});
    CHECK(past(db, {.namespace_ = "other"}).empty());
}

TEST_CASE("timeline: news, each once") {
    Connection db = store::open_in_memory();
    put(db, "a", "x", 1);
    put(db, "b", "x", 1);
    const std::int64_t first = new_run(db, "t", 2);
    happen(db, first, 1, 3, trace::TaskStart{});
    Timeline timeline(db, {});
    timeline.begin_news();
    CHECK(news(timeline).empty());
    happen(db, first, 2, 6, trace::TaskEnd{"Succeeded", "completed"});
    put(db, "a", "y", 5);
    const std::int64_t second = new_run(db, "u", 6);
    happen(db, second, 1, 7, trace::TaskStart{});
    {
        Transaction transaction(db, Transaction::Kind::write);
        store::Resources(db).remove(resource::kind_of<resource::AgentSpec>(), {"default", "b"});
        transaction.commit();
    }
    put(db, "c", "x", 8);
    CHECK(news(timeline) == Lines{"5 resource.updated Agent/default/a 2", "6 task_end Task/default/t",
                                  "7 task_start Task/default/u", "8 resource.created Agent/default/c 1",
                                  "99 resource.deleted Agent/default/b"});
    CHECK(news(timeline).empty());
    happen(db, second, 2, 9, trace::TaskEnd{"Succeeded", "completed"});
    CHECK(news(timeline) == Lines{"9 task_end Task/default/u"});
    CHECK(news(timeline).empty());
}

TEST_CASE("usage of agents: calls of all runs, failed ones among them") {
    Connection db = store::open_in_memory();
    trace::ModelCall call;
    call.usage = {10, 5};
    call.duration_ms = 30;
    trace::ModelError error;
    error.duration_ms = 10;
    for (const std::string task : {"t", "u"}) {
        const std::int64_t run = new_run(db, task, 1);
        happen(db, run, 1, 2, trace::TaskStart{});
        happen(db, run, 2, 3, error, "writer");
        happen(db, run, 3, 4, call, "writer");
    }
    const auto usage = store::usage_of_agents(db, "default");
    REQUIRE(usage.size() == 1);
    CHECK(usage[0].name.text() == "default/writer");
    CHECK(usage[0].runs == 2);
    CHECK(usage[0].calls == 4);
    CHECK(usage[0].failed == 2);
    CHECK(usage[0].input_tokens == 20);
    CHECK(usage[0].output_tokens == 10);
    CHECK(usage[0].call_ms == 80);
    CHECK(store::usage_of_agents(db, "other").empty());
}

} // namespace
