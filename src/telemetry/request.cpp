#include "telemetry/request.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/http.hpp"
#include "provider/services.hpp"
#include "schema/tree.hpp"

namespace telemetry {

namespace {

enum class Shape { text, integer, number, texts };

/// How the conventions name an option of an endpoint that is sent.
struct Parameter {
    std::string_view option;
    std::string_view name;
    Shape shape;
};
constexpr auto parameters = std::to_array<Parameter>({
    {"max_tokens", "gen_ai.request.max_tokens", Shape::integer},
    {"temperature", "gen_ai.request.temperature", Shape::number},
    {"top_p", "gen_ai.request.top_p", Shape::number},
    {"top_k", "gen_ai.request.top_k", Shape::number},
    {"seed", "gen_ai.request.seed", Shape::integer},
    {"stop", "gen_ai.request.stop_sequences", Shape::texts},
});

/// By our name of the provider or the service.
constexpr auto names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"azure-openai", "azure.ai.openai"},
    {"bedrock", "aws.bedrock"},
    {"gemini", "gcp.gemini"},
    {"mistral", "mistral_ai"},
    {"xai", "x_ai"},
});

std::vector<std::string> texts_of(const std::string& value) {
    if (!value.starts_with('[')) return {value};
    const schema::Parsed parsed = schema::parse_json(value);
    std::vector<std::string> out;
    for (const schema::Tree& item : parsed.tree.items)
        out.push_back(item.text);
    return out;
}

void put(Attributes& a, const Parameter& parameter, Shape shape, const std::string& value) {
    switch (shape) {
    case Shape::text:
        a.text(parameter.name, value);
        return;
    case Shape::integer:
        if (const auto number = base::to_integer(value)) a.integer(parameter.name, *number);
        return;
    case Shape::number:
        if (const auto number = base::to_number(value)) a.number(parameter.name, *number);
        return;
    case Shape::texts:
        a.texts(parameter.name, texts_of(value));
        return;
    }
}

} // namespace

std::string provider_name(std::string_view provider, std::string_view url) {
    std::string_view name = provider;
    if (const auto parsed = http::parse_url(url); parsed && provider == "openai-compatible") {
        for (const provider::Service& service : provider::services()) {
            if (std::find(service.hosts.begin(), service.hosts.end(), parsed->host) != service.hosts.end())
                name = service.name;
        }
    }
    for (const auto& [ours, theirs] : names) {
        if (ours == name) return std::string(theirs);
    }
    return std::string(name);
}

void put_request(Attributes& a, const trace::ModelRequest& request, Conventions conventions) {
    if (const auto url = http::parse_url(request.url)) {
        a.text("server.address", url->host);
        a.integer("server.port", url->port != 0 ? url->port : url->scheme == "https" ? 443 : 80);
    }
    for (const Parameter& parameter : parameters) {
        const auto it = request.parameters.find(std::string(parameter.option));
        if (it == request.parameters.end()) continue;
        const bool whole = parameter.option == "top_k" && conventions == Conventions::latest;
        put(a, parameter, whole ? Shape::integer : parameter.shape, it->second);
    }
    const auto effort = request.parameters.find("reasoning_effort");
    if (conventions == Conventions::latest && effort != request.parameters.end())
        a.text("gen_ai.request.reasoning.level", effort->second);
    if (request.provider == "openai" || request.provider == "azure-openai")
        a.text("openai.api.type", "chat_completions");
    if (request.provider == "azure-openai")
        a.text("azure.resource_provider.namespace", "Microsoft.CognitiveServices");
}

void put_usage(Attributes& a, const trace::Tokens& used, Conventions conventions) {
    a.integer("gen_ai.usage.input_tokens", used.input).integer("gen_ai.usage.output_tokens", used.output);
    a.counted("gen_ai.usage.cache_read.input_tokens", used.cache_read);
    a.counted(conventions == Conventions::latest ? "gen_ai.usage.cache_write.input_tokens"
                                                 : "gen_ai.usage.cache_creation.input_tokens",
              used.cache_write);
    a.counted("gen_ai.usage.reasoning.output_tokens", used.reasoning);
    if (used.source == "estimated") a.boolean("orloj.usage.estimated", true);
}

} // namespace telemetry
