#include "resource/output_schema.hpp"

#include "base/text.hpp"
#include "resource/fitting.hpp"

namespace resource {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf"; // no part of JSON

/// What stands between "```json" and "```", each on a line of its own, when those are the first and the last.
std::string_view inside_fence(std::string_view text) {
    const std::size_t end_of_first = text.find('\n');
    const std::size_t end_of_inside = text.rfind('\n');
    if (end_of_first == std::string_view::npos || end_of_first == end_of_inside) return {};
    const std::string_view first = base::trim(text.substr(0, end_of_first));
    const std::string_view last = base::trim(text.substr(end_of_inside));
    if (!first.starts_with("```") || !base::same_ignoring_case(base::trim(first.substr(3)), "json"))
        return {};
    if (last != "```") return {};
    return base::trim(text.substr(end_of_first, end_of_inside - end_of_first));
}

} // namespace

std::vector<std::string> violations(const schema::Tree& json_schema, const schema::Tree& value,
                                    std::size_t most) {
    Fitting fitting(json_schema, most);
    fitting.fit(json_schema, value);
    return std::move(fitting).take();
}

std::optional<std::string> json_in(std::string_view answer) {
    std::string_view whole = base::trim(answer);
    if (whole.starts_with(byte_order_mark)) whole = base::trim(whole.substr(byte_order_mark.size()));
    for (const std::string_view text : {whole, inside_fence(whole)}) {
        if (!text.empty() && schema::parse_json(text)) return std::string(text);
    }
    return std::nullopt;
}

} // namespace resource
