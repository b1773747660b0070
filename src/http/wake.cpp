// Waiting for descriptors without libcurl.
#include <algorithm>

#include <poll.h>

#include "http/http.hpp"

namespace http {

bool wait_for(std::span<const Wake> wakes, base::Duration limit) {
    std::vector<pollfd> fds;
    for (const Wake& wake : wakes) {
        const short when = wake.when == Wake::When::writable ? POLLOUT : POLLIN;
        if (wake.fd >= 0) fds.push_back({wake.fd, when, 0});
    }
    const auto milliseconds = std::clamp<std::int64_t>((limit.us + 999) / 1000, 0, 1'000'000'000);
    return ::poll(fds.data(), static_cast<nfds_t>(fds.size()), static_cast<int>(milliseconds)) > 0;
}

} // namespace http
