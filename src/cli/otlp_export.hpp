// Sending the trace of a run to an OpenTelemetry collector. A run that has ended is sent by a process of its
// own, so that a collector that is slow or dead delays nothing and fails nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/subprocess.hpp"
#include "cli/otlp_target.hpp"
#include "cli/session.hpp"
#include "cli/stored_run.hpp"

namespace cli {

/// What was said is exported only when asked for.
enum class Content { left_out, exported };

/// The bodies that say what the run was, as far as it has come.
void otlp_bodies(Session& session, const StoredRun& run, Content content, const telemetry::Settings& settings,
                 const std::function<void(std::string)>& take);

/// Sends them; tries again what a collector cannot take now, within the target's time. Returns what it said
/// of spans it did not want, or "". Throws Error{failed} when they could not be sent, Error{interrupted}.
std::string send_otlp(Session& session, const StoredRun& run, Content content, const OtlpTarget& target);

/// `trace -o otlp`: the bodies, one a line, as OpenTelemetry's files have them.
void print_otlp(Session& session, const StoredRun& run, Content content);
/// `trace --otlp-endpoint`: sends what there is now, and says so. Throws as send_otlp() does.
void send_now(Session& session, const StoredRun& run, Content content, const OtlpTarget& target);

/// The sending of a run that has just ended, beside us.
class OtlpExport {
  public:
    explicit OtlpExport(Session& session) : session_(session) {}
    OtlpExport(const OtlpExport&) = delete;
    OtlpExport& operator=(const OtlpExport&) = delete;
    /// Waits a moment for it, so that its complaint is heard; a slow one is left to itself.
    ~OtlpExport();

    /// Starts it if somebody wants it. What is wrong with that is a warning.
    void start(const resource::Name& task, const std::optional<std::string>& endpoint);

  private:
    Session& session_;
    std::optional<base::Subprocess> sender_;
};

} // namespace cli
