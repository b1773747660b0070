// The journal of a run as a text file: one event a line, tab-separated, payload last; then a line "---" and
// the state the events add up to.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/os.hpp"
#include "base/text.hpp"
#include "run/plan.hpp"
#include "run/state.hpp"
#include "trace/event.hpp"

namespace test {

/// The journals of all versions of the engine: a folder each.
inline const std::filesystem::path folder =
    std::filesystem::path(ORLOJ_TEST_DATA).parent_path().parent_path() / "golden" / "journals";

/// Of the journal of a scenario.
inline std::string file_name(std::string name) {
    for (char& c : name) {
        if (c == ' ') c = '-';
    }
    return name + ".journal";
}

inline std::string summary(const run::State& s, const run::Plan& plan) {
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

inline std::string render(const std::vector<trace::Event>& events, const std::string& state) {
    std::string out;
    for (const trace::Event& e : events) {
        out += base::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", e.seq, e.time.us, trace::kind_of(e.payload).name,
                            e.attempt, e.agent, e.step, trace::payload_json(e.payload));
    }
    return out + "---\n" + state;
}

inline trace::Event read_event(std::string_view line) {
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

/// The events of what render() wrote.
inline std::vector<trace::Event> read_journal(std::string_view text) {
    std::vector<trace::Event> out;
    for (const std::string_view line : base::split(text.substr(0, text.find("---\n")), '\n')) {
        if (!line.empty()) out.push_back(read_event(line));
    }
    return out;
}

/// Folds what render() wrote and compares.
inline void check_journal(const std::string& text, const run::Plan& plan) {
    const std::size_t end = text.find("---\n");
    REQUIRE(end != std::string::npos);
    run::State state;
    for (const trace::Event& event : read_journal(text))
        run::apply(state, plan, event);
    CHECK(summary(state, plan) == text.substr(end + 4));
}

/// Writes a file of the repository.
inline void write_golden(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    base::write_private_file(file, text);
    std::filesystem::permissions(file,
                                 std::filesystem::perms::group_read | std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
}

} // namespace test
