#include "cli/stopping.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

// A person who pressed Ctrl-C watches, and can press it again; most answers come within this time.
constexpr base::Duration grace_of_person = base::seconds(20);
// Service managers and containers kill ten seconds after SIGTERM; two of them are for the last commit.
constexpr base::Duration grace_of_system = base::seconds(8);
// Between two looks at what says nothing by itself: short for who waits, and too seldom to cost anything.
constexpr base::Duration between_looks = base::milliseconds(150);
constexpr base::Duration shortest_between_looks = base::milliseconds(50);

} // namespace

bool reader_went_away(int fd) noexcept {
    pollfd watched{fd, 0, 0}; // errors are always reported
    return ::poll(&watched, 1, 0) == 1 && (watched.revents & (POLLERR | POLLHUP)) != 0;
}

Stopping::Stopping(Session& session, Onlooker& onlooker, store::Connection& connection, std::int64_t run,
                   std::optional<base::Duration> grace)
    : session_(session), onlooker_(onlooker), connection_(connection), run_(run), wanted_grace_(grace) {
    session_.stop_on(Interruption::fd());
}

Stopping::~Stopping() {
    session_.stop_on(-1);
}

base::Duration Stopping::grace() const {
    if (wanted_grace_) return *wanted_grace_;
    const int signal = Interruption::last();
    return signal == SIGTERM || signal == SIGHUP ? grace_of_system : grace_of_person;
}

int Stopping::level() {
    onlooker_.look();
    const int seen = Interruption::seen();
    if (seen == 0 && !lost_reader_) lost_reader_ = reader_went_away(STDOUT_FILENO);
    if (seen == 0 && !lost_reader_) return 0;
    const base::Duration now = session_.clock().active();
    if (!since_) {
        since_ = now;
        if (seen == 0)
            onlooker_.stop("the reader of the output went away; finishing what is under way, for " +
                               base::render(grace()) + " at most",
                           grace());
        else if (seen == 1)
            onlooker_.stop(
                base::format("finishing what is under way, for {} at most; Ctrl-C again stops at once",
                             base::render(grace())),
                grace());
    }
    if (seen >= 2) {
        if (!std::exchange(seen_twice_, true)) onlooker_.stop_at_once();
        return 2;
    }
    return now - *since_ >= grace() ? 2 : 1;
}

std::string Stopping::why() {
    if (Interruption::seen() == 0 && lost_reader_) return "the reader of the output went away";
    switch (Interruption::last()) {
    case SIGTERM:
        return "by SIGTERM";
    case SIGHUP:
        return "by SIGHUP";
    default:
        return "by the user";
    }
}

std::optional<std::string> Stopping::cancelled() {
    const base::Duration now = session_.clock().active();
    if (looked_ && now - *looked_ < shortest_between_looks) return std::nullopt;
    looked_ = now;
    const std::int64_t version = connection_.data_version();
    if (seen_version_ == version) return std::nullopt;
    seen_version_ = version;
    return store::Runs(connection_).cancel_request(run_);
}

base::Duration Stopping::patience() {
    return std::min(between_looks, onlooker_.patience());
}

std::optional<base::Duration> duration_option(const Arguments& arguments, std::string_view name) {
    const auto text = arguments.one(name);
    if (!text) return std::nullopt;
    const auto length = base::parse_duration(base::trim(*text));
    if (length && length->us >= 0) return length;
    throw base::Error(
        base::Fault::usage,
        base::format("invalid {} \"{}\": expected a length of time such as 90s or 5m", name, *text));
}

Option grace_option() {
    return {"--grace", 0, "TIME", "What is under way may take after Ctrl-C (20s) or SIGTERM (8s).",
            Takes::one};
}

} // namespace cli
