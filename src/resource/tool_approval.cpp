#include "resource/tool_approval.hpp"

namespace resource {

using namespace schema;

const Type& describe(const ToolApprovalSpec*) {
    static const Type type = object_type<ToolApprovalSpec>(
        "ToolApprovalSpec", "One tool call that waits for a person.",
        {
            field<&ToolApprovalSpec::task_ref>("task_ref", "The Task whose run waits.", trimmed,
                                               alias("taskRef"), required),
            field<&ToolApprovalSpec::tool>("tool", "The tool that is to be called.", trimmed, required),
            field<&ToolApprovalSpec::operation_class>("operation_class",
                                                      "What the call may do, such as write.", lower_case,
                                                      alias("operationClass")),
            field<&ToolApprovalSpec::agent>("agent", "The agent that asked for the call.", trimmed),
            field<&ToolApprovalSpec::input>("input", "The arguments of the call, as JSON text."),
            field<&ToolApprovalSpec::reason>("reason", "Why a person is asked.", trimmed),
            field<&ToolApprovalSpec::ttl>("ttl", "How long the question stands before the run fails.",
                                          always),
        });
    return type;
}

} // namespace resource
