// How far a join is: every rule, with what can have happened to its inputs.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.hpp"
#include "run/join.hpp"

namespace {

using resource::JoinFailure;
using resource::JoinMode;

struct Rule {
    JoinMode mode;
    std::int64_t count;
    std::int64_t percent;
};
constexpr Rule all{JoinMode::wait_for_all, 0, 0};
constexpr Rule two{JoinMode::quorum, 2, 0};
constexpr Rule half{JoinMode::quorum, 0, 50};
constexpr Rule either{JoinMode::quorum, 1, 67}; // the larger counts
constexpr Rule bare{JoinMode::quorum, 0, 0};
constexpr Rule nine{JoinMode::quorum, 9, 0};

struct Row {
    const char* name;
    Rule rule;
    run::Intake in; ///< expected, arrived, missing, failed
    std::string deadletter, skip, partial;
};

std::string standing(const Row& row, JoinFailure on_failure) {
    resource::Join rule;
    rule.mode = row.rule.mode;
    rule.quorum_count = row.rule.count;
    rule.quorum_percent = row.rule.percent;
    rule.on_failure = on_failure;
    const run::Standing s = run::standing_of(rule, row.in);
    const char* verdict = "waits";
    switch (s.verdict) {
    case run::Standing::Verdict::ready:
        verdict = "ready";
        break;
    case run::Standing::Verdict::waits:
        break;
    case run::Standing::Verdict::starved:
        verdict = "starved";
        break;
    case run::Standing::Verdict::abandoned:
        verdict = "abandoned";
        break;
    }
    return base::format("{} {}/{}", verdict, s.have, s.need);
}

const std::vector<Row>& rows() {
    static const std::vector<Row> table{
        {"nobody hands over", all, {0, 0, 0, 0}, "ready 0/0", "ready 0/0", "ready 0/0"},
        {"nobody hands over to a quorum", two, {0, 0, 0, 0}, "ready 0/0", "ready 0/0", "ready 0/0"},
        {"all, nothing yet", all, {3, 0, 0, 0}, "waits 0/3", "waits 0/3", "waits 0/3"},
        {"all, some", all, {3, 2, 0, 0}, "waits 2/3", "waits 2/3", "waits 2/3"},
        {"all came", all, {3, 3, 0, 0}, "ready 3/3", "ready 3/3", "ready 3/3"},
        {"all, one not taken", all, {3, 2, 1, 0}, "ready 2/2", "ready 2/2", "ready 2/2"},
        {"all, one failed", all, {3, 2, 0, 1}, "starved 2/3", "ready 2/2", "ready 2/2"},
        {"all, one failed, one open", all, {3, 1, 0, 1}, "starved 1/3", "waits 1/2", "waits 1/2"},
        {"all failed", all, {2, 0, 0, 2}, "abandoned 0/2", "abandoned 0/0", "abandoned 0/0"},
        {"one failed, the other not taken",
         all,
         {2, 0, 1, 1},
         "abandoned 0/1",
         "abandoned 0/0",
         "abandoned 0/0"},
        {"one failed, the other open", all, {2, 0, 0, 1}, "waits 0/2", "waits 0/1", "waits 0/1"},
        {"two, one came", two, {3, 1, 0, 0}, "waits 1/2", "waits 1/2", "waits 1/2"},
        {"two came", two, {3, 2, 0, 0}, "ready 2/2", "ready 2/2", "ready 2/2"},
        {"two, and three came", two, {3, 3, 0, 0}, "ready 3/2", "ready 3/2", "ready 3/2"},
        {"two, of which one can come", two, {3, 1, 2, 0}, "starved 1/2", "starved 1/2", "ready 1/2"},
        {"two, the others failed", two, {3, 1, 0, 2}, "starved 1/2", "ready 1/1", "ready 1/2"},
        {"two, one failed, one not taken", two, {3, 1, 1, 1}, "starved 1/2", "starved 1/2", "ready 1/2"},
        {"two, one failed, one open", two, {3, 1, 0, 1}, "waits 1/2", "waits 1/2", "waits 1/2"},
        {"half of three is two", half, {3, 1, 0, 0}, "waits 1/2", "waits 1/2", "waits 1/2"},
        {"half of those that can come", half, {3, 1, 1, 0}, "ready 1/1", "ready 1/1", "ready 1/1"},
        {"half, one failed of three", half, {3, 1, 0, 1}, "waits 1/2", "ready 1/1", "waits 1/2"},
        {"half, two failed of four", half, {4, 1, 0, 2}, "waits 1/2", "ready 1/1", "waits 1/2"},
        {"the larger of count and percent", either, {3, 2, 0, 0}, "waits 2/3", "waits 2/3", "waits 2/3"},
        {"neither: all", bare, {3, 2, 0, 0}, "waits 2/3", "waits 2/3", "waits 2/3"},
        {"neither: all that can come", bare, {3, 2, 1, 0}, "ready 2/2", "ready 2/2", "ready 2/2"},
        {"more than there are: all", nine, {3, 2, 0, 0}, "waits 2/3", "waits 2/3", "waits 2/3"},
        {"more than there are, all came", nine, {3, 3, 0, 0}, "ready 3/3", "ready 3/3", "ready 3/3"},
        {"more than there are, one failed", nine, {3, 2, 0, 1}, "starved 2/3", "ready 2/2", "ready 2/3"},
        {"a quorum of which all failed",
         two,
         {2, 0, 0, 2},
         "abandoned 0/2",
         "abandoned 0/1",
         "abandoned 0/2"},
    };
    return table;
}

} // namespace

TEST_CASE("how far a join is") {
    for (const Row& row : rows()) {
        CAPTURE(row.name);
        CHECK(standing(row, JoinFailure::deadletter) == row.deadletter);
        CHECK(standing(row, JoinFailure::skip) == row.skip);
        CHECK(standing(row, JoinFailure::continue_partial) == row.partial);
    }
}
