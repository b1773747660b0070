// Where Bedrock is: regions, partitions and hosts. Requests go to spec.base_url, else to the endpoint URL
// that the person's AWS settings name, else to the region's own host. Invariant: a region stands in a host
// name only after it was checked, wherever it came from. Source: the endpoint rules and partitions of
// botocore.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "provider/provider.hpp"

namespace provider {

/// Whether a host is one of Bedrock's own: of a region, or the name that a VPC endpoint has for it.
bool is_bedrock_host(std::string_view host);
/// The region in "arn:aws:bedrock:REGION:...", as it is written; "" when the model is no ARN of a region.
std::string_view region_of_arn(std::string_view model);

struct BedrockTarget {
    http::Url url; ///< the API's root
    http::Reach reach = http::Reach::public_only;
};
/// Where models answer, or why that cannot be said.
std::variant<BedrockTarget, Refusal> bedrock_target(const Endpoint& endpoint);
/// Where models are listed; nullopt when the place of that is not known: a gateway in spec.base_url, or an
/// endpoint URL for calls alone.
std::optional<BedrockTarget> bedrock_control(const Endpoint& endpoint);

/// What is wrong with the place that spec names, "" when nothing is.
std::string bedrock_place_problem(const Endpoint& endpoint);
std::optional<http::Url> bedrock_address(const Endpoint& endpoint);
std::vector<std::string> bedrock_notes(const Endpoint& endpoint);

} // namespace provider
