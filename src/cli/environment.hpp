// The environment variables orloj reads, listed once; the keys of providers stand in provider::providers(). A
// check of the docs suite holds the list against what the source reads.
#pragma once

#include <span>
#include <string_view>

namespace cli {

struct Variable {
    std::string_view name; ///< or several with commas between them
    std::string_view doc;  ///< one or two sentences
};

/// In the order help shows them.
std::span<const Variable> environment_variables();

} // namespace cli
