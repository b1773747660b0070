// Any bytes as lines: the same lines in pieces of any size, and nothing is lost.
#include <cstdint>
#include <string>

#include "http/event_stream.hpp"
#include "stream_target.hpp"

namespace {

std::string lines(std::string_view body, bool whole, std::size_t most) {
    http::LineSplitter splitter(most);
    fuzz::Pieces pieces(body);
    std::string out;
    while (!body.empty()) {
        const std::string_view piece = body.substr(0, whole ? body.size() : pieces.next());
        body.remove_prefix(piece.size());
        for (const std::string& line : splitter.feed(piece)) {
            fuzz::require(line.size() <= most);
            out += line + '\n';
        }
    }
    if (const auto last = splitter.finish()) out += *last;
    return out + (splitter.overflowed() ? "overflow" : "");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    fuzz::require(lines(body, true, 100) == lines(body, false, 100));
    fuzz::require(lines(body, false, http::longest_event) == body);
    return 0;
}
