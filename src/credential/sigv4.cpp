#include "credential/sigv4.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace credential {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view token_header = "x-amz-security-token";
constexpr base::Duration tolerated_skew = base::seconds(240);

http::Url url_of(const http::Request& request) {
    auto url = http::parse_url(request.url);
    if (!url) throw base::Error(base::Fault::bug, "a URL that cannot be read was to be signed");
    return std::move(*url);
}

/// As curl sends it: the port only where the scheme does not say it.
std::string host_header(const http::Url& url) {
    http::Url shown = url;
    if (url.port == (url.scheme == "https" ? 443 : 80)) shown.port = 0;
    return shown.authority();
}

/// Empty segments and "." are dropped, ".." takes the one before it away; a slash at the end stays.
std::string canonical_path(std::string_view path) {
    std::vector<std::string_view> kept;
    for (const std::string_view segment : base::split(path, '/')) {
        if (segment == ".." && !kept.empty()) kept.pop_back();
        if (!segment.empty() && segment != "." && segment != "..") kept.push_back(segment);
    }
    std::string out;
    for (const std::string_view segment : kept)
        out += "/" + http::percent_encoded(segment);
    return kept.empty() || path.ends_with('/') ? out + "/" : out;
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Encoded once, whether it was already or not.
std::string encoded_once(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                            hex_digit(text[i + 2]) >= 0;
        if (!escape) {
            plain += text[i];
            continue;
        }
        plain += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
        i += 2;
    }
    return http::percent_encoded(plain);
}

std::string canonical_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string_view pair : base::split(query, '&')) {
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        pairs.emplace_back(encoded_once(pair.substr(0, equals)),
                           equals == pair.size() ? "" : encoded_once(pair.substr(equals + 1)));
    }
    std::sort(pairs.begin(), pairs.end());
    std::string out;
    for (const auto& [key, value] : pairs)
        out.append(out.empty() ? "" : "&").append(key).append("=").append(value);
    return out;
}

/// Without white space around it, and runs of it inside as one space.
std::string canonical_value(std::string_view value) {
    std::string out;
    for (const char c : base::trim(value)) {
        const bool space = c == ' ' || c == '\t';
        if (!space)
            out += c;
        else if (!out.ends_with(' '))
            out += ' ';
    }
    return out;
}

/// The signed headers by name; a map sorts them by name and not by line.
std::map<std::string, std::string> signed_headers(const http::Request& request) {
    std::map<std::string, std::string> out{{"host", host_header(url_of(request))}};
    const auto add = [&](std::string_view name, std::string_view value) {
        const std::string lower = base::lower(name);
        if (lower != "content-type" && !lower.starts_with("x-amz-")) return;
        const auto [it, fresh] = out.try_emplace(lower, canonical_value(value));
        if (!fresh) it->second += "," + canonical_value(value);
    };
    for (const http::Header& header : request.headers)
        add(header.name, header.value);
    for (const http::SecretHeader& header : request.secret_headers)
        add(header.name, header.prefix + std::string(header.secret.reveal()));
    return out;
}

std::string names_of(const std::map<std::string, std::string>& headers) {
    std::string out;
    for (const auto& [name, value] : headers)
        out += (out.empty() ? "" : ";") + name;
    return out;
}

/// "20260102T030405Z"
std::string amz_date(base::Time time) {
    std::string out;
    for (const char c : base::rfc3339(time).substr(0, 19)) {
        if (c != '-' && c != ':') out += c;
    }
    return out + "Z";
}

base::Digest signing_key(std::string_view secret, std::string_view date, const SigningScope& scope) {
    std::string first = "AWS4" + std::string(secret);
    base::Digest key = base::hmac_sha256(first, date);
    base::wipe(first);
    for (const std::string_view part :
         {std::string_view(scope.region), std::string_view(scope.service), std::string_view("aws4_request")})
        key = base::hmac_sha256(base::bytes_of(key), part);
    return key;
}

void remove_signature(http::Request& request) {
    std::erase_if(request.headers, [](const http::Header& header) {
        return base::same_ignoring_case(header.name, "x-amz-date") ||
               base::same_ignoring_case(header.name, "authorization");
    });
    std::erase_if(request.secret_headers, [](const http::SecretHeader& header) {
        return base::same_ignoring_case(header.name, token_header);
    });
}

} // namespace

std::string canonical_request(const http::Request& request) {
    const http::Url url = url_of(request);
    const auto headers = signed_headers(request);
    std::string out =
        request.method + "\n" + canonical_path(url.path) + "\n" + canonical_query(url.query) + "\n";
    for (const auto& [name, value] : headers)
        out.append(name).append(":").append(value).append("\n");
    return out + "\n" + names_of(headers) + "\n" + base::hex(base::sha256(request.body));
}

std::optional<base::Duration> clock_ahead(const http::Response& refusal, base::Time now,
                                          base::Duration assumed) {
    const auto theirs = base::parse_http_date(base::trim(refusal.header("date")));
    if (!theirs) return std::nullopt;
    const base::Duration ahead = *theirs - now;
    const base::Duration off = ahead - assumed;
    if (std::max(off, base::Duration{} - off) <= tolerated_skew) return std::nullopt;
    return ahead;
}

void sign(http::Request& request, const AwsKeys& keys, const SigningScope& scope) {
    remove_signature(request);
    const std::string time = amz_date(scope.now);
    const std::string date = time.substr(0, 8);
    request.headers.push_back({"x-amz-date", time});
    if (!keys.session_token.empty())
        request.secret_headers.push_back({std::string(token_header), "", keys.session_token});
    std::string canonical = canonical_request(request);
    const std::string where = base::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
    const std::string to_sign =
        base::format("{}\n{}\n{}\n{}", algorithm, time, where, base::hex(base::sha256(canonical)));
    base::wipe(canonical); // it holds the session token
    base::Digest key = signing_key(keys.secret_access_key.reveal(), date, scope);
    const std::string signature = base::hex(base::hmac_sha256(base::bytes_of(key), to_sign));
    base::wipe(key.data(), key.size());
    // No secret: it is good for this request and a few minutes.
    request.headers.push_back(
        {"authorization",
         base::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", algorithm,
                      keys.access_key_id.reveal(), where, names_of(signed_headers(request)), signature)});
}

} // namespace credential
