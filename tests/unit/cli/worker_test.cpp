#include <doctest/doctest.h>

#include "cli/worker.hpp"

TEST_CASE("the exit code that stands for several") {
    struct Row {
        int a, b, expected;
    };
    for (const Row& row : {Row{0, 0, 0}, Row{0, 1, 1}, Row{2, 0, 2}, Row{1, 2, 1}, Row{3, 1, 3}, Row{5, 3, 5},
                           Row{4, 5, 4}, Row{4, 130, 130}, Row{0, 70, 70}, Row{70, 2, 2},
                           // What a process ended with that nobody planned is a failure.
                           Row{0, 137, 1}, Row{137, 3, 3}, Row{141, 0, 1}, Row{139, 2, 1}}) {
        CAPTURE(row.a);
        CAPTURE(row.b);
        CHECK(cli::worse(row.a, row.b) == row.expected);
        CHECK(cli::worse(row.b, row.a) == row.expected);
    }
}
