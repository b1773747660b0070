#include "http/event_message.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

namespace {

using Type = http::MessageHeader::Type;

/// CRC-32 bit by bit: what the tables of the splitter have to come to.
std::uint32_t slow_sum(std::string_view bytes) {
    std::uint32_t sum = 0xFFFFFFFFU;
    for (const char c : bytes) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum & 1U) != 0 ? (sum >> 1U) ^ 0xEDB88320U : sum >> 1U;
    }
    return ~sum;
}

std::string number(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i)
        out += static_cast<char>(value >> (8U * static_cast<unsigned>(i)) & 0xFFU);
    return out;
}

std::string header(std::string_view name, int type, std::string_view value) {
    return number(name.size(), 1) + std::string(name) + number(static_cast<unsigned>(type), 1) +
           std::string(value);
}

std::string sized(std::string_view value) {
    return number(value.size(), 2) + std::string(value);
}

/// With lengths that need not be true.
std::string frame_of(std::uint64_t total, std::uint64_t headers_size, const std::string& rest) {
    std::string out = number(total, 4) + number(headers_size, 4);
    out += number(slow_sum(out), 4) + rest;
    return out + number(slow_sum(out), 4);
}

std::string frame(const std::string& headers, const std::string& payload) {
    return frame_of(headers.size() + payload.size() + 16, headers.size(), headers + payload);
}

std::string unhex(std::string_view text) {
    return base::from_hex(text).value();
}

/// Every message as "name:type=value,...|payload;", then what is left and what is wrong.
std::string told(std::string_view body, const std::vector<std::size_t>& cuts) {
    http::MessageSplitter splitter;
    std::string out;
    std::size_t from = 0;
    const auto feed = [&](std::size_t to) {
        for (const http::EventMessage& message : splitter.feed(body.substr(from, to - from))) {
            for (const http::MessageHeader& h : message.headers)
                out += base::format("{}:{}={}{},", h.name, static_cast<int>(h.type), h.number,
                                    h.bytes.empty() ? "" : "'" + h.bytes + "'");
            out += "|" + message.payload + ";";
        }
        from = to;
    };
    for (const std::size_t cut : cuts)
        feed(cut);
    feed(body.size());
    if (splitter.pending() != 0) out += base::format("+{}", splitter.pending());
    return out + (splitter.problem().empty() ? "" : "!" + splitter.problem());
}

/// Whole, byte by byte and cut at every place.
std::string told(std::string_view body) {
    std::string whole = told(body, {});
    std::vector<std::size_t> bytes;
    for (std::size_t i = 1; i < body.size(); ++i) {
        bytes.push_back(i);
        REQUIRE(told(body, {i}) == whole);
    }
    CHECK(told(body, bytes) == whole);
    return whole;
}

const std::string delta =
    "0000009f00000057c37babff0b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e"
    "742d"
    "747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6e7465"
    "6e74"
    "426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a224869227d2c2270223a2261626364227df2ace5ff";
const std::string bare = "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936";

TEST_CASE("messages that others made") {
    CHECK(told(unhex(delta)) ==
          ":event-type:7=0'contentBlockDelta',:content-type:7=0'application/json',:message-type:7=0'event',"
          R"(|{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abcd"};)");
    CHECK(told(unhex(bare)) == "|{'foo':'bar'};");
    CHECK(told(unhex(bare) + unhex(bare)) == "|{'foo':'bar'};|{'foo':'bar'};");
    CHECK(told("") == "");
    const http::EventMessage message = http::MessageSplitter().feed(unhex(delta)).at(0);
    CHECK(message.text_of(":event-type") == "contentBlockDelta");
    CHECK(message.text_of("event-type") == "");
    CHECK(frame("", "{'foo':'bar'}") == unhex(bare));
}

TEST_CASE("messages: headers of every type") {
    const std::string all = header("t", 0, "") + header("f", 1, "") + header("a", 2, "\xFE") +
                            header("b", 3, number(0x8000, 2)) + header("c", 4, number(0xFFFFFFFF, 4)) +
                            header("d", 5, number(0x7FFFFFFFFFFFFFFF, 8)) + header("e", 6, sized("x y")) +
                            header("g", 7, sized("\xC4\x8D")) + header("h", 8, number(1234567890123, 8)) +
                            header("i", 9, "0123456789abcdef");
    CHECK(told(frame(all, "p")) == "t:0=0,f:1=0,a:2=-2,b:3=-32768,c:4=-1,d:5=9223372036854775807,e:6=0'x y',"
                                   "g:7=0'\xC4\x8D',h:8=1234567890123,i:9=0'0123456789abcdef',|p;");
    const http::EventMessage message =
        http::MessageSplitter().feed(frame(header("e", 6, sized("x")), "")).at(0);
    CHECK(message.text_of("e") == ""); // bytes are no text
}

TEST_CASE("messages: what is none ends the stream") {
    struct {
        std::string body, told;
    } const table[] = {
        {frame(header("a", 7, sized("1")) + header("a", 7, sized("2")), ""),
         "!a message whose headers cannot be read"},
        {frame(header("", 0, ""), ""), "!a message whose headers cannot be read"},
        {frame(header("a", 10, ""), ""), "!a message whose headers cannot be read"},
        {frame(header("a", 7, number(9, 2)), ""), "!a message whose headers cannot be read"},
        {frame(header("a", 7, "\x01"), ""), "!a message whose headers cannot be read"},
        {frame(header("a", 5, "1234567"), ""), "!a message whose headers cannot be read"},
        {frame(header("a", 9, "123456789012345"), ""), "!a message whose headers cannot be read"},
        {frame("\x05", ""), "!a message whose headers cannot be read"},
        {frame_of(15, 0, ""), "!a message that is shorter than its headers"},
        {frame_of(0, 0, ""), "!a message that is shorter than its headers"},
        {frame_of(20, 5, "abcde"), "!a message that is shorter than its headers"},
        {frame_of(0xFFFFFFFF, 0xFFFFFFFF, ""), "!a message with more than 128 KiB of headers"},
        {frame_of((128U << 10U) + 17, (128U << 10U) + 1, ""), "!a message with more than 128 KiB of headers"},
        {frame_of((24U << 20U) + 17, 0, ""), "!a message of more than 24 MiB"},
        {unhex(bare) + "{\"message\":\"no\"}" + unhex(bare),
         "|{'foo':'bar'};!a message whose lengths have a wrong check sum"},
    };
    for (const auto& r : table)
        CHECK(told(r.body) == r.told);
}

TEST_CASE("messages: no byte can change, and none can be missing") {
    const std::string body = unhex(delta) + unhex(bare);
    const std::size_t first = unhex(delta).size();
    const std::string before = told(unhex(delta), {});
    for (std::size_t i = 0; i < body.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string changed = body;
            changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ 1U << bit);
            const std::string got = told(changed, {});
            const bool sum = i % first < 12; // lengths and their check sum
            CHECK(got == (i < first ? "" : before) + (sum ? "!a message whose lengths have a wrong check sum"
                                                          : "!a message whose check sum is wrong"));
        }
        const std::size_t left = i < first ? i : i - first;
        CHECK(told(body.substr(0, i), {}) ==
              (i < first ? "" : before) + (left == 0 ? "" : base::format("+{}", left)));
    }
}

TEST_CASE("messages: as long as they may be, in time") {
    const std::string lengths = number((24U << 20U) + (128U << 10U) + 16, 4) + number(128U << 10U, 4);
    http::MessageSplitter most;
    CHECK(most.feed(lengths + number(slow_sum(lengths), 4)).empty());
    CHECK(most.problem() == "");
    CHECK(most.pending() == 12);

    const std::string payload(2U << 20U, 'x');
    const std::string body = frame("", payload);
    http::MessageSplitter splitter;
    std::size_t got = 0;
    for (std::size_t at = 0; at < body.size(); at += 100) {
        for (const http::EventMessage& message : splitter.feed(std::string_view(body).substr(at, 100)))
            got += message.payload.size();
    }
    CHECK(got == payload.size());
    CHECK(splitter.pending() == 0);
    CHECK(splitter.problem() == "");
}

} // namespace
