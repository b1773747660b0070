// Which models an Ollama has, asked once after it did not know one. Source: GET /api/tags in docs/api.md.
// Names are compared without regard to case, as Ollama does.
#include "provider/ollama_chat.hpp"

#include "base/text.hpp"
#include "provider/listing.hpp"
#include "provider/refusal.hpp"
#include "provider/request.hpp"

namespace provider {

std::optional<http::Request> ollama_inquire(const Endpoint& endpoint, const Refusal& refusal) {
    if (refusal.kind != Refusal::Kind::missing_model) return std::nullopt;
    const auto root = ollama_root(endpoint);
    const auto key = key_of(*find_provider("ollama"), endpoint);
    if (!root || std::holds_alternative<Refusal>(key)) return std::nullopt;
    http::Request request = as_get(json_request(endpoint, http::join(*root, "/api/tags"), {}));
    request.timeouts.first_byte = base::seconds(5); // a refusal should not wait for its explanation
    request.timeouts.total = base::seconds(10);
    request.max_body = 4U << 20U;
    add_key(request, "authorization", "Bearer ", std::get<Key>(key).text);
    return request;
}

void ollama_advise(const Endpoint& endpoint, const http::Response& response, Refusal& refusal) {
    const Listed listed = ollama_models(endpoint, response);
    if (listed.list() == nullptr) return;
    const std::vector<std::string> names = names_of(*listed.list());
    std::string said;
    if (names.empty()) {
        said = "this Ollama has no models yet";
    } else if (const auto name = meant_model(endpoint.model, names)) {
        said = base::format("or did you mean '{}'? this Ollama has {}", shown_model(*name), some_of(names));
    } else {
        said = base::format("or choose one that this Ollama has: {}", some_of(names));
    }
    if (!refusal.hint.empty()) refusal.hint += "; ";
    refusal.hint += tidy(endpoint, said);
}

} // namespace provider
