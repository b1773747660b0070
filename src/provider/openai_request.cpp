// A conversation as a Chat Completions request.
#include "provider/openai_chat.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/names.hpp"
#include "provider/options.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

struct ChatOptions {
    std::string max_tokens, temperature, top_p, seed; // JSON numbers
    std::vector<std::string> stop;
    std::string reasoning_effort, organization, project;
    std::optional<bool> parallel_tool_calls;
};

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

void read_official(OptionReader& reader, ChatOptions& out, std::string_view model) {
    if (refuses_sampling(model)) {
        reader.refuse("temperature", "a reasoning model takes none");
        reader.refuse("top_p", "a reasoning model takes none");
    }
    if (model.starts_with("o3") || model.starts_with("o4-mini"))
        reader.refuse("stop", "this model takes no stop sequences");
    out.temperature = reader.number("temperature", 0, 2);
    out.top_p = reader.number("top_p", 0, 1);
    out.stop = reader.texts("stop", 4);
}

ChatOptions read(const ChatDialect& dialect, OptionReader& reader, std::string_view model) {
    constexpr double any = 1e6; // what an unknown server takes is its own business
    ChatOptions out;
    reader.refuse("anthropic_version", "only anthropic knows this option");
    reader.refuse("anthropic_beta", "only anthropic knows this option");
    out.max_tokens = reader.integer("max_tokens", 1);
    if (dialect.official) {
        read_official(reader, out, model);
    } else {
        out.temperature = reader.number("temperature", -any, any);
        out.top_p = reader.number("top_p", -any, any);
        out.stop = reader.texts("stop", 1000);
    }
    out.seed = reader.integer("seed", std::numeric_limits<std::int64_t>::min());
    out.reasoning_effort = std::string(reader.text("reasoning_effort"));
    out.parallel_tool_calls = reader.flag("parallel_tool_calls");
    out.organization = reader.header("organization");
    out.project = reader.header("project");
    return out;
}

class ChatWriter {
  public:
    ChatWriter(const ChatDialect& dialect, const Conversation& conversation)
        : dialect_(dialect), conversation_(conversation), names_(conversation.tools),
          ids_({dialect.longest_id, false}) {}

    std::string body(const Endpoint& endpoint, const ChatOptions& options) {
        out_.begin_object().member("model", endpoint.model);
        out_.key("messages").begin_array();
        std::size_t first = 0;
        if (dialect_.one_system_message) first = leading_system();
        for (std::size_t i = first; i < conversation_.messages.size(); ++i)
            message(conversation_.messages[i]);
        out_.end_array();
        tools(options);
        settings(options);
        out_.end_object();
        return std::move(out_).take();
    }

  private:
    void plain(std::string_view role, std::string_view text) {
        out_.begin_object().member("role", role).member("content", text).end_object();
    }

    std::size_t leading_system() {
        std::string joined;
        std::size_t n = 0;
        while (n < conversation_.messages.size() && conversation_.messages[n].role == Role::system) {
            const std::string text = text_of(conversation_.messages[n++]);
            if (!joined.empty() && !text.empty()) joined += "\n\n";
            joined += text;
        }
        if (!joined.empty()) plain("system", joined);
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
        if (calls) {
            out_.key("tool_calls").begin_array();
            for (const Part& part : message.parts) {
                if (is_call(part)) call(part);
            }
            out_.end_array();
        }
        out_.end_object();
    }

    void call(const Part& part) {
        out_.begin_object().member("id", ids_.call(part.id)).member("type", "function").key("function");
        out_.begin_object().member("name", names_.wire(part.name));
        const bool verbatim = !dialect_.object_arguments && part.arguments.text.empty() && !part.text.empty();
        out_.member("arguments", verbatim ? part.text : object_arguments(part));
        out_.end_object().end_object();
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
        if (options.parallel_tool_calls) out_.member("parallel_tool_calls", *options.parallel_tool_calls);
    }

    void tool_choice() {
        const std::string& choice = conversation_.tool_choice;
        if (choice.empty() || (choice == "auto" && !dialect_.official)) return;
        if (choice == "auto" || choice == "none" || choice == "required") {
            out_.member("tool_choice", choice);
            return;
        }
        out_.key("tool_choice").begin_object().member("type", "function").key("function");
        out_.begin_object().member("name", names_.wire(choice)).end_object().end_object();
    }

    void settings(const ChatOptions& options) {
        const auto number = [&](std::string_view name, const std::string& text) {
            if (!text.empty()) out_.key(name).raw(text);
        };
        number(dialect_.max_tokens_field, options.max_tokens);
        number("temperature", options.temperature);
        number("top_p", options.top_p);
        number("seed", options.seed);
        if (!options.reasoning_effort.empty()) out_.member("reasoning_effort", options.reasoning_effort);
        if (options.stop.empty()) return;
        out_.key("stop").begin_array();
        for (const std::string& text : options.stop)
            out_.string(text);
        out_.end_array();
    }

    const ChatDialect& dialect_;
    const Conversation& conversation_;
    WireNames names_;
    WireIds ids_;
    base::JsonWriter out_;
};

} // namespace

std::string chat_problem(const ChatDialect& dialect, const Endpoint& endpoint) {
    if (std::string problem = base_url_problem(*find_provider(dialect.provider), endpoint); !problem.empty())
        return problem;
    OptionReader reader(endpoint, dialect.provider);
    read(dialect, reader, endpoint.model);
    return reader.problem();
}

Built chat_request(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& conversation) {
    const Provider& provider = *find_provider(dialect.provider);
    if (std::string problem = chat_problem(dialect, endpoint); !problem.empty())
        return refused(Refusal::Kind::configuration, std::move(problem));
    const auto key = key_of(provider, endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&key)) return *refusal;
    OptionReader reader(endpoint, dialect.provider);
    const ChatOptions options = read(dialect, reader, endpoint.model);

    http::Request request =
        json_request(endpoint, http::join(*base_of(provider, endpoint), "/chat/completions"),
                     ChatWriter(dialect, conversation).body(endpoint, options));
    add_key(request, "authorization", "Bearer ", std::get<Key>(key).text);
    if (!options.organization.empty())
        request.headers.push_back({"OpenAI-Organization", options.organization});
    if (!options.project.empty()) request.headers.push_back({"OpenAI-Project", options.project});
    return request;
}

} // namespace provider
