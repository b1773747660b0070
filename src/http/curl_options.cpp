#include "http/curl_options.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <dirent.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "http/ca_bundle.hpp"
#include "http/curl_exchange.hpp"

namespace http {

namespace {

constexpr const char* system_directory = "/etc/ssl/certs";

/// Names like 4042bcee.0, which OpenSSL finds by the hash of the issuer.
bool is_hashed_link(std::string_view name) noexcept {
    return name.size() == 10 && name[8] == '.' && name[9] >= '0' && name[9] <= '9' &&
           std::all_of(name.begin(), name.begin() + 8,
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool holds_hashed_links(const char* path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path), ::closedir);
    if (directory == nullptr) return false;
    while (const dirent* entry = ::readdir(directory.get()))
        if (is_hashed_link(entry->d_name)) return true;
    return false;
}

const char* or_null(const std::string& text) noexcept {
    return text.empty() ? nullptr : text.c_str();
}

void set_tls(CurlOptions& options, const TrustStore& system, const Exchange& exchange) {
    options.must(CURLOPT_SSL_VERIFYPEER, 1L);
    options.must(CURLOPT_SSL_VERIFYHOST, 2L);
    options.must(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    const TrustStore own{ca_bundle_file(exchange.request.ca_bundle), ""};
    const TrustStore& store = own.file.empty() ? system : own;
    if (!store.file.empty() || !store.directory.empty()) {
        options.must(CURLOPT_CAINFO, or_null(store.file));
        options.must(CURLOPT_CAPATH, or_null(store.directory));
    }
    // The proxy is the environment's, and so is whom it is trusted by.
    if (!exchange.proxy.starts_with("https://") || (system.file.empty() && system.directory.empty())) return;
    options.must(CURLOPT_PROXY_CAINFO, or_null(system.file));
    options.must(CURLOPT_PROXY_CAPATH, or_null(system.directory));
}

/// What libcurl may take to connect. It divides the time among the addresses of a host, so it has to be told;
/// it gets a little more than there is, because our own clock decides.
long connect_timeout_ms(const Exchange& exchange) noexcept {
    const std::int64_t left =
        std::clamp<std::int64_t>((exchange.connect_end() - exchange.turn.now).ms(), 1, 3'600'000);
    return static_cast<long>(left + left / 8 + 10);
}

void set_connection(CurlOptions& options, const Exchange& exchange) {
    options.must(CURLOPT_NOSIGNAL, 1L);
    options.must(CURLOPT_PROTOCOLS_STR, "http,https");
    options.must(CURLOPT_FOLLOWLOCATION, 0L);
    options.must(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    options.must(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    options.must(CURLOPT_PATH_AS_IS, 1L); // a signature covers the path as it was written
    options.must(CURLOPT_PROXY, exchange.proxy.c_str());
    options.must(CURLOPT_NOPROXY, ""); // decided in proxy_for()
    options.must(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    options.must(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)); // no credential to the proxy
    options.must(CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms(exchange));
    options.may(CURLOPT_TCP_KEEPALIVE, 1L);
    options.may(CURLOPT_TCP_KEEPIDLE, 60L);
    options.may(CURLOPT_TCP_KEEPINTVL, 60L);
    // Since 7.87: a name server that does not answer must not block the thread when the exchange is
    // cancelled.
    options.may(CURLOPT_QUICK_EXIT, 1L);
    // Why not for http: without ALPN libcurl would hold back every request but the first until it is
    // answered.
    const bool http2 = exchange.url.scheme == "https" &&
                       options.may(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    if (http2) {
        options.may(CURLOPT_PIPEWAIT, 1L);
    } else {
        options.must(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    }
}

void set_request(CurlOptions& options, const Exchange& exchange) {
    const Request& request = exchange.request;
    const bool sends_body = !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
                            request.method == "PATCH";
    options.must(CURLOPT_URL, render(exchange.url).c_str());
    if (request.method == "HEAD") {
        options.must(CURLOPT_NOBODY, 1L);
    } else if (sends_body) {
        options.must(CURLOPT_POST, 1L);
        options.must(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        options.must(CURLOPT_POSTFIELDS, request.body.data());
    }
    if (request.method != "HEAD" && request.method != (sends_body ? "POST" : "GET"))
        options.must(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    options.must(CURLOPT_HTTPHEADER, exchange.lines.get());
    // A thousand exchanges at once: the smallest buffer libcurl takes.
    options.may(CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
}

} // namespace

TrustStore trust_store() {
    TrustStore store{base::environment("SSL_CERT_FILE").value_or(""),
                     base::environment("SSL_CERT_DIR").value_or("")};
    if (store.file.empty() && store.directory.empty() && holds_hashed_links(system_directory))
        store.directory = system_directory;
    return store;
}

void CurlOptions::note(CURLoption option, CURLcode code) {
    if (code == CURLE_OK || !refused_.empty()) return;
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    const curl_easyoption* known = curl_.easy_option_by_id(option);
    refused_ = base::format("libcurl refuses the option '{}': {}", known == nullptr ? "?" : known->name,
                            curl_.easy_strerror(code));
}

std::string prepare(CURL* handle, Exchange& exchange, const Surroundings& surroundings) {
    CurlOptions options(exchange.curl, handle);
    install_callbacks(options, exchange);
    set_connection(options, exchange);
    if (exchange.url.scheme == "https" || exchange.proxy.starts_with("https://"))
        set_tls(options, surroundings.trust, exchange);
    set_request(options, exchange);
    options.must(CURLOPT_USERAGENT, surroundings.user_agent.c_str());
    return options.refused();
}

} // namespace http
