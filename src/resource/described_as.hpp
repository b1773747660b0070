// A field whose value follows another description than the one of its C++ type: a task inside a schedule is a
// TaskSpec with one rule of its own. Invariant: the other description is of the same C++ type.
#pragma once

#include <optional>

#include "schema/type.hpp"

namespace resource {

struct DescribedAs {
    const schema::Type& (*type)();
};

/// An attribute for schema::field.
constexpr DescribedAs described_as(const schema::Type& (*type)()) {
    return {type};
}
inline void attribute(schema::Field& field, DescribedAs other) {
    field.type = other.type;
}

/// std::optional<T> whose content is described by `element`.
template <typename T>
schema::Type optional_of(const schema::Type& (*element)()) {
    schema::Type type = schema::detail::optional_type<std::optional<T>>();
    type.element = element;
    return type;
}

} // namespace resource
