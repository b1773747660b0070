// What Claude's versions take and refuse, wherever they are hosted: their names hold the version in all of
// the hosts' spellings. Source: Anthropic's model pages and the tables in the SDKs that speak to them.
#pragma once

#include <initializer_list>
#include <string_view>

namespace provider {

/// Whether the model's name holds one of these parts.
bool names_one_of(std::string_view model, std::initializer_list<std::string_view> parts);
/// Models that answer 400 to temperature, top_p and top_k.
bool refuses_sampling(std::string_view model);
/// Models from before output formats: they cannot be held to a JSON Schema but by a tool.
bool lacks_output_format(std::string_view model);
/// Models that answer 400 to a tool_choice that forces a call.
bool refuses_force(std::string_view model);

} // namespace provider
