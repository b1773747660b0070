// The families of models at Bedrock and how they differ behind the one Converse API. A family is known by the
// model's id; an ARN that names none (of a provisioned or imported model, of an application's profile) gets
// what every model takes. Sources: Bedrock's table of supported features, and the tables of the SDKs around
// Converse (LangChain, Pydantic AI, Vercel AI).
#pragma once

#include <string>
#include <string_view>

namespace provider {

/// Which calls of tools a model can be made to make.
enum class Force {
    none, ///< it chooses for itself
    any,  ///< some tool
    tool, ///< also one certain tool
    open, ///< not known: sent as asked, and the service decides
};

struct BedrockFamily {
    std::string_view mark; ///< in the ids of its models
    Force force = Force::open;
    bool short_ids = false;    ///< ids of calls have exactly nine letters and digits
    bool lone_results = false; ///< nothing stands beside the results of tools in a turn
    bool system = true;        ///< takes a system prompt
    bool result_status = true; ///< takes toolResult.status
    bool json_results = true;  ///< understands toolResult.content.json
    bool cached_tools = false; ///< takes a cache mark behind the tools
    std::string_view top_k;    ///< path in additionalModelRequestFields, "" when there is none
};

/// The id without what an ARN has before it: "us.anthropic.claude-..." of ".../us.anthropic.claude-...".
std::string_view bedrock_id(std::string_view model);
const BedrockFamily& bedrock_family(std::string_view model);
bool is_claude(std::string_view model);
/// Models that are known to take cachePoint.
bool takes_cache_points(std::string_view model);
/// Models that are known to take outputConfig.textFormat.
bool takes_output_config(std::string_view model);
/// The id of the inference profile that most likely holds a model in that region: "us.anthropic.claude-...".
std::string likely_profile(std::string_view model, std::string_view region);

} // namespace provider
