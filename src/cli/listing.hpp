// Resources as a person sees them: what was declared, and a status computed from the store alone, without the
// network. What `get`, `describe`, `diff` and `status` show comes from here.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "store/probes.hpp"
#include "store/resources.hpp"
#include "store/runs.hpp"

namespace cli {

/// A resource with what the store knows about it.
struct Row {
    resource::Resource resource;
    std::optional<store::RunRow> run;          ///< of a Task that was started
    bool interrupted = false;                  ///< its process is gone, and it can be resumed
    std::optional<store::ProbeRow> probe = {}; ///< of a ModelEndpoint that was asked as it is now
    base::Time read_at = {};
};

class Listing {
  public:
    explicit Listing(Session& session) : session_(session) {}

    /// With `name`, at most that one, in the session's namespace. Tasks include runs whose manifest was never
    /// stored (`run -f`), unless labels are asked for.
    std::vector<Row> read(const resource::Kind& kind, const store::Filter& filter, const std::string& name);
    /// The same for all names, one by one: of many, none is kept.
    void visit(const resource::Kind& kind, const store::Filter& filter,
               const std::function<void(Row)>& visit);
    /// "Ready", a phase, or "Error: why".
    std::string status(const Row& row);
    /// Whether what is mentioned is stored.
    bool exists(const resource::Reference& reference);

  private:
    void visit_tasks(store::Connection& connection, const store::Filter& filter,
                     const std::function<void(Row)>& visit);
    [[nodiscard]] std::optional<Row> unstored(store::Connection& connection, store::RunRow run);
    [[nodiscard]] Row with_run(resource::Resource task, std::optional<store::RunRow> run);

    Session& session_;
    std::map<std::string, bool> known_;
};

/// "12s", "3m", "5h", "9d"; what a clock that was set back says is now.
std::string age(base::Duration since);

/// -n (unless -A) and -l as a filter. Throws Error{usage}.
store::Filter label_filter(const Session& session, const Arguments& arguments);

/// One mention of a resource by another.
struct Use {
    std::string from; ///< "agent/writer", with its namespace when it is not the target's
    resource::Reference reference;
};
/// All mentions among the stored resources, sorted by who mentions.
std::vector<Use> all_uses(store::Connection& connection);

/// One resource as a JSON object: apiVersion, kind, metadata, spec (secrets masked), status.
void write(base::JsonWriter& out, const Row& row, const std::string& status);

/// "ready 3m ago", or "-" when the endpoint was never asked, or has changed since.
std::string probe_text(const Row& row);

/// Throws Error{not_found} with the nearest name.
[[noreturn]] void not_found(Session& session, const resource::Kind& kind, const resource::Name& name);

} // namespace cli
