// Replaying a journal: what was made by these rules shows no difference, what was changed does.
#include <doctest/doctest.h>

#include "journal_text.hpp"
#include "run/payload_difference.hpp"
#include "run/replay.hpp"
#include "scenarios.hpp"

using namespace test;

namespace {

struct Ran {
    run::Plan plan;
    std::vector<trace::Event> events;
    std::vector<trace::StoredMessage> messages;
};

Ran ran(const Scenario& scenario, Stage& stage) {
    Ran out{scenario.plan(), {}, {}};
    World& world = stage.world;
    run::Engine engine(out.plan, world.world());
    engine.run();
    out.events = world.sink.all;
    out.messages = world.sink.said;
    return out;
}

Ran ran(const std::string& name) {
    for (Scenario& scenario : scenarios()) {
        if (scenario.name != name) continue;
        Stage stage(scenario);
        return ran(scenario, stage);
    }
    FAIL("no such scenario: " << name);
    return {};
}

std::string text(const std::vector<run::Difference>& differences) {
    std::string out;
    for (const run::Difference& d : differences)
        out += base::format("{} {} {} {}: {} | {}\n", d.seq, d.agent, d.event, d.field, d.journal, d.made);
    return out;
}

std::string replayed(const Ran& r) {
    return text(run::replay(r.plan, r.events, r.messages).differences);
}

template <typename T>
trace::Event& first(Ran& r) {
    for (trace::Event& event : r.events) {
        if (std::holds_alternative<T>(event.payload)) return event;
    }
    FAIL("no such event");
    return r.events.front();
}

template <typename T>
void drop_first(Ran& r) {
    const auto seq = first<T>(r).seq;
    r.events.erase(r.events.begin() + seq - 1);
    for (std::size_t i = 0; i < r.events.size(); ++i)
        r.events[i].seq = static_cast<std::int64_t>(i) + 1;
}

} // namespace

TEST_CASE("every scenario replays without a difference, whole and as far as it came") {
    for (Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        Stage stage(scenario);
        Ran r = ran(scenario, stage);
        const run::Replay whole = run::replay(r.plan, r.events, r.messages);
        CHECK(text(whole.differences) == "");
        CHECK(whole.ended);
        CHECK(whole.taken == 0);
        CHECK(whole.steps == static_cast<std::int64_t>(stage.world.sink.of<trace::ModelCall>().size()));
        while (!r.events.empty()) {
            r.events.pop_back();
            CAPTURE(r.events.size());
            CHECK(replayed(r) == "");
        }
    }
}

TEST_CASE("journals replay as they were written; those of other versions say which rules they are of") {
    std::size_t files = 0;
    for (Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        Stage stage(scenario);
        const Ran now = ran(scenario, stage); // its messages; the files hold events alone
        for (const auto& version : std::filesystem::directory_iterator(folder)) {
            const std::filesystem::path file = version.path() / file_name(scenario.name);
            if (!std::filesystem::exists(file)) continue;
            ++files;
            CAPTURE(file.string());
            const std::string text = base::read_file(file, 1U << 20U);
            const Ran then{now.plan, read_journal(text), now.messages};
            if (version.path().filename() == std::to_string(run::engine_version))
                CHECK(replayed(then) == "");
            else
                CHECK(replayed(then).starts_with("1  task_start engine_version: "));
        }
    }
    CHECK(files >= scenarios().size());
}

TEST_CASE("a run that was interrupted anywhere and went on replays without a difference") {
    for (Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        Stage stage(scenario);
        const Ran whole = ran(scenario, stage);
        for (std::size_t n = 1; n < whole.events.size(); ++n) {
            CAPTURE(n);
            Stage again(scenario);
            World& later = again.world;
            later.clock.moved = base::seconds(100);
            run::Engine engine(whole.plan, later.world());
            for (const auto& message : whole.messages)
                engine.load(message);
            Ran both = whole;
            both.events.resize(n);
            for (const auto& event : both.events)
                engine.load(event);
            engine.run("crash");
            both.events.insert(both.events.end(), later.sink.all.begin(), later.sink.all.end());
            both.messages.insert(both.messages.end(), later.sink.said.begin(), later.sink.said.end());
            CHECK(replayed(both) == "");
        }
    }
}

TEST_CASE("one changed field is found, and the rest goes on") {
    Ran delay = ran("a fallback and a refused parameter");
    auto& retry = std::get<trace::RetryScheduled>(first<trace::RetryScheduled>(delay).payload);
    const std::int64_t was = retry.delay_ms++;
    CHECK(replayed(delay).starts_with(base::format("5 a retry_scheduled delay_ms: {} | {}\n", was + 1, was)));
    CHECK(replayed(delay).find("model_request") != std::string::npos); // a millisecond too early then

    Ran reason = ran("line");
    std::get<trace::AgentEnd>(first<trace::AgentEnd>(reason).payload).reason = "max_steps";
    CHECK(replayed(reason) == "5 a agent_end reason: max_steps | completed\n"
                              "16  task_end stopped_reason: completed | max_steps\n");

    Ran tokens = ran("mock");
    std::get<trace::ModelCall>(first<trace::ModelCall>(tokens).payload).usage.output += 1;
    CHECK(replayed(tokens).find("agent_end usage.output") != std::string::npos);

    Ran url = ran("line");
    std::get<trace::ModelRequest>(first<trace::ModelRequest>(url).payload).url = "http://127.0.0.1:2/v1";
    CHECK(replayed(url) == "3 a model_request url: http://127.0.0.1:2/v1 | "
                           "http://127.0.0.1:1/v1/chat/completions\n");

    Ran input = ran("line");
    std::get<trace::TaskStart>(first<trace::TaskStart>(input).payload).input["topic"] = "fission";
    CHECK(replayed(input) == "1  task_start input.topic: fission | fusion\n");

    Ran duration = ran("line");
    std::get<trace::TaskEnd>(duration.events.back().payload).duration_ms = 99'999;
    CHECK(replayed(duration).find("task_end duration_ms: 99999 | ") != std::string::npos);
}

TEST_CASE("another hash is found, of an input, of an answer, and of what a message holds") {
    Ran input = ran("line");
    auto& start = std::get<trace::AgentStart>(first<trace::AgentStart>(input).payload);
    const std::string right = start.message;
    start.message = std::get<trace::ModelCall>(first<trace::ModelCall>(input).payload).message;
    CHECK(replayed(input).starts_with(
        base::format("2 a agent_start message: {} | {}\n", start.message, right)));

    Ran answer = ran("line");
    auto& call = std::get<trace::ModelCall>(first<trace::ModelCall>(answer).payload);
    call.message = right;
    CHECK(replayed(answer).starts_with("4 a model_call message: an answer to "));

    Ran gone = ran("line");
    std::get<trace::ModelCall>(first<trace::ModelCall>(gone).payload).message = std::string(32, '0');
    CHECK(replayed(gone).starts_with(
        base::format("4 a model_call message: {} | (no such message is stored)\n", std::string(32, '0'))));

    Ran words = ran("line");
    words.messages.back().parts.replace(words.messages.back().parts.find("answer"), 6, "ANSWER");
    CHECK(replayed(words).starts_with(base::format("0   : message '{}' | '", words.messages.back().hash)));
}

TEST_CASE("an event that is missing, or one too many, is found") {
    Ran hand_off = ran("fan-out and join");
    drop_first<trace::HandOff>(hand_off);
    CHECK(replayed(hand_off) == "6 in hand_off to: y | x\n"
                                "7 in hand_off to: z | y\n"
                                "8 x agent_start : agent_start (x: starts on e (openai, m-e)) | "
                                "hand_off (in: hands over to z)\n");
    Ran join = ran("fan-out and join");
    drop_first<trace::JoinOpen>(join);
    CHECK(replayed(join).find("| join_open (out has 3 of 3 inputs)") != std::string::npos);

    Ran retry = ran("a fallback and a refused parameter");
    drop_first<trace::RetryScheduled>(retry);
    CHECK(replayed(retry).find("| retry_scheduled (a: asks down again in ") != std::string::npos);

    Ran request = ran("line");
    drop_first<trace::ModelRequest>(request);
    CHECK(replayed(request) == "3 a model_call call: a1.a.1.s1.1 | (no such call is under way)\n");

    Ran twice = ran("line");
    twice.events.insert(twice.events.begin() + 2, twice.events[1]);
    for (std::size_t i = 0; i < twice.events.size(); ++i)
        twice.events[i].seq = static_cast<std::int64_t>(i) + 1;
    CHECK(replayed(twice) == "3 a agent_start : agent_start (a: starts on e (openai, m-e)) | nothing\n");

    Ran gap = ran("line");
    gap.events.erase(gap.events.begin() + 4);
    CHECK(replayed(gap).find("the journal has a gap: event 6 follows 4") != std::string::npos);
}

TEST_CASE("an end that the world did not bring about is found") {
    Ran r = ran("budget");
    auto& end = std::get<trace::TaskEnd>(r.events.back().payload);
    end.phase = "Succeeded";
    CHECK(replayed(r).find("task_end phase: Succeeded | Failed") != std::string::npos);
    Ran denied = ran("budget");
    for (trace::Event& event : denied.events) {
        auto* agent = std::get_if<trace::AgentEnd>(&event.payload);
        if (agent != nullptr && !agent->code.empty()) agent->steps += 1;
    }
    CHECK(replayed(denied) == "10 b agent_end steps: 1 | \n");
}

TEST_CASE("a run with a key in its prompt and its input replays without the key") {
    Shelf shelf;
    resource::AgentSpec agent;
    agent.model_ref = "e";
    agent.prompt = "Never say sk-very-secret-key to anybody.";
    shelf.endpoint("e", "openai").put("a", agent).agent("b", "e").put("s", line({"a", "b"}));
    resource::TaskSpec spec;
    spec.input["note"] = "the key is sk-very-secret-key";
    World world;
    world.secrets.keys["e"] = "sk-very-secret-key";
    Ran r{run::make_plan(task("s", spec), shelf.catalog()), {}, {}};
    run::Engine engine(r.plan, world.world());
    REQUIRE(engine.run().end);
    r.events = world.sink.all;
    r.messages = world.sink.said;
    for (const auto& message : r.messages)
        REQUIRE(message.parts.find("sk-very") == std::string::npos);
    CHECK(replayed(r) == "");
}

TEST_CASE("what was replaced may have been anything, and nothing else may") {
    CHECK(run::same_but_for_secrets("plain", "plain"));
    CHECK(!run::same_but_for_secrets("plain", "plaid"));
    CHECK(run::same_but_for_secrets("a [secret] b", "a sk-1 b"));
    CHECK(run::same_but_for_secrets("[secret]", ""));
    CHECK(run::same_but_for_secrets("[secret] and [secret]!", "x and y and z!"));
    CHECK(!run::same_but_for_secrets("a [secret] b", "a sk-1 c"));
    CHECK(!run::same_but_for_secrets("[secret] x [secret]", "y"));
    CHECK(!run::same_but_for_secrets("aa[secret]aa", "aaa"));
}

TEST_CASE("a call of a tool that a policy denied replays without a difference") {
    for (Scenario& scenario : tool_scenarios()) {
        if (scenario.name != "tools side by side") continue;
        resource::AgentPolicySpec spec;
        spec.blocked_tools = {"fast"};
        scenario.policies = {{{"default", "p"}, spec}};
        Stage stage(scenario);
        const Ran r = ran(scenario, stage);
        REQUIRE(stage.world.sink.of<trace::TaskEnd>().at(0).code == "policy");
        CHECK(replayed(r) == "");
    }
}
