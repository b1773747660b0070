// Runs that begin with another one's events: at every event, with changes, and from one agent on.
#include <doctest/doctest.h>

#include "run/fork.hpp"
#include "run/replay.hpp"
#include "scenarios.hpp"

using namespace test;

namespace {

const base::Redactor nothing_secret;

resource::Resource named(const std::string& name, const resource::TaskSpec& spec = {}) {
    resource::Resource out = task("s", spec);
    out.metadata.name = name;
    out.metadata.labels[std::string(run::source_label)] = "t";
    return out;
}

/// Runs to its end, or, when `journal` is not empty, goes on from it. What was done is added to it.
run::State go(const run::Plan& plan, const Scenario& scenario, run::Journal& journal,
              std::vector<std::string>* requests = nullptr) {
    Stage stage(scenario);
    World& world = stage.world;
    world.secrets.keys["other"] = "sk-test";
    world.clock.moved = world.clock.moved + base::seconds(1000);
    run::Engine engine(plan, world.world());
    for (const auto& message : journal.messages)
        engine.load(message);
    for (const auto& event : journal.events)
        engine.load(event);
    engine.run("again");
    REQUIRE((engine.state().end || engine.state().waiting > 0));
    journal.events.insert(journal.events.end(), world.sink.all.begin(), world.sink.all.end());
    journal.messages.insert(journal.messages.end(), world.sink.said.begin(), world.sink.said.end());
    if (requests != nullptr) *requests = world.requests;
    return engine.state();
}

std::string text(const std::vector<run::Difference>& differences) {
    std::string out;
    for (const run::Difference& d : differences)
        out += base::format("{} {} {} {}: {} | {}\n", d.seq, d.agent, d.event, d.field, d.journal, d.made);
    return out;
}

run::ForkOrder order(std::int64_t at, std::vector<trace::AgentChange> changes = {}) {
    return {"t", at, {1'700'000'900'000'000}, std::move(changes)};
}

template <typename T>
std::size_t count(const std::vector<trace::Event>& events, std::size_t from = 0) {
    std::size_t out = 0;
    for (std::size_t i = from; i < events.size(); ++i)
        out += std::holds_alternative<T>(events[i].payload) ? 1 : 0;
    return out;
}

/// The seq of the n-th event of a kind and an agent.
template <typename T>
std::int64_t seq_of(const run::Journal& journal, const std::string& agent, int n = 1) {
    for (const trace::Event& event : journal.events) {
        if (std::holds_alternative<T>(event.payload) && event.agent == agent && --n == 0) return event.seq;
    }
    FAIL("no such event");
    return 0;
}

struct Whole {
    Scenario scenario;
    run::Plan plan;
    run::Journal journal;
    run::State state;
};

Whole whole_of(const Scenario& scenario) {
    Whole out{scenario, scenario.plan(), {}, {}};
    out.state = go(out.plan, scenario, out.journal);
    return out;
}

Whole whole_of(const std::string& name) {
    for (const Scenario& scenario : scenarios()) {
        if (scenario.name == name) return whole_of(scenario);
    }
    FAIL("no such scenario: " << name);
    return {};
}

} // namespace

TEST_CASE("a fork at every event of every scenario ends as the run did, and asks only for what comes after") {
    for (const Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        const Whole whole = whole_of(scenario);
        const run::Plan plan = scenario.plan(named("t-fork", scenario.task));
        for (const trace::Event& last : whole.journal.events) {
            CAPTURE(last.seq);
            run::Journal journal = run::fork(plan, whole.journal, order(last.seq), nothing_secret);
            const std::size_t prefix = journal.events.size();
            const bool at_end = std::holds_alternative<trace::TaskEnd>(last.payload);
            CHECK(prefix == static_cast<std::size_t>(last.seq) + (at_end ? 0 : 1));
            const auto& mark = std::get<trace::TaskForked>(journal.events.back().payload);
            CHECK(mark.from == "t");
            CHECK(mark.at == static_cast<std::int64_t>(prefix) - 1);
            const run::State state = go(plan, scenario, journal);
            if (!state.end) { // a tool that writes was under way at the cut: a person has to decide
                CHECK(scenario.name == "a tool that writes");
                continue;
            }
            CHECK(state.end->phase == whole.state.end->phase);
            CHECK(state.end->message == whole.state.end->message);
            CHECK(state.end->sinks == whole.state.end->sinks);
            const bool failed = state.end->phase != "Succeeded";
            CHECK((failed || state.end->outputs == whole.state.end->outputs));
            // Each step is answered once, before the cut or after it.
            std::set<std::string> answered;
            for (const trace::Event& event : journal.events) {
                const auto* call = std::get_if<trace::ModelCall>(&event.payload);
                if (call == nullptr) continue;
                const std::size_t dot = call->call.find('.');
                CHECK(answered.insert(call->call.substr(dot, call->call.rfind('.') - dot)).second);
            }
            CHECK(count<trace::TaskResumed>(journal.events, prefix) == 0);
            const run::Replay replay = run::replay(plan, journal.events, journal.messages);
            CHECK(text(replay.differences) == "");
            CHECK(replay.taken == static_cast<std::int64_t>(prefix) - 1);
        }
    }
}

TEST_CASE("a run that was interrupted with a call under way and went on is forked at every event") {
    Whole whole = whole_of("fan-out and join");
    const auto cut = static_cast<std::size_t>(seq_of<trace::ModelRequest>(whole.journal, "y"));
    whole.journal.events.resize(cut);
    trace::Event stop = whole.journal.events.back();
    stop.agent.clear();
    stop.step = 0;
    stop.seq += 1;
    stop.payload = trace::TaskInterrupted{"by the user"};
    whole.journal.events.push_back(stop);
    whole.state = go(whole.plan, whole.scenario, whole.journal);
    CHECK(count<trace::TaskResumed>(whole.journal.events) == 1);
    const run::Plan plan = run::make_plan(named("t-fork"), whole.scenario.shelf.catalog());
    for (const trace::Event& last : whole.journal.events) {
        CAPTURE(last.seq);
        run::Journal journal = run::fork(plan, whole.journal, order(last.seq), nothing_secret);
        CHECK(go(plan, whole.scenario, journal).end->outputs == whole.state.end->outputs);
        CHECK(text(run::replay(plan, journal.events, journal.messages).differences) == "");
        const std::set<std::string> asked = run::asked_after(whole.plan, whole.journal, last.seq);
        std::set<std::string> live;
        for (std::size_t i = static_cast<std::size_t>(last.seq); i < journal.events.size(); ++i) {
            if (std::holds_alternative<trace::ModelRequest>(journal.events[i].payload))
                live.insert(journal.events[i].agent);
        }
        CHECK(live == asked);
    }
}

TEST_CASE("a fork holds the messages it reaches and no others") {
    const Whole whole = whole_of("fan-out and join");
    const run::Plan plan = run::make_plan(named("t-fork"), whole.scenario.shelf.catalog());
    const run::Journal early = run::fork(plan, whole.journal, order(2), nothing_secret);
    CHECK(early.messages.size() == 2); // the prompt and the input of the first agent
    const auto last = static_cast<std::int64_t>(whole.journal.events.size());
    CHECK(run::fork(plan, whole.journal, order(last), nothing_secret).messages.size() ==
          whole.journal.messages.size());
}

TEST_CASE("calls that are under way at the cut are made again, as another try") {
    const Whole whole = whole_of("fan-out and join");
    const run::Plan plan = run::make_plan(named("t-fork"), whole.scenario.shelf.catalog());
    const std::int64_t at = seq_of<trace::ModelRequest>(whole.journal, "z");
    run::Journal journal = run::fork(plan, whole.journal, order(at), nothing_secret);
    CHECK(std::get<trace::TaskForked>(journal.events.back().payload).made_again == 3);
    std::vector<std::string> requests;
    go(plan, whole.scenario, journal, &requests);
    CHECK(requests.size() == 4); // x, y, z and out
    std::vector<std::string> calls;
    for (std::size_t i = static_cast<std::size_t>(at); i < journal.events.size(); ++i) {
        const auto* request = std::get_if<trace::ModelRequest>(&journal.events[i].payload);
        if (request == nullptr) continue;
        calls.push_back(request->call);
        CHECK(request->repeats.empty()); // it is not in doubt: the other run has its answer
    }
    CHECK(calls == std::vector<std::string>{"a1.x.1.s1.2", "a1.y.1.s1.2", "a1.z.1.s1.2", "a1.out.1.s1.1"});
}

TEST_CASE("another prompt is the beginning of the conversation from the next call on") {
    Whole whole = whole_of("an answer that does not follow its schema at first");
    Shelf shelf = whole.scenario.shelf;
    resource::AgentSpec agent = whole.plan.nodes[0].agent;
    agent.prompt = "You are somebody else.";
    Shelf changed;
    changed.endpoint("e", "openai").put("a", agent).agent("b", "e").put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(named("t-fork"), changed.catalog());
    const std::vector<trace::AgentChange> changes{{"a", "prompt", ""}};
    const std::int64_t violated = seq_of<trace::ContractViolation>(whole.journal, "a");
    run::Journal journal = run::fork(plan, whole.journal, order(violated, changes), nothing_secret);
    const auto mark = std::get<trace::TaskForked>(journal.events.back().payload);
    REQUIRE(mark.conversations.size() == 1);
    std::vector<std::string> requests;
    const run::State state = go(plan, whole.scenario, journal, &requests);
    CHECK(state.end->outputs == whole.state.end->outputs);
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].find("You are somebody else.") != std::string::npos);
    CHECK(requests[0].find("Answer again") != std::string::npos);
    CHECK(requests[0].find("\"{}\"") != std::string::npos); // its first answer stays its answer
    CHECK(text(run::replay(plan, journal.events, journal.messages).differences) == "");
    // A fork of the fork, before the second answer of the first agent, with its first prompt again.
    const run::Plan back = run::make_plan(named("t-fork-fork"), shelf.catalog());
    run::Journal second =
        run::fork(back, journal, order(violated + 1, {{"a", "prompt", ""}}), nothing_secret);
    go(back, whole.scenario, second, &requests);
    CHECK(requests[0].find("somebody else") == std::string::npos);
    CHECK(text(run::replay(back, second.events, second.messages).differences) == "");
}

TEST_CASE("another model is asked from the next call on, whatever the old one did") {
    Whole whole = whole_of("a fallback and a refused parameter");
    Shelf changed;
    resource::AgentSpec agent = whole.plan.nodes[0].agent;
    agent.model_ref = "other";
    changed.endpoint("down", "openai")
        .endpoint("e", "openai", {{"max_tokens", "9"}})
        .endpoint("other", "openai");
    changed.put("a", agent).agent("b", "e").put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(named("t-fork"), changed.catalog());
    const std::vector<trace::AgentChange> changes{{"a", "model_ref", "other"}};
    const std::int64_t answered = seq_of<trace::ModelCall>(whole.journal, "a");
    for (std::int64_t at = 1; at < answered; ++at) {
        CAPTURE(at);
        run::Journal journal = run::fork(plan, whole.journal, order(at, changes), nothing_secret);
        std::vector<std::string> requests;
        const run::State state = go(plan, whole.scenario, journal, &requests);
        CHECK(state.end->outputs == whole.state.end->outputs);
        REQUIRE(!requests.empty());
        CHECK(requests[0].find("m-other") != std::string::npos);
        CHECK(text(run::replay(plan, journal.events, journal.messages).differences) == "");
    }
}

TEST_CASE("a change that could not show is refused") {
    Whole whole = whole_of("line");
    const run::Plan plan = run::make_plan(named("t-fork"), whole.scenario.shelf.catalog());
    const std::vector<trace::AgentChange> changes{{"a", "prompt", ""}};
    const std::int64_t answered = seq_of<trace::ModelCall>(whole.journal, "a");
    CHECK_NOTHROW((void)run::fork(plan, whole.journal, order(answered - 1, changes), nothing_secret));
    try {
        (void)run::fork(plan, whole.journal, order(answered, changes), nothing_secret);
        FAIL("it was not refused");
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::usage);
        CHECK(std::string(error.message()) == "agent 'a' is not asked again after event 4, so another prompt "
                                              "would change nothing");
        CHECK(error.hints() == std::vector<std::string>{"fork where it starts: --at 2"});
    }
}

TEST_CASE("from each agent of a fan-out on, what does not follow from it is kept") {
    const Whole whole = whole_of("fan-out and join");
    const run::Plan plan = run::make_plan(named("t-retry"), whole.scenario.shelf.catalog());
    struct Row {
        const char* agent;
        std::vector<std::string> kept;
        std::vector<std::string> asked;
    };
    for (const Row& row :
         {Row{"in", {}, {"in", "x", "y", "z", "out"}}, Row{"x", {"in", "y", "z"}, {"x", "out"}},
          Row{"y", {"in", "x", "z"}, {"y", "out"}}, Row{"z", {"in", "x", "y"}, {"z", "out"}},
          Row{"out", {"in", "x", "y", "z"}, {"out"}}}) {
        CAPTURE(row.agent);
        run::Journal journal =
            run::again_from(plan, whole.journal, {"t", row.agent, {1'700'000'900'000'000}});
        const auto mark = std::get<trace::TaskForked>(journal.events.back().payload);
        CHECK(mark.kept == row.kept);
        CHECK(mark.again_from == row.agent);
        CHECK(mark.calls == static_cast<std::int64_t>(row.kept.size()));
        std::vector<std::string> requests;
        const run::State state = go(plan, whole.scenario, journal, &requests);
        CHECK(state.end->phase == "Succeeded");
        CHECK(state.end->outputs == whole.state.end->outputs);
        CHECK(state.end->sinks == whole.state.end->sinks);
        std::vector<std::string> asked;
        for (const std::string& body : requests)
            asked.push_back(agent_in(body));
        CHECK(asked == row.asked);
        CHECK(text(run::replay(plan, journal.events, journal.messages).differences) == "");
    }
}

TEST_CASE("every scenario from each of its agents on ends as it did, and asks no more than it did") {
    for (const Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        const Whole whole = whole_of(scenario);
        const run::Plan plan = scenario.plan(named("t-retry", scenario.task));
        for (const run::NodePlan& node : whole.plan.nodes) {
            CAPTURE(node.name);
            run::Journal journal =
                run::again_from(plan, whole.journal, {"t", node.name, {1'700'000'900'000'000}});
            const std::size_t kept = count<trace::ModelCall>(journal.events);
            const std::size_t prefix = journal.events.size();
            const run::State state = go(plan, scenario, journal);
            CHECK(state.end->phase == whole.state.end->phase);
            CHECK(state.end->message == whole.state.end->message);
            const bool failed = state.end->phase != "Succeeded";
            CHECK((failed || state.end->outputs == whole.state.end->outputs));
            CHECK((failed || state.end->sinks == whole.state.end->sinks));
            CHECK(kept + count<trace::ModelCall>(journal.events, prefix) <=
                  count<trace::ModelCall>(whole.journal.events));
            CHECK(text(run::replay(plan, journal.events, journal.messages).differences) == "");
        }
    }
}

TEST_CASE("from an agent on after a branch failed: the branches that answered are kept") {
    Whole whole = whole_of("a branch fails");
    REQUIRE(whole.state.end->phase == "Failed");
    const run::Plan plan = run::make_plan(named("t-retry"), whole.scenario.shelf.catalog());
    whole.scenario.answer = [](const http::Request& r) { return ok(chat("answer of " + agent_in(r.body))); };
    for (const char* agent : {"y", "out"}) { // "out" never began, and what failed is done again in any case
        CAPTURE(agent);
        run::Journal journal = run::again_from(plan, whole.journal, {"t", agent, {1'700'000'900'000'000}});
        std::vector<std::string> requests;
        const run::State state = go(plan, whole.scenario, journal, &requests);
        CHECK(state.end->phase == "Succeeded");
        REQUIRE(requests.size() == 2);
        CHECK(agent_in(requests[0]) == "y");
        CHECK(agent_in(requests[1]) == "out");
    }
}

TEST_CASE("from an agent of a cycle on: the turns before its first one are kept") {
    const Whole whole = whole_of("a cycle");
    const run::Plan plan =
        run::make_plan(named("t-retry", whole.scenario.task), whole.scenario.shelf.catalog());
    for (const char* agent : {"boss", "x", "y", "out"}) {
        CAPTURE(agent);
        run::Journal journal = run::again_from(plan, whole.journal, {"t", agent, {1'700'000'900'000'000}});
        const run::State state = go(plan, whole.scenario, journal);
        CHECK(state.end->phase == "Succeeded");
        CHECK(state.end->outputs == whole.state.end->outputs);
        CHECK(text(run::replay(plan, journal.events, journal.messages).differences) == "");
    }
}

TEST_CASE("what an attempt did before the one that answered is not kept") {
    Shelf s;
    resource::TaskSpec spec;
    spec.retry.max_attempts = 2;
    s.endpoint("e", "openai", {{"max_retries", "0"}})
        .agent("a", "e")
        .agent("b", "e")
        .put("s", line({"a", "b"}));
    int asked = 0;
    Scenario scenario{"", s, spec, {}, [&](const http::Request& r) {
                          return ++asked == 1 ? ok("{}", 503) : ok(chat("answer of " + agent_in(r.body)));
                      }};
    const Whole whole = whole_of(scenario);
    REQUIRE(whole.state.end->phase == "Succeeded");
    REQUIRE(whole.state.attempt == 2);
    CHECK(text(run::replay(whole.plan, whole.journal.events, whole.journal.messages).differences) == "");
    const run::Plan plan = run::make_plan(named("t-retry", spec), s.catalog());
    run::Journal journal = run::again_from(plan, whole.journal, {"t", "b", {1'700'000'900'000'000}});
    CHECK(count<trace::ModelError>(journal.events) == 0);
    CHECK(count<trace::AgentStart>(journal.events) == 1);
    CHECK(count<trace::ModelCall>(journal.events) == 1);
    std::vector<std::string> requests;
    const run::State state = go(plan, scenario, journal, &requests);
    CHECK(state.end->phase == "Succeeded");
    CHECK(requests.size() == 1);
    // And a fork of the whole, at every event.
    const run::Plan forked = run::make_plan(named("t-fork", spec), s.catalog());
    for (const trace::Event& last : whole.journal.events) {
        CAPTURE(last.seq);
        asked = 1;
        run::Journal part = run::fork(forked, whole.journal, order(last.seq), nothing_secret);
        CHECK(go(forked, scenario, part).end->outputs == whole.state.end->outputs);
        CHECK(text(run::replay(forked, part.events, part.messages).differences) == "");
    }
}

TEST_CASE("from an agent on, in a run that was interrupted with a call under way or whose process died") {
    for (const bool died : {false, true}) {
        CAPTURE(died);
        Whole whole = whole_of("line");
        whole.journal.events.resize(
            static_cast<std::size_t>(seq_of<trace::ModelRequest>(whole.journal, "a")));
        if (!died) {
            trace::Event stop = whole.journal.events.back();
            stop.agent.clear();
            stop.step = 0;
            stop.seq += 1;
            stop.payload = trace::TaskInterrupted{"by the user"};
            whole.journal.events.push_back(stop);
        }
        whole.state = go(whole.plan, whole.scenario, whole.journal);
        const run::Plan plan = run::make_plan(named("t-retry"), whole.scenario.shelf.catalog());
        run::Journal journal = run::again_from(plan, whole.journal, {"t", "b", {1'700'002'000'000'000}});
        run::State state;
        for (const trace::Event& event : journal.events)
            run::apply(state, plan, event);
        CHECK(state.elapsed(state.last_time) < base::seconds(100)); // nobody ran it in between
        std::vector<std::string> requests;
        CHECK(go(plan, whole.scenario, journal, &requests).end->outputs == whole.state.end->outputs);
        CHECK(requests.size() == 2);
        CHECK(text(run::replay(plan, journal.events, journal.messages).differences) == "");
        // And again, of what came out of that.
        const run::Plan next = run::make_plan(named("t-retry-retry"), whole.scenario.shelf.catalog());
        run::Journal second = run::again_from(next, journal, {"t-retry", "c", {1'700'003'000'000'000}});
        CHECK(go(next, whole.scenario, second, &requests).end->outputs == whole.state.end->outputs);
        CHECK(requests.size() == 1);
    }
}

TEST_CASE("from an agent on, of a fork with a call under way at the cut") {
    const Whole whole = whole_of("line");
    const run::Plan plan = run::make_plan(named("t-fork"), whole.scenario.shelf.catalog());
    run::Journal journal = run::fork(plan, whole.journal,
                                     order(seq_of<trace::ModelRequest>(whole.journal, "a")), nothing_secret);
    go(plan, whole.scenario, journal);
    const run::Plan next = run::make_plan(named("t-fork-retry"), whole.scenario.shelf.catalog());
    run::Journal second = run::again_from(next, journal, {"t-fork", "b", {1'700'001'000'000'000}});
    std::vector<std::string> requests;
    CHECK(go(next, whole.scenario, second, &requests).end->outputs == whole.state.end->outputs);
    CHECK(requests.size() == 2);
}

TEST_CASE("from an agent on, what others did in an attempt in which they did not fail is kept") {
    Shelf s;
    resource::TaskSpec spec;
    spec.retry.max_attempts = 2;
    s.endpoint("e", "openai", {{"max_retries", "0"}});
    s.agent("boss", "e").agent("x", "e").agent("out", "e");
    resource::AgentSystemSpec system = graph({"boss", "x", "out"}, {{"boss", "out"}});
    system.graph["boss"].delegates.emplace_back().to = "x";
    s.put("s", system);
    for (const std::string broken : {"x 1", "boss 2"}) { // the delegate; who has its report
        CAPTURE(broken);
        std::map<std::string, int> asked;
        Scenario scenario{"", s, spec, {}, [&](const http::Request& r) {
                              const std::string agent = agent_in(r.body);
                              const bool fails = base::format("{} {}", agent, ++asked[agent]) == broken;
                              return fails ? ok("{}", 503) : ok(chat("answer of " + agent));
                          }};
        const Whole whole = whole_of(scenario);
        REQUIRE(whole.state.end->phase == "Succeeded");
        REQUIRE(whole.state.attempt == 2);
        const run::Plan plan = run::make_plan(named("t-retry", spec), s.catalog());
        run::Journal journal = run::again_from(plan, whole.journal, {"t", "out", {1'700'000'900'000'000}});
        CHECK(count<trace::ModelError>(journal.events) == 0);
        std::vector<std::string> requests;
        const run::State state = go(plan, scenario, journal, &requests);
        CHECK(state.end->outputs == whole.state.end->outputs);
        CHECK(requests.size() == 1);
        CHECK(state.at({1, *plan.node("boss")})->step == whole.state.at({1, *plan.node("boss")})->step);
    }
}

TEST_CASE("from an agent on, when another one no longer has the endpoint it fell back to") {
    const Whole whole = whole_of("a fallback and a refused parameter");
    Shelf changed;
    resource::AgentSpec agent = whole.plan.nodes[0].agent;
    agent.fallback_model_refs.clear();
    changed.endpoint("down", "openai").endpoint("e", "openai", {{"max_tokens", "9"}});
    changed.put("a", agent).agent("b", "e").put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(named("t-retry"), changed.catalog());
    run::Journal journal = run::again_from(plan, whole.journal, {"t", "b", {1'700'000'900'000'000}});
    std::vector<std::string> requests;
    CHECK(go(plan, whole.scenario, journal, &requests).end->outputs == whole.state.end->outputs);
    CHECK(!requests.empty());
    CHECK(agent_in(requests[0]) == "b");
}

TEST_CASE("a fork that goes back to words of a later fork holds them") {
    const Whole whole = whole_of("line");
    Shelf changed;
    resource::AgentSpec agent = whole.plan.nodes[0].agent;
    agent.prompt = "You are a. Be short.";
    changed.endpoint("e", "openai").put("a", agent).agent("b", "e").agent("c", "e");
    changed.put("s", line({"a", "b", "c"}));
    const run::Plan plan = run::make_plan(named("t-fork"), changed.catalog());
    const std::vector<trace::AgentChange> changes{{"a", "prompt", ""}};
    const std::int64_t asked = seq_of<trace::ModelRequest>(whole.journal, "a");
    run::Journal first = run::fork(plan, whole.journal, order(asked, changes), nothing_secret);
    go(plan, whole.scenario, first);
    for (const auto& again :
         {changes, std::vector<trace::AgentChange>{}}) { // it is that fork's prompt anyway
        run::Journal second = run::fork(plan, first, order(asked - 1, again), nothing_secret);
        std::vector<std::string> requests;
        go(plan, whole.scenario, second, &requests);
        CHECK(requests.at(0).find("Be short.") != std::string::npos);
    }
}

TEST_CASE("what is changed of an agent holds in all of its places") {
    Shelf before, after;
    const auto furnish = [](Shelf& s, const std::string& prompt, const std::string& model) {
        s.endpoint("e", "openai").endpoint("other", "openai").agent("x", "e").agent("y", "e");
        resource::AgentSpec agent;
        agent.model_ref = model;
        agent.prompt = prompt;
        resource::AgentSystemSpec system = graph({"x", "y", "d"}, {{"x", "y"}});
        system.graph["x"].delegates.emplace_back().to = "d";
        system.graph["y"].delegates.emplace_back().to = "d";
        s.put("d", agent).put("s", system);
    };
    furnish(before, "You are d.", "e");
    furnish(after, "You are d. Be short.", "other");
    Scenario scenario{
        "", before, {}, {}, [](const http::Request& r) { return ok(chat("answer of " + agent_in(r.body))); }};
    const Whole whole = whole_of(scenario);
    REQUIRE(whole.plan.agents() == std::vector<std::string>{"x", "y", "d"});
    const run::Plan plan = run::make_plan(named("t-fork"), after.catalog());
    const std::vector<trace::AgentChange> changes{{"d", "prompt", ""}, {"d", "model_ref", "other"}};
    for (const std::string place : {"x/d", "y/d"}) {
        CAPTURE(place);
        const std::int64_t at = seq_of<trace::ModelRequest>(whole.journal, place);
        run::Journal journal = run::fork(plan, whole.journal, order(at, changes), nothing_secret);
        std::vector<std::string> requests;
        go(plan, scenario, journal, &requests);
        CHECK(requests.at(0).find("Be short.") != std::string::npos);
        CHECK(requests.at(0).find("m-other") != std::string::npos);
    }
    CHECK(run::asked_after(whole.plan, whole.journal, 1) == std::set<std::string>{"d", "x", "y"});
}

TEST_CASE("an approval is for the run in which it was given") {
    Scenario scenario;
    for (const Scenario& each : scenarios()) {
        if (each.name == "a tool that writes") scenario = each;
    }
    ScriptedTools gated(scenario.tools);
    gated.gated = {"pay"};
    const run::Plan plan = run::make_plan(scenario.task_resource(), scenario.shelf.catalog(), &gated);
    run::Journal journal;
    REQUIRE(go(plan, scenario, journal).waiting == 1);
    trace::Event decided = journal.events.back();
    trace::ApprovalDecided approval;
    approval.call = "c1";
    approval.verdict = "approve";
    for (const trace::Event& event : journal.events) {
        if (const auto* p = std::get_if<trace::ApprovalPending>(&event.payload)) approval.hash = p->hash;
    }
    decided.seq += 1;
    decided.agent = "a";
    decided.payload = approval;
    journal.events.push_back(decided);
    const run::Plan forked = run::make_plan(named("t-fork"), scenario.shelf.catalog(), &gated);
    run::Journal fork = run::fork(forked, journal, order(decided.seq), nothing_secret);
    CHECK(go(forked, scenario, fork).waiting == 1);
    CHECK(go(plan, scenario, journal).end); // while the run itself goes on
}
