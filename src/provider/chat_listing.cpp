// Lists of models as Chat Completions services give them: {"data": [...]}, a bare list, or {"models": [...]}.
// Sources: OpenAI's and Azure's API descriptions; the references of OpenRouter, Groq, Mistral, Together,
// vLLM, llama.cpp and LM Studio for the fields they add.
#include "provider/listing.hpp"

#include "base/text.hpp"
#include "provider/model_fields.hpp"
#include "provider/refusal.hpp"
#include "provider/request.hpp"
#include "provider/services.hpp"

namespace provider {

namespace {

constexpr std::string_view chat_path = "/chat/completions";
constexpr std::string_view deployments = "/openai/deployments/";

const Provider& compatible() {
    return *find_provider("openai-compatible");
}

const Service* service(const Endpoint& endpoint) {
    return service_of(compatible(), endpoint);
}

Model model_in(const schema::Tree& row, std::string_view prefix) {
    Model out;
    std::string_view id = row.is_text() ? std::string_view(row.text) : row.text_of("id");
    if (id.empty()) id = row.text_of("name");
    if (!prefix.empty() && id.starts_with(prefix)) id.remove_prefix(prefix.size());
    out.id = id;
    if (!row.is_map()) return out;
    out.context = count_in(
        row, {"max_model_len", "context_length", "context_window", "max_context_length", "meta.n_ctx_train"});
    out.output =
        count_in(row, {"max_completion_tokens", "top_provider.max_completion_tokens", "max_output_tokens"});
    out.size = count_in(row, {"meta.size"});
    out.capabilities = words_in(row.find("capabilities"));
    return out;
}

const schema::Tree* list_in(const schema::Tree& body) {
    if (body.is_list()) return &body;
    for (const std::string_view name : {"data", "models"}) {
        const schema::Tree* found = body.is_map() ? body.find(name) : nullptr;
        if (found != nullptr && found->is_list()) return found;
    }
    return nullptr;
}

Listed chat_models(const Provider& provider, const Endpoint& endpoint, const http::Response& response,
                   std::string_view prefix) {
    if (response.status != 200) return {no_list(provider, endpoint, response)};
    const schema::Parsed parsed = schema::parse_json(response.body);
    const schema::Tree* list = parsed ? list_in(parsed.tree) : nullptr;
    if (list == nullptr) return {no_list(provider, endpoint, response)};
    ModelList out;
    for (const schema::Tree& row : list->items) {
        Model model = model_in(row, prefix);
        if (!model.id.empty()) out.models.push_back(std::move(model));
    }
    // [{"error": {...}}] is how Gemini refuses.
    if (out.models.empty() && !list->items.empty()) return {no_list(provider, endpoint, response)};
    return {std::move(out)};
}

} // namespace

Survey openai_survey(const Endpoint& endpoint) {
    return survey_beside_chat(*find_provider("openai"), endpoint, chat_path, "/models");
}

Survey azure_survey(const Endpoint& endpoint) {
    const Provider& provider = *find_provider("azure-openai");
    const auto url = destination(provider, endpoint);
    const bool classic = url && url->path.find(deployments) != std::string::npos;
    return classic ? survey_beside_chat(provider, endpoint, deployments, "/openai/models")
                   : survey_beside_chat(provider, endpoint, chat_path, "/models");
}

Survey compatible_survey(const Endpoint& endpoint) {
    Survey out = survey_beside_chat(compatible(), endpoint, chat_path, "/models");
    const Service* known = service(endpoint);
    if (known == nullptr || known->models.key_path.empty() || out.questions.empty()) return out;
    Survey key = survey_beside_chat(compatible(), endpoint, chat_path, known->models.key_path);
    for (Question& question : key.questions)
        out.questions.push_back({Topic::key, std::move(question.request)});
    return out;
}

Listed openai_models(const Endpoint& endpoint, const http::Response& response) {
    return chat_models(*find_provider("openai"), endpoint, response, "");
}

Listed azure_models(const Endpoint& endpoint, const http::Response& response) {
    return chat_models(*find_provider("azure-openai"), endpoint, response, "");
}

Listed compatible_models(const Endpoint& endpoint, const http::Response& response) {
    const Service* known = service(endpoint);
    return chat_models(compatible(), endpoint, response,
                       known == nullptr ? std::string_view() : known->models.prefix);
}

Verdict openai_verdict(const Endpoint& endpoint, const Findings& findings) {
    if (const Refusal* refusal = findings.models.refusal())
        return verdict_without_list(*refusal, is_own_host(*find_provider("openai"), endpoint.base_url));
    return verdict_by_list(endpoint, *findings.models.list());
}

// The list is of models, and calls go to deployments: that one is missing proves nothing.
Verdict azure_verdict(const Endpoint&, const Findings& findings) {
    if (const Refusal* refusal = findings.models.refusal()) return verdict_without_list(*refusal, true);
    return {Readiness::ready, "takes the key; whether the deployment answers, only a call can tell", ""};
}

Verdict compatible_verdict(const Endpoint& endpoint, const Findings& findings) {
    const Service* known = service(endpoint);
    const ListTrust trust = known == nullptr ? ListTrust::whole : known->models.trust;
    if (const auto it = findings.others.find(Topic::key); it != findings.others.end()) {
        const auto* response = std::get_if<http::Response>(&it->second);
        if (response != nullptr && response->status == 401)
            return verdict_of(refusal_from(compatible(), endpoint, *response));
    }
    const bool promised = known != nullptr && !known->hosts.empty() && trust != ListTrust::none;
    const Refusal* refusal = findings.models.refusal();
    Verdict out = refusal != nullptr ? verdict_without_list(*refusal, promised)
                                     : verdict_by_list(endpoint, *findings.models.list());
    const bool answered = refusal == nullptr || refusal->status != 0;
    if (trust == ListTrust::none && answered && out.readiness != Readiness::unauthorized)
        return {Readiness::unknown,
                base::format("answers, and {} has no list that could be trusted", known->dialect.speaker),
                ""};
    if (trust == ListTrust::partial && out.readiness == Readiness::degraded)
        return {Readiness::ready,
                base::format("answers; its list is not of every model, and '{}' is not in it",
                             base::visible(endpoint.model)),
                ""};
    return out;
}

} // namespace provider
