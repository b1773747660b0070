#include "cli/follow.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

constexpr int look_again_ms = 150;

} // namespace

bool Follow::changed() {
    store::Connection* connection = session_.reading();
    if (connection == nullptr) return false;
    if (connection->moved()) {
        throw base::Error(base::Fault::store,
                          base::format("the database '{}' was deleted or replaced", connection->shown()));
    }
    const std::int64_t now = connection->data_version();
    const bool fresh = version_ != now;
    version_ = now;
    return fresh;
}

Follow::Woken Follow::wait(std::optional<base::Duration> most) {
    const base::Duration began = session_.clock().active();
    for (;;) {
        const base::Duration now = session_.clock().active();
        // Who writes without a pause is looked at now and then.
        const bool soon = last_ && now - *last_ < base::milliseconds(look_again_ms);
        if (!soon && changed()) {
            last_ = now;
            return Woken::changed;
        }
        std::int64_t left = look_again_ms;
        if (most) left = std::min(left, (*most - (now - began)).ms() + 1);
        if (most && now - began >= *most) return Woken::elapsed;
        pollfd ends[] = {{Interruption::fd(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
        (void)::poll(ends, 2, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (Interruption::seen() > 0) return Woken::stopped;
        if ((ends[1].revents & (POLLERR | POLLHUP)) != 0)
            throw base::Error(base::Fault::closed, "the reader of the output went away");
    }
}

int Follow::leave() {
    if (Interruption::last() == SIGINT && base::is_terminal(STDERR_FILENO))
        base::write_all(STDERR_FILENO, "\n");
    return 128 + Interruption::last();
}

} // namespace cli
