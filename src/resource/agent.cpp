#include "resource/agent.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "resource/output_schema.hpp"

namespace resource {

using namespace schema;

namespace {

constexpr std::size_t schema_bytes = 65536; // limits of the original, so that manifests move both ways
constexpr int schema_levels = 10;

int map_depth(const Tree& tree) {
    int deepest = 0;
    for (const Entry& entry : tree.entries)
        deepest = std::max(deepest, map_depth(entry.value));
    for (const Tree& item : tree.items)
        deepest = std::max(deepest, map_depth(item));
    return deepest + (tree.is_map() ? 1 : 0);
}

/// What the check of answers makes of a schema that keeps the limits.
void check_keywords(const Tree& schema, const Check& check) {
    if (const std::string problem = schema_problem(schema); !problem.empty())
        return check.error_as_is("output_schema",
                                 base::format("{}: {}", check.path("output_schema"), problem));
    std::vector<std::string> unsupported = unsupported_keywords(schema);
    if (unsupported.empty()) return;
    constexpr std::size_t named = 10;
    const std::size_t more = unsupported.size() - std::min(named, unsupported.size());
    if (more > 0) unsupported.resize(named);
    if (more > 0) unsupported.push_back(base::format("{} more", more));
    check.warning("output_schema", base::format("has keywords that answers are not checked against: {}",
                                                base::join(unsupported, ", ")));
}

void check_output_schema(const Json& json, const Check& check) {
    if (json.text.empty() || json.text == "{}") return;
    const Parsed parsed = parse_json(json.text);
    if (!parsed.tree.is_map() || parsed.tree.find("type") == nullptr) {
        check.error_as_is("output_schema",
                          check.path("output_schema") + ": root level must contain a \"type\" key");
        return;
    }
    if (json.text.size() > schema_bytes) {
        check.error_as_is("output_schema",
                          base::format("{}: serialized size {} exceeds limit of {} bytes",
                                       check.path("output_schema"), json.text.size(), schema_bytes));
    }
    const int depth = map_depth(parsed.tree);
    if (depth > schema_levels) {
        check.error_as_is("output_schema", base::format("{}: nesting depth {} exceeds limit of {}",
                                                        check.path("output_schema"), depth, schema_levels));
    }
    if (json.text.size() <= schema_bytes && depth <= schema_levels) check_keywords(parsed.tree, check);
}

void execution_rule(Execution& e, const Check& check) {
    if (e.profile == Profile::contract && e.tool_sequence.empty()) {
        check.error("tool_sequence", "is required when spec.execution.profile=contract");
    } else if (e.profile == Profile::contract) {
        check.warning("profile", "contract has no effect: contracts are not available in this version");
    }
    std::vector<std::string> markers;
    for (const std::string& marker : e.required_output_markers) {
        const std::string text(base::trim(marker));
        if (!text.empty() && std::find(markers.begin(), markers.end(), text) == markers.end())
            markers.push_back(text);
    }
    e.required_output_markers = std::move(markers);
    check_output_schema(e.output_schema, check);
}

void memory_rule(AgentMemory& memory, const Check& check) {
    static const std::vector<std::string_view> operations{"read", "write", "search", "list", "ingest"};
    std::vector<std::string> allow;
    for (const std::string& written : memory.allow) {
        std::string word = base::lower(base::trim(written));
        if (word.starts_with("memory.")) word.erase(0, 7);
        if (std::find(operations.begin(), operations.end(), word) == operations.end()) {
            check.error_as_is("allow",
                              base::format("invalid {}: invalid memory operation \"{}\": expected {}",
                                           check.path("allow"), written, base::either(operations)));
        } else if (std::find(allow.begin(), allow.end(), word) == allow.end()) {
            allow.push_back(word);
        }
    }
    memory.allow = std::move(allow);
    if (!memory.allow.empty() && memory.ref.empty()) {
        check.error("ref", "is required when spec.memory.allow is set");
    }
}

} // namespace

const Type& describe(const Profile*) {
    static const Type type = choice_type<Profile>("profile", {"dynamic", "contract"});
    return type;
}
const Type& describe(const DuplicateCalls*) {
    static const Type type =
        choice_type<DuplicateCalls>("duplicate_tool_call_policy", {"short_circuit", "deny"});
    return type;
}
const Type& describe(const OnViolation*) {
    static const Type type =
        choice_type<OnViolation>("on_contract_violation", {"observe", "non_retryable_error"});
    return type;
}
const Type& describe(const ToolUse*) {
    static const Type type =
        choice_type<ToolUse>("tool_use_behavior", {"run_llm_again", "stop_on_first_tool"});
    return type;
}

const Type& describe(const AgentMemory*) {
    static const Type type = object_type<AgentMemory, memory_rule>(
        "AgentMemory", "The memory an agent may use.",
        {
            field<&AgentMemory::ref>("ref", "Name of the Memory, in the agent's own namespace.", trimmed),
            field<&AgentMemory::type>("type", "What kind of store it is, for the reader only.", trimmed),
            field<&AgentMemory::provider>("provider", "Who keeps the entries, for the reader only.", trimmed),
            field<&AgentMemory::allow>("allow",
                                       "Operations offered as tools: read, write, search, list, ingest.",
                                       unsupported("memory is not available in this version")),
        });
    return type;
}

const Type& describe(const Execution*) {
    static const Type type = object_type<Execution, execution_rule>(
        "Execution", "How the agent's loop runs.",
        {
            field<&Execution::profile>("profile",
                                       "dynamic: the model decides; contract: the tools of tool_sequence are "
                                       "required."),
            field<&Execution::tool_sequence>("tool_sequence", "Tools a contract requires.", dedupe,
                                             text_items),
            field<&Execution::required_output_markers>(
                "required_output_markers", "Texts the answer must contain under a contract.", text_items,
                unsupported("contracts are not available in this version")),
            field<&Execution::duplicate_tool_call_policy>("duplicate_tool_call_policy",
                                                          "What a call with the same tool and arguments as "
                                                          "one that succeeded does: short_circuit gives "
                                                          "its result again, deny answers with an error.",
                                                          alias("duplicateToolCallPolicy")),
            field<&Execution::on_contract_violation>(
                "on_contract_violation",
                "What a broken contract does: observe records it, non_retryable_error fails the agent.",
                alias("onContractViolation")),
            field<&Execution::tool_use_behavior>("tool_use_behavior",
                                                 "After a tool: run_llm_again asks the model again, "
                                                 "stop_on_first_tool makes its result the answer.",
                                                 alias("toolUseBehavior")),
            field<&Execution::output_schema>("output_schema",
                                             "JSON Schema the answer must follow: the model is held to it as "
                                             "its provider allows, the answer is "
                                             "checked, and asked for once more when it does not follow.",
                                             alias("outputSchema")),
        });
    return type;
}

const Type& describe(const AgentLimits*) {
    static const Type type = object_type<AgentLimits>(
        "AgentLimits", "Where the agent stops.",
        {
            field<&AgentLimits::max_steps>(
                "max_steps", "How many model calls one agent may make; below 1 means 10.", default_below(1)),
            field<&AgentLimits::timeout>("timeout",
                                         "Active time the agent may take in all; 0 or absent: no limit."),
        });
    return type;
}

const Type& describe(const AgentSpec*) {
    static const Type type = object_type<AgentSpec>(
        "AgentSpec", "A prompt bound to a model endpoint.",
        {
            field<&AgentSpec::model_ref>("model_ref", "The ModelEndpoint to ask: name or namespace/name.",
                                         trimmed, alias("modelRef"),
                                         required_with("name a ModelEndpoint: model_ref: openai-default")),
            gone("model", "spec.model has been removed; use spec.model_ref",
                 "declare a ModelEndpoint whose default_model is that model, and name it: model_ref: NAME"),
            field<&AgentSpec::fallback_model_refs>("fallback_model_refs",
                                                   "Endpoints tried in order when the first cannot answer.",
                                                   dedupe, alias("fallbackModelRefs")),
            field<&AgentSpec::prompt>("prompt", "The system prompt, sent as written."),
            field<&AgentSpec::tools>("tools", "Names of Tools the model may call.", text_items,
                                     unsupported("tools are not available in this version")),
            field<&AgentSpec::allowed_tools>("allowed_tools", "Tools that need no permission.", dedupe,
                                             alias("allowedTools"), text_items),
            field<&AgentSpec::roles>("roles", "AgentRoles that grant permissions.", dedupe,
                                     unsupported("roles are not available in this version")),
            field<&AgentSpec::memory>("memory", "The memory the agent may use."),
            field<&AgentSpec::execution>("execution", "How the agent's loop runs."),
            field<&AgentSpec::limits>("limits", "Where the agent stops: model calls and time."),
        });
    return type;
}

} // namespace resource
