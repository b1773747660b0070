// Saving what can still be read of a damaged database. Invariant: nothing is made up: a row of the copy is a
// row of the original, and one whose owner is lost is left out.
#pragma once

#include <string>
#include <vector>

#include "store/sqlite.hpp"

namespace store {

struct RecoveredTable {
    std::string name;
    std::int64_t rows = 0;
    bool whole = true; ///< every row could be read
};

/// Reads the damaged file at `path` row by row, from both ends of each table and from places in between, and
/// writes what comes into `into`, which must be an empty file; it has this version's schema then. Throws
/// Error{store} when not even the list of tables can be read, and when `into` cannot be written.
std::vector<RecoveredTable> recover(const std::string& path, const std::string& into);

} // namespace store
