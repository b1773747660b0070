// Any bytes as server-sent events: the same events in pieces of any size, within the limit.
#include <cstdint>
#include <string>

#include "http/event_stream.hpp"
#include "stream_target.hpp"

namespace {

std::string events(std::string_view body, bool whole) {
    constexpr std::size_t most = 100;
    http::SseSplitter splitter(most);
    fuzz::Pieces pieces(body);
    std::string out;
    while (!body.empty()) {
        const std::string_view piece = body.substr(0, whole ? body.size() : pieces.next());
        body.remove_prefix(piece.size());
        splitter.feed(piece, [&](const http::ServerEvent& event) {
            fuzz::require(event.name.size() + event.data.size() <= most + 1); // the last line's LF
            out += event.name + '\0' + event.data + '\0';
        });
    }
    if (const auto last = splitter.finish()) out += "last" + last->name + '\0' + last->data;
    return out + (splitter.overflowed() ? "overflow" : "") + splitter.stray();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    fuzz::require(events(body, true) == events(body, false));
    return 0;
}
