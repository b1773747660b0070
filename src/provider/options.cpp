// Reading one option at a time and saying what is wrong with the first bad one.
#include "provider/options.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "provider/extra_headers.hpp"
#include "provider/option_table.hpp"
#include "schema/tree.hpp"

namespace provider {

namespace {

/// Whether the text is a number by JSON's grammar, so that it can be sent as it is.
bool json_number(std::string_view text, schema::Plain least_precise) {
    const schema::Parsed parsed = schema::parse_json(text);
    if (!parsed || parsed.tree.kind != schema::Tree::Kind::scalar || parsed.tree.quoted) return false;
    const schema::Plain meaning = schema::meaning(parsed.tree);
    return meaning == schema::Plain::integer || meaning == least_precise;
}

/// As short as it can be said: 2, 0.5.
std::string shown(double value) {
    return base::format("{}", value);
}

} // namespace

std::string subject(const Endpoint& endpoint) {
    return base::format("model endpoint '{}'", endpoint.name);
}

std::string_view OptionReader::text(std::string_view key) const {
    const auto it = endpoint_.options.find(std::string(key));
    return it == endpoint_.options.end() ? std::string_view() : base::trim(it->second);
}

void OptionReader::complain(std::string_view key, std::string_view clause) {
    if (!problem_.empty()) return;
    problem_ = base::format("options.{} '{}' of {} {}", key, base::ellipsis(base::visible(text(key)), 60),
                            subject(endpoint_), clause);
}

void OptionReader::refuse(std::string_view key, std::string_view why) {
    if (!text(key).empty())
        complain(key,
                 base::format("cannot be sent to {} with model '{}': {}", provider_, endpoint_.model, why));
}

std::string OptionReader::header(std::string_view key) {
    const std::string_view value = text(key);
    if (value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos)
        return std::string(value);
    complain(key, "holds a line break or NUL, which no header can");
    return {};
}

std::string OptionReader::integer(std::string_view key, std::int64_t least) {
    const std::string_view value = text(key);
    if (value.empty()) return {};
    const auto parsed = base::to_integer(value);
    if (parsed && *parsed >= least && json_number(value, schema::Plain::integer)) return std::string(value);
    complain(key, least == std::numeric_limits<std::int64_t>::min()
                      ? std::string("is not a whole number")
                      : base::format("is not a whole number of at least {}", least));
    return {};
}

std::string OptionReader::number(std::string_view key) {
    const std::string_view value = text(key);
    if (value.empty()) return {};
    if (base::to_number(value) && json_number(value, schema::Plain::number)) return std::string(value);
    complain(key, "is not a number");
    return {};
}

std::string OptionReader::number(std::string_view key, double least, double most) {
    const std::string_view value = text(key);
    if (value.empty()) return {};
    const auto parsed = base::to_number(value);
    if (parsed && *parsed >= least && *parsed <= most && json_number(value, schema::Plain::number))
        return std::string(value);
    complain(key, base::format("is not a number from {} to {}, which {} asks for", shown(least), shown(most),
                               provider_));
    return {};
}

std::optional<bool> OptionReader::flag(std::string_view key) {
    const std::string_view value = text(key);
    if (value.empty()) return std::nullopt;
    if (base::same_ignoring_case(value, "true")) return true;
    if (base::same_ignoring_case(value, "false")) return false;
    complain(key, "is neither true nor false");
    return std::nullopt;
}

std::vector<std::string> OptionReader::texts(std::string_view key, std::size_t most) {
    const std::string_view value = text(key);
    if (value.empty()) return {};
    const schema::Parsed parsed = schema::parse_json(value);
    if (parsed && parsed.tree.is_text()) return {parsed.tree.text};
    if (!parsed || !parsed.tree.is_list()) return {std::string(value)};
    std::vector<std::string> out;
    for (const schema::Tree& item : parsed.tree.items) {
        if (!item.is_text()) {
            complain(key, "is a list that does not hold only texts");
            return {};
        }
        out.push_back(item.text);
    }
    if (out.size() <= most) return out;
    complain(key, base::format("holds {} texts, and {} takes at most {}", out.size(), provider_, most));
    return {};
}

std::optional<base::Duration> OptionReader::duration(std::string_view key) {
    const std::string_view value = text(key);
    if (value.empty()) return std::nullopt;
    const auto parsed = base::parse_duration(value);
    if (parsed && parsed->us > 0) return parsed;
    complain(key, "is not a duration above zero, such as 30s or 5m");
    return std::nullopt;
}

std::vector<http::Header> OptionReader::headers(std::string_view key) {
    auto found = read_headers(text(key));
    if (auto* headers = std::get_if<std::vector<http::Header>>(&found)) return std::move(*headers);
    if (problem_.empty()) // without the value, which may hold a token
        problem_ = base::format("options.{} of {} {}", key, subject(endpoint_), std::get<std::string>(found));
    return {};
}

void OptionReader::one_of(std::string_view key, std::span<const std::string_view> words) {
    const std::string_view value = text(key);
    if (value.empty() || std::find(words.begin(), words.end(), value) != words.end()) return;
    complain(key, base::format("is not {}, which {} asks for", base::either({words.begin(), words.end()}),
                               provider_));
}

std::string foreign_option_problem(const Provider& provider, const Endpoint& endpoint) {
    if (provider.build_request == nullptr) return {};
    OptionReader reader(endpoint, provider.name);
    for (const OptionRow& row : option_rows()) {
        if (reader.text(row.name).empty() || takes(provider, row)) continue;
        reader.complain(row.name, base::format("is an option of {}, not of {}",
                                               base::either({row.providers.begin(), row.providers.end()}),
                                               provider.name));
    }
    return reader.problem();
}

std::string option_value_problem(const Provider& provider, const Endpoint& endpoint) {
    OptionReader reader(endpoint, provider.name);
    for (const OptionRow& row : option_rows()) {
        if (!takes(provider, row)) continue;
        switch (row.type) {
        case OptionType::positive:
            reader.integer(row.name, 1);
            break;
        case OptionType::natural:
            reader.integer(row.name, 0);
            break;
        case OptionType::integer:
            reader.integer(row.name, std::numeric_limits<std::int64_t>::min());
            break;
        case OptionType::number:
            reader.number(row.name);
            break;
        case OptionType::flag:
            reader.flag(row.name);
            break;
        case OptionType::text:
        case OptionType::file: // the file is looked at where there is I/O
            break;
        case OptionType::texts:
            reader.texts(row.name, std::numeric_limits<std::size_t>::max());
            break;
        case OptionType::header:
            reader.header(row.name);
            break;
        case OptionType::headers:
            reader.headers(row.name);
            break;
        case OptionType::duration:
            reader.duration(row.name);
            break;
        }
    }
    return reader.problem();
}

http::Timeouts timeouts_of(const Endpoint& endpoint) {
    OptionReader reader(endpoint, {});
    http::Timeouts out;
    out.connect = reader.duration("connect_timeout").value_or(out.connect);
    out.first_byte = reader.duration("first_byte_timeout").value_or(out.first_byte);
    out.idle = reader.duration("idle_timeout").value_or(out.idle);
    // Who waits longer for a part of the call waits as long for the whole, unless they say otherwise.
    out.total =
        reader.duration("timeout").value_or(std::max({out.total, out.connect, out.first_byte, out.idle}));
    return out;
}

} // namespace provider
