#include "cli/shape.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace cli {

namespace {

constexpr std::string_view columns_prefix = "custom-columns=";

constexpr std::array<std::pair<std::string_view, Shape>, 7> shapes{{
    {"table", Shape::table},
    {"wide", Shape::wide},
    {"json", Shape::json},
    {"jsonl", Shape::jsonl},
    {"yaml", Shape::yaml},
    {"name", Shape::name},
    {columns_prefix, Shape::columns},
}};

} // namespace

Output output_of(const Session& session, std::initializer_list<Shape> allowed) {
    const std::string& given = session.globals().output;
    if (given.empty()) return {*allowed.begin(), ""};
    const std::string_view wanted = given == "yml" ? "yaml" : std::string_view(given);
    std::vector<std::string_view> words;
    for (const auto& [word, shape] : shapes) {
        if (std::find(allowed.begin(), allowed.end(), shape) == allowed.end()) continue;
        if (shape == Shape::columns && wanted.starts_with(columns_prefix))
            return {shape, std::string(wanted.substr(columns_prefix.size()))};
        if (shape != Shape::columns && wanted == word) return {shape, ""};
        words.push_back(shape == Shape::columns ? "custom-columns=NAME:.PATH,..." : word);
    }
    base::Error error(base::Fault::usage, base::format("unsupported output format \"{}\" (expected {})",
                                                       given, base::either(words)));
    const bool has_columns = std::find(allowed.begin(), allowed.end(), Shape::columns) != allowed.end();
    if (has_columns && given.starts_with("jsonpath"))
        throw std::move(error).hint(
            "one field: -o custom-columns=NAME:.metadata.name --no-headers; more: -o json | jq");
    if (has_columns && given.starts_with("custom-columns"))
        throw std::move(error).hint("-o custom-columns=NAME:.metadata.name,PHASE:.status.phase");
    throw std::move(error);
}

} // namespace cli
