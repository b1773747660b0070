#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/line_diff.hpp"
#include "base/text.hpp"

namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines)
        out += line + "\n";
    return out;
}

/// What `patch` makes of `old_text`; "conflict" where a line that must be there is not.
std::string patched(const std::string& old_text, const std::string& diff) {
    std::vector<std::string_view> old_lines = base::split(old_text, '\n');
    std::string out;
    std::size_t at = 0; // lines of the old text that were used
    std::vector<std::string_view> lines = base::split(diff, '\n');
    for (std::size_t i = 2; i + 1 < lines.size(); ++i) {
        const std::string_view line = lines[i];
        if (line.starts_with("@@ -")) {
            const std::string_view range = line.substr(4, line.find(' ', 4) - 4);
            const auto first = base::to_integer(range.substr(0, range.find(',')));
            const bool none = range.ends_with(",0");
            const std::size_t target = static_cast<std::size_t>(first.value_or(0)) - (none ? 0 : 1);
            while (at < target)
                out += std::string(old_lines[at++]) + "\n";
            continue;
        }
        if (line.front() == '+') {
            out += std::string(line.substr(1)) + "\n";
            continue;
        }
        if (at >= old_lines.size() || old_lines[at] != line.substr(1)) return "conflict";
        if (line.front() == ' ') out += std::string(line.substr(1)) + "\n";
        ++at;
    }
    while (at + 1 < old_lines.size())
        out += std::string(old_lines[at++]) + "\n";
    return out;
}

} // namespace

TEST_CASE("equal texts have no difference") {
    CHECK(base::unified_diff("a", "b", "x\ny\n", "x\ny\n").empty());
    CHECK(base::unified_diff("a", "b", "", "").empty());
}

TEST_CASE("a change is shown with three lines of context") {
    CHECK(base::unified_diff("live/x", "desired/x", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
                             "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") ==
          "--- live/x\n+++ desired/x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST_CASE("a text that was not there and one that is no longer") {
    CHECK(base::unified_diff("/dev/null", "b", "", "x\ny\n") ==
          "--- /dev/null\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
    CHECK(base::unified_diff("a", "/dev/null", "x\n", "") == "--- a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
}

TEST_CASE("changes far apart are hunks of their own, and near ones share one") {
    std::vector<std::string> old_lines;
    for (int i = 1; i <= 40; ++i)
        old_lines.push_back(std::to_string(i));
    std::vector<std::string> far = old_lines;
    far[4] = "a";
    far[30] = "b";
    std::vector<std::string> near = old_lines;
    near[4] = "a";
    near[11] = "b";
    const auto hunks = [&](const std::vector<std::string>& lines) {
        const std::string diff = base::unified_diff("a", "b", joined(old_lines), joined(lines));
        CHECK(patched(joined(old_lines), diff) == joined(lines));
        return base::split(diff, '@').size() / 4;
    };
    CHECK(hunks(far) == 2);
    CHECK(hunks(near) == 1);
}

TEST_CASE("applied to the old text, the difference gives the new one") {
    std::uint32_t seed = 1;
    const auto next = [&seed](std::uint32_t bound) {
        seed = seed * 1664525U + 1013904223U;
        return (seed >> 16U) % bound;
    };
    for (int round = 0; round < 500; ++round) {
        std::vector<std::string> a;
        std::vector<std::string> b;
        for (std::uint32_t i = next(30); i > 0; --i)
            a.push_back(std::to_string(next(5)));
        for (const std::string& line : a) {
            if (next(4) != 0) b.push_back(line);
            if (next(5) == 0) b.push_back(std::to_string(next(5)));
        }
        const std::string diff = base::unified_diff("a", "b", joined(a), joined(b));
        if (a == b) {
            CHECK(diff.empty());
            continue;
        }
        CAPTURE(diff);
        CHECK(patched(joined(a), diff) == joined(b));
    }
}

TEST_CASE("texts that differ altogether are one replacement, and quickly found") {
    std::vector<std::string> a;
    std::vector<std::string> b;
    for (int i = 0; i < 20000; ++i) {
        a.push_back("a" + std::to_string(i));
        b.push_back("b" + std::to_string(i));
    }
    const std::string diff = base::unified_diff("a", "b", joined(a), joined(b));
    CHECK(patched(joined(a), diff) == joined(b));
}
