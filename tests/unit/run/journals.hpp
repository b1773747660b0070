// The journals that engines of all versions wrote, as files: one event a line, tab-separated, payload last.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/os.hpp"
#include "base/text.hpp"
#include "trace/event.hpp"

namespace test {

/// One folder a version.
inline const std::filesystem::path folder =
    std::filesystem::path(ORLOJ_TEST_DATA).parent_path().parent_path() / "golden" / "journals";

/// Of the journal of a scenario.
inline std::string file_name(std::string name) {
    for (char& c : name) {
        if (c == ' ') c = '-';
    }
    return name + ".journal";
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

/// Whole lines.
inline std::vector<trace::Event> read_journal(std::string_view text) {
    std::vector<trace::Event> out;
    for (const std::string_view line : base::split(text, '\n')) {
        if (!line.empty()) out.push_back(read_event(line));
    }
    return out;
}

} // namespace test
