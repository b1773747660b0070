// Any bytes as lines of Ollama: a reply or a refusal, the same in pieces of any size.
#include "stream_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz::run("ollama", data, size, "done", "\\u");
}
