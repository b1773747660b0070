#include "cli/probe.hpp"

#include <algorithm>

#include <unistd.h>

#include "base/os.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "cli/listing.hpp"
#include "cli/secrets.hpp"
#include "http/http.hpp"
#include "provider/options.hpp"

#include "config.hpp"

namespace cli {

using provider::Topic;
using resource::Resource;

namespace {

constexpr int most_pages = 20;
constexpr base::Duration shortest_search = base::milliseconds(200); // for credentials that are kept nearby
constexpr base::Duration call_limit = base::seconds(60); // a local model may have to be loaded first

/// One endpoint on its way from the question to the verdict.
struct Target {
    run::EndpointPlan plan;
    provider::Endpoint endpoint; ///< with its key
    base::Redactor redact;
    http::Request first; ///< of the list of models
    provider::ModelList pages;
    int page_count = 0;
    base::Duration began{};
    provider::Findings findings{};
    bool usable = false; ///< everything above is there; else the verdict says why not
    Probed out;
};

/// What an answer is to.
struct Pending {
    std::size_t target = 0;
    std::optional<Topic> topic; ///< nullopt: the smallest call
    std::size_t asked = 0;      ///< index into Probed::asked
};

/// Of a query only the API's version is shown, and nothing at all when there is more in it.
std::string shown(const std::string& url) {
    std::string out = http::displayed(url);
    if (out.find("=***") != std::string::npos) out.resize(out.find('?'));
    return out;
}

/// Says on a terminal what is being waited for, and takes it back.
class Waiting {
  public:
    Waiting(const Session& session, std::size_t endpoints, Look look)
        : shown_(endpoints > 0 && !session.globals().quiet && base::is_terminal(STDERR_FILENO) &&
                 base::environment("TERM").value_or("") != "dumb") {
        if (shown_)
            base::write_all(STDERR_FILENO,
                            base::format("asking {}, {} at most ...", base::counted(endpoints, "endpoint"),
                                         look == Look::call ? "a minute" : "3 s"));
    }
    ~Waiting() {
        if (!shown_) return;
        try {
            base::write_all(STDERR_FILENO, "\r\x1b[K");
        } catch (const base::Error&) {
            return; // nobody looks any more
        }
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

  private:
    bool shown_;
};

class Prober {
  public:
    Prober(Session& session, Look look) : session_(session), secrets_(session), look_(look) {}

    std::vector<Probed> run(const std::vector<Resource>& endpoints) {
        const base::Duration began = session_.clock().active();
        for (const Resource& endpoint : endpoints) {
            // AWS credentials are looked for one after the other, and all together take no longer than the
            // rest.
            const base::Duration left = provider::survey_limit - (session_.clock().active() - began);
            const base::Duration shown = base::milliseconds((left.ms() + 99) / 100 * 100);
            session_.aws().hurry(std::max(shown, shortest_search));
            prepare(endpoint);
        }
        session_.aws().hurry(std::nullopt);
        for (std::size_t i = 0; i < targets_.size(); ++i)
            survey(i);
        wait();
        for (Target& target : targets_)
            judge(target);
        if (look_ == Look::call) {
            for (std::size_t i = 0; i < targets_.size(); ++i)
                call(i);
            wait();
        }
        std::vector<Probed> out;
        for (Target& target : targets_) {
            target.out.at = session_.clock().now();
            out.push_back(finished(target));
        }
        return out;
    }

  private:
    void prepare(const Resource& endpoint) {
        Target& target = targets_.emplace_back();
        const auto& spec = std::get<resource::ModelEndpointSpec>(endpoint.spec);
        target.out.endpoint = endpoint;
        target.out.provider = spec.provider;
        try {
            target.plan = run::plan_endpoint({endpoint.metadata.namespace_, endpoint.metadata.name}, spec);
            target.out.provider = target.plan.provider->name;
            target.out.asks = target.plan.provider->build_request != nullptr;
            target.endpoint = target.plan.endpoint;
            // A configuration that cannot work is told before a key that is missing.
            if (provider::Survey known = configuration(target); known.refusal) {
                target.out.verdict = provider::verdict_of(*known.refusal);
                return;
            }
            run::Credential credential = secrets_.resolve(target.plan);
            for (const base::SecretText& part : credential.signing)
                target.redact.add(part.reveal());
            target.endpoint.credential = std::move(credential.value);
            target.endpoint.place = std::move(credential.place);
        } catch (const base::Error& error) {
            target.out.verdict = {error.fault() == base::Fault::secret ? provider::Readiness::unauthorized
                                                                       : provider::Readiness::misconfigured,
                                  error.message(), base::join(error.hints(), "; "), true};
            return;
        }
        target.redact.add(target.endpoint.credential.reveal());
        for (const std::string& text : provider::plain_secrets(target.endpoint))
            target.redact.add(text);
        target.usable = true;
    }

    static provider::Survey configuration(const Target& target) {
        const provider::Provider& row = *target.plan.provider;
        provider::Survey out;
        std::string problem = row.check == nullptr ? std::string() : row.check(target.endpoint);
        if (problem.empty()) problem = ca_bundle_problem(target.plan);
        if (problem.empty()) return out;
        out.refusal.emplace();
        out.refusal->kind = provider::Refusal::Kind::configuration;
        out.refusal->detail = std::move(problem);
        return out;
    }

    void survey(std::size_t index) {
        Target& target = targets_[index];
        if (!target.usable) return;
        provider::Survey survey = provider::survey_of(*target.plan.provider, target.endpoint);
        if (survey.refusal) {
            target.out.verdict = provider::verdict_of(*survey.refusal);
            target.usable = false;
            return;
        }
        target.began = session_.clock().active();
        for (provider::Question& question : survey.questions) {
            if (look_ == Look::models && question.topic != Topic::models) continue;
            if (question.topic == Topic::models) target.first = question.request;
            start(index, question.topic, std::move(question.request));
        }
    }

    void start(std::size_t index, std::optional<Topic> topic, http::Request request) {
        std::vector<Asked>& asked = targets_[index].out.asked;
        asked.push_back({base::format("{} {}", request.method, shown(request.url)), {}});
        if (transport_ == nullptr) {
            base::raise_open_file_limit();
            transport_ = http::curl_transport(session_.clock(), "orloj/" ORLOJ_VERSION);
        }
        secrets_.sign(targets_[index].plan, targets_[index].endpoint, request);
        pending_[++last_] = {index, topic, asked.size() - 1};
        transport_->start(last_, std::move(request));
    }

    void wait() {
        while (!pending_.empty()) {
            for (http::Event& event : transport_->wait(base::seconds(10), -1))
                take(event);
        }
    }

    void take(http::Event& event) {
        if (std::holds_alternative<http::Chunk>(event.what)) return;
        const auto it = pending_.find(event.id);
        if (it == pending_.end()) return;
        const Pending done = it->second;
        pending_.erase(it);
        std::variant<http::Response, http::Failure> answer;
        if (auto* response = std::get_if<http::Response>(&event.what))
            answer = std::move(*response);
        else
            answer = std::move(std::get<http::Failure>(event.what));
        Target& target = targets_[done.target];
        target.out.asked[done.asked].took =
            std::visit([](const auto& either) { return either.total; }, answer);
        if (!done.topic)
            answered(done.target, answer);
        else if (*done.topic == Topic::models)
            listed(done.target, answer);
        else
            target.findings.others[*done.topic] = std::move(answer);
    }

    void listed(std::size_t index, const std::variant<http::Response, http::Failure>& answer) {
        Target& target = targets_[index];
        if (const auto* failure = std::get_if<http::Failure>(&answer)) {
            target.findings.models.what =
                provider::refusal_of(*target.plan.provider, target.endpoint, *failure);
            return;
        }
        provider::Listed page =
            provider::read_models(*target.plan.provider, target.endpoint, std::get<http::Response>(answer));
        const provider::ModelList* list = page.list();
        if (list == nullptr) {
            target.findings.models = std::move(page);
            return;
        }
        target.pages.models.insert(target.pages.models.end(), list->models.begin(), list->models.end());
        const base::Duration left = provider::survey_limit - (session_.clock().active() - target.began);
        auto next = provider::next_page(target.first, *list);
        if (next && ++target.page_count < most_pages && left > base::Duration{}) {
            next->timeouts.total = left;
            start(index, Topic::models, std::move(*next));
            return;
        }
        target.findings.models.what = target.pages;
        target.out.listed = true;
    }

    static void judge(Target& target) {
        if (target.usable)
            target.out.verdict = provider::judge(*target.plan.provider, target.endpoint, target.findings);
    }

    void call(std::size_t index) {
        Target& target = targets_[index];
        if (!target.usable || !target.out.asks || target.out.verdict.fails) return;
        target.endpoint = provider::for_smallest_call(target.endpoint);
        send_call(index);
    }

    void send_call(std::size_t index) {
        Target& target = targets_[index];
        provider::Built built =
            target.plan.provider->build_request(target.endpoint, provider::smallest_conversation());
        if (auto* refusal = std::get_if<provider::Refusal>(&built)) {
            outcome(target, *refusal);
            return;
        }
        http::Request request = std::get<http::Request>(std::move(built));
        request.timeouts.total = std::min(request.timeouts.total, call_limit);
        start(index, std::nullopt, std::move(request));
    }

    void answered(std::size_t index, const std::variant<http::Response, http::Failure>& answer) {
        Target& target = targets_[index];
        const provider::Provider& row = *target.plan.provider;
        if (const auto* failure = std::get_if<http::Failure>(&answer)) {
            outcome(target, provider::refusal_of(row, target.endpoint, *failure));
            return;
        }
        const provider::Outcome said = row.parse_response(target.endpoint, provider::smallest_conversation(),
                                                          std::get<http::Response>(answer));
        // As in a run: a parameter that is refused by name is left out, or sent by its other name.
        const auto* refusal = std::get_if<provider::Refusal>(&said);
        if (refusal != nullptr && provider::rejects_parameter(refusal->code, refusal->parameter) &&
            target.endpoint.dropped.insert(refusal->parameter).second) {
            send_call(index);
            return;
        }
        outcome(target, said);
    }

    static void outcome(Target& target, const provider::Outcome& said) {
        target.out.verdict = provider::verdict_after_call(target.out.verdict, target.endpoint, said);
    }

    static Probed finished(Target& target) {
        Probed& out = target.out;
        if (out.listed) out.models = std::move(target.pages);
        // Whose verdict it is is said beside it.
        out.verdict.sentence =
            base::replace_all(out.verdict.sentence, " of " + provider::subject(target.plan.endpoint), "");
        const auto clean = [&](std::string& text) { text = base::visible(target.redact(text)); };
        clean(out.verdict.sentence);
        clean(out.verdict.hint);
        for (Asked& asked : out.asked)
            clean(asked.request);
        for (provider::Model& model : out.models.models) {
            model.id = target.redact(model.id);
            model.modified = target.redact(model.modified);
            model.remote_host = target.redact(model.remote_host);
            for (std::string& word : model.capabilities)
                word = target.redact(word);
        }
        return std::move(out);
    }

    Session& session_;
    SessionSecrets secrets_;
    Look look_;
    std::vector<Target> targets_;
    std::unique_ptr<http::Transport> transport_; ///< made for the first request: loading it takes time
    std::map<http::CallId, Pending> pending_;
    http::CallId last_ = 0;
};

resource::Name endpoint_name(const Session& session, const std::string& word) {
    const auto& endpoints = resource::kind_of<resource::ModelEndpointSpec>();
    const std::size_t slash = word.find('/');
    if (slash == std::string::npos) return {session.namespace_(), word};
    const std::string before = word.substr(0, slash);
    const std::string name = word.substr(slash + 1);
    const resource::Kind* kind = resource::find_kind(before);
    if (kind == &endpoints) return {session.namespace_(), name};
    if (kind == nullptr) return {before, name};
    throw base::Error(base::Fault::usage, base::format("'{}' is not a model endpoint", word))
        .hint("see which there are: orloj get model-endpoints -A");
}

} // namespace

std::vector<Probed> probe(Session& session, const std::vector<Resource>& endpoints, Look look) {
    const Waiting waiting(session, endpoints.size(), look);
    return Prober(session, look).run(endpoints);
}

store::ProbeRow row_of(const Probed& found) {
    return {std::string(schema::name_of(found.verdict.readiness)), found.verdict.sentence, found.verdict.hint,
            found.at};
}

void keep(Session& session, const std::vector<Probed>& found) {
    const store::Connection* connection = session.reading();
    if (connection == nullptr || found.empty()) return;
    if (!connection->writable()) {
        session.say(base::format("what was found is not kept: '{}' can only be read", connection->shown()));
        return;
    }
    try {
        store::Connection& writing = session.writing();
        store::Transaction transaction(writing, store::Transaction::Kind::write);
        store::Probes table(writing);
        for (const Probed& one : found)
            table.put(one.endpoint, row_of(one));
        transaction.commit();
    } catch (const base::Error& error) {
        session.say("what was found is not kept: " + error.message());
    }
}

std::vector<Resource> stored_endpoints(Session& session, const std::vector<std::string>& names) {
    const auto& kind = resource::kind_of<resource::ModelEndpointSpec>();
    store::Connection* connection = session.reading();
    if (names.empty()) {
        if (connection == nullptr) return {};
        return store::Resources(*connection).list(kind, {session.globals().namespace_, {}});
    }
    std::vector<Resource> out;
    for (const std::string& word : names) {
        const resource::Name name = endpoint_name(session, word);
        auto found = connection == nullptr ? std::nullopt : store::Resources(*connection).find(kind, name);
        if (!found) not_found(session, kind, name);
        const bool twice = std::any_of(out.begin(), out.end(), [&](const Resource& r) {
            return r.metadata.name == name.name && r.metadata.namespace_ == name.namespace_;
        });
        if (!twice) out.push_back(std::move(*found));
    }
    return out;
}

std::string short_name(const resource::Metadata& metadata) {
    return metadata.namespace_ == "default" ? metadata.name : metadata.namespace_ + "/" + metadata.name;
}

std::string how_to_begin() {
    return "apply a manifest with a ModelEndpoint: orloj apply -f FILE; what one looks like: orloj explain "
           "model-endpoint";
}

} // namespace cli
