// The shell around the pure part of a run: one loop on one thread. Each turn decides until nothing follows
// any more, commits all of it in one transaction, dispatches what was committed, and waits for answers.
// Nothing is sent before its intent is durable; the outcome of one step and the intent of the next share one
// commit.
//
// The world is reached through interfaces only, so a run is tested without database, network, key or waiting.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/redact.hpp"
#include "http/http.hpp"
#include "run/admit.hpp"
#include "run/cost.hpp"
#include "run/decide.hpp"
#include "run/plan.hpp"
#include "run/state.hpp"
#include "run/transcript.hpp"

namespace run {

struct Credential {
    base::SecretText value; ///< what is sent; empty: the endpoint needs none, or its requests are signed
    std::string source;     ///< "secret default/openai-api-key", "environment OPENAI_API_KEY", ""
    std::vector<base::SecretText>
        signing; ///< what requests are signed with: never sent so, but redacted alike
    provider::Place place;
};

/// Where keys come from. Asked at every call, so a rotated secret is used at once.
class Secrets {
  public:
    virtual ~Secrets() = default;
    /// Throws Error{secret} when the endpoint needs a key and none can be found, Error{interrupted} when the
    /// person wants to stop.
    virtual Credential resolve(const EndpointPlan& endpoint) = 0;
    /// Signs a request that is about to be sent, where `target`, made ready with what resolve() said last,
    /// asks for that; else leaves it alone. Throws as resolve() does.
    virtual void sign(const EndpointPlan& endpoint, const provider::Endpoint& target,
                      http::Request& request) {
        (void)endpoint, (void)target, (void)request;
    }
    /// The provider said no, with this answer. Whether that was to the credential, and another try goes with
    /// another one: fresh keys, or a signature by the answer's clock. At most once for the same keys, and for
    /// every call that was under way with them. `started` is when the call was, by Clock::active().
    virtual bool renewed(const EndpointPlan& endpoint, const provider::Refusal& refusal,
                         const http::Response& answer, base::Duration started) {
        (void)endpoint, (void)refusal, (void)answer, (void)started;
        return false;
    }
};

/// Where policies come from. Asked at every call.
class Policies {
  public:
    virtual ~Policies() = default;
    /// Throws when they cannot be read: a run without its policies does not go on.
    virtual std::vector<Policy> load() = 0;
};

/// How a person stops a run. `level` is asked between turns and empties `fd`, which becomes readable when it
/// rises.
class Interrupt {
  public:
    virtual ~Interrupt() = default;
    /// 0: go on; 1: finish what is under way, start nothing; 2: stop at once.
    virtual int level() = 0;
    virtual int fd() = 0;
    /// Who or what made the level rise, for the journal.
    virtual std::string why() { return "by the user"; }
    /// The reason, once somebody wants the run to end for good: what is under way is given up. Asked in every
    /// turn. Throws what makes it impossible to know.
    virtual std::optional<std::string> cancelled() { return std::nullopt; }
    /// How long the engine may wait before it asks again, for what changes without a word at `fd`.
    virtual base::Duration patience() { return base::seconds(60); }
};

/// Who watches answers while they are written. Only text, in the order it came; secrets are taken out.
class Watcher {
  public:
    virtual ~Watcher() = default;
    virtual void text(const std::string& agent, std::string_view piece) = 0;
};

/// Checks everything that can be checked without sending: keys resolve, requests can be built.
/// Throws Error{reference, secret or manifest}.
void check_endpoints(const Plan& plan, Secrets& secrets);

struct World {
    http::Transport& transport;
    trace::Sink& sink;
    Secrets& secrets;
    Policies& policies;
    base::Clock& clock;
    Interrupt& interrupt;
    Watcher* watcher = nullptr;                  ///< may be null
    Tools* tools = nullptr;                      ///< may be null when the plan was made without tools
    const resource::PriceList* prices = nullptr; ///< null: nobody wrote down what calls cost
};

class Engine {
  public:
    Engine(const Plan& plan, World world) : plan_(plan), world_(world) {}

    /// Takes over a journal that was written before: its messages, then its events in order.
    void load(const trace::StoredMessage& message) { transcript_.load(message); }
    void load(const trace::Event& event) {
        apply(state_, plan_, event);
        unpriced_.take(world_.prices, event);
    }

    /// Starts the run or takes it up where its journal ends, and returns when it ended or was interrupted.
    /// Throws what the sink, the policies or the secrets throw; the run can be resumed then.
    const State& run(const std::string& resume_reason = {});

    [[nodiscard]] const State& state() const noexcept { return state_; }
    [[nodiscard]] const Transcript& transcript() const noexcept { return transcript_; }
    /// What the next call of a node waits for, as ModelRequest::waited_for has it; "": nothing.
    [[nodiscard]] std::string_view waits_for(std::size_t node) const;

  private:
    struct Dispatch {
        std::string call;
        std::size_t activation = 0;
        std::size_t endpoint = 0;
        provider::Conversation conversation;
        provider::Endpoint target;
        std::optional<http::Request> request; ///< empty: the provider answers by itself
        std::string url;
        base::Duration started{};
        std::unique_ptr<provider::StreamDecoder> decoder; ///< null: the answer comes whole
        bool delivered = false;                           ///< part of the answer was read
        std::size_t came = 0;                             ///< bytes of it, reasoning included
        std::string held;                                 ///< text that may be the beginning of a secret
        bool facts = false; ///< no call, but the question about the model before the first one
        /// Set while the question after a refusal is under way: what will be recorded, and how long it took.
        std::optional<std::pair<provider::Refusal, base::Duration>> refusal;
    };

    /// A try of a tool, committed and to be started, or started.
    struct ToolTry {
        std::size_t activation = 0;
        std::string call;
        const ToolPlan* tool = nullptr;
        ToolStart start; ///< moved from once it was started
        base::Duration started{};
    };

    void begin(const std::string& resume_reason);
    bool settle();
    void learn_secrets();
    void redact(const Credential& credential);
    void heed_interrupt();
    void heed_cancel();
    void give_up_calls();
    void forget_questions();
    bool ask(std::size_t activation);
    /// `decided`: by a limit, not by how busy an endpoint is.
    bool waits(std::size_t activation, std::string_view why, bool decided = false);
    // Tools: engine_tools.cpp.
    /// Whether something happened: calls were admitted, or one was refused and none was made.
    bool call_tools(const std::vector<ToolAsk>& asks);
    void request_tool(const ToolAsk& ask, const Admitted& admitted);
    void start_tools();
    /// What has ended, and what has taken too long.
    void collect_tools();
    void cancel_tools();
    void tool_ended(const ToolTry& done, ToolOutcome what);
    void tool_answered(const ToolTry& done, const ToolResult& result, base::Duration duration);
    void tool_failed(const ToolTry& done, ToolFailure failure, base::Duration duration);
    std::string add_result(const ToolTry& done, std::string text, bool is_error);
    /// How long to wait for tools at most.
    [[nodiscard]] base::Duration tool_patience(base::Duration most) const;
    [[nodiscard]] std::vector<http::Wake> wakes() const;
    [[nodiscard]] bool tools_busy() const { return !tool_tries_.empty() || !ready_tools_.empty(); }
    /// Nothing is left to do but what a person has to decide.
    void rest(std::int64_t approvals);
    /// Whether the model has to be asked about before it is called; the question goes out then.
    bool ask_facts(std::size_t activation, const EndpointPlan& endpoint);
    void learn_facts(const Dispatch& done, const http::Event& event);
    /// The endpoint as it is now: with what the run learned of it and its key. Throws what the secrets throw.
    provider::Endpoint target_of(std::size_t endpoint, std::string& credential_source);
    [[nodiscard]] base::Duration time_left(const Activation& activation, base::Duration most) const;
    void send(std::size_t activation, const EndpointPlan& endpoint, const std::string& head,
              const Admitted& admitted);
    void append(Draft draft);
    void fail_agent(std::size_t activation, const Problem& problem);
    void commit();
    void dispatch();
    void wait();
    void read(Dispatch& dispatch, const std::string& bytes);
    void show(Dispatch& dispatch, std::string_view text);
    void take(http::Event& event, Dispatch done);
    [[nodiscard]] provider::Outcome outcome_of(Dispatch& done, const http::Event& event);
    /// Whether a question went out that has to be answered before the refusal is recorded.
    bool inquire(Dispatch& done, const provider::Refusal& refusal, base::Duration duration);
    void outcome(Dispatch& done, provider::Outcome outcome, const http::Response* response,
                 base::Duration duration);
    void replied(Dispatch& done, provider::Reply reply, const http::Response* response,
                 base::Duration duration);
    void refused(Dispatch& done, provider::Refusal refusal, base::Duration duration);
    void stop(std::string reason);
    [[nodiscard]] provider::Conversation conversation_of(const Activation& activation,
                                                         const std::string& head) const;
    /// What it will take at most, without putting it together.
    [[nodiscard]] Claim claim_of(const Activation& activation, const std::string& head) const;
    /// Writes down what the call cost, where that is known.
    void put_cost(const Dispatch& done, std::string_view answered_by, trace::Tokens& used) const;
    [[nodiscard]] std::string clean(std::string_view text) const { return redact_(text); }

    const Plan& plan_;
    World world_;
    State state_;
    Unpriced unpriced_;
    Transcript transcript_;
    base::Redactor redact_;
    std::vector<trace::Event> batch_; // applied, not yet committed
    std::vector<Dispatch> ready_;     // intents in batch_, to be sent after the commit
    std::map<http::CallId, Dispatch> under_way_;
    struct Waiting {
        base::Duration since; // of Clock::active
        std::string why;
        bool decided = false;
    };
    std::map<std::size_t, Waiting> waiting_; // activations whose next call has to wait for others
    std::set<std::size_t> asking_facts_;     // endpoints with that question under way
    http::CallId next_id_ = 1;
    std::vector<ToolTry> ready_tools_; // intents in batch_
    std::map<ToolId, ToolTry> tool_tries_;
    ToolId next_tool_ = 1;
    std::vector<Policy> policies_; // as they were when the current calls were asked for
    std::optional<base::Time> wake_;
    bool stopping_ = false;
    std::optional<std::string> cancelled_; // why
};

} // namespace run
