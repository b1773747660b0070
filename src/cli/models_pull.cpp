// orloj models pull: lets an Ollama fetch a model, and shows how far it is. Ollama keeps what it has fetched,
// so stopping is never a loss.
#include <algorithm>

#include <unistd.h>

#include "base/os.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "cli/interruption.hpp"
#include "cli/probe.hpp"
#include "cli/secrets.hpp"
#include "http/event_stream.hpp"
#include "provider/ollama_chat.hpp"
#include "provider/ollama_pull.hpp"
#include "provider/options.hpp"
#include "terminal/progress_bar.hpp"

#include "config.hpp"

namespace cli {

using resource::Resource;

namespace {

constexpr std::string_view kept = "Ollama keeps what was fetched: the same command goes on from there";
constexpr http::CallId call = 1;

/// Says what Ollama does: a bar on a terminal, a line for each new status elsewhere.
class Teller {
  public:
    explicit Teller(Session& session)
        : session_(session), bar_(!session.globals().quiet && base::is_terminal(STDERR_FILENO) &&
                                  base::environment("TERM").value_or("") != "dumb") {}

    void tell(const provider::PullStep& step) {
        const bool fresh = step.status != status_;
        if (fresh) {
            end_line();
            status_ = step.status;
            speed_ = {};
            if (!bar_ || step.total == 0) {
                session_.say(status_);
                if (step.total == 0) return;
            }
            if (step.completed > 0 && step.completed < step.total)
                session_.say(base::format("going on at {} of {}", terminal::bytes_text(step.completed),
                                          terminal::bytes_text(step.total)));
        }
        if (bar_ && step.total > 0) draw(step);
    }
    /// Before anything else is written to the terminal.
    void end_line() {
        if (open_) base::write_all(STDERR_FILENO, "\n");
        open_ = false;
    }

  private:
    void draw(const provider::PullStep& step) {
        constexpr base::Duration pause = base::milliseconds(100); // faster is only flicker
        const base::Duration now = session_.clock().active();
        speed_.add(now, step.completed);
        if (open_ && now - drawn_ < pause && step.completed < step.total) return;
        drawn_ = now;
        const auto columns = static_cast<std::size_t>(base::terminal_columns(STDERR_FILENO));
        const std::string line =
            terminal::progress_line(status_, step.completed, step.total, speed_.per_second(), columns);
        base::write_all(STDERR_FILENO, "\r" + line + "\x1b[K"); // what is left of a longer one goes
        open_ = true;
    }

    Session& session_;
    bool bar_;
    std::string status_;
    terminal::Speed speed_;
    base::Duration drawn_{};
    bool open_ = false; ///< the cursor stands behind a bar
};

bool is_ollama(const Resource& endpoint) {
    const auto& spec = std::get<resource::ModelEndpointSpec>(endpoint.spec);
    const provider::Provider* row = provider::find_provider(spec.provider);
    return row != nullptr && row->name == "ollama";
}

std::string root_of(const run::EndpointPlan& plan) {
    const auto url = provider::ollama_root(plan.endpoint);
    return url ? http::displayed(http::render(*url)) : std::string();
}

run::EndpointPlan plan_of(const Resource& endpoint) {
    return run::plan_endpoint({endpoint.metadata.namespace_, endpoint.metadata.name},
                              std::get<resource::ModelEndpointSpec>(endpoint.spec));
}

/// The endpoint that is named; else the only Ollama there is; else the one on this machine.
run::EndpointPlan choose(Session& session, const Arguments& arguments) {
    if (const auto named = arguments.one("--endpoint")) {
        const Resource endpoint = stored_endpoints(session, {*named}).front();
        if (is_ollama(endpoint)) return plan_of(endpoint);
        throw base::Error(base::Fault::usage,
                          base::format("model endpoint '{}' is no Ollama, and only Ollama fetches models",
                                       short_name(endpoint.metadata)));
    }
    std::vector<run::EndpointPlan> plans;
    std::vector<std::string> names;
    for (const Resource& endpoint : stored_endpoints(session, {})) {
        if (!is_ollama(endpoint)) continue;
        run::EndpointPlan plan = plan_of(endpoint);
        names.push_back(short_name(endpoint.metadata));
        const bool same = std::any_of(plans.begin(), plans.end(), [&](const run::EndpointPlan& other) {
            return root_of(other) == root_of(plan);
        });
        if (!same) plans.push_back(std::move(plan));
    }
    if (plans.size() == 1) return plans.front();
    if (plans.empty()) {
        resource::ModelEndpointSpec spec;
        spec.provider = "ollama";
        return run::plan_endpoint({"default", "ollama"}, spec);
    }
    throw base::Error(base::Fault::usage, "several Ollamas are known: " + base::join(names, ", "))
        .hint("name the one that is meant: --endpoint NAME");
}

class Pull {
  public:
    Pull(Session& session, run::EndpointPlan plan, std::string model)
        : session_(session), plan_(std::move(plan)), endpoint_(plan_.endpoint), model_(std::move(model)),
          teller_(session) {}

    void run() {
        endpoint_.credential = SessionSecrets(session_).resolve(plan_).value;
        provider::Built built = provider::ollama_pull_request(endpoint_, model_);
        if (const auto* refusal = std::get_if<provider::Refusal>(&built)) fail(*refusal);
        const Interruption interruption;
        const auto transport = http::curl_transport(session_.clock(), "orloj/" ORLOJ_VERSION);
        transport->start(call, std::get<http::Request>(std::move(built)));
        while (!ended_) {
            for (http::Event& event : transport->wait(base::seconds(10), Interruption::fd()))
                std::visit([&](auto& what) { take(what); }, event.what);
            if (!ended_ && Interruption::seen() > 0) {
                teller_.end_line();
                throw base::Error(base::Fault::interrupted, base::format("stopped fetching '{}'", model_))
                    .hint(std::string(kept));
            }
        }
        teller_.end_line();
    }

  private:
    void take(const http::Chunk& chunk) {
        for (const std::string& line : lines_.feed(chunk.bytes))
            read(line);
        if (lines_.overflowed()) broken("a line of its answer is too long");
    }
    void take(const http::Response& response) {
        if (response.status != 200) fail(provider::pull_refusal(endpoint_, model_, response));
        if (const auto last = lines_.finish()) read(*last);
        if (!done_) broken("the answer ended before the model was there");
        ended_ = true;
    }
    void take(const http::Failure& failure) {
        provider::Refusal refusal = provider::refusal_of(*plan_.provider, endpoint_, failure);
        if (failure.sent_output && refusal.hint.empty()) refusal.hint = kept;
        fail(refusal);
    }

    void read(const std::string& line) {
        if (base::trim(line).empty()) return;
        const auto said = provider::pull_step(endpoint_, line);
        if (const auto* refusal = std::get_if<provider::Refusal>(&said)) fail(*refusal);
        const auto& step = std::get<provider::PullStep>(said);
        done_ = done_ || step.done();
        if (!step.done()) teller_.tell(step);
    }

    [[noreturn]] void broken(std::string detail) {
        provider::Refusal refusal;
        refusal.kind = provider::Refusal::Kind::network;
        refusal.detail = std::move(detail);
        refusal.hint = kept;
        fail(refusal);
    }
    [[noreturn]] void fail(const provider::Refusal& refusal) {
        teller_.end_line();
        base::Redactor redact;
        for (const std::string& text : provider::plain_secrets(endpoint_))
            redact.add(text);
        base::Error error(base::Fault::provider,
                          base::format("Ollama at '{}' cannot fetch '{}': {}", root_of(plan_), model_,
                                       redact(refusal.detail)));
        if (refusal.hint.empty()) throw error;
        throw std::move(error).hint(redact(refusal.hint));
    }

    Session& session_;
    run::EndpointPlan plan_;
    provider::Endpoint endpoint_; ///< with its key
    std::string model_;
    Teller teller_;
    http::LineSplitter lines_;
    bool done_ = false;  ///< Ollama said so
    bool ended_ = false; ///< nothing more comes
};

int pull(Session& session, const Arguments& arguments) {
    const std::string model(base::trim(arguments.one("MODEL").value_or("")));
    if (model.empty()) throw base::Error(base::Fault::usage, "the model's name is empty");
    run::EndpointPlan plan = choose(session, arguments);
    session.say(base::format("asking Ollama at '{}' for '{}'", root_of(plan), model));
    Pull(session, std::move(plan), model).run();
    session.out(base::format("pulled {}\n", base::visible(model)));
    return 0;
}

} // namespace

Command models_pull_command() {
    return {
        "models pull",
        "Let Ollama fetch a model.",
        "The Ollama of --endpoint, else the only one among the stored endpoints, else the one on this\n"
        "machine. How far it is appears as a bar on a terminal, elsewhere as a line a step. Ctrl-C stops;\n"
        "Ollama keeps what was fetched, and the same command goes on from there. Nothing else fetches\n"
        "models: a run with one that is missing fails and says so.",
        "  orloj models pull llama3.1\n"
        "  orloj models pull qwen3:8b --endpoint ollama-default",
        {{"MODEL", "The model's name, as in https://ollama.com/library.", Takes::one, true}},
        {{"--endpoint", 0, "ENDPOINT", "The Ollama that fetches it: NAME, or NAMESPACE/NAME.", Takes::one}},
        pull};
}

} // namespace cli
