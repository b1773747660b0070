// An answer of a chat completions server, whatever it sends, becomes a reply or a refusal.
#include <cstdint>
#include <string>

#include "provider/provider.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const provider::Provider& openai = *provider::find_provider("openai");
    provider::Endpoint endpoint;
    endpoint.name = "default/e";
    endpoint.base_url = "https://api.openai.com/v1";
    endpoint.model = "m";
    endpoint.credential = base::SecretText("sk-fuzz-0123456789");
    http::Response response;
    response.status = size > 0 && data[0] % 4 == 0 ? 429 : 200;
    response.body.assign(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    (void)openai.parse_response(endpoint, {}, response);
    return 0;
}
