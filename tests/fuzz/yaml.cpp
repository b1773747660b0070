// Any bytes as a manifest: they become resources or complaints, in bounded time and memory. What was read is
// written as YAML and JSON and must read back as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "manifest/manifest.hpp"
#include "resource/resource.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_yaml(const schema::Tree& tree) {
    base::Diagnostics diagnostics;
    const auto again = manifest::parse_yaml("again.yaml", manifest::render_yaml(tree), diagnostics);
    require(!diagnostics.has_errors());
    require(again.size() == 1);
    require(schema::to_json(*again[0]) == schema::to_json(tree));
}

void check_json(const schema::Tree& tree) {
    const std::string json = schema::to_json(tree);
    const schema::Parsed again = schema::parse_json(json);
    require(again.error.empty());
    require(schema::to_json(again.tree) == json);
}

void check_resource(const resource::Resource& resource) {
    const std::string json = resource::spec_json(resource.spec);
    const resource::Spec again = resource::read_spec(resource.kind(), json);
    require(resource::spec_json(again) == json);
    for (const resource::Reference& reference : resource::references(resource))
        (void)resource.place(reference.path);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    base::Diagnostics diagnostics;
    for (const auto& document : manifest::parse("a.yaml", text, diagnostics)) {
        check_yaml(*document);
        check_json(*document);
        const auto resource =
            resource::decode(document, {"a.yaml", schema::Unknown::warning, true}, {}, diagnostics);
        if (resource) check_resource(*resource);
    }
    diagnostics.quote("a.yaml", text);
    diagnostics.sort();
    for (const base::Diagnostic& d : diagnostics.all())
        require(!render(d).empty());
    return 0;
}
