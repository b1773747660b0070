// ToolPermission: what an agent must be granted to call a tool, and which calls need a person.
#pragma once

#include <string>
#include <vector>

#include "schema/type.hpp"

namespace resource {

struct OperationRule {
    std::string operation_class = "*"; ///< read, write, delete, admin or *
    std::string verdict = "allow";     ///< allow, deny or approval_required
};
const schema::Type& describe(const OperationRule*);

struct ToolPermissionSpec {
    std::string tool_ref; ///< of a decoded document never empty: the resource's own name stands in
    std::string action = "invoke";
    std::string match_mode = "all";    ///< all or any
    std::string apply_mode = "global"; ///< global or scoped
    std::vector<std::string> target_agents;
    std::vector<std::string> required_permissions;
    std::vector<OperationRule> operation_rules;
};
const schema::Type& describe(const ToolPermissionSpec*);

} // namespace resource
