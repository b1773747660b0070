// The mock's answers. Invariant: nothing but the endpoint and the conversation decides.
#include "provider/mock.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/options.hpp"
#include "provider/reply.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

struct Scene {
    const Endpoint& endpoint;
    const Conversation& conversation;
    std::size_t step = 1;
    std::string input; ///< the last user message
};

Scene scene_of(const Endpoint& endpoint, const Conversation& conversation) {
    Scene out{endpoint, conversation, 1, {}};
    for (const Message& message : conversation.messages) {
        if (message.role == Role::assistant) ++out.step;
        if (message.role == Role::user) out.input = text_of(message);
    }
    return out;
}

/// One pass, so that braces in the input stay what they are.
std::string filled(std::string_view text, const Scene& scene) {
    const std::array<std::pair<std::string_view, std::string>, 3> names{{
        {"{{model}}", scene.endpoint.model},
        {"{{step}}", std::to_string(scene.step)},
        {"{{input}}", scene.input},
    }};
    std::string out;
    while (!text.empty()) {
        const auto* name = std::find_if(names.begin(), names.end(),
                                        [&](const auto& pair) { return text.starts_with(pair.first); });
        if (name != names.end()) {
            out += name->second;
            text.remove_prefix(name->first.size());
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

Part call_of(std::string_view tool, const schema::Json& arguments, const Scene& scene, std::size_t place) {
    Part out;
    out.kind = Part::Kind::tool_call;
    out.id = base::format("call_{}_{}", scene.step, place);
    out.name = std::string(tool);
    set_arguments(out, arguments.text);
    return out;
}

/// A value that fits a property of a tool's schema; texts are the input itself.
std::string sample(const schema::Tree& property, const Scene& scene) {
    if (const schema::Tree* words = property.find("enum"); words != nullptr && !words->items.empty())
        return schema::to_json(words->items.front());
    const std::string_view type = property.text_of("type");
    if (type == "integer" || type == "number") return "1";
    if (type == "boolean") return "true";
    if (type == "array") return "[]";
    if (type == "object") return "{}";
    return base::json_quoted(scene.input);
}

/// What the schema requires, and `input` where there is such a property.
schema::Json sample_arguments(const ToolDefinition& tool, const Scene& scene) {
    const schema::Parsed parsed = schema::parse_json(tool.parameters.text);
    const schema::Tree* properties = parsed ? parsed.tree.find("properties") : nullptr;
    if (properties == nullptr) return {"{}"};
    std::set<std::string, std::less<>> wanted{"input"};
    if (const schema::Tree* required = parsed.tree.find("required")) {
        for (const schema::Tree& name : required->items)
            wanted.insert(name.text);
    }
    base::JsonWriter out;
    out.begin_object();
    for (const schema::Entry& property : properties->entries) {
        if (wanted.contains(property.key)) out.key(property.key).raw(sample(property.value, scene));
    }
    out.end_object();
    return {std::move(out).take()};
}

/// nullptr when the mock answers instead.
const ToolDefinition* chosen_tool(const Scene& scene) {
    const Conversation& conversation = scene.conversation;
    if (conversation.tool_choice == "none") return nullptr;
    std::string signal;
    std::set<std::string, std::less<>> called;
    for (const Message& message : conversation.messages) {
        if (message.role != Role::assistant) signal += base::lower(text_of(message)) + "\n";
        for (const Part& part : message.parts) {
            if (part.kind == Part::Kind::tool_call) called.insert(part.name);
        }
    }
    for (const std::string_view word : {"vector", "search", "web", "db", "echo"}) {
        if (signal.find(word) == std::string::npos) continue;
        for (const ToolDefinition& tool : conversation.tools) {
            if (!called.contains(tool.name) && base::contains_ignoring_case(tool.name, word)) return &tool;
        }
    }
    return scene.step == 1 && !conversation.tools.empty() ? &conversation.tools.front() : nullptr;
}

/// Bad usage is reported by check(); nullopt then and when it is not set.
std::optional<ScriptedUsage> fixed_usage(const Endpoint& endpoint) {
    const std::string_view text = OptionReader(endpoint, "mock").text("usage");
    const auto numbers = base::split(text, ',');
    if (numbers.size() != 2) return std::nullopt;
    const auto input = base::to_integer(base::trim(numbers[0]));
    const auto output = base::to_integer(base::trim(numbers[1]));
    if (!input || !output || *input < 0 || *output < 0) return std::nullopt;
    return ScriptedUsage{*input, *output};
}

Reply reply_of(std::string text, const Scene& scene) {
    Reply out;
    out.message.role = Role::assistant;
    out.model = scene.endpoint.model;
    Part part;
    part.text = std::move(text);
    if (!part.text.empty()) out.message.parts.push_back(std::move(part));
    return out;
}

Reply improvised(const Scene& scene) {
    Reply out = reply_of(base::format("model={} step={}", scene.endpoint.model, scene.step), scene);
    if (const ToolDefinition* tool = chosen_tool(scene)) {
        out.message.parts.push_back(call_of(tool->name, sample_arguments(*tool, scene), scene, 1));
        out.finish = Finish::tool_calls;
    }
    return out;
}

Refusal refusal_of(const ScriptedError& error, const Scene& scene) {
    Refusal out;
    out.kind = error.kind;
    out.status = static_cast<int>(std::clamp<std::int64_t>(error.status, 0, 999));
    out.code = error.code;
    out.detail = error.detail.empty() ? "the script says so" : filled(error.detail, scene);
    out.retry_after = error.retry_after;
    return out;
}

Reply performed(const ScriptedAnswer& answer, const Scene& scene) {
    Reply out = reply_of(filled(answer.text, scene), scene);
    std::vector<ScriptedCall> calls = answer.calls;
    if (!answer.tool.empty()) calls.insert(calls.begin(), {answer.tool, answer.arguments});
    for (std::size_t i = 0; i < calls.size(); ++i)
        out.message.parts.push_back(call_of(calls[i].tool, calls[i].arguments, scene, i + 1));
    out.finish = answer.finish.value_or(calls.empty() ? Finish::stop : Finish::tool_calls);
    return out;
}

void add_usage(Reply& reply, const std::optional<ScriptedUsage>& usage, const Scene& scene) {
    if (usage)
        settle_usage(reply, scene.conversation, usage->input, usage->output);
    else
        settle_usage(reply, scene.conversation, std::nullopt, std::nullopt);
    reply.raw_finish = std::string(schema::name_of(reply.finish));
}

} // namespace

std::string mock_problem(const Endpoint& endpoint) {
    const OptionReader options(endpoint, "mock");
    if (!options.text("usage").empty() && !fixed_usage(endpoint))
        return base::format("options.usage '{}' of {} is not INPUT,OUTPUT, two whole numbers",
                            base::visible(options.text("usage")), subject(endpoint));
    const auto script = read_script(options.text("script"));
    if (const auto* problem = std::get_if<std::string>(&script))
        return base::format("options.script of {}: {}", subject(endpoint), *problem);
    return {};
}

Outcome mock_answer(const Endpoint& endpoint, const Conversation& conversation) {
    if (std::string problem = mock_problem(endpoint); !problem.empty())
        return refused(Refusal::Kind::configuration, std::move(problem));
    const Scene scene = scene_of(endpoint, conversation);
    const OptionReader options(endpoint, "mock");
    std::optional<ScriptedUsage> usage = fixed_usage(endpoint);
    const auto script = read_script(options.text("script"));
    const auto& steps = std::get<std::vector<ScriptedAnswer>>(script);
    Reply reply;
    if (!steps.empty()) {
        const ScriptedAnswer& answer = steps[std::min(scene.step, steps.size()) - 1];
        if (answer.error) return refusal_of(*answer.error, scene);
        if (answer.usage) usage = answer.usage;
        reply = performed(answer, scene);
    } else if (const std::string_view text = options.text("answer"); !text.empty()) {
        reply = reply_of(filled(text, scene), scene);
    } else {
        reply = improvised(scene);
    }
    add_usage(reply, usage, scene);
    return reply;
}

} // namespace provider
