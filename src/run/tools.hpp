// What an agent may call besides its model, behind one interface: what a plan asks of a tool, and what the
// engine asks of it while it runs. Invariant: the engine decides whether, when and how often a tool is
// called, how long it may take and what the model hears of it; an implementation only carries out one call.
//
// Why no blocking call: a thousand agents share one thread. A tool is started, says which descriptors it
// waits for, and is asked what has ended.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "http/http.hpp"
#include "resource/tool.hpp"

namespace run {

/// A tool as it can be called by an agent; part of the plan of a run.
struct ToolPlan {
    std::string name; ///< as the agent lists it; the model is told this name, as its provider spells it
    std::string description;
    schema::Json input_schema;                  ///< JSON Schema of an object; empty: it takes no arguments
    std::vector<std::string> operation_classes; ///< read, write, delete, admin
    bool idempotent = false;       ///< a second call with the same request id has no effect of its own
    bool needs_approval = false;   ///< a person decides about every call before it starts
    resource::ToolRuntime runtime; ///< how long one try may take, and how often it is tried

    /// Whether a call that may have happened can be made again without asking anybody.
    [[nodiscard]] bool repeatable() const;
};

/// What a Tool resource says of itself, for implementations of Tools::plan.
ToolPlan tool_plan(std::string name, const resource::ToolSpec& spec);

using ToolId = std::uint64_t;

/// Exchanges that a tool starts on the transport of the run have ids from here on, the engine's are below.
constexpr http::CallId first_tool_exchange = http::CallId{1} << 63U;

/// One try of one call.
struct ToolStart {
    std::string request; ///< unique in the run, the same when the call is made again after a crash
    std::string tool;    ///< ToolPlan::name
    std::string agent;
    schema::Json arguments;   ///< the object the model wrote, verbatim
    base::Duration timeout{}; ///< after which the engine cancels it
};

/// Codes and reasons are the original's: execution_failed/tool_backend_failure,
/// timeout/tool_execution_timeout, invalid_input/tool_invalid_input,
/// permission_denied/tool_permission_denied, ...
struct ToolFailure {
    std::string code = "execution_failed";
    std::string reason = "tool_backend_failure";
    bool retryable = false;
    std::string message; ///< for the model and the journal; secrets are taken out by the engine
};
struct ToolResult {
    std::string text; ///< whole, or as much as the tool is willing to hold
};
using ToolOutcome = std::variant<ToolResult, ToolFailure>;

struct ToolEnd {
    ToolId id = 0;
    ToolOutcome what;
};

/// Called from the thread of the engine only. Nothing here blocks, and nothing throws because a tool or its
/// network failed: that is a ToolFailure. What it needs (transport, secrets) is given to it when it is made
/// and outlives it; it ends what it still runs in its destructor.
class Tools {
  public:
    virtual ~Tools() = default;

    /// What a plan asks: the tool `name` of an agent in `namespace_`, or the clause that says why it cannot
    /// be run ("has the type grpc, which is not available in this version"). `spec` is the Tool resource of
    /// that name, null when there is none: tools that the runtime brings along have none. Changes nothing.
    [[nodiscard]] virtual std::variant<ToolPlan, std::string>
    plan(const std::string& namespace_, const std::string& name, const resource::ToolSpec* spec) const = 0;

    /// Starts a call under an id of the caller's choice, unused before.
    virtual void start(ToolId id, ToolStart start) = 0;
    /// Ends it: nothing more comes for this id, whatever it has already done. Unknown ids are ignored.
    virtual void cancel(ToolId id) = 0;
    /// The calls that have ended since it was asked last, each once. Does what can be done without waiting.
    virtual std::vector<ToolEnd> ended() = 0;
    /// What wakes the engine, also between calls; asked before each wait. Whatever woke it, ended() is next.
    [[nodiscard]] virtual std::vector<http::Wake> wakes() const { return {}; }
    /// When ended() has to be asked again though no descriptor says so; nullopt: never.
    [[nodiscard]] virtual std::optional<base::Duration> next_look() const { return std::nullopt; }
    /// What came for an exchange that was started under an id from first_tool_exchange on.
    virtual void take(const http::Event& event) { (void)event; }
};

/// The pause before try `tries` + 1 of a call, nullopt when it is not tried again. backoff x 2^(tries-1), at
/// most 2^10 of it and max_backoff; jitter is the original's, a hash of the tool's name and the try, so that
/// it is the same whenever it is asked for.
std::optional<base::Duration> tool_retry_delay(const ToolPlan& tool, const ToolFailure& failure,
                                               std::int64_t tries);
/// What the jitter of that try is, in [0, 1).
double tool_jitter(std::string_view tool, std::int64_t tries);

/// What the model gets of a result: its first 64 KiB between <tool_result> tags that do not occur in it.
struct ToolText {
    std::string text;
    bool truncated = false;
};
ToolText tool_result_text(std::string_view result);
/// What the model gets instead of one: {"code", "reason", "retryable", "message"}.
std::string tool_failure_text(const ToolFailure& failure);

/// Names a call by what it does: the same for the same tool and equal arguments, however they are written.
/// Requires JSON text.
std::string tool_call_hash(std::string_view tool, const schema::Json& arguments);

} // namespace run
