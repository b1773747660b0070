// TaskApproval: an output that waits for a person. Its answer is in the status, not in the spec.
#pragma once

#include <optional>
#include <string>

#include "schema/type.hpp"

namespace resource {

enum class CheckpointType { agent_output, task_output };
enum class OutputFormat { text, json };
const schema::Type& describe(const CheckpointType*);
const schema::Type& describe(const OutputFormat*);

struct TaskApprovalSpec {
    std::string task_ref;
    std::string checkpoint_id;
    CheckpointType checkpoint_type = CheckpointType::agent_output;
    std::string agent;
    std::string reason;
    base::Duration ttl = base::seconds(600);
    bool allow_request_changes = true;
    std::int64_t max_review_cycles = 3;
    std::int64_t review_cycle = 1;
    std::string supersedes;
    schema::Json output;
    std::optional<OutputFormat> output_format; ///< set once checked
    schema::Json resume_context;               ///< a map, or absent
};
const schema::Type& describe(const TaskApprovalSpec*);

} // namespace resource
