// Runs and their journals. A run is created with the contents it pins; from then on its events are appended,
// and the row of the run says what they add up to.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "resource/resource.hpp"
#include "store/sqlite.hpp"
#include "trace/event.hpp"

namespace store {

struct RunRow {
    std::int64_t id = 0;
    resource::Name task;
    std::string system;
    std::string phase;
    std::string stopped_reason;
    std::int64_t attempts = 0;
    std::string engine_version;
    base::Time created;
    std::optional<base::Time> started;
    std::optional<base::Time> finished;
    std::string last_error;
    std::string output; ///< JSON object, or ""
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t model_calls = 0;
    std::optional<base::Usd> cost; ///< as far as it is known
    std::int64_t unpriced = 0;     ///< calls of which it is not
    std::int64_t owner_pid = 0;    ///< for messages; a lock decides who owns the run
    std::string owner_host;

    [[nodiscard]] bool ended() const { return finished.has_value(); }
};

/// A task that is not done: never started, or started and not ended.
struct OpenTask {
    resource::Name name;
    std::int64_t resource = 0; ///< row of the Task; 0: only the run is stored
    std::int64_t run = 0;      ///< 0: it has none yet
    bool started = false;
    std::string spec; ///< JSON of the task
    base::Time since; ///< when it was made
};

/// A run that has ended.
struct EndedRun {
    std::int64_t id = 0;
    resource::Name task;
    std::string phase;
    base::Time finished;
};

/// One pinned content (run::Revision without naming that room).
struct PinnedSpec {
    trace::Pin pin;
    std::string spec;
};

/// The process that runs a run, for messages.
struct Owner {
    std::int64_t pid = 0;
    std::string host;
};

/// Runs one by one, ordered by namespace and task: of many, none is kept. The connection has to outlive it.
class RunCursor {
  public:
    RunCursor(Connection& connection, const std::optional<std::string>& namespace_);
    /// nullopt after the last one.
    [[nodiscard]] std::optional<RunRow> next();

  private:
    Statement rows_;
    bool ended_ = false;
};

class Runs {
  public:
    explicit Runs(Connection& connection) : db_(connection) {}

    /// In a transaction of the caller. Throws Error{store} when the task has a run already.
    std::int64_t create(const resource::Name& task, const std::string& system, std::int64_t engine_version,
                        const std::vector<PinnedSpec>& pins, base::Time now);
    [[nodiscard]] std::optional<RunRow> find(const resource::Name& task);
    /// The task of the run that began last in a namespace.
    [[nodiscard]] std::optional<resource::Name> newest(const std::string& namespace_);
    [[nodiscard]] std::vector<RunRow> list(const std::optional<std::string>& namespace_);
    /// The last `most` runs that an agent has a part in, the oldest first.
    [[nodiscard]] std::vector<RunRow> of_agent(const resource::Name& agent, std::size_t most);
    /// Tasks that are not done, without those that wait for a person, in no order. Templates are among them.
    [[nodiscard]] std::vector<OpenTask> open(const std::optional<std::string>& namespace_);
    /// Runs that have ended, the last one first.
    [[nodiscard]] std::vector<EndedRun> ended(const std::optional<std::string>& namespace_);
    /// Runs that have not.
    [[nodiscard]] std::vector<RunRow> under_way();
    /// Forgets a run with its journal, and the messages and contents that no other run uses. In a transaction
    /// of the caller, who has made sure that nobody works on it. False when there was none.
    bool remove(std::int64_t run);
    [[nodiscard]] std::vector<PinnedSpec> pins(std::int64_t run);
    /// The spec of the task as the run was started with it; nullopt when it is pinned to nothing.
    [[nodiscard]] std::optional<std::string> task_spec(std::int64_t run);
    /// Pins other contents, in one transaction of its own; writes nothing when they are the same.
    void replace_pins(std::int64_t run, const std::vector<PinnedSpec>& pins);

    /// Asks whoever owns the run to end it; the last reason holds. Void once the run has ended.
    void request_cancel(std::int64_t run, const std::string& reason, base::Time now);
    /// The reason, when somebody asked for that.
    [[nodiscard]] std::optional<std::string> cancel_request(std::int64_t run);

    /// Events with a seq above `after`, in order.
    void events(std::int64_t run, std::int64_t after, const std::function<void(trace::Event)>& visit);
    /// The seq of its last event; 0 when it has none.
    [[nodiscard]] std::int64_t last_seq(std::int64_t run);
    void messages(std::int64_t run, const std::function<void(const trace::StoredMessage&)>& visit);

    /// Appends events and messages and brings the run's row up to date, all in one transaction of its own.
    /// With `owner`, who runs it is written down as well.
    void append(std::int64_t run, const std::vector<trace::Event>& events,
                const std::vector<trace::StoredMessage>& messages, const std::optional<Owner>& owner = {});
    /// The same in a transaction of the caller. Messages that are stored already are shared.
    void write(std::int64_t run, const std::vector<trace::Event>& events,
               const std::vector<trace::StoredMessage>& messages);

  private:
    bool is_pinned_to(std::int64_t run, const std::vector<PinnedSpec>& pins);
    void pin(std::int64_t run, const std::vector<PinnedSpec>& pins);
    void account(std::int64_t run, const trace::Event& event);
    void account_calls(std::int64_t run, const std::vector<trace::Event>& events);
    Connection& db_;
};

/// The journal of one run as the engine sees it.
class RunJournal final : public trace::Sink {
  public:
    /// `owner` is written with the first commit.
    RunJournal(Connection& connection, std::int64_t run, Owner owner)
        : runs_(connection), run_(run), owner_(std::move(owner)) {}
    void commit(const std::vector<trace::Event>& events,
                const std::vector<trace::StoredMessage>& messages) override {
        runs_.append(run_, events, messages, owner_);
        owner_.reset();
    }

  private:
    Runs runs_;
    std::int64_t run_;
    std::optional<Owner> owner_; ///< until it is written
};

} // namespace store
