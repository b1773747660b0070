#include "cli/tape.hpp"

#include "base/text.hpp"
#include "cli/secrets.hpp"
#include "provider/bedrock_converse.hpp"

#include "config.hpp"

namespace cli {

namespace {

/// Long enough to be redacted should a server's recorded words hold it.
constexpr std::string_view stand_in = "no-key-is-needed-to-play-a-recording";

class PlayedSecrets final : public run::Secrets {
  public:
    PlayedSecrets(Session& session, const Tape& tape)
        : session_(session), secrets_(session), tape_(tape), source_("recording " + tape.played_from()) {}

    run::Credential resolve(const run::EndpointPlan& endpoint) override {
        try {
            if (!endpoint.provider->aws_service.empty()) return played_aws(endpoint);
            // A key that is there is used: what was redacted when it was recorded is redacted alike.
            run::Credential found = secrets_.resolve(endpoint);
            if (!found.source.empty()) found.source = source_;
            return found;
        } catch (const base::Error& error) {
            if (error.fault() != base::Fault::secret) throw;
            run::Credential none;
            none.value = base::SecretText(stand_in);
            none.source = source_;
            return none;
        }
    }

  private:
    /// Nobody asks the network who this machine is, and nothing has to be signed. Calls go where they went:
    /// the surroundings that said so need not be these.
    run::Credential played_aws(const run::EndpointPlan& endpoint) {
        run::Credential found = AwsKeyring(session_).resolve_offline(endpoint);
        const std::string path = provider::bedrock_model_path(endpoint.endpoint.model);
        for (const std::string& url : tape_.urls()) {
            if (const std::size_t end = url.find(path); end != std::string::npos)
                found.place.url = url.substr(0, end);
        }
        if (found.value.empty()) found.value = base::SecretText(stand_in);
        found.source = source_;
        return found;
    }

    Session& session_;
    SessionSecrets secrets_;
    const Tape& tape_;
    std::string source_;
};

/// Takes every key of the run, and what may be one, out of what is recorded.
http::Redact redact_for(const run::Plan& plan, run::Secrets& secrets) {
    base::Redactor redact;
    for (const run::EndpointPlan& endpoint : plan.endpoints) {
        for (const std::string& text : provider::plain_secrets(endpoint.endpoint))
            redact.add(text);
        try {
            const run::Credential credential = secrets.resolve(endpoint);
            redact.add(base::trim(credential.value.reveal()));
            for (const base::SecretText& part : credential.signing)
                redact.add(part.reveal());
        } catch (const base::Error&) {
            continue; // what does not resolve cannot leak
        }
    }
    return [redact = std::move(redact)](std::string_view text) { return redact(text); };
}

} // namespace

std::unique_ptr<Tape> Tape::of(const Arguments& arguments) {
    const auto record = arguments.one("--record");
    const auto replay = arguments.one("--replay");
    if (!record && !replay) return nullptr;
    if (record && replay)
        throw base::Error(base::Fault::usage, "--record and --replay exclude each other")
            .hint("--record FILE writes down what providers answer, --replay FILE answers from that");
    auto out = std::make_unique<Tape>();
    out->path_ = record ? *record : *replay;
    if (out->path_.empty())
        throw base::Error(base::Fault::usage,
                          base::format("{} needs the name of a file", record ? "--record" : "--replay"));
    if (record) {
        out->file_ = std::make_unique<http::RecordingFile>(*record);
    } else {
        out->recording_ = http::read_recording(*replay);
        for (const http::RecordedExchange& exchange : *out->recording_)
            out->urls_.insert(exchange.request.url);
    }
    return out;
}

std::unique_ptr<run::Secrets> secrets_for(Session& session, const Tape* tape) {
    if (tape != nullptr && tape->plays()) return std::make_unique<PlayedSecrets>(session, *tape);
    return std::make_unique<SessionSecrets>(session);
}

Wire::Wire(Session& session, const run::Plan& plan, run::Secrets& secrets, Tape* tape,
           std::function<void(const std::string&)> complain) {
    if (tape != nullptr && tape->recording_) {
        session.say(base::format("answers come from {}; nothing is sent", tape->path_));
        inner_ = std::make_unique<http::ReplayTransport>(
            http::answers_from(std::move(*tape->recording_), tape->path_, redact_for(plan, secrets)));
        return;
    }
    inner_ = http::curl_transport(session.clock(), "orloj/" ORLOJ_VERSION);
    if (tape == nullptr) return;
    tape->file_->keep();
    outer_ = std::make_unique<http::RecordingTransport>(*inner_, *tape->file_, redact_for(plan, secrets),
                                                        std::move(complain));
}

} // namespace cli
