#include <cstdint>
#include <set>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "provider/names.hpp"
#include "provider/provider.hpp"

namespace provider {
namespace {

bool valid_name(std::string_view name) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    constexpr std::string_view all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789-";
    return !name.empty() && name.size() <= 64 && letters.find(name.front()) != std::string_view::npos &&
           name.find_first_not_of(all) == std::string_view::npos;
}

/// Byte strings of every length up to 200, the same in every run; half of them of letters that collide.
std::vector<std::string> byte_strings() {
    std::uint32_t state = 1;
    const auto next = [&] { return state = state * 1664525U + 1013904223U; };
    std::vector<std::string> out;
    for (std::size_t length = 0; length <= 200; ++length) {
        for (int kind = 0; kind < 2; ++kind) {
            std::string text;
            while (text.size() < length)
                text += kind == 0 ? static_cast<char>(next() >> 24U) : "aA.-_/"[(next() >> 24U) % 6];
            out.push_back(std::move(text));
        }
    }
    return out;
}

TEST_CASE("wire names: examples") {
    const std::pair<std::string, std::string> table[] = {
        {"web_search", "web_search"},
        {"Web-Search2", "Web-Search2"},
        {std::string(64, 'a'), std::string(64, 'a')},
        {"memory.write", "memory_write_810a49fb"},
        {"", "t__e3b0c442"},
        {"2fast", "t_2fast_323a2d31"},
        {"-x", "t_-x_a4209624"},
        {"caf\xC3\xA9", "caf___850f7dc4"},
        {std::string(65, 'a'), std::string(55, 'a') + "_635361c4"},
    };
    for (const auto& [name, wire] : table)
        CHECK(wire_name(name) == wire);
}

TEST_CASE("wire names: valid, different, stable and reversible for any bytes") {
    std::vector<ToolDefinition> tools;
    for (const std::string& name : byte_strings())
        tools.push_back({name, "", {}});
    const WireNames names(tools);
    std::vector<ToolDefinition> reversed(tools.rbegin(), tools.rend());
    const WireNames other_order(reversed);
    std::set<std::string> seen;
    std::set<std::string> originals;
    for (const ToolDefinition& tool : tools) {
        if (!originals.insert(tool.name).second) continue;
        const std::string wire = names.wire(tool.name);
        CHECK(valid_name(wire));
        CHECK(seen.insert(base::lower(wire)).second);
        CHECK(names.original(wire) == tool.name);
        CHECK(other_order.wire(tool.name) == wire);
    }
}

TEST_CASE("wire names: names that differ only in case, or meet another's hash") {
    const std::string hashed = wire_name("a.b");
    const WireNames names({{"Search", "", {}}, {"search", "", {}}, {"a.b", "", {}}, {hashed, "", {}}});
    CHECK(names.wire("Search") != names.wire("search"));
    CHECK(names.wire("a.b") == hashed);
    CHECK(names.wire(hashed) != hashed);
    CHECK(names.original(names.wire(hashed)) == hashed);
    CHECK(names.original(hashed) == "a.b");
}

TEST_CASE("wire names: what a model makes of them") {
    const WireNames names({{"team/search", "", {}}, {"Plain", "", {}}});
    CHECK(names.original("team/search") == "team/search");
    CHECK(names.original("TEAM/SEARCH") == "team/search");
    CHECK(names.original(base::upper(names.wire("team/search"))) == "team/search");
    CHECK(names.original("plain") == "Plain");
    CHECK(names.original("nothing") == "nothing");
    CHECK(names.wire("gone.tool") == wire_name("gone.tool"));
}

TEST_CASE("wire ids: valid, different and the same for call and result") {
    constexpr std::string_view all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789-";
    for (const std::size_t longest : {std::size_t{40}, std::size_t{64}}) {
        WireIds ids({longest, true});
        WireIds again({longest, true});
        std::set<std::string> seen;
        for (const std::string& id : byte_strings()) {
            const std::string call = ids.call(id);
            CHECK(!call.empty());
            CHECK(call.size() <= longest);
            CHECK(call.find_first_not_of(all) == std::string::npos);
            CHECK(seen.insert(call).second);
            CHECK(ids.result(id) == call);
            CHECK(again.call(id) == call);
        }
    }
}

TEST_CASE("wire ids: kept where the rule allows, renamed when used twice") {
    WireIds ids({40, false});
    CHECK(ids.call("functions.x:0") == "functions.x:0");
    CHECK(ids.result("functions.x:0") == "functions.x:0");
    const std::string second = ids.call("functions.x:0"); // a server that counts from zero every time
    CHECK(second != "functions.x:0");
    CHECK(ids.result("functions.x:0") == second);
    CHECK(ids.result("functions.x:0") == second);
    CHECK(ids.call(std::string(41, 'x')).size() == 40);
    CHECK(ids.result("never called") == "never called");

    WireIds pair({64, true});
    const std::string a = pair.call("0");
    const std::string b = pair.call("0");
    CHECK(pair.result("0") == a);
    CHECK(pair.result("0") == b);
}

} // namespace
} // namespace provider
