// Bedrock's two lists, both of its control API: the models of a region, GET /foundation-models, and the
// profiles under which most of them are called, GET /inference-profiles. They are read as one list in which
// the second follows the first. Source: botocore's model of the service.
#include "provider/listing.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "provider/bedrock_converse.hpp"
#include "provider/bedrock_models.hpp"
#include "provider/bedrock_place.hpp"
#include "provider/model_fields.hpp"
#include "provider/options.hpp"
#include "provider/refusal.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

using schema::Tree;

constexpr std::string_view models_path = "/foundation-models?byOutputModality=TEXT";
constexpr std::string_view profiles_path = "/inference-profiles?maxResults=1000";
constexpr std::string_view on_demand = "ON_DEMAND";
constexpr std::string_view system_profile = "SYSTEM_DEFINED";
constexpr std::string_view own_profile = "APPLICATION";

const Provider& bedrock() {
    return *find_provider("bedrock");
}

bool has(const Model& model, std::string_view word) {
    return std::find(model.capabilities.begin(), model.capabilities.end(), word) != model.capabilities.end();
}

bool is_profile(const Model& model) {
    return has(model, system_profile) || has(model, own_profile);
}

ModelList foundation_models(const Tree& list) {
    ModelList out;
    for (const Tree& row : list.items) {
        if (row.text_of("modelId").empty()) continue;
        Model model;
        model.id = row.text_of("modelId");
        model.capabilities = words_in(row.find("inferenceTypesSupported"));
        const Tree* life = row.find("modelLifecycle");
        if (life != nullptr && life->text_of("status") == "LEGACY") model.capabilities.emplace_back("LEGACY");
        out.models.push_back(std::move(model));
    }
    out.after = profiles_path;
    return out;
}

/// Profiles of one's own go by their ARN: their ids say nothing.
ModelList profiles(const Tree& list, std::string_view next) {
    ModelList out;
    for (const Tree& row : list.items) {
        const bool own = row.text_of("type") == own_profile;
        const std::string_view id = row.text_of(own ? "inferenceProfileArn" : "inferenceProfileId");
        if (id.empty()) continue;
        Model model;
        model.id = id;
        model.modified = row.text_of("updatedAt");
        model.capabilities.emplace_back(own ? own_profile : system_profile);
        out.models.push_back(std::move(model));
    }
    if (!next.empty())
        out.after = base::format("{}&nextToken={}", profiles_path, http::percent_encoded(next));
    return out;
}

/// "anthropic.claude-3-sonnet-20240229-v1:0" of "...-v1:0:28k": the same model for another length of prompts,
/// which has to be bought. Versions have at most one number behind a colon.
std::string_view without_variant(std::string_view id) {
    const std::size_t last = id.rfind(':');
    const std::size_t first = id.find(':');
    return first == last ? id : id.substr(0, last);
}

/// What the lists would call the model; "" for an ARN of something that is in neither.
std::string_view listed_name(std::string_view model) {
    model = base::trim(model);
    if (!model.starts_with("arn:")) return without_variant(model);
    const bool own = model.find(":application-inference-profile/") != std::string_view::npos;
    if (own) return model;
    const bool known = model.find(":foundation-model/") != std::string_view::npos ||
                       model.find(":inference-profile/") != std::string_view::npos;
    return known ? without_variant(bedrock_id(model)) : std::string_view();
}

/// The row of the model itself, else that of a variant of it; nullptr when there is neither.
const Model* find(const ModelList& list, std::string_view name) {
    const Model* variant = nullptr;
    for (const Model& row : list.models) {
        if (row.id == name) return &row;
        if (!row.id.starts_with("arn:") && without_variant(row.id) == name) variant = &row;
    }
    return variant;
}

std::string counted(const ModelList& list) {
    const auto own = std::count_if(list.models.begin(), list.models.end(), is_profile);
    const std::size_t all = list.models.size();
    return base::format("lists {} and {}", base::counted(all - static_cast<std::size_t>(own), "model"),
                        base::counted(static_cast<std::size_t>(own), "inference profile"));
}

/// The profile that holds the model: that of this part of the world if there is one.
std::string profile_for(const Endpoint& endpoint, const ModelList& list, std::string_view name) {
    std::string likely = likely_profile(name, aws_region(bedrock(), endpoint));
    const std::string end = "." + std::string(name);
    const Model* found = nullptr;
    for (const Model& row : list.models) {
        if (row.id == likely) return likely;
        if (is_profile(row) && row.id.ends_with(end) && found == nullptr) found = &row;
    }
    return found == nullptr ? likely : found->id;
}

Verdict only_by_profile(const Endpoint& endpoint, const ModelList& list, std::string_view name) {
    return {
        Readiness::degraded,
        base::format("{}, and '{}' is called by an inference profile only", counted(list), shown_model(name)),
        base::format("write the profile's id under spec of {}: default_model: {}", subject(endpoint),
                     shown_model(profile_for(endpoint, list, name)))};
}

Verdict unlisted(const Endpoint& endpoint, const ModelList& list, std::string_view model) {
    // Some models are listed elsewhere only, or who calls may not list profiles.
    const bool whole = std::any_of(list.models.begin(), list.models.end(), is_profile);
    const std::string name = shown_model(base::trim(model));
    if (listed_name(model).empty() || (!whole && bedrock_id(model) != base::trim(model)))
        return {Readiness::unknown, base::format("{}; '{}' is of neither kind", counted(list), name), ""};
    Verdict out{Readiness::degraded, base::format("{}, and '{}' is not among them", counted(list), name), ""};
    out.unlisted = true;
    if (const auto meant = meant_model(bedrock_id(model), names_of(list)))
        out.hint = base::format("did you mean '{}'? it is spec.default_model of {}", shown_model(*meant),
                                subject(endpoint));
    else
        out.hint = base::format("check spec.default_model and the region of {}", subject(endpoint));
    return out;
}

} // namespace

Survey bedrock_survey(const Endpoint& endpoint) {
    Survey out;
    const auto target = bedrock_target(endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&target)) {
        out.refusal = *refusal;
        return out;
    }
    const auto control = bedrock_control(endpoint);
    if (!control) return out;
    const auto found = bedrock_key(endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&found)) {
        out.refusal = *refusal;
        return out;
    }
    http::Request request = as_get(json_request(endpoint, http::join(control->url, models_path), {}));
    request.reach = control->reach;
    add_key(request, "authorization", "Bearer ", std::get<Key>(found).text);
    out.questions.push_back({Topic::models, std::move(request)});
    return out;
}

Listed bedrock_models(const Endpoint& endpoint, const http::Response& response) {
    if (response.status != 200) {
        Refusal refusal = refusal_from(bedrock(), endpoint, response);
        // AWS names the action: then the models were listed, and only the profiles may not be.
        if (refusal.kind == Refusal::Kind::auth &&
            base::contains_ignoring_case(response.body, "bedrock:ListInferenceProfiles"))
            return {ModelList{}};
        return {std::move(refusal)};
    }
    const schema::Parsed parsed = schema::parse_json(response.body);
    if (parsed && parsed.tree.is_map()) {
        const Tree* models = parsed.tree.find("modelSummaries");
        if (models != nullptr && models->is_list()) return {foundation_models(*models)};
        const Tree* found = parsed.tree.find("inferenceProfileSummaries");
        if (found != nullptr && found->is_list()) return {profiles(*found, parsed.tree.text_of("nextToken"))};
    }
    return {no_list(bedrock(), endpoint, response)};
}

Verdict bedrock_verdict(const Endpoint& endpoint, const Findings& findings) {
    if (const Refusal* refusal = findings.models.refusal()) {
        const bool listing = refusal->kind == Refusal::Kind::auth &&
                             refusal->code == "AccessDeniedException" &&
                             !base::contains_ignoring_case(refusal->detail, "api key");
        return listing
                   ? Verdict{Readiness::unknown,
                             base::format("may not list models ({}), but may still be allowed to call them",
                                          refusal->detail),
                             "to have readiness told, allow the IAM actions bedrock:ListFoundationModels and "
                             "bedrock:ListInferenceProfiles"}
                   : verdict_of(*refusal);
    }
    if (!bedrock_control(endpoint))
        return {Readiness::unknown, "is at an address of its own, beside which no list of models is known",
                ""};
    const ModelList& list = *findings.models.list();
    const std::string_view model = base::trim(endpoint.model);
    if (model.empty()) return {Readiness::ready, counted(list), ""};
    const std::string_view name = listed_name(model);
    const Model* found = name.empty() ? nullptr : find(list, name);
    if (found == nullptr) return unlisted(endpoint, list, model);
    if (!is_profile(*found) && !has(*found, on_demand)) return only_by_profile(endpoint, list, name);
    return {Readiness::ready, base::format("{}, '{}' among them", counted(list), shown_model(model)), ""};
}

} // namespace provider
