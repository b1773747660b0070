// A run as OpenTelemetry's spans.
#include <array>
#include <map>

#include <doctest/doctest.h>

#include "schema/tree.hpp"
#include "telemetry/otlp.hpp"
#include "telemetry/said.hpp"

namespace {

using namespace trace;
using provider::Part;
using provider::Role;

/// A run of one agent that asks, calls a tool, asks again and answers.
struct Run {
    Run() {
        const std::string system = transcript.add("", provider::text_message(Role::system, "Be PROMPTED."));
        const std::string user =
            transcript.add(system, provider::text_message(Role::user, "SAID by a person"));
        provider::Message called{Role::assistant, {}};
        Part thought;
        thought.kind = Part::Kind::thinking;
        thought.text = "THOUGHT";
        Part call;
        call.kind = Part::Kind::tool_call;
        call.id = "t1";
        call.name = "look";
        call.arguments.text = R"({"at":"ARGUED"})";
        called.parts = {thought, call};
        const std::string asked = transcript.add(user, called);
        Part result;
        result.kind = Part::Kind::tool_result;
        result.id = "t1";
        result.name = "look";
        result.text = "FOUND";
        const std::string looked = transcript.add(asked, {Role::tool, {result}});
        const std::string answer =
            transcript.add(looked, provider::text_message(Role::assistant, "ANSWERED"));

        TaskStart start;
        start.system = "house";
        start.input["topic"] = "GIVEN";
        start.pins.push_back({"agent", "Agent", "default", "a", "abcd"});
        add("", 0, start);
        AgentStart agent;
        agent.node = "a";
        agent.provider = "bedrock";
        agent.model = "m";
        add("a", 0, agent);
        ask(1, "c1", user);
        reply(1, "c1", asked, "tool_calls");
        ToolRequest tool;
        tool.call = "t1";
        tool.tool = "look";
        tool.request = "r1";
        tool.arguments.text = R"({"at":"ARGUED"})";
        add("a", 1, tool);
        ToolCall done;
        done.call = "t1";
        done.tool = "look";
        done.request = "r1";
        done.message = looked;
        add("a", 1, done);
        ask(2, "c2", looked);
        reply(2, "c2", answer, "stop");
        AgentEnd ended;
        ended.node = "a";
        ended.message = answer;
        ended.reason = "completed";
        add("a", 2, ended);
        TaskEnd end;
        end.phase = "Succeeded";
        end.outputs["a"] = "ANSWERED";
        end.sinks = {"a"};
        add("", 0, end);
    }

    void add(std::string agent, std::int64_t step, Payload payload) {
        Event event;
        event.seq = ++last;
        event.time = {1'000'000 + last * 1000};
        event.agent = std::move(agent);
        event.step = step;
        event.payload = std::move(payload);
        events.push_back(std::move(event));
    }
    void ask(std::int64_t step, std::string call, std::string message) {
        ModelRequest request;
        request.call = std::move(call);
        request.endpoint = "e";
        request.provider = "bedrock";
        request.model = "m";
        request.url = "https://bedrock-runtime.eu-central-1.amazonaws.com/model/m/converse";
        request.message = std::move(message);
        request.parameters = {{"top_k", "40"}, {"temperature", "0.5"}, {"reasoning_effort", "low"}};
        add("a", step, request);
    }
    void reply(std::int64_t step, std::string call, std::string message, std::string finish) {
        ModelCall answer;
        answer.call = std::move(call);
        answer.endpoint = "e";
        answer.message = std::move(message);
        answer.finish = std::move(finish);
        answer.usage.input = 100;
        answer.usage.output = 10;
        answer.usage.cache_read = 60;
        answer.usage.cache_write = 5;
        answer.usage.cost = base::parse_usd("0.25");
        add("a", step, answer);
    }

    [[nodiscard]] Timeline timeline(std::size_t first = std::string::npos) const {
        TimelineMaker maker;
        for (std::size_t i = 0; i < std::min(first, events.size()); ++i)
            maker.take(events[i]);
        return std::move(maker).finish(std::nullopt);
    }
    [[nodiscard]] std::vector<std::string> bodies(const telemetry::Settings& settings = {},
                                                  const run::Transcript* said = nullptr) const {
        const Timeline line = timeline();
        std::vector<std::string> out;
        telemetry::otlp({{"default", "t"}, {999}, line, nullptr, said}, settings,
                        [&](std::string body) { out.push_back(std::move(body)); });
        return out;
    }

    run::Transcript transcript;
    std::vector<Event> events;
    std::int64_t last = 0;
};

/// Every span of some bodies by its name, the latest of each: its attributes as text, and "parent", "id".
using Attributes = std::map<std::string, std::string>;
std::map<std::string, Attributes> spans_of(const std::vector<std::string>& bodies) {
    std::map<std::string, Attributes> out;
    for (const std::string& body : bodies) {
        const schema::Parsed parsed = schema::parse_json(body);
        REQUIRE(parsed.tree.is_map());
        const schema::Tree& scope =
            parsed.tree.find("resourceSpans")->items.at(0).find("scopeSpans")->items.at(0);
        for (const schema::Tree& span : scope.find("spans")->items) {
            Attributes& attributes = out[std::string(span.text_of("name"))];
            attributes.clear();
            attributes["id"] = span.text_of("spanId");
            attributes["trace"] = span.text_of("traceId");
            attributes["parent"] = span.text_of("parentSpanId");
            attributes["schema"] = scope.text_of("schemaUrl");
            for (const schema::Tree& a : span.find("attributes")->items)
                attributes[std::string(a.text_of("key"))] = a.find("value")->entries.at(0).value.text;
        }
    }
    return out;
}

bool has(const Attributes& attributes, const std::string& key) {
    return attributes.contains(key);
}

} // namespace

TEST_CASE("a run is a workflow of agents, which call models and tools") {
    const Run run;
    auto spans = spans_of(run.bodies());
    REQUIRE(spans.size() == 4);
    Attributes& workflow = spans["invoke_workflow house"];
    Attributes& agent = spans["invoke_agent a"];
    Attributes& chat = spans["chat m"];
    Attributes& tool = spans["execute_tool look"];
    CHECK(workflow["parent"].empty());
    CHECK(agent["parent"] == workflow["id"]);
    CHECK(chat["parent"] == agent["id"]);
    CHECK(tool["parent"] == agent["id"]);
    CHECK(chat["trace"].size() == 32);
    CHECK(chat["id"].size() == 16);
    CHECK(chat["gen_ai.provider.name"] == "aws.bedrock");
    CHECK(chat["server.address"] == "bedrock-runtime.eu-central-1.amazonaws.com");
    CHECK(chat["server.port"] == "443");
    CHECK(chat["gen_ai.usage.input_tokens"] == "100"); // cached ones included
    CHECK(chat["gen_ai.usage.cache_read.input_tokens"] == "60");
    CHECK(chat["orloj.cost_usd"] == "0.25");
    CHECK(agent["gen_ai.usage.input_tokens"] == "200"); // of both calls
    CHECK(agent["orloj.cost_usd"] == "0.5");
    CHECK(workflow["orloj.cost_usd"] == "0.5");
    CHECK(tool["gen_ai.tool.call.id"] == "t1");
    CHECK(run.bodies() == run.bodies()); // exported twice, it is the same trace
}

TEST_CASE("what was said leaves only when it was asked for") {
    const Run run;
    const auto all = [](const std::vector<std::string>& bodies) {
        std::string out;
        for (const std::string& body : bodies)
            out += body;
        return out;
    };
    const std::string without = all(run.bodies());
    const std::string with = all(run.bodies({}, &run.transcript));
    for (const char* word : {"PROMPTED", "SAID", "THOUGHT", "ARGUED", "FOUND", "ANSWERED", "GIVEN"}) {
        CAPTURE(word);
        CHECK(without.find(word) == std::string::npos);
        CHECK(with.find(word) != std::string::npos);
    }
    auto spans = spans_of(run.bodies({}, &run.transcript));
    CHECK(spans["chat m"]["gen_ai.system_instructions"] == R"([{"type":"text","content":"Be PROMPTED."}])");
    CHECK(spans["chat m"]["gen_ai.input.messages"] ==
          R"([{"role":"user","parts":[{"type":"text","content":"SAID by a person"}]},)"
          R"({"role":"assistant","parts":[{"type":"reasoning","content":"THOUGHT"},)"
          R"({"type":"tool_call","id":"t1","name":"look","arguments":{"at":"ARGUED"}}]},)"
          R"({"role":"tool","parts":[{"type":"tool_call_response","id":"t1","response":"FOUND"}]}])");
    CHECK(spans["chat m"]["gen_ai.output.messages"] ==
          R"([{"role":"assistant","parts":[{"type":"text","content":"ANSWERED"}],"finish_reason":"stop"}])");
    CHECK(spans["execute_tool look"]["gen_ai.tool.call.result"] == "FOUND");
    CHECK(spans["invoke_workflow house"]["gen_ai.input.messages"] ==
          R"([{"role":"user","parts":[{"type":"text","content":"topic: GIVEN"}]}])");
}

TEST_CASE("the latest conventions have other names") {
    const Run run;
    telemetry::Settings settings;
    auto before = spans_of(run.bodies(settings));
    settings.conventions = telemetry::Conventions::latest;
    auto after = spans_of(run.bodies(settings));
    CHECK(before["chat m"]["schema"] == "https://opentelemetry.io/schemas/1.41.1");
    CHECK(after["chat m"]["schema"] == "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev");
    CHECK(before["chat m"]["gen_ai.usage.cache_creation.input_tokens"] == "5");
    CHECK(!has(after["chat m"], "gen_ai.usage.cache_creation.input_tokens"));
    CHECK(after["chat m"]["gen_ai.usage.cache_write.input_tokens"] == "5");
    CHECK(!has(before["chat m"], "gen_ai.request.reasoning.level"));
    CHECK(after["chat m"]["gen_ai.request.reasoning.level"] == "low");
    for (const char* gone : {"gen_ai.provider.name", "gen_ai.agent.id", "gen_ai.agent.version",
                             "gen_ai.usage.cache_read.input_tokens"}) {
        CAPTURE(gone);
        CHECK(has(before["invoke_agent a"], gone));
        CHECK(!has(after["invoke_agent a"], gone));
    }
}

TEST_CASE("a run can be part of somebody else's trace") {
    constexpr std::string_view good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    telemetry::Settings settings;
    settings.parent = telemetry::parse_traceparent(good);
    REQUIRE(settings.parent);
    auto spans = spans_of(Run().bodies(settings));
    CHECK(spans["invoke_workflow house"]["parent"] == "b7ad6b7169203331");
    CHECK(spans["chat m"]["trace"] == "0af7651916cd43dd8448eb211c80319c");
    for (const std::string_view bad :
         std::array<std::string_view, 8>{"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                                         "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                         "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                         "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                         "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                                         "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"}) {
        CAPTURE(bad);
        CHECK(!telemetry::parse_traceparent(bad));
    }
}

TEST_CASE("a large trace is sent in pieces, each span once") {
    telemetry::Settings settings;
    settings.most_bytes = 1;
    const Run run;
    CHECK(run.bodies(settings).size() == 5);
    CHECK(run.bodies().size() == 1);
    CHECK(spans_of(run.bodies(settings)) == spans_of(run.bodies()));
}

TEST_CASE("what a fork took over is the other run's") {
    Run run;
    run.events.pop_back();
    run.events.pop_back(); // neither task nor agent has ended
    run.last -= 2;
    TaskForked forked;
    forked.from = "t0";
    run.add("", 0, forked);
    CHECK(!spans_of(run.bodies()).contains("chat m"));
    run.ask(2, "c3", std::get<ModelRequest>(run.events[6].payload).message);
    run.reply(2, "c3", "h", "stop");
    auto spans = spans_of(run.bodies());
    CHECK(spans.size() == 3);
    CHECK(!spans.contains("execute_tool look"));
    CHECK(spans["invoke_agent a"]["gen_ai.usage.input_tokens"] == "100");
}

TEST_CASE("the conventions' names of providers") {
    struct Row {
        std::string_view provider, url, expected;
    };
    for (const auto& [provider, url, expected] : std::array<Row, 12>{{
             {"openai", "https://api.openai.com/v1/chat/completions", "openai"},
             {"anthropic", "https://api.anthropic.com/v1/messages", "anthropic"},
             {"azure-openai", "https://x.openai.azure.com/y", "azure.ai.openai"},
             {"bedrock", "", "aws.bedrock"},
             {"ollama", "http://localhost:11434/api/chat", "ollama"},
             {"mock", "", "mock"},
             {"openai-compatible", "https://api.groq.com/openai/v1/chat/completions", "groq"},
             {"openai-compatible", "https://api.mistral.ai/v1/chat/completions", "mistral_ai"},
             {"openai-compatible", "https://api.x.ai/v1/chat/completions", "x_ai"},
             {"openai-compatible", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
              "gcp.gemini"},
             {"openai-compatible", "https://openrouter.ai/api/v1/chat/completions", "openrouter"},
             {"openai-compatible", "http://localhost:8000/v1/chat/completions", "openai-compatible"},
         }}) {
        CAPTURE(url);
        CHECK(telemetry::provider_name(provider, url) == expected);
    }
}
