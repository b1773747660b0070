// A conversation as a request of Ollama's own API. Overflow is made an error (`truncate` and `shift` false)
// instead of what Ollama does otherwise: drop the oldest messages and answer 200.
#include "provider/ollama_chat.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/answer_schema.hpp"
#include "provider/names.hpp"
#include "provider/ollama_options.hpp"
#include "provider/ollama_schema.hpp"
#include "provider/reply.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

constexpr std::string_view provider_name = "ollama";

bool is_call(const Part& part) noexcept {
    return part.kind == Part::Kind::tool_call;
}

/// Whether Ollama makes the model follow the schema. Its grammar would leave no room for calls of tools, and
/// there are schemas it cannot make one of.
bool holds_to_schema(const Endpoint& endpoint, const Conversation& conversation) {
    return !conversation.output_schema.text.empty() && conversation.tools.empty() &&
           !endpoint.dropped.contains("format");
}

/// Where the model runs elsewhere, `format` is taken and not kept to.
bool runs_elsewhere(const Endpoint& endpoint) {
    return !endpoint.facts.remote_host.empty() || is_cloud_model(endpoint.model) || is_ollama_com(endpoint);
}

class OllamaWriter {
  public:
    OllamaWriter(const Conversation& conversation, std::string origin)
        : conversation_(conversation), origin_(std::move(origin)), names_(conversation.tools),
          ids_({64, true}) {}

    std::string body(const Endpoint& endpoint, const OllamaOptions& options) {
        out_.begin_object().member("model", endpoint.model);
        out_.key("messages").begin_array();
        for (std::size_t i = joined_system(); i < conversation_.messages.size(); ++i)
            message(conversation_.messages[i]);
        out_.end_array();
        tools();
        if (holds_to_schema(endpoint, conversation_))
            out_.key("format").raw(conversation_.output_schema.text);
        out_.member("stream", endpoint.stream).member("truncate", false).member("shift", false);
        if (!options.think.empty()) out_.key("think").raw(options.think);
        if (!options.keep_alive.empty()) out_.key("keep_alive").raw(options.keep_alive);
        settings(options);
        out_.end_object();
        return std::move(out_).take();
    }

  private:
    void plain(std::string_view role, std::string_view text) {
        out_.begin_object().member("role", role).member("content", text).end_object();
    }

    /// As one message, the way Ollama's templates join them; newer ones refuse a second.
    std::size_t joined_system() {
        const auto [text, n] = leading_system(conversation_);
        if (!text.empty()) plain("system", text);
        return n;
    }

    void message(const Message& message) {
        switch (message.role) {
        case Role::system:
            plain("system", text_of(message));
            return;
        case Role::user:
            if (const std::string text = text_of(message); !results(message) || !text.empty())
                plain("user", text);
            return;
        case Role::assistant:
            assistant(message);
            return;
        case Role::tool:
            results(message);
            return;
        }
    }

    /// Whether there were any.
    bool results(const Message& message) {
        bool any = false;
        for (const Part& part : message.parts) {
            if (part.kind != Part::Kind::tool_result) continue;
            any = true;
            out_.begin_object().member("role", "tool").member("tool_name", names_.wire(part.name));
            out_.member("tool_call_id", ids_.result(part.id)).member("content", part.text).end_object();
        }
        return any;
    }

    void assistant(const Message& message) {
        out_.begin_object().member("role", "assistant").member("content", text_of(message));
        std::string thinking;
        for (const Part& part : message.parts) {
            if (part.kind == Part::Kind::thinking && part.origin == origin_) thinking += part.text;
        }
        if (!thinking.empty()) out_.member("thinking", thinking);
        if (std::any_of(message.parts.begin(), message.parts.end(), is_call)) calls(message);
        out_.end_object();
    }

    void calls(const Message& message) {
        out_.key("tool_calls").begin_array();
        int index = 0;
        for (const Part& part : message.parts) {
            if (!is_call(part)) continue;
            out_.begin_object().member("id", ids_.call(part.id)).key("function").begin_object();
            out_.member("index", index++).member("name", names_.wire(part.name));
            out_.key("arguments").raw(object_arguments(part)).end_object().end_object();
        }
        out_.end_array();
    }

    void tools() {
        if (conversation_.tools.empty()) return;
        out_.key("tools").begin_array();
        for (const ToolDefinition& tool : conversation_.tools) {
            out_.begin_object().member("type", "function").key("function").begin_object();
            out_.member("name", names_.wire(tool.name));
            if (!tool.description.empty()) out_.member("description", tool.description);
            out_.key("parameters").raw(ollama_parameters(tool)).end_object().end_object();
        }
        out_.end_array();
    }

    void settings(const OllamaOptions& options) {
        const auto number = [&](std::string_view name, const std::string& text) {
            if (!text.empty()) out_.key(name).raw(text);
        };
        out_.key("options").begin_object();
        number("num_ctx", options.num_ctx);
        number("num_predict", options.num_predict);
        number("temperature", options.temperature);
        number("top_p", options.top_p);
        number("top_k", options.top_k);
        number("seed", options.seed);
        number("repeat_penalty", options.repeat_penalty);
        if (!options.stop.empty()) {
            out_.key("stop").begin_array();
            for (const std::string& text : options.stop)
                out_.string(text);
            out_.end_array();
        }
        out_.end_object();
    }

    const Conversation& conversation_;
    std::string origin_;
    WireNames names_;
    WireIds ids_;
    base::JsonWriter out_;
};

/// Of what will be sent: thinking of other models is not.
std::int64_t prompt_tokens(const Conversation& conversation, std::string_view origin) {
    const auto foreign = [&](const Part& part) {
        return part.kind == Part::Kind::thinking && part.origin != origin;
    };
    const auto holds_foreign = [&](const Message& message) {
        return std::any_of(message.parts.begin(), message.parts.end(), foreign);
    };
    const auto& messages = conversation.messages;
    if (std::none_of(messages.begin(), messages.end(), holds_foreign)) return estimated_tokens(conversation);
    Conversation sent = conversation;
    for (Message& message : sent.messages)
        std::erase_if(message.parts, foreign);
    return estimated_tokens(sent);
}

std::optional<Refusal> unsendable(const Endpoint& endpoint, const Conversation& conversation,
                                  const OllamaOptions& options, std::string_view origin) {
    const std::string& choice = conversation.tool_choice;
    if (!conversation.tools.empty() && !choice.empty() && choice != "auto")
        return refused(Refusal::Kind::configuration,
                       base::format("tool_choice '{}' cannot be sent to {}: Ollama leaves the choice to the "
                                    "model",
                                    base::visible(choice), subject(endpoint)),
                       "leave tool_choice out, or use a provider that has it");
    const std::int64_t tokens = prompt_tokens(conversation, origin);
    const std::int64_t room = options.window() - options.reserved();
    if (tokens <= room) return std::nullopt;
    return refused(
        Refusal::Kind::context_length,
        base::format("the prompt has about {} tokens, and the context window of {} has room for {}", tokens,
                     subject(endpoint), room),
        base::format("raise options.num_ctx of {} (now {}) if the model and the memory allow it, or shorten "
                     "the input",
                     subject(endpoint), options.num_ctx));
}

std::string url_problem(const Endpoint& endpoint) {
    if (ollama_root(endpoint)) return {};
    const std::string_view text = base::trim(endpoint.base_url);
    // The URL is not quoted when it may hold a password.
    if (text.find('@') != std::string_view::npos)
        return base::format("spec.base_url of {} must not hold a user name or password", subject(endpoint));
    return base::format("spec.base_url '{}' of {} is not an address such as http://127.0.0.1:11434",
                        base::visible(text), subject(endpoint));
}

} // namespace

std::string ollama_problem(const Endpoint& endpoint) {
    if (std::string problem = url_problem(endpoint); !problem.empty()) return problem;
    OptionReader reader(endpoint, provider_name);
    const OllamaOptions options = ollama_options(reader);
    if (!reader.problem().empty() || options.allow_remote) return reader.problem();
    const std::string& host = endpoint.facts.remote_host;
    if ((host.empty() && !is_cloud_model(endpoint.model)) || is_ollama_com(endpoint)) return {};
    return base::format("model '{}' of {} runs at {} and not where Ollama is: set options.allow_remote to "
                        "\"true\" to send it there, or choose a local model",
                        base::visible(endpoint.model), subject(endpoint),
                        host.empty() ? "ollama.com" : base::ellipsis(base::visible(host), 100));
}

Built ollama_request(const Endpoint& endpoint, const Conversation& conversation) {
    const Provider& provider = *find_provider(provider_name);
    if (std::string problem = ollama_problem(endpoint); !problem.empty())
        return refused(Refusal::Kind::configuration, std::move(problem));
    const auto key = key_of(provider, endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&key)) return *refusal;
    OptionReader reader(endpoint, provider_name);
    const OllamaOptions options = ollama_options(reader);
    const std::string origin = origin_of(provider, endpoint);
    std::optional<Conversation> told;
    if (!conversation.output_schema.text.empty() &&
        (!holds_to_schema(endpoint, conversation) || runs_elsewhere(endpoint)))
        told = demanded_in_words(conversation);
    const Conversation& said = told ? *told : conversation;
    if (auto refusal = unsendable(endpoint, said, options, origin)) return std::move(*refusal);

    http::Request request =
        json_request(endpoint, http::join(*ollama_root(endpoint), "/api/chat"),
                     OllamaWriter(said, origin).body(endpoint, options), "application/x-ndjson");
    add_key(request, "authorization", "Bearer ", std::get<Key>(key).text);
    return request;
}

} // namespace provider
