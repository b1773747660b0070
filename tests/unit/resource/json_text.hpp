// What the tests of schemas share: JSON that has to be some.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "schema/tree.hpp"

namespace tests {

using Texts = std::vector<std::string>;

inline schema::Tree json(std::string_view text) {
    CAPTURE(text);
    schema::Parsed parsed = schema::parse_json(text);
    REQUIRE(parsed.error == "");
    return std::move(parsed.tree);
}

} // namespace tests
