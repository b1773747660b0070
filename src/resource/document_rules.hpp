// Rules that need more of a document than one struct of its spec: its name, its status, or the places of
// items in a list. Each is the `check` of its kind's row.
#pragma once

#include "base/diagnostic.hpp"

namespace resource {

struct Resource;

/// tool_ref is the resource's own name when absent.
void check_tool_permission(Resource& resource, base::Diagnostics& out);
/// The status of these may come from a person, so its words are checked.
void check_tool_approval(Resource& resource, base::Diagnostics& out);
void check_task_approval(Resource& resource, base::Diagnostics& out);
void check_session(Resource& resource, base::Diagnostics& out);
/// A mounted file needs a container and an absolute path.
void check_mcp_server(Resource& resource, base::Diagnostics& out);
/// Names of samples differ.
void check_eval_dataset(Resource& resource, base::Diagnostics& out);

} // namespace resource
