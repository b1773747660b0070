// One document of a kind, from its spec; what it becomes and what is said about it.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "../schema/marked.hpp"
#include "resource/resource.hpp"

namespace tests {

struct Decoded {
    std::optional<resource::Resource> resource;
    std::string said;
};

inline Decoded decode(const std::string& text, schema::Unknown unknown = schema::Unknown::error,
                      std::string_view override_namespace = {}) {
    schema::Parsed parsed = schema::parse_json(text);
    REQUIRE(parsed.error == "");
    base::Diagnostics diagnostics;
    Decoded out;
    out.resource = resource::decode(std::make_shared<const schema::Tree>(std::move(parsed.tree)),
                                    {"a.json", unknown, true}, override_namespace, diagnostics);
    CHECK(out.resource.has_value() == !diagnostics.has_errors());
    out.said = complaints(diagnostics);
    return out;
}

inline std::string document(std::string_view kind, std::string_view spec) {
    return R"({"kind": ")" + std::string(kind) + R"(", "metadata": {"name": "n"}, "spec": )" +
           std::string(spec) + "}";
}

template <typename Spec>
Spec spec_of(std::string_view kind, std::string_view spec) {
    const Decoded decoded = decode(document(kind, spec));
    REQUIRE(decoded.resource.has_value());
    return std::get<Spec>(decoded.resource->spec);
}

/// A spec, with the places of complaints marked, and the complaints; or its canonical form when `json` is
/// given.
struct Row {
    std::string_view spec;
    std::vector<std::string> said;
    std::string_view json = {};
};

/// The spec after `get` printed the resource and `apply` read that.
inline std::string applied_again(const resource::Resource& r) {
    const Decoded again = decode(document(r.kind().name, resource::spec_json(r.spec)));
    CHECK(again.said.find("error") == std::string::npos);
    return again.resource ? resource::spec_json(again.resource->spec) : std::string();
}

inline void check_rows(std::string_view kind, std::initializer_list<Row> rows) {
    for (const Row& row : rows) {
        CAPTURE(row.spec);
        const Marked source = marked(document(kind, row.spec));
        const Decoded decoded = decode(source.text);
        CHECK(decoded.said == expected(source, row.said));
        if (!decoded.resource) continue;
        const std::string json = resource::spec_json(decoded.resource->spec);
        if (!row.json.empty()) CHECK(json == row.json);
        CHECK(resource::spec_json(resource::read_spec(decoded.resource->kind(), json)) == json);
        CHECK(applied_again(*decoded.resource) == json);
    }
}

} // namespace tests
