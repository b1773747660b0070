// libcurl's error codes and the system's errno, turned into a kind and a sentence. Sentences come from here
// and from libcurl's description of what the peer did, never from what was sent.
#include "http/curl_exchange.hpp"

#include <algorithm>
#include <cerrno>

#include "base/os.hpp"
#include "base/text.hpp"
#include "http/address.hpp"
#include "http/ca_bundle.hpp"
#include "http/proxy.hpp"

namespace http {

namespace {

using Kind = Failure::Kind;

struct Verdict {
    Kind kind;
    std::string detail;
    Failure::Tls tls = Failure::Tls::handshake;
};

// What CURLINFO_SSL_VERIFYRESULT says with OpenSSL: X509_V_ERR_* of its x509_vfy.h.
constexpr long not_checked = 1; // X509_V_ERR_UNSPECIFIED, with which libcurl begins
constexpr long not_yet_valid = 9;
constexpr long has_expired = 10;

std::string words_for(int number) {
    errno = number;
    return base::last_error();
}

/// libcurl's own words about this exchange, fit to be shown.
std::string libcurl_says(const Exchange& exchange, CURLcode code) {
    std::string words = exchange.error;
    // Where libcurl names a proxy, it does so with the password.
    if (const auto at = words.find(exchange.proxy); at != std::string::npos && !exchange.proxy.empty())
        words.replace(at, exchange.proxy.size(), proxy_name(exchange.proxy));
    std::string_view text = words;
    if (text.empty()) text = exchange.curl.easy_strerror(code);
    constexpr std::string_view known[] = {"SSL certificate problem: ", "SSL: "};
    for (const auto prefix : known)
        if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    return base::visible(base::trim(text));
}

/// Who a connection is opened to.
std::string next_hop(const Exchange& exchange) {
    return exchange.proxy.empty() ? exchange.peer() : "the proxy " + proxy_name(exchange.proxy);
}

Verdict connect_verdict(const Exchange& exchange) {
    long number = exchange.socket_errno;
    if (number == 0) exchange.curl.easy_getinfo(exchange.handle, CURLINFO_OS_ERRNO, &number);
    const std::string hop = next_hop(exchange);
    switch (number) {
    case ECONNREFUSED:
        return {Kind::refused, base::format("nothing listens at {}", hop)};
    case ETIMEDOUT:
        return {Kind::connect_timeout, base::format("no connection to {} in time", hop)};
    case 0:
        return {Kind::unreachable, base::format("no connection to {}", hop)};
    default:
        return {Kind::unreachable,
                base::format("no connection to {}: {}", hop, words_for(static_cast<int>(number)))};
    }
}

Verdict broken_verdict(const Exchange& exchange, CURLcode code) {
    long proxy_status = 0;
    exchange.curl.easy_getinfo(exchange.handle, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (!exchange.connected && proxy_status >= 300)
        return {Kind::unreachable, base::format("{} answered {} instead of connecting to {}",
                                                next_hop(exchange), proxy_status, exchange.peer())};
    if (!exchange.connected)
        return {Kind::broken, base::format("the connection to {} ended before the request was sent: {}",
                                           next_hop(exchange), libcurl_says(exchange, code))};
    if (!exchange.answered)
        return {Kind::broken, base::format("{} closed the connection without an answer", exchange.peer())};
    return {Kind::broken,
            base::format("the connection to {} ended before the answer was whole", exchange.peer())};
}

Verdict stopped_verdict(const Exchange& exchange) {
    if (exchange.stop == Exchange::Stop::header_too_large)
        return {Kind::too_large,
                base::format("the header of the answer of {} is too large", exchange.peer())};
    return {Kind::too_large, base::format("the answer of {} is larger than {} bytes", exchange.peer(),
                                          exchange.request.max_body)};
}

Verdict certificate_verdict(const Exchange& exchange, CURLcode code) {
    using Tls = Failure::Tls;
    const std::string& host = exchange.url.host;
    long result = 0; // stays when no connection to an https proxy was begun
    exchange.curl.easy_getinfo(exchange.handle, CURLINFO_PROXY_SSL_VERIFYRESULT, &result);
    if (result != 0)
        return {Kind::tls,
                base::format("the certificate of {} is not accepted: {}", next_hop(exchange),
                             libcurl_says(exchange, code)),
                Tls::proxy};
    exchange.curl.easy_getinfo(exchange.handle, CURLINFO_SSL_VERIFYRESULT, &result);
    if (result == has_expired)
        return {Kind::tls, base::format("the certificate of '{}' has expired", host), Tls::expired};
    if (result == not_yet_valid)
        return {Kind::tls, base::format("the certificate of '{}' is not valid yet", host), Tls::expired};
    // Refused by libcurl itself, which compares the names; some versions do it before they ask OpenSSL.
    if (result == 0 || result == not_checked)
        return {Kind::tls,
                base::format("the certificate of '{}' is for another host: {}", host,
                             libcurl_says(exchange, code)),
                Tls::wrong_host};
    return {Kind::tls,
            base::format("the certificate of '{}' is not trusted: {}", host, libcurl_says(exchange, code)),
            Tls::untrusted};
}

/// Whether the peer went away during the handshake. libcurl has one code for that and for a peer that wants
/// something else, so its words decide: those of OpenSSL 1 and 3 and of the system. In doubt it is no.
bool ended_in_handshake(const Exchange& exchange) {
    const std::string_view words = exchange.error;
    return words.find("ERROR_SYSCALL") != std::string_view::npos ||
           words.find("unexpected eof") != std::string_view::npos ||
           words.find(words_for(ECONNRESET)) != std::string_view::npos;
}

Verdict tls_verdict(const Exchange& exchange, CURLcode code) {
    if (code == CURLE_SSL_CONNECT_ERROR && ended_in_handshake(exchange))
        return {Kind::broken,
                base::format("the connection to {} ended during the TLS handshake", next_hop(exchange))};
    if (code == CURLE_PEER_FAILED_VERIFICATION) return certificate_verdict(exchange, code);
    if (code == CURLE_SSL_CACERT_BADFILE && !exchange.request.ca_bundle.empty())
        return {Kind::tls,
                base::format("the CA bundle cannot be used: '{}' holds a damaged certificate",
                             base::visible(ca_bundle_file(exchange.request.ca_bundle))),
                Failure::Tls::ca_bundle};
    return {Kind::tls,
            base::format("no TLS connection to {}: {}", exchange.peer(), libcurl_says(exchange, code))};
}

bool is_about_tls(CURLcode code) noexcept {
    switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
        return true;
    default:
        return false;
    }
}

Verdict verdict_of(const Exchange& exchange, CURLcode code) {
    if (exchange.stop != Exchange::Stop::none) return stopped_verdict(exchange);
    if (is_about_tls(code)) return tls_verdict(exchange, code);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return {Kind::unresolved, base::format("cannot resolve '{}'", exchange.url.host)};
    case CURLE_COULDNT_RESOLVE_PROXY:
        return {Kind::unresolved, base::format("cannot resolve the proxy '{}'", proxy_name(exchange.proxy))};
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
        return connect_verdict(exchange);
    case CURLE_OPERATION_TIMEDOUT: // not ours: the system gave up
        return {Kind::connect_timeout, base::format("no connection to {} in time", next_hop(exchange))};
    case CURLE_OK: // the header was not whole
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_PROXY:
        return broken_verdict(exchange, code);
    case CURLE_UNSUPPORTED_PROTOCOL:
        if (!exchange.connected && exchange.url.scheme == "https")
            return {Kind::unavailable, "this libcurl has no TLS: install the package 'libcurl4'"};
        return {Kind::protocol, base::format("{} does not speak HTTP", exchange.peer())};
    default:
        return {Kind::protocol,
                base::format("no usable answer from {}: {}", exchange.peer(), libcurl_says(exchange, code))};
    }
}

Failure make_failure(const Exchange& exchange, Verdict verdict) {
    return {.kind = verdict.kind,
            .detail = std::move(verdict.detail),
            .total = exchange.turn.now - exchange.begun,
            .sent_output = exchange.body_bytes > 0,
            .via_proxy = !exchange.proxy.empty(),
            .tls = verdict.tls};
}

} // namespace

std::string refusal_clause(const std::string& address, Reach reach) {
    const auto refused = refused_address(address, reach);
    if (!refused) return {};
    if (reach == Reach::aws_metadata) return refused->clause;
    return std::string(refused->clause) +
           (refused->private_helps ? "; set spec.allowPrivate: true" : ", which is never reached");
}

std::string refusal_detail(const RefusedAddress& refused, const std::string& host) {
    if (refused.address == host) return base::format("'{}' {}", refused.address, refused.clause);
    return base::format("'{}', the address of '{}', {}", refused.address, host, refused.clause);
}

Failure failure_of(const Exchange& exchange, CURLcode code) {
    // An address that was allowed and failed is the better explanation.
    const bool was_refused = !exchange.refused.address.empty() && !exchange.tried_address;
    if (was_refused && (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK))
        return make_failure(exchange, {Kind::forbidden, refusal_detail(exchange.refused, exchange.url.host)});
    return make_failure(exchange, verdict_of(exchange, code));
}

Failure timeout_of(const Exchange& exchange) {
    const Timeouts& patience = exchange.request.timeouts;
    const base::Duration now = exchange.turn.now;
    const std::string peer = exchange.peer();
    if (!exchange.connected && !exchange.answered)
        return make_failure(
            exchange,
            {Kind::connect_timeout, base::format("no connection to {} within {}", next_hop(exchange),
                                                 base::render(std::min(patience.connect, patience.total)))});
    if (now - exchange.begun >= patience.total) {
        return make_failure(exchange, {Kind::timeout, base::format("the answer of {} was not whole within {}",
                                                                   peer, base::render(patience.total))});
    }
    if (exchange.answered)
        return make_failure(exchange, {Kind::timeout, base::format("the answer of {} paused for more than {}",
                                                                   peer, base::render(patience.idle))});
    return make_failure(exchange, {Kind::timeout, base::format("no answer from {} within {}", peer,
                                                               base::render(patience.first_byte))});
}

} // namespace http
