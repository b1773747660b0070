// credential_process, with real programs.
#include "aws_fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "credential/aws_process.hpp"

using namespace test;

namespace {

/// A shell script that stands for the person's program.
std::string program(const Aws& aws, const std::string& name, const std::string& body) {
    std::string path = aws.home.write(name, "#!/bin/sh\n" + body + "\n");
    REQUIRE(::chmod(path.c_str(), 0700) == 0);
    return path;
}

std::string run(const Aws& aws, const std::string& line) {
    return shown(credential::process_keys(aws.world, line, "profile 'dev'"));
}

std::string why(const Aws& aws, const std::string& line) {
    std::string out = complaint([&] { run(aws, line); });
    return base::replace_all(out, aws.home.path(), "HOME");
}

constexpr const char* good_answer =
    R"(echo '{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"s3cret","SessionToken":"tok","Expiration":"2026-11-22T13:00:00Z"}')";

TEST_CASE("a program's keys, whatever its name and arguments look like") {
    const Aws aws;
    const auto path = program(aws, "my tool",
                              R"([ "$1" = 'two words' ] && [ "$2" = '$HOME' ] && [ $# = 2 ] &&)" +
                                  std::string(" ") + good_answer);
    CHECK(run(aws, "'" + path + "' \"two words\" '$HOME'") == "AKID s3cret tok 2026-11-22T13:00:00.000000Z");
    CHECK(run(aws, base::replace_all(path, " ", "\\ ") + " two\\ words \\$HOME") ==
          "AKID s3cret tok 2026-11-22T13:00:00.000000Z");
    CHECK(run(aws, "sh -c \"echo '{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"A\\\",\\\"SecretAccessKey\\\":"
                   "\\\"s\\\"}'\"") == "A s - -");
}

TEST_CASE("it reads nothing and does not see what is orloj's own") {
    const Aws aws;
    ::setenv("ORLOJ_SECRET_X", "hidden", 1);
    ::setenv("CREDENTIAL_TEST_SEEN", "yes", 1);
    const auto path =
        program(aws, "tool",
                R"([ -z "$ORLOJ_SECRET_X" ] && [ "$CREDENTIAL_TEST_SEEN" = yes ] && ! read x && )" +
                    std::string(good_answer));
    CHECK(run(aws, path).starts_with("AKID s3cret"));
    ::unsetenv("ORLOJ_SECRET_X");
    ::unsetenv("CREDENTIAL_TEST_SEEN");
}

TEST_CASE("what goes wrong is told without what it printed") {
    Aws aws;
    const std::string where = "profile 'dev': credential_process 'HOME/tool' ";
    struct Row {
        const char* body;
        std::string expected;
    };
    const Row rows[] = {
        {"echo leak; echo 'not \033[31msigned in' >&2; echo more >&2; exit 7",
         "failed with exit status 7: not \\x1b[31msigned in"},
        {"exit 1", "failed with exit status 1"},
        {"kill -9 $$", "was ended by signal 9"},
        {"echo leak", "did not print a JSON object\nhint: it has to print {\"Version\": 1, \"AccessKeyId\": "
                      "\"...\", \"SecretAccessKey\": \"...\"}"},
        {"echo '[]'", "did not print a JSON object\nhint: it has to print {\"Version\": 1, \"AccessKeyId\": "
                      "\"...\", \"SecretAccessKey\": \"...\"}"},
        {"echo '{\"Version\":2}'", "printed another Version than 1"},
        {"echo '{\"AccessKeyId\":\"leak\",\"SecretAccessKey\":\"leak\"}'", "printed another Version than 1"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"leak\"}'", "has an access key id but no secret access key"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"leak\",\"SecretAccessKey\":\"\"}'",
         "has an access key id but no secret access key"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"leak\",\"SecretAccessKey\":\"leak\",\"Expiration\":"
         "\"2026-11-22T12:00:00Z\"}'",
         "has keys that expired at 2026-11-22T12:00:00.000000Z"},
        {"yes leak", "wrote more than 64 KiB"},
    };
    for (const Row& row : rows) {
        const auto path = program(aws, "tool", row.body);
        CAPTURE(row.body);
        CHECK(why(aws, path + " leak") == where + row.expected);
    }
    aws.world.patience.process = base::milliseconds(100);
    CHECK(why(aws, program(aws, "tool", "echo waiting >&2; sleep 100")) ==
          where + "did not end within 100ms: waiting");
}

TEST_CASE("lines that name no program") {
    const Aws aws;
    CHECK(why(aws, "'open") ==
          "profile 'dev': credential_process has a quote that is not closed, or ends in a backslash");
    CHECK(why(aws, "''") == "profile 'dev': credential_process names no program");
    CHECK(why(aws, "~/tool") ==
          "profile 'dev': credential_process '~/tool' cannot be started: No such file or directory\nhint: it "
          "is started without a shell: write whole paths, without ~ and $variables");
}

TEST_CASE("output that is cut anywhere gives no keys") {
    const Aws aws;
    const std::string whole =
        R"({"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"s","SessionToken":"t"})";
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        CAPTURE(size);
        const auto path = program(aws, "tool", "printf %s '" + whole.substr(0, size) + "'");
        CHECK(why(aws, path).find("did not print a JSON object") != std::string::npos);
    }
}

TEST_CASE("a person who wants to stop does not wait for it") {
    Aws aws;
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    const base::Fd read_end(ends[0]);
    const base::Fd write_end(ends[1]);
    REQUIRE(::write(write_end.get(), "x", 1) == 1);
    aws.world.wake_fd = read_end.get();
    CHECK(complaint([&] { run(aws, "sleep 100"); }, base::Fault::interrupted) ==
          "stopped while looking for AWS credentials");
}

} // namespace
