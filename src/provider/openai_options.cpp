// What each dialect allows. Which of OpenAI's models take what is from OpenAI's model pages; a name nobody
// knows yet is treated like its family.
#include "provider/openai_options.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.hpp"

namespace provider {

namespace {

/// Models that reason by default and refuse temperature and top_p: o*, gpt-5, its codex, chat and pro
/// variants, and everything from gpt-5.5 on. gpt-5-chat does not reason.
bool refuses_sampling(std::string_view model) {
    if (model.size() > 1 && model[0] == 'o' && model[1] >= '0' && model[1] <= '9') return true;
    if (model == "gpt-5" || (model.starts_with("gpt-5-") && !model.starts_with("gpt-5-chat"))) return true;
    if (!model.starts_with("gpt-5.")) return false;
    const std::string_view version = model.substr(0, 7); // "gpt-5.N"
    const std::string_view variant = model.substr(std::min<std::size_t>(7, model.size()));
    constexpr std::array<std::string_view, 4> accepting{"gpt-5.1", "gpt-5.2", "gpt-5.3", "gpt-5.4"};
    if (std::find(accepting.begin(), accepting.end(), version) == accepting.end()) return true;
    return variant.starts_with("-chat") || variant.starts_with("-pro") ||
           (version == "gpt-5.1" && variant.starts_with("-codex"));
}

void refuse_for_model(OptionReader& reader, std::string_view model) {
    if (refuses_sampling(model)) {
        for (const std::string_view name : {"temperature", "top_p"}) { // 1 is what they have anyway
            if (base::to_number(reader.text(name)) != 1.0)
                reader.refuse(name, "a reasoning model takes none");
        }
    }
    if (model.starts_with("o3") || model.starts_with("o4-mini"))
        reader.refuse("stop", "this model takes no stop sequences");
}

void read_sampling(ChatRules rules, OptionReader& reader, ChatOptions& out) {
    constexpr std::size_t most_stops = 4;
    switch (rules) {
    case ChatRules::none:
        out.temperature = reader.number("temperature");
        out.top_p = reader.number("top_p");
        out.stop = reader.texts("stop", std::numeric_limits<std::size_t>::max());
        return;
    case ChatRules::ranges:
    case ChatRules::models:
        out.temperature = reader.number("temperature", 0, 2);
        out.top_p = reader.number("top_p", 0, 1);
        out.stop = reader.texts("stop", most_stops);
        return;
    }
}

} // namespace

ChatOptions read_chat_options(const ChatDialect& dialect, OptionReader& reader, std::string_view model) {
    ChatOptions out;
    for (const std::string_view name : dialect.refused_options)
        reader.refuse(name, "it has no such parameter");
    if (!dialect.efforts.empty()) reader.one_of("reasoning_effort", dialect.efforts);
    if (dialect.rules == ChatRules::models) refuse_for_model(reader, model);
    out.max_tokens = reader.integer("max_tokens", 1);
    read_sampling(dialect.rules, reader, out);
    out.seed = reader.integer("seed", std::numeric_limits<std::int64_t>::min());
    out.reasoning_effort = std::string(reader.text("reasoning_effort"));
    out.parallel_tool_calls = reader.flag("parallel_tool_calls");
    out.organization = reader.header("organization");
    out.project = reader.header("project");
    return out;
}

} // namespace provider
