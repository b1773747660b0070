#include "schema/document.hpp"

#include <algorithm>

namespace schema {

namespace {

/// The members that are the same for every kind.
struct Head {
    std::string api_version = "orloj.dev/v1";
    std::string kind;
    Json status;
};

/// A section that is absent is read as an empty one, so it is missing exactly when one of its fields is.
Field section(std::string_view name, std::string_view doc, const Type& (*type)()) {
    Field out;
    out.name = name;
    out.doc = doc;
    out.type = type;
    const std::vector<Field>& fields = type().fields;
    out.required = std::any_of(fields.begin(), fields.end(), [](const Field& f) { return f.required; });
    return out;
}

} // namespace

Type document_type(const Document& document) {
    return object_type<Head>(
        document.kind, document.doc,
        {
            field<&Head::api_version>("apiVersion", "Another version is read as this one, with a warning."),
            field<&Head::kind>("kind", "What the document describes.", required),
            section("metadata", "Who the resource is.", document.metadata),
            section("spec", "What the resource is to be.", document.spec),
            field<&Head::status>(
                "status", "What orloj found out, as `get -o yaml` prints it; not taken from a manifest."),
        });
}

} // namespace schema
