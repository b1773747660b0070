// The list of prices: which entry counts, and what tokens cost by it.
#include "resource/price_list.hpp"

#include "../schema/marked.hpp"
#include "base/text.hpp"
#include "document.hpp"

namespace {

using namespace resource;

base::Usd usd(std::string_view text) {
    return *base::parse_usd(text);
}

Price priced(const std::string& match, std::string_view input, std::string_view output) {
    Price out;
    out.match = match;
    out.input = usd(input);
    out.output = usd(output);
    return out;
}

struct Read {
    PriceList list;
    std::string said;
};

Read read(const std::string& text) {
    schema::Parsed parsed = schema::parse_json(text);
    REQUIRE(parsed.error == "");
    base::Diagnostics diagnostics;
    Read out;
    out.list =
        schema::decode<PriceList>(parsed.tree, "", {"p.yaml", schema::Unknown::error, true}, diagnostics);
    out.said = tests::complaints(diagnostics);
    return out;
}

TEST_CASE("a glob matches all of a name, ignoring case") {
    struct Row {
        std::string_view pattern, text;
        bool fits;
    };
    for (const Row& row : {
             Row{"gpt-4o", "gpt-4o", true},
             {"GPT-4o", "gpt-4O", true},
             {"gpt-4o", "gpt-4o-mini", false},
             {"gpt-4o*", "gpt-4o-mini", true},
             {"gpt-4o*", "gpt-4o", true},
             {"*", "", true},
             {"*", "anything/at:all", true},
             {"", "", true},
             {"", "x", false},
             {"?", "", false},
             {"claude-?-opus", "claude-4-opus", true},
             {"claude-?-opus", "claude-45-opus", false},
             {"*/llama*:free", "meta/llama-3.1:free", true},
             {"*/llama*:free", "meta/llama-3.1", false},
             {"*a*b", "aaab", true},
             {"*a*b", "aaba", false},
             {"a*a", "a", false},
             {"*ab*ab", "abab", true},
             {"**", "x", true},
             {"[a]", "a", false},
             {"a.c", "abc", false},
         }) {
        CAPTURE(row.pattern);
        CAPTURE(row.text);
        CHECK(matches_glob(row.pattern, row.text) == row.fits);
    }
}

TEST_CASE("cached tokens are part of the input and have prices of their own") {
    Price price = priced("*", "0.15", "0.60");
    struct Row {
        CountedTokens tokens;
        std::string_view plain, cached;
    };
    for (const Row& row : {
             Row{{0, 0, 0, 0}, "0", "0"},
             {{1000, 0, 0, 0}, "0.00015", "0.00015"},
             {{0, 1000, 0, 0}, "0.0006", "0.0006"},
             {{1000, 100, 400, 0}, "0.00021", "0.00018"},     // 600 x 0.15 + 400 x 0.075 + 100 x 0.60
             {{1000, 100, 0, 200}, "0.00021", "0.0002175"},   // 800 x 0.15 + 200 x 0.1875 + 100 x 0.60
             {{1000, 100, 400, 200}, "0.00021", "0.0001875"}, // 400, 400 and 200
             {{1000, 0, 5000, 0}, "0.00015", "0.000075"},     // more cached than read: all of it was
             {{1000, 0, 800, 900}, "0.00015", "0.0000975"},   // 800 read, so at most 200 kept
             {{1, 1, 0, 0}, "0.00000075", "0.00000075"},
         }) {
        CAPTURE(row.tokens.input);
        price.cached_read.reset();
        price.cache_write.reset();
        CHECK(base::decimal(cost_of(price, row.tokens)) == row.plain);
        price.cached_read = usd("0.075");
        price.cache_write = usd("0.1875");
        CHECK(base::decimal(cost_of(price, row.tokens)) == row.cached);
    }
}

TEST_CASE("the most a call can cost is reckoned with the dearest way to read") {
    Price price = priced("*", "3", "15");
    CHECK(base::decimal(most_cost_of(price, 1000, 100)) == "0.0045");
    price.cached_read = usd("0.3");
    CHECK(base::decimal(most_cost_of(price, 1000, 100)) == "0.0045");
    price.cache_write = usd("3.75");
    CHECK(base::decimal(most_cost_of(price, 1000, 100)) == "0.00525");
}

TEST_CASE("of the entries that name a call, the first that was valid then counts") {
    const Read found = read(R"({"prices": [
        {"match": "gpt-4o-mini*", "endpoint": "batch-*", "input": 1, "output": 1},
        {"match": "gpt-4o-mini*", "input": 2, "output": 2, "valid_from": "2026-06-01"},
        {"match": "gpt-4o-mini*", "input": 3, "output": 3, "valid_from": "2026-01-01T12:00:00+01:00"},
        {"match": "gpt-4o*", "provider": "OpenAI", "input": 4, "output": 4},
        {"match": "dated-2026-?", "input": 5, "output": 5}]})");
    CHECK(found.said == "");
    struct Row {
        PricedCall call;
        std::string_view input;
    };
    const auto at = [](std::string_view text) { return *base::parse_rfc3339(text); };
    const base::Time summer = at("2026-06-01T00:00:00Z");
    for (const Row& row : {
             Row{{"openai", "e", "gpt-4o-mini", "", summer}, "2"},
             {{"openai", "batch-1", "gpt-4o-mini", "", summer}, "1"},
             {{"openai", "e", "gpt-4o-mini", "", {summer.us - 1}}, "3"},
             {{"openai", "e", "gpt-4o-mini", "", at("2026-01-01T11:00:00Z")}, "3"},
             {{"openai", "e", "gpt-4o-mini", "", at("2026-01-01T10:59:59Z")}, "4"},
             {{"azure-openai", "e", "gpt-4o-mini", "", at("2025-01-01T00:00:00Z")}, "none"},
             {{"openai", "e", "GPT-4o", "", summer}, "4"},
             {{"ollama", "e", "gpt-4o", "", summer}, "none"},
             {{"openai", "e", "alias", "dated-2026-x", summer}, "5"},
             {{"openai", "e", "alias", "", summer}, "none"},
         }) {
        CAPTURE(row.call.model);
        CAPTURE(row.call.provider);
        const Price* price = find_price(found.list, row.call);
        CHECK((price == nullptr ? "none" : base::decimal(price->input)) == row.input);
    }
}

TEST_CASE("a list is read strictly") {
    struct Row {
        std::string text, said;
    };
    for (const Row& row : {
             Row{R"({})", ""},
             {R"({"prices": []})", ""},
             {R"({"prices": [{"match": "m", "input": 0, "output": 0}]})", ""},
             {R"({"prices": [{"match": "m", "input": 0.15}]})", "1:13 error: prices[0].output is required\n"},
             {R"({"prices": [{"match": " ", "input": 1, "output": 1}]})",
              "1:23 error: prices[0].match is required\n"},
             {R"({"prices": [{"match": "m", "input": "$1", "output": 1}]})",
              "1:37 error: invalid prices[0].input \"$1\": expected an amount of US dollars such as "
              "0.15 | write the number alone\n"},
             {R"({"prices": [{"match": "m", "input": -1, "output": 1}]})",
              "1:37 error: invalid prices[0].input \"-1\": expected an amount of US dollars such as "
              "0.15\n"},
             {R"({"prices": [{"match": "m", "input": 1, "output": 1, "cached_raed": 1}]})",
              "1:53 error: unknown field 'cached_raed' in prices[0] | did you mean 'cached_read'?\n"},
             {R"({"prices": [{"match": "m", "input": 1, "output": 1, "valid_from": "May"}]})",
              "1:67 error: invalid prices[0].valid_from \"May\": expected a date such as 2026-01-31 "
              "or a "
              "time such as 2026-01-31T12:00:00Z\n"},
         }) {
        CAPTURE(row.text);
        CHECK(read(row.text).said == row.said);
    }
}

} // namespace
