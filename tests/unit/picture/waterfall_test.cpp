// A run as bars on a terminal: whole pictures.
#include <algorithm>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "picture/waterfall.hpp"
#include "run_cases.hpp"

namespace {

enum class Form { drawn, ascii };

struct Golden {
    trace::Timeline (*run)();
    std::size_t columns;
    Form form;
    std::string_view picture; ///< behind a first newline
};

// clang-format off
const Golden goldens[] = {
    {cases::simple, 80, Form::drawn, R"(
                   ▕0           200ms       400ms        600ms        ▏
writer             ▕──────────────────────────────────────────────────▏   0.802s
  1 gpt-4o at main ▕██████████████████████████████████████████████████▏   0.800s
)"},
    {cases::retry_and_fallback, 80, Form::drawn, R"(
                           ▕0       500ms    1s       ▏
writer                     ▕──────────────────────────▏   1.500s
  1 gpt-4o at main         ▕░✗                        ▏   0.100s  429 rate_limit
    try 2                  ▕ ┄┄┄┄┄┄┄┄┄░░✗             ▏   0.100s  503 overloaded
  falls back from main ... ▕            ◆             ▏
  1 gpt-4o at spare        ▕            ██████████████▏   0.790s
)"},
    {cases::parallel, 80, Form::drawn, R"(
                    ▕0       500ms   1s      1.5s    2s      2.5s     ▏
a                   ▕─────────────────                                ▏   1.000s
  1 gpt-4o at main  ▕█████████████████                                ▏   1.000s
  → d               ▕                ◆                                ▏
b                   ▕─────────────────────────                        ▏   1.500s
  1 gpt-4o at main  ▕█████████████████████████                        ▏   1.500s
  → d               ▕                        ◆                        ▏
c                   ▕─────────────────────────────────                ▏   2.000s
  1 gpt-4o at main  ▕················█████████████████                ▏   1.000s
  → d               ▕                                ◆                ▏
d has 3 of 3 inputs ▕                                ◆                ▏
d                   ▕                                ──────────────── ▏   0.900s
  1 gpt-4o at main  ▕                                ████████████████ ▏   0.900s
)"},
    {cases::cycle, 80, Form::drawn, R"(
                   ▕0           200ms        400ms       600ms        ▏
writer             ▕─────────────                                     ▏   0.200s
  1 gpt-4o at main ▕█████████████                                     ▏   0.200s
  → critic         ▕            ◆                                     ▏
critic             ▕            ─────────────                         ▏   0.200s
  1 gpt-4o at main ▕            █████████████                         ▏   0.200s
  → writer         ▕                         ◆                        ▏
writer #2          ▕                         ─────────────            ▏   0.200s
  1 gpt-4o at main ▕                         █████████████            ▏   0.200s
  → critic         ▕                                     ◆            ▏
critic #2          ▕                                     ─────────────▏   0.200s
  1 gpt-4o at main ▕                                     █████████████▏   0.200s
)"},
    {cases::interrupted_and_resumed, 80, Form::drawn, R"(
                    ▕0         500ms     1s        1.5s     ▏
writer              ▕──────────────────╎────────────────────▏   1.900s
  1 gpt-4o at main  ▕░░░░░░░░░░░░░░░░░░?                    ▏   0.900s  in doubt
    again           ▕                  █████████████████████▏   0.999s
interrupted: SIGINT ▕                  ◆                    ▏
nobody worked on it ▕                  ╎                    ▏    2h46m
)"},
    {cases::in_doubt, 80, Form::drawn, R"(
                   ▕0       200ms    400ms    600ms    800ms▏
writer             ▕────────────────────────────────────────▏   0.900s  not done
  1 gpt-4o at main ▕░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░?▏   0.900s  in doubt
b                  ▕────────────────────────────────────────▏   0.900s  not done
  1 gpt-4o at main ▕    ████████████████████████████████████▏   0.800s
)"},
    {cases::under_way, 80, Form::drawn, R"(
                   ▕0        500ms     1s        1.5s      ▏
writer             ▕───────────────────────────────────────▏   2.000s  not done
  1 gpt-4o at main ▕ ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▶▏   1.900s  under way
)"},
    {cases::denied, 80, Form::drawn, R"(
                           ▕0             5ms           10ms  ▏
writer                     ▕────────────────────────────────  ▏   0.011s  failed
  policy budget max_tok... ▕                            ✗     ▏           denied
)"},
    {cases::tools, 80, Form::drawn, R"(
                   ▕0         500ms     1s        1.5s       ▏
writer             ▕─────────────────────────────────────────▏   2.000s
  1 gpt-4o at main ▕█████████                                ▏   0.400s
  1 tool search    ▕        ▄▄▄▄▄▄▄                          ▏   0.300s
  1 tool db        ▕        ░░░░░░░░░░░░░░░░░░░░✗            ▏   1.000s  timeout
  2 gpt-4o at main ▕                            █████████████▏   0.600s
)"},
    {cases::fork, 80, Form::drawn, R"(
                   ▕0               500ms            1s               ▏
planner            ▕────────────────╎                                 ▏   0.500s
  1 gpt-4o at main ▕█████████████████                                 ▏   0.500s
forked from note   ▕                ╎                                 ▏   23h59m
writer             ▕                ╎─────────────────────────────────▏   1.000s
  1 gpt-4o at main ▕                ██████████████████████████████████▏   1.000s
)"},
    {cases::retry_and_fallback, 40, Form::drawn, R"(
                 ▕0       1s  ▏
writer           ▕────────────▏   1.500s
  1 gpt-4o at... ▕✗           ▏   0.100s
    try 2        ▕┄┄┄┄░✗      ▏   0.100s
  falls back ... ▕     ◆      ▏
  1 gpt-4o at... ▕     ███████▏   0.790s
)"},
    {cases::retry_and_fallback, 120, Form::drawn, R"(
                             ▕0       200ms    400ms   600ms    800ms   1s       1.2s    1.4s ▏
writer                       ▕────────────────────────────────────────────────────────────────▏   1.500s
  1 gpt-4o at main           ▕░░░░✗                                                           ▏   0.100s  429 rate_limit
    try 2                    ▕    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄░░░░✗                                  ▏   0.100s  503 overloaded
  falls back from main to... ▕                             ◆                                  ▏
  1 gpt-4o at spare          ▕                              ██████████████████████████████████▏   0.790s
)"},
    {cases::retry_and_fallback, 60, Form::ascii, R"(
                     |0        500ms    1s        |
writer               |----------------------------|   1.500s
  1 gpt-4o at main   |xX                          |   0.100s
    try 2            | ~~~~~~~~~~xxX              |   0.100s
  falls back from... |             *              |
  1 gpt-4o at spare  |             ###############|   0.790s
)"},
    {cases::interrupted_and_resumed, 60, Form::ascii, R"(
                    |0              1s            |
writer              |-------------:---------------|   1.900s
  1 gpt-4o at main  |??????????????               |   0.900s
    again           |             ################|   0.999s
interrupted: SIGINT |             *               |
nobody worked on it |             :               |    2h46m
)"},
    {cases::under_way, 40, Form::ascii, R"(
                 |0     1s    |
writer           |------------|   2.000s
  1 gpt-4o at... |>>>>>>>>>>>>|   1.900s
)"},
    {cases::tools, 40, Form::ascii, R"(
                 |0     1s    |
writer           |------------|   2.000s
  1 gpt-4o at... |###         |   0.400s
  1 tool search  |  ===       |   0.300s
  1 tool db      |  xxxxxxX   |   1.000s
  2 gpt-4o at... |        ####|   0.600s
)"},
    {cases::tools, 80, Form::ascii, R"(
                   |0         500ms     1s        1.5s       |
writer             |-----------------------------------------|   2.000s
  1 gpt-4o at main |#########                                |   0.400s
  1 tool search    |        =======                          |   0.300s
  1 tool db        |        xxxxxxxxxxxxxxxxxxxxX            |   1.000s  timeout
  2 gpt-4o at main |                            #############|   0.600s
)"},
};
// clang-format on

picture::Canvas canvas_of(std::size_t columns, Form form) {
    picture::Canvas out;
    out.columns = columns;
    out.ascii = form == Form::ascii;
    return out;
}

} // namespace

TEST_CASE("runs as bars") {
    for (const Golden& golden : goldens)
        CHECK("\n" + picture::waterfall_text(golden.run(), canvas_of(golden.columns, golden.form)) ==
              golden.picture);
}

TEST_CASE("no line is wider than the canvas, and in ASCII nothing else is written") {
    for (const Golden& golden : goldens) {
        for (std::size_t columns = 1; columns < 200; columns += 7) {
            const std::string drawn = picture::waterfall_text(golden.run(), canvas_of(columns, Form::ascii));
            for (const std::string_view line : base::split(drawn, '\n')) {
                CHECK(line.size() <= std::max<std::size_t>(columns, 40));
                CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
            }
        }
    }
}

TEST_CASE("what models and people wrote is harmless, and wide characters keep the bars in line") {
    cases::Journal journal;
    journal
        .start(0, "\x1b[31m\xe2\x80\xae"
                  "agent")
        .start(0, "写作写作")
        .at(5, "写作写作", trace::Warning{"a\nb\x07"});
    const std::string drawn = picture::waterfall_text(journal.timeline(), canvas_of(80, Form::drawn));
    CHECK(drawn.find('\x1b') == std::string::npos);
    CHECK(drawn.find('\x07') == std::string::npos);
    CHECK(drawn.find("warning: a\\nb\\x07") != std::string::npos);
    std::size_t at = 0;
    for (const std::string_view line : base::split(drawn, '\n')) {
        const std::size_t bar = line.find("▕");
        if (line.empty()) continue;
        REQUIRE(bar != std::string_view::npos);
        if (at == 0) at = base::display_width(line.substr(0, bar));
        CHECK(base::display_width(line.substr(0, bar)) == at);
    }
}

TEST_CASE("of very many rows the first and the last are shown where only some are asked for") {
    cases::Journal journal;
    for (std::int64_t i = 0; i < 500; ++i)
        journal.start(i, "agent-" + std::to_string(i)).end(i + 1, "agent-" + std::to_string(i));
    const std::string drawn = picture::waterfall_text(journal.timeline(), canvas_of(80, Form::drawn), 90);
    CHECK(drawn.find("agent-59 ") != std::string::npos);
    CHECK(drawn.find("agent-60 ") == std::string::npos);
    CHECK(drawn.find("... 410 rows more ...") != std::string::npos);
    CHECK(drawn.find("agent-470 ") != std::string::npos);
    CHECK(base::split(picture::waterfall_text(journal.timeline(), canvas_of(80, Form::drawn)), '\n').size() ==
          502);
}

TEST_CASE("nothing has happened: nothing is drawn") {
    CHECK(picture::waterfall_text(trace::Timeline{}, canvas_of(80, Form::drawn)).empty());
}

TEST_CASE("colour says no more than the form does") {
    picture::Canvas coloured = canvas_of(80, Form::drawn);
    coloured.colour = true;
    std::string drawn = picture::waterfall_text(cases::retry_and_fallback(), coloured);
    CHECK(drawn.find("\x1b[31m") != std::string::npos);
    for (std::size_t at = drawn.find('\x1b'); at != std::string::npos; at = drawn.find('\x1b'))
        drawn.erase(at, drawn.find('m', at) - at + 1);
    CHECK(drawn == picture::waterfall_text(cases::retry_and_fallback(), canvas_of(80, Form::drawn)));
}
