// Names on the wire: letters, digits, '_' and '-', at most 64 bytes, starting with a letter or '_'. That is
// what OpenAI, Anthropic's older stacks, Bedrock and Gemini accept together.
#include "provider/names.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "provider/provider.hpp"

namespace provider {

namespace {

constexpr std::size_t longest_name = 64;
constexpr std::size_t suffix_digits = 8;
constexpr std::size_t most_suffix_digits = 56;

bool letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool plain(char c) noexcept {
    return letter(c) || (c >= '0' && c <= '9') || c == '-';
}

bool alphanumeric(char c) noexcept {
    return plain(c) && c != '_' && c != '-';
}

/// The digest as one number, most significant digit first.
std::string base62(base::Digest number) {
    constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::string out;
    while (std::any_of(number.begin(), number.end(), [](unsigned char byte) { return byte != 0; })) {
        unsigned rest = 0;
        for (unsigned char& byte : number) {
            rest = rest * 256 + byte;
            byte = static_cast<unsigned char>(rest / digits.size());
            rest %= digits.size();
        }
        out += digits[rest];
    }
    std::reverse(out.begin(), out.end());
    return out;
}

std::string with_plain_bytes(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return !plain(c); }, '_');
    return out;
}

/// `safe` cut so that "_" and `digits` hex digits of the hash of `original` fit into `longest`.
std::string suffixed(std::string_view safe, std::string_view original, std::size_t digits,
                     std::size_t longest) {
    std::string out(safe.substr(0, longest - 1 - digits));
    out += '_';
    out += base::hex(base::sha256(original)).substr(0, digits);
    return out;
}

std::string safe_name(std::string_view name) {
    std::string safe = with_plain_bytes(name);
    if (safe.empty() || !letter(safe.front())) safe.insert(0, "t_");
    return safe;
}

/// The wire name with at least `digits` digits of hash; 0: only when the name cannot stay as it is.
std::string name_with(std::string_view name, std::size_t digits) {
    std::string safe = safe_name(name);
    if (digits == 0 && safe == name && name.size() <= longest_name) return safe;
    return suffixed(safe, name, std::max(digits, suffix_digits), longest_name);
}

} // namespace

std::string wire_name(std::string_view tool_name) {
    return name_with(tool_name, 0);
}

WireNames::WireNames(const std::vector<ToolDefinition>& tools) {
    std::vector<std::size_t> digits;
    for (const ToolDefinition& tool : tools) {
        const bool known = std::any_of(pairs_.begin(), pairs_.end(),
                                       [&](const auto& pair) { return pair.first == tool.name; });
        if (known) continue;
        pairs_.emplace_back(tool.name, wire_name(tool.name));
        digits.push_back(pairs_.back().second == tool.name ? 0 : suffix_digits);
    }
    // Why not a counter: a name must not depend on the order or presence of other tools, or replayed history
    // and prompt caches break. Of names that meet, those with the shortest hash get a longer one.
    for (bool settled = false; !settled;) {
        settled = true;
        std::map<std::string, std::vector<std::size_t>> meeting;
        for (std::size_t i = 0; i < pairs_.size(); ++i)
            meeting[base::lower(pairs_[i].second)].push_back(i);
        for (const auto& [wire, members] : meeting) {
            if (members.size() == 1) continue;
            std::size_t shortest = most_suffix_digits;
            for (const std::size_t i : members)
                shortest = std::min(shortest, digits[i]);
            for (const std::size_t i : members) {
                if (digits[i] != shortest || digits[i] == most_suffix_digits) continue;
                digits[i] += suffix_digits;
                pairs_[i].second = name_with(pairs_[i].first, digits[i]);
                settled = false;
            }
        }
    }
}

std::string WireNames::wire(std::string_view name) const {
    for (const auto& pair : pairs_) {
        if (pair.first == name) return pair.second;
    }
    return wire_name(name);
}

std::string WireNames::original(std::string_view wire) const {
    for (const auto& pair : pairs_) {
        if (pair.second == wire) return pair.first;
    }
    for (const auto& pair : pairs_) {
        if (pair.first == wire) return pair.first;
    }
    for (const auto& pair : pairs_) {
        if (base::same_ignoring_case(pair.second, wire) || base::same_ignoring_case(pair.first, wire))
            return pair.first;
    }
    return std::string(wire);
}

bool WireIds::fits(std::string_view id) const {
    if (rule_.exact != 0) return id.size() == rule_.exact && std::all_of(id.begin(), id.end(), alphanumeric);
    return !id.empty() && id.size() <= rule_.longest &&
           (!rule_.plain || std::all_of(id.begin(), id.end(), plain));
}

std::string WireIds::replacement(std::string_view id, std::string_view salted) const {
    if (rule_.exact != 0) return base62(base::sha256(salted)).substr(0, rule_.exact);
    return suffixed(id.empty() ? "call" : with_plain_bytes(id), salted, suffix_digits, rule_.longest);
}

std::string WireIds::call(std::string_view id) {
    std::string out = fits(id) ? std::string(id) : replacement(id, id);
    for (int again = 1; !used_.insert(out).second; ++again)
        out = replacement(id, base::format("{}#{}", id, again));
    calls_[std::string(id)].open.push_back(out);
    return out;
}

std::string WireIds::result(std::string_view id) {
    const auto it = calls_.find(id);
    if (it == calls_.end()) return WireIds(rule_).call(id);
    Calls& calls = it->second;
    if (!calls.open.empty()) {
        calls.last = std::move(calls.open.front());
        calls.open.pop_front();
    }
    return calls.last;
}

} // namespace provider
