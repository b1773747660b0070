// A graph of four agents whose journal is in a file, and what must hold of that file at any moment.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "../run/world.hpp"
#include "../store/scratch.hpp"
#include "store/database.hpp"
#include "store/runs.hpp"

namespace test {

/// What a file says of its one run.
struct Found {
    std::size_t events = 0;
    std::size_t messages = 0;
    std::set<std::string> answered; ///< calls
    std::int64_t requests = 0;
    std::string phase; ///< of the end; "" when there is none
    std::map<std::string, std::string> outputs;
};

class StoredRun {
  public:
    StoredRun() : plan_(run::make_plan(task("s"), shelf().catalog())) {}

    /// Makes the database and the run, not yet started.
    void create(const std::string& path) const {
        store::Connection db = store::open_to_write(path);
        store::Transaction transaction(db, store::Transaction::Kind::write);
        std::vector<store::PinnedSpec> pins;
        for (const run::Revision& revision : plan_.revisions)
            pins.push_back({revision.pin, revision.spec});
        store::Runs(db).create({"default", "t"}, "s", run::engine_version, pins, {1});
        transaction.commit();
    }

    /// Starts the run or takes it up. Returns the bodies of the requests it sent. `after_commit` is called
    /// when a commit has returned, with how many events are in the journal.
    std::vector<std::string> go_on(const std::string& path,
                                   const std::function<void(std::size_t)>& after_commit = {},
                                   const char* pragma = nullptr) const {
        store::Connection db = store::open_to_write(path);
        if (pragma != nullptr) db.exec(pragma);
        store::Runs runs(db);
        store::RunJournal journal(db, 1, {7, "here"});
        World world([](const http::Request& r) { return ok(chat("answer of " + name_in(r.body))); });
        world.secrets.keys["e"] = "sk-test";
        std::size_t events = 0;
        Counting sink(journal, events, after_commit);
        run::Engine engine(
            plan_, {world.transport, sink, world.secrets, world.policies, world.clock, world.interrupt});
        runs.messages(1, [&](const trace::StoredMessage& m) { engine.load(m); });
        runs.events(1, 0, [&](const trace::Event& e) {
            engine.load(e);
            ++events;
        });
        engine.run("by the user");
        return world.requests;
    }

    /// Reads it all, and checks what holds at any moment.
    [[nodiscard]] Found look(const std::string& path) const {
        Found out;
        store::Connection db = store::open_to_write(path);
        CHECK(store::integrity_problem(db).empty());
        store::Runs runs(db);
        run::Engine engine(plan_, World().world());
        runs.messages(1, [&](const trace::StoredMessage& m) {
            engine.load(m);
            ++out.messages;
        });
        trace::Tokens used;
        std::set<std::string> open;
        runs.events(1, 0, [&](const trace::Event& e) {
            CHECK(e.seq == static_cast<std::int64_t>(++out.events));
            CHECK(out.phase.empty()); // nothing follows the end
            if (const auto* request = std::get_if<trace::ModelRequest>(&e.payload)) {
                CHECK(open.insert(request->call).second);
                ++out.requests;
                if (!request->repeats.empty()) CHECK(open.erase(request->repeats) == 1);
            }
            if (const auto* call = std::get_if<trace::ModelCall>(&e.payload)) {
                CHECK(open.erase(call->call) == 1);
                CHECK(out.answered.insert(call->call).second);
                CHECK_FALSE(engine.transcript().conversation(call->message).empty());
                used.input += call->usage.input;
                used.output += call->usage.output;
            }
            if (const auto* end = std::get_if<trace::TaskEnd>(&e.payload)) {
                out.phase = end->phase;
                out.outputs = end->outputs;
            }
        });
        const std::optional<store::RunRow> row = runs.find({"default", "t"});
        REQUIRE(row);
        CHECK(row->model_calls == static_cast<std::int64_t>(out.answered.size()));
        CHECK(row->input_tokens == used.input);
        CHECK(row->output_tokens == used.output);
        CHECK(row->ended() == !out.phase.empty());
        return out;
    }

  private:
    class Counting final : public trace::Sink {
      public:
        Counting(trace::Sink& journal, std::size_t& events, const std::function<void(std::size_t)>& then)
            : journal_(journal), events_(events), then_(then) {}
        void commit(const std::vector<trace::Event>& events,
                    const std::vector<trace::StoredMessage>& messages) override {
            journal_.commit(events, messages);
            events_ += events.size();
            if (then_) then_(events_);
        }

      private:
        trace::Sink& journal_;
        std::size_t& events_;
        const std::function<void(std::size_t)>& then_;
    };

    static std::string name_in(const std::string& body) {
        const std::size_t at = body.find("You are ");
        return body.substr(at + 8, body.find('.', at) - at - 8);
    }
    static Shelf shelf() {
        Shelf s;
        s.endpoint("e", "openai").agent("in", "e").agent("x", "e").agent("y", "e").agent("out", "e");
        s.put("s", graph({"in", "x", "y", "out"}, {{"in", "x"}, {"in", "y"}, {"x", "out"}, {"y", "out"}}));
        return s;
    }

    run::Plan plan_;
};

inline void copy_database(const std::string& from, const std::string& to) {
    for (const char* suffix : {"", "-wal"})
        std::filesystem::copy_file(from + suffix, to + suffix);
}

inline void put_files(const std::map<std::string, std::string>& files, const std::string& folder) {
    std::filesystem::create_directories(folder);
    std::filesystem::remove(folder + "/o.db-shm"); // shared memory does not outlive a machine
    for (const auto& [name, content] : files) {
        std::ofstream out(folder + "/" + std::filesystem::path(name).filename().string(), std::ios::binary);
        out << content;
    }
}

} // namespace test
