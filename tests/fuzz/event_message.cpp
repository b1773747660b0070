// Any bytes as binary messages, and as the headers and payload of one whose check sums are right: the same
// messages in pieces of any size, and what comes out can be put together again.
#include <cstdint>
#include <string>

#include "http/event_message.hpp"
#include "messages.hpp"
#include "stream_target.hpp"

namespace {

std::string told(std::string_view body, bool whole) {
    http::MessageSplitter splitter;
    fuzz::Pieces pieces(body);
    std::string out;
    while (!body.empty()) {
        const std::string_view piece = body.substr(0, whole ? body.size() : pieces.next());
        body.remove_prefix(piece.size());
        for (const http::EventMessage& message : splitter.feed(piece)) {
            for (const http::MessageHeader& header : message.headers)
                out += header.name + '\0' + static_cast<char>(header.type) + std::to_string(header.number) +
                       header.bytes + '\0';
            out += message.payload + "\n";
        }
    }
    fuzz::require(splitter.problem().empty() || splitter.pending() == 0);
    return out + std::to_string(splitter.pending()) + splitter.problem();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    fuzz::require(told(bytes, true) == told(bytes, false));
    if (size == 0) return 0;
    const std::size_t headers = std::min<std::size_t>(data[0], size - 1);
    const std::string framed = fuzz::message(bytes.substr(1, headers), bytes.substr(1 + headers));
    fuzz::require(told(framed, true) == told(framed, false));
    return 0;
}
