// Any bytes as a ConverseStream answer: a reply or a refusal, the same in pieces of any size. What does not
// begin as a binary message does is taken as lines of a kind of event, a tab and its payload, and framed.
#include "messages.hpp"
#include "stream_target.hpp"

namespace {

std::string framed(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::string_view name = line.substr(0, std::min(line.find('\t'), line.size()));
        const std::string_view payload = line.substr(std::min(line.size(), name.size() + 1));
        const bool exception = name.ends_with("Exception");
        out += fuzz::message(
            fuzz::text_header(":message-type", exception ? "exception" : "event") +
                fuzz::text_header(exception ? ":exception-type" : ":event-type", name.substr(0, 60)),
            payload);
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run("bedrock", data, size, "messageStop", "\\u", "content");
    if (size == 0 || data[0] == 0) return 0;
    const std::string body = framed({reinterpret_cast<const char*>(data), size}); // NOLINT: bytes are bytes
    return fuzz::run("bedrock", reinterpret_cast<const std::uint8_t*>(body.data()), body.size(), // NOLINT
                     "messageStop");
}
