#include "resource/agent_role.hpp"

namespace resource {

using namespace schema;

const Type& describe(const AgentRoleSpec*) {
    static const Type type = object_type<AgentRoleSpec>(
        "AgentRoleSpec", "A named set of permissions that agents refer to.",
        {
            field<&AgentRoleSpec::description>("description", "What the role is for, for the reader only."),
            field<&AgentRoleSpec::permissions>(
                "permissions", "What is granted: tool:NAME:invoke for a tool, capability:NAME for a group.",
                dedupe, text_items),
        });
    return type;
}

} // namespace resource
