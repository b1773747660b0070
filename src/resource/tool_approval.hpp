// ToolApproval: one tool call that waits for a person. Its answer is in the status, not in the spec.
#pragma once

#include <string>

#include "schema/type.hpp"

namespace resource {

struct ToolApprovalSpec {
    std::string task_ref;
    std::string tool;
    std::string operation_class;
    std::string agent;
    std::string input; ///< the call's arguments as JSON text
    std::string reason;
    base::Duration ttl = base::seconds(600);
};
const schema::Type& describe(const ToolApprovalSpec*);

} // namespace resource
