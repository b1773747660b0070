#include "http/curl_exchange.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>

#include "base/text.hpp"
#include "http/address.hpp"
#include "http/curl_options.hpp"

namespace http {

namespace {

constexpr std::size_t max_header = 256U << 10U;
constexpr std::size_t max_error_body = 1U << 20U;

void note_byte(Exchange& exchange) noexcept {
    exchange.last_byte = exchange.turn.now;
    if (exchange.answered) return;
    exchange.answered = true;
    exchange.response.first_byte = exchange.turn.now - exchange.begun;
    exchange.watch();
}

void read_status(Exchange& exchange, std::string_view line) {
    exchange.response.headers.clear();
    exchange.response.status = 0;
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return;
    const auto status = base::to_integer(line.substr(space + 1, 3));
    if (status && *status >= 100) exchange.response.status = static_cast<int>(*status);
}

void read_header_line(Exchange& exchange, std::string_view line) {
    if (exchange.header_complete) return; // trailers
    auto& headers = exchange.response.headers;
    if (line.starts_with("HTTP/")) return read_status(exchange, line);
    const bool folded = line.starts_with(' ') || line.starts_with('\t');
    const auto text = base::trim(line);
    if (text.empty()) {
        exchange.header_complete = exchange.response.status >= 200; // 1xx: the real one follows
    } else if (folded && !headers.empty()) {
        headers.back().value += " " + std::string(text);
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        headers.push_back({std::string(base::trim(text.substr(0, colon))),
                           std::string(base::trim(text.substr(colon + 1)))});
    }
}

/// `start` + `patience`, for any patience: ten years stand for more.
base::Duration end_of(base::Duration start, base::Duration patience) noexcept {
    return start + std::min(patience, base::seconds(10LL * 365 * 86400));
}

/// Runs a callback's work; what it throws is kept and the library's stop value returned.
template <typename Work, typename Stop>
Stop guarded(Exchange& exchange, Stop stop, Work work) noexcept {
    try {
        return work();
    } catch (...) {
        if (!exchange.turn.thrown) exchange.turn.thrown = std::current_exception();
        return stop;
    }
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    return guarded(exchange, std::size_t{0}, [&] {
        const std::size_t bytes = size * count;
        note_byte(exchange);
        exchange.header_bytes += bytes;
        if (exchange.header_bytes > max_header) {
            exchange.stop = Exchange::Stop::header_too_large;
            return std::size_t{0};
        }
        read_header_line(exchange, {data, bytes});
        return bytes;
    });
}

/// Where the next bytes of a streamed answer go. A turn may bring megabytes; in pieces nothing has to be
/// moved when more comes.
std::string& open_piece(Exchange& exchange) {
    constexpr std::size_t enough = std::size_t{64} << 10U; // bytes
    std::vector<Turn::Piece>& arrived = exchange.turn.arrived;
    if (!exchange.piece || arrived[*exchange.piece].bytes.size() >= enough) {
        arrived.push_back({&exchange, {}});
        exchange.piece = arrived.size() - 1;
    }
    return arrived[*exchange.piece].bytes;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    return guarded(exchange, std::size_t{0}, [&] {
        const std::size_t bytes = size * count;
        note_byte(exchange);
        const bool success = exchange.succeeded();
        const std::size_t limit =
            success ? exchange.request.max_body : std::min(exchange.request.max_body, max_error_body);
        const std::size_t room = limit - std::min(limit, exchange.body_bytes);
        exchange.body_bytes += bytes;
        if (bytes > room) {
            exchange.stop = success ? Exchange::Stop::too_large : Exchange::Stop::enough;
            if (!success) exchange.response.body.append(data, room);
            return std::size_t{0};
        }
        std::string& to = exchange.chunked_out() ? open_piece(exchange) : exchange.response.body;
        to.append(data, bytes);
        return bytes;
    });
}

bool may_reach(Exchange& exchange, const std::string& address) {
    if (!exchange.proxy.empty()) return true;
    std::string clause = refusal_clause(address, exchange.request.reach);
    if (clause.empty()) return true;
    exchange.refused = {address, std::move(clause)};
    return false;
}

curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    return guarded(exchange, static_cast<curl_socket_t>(CURL_SOCKET_BAD), [&] {
        if (!may_reach(exchange, numeric_text(&address->addr)))
            return static_cast<curl_socket_t>(CURL_SOCKET_BAD);
        exchange.tried_address = true;
        const int fd = ::socket(address->family, address->socktype, address->protocol);
        if (fd < 0) {
            exchange.socket_errno = errno;
            return static_cast<curl_socket_t>(CURL_SOCKET_BAD);
        }
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        return static_cast<curl_socket_t>(fd);
    });
}

/// Called when a connection stands, new or from the pool, and nothing was sent on it yet for this exchange.
int on_connection(void* self, char* address, char*, int, int) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    return guarded(exchange, CURL_PREREQFUNC_ABORT, [&] {
        if (!may_reach(exchange, address == nullptr ? "" : address)) {
            exchange.tried_address = false;
            return CURL_PREREQFUNC_ABORT;
        }
        if (!exchange.connected) --exchange.lane->connecting;
        exchange.connected = true;
        exchange.sent = exchange.turn.now;
        exchange.watch();
        return CURL_PREREQFUNC_OK;
    });
}

} // namespace

base::Duration Exchange::connect_end() const noexcept {
    return end_of(begun, request.timeouts.connect);
}

base::Duration Exchange::deadline() const noexcept {
    const Timeouts& patience = request.timeouts;
    base::Duration end = end_of(begun, patience.total);
    if (answered) {
        end = std::min(end, end_of(last_byte, patience.idle));
    } else if (connected) {
        end = std::min(end, end_of(sent, patience.first_byte));
    } else {
        end = std::min(end, connect_end());
    }
    return end;
}

void Exchange::watch() noexcept {
    turn.soonest = std::min(turn.soonest, deadline());
}

std::string Exchange::peer() const {
    Url written = url;
    if (written.port == 0) written.port = url.scheme == "https" ? 443 : 80;
    return written.authority();
}

void install_callbacks(CurlOptions& options, Exchange& exchange) {
    void* self = &exchange;
    options.must(CURLOPT_PRIVATE, self);
    options.must(CURLOPT_ERRORBUFFER, static_cast<char*>(exchange.error));
    options.must(CURLOPT_HEADERFUNCTION, &on_header);
    options.must(CURLOPT_HEADERDATA, self);
    options.must(CURLOPT_WRITEFUNCTION, &on_body);
    options.must(CURLOPT_WRITEDATA, self);
    options.must(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    options.must(CURLOPT_OPENSOCKETDATA, self);
    options.must(CURLOPT_PREREQFUNCTION, &on_connection);
    options.must(CURLOPT_PREREQDATA, self);
}

} // namespace http
