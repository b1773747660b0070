#include "resource/document_rules.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "resource/resource.hpp"

namespace resource {

namespace {

using Words = std::vector<std::string_view>;

bool among(std::string_view word, const Words& words) {
    return word.empty() || std::find(words.begin(), words.end(), word) != words.end();
}

/// The text under status.`name`, without white space at its ends; "" when there is none.
std::string status_word(const Resource& resource, std::string_view name) {
    const schema::Tree* status = resource.written ? resource.written->find("status") : nullptr;
    return status == nullptr ? std::string() : std::string(base::trim(status->text_of(name)));
}

/// Phases are compared as written. `expected` follows the complaint; it may be empty.
void check_phase(const Resource& resource, const Words& phases, std::string_view expected,
                 base::Diagnostics& out) {
    const std::string phase = status_word(resource, "phase");
    if (among(phase, phases)) return;
    out.error(resource.place("status.phase"),
              base::format("invalid status.phase \"{}\" for {}{}", phase, resource.kind().name, expected));
}

} // namespace

void check_tool_permission(Resource& resource, base::Diagnostics& out) {
    auto& permission = std::get<ToolPermissionSpec>(resource.spec);
    if (permission.tool_ref.empty()) permission.tool_ref = resource.metadata.name;
    if (permission.tool_ref.empty()) out.error(resource.place("spec"), "spec.tool_ref is required");
}

void check_tool_approval(Resource& resource, base::Diagnostics& out) {
    static const Words phases{"Pending", "Approved", "Denied", "Expired"};
    check_phase(resource, phases, ": expected " + base::either(phases), out);
}

void check_task_approval(Resource& resource, base::Diagnostics& out) {
    static const Words phases{"Pending", "Approved", "Denied", "ChangesRequested", "Expired"};
    static const Words decisions{"approved", "denied", "request_changes"};
    check_phase(resource, phases, ": expected " + base::either(phases), out);
    const std::string decision = status_word(resource, "decision");
    if (among(base::lower(decision), decisions)) return;
    out.error(resource.place("status.decision"),
              base::format("invalid status.decision \"{}\" for TaskApproval: expected {}", decision,
                           base::either(decisions)));
}

void check_session(Resource& resource, base::Diagnostics& out) {
    static const Words phases{"WaitingInput", "Running",   "Paused",    "WaitingApproval",
                              "Failed",       "Cancelled", "Completed", "Expired"};
    check_phase(resource, phases, "", out);
}

void check_mcp_server(Resource& resource, base::Diagnostics& out) {
    const auto& server = std::get<McpServerSpec>(resource.spec);
    for (std::size_t i = 0; i < server.env.size(); ++i) {
        const std::string& path = server.env[i].mount_path;
        if (path.empty()) continue;
        const std::string field = base::format("env[{}].mountPath", i);
        if (server.image.empty()) {
            out.error(resource.place("spec." + field), field + " requires spec.image to be set");
        } else if (!path.starts_with('/')) {
            out.error(resource.place("spec." + field),
                      base::format("{} must be an absolute path, got \"{}\"", field, path));
        }
    }
}

void check_eval_dataset(Resource& resource, base::Diagnostics& out) {
    const auto& samples = std::get<EvalDatasetSpec>(resource.spec).samples;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (seen.insert(base::lower(samples[i].name)).second) continue;
        out.error(resource.place(base::format("spec.samples[{}].name", i)),
                  base::format("duplicate sample name \"{}\" in spec.samples", samples[i].name));
    }
}

} // namespace resource
