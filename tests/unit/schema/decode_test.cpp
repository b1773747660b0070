#include <string>

#include <doctest/doctest.h>

#include "marked.hpp"
#include "zoo.hpp"

namespace {

using schema::Unknown;
using zoo::Zoo;

struct Read {
    Zoo zoo;
    std::string said;
};

Read read(std::string_view json, Unknown unknown = Unknown::error) {
    const schema::Parsed parsed = schema::parse_json(json);
    REQUIRE(parsed.error == "");
    base::Diagnostics diagnostics;
    Read out;
    out.zoo = schema::decode<Zoo>(parsed.tree, "zoo", {"zoo.json", unknown, true}, diagnostics);
    out.said = tests::complaints(diagnostics);
    return out;
}

struct Row {
    std::string_view json; // with marks
    std::vector<std::string> said;
};

void check_all(std::initializer_list<Row> rows, Unknown unknown = Unknown::error) {
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const tests::Marked source = tests::marked(row.json);
        CHECK(read(source.text, unknown).said == tests::expected(source, row.said));
    }
}

TEST_CASE("every shape is read") {
    const Read r =
        read(R"({"title": " as is ", "code": " c ", "slug": " SLUG ", "open": true, "gates": 4, "floors": "5",
        "visitors": -1, "price": 1.5e1, "opens": "1m30s", "closes": "0", "colour": " Light_Blue ",
        "extra": {"b": [1.50, null], "a": "x"}, "key": "sk", "animals": ["a", 5, true, 0.70], "tags": [" A ", "a", "", "b", "B"],
        "cages": [{"name": "n"}, {"cageName": "m", "animals": 0}], "keepers": ["ann", {"name": "bob", "shift": "night"}, 7],
        "labels": {"z": "1", "a": 2, "t": false}, "keys": {"k": "v"}, "by_name": {"x": {"name": "y"}},
        "motto": "", "year": 1900, "free": false, "tour": "0s", "best": {"name": "b"}})");
    CHECK(r.said == "");
    const Zoo& z = r.zoo;
    CHECK(z.title == " as is ");
    CHECK(z.code == "c");
    CHECK(z.slug == "slug");
    CHECK(z.open);
    CHECK(z.gates == 4);
    CHECK(z.floors == 5);
    CHECK(z.visitors == -1);
    CHECK(z.price == 15.0);
    CHECK(z.opens == base::seconds(90));
    CHECK(z.closes == base::Duration{});
    CHECK(z.colour == zoo::Colour::light_blue);
    CHECK(z.extra.text == R"({"b":[1.50,null],"a":"x"})");
    CHECK(z.key.reveal() == "sk");
    CHECK(z.animals == std::vector<std::string>{"a", "5", "true", "0.70"});
    CHECK(z.tags == std::vector<std::string>{"A", "b"});
    CHECK(z.cages == std::vector<zoo::Cage>{{"n", 1}, {"m", 0}});
    CHECK(z.keepers == std::vector<zoo::Keeper>{{"ann", ""}, {"bob", "night"}, {"7", ""}});
    CHECK(z.labels == std::map<std::string, std::string>{{"a", "2"}, {"t", "false"}, {"z", "1"}});
    CHECK(z.keys.at("k").reveal() == "v");
    CHECK(z.by_name.at("x").name == "y");
    CHECK(z.motto == "");
    CHECK(z.year == 1900);
    CHECK(z.free == false);
    CHECK(z.tour == base::Duration{});
    CHECK(z.best == zoo::Cage{"b", 1});
}

TEST_CASE("an empty value leaves the default") {
    const Read r =
        read(R"({"title": null, "code": null, "open": null, "gates": null, "price": null, "closes": null,
        "colour": null, "extra": null, "key": null, "animals": null, "labels": null, "motto": null, "year": null,
        "best": null, "front": null, "cages": []})");
    CHECK(r.said == "");
    CHECK(r.zoo.title == "Zoo");
    CHECK(r.zoo.gates == 2);
    CHECK(r.zoo.closes == base::seconds(60));
    CHECK(r.zoo.colour == zoo::Colour::light_blue);
    CHECK(r.zoo.extra.text == "");
    CHECK_FALSE(r.zoo.motto.has_value());
    CHECK_FALSE(r.zoo.best.has_value());
    const Read entries = read(R"({"labels": {"a": null}, "animals": [null, "x"]})");
    CHECK(entries.said == "");
    CHECK(entries.zoo.labels.at("a") == "");
    CHECK(entries.zoo.animals == std::vector<std::string>{"", "x"});
}

TEST_CASE("a value of the wrong kind is named with its path and place") {
    check_all({
        {R"({"title": ^["x"]})", {"error: zoo.title must be text, not a list"}},
        {R"({"title": ^{}})", {"error: zoo.title must be text, not a map"}},
        {R"({"key": ^["sk-1"]})", {"error: zoo.key must be text, not a list"}},
        {R"({"open": ^[true]})", {"error: zoo.open must be true or false, not a list"}},
        {R"({"open": ^"yes"})", {"error: invalid zoo.open value \"yes\": expected true or false"}},
        {R"({"open": ^"true"})",
         {"error: invalid zoo.open value \"true\": expected true or false | write it without quotes"}},
        {R"({"open": ^1})", {"error: invalid zoo.open value \"1\": expected true or false"}},
        {R"({"gates": ^{}})", {"error: zoo.gates must be a whole number, not a map"}},
        {R"({"gates": ^"x"})", {"error: invalid zoo.gates value \"x\": expected a whole number"}},
        {R"({"gates": ^1.0})", {"error: invalid zoo.gates value \"1.0\": expected a whole number"}},
        {R"({"gates": ^1e3})", {"error: invalid zoo.gates value \"1e3\": expected a whole number"}},
        {R"({"gates": ^" 5"})", {"error: invalid zoo.gates value \" 5\": expected a whole number"}},
        {R"({"gates": ^"0x1F"})", {"error: invalid zoo.gates value \"0x1F\": expected a whole number"}},
        {R"({"gates": ^true})", {"error: invalid zoo.gates value \"true\": expected a whole number"}},
        {R"({"gates": ^9223372036854775808})",
         {"error: invalid zoo.gates value \"9223372036854775808\": expected a whole number"}},
        {R"({"price": ^[]})", {"error: zoo.price must be a number, not a list"}},
        {R"({"price": ^"cheap"})", {"error: invalid zoo.price value \"cheap\": expected a number"}},
        {R"({"opens": ^{}})", {"error: zoo.opens must be a duration such as 30s or 1m30s, not a map"}},
        {R"({"opens": ^"10 seconds"})",
         {"error: invalid zoo.opens \"10 seconds\": expected a duration such as 30s, 1m30s or 250ms"}},
        {R"({"opens": ^30})",
         {"error: invalid zoo.opens \"30\": expected a duration such as 30s, 1m30s or 250ms"}},
        {R"({"opens": ^"-5s"})",
         {"error: invalid zoo.opens \"-5s\": expected a duration such as 30s, 1m30s or 250ms"}},
        {R"({"colour": ^[]})", {"error: zoo.colour must be one word, not a list"}},
        {R"({"colour": ^"green"})", {"error: invalid zoo.colour \"green\": expected red or light_blue"}},
        {R"({"colour": ^"light_blu"})",
         {"error: invalid zoo.colour \"light_blu\": expected red or light_blue | did you mean "
          "'light_blue'?"}},
        {R"({"animals": ^"lion"})", {"error: zoo.animals must be a list, not text | write [lion]"}},
        {R"({"animals": ^{}})", {"error: zoo.animals must be a list, not a map"}},
        {R"({"animals": ["a", ^["b"]]})", {"error: zoo.animals[1] must be text, not a list"}},
        {R"({"labels": ^["a"]})", {"error: zoo.labels must be a map, not a list"}},
        {R"({"labels": ^"a"})", {"error: zoo.labels must be a map, not text"}},
        {R"({"labels": {"a": ^{}, "b": ^[]}})",
         {"error: zoo.labels.a must be text, not a map", "error: zoo.labels.b must be text, not a list"}},
        {R"({"cages": [{"name": "n"}, ^"x"]})", {"error: zoo.cages[1] must be a map, not text"}},
        {R"({"keepers": [^["x"]]})", {"error: zoo.keepers[0] must be a map, not a list"}},
        {R"({"by_name": {"x": ^5}})", {"error: zoo.by_name.x must be a map, not text"}},
        {R"({"year": ^"x"})", {"error: invalid zoo.year value \"x\": expected a whole number"}},
        {R"(^[])", {"error: zoo must be a map, not a list"}},
        {R"(^"x")", {"error: zoo must be a map, not text"}},
    });
}

TEST_CASE("limits hold, or mean the default") {
    check_all({
        {R"({"gates": ^0})", {"error: invalid zoo.gates 0: expected >= 1"}},
        {R"({"gates": ^-5})", {"error: invalid zoo.gates -5: expected >= 1"}},
        {R"({"year": ^1799})", {"error: invalid zoo.year 1799: expected >= 1800"}},
        {R"({"floors": 0})", {}},
    });
    CHECK(read(R"({"floors": 0})").zoo.floors == 3);
    CHECK(read(R"({"floors": -7})").zoo.floors == 3);
    CHECK(read(R"({"floors": 1})").zoo.floors == 1);
}

TEST_CASE("unknown fields are errors, warnings or nothing, with what was meant") {
    check_all({
        {R"({^"titel": "x"})", {"error: unknown field 'titel' in zoo | did you mean 'title'?"}},
        {R"({"best": {"name": "b", ^"animal": 2}})",
         {"error: unknown field 'animal' in zoo.best | did you mean 'animals'?"}},
        {R"({"cages": [{"name": "b"}, {"name": "c", ^"zzz": 2}]})",
         {"error: unknown field 'zzz' in zoo.cages[1] | known here: name, animals"}},
        {R"({"by_name": {"x.y": {"name": "b", ^"zzz": 2}}})",
         {"error: unknown field 'zzz' in zoo.by_name.x.y | known here: name, animals"}},
        {R"({^"odl": 1})",
         {"error: unknown field 'odl' in zoo | known here: title, code, slug, open, gates, floors, "
          "visitors, price, opens, closes, colour, extra, key, animals, tags, cages, keepers, labels, "
          "keys, by_name, motto, year, free, tour, best, front"}},
    });
    check_all({{R"({^"titel": "x", "open": ^"x"})",
                {"warning: unknown field 'titel' in zoo | did you mean 'title'?",
                 "error: invalid zoo.open value \"x\": expected true or false"}}},
              Unknown::warning);
    check_all({{R"({"titel": "x"})", {}}}, Unknown::ignore);
}

TEST_CASE("other spellings are read, but only one of them") {
    CHECK(read(R"({"doors": 5})").zoo.gates == 5);
    CHECK(read(R"({"exits": 6})").zoo.gates == 6);
    check_all({
        {R"({"gates": 1, ^"doors": 2})", {"error: zoo.gates is given twice, here as 'doors'"}},
        {R"({"exits": 1, ^"doors": 2})", {"error: zoo.gates is given twice, here as 'doors'"}},
        {R"({"doors": ^0})", {"error: invalid zoo.gates 0: expected >= 1"}},
    });
}

TEST_CASE("required, removed and unsupported fields say so") {
    check_all({
        {R"({"best": ^{}})", {"error: zoo.best.name is required"}},
        {R"({"best": {"cageName": "x"}})", {}},
        {R"({"best": {"name": ^" "}})", {"error: zoo.best.name is required"}},
        {R"({"best": {"cageName": ^null}})", {"error: zoo.best.name is required"}},
        {R"({"best": {"name": ^[]}})", {"error: zoo.best.name must be text, not a list"}}, // said once
        {R"({"cages": [^{"animals": 1}]})", {"error: zoo.cages[0].name is required"}},
        {R"({^"old": 1})", {"error: zoo.old has been removed; use zoo.new"}},
        {R"({^"front": {"name": "x"}})", {"warning: zoo.front has no effect: there is no front"}},
    });
}

TEST_CASE("an item that ends in a colon is a text") {
    CHECK(read(R"({"animals": ["a", {"AUTH_PATH": null}]})").zoo.animals ==
          std::vector<std::string>{"a", "AUTH_PATH:"});
    check_all({
        {R"({"animals": [^{"A": null, "B": null}]})", {"error: zoo.animals[0] must be text, not a map"}},
        {R"({"tags": [^{"A": null}]})", {"error: zoo.tags[0] must be text, not a map"}},
    });
}

TEST_CASE("a map among texts: what to write instead") {
    const std::string map = "error: zoo.animals[0] must be text, not a map";
    check_all({
        {R"({"animals": [^{"name": "lion"}]})", {map + " | write the name alone: - lion"}},
        {R"({"animals": [^{"legs": 4, "name": "lion"}]})", {map + " | write the name alone: - lion"}},
        {R"({"animals": [^{"A": 1}]})", {map + " | a text with a colon needs quotes: - \"A: 1\""}},
        {R"({"animals": [^{"name": []}]})", {map}},
        {R"({"animals": [^{"a": 1, "b": 2}]})", {map}},
        {R"({"animals": [^{}]})", {map}},
        {R"({"title": ^{"name": "x"}})", {"error: zoo.title must be text, not a map"}},
        {R"({"labels": {"a": ^{"name": "x"}}})", {"error: zoo.labels.a must be text, not a map"}},
    });
}

/// Fields that must be given, with what to write.
struct Ticket {
    std::string name;
    std::vector<std::string> days;
    std::map<std::string, std::string> prices;
    std::optional<std::int64_t> year;
    base::SecretText code;
    schema::Json extra;
    std::int64_t places = 1;
};
const schema::Type& describe(const Ticket*) {
    using namespace schema;
    static const Type type =
        object_type<Ticket>("Ticket", "A ticket.",
                            {
                                field<&Ticket::name>("name", "Whose.", required_with("name: me")),
                                field<&Ticket::days>("days", "When.", required_with("days: [mon]")),
                                field<&Ticket::prices>("prices", "What.", required),
                                field<&Ticket::year>("year", "Which.", required),
                                field<&Ticket::code>("code", "The code.", required),
                                field<&Ticket::extra>("extra", "Anything.", required),
                                field<&Ticket::places>("places", "How many.", required),
                                gone("title", "t.title has been removed; use t.name"),
                            });
    return type;
}

TEST_CASE("a required field that is absent or blank is asked for, with what to write") {
    const auto said = [](std::string_view json, bool rules) {
        const schema::Parsed parsed = schema::parse_json(json);
        base::Diagnostics diagnostics;
        schema::decode<Ticket>(parsed.tree, "t", {"t.json", Unknown::error, rules}, diagnostics);
        std::string out;
        for (const base::Diagnostic& d : diagnostics.all())
            out += d.message + (d.hint.empty() ? "" : " | " + d.hint) + "\n";
        return out;
    };
    const std::string all =
        "t.name is required | name: me\nt.days is required | days: [mon]\nt.prices is required\n"
        "t.year is required\nt.code is required\nt.extra is required\nt.places is required\n";
    CHECK(said("{}", true) == all);
    CHECK(
        said(
            R"({"name": "", "days": [], "prices": {}, "year": null, "code": " ", "extra": null, "places": null})",
            true) == all);
    CHECK(
        said(
            R"({"name": 1, "days": ["x"], "prices": {"a": "b"}, "year": 0, "code": "c", "extra": {}, "places": 0})",
            true) == "");
    // What was misspelled is not also missing.
    const std::string rest =
        R"("days": ["x"], "prices": {"a": "b"}, "year": 0, "code": "c", "extra": {}, "places": 0})";
    CHECK(said(R"({"nmae": "x", )" + rest, true) == "unknown field 'nmae' in t | did you mean 'name'?\n");
    CHECK(said(R"({"xyzzy": "x", )" + rest, true) ==
          "unknown field 'xyzzy' in t | known here: name, days, prices, year, code, extra, places\n"
          "t.name is required | name: me\n");
    CHECK(said(R"({"title": "x", )" + rest, true) == "t.title has been removed; use t.name\n");
    // Stored data was checked when it was applied.
    CHECK(said("{}", false) == "");
    CHECK(
        said(
            R"({"name": "", "days": [], "prices": {}, "year": null, "code": "", "extra": null, "places": 0})",
            false) == "");
}

TEST_CASE("everything wrong is told at once") {
    check_all({{R"({^"titel": 1, "open": ^"x", "gates": ^0, "cages": [^{}, {"name": ^[]}]})",
                {"error: unknown field 'titel' in zoo | did you mean 'title'?",
                 "error: invalid zoo.open value \"x\": expected true or false",
                 "error: invalid zoo.gates 0: expected >= 1", "error: zoo.cages[0].name is required",
                 "error: zoo.cages[1].name must be text, not a list"}}});
}

TEST_CASE("what this program wrote is read without rules and without complaints") {
    const Zoo zoo = schema::decode_own<Zoo>(schema::parse_json(R"({"title": "t", "from_a_newer_version": 1,
        "best": {"name": "none"}})")
                                                .tree);
    CHECK(zoo.title == "t");
    CHECK(zoo.best->name == "none");
    try {
        (void)schema::decode_own<Zoo>(schema::parse_json(R"({"gates": "many"})").tree);
        FAIL("no error");
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::store);
        CHECK(error.message() ==
              "stored data cannot be read: invalid Zoo.gates value \"many\": expected a whole number");
    }
}

} // namespace
