#include "base/redact.hpp"

#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace base {

namespace {

constexpr std::size_t shortest = 8; // bytes; a shorter value is a word, and replacing words destroys answers
constexpr std::string_view replacement = secret_mark;

enum class Digits { upper, lower };

/// Every character as \u00XX, as some servers write JSON.
std::string unicode_escaped(std::string_view text, Digits digits) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits == Digits::upper ? format("\\u{:04X}", byte) : format("\\u{:04x}", byte);
    }
    return out;
}

std::string url_encoded(std::string_view text, Digits digits) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        const auto byte = static_cast<unsigned char>(c);
        if (plain)
            out += c;
        else
            out += digits == Digits::upper ? format("%{:02X}", byte) : format("%{:02x}", byte);
    }
    return out;
}

/// The base64 characters that depend on nothing but `secret` when it starts `offset` bytes into a group of
/// three.
std::string base64_core(std::string_view secret, std::size_t offset) {
    std::string padded(offset, '\0');
    padded += secret;
    std::string text = base64(padded);
    const std::size_t head = offset == 0 ? 0 : offset + 1;
    const std::size_t tail = padded.size() % 3 == 0 ? 0 : (padded.size() % 3 == 1 ? 3 : 2);
    if (text.size() < head + tail) return {};
    return text.substr(head, text.size() - head - tail);
}

/// The same in the alphabet of URLs and tokens.
std::string url_alphabet(std::string text) {
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

} // namespace

void Redactor::add(std::string_view secret) {
    if (secret.size() < shortest || !added_.insert(sha256(secret)).second) return;
    std::vector<std::string> forms{std::string(secret)};
    std::string quoted = json_quoted(secret);
    forms.push_back(quoted.substr(1, quoted.size() - 2));
    forms.push_back(replace_all(forms.back(), "/", "\\/")); // as PHP and others write JSON
    for (const Digits digits : {Digits::upper, Digits::lower}) {
        forms.push_back(url_encoded(secret, digits));
        forms.push_back(unicode_escaped(secret, digits));
    }
    for (std::size_t offset = 0; offset < 3; ++offset) {
        forms.push_back(base64_core(secret, offset));
        forms.push_back(url_alphabet(forms.back()));
    }
    wipe(quoted);
    for (std::string& form : forms) {
        const bool known = std::any_of(needles_.begin(), needles_.end(),
                                       [&](const SecretText& needle) { return needle.reveal() == form; });
        if (!form.empty() && !known) needles_.emplace_back(form);
        wipe(form);
    }
}

std::string Redactor::operator()(std::string_view text) const {
    // Found in the text as it was, so that a value cannot hide behind another one it overlaps.
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (const SecretText& needle : needles_) {
        const std::string_view value = needle.reveal();
        for (std::size_t at = text.find(value); at != std::string_view::npos; at = text.find(value, at + 1))
            found.emplace_back(at, at + value.size());
    }
    std::sort(found.begin(), found.end());
    std::string out;
    std::size_t done = 0;
    for (std::size_t i = 0; i < found.size();) {
        const std::size_t from = found[i].first;
        std::size_t to = found[i].second;
        for (++i; i < found.size() && found[i].first < to; ++i)
            to = std::max(to, found[i].second);
        out += text.substr(done, from - done);
        out += replacement;
        done = to;
    }
    out += text.substr(done);
    return out;
}

std::size_t Redactor::begun(std::string_view text) const {
    std::size_t longest = 0;
    for (const SecretText& needle : needles_) {
        const std::string_view value = needle.reveal();
        for (std::size_t n = std::min(text.size(), value.size() - 1); n > longest; --n) {
            if (text.ends_with(value.substr(0, n))) longest = n;
        }
    }
    return longest;
}

} // namespace base
