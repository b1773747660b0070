// The environment variables orloj reads, listed once; the keys of providers stand in provider::providers(). A
// check of the docs suite holds the list against what the source reads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

struct Variable {
    std::string_view name; ///< or several with commas between them
    std::string_view doc;  ///< one or two sentences
};

/// In the order help shows them.
std::span<const Variable> environment_variables();

/// The same with their names apart, and the keys of providers after them.
struct NamedVariable {
    std::vector<std::string> names;
    std::string doc;
};
std::vector<NamedVariable> all_variables();

} // namespace cli
