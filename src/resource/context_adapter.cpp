#include "resource/context_adapter.hpp"

namespace resource {

using namespace schema;

const Type& describe(const OnAdapterError*) {
    static const Type type = choice_type<OnAdapterError>("on_error", {"reject", "passthrough"});
    return type;
}

const Type& describe(const ContextAdapterSpec*) {
    static const Type type = object_type<ContextAdapterSpec>(
        "ContextAdapterSpec", "A tool that rewrites a task's input before the first agent reads it.",
        {
            field<&ContextAdapterSpec::tool_ref>(
                "tool_ref", "The Tool that gets the input as JSON and answers what replaces it.", trimmed,
                alias("toolRef"), required_with("name the Tool that rewrites the input: tool_ref: my-tool")),
            field<&ContextAdapterSpec::on_error>("on_error",
                                                 "What a failure of the tool does: reject fails the task, "
                                                 "passthrough keeps the input as it was."),
        });
    return type;
}

} // namespace resource
