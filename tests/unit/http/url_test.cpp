#include <doctest/doctest.h>

#include "http/header.hpp"
#include "http/http.hpp"

TEST_CASE("a URL is taken apart and put together again") {
    struct Row {
        const char* text;
        const char* scheme;
        const char* host;
        int port;
        const char* path;
        const char* query;
        const char* rendered;
    };
    const Row rows[] = {
        {"http://h", "http", "h", 0, "", "", "http://h"},
        {"https://api.openai.com/v1", "https", "api.openai.com", 0, "/v1", "", "https://api.openai.com/v1"},
        {"HTTPS://API.Example.COM/V1", "https", "api.example.com", 0, "/V1", "",
         "https://api.example.com/V1"},
        {"  http://h/ \n", "http", "h", 0, "/", "", "http://h/"},
        {"http://127.0.0.1:11434", "http", "127.0.0.1", 11434, "", "", "http://127.0.0.1:11434"},
        {"http://h:/x", "http", "h", 0, "/x", "", "http://h/x"},
        {"http://0X7F.1.:80/", "http", "0x7f.1.", 80, "/", "", "http://0x7f.1.:80/"},
        {"http://xn--bcher-kva.example", "http", "xn--bcher-kva.example", 0, "", "",
         "http://xn--bcher-kva.example"},
        {"http://3com.example", "http", "3com.example", 0, "", "", "http://3com.example"},
        {"http://h.0xg", "http", "h.0xg", 0, "", "", "http://h.0xg"},
        {"http://[::1]:8080/x", "http", "::1", 8080, "/x", "", "http://[::1]:8080/x"},
        {"http://[FE80::1]", "http", "fe80::1", 0, "", "", "http://[fe80::1]"},
        {"https://h/p?a=1&b=/?c", "https", "h", 0, "/p", "a=1&b=/?c", "https://h/p?a=1&b=/?c"},
        {"https://h?a=1", "https", "h", 0, "", "a=1", "https://h?a=1"},
        {"https://h/p?", "https", "h", 0, "/p", "", "https://h/p"},
        {"https://h/p?a#frag", "https", "h", 0, "/p", "a", "https://h/p?a"},
        {"https://h/p#frag?x@y", "https", "h", 0, "/p", "", "https://h/p"},
        {"https://h#x", "https", "h", 0, "", "", "https://h"},
        {"http://h/a:b@c", "http", "h", 0, "/a:b@c", "", "http://h/a:b@c"},
        {"http://under_score.h.", "http", "under_score.h.", 0, "", "", "http://under_score.h."},
        {"http://h:65535", "http", "h", 65535, "", "", "http://h:65535"},
        {"http://h/model/arn%3Aaws/x", "http", "h", 0, "/model/arn%3Aaws/x", "",
         "http://h/model/arn%3Aaws/x"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto url = http::parse_url(row.text);
        REQUIRE(url);
        CHECK(url->scheme == row.scheme);
        CHECK(url->host == row.host);
        CHECK(url->port == row.port);
        CHECK(url->path == row.path);
        CHECK(url->query == row.query);
        CHECK(http::render(*url) == row.rendered);
    }
}

TEST_CASE("what is no absolute http URL, or ambiguous, is refused") {
    const char* rows[] = {"",
                          "h",
                          "//h/x",
                          "/x",
                          "http:",
                          "http:/h",
                          "http://",
                          "http:///x",
                          "http://?x",
                          "http://#x",
                          "ftp://h",
                          "file:///etc/passwd",
                          "gopher://h",
                          "http+unix://h",
                          "http://user@h",
                          "http://user:password@h/",
                          "http://:80",
                          "http://h:0",
                          "http://h:65536",
                          "http://h:99999999999999999999",
                          "http://h:-1",
                          "http://h:+80",
                          "http://h:80a",
                          "http://h:80:80",
                          "http://h o/",
                          "http://h/a b",
                          "http://h/a\tb",
                          "http://h/a\r\nX: y",
                          "http://h/\x7f",
                          "http://h\\@evil/",
                          "http://h/\\evil",
                          "http://%6c/",
                          "http://%31%32%37.0.0.1/",
                          "http://b\xc3\xbc"
                          "cher.example/",
                          "http://10.0.0.\xef\xbc\x91/", // full-width 1
                          "http://10\xe3\x80\x82"        // ideographic full stop
                          "1/",
                          "http://1.2.3.4.5/",
                          "http://0169.254.169.254/",
                          "http://256.0.0.1/",
                          "http://4294967296/",
                          "http://127.0.0.0x1g.1.1.1/",
                          "http://a.0x7f/",
                          "http://a.1./",
                          "http://0x/",
                          "http://127.0.0.1../",
                          "http://h,evil/",
                          "http://<h>/",
                          "http://[::1",
                          "http://[]/",
                          "http://[::g]/",
                          "http://[::1]x/",
                          "http://[::1%25eth0]/",
                          "http://[127.0.0.1]/",
                          "http://::1/"};
    for (const char* row : rows) {
        CAPTURE(row);
        CHECK_FALSE(http::parse_url(row));
    }
}

TEST_CASE("a path is appended to a base") {
    struct Row {
        const char* base;
        const char* path;
        const char* joined;
    };
    const Row rows[] = {
        {"https://h", "/chat", "https://h/chat"},
        {"https://h/", "/chat", "https://h/chat"},
        {"https://h/v1", "/chat/completions", "https://h/v1/chat/completions"},
        {"https://h/v1/", "/chat", "https://h/v1/chat"},
        {"https://h/v1///", "/chat", "https://h/v1/chat"},
        {"https://h/v1", "chat", "https://h/v1/chat"},
        {"https://h/v1/", "", "https://h/v1"},
        {"https://h", "", "https://h"},
        {"https://h/v1?key=1", "/chat", "https://h/v1/chat?key=1"},
        {"https://h/v1/?key=1", "/chat", "https://h/v1/chat?key=1"},
        {"https://h/v1", "/chat?api-version=2", "https://h/v1/chat?api-version=2"},
        {"https://h/v1?key=1", "/chat?api-version=2", "https://h/v1/chat?api-version=2&key=1"},
        {"https://h/v1?key=1", "/chat?", "https://h/v1/chat?key=1"},
        {"http://[::1]:80/a", "/b", "http://[::1]:80/a/b"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.base);
        CAPTURE(row.path);
        CHECK(http::join(*http::parse_url(row.base), row.path) == row.joined);
    }
}

TEST_CASE("percent encoding keeps the unreserved bytes") {
    CHECK(http::percent_encoded("") == "");
    CHECK(http::percent_encoded("AZaz09-._~") == "AZaz09-._~");
    CHECK(http::percent_encoded("a b/c:d?e") == "a%20b%2Fc%3Ad%3Fe");
    CHECK(http::percent_encoded(std::string_view("\0\xff%", 3)) == "%00%FF%25");
}

TEST_CASE("a header value is one line") {
    CHECK(http::header_value("abc") == "abc");
    CHECK(http::header_value(" sk-1\r\n") == "sk-1");
    CHECK(http::header_value("") == "");
    CHECK(http::header_value("a\tb\xc3\xbc") == "a\tb\xc3\xbc");
    CHECK_FALSE(http::header_value("a\nb"));
    CHECK_FALSE(http::header_value("a\rb"));
    CHECK_FALSE(http::header_value("a\r\nEvil: 1"));
    CHECK_FALSE(http::header_value(std::string_view("a\0b", 3)));
}

TEST_CASE("tokens") {
    CHECK(http::is_token("POST"));
    CHECK(http::is_token("x-api-key"));
    CHECK_FALSE(http::is_token(""));
    CHECK_FALSE(http::is_token("a b"));
    CHECK_FALSE(http::is_token("a:"));
    CHECK_FALSE(http::is_token("a\r\n"));
}

TEST_CASE("a response's headers are found without regard to case") {
    http::Response response;
    response.headers = {{"Content-Type", "a"}, {"content-type", "b"}, {"Empty", ""}};
    CHECK(response.header("CONTENT-TYPE") == "a");
    CHECK(response.header("empty") == "");
    CHECK(response.header("absent") == "");
}

TEST_CASE("what a URL hides when it is shown") {
    CHECK(http::displayed("https://api.openai.com/v1") == "https://api.openai.com/v1");
    CHECK(http::displayed("https://h/v1?key=abc&x=1&flag") == "https://h/v1?key=***&x=***&***");
    CHECK(http::displayed("https://h/c?api-version=2024-10-21&k=v") ==
          "https://h/c?api-version=2024-10-21&k=***");
    CHECK(http::displayed("http://user:pass@h:1/p@th?k=v") == "http://***@h:1/p@th?k=***");
    CHECK(http::displayed("https://user:pa/ss@h/v1") == "https://***@h/v1");
    CHECK(http::displayed("https://h:8080/a@b") == "https://h:8080/a@b");
    CHECK(http::displayed("https//h/v1?key=sk-1") == "https//h/v1?key=***");
    CHECK(http::displayed("not a url") == "not a url");
    CHECK(http::displayed("") == "");
}
