// One request under way inside libcurl: what its callbacks collect and when its patience ends. libcurl calls
// back only while the transport performs, on the transport's thread; nothing is thrown through it.
#pragma once

#include <deque>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "http/curl_library.hpp"
#include "http/http.hpp"

namespace http {

class CurlOptions;
struct Surroundings;
struct Exchange;

/// What the exchanges of one transport share while it performs.
struct Turn {
    struct Piece {
        Exchange* exchange;
        std::string bytes;
    };

    base::Duration now;            ///< active time when this turn began
    base::Duration soonest{never}; ///< no exchange's patience ends before
    std::vector<Piece> arrived;    ///< of streamed answers, in the order in which they came
    std::exception_ptr thrown;     ///< by a callback; rethrown when libcurl has returned
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
};

/// Exchanges with one scheme, host and port.
struct Lane {
    std::deque<Exchange*> waiting; ///< the queue, oldest first
    int connecting = 0;            ///< left the queue, and have no connection yet
};

/// The lines of a request's header as libcurl wants them; wiped when the exchange is over, since some hold
/// secrets.
class HeaderLines {
  public:
    explicit HeaderLines(const CurlLibrary& curl) : curl_(curl) {}
    HeaderLines(const HeaderLines&) = delete;
    HeaderLines& operator=(const HeaderLines&) = delete;
    ~HeaderLines();

    /// Adds "line", which is copied. Throws std::bad_alloc.
    void add(const char* line);
    [[nodiscard]] curl_slist* get() const noexcept { return first_; }

  private:
    const CurlLibrary& curl_;
    curl_slist* first_ = nullptr;
};

/// An address that was not connected to.
struct RefusedAddress {
    std::string address;
    std::string clause; ///< "is a loopback address; set spec.allowPrivate: true"
};

struct Exchange {
    enum class Stop {
        none,
        too_large,        ///< the body exceeds max_body
        header_too_large, ///< the header alone is larger than any real one
        enough,           ///< the body of an error status was cut; what is there is the response
    };

    Exchange(const CurlLibrary& library, Turn& shared) : curl(library), turn(shared), lines(library) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() = default;

    /// When patience with connecting ends, in active time.
    [[nodiscard]] base::Duration connect_end() const noexcept;
    /// When patience ends, in active time.
    [[nodiscard]] base::Duration deadline() const noexcept;
    /// Tells the turn about the deadline; needed whenever it may have come closer.
    void watch() noexcept;
    [[nodiscard]] bool succeeded() const noexcept { return response.status >= 200 && response.status < 300; }
    [[nodiscard]] bool chunked_out() const noexcept { return request.stream && succeeded(); }
    /// "host:port" as a person would look for it; the port is always written.
    [[nodiscard]] std::string peer() const;

    const CurlLibrary& curl;
    Turn& turn;
    CallId id = 0;
    std::uint64_t order = 0; ///< of starting, among all exchanges of the transport
    Request request;
    Url url;
    std::string proxy; ///< URL, "" for none
    Lane* lane = nullptr;

    CURL* handle = nullptr; ///< the transport's, while under way; refers to `lines`, `request` and `error`
    HeaderLines lines;
    char error[CURL_ERROR_SIZE] = "";

    base::Duration begun;     ///< left the queue
    base::Duration sent;      ///< the request was about to be sent
    base::Duration last_byte; ///< of the answer
    bool connected = false;   ///< `sent` is set
    bool answered = false;    ///< `last_byte` is set

    Response response;
    std::size_t header_bytes = 0;
    std::size_t body_bytes = 0;
    bool header_complete = false;
    std::optional<std::size_t> piece; ///< the last one in turn.arrived
    Stop stop = Stop::none;

    RefusedAddress refused;     ///< the last address that was refused, if any
    bool tried_address = false; ///< some address was not refused
    int socket_errno = 0;
};

/// Gives a clean handle everything the exchange needs. Returns why libcurl cannot serve it safely, or "".
std::string prepare(CURL* handle, Exchange& exchange, const Surroundings& surroundings);

/// The whole header of the request, in `exchange.lines`. Returns what is wrong with it, or "".
std::string build_header(Exchange& exchange);

/// libcurl's callbacks and their data.
void install_callbacks(CurlOptions& options, Exchange& exchange);

/// The verdict on a finished exchange that brought no response.
Failure failure_of(const Exchange& exchange, CURLcode code);
/// The verdict on an exchange whose patience ended at `exchange.turn.now`.
Failure timeout_of(const Exchange& exchange);
/// Why a numeric address must not be reached, for `exchange.refused.clause`; "" when it may.
std::string refusal_clause(const std::string& address, Reach reach);
/// The sentence about `refused` for a person: names the address, and the host when that is written otherwise.
std::string refusal_detail(const RefusedAddress& refused, const std::string& host);

} // namespace http
