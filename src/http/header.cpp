// Header fields: finding one, and making sure that a value stays one value.
#include "http/header.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace http {

std::string_view Response::header(std::string_view name) const noexcept {
    for (const auto& header : headers)
        if (base::same_ignoring_case(header.name, name)) return header.value;
    return {};
}

std::optional<std::string_view> one_line(std::string_view text) noexcept {
    text = base::trim(text);
    for (const char c : text)
        if (c == '\r' || c == '\n' || c == '\0') return std::nullopt;
    return text;
}

std::optional<std::string> header_value(std::string_view text) {
    const auto line = one_line(text);
    if (!line) return std::nullopt;
    return std::string(*line);
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

} // namespace http
