// What all providers' lists of models have in common.
#include "provider/listing.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "provider/options.hpp"
#include "provider/refusal.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

using Kind = Refusal::Kind;

constexpr std::size_t largest_list = 8U << 20U; // bytes; the longest list in use has one million
constexpr std::size_t most_shown = 8;
constexpr std::size_t widest_name = 160;      // people copy names, so those in use are shown whole
constexpr std::string_view few_tokens = "64"; // a reasoning model needs some before it says anything

/// The name without its tag: "llama3.1" of "Llama3.1:8b"; a colon before the last '/' belongs to a host.
std::string family_of(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    const std::size_t from = slash == std::string_view::npos ? 0 : slash;
    return base::lower(name.substr(0, name.find(':', from)));
}

/// "claude-sonnet-4-5" is "claude-sonnet-4-5-20250929".
bool is_dated(std::string_view id, std::string_view alias) {
    constexpr std::size_t date = 9; // "-YYYYMMDD"
    return id.size() == alias.size() + date && id.starts_with(alias) && id[alias.size()] == '-' &&
           id.substr(alias.size() + 1).find_first_not_of("0123456789") == std::string_view::npos;
}

Readiness readiness_of(const Refusal& refusal) {
    switch (refusal.kind) {
    case Kind::network:
    case Kind::timeout:
    case Kind::overloaded:
    case Kind::server:
        return Readiness::unreachable;
    case Kind::auth:
    case Kind::quota:
        return Readiness::unauthorized;
    case Kind::forbidden:
    case Kind::missing_model:
    case Kind::bad_request:
    case Kind::bad_response:
    case Kind::configuration:
        return Readiness::misconfigured;
    case Kind::rate_limit:
    case Kind::context_length:
    case Kind::content_filter:
        return Readiness::unknown;
    }
    return Readiness::unknown;
}

bool fails(Readiness readiness) {
    return readiness == Readiness::unauthorized || readiness == Readiness::unreachable ||
           readiness == Readiness::misconfigured;
}

std::string clause(const Refusal& refusal) {
    return refusal.status == 0 ? refusal.detail
                               : base::format("answers {}: {}", refusal.status, refusal.detail);
}

} // namespace

std::string shown_model(std::string_view name) {
    return base::ellipsis(base::visible(name), widest_name);
}

const schema::Type& describe(const Readiness*) {
    static const schema::Type type = schema::choice_type<Readiness>(
        "readiness", {"ready", "degraded", "unauthorized", "unreachable", "misconfigured", "unknown"});
    return type;
}

Survey survey_of(const Provider& provider, const Endpoint& endpoint) {
    Survey out;
    std::string problem = provider.check == nullptr ? std::string() : provider.check(endpoint);
    if (!problem.empty()) {
        out.refusal = refused(Kind::configuration, std::move(problem));
        return out;
    }
    if (provider.survey == nullptr) return out;
    out = provider.survey(endpoint);
    for (Question& question : out.questions) {
        http::Timeouts& t = question.request.timeouts;
        t.connect = t.first_byte = t.idle = t.total = survey_limit;
        question.request.max_body = largest_list;
    }
    return out;
}

Survey survey_beside_chat(const Provider& provider, const Endpoint& endpoint, std::string_view chat_path,
                          std::string_view list_path) {
    Endpoint whole = endpoint;
    whole.stream = false;
    Built built = provider.build_request(whole, smallest_conversation());
    Survey out;
    if (auto* refusal = std::get_if<Refusal>(&built)) {
        out.refusal = std::move(*refusal);
        return out;
    }
    http::Request request = as_get(std::get<http::Request>(std::move(built)));
    auto url = http::parse_url(request.url);
    if (!url || url->path.rfind(chat_path) == std::string::npos) {
        out.refusal =
            refused(Kind::configuration, base::format("{} has no list of models", subject(endpoint)));
        return out;
    }
    url->path.resize(url->path.rfind(chat_path));
    request.url = http::join(*url, list_path);
    out.questions.push_back({Topic::models, std::move(request)});
    return out;
}

Listed read_models(const Provider& provider, const Endpoint& endpoint, const http::Response& response) {
    if (provider.read_models == nullptr) return {no_list(provider, endpoint, response)};
    return provider.read_models(endpoint, response);
}

Refusal no_list(const Provider& provider, const Endpoint& endpoint, const http::Response& response) {
    Refusal out = refusal_from(provider, endpoint, response);
    if (response.status < 500 && error_body(response.body).html) out.kind = Kind::bad_response;
    if (out.kind != Kind::bad_response || response.status != 200) return out;
    if (!error_body(response.body).html) {
        out.detail =
            base::format("answers, but not with a list of models: that is no {} endpoint", provider.name);
        out.status = 0; // a 200 says nothing
    }
    if (out.hint.empty())
        out.hint = base::format("check spec.base_url of {}{}", subject(endpoint),
                                provider.name == "ollama" ? "" : ": most servers want it to end in /v1");
    return out;
}

std::optional<http::Request> next_page(const http::Request& first, const ModelList& list) {
    if (list.after.empty()) return std::nullopt;
    http::Request out = first;
    auto url = list.after.starts_with('/') ? http::parse_url(first.url) : std::nullopt;
    if (url) {
        url->path.resize(std::min(url->path.size(), url->path.rfind('/')));
        url->query.clear();
        out.url = http::join(*url, list.after);
        return out;
    }
    out.url += (out.url.find('?') == std::string::npos ? "?after_id=" : "&after_id=") +
               http::percent_encoded(list.after);
    return out;
}

Verdict verdict_of(const Refusal& refusal) {
    Verdict out{readiness_of(refusal), clause(refusal), refusal.hint};
    out.fails = fails(out.readiness);
    return out;
}

Verdict verdict_without_list(const Refusal& refusal, bool promised) {
    Verdict out = verdict_of(refusal);
    const auto excuse = [&](std::string_view why) {
        out = {Readiness::unknown,
               base::format("answers {} where models are listed: {}", refusal.status, why), ""};
    };
    const bool absent =
        refusal.kind == Kind::missing_model || refusal.kind == Kind::bad_request || refusal.status == 501;
    // Keys can be restricted to some calls; a page of some proxy is another matter.
    if (refusal.status == 403 && refusal.kind == Kind::auth)
        excuse("the key may be restricted and still be good for calls");
    else if (!promised && absent && refusal.status >= 400)
        excuse("not every server has such a list");
    return out;
}

Verdict verdict_by_list(const Endpoint& endpoint, const ModelList& list) {
    const std::string counted = list.models.empty() ? std::string("lists no models")
                                                    : "lists " + base::counted(list.models.size(), "model");
    const std::string_view model = base::trim(endpoint.model);
    if (model.empty()) return {Readiness::ready, counted, ""};
    if (lists(list, model))
        return {Readiness::ready, base::format("{}, '{}' among them", counted, shown_model(model)), ""};
    Verdict out{Readiness::degraded,
                base::format("{}, and '{}' is not among them", counted, shown_model(model)), ""};
    out.unlisted = true;
    const std::vector<std::string> names = names_of(list);
    if (const auto name = meant_model(model, names))
        out.hint = base::format("did you mean '{}'? it is spec.default_model of {}", shown_model(*name),
                                subject(endpoint));
    else if (!names.empty())
        out.hint = base::format("write one of them as spec.default_model of {}: {}", subject(endpoint),
                                some_of(names));
    return out;
}

Verdict judge(const Provider& provider, const Endpoint& endpoint, const Findings& findings) {
    if (provider.judge == nullptr) return {Readiness::ready, "needs no network", ""};
    Verdict out = provider.judge(endpoint, findings);
    out.sentence = tidy(endpoint, out.sentence);
    out.hint = tidy(endpoint, out.hint);
    return out;
}

Conversation smallest_conversation() {
    Conversation out;
    out.messages.push_back(text_message(Role::user, "Answer with the word ok."));
    return out;
}

Endpoint for_smallest_call(const Endpoint& endpoint) {
    Endpoint out = endpoint;
    out.stream = false;
    out.options["max_tokens"] = few_tokens;
    return out;
}

Verdict verdict_after_call(const Verdict& before, const Endpoint& endpoint, const Outcome& outcome) {
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
        // The prompt was fine: what stopped the model was how little it was allowed to say.
        if (refusal->status == 400 && base::contains_ignoring_case(refusal->detail, "max_tokens") &&
            base::contains_ignoring_case(refusal->detail, "could not finish"))
            return {Readiness::ready, base::format("model '{}' answered", shown_model(endpoint.model)), ""};
        Verdict out = verdict_of(*refusal);
        out.fails = out.fails || out.readiness == Readiness::unknown;
        out.sentence = base::format("a call failed: {}", out.sentence);
        return out;
    }
    const Reply& reply = std::get<Reply>(outcome);
    Verdict out = before;
    out.fails = false;
    const std::string& model = reply.model.empty() ? endpoint.model : reply.model;
    const std::string said = base::format("model '{}' answered", shown_model(tidy(endpoint, model)));
    // What was only missing in a list, or could not be told, is there.
    const bool settled = before.readiness == Readiness::degraded && !before.unlisted;
    out.sentence = settled ? base::format("{}; {}", said, before.sentence) : said;
    if (!settled) {
        out.readiness = Readiness::ready;
        out.hint.clear();
    }
    for (const std::string& warning : reply.warnings)
        out.sentence += "; " + tidy(endpoint, warning);
    return out;
}

bool lists(const ModelList& list, std::string_view model) {
    // Which version such a name stands for is the service's to say; many do not list it.
    if (model.ends_with("-latest")) return true;
    const std::size_t colon = model.rfind(':');
    const std::string_view plain = colon == std::string_view::npos ? model : model.substr(0, colon);
    const std::string tagged = std::string(model) + ":latest";
    return std::any_of(list.models.begin(), list.models.end(), [&](const Model& row) {
        return row.id == model || row.id == plain || row.id == tagged || is_dated(row.id, model);
    });
}

std::optional<std::string> meant_model(std::string_view wanted, const std::vector<std::string>& names) {
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

std::string some_of(const std::vector<std::string>& names) {
    std::vector<std::string> first;
    for (const std::string& name : names) {
        if (first.size() == most_shown) break;
        first.push_back(shown_model(name));
    }
    std::string out = base::join(first, ", ");
    if (names.size() > first.size()) out += base::format(" and {} more", names.size() - first.size());
    return out;
}

std::vector<std::string> names_of(const ModelList& list) {
    std::vector<std::string> out;
    for (const Model& model : list.models)
        out.push_back(model.id);
    return out;
}

} // namespace provider
