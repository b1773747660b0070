// What may stand in a request's header.
#pragma once

#include <optional>
#include <string_view>

#include "http/http.hpp"

namespace http {

/// The text without white space at its ends; nullopt when CR, LF or NUL remain inside. The view is into
/// `text`, so that no copy of a secret is made.
std::optional<std::string_view> one_line(std::string_view text) noexcept;

/// Whether the text is a token of RFC 9110 5.6.2: a method or a field name.
bool is_token(std::string_view text) noexcept;

} // namespace http
