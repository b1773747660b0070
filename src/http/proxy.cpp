#include "http/proxy.hpp"

#include <algorithm>

#include <arpa/inet.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "http/address.hpp"

namespace http {

namespace {

std::string first_set(std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (auto value = base::environment(name)) return *value;
    return {};
}

bool in_range(int family, const std::string& address, const std::string& network, long long bits) {
    unsigned char a[16] = {};
    unsigned char n[16] = {};
    if (::inet_pton(family, address.c_str(), a) != 1 || ::inet_pton(family, network.c_str(), n) != 1)
        return false;
    if (bits < 0 || bits > (family == AF_INET ? 32 : 128)) return false;
    for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
        const unsigned mask = bits >= 8 ? 0xffU : 0xffU << static_cast<unsigned>(8 - bits);
        if ((a[i] & mask) != (n[i] & mask)) return false;
    }
    return true;
}

bool address_matches(const std::string& address, std::string_view exception) {
    if (exception.starts_with('[') && exception.ends_with(']'))
        exception = exception.substr(1, exception.size() - 2);
    const auto slash = exception.find('/');
    const int family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
    const auto bits = slash == std::string_view::npos ? std::optional<long long>(family == AF_INET ? 32 : 128)
                                                      : base::to_integer(exception.substr(slash + 1));
    return bits && in_range(family, address, std::string(exception.substr(0, slash)), *bits);
}

bool name_matches(std::string_view host, std::string_view exception) {
    if (exception.starts_with('.')) exception.remove_prefix(1);
    if (exception.ends_with('.')) exception.remove_suffix(1);
    if (host.ends_with('.')) host.remove_suffix(1);
    if (exception.empty() || host.size() < exception.size()) return false;
    const auto tail = host.substr(host.size() - exception.size());
    if (!base::same_ignoring_case(tail, exception)) return false;
    return tail.size() == host.size() || host[host.size() - tail.size() - 1] == '.';
}

bool is_exception(const std::string& host, std::string_view list) {
    if (list == "*") return true;
    const auto numeric = numeric_host(host);
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(", \t"), list.size());
        const auto word = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (numeric ? address_matches(*numeric, word) : name_matches(host, word)) return true;
    }
    return false;
}

} // namespace

ProxySettings proxies_from_environment() {
    ProxySettings settings;
    settings.http = first_set({"http_proxy", "all_proxy", "ALL_PROXY"});
    settings.https = first_set({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    settings.exceptions = first_set({"no_proxy", "NO_PROXY"});
    return settings;
}

std::string proxy_for(const Url& target, const ProxySettings& settings) {
    const std::string& proxy = target.scheme == "https" ? settings.https : settings.http;
    if (proxy.empty() || is_loopback_host(target.host) || is_exception(target.host, settings.exceptions))
        return {};
    return proxy;
}

std::string proxy_problem(const std::string& proxy) {
    constexpr std::string_view known[] = {"http", "https", "socks", "socks4", "socks4a", "socks5", "socks5h"};
    const auto scheme = base::lower(proxy.substr(0, std::min(proxy.find("://"), proxy.size())));
    if (proxy.find("://") != std::string::npos && std::ranges::find(known, scheme) == std::end(known))
        return base::format("the proxy {} is of no known kind: write http, https, socks4, socks4a, socks5 or "
                            "socks5h before '://' in http_proxy, https_proxy or all_proxy",
                            proxy_name(proxy));
    return {};
}

std::string proxy_name(std::string_view proxy_url) {
    // The last '@' of all, since a '/' in a password that should have been written %2F ends nothing.
    if (const auto user = proxy_url.rfind('@'); user != std::string_view::npos)
        proxy_url.remove_prefix(user + 1);
    if (const auto scheme = proxy_url.find("://"); scheme != std::string_view::npos)
        proxy_url.remove_prefix(scheme + 3);
    proxy_url = proxy_url.substr(0, proxy_url.find_first_of("/?#"));
    return base::visible(proxy_url);
}

} // namespace http
