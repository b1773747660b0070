// The journals of the examples that need no network, as engines of every version wrote them, fold to the same
// state for ever. Beside each journal lies a copy of the manifests it was made with, since an example may
// change. ORLOJ_ACCEPT=1 adds the files of the current version that are missing; it never rewrites one.
#include <doctest/doctest.h>

#include <algorithm>

#include "../run/journal_text.hpp"
#include "../run/world.hpp"
#include "manifest/manifest.hpp"

using namespace test;
namespace fs = std::filesystem;

namespace {

const fs::path tests = fs::path(ORLOJ_TEST_DATA).parent_path().parent_path();
const fs::path examples = tests.parent_path() / "examples";
const fs::path journals = tests / "golden" / "journals";

/// What a folder or a file declares, ready to run.
class Declared {
  public:
    explicit Declared(const fs::path& path) {
        manifest::Manifest read = manifest::read({path.string()}, {});
        for (manifest::Item& item : read.items)
            all_.push_back(std::move(item.resource));
    }
    [[nodiscard]] bool runs_without_network() const {
        bool system = false;
        for (const resource::Resource& r : all_) {
            const auto* endpoint = std::get_if<resource::ModelEndpointSpec>(&r.spec);
            if (endpoint != nullptr && endpoint->provider != "mock") return false;
            system = system || std::holds_alternative<resource::AgentSystemSpec>(r.spec);
        }
        return system;
    }
    /// Of its Task, or of one that runs its system.
    [[nodiscard]] run::Plan plan() const {
        resource::Resource what;
        for (const resource::Resource& r : all_) {
            if (std::holds_alternative<resource::TaskSpec>(r.spec)) return run::make_plan(r, catalog());
            if (std::holds_alternative<resource::AgentSystemSpec>(r.spec)) what = task(r.metadata.name);
        }
        return run::make_plan(what, catalog());
    }
    [[nodiscard]] std::vector<run::Policy> policies() const {
        std::vector<run::Policy> out;
        for (const resource::Resource& r : all_) {
            if (const auto* policy = std::get_if<resource::AgentPolicySpec>(&r.spec))
                out.push_back({{r.metadata.namespace_, r.metadata.name}, *policy});
        }
        return out;
    }

  private:
    [[nodiscard]] run::Catalog catalog() const {
        return [this](const resource::Kind& kind,
                      const resource::Name& name) -> std::optional<resource::Resource> {
            for (const resource::Resource& r : all_) {
                if (&r.kind() == &kind && r.metadata.name == name.name) return r;
            }
            return std::nullopt;
        };
    }
    std::vector<resource::Resource> all_;
};

std::string journal_of(const Declared& declared, const run::Plan& plan) {
    World world;
    world.policies.policies = declared.policies();
    run::Engine engine(plan, world.world());
    engine.run();
    CHECK(engine.state().end);
    return render(world.sink.all, summary(engine.state(), plan));
}

std::string manifests_of(const fs::path& folder) {
    std::string out;
    for (const std::string& file : manifest::manifests_below(folder.string())) {
        if (!out.empty()) out += "---\n";
        out += base::read_file(file, 1U << 20U);
    }
    return out;
}

} // namespace

TEST_CASE("journals of the examples fold to the state they add up to") {
    std::size_t found = 0;
    for (const auto& example : fs::directory_iterator(examples)) {
        if (!example.is_directory() || manifest::manifests_below(example.path().string()).empty()) continue;
        CAPTURE(example.path().string());
        const Declared declared(example.path());
        if (!declared.runs_without_network()) continue;
        ++found;
        const run::Plan plan = declared.plan();
        const std::string text = journal_of(declared, plan);
        check_journal(text, plan);
        const fs::path newest = journals / std::to_string(run::engine_version) /
                                ("example-" + example.path().filename().string() + ".journal");
        if (fs::exists(newest) || std::getenv("ORLOJ_ACCEPT") == nullptr) continue;
        write_golden(newest, text);
        write_golden(fs::path(newest).replace_extension(".yaml"), manifests_of(example.path()));
    }
    CHECK(found >= 5);
}

TEST_CASE("journals of the examples of every version fold to the state they had") {
    for (const auto& version : fs::directory_iterator(journals)) {
        for (const auto& file : fs::directory_iterator(version.path())) {
            if (file.path().filename().string().rfind("example-", 0) != 0) continue;
            if (file.path().extension() != ".journal") continue;
            CAPTURE(file.path().string());
            const Declared declared(fs::path(file.path()).replace_extension(".yaml"));
            check_journal(base::read_file(file.path(), 1U << 20U), declared.plan());
        }
    }
}
