// What every document of a kind looks like from outside: apiVersion, kind, metadata, spec, status. `explain`
// and JSON Schema walk it like any other description; nothing is decoded through it (the kind has to be known
// before the spec's type is).
#pragma once

#include "schema/type.hpp"

namespace schema {

struct Document {
    std::string_view kind; ///< "AgentSystem"
    std::string_view doc;
    const Type& (*metadata)();
    const Type& (*spec)();
};

Type document_type(const Document& document);

} // namespace schema
