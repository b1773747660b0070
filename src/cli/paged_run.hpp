// What the page of a run is made of, from the database.
#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "picture/page.hpp"

namespace cli {

/// Throws Error{not_found} when the task has no run.
picture::PagedRun paged_run(Session& session, const resource::Name& task);

/// One task or two, of "task/A", "A", "task A", "task/A task/B" and so on. Throws Error{usage}.
std::vector<std::string> one_or_two_tasks(const std::vector<std::string>& words);

} // namespace cli
