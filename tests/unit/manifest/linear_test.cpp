// Ten times the resources may cost ten times the work, not a hundred times.
#include <ctime>
#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "folder.hpp"
#include "manifest/manifest.hpp"

namespace {

enum class Syntax { yaml, json };

std::string resources(int count, Syntax syntax) {
    std::string out = syntax == Syntax::json ? "{\"items\": [" : "";
    for (int i = 0; i < count; ++i) {
        // One warning each, so that quoting lines is measured too.
        if (syntax == Syntax::json)
            out += base::format(
                "{}{{\"kind\": \"Agent\", \"metadata\": {{\"name\": \"a{}\"}}, \"spec\": {{\"model_ref\": "
                "\"m\", \"tools\": [\"t\"]}}}}",
                i == 0 ? "" : ", ", i);
        else
            out += base::format(
                "kind: Agent\nmetadata:\n  name: a{}\nspec:\n  model_ref: m\n  tools: [t]\n---\n", i);
    }
    return out + (syntax == Syntax::json ? "]}" : "");
}

/// Seconds of processor time.
double cost(const std::string& path, std::size_t count) {
    const std::clock_t before = std::clock();
    const manifest::Manifest read = manifest::read({path}, {});
    const std::clock_t after = std::clock();
    CHECK(read.items.size() == count);
    CHECK(read.diagnostics.all().size() == count);
    CHECK_FALSE(read.diagnostics.has_errors());
    return static_cast<double>(after - before) / CLOCKS_PER_SEC;
}

TEST_CASE("10,000 resources in one text are read in linear time") {
    const tests::Folder folder;
    for (const Syntax syntax : {Syntax::yaml, Syntax::json}) {
        const std::string few = folder.write("few", resources(1'000, syntax));
        const std::string many = folder.write("many", resources(10'000, syntax));
        (void)cost(few, 1'000); // the first use of everything
        CHECK(cost(many, 10'000) < 30 * cost(few, 1'000));
    }
}

TEST_CASE("500 files with a warning each are read in linear time") {
    const tests::Folder folder;
    for (int i = 0; i < 500; ++i) {
        const std::string name = base::format("{}/{}.yaml", i < 50 ? "few" : "many", i);
        folder.write(
            name,
            base::format("kind: Agent\nmetadata: {{name: a{}}}\nspec: {{model_ref: m, tools: [t]}}\n", i));
    }
    (void)cost(folder / "few", 50);
    CHECK(cost(folder / "many", 450) < 30 * cost(folder / "few", 50));
}

} // namespace
