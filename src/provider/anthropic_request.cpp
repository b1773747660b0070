// A conversation as a Messages request. The API is stricter than others: turns alternate, all results of one
// turn come first in the next user turn, and no text may be blank.
#include "provider/anthropic_messages.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/answer_schema.hpp"
#include "provider/cache_marks.hpp"
#include "provider/claude_models.hpp"
#include "provider/names.hpp"
#include "provider/option_table.hpp"
#include "provider/options.hpp"
#include "provider/reply.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

constexpr std::string_view anthropic_name = "anthropic";
constexpr std::string_view bearer_since = "2026-10-21"; // from this version on the SDKs send a bearer token
/// max_tokens is required. This fits the smallest ceiling of any model (4096, Claude 3).
constexpr std::string_view default_max_tokens = "4096";

struct MessagesOptions {
    std::string max_tokens, temperature, top_p, top_k; // JSON numbers
    std::vector<std::string> stop;
    std::string version, beta;
    std::optional<bool> parallel_tool_calls;
    bool prompt_cache = true;
};

constexpr std::string_view cache_mark = R"("cache_control":{"type":"ephemeral"})";

MessagesOptions read(OptionReader& reader, std::string_view model) {
    if (refuses_sampling(model)) {
        reader.refuse("temperature", "this model takes none");
        reader.refuse("top_p", "this model takes none");
        reader.refuse("top_k", "this model takes none");
    }
    MessagesOptions out;
    out.max_tokens = reader.integer("max_tokens", 1);
    if (out.max_tokens.empty()) out.max_tokens = default_max_tokens;
    out.temperature = reader.number("temperature", 0, 1);
    out.top_p = reader.number("top_p", 0, 1);
    out.top_k = reader.integer("top_k", 1);
    out.stop = reader.texts("stop", 1000);
    out.parallel_tool_calls = reader.flag("parallel_tool_calls");
    out.version = reader.header("anthropic_version");
    if (out.version.empty()) out.version = find_option("anthropic_version")->default_value;
    out.beta = reader.header("anthropic_beta");
    out.prompt_cache = reader.flag("prompt_cache").value_or(true);
    return out;
}

struct Block {
    std::string json;   ///< whole, unless it is text
    std::string text;   ///< of a text block
    bool first = false; ///< a tool result: before everything else of its turn
};

struct Turn {
    std::string_view role;
    std::vector<Block> blocks;
};

bool blank(std::string_view text) noexcept {
    return base::trim(text).empty();
}

class MessagesWriter {
  public:
    /// `format`: what the answer has to follow, as output_config takes it; "" when it is not said there.
    MessagesWriter(const Conversation& conversation, std::string format)
        : conversation_(conversation), format_(std::move(format)), names_(conversation.tools),
          ids_({64, true}) {}

    std::string body(const Endpoint& endpoint, const MessagesOptions& options) {
        collect(endpoint);
        if (options.prompt_cache) choose_marks();
        out_.begin_object().member("model", endpoint.model);
        out_.key("max_tokens").raw(options.max_tokens);
        system();
        out_.key("messages").begin_array();
        for (const Turn& turn : turns_)
            write(turn, marks_.end && &turn == &turns_.back());
        out_.end_array();
        tools(options);
        if (!format_.empty()) {
            out_.key("output_config").begin_object().key("format").begin_object();
            out_.member("type", "json_schema").key("schema").raw(format_).end_object().end_object();
        }
        if (!options.temperature.empty()) out_.key("temperature").raw(options.temperature);
        if (!options.top_p.empty()) out_.key("top_p").raw(options.top_p);
        if (!options.top_k.empty()) out_.key("top_k").raw(options.top_k);
        if (!options.stop.empty()) {
            out_.key("stop_sequences").begin_array();
            for (const std::string& text : options.stop)
                out_.string(text);
            out_.end_array();
        }
        if (endpoint.stream) out_.member("stream", true);
        out_.end_object();
        return std::move(out_).take();
    }

  private:
    void choose_marks() {
        const bool answered = std::any_of(turns_.begin(), turns_.end(),
                                          [](const Turn& turn) { return turn.role == "assistant"; });
        marks_ = cache_marks(conversation_, {system_, answered, turns_.back().role == "user"});
    }

    void system() {
        if (system_.empty()) return;
        if (!marks_.prefix) {
            out_.member("system", system_);
            return;
        }
        out_.key("system").begin_array();
        text_block(system_, true);
        out_.end_array();
    }

    void text_block(std::string_view text, bool marked) {
        out_.begin_object().member("type", "text").member("text", text);
        if (marked) mark();
        out_.end_object();
    }

    void mark() { out_.key("cache_control").begin_object().member("type", "ephemeral").end_object(); }

    void collect(const Endpoint& endpoint) {
        const std::string origin = origin_of(*find_provider(anthropic_name), endpoint);
        for (const Message& message : conversation_.messages) {
            if (message.role == Role::system) {
                const std::string text = text_of(message);
                if (blank(text)) continue;
                if (!system_.empty()) system_ += "\n\n";
                system_ += text;
                continue;
            }
            const std::string_view role = message.role == Role::assistant ? "assistant" : "user";
            for (const Part& part : message.parts)
                add(role, part, origin);
        }
        // Some user turn has to come first; one that says nothing changes the least.
        if (turns_.empty() || turns_.front().role != "user")
            turns_.insert(turns_.begin(), Turn{"user", {Block{"", ".", false}}});
        Turn& last = turns_.back();
        std::string& text = last.blocks.back().text;
        while (last.role == "assistant" && !text.empty() &&
               blank(std::string_view(text).substr(text.size() - 1)))
            text.pop_back(); // a final assistant text must not end in white space
    }

    void add(std::string_view role, const Part& part, const std::string& origin) {
        Block block;
        switch (part.kind) {
        case Part::Kind::text:
            if (blank(part.text)) return;
            block.text = part.text;
            break;
        case Part::Kind::thinking: // signed by one model, refused by all others
            if (part.origin != origin || part.blob.text.empty()) return;
            block.json = part.blob.text;
            break;
        case Part::Kind::tool_call:
            block.json = tool_use(part);
            break;
        case Part::Kind::tool_result:
            block.json = tool_result(part);
            block.first = true;
            break;
        }
        if (turns_.empty() || turns_.back().role != role) turns_.push_back({role, {}});
        std::vector<Block>& blocks = turns_.back().blocks;
        const auto end_of_results =
            std::find_if(blocks.begin(), blocks.end(), [](const Block& other) { return !other.first; });
        blocks.insert(block.first ? end_of_results : blocks.end(), std::move(block));
    }

    std::string tool_use(const Part& call) {
        base::JsonWriter out;
        out.begin_object().member("type", "tool_use").member("id", ids_.call(call.id));
        out.member("name", names_.wire(call.name)).key("input").raw(object_arguments(call)).end_object();
        return std::move(out).take();
    }

    std::string tool_result(const Part& result) {
        base::JsonWriter out;
        out.begin_object().member("type", "tool_result").member("tool_use_id", ids_.result(result.id));
        out.member("content", result.text).member("is_error", result.is_error).end_object();
        return std::move(out).take();
    }

    void write(const Turn& turn, bool marked) {
        out_.begin_object().member("role", turn.role).key("content");
        if (turn.blocks.size() == 1 && turn.blocks.front().json.empty() && !marked) {
            out_.string(turn.blocks.front().text).end_object();
            return;
        }
        out_.begin_array();
        for (const Block& block : turn.blocks) {
            const bool marks_this = marked && &block == &turn.blocks.back();
            if (block.json.empty())
                text_block(block.text, marks_this);
            else
                out_.raw(marks_this ? with_mark(block.json) : block.json);
        }
        out_.end_array().end_object();
    }

    /// An object with a member more.
    static std::string with_mark(std::string json) {
        json.pop_back();
        return json + "," + std::string(cache_mark) + "}";
    }

    void tools(const MessagesOptions& options) {
        if (conversation_.tools.empty()) return; // tool_choice without tools is refused
        out_.key("tools").begin_array();
        for (const ToolDefinition& tool : conversation_.tools) {
            out_.begin_object().member("name", names_.wire(tool.name));
            if (!tool.description.empty()) out_.member("description", tool.description);
            out_.key("input_schema").raw(parameters_of(tool));
            if (marks_.prefix && system_.empty() && &tool == &conversation_.tools.back()) mark();
            out_.end_object();
        }
        out_.end_array();
        tool_choice(options);
    }

    void tool_choice(const MessagesOptions& options) {
        const std::string& choice = conversation_.tool_choice;
        const bool automatic = choice.empty() || choice == "auto";
        if (automatic && !options.parallel_tool_calls) return;
        out_.key("tool_choice").begin_object();
        if (automatic)
            out_.member("type", "auto");
        else if (choice == "none")
            out_.member("type", "none");
        else if (choice == "required")
            out_.member("type", "any");
        else
            out_.member("type", "tool").member("name", names_.wire(choice));
        if (options.parallel_tool_calls && choice != "none")
            out_.member("disable_parallel_tool_use", !*options.parallel_tool_calls);
        out_.end_object();
    }

    const Conversation& conversation_;
    std::string format_;
    CacheMarks marks_;
    WireNames names_;
    WireIds ids_;
    std::string system_;
    std::vector<Turn> turns_;
    base::JsonWriter out_;
};

/// How the model is held to the schema of the answer.
enum class AnswerBy {
    text,   ///< there is none
    format, ///< output_config.format
    tool,   ///< a tool that it has to call
    words,  ///< nothing but the prompt
};

AnswerBy answer_by(const Endpoint& endpoint, const Conversation& conversation, std::string& format) {
    const auto json_schema = answer_schema(conversation);
    if (!json_schema) return AnswerBy::text;
    if (!is_object_schema(*json_schema)) return AnswerBy::words;
    if (!lacks_output_format(endpoint.model) && !endpoint.dropped.contains("output_config")) {
        if (auto closed = closed_schema(*json_schema)) {
            format = std::move(*closed);
            return AnswerBy::format;
        }
    }
    return refuses_force(endpoint.model) ? AnswerBy::words : AnswerBy::tool;
}

std::string body_of(const Endpoint& endpoint, const Conversation& conversation,
                    const MessagesOptions& options) {
    std::string format;
    switch (answer_by(endpoint, conversation, format)) {
    case AnswerBy::text:
    case AnswerBy::format:
        break;
    case AnswerBy::tool:
        return MessagesWriter(with_answer_tool(conversation), {}).body(endpoint, options);
    case AnswerBy::words:
        return MessagesWriter(demanded_in_words(conversation), {}).body(endpoint, options);
    }
    return MessagesWriter(conversation, std::move(format)).body(endpoint, options);
}

/// Both "https://api.anthropic.com" (as the SDKs have it) and ".../v1" are in use.
std::string messages_url(http::Url base) {
    if (!base.path.ends_with("/v1")) base.path += "/v1";
    return http::join(base, "/messages");
}

bool wants_bearer(const Key& key, std::string_view version) {
    const bool dated = version.size() == bearer_since.size() && version[4] == '-' && version[7] == '-';
    return key.bearer || key.text.starts_with("sk-ant-oat") || (dated && version >= bearer_since);
}

} // namespace

std::string anthropic_problem(const Endpoint& endpoint) {
    std::string problem = base_url_problem(*find_provider(anthropic_name), endpoint);
    if (!problem.empty()) return problem;
    OptionReader reader(endpoint, anthropic_name);
    read(reader, endpoint.model);
    return reader.problem();
}

Built anthropic_request(const Endpoint& endpoint, const Conversation& conversation) {
    const Provider& provider = *find_provider(anthropic_name);
    if (std::string problem = anthropic_problem(endpoint); !problem.empty())
        return refused(Refusal::Kind::configuration, std::move(problem));
    const auto found = key_of(provider, endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&found)) return *refusal;
    const Key key = std::get<Key>(found);
    OptionReader reader(endpoint, anthropic_name);
    const MessagesOptions options = read(reader, endpoint.model);

    http::Request request = json_request(endpoint, messages_url(*base_of(provider, endpoint)),
                                         body_of(endpoint, conversation, options));
    request.headers.push_back({"anthropic-version", options.version});
    if (!options.beta.empty()) request.headers.push_back({"anthropic-beta", options.beta});
    if (wants_bearer(key, options.version))
        add_key(request, "authorization", "Bearer ", key.text);
    else
        add_key(request, "x-api-key", "", key.text);
    return request;
}

} // namespace provider
