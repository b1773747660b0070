// Graphs as people write them: who is given what, where a failure ends, and what a run says of it.
#include <doctest/doctest.h>

#include "scenarios.hpp"

using namespace test;

namespace {

using resource::JoinFailure;
using resource::JoinMode;

resource::Route route(const std::string& to, const std::function<void(resource::Condition&)>& set = nullptr) {
    resource::Route out;
    out.to = to;
    if (set) set(out.condition.emplace());
    return out;
}
resource::Route says(const std::string& to, const std::string& word) {
    return route(to, [&](auto& c) { c.output_contains = word; });
}
resource::Route otherwise(const std::string& to) {
    return route(to, [](auto& c) { c.is_default = true; });
}
resource::Join join(JoinFailure on_failure, std::int64_t quorum = 0) {
    resource::Join out;
    out.on_failure = on_failure;
    out.quorum_count = quorum;
    if (quorum > 0) out.mode = JoinMode::quorum;
    return out;
}

/// A run of a system whose agents answer "answer of NAME", unless `answers` says otherwise: a text, "401",
/// "500", or several of them for its turns one after the other, separated by "|".
struct Played {
    Played(resource::AgentSystemSpec system, const std::map<std::string, std::string>& answers = {},
           resource::TaskSpec spec = {}, std::vector<run::Policy> policies = {})
        : world([this, answers](const http::Request& r) { return reply(answers, r); }) {
        shelf.endpoint("e", "openai", {{"max_retries", "0"}}).endpoint("other", "openai");
        for (const std::string& agent : system.agents)
            shelf.agent(agent, agent == "forbidden" ? "other" : "e");
        shelf.put("s", std::move(system));
        plan = run::make_plan(task("s", std::move(spec)), shelf.catalog());
        world.secrets.keys["e"] = world.secrets.keys["other"] = "sk-test";
        world.policies.policies = std::move(policies);
        engine.emplace(plan, world.world());
        engine->run();
        REQUIRE(engine->state().end);
    }
    http::Response reply(const std::map<std::string, std::string>& answers, const http::Request& r) {
        const std::string agent = agent_in(r.body);
        inputs[agent].push_back(r.body);
        const auto it = answers.find(agent);
        if (it == answers.end()) return ok(chat("answer of " + agent));
        const auto turns = base::split(it->second, '|');
        const std::string said(turns[std::min(inputs[agent].size(), turns.size()) - 1]);
        if (said == "401") return ok(R"({"error":{"message":"no","code":"invalid_api_key"}})", 401);
        if (said == "500") return ok(R"({"error":{"message":"no","code":"x"}})", 500);
        return ok(chat(said));
    }
    [[nodiscard]] const trace::TaskEnd& end() const { return *engine->state().end; }
    [[nodiscard]] std::string started() const {
        std::vector<std::string> out;
        for (const auto& start : world.sink.of<trace::AgentStart>())
            out.push_back(start.node);
        return base::join(out, " ");
    }
    /// "a > b (condition)", "a - c (reason)"
    [[nodiscard]] std::string edges() const {
        std::vector<std::string> out;
        for (const trace::Event& event : world.sink.all) {
            if (const auto* p = std::get_if<trace::HandOff>(&event.payload))
                out.push_back(base::format("{} > {}{}", p->from, p->to,
                                           p->condition.empty() ? "" : " (" + p->condition + ")"));
            if (const auto* p = std::get_if<trace::EdgeSkipped>(&event.payload))
                out.push_back(base::format("{} - {} ({})", p->from, p->to, p->reason));
        }
        return base::join(out, ", ");
    }
    [[nodiscard]] bool told(const std::string& agent, std::string_view text) const {
        const auto it = inputs.find(agent);
        return it != inputs.end() && it->second.back().find(text) != std::string::npos;
    }

    Shelf shelf;
    run::Plan plan;
    std::map<std::string, std::vector<std::string>> inputs; ///< request bodies
    World world;
    std::optional<run::Engine> engine;
};

/// in -> x, y, z -> out, with a join at out.
resource::AgentSystemSpec star(resource::Join at_out) {
    auto system = graph({"in", "x", "y", "z", "out"},
                        {{"in", "x"}, {"in", "y"}, {"in", "z"}, {"x", "out"}, {"y", "out"}, {"z", "out"}});
    system.graph["out"].join = at_out;
    return system;
}

} // namespace

TEST_CASE("which edges an answer takes") {
    struct Row {
        const char* name;
        std::vector<resource::Route> edges;
        const char* answer;
        const char* taken;
    };
    const std::vector<Row> rows{
        {"a condition that holds, and an edge without one",
         {says("b", "yes"), route("c")},
         "yes",
         R"(a > b (output contains "yes"), a > c)"},
        {"a condition that does not", {says("b", "yes"), route("c")}, "no", "a - b (condition), a > c"},
        {"several that hold",
         {says("b", "y"), says("c", "e"), says("d", "no")},
         "yes",
         R"(a > b (output contains "y"), a > c (output contains "e"), a - d (condition))"},
        {"the default edge", {says("b", "yes"), otherwise("c")}, "no", "a - b (condition), a > c (default)"},
        {"no default edge when another holds",
         {otherwise("c"), says("b", "yes")},
         "yes",
         R"(a - c (condition), a > b (output contains "yes"))"},
        {"the default edge beside one without condition",
         {says("b", "yes"), otherwise("c"), route("d")},
         "no",
         "a - b (condition), a > c (default), a > d"},
        {"only a default edge", {otherwise("b")}, "no", "a > b (default)"},
        {"none: the branch ends", {says("b", "yes")}, "no", "a - b (condition)"},
        {"two ways to one target",
         {says("b", "yes"), says("b", "si")},
         "si",
         R"(a > b (output contains "si"))"},
        {"both ways to one target",
         {says("b", "y"), says("b", "e")},
         "yes",
         R"(a > b (output contains "y"))"},
        {"a condition and the default to one target",
         {says("b", "yes"), otherwise("b"), says("c", "no")},
         "neither",
         "a > b (default), a - c (condition)"},
        {"the same, and another holds",
         {says("b", "yes"), otherwise("b"), says("c", "no")},
         "no",
         R"(a - b (condition), a > c (output contains "no"))"},
        {"with and without condition to one target", {says("b", "yes"), route("b")}, "no", "a > b"},
        {"its condition holds, so the default edge does not",
         {says("b", "yes"), route("b"), otherwise("c")},
         "yes",
         "a > b, a - c (condition)"},
        {"twice the same edge", {route("b"), route("b")}, "no", "a > b"},
        {"two names that differ in one character", {route("b"), route("b-2")}, "no", "a > b, a > b-2"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        auto system = graph({"a", "b", "c", "d", "b-2"}, {});
        system.graph["a"].edges = row.edges;
        for (const char* other : {"b", "c", "d", "b-2"}) // so that they start with a's answer only
            system.graph["a"].edges.push_back(says(other, "never said"));
        const Played run(system, {{"a", row.answer}});
        CHECK(run.edges().starts_with(row.taken));
        CHECK(run.end().phase == "Succeeded");
    }
}

TEST_CASE("a reviewer who approves ends the loop before max_turns does") {
    auto system = graph({"writer", "reviewer", "printer"}, {{"writer", "reviewer"}});
    system.graph["reviewer"].edges = {says("printer", "approved"), otherwise("writer")};
    resource::TaskSpec spec;
    spec.max_turns = 9;
    const Played run(system, {{"reviewer", "too long|still too long|approved"}}, spec);
    CHECK(run.started() == "writer reviewer writer reviewer writer reviewer printer");
    CHECK(run.end().stopped_reason == "completed");
    CHECK(base::join(run.end().sinks, " ") == "printer");
    CHECK(run.told("printer", "approved"));
}

TEST_CASE("where a failure ends") {
    struct Row {
        const char* name;
        resource::AgentSystemSpec system;
        std::map<std::string, std::string> answers;
        const char* started;
        const char* phase;
        const char* stopped;
        const char* message;
    };
    auto chain = graph({"in", "a", "b", "c", "out"},
                       {{"in", "a"}, {"a", "b"}, {"in", "c"}, {"b", "out"}, {"c", "out"}});
    chain.graph["out"].join = join(JoinFailure::skip);
    auto two_ways = star(join(JoinFailure::skip));
    two_ways.agents.emplace_back("archive");
    two_ways.graph["x"].edges.push_back(route("archive"));
    auto inner = graph({"in", "a", "b", "c", "out"},
                       {{"in", "a"}, {"a", "b"}, {"in", "c"}, {"b", "out"}, {"c", "out"}});
    inner.graph["b"].join = inner.graph["out"].join = join(JoinFailure::skip);
    auto choosy = star(join(JoinFailure::deadletter, 2));
    choosy.graph["x"].edges = {says("out", "yes")};
    choosy.graph["y"].edges = {says("out", "yes")};
    auto loop = graph({"a", "b"}, {{"a", "b"}, {"b", "a"}});
    loop.graph["a"].join = loop.graph["b"].join = join(JoinFailure::skip);
    const char* no = "agent x: m-e at e failed: no";
    const std::vector<Row> rows{
        {"nothing declared", star({}), {{"x", "401"}}, "in x y z", "Failed", "failed", no},
        {"deadletter",
         star(join(JoinFailure::deadletter)),
         {{"x", "401"}},
         "in x y z",
         "Failed",
         "failed",
         no},
        {"deadletter, though the quorum is there",
         star(join(JoinFailure::deadletter, 2)),
         {{"x", "401"}},
         "in x y z",
         "Failed",
         "failed",
         no},
        {"skip", star(join(JoinFailure::skip)), {{"x", "401"}}, "in x y z out", "Succeeded", "partial", ""},
        {"continue_partial",
         star(join(JoinFailure::continue_partial)),
         {{"x", "401"}},
         "in x y z out",
         "Succeeded",
         "partial",
         ""},
        {"a branch of two agents before the join",
         chain,
         {{"a", "401"}},
         "in a c out",
         "Succeeded",
         "partial",
         ""},
        {"a join that the whole branch is lost for leaves it to the next",
         inner,
         {{"a", "401"}},
         "in a c out",
         "Succeeded",
         "partial",
         ""},
        {"all branches failed",
         star(join(JoinFailure::skip)),
         {{"x", "401"}, {"y", "401"}, {"z", "401"}},
         "in x y z",
         "Failed",
         "failed",
         "agent z: m-e at e failed: no"},
        {"an edge that no join makes up for", two_ways, {{"x", "401"}}, "in x y z", "Failed", "failed", no},
        {"a loop that nothing else leads to",
         loop,
         {{"b", "401"}},
         "a b",
         "Failed",
         "failed",
         "agent b: m-e at e failed: no"},
        {"a failure that another try might have helped",
         star({}),
         {{"x", "500"}},
         "in x y z",
         "DeadLetter",
         "failed",
         "agent x: m-e at e failed: no"},
        {"a quorum that conditions starve",
         choosy,
         {{"x", "no"}, {"y", "no"}},
         "in x y z",
         "Failed",
         "failed",
         "the join at out can no longer be satisfied: it needs 2 inputs, 1 arrived (from z); x took another "
         "edge, y took another edge"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        resource::TaskSpec spec;
        if (row.system.agents.size() == 2) spec.max_turns = 5;
        const Played run(row.system, row.answers, spec);
        CHECK(run.started() == row.started);
        CHECK(run.end().phase == row.phase);
        CHECK(run.end().stopped_reason == row.stopped);
        CHECK(run.end().message == row.message);
        CHECK(base::join(run.end().sinks, " ") == (run.end().phase == "Succeeded" ? "out" : ""));
    }
}

TEST_CASE("a join is given its inputs in the order declared, whoever was faster") {
    const Played run(graph({"in", "a", "late", "early", "out"},
                           {{"in", "a"}, {"a", "late"}, {"in", "early"}, {"late", "out"}, {"early", "out"}}));
    CHECK(run.started() == "in a early late out");
    const std::string& given = run.inputs.at("out").back();
    CHECK(given.find("answer of late") < given.find("answer of early"));
    CHECK(given.find("answer of early") != std::string::npos);
}

TEST_CASE("continue_partial tells the agent what is missing, skip does not") {
    for (const JoinFailure rule : {JoinFailure::skip, JoinFailure::continue_partial}) {
        const Played run(star(join(rule)), {{"x", "401"}});
        CHECK(run.told("out", "answer of y"));
        CHECK(run.told("out", R"(<hand_off from=\"x\">\n(nothing: it failed)\n</hand_off>)") ==
              (rule == JoinFailure::continue_partial));
        const auto opens = run.world.sink.of<trace::JoinOpen>();
        REQUIRE(opens.size() == 1);
        CHECK(base::join(opens[0].without, " ") == "x");
    }
}

TEST_CASE("no join makes up for what a policy denied") {
    auto system = star(join(JoinFailure::skip));
    system.agents[1] = "forbidden";
    system.graph["in"].edges[0].to = "forbidden";
    system.graph["forbidden"] = system.graph["x"];
    system.graph.erase("x");
    resource::AgentPolicySpec only;
    only.allowed_models = {"m-e"};
    const Played run(system, {}, {}, {{{"default", "p"}, only}});
    CHECK(run.end().phase == "Failed");
    CHECK(run.end().stopped_reason == "policy");
}

TEST_CASE(
    "a run ends when a quorum has answered and the late branch as well; the late one is not asked for") {
    // The first two of three start it; the third arrives after the join has answered, or never.
    for (const char* late : {"answer of z", "401"}) {
        CAPTURE(late);
        auto system = star(join(JoinFailure::skip, 2));
        system.agents.emplace_back("slow");
        system.graph["z"].edges = {route("slow")};
        system.graph["slow"].edges = {route("out")};
        const Played run(system, {{"slow", late}});
        CHECK(run.started() == "in x y z out slow");
        CHECK(run.end().phase == "Succeeded");
        CHECK(run.end().stopped_reason == (std::string(late) == "401" ? "partial" : "completed"));
        CHECK(base::join(run.end().sinks, " ") == "out");
        CHECK(!run.told("out", "answer of slow"));
        CHECK(run.world.sink.of<trace::JoinOpen>().size() == 1);
    }
}

TEST_CASE("a task's second attempt repeats an agent at a join, with all its inputs") {
    resource::TaskSpec spec;
    spec.retry.max_attempts = 2;
    const Played run(star({}), {{"out", "500|done"}}, spec);
    CHECK(run.end().phase == "Succeeded");
    CHECK(run.inputs.at("x").size() == 1);
    CHECK(run.inputs.at("out").size() == 2);
    CHECK(run.inputs.at("out")[0] == run.inputs.at("out")[1]);
}

TEST_CASE("agents whose names begin alike, or differ in a dot, are different agents") {
    auto system = graph({"in", "writer", "writer-2", "a.b", "a_b", "out"}, {});
    for (const char* agent : {"writer", "writer-2", "a.b", "a_b"}) {
        system.graph["in"].edges.push_back(route(agent));
        system.graph[agent].edges = {route("out")};
    }
    const Played run(system);
    CHECK(run.started() == "in writer writer-2 a.b a_b out");
    CHECK(run.world.sink.of<trace::JoinOpen>().at(0).have == 4);
    CHECK(run.end().phase == "Succeeded");
}
