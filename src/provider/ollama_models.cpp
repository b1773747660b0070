// Which models an Ollama has, asked once after it did not know one. Source: GET /api/tags in docs/api.md.
// Names are compared without regard to case, as Ollama does.
#include "provider/ollama_chat.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "provider/options.hpp"
#include "provider/refusal.hpp"
#include "provider/request.hpp"
#include "schema/tree.hpp"

namespace provider {

namespace {

constexpr std::size_t most_shown = 8;

/// The name without its tag: "llama3.1" of "Llama3.1:8b"; a colon before the last '/' belongs to a host.
std::string family_of(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    const std::size_t from = slash == std::string_view::npos ? 0 : slash;
    return base::lower(name.substr(0, name.find(':', from)));
}

/// As they are in the answer, newest first; nullopt when it is no list of models.
std::optional<std::vector<std::string>> models_in(const http::Response& response) {
    if (response.status != 200) return std::nullopt;
    const schema::Parsed parsed = schema::parse_json(response.body);
    const schema::Tree* models = parsed ? parsed.tree.find("models") : nullptr;
    if (models == nullptr || !models->is_list()) return std::nullopt;
    std::vector<std::string> out;
    for (const schema::Tree& model : models->items) {
        std::string_view name = model.text_of("name");
        if (name.empty()) name = model.text_of("model");
        if (!name.empty()) out.emplace_back(name);
    }
    return out;
}

/// The same family under another tag, else the nearest spelling. Tags are left out of that: what most names
/// have in common is ":latest".
std::optional<std::string> meant(std::string_view wanted, const std::vector<std::string>& names) {
    std::vector<std::string> families;
    for (const std::string& name : names)
        families.push_back(family_of(name));
    const std::string family = family_of(wanted);
    auto at = std::find(families.begin(), families.end(), family);
    if (at == families.end()) {
        const auto nearest = base::nearest(family, families);
        if (!nearest) return std::nullopt;
        at = std::find(families.begin(), families.end(), *nearest);
    }
    return names[static_cast<std::size_t>(at - families.begin())];
}

std::string listed(const std::vector<std::string>& names) {
    std::vector<std::string> shown;
    for (const std::string& name : names) {
        if (shown.size() == most_shown) break;
        shown.push_back(base::ellipsis(base::visible(name), 60));
    }
    std::string out = base::join(shown, ", ");
    if (names.size() > shown.size()) out += base::format(" and {} more", names.size() - shown.size());
    return out;
}

} // namespace

std::optional<http::Request> ollama_inquire(const Endpoint& endpoint, const Refusal& refusal) {
    if (refusal.kind != Refusal::Kind::missing_model) return std::nullopt;
    const auto root = ollama_root(endpoint);
    const auto key = key_of(*find_provider("ollama"), endpoint);
    if (!root || std::holds_alternative<Refusal>(key)) return std::nullopt;
    Endpoint whole = endpoint;
    whole.stream = false;
    http::Request request = json_request(whole, http::join(*root, "/api/tags"), {});
    request.method = "GET";
    std::erase_if(request.headers, [](const http::Header& header) { return header.name == "content-type"; });
    request.timeouts.first_byte = base::seconds(5); // a refusal should not wait for its explanation
    request.timeouts.total = base::seconds(10);
    request.max_body = 4U << 20U;
    add_key(request, "authorization", "Bearer ", std::get<Key>(key).text);
    return request;
}

void ollama_advise(const Endpoint& endpoint, const http::Response& response, Refusal& refusal) {
    const auto names = models_in(response);
    if (!names) return;
    std::string said;
    if (names->empty()) {
        said = "this Ollama has no models yet";
    } else if (const auto name = meant(endpoint.model, *names)) {
        said = base::format("or did you mean '{}'? this Ollama has {}",
                            base::ellipsis(base::visible(*name), 60), listed(*names));
    } else {
        said = base::format("or choose one that this Ollama has: {}", listed(*names));
    }
    if (!refusal.hint.empty()) refusal.hint += "; ";
    refusal.hint += tidy(endpoint, said);
}

} // namespace provider
