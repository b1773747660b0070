// The regions of AWS and the domains their hosts stand in. Source: the partitions and endpoint rules of AWS's
// SDKs (botocore).
#pragma once

#include <string>
#include <string_view>

namespace http {

/// Whether the text has the form of a region's name, to be checked before it becomes part of a host name:
/// [a-z]{2,8}(-[a-z0-9]+)+-[0-9]+, at most 40 bytes.
bool is_aws_region(std::string_view text) noexcept;

/// What the host names of a region's services end with: "amazonaws.com".
std::string_view aws_domain(std::string_view region) noexcept;
/// Whether it is one of those, exactly.
bool is_aws_domain(std::string_view text) noexcept;

/// "https://SERVICE.REGION.DOMAIN". Requires: is_aws_region(region).
std::string aws_url(std::string_view service, std::string_view region);

} // namespace http
