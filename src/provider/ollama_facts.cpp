// What an Ollama says of a model. Source: POST /api/show in docs/api.md and api.ShowResponse. Invariant: what
// is not answered as documented is not known, and never an error.
#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/ollama_chat.hpp"
#include "provider/ollama_options.hpp"
#include "provider/reply.hpp"
#include "provider/request.hpp"

namespace provider {

std::optional<http::Request> ollama_ask_facts(const Endpoint& endpoint) {
    OptionReader reader(endpoint, "ollama");
    const bool settled = !reader.text("num_ctx").empty() && ollama_options(reader).allow_remote;
    const auto root = ollama_root(endpoint);
    const auto key = key_of(*find_provider("ollama"), endpoint);
    if (settled || !root || is_ollama_com(endpoint) || std::holds_alternative<Refusal>(key))
        return std::nullopt;
    Endpoint whole = endpoint;
    whole.stream = false;
    base::JsonWriter body;
    body.begin_object().member("model", endpoint.model).end_object();
    http::Request request = json_request(whole, http::join(*root, "/api/show"), std::move(body).take());
    request.max_body = 8U << 20U; // templates and licences come with it
    add_key(request, "authorization", "Bearer ", std::get<Key>(key).text);
    return request;
}

ModelFacts ollama_read_facts(const http::Response& response) {
    ModelFacts out;
    if (response.status != 200) return out;
    const schema::Parsed parsed = schema::parse_json(response.body);
    if (!parsed) return out;
    const std::string_view host = parsed.tree.text_of("remote_host");
    const bool remote = !host.empty() || !parsed.tree.text_of("remote_model").empty();
    if (remote) out.remote_host = host.empty() ? "ollama.com" : std::string(host);
    const schema::Tree* info = parsed.tree.find("model_info");
    if (info == nullptr) return out;
    const std::string key = base::format("{}.context_length", info->text_of("general.architecture"));
    out.context = count_of(*info, key).value_or(0);
    return out;
}

} // namespace provider
