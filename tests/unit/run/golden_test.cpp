// Journals that earlier versions wrote fold to the same state for ever. A file holds the events of one
// scenario as an engine of that version wrote them, and the state they add up to. ORLOJ_ACCEPT=1 adds the
// files of the current version that are missing; it never rewrites one.
#include <doctest/doctest.h>

#include "journal_text.hpp"
#include "scenarios.hpp"

using namespace test;
namespace fs = std::filesystem;

TEST_CASE("journals of every version fold to the state they had") {
    std::size_t files = 0;
    for (Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        const run::Plan plan = run::make_plan(task("s", scenario.task), scenario.shelf.catalog());
        const fs::path newest = folder / std::to_string(run::engine_version) / file_name(scenario.name);
        if (!fs::exists(newest) && std::getenv("ORLOJ_ACCEPT") != nullptr) {
            World world(scenario.answer);
            world.secrets.keys["e"] = world.secrets.keys["down"] = "sk-test";
            world.policies.policies = scenario.policies;
            run::Engine engine(plan, world.world());
            engine.run();
            write_golden(newest, render(world.sink.all, summary(engine.state(), plan)));
        }
        for (const auto& version : fs::directory_iterator(folder)) {
            const fs::path file = version.path() / file_name(scenario.name);
            if (!fs::exists(file)) continue;
            ++files;
            CAPTURE(file.string());
            check_journal(base::read_file(file, 1U << 20U), plan);
        }
    }
    CHECK(files >= scenarios().size());
}
