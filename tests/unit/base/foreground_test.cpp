#include <doctest/doctest.h>

#include <csignal>

#include "base/foreground.hpp"

TEST_CASE("a program in the foreground tells how it ended") {
    CHECK(base::run_in_foreground({"true"}) == 0);
    CHECK(base::run_in_foreground({"/bin/sh", "-c", "exit 7"}) == 7);
    CHECK(base::run_in_foreground({"/bin/sh", "-c", "kill -TERM $$"}) == 128 + SIGTERM);
    CHECK(base::run_in_foreground({"orloj-no-such-program"}) == 127);
}

TEST_CASE("words reach it as they are") {
    CHECK(base::run_in_foreground(
              {"/bin/sh", "-c", "test \"$1\" = 'a b;$(exit 3)' && test $# = 1", "x", "a b;$(exit 3)"}) == 0);
}

TEST_CASE("it hears SIGINT although we do not meanwhile, and we do again afterwards") {
    struct sigaction before {};
    (void)::sigaction(SIGINT, nullptr, &before);
    CHECK(base::run_in_foreground({"/bin/sh", "-c", "kill -INT $$"}) == 128 + SIGINT);
    struct sigaction after {};
    (void)::sigaction(SIGINT, nullptr, &after);
    CHECK((before.sa_handler == after.sa_handler)); // NOLINT: a macro of the system
}
