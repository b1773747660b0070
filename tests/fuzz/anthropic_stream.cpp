// Any bytes as a Messages stream: a reply or a refusal, the same in pieces of any size.
#include "stream_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz::run("anthropic", data, size, "message_stop", "\\u", "content");
}
