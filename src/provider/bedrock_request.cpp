// A conversation as a Converse request. What only some models take is sent to those, and refused for the
// others when the person asked for it.
#include "provider/bedrock_converse.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/answer_schema.hpp"
#include "provider/bedrock_models.hpp"
#include "provider/bedrock_place.hpp"
#include "provider/bedrock_turns.hpp"
#include "provider/cache_marks.hpp"
#include "provider/claude_models.hpp"
#include "provider/options.hpp"
#include "provider/reply.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

constexpr std::string_view bedrock_name = "bedrock";
constexpr std::string_view stream_type = "application/vnd.amazon.eventstream";
constexpr std::size_t most_stops = 2500;

struct ConverseOptions {
    std::string max_tokens, temperature, top_p, top_k; // JSON numbers
    std::vector<std::string> stop, beta;
    bool prompt_cache = false;
};

/// The names in "a, b".
std::vector<std::string> listed(std::string_view text) {
    std::vector<std::string> out;
    for (const std::string_view name : base::split(text, ',')) {
        if (!base::trim(name).empty()) out.emplace_back(base::trim(name));
    }
    return out;
}

ConverseOptions read(OptionReader& reader, std::string_view model) {
    if (is_claude(model) && refuses_sampling(model)) {
        for (const std::string_view option : {"temperature", "top_p", "top_k"})
            reader.refuse(option, "this model takes none");
    }
    if (bedrock_family(model).top_k.empty()) reader.refuse("top_k", "Claude and Nova models take it");
    if (!is_claude(model)) reader.refuse("anthropic_beta", "Claude models take it");
    ConverseOptions out;
    out.max_tokens = reader.integer("max_tokens", 1);
    out.temperature = reader.number("temperature", 0, 1);
    out.top_p = reader.number("top_p", 0, 1);
    out.top_k = reader.integer("top_k", 1);
    out.stop = reader.texts("stop", most_stops);
    out.beta = listed(reader.header("anthropic_beta"));
    out.prompt_cache = reader.flag("prompt_cache").value_or(takes_cache_points(model));
    return out;
}

void write_texts(base::JsonWriter& out, const std::vector<std::string>& texts) {
    out.begin_array();
    for (const std::string& text : texts)
        out.string(text);
    out.end_array();
}

class ConverseWriter {
  public:
    /// `format`: the JSON Schema of the answer, as outputConfig takes it; "" when it is not said there.
    ConverseWriter(const Endpoint& endpoint, const Conversation& conversation, std::string format)
        : conversation_(conversation), family_(bedrock_family(endpoint.model)), format_(std::move(format)),
          names_(conversation.tools),
          sent_(bedrock_turns(conversation, family_, names_,
                              origin_of(*find_provider(bedrock_name), endpoint))) {}

    std::string body(const ConverseOptions& options) {
        if (options.prompt_cache) choose_marks();
        out_.begin_object().key("messages").begin_array();
        for (const BedrockTurn& turn : sent_.turns)
            write(turn, marks_.end && &turn == &sent_.turns.back());
        out_.end_array();
        system();
        inference(options);
        tools();
        extras(options);
        output();
        out_.end_object();
        return std::move(out_).take();
    }

  private:
    void choose_marks() {
        const bool answered = std::any_of(sent_.turns.begin(), sent_.turns.end(),
                                          [](const BedrockTurn& turn) { return turn.role == "assistant"; });
        marks_ = cache_marks(conversation_, {sent_.system, answered, sent_.turns.back().role == "user"});
    }

    void mark() {
        out_.begin_object().key("cachePoint").begin_object().member("type", "default");
        out_.end_object().end_object();
    }

    void write(const BedrockTurn& turn, bool marked) {
        out_.begin_object().member("role", turn.role).key("content").begin_array();
        for (const BedrockBlock& block : turn.blocks) {
            if (block.json.empty())
                out_.begin_object().member("text", block.text).end_object();
            else
                out_.raw(block.json);
        }
        if (marked) mark();
        out_.end_array().end_object();
    }

    void system() {
        if (sent_.system.empty()) return;
        out_.key("system").begin_array().begin_object().member("text", sent_.system).end_object();
        if (marks_.prefix) mark();
        out_.end_array();
    }

    /// Without maxTokens the model may say as much as it can.
    void inference(const ConverseOptions& options) {
        if (options.max_tokens.empty() && options.temperature.empty() && options.top_p.empty() &&
            options.stop.empty())
            return;
        out_.key("inferenceConfig").begin_object();
        if (!options.max_tokens.empty()) out_.key("maxTokens").raw(options.max_tokens);
        if (!options.temperature.empty()) out_.key("temperature").raw(options.temperature);
        if (!options.top_p.empty()) out_.key("topP").raw(options.top_p);
        if (!options.stop.empty()) write_texts(out_.key("stopSequences"), options.stop);
        out_.end_object();
    }

    /// Tools have to be there when the conversation holds calls, although none may be made: there is no
    /// choice "none", and tools that are not offered any more are made up of their names.
    void tools() {
        const bool none = conversation_.tool_choice == "none";
        const bool offered = !conversation_.tools.empty() && !none;
        if (!offered && sent_.called.empty()) return;
        out_.key("toolConfig").begin_object().key("tools").begin_array();
        for (const ToolDefinition& tool : conversation_.tools)
            write(tool);
        if (conversation_.tools.empty()) {
            for (const std::string& name : sent_.called)
                write({name, "Not available any more.", {}});
        }
        if (offered && marks_.prefix && sent_.system.empty() && family_.cached_tools) mark();
        out_.end_array();
        if (offered) tool_choice();
        out_.end_object();
    }

    void write(const ToolDefinition& tool) {
        out_.begin_object().key("toolSpec").begin_object().member("name", names_.wire(tool.name));
        if (!base::trim(tool.description).empty()) out_.member("description", tool.description);
        out_.key("inputSchema").begin_object().key("json").raw(parameters_of(tool)).end_object();
        out_.end_object().end_object();
    }

    void tool_choice() {
        const std::string& choice = conversation_.tool_choice;
        if (choice.empty() || choice == "auto") return;
        // The only tool there is may be named by models that cannot be told a name.
        const bool any =
            choice == "required" || (family_.force == Force::any && conversation_.tools.size() == 1);
        out_.key("toolChoice").begin_object().key(any ? "any" : "tool").begin_object();
        if (!any) out_.member("name", names_.wire(choice));
        out_.end_object().end_object();
    }

    void extras(const ConverseOptions& options) {
        if (options.top_k.empty() && options.beta.empty()) return;
        out_.key("additionalModelRequestFields").begin_object();
        if (!options.top_k.empty()) {
            const auto path = base::split(family_.top_k, '.');
            for (std::size_t i = 0; i + 1 < path.size(); ++i)
                out_.key(path[i]).begin_object();
            out_.key(path.back()).raw(options.top_k);
            for (std::size_t i = 0; i + 1 < path.size(); ++i)
                out_.end_object();
        }
        if (!options.beta.empty()) write_texts(out_.key("anthropic_beta"), options.beta);
        out_.end_object();
    }

    /// The schema is a text there.
    void output() {
        if (format_.empty()) return;
        out_.key("outputConfig").begin_object().key("textFormat").begin_object();
        out_.member("type", "json_schema").key("structure").begin_object().key("jsonSchema").begin_object();
        out_.member("name", answer_name).member("schema", format_);
        out_.end_object().end_object().end_object().end_object();
    }

    const Conversation& conversation_;
    const BedrockFamily& family_;
    std::string format_;
    CacheMarks marks_;
    WireNames names_;
    BedrockTurns sent_;
    base::JsonWriter out_;
};

/// How the model is held to the schema of the answer.
enum class AnswerBy {
    text,   ///< there is none
    format, ///< outputConfig.textFormat
    tool,   ///< a tool that it has to call
    words,  ///< nothing but the prompt
};

/// Whether the model can be made to call the tool that takes the answer, or another one.
bool can_be_made(std::string_view model, const Conversation& conversation) {
    if (is_claude(model) && refuses_force(model)) return false;
    switch (bedrock_family(model).force) {
    case Force::none:
    case Force::open: // nobody asked for it, so nothing is tried
        return false;
    case Force::any:
    case Force::tool:
        break;
    }
    const std::string& choice = conversation.tool_choice;
    return choice != "none";
}

AnswerBy answer_by(const Endpoint& endpoint, const Conversation& conversation, std::string& format) {
    const auto json_schema = answer_schema(conversation);
    if (!json_schema) return AnswerBy::text;
    if (!is_object_schema(*json_schema)) return AnswerBy::words;
    if (takes_output_config(endpoint.model) && !endpoint.dropped.contains("outputConfig")) {
        if (auto closed = closed_schema(*json_schema)) {
            format = std::move(*closed);
            return AnswerBy::format;
        }
    }
    return can_be_made(endpoint.model, conversation) ? AnswerBy::tool : AnswerBy::words;
}

std::string body_of(const Endpoint& endpoint, const Conversation& conversation,
                    const ConverseOptions& options) {
    std::string format;
    switch (answer_by(endpoint, conversation, format)) {
    case AnswerBy::text:
    case AnswerBy::format:
        break;
    case AnswerBy::tool: {
        const Conversation with_tool = with_answer_tool(conversation);
        return ConverseWriter(endpoint, with_tool, {}).body(options);
    }
    case AnswerBy::words: {
        const Conversation in_words = demanded_in_words(conversation);
        return ConverseWriter(endpoint, in_words, {}).body(options);
    }
    }
    return ConverseWriter(endpoint, conversation, std::move(format)).body(options);
}

/// A choice that the model is known not to take, "" when there is none.
std::string choice_problem(const Endpoint& endpoint, const Conversation& conversation) {
    const std::string& choice = conversation.tool_choice;
    if (conversation.tools.empty() || choice.empty() || choice == "auto" || choice == "none") return {};
    const Force force = bedrock_family(endpoint.model).force;
    const bool claude = is_claude(endpoint.model) && refuses_force(endpoint.model);
    const bool named = choice != "required" && conversation.tools.size() > 1;
    if (force != Force::none && !claude && !(force == Force::any && named)) return {};
    return base::format("model '{}' of {} cannot be made to call {}: it chooses for itself", endpoint.model,
                        subject(endpoint),
                        choice == "required" ? "a tool" : base::format("the tool '{}'", choice));
}

} // namespace

std::string bedrock_problem(const Endpoint& endpoint) {
    std::string problem = bedrock_place_problem(endpoint);
    if (!problem.empty()) return problem;
    OptionReader reader(endpoint, bedrock_name);
    read(reader, endpoint.model);
    return reader.problem();
}

std::variant<Key, Refusal> bedrock_key(const Endpoint& endpoint) {
    auto found = key_of(*find_provider(bedrock_name), endpoint);
    const Key* key = std::get_if<Key>(&found);
    if (key != nullptr &&
        key->text.starts_with('{')) // who finds keys takes them apart; whole it goes nowhere
        return refused(Refusal::Kind::configuration,
                       base::format("the key of {} is JSON and no Bedrock API key", subject(endpoint)));
    return found;
}

std::string bedrock_model_path(std::string_view model) {
    return base::format("/model/{}/", http::percent_encoded(base::trim(model)));
}

Built bedrock_request(const Endpoint& endpoint, const Conversation& conversation) {
    std::string problem = bedrock_problem(endpoint);
    if (problem.empty() && base::trim(endpoint.model).empty())
        problem =
            base::format("spec.default_model of {} is required for bedrock: write the id of a model or of "
                         "an inference profile",
                         subject(endpoint));
    if (problem.empty()) problem = choice_problem(endpoint, conversation);
    if (!problem.empty()) return refused(Refusal::Kind::configuration, std::move(problem));
    const auto target = bedrock_target(endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&target)) return *refusal;
    const auto& place = std::get<BedrockTarget>(target);
    const auto found = bedrock_key(endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&found)) return *refusal;
    OptionReader reader(endpoint, bedrock_name);
    ConverseOptions options = read(reader, endpoint.model);
    if (endpoint.dropped.contains("cachePoint")) options.prompt_cache = false;

    const std::string path =
        bedrock_model_path(endpoint.model) + (endpoint.stream ? "converse-stream" : "converse");
    http::Request request = json_request(endpoint, http::join(place.url, path),
                                         body_of(endpoint, conversation, options), stream_type);
    request.reach = place.reach;
    add_key(request, "authorization", "Bearer ", std::get<Key>(found).text);
    return request;
}

} // namespace provider
