// What completion offers at a place, with a store of three names; and that no shell's quoting is evaluated.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cli/complete.hpp"

namespace {

using Words = std::vector<std::string>;

/// "PATTERN|follow" of what is offered; `asked` gets what the store was asked for.
struct Shell {
    std::string asked;

    std::string offered(const Words& words) {
        asked.clear();
        const cli::Stored stored{
            [this](const resource::Kind& kind, const std::string& namespace_, std::string_view prefix) {
                asked = base::format("{} in {} from '{}'", kind.plural,
                                     namespace_.empty() ? "own" : namespace_, prefix);
                Words out;
                for (const char* name : {"alpha", "beta", "$(reboot)"}) {
                    if (std::string_view(name).starts_with(prefix)) out.emplace_back(name);
                }
                return out;
            },
            [] {
                return Words{"default", "team"};
            }};
        const cli::Candidates found = cli::candidates(words, stored);
        Words out;
        for (const cli::Candidate& candidate : found.all)
            out.push_back(candidate.word);
        std::string text = base::join(out, " ");
        if (found.files) text += "<files>" + found.file_prefix;
        if (found.follow == cli::Candidates::Follow::no_space) text += "<no space>";
        return text;
    }
};

} // namespace

TEST_CASE("commands, their second words and their options") {
    Shell shell;
    CHECK(shell.offered({"ca"}) == "cancel");
    CHECK(shell.offered({"__"}) == "");
    CHECK(shell.offered({"create", ""}).starts_with("secret"));
    CHECK(shell.offered({"create", "x", ""}) == "");
    CHECK(shell.offered({"-n", "x", "ca"}) == "cancel");
    CHECK(shell.offered({"models", "p"}) == "pull");
    CHECK(shell.offered({"models", "al"}) == "alpha");
    CHECK(shell.offered({"help", "ca"}) == "cancel");
    CHECK(shell.offered({"help", "exi"}) == "exit-codes");
    CHECK(shell.offered({"help", "get", ""}) == "");
    CHECK(shell.offered({"nothing", ""}) == "");
    CHECK(shell.offered({"get", "--sel"}) == "--selector");
    CHECK(shell.offered({"get", "--prob"}) == "--probe");
    CHECK(shell.offered({"get", "--probe", "--prob"}) == "");
    CHECK(shell.offered({"get", "--selector", "a=b", "--sel"}) == "--selector");
    CHECK(shell.offered({"--qu"}) == "--quiet");
    CHECK(shell.offered({"get", "--", "--sel"}) == "");
    CHECK(shell.asked == "");
}

TEST_CASE("values: formats, choices, files") {
    Shell shell;
    CHECK(shell.offered({"get", "-o", "js"}).starts_with("json"));
    CHECK(shell.offered({"get", "-ojs"}).starts_with("-ojson"));
    CHECK(shell.offered({"get", "-o=js"}).starts_with("-o=json"));
    CHECK(shell.offered({"get", "--output=na"}).starts_with("--output=name"));
    CHECK(shell.offered({"status", "-o", ""}) == "table json");
    CHECK(shell.offered({"completion", ""}) == "bash zsh fish");
    CHECK(shell.offered({"wait", "a", "--for", "condition=F"}) == "condition=Failed");
    CHECK(shell.offered({"apply", "-f", "x"}) == "<files>");
    CHECK(shell.offered({"apply", "--file=x"}) == "<files>--file=");
    CHECK(shell.offered({"apply", "-fx"}) == "<files>-f");
    CHECK(shell.offered({"create", "secret", "s", "--from-file", "key"}) == "");
    CHECK(shell.offered({"create", "secret", "s", "--from-file", "key=/e"}) == "<files>key=");
    CHECK(shell.offered({"cancel", "a", "--reason", ""}) == "");
    CHECK(shell.offered({"get", "-n", "te"}) == "team");
    CHECK(shell.offered({"get", "-nte"}) == "-nteam");
    CHECK(shell.offered({"--db", ""}) == "<files>");
}

TEST_CASE("kinds and names that are stored") {
    Shell shell;
    CHECK(shell.offered({"get", "agent"}) == "agents agent-systems agent-policies agent-roles");
    CHECK(shell.offered({"get", "agents", "al"}) == "alpha");
    CHECK(shell.asked == "agents in own from 'al'");
    CHECK(shell.offered({"get", "-n", "team", "Agent", ""}) == "alpha beta $(reboot)");
    CHECK(shell.asked == "agents in team from ''");
    CHECK(shell.offered({"get", "agent/b", "-nteam"}) == "-nteam");
    CHECK(shell.offered({"get", "agent/$("}) == "agent/$(reboot)");
    CHECK(shell.offered({"get", "xyzzy/"}) == "");
    CHECK(shell.offered({"describe", "model-e"}) == "model-endpoint");
    CHECK(shell.offered({"describe", "model-endpoint", "be"}) == "beta");
    CHECK(shell.offered({"delete", "agent", "alpha", "be"}) == "beta");
    CHECK(shell.offered({"delete", "agent/alpha", "tool/be"}) == "tool/beta");
    CHECK(shell.offered({"logs", ""}) == "task/alpha task/beta task/$(reboot)");
    CHECK(shell.offered({"logs", "ta"}) == "task/alpha task/beta task/$(reboot)");
    CHECK(shell.offered({"logs", "task/b"}) == "task/beta");
    CHECK(shell.offered({"logs", "be"}) == "beta");
    CHECK(shell.offered({"logs", "task", "be"}) == "beta");
    CHECK(shell.offered({"diff", "task/alpha", "task/b"}) == "task/beta");
    CHECK(shell.offered({"run", "--system", "al"}) == "alpha");
    CHECK(shell.asked == "agent-systems in own from 'al'");
    CHECK(shell.offered({"run", "--system=al"}) == "--system=alpha");
    CHECK(shell.offered({"run", "--model-ref", "be"}) == "beta");
    CHECK(shell.asked == "model-endpoints in own from 'be'");
    CHECK(shell.offered({"retry", "a", "--from", "be"}) == "beta");
    CHECK(shell.asked == "agents in own from 'be'");
}

TEST_CASE("what can be explained") {
    Shell shell;
    CHECK(shell.offered({"explain", "ev"}) == "eval-dataset eval-run events");
    CHECK(shell.offered({"explain", "agent.limits.max"}) == "agent.limits.max_steps<no space>");
    CHECK(shell.offered({"explain", "agent.spec.limits.max"}) == "agent.spec.limits.max_steps<no space>");
    CHECK(shell.offered({"explain", "errors", "pro"}) == "provider");
    CHECK(shell.offered({"explain", "events", "task_e"}) == "task_end");
    CHECK(shell.offered({"explain", "environment", "ORLOJ_D"}) == "ORLOJ_DB");
    CHECK(shell.offered({"explain", "agent", ""}) == "");
}

TEST_CASE("quotes of a shell are taken off, and nothing in them is done") {
    const std::pair<const char*, const char*> rows[] = {
        {"plain", "plain"},
        {"'a b", "a b"},
        {"a\\ b", "a b"},
        {"\"a'b\"", "a'b"},
        {"'a\\b'", "a\\b"},
        {"\\$\\(x\\)", "$(x)"},
        {"$(x)", "$(x)"},
        {"\"$HOME", "$HOME"},
        {"a'b'\"c\"d", "abcd"},
        {"", ""},
        {"'", ""},
    };
    for (const auto& [typed, plain] : rows) {
        CAPTURE(typed);
        CHECK(cli::unquoted(typed) == plain);
    }
}
