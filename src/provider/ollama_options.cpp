// Options and the checks that need several of them. Source of names and defaults: Ollama's docs/modelfile.md
// and api.ChatRequest.
#include "provider/ollama_options.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "provider/ollama_chat.hpp"
#include "schema/tree.hpp"

namespace provider {

namespace {

/// Ollama's own default depends on the graphics memory, starts at 4096 and cuts longer prompts silently. One
/// constant value, because a model is loaded again when it changes.
constexpr std::int64_t default_window = 8192;

std::string think_json(OptionReader& reader) {
    constexpr std::array<std::string_view, 6> words{"true", "false", "low", "medium", "high", "max"};
    reader.one_of("think", words);
    const std::string_view text = reader.text("think");
    if (text.empty() || text == "true" || text == "false") return std::string(text);
    return base::json_quoted(text);
}

/// A number is seconds; text is a Go duration.
std::string keep_alive_json(OptionReader& reader) {
    const std::string_view text = reader.text("keep_alive");
    if (text.empty()) return {};
    if (const schema::Parsed parsed = schema::parse_json(text);
        parsed && parsed.tree.kind == schema::Tree::Kind::scalar && !parsed.tree.quoted) {
        const schema::Plain meaning = schema::meaning(parsed.tree);
        if (meaning == schema::Plain::integer || meaning == schema::Plain::number) return std::string(text);
    }
    if (base::parse_duration(text)) return base::json_quoted(text);
    reader.complain("keep_alive", "is neither a number of seconds nor a duration such as 10m");
    return {};
}

} // namespace

std::int64_t OllamaOptions::window() const {
    return base::to_integer(num_ctx).value_or(0);
}

std::int64_t OllamaOptions::reserved() const {
    return base::to_integer(num_predict).value_or(0);
}

OllamaOptions ollama_options(OptionReader& reader) {
    reader.refuse("num_predict", "write max_tokens, which means the same for every provider");
    OllamaOptions out;
    out.num_ctx = reader.integer("num_ctx", 1);
    if (out.num_ctx.empty()) {
        const std::int64_t most = reader.endpoint().facts.context;
        out.num_ctx = std::to_string(most > 0 ? std::min(most, default_window) : default_window);
    }
    out.num_predict = reader.integer("max_tokens", 1);
    if (out.reserved() >= out.window())
        reader.complain("max_tokens",
                        base::format("leaves no room for a prompt in a context window of {} tokens: lower it "
                                     "or raise options.num_ctx",
                                     out.num_ctx));
    out.temperature = reader.number("temperature");
    out.top_p = reader.number("top_p", 0, 1);
    out.top_k = reader.integer("top_k", 1);
    out.seed = reader.integer("seed", std::numeric_limits<std::int64_t>::min());
    out.repeat_penalty = reader.number("repeat_penalty");
    out.stop = reader.texts("stop", 1000);
    out.think = think_json(reader);
    out.keep_alive = keep_alive_json(reader);
    out.allow_remote = reader.flag("allow_remote").value_or(false);
    return out;
}

bool is_cloud_model(std::string_view model) {
    const std::string name = base::lower(base::trim(model));
    return name.ends_with("-cloud") || name.ends_with(":cloud");
}

bool is_ollama_com(const Endpoint& endpoint) {
    const auto root = ollama_root(endpoint);
    return root && (root->host == "ollama.com" || root->host.ends_with(".ollama.com"));
}

} // namespace provider
