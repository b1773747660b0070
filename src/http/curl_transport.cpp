#include "http/curl_transport.hpp"

#include <algorithm>
#include <chrono>
#include <new>

#include <sys/resource.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/address.hpp"
#include "http/header.hpp"

namespace http {

namespace {

using Kind = Failure::Kind;

/// Exchanges of one lane that may look for a connection at once.
constexpr int most_connecting = 64;

/// Handles kept for the next exchanges.
constexpr std::size_t most_spare = 32;

/// Leaves descriptors for the database, child processes, name look-ups and second addresses.
std::size_t connections_within_limit() noexcept {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 128;
    const auto allowed = static_cast<std::size_t>(std::min<rlim_t>(files.rlim_cur, 8192));
    constexpr std::size_t others = 11; // what a run has open beside its connections, libcurl's own included
    // Where there are few, two for each: a second address is tried beside the first.
    const std::size_t few = std::clamp<std::size_t>((std::max(allowed, others) - others) / 2, 1, 24);
    return std::max(std::max<std::size_t>(allowed / 4 * 3, 48) - 48, few);
}

int rounded_up_to_ms(base::Duration duration) noexcept {
    return static_cast<int>(std::clamp<std::int64_t>((duration.us + 999) / 1000, 0, 1'000'000'000));
}

/// Real time, since `limit` of wait() is about blocking the caller and not about patience with a peer.
std::int64_t real_us() noexcept {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

[[noreturn]] void fail_multi(const CurlLibrary& curl, CURLMcode code) {
    if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
    throw base::Error(base::Fault::bug, base::format("libcurl failed: {}", curl.multi_strerror(code)));
}

} // namespace

std::unique_ptr<Transport> curl_transport(base::Clock& clock, std::string user_agent) {
    return std::make_unique<CurlTransport>(clock, std::move(user_agent), &curl_library);
}

CurlTransport::CurlTransport(base::Clock& clock, std::string user_agent, const CurlLibrary& (*library)())
    : clock_(clock), ask_library_(library) {
    surroundings_.user_agent = std::move(user_agent);
}

CurlTransport::~CurlTransport() {
    for (auto& [id, exchange] : exchanges_) {
        if (exchange->handle == nullptr) continue;
        curl_->multi_remove_handle(multi_, exchange->handle);
        curl_->easy_cleanup(exchange->handle);
    }
    for (CURL* handle : spare_)
        curl_->easy_cleanup(handle);
    if (multi_ != nullptr) curl_->multi_cleanup(multi_);
}

void CurlTransport::open() {
    curl_ = &ask_library_();
    if (!curl_->usable()) return;
    multi_ = curl_->multi_init();
    if (multi_ == nullptr) throw std::bad_alloc();
    if (most_active_ == 0) most_active_ = connections_within_limit();
    curl_->multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(most_active_));
    // As many idle ones are kept: the next step of every agent finds its connection again.
    curl_->multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(most_active_));
    surroundings_.trust = trust_store();
    surroundings_.proxies = proxies_from_environment();
}

void CurlTransport::fail(CallId id, Kind kind, std::string detail) {
    // What is known about TLS before anything was sent concerns the file.
    const auto tls = kind == Kind::tls ? Failure::Tls::ca_bundle : Failure::Tls::handshake;
    ready_.push_back({id, Failure{.kind = kind, .detail = std::move(detail), .tls = tls}});
}

/// Checks what needs no network. Returns what is wrong, or "".
std::string CurlTransport::accept(Exchange& exchange, Kind& kind) {
    const Request& request = exchange.request;
    if (!request.ca_bundle.empty()) {
        kind = Kind::tls;
        if (const auto wrong = ca_bundle_problem(request.ca_bundle); !wrong.empty())
            return "the CA bundle cannot be used: " + wrong;
    }
    kind = Kind::protocol;
    if (!is_token(request.method)) return base::format("'{}' is not a method", base::visible(request.method));
    const auto url = parse_url(request.url);
    if (!url) return "the URL cannot be used: it must be http or https, with a host and without user name";
    exchange.url = *url;
    if (auto wrong = build_header(exchange); !wrong.empty()) return wrong;

    exchange.proxy =
        request.reach == Reach::aws_metadata ? std::string() : proxy_for(*url, surroundings_.proxies);
    exchange.response.via_proxy = !exchange.proxy.empty();
    if (!exchange.proxy.empty()) {
        if (auto wrong = proxy_problem(exchange.proxy); !wrong.empty()) return wrong;
    }
    // Behind a proxy only what the URL itself says can be checked.
    const auto numeric = numeric_host(url->host);
    if (!numeric) return {};
    auto clause = refusal_clause(*numeric, request.reach);
    if (clause.empty()) {
        exchange.url.host = *numeric; // a proxy may read other spellings differently
        return {};
    }
    kind = Kind::forbidden;
    return refusal_detail({*numeric, std::move(clause)}, url->host);
}

void CurlTransport::start(CallId id, Request request) {
    if (curl_ == nullptr) open();
    if (!curl_->usable()) return fail(id, Kind::unavailable, curl_->missing);
    if (exchanges_.contains(id)) throw base::Error(base::Fault::bug, "an exchange was started twice");

    auto exchange = std::make_unique<Exchange>(*curl_, turn_);
    exchange->id = id;
    exchange->request = std::move(request);
    auto kind = Kind::protocol;
    if (auto wrong = accept(*exchange, kind); !wrong.empty()) return fail(id, kind, std::move(wrong));
    exchange->order = next_order_++;
    exchange->lane = &lanes_[exchange->url.scheme + "://" + exchange->peer()];
    exchange->lane->waiting.push_back(exchange.get());
    exchanges_.emplace(id, std::move(exchange));
}

void CurlTransport::cancel(CallId id) {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) return;
    Exchange& exchange = *found->second;
    Failure failure{.kind = Kind::cancelled, .detail = "cancelled"};
    if (exchange.handle != nullptr) failure.total = clock_.active() - exchange.begun;
    failure.sent_output = exchange.body_bytes > 0;
    ready_.push_back({id, std::move(failure)});
    remove(found);
}

void CurlTransport::remove(Exchanges::iterator found) {
    Exchange& exchange = *found->second;
    if (exchange.handle != nullptr) {
        curl_->multi_remove_handle(multi_, exchange.handle);
        give_back(exchange.handle);
        --active_;
        if (!exchange.connected) --exchange.lane->connecting;
    } else {
        std::erase(exchange.lane->waiting, &exchange);
    }
    exchanges_.erase(found);
}

/// The lane whose first exchange has waited longest, of those that may go on.
Lane* CurlTransport::next_lane() {
    Lane* next = nullptr;
    for (auto& [name, lane] : lanes_) {
        if (lane.waiting.empty() || lane.connecting >= most_connecting) continue;
        if (next == nullptr || lane.waiting.front()->order < next->waiting.front()->order) next = &lane;
    }
    return next;
}

void CurlTransport::admit() {
    while (active_ < most_active_) {
        Lane* lane = next_lane();
        if (lane == nullptr) return;
        Exchange& exchange = *lane->waiting.front();
        lane->waiting.pop_front();
        begin(exchange);
    }
}

CURL* CurlTransport::take_handle() {
    if (!spare_.empty()) {
        CURL* handle = spare_.back();
        spare_.pop_back();
        return handle;
    }
    CURL* handle = curl_->easy_init();
    if (handle == nullptr) throw std::bad_alloc();
    return handle;
}

void CurlTransport::give_back(CURL* handle) {
    if (spare_.size() >= most_spare) return curl_->easy_cleanup(handle);
    curl_->easy_reset(handle);
    spare_.push_back(handle);
}

/// Gives the exchange to libcurl. Returns false, and has ended it, when libcurl cannot serve it safely.
bool CurlTransport::attach(Exchange& exchange) {
    CURL* handle = take_handle();
    if (auto refused = prepare(handle, exchange, surroundings_); !refused.empty()) {
        curl_->easy_cleanup(handle);
        fail(exchange.id, Kind::unavailable, std::move(refused));
        exchanges_.erase(exchange.id);
        return false;
    }
    if (const CURLMcode code = curl_->multi_add_handle(multi_, handle); code != CURLM_OK)
        fail_multi(*curl_, code);
    exchange.handle = handle;
    stirred_ = true;
    return true;
}

void CurlTransport::begin(Exchange& exchange) {
    exchange.begun = turn_.now;
    if (!attach(exchange)) return;
    ++active_;
    ++exchange.lane->connecting;
    exchange.watch();
}

void CurlTransport::connect_again(Exchange& exchange) {
    curl_->multi_remove_handle(multi_, exchange.handle);
    give_back(std::exchange(exchange.handle, nullptr));
    Lane& lane = *exchange.lane;
    if (attach(exchange)) return;
    --active_;
    --lane.connecting;
}

/// Asks libcurl to go on, unless nothing has come and none of its timers has run out: it looks at every
/// connection, and a thousand may be waiting.
void CurlTransport::perform() {
    long due_ms = 0;
    if (!std::exchange(stirred_, false) && curl_->multi_timeout(multi_, &due_ms) == CURLM_OK && due_ms != 0)
        return;
    int running = 0;
    const CURLMcode code = curl_->multi_perform(multi_, &running);
    if (code != CURLM_OK) fail_multi(*curl_, code);
}

void CurlTransport::hand_on_chunks() {
    for (Turn::Piece& piece : turn_.arrived) {
        piece.exchange->piece.reset();
        ready_.push_back({piece.exchange->id, Chunk{std::move(piece.bytes)}});
    }
    turn_.arrived.clear();
}

void CurlTransport::collect_finished() {
    int left = 0;
    while (const CURLMsg* message = curl_->multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        Exchange* exchange = nullptr;
        curl_->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        finish(*exchange, code);
    }
}

void CurlTransport::finish(Exchange& exchange, CURLcode code) {
    if (code == CURLE_OUT_OF_MEMORY) {
        // Also libcurl's word for a line of a header that is longer than it takes (100 KB).
        if (!exchange.connected || exchange.header_complete) throw std::bad_alloc();
        exchange.stop = Exchange::Stop::header_too_large;
    }
    // libcurl's clock ran on while the machine slept: nothing was sent yet, so it connects once more.
    if (code == CURLE_OPERATION_TIMEDOUT && !exchange.connected && turn_.now < exchange.deadline())
        return connect_again(exchange);
    // libcurl is content with a header that was cut off.
    const bool whole =
        exchange.header_complete && (code == CURLE_OK || exchange.stop == Exchange::Stop::enough);
    if (whole) {
        exchange.response.total = turn_.now - exchange.begun;
        ready_.push_back({exchange.id, std::move(exchange.response)});
    } else {
        ready_.push_back({exchange.id, failure_of(exchange, code)});
    }
    remove(exchanges_.find(exchange.id));
}

void CurlTransport::end_overdue() {
    if (turn_.now < turn_.soonest) return;
    turn_.soonest.us = Turn::never;
    for (auto next = exchanges_.begin(); next != exchanges_.end();) {
        const auto current = next++;
        Exchange& exchange = *current->second;
        if (exchange.handle == nullptr) continue;
        if (turn_.now < exchange.deadline()) {
            exchange.watch();
        } else {
            ready_.push_back({exchange.id, timeout_of(exchange)});
            remove(current);
        }
    }
}

void CurlTransport::take_turn() {
    turn_.now = clock_.active();
    if (exchanges_.empty()) {
        turn_.soonest.us = Turn::never;
        return;
    }
    // What came while nobody waited counts before anything is called late.
    stirred_ = stirred_ || turn_.now >= turn_.soonest;
    do {
        admit();
        perform();
        // Connections may stand by now: whoever waited for that goes on before anybody sleeps.
    } while (active_ < most_active_ && next_lane() != nullptr);
    hand_on_chunks();
    if (turn_.thrown) std::rethrow_exception(std::exchange(turn_.thrown, nullptr));
    collect_finished();
    // After the bytes were taken in: what arrived while nobody looked is not late.
    end_overdue();
}

/// Waits for the network, the timers or a descriptor. Returns whether one of those is ready.
bool CurlTransport::poll(base::Duration limit, std::span<const Wake> wakes) {
    if (turn_.soonest.us != Turn::never) limit = std::min(limit, turn_.soonest - turn_.now);
    const int milliseconds = rounded_up_to_ms(limit);
    if (multi_ == nullptr) return wait_for(wakes, limit);
    std::vector<curl_waitfd> extra;
    for (const Wake& wake : wakes) {
        const short when = wake.when == Wake::When::writable ? CURL_WAIT_POLLOUT : CURL_WAIT_POLLIN;
        if (wake.fd >= 0) extra.push_back({wake.fd, when, 0});
    }
    int stirred = 0;
    const CURLMcode code =
        curl_->multi_poll(multi_, extra.data(), static_cast<unsigned>(extra.size()), milliseconds, &stirred);
    if (code != CURLM_OK) fail_multi(*curl_, code);
    stirred_ = stirred_ || stirred > 0;
    // A descriptor whose other end went away has no event that libcurl would report.
    return std::any_of(extra.begin(), extra.end(), [](const auto& fd) { return fd.revents != 0; }) ||
           (!extra.empty() && wait_for(wakes, {}));
}

std::vector<Event> CurlTransport::wait(base::Duration limit, std::span<const Wake> wakes) {
    const std::int64_t began = real_us();
    for (bool woken = false;;) {
        take_turn();
        const base::Duration left{limit.us - (real_us() - began)};
        if (woken || !ready_.empty() || left.us <= 0) return std::exchange(ready_, {});
        woken = poll(left, wakes);
    }
}

} // namespace http
