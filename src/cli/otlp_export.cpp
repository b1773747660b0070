#include "cli/otlp_export.hpp"

#include <algorithm>

#include <poll.h>
#include <unistd.h>

#include "base/os.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "cli/interruption.hpp"
#include "config.hpp"
#include "schema/tree.hpp"
#include "store/run_lock.hpp"

namespace cli {

namespace {

constexpr http::CallId export_call = 1;
constexpr base::Duration first_pause = base::milliseconds(500);
constexpr base::Duration listened = base::milliseconds(200); // to a sender that is beside us

using Answer = std::variant<http::Response, http::Failure>;

/// Whether another try may do. Of the answers the protocol says so; where nobody listens, nobody will.
bool is_passing(const Answer& answer) {
    using Kind = http::Failure::Kind;
    if (const auto* failed = std::get_if<http::Failure>(&answer))
        return failed->kind == Kind::broken || failed->kind == Kind::timeout ||
               failed->kind == Kind::unreachable;
    const int status = std::get<http::Response>(answer).status;
    return status == 429 || status == 502 || status == 503 || status == 504;
}

/// The keys in what is sent along, which a collector may say back.
base::Redactor keys_of(const OtlpTarget& target) {
    base::Redactor out;
    for (const http::SecretHeader& header : target.headers) {
        const std::string_view value = base::trim(header.secret.reveal());
        out.add(value);
        if (const std::size_t space = value.find(' '); space != std::string_view::npos)
            out.add(base::trim(value.substr(space))); // "Bearer KEY"
    }
    return out;
}

std::string said_by(const Answer& answer, const base::Redactor& redact) {
    if (const auto* failed = std::get_if<http::Failure>(&answer)) return redact(failed->detail);
    const auto& response = std::get<http::Response>(answer);
    const std::string body = redact(base::trim(response.body));
    return base::format("status {}{}{}", response.status, body.empty() ? "" : ": ",
                        base::ellipsis(body, 200));
}

std::string hint_for(const OtlpTarget& target, const Answer& answer) {
    const auto url = http::parse_url(target.url);
    if (url && url->port == 4317) return "4317 is a collector's gRPC port; its HTTP port is 4318";
    if (const auto* response = std::get_if<http::Response>(&answer)) {
        const bool unknown = response->status == 401 || response->status == 403;
        return unknown ? "a key goes into OTEL_EXPORTER_OTLP_HEADERS, as authorization=Bearer%20KEY" : "";
    }
    const auto kind = std::get<http::Failure>(answer).kind;
    return kind == http::Failure::Kind::refused ? "is a collector running there?" : "";
}

base::Error failure(const OtlpTarget& target, const Answer& answer) {
    base::Error error(base::Fault::failed,
                      base::format("the trace could not be sent to '{}': {}", http::displayed(target.url),
                                   base::visible(said_by(answer, keys_of(target)))));
    const std::string hint = hint_for(target, answer);
    return hint.empty() ? error : base::Error(std::move(error).hint(hint));
}

class Sending {
  public:
    Sending(Session& session, const OtlpTarget& target)
        : session_(session), target_(target),
          transport_(http::curl_transport(session.clock(), "orloj/" ORLOJ_VERSION)),
          until_(session.clock().active() + target.timeout) {}

    void send(const std::string& body) {
        for (base::Duration pause = first_pause;; pause = pause + pause) {
            const auto answer = exchange(body);
            const auto* response = std::get_if<http::Response>(&answer);
            if (response != nullptr && response->status >= 200 && response->status < 300)
                return read(response->body);
            if (!is_passing(answer) || session_.clock().active() + pause >= until_)
                throw failure(target_, answer);
            rest(pause);
        }
    }

    [[nodiscard]] const std::string& complaint() const { return complaint_; }

  private:
    Answer exchange(const std::string& body) {
        http::Request request;
        request.url = target_.url;
        request.headers = {{"Content-Type", "application/json"}};
        request.secret_headers = target_.headers;
        request.body = body;
        request.reach = http::Reach::private_also;
        request.ca_bundle = target_.ca_bundle;
        request.timeouts.total = std::max(until_ - session_.clock().active(), base::milliseconds(1));
        request.timeouts.connect = std::min(request.timeouts.connect, request.timeouts.total);
        request.max_body = 1U << 20U;
        transport_->start(export_call, std::move(request));
        for (;;) {
            for (http::Event& event : transport_->wait(base::seconds(1), Interruption::fd())) {
                if (auto* response = std::get_if<http::Response>(&event.what)) return std::move(*response);
                if (auto* failed = std::get_if<http::Failure>(&event.what)) return std::move(*failed);
            }
            heed_interruption();
        }
    }

    void rest(base::Duration pause) {
        const http::Wake wake{Interruption::fd()};
        (void)http::wait_for(std::span(&wake, 1), pause);
        heed_interruption();
    }

    static void heed_interruption() {
        if (Interruption::seen() > 0)
            throw base::Error(base::Fault::interrupted, "stopped sending the trace");
    }

    /// A collector may take a request and leave out some of it.
    void read(const std::string& body) {
        if (base::trim(body).empty()) return;
        const schema::Parsed parsed = schema::parse_json(body);
        if (!parsed.tree.is_map()) return;
        const schema::Tree* partial = parsed.tree.find("partialSuccess");
        if (partial == nullptr || !partial->is_map()) return;
        const std::string rejected(partial->text_of("rejectedSpans"));
        const std::string message = keys_of(target_)(partial->text_of("errorMessage"));
        if ((rejected.empty() || rejected == "0") && message.empty()) return;
        complaint_ =
            base::format("the collector left out {} spans: {}", rejected.empty() ? "0" : rejected, message);
    }

    Session& session_;
    const OtlpTarget& target_;
    std::unique_ptr<http::Transport> transport_;
    base::Duration until_;
    std::string complaint_;
};

} // namespace

void otlp_bodies(Session& session, const StoredRun& run, Content content, const telemetry::Settings& settings,
                 const std::function<void(std::string)>& take) {
    store::Runs runs(*session.reading());
    trace::TimelineMaker maker;
    runs.events(run.row().id, 0, [&](const trace::Event& event) { maker.take(event); });
    const bool alive =
        !run.row().ended() && store::run_owner(session.database_path(), run.row().id).has_value();
    const trace::Timeline timeline =
        std::move(maker).finish(alive ? std::optional(session.clock().now()) : std::nullopt);
    std::optional<run::Plan> plan;
    try {
        plan = run.plan();
    } catch (const base::Error&) {
        plan.reset(); // its pins are not whole; the journal says enough
    }
    run::Transcript transcript;
    if (content == Content::exported)
        runs.messages(run.row().id, [&](const trace::StoredMessage& message) { transcript.load(message); });
    telemetry::otlp({run.row().task, run.row().created, timeline, plan ? &*plan : nullptr,
                     content == Content::exported ? &transcript : nullptr},
                    settings, take);
}

std::string send_otlp(Session& session, const StoredRun& run, Content content, const OtlpTarget& target) {
    Sending sending(session, target);
    otlp_bodies(session, run, content, otlp_settings(), [&](const std::string& body) { sending.send(body); });
    return sending.complaint();
}

void print_otlp(Session& session, const StoredRun& run, Content content) {
    otlp_bodies(session, run, content, otlp_settings(),
                [&](const std::string& body) { session.out_foreign(body + "\n"); });
}

void send_now(Session& session, const StoredRun& run, Content content, const OtlpTarget& target) {
    const Interruption interruption;
    const std::string complaint = send_otlp(session, run, content, target);
    if (!complaint.empty()) session.warn(complaint);
    session.say(
        base::format("sent the trace of task {} to {}", run.row().task.name, http::displayed(target.url)));
}

void OtlpExport::start(const resource::Name& task, const std::optional<std::string>& endpoint) {
    if (!otlp_wanted(endpoint)) return;
    std::vector<std::string> words{"orloj", "__export",     "--db", session_.database_path(),
                                   "-n",    task.namespace_};
    if (endpoint) words.insert(words.end(), {"--otlp-endpoint", *endpoint});
    words.insert(words.end(), {"--", task.name});
    try {
        sender_ = base::Subprocess::start(base::own_program(), words);
    } catch (const base::Error& error) {
        session_.warn("the trace is not sent: " + error.message());
    }
}

OtlpExport::~OtlpExport() {
    if (!sender_) return;
    std::string said;
    const base::Duration until = session_.clock().active() + listened;
    while (sender_->errors() >= 0) {
        const std::int64_t left = (until - session_.clock().active()).ms();
        pollfd pipe{sender_->errors(), POLLIN, 0};
        if (left <= 0 || ::poll(&pipe, 1, static_cast<int>(left)) <= 0) return; // it goes on without us
        said += sender_->read_errors();
    }
    if (said.empty()) return;
    try {
        base::write_all(STDERR_FILENO, said);
    } catch (const base::Error&) {
        return; // nobody listens
    }
}

} // namespace cli
