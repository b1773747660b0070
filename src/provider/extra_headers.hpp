// options.headers: what a gateway or a service wants beside the request itself (HTTP-Referer, X-Title, a
// tenant). Invariant: none of them replaces a header that carries a key or that orloj sets.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/http.hpp"

namespace provider {

/// From a JSON object of names to texts or from lines "Name: value"; or what is wrong, a clause that follows
/// the name of the option and never quotes a value, since it may be a token.
std::variant<std::vector<http::Header>, std::string> read_headers(std::string_view text);

} // namespace provider
