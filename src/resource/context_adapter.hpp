// ContextAdapter: a tool that rewrites a task's input before the first agent reads it.
#pragma once

#include <string>

#include "schema/type.hpp"

namespace resource {

enum class OnAdapterError { reject, passthrough };
const schema::Type& describe(const OnAdapterError*);

struct ContextAdapterSpec {
    std::string tool_ref;
    OnAdapterError on_error = OnAdapterError::reject;
};
const schema::Type& describe(const ContextAdapterSpec*);

} // namespace resource
