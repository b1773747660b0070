// One request out, one response back. Everything that can go wrong on the way is a value: what to do about it
// is decided by who asked. Timeouts, TLS, proxies, address checks and cancellation live behind this interface
// and nowhere else. Redirects are never followed: an API that redirects is misconfigured, and a credential
// must not travel.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace http {

struct Header {
    std::string name;
    std::string value;
};

/// A header whose value is `prefix` followed by a secret; never logged, wiped after use.
struct SecretHeader {
    std::string name;
    std::string prefix;
    base::SecretText secret;
};

/// Where a request may go. Link-local, metadata, unspecified, multicast, broadcast and reserved addresses are
/// refused to whatever a manifest says. Decided on the address of every connection, new or pooled. The proxy
/// of the environment is exempt; behind it an address in the URL is checked, but a name is allowed, since the
/// proxy resolves it.
enum class Reach {
    public_only,  ///< loopback, private (RFC 1918), unique local and carrier-grade NAT addresses are refused
    private_also, ///< those are allowed (spec.allowPrivate)
    /// Loopback and the fixed addresses at which AWS hands machines and containers their credentials, nothing
    /// else, and never through a proxy. For the search for credentials only: nothing a manifest says leads
    /// here.
    aws_metadata,
};

/// Time spent waiting for a free connection slot (many exchanges at once) counts in none of them.
struct Timeouts {
    base::Duration connect = base::seconds(5);      ///< name look-up, connection and TLS handshake
    base::Duration first_byte = base::seconds(600); ///< from sending to the first byte of the answer
    base::Duration idle = base::seconds(120);       ///< between two bytes of the answer
    base::Duration total = base::seconds(900);      ///< the whole exchange
};

struct Request {
    std::string method = "POST";
    std::string url; ///< http or https, absolute, without user name or password
    std::vector<Header> headers;
    std::vector<SecretHeader> secret_headers;
    std::string body;
    Reach reach = Reach::public_only;
    /// A file of certificates (PEM) to trust for this exchange instead of the system's; "": the system's. A
    /// leading "~/" is the home directory. Connections are shared only by exchanges that trust the same file.
    std::string ca_bundle;
    Timeouts timeouts;   ///< counted in active time: a laptop that slept does not time out
    bool stream = false; ///< report body bytes as they arrive (event Chunk) instead of with the Response
    /// Bytes of the answer; more is Failure::too_large. The body of a status outside 2xx is never streamed
    /// and cut at 1 MiB or max_body instead.
    std::size_t max_body = 64U << 20U;
};

struct Response {
    int status = 0;
    std::vector<Header> headers;
    std::string body;            ///< whole, unless the request streams
    base::Duration first_byte{}; ///< since the exchange got its slot, connecting included
    base::Duration total{};      ///< likewise, to the last byte
    bool via_proxy = false;

    /// The first header of that name, ignoring case, or "".
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// Why there is no (whole) response.
struct Failure {
    enum class Kind {
        unresolved,      ///< the host name has no address
        refused,         ///< nothing listens there
        unreachable,     ///< no route, network down
        forbidden,       ///< the address may not be reached (Reach)
        tls,             ///< certificate or handshake
        connect_timeout, ///< no connection in time
        timeout,         ///< connected, but the answer did not come in time (first byte, idle or total)
        broken,          ///< the connection ended before the answer was whole
        too_large,       ///< the answer exceeds max_body
        protocol,        ///< not HTTP, or a URL that cannot be used
        cancelled,       ///< cancel() was called
        unavailable,     ///< libcurl cannot be loaded
        unrecorded,      ///< the recording that answers holds no answer to this request; nothing was sent
    };
    /// What a failure of Kind::tls is about, since each is mended elsewhere.
    enum class Tls {
        handshake,  ///< no common version or cipher, or no TLS at all; also for every other kind
        untrusted,  ///< nobody who is trusted vouches for the certificate
        expired,    ///< the certificate's time is over, or has not come
        wrong_host, ///< it is made out to other names
        ca_bundle,  ///< Request::ca_bundle cannot be used; nothing was sent
        proxy,      ///< any of these, of an https proxy's certificate
    };
    Kind kind = Kind::broken;
    std::string detail; ///< lower case, one line, never contains a header value
    base::Duration total{};
    bool sent_output = false; ///< part of an answer's body had arrived
    bool via_proxy = false;
    Tls tls = Tls::handshake;
};

using CallId = std::uint64_t;

struct Chunk {
    std::string bytes;
};

struct Event {
    CallId id = 0;
    std::variant<Chunk, Response, Failure> what; ///< after Response or Failure nothing more comes for this id
};

/// A descriptor that ends a wait: not owned, never read from or written to.
struct Wake {
    enum class When { readable, writable };
    int fd = -1; ///< -1: none
    When when = When::readable;
};
/// Blocks until one of them is as it says or has failed, at most `limit`. Whether one is.
bool wait_for(std::span<const Wake> wakes, base::Duration limit);

class Transport {
  public:
    virtual ~Transport() = default;
    /// Starts an exchange under an id of the caller's choice, unused at the moment. Never blocks, never
    /// throws for reasons of the network: failures arrive as events.
    virtual void start(CallId id, Request request) = 0;
    /// Ends the exchange; its event Failure::cancelled comes with the next wait().
    virtual void cancel(CallId id) = 0;
    /// Waits until something happened, at most `limit` (zero: just looks), and returns what did. Also
    /// returns, possibly empty, as soon as one of `wakes` is as it says, or has failed.
    virtual std::vector<Event> wait(base::Duration limit, std::span<const Wake> wakes) = 0;
    std::vector<Event> wait(base::Duration limit, int wake_fd) {
        const Wake wake{wake_fd};
        return wait(limit, std::span(&wake, 1));
    }
};

/// The real one: libcurl's multi interface, every exchange on one thread, connections reused. libcurl is
/// loaded when the first exchange starts, and the environment read: http_proxy, https_proxy, all_proxy,
/// no_proxy, SSL_CERT_FILE, SSL_CERT_DIR. `user_agent` is sent with every request. `clock` must outlive the
/// transport. Requires that SIGPIPE is ignored (base::harden_process).
std::unique_ptr<Transport> curl_transport(base::Clock& clock, std::string user_agent);

/// Why a file of certificates (Request::ca_bundle, not "") cannot be used, naming it: "'ca.pem' holds no
/// certificate (PEM)"; "" when it holds one. Reads the file.
std::string ca_bundle_problem(const std::string& path);

/// A URL taken apart. Only what orloj needs to check and join.
struct Url {
    std::string scheme;                          ///< lower case
    std::string host;                            ///< lower case, IPv6 without brackets
    int port = 0;                                ///< 0 when not written
    std::string path;                            ///< with its leading '/', or ""
    std::string query;                           ///< without '?'
    [[nodiscard]] std::string authority() const; ///< host[:port], IPv6 in brackets
};

/// nullopt when the text is not an absolute http(s) URL, holds a user name, or could be understood in two
/// ways (white space or control characters inside, a backslash, an escaped host, one in other letters than
/// ASCII, one that ends in a number and is no address). White space around it and a fragment are dropped.
std::optional<Url> parse_url(std::string_view text);
std::string render(const Url& url);
/// `base` with `path` appended: trailing slashes of the base are dropped, its query is kept at the end, after
/// one that `path` brings.
std::string join(const Url& base, std::string_view path);
/// The URL for people and journals: a user name, a password and the values of a query (but api-version's) are
/// "***", since keys stand there.
std::string displayed(std::string_view url);
/// Bytes outside A-Z a-z 0-9 - . _ ~ as %XX.
std::string percent_encoded(std::string_view text);

/// Whether a numeric address may be reached, and if not, the clause that says why: "is a loopback address".
/// IPv4-mapped, IPv4-compatible, NAT64 and 6to4 forms are unwrapped first; decimal, octal and hexadecimal
/// spellings are understood. Text that is no numeric address is refused.
std::optional<std::string> forbidden(std::string_view numeric_address, Reach reach);

/// The header value without white space around it (keys read from files end in a newline); nullopt when CR,
/// LF or NUL remain inside.
std::optional<std::string> header_value(std::string_view text);

} // namespace http
