#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>

#include "base/foreground.hpp"

TEST_CASE("a program in the foreground tells how it ended") {
    CHECK(base::run_in_foreground({"true"}) == 0);
    CHECK(base::run_in_foreground({"/bin/sh", "-c", "exit 7"}) == 7);
    CHECK(base::run_in_foreground({"/bin/sh", "-c", "kill -TERM $$"}) == 128 + SIGTERM);
    CHECK(base::run_in_foreground({"orloj-no-such-program"}) == 127);
}

TEST_CASE("variables that are withheld do not reach it, others do") {
    CHECK(::setenv("ORLOJ_TEST_GIVEN", "1", 1) == 0);
    CHECK(::setenv("ORLOJ_TEST_KEPT", "2", 1) == 0);
    const std::vector<std::string> look{"/bin/sh", "-c", "exit $ORLOJ_TEST_GIVEN$ORLOJ_TEST_KEPT"};
    CHECK(base::run_in_foreground(look) == 12);
    CHECK(base::run_in_foreground(look, {"ORLOJ_TEST_K"}) == 1);
    CHECK(::getenv("ORLOJ_TEST_KEPT") == std::string("2")); // NOLINT(concurrency-mt-unsafe): one thread
    CHECK(::unsetenv("ORLOJ_TEST_GIVEN") == 0);
    CHECK(::unsetenv("ORLOJ_TEST_KEPT") == 0);
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
