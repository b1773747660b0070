// SHA-1, only because the AWS CLI names the files of its SSO cache by it. It protects nothing here, and the
// libraries that orloj uses for what needs protection do not have it. Source: RFC 3174.
#pragma once

#include <string>
#include <string_view>

namespace credential {

/// 40 lower-case hex digits.
std::string sha1_hex(std::string_view bytes);

} // namespace credential
