// What calls cost, in the rows of runs and added up over journals.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "store/database.hpp"
#include "store/runs.hpp"
#include "store/schema.hpp"
#include "store/usage.hpp"

namespace {

using store::Connection;
using store::Transaction;

constexpr std::int64_t first_day = 1'700'000'000'000'000;

std::int64_t used_run(Connection& db, const resource::Name& task, std::int64_t at) {
    Transaction transaction(db, Transaction::Kind::write);
    const std::int64_t run = store::Runs(db).create(task, "s", 2, {}, {first_day + at});
    transaction.commit();
    return run;
}

trace::Event event_of(std::int64_t seq, std::int64_t at, trace::Payload payload,
                      const std::string& agent = "a") {
    trace::Event event;
    event.seq = seq;
    event.time = {first_day + at};
    event.agent = agent;
    event.payload = std::move(payload);
    return event;
}

trace::ModelCall call(const std::string& model, std::int64_t input, std::optional<std::int64_t> picos) {
    trace::ModelCall out;
    out.model = model;
    out.usage.input = input;
    if (picos) out.usage.cost = base::Usd{*picos};
    return out;
}

trace::ModelError error(std::optional<std::int64_t> picos, bool used) {
    trace::ModelError out;
    out.model = "e";
    if (used) out.usage.emplace().input = 7;
    if (used && picos) out.usage->cost = base::Usd{*picos};
    return out;
}

std::string sums(Connection& db, const std::string& task) {
    const store::RunRow row = *store::Runs(db).find({"default", task});
    return base::format("{} calls, {} in, {}, {} unpriced", row.model_calls, row.input_tokens,
                        row.cost ? base::decimal(*row.cost) : "none", row.unpriced);
}

std::string visited(Connection& db, const store::CallFilter& filter) {
    std::string out;
    store::visit_calls(db, filter, [&out](const store::RecordedCall& c) {
        const auto* answered = std::get_if<trace::ModelCall>(&c.outcome);
        out += base::format("{}/{} {} {} {} ", c.task.text(), c.system, c.agent, c.at.us - first_day,
                            answered != nullptr ? answered->model : "error");
    });
    return out;
}

TEST_CASE("usage: the row of a run has what its calls cost, as far as that is known") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const std::int64_t run = used_run(db, {"default", "t"}, 1);
    CHECK(sums(db, "t") == "0 calls, 0 in, none, 0 unpriced");
    runs.append(run, {event_of(1, 2, call("x", 10, {}))}, {});
    CHECK(sums(db, "t") == "1 calls, 10 in, none, 1 unpriced");
    runs.append(run, {event_of(2, 3, call("x", 10, 1)), event_of(3, 3, error({}, false))}, {});
    CHECK(sums(db, "t") == "3 calls, 20 in, 0.000000000001, 1 unpriced");
    runs.append(run, {event_of(4, 4, call("x", 1, 0)), event_of(5, 4, error(300'000'000'000, true))}, {});
    CHECK(sums(db, "t") == "5 calls, 28 in, 0.300000000001, 1 unpriced");
    runs.append(run, {event_of(6, 5, call("x", 1, {})), event_of(7, 5, error({}, true))}, {});
    CHECK(sums(db, "t") == "7 calls, 36 in, 0.300000000001, 3 unpriced");
    CHECK(db.integer("SELECT cost_usd > 0.29 AND cost_usd < 0.31 AND unpriced_calls = 3 FROM run_overview") ==
          1);
    const auto agents = store::usage_of_agents(db, std::nullopt);
    REQUIRE(agents.size() == 1);
    CHECK(agents[0].cost == base::Usd{300'000'000'001});
    CHECK(agents[0].unpriced == 3);
}

TEST_CASE("usage: sums over journals are exact to the last digit") {
    Connection db = store::open_in_memory();
    const std::int64_t run = used_run(db, {"default", "t"}, 1);
    std::vector<trace::Event> events;
    std::int64_t sum = 0;
    for (std::int64_t i = 1; i <= 300; ++i) {
        const std::int64_t picos = i * 1'234'567'891'011 % 99'000'000'000'001;
        sum += picos;
        events.push_back(event_of(i, i, call("x", 1, picos)));
    }
    store::Runs(db).append(run, events, {});
    CHECK(store::usage_of_agents(db, std::nullopt).at(0).cost == base::Usd{sum});
    base::Usd visited;
    store::visit_calls(db, {}, [&](const store::RecordedCall& c) {
        visited += *std::get<trace::ModelCall>(c.outcome).usage.cost;
    });
    CHECK(visited == base::Usd{sum});
    CHECK(store::Runs(db).find({"default", "t"})->cost == base::Usd{sum});
}

TEST_CASE("usage: calls are visited where they happened, and those that are asked for") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const std::int64_t one = used_run(db, {"default", "one"}, 1);
    runs.append(one,
                {event_of(1, 1, trace::TaskStart{}, ""), event_of(2, 2, call("m", 1, 1), "x"),
                 event_of(3, 8, error({}, false), "y")},
                {});
    runs.append(one, {event_of(4, 9, trace::TaskEnd{.phase = "Failed"}, "")}, {});
    const std::int64_t fork = used_run(db, {"default", "fork"}, 20);
    runs.append(fork,
                {event_of(1, 1, trace::TaskStart{}, ""), event_of(2, 2, call("m", 1, 1), "x"),
                 event_of(3, 20, trace::TaskForked{}, ""), event_of(4, 21, call("n", 1, 1), "x")},
                {});
    const std::int64_t other = used_run(db, {"team", "one"}, 30);
    runs.append(other, {event_of(1, 31, call("o", 1, 1), "x")}, {});
    const std::string first = "default/one/s x 2 m default/one/s y 8 error ";
    const std::string second = "default/fork/s x 21 n ";
    const std::string third = "team/one/s x 31 o ";
    CHECK(visited(db, {}) == first + second + third);
    CHECK(visited(db, {"default", {}, {}}) == first + second);
    CHECK(visited(db, {"default", "fork", {}}) == second);
    CHECK(visited(db, {"team", "one", {}}) == third);
    CHECK(visited(db, {{}, {}, base::Time{first_day + 8}}) == "default/one/s y 8 error " + second + third);
    CHECK(visited(db, {{}, {}, base::Time{first_day + 10}}) == second + third);
    CHECK(visited(db, {{}, {}, base::Time{first_day + 32}}).empty());
}

TEST_CASE("usage: what a provider says may be more than there is, and the run goes on") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const std::int64_t run = used_run(db, {"default", "t"}, 1);
    constexpr std::int64_t nine_million = 9'000'000'000'000'000'000;
    for (std::int64_t i = 1; i <= 3; ++i)
        runs.append(run, {event_of(i, i, call("x", 1, nine_million))}, {});
    CHECK(sums(db, "t") == "3 calls, 3 in, 9223372.036854775807, 0 unpriced");
    const auto agents = store::usage_of_agents(db, std::nullopt);
    REQUIRE(agents.size() == 1);
    CHECK(agents[0].cost == base::Usd{INT64_MAX});
}

TEST_CASE("usage: a file of the third schema keeps its rows, whose costs nobody knows") {
    Connection db = Connection::open(":memory:", "t", store::Opening::memory);
    for (std::size_t i = 0; i < 3; ++i)
        db.exec(store::migrations()[i]);
    db.exec("INSERT INTO run (namespace, task, system, engine_version, created_at, model_calls) "
            "VALUES ('default', 't', 's', '2', 5, 3)");
    const std::int64_t first = (db.integer("SELECT id FROM run") << 32) + 1;
    for (const auto& [offset, type, payload] : {std::tuple(0, "model_call", R"({"usage": {"input": 3}})"),
                                                {1, "model_error", R"({"usage": {"input": 3}})"},
                                                {2, "model_error", "{}"},
                                                {3, "model_call", "not JSON"},
                                                {4, "model_request", R"({"usage": {}})"}})
        db.run("INSERT INTO event (id, time, type, attempt, payload) VALUES (?, 6, ?, 1, ?)", first + offset,
               type, payload);
    for (std::size_t i = 3; i < store::migrations().size(); ++i)
        db.exec(store::migrations()[i]);
    CHECK(sums(db, "t") == "3 calls, 0 in, none, 2 unpriced");
    CHECK(db.integer("SELECT count(*) FROM run_overview WHERE cost_usd IS NULL AND unpriced_calls = 2") == 1);
    CHECK(store::integrity_problem(db).empty());
}

} // namespace
