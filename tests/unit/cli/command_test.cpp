// The table of commands: each row has what help, completion, the man pages and the README's list are made of.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/elsewhere.hpp"
#include "cli/help.hpp"
#include "cli/topic.hpp"

namespace {

std::vector<const cli::CommandRow*> shown() {
    std::vector<const cli::CommandRow*> out;
    for (const cli::CommandRow& row : cli::command_rows()) {
        if (!row.hidden()) out.push_back(&row);
    }
    return out;
}

std::size_t lines_of(const std::string& page) {
    return static_cast<std::size_t>(std::count(page.begin(), page.end(), '\n'));
}

/// The first line that a terminal of 80 columns would break, "" when there is none.
std::string too_wide(const std::string& page) {
    for (const std::string_view line : base::split(page, '\n')) {
        if (base::display_width(line) > 79) return std::string(line);
    }
    return {};
}

} // namespace

TEST_CASE("each command says what it belongs to, what it prints, and how it is used") {
    const std::set<std::string_view> formats{
        "table", "text",    "wide", "json", "jsonl",           "yaml",     "name",
        "dot",   "mermaid", "otlp", "html", "custom-columns=", "jsonpath="};
    for (const cli::CommandRow* row : shown()) {
        CAPTURE(row->name);
        const cli::Command command = row->make();
        CHECK(command.name == row->name);
        CHECK((command.run != nullptr));
        CHECK(row->group != cli::Group::unsaid);
        const auto words = cli::words_of(row->formats);
        for (const std::string_view word : words)
            CHECK(formats.contains(word));
        if (!words.empty())
            CHECK((words.front() == "table" || words.front() == "text" || words.front() == "json" ||
                   words.front() == "yaml" || words.front() == "html"));
        CHECK(command.summary.ends_with('.'));
        CHECK(command.summary.find('\n') == std::string_view::npos);
        CHECK(!cli::examples_of(command).empty());
        bool shows_itself = false;
        for (const std::string& example : cli::examples_of(command))
            shows_itself =
                shows_itself || example.find(base::format("orloj {}", row->name)) != std::string::npos;
        CHECK(shows_itself);
    }
}

TEST_CASE("each word of a command line says what it names") {
    for (const cli::CommandRow* row : shown()) {
        const cli::Command command = row->make();
        std::set<std::string_view> seen;
        for (const cli::Option& option : command.options) {
            CAPTURE(row->name);
            CAPTURE(option.name);
            CHECK(option.name.starts_with("--"));
            CHECK(seen.insert(option.name).second);
            CHECK((option.takes == cli::Takes::nothing) == option.value.empty());
            CHECK(option.doc.ends_with('.'));
            if (option.takes != cli::Takes::nothing) CHECK(cli::means_of(option) != cli::Means::unsaid);
            CHECK((cli::means_of(option) == cli::Means::choice) == !option.choices.empty());
            for (const cli::Option& other : cli::global_options()) {
                CHECK(option.name != other.name);
                if (option.letter != 0) CHECK(option.letter != other.letter);
            }
        }
        for (const cli::Positional& positional : command.positionals) {
            CAPTURE(row->name);
            CAPTURE(positional.name);
            CHECK(positional.doc.ends_with('.'));
            CHECK(cli::means_of(positional) != cli::Means::unsaid);
            CHECK((cli::means_of(positional) == cli::Means::choice) == !positional.choices.empty());
        }
    }
}

TEST_CASE("pages of help fit: 25 lines for a command, 24 for the way in, 80 columns") {
    for (const cli::CommandRow* row : shown()) {
        CAPTURE(row->name);
        const std::string page = cli::help_of(*row);
        CHECK(lines_of(page) <= 25);
        CHECK(too_wide(page) == "");
        CHECK(page.find("\nExamples:\n  ") != std::string::npos);
        CHECK(too_wide(cli::long_help_of(*row)) == "");
        const std::string first(row->name.substr(0, row->name.find(' ')));
        CHECK(too_wide(cli::help_of_group(first)) == "");
    }
    CHECK(lines_of(cli::overview()) <= 24);
    CHECK(too_wide(cli::overview() + cli::help() + cli::help_of_options()) == "");
}

TEST_CASE("what the short page leaves out stands in the long one") {
    for (const cli::CommandRow* row : shown()) {
        CAPTURE(row->name);
        const cli::Command command = row->make();
        const std::string page = cli::help_of(*row);
        const std::string all = cli::long_help_of(*row);
        for (const cli::Option& option : command.options) {
            CHECK(page.find(option.name) != std::string::npos);
            CHECK(all.find(cli::option_text(option)) != std::string::npos);
        }
        for (const std::string& example : cli::examples_of(command))
            CHECK(all.find("  " + example + "\n") != std::string::npos);
    }
}

TEST_CASE("words of orlojctl are answered only where they are no command here") {
    std::set<std::string_view> seen;
    for (const cli::Elsewhere& row : cli::elsewhere_rows()) {
        CAPTURE(row.words);
        CHECK(seen.insert(row.words).second);
        CHECK(cli::find_row(row.words) == nullptr);
        const std::string answer = cli::elsewhere_answer(row.words);
        CHECK(base::display_width("error: " + answer) <= 100);
        CHECK(!answer.ends_with('.'));
    }
    CHECK(cli::elsewhere_answer("get") == "");
}

TEST_CASE("the options that stand anywhere take so many words") {
    const std::pair<const char*, std::size_t> rows[] = {
        {"--db", 2}, {"--db=x", 1},  {"-n", 2}, {"-nx", 1}, {"-n=x", 1},       {"-qo", 2}, {"-qojson", 1},
        {"-qv", 1},  {"--quiet", 1}, {"-h", 1}, {"-V", 1},  {"--dbb", 0},      {"-x", 0},  {"-qx", 0},
        {"-", 0},    {"", 0},        {"--", 0}, {"get", 0}, {"--no-color", 1},
    };
    for (const auto& [word, span] : rows) {
        CAPTURE(word);
        CHECK(cli::global_span(word) == span);
    }
}

TEST_CASE("an option that is begun, or nearly right, is known") {
    const cli::Command get = cli::find_row("get")->make();
    CHECK(cli::option_meant(&get, "--sel") == "--selector");
    CHECK(cli::option_meant(&get, "--selectro=a=b") == "--selector");
    CHECK(cli::option_meant(&get, "--n") == std::nullopt); // --namespace, --no-color
    CHECK(cli::option_meant(&get, "--xyzzy") == std::nullopt);
    CHECK(cli::option_meant(nullptr, "--outptu") == "--output");
}

namespace {

std::string parsed(const char* name, std::vector<std::string> words) {
    const cli::Command command = cli::find_row(name)->make();
    try {
        const cli::Parsed got = cli::parse_arguments(command, std::move(words));
        std::string out =
            base::format("-n {} -o {}", got.globals.namespace_.value_or("?"), got.globals.output);
        for (const cli::Positional& p : command.positionals)
            out += base::format(" {}", base::join(got.arguments.many(p.name), ","));
        for (const cli::Option& option : command.options) {
            if (got.arguments.has(option.name))
                out += base::format(" {}={}", option.name, base::join(got.arguments.many(option.name), ","));
        }
        return out;
    } catch (const base::Error& error) {
        return error.message();
    }
}

} // namespace

TEST_CASE("the value of an option stands after it, behind = or attached") {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"a", "-o", "json", "-l", "k=v"},
                                                  {"-o=json", "a", "-l=k=v"},
                                                  {"-ojson", "-lk=v", "a"},
                                                  {"--output=json", "--selector=k=v", "a"},
                                                  {"--selector", "k=v", "a", "--output", "json"}}) {
        CHECK(parsed("get", words) == "-n ? -o json a --selector=k=v");
    }
    CHECK(parsed("get", {"--", "-o", "json"}) == "-n ? -o  -o,json");
    CHECK(parsed("get", {"a", "--", "--", "b"}) == "-n ? -o  a,--,b");
    CHECK(parsed("get", {"-"}) == "-n ? -o  -");
    CHECK(parsed("cancel", {"a", "--reason="}) == "option '--reason' needs a value");
    CHECK(parsed("cancel", {"a", "--reason=-x"}) == "-n ? -o  a --reason=-x");
    CHECK(parsed("delete", {"-f", "-", "-f", "b"}) == "-n ? -o   --file=-,b");
}

TEST_CASE("what cannot be meant is refused") {
    CHECK(parsed("get", {"a", "-n", "x", "--namespace=y"}) == "option '--namespace' is given twice");
    CHECK(parsed("wait", {"a", "--timeout", "1s", "--timeout", "1s"}) == "option '--timeout' is given twice");
    CHECK(parsed("get", {"a", "--quiet=false"}) == "option '--quiet' takes no value");
    CHECK(parsed("get", {"a", "--probe=1"}) == "option '--probe' takes no value");
    CHECK(parsed("get", {"a", "--out", "json"}) == "unknown option '--out'");
    CHECK(parsed("get", {"a", "-o"}) == "option '--output' needs a value");
    CHECK(parsed("get", {"a", "-o", ""}) == "option '--output' needs a value");
    CHECK(parsed("get", {"a", "--server=x"}) == cli::elsewhere_answer("--server"));
    CHECK(parsed("get", {}) == "RESOURCE is missing");
    CHECK(parsed("version", {"--", "-q"}) == "unexpected argument '-q'");
}
