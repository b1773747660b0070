// The schema is compared piece by piece, as compact JSON at a path of it.
#include <array>
#include <string>

#include <doctest/doctest.h>

#include "schema/json_schema.hpp"
#include "zoo.hpp"

namespace {

using schema::Tree;

/// The value at "a/b/c" of the JSON text, compact; "absent" when there is none.
std::string at(const std::string& json, std::string_view path) {
    const schema::Parsed parsed = schema::parse_json(json);
    REQUIRE(parsed.error == "");
    const Tree* tree = &parsed.tree;
    while (!path.empty()) {
        const std::string_view word = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(word.size() + 1, path.size()));
        if (tree->is_list()) {
            const auto index = static_cast<std::size_t>(std::stoul(std::string(word)));
            tree = index < tree->items.size() ? &tree->items[index] : nullptr;
        } else {
            tree = tree->find(word);
        }
        if (tree == nullptr) return "absent";
    }
    return schema::to_json(*tree);
}

std::string property(std::string_view name) {
    static const std::string whole = schema::json_schema(schema::type_of<zoo::Zoo>(), "urn:zoo");
    return at(whole, "$defs/Zoo/properties/" + std::string(name));
}

TEST_CASE("every shape has its schema") {
    struct Row {
        std::string_view name;
        std::string_view schema;
    };
    const Row rows[] = {
        {"title",
         R"({"description":"As written.","type":["string","number","boolean","null"],"default":"Zoo"})"},
        {"code", R"({"description":"Trimmed.","type":["string","number","boolean","null"]})"},
        {"open", R"({"description":"A boolean.","type":["boolean","null"],"default":false})"},
        {"gates",
         R"({"description":"At least 1.","type":["integer","string","null"],"pattern":"^\\+?0*[1-9][0-9]*$","minimum":1,"default":2})"},
        {"floors",
         R"({"description":"Below 1: the default.","type":["integer","string","null"],"pattern":"^[-+]?[0-9]+$","default":3})"},
        {"price",
         R"({"description":"A number.","type":["number","string","null"],"pattern":"^[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?$","default":0})"},
        {"closes",
         "{\"description\":\"A duration that is always "
         "written.\",\"anyOf\":[{\"type\":[\"string\",\"null\"],\"pattern\":"
         "\"^\\\\s*\\\\+?(0|(([0-9]+(\\\\.[0-9]*)?|\\\\.[0-9]+)(ns|us|\u00B5s|\u03BCs|ms|s|m|h))+)\\\\s*$\","
         "\"patternErrorMessage\":\"expected a duration such as 30s, 1m30s or "
         "250ms\"},{\"const\":0}],\"default\":\"1m0s\"}"},
        {"colour", R"({"description":"A choice.","enum":["red","light_blue",null],"default":"light_blue"})"},
        {"extra", R"({"description":"Anything."})"},
        {"key", R"({"description":"A secret.","type":["string","number","boolean","null"]})"},
        {"animals",
         R"({"description":"Texts.","type":["array","null"],"items":{"anyOf":[{"type":["string","number","boolean","null"]},{"type":"object","additionalProperties":{"type":"null"},"minProperties":1,"maxProperties":1}]}})"},
        {"tags",
         R"({"description":"Texts without repeats.","type":["array","null"],"items":{"type":["string","number","boolean","null"]}})"},
        {"cages", R"({"description":"Structs.","type":["array","null"],"items":{"$ref":"#/$defs/Cage"}})"},
        {"keepers",
         R"({"description":"Structs with a short form.","type":["array","null"],"items":{"anyOf":[{"$ref":"#/$defs/Keeper"},{"type":["string","number","boolean","null"]}]}})"},
        {"labels",
         R"({"description":"Texts by name.","type":["object","null"],"additionalProperties":{"type":["string","number","boolean","null"]}})"},
        {"by_name",
         R"({"description":"Structs by name.","type":["object","null"],"additionalProperties":{"$ref":"#/$defs/Cage"}})"},
        {"motto", R"({"description":"An optional text.","type":["string","number","boolean","null"]})"},
        {"year",
         R"({"description":"An optional number.","type":["integer","string","null"],"pattern":"^[-+]?[0-9]+$","minimum":1800})"},
        {"best", R"({"description":"An optional struct.","$ref":"#/$defs/Cage"})"},
        {"front", R"({"description":"A struct. No effect: there is no front.","$ref":"#/$defs/Cage"})"},
        {"old", R"({"description":"zoo.old has been removed; use zoo.new","doNotSuggest":true,"not":{}})"},
        {"doors",
         R"({"description":"alias of gates","deprecated":true,"doNotSuggest":true,"type":["integer","string","null"],"pattern":"^\\+?0*[1-9][0-9]*$","minimum":1})"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(property(row.name) == row.schema);
    }
}

TEST_CASE("a struct is described once and knows only its fields") {
    const std::string whole = schema::json_schema(schema::type_of<zoo::Zoo>(), "urn:zoo");
    CHECK(at(whole, "$schema") == R"("https://json-schema.org/draft/2020-12/schema")");
    CHECK(at(whole, "$id") == R"("urn:zoo")");
    CHECK(at(whole, "$ref") == R"("#/$defs/Zoo")");
    CHECK(
        at(whole, "$defs/Cage") ==
        R"({"description":"A cage.","type":["object","null"],"properties":{)"
        R"("name":{"description":"Its name.","type":["string","number","boolean"],"pattern":"\\S"},)"
        R"("cageName":{"description":"alias of name","deprecated":true,"doNotSuggest":true,"type":["string","number","boolean"],"pattern":"\\S"},)"
        R"("animals":{"description":"How many.","type":["integer","string","null"],"pattern":"^[-+]?[0-9]+$","default":1}},)"
        R"("anyOf":[{"required":["name"]},{"required":["cageName"]}],)"
        R"("dependentSchemas":{"cageName":{"properties":{"name":false}}},"additionalProperties":false})");
    CHECK(at(whole, "$defs/Keeper/required") == "absent");
    CHECK(at(whole, "$defs/Zoo/additionalProperties") == "false");
    CHECK(at(whole, "$defs/Zoo/dependentSchemas") ==
          R"({"doors":{"properties":{"gates":false}},"exits":{"properties":{"gates":false,"doors":false}}})");
}

/// Two structs of one name; several required fields of every kind.
struct Twin {
    std::string a;
};
const schema::Type& describe(const Twin*) {
    static const schema::Type type =
        schema::object_type<Twin>("Cage", "", {schema::field<&Twin::a>("a", "")});
    return type;
}
struct Needy {
    std::string text;
    std::string other;
    std::string third;
    std::vector<std::string> list;
    std::map<std::string, std::string> map;
    zoo::Cage cage;
    Twin twin;
    zoo::Colour colour = zoo::Colour::red;
};
const schema::Type& describe(const Needy*) {
    using namespace schema;
    static const Type type =
        object_type<Needy>("Needy", "",
                           {
                               field<&Needy::text>("text", "", required_with("text: x")),
                               field<&Needy::other>("other", "", required, alias("Other")),
                               field<&Needy::third>("third", "", required, alias("Third"), alias("THIRD")),
                               field<&Needy::list>("list", "", required),
                               field<&Needy::map>("map", "", required),
                               field<&Needy::cage>("cage", "", required),
                               field<&Needy::twin>("twin", ""),
                               field<&Needy::colour>("colour", "", required),
                           });
    return type;
}

TEST_CASE("a required field may not be blank, and any of its names will do") {
    const std::string whole = schema::json_schema(schema::type_of<Needy>(), "urn:needy");
    const std::string needy = "$defs/Needy/";
    CHECK(at(whole, needy + "required") == R"(["text","list","map","cage","colour"])");
    CHECK(at(whole, needy + "allOf") ==
          R"([{"anyOf":[{"required":["other"]},{"required":["Other"]}]},)"
          R"({"anyOf":[{"required":["third"]},{"required":["Third"]},{"required":["THIRD"]}]}])");
    CHECK(at(whole, needy + "properties/list") ==
          R"({"type":"array","minItems":1,"items":{"type":["string","number","boolean","null"]}})");
    CHECK(at(whole, needy + "properties/map/minProperties") == "1");
    CHECK(at(whole, needy + "properties/cage") == R"({"$ref":"#/$defs/Cage","type":"object"})");
    CHECK(at(whole, needy + "properties/twin") == R"({"$ref":"#/$defs/Cage2"})");
    CHECK(at(whole, needy + "properties/colour") == R"({"enum":["red","light_blue"],"default":"red"})");
    CHECK(at(whole, "$defs/Cage2/properties/a/type") == R"(["string","number","boolean","null"])");
}

const schema::Document zoo_document{"Zoo", "A place.", &schema::type_of<zoo::Cage>,
                                    &schema::type_of<zoo::Zoo>};
const schema::Document needy_document{"Needy", "A mouth.", &schema::type_of<zoo::Keeper>,
                                      &schema::type_of<Needy>};

TEST_CASE("a document of one kind") {
    const std::string whole = schema::json_schema(std::array{zoo_document}, "urn:one");
    CHECK(at(whole, "title") == R"("Zoo")");
    CHECK(at(whole, "description") == R"("A place.")");
    CHECK(at(whole, "type") == R"("object")");
    CHECK(
        at(whole, "properties/apiVersion") ==
        R"({"description":"Another version is read as this one, with a warning.","type":["string","number","boolean","null"],"default":"orloj.dev/v1"})");
    CHECK(at(whole, "properties/kind") == R"({"description":"What the document describes.","enum":["Zoo"]})");
    CHECK(at(whole, "properties/metadata") ==
          R"({"description":"Who the resource is.","$ref":"#/$defs/Cage","type":"object"})");
    CHECK(at(whole, "properties/spec") ==
          R"({"description":"What the resource is to be.","$ref":"#/$defs/Zoo"})");
    CHECK(at(whole, "properties/status/type") == "absent");
    CHECK(at(whole, "required") == R"(["kind","metadata"])");
    CHECK(at(whole, "patternProperties") == R"({"^x-":{"description":"Your own."}})");
    CHECK(at(whole, "additionalProperties") == "false");
    CHECK(at(whole, "allOf") == "absent");
}

TEST_CASE("with several kinds, the kind decides about the spec") {
    const std::string whole = schema::json_schema(std::array{zoo_document, needy_document}, "urn:two");
    CHECK(at(whole, "properties/kind/enum") == R"(["Zoo","Needy"])");
    CHECK(at(whole, "properties/spec") == R"({"description":"What the resource is to be."})");
    CHECK(at(whole, "required") == R"(["kind","metadata"])");
    CHECK(
        at(whole, "allOf/0") ==
        R"({"if":{"properties":{"kind":{"const":"Zoo"}},"required":["kind"]},"then":{"properties":{"spec":{"description":"A place.","$ref":"#/$defs/Zoo"}}}})");
    CHECK(
        at(whole, "allOf/1") ==
        R"({"if":{"properties":{"kind":{"const":"Needy"}},"required":["kind"]},"then":{"properties":{"spec":{"description":"A mouth.","$ref":"#/$defs/Needy","type":"object"}},"required":["spec"]}})");
    CHECK(at(whole, "allOf/2") == "absent");
}

} // namespace
