// Worker: a machine that executed runs for the original. Kept for its manifests' sake: here the only worker
// is the running process.
#pragma once

#include <string>
#include <vector>

#include "schema/type.hpp"

namespace resource {

struct WorkerCapabilities {
    bool gpu = false;
    std::vector<std::string> supported_models;
};
const schema::Type& describe(const WorkerCapabilities*);

struct WorkerSpec {
    std::string region;
    WorkerCapabilities capabilities;
    std::int64_t max_concurrent_tasks = 1;
};
const schema::Type& describe(const WorkerSpec*);

} // namespace resource
