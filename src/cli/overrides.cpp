#include "cli/overrides.hpp"

#include <algorithm>

#include "base/os.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

constexpr std::size_t largest_file = 8U << 20U; // bytes; as a document of a manifest

/// The content of a file that an option names: that it cannot be read is a mistake in the command line.
std::string file_for(const std::string& what, const std::string& path) {
    try {
        return base::read_file(path, largest_file);
    } catch (const base::Error& error) {
        throw base::Error(base::Fault::usage, base::format("{}: {}", what, error.message()));
    }
}

void check_text(const std::string& what, const std::string& text) {
    if (const std::size_t bad = base::invalid_utf8(text); bad != std::string::npos)
        throw base::Error(base::Fault::usage,
                          base::format("{} is not valid UTF-8 at byte {}", what, bad + 1));
}

void put(std::map<std::string, std::string>& into, const std::string& key, const std::string& value,
         const std::string& what) {
    if (!into.try_emplace(key, value).second)
        throw base::Error(base::Fault::usage, base::format("{} is set twice", what));
}

struct Pair {
    std::string key;
    std::string value;
};
Pair pair_of(const std::string& text, std::string_view expected) {
    const std::size_t equals = text.find('=');
    std::string key(base::trim(std::string_view(text).substr(0, equals)));
    if (equals == std::string::npos || key.empty()) {
        throw base::Error(base::Fault::usage,
                          base::format("invalid input \"{}\": expected {}", text, expected));
    }
    return {std::move(key), text.substr(equals + 1)};
}

[[noreturn]] void refuse_setting(const std::string& text) {
    throw base::Error(base::Fault::usage, base::format("invalid --set \"{}\"", text))
        .hint("what can be set: --set agent.NAME.prompt=TEXT or @FILE, --set agent.NAME.model_ref=ENDPOINT");
}

/// "@PATH" is a file, "@@..." a text that begins with '@'.
std::string prompt_of(const std::string& agent, const std::string& value) {
    const std::string what = base::format("the prompt of '{}'", agent);
    std::string out = value.starts_with("@@")  ? value.substr(1)
                      : value.starts_with('@') ? file_for(what, value.substr(1))
                                               : value;
    check_text(what, out);
    return out;
}

void put_setting(Overrides& out, const std::string& text) {
    constexpr std::string_view start = "agent.";
    const std::size_t equals = text.find('=');
    const std::string path = text.substr(0, equals);
    const std::size_t dot = path.rfind('.');
    if (equals == std::string::npos || !path.starts_with(start) || dot <= start.size()) refuse_setting(text);
    const std::string agent = path.substr(start.size(), dot - start.size());
    const std::string_view field = std::string_view(path).substr(dot + 1);
    const std::string value = text.substr(equals + 1);
    if (field == "prompt")
        put(out.prompts, agent, prompt_of(agent, value), "--set " + path);
    else if (field == "model_ref")
        put(out.model_refs, agent, value, "--set " + path);
    else
        refuse_setting(text);
}

} // namespace

bool Overrides::any() const {
    return !input.empty() || !prompts.empty() || !model_ref.empty() || !model_refs.empty() || max_turns > 0;
}

Overrides settings_of(const Arguments& arguments) {
    Overrides out;
    for (const std::string& text : arguments.many("--set"))
        put_setting(out, text);
    out.model_ref = arguments.one("--model-ref").value_or("");
    return out;
}

std::vector<Option> settings_options() {
    return {{"--set", 0, "PATH=VALUE", "agent.NAME.prompt=TEXT or @FILE, agent.NAME.model_ref=ENDPOINT.",
             Takes::many},
            {"--model-ref", 0, "ENDPOINT", "Ask this endpoint for every agent.", Takes::one}};
}

void put_inputs(std::map<std::string, std::string>& into, const std::vector<std::string>& pairs) {
    for (const std::string& text : pairs) {
        const Pair pair = pair_of(text, "key=value");
        const std::string what = base::format("input '{}'", pair.key);
        check_text(what, pair.value);
        put(into, pair.key, pair.value, what);
    }
}

void put_input_files(std::map<std::string, std::string>& into, const std::vector<std::string>& pairs) {
    for (const std::string& text : pairs) {
        const Pair pair = pair_of(text, "key=PATH");
        const std::string what = base::format("input '{}'", pair.key);
        const std::string value = file_for(what, pair.value);
        check_text(what, value);
        put(into, pair.key, value, what);
    }
}

void check_agents(const run::Plan& plan, const Overrides& overrides) {
    const std::vector<std::string> names = plan.agents();
    const auto check = [&](const std::string& agent, std::string_view field) {
        if (std::find(names.begin(), names.end(), agent) != names.end()) return;
        const auto meant = base::nearest(agent, names);
        throw base::Error(base::Fault::usage, base::format("--set agent.{}.{}: system '{}' has no agent '{}'",
                                                           agent, field, plan.system, agent))
            .hint(meant ? base::format("did you mean '{}'?", *meant)
                        : "its agents: " + base::join(names, ", "));
    };
    for (const auto& [agent, value] : overrides.prompts)
        check(agent, "prompt");
    for (const auto& [agent, value] : overrides.model_refs)
        check(agent, "model_ref");
}

void change(resource::AgentSpec& agent, const std::string& name, const Overrides& overrides) {
    if (!overrides.model_ref.empty()) agent.model_ref = overrides.model_ref;
    if (const auto it = overrides.model_refs.find(name); it != overrides.model_refs.end())
        agent.model_ref = it->second;
    if (const auto it = overrides.prompts.find(name); it != overrides.prompts.end())
        agent.prompt = it->second;
}

} // namespace cli
