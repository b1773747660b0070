// Which answers a condition holds for.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.hpp"
#include "run/condition.hpp"

namespace {

using Condition = resource::Condition;

Condition at(const std::string& path) {
    Condition out;
    out.output_json_path = path;
    return out;
}
Condition with(std::optional<std::string> Condition::*member, const std::string& text,
               const std::string& path = "$.x") {
    Condition out = at(path);
    out.*member = text;
    return out;
}
Condition text(std::string Condition::*member, const std::string& what) {
    Condition out;
    out.*member = what;
    return out;
}

struct Row {
    const char* name;
    Condition condition;
    std::string answer;
    bool holds;
};

void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CAPTURE(row.answer);
        CAPTURE(run::render(row.condition));
        CHECK(run::holds(row.condition, row.answer) == row.holds);
    }
}

constexpr auto equals = &Condition::equals;
constexpr auto not_equals = &Condition::not_equals;
constexpr auto contains = &Condition::contains;
constexpr auto greater = &Condition::greater_than;
constexpr auto less = &Condition::less_than;

} // namespace

TEST_CASE("conditions on text") {
    std::string longest;
    for (int i = 0; i < 170; ++i)
        longest += "(a)"; // 510 characters
    const std::string many(100'000, 'a');
    check({
        {"contains", text(&Condition::output_contains, "urgent"), "This is URGENT.", true},
        {"contains, in another case", text(&Condition::output_contains, "UrGeNt"), "urgently", true},
        {"contains, over a line break", text(&Condition::output_contains, "a b"), "a\nb", false},
        {"contains, in an empty answer", text(&Condition::output_contains, "x"), "", false},
        {"contains, beyond ASCII", text(&Condition::output_contains, "größe"), "Die größe zählt", true},
        {"contains, in another case beyond ASCII", text(&Condition::output_contains, "äpfel (3)"),
         "Zwei ÄPFEL (3)?", true},
        {"contains, beyond ASCII and not there", text(&Condition::output_contains, "ä.fel"), "ÄPFEL", false},
        {"contains not", text(&Condition::output_not_contains, "urgent"), "All is URGENT", false},
        {"contains not, in an empty answer", text(&Condition::output_not_contains, "x"), "", true},
        {"matches anywhere", text(&Condition::output_matches, "b+"), "abba", true},
        {"matches by case", text(&Condition::output_matches, "B"), "abba", false},
        {"matches in any case when told so", text(&Condition::output_matches, "(?i)B"), "abba", true},
        {"matches whole", text(&Condition::output_matches, "^yes$"), "yes, but", false},
        {"matches a whole line when told so", text(&Condition::output_matches, "(?m)^yes$"), "so\nyes\n",
         true},
        {"matches characters, not bytes", text(&Condition::output_matches, "^.{3}$"), "ä€x", true},
        {"matches with 512 characters", text(&Condition::output_matches, longest + "aa"),
         std::string(172, 'a'), true},
        {"would hang an engine that tries every way", text(&Condition::output_matches, "^(a+)+$"), many + "!",
         false},
        {"another of those", text(&Condition::output_matches, "^(a|aa)+$"), many + "b", false},
    });
    Condition both = text(&Condition::output_contains, "yes");
    both.output_not_contains = "no";
    check({{"every field holds", both, "yes", true}, {"one does not", both, "yes and no", false}});
}

TEST_CASE("conditions on a value of a JSON answer") {
    check({
        {"equal text", with(equals, "red"), R"({"x":"red"})", true},
        {"equal text, by case", with(equals, "Red"), R"({"x":"red"})", false},
        {"other text", with(not_equals, "blue"), R"({"x":"red"})", true},
        {"an integer", with(equals, "1"), R"({"x":1})", true},
        {"a number without its fraction", with(equals, "1"), R"({"x":1.0})", true},
        {"a number with one", with(equals, "1.0"), R"({"x":1})", true},
        {"a number with an exponent", with(equals, "100"), R"({"x":1e2})", true},
        {"a text that is a number", with(equals, "1"), R"({"x":"1"})", true},
        {"a text is compared as text", with(equals, "1"), R"({"x":"1.0"})", false},
        {"the integer after 2^53", with(equals, "9007199254740993"), R"({"x":9007199254740993})", true},
        {"is not the one before it", with(equals, "9007199254740992"), R"({"x":9007199254740993})", false},
        {"and is greater", with(greater, "9007199254740992"), R"({"x":9007199254740993})", true},
        {"true", with(equals, "true"), R"({"x":true})", true},
        {"true is not 1", with(equals, "1"), R"({"x":true})", false},
        {"false is there", with(not_equals, "true"), R"({"x":false})", true},
        {"null is the empty text", with(equals, ""), R"({"x":null})", true},
        {"null is not the word", with(equals, "null"), R"({"x":null})", false},
        {"null is a value", with(not_equals, "a"), R"({"x":null})", true},
        {"an object as compact JSON", with(equals, R"({"b":1,"a":[2]})"), R"({"x": {"b" : 1, "a": [ 2 ]}})",
         true},
        {"a list as compact JSON", with(equals, "[1,2]"), R"({"x":[1, 2]})", true},
        {"a key within a key", with(equals, "7", "$.a.b.c"), R"({"a":{"b":{"c":7}}})", true},
        {"a key with other characters", with(equals, "7", "$.risk-score"), R"({"risk-score":7})", true},
        {"keys go by case", with(equals, "7", "$.X"), R"({"x":7})", false},
        {"no index into a list", with(equals, "7", "$.a.0"), R"({"a":[7]})", false},
        {"nothing at the path", with(equals, "7"), R"({"y":7})", false},
        {"nothing at the path differs from nothing", with(not_equals, "7"), R"({"y":8})", false},
        {"a path through a text", with(not_equals, "7", "$.x.y"), R"({"x":"y"})", false},
        {"no JSON", with(equals, "7"), "x is 7", false},
        {"no JSON, so it does not differ either", with(not_equals, "7"), "x is 7", false},
        {"an empty answer", with(not_equals, "7"), "", false},
        {"broken JSON", with(equals, "7"), R"({"x":7)", false},
        {"JSON that is no object", with(not_equals, "7"), "[7]", false},
        {"in a fence", with(equals, "7"), "```json\n{\"x\":7}\n```", true},
        {"in a fence without a language", with(equals, "7"), "```\n{\"x\": 7}\n```\n", true},
        {"spaces around it", with(equals, "7"), "\n  {\"x\":7}  \n", true},
        {"text beyond ASCII", with(equals, "größe €"), "{\"x\":\"gr\\u00f6ße €\"}", true},
        {"a list has it", with(contains, "b"), R"({"x":["a","b"]})", true},
        {"a list has it whole", with(contains, "b"), R"({"x":["abc"]})", false},
        {"a list has the number", with(contains, "2"), R"({"x":[1,2.0]})", true},
        {"a list has true", with(contains, "true"), R"({"x":[true]})", true},
        {"an empty list", with(contains, "a"), R"({"x":[]})", false},
        {"a text has it in any case", with(contains, "RED"), R"({"x":"dark red"})", true},
        {"a number has no text in it", with(contains, "1"), R"({"x":12})", false},
        {"greater", with(greater, "0.7"), R"({"x":0.71})", true},
        {"greater is strict", with(greater, "0.7"), R"({"x":0.70})", false},
        {"greater, as text", with(greater, "0.7"), R"({"x":"0.9"})", true},
        {"10 is greater than 9", with(greater, "9"), R"({"x":"10"})", true},
        {"a word is not greater", with(greater, "9"), R"({"x":"ten"})", false},
        {"true is not greater", with(greater, "0"), R"({"x":true})", false},
        {"null is not less", with(less, "1"), R"({"x":null})", false},
        {"less, negative", with(less, "-1"), R"({"x":-1.5})", true},
        {"less is strict", with(less, "2"), R"({"x":2})", false},
        {"less, with spaces in the manifest", with(less, " 3 "), R"({"x":2})", true},
    });
    Condition between = with(greater, "1");
    between.less_than = "5";
    check({{"between", between, R"({"x":3})", true}, {"beyond", between, R"({"x":5})", false}});
    between.output_contains = "sure";
    check({{"and a word", between, R"({"x":3,"y":"Sure"})", true},
           {"without the word", between, R"({"x":3})", false}});
}

TEST_CASE("a condition in a few words") {
    Condition otherwise;
    otherwise.is_default = true;
    Condition several = with(greater, "1", "$.risk.score");
    several.less_than = "5";
    several.output_contains = "yes \"now\"";
    const std::vector<std::pair<Condition, std::string>> rows{
        {otherwise, "default"},
        {Condition{}, "always"},
        {text(&Condition::output_matches, "^a+$"), R"(output matches "^a+$")"},
        {text(&Condition::output_not_contains, "x"), R"(output does not contain "x")"},
        {with(equals, "red"), R"($.x = "red")"},
        {with(not_equals, ""), R"($.x != "")"},
        {with(contains, "a"), R"($.x contains "a")"},
        {several, R"(output contains "yes \"now\"" and $.risk.score > 1 and $.risk.score < 5)"},
    };
    for (const auto& [condition, words] : rows)
        CHECK(run::render(condition) == words);
}
