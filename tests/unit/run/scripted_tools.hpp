// Tools that do what a test says, in virtual time: a real second implementation of the interface. What a call
// answers depends on its start alone, so that a run taken up again hears the same.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "run/tools.hpp"

namespace test {

/// What a call says, and when; never when `after` is not set.
struct Said {
    run::ToolOutcome what = run::ToolResult{"ok"};
    std::optional<base::Duration> after = base::Duration{0};
};
inline Said says(std::string text, std::int64_t after_ms = 0) {
    return {run::ToolResult{std::move(text)}, base::milliseconds(after_ms)};
}
inline Said fails(std::string message, bool retryable = false) {
    return {run::ToolFailure{"execution_failed", "tool_backend_failure", retryable, std::move(message)},
            base::Duration{0}};
}
using ToolScript = std::function<Said(const run::ToolStart&)>;

class ScriptedTools final : public run::Tools {
  public:
    /// `clock` may be null where nothing is called.
    explicit ScriptedTools(ToolScript script, base::Clock* clock = nullptr)
        : script_(std::move(script)), clock_(clock) {}

    std::variant<run::ToolPlan, std::string> plan(const std::string&, const std::string& name,
                                                  const resource::ToolSpec* spec) const override {
        if (spec != nullptr && spec->type == resource::ToolType::grpc)
            return "has the type grpc, which is not available in this version";
        run::ToolPlan out = run::tool_plan(name, spec == nullptr ? resource::ToolSpec{} : *spec);
        out.idempotent = idempotent.contains(name);
        out.needs_approval = gated.contains(name);
        return out;
    }
    void start(run::ToolId id, run::ToolStart start) override {
        Said said = script_(start);
        if (said.after) due_.emplace(id, Due{clock_->active() + *said.after, std::move(said.what)});
        started.push_back(std::move(start));
        most = std::max(most, ++open);
    }
    void cancel(run::ToolId id) override {
        due_.erase(id);
        cancelled.push_back(id);
        --open;
    }
    std::vector<run::ToolEnd> ended() override {
        std::vector<run::ToolEnd> out;
        for (auto it = due_.begin(); it != due_.end();) {
            if (it->second.at > clock_->active()) {
                ++it;
                continue;
            }
            out.push_back({it->first, std::move(it->second.what)});
            it = due_.erase(it);
            --open;
        }
        return out;
    }
    std::optional<base::Duration> next_look() const override {
        std::optional<base::Duration> out;
        for (const auto& [id, due] : due_) {
            const base::Duration in = std::max(due.at - clock_->active(), base::Duration{0});
            if (!out || in < *out) out = in;
        }
        return out;
    }

    std::set<std::string> idempotent;
    std::set<std::string> gated; ///< need approval
    std::vector<run::ToolStart> started;
    std::vector<run::ToolId> cancelled;
    int open = 0;
    int most = 0; ///< at once

  private:
    struct Due {
        base::Duration at;
        run::ToolOutcome what;
    };
    ToolScript script_;
    base::Clock* clock_;
    std::map<run::ToolId, Due> due_;
};

} // namespace test
