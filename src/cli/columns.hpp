// The table of each kind, as the original has it, without what a single binary has no use for.
#pragma once

#include <string>
#include <vector>

#include "cli/listing.hpp"
#include "terminal/table.hpp"

namespace cli {

/// Every table begins with NAME; these are the columns after it.
struct Columns {
    const resource::Kind* kind;
    std::vector<std::string> header;
    std::vector<std::string> (*cells)(const Row&, const std::string& status);
};

const Columns& columns_of(const resource::Kind& kind);

} // namespace cli
