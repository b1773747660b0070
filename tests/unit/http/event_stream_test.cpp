#include "http/event_stream.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

/// Every event as "name|data;", the one without its blank line as "name|data?".
template <typename Cuts>
std::string events(std::string_view body, const Cuts& cuts, std::size_t most = http::longest_event) {
    http::SseSplitter splitter(most);
    std::string out;
    std::size_t from = 0;
    const auto feed = [&](std::size_t to) {
        splitter.feed(body.substr(from, to - from),
                      [&](const http::ServerEvent& event) { out += event.name + "|" + event.data + ";"; });
        from = to;
    };
    for (const std::size_t cut : cuts)
        feed(cut);
    feed(body.size());
    if (const auto last = splitter.finish()) out += last->name + "|" + last->data + "?";
    if (splitter.overflowed()) out += "overflow";
    if (!splitter.stray().empty()) out += " stray:" + splitter.stray();
    return out;
}

template <typename Cuts>
std::string lines(std::string_view body, const Cuts& cuts, std::size_t most = http::longest_event) {
    http::LineSplitter splitter(most);
    std::string out;
    std::size_t from = 0;
    const auto feed = [&](std::size_t to) {
        for (const std::string& line : splitter.feed(body.substr(from, to - from)))
            out += line + ";";
        from = to;
    };
    for (const std::size_t cut : cuts)
        feed(cut);
    feed(body.size());
    if (const auto last = splitter.finish()) out += *last + "?";
    if (splitter.overflowed()) out += "overflow";
    return out;
}

using Cuts = std::vector<std::size_t>;

Cuts every_byte(std::string_view body) {
    Cuts out;
    for (std::size_t i = 0; i < body.size(); ++i)
        out.push_back(i);
    return out;
}

TEST_CASE("server-sent events, whole, byte by byte and cut at every place") {
    struct {
        std::string body, expected;
    } const table[] = {
        {"", ""},
        {"data: a\n\n", "|a;"},
        {"data:a\n\ndata:  b\n\n", "|a;| b;"},                    // one space belongs to the field
        {"data: a\r\n\r\ndata: b\r\n\r\n", "|a;|b;"},             // CRLF
        {"data: a\r\rdata: b\r\r", "|a;|b;"},                     // CR
        {"data: a\n\r\ndata: b\r\n\ndata: c\r\n\r", "|a;|b;|c;"}, // all of them
        {"data: a\r\ndata: b\rdata: c\ndata: d\n\n", "|a\nb\nc\nd;"},
        {"event: e\ndata: a\n\ndata: b\n\n", "e|a;|b;"}, // a name is of one event
        {"event: e\n\ndata: b\n\n", "|b;"},              // without data there is no event
        {"data\n\n", "|;"},
        {"data:\ndata:\n\n", "|\n;"},
        {"data: a\ndata\n\n", "|a\n;"},
        {": comment\n\n:\ndata: a\n: comment: x\ndata: b\n\n", "|a\nb;"},
        {"id: 1\nretry: 5\ndata: a\n\n", "|a;"},
        {"\xEF\xBB\xBF"
         "data: a\n\n",
         "|a;"},
        {"\xEF\xBB\xBF\xEF\xBB\xBF"
         "data: a\n\n",
         " stray:\xEF\xBB\xBF"
         "data: a"},
        {"data: \xEF\xBB\xBF\xE2\x82\xAC\n\n", "|\xEF\xBB\xBF\xE2\x82\xAC;"},
        {std::string("data: a\0b\n\n", 11), std::string("|a\0b;", 5)},
        {"data: a\n\ndata: b", "|a;|b?"}, // no blank line
        {"data: a\n\ndata: b\n", "|a;|b?"},
        {"data: a\n\ndata: b\r", "|a;|b?"},
        {"data: a\n\nevent: b", "|a;"},
        {"data: a\n\n{\"error\": 1}\ndata: b\n\nmore\n", "|a;|b; stray:{\"error\": 1}"},
        {"Data: a\n\n data: b\n\n", " stray:Data: a"}, // names are as they are written
        {"\n\n\n\r\r\r\n\ndata: a\n\n", "|a;"},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        CHECK(events(r.body, Cuts{}) == r.expected);
        CHECK(events(r.body, every_byte(r.body)) == r.expected);
        for (std::size_t i = 0; i <= r.body.size(); ++i) {
            for (std::size_t j = i; j <= r.body.size(); ++j)
                REQUIRE(events(r.body, Cuts{i, j}) == r.expected);
        }
    }
}

TEST_CASE("lines, whole, byte by byte and cut at every place") {
    struct {
        std::string body, expected;
    } const table[] = {
        {"", ""},
        {"\n", ";"},
        {"a\nb\n", "a;b;"},
        {"a\nb", "a;b?"},
        {"a\r\nb\r\n", "a\r;b\r;"},
        {"a\rb\n", "a\rb;"},
        {"\n\na", ";;a?"},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        CHECK(lines(r.body, Cuts{}) == r.expected);
        CHECK(lines(r.body, every_byte(r.body)) == r.expected);
        for (std::size_t i = 0; i <= r.body.size(); ++i)
            REQUIRE(lines(r.body, Cuts{i}) == r.expected);
    }
}

TEST_CASE("what is too long is noticed at the same place however it is cut") {
    struct {
        std::string body, expected;
    } const table[] = {
        {"data: 12\n\n", "|12;"},
        {"data: 123\n\n", "overflow"},                          // the line, nine bytes
        {"data: a\n\ndata: 123\n\ndata: b\n\n", "|a;overflow"}, // nothing comes after it
        {"data:1\ndata:2\ndata:3\n\n", "overflow"},             // what is held, and a line of six
        {"event:abc\ndata:\n\n", "overflow"},
        {":23456789\n", "overflow"},
        {"event:a\ndata:12\n\n", "a|12;"},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        CHECK(events(r.body, Cuts{}, 8) == r.expected);
        CHECK(events(r.body, every_byte(r.body), 8) == r.expected);
        for (std::size_t i = 0; i <= r.body.size(); ++i)
            REQUIRE(events(r.body, Cuts{i}, 8) == r.expected);
    }
    const std::string body = "12345678\n1\n123456789\n1\n";
    CHECK(lines(body, Cuts{}, 8) == "12345678;1;overflow");
    for (std::size_t i = 0; i <= body.size(); ++i)
        CHECK(lines(body, Cuts{i}, 8) == "12345678;1;overflow");
    CHECK(lines("123456789", Cuts{}, 8) == "overflow");
}

TEST_CASE("a line of 5 MB comes out whole from pieces of any size") {
    const std::string text(5'000'000, 'x');
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{16384}, text.size()}) {
        CAPTURE(piece);
        http::SseSplitter splitter;
        http::LineSplitter plain;
        const std::string body = "data: " + text + "\n\n";
        std::size_t count = 0;
        for (std::size_t at = 0; at < body.size(); at += piece) {
            const std::string_view bytes = std::string_view(body).substr(at, piece);
            splitter.feed(bytes, [&](const http::ServerEvent& event) {
                ++count;
                CHECK(event.data == text);
            });
            for (const std::string& line : plain.feed(bytes))
                CHECK((line.empty() || line.size() == text.size() + 6));
        }
        CHECK(count == 1);
        CHECK(!splitter.overflowed());
        CHECK(!splitter.finish());
        CHECK(!plain.finish());
    }
}

TEST_CASE("the limit is 32 MiB") {
    http::SseSplitter splitter;
    const std::string piece(1U << 20U, 'x');
    const auto none = [](const http::ServerEvent&) { FAIL("an event"); };
    splitter.feed("data:", none);
    for (int i = 0; i < 31; ++i)
        splitter.feed(piece, none);
    CHECK(!splitter.overflowed());
    splitter.feed(piece, none);
    CHECK(splitter.overflowed());
    splitter.feed("\n\ndata: a\n\n", none);
    CHECK(!splitter.finish());
}

} // namespace
