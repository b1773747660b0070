// Rows are what Python's shlex.split(posix) makes of the same line, which is what botocore splits
// credential_process with; only \$ and \` inside "..." and a line end that is escaped follow the shell.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "credential/argument_split.hpp"

TEST_CASE("a line becomes words without a shell") {
    struct Row {
        const char* line;
        const char* words; // between '|'
    };
    const Row rows[] = {
        {"", ""},
        {"  \t\n ", ""},
        {"a b", "|a|b|"},
        {"  /opt/my\\ tool   --x=1\t-y ", "|/opt/my tool|--x=1|-y|"},
        {"'/opt/my tool' \"two words\"", "|/opt/my tool|two words|"},
        {"a'b c'\"d e\"f", "|ab cd ef|"},
        {"'' \"\"", "|||"},
        {"'a\\b' \"a\\b\"", "|a\\b|a\\b|"},
        {"\"a\\\"b\\\\c\"", "|a\"b\\c|"},
        {"\"\\$HOME \\`x\\`\"", "|$HOME `x`|"},
        {"$HOME ~ *.txt a;b|c>d&", "|$HOME|~|*.txt|a;b|c>d&|"},
        {"a\\\nb \"c\\\nd\"", "|ab|cd|"},
        {"# no comment", "|#|no|comment|"},
        {"\xc3\xa9 '\xe2\x82\xac'", "|\xc3\xa9|\xe2\x82\xac|"},
        {"'open", "refused"},
        {"\"open", "refused"},
        {"\"open\\\"", "refused"},
        {"end\\", "refused"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.line);
        const auto words = credential::split_arguments(row.line);
        std::string shown = words ? "" : "refused";
        if (words && !words->empty()) shown = "|" + base::join(*words, "|") + "|";
        CHECK(shown == row.words);
    }
}
