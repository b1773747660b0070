// A conversation as a Chat Completions request.
#include "provider/openai_chat.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/answer_schema.hpp"
#include "provider/names.hpp"
#include "provider/openai_options.hpp"
#include "provider/reply.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

constexpr std::string_view format_field = "response_format";

/// The schema, when `response_format` demands something because of it.
std::optional<schema::Tree> demanded_format(const Endpoint& endpoint, const Conversation& conversation) {
    auto json_schema = answer_schema(conversation);
    const bool refused_before = endpoint.dropped.contains(std::string(format_field));
    if (!json_schema || refused_before || !is_object_schema(*json_schema)) return std::nullopt;
    return json_schema;
}

class ChatWriter {
  public:
    ChatWriter(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& conversation)
        : dialect_(dialect), endpoint_(endpoint), conversation_(conversation), names_(conversation.tools),
          ids_(dialect.ids), origin_(origin_of(*find_provider(dialect.provider), endpoint)) {}

    std::string body(const ChatOptions& options) {
        out_.begin_object().member("model", endpoint_.model);
        out_.key("messages").begin_array();
        std::size_t first = 0;
        if (dialect_.one_system_message) first = joined_system();
        if (dialect_.alternating) {
            take_turns(first);
        } else {
            for (std::size_t i = first; i < conversation_.messages.size(); ++i)
                message(conversation_.messages[i]);
        }
        out_.end_array();
        tools(options);
        settings(options);
        answer_format();
        streaming();
        out_.end_object();
        return std::move(out_).take();
    }

  private:
    void plain(std::string_view role, std::string_view text) {
        out_.begin_object().member("role", role).member("content", text).end_object();
    }

    std::size_t joined_system() {
        const auto [text, n] = leading_system(conversation_);
        if (!text.empty()) plain("system", text);
        return n;
    }

    /// Results of tools are said as text: who wants turns has no tools.
    static std::string said(const Message& message) {
        std::string out;
        for (const Part& part : message.parts) {
            if (part.kind != Part::Kind::text && part.kind != Part::Kind::tool_result) continue;
            if (!out.empty() && part.kind == Part::Kind::tool_result) out += "\n\n";
            out += part.text;
        }
        return out;
    }

    /// What one side says several times in a row becomes one message.
    void take_turns(std::size_t first) {
        std::vector<std::pair<std::string_view, std::string>> turns;
        for (std::size_t i = first; i < conversation_.messages.size(); ++i) {
            const Message& message = conversation_.messages[i];
            const std::string_view role = message.role == Role::assistant ? "assistant" : "user";
            std::string text = said(message);
            if (text.empty()) continue;
            if (turns.empty() || turns.back().first != role)
                turns.emplace_back(role, std::move(text));
            else
                turns.back().second += "\n\n" + text;
        }
        if (turns.empty() || turns.front().first != "user") plain("user", ".");
        for (const auto& [role, text] : turns)
            plain(role, text);
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
            out_.begin_object().member("role", "tool").member("tool_call_id", ids_.result(part.id));
            out_.member("content", part.text).end_object();
        }
        return any;
    }

    void assistant(const Message& message) {
        const auto is_call = [](const Part& part) { return part.kind == Part::Kind::tool_call; };
        const bool calls = std::any_of(message.parts.begin(), message.parts.end(), is_call);
        const std::string text = text_of(message);
        out_.begin_object().member("role", "assistant").key("content");
        if (text.empty() && calls)
            out_.null();
        else
            out_.string(text);
        reasoning(message);
        if (calls) {
            out_.key("tool_calls").begin_array();
            for (const Part& part : message.parts) {
                if (is_call(part)) call(part);
            }
            out_.end_array();
        }
        out_.end_object();
    }

    /// Only what this model thought: others refuse it or take it for their own.
    void reasoning(const Message& message) {
        std::string text;
        std::string details;
        for (const Part& part : message.parts) {
            if (part.kind != Part::Kind::thinking || part.origin != origin_) continue;
            text += part.text;
            if (!part.blob.text.empty()) details = part.blob.text;
        }
        if (!dialect_.reasoning_field.empty() && (dialect_.reasoning_always || !text.empty()))
            out_.member(dialect_.reasoning_field, text);
        if (!details.empty()) out_.key("reasoning_details").raw(details);
    }

    void call(const Part& part) {
        out_.begin_object().member("id", ids_.call(part.id)).member("type", "function").key("function");
        out_.begin_object().member("name", names_.wire(part.name));
        const bool verbatim = !dialect_.object_arguments && part.arguments.text.empty() && !part.text.empty();
        out_.member("arguments", verbatim ? part.text : object_arguments(part)).end_object();
        if (!part.blob.text.empty() && part.origin == origin_)
            out_.key("extra_content").raw(part.blob.text); // Gemini: the call's thought_signature
        out_.end_object();
    }

    void tools(const ChatOptions& options) {
        if (conversation_.tools.empty()) return; // without tools their settings are refused, too
        out_.key("tools").begin_array();
        for (const ToolDefinition& tool : conversation_.tools) {
            out_.begin_object().member("type", "function").key("function").begin_object();
            out_.member("name", names_.wire(tool.name));
            if (!tool.description.empty()) out_.member("description", tool.description);
            out_.key("parameters").raw(parameters_of(tool)).end_object().end_object();
        }
        out_.end_array();
        tool_choice();
        if (options.parallel_tool_calls && !dropped("parallel_tool_calls"))
            out_.member("parallel_tool_calls", *options.parallel_tool_calls);
    }

    void tool_choice() {
        const std::string& choice = conversation_.tool_choice;
        if (choice.empty() || (choice == "auto" && !dialect_.explicit_auto)) return;
        if (choice == "auto" || choice == "none" || choice == "required") {
            out_.member("tool_choice", choice == "required" ? dialect_.required_word : choice);
            return;
        }
        out_.key("tool_choice").begin_object().member("type", "function").key("function");
        out_.begin_object().member("name", names_.wire(choice)).end_object().end_object();
    }

    /// Under the name this server takes; "" when it refused both.
    std::string_view max_tokens_name() const {
        const std::string_view name = dialect_.max_tokens_field;
        if (!dropped(name)) return name;
        return dropped(other_name(name)) ? std::string_view() : other_name(name);
    }

    bool dropped(std::string_view name) const { return endpoint_.dropped.contains(std::string(name)); }

    void settings(const ChatOptions& options) {
        const auto number = [&](std::string_view name, const std::string& text) {
            if (!text.empty() && !name.empty() && !dropped(name)) out_.key(name).raw(text);
        };
        number(max_tokens_name(), options.max_tokens);
        number("temperature", options.temperature);
        number("top_p", options.top_p);
        number(dialect_.seed_field, options.seed);
        if (!options.reasoning_effort.empty()) out_.member("reasoning_effort", options.reasoning_effort);
        if (options.stop.empty() || dropped("stop")) return;
        out_.key("stop").begin_array();
        for (const std::string& text : options.stop)
            out_.string(text);
        out_.end_array();
    }

    void answer_format() {
        const auto json_schema = demanded_format(endpoint_, conversation_);
        if (!json_schema) return;
        out_.key(format_field).begin_object();
        if (dialect_.answers == AnswerFormat::json_object) {
            out_.member("type", "json_object").end_object();
            return;
        }
        out_.member("type", "json_schema").key("json_schema").begin_object().member("name", answer_name);
        out_.key("schema").raw(conversation_.output_schema.text);
        if (is_strict(*json_schema)) out_.member("strict", true);
        out_.end_object().end_object();
    }

    void streaming() {
        if (!endpoint_.stream) return;
        out_.member("stream", true);
        if (!dialect_.stream_usage || dropped("stream_options")) return;
        out_.key("stream_options").begin_object().member("include_usage", true).end_object();
    }

    const ChatDialect& dialect_;
    const Endpoint& endpoint_;
    const Conversation& conversation_;
    WireNames names_;
    WireIds ids_;
    std::string origin_;
    base::JsonWriter out_;
};

/// What of the conversation the service would refuse, or drop without a word; "" when it can all be said.
std::string conversation_problem(const ChatDialect& dialect, const Endpoint& endpoint,
                                 const Conversation& conversation) {
    if (conversation.tools.empty()) return {};
    if (!dialect.tools)
        return base::format("{} cannot be offered by {}: {} has no tools",
                            base::counted(conversation.tools.size(), "tool"), subject(endpoint),
                            dialect.speaker);
    const std::string& choice = conversation.tool_choice;
    if (!dialect.tool_choice && !choice.empty() && choice != "auto")
        return base::format("tool_choice '{}' cannot be sent to {}: {} leaves the choice to the model",
                            base::visible(choice), subject(endpoint), dialect.speaker);
    return {};
}

} // namespace

std::string chat_option_problem(const ChatDialect& dialect, const Endpoint& endpoint) {
    OptionReader reader(endpoint, dialect.speaker);
    read_chat_options(dialect, reader, endpoint.model);
    return reader.problem();
}

std::string chat_problem(const ChatDialect& dialect, const Endpoint& endpoint) {
    std::string problem = base_url_problem(*find_provider(dialect.provider), endpoint);
    return problem.empty() ? chat_option_problem(dialect, endpoint) : problem;
}

Built chat_post(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& conversation,
                std::string url) {
    if (std::string problem = conversation_problem(dialect, endpoint, conversation); !problem.empty())
        return refused(Refusal::Kind::configuration, std::move(problem),
                       "use another model endpoint, or change the agent's tools");
    OptionReader reader(endpoint, dialect.speaker);
    const ChatOptions options = read_chat_options(dialect, reader, endpoint.model);
    const bool in_words =
        !conversation.output_schema.text.empty() &&
        (dialect.answers == AnswerFormat::json_object || !demanded_format(endpoint, conversation));
    std::optional<Conversation> told;
    if (in_words) told = demanded_in_words(conversation);
    http::Request request = json_request(
        endpoint, std::move(url), ChatWriter(dialect, endpoint, told ? *told : conversation).body(options));
    if (!options.organization.empty())
        request.headers.push_back({"OpenAI-Organization", options.organization});
    if (!options.project.empty()) request.headers.push_back({"OpenAI-Project", options.project});
    return request;
}

Built chat_request(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& conversation) {
    const Provider& provider = *find_provider(dialect.provider);
    if (std::string problem = chat_problem(dialect, endpoint); !problem.empty())
        return refused(Refusal::Kind::configuration, std::move(problem));
    const auto key = key_of(provider, endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&key)) return *refusal;
    Built built = chat_post(dialect, endpoint, conversation,
                            http::join(*base_of(provider, endpoint), "/chat/completions"));
    if (auto* request = std::get_if<http::Request>(&built))
        add_key(*request, "authorization", "Bearer ", std::get<Key>(key).text);
    return built;
}

} // namespace provider
