// The nouns of orloj. `kinds()` is the one table of them: names, spellings, descriptions and rules; decoding,
// `get`, completion, help and the man page read it. A resource is metadata and one spec.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/diagnostic.hpp"
#include "resource/agent.hpp"
#include "resource/agent_policy.hpp"
#include "resource/agent_role.hpp"
#include "resource/agent_system.hpp"
#include "resource/context_adapter.hpp"
#include "resource/eval_dataset.hpp"
#include "resource/eval_run.hpp"
#include "resource/mcp_server.hpp"
#include "resource/memory.hpp"
#include "resource/metadata.hpp"
#include "resource/model_endpoint.hpp"
#include "resource/sealed_secret.hpp"
#include "resource/secret.hpp"
#include "resource/session.hpp"
#include "resource/task.hpp"
#include "resource/task_approval.hpp"
#include "resource/task_schedule.hpp"
#include "resource/task_webhook.hpp"
#include "resource/tool.hpp"
#include "resource/tool_approval.hpp"
#include "resource/tool_permission.hpp"
#include "resource/worker.hpp"
#include "schema/type.hpp"

namespace resource {

using Spec =
    std::variant<AgentSpec, AgentSystemSpec, ModelEndpointSpec, ToolSpec, SecretSpec, SealedSecretSpec,
                 MemorySpec, ContextAdapterSpec, AgentPolicySpec, AgentRoleSpec, ToolPermissionSpec,
                 ToolApprovalSpec, TaskApprovalSpec, TaskSpec, TaskScheduleSpec, TaskWebhookSpec, WorkerSpec,
                 McpServerSpec, EvalDatasetSpec, EvalRunSpec, SessionSpec>;

struct Resource;

struct Kind {
    std::string_view name;                     ///< "AgentSystem"
    std::string_view singular;                 ///< "agent-system"
    std::string_view plural;                   ///< "agent-systems"
    std::span<const std::string_view> aliases; ///< further spellings, without hyphens removed
    std::string_view doc;
    const schema::Type& (*type)();
    Spec (*empty)(); ///< a spec with its defaults
    /// The status.phase of a stored resource of which nothing else is known.
    std::string_view phase;
    /// Of a kind that is stored but not used yet, one clause that says so: "tools cannot be called in this
    /// version". Empty for the others.
    std::string_view without_effect;
    /// Rules that need the whole document: its name, its status, places of list items. May be null. The
    /// metadata and the spec are decoded, and the spec is without errors.
    void (*check)(Resource&, base::Diagnostics&);
    /// status.phase is a decision about the resource (approved, paused) and never says that something is
    /// missing.
    bool decided;
};

std::span<const Kind> kinds();
/// By name, singular, plural or alias, with or without hyphens, ignoring case; nullptr when unknown.
const Kind* find_kind(std::string_view word);
/// The row of the spec's type.
const Kind& kind_of(const Spec& spec);
template <typename T>
const Kind& kind_of() {
    return kind_of(Spec(T{}));
}

struct Resource {
    Metadata metadata;
    Spec spec;
    base::Location where;                        ///< of the document; empty for stored resources
    std::shared_ptr<const schema::Tree> written; ///< the document; null for stored resources

    [[nodiscard]] const Kind& kind() const { return kind_of(spec); }
    /// "agent-system/claims-desk"
    [[nodiscard]] std::string id() const;
    /// Where the field with this path ("spec.model_ref") was written, or the nearest place that was.
    [[nodiscard]] base::Location place(std::string_view path) const;
};

inline const schema::Type& spec_type(const Spec& spec) {
    return kind_of(spec).type();
}
/// The address of the spec struct inside the variant, for the walks of schema.
void* address(Spec& spec);
const void* address(const Spec& spec);

/// One document to a resource. nullopt when something was wrong; it is in `diagnostics` then.
/// `default_namespace` is used where the document names none; `override_namespace`, when not empty, wins over
/// the document.
std::optional<Resource> decode(std::shared_ptr<const schema::Tree> document,
                               const schema::DecodeOptions& options, std::string_view override_namespace,
                               base::Diagnostics& diagnostics);

/// The spec as canonical JSON: the form that is stored, compared and hashed. Secret values are masked.
std::string spec_json(const Spec& spec);
/// Reads `spec_json` back.
Spec read_spec(const Kind& kind, std::string_view json);

/// "name" or "namespace/name".
struct Name {
    std::string namespace_;
    std::string name;
    auto operator<=>(const Name&) const = default;
    [[nodiscard]] std::string text() const { return namespace_ + "/" + name; }
};
Name parse_name(std::string_view text, std::string_view default_namespace);

/// "[namespace/]name[:key]"; key defaults to "value".
struct SecretRef {
    Name secret;
    std::string key;
};
SecretRef parse_secret_ref(std::string_view text, std::string_view default_namespace);

/// A mention of another resource.
struct Reference {
    const Kind* kind;
    Name target;
    std::string path;      ///< of the field that mentions it
    bool optional = false; ///< a secret may come from the environment instead
};
std::vector<Reference> references(const Resource& resource);

} // namespace resource
