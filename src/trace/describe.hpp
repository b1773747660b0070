// The descriptions of the payloads, in the order of Payload. Included by the .cpp files of this room only.
#pragma once

#include "trace/event.hpp"

namespace trace {

const schema::Type& describe(const Pin*);
const schema::Type& describe(const TaskStart*);
const schema::Type& describe(const TaskEnd*);
const schema::Type& describe(const TaskInterrupted*);
const schema::Type& describe(const TaskResumed*);
const schema::Type& describe(const TaskCancelled*);
const schema::Type& describe(const TaskRetryScheduled*);
const schema::Type& describe(const AgentStart*);
const schema::Type& describe(const AgentEnd*);
const schema::Type& describe(const HandOff*);
const schema::Type& describe(const EdgeSkipped*);
const schema::Type& describe(const JoinWait*);
const schema::Type& describe(const JoinOpen*);
const schema::Type& describe(const DelegatesReported*);
const schema::Type& describe(const PolicyDecision*);
const schema::Type& describe(const ModelRequest*);
const schema::Type& describe(const ModelCall*);
const schema::Type& describe(const ModelError*);
const schema::Type& describe(const RetryScheduled*);
const schema::Type& describe(const Fallback*);
const schema::Type& describe(const ParameterDropped*);
const schema::Type& describe(const ModelDescribed*);
const schema::Type& describe(const ToolRequest*);
const schema::Type& describe(const ToolCall*);
const schema::Type& describe(const ToolError*);
const schema::Type& describe(const ApprovalPending*);
const schema::Type& describe(const ApprovalDecided*);
const schema::Type& describe(const ContractViolation*);
const schema::Type& describe(const Warning*);
const schema::Type& describe(const TaskForked*);

} // namespace trace
