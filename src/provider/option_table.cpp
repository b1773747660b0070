// The rows. Defaults that are ours are read from here by the codecs; those of the timeouts are http's own.
#include "provider/option_table.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace provider {

namespace {

using Type = OptionType;

constexpr auto sampling = std::to_array<std::string_view>(
    {"openai", "anthropic", "azure-openai", "bedrock", "ollama", "openai-compatible"});
constexpr auto chat = std::to_array<std::string_view>({"openai", "azure-openai", "openai-compatible"});
constexpr auto chat_and_ollama =
    std::to_array<std::string_view>({"openai", "azure-openai", "ollama", "openai-compatible"});
constexpr auto chat_and_anthropic =
    std::to_array<std::string_view>({"openai", "anthropic", "azure-openai", "openai-compatible"});
constexpr auto account = std::to_array<std::string_view>({"openai", "openai-compatible"});
constexpr auto with_top_k = std::to_array<std::string_view>({"anthropic", "bedrock", "ollama"});
constexpr auto claude = std::to_array<std::string_view>({"anthropic", "bedrock"});
constexpr auto anthropic = std::to_array<std::string_view>({"anthropic"});
constexpr auto azure = std::to_array<std::string_view>({"azure-openai"});
constexpr auto bedrock = std::to_array<std::string_view>({"bedrock"});
constexpr auto compatible = std::to_array<std::string_view>({"openai-compatible"});
constexpr auto ollama = std::to_array<std::string_view>({"ollama"});
constexpr auto mock = std::to_array<std::string_view>({"mock"});

constexpr std::array rows{
    OptionRow{"max_tokens",
              Type::positive,
              "",
              {},
              ReadBy::both,
              "The most tokens the model may answer with; anthropic is sent 4096 when it is not set."},
    OptionRow{"temperature", Type::number, "", sampling, ReadBy::codec,
              "How freely the model chooses its words: 0 to 2, with anthropic and bedrock 0 to 1."},
    OptionRow{"top_p", Type::number, "", sampling, ReadBy::codec,
              "Words are chosen among the likeliest whose probabilities add up to this, 0 to 1."},
    OptionRow{"top_k", Type::positive, "", with_top_k, ReadBy::codec,
              "Words are chosen among this many of the likeliest; at bedrock, of Claude and Nova models."},
    OptionRow{"repeat_penalty", Type::number, "", ollama, ReadBy::codec,
              "How strongly words that were just said are avoided; 1 is not at all."},
    OptionRow{"seed", Type::integer, "", chat_and_ollama, ReadBy::codec,
              "The same seed gives the same answer, as far as the provider can."},
    OptionRow{"stop", Type::texts, "", sampling, ReadBy::codec,
              "The model stops before it says this: one text, or a JSON list of texts."},
    OptionRow{"reasoning_effort", Type::text, "", chat, ReadBy::codec,
              "How much a reasoning model thinks: none, minimal, low, medium, high, as the model allows."},
    OptionRow{"think", Type::text, "", ollama, ReadBy::codec,
              "Whether a thinking model thinks: true, false, low, medium, high or max."},
    OptionRow{"parallel_tool_calls", Type::flag, "", chat_and_anthropic, ReadBy::codec,
              "Whether the model may call several tools at once."},
    OptionRow{"service", Type::text, "", compatible, ReadBy::codec,
              "The service behind the URL (groq, mistral, vllm ...); it is known by its host without this."},
    OptionRow{"api_version", Type::text, "2024-10-21", azure, ReadBy::codec,
              "Azure's API version; not sent to a URL that ends in /v1 unless it is set."},
    OptionRow{"deployment", Type::text, "", azure, ReadBy::codec,
              "The deployment's name, when it is not spec.default_model."},
    OptionRow{"organization", Type::header, "", account, ReadBy::codec,
              "The OpenAI organization that pays, sent as OpenAI-Organization."},
    OptionRow{"project", Type::header, "", account, ReadBy::codec,
              "The OpenAI project that pays, sent as OpenAI-Project."},
    OptionRow{"anthropic_version", Type::header, "2023-06-01", anthropic, ReadBy::codec,
              "The version of Anthropic's API; from 2026-10-21 on the key is sent as a bearer token."},
    OptionRow{"anthropic_beta", Type::header, "", claude, ReadBy::codec,
              "Features of Anthropic's API to try, with commas between them."},
    OptionRow{
        "prompt_cache", Type::flag, "true", claude, ReadBy::codec,
        "Whether what stays the same in prompts is marked to be cached; bedrock: where models take it."},
    OptionRow{"region", Type::text, "", bedrock, ReadBy::codec,
              "The AWS region, such as eu-central-1; AWS_REGION or the profile says it otherwise."},
    OptionRow{"profile", Type::text, "", bedrock, ReadBy::codec,
              "The profile of ~/.aws/config to use for keys and region; AWS_PROFILE or default otherwise."},
    OptionRow{
        "num_ctx", Type::positive, "8192", ollama, ReadBy::codec,
        "Tokens of context the model is loaded with; at most the model's own when not set. More is refused."},
    OptionRow{"keep_alive", Type::text, "", ollama, ReadBy::codec,
              "How long the model stays loaded: 10m, or seconds; -1 for ever, 0 not at all."},
    OptionRow{"allow_remote", Type::flag, "false", ollama, ReadBy::codec,
              "Whether a model that Ollama forwards to its cloud may be used."},
    OptionRow{"headers",
              Type::headers,
              "",
              {},
              ReadBy::codec,
              R"(Headers to add to every request: {"Name":"value"}, or one Name: value a line.)"},
    OptionRow{"ca_bundle",
              Type::file,
              "",
              {},
              ReadBy::codec,
              "A file of certificates (PEM) to trust for this endpoint instead of the system's."},
    OptionRow{"connect_timeout", Type::duration, "5s", {}, ReadBy::codec, "How long connecting may take."},
    OptionRow{"first_byte_timeout",
              Type::duration,
              "10m",
              {},
              ReadBy::codec,
              "How long the first byte of the answer may take; a local model may have to be loaded first."},
    OptionRow{"idle_timeout",
              Type::duration,
              "2m",
              {},
              ReadBy::codec,
              "How long the answer may pause once it began."},
    OptionRow{"timeout",
              Type::duration,
              "15m",
              {},
              ReadBy::codec,
              "How long one call may take as a whole; the agent's own limit counts, too."},
    OptionRow{"stream", Type::flag, "true", {}, ReadBy::codec, "Whether answers come piece by piece."},
    OptionRow{"max_concurrency",
              Type::natural,
              "",
              {},
              ReadBy::engine,
              "Calls at the same time; 0 is any number. Any number when not set, with ollama 1."},
    OptionRow{"max_retries",
              Type::natural,
              "2",
              {},
              ReadBy::engine,
              "How often a call is tried again after a failure that may pass."},
    OptionRow{"answer", Type::text, "", mock, ReadBy::codec, "What the mock says in every step."},
    OptionRow{"script", Type::text, "", mock, ReadBy::codec,
              "What the mock says step by step: a JSON list, or one answer a line."},
    OptionRow{"usage", Type::text, "", mock, ReadBy::codec,
              "INPUT,OUTPUT: the tokens a step of the mock costs."},
};

} // namespace

std::string_view words_for(OptionType type) noexcept {
    switch (type) {
    case Type::positive:
        return "whole number, at least 1";
    case Type::natural:
        return "whole number, at least 0";
    case Type::integer:
        return "whole number";
    case Type::number:
        return "number";
    case Type::flag:
        return "true or false";
    case Type::text:
        return "text";
    case Type::texts:
        return "text, or list of texts in JSON";
    case Type::header:
        return "text on one line";
    case Type::headers:
        return "map of texts in JSON, or lines";
    case Type::duration:
        return "duration";
    case Type::file:
        return "path of a file";
    }
    return {};
}

std::span<const OptionRow> option_rows() {
    return rows;
}

const OptionRow* find_option(std::string_view name) {
    const auto* row = std::find_if(rows.begin(), rows.end(), [&](const OptionRow& r) {
        return base::same_ignoring_case(r.name, base::trim(name));
    });
    return row == rows.end() ? nullptr : row;
}

bool is_sent(const OptionRow& row) {
    return row.read_by != ReadBy::engine && row.type != OptionType::duration &&
           row.type != OptionType::headers && row.type != OptionType::file;
}

bool takes(const Provider& provider, const OptionRow& row) {
    if (row.read_by != ReadBy::codec) return true;
    if (row.providers.empty()) return provider.build_request != nullptr;
    return std::find(row.providers.begin(), row.providers.end(), provider.name) != row.providers.end();
}

} // namespace provider
