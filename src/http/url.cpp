// URLs, as far as orloj needs them: checked strictly, so that what is compared, shown and sent is one thing.
// Whatever two readers could understand differently (a backslash, a user name, an escaped host) is refused.
#include "http/http.hpp"

#include <algorithm>

#include <arpa/inet.h>

#include "base/text.hpp"
#include "http/address.hpp"

namespace http {

namespace {

bool is_alphanumeric(unsigned char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool holds_unusable_byte(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= ' ' || byte == 0x7f || byte == '\\';
    });
}

/// Whether somebody would take the host for an IPv4 address: its last part is a number (as in the URL
/// standard).
bool ends_in_number(std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    host.remove_prefix(host.rfind('.') + 1);
    const bool hexadecimal = host.starts_with("0x");
    if (hexadecimal) host.remove_prefix(2);
    return (hexadecimal || !host.empty()) && std::all_of(host.begin(), host.end(), [&](char c) {
               return (c >= '0' && c <= '9') || (hexadecimal && c >= 'a' && c <= 'f');
           });
}

bool is_host_name(std::string_view host) noexcept {
    if (host.empty() || host.find("..") != std::string_view::npos) return false;
    // Why ASCII only: libcurl makes something else of other letters, which depends on its build and on the
    // locale and may be an address; the xn-- form is one thing for everybody.
    return std::all_of(host.begin(), host.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return is_alphanumeric(byte) || byte == '-' || byte == '.' || byte == '_';
    });
}

bool is_ipv6(const std::string& host) noexcept {
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool read_port(std::string_view text, int& port) noexcept {
    if (text.empty()) return true;
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
    const auto number = base::to_integer(text);
    if (!number || *number < 1 || *number > 65535) return false;
    port = static_cast<int>(*number);
    return true;
}

bool read_authority(std::string_view text, Url& url) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return false;
        url.host = base::lower(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
        if (!is_ipv6(url.host)) return false;
        if (text.empty()) return true;
        return text.front() == ':' && read_port(text.substr(1), url.port);
    }
    const auto colon = text.find(':');
    url.host = base::lower(text.substr(0, colon));
    if (!is_host_name(url.host)) return false;
    // 0169.254.1.1 is no octal number: some readers take it for a name, others for decimal.
    if (ends_in_number(url.host) && !numeric_host(url.host)) return false;
    return colon == std::string_view::npos || read_port(text.substr(colon + 1), url.port);
}

} // namespace

std::string Url::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != 0) text += base::format(":{}", port);
    return text;
}

std::optional<Url> parse_url(std::string_view text) {
    text = base::trim(text);
    text = text.substr(0, text.find('#'));
    if (holds_unusable_byte(text)) return std::nullopt;

    Url url;
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    url.scheme = base::lower(text.substr(0, colon));
    if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
    text.remove_prefix(colon + 3);

    const auto end = std::min(text.find_first_of("/?"), text.size());
    if (!read_authority(text.substr(0, end), url)) return std::nullopt;
    text.remove_prefix(end);

    const auto question = text.find('?');
    url.path = text.substr(0, question);
    if (question != std::string_view::npos) url.query = text.substr(question + 1);
    return url;
}

std::string render(const Url& url) {
    std::string text = url.scheme + "://" + url.authority() + url.path;
    if (!url.query.empty()) text += "?" + url.query;
    return text;
}

std::string join(const Url& base, std::string_view path) {
    Url joined = base;
    joined.path.erase(joined.path.find_last_not_of('/') + 1);

    const auto question = path.find('?');
    const auto own_query =
        question == std::string_view::npos ? std::string_view{} : path.substr(question + 1);
    path = path.substr(0, question);
    if (!path.empty() && path.front() != '/') joined.path += '/';
    joined.path += path;
    if (!own_query.empty()) {
        joined.query = std::string(own_query) + (base.query.empty() ? "" : "&" + base.query);
    }
    return render(joined);
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_alphanumeric(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4U];
            encoded += digits[byte & 15U];
        }
    }
    return encoded;
}

std::string displayed(std::string_view url) {
    std::string out(url);
    const std::size_t scheme = out.find("://");
    const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
    const std::size_t path = out.find_first_of("/?#", host);
    std::size_t user = out.rfind('@', path);
    // A password with a slash in it ends what looks like the host: then what stands for the port is no
    // number.
    const std::size_t colon = out.find(':', host);
    const bool odd_port = colon < path && out.find_first_not_of("0123456789", colon + 1) < path;
    if ((user == std::string::npos || user < host) && odd_port && out[host] != '[') user = out.rfind('@');
    if (user != std::string::npos && user >= host) out.replace(host, user - host, "***");
    const std::size_t query = out.find('?');
    if (query == std::string::npos) return out;
    std::string shown = out.substr(0, query + 1);
    for (const std::string_view pair : base::split(std::string_view(out).substr(query + 1), '&')) {
        if (shown.back() != '?') shown += '&';
        const std::size_t equals = pair.find('=');
        const std::string_view name = pair.substr(0, equals);
        if (equals == std::string_view::npos)
            shown += "***";
        else if (name == "api-version") // of Azure: no secret, and what people look for
            shown += pair;
        else
            shown += std::string(name) + "=***";
    }
    return shown;
}

} // namespace http
