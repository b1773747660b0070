// What a hint tells to type reaches the same database and namespace.
#include <doctest/doctest.h>

#include "cli/typed_again.hpp"

namespace {

cli::Globals given(std::optional<std::string> db, std::optional<std::string> namespace_) {
    cli::Globals out;
    out.db = std::move(db);
    out.namespace_ = std::move(namespace_);
    return out;
}

} // namespace

TEST_CASE("hints repeat the options that say where") {
    struct Row {
        std::string hint;
        std::string expected;
    };
    const Row rows[] = {
        {"orloj get agents", "orloj --db a.db -n team get agents"},
        {"go on with it: orloj resume task/x", "go on with it: orloj --db a.db -n team resume task/x"},
        {"orloj create secret k --stdin, orloj turn",
         "orloj --db a.db -n team create secret k --stdin, orloj turn"},
        {"see which: orloj get agents -A", "see which: orloj --db a.db get agents -A"},
        {"orloj run task/a -n other, or orloj run task/b",
         "orloj --db a.db run task/a -n other, or orloj --db a.db -n team run task/b"},
        {"orloj resume task/x --db PATH", "orloj -n team resume task/x --db PATH"},
        {"orloj explain agent", "orloj explain agent"},
        {"what orloj runs", "what orloj runs"},
        {"myorloj get agents", "myorloj get agents"},
        {"set ORLOJ_KEY_FILE", "set ORLOJ_KEY_FILE"},
        {"", ""},
    };
    for (const Row& row : rows)
        CHECK(cli::typed_again(row.hint, given("a.db", "team")) == row.expected);
}

TEST_CASE("hints stay as they are when nothing was given, and words are quoted for a shell") {
    CHECK(cli::typed_again("orloj get agents", given(std::nullopt, std::nullopt)) == "orloj get agents");
    CHECK(cli::typed_again("orloj get agents", given("my runs/it's.db", std::nullopt)) ==
          R"(orloj --db 'my runs/it'\''s.db' get agents)");
    const base::Error error =
        base::Error(base::Fault::not_found, "agent 'a' not found").hint("orloj get agents").at({"f", {1, 2}});
    const base::Error again = cli::typed_again(error, given(std::nullopt, "team"));
    CHECK(again.fault() == base::Fault::not_found);
    CHECK(again.message() == "agent 'a' not found");
    CHECK(again.hints() == std::vector<std::string>{"orloj -n team get agents"});
    CHECK(base::render(again.where()) == "f:1:2");
}

TEST_CASE("a name in a hint is one word of a shell") {
    struct Row {
        std::string name;
        std::string expected;
    };
    const Row rows[] = {
        {"run-x-20260101-000000-a1b2", "run-x-20260101-000000-a1b2"},
        {"a:b=c,d", "a:b=c,d"},
        {"$(touch${IFS}x)", "'$(touch${IFS}x)'"},
        {"it's", "'it'\\''s'"},
        {"a;b", "'a;b'"},
        {"", "''"},
    };
    for (const Row& row : rows)
        CHECK(cli::shell_word(row.name) == row.expected);
}
