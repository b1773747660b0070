#include "base/process.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>

#include <unistd.h>

#include <doctest/doctest.h>

#include "base/os.hpp"

namespace {

using How = base::Ended::How;

base::Command shell(const std::string& script) {
    base::Command command;
    command.arguments = {"/bin/sh", "-c", script};
    command.environment = {"PATH=/usr/bin:/bin"};
    command.timeout = base::seconds(20);
    return command;
}

base::Ended run(const std::string& script) {
    return base::run_command(shell(script));
}

double seconds_of(auto&& call) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST_CASE("a program's output, errors and status") {
    const auto ended = run("echo out; echo err >&2; exit 3");
    CHECK(ended.how == How::exited);
    CHECK(ended.code == 3);
    CHECK(ended.output == "out\n");
    CHECK(ended.errors == "err\n");
    const auto killed = run("kill -TERM $$");
    CHECK(killed.how == How::signalled);
    CHECK(killed.code == SIGTERM);
}

TEST_CASE("the words arrive as they are, and the environment is the one given") {
    base::Command command;
    command.arguments = {"printf", "%s|", "two words", "$HOME", "*", "'\"\\", ""};
    command.environment = {"PATH=/usr/bin:/bin"};
    CHECK(base::run_command(command).output == "two words|$HOME|*|'\"\\||");
    command.arguments = {"env"};
    command.environment = {"ONLY=this"};
    CHECK(base::run_command(command).output == "ONLY=this\n");
}

TEST_CASE("a program that is not there says why") {
    base::Command command;
    command.arguments = {"/nonexistent/program"};
    auto ended = base::run_command(command);
    CHECK(ended.how == How::not_started);
    CHECK(ended.code == ENOENT);
    command.arguments = {"/etc/passwd"};
    ended = base::run_command(command);
    CHECK(ended.how == How::not_started);
    CHECK(ended.code == EACCES);
}

TEST_CASE("much on both pipes at once is no deadlock") {
    auto command = shell("head -c 3000000 /dev/zero >&2 & head -c 3000000 /dev/zero; wait");
    command.most_output = 4U << 20U;
    command.most_errors = 1000;
    const auto ended = base::run_command(command);
    CHECK(ended.how == How::exited);
    CHECK(ended.output.size() == 3'000'000);
    CHECK(ended.errors.size() == 1000);
}

TEST_CASE("exactly as much as it may is not too much") {
    auto command = shell("printf 12345");
    command.most_output = 5;
    CHECK(base::run_command(command).how == How::exited);
    command.most_output = 4;
    const auto ended = base::run_command(command);
    CHECK(ended.how == How::too_much);
    CHECK(ended.output == "1234");
    CHECK(run("yes").how == How::too_much);
}

TEST_CASE("one that does not end is ended, with what it started") {
    auto command = shell("sleep 100 & echo $!; wait");
    command.timeout = base::milliseconds(150);
    base::Ended ended;
    CHECK(seconds_of([&] { ended = base::run_command(command); }) < 5.0);
    CHECK(ended.how == How::timed_out);
    const auto sleeper = static_cast<pid_t>(std::strtol(ended.output.c_str(), nullptr, 10));
    REQUIRE(sleeper > 1);
    bool gone = false; // it may wait for somebody to collect it, which is as good
    for (int i = 0; i < 200 && !gone; ++i) {
        const auto state = run("cut -d' ' -f3 /proc/" + std::to_string(sleeper) + "/stat 2>/dev/null").output;
        gone = ::kill(sleeper, 0) != 0 || state == "Z\n";
    }
    CHECK(gone);
}

TEST_CASE("one that ignores the request to end is killed") {
    auto command = shell("trap '' TERM; while :; do sleep 1; done");
    command.timeout = base::milliseconds(50);
    base::Ended ended;
    CHECK(seconds_of([&] { ended = base::run_command(command); }) < 5.0);
    CHECK(ended.how == How::timed_out);
}

TEST_CASE("a helper that stays behind with the pipes does not hold us up") {
    base::Ended ended;
    CHECK(seconds_of([&] { ended = run("sleep 5 & echo $!"); }) < 3.0);
    CHECK(ended.how == How::exited);
    ::kill(static_cast<pid_t>(std::strtol(ended.output.c_str(), nullptr, 10)), SIGKILL);
}

TEST_CASE("one that closes its pipes is still waited for") {
    const auto ended = run("exec >&- 2>&-; sleep 0.05; exit 4");
    CHECK(ended.how == How::exited);
    CHECK(ended.code == 4);
}

TEST_CASE("one that stops is not waited for") {
    const auto ended = run("kill -STOP $$; echo never");
    CHECK(ended.how == How::wants_prompt);
    CHECK(ended.output.empty());
}

TEST_CASE("being woken ends it") {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    const base::Fd read_end(ends[0]);
    const base::Fd write_end(ends[1]);
    REQUIRE(::write(write_end.get(), "x", 1) == 1);
    auto command = shell("sleep 100");
    command.wake_fd = read_end.get();
    CHECK(base::run_command(command).how == How::woken);
}

TEST_CASE("it reads nothing, and ignores no signal because we do") {
    ::signal(SIGPIPE, SIG_IGN);
    CHECK(run("cat").output.empty());
    // Bit 13 of the ignored signals is SIGPIPE.
    const auto ended = run("grep SigIgn /proc/self/status");
    if (ended.code == 0) CHECK((std::strtoull(ended.output.c_str() + 7, nullptr, 16) >> 12U & 1U) == 0);
}

TEST_CASE("how a child ended is known even where nobody is told of children") {
    ::signal(SIGCHLD, SIG_IGN);
    CHECK(run("exit 9").code == 9);
    ::signal(SIGCHLD, SIG_DFL);
}

TEST_CASE("the environment without some") {
    ::setenv("ORLOJ_PROCESS_TEST", "1", 1);
    ::setenv("OTHER_PROCESS_TEST", "2", 1);
    bool ours = false;
    bool other = false;
    for (const auto& variable : base::environment_without("ORLOJ_")) {
        ours = ours || variable.starts_with("ORLOJ_");
        other = other || variable == "OTHER_PROCESS_TEST=2";
    }
    CHECK_FALSE(ours);
    CHECK(other);
    ::unsetenv("ORLOJ_PROCESS_TEST");
    ::unsetenv("OTHER_PROCESS_TEST");
}

} // namespace
