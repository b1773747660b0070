// A URL that is read can be written and read again, and stays the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/http.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    if (const auto url = http::parse_url(text)) {
        const std::string once = http::render(*url);
        const auto again = http::parse_url(once);
        if (!again || http::render(*again) != once) std::abort();
        (void)http::join(*url, "/chat/completions");
    }
    (void)http::forbidden(text, http::Reach::public_only);
    (void)http::header_value(text);
    return 0;
}
