#include "cli/format.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

constexpr std::string_view columns_prefix = "custom-columns=";

constexpr std::array<std::pair<std::string_view, Format>, 12> formats{{
    {"table", Format::table},
    {"wide", Format::wide},
    {"json", Format::json},
    {"jsonl", Format::jsonl},
    {"yaml", Format::yaml},
    {"name", Format::name},
    {columns_prefix, Format::columns},
    {"text", Format::text},
    {"dot", Format::dot},
    {"mermaid", Format::mermaid},
    {"html", Format::html},
    {"otlp", Format::otlp},
}};

Format format_named(std::string_view word) {
    const auto found =
        std::find_if(formats.begin(), formats.end(), [&](const auto& row) { return row.first == word; });
    if (found == formats.end()) throw base::Error(base::Fault::bug, base::format("no format '{}'", word));
    return found->second;
}

[[noreturn]] void refuse(const std::vector<std::string_view>& words, const std::string& given) {
    std::vector<std::string> known;
    for (const std::string_view word : words)
        known.emplace_back(word == columns_prefix ? "custom-columns=NAME:.PATH,..." : word);
    base::Error error(base::Fault::usage, base::format("unsupported output format \"{}\" (expected {})",
                                                       given, base::either({known.begin(), known.end()})));
    const bool has_columns = std::find(words.begin(), words.end(), columns_prefix) != words.end();
    if (has_columns && given.starts_with("jsonpath"))
        throw std::move(error).hint(
            "one field: -o custom-columns=NAME:.metadata.name --no-headers; more: -o json | jq");
    if (has_columns && given.starts_with("custom-columns"))
        throw std::move(error).hint("-o custom-columns=NAME:.metadata.name,PHASE:.status.phase");
    throw std::move(error);
}

} // namespace

Output output_of(const CommandRow& row, const std::string& given) {
    const std::vector<std::string_view> words = words_of(row.formats);
    if (given.empty()) return {words.empty() ? Format::table : format_named(words.front()), ""};
    if (words.empty()) {
        throw base::Error(base::Fault::usage,
                          base::format("'{}' prints no data that -o could shape", row.name))
            .hint("leave -o out");
    }
    const std::string_view wanted = given == "yml" ? "yaml" : std::string_view(given);
    for (const std::string_view word : words) {
        if (word == columns_prefix && wanted.starts_with(columns_prefix))
            return {Format::columns, std::string(wanted.substr(columns_prefix.size()))};
        if (word != columns_prefix && word == wanted) return {format_named(word), ""};
    }
    refuse(words, given);
}

} // namespace cli
