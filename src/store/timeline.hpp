// What happened in the whole store, in the order of time: resources that were made or changed, and the
// journals of all runs. Made of what is stored anyway: of a resource its making and its last change are
// known, of one that was deleted nothing.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "resource/resource.hpp"
#include "store/sqlite.hpp"
#include "trace/event.hpp"

namespace store {

struct Happening {
    base::Time time;
    std::string type; ///< resource.created, resource.updated, resource.deleted, or the kind of an event
    std::string kind; ///< "Task" for events of a run
    resource::Name name;
    std::int64_t generation = 0;            ///< of a resource
    std::optional<trace::Event> event = {}; ///< of a run
};

/// What is left out.
struct HappeningFilter {
    std::optional<std::string> namespace_; ///< nullopt: all
    std::string type;                      ///< "": all
    std::string kind;                      ///< "": all
    std::string name;                      ///< "": all
    base::Time since = {};                 ///< nothing before it
};

class Timeline {
  public:
    using Visit = std::function<void(const Happening&)>;
    Timeline(Connection& connection, HappeningFilter filter) : db_(connection), filter_(std::move(filter)) {}

    /// All that is known so far.
    void past(const Visit& visit);
    /// From here on, news() knows what is new.
    void begin_news();
    /// What came since begin_news() or the last news(), in the order of time. Deleted resources are among it,
    /// with `now` as their time.
    void news(base::Time now, const Visit& visit);

  private:
    struct Seen {
        std::int64_t version = 0;
        std::string kind;
        resource::Name name;
    };
    void look_at_resources(base::Time now, const Visit& visit);
    void look_at_runs(const Visit& visit);
    [[nodiscard]] bool wants(const Happening& happening) const;
    [[nodiscard]] bool wants_resources() const;
    [[nodiscard]] bool wants_runs() const;

    Connection& db_;
    HappeningFilter filter_;
    std::map<std::int64_t, Seen> resources_;    ///< by row
    std::map<std::int64_t, std::int64_t> runs_; ///< last event looked at of those that have not ended
    std::int64_t last_run_ = 0;                 ///< runs above it are new
};

/// Names of what can happen to a resource.
constexpr std::string_view resource_happenings[] = {"resource.created", "resource.updated",
                                                    "resource.deleted"};

} // namespace store
