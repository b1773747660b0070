// AgentRole: a named set of permissions.
#pragma once

#include <string>
#include <vector>

#include "schema/type.hpp"

namespace resource {

struct AgentRoleSpec {
    std::string description;
    std::vector<std::string> permissions; ///< free words; tool:NAME:ACTION and capability:NAME are looked for
};
const schema::Type& describe(const AgentRoleSpec*);

} // namespace resource
