#include "resource/worker.hpp"

namespace resource {

using namespace schema;

const Type& describe(const WorkerCapabilities*) {
    static const Type type = object_type<WorkerCapabilities>(
        "WorkerCapabilities", "What the machine offers.",
        {
            field<&WorkerCapabilities::gpu>("gpu", "Whether it has a graphics processor."),
            field<&WorkerCapabilities::supported_models>("supported_models", "Models it can serve itself.",
                                                         text_items),
        });
    return type;
}

const Type& describe(const WorkerSpec*) {
    static const Type type = object_type<WorkerSpec>(
        "WorkerSpec", "A machine that executes runs.",
        {
            field<&WorkerSpec::region>("region", "Where it stands, matched with a task's requirements.",
                                       trimmed),
            field<&WorkerSpec::capabilities>("capabilities", "What the machine offers."),
            field<&WorkerSpec::max_concurrent_tasks>(
                "max_concurrent_tasks", "Runs it executes at one time; below 1 means 1.", default_below(1)),
        });
    return type;
}

} // namespace resource
