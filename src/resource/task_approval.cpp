#include "resource/task_approval.hpp"

namespace resource {

using namespace schema;

namespace {

void approval_rule(TaskApprovalSpec& approval, const Check& check) {
    if (!approval.output_format) {
        const std::string& output = approval.output.text;
        approval.output_format =
            output.empty() || output.front() == '"' ? OutputFormat::text : OutputFormat::json;
    }
    if (!approval.resume_context.text.empty() && approval.resume_context.text.front() != '{') {
        check.error("resume_context", "must be a map");
    }
}

} // namespace

const Type& describe(const CheckpointType*) {
    static const Type type = choice_type<CheckpointType>("checkpoint_type", {"agent_output", "task_output"});
    return type;
}
const Type& describe(const OutputFormat*) {
    static const Type type = choice_type<OutputFormat>("output_format", {"text", "json"});
    return type;
}

const Type& describe(const TaskApprovalSpec*) {
    static const Type type = object_type<TaskApprovalSpec, approval_rule>(
        "TaskApprovalSpec", "An output that waits for a person.",
        {
            field<&TaskApprovalSpec::task_ref>("task_ref", "The Task whose run waits.", trimmed,
                                               alias("taskRef"), required),
            field<&TaskApprovalSpec::checkpoint_id>(
                "checkpoint_id", "The checkpoint_id of the review that asked.", trimmed, required),
            field<&TaskApprovalSpec::checkpoint_type>(
                "checkpoint_type", "What is reviewed: agent_output of one agent, or task_output of the run."),
            field<&TaskApprovalSpec::agent>("agent", "The agent that produced the output.", trimmed),
            field<&TaskApprovalSpec::reason>("reason", "Why a person is asked.", trimmed),
            field<&TaskApprovalSpec::ttl>("ttl", "How long the question stands before the run fails.",
                                          always),
            field<&TaskApprovalSpec::allow_request_changes>(
                "allow_request_changes", "Whether the answer may be to change the output.", always),
            field<&TaskApprovalSpec::max_review_cycles>(
                "max_review_cycles", "How often changes may be asked for; below 1 means 3.",
                default_below(1)),
            field<&TaskApprovalSpec::review_cycle>("review_cycle", "Which round this is, from 1.",
                                                   default_below(1)),
            field<&TaskApprovalSpec::supersedes>("supersedes", "The TaskApproval of the round before.",
                                                 trimmed),
            field<&TaskApprovalSpec::output>("output", "What is reviewed: text or any value."),
            field<&TaskApprovalSpec::output_format>(
                "output_format",
                "How the output is shown: text or json; when absent text for a text, else json."),
            field<&TaskApprovalSpec::resume_context>("resume_context",
                                                     "Set by the run: what it needs to go on."),
        });
    return type;
}

} // namespace resource
