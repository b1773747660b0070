// Who a resource is. Identity is kind, namespace and name; everything else describes.
#pragma once

#include <map>
#include <string>

#include "schema/type.hpp"

namespace resource {

struct Metadata {
    std::string name;
    std::string namespace_ = "default";
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> annotations;
    // Set by the store; accepted in a manifest (as `get -o yaml` prints them) and ignored there.
    std::string resource_version;
    std::int64_t generation = 0;
    std::string created_at;
};
const schema::Type& describe(const Metadata*);

/// "", or why `name` cannot be a name: "must not contain '/', spaces, or whitespace".
std::string name_problem(std::string_view name);

} // namespace resource
