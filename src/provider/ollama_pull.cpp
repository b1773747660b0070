#include "provider/ollama_pull.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/model_fields.hpp"
#include "provider/ollama_chat.hpp"
#include "provider/options.hpp"
#include "provider/refusal.hpp"
#include "provider/request.hpp"
#include "schema/tree.hpp"

namespace provider {

namespace {

const Provider& ollama() {
    return *find_provider("ollama");
}

std::string name_hint() {
    return "check the name: https://ollama.com/library has those that can be fetched";
}

std::string no_ollama(const Endpoint& endpoint) {
    return base::format("check spec.base_url of {}: no Ollama answers there", subject(endpoint));
}

/// "pull model manifest: file does not exist": the name is none.
bool says_unknown(std::string_view message) {
    return base::contains_ignoring_case(message, "manifest") &&
           (base::contains_ignoring_case(message, "does not exist") ||
            base::contains_ignoring_case(message, "not found"));
}

std::string hint_for_pull(std::string_view message) {
    if (says_unknown(message) || base::contains_ignoring_case(message, "invalid model name"))
        return name_hint();
    if (base::contains_ignoring_case(message, "no space left"))
        return "make room on the disk that holds Ollama's models; what was fetched is kept";
    if (base::contains_ignoring_case(message, "newer version of Ollama"))
        return "update Ollama: https://ollama.com/download";
    if (base::contains_ignoring_case(message, "dial tcp") || base::contains_ignoring_case(message, "lookup "))
        return "Ollama itself could not reach its registry: check the network of the machine it runs on";
    return {};
}

} // namespace

Built ollama_pull_request(const Endpoint& endpoint, const std::string& model) {
    const auto root = ollama_root(endpoint);
    if (!root) return refused(Refusal::Kind::configuration, base_url_problem(ollama(), endpoint));
    const auto key = key_of(ollama(), endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&key)) return *refusal;
    Endpoint streamed = endpoint;
    streamed.stream = true;
    base::JsonWriter body;
    body.begin_object().member("model", model).member("stream", true).end_object();
    http::Request request = json_request(streamed, http::join(*root, "/api/pull"), std::move(body).take(),
                                         "application/x-ndjson");
    request.timeouts = http::Timeouts{};
    request.timeouts.total = base::seconds(7LL * 24 * 3600);
    request.max_body = std::size_t{1} << 30U; // a line a moment, for days
    add_key(request, "authorization", "Bearer ", std::get<Key>(key).text);
    return request;
}

std::variant<PullStep, Refusal> pull_step(const Endpoint& endpoint, std::string_view line) {
    const schema::Parsed parsed = schema::parse_json(line);
    if (!parsed || !parsed.tree.is_map())
        return refused(
            Refusal::Kind::bad_response,
            base::format("expected a line of JSON, got '{}'", base::ellipsis(tidy(endpoint, line), 60)),
            no_ollama(endpoint));
    if (const std::string_view error = parsed.tree.text_of("error"); !error.empty())
        return refused(says_unknown(error) ? Refusal::Kind::missing_model : Refusal::Kind::server,
                       tidy(endpoint, error), hint_for_pull(error));
    PullStep out;
    out.status = tidy(endpoint, parsed.tree.text_of("status"));
    out.total = count_in(parsed.tree, {"total"}).value_or(0);
    out.completed = std::clamp<std::int64_t>(count_in(parsed.tree, {"completed"}).value_or(0), 0, out.total);
    return out;
}

Refusal pull_refusal(const Endpoint& endpoint, const std::string& model, const http::Response& response) {
    Endpoint asked = endpoint;
    asked.model = model;
    Refusal out = refusal_from(ollama(), asked, response);
    if (const std::string hint = hint_for_pull(out.detail); !hint.empty())
        out.hint = hint;
    else if (response.status == 404)
        out.hint = no_ollama(endpoint);
    return out;
}

} // namespace provider
