// Journals that earlier versions wrote fold to the same state for ever. A file holds the events of one
// scenario as an engine of that version wrote them, and the state they add up to. ORLOJ_ACCEPT=1 adds the
// files of the current version that are missing; it never rewrites one.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "base/os.hpp"
#include "scenarios.hpp"

using namespace test;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(ORLOJ_TEST_DATA).parent_path().parent_path() / "golden" / "journals";

std::string summary(const run::State& s, const run::Plan& plan) {
    std::string out = base::format("attempt {} used {}/{} calls {} open {} truncated {}\n", s.attempt,
                                   s.used.input, s.used.output, s.calls, s.open.size(), s.truncated);
    for (const run::Activation& a : s.activations) {
        out +=
            base::format("{} turn {} status {} step {} tokens {}/{} handed to {} reason '{}' problem '{}'\n",
                         plan.nodes[a.node].name, a.turn, static_cast<int>(a.status), a.step, a.usage.input,
                         a.usage.output, a.handed_to.size(), a.reason, a.problem.text);
    }
    if (s.end)
        out +=
            base::format("{} {} {} {}\n", s.end->phase, s.end->stopped_reason, s.end->code, s.end->message);
    return out;
}

std::string file_name(std::string name) {
    for (char& c : name) {
        if (c == ' ') c = '-';
    }
    return name + ".journal";
}

/// One event a line, tab-separated, payload last; then a line "---" and the state.
std::string render(const std::vector<trace::Event>& events, const std::string& state) {
    std::string out;
    for (const trace::Event& e : events) {
        out += base::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", e.seq, e.time.us, trace::kind_of(e.payload).name,
                            e.attempt, e.agent, e.step, trace::payload_json(e.payload));
    }
    return out + "---\n" + state;
}

trace::Event read_event(std::string_view line) {
    std::vector<std::string_view> f = base::split(line, '\t');
    REQUIRE(f.size() == 7);
    trace::Event e;
    e.seq = *base::to_integer(f[0]);
    e.time = {*base::to_integer(f[1])};
    const trace::EventKind* kind = trace::find_event_kind(f[2]);
    REQUIRE(kind != nullptr);
    e.attempt = *base::to_integer(f[3]);
    e.agent = f[4];
    e.step = *base::to_integer(f[5]);
    e.payload = trace::read_payload(*kind, f[6]);
    return e;
}

} // namespace

TEST_CASE("journals of every version fold to the state they had") {
    std::size_t files = 0;
    for (Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        const run::Plan plan = scenario.plan();
        const fs::path newest = folder / std::to_string(run::engine_version) / file_name(scenario.name);
        if (!fs::exists(newest) && std::getenv("ORLOJ_ACCEPT") != nullptr) {
            Stage stage(scenario);
            World& world = stage.world;
            run::Engine engine(plan, world.world());
            engine.run();
            fs::create_directories(newest.parent_path());
            base::write_private_file(newest, render(world.sink.all, summary(engine.state(), plan)));
            fs::permissions(newest, fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
        }
        for (const auto& version : fs::directory_iterator(folder)) {
            const fs::path file = version.path() / file_name(scenario.name);
            if (!fs::exists(file)) continue;
            ++files;
            CAPTURE(file.string());
            const std::string text = base::read_file(file, 1U << 20U);
            const std::size_t end = text.find("---\n");
            REQUIRE(end != std::string::npos);
            run::State state;
            for (const std::string_view line : base::split(std::string_view(text).substr(0, end - 1), '\n'))
                run::apply(state, plan, read_event(line));
            CHECK(summary(state, plan) == text.substr(end + 4));
        }
    }
    CHECK(files >= scenarios().size());
}
