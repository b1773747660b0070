// Names are tokens of RFC 9110; values are anything on one line.
#include "provider/extra_headers.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "schema/tree.hpp"

namespace provider {

namespace {

struct Reserved {
    std::string_view name; ///< in lower case; a prefix when it ends in '-'
    std::string_view instead;
};

constexpr std::string_view keys = "a key belongs into spec.auth.secretRef";
constexpr std::string_view ours = "orloj sets it itself";

constexpr std::array<Reserved, 24> reserved{{
    {"authorization", keys},
    {"proxy-authorization", keys},
    {"api-key", keys},
    {"x-api-key", keys},
    {"x-goog-api-key", keys},
    {"cookie", keys},
    {"x-amz-", ours},
    {"host", ours},
    {"content-type", ours},
    {"content-length", ours},
    {"content-encoding", ours},
    {"transfer-encoding", ours},
    {"connection", ours},
    {"keep-alive", ours},
    {"upgrade", ours},
    {"te", ours},
    {"trailer", ours},
    {"expect", ours},
    {"accept", ours},
    {"accept-encoding", ours},
    {"anthropic-version", "set options.anthropic_version instead"},
    {"anthropic-beta", "set options.anthropic_beta instead"},
    {"openai-organization", "set options.organization instead"},
    {"openai-project", "set options.project instead"},
}};

bool is_token(std::string_view name) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool holds_control(std::string_view value) {
    return std::any_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < ' ' && c != '\t') || byte == 0x7f;
    });
}

/// What is wrong with one header, "" when nothing is.
std::string fault(const http::Header& header, const std::vector<http::Header>& before) {
    if (!is_token(header.name))
        return base::format("holds '{}', which is no name of a header", base::visible(header.name));
    const std::string name = base::lower(header.name);
    for (const Reserved& row : reserved) {
        if (row.name.ends_with('-') ? name.starts_with(row.name) : name == row.name)
            return base::format("must not hold '{}': {}", header.name, row.instead);
    }
    if (base::trim(header.value).empty()) return base::format("holds '{}' without a value", header.name);
    if (holds_control(header.value))
        return base::format("holds a line break or another control character in '{}'", header.name);
    const bool twice = std::any_of(before.begin(), before.end(), [&](const http::Header& other) {
        return base::same_ignoring_case(other.name, name);
    });
    return twice ? base::format("holds '{}' twice", header.name) : std::string();
}

using Headers = std::variant<std::vector<http::Header>, std::string>;

Headers checked(std::vector<http::Header> found) {
    std::vector<http::Header> out;
    for (http::Header& header : found) {
        if (std::string problem = fault(header, out); !problem.empty()) return problem;
        out.push_back({std::move(header.name), std::string(base::trim(header.value))});
    }
    return out;
}

Headers from_json(std::string_view text) {
    const schema::Parsed parsed = schema::parse_json(text);
    if (!parsed || !parsed.tree.is_map()) return std::string("is not a JSON object of names and texts");
    std::vector<http::Header> out;
    for (const schema::Entry& entry : parsed.tree.entries) {
        if (!entry.value.is_text())
            return base::format("holds '{}', whose value is not a text", base::visible(entry.key));
        out.push_back({entry.key, entry.value.text});
    }
    return checked(std::move(out));
}

} // namespace

std::variant<std::vector<http::Header>, std::string> read_headers(std::string_view text) {
    const std::string_view trimmed = base::trim(text);
    if (trimmed.starts_with('{')) return from_json(trimmed);
    std::vector<http::Header> out;
    for (const std::string_view line : base::split(trimmed, '\n')) {
        if (base::trim(line).empty()) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            return std::string(R"(is neither a JSON object nor lines of the form "Name: value")");
        out.push_back({std::string(base::trim(line.substr(0, colon))),
                       std::string(base::trim(line.substr(colon + 1)))});
    }
    return checked(std::move(out));
}

} // namespace provider
