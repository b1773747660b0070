#include <doctest/doctest.h>

#include "base/error.hpp"
#include "cli/field_path.hpp"

namespace {

using cli::FieldPath;

TEST_CASE("field path: what is found") {
    const schema::Tree tree = schema::parse_json(R"({
        "metadata": {"name": "a", "labels": {"team.io/x": "docs", "n": 3}},
        "spec": {"agents": ["one", "two"], "routes": [{"to": "x"}, {"to": "y"}], "none": null, "on": true}
    })")
                                  .tree;
    const struct {
        const char* path;
        std::optional<std::string> found;
    } rows[] = {
        {".metadata.name", "a"},
        {"metadata.name", "a"},
        {"{.metadata.name}", "a"},
        {"{$.metadata.name}", "a"},
        {R"(.metadata.labels['team.io/x'])", "docs"},
        {R"(.metadata.labels["team.io/x"])", "docs"},
        {R"(.metadata.labels.team\.io/x)", "docs"},
        {".metadata.labels.n", "3"},
        {".metadata.labels[*]", "docs,3"},
        {".spec.agents[1]", "two"},
        {".spec.agents[2]", std::nullopt},
        {".spec.agents[*]", "one,two"},
        {".spec.agents", R"(["one","two"])"},
        {".spec.routes[*].to", "x,y"},
        {".spec.routes.to", std::nullopt},
        {".spec.none", std::nullopt},
        {".spec.on", "true"},
        {".nothing.there", std::nullopt},
        {"['metadata'].name", "a"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        CHECK(FieldPath::parse(row.path).find(tree) == row.found);
    }
    CHECK(FieldPath::parse(".").find(tree) == schema::to_json(tree));
}

TEST_CASE("field path: what is wrong with one") {
    const std::pair<const char*, const char*> rows[] = {
        {"", "it is empty"},
        {"{}", "it is empty"},
        {".a..b", "two dots follow each other"},
        {".a.", "a name is missing behind the dot"},
        {".a[", "] is missing"},
        {".a[x]", "between brackets stands a number from 0, *, or a quoted key"},
        {".a[-1]", "between brackets stands a number from 0, *, or a quoted key"},
        {".a['x]", "a quoted key ends with a quote and ]"},
        {".a[0]b", "a dot is missing"},
    };
    for (const auto& [path, why] : rows) {
        CAPTURE(path);
        std::string message;
        try {
            (void)FieldPath::parse(path);
        } catch (const base::Error& error) {
            message = error.message();
        }
        CHECK(message == std::string("invalid field path \"") + path + "\": " + why);
    }
}

TEST_CASE("natural order: numbers by value, before words") {
    CHECK(cli::compare_naturally("9", "10") < 0);
    CHECK(cli::compare_naturally("10", "9.5") > 0);
    CHECK(cli::compare_naturally("1", "1.0") == 0);
    CHECK(cli::compare_naturally("-2", "1") < 0);
    CHECK(cli::compare_naturally("9", "a") < 0);
    CHECK(cli::compare_naturally("a", "9") > 0);
    CHECK(cli::compare_naturally("a", "b") < 0);
    CHECK(cli::compare_naturally("b", "b") == 0);
}

} // namespace
