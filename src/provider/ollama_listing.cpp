// What an Ollama has, and how it would answer: models (GET /api/tags), its version, and what is in memory
// (GET /api/ps). Source: Ollama's docs/api.md and the types of its Go package api.
#include "provider/listing.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "provider/model_fields.hpp"
#include "provider/ollama_chat.hpp"
#include "provider/ollama_options.hpp"
#include "provider/options.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

const Provider& ollama() {
    return *find_provider("ollama");
}

/// Names are compared without regard to case, and one without a tag means ":latest".
std::string full_name(std::string_view name) {
    std::string out = base::lower(base::trim(name));
    const std::size_t slash = out.rfind('/');
    if (out.find(':', slash == std::string::npos ? 0 : slash) == std::string::npos) out += ":latest";
    return out;
}

std::string_view name_in(const schema::Tree& row) {
    const std::string_view name = row.text_of("name");
    return name.empty() ? row.text_of("model") : name;
}

schema::Tree answered(const Findings& findings, Topic topic) {
    const auto it = findings.others.find(topic);
    const auto* response = it == findings.others.end() ? nullptr : std::get_if<http::Response>(&it->second);
    if (response == nullptr || response->status != 200) return {};
    schema::Parsed parsed = schema::parse_json(response->body);
    return parsed && parsed.tree.is_map() ? std::move(parsed.tree) : schema::Tree{};
}

/// How much of the model did not fit into the graphics card's memory, in words; "" when all of it did, when
/// it is not loaded, and without such a card.
std::string spill(const Findings& findings, std::string_view model) {
    const schema::Tree running = answered(findings, Topic::loaded);
    const schema::Tree* models = running.find("models");
    if (models == nullptr) return {};
    for (const schema::Tree& row : models->items) {
        if (!row.is_map() || full_name(name_in(row)) != full_name(model)) continue;
        const std::int64_t size = count_in(row, {"size"}).value_or(0);
        const std::int64_t fast = count_in(row, {"size_vram"}).value_or(0);
        if (size <= 0 || fast <= 0 || fast >= size) return {};
        return base::format(
            "{}% of it runs on the CPU, which is slow",
            std::max<std::int64_t>(1, 100 - static_cast<std::int64_t>(100.0 * static_cast<double>(fast) /
                                                                      static_cast<double>(size))));
    }
    return {};
}

Verdict missing(const Endpoint& endpoint, const std::string& speaker, const ModelList& list) {
    const std::string model = shown_model(endpoint.model);
    Verdict out{Readiness::degraded, base::format("{} has no model '{}'", speaker, model),
                base::format("fetch it with 'ollama pull {0}' or 'orloj models pull {0}'", model), true};
    const std::vector<std::string> names = names_of(list);
    if (names.empty())
        out.hint += "; this Ollama has no models yet";
    else if (const auto name = meant_model(endpoint.model, names))
        out.hint +=
            base::format("; or did you mean '{}'? this Ollama has {}", shown_model(*name), some_of(names));
    else
        out.hint += base::format("; or choose one that this Ollama has: {}", some_of(names));
    return out;
}

} // namespace

Survey ollama_survey(const Endpoint& endpoint) {
    Survey out;
    const auto root = ollama_root(endpoint);
    const auto key = key_of(ollama(), endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&key)) {
        out.refusal = *refusal;
        return out;
    }
    if (!root) return out;
    const std::pair<Topic, std::string_view> paths[] = {
        {Topic::models, "/api/tags"}, {Topic::version, "/api/version"}, {Topic::loaded, "/api/ps"}};
    for (const auto& [topic, path] : paths) {
        http::Request request = as_get(json_request(endpoint, http::join(*root, path), {}));
        add_key(request, "authorization", "Bearer ", std::get<Key>(key).text);
        out.questions.push_back({topic, std::move(request)});
    }
    return out;
}

Listed ollama_models(const Endpoint& endpoint, const http::Response& response) {
    const schema::Parsed parsed =
        response.status == 200 ? schema::parse_json(response.body) : schema::Parsed{};
    const schema::Tree* models = parsed && parsed.tree.is_map() ? parsed.tree.find("models") : nullptr;
    if (models == nullptr || !models->is_list()) return {no_list(ollama(), endpoint, response)};
    ModelList out;
    for (const schema::Tree& row : models->items) {
        if (!row.is_map() || name_in(row).empty()) continue;
        Model model;
        model.id = name_in(row);
        model.size = count_in(row, {"size"});
        model.context = count_in(row, {"details.context_length"});
        model.modified = row.text_of("modified_at");
        model.capabilities = words_in(row.find("capabilities"));
        model.remote_host = row.text_of("remote_host");
        if (model.remote_host.empty() && !row.text_of("remote_model").empty())
            model.remote_host = "ollama.com";
        out.models.push_back(std::move(model));
    }
    return {std::move(out)};
}

Verdict ollama_verdict(const Endpoint& endpoint, const Findings& findings) {
    if (const Refusal* refusal = findings.models.refusal()) return verdict_of(*refusal);
    const std::string version(answered(findings, Topic::version).text_of("version"));
    const std::string speaker = version.empty() ? "Ollama" : "Ollama " + version;
    const ModelList& list = *findings.models.list();
    const auto found = std::find_if(list.models.begin(), list.models.end(), [&](const Model& row) {
        return full_name(row.id) == full_name(endpoint.model);
    });
    const bool cloud = is_cloud_model(endpoint.model);
    if (found == list.models.end() && !cloud) return missing(endpoint, speaker, list);
    Verdict out{Readiness::ready, base::format("{} has '{}'", speaker, shown_model(endpoint.model)), ""};
    const std::string host = found == list.models.end() ? std::string() : found->remote_host;
    if ((cloud || !host.empty()) && !is_ollama_com(endpoint)) {
        out.sentence += base::format(", which runs at {} and not on this machine",
                                     host.empty() ? "ollama.com" : base::visible(host));
        OptionReader reader(endpoint, "ollama");
        if (ollama_options(reader).allow_remote) return out;
        out.readiness = Readiness::degraded;
        out.fails = true; // a run refuses it
        out.hint = base::format("choose a local model, or set options.allow_remote of {} to \"true\" if that "
                                "is meant",
                                subject(endpoint));
        return out;
    }
    if (const std::string slow = spill(findings, endpoint.model); !slow.empty()) {
        out.readiness = Readiness::degraded;
        out.sentence += ", but " + slow;
        out.hint =
            "choose a smaller model or a smaller options.num_ctx, or close what uses the graphics card";
    }
    return out;
}

} // namespace provider
