#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "schema/document.hpp"
#include "schema/explain.hpp"
#include "zoo.hpp"

namespace {

using schema::Depth;
using schema::Explanation;
using schema::type_of;

const schema::Type& zoo_type() {
    return type_of<zoo::Zoo>();
}

const schema::Field& field_of(std::string_view name) {
    for (const schema::Field& field : zoo_type().fields) {
        if (field.name == name) return field;
    }
    throw std::runtime_error(std::string(name));
}

TEST_CASE("types in words, and defaults from the member initialisers") {
    struct Row {
        std::string_view name, words, initial;
    };
    const Row rows[] = {
        {"title", "string", "\"Zoo\""},
        {"code", "string", "none"},
        {"open", "boolean", "false"},
        {"gates", "integer", "2"},
        {"visitors", "integer", "0"},
        {"price", "number", "0"},
        {"opens", "duration (Go: 1m30s)", "\"0s\""},
        {"closes", "duration (Go: 1m30s)", "\"1m0s\""},
        {"colour", "one of red, light_blue", "\"light_blue\""},
        {"extra", "any value", "none"},
        {"key", "secret string", "none"},
        {"animals", "list of strings", "none"},
        {"cages", "list of Cage", "none"},
        {"labels", "map of string to string", "none"},
        {"keys", "map of string to secret string", "none"},
        {"by_name", "map of string to Cage", "none"},
        {"motto", "string", "none"},
        {"tour", "duration (Go: 1m30s)", "none"},
        {"best", "Cage", "none"},
        {"front", "Cage", "none"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(schema::type_words(field_of(row.name).type()) == row.words);
        CHECK(schema::default_json(zoo_type(), field_of(row.name)).value_or("none") == row.initial);
    }
    CHECK(schema::type_words(type_of<std::vector<std::int64_t>>()) == "list of integers");
    CHECK(schema::type_words(type_of<std::vector<double>>()) == "list of numbers");
    CHECK(schema::type_words(type_of<std::vector<base::Duration>>()) == "list of durations");
    CHECK(schema::type_words(type_of<std::vector<schema::Json>>()) == "list of any values");
    CHECK(schema::type_words(type_of<std::vector<base::SecretText>>()) == "list of secret strings");
    CHECK(schema::type_words(type_of<std::vector<zoo::Colour>>()) == "list of one of red, light_blue");
    CHECK(schema::type_words(type_of<std::map<std::string, std::vector<std::string>>>()) ==
          "map of string to list of strings");
    CHECK(schema::default_words("\"1m0s\"") == "1m0s");
    CHECK(schema::default_words("10") == "10");
    CHECK(schema::default_words("false") == "false");
}

/// "path type", or what is said instead.
std::string led(std::string_view path) {
    try {
        const schema::Place place = schema::find_place(zoo_type(), "zoo", path);
        return base::format("{} {}", place.path, schema::type_words(*place.type));
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::usage);
        return base::format("{} | {}", error.message(), base::join(error.hints(), " | "));
    }
}

TEST_CASE("a path leads through lists and maps, named or not") {
    struct Row {
        std::string_view path, place;
    };
    const Row rows[] = {
        {"", " Zoo"},
        {"gates", "gates integer"},
        {"doors", "gates integer"}, // an alias
        {"front", "front Cage"},
        {"front.animals", "front.animals integer"},
        {"best.cageName", "best.name string"},
        {"cages", "cages list of Cage"},
        {"cages.animals", "cages[].animals integer"},
        {"cages[].animals", "cages[].animals integer"},
        {"cages[0].animals", "cages[].animals integer"},
        {"cages.0.animals", "cages[0].animals integer"},
        {"cages[0]", "cages[] Cage"},
        {"by_name", "by_name map of string to Cage"},
        {"by_name.lion", "by_name.lion Cage"},
        {"by_name[lion].animals", "by_name.lion.animals integer"},
        {"by_name.lion.animals", "by_name.lion.animals integer"},
        {"by_name.animals", "by_name.*.animals integer"},
        {"by_name.*.animals", "by_name.*.animals integer"},
        {"by_name.animals.animals", "by_name.animals.animals integer"}, // a cage that is called so
        {"labels.team", "labels.team string"},
        {"labels.orloj.dev/team", "labels.orloj string"},
        {"animals[2]", "animals[] string"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        CHECK(led(row.path) == row.place);
    }
}

TEST_CASE("a path that leads nowhere says what is there") {
    struct Row {
        std::string_view path, said;
    };
    const Row rows[] = {
        {"front.animal",
         "unknown field 'animal' in zoo front | did you mean 'animals'? | fields there: name, animals"},
        {"front.xyzzy", "unknown field 'xyzzy' in zoo front | fields there: name, animals"},
        {"front[0]", "unknown field '[0]' in zoo front | fields there: name, animals"},
        {"front.", "unknown field '' in zoo front | fields there: name, animals"},
        {"by_name.lion.xyzzy", "unknown field 'xyzzy' in zoo by_name.lion | fields there: name, animals"},
        {"by_name.animals.xyzzy", "zoo by_name.*.animals has no fields: it is an integer | "},
        {"gates.x", "zoo gates has no fields: it is an integer | "},
        {"title.x", "zoo title has no fields: it is a string | "},
        {"extra.x", "zoo extra has no fields: it is any value | "},
        {"colour.red", "zoo colour has no fields: it is one of red, light_blue | "},
        {"old", "zoo.old has been removed; use zoo.new | "},
        {"cages[0", "invalid path 'cages[0' | a path is words and dots, as in spec.graph.edges[0].to"},
        {"cages[0]x", "invalid path 'cages[0]x' | a path is words and dots, as in spec.graph.edges[0].to"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        CHECK(led(row.path) == row.said);
    }
    CHECK(led("gaets").starts_with(
        "unknown field 'gaets' in zoo | did you mean 'gates'? | fields there: title, code, "));
    CHECK(led("gaets").find("old") == std::string::npos);
}

Explanation explained(std::string_view path, Depth depth = Depth::here) {
    return schema::explain(schema::find_place(zoo_type(), "zoo", path), depth);
}

TEST_CASE("a field is explained with everything that holds for it") {
    const Explanation gates = explained("gates");
    CHECK(gates.name == "gates");
    CHECK(gates.path == "gates");
    CHECK(gates.type == "integer");
    CHECK(gates.doc == "At least 1.");
    CHECK(gates.type_doc == "");
    CHECK(gates.initial == "2");
    CHECK(gates.aliases == std::vector<std::string>{"doors", "exits"});
    CHECK(gates.minimum == 1);
    CHECK_FALSE(gates.default_below_minimum);
    CHECK_FALSE(gates.required);
    CHECK(gates.fields.empty());
    CHECK(explained("floors").default_below_minimum);
    CHECK(explained("colour").choices == std::vector<std::string>{"red", "light_blue"});
    CHECK(explained("front").effect == "No effect: there is no front.");
    CHECK(explained("front.name").required);
    CHECK(explained("keepers").short_form == "name");
}

TEST_CASE("a struct is explained with its fields, also inside a list or map") {
    for (const std::string_view path : {"front", "cages", "cages[]", "by_name", "by_name.lion", "best"}) {
        CAPTURE(path);
        const Explanation e = explained(path);
        REQUIRE(e.fields.size() == 2);
        CHECK(e.fields[0].name == "name");
        CHECK(e.fields[1].path == e.path + ".animals");
        CHECK(e.fields[1].initial == "1");
        CHECK((e.doc == "A cage." || e.type_doc == "A cage."));
    }
    const Explanation root = explained("");
    CHECK(root.type == "Zoo");
    CHECK(root.doc == "Animals.");
    CHECK(root.fields.size() == zoo_type().fields.size() - 1); // not the removed one
    CHECK(root.fields.back().fields.empty());
    const Explanation whole = explained("", Depth::through);
    REQUIRE(whole.fields.back().fields.size() == 2);
    CHECK(whole.fields.back().fields[1].path == "front.animals");
}

struct Knot {
    std::vector<Knot> knots;
    std::string name;
};
const schema::Type& describe(const Knot*) {
    static const schema::Type type = schema::object_type<Knot>(
        "Knot", "A knot.",
        {schema::field<&Knot::knots>("knots", "In it."), schema::field<&Knot::name>("name", "Its name.")});
    return type;
}

TEST_CASE("a struct within itself ends") {
    const Explanation e = schema::explain(schema::find_place(type_of<Knot>(), "knot", ""), Depth::through);
    REQUIRE(e.fields.size() == 2);
    CHECK(e.fields[0].fields.empty());
    CHECK(schema::find_place(type_of<Knot>(), "knot", "knots.knots.knots.name").path ==
          "knots[].knots[].knots[].name");
}

TEST_CASE("a document is explained like any struct") {
    const schema::Type type =
        schema::document_type({"Zoo", "A place.", &type_of<zoo::Cage>, &type_of<zoo::Zoo>});
    const Explanation e = schema::explain(schema::find_place(type, "zoo", ""), Depth::here);
    CHECK(e.type == "Zoo");
    CHECK(e.doc == "A place.");
    std::string fields;
    for (const Explanation& field : e.fields)
        fields += base::format("{} {} {}{}\n", field.name, field.type, field.initial.value_or("-"),
                               field.required ? " required" : "");
    CHECK(fields == "apiVersion string \"orloj.dev/v1\"\n"
                    "kind string - required\n"
                    "metadata Cage - required\n"
                    "spec Zoo -\n"
                    "status any value -\n");
    CHECK(schema::find_place(type, "zoo", "spec.by_name.animals").path == "spec.by_name.*.animals");
}

} // namespace
