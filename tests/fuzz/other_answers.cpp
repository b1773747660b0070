// An answer of an Ollama server that is no stream, and of Bedrock's, whatever it sends, becomes a reply or a
// refusal that says something.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "provider/provider.hpp"

namespace {

void hear(std::string_view provider, const http::Response& response) {
    provider::Endpoint endpoint;
    endpoint.name = "default/e";
    endpoint.base_url = "http://h";
    endpoint.model = "m";
    const provider::Outcome outcome =
        provider::find_provider(provider)->parse_response(endpoint, {}, response);
    if (const auto* refusal = std::get_if<provider::Refusal>(&outcome)) {
        if (refusal->detail.empty()) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    http::Response response;
    response.body.assign(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    for (const long status : {200, 400, 429, 503}) {
        response.status = status;
        hear("ollama", response);
        hear("bedrock", response);
        hear("azure-openai", response);
    }
    return 0;
}
