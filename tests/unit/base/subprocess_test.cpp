#include "base/subprocess.hpp"

#include <csignal>

#include <poll.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/error.hpp"

namespace {

base::Subprocess shell(const std::string& script) {
    return base::Subprocess::start("/bin/sh", {"sh", "-c", script});
}

struct Heard {
    std::string output, errors;
    int code = -1;
};

/// Listens until it has ended and nothing more can come.
Heard follow(base::Subprocess& process) {
    Heard out;
    for (int turns = 0; turns < 2000; ++turns) {
        pollfd watched[] = {{process.output(), POLLIN, 0}, {process.errors(), POLLIN, 0}};
        (void)::poll(watched, 2, 10);
        const auto code = process.ended(); // first: what it wrote last is read after it
        out.output += process.read_output();
        out.errors += process.read_errors();
        if (!code) continue;
        out.code = *code;
        return out;
    }
    process.send(SIGKILL);
    return out;
}

} // namespace

TEST_CASE("a program beside us is heard on both pipes, and how it ended is known") {
    base::Subprocess process = shell("echo out; echo err >&2; cat; exit 3");
    const Heard heard = follow(process);
    CHECK(heard.output == "out\n");
    CHECK(heard.errors == "err\n");
    CHECK(heard.code == 3);
    CHECK(process.output() == -1);
    CHECK(process.errors() == -1);
    CHECK(process.ended() == 3); // and stays so
    process.send(SIGTERM);       // nobody is hit
}

TEST_CASE("it has a process group of its own, and gets signals only from us") {
    base::Subprocess process =
        shell("trap 'echo told; exit 7' TERM; echo ready; while :; do sleep 0.01; done");
    CHECK(::getpgid(process.pid()) == process.pid());
    std::string said;
    for (int turns = 0; turns < 1000 && said.empty(); ++turns) {
        pollfd watched{process.output(), POLLIN, 0};
        (void)::poll(&watched, 1, 10);
        said += process.read_output();
    }
    CHECK(said == "ready\n");
    CHECK_FALSE(process.ended());
    process.send(SIGTERM);
    const Heard heard = follow(process);
    CHECK(heard.output == "told\n");
    CHECK(heard.code == 7);
}

TEST_CASE("a signal that ends it counts above 128") {
    base::Subprocess process = shell("kill -9 $$");
    CHECK(follow(process).code == 128 + SIGKILL);
}

TEST_CASE("a program that goes on after its reader went away sees that") {
    std::optional<base::Subprocess> process;
    process.emplace(shell("trap '' PIPE; read -r line; exit 0"));
    base::Subprocess moved = std::move(*process);
    process.reset(); // the moved-from one owns nothing
    CHECK(follow(moved).code == 0);
}

TEST_CASE("what cannot be started is an error with its name") {
    CHECK_THROWS_WITH_AS(base::Subprocess::start("/nowhere/at-all", {"x"}),
                         "cannot start '/nowhere/at-all': No such file or directory", base::Error);
}

TEST_CASE("this program can be started again") {
    const std::string path = base::own_program();
    CHECK(::access(path.c_str(), X_OK) == 0);
}
