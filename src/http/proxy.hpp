// Which proxy a request goes through. Decided here and not by libcurl, because the address check has to know:
// the proxy itself is exempt, its targets are not. The rules are libcurl's.
#pragma once

#include <string>

#include "http/http.hpp"

namespace http {

/// What the environment says; values as found, "" when unset.
struct ProxySettings {
    std::string http;
    std::string https;
    std::string exceptions; ///< no_proxy
};

/// Reads http_proxy (lower case only: HTTP_PROXY can be set by a stranger through CGI), https_proxy,
/// all_proxy and no_proxy.
ProxySettings proxies_from_environment();

/// The proxy's URL for this target, "" when it is reached directly: loopback targets always, others when an
/// exception names them ("*" alone, a domain and its subdomains, an address, an address range in CIDR form).
std::string proxy_for(const Url& target, const ProxySettings& settings);

/// Why `proxy` (not "") cannot be used; "" when libcurl knows what to do with it.
std::string proxy_problem(const std::string& proxy);

/// "host:port" of a proxy URL, without scheme, user name and password: fit to be shown.
std::string proxy_name(std::string_view proxy_url);

} // namespace http
