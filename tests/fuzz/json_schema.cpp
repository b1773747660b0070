// The first line as a JSON Schema, the rest as an answer: any schema is judged, any answer checked against
// it, in bounded time; and what fits a schema is what does not fit its opposite.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "resource/output_schema.hpp"

namespace {

/// {"not": SCHEMA}
schema::Tree opposite(const schema::Tree& json_schema) {
    schema::Tree out;
    out.kind = schema::Tree::Kind::map;
    out.entries.push_back({"not", {}, json_schema});
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    const std::size_t end = text.find('\n');
    const schema::Parsed json_schema = schema::parse_json(text.substr(0, end));
    if (end == std::string_view::npos || !json_schema) return 0;
    const std::string problem = resource::schema_problem(json_schema.tree);
    const bool all_looked_at = resource::unsupported_keywords(json_schema.tree).empty();
    const std::string document = resource::json_in(text.substr(end + 1)).value_or("null");
    const schema::Tree value = schema::parse_json(document).tree;
    const auto found = resource::violations(json_schema.tree, value, 3);
    if (found.size() > 3) std::abort();
    if (!problem.empty() || !all_looked_at || text.find("$ref") != std::string_view::npos) return 0;
    const auto not_found = resource::violations(opposite(json_schema.tree), value, 3);
    const auto given_up = [](const auto& list) {
        return !list.empty() && list[0].find("given up") != list[0].npos;
    };
    if (!given_up(found) && !given_up(not_found) && found.empty() == not_found.empty()) std::abort();
    return 0;
}
