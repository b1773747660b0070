// Ollama's answer as a Reply, and its refusals with the next step. Its errors are {"error": "text"} without
// codes, so here words decide where the status does not. Sources: Ollama's server/routes.go, server/images.go
// and llm/server.go.
#include "provider/ollama_chat.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "provider/ollama_options.hpp"
#include "provider/refusal.hpp"
#include "provider/reply.hpp"
#include "provider/think_filter.hpp"

namespace provider {

namespace {

using Kind = Refusal::Kind;
using schema::Tree;

std::string pull_hint(const Endpoint& endpoint) {
    return base::format("run 'ollama pull {}'", base::visible(endpoint.model));
}

std::string not_ollama_hint(const Endpoint& endpoint) {
    auto root = ollama_root(endpoint);
    if (root) root->query.clear(); // it may hold a token
    return base::format("check spec.base_url of {}: requests go to '{}/api/chat'; for a server that speaks "
                        "OpenAI's API set spec.provider to openai-compatible",
                        subject(endpoint), root ? http::render(*root) : std::string());
}

Refusal not_ollama(const Endpoint& endpoint, Refusal refusal) {
    refusal.kind = Kind::bad_response;
    refusal.detail = tidy(endpoint, "this does not look like an Ollama server: " + refusal.detail);
    refusal.hint = not_ollama_hint(endpoint);
    return refusal;
}

/// The window of the endpoint, for messages.
std::string window_of(const Endpoint& endpoint) {
    OptionReader reader(endpoint, "ollama");
    return ollama_options(reader).num_ctx;
}

struct Advice {
    std::string_view words; ///< of the error
    std::string (*hint)(const Endpoint&);
};

std::string tools_hint(const Endpoint& endpoint) {
    return base::format("'ollama show {}' lists what the model can do: choose one with 'tools', or take the "
                        "tools away from the agent",
                        base::visible(endpoint.model));
}
std::string thinking_hint(const Endpoint& endpoint) {
    return base::format("remove options.think of {}, or choose a model that thinks", subject(endpoint));
}
std::string think_value_hint(const Endpoint& endpoint) {
    return base::format("set options.think of {} to true or false", subject(endpoint));
}
std::string chat_hint(const Endpoint&) {
    return "choose a model that writes text; this one only computes embeddings";
}
std::string memory_hint(const Endpoint& endpoint) {
    return base::format("choose a smaller model, or lower options.num_ctx of {} (now {})", subject(endpoint),
                        window_of(endpoint));
}
std::string sign_in_hint(const Endpoint&) {
    return "run 'ollama signin' where Ollama runs, or choose a local model";
}
std::string stays_local_hint(const Endpoint&) {
    return "this Ollama is set to stay local (OLLAMA_NO_CLOUD): choose a local model";
}

constexpr std::array<Advice, 7> advice{{
    {"does not support tools", tools_hint},
    {"does not support thinking", thinking_hint},
    {"think value", think_value_hint}, // "invalid think value: ...", "think value ... is not supported"
    {"does not support chat", chat_hint},
    {"requires more system memory", memory_hint},
    {"signin_url", sign_in_hint},
    {"ollama cloud is disabled", stays_local_hint},
}};

/// The text of {"error": "text"}; "" when the body is anything else.
std::string own_error(const http::Response& response) {
    const schema::Parsed parsed = schema::parse_json(response.body);
    const Tree* error = parsed ? parsed.tree.find("error") : nullptr;
    return error != nullptr && error->is_text() ? error->text : std::string();
}

Refusal in_ollamas_words(const Endpoint& endpoint, const http::Response& response, Refusal refusal) {
    const std::string error = own_error(response);
    const auto says = [&](std::string_view words) { return base::contains_ignoring_case(error, words); };
    const bool wrong_path = response.status == 404 || response.status == 405;
    if (says("unexpected endpoint or method")) // LM Studio
        return not_ollama(endpoint, std::move(refusal));
    if (error.empty()) return wrong_path ? not_ollama(endpoint, std::move(refusal)) : refusal;
    if (wrong_path && says("not found")) {
        refusal.kind = Kind::missing_model;
        refusal.hint = pull_hint(endpoint);
        return refusal;
    }
    if (says_context_length(error) || says("exceeds maximum context length")) {
        refusal.kind = Kind::context_length; // older servers say it with status 500
        refusal.hint =
            base::format("raise options.num_ctx of {} (now {}), shorten the input, or choose a model with a "
                         "larger context window",
                         subject(endpoint), window_of(endpoint));
        return refusal;
    }
    if (says("requires more system memory")) refusal.should_retry = false;
    for (const Advice& row : advice) {
        if (base::contains_ignoring_case(response.body, row.words)) {
            refusal.hint = row.hint(endpoint);
            break;
        }
    }
    return refusal;
}

/// Older servers leave the thinking of a model in its answer, in front. What was cut inside it has no answer.
void split_thinking(std::string& thinking, std::string& content) {
    if (!thinking.empty()) return;
    ThinkFilter filter(ThinkFilter::After::trim);
    ThinkFilter::Pieces pieces = filter.whole(content);
    thinking = std::move(pieces.thinking);
    content = std::move(pieces.text);
}

void read_message(const Tree& message, Reply& reply, const std::string& origin) {
    reply.message.role = Role::assistant;
    std::string thinking(message.text_of("thinking"));
    std::string content(message.text_of("content"));
    split_thinking(thinking, content);
    if (!thinking.empty()) {
        Part part;
        part.kind = Part::Kind::thinking;
        part.text = std::move(thinking);
        part.origin = origin;
        reply.message.parts.push_back(std::move(part));
    }
    if (!content.empty()) {
        Part part;
        part.text = std::move(content);
        reply.message.parts.push_back(std::move(part));
    }
    read_calls(message, origin, reply);
}

/// Old servers say nothing. Presence of calls decides: the word beside them is "stop".
Finish finish_of(const Reply& reply) {
    const auto& parts = reply.message.parts;
    if (!parts.empty() && parts.back().kind == Part::Kind::tool_call) {
        const bool cut = reply.raw_finish == "length" && parts.back().arguments.text.empty();
        return cut ? Finish::length : Finish::tool_calls;
    }
    constexpr std::array<std::string_view, 4> stops{"", "stop", "load", "unload"};
    if (std::find(stops.begin(), stops.end(), reply.raw_finish) != stops.end()) return Finish::stop;
    return reply.raw_finish == "length" ? Finish::length : Finish::other;
}

/// Servers that do not know `truncate` cut the prompt and say nothing; all cap the window at what the model
/// was trained with. The counts give it away.
std::string window_warning(const Endpoint& endpoint, const Conversation& asked, const Tree& answer) {
    constexpr std::int64_t close = 8;
    constexpr std::int64_t worth_comparing = 1000; // below it the estimate says little
    const auto read = count_of(answer, "prompt_eval_count");
    if (!read) return {};
    OptionReader reader(endpoint, "ollama");
    const std::int64_t window = ollama_options(reader).window();
    const std::int64_t written = count_of(answer, "eval_count").value_or(0);
    const std::int64_t estimate = estimated_tokens(asked);
    // A later call may find most of its prompt in Ollama's cache.
    const bool first = std::none_of(asked.messages.begin(), asked.messages.end(),
                                    [](const Message& m) { return m.role == Role::assistant; });
    const std::string remedy = base::format("raise options.num_ctx of {} (now {}) if the model allows it",
                                            subject(endpoint), window);
    if (*read >= window - close)
        return base::format("the prompt was probably cut: {} tokens were read, which is the whole context "
                            "window; {}",
                            *read, remedy);
    if (*read + written >= window)
        return base::format("the context window is full, so the answer was probably cut: {} tokens were "
                            "read and {} written; {}",
                            *read, written, remedy);
    if (first && estimate >= worth_comparing && *read * 2 < estimate)
        return base::format("the prompt was probably cut: {} tokens were read of about {}; {}", *read,
                            estimate, remedy);
    return {};
}

std::string remote_warning(const Endpoint& endpoint, const Tree& answer) {
    OptionReader reader(endpoint, "ollama");
    const bool remote = !answer.text_of("remote_host").empty() || !answer.text_of("remote_model").empty();
    if (!remote || ollama_options(reader).allow_remote || is_ollama_com(endpoint)) return {};
    const std::string_view host = answer.text_of("remote_host");
    return tidy(endpoint,
                base::format("the answer came from '{}' and not from where Ollama runs: choose a local "
                             "model, or set options.allow_remote of {} to \"true\" if that is meant",
                             host.empty() ? std::string_view("ollama.com") : host, subject(endpoint)));
}

void read_rest(const Endpoint& endpoint, const Conversation& asked, const Tree& answer, Reply& reply) {
    const auto warn = [&](std::string text) {
        if (!text.empty()) reply.warnings.push_back(std::move(text));
    };
    warn(remote_warning(endpoint, answer));
    if (reply.raw_finish == "load" || reply.raw_finish == "unload") {
        warn(base::format("Ollama only {}ed the model and wrote nothing", reply.raw_finish));
        return; // no tokens were used
    }
    warn(window_warning(endpoint, asked, answer));
    // Newer servers say it; part of prompt_eval_count.
    reply.usage.cache_read = count_of(answer, "prompt_eval_cached_count").value_or(0);
    settle_usage(reply, asked, count_of(answer, "prompt_eval_count"), count_of(answer, "eval_count"));
}

} // namespace

Outcome ollama_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response) {
    const Provider& provider = *find_provider("ollama");
    auto parsed = json_answer(provider, endpoint, response);
    if (auto* refusal = std::get_if<Refusal>(&parsed))
        return in_ollamas_words(endpoint, response, std::move(*refusal));
    return ollama_answer(endpoint, asked, std::get<Tree>(parsed), response);
}

Outcome ollama_answer(const Endpoint& endpoint, const Conversation& asked, const Tree& answer,
                      const http::Response& response) {
    if (answer.find("choices") != nullptr)
        return not_ollama(endpoint, not_documented(endpoint, response, "is OpenAI's ('choices')"));
    const Tree* message = answer.find("message");
    if (message == nullptr || !message->is_map())
        return not_ollama(endpoint, not_documented(endpoint, response, "has no 'message'"));
    if (answer.text_of("done") == "false")
        return not_documented(endpoint, response, "is not finished ('done' is false)");

    Reply reply;
    reply.model = std::string(answer.text_of("model"));
    reply.request_id = request_id_of(response);
    reply.raw_finish = std::string(answer.text_of("done_reason"));
    read_message(*message, reply, origin_of(*find_provider("ollama"), endpoint));
    reply.finish = finish_of(reply);
    settle_calls(reply, asked);
    read_rest(endpoint, asked, answer, reply);
    return reply;
}

} // namespace provider
