// Random graphs in random worlds, against a model that was written without looking at the engine. A seed that
// fails is told with the graph it makes; ORLOJ_GRAPH_SEED and ORLOJ_GRAPHS choose others, and more of them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "random_graph.hpp"

using namespace test;

namespace {

/// One run of a random graph: from the start, or from a part of a journal.
struct Run {
    Run(const RandomGraph& graph, const run::Plan& plan, std::uint64_t order)
        : transport(graph, sink, clock, order),
          engine(plan, {transport, sink, secrets, policies, clock, interrupt}) {
        secrets.keys["e"] = "sk-test";
    }
    StillClock clock;
    MemorySink sink;
    ShuffledTransport transport;
    FixedSecrets secrets;
    FixedPolicies policies;
    FixedInterrupt interrupt;
    run::Engine engine;
};

std::string place_name(const std::string& node, std::int64_t generation) {
    return base::format("{}#{}", node, generation);
}

/// What a journal says, in the model's words.
struct Reading {
    explicit Reading(const std::vector<trace::Event>& journal) {
        for (const trace::Event& event : journal) {
            if (std::holds_alternative<trace::TaskEnd>(event.payload))
                ended = true;
            else if (ended)
                trouble = "an event after task_end";
            std::visit([&](const auto& p) { take(p); }, event.payload);
        }
    }
    template <typename T>
    void take(const T&) {}
    void take(const trace::AgentStart& p) {
        turns[{p.node, static_cast<int>(p.generation)}] = static_cast<int>(p.turn);
        ++starts[{p.node, static_cast<int>(p.generation)}];
    }
    void take(const trace::AgentEnd& p) {
        answered[{p.node, static_cast<int>(p.generation)}] = p.code.empty();
        errors[{p.node, static_cast<int>(p.generation)}] = p.error;
    }
    void take(const trace::ModelError& p) { calls_failed[place_of(p.call)] = true; }
    void take(const trace::ModelCall& p) { calls_failed[place_of(p.call)] = false; }
    void take(const trace::HandOff& p) {
        if (p.role != "report") became(p.role, p.from, p.to, p.generation, "");
    }
    void take(const trace::EdgeSkipped& p) { became(p.role, p.from, p.to, p.generation, p.reason); }
    void take(const trace::JoinOpen& p) {
        if (!opened.insert(place_name(p.node, p.generation)).second) trouble = "a join opened twice";
    }
    void became(const std::string& role, const std::string& from, const std::string& to, std::int64_t g,
                const std::string& what) {
        const std::string edge = base::format("{}#{} -> {}", from, g, to);
        if (!(role.empty() ? edges : delegations).emplace(edge, what).second)
            trouble = "told twice what became of " + edge;
    }

    std::map<std::pair<std::string, int>, int> turns, starts;
    std::map<std::pair<std::string, int>, bool> answered;
    std::map<std::pair<std::string, int>, std::string> errors;
    std::map<CallPlace, bool> calls_failed;
    std::map<std::string, std::string> edges, delegations;
    std::set<std::string> opened;
    bool ended = false;
    std::string trouble;
};

std::string in_words(const std::map<std::string, std::string>& edges) {
    std::string out;
    for (const auto& [edge, what] : edges)
        out += base::format("{}{}; ", edge, what.empty() ? "" : " (" + what + ")");
    return out;
}

/// The state as text, to compare two.
std::string in_words(const run::State& state) {
    std::string out = base::format("{} {} {} {} {} {} {}\n", state.last_seq, state.attempt, state.running,
                                   state.calls, state.used.output, state.truncated, state.failed);
    for (const run::Activation& a : state.activations) {
        out += base::format("{} g{} t{} {} {} {} s{} c{} r{} {}:", a.node, a.generation, a.turn,
                            static_cast<int>(a.status), a.input, a.head, a.step, a.calls, a.tries, a.reason);
        for (const auto* set : {&a.handed_to, &a.passed_over, &a.delegated_to, &a.not_asked}) {
            for (const std::size_t n : *set)
                out += base::format(" {}", n);
            out += " |";
        }
        out += "\n";
    }
    for (const run::Place& p : state.flow.candidates())
        out += base::format("{}@{} ", p.node, p.generation);
    return out;
}

class Trial {
  public:
    explicit Trial(std::uint64_t seed) : graph_(seed), plan_(graph_.plan()), first_(graph_, plan_, seed) {}

    void check() {
        INFO(graph_.text());
        const run::State& state = first_.engine.run();
        REQUIRE(state.end);
        const Reading said(first_.sink.all);
        CHECK(said.trouble == "");
        check_model(said, *state.end);
        check_fold();
        check_resumed(*state.end);
    }

  private:
    model::Outcome expected(const Reading& said, model::Model* out = nullptr) {
        (void)out;
        world_.answer = [this](const std::string& node, int generation, int step) {
            return graph_.answer(node, generation, step);
        };
        world_.fails = [this, &said](const std::string& node, int generation, int step) {
            const int refusals = graph_.refusals(node, generation, step);
            if (graph_.attempts == 1) return refusals < 0 || refusals > 1;
            const auto it = said.calls_failed.find({node, generation, step});
            return it != said.calls_failed.end() && it->second;
        };
        world_.turn = [&said](const std::string& node, int generation) {
            const auto it = said.turns.find({node, generation});
            return it == said.turns.end() ? 0 : it->second;
        };
        model::Model model(graph_.system, world_);
        CHECK(model.nodes() == plan_.nodes.size());
        CHECK(model.cyclic() == plan_.cyclic);
        return model.run();
    }

    void check_model(const Reading& said, const trace::TaskEnd& end) {
        const model::Outcome outcome = expected(said);
        INFO("end: ", end.phase, " ", end.stopped_reason, " ", end.message, " / ", outcome.why);
        CHECK(outcome.oddity == "");
        REQUIRE((end.phase == "Succeeded") == outcome.succeeds);
        std::size_t starts = 0;
        for (const auto& [where, count] : said.starts) {
            INFO(place_name(where.first, where.second));
            REQUIRE(outcome.ran.contains(where));
            CHECK(count <= (graph_.attempts > 1 ? graph_.attempts : 1));
            ++starts;
        }
        if (plan_.cyclic)
            CHECK(starts <= static_cast<std::size_t>(graph_.system.max_turns) * plan_.nodes.size());
        if (!outcome.succeeds) {
            // How far the others came depends on when it failed.
            for (const auto& [edge, what] : said.edges)
                CHECK(outcome.edges.contains(edge));
            CHECK(end.sinks.empty());
            return;
        }
        for (const auto& [where, ran] : outcome.ran) {
            INFO(place_name(where.first, where.second));
            REQUIRE(said.turns.contains(where));
            REQUIRE(said.turns.at(where) == ran.turn);
            CHECK(said.answered.at(where) == ran.answered);
        }
        REQUIRE(in_words(said.edges) == in_words(outcome.edges));
        REQUIRE(in_words(said.delegations) == in_words(outcome.delegations));
        REQUIRE(end.stopped_reason == outcome.stopped);
        REQUIRE(base::join(end.sinks, " ") == base::join(outcome.sinks, " "));
    }

    /// Every event through its stored form.
    void check_fold() {
        run::State again;
        for (trace::Event event : first_.sink.all) {
            if (graph_.seed % 8 == 0)
                event.payload =
                    trace::read_payload(trace::kind_of(event.payload), trace::payload_json(event.payload));
            run::apply(again, plan_, event);
        }
        CHECK(in_words(again) == in_words(first_.engine.state()));
    }

    void check_resumed(const trace::TaskEnd& end) {
        const bool on_time = graph_.quorums || graph_.attempts > 1 || end.phase != "Succeeded";
        Dice dice(graph_.seed + 7);
        const auto cut = static_cast<std::size_t>(dice.below(static_cast<int>(first_.sink.all.size())));
        INFO("resumed after event ", cut);
        Run later(graph_, plan_, graph_.seed + 1);
        for (const auto& message : first_.sink.said)
            later.engine.load(message);
        std::vector<trace::Event> whole(first_.sink.all.begin(),
                                        first_.sink.all.begin() + static_cast<std::ptrdiff_t>(cut));
        for (const trace::Event& event : whole) {
            later.engine.load(event);
            later.transport.remember(event);
        }
        const run::State& state = later.engine.run("crash");
        whole.insert(whole.end(), later.sink.all.begin(), later.sink.all.end());
        REQUIRE(state.end);
        const Reading said(whole);
        CHECK(said.trouble == "");
        check_model(said, *state.end);
        if (on_time) return;
        CHECK(state.end->phase == end.phase);
        CHECK(state.end->outputs == end.outputs);
        CHECK(state.end->sinks == end.sinks);
        CHECK(state.activations.size() == first_.engine.state().activations.size());
    }

    RandomGraph graph_;
    run::Plan plan_;
    Run first_;
    model::World world_;
};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name); // NOLINT(concurrency-mt-unsafe): one thread
    const auto number = base::to_integer(text == nullptr ? "" : text);
    return number && *number >= 0 ? static_cast<std::uint64_t>(*number) : otherwise;
}

} // namespace

TEST_CASE("random graphs run as the model says") {
    const std::uint64_t first = from_environment("ORLOJ_GRAPH_SEED", 1);
    const std::uint64_t count = from_environment("ORLOJ_GRAPHS", 1000);
    for (std::uint64_t seed = first; seed < first + count; ++seed)
        Trial(seed).check();
}
