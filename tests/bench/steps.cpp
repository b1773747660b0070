// What a step of a run costs beside its model call, part by part, in one process: agents in a line, answered
// at once without a network. `steps FOLDER` prints it; the database is made in the folder.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "../unit/run/world.hpp"
#include "store/database.hpp"
#include "store/runs.hpp"

using namespace test;

namespace {

constexpr std::size_t few = 100;
constexpr std::size_t many = 1000;

/// The least of some rounds, in microseconds.
double least(int rounds, const std::function<void()>& work) {
    double best = 1e12;
    for (int round = 0; round < rounds; ++round) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return best;
}

run::Plan line_of(std::size_t agents) {
    Shelf shelf;
    shelf.endpoint("e", "openai");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < agents; ++i) {
        names.push_back("a" + std::to_string(i));
        shelf.agent(names.back(), "e");
    }
    shelf.put("s", line(names));
    return run::make_plan(task("s"), shelf.catalog());
}

/// Keeps nothing: what is left is deciding, folding, building requests and reading answers.
class NoJournal final : public trace::Sink {
  public:
    void commit(const std::vector<trace::Event>&, const std::vector<trace::StoredMessage>&) override {}
};

void run_with(const run::Plan& plan, trace::Sink& sink) {
    World world([](const http::Request&) { return ok(chat("A short answer.")); });
    world.secrets.keys["e"] = "sk-bench";
    run::Engine engine(plan,
                       {world.transport, sink, world.secrets, world.policies, world.clock, world.interrupt});
    engine.run();
}

std::int64_t create(store::Connection& db, const std::string& name) {
    store::Transaction transaction(db, store::Transaction::Kind::write);
    const std::int64_t run = store::Runs(db).create({"default", name}, "s", run::engine_version, {}, {1});
    transaction.commit();
    return run;
}

/// Runs the plan again and again, each time as a run of its own; the id of the last one.
std::int64_t stored(store::Connection& db, const run::Plan& plan, int rounds, double& took) {
    static int number = 0;
    std::int64_t run = 0;
    took = 1e12;
    for (int round = 0; round < rounds; ++round) {
        run = create(db, "t" + std::to_string(++number));
        store::RunJournal journal(db, run, {1, "bench"});
        took = std::min(took, least(1, [&] { run_with(plan, journal); }));
    }
    return run;
}

/// The floor of a durable step: one commit of one row of the size a step's events have.
double bare_commit(const std::string& path) {
    store::Connection db = store::open_to_write(path);
    db.exec("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    const std::string text(900, 'x');
    const auto commits = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            store::Transaction transaction(db, store::Transaction::Kind::write);
            db.run("INSERT INTO bare (text) VALUES (?)", text);
            transaction.commit();
        }
    };
    commits(few); // until the log is longer than it has to be
    return least(5, [&] { commits(few); }) / static_cast<double>(few);
}

void say(const char* what, double microseconds) {
    std::printf("  %-58s %9.1f us\n", what, microseconds);
}

void in_memory(const run::Plan& plan, const run::Plan& longer) {
    NoJournal nothing;
    const double steps = few;
    const double alone = least(20, [&] { run_with(plan, nothing); }) / steps;
    const double alone_longer = least(3, [&] { run_with(longer, nothing); }) / static_cast<double>(many);
    say("a step: decide, fold, request, answer", alone);
    say("the same in a run ten times as long", alone_longer);
    store::Connection db = store::open_in_memory();
    double took = 0;
    (void)stored(db, plan, 10, took);
    say("the journal of a step, in memory", took / steps - alone);
}

void on_disk(const run::Plan& plan, const run::Plan& longer, const std::string& folder) {
    const double steps = few;
    const std::string path = folder + "/steps.db";
    store::Connection db = store::open_to_write(path);
    double took = 0;
    (void)stored(db, plan, 10, took);
    const double bare = bare_commit(folder + "/bare.db");
    say("a step with its journal on disk, synchronous=FULL", took / steps);
    say("a bare commit of one row there", bare);
    std::printf("  a durable step / a bare commit: %.2f\n", took / steps / bare);

    (void)db.query("PRAGMA wal_checkpoint(TRUNCATE)").step();
    const auto before = std::filesystem::file_size(path);
    const std::int64_t run = stored(db, longer, 1, took);
    (void)db.query("PRAGMA wal_checkpoint(TRUNCATE)").step();
    const auto bytes = static_cast<double>(std::filesystem::file_size(path) - before);
    std::printf("  %-58s %9.0f bytes\n", "the journal of a step, in the file",
                bytes / static_cast<double>(many));

    store::Runs runs(db);
    std::size_t events = 0;
    const double resumed = least(5, [&] {
        events = 0;
        run::Engine engine(longer, World().world());
        runs.messages(run, [&](const trace::StoredMessage& m) { engine.load(m); });
        runs.events(run, 0, [&](const trace::Event& e) {
            engine.load(e);
            ++events;
        });
    });
    std::printf("  reading and folding the %zu events of a run: %.1f ms, %.2f us an event\n", events,
                resumed / 1000, resumed / static_cast<double>(events));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: steps FOLDER\n");
        return 2;
    }
    const run::Plan plan = line_of(few);
    const run::Plan longer = line_of(many);
    in_memory(plan, longer);
    on_disk(plan, longer, argv[1]);
    return 0;
}
