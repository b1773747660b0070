// Where Ollama answers. People write what OLLAMA_HOST takes, or what another tool wanted: both lead to one
// root here, and what is not used as written is said. Source: Ollama's envconfig.Host.
#include "provider/ollama_chat.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "provider/options.hpp"

namespace provider {

namespace {

constexpr std::string_view default_root = "http://127.0.0.1:11434";
constexpr int default_port = 11434;
/// Paths of an API below the root; one that ends in another comes first.
constexpr std::array<std::string_view, 6> api_paths{
    "/v1/chat/completions", "/api/chat", "/api/generate", "/api/tags", "/v1", "/api"};

struct Root {
    http::Url url;
    std::string_view dropped; ///< the path of an API that was written
    bool listening = false;   ///< an address to listen on was written
};

/// OLLAMA_HOST takes IPv6 addresses without brackets.
bool bare_ipv6(std::string_view authority) {
    return std::count(authority.begin(), authority.end(), ':') > 1 && !authority.starts_with('[');
}

/// The written address as a whole URL.
std::string completed(std::string_view text) {
    if (text.find("://") != std::string_view::npos) return std::string(text);
    const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
    std::string authority(text.substr(0, end));
    if (authority.ends_with(':') && !bare_ipv6(authority)) return std::string(text); // "http:/host": a slip
    const std::string_view rest = text.substr(end);
    if (base::same_ignoring_case(authority, "ollama.com")) return "https://" + authority + std::string(rest);
    if (bare_ipv6(authority)) authority = "[" + authority + "]";
    const std::size_t host_end = authority.starts_with('[') ? authority.find(']') : 0;
    if (authority.find(':', std::min(host_end, authority.size())) == std::string::npos)
        authority += base::format(":{}", default_port);
    return "http://" + authority + std::string(rest);
}

void drop_trailing_slashes(std::string& path) {
    path.erase(path.find_last_not_of('/') + 1);
}

std::optional<Root> root_of(const Endpoint& endpoint) {
    const std::string_view written = base::trim(endpoint.base_url);
    std::string text = written.empty() ? std::string(default_root) : completed(written);
    Root out;
    // No host, "http://:11434": every address of the machine.
    if (const std::size_t host = text.find("://") + 3; text.substr(host).starts_with(':')) {
        text.insert(host, "127.0.0.1");
    }
    auto url = http::parse_url(text);
    if (!url) return std::nullopt;
    out.url = std::move(*url);
    out.listening = out.url.host == "0.0.0.0" || out.url.host == "::";
    if (out.listening) out.url.host = out.url.host == "::" ? "::1" : "127.0.0.1";
    drop_trailing_slashes(out.url.path);
    for (const std::string_view path : api_paths) {
        if (!out.url.path.ends_with(path)) continue;
        out.dropped = path;
        out.url.path.resize(out.url.path.size() - path.size());
        drop_trailing_slashes(out.url.path);
        break;
    }
    return out;
}

} // namespace

std::optional<http::Url> ollama_root(const Endpoint& endpoint) {
    auto root = root_of(endpoint);
    if (!root) return std::nullopt;
    return std::move(root->url);
}

std::vector<std::string> ollama_url_notes(const Endpoint& endpoint) {
    const auto root = root_of(endpoint);
    if (!root) return {};
    std::vector<std::string> out;
    // Without a query, which may hold a token.
    const std::string_view text = base::trim(endpoint.base_url);
    const std::string written = base::visible(text.substr(0, text.find_first_of("?#")));
    http::Url url = root->url;
    url.query.clear();
    const std::string better = http::render(url);
    if (!root->dropped.empty())
        out.push_back(base::format("'{}' at the end of spec.base_url '{}' of {} is not used, since orloj "
                                   "speaks Ollama's own API: write '{}'",
                                   root->dropped, written, subject(endpoint), better));
    if (root->listening)
        out.push_back(base::format("spec.base_url '{}' of {} is an address to listen on, and orloj calls "
                                   "this machine instead: write '{}'",
                                   written, subject(endpoint), better));
    return out;
}

} // namespace provider
