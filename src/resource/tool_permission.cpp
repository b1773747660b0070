#include "resource/tool_permission.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "resource/tool.hpp"

namespace resource {

using namespace schema;

namespace {

using Words = std::vector<std::string_view>;

// The words of this kind are refused in the original's wording, which is not that of a choice.

/// Sets an empty `word` to `otherwise`; false when it is none of `known`.
bool settle(std::string& word, std::string_view otherwise, const Words& known) {
    if (word.empty()) word = std::string(otherwise);
    return std::find(known.begin(), known.end(), word) != known.end();
}

void mode(std::string& word, std::string_view name, std::string_view otherwise, const Words& known,
          const Check& check) {
    if (settle(word, otherwise, known)) return;
    check.error_as_is(name, base::format("unsupported {} \"{}\": expected {}", check.path(name), word,
                                         base::either(known)));
}

void rule_word(std::string& word, std::string_view name, std::string_view otherwise, const Words& known,
               const Check& check) {
    if (settle(word, otherwise, known)) return;
    std::string path = check.path(name);
    if (path.starts_with("spec.")) path.erase(0, 5);
    check.error_as_is(name, base::format("invalid {} \"{}\": expected {}", path, word, base::either(known)));
}

void operation_rule(OperationRule& rule, const Check& check) {
    static const Words classes = [] {
        Words out = operation_class_names();
        out.emplace_back("*");
        return out;
    }();
    static const Words verdicts{"allow", "deny", "approval_required"};
    rule_word(rule.operation_class, "operation_class", "*", classes, check);
    rule_word(rule.verdict, "verdict", "allow", verdicts, check);
}

void permission_rule(ToolPermissionSpec& permission, const Check& check) {
    static const Words match_modes{"all", "any"};
    static const Words apply_modes{"global", "scoped"};
    if (permission.action.empty()) permission.action = "invoke";
    mode(permission.match_mode, "match_mode", "all", match_modes, check);
    mode(permission.apply_mode, "apply_mode", "global", apply_modes, check);
    if (permission.apply_mode == "scoped" && permission.target_agents.empty()) {
        check.error("target_agents", "is required when spec.apply_mode=scoped");
    }
}

} // namespace

const Type& describe(const OperationRule*) {
    static const Type type = object_type<OperationRule, operation_rule>(
        "OperationRule", "What happens to calls of one class; the strictest rule that applies wins.",
        {
            field<&OperationRule::operation_class>(
                "operation_class", "Which calls: read, write, delete, admin, or * for those without a rule.",
                lower_case, alias("operationClass")),
            field<&OperationRule::verdict>(
                "verdict", "What happens: allow, deny, or approval_required to ask a person.", lower_case),
        });
    return type;
}

const Type& describe(const ToolPermissionSpec*) {
    static const Type type = object_type<ToolPermissionSpec, permission_rule>(
        "ToolPermissionSpec", "What an agent must be granted to call a tool.",
        {
            field<&ToolPermissionSpec::tool_ref>("tool_ref",
                                                 "The Tool it is about; the resource's own name when absent.",
                                                 trimmed, alias("toolRef")),
            field<&ToolPermissionSpec::action>("action", "The action it is about, usually invoke.",
                                               lower_case),
            field<&ToolPermissionSpec::match_mode>(
                "match_mode", "Whether all of required_permissions are needed or any one of them.",
                lower_case, alias("matchMode")),
            field<&ToolPermissionSpec::apply_mode>(
                "apply_mode", "global: every agent of the namespace; scoped: those of target_agents.",
                lower_case, alias("applyMode")),
            field<&ToolPermissionSpec::target_agents>("target_agents",
                                                      "Agents it applies to when apply_mode is scoped.",
                                                      dedupe, text_items, alias("targetAgents")),
            field<&ToolPermissionSpec::required_permissions>(
                "required_permissions", "Permissions the agent's roles must grant, as in AgentRole.", dedupe,
                text_items, alias("requiredPermissions")),
            field<&ToolPermissionSpec::operation_rules>(
                "operation_rules", "What happens to calls by what they do; without a rule they are allowed.",
                alias("operationRules")),
        });
    return type;
}

} // namespace resource
