// `get --watch`: a table first, then each row again when it has changed, until the person has had enough.
#pragma once

#include <string>
#include <vector>

#include "cli/format.hpp"
#include "cli/listing.hpp"

namespace cli {

struct Watched {
    const resource::Kind* kind;
    std::vector<std::string> names; ///< empty: all
    store::Filter filter;
    Output output; ///< table, wide, jsonl, name or columns
    bool namespaces;
    bool headers;
    std::string sort_by; ///< of the first table
};

/// Returns the exit code of being stopped.
int watch(Session& session, Listing& listing, const Watched& watched);

} // namespace cli
