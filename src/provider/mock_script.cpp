// Reading options.script of the mock provider. Strict: a misspelt key in a test script is an error, not an
// answer nobody asked for.
#include "provider/mock.hpp"

#include "base/text.hpp"

namespace provider {

const schema::Type& describe(const ScriptedCall*) {
    using schema::field;
    static const schema::Type type = schema::object_type<ScriptedCall>(
        "call", "One call of a tool.",
        {
            field<&ScriptedCall::tool>("tool", "The tool to call.", schema::required),
            field<&ScriptedCall::arguments>("arguments", "What it is called with."),
        });
    return type;
}

const schema::Type& describe(const ScriptedError*) {
    using schema::field;
    static const schema::Type type = schema::object_type<ScriptedError>(
        "error", "A refusal instead of an answer.",
        {
            field<&ScriptedError::kind>("kind", "What kind of refusal."),
            field<&ScriptedError::status>("status", "The HTTP status."),
            field<&ScriptedError::code>("code", "The provider's code."),
            field<&ScriptedError::detail>("detail", "The provider's message."),
            field<&ScriptedError::retry_after>("retry_after", "How long to wait."),
        });
    return type;
}

const schema::Type& describe(const ScriptedUsage*) {
    using schema::field;
    static const schema::Type type = schema::object_type<ScriptedUsage>(
        "usage", "What the answer cost.",
        {
            field<&ScriptedUsage::input>("input", "Prompt tokens.", schema::at_least(0)),
            field<&ScriptedUsage::output>("output", "Generated tokens.", schema::at_least(0)),
        });
    return type;
}

const schema::Type& describe(const ScriptedAnswer*) {
    using schema::field;
    static const schema::Type type = schema::object_type<ScriptedAnswer>(
        "answer", "What the mock says in one step.",
        {
            field<&ScriptedAnswer::text>("text", "The text."),
            field<&ScriptedAnswer::tool>("tool", "A tool to call."),
            field<&ScriptedAnswer::arguments>("arguments", "What it is called with."),
            field<&ScriptedAnswer::calls>("calls", "Several tools to call at once."),
            field<&ScriptedAnswer::finish>("finish", "Why the model stopped."),
            field<&ScriptedAnswer::error>("error", "A refusal instead of an answer."),
            field<&ScriptedAnswer::usage>("usage", "What the answer cost."),
        });
    return type;
}

namespace {

std::vector<ScriptedAnswer> lines_of(std::string_view text) {
    std::vector<ScriptedAnswer> out;
    for (std::string_view line : base::split(text, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (base::trim(line).empty()) continue;
        out.emplace_back().text = std::string(line);
    }
    return out;
}

} // namespace

std::variant<std::vector<ScriptedAnswer>, std::string> read_script(std::string_view text) {
    const std::string_view trimmed = base::trim(text);
    if (!trimmed.starts_with('[')) return lines_of(text);
    const schema::Parsed parsed = schema::parse_json(trimmed);
    // A person who opens a bracket and a map or quote means JSON; "[a] first line" is text.
    if (!parsed) {
        const std::string_view inside = base::trim(trimmed.substr(1));
        if (!inside.starts_with('{') && !inside.starts_with('"')) return lines_of(text);
        return base::format("not valid JSON: {}", parsed.error);
    }
    std::vector<ScriptedAnswer> out;
    base::Diagnostics problems;
    for (std::size_t i = 0; i < parsed.tree.items.size(); ++i) {
        const schema::Tree& item = parsed.tree.items[i];
        if (item.kind == schema::Tree::Kind::scalar)
            out.emplace_back().text = item.text;
        else
            out.push_back(
                schema::decode<ScriptedAnswer>(item, base::format("options.script[{}]", i), {}, problems));
    }
    if (problems.has_errors()) return problems.all().front().message;
    if (out.empty()) return std::string("an empty list");
    return out;
}

} // namespace provider
