#include "provider/bedrock_models.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "provider/claude_models.hpp"

namespace provider {

namespace {

constexpr std::array<BedrockFamily, 15> families{{
    {.mark = "anthropic.claude", .force = Force::tool, .cached_tools = true, .top_k = "top_k"},
    // Nova answers with inventions to results in JSON.
    {.mark = "amazon.nova", .force = Force::tool, .json_results = false, .top_k = "inferenceConfig.topK"},
    {.mark = "mistral.mistral-large", .force = Force::any, .short_ids = true, .lone_results = true},
    {.mark = "mistral.mistral-7b", .force = Force::none, .system = false},
    {.mark = "mistral.mixtral", .force = Force::none, .system = false},
    {.mark = "mistral.", .short_ids = true, .lone_results = true},
    {.mark = "meta.llama", .force = Force::none, .lone_results = true},
    {.mark = "deepseek.v3", .force = Force::any},
    {.mark = "deepseek.", .force = Force::none},
    {.mark = "writer.palmyra", .force = Force::none, .result_status = false},
    {.mark = "amazon.titan-text", .force = Force::none, .system = false},
    {.mark = "cohere.command-text", .force = Force::none, .system = false},
    {.mark = "cohere.command-light", .force = Force::none, .system = false},
    {.mark = "ai21.j2", .force = Force::none, .system = false},
    {.mark = "", .force = Force::open},
}};

} // namespace

std::string_view bedrock_id(std::string_view model) {
    model = base::trim(model);
    if (!model.starts_with("arn:")) return model;
    const std::size_t slash = model.rfind('/');
    return slash == std::string_view::npos ? model : model.substr(slash + 1);
}

const BedrockFamily& bedrock_family(std::string_view model) {
    const std::string_view id = bedrock_id(model);
    return *std::find_if(families.begin(), families.end(), [&](const BedrockFamily& row) {
        return id.find(row.mark) != std::string_view::npos;
    });
}

bool is_claude(std::string_view model) {
    return bedrock_id(model).find("anthropic.claude") != std::string_view::npos;
}

bool takes_cache_points(std::string_view model) {
    const std::string_view id = bedrock_id(model);
    if (is_claude(id))
        return names_one_of(id, {"claude-3-7-sonnet", "claude-3-5-haiku", "-sonnet-4", "-opus-4", "-haiku-4",
                                 "-sonnet-5", "-opus-5", "-haiku-5", "-fable-5", "-mythos-5"});
    return names_one_of(id,
                        {"amazon.nova-micro", "amazon.nova-lite", "amazon.nova-pro", "amazon.nova-premier"});
}

bool takes_output_config(std::string_view model) {
    const std::string_view id = bedrock_id(model);
    return is_claude(id) && !lacks_output_format(id) &&
           !names_one_of(id, {"claude-v2", "opus-4-1"}); // later there than at Anthropic
}

std::string likely_profile(std::string_view model, std::string_view region) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> prefixes{
        {{"us-gov-", "us-gov."}, {"us-", "us."}, {"eu-", "eu."}, {"ap-", "apac."}}};
    const auto* row = std::find_if(prefixes.begin(), prefixes.end(),
                                   [&](const auto& pair) { return region.starts_with(pair.first); });
    return std::string(row == prefixes.end() ? std::string_view("global.") : row->second) +
           std::string(bedrock_id(model));
}

} // namespace provider
