// Memory: where agents keep what outlives a run.
#pragma once

#include <string>

#include "schema/type.hpp"

namespace resource {

struct MemoryAuth {
    std::string secret_ref;
};
const schema::Type& describe(const MemoryAuth*);

struct MemorySpec {
    std::string type;     ///< any word, for the reader
    std::string provider; ///< empty: in-memory; any word, checked when the memory is used
    std::string embedding_model;
    std::string endpoint;
    std::string endpoint_secret_ref;
    MemoryAuth auth;
};
const schema::Type& describe(const MemorySpec*);

} // namespace resource
