// Any bytes as JSON: refused, or a tree that is written and read back the same, whatever it is read over.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "schema/tree.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    const schema::Parsed parsed = schema::parse_json(text);
    const schema::Parsed bare = schema::parse_json(text, schema::Marks::none);
    if (bare.error != parsed.error) std::abort();
    const std::string_view second = text.substr(size / 2);
    const schema::Parsed fresh = schema::parse_json(second, schema::Marks::none);
    schema::Parsed over;
    schema::parse_json_over(text.substr(0, size / 2), over);
    schema::parse_json_over(second, over);
    if (over.error != fresh.error || schema::to_json(over.tree) != schema::to_json(fresh.tree)) std::abort();
    if (!parsed) return 0;
    const std::string json = schema::to_json(parsed.tree);
    if (schema::to_json(bare.tree) != json) std::abort();
    const schema::Parsed again = schema::parse_json(json);
    if (!again || schema::to_json(again.tree) != json) std::abort();
    return 0;
}
