#include "base/redact.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace base {

namespace {

constexpr std::size_t shortest = 4; // bytes; below this only a whole text is replaced
constexpr std::string_view replacement = "[secret]";

std::string url_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            out += c;
        else
            out += format("%{:02X}", static_cast<unsigned char>(c));
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

} // namespace

void Redactor::add(std::string_view secret) {
    if (secret.empty()) return;
    std::vector<std::string> forms{std::string(secret)};
    if (secret.size() >= shortest) {
        std::string quoted = json_quoted(secret);
        forms.push_back(quoted.substr(1, quoted.size() - 2));
        forms.push_back(url_encoded(secret));
        for (std::size_t offset = 0; offset < 3; ++offset)
            forms.push_back(base64_core(secret, offset));
        wipe(quoted);
    }
    for (std::string& form : forms) {
        const bool known = std::any_of(needles_.begin(), needles_.end(),
                                       [&](const SecretText& needle) { return needle.reveal() == form; });
        if (!form.empty() && !known) needles_.emplace_back(form);
        wipe(form);
    }
    std::stable_sort(needles_.begin(), needles_.end(),
                     [](const SecretText& a, const SecretText& b) { return a.size() > b.size(); });
}

std::string Redactor::operator()(std::string_view text) const {
    std::string out(text);
    for (const SecretText& needle : needles_) {
        if (needle.size() < shortest) {
            if (out == needle.reveal()) out = replacement;
        } else if (out.find(needle.reveal()) != std::string::npos) {
            out = replace_all(out, needle.reveal(), replacement);
        }
    }
    return out;
}

} // namespace base
