// Anthropic's list of models, GET /v1/models. Source: the type ModelInfo of the official SDKs.
#include "provider/listing.hpp"

#include "provider/model_fields.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

const Provider& anthropic() {
    return *find_provider("anthropic");
}

} // namespace

Survey anthropic_survey(const Endpoint& endpoint) {
    return survey_beside_chat(anthropic(), endpoint, "/messages", "/models?limit=1000");
}

Listed anthropic_models(const Endpoint& endpoint, const http::Response& response) {
    if (response.status != 200) return {no_list(anthropic(), endpoint, response)};
    const schema::Parsed parsed = schema::parse_json(response.body);
    const schema::Tree* data = parsed && parsed.tree.is_map() ? parsed.tree.find("data") : nullptr;
    if (data == nullptr || !data->is_list()) return {no_list(anthropic(), endpoint, response)};
    ModelList out;
    for (const schema::Tree& row : data->items) {
        if (!row.is_map() || row.text_of("id").empty()) continue;
        Model model;
        model.id = row.text_of("id");
        model.context = count_in(row, {"max_input_tokens"});
        model.output = count_in(row, {"max_tokens"});
        model.modified = row.text_of("created_at");
        model.capabilities = words_in(row.find("capabilities"));
        out.models.push_back(std::move(model));
    }
    if (parsed.tree.text_of("has_more") == "true") out.after = parsed.tree.text_of("last_id");
    return {std::move(out)};
}

Verdict anthropic_verdict(const Endpoint& endpoint, const Findings& findings) {
    if (const Refusal* refusal = findings.models.refusal())
        return verdict_without_list(*refusal, is_own_host(anthropic(), endpoint.base_url));
    return verdict_by_list(endpoint, *findings.models.list());
}

} // namespace provider
