#include "base/redact.hpp"

#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include "base/hash.hpp"
#include "base/json.hpp"

namespace {

using base::Redactor;
using base::SecretText;

Redactor knowing(std::initializer_list<std::string_view> secrets) {
    Redactor out;
    for (const std::string_view secret : secrets)
        out.add(secret);
    return out;
}

TEST_CASE("a secret is taken out wherever it stands") {
    const Redactor redact = knowing({"sk-test-12345"});
    CHECK(redact("") == "");
    CHECK(redact("nothing here") == "nothing here");
    CHECK(redact("sk-test-12345") == "[secret]");
    CHECK(redact("key=sk-test-12345;") == "key=[secret];");
    CHECK(redact("sk-test-12345sk-test-12345") == "[secret][secret]");
    CHECK(redact("sk-test-1234.") == "sk-test-1234.");
    CHECK(redact("SK-TEST-12345") == "SK-TEST-12345");
}

TEST_CASE("an escaped secret is still a secret") {
    const std::string secret = "p\"a\\s\ns w/o+rd&\xC3\xA4";
    const Redactor redact = knowing({secret});
    CHECK(redact(base::json_quoted(secret)) == "\"[secret]\"");
    CHECK(redact(R"({"key":"p\"a\\s\ns w\/o+rd&)"
                 "\xC3\xA4\"}") == R"({"key":"[secret]"})"); // as PHP writes it
    CHECK(redact("?k=p%22a%5Cs%0As%20w%2Fo%2Brd%26%C3%A4&x=1") == "?k=[secret]&x=1");
    CHECK(redact("?k=p%22a%5cs%0as%20w%2fo%2brd%26%c3%a4&x=1") == "?k=[secret]&x=1");
}

TEST_CASE("a secret in base64 is found at every alignment") {
    const std::string secret = "hunter2-hunter2";
    const Redactor redact = knowing({secret});
    for (const std::string_view before : {"", "a", "ab", "abc", "user:"}) {
        for (const std::string_view after : {"", "z", "zz", "zzz"}) {
            const std::string encoded = base::base64(std::string(before) + secret + std::string(after));
            CAPTURE(encoded);
            const std::string shown = redact("Basic " + encoded);
            CHECK(shown.find("[secret]") != std::string::npos);
            // What is left does not hold a whole group of the secret.
            CHECK(shown.size() <=
                  std::string_view("Basic [secret]").size() + 4 + (before.size() + after.size()) * 4 / 3 + 4);
        }
    }
}

TEST_CASE("the alphabet of tokens is known too") {
    const std::string secret = "\xfb\xff\xfe\xfb\xff\xfe\xfb\xff\xfe";
    CHECK(base::base64(secret) == "+//++//++//+");
    CHECK(knowing({secret})("t=-__--__--__-") == "t=[secret]");
}

TEST_CASE("every character written as an escape hides nothing") {
    const Redactor redact = knowing({"kj-12345"});
    CHECK(redact(R"("\u006b\u006a\u002d\u0031\u0032\u0033\u0034\u0035")") == R"("[secret]")");
    CHECK(redact(R"("\u006B\u006A\u002D\u0031\u0032\u0033\u0034\u0035")") == R"("[secret]")");
}

TEST_CASE("escapes of any mixture, and of escapes, hide nothing") {
    const Redactor redact =
        knowing({"k\"/\\<\xC3\xA4\xF0\x9F\x94\x91 z"}); // a letter of two bytes, one of four
    for (const std::string_view text : {
             R"(k\"/\\<\u00e4\ud83d\udd11 z)",                // JSON in ASCII
             R"(k\u0022\/\u005c\u003C\u00E4\uD83D\uDD11 z)",  // as careful ones write it
             R"(k\\\"\\/\\\\<\\u00e4\\ud83d\\udd11\\u0020z)", // JSON in JSON
             R"(k%22%2f%5C%3c%C3%a4%F0%9F%94%91+z)",
             R"(k%2522%252F%255C%253C%25C3%25A4%25F0%259F%2594%2591%2520z)",
         }) {
        CAPTURE(text);
        CHECK(redact("<" + std::string(text) + ">") == "<[secret]>");
        for (std::size_t n = 1; n < text.size(); ++n)
            CHECK(redact.begun("<" + std::string(text.substr(0, n))) == n);
        CHECK(redact.begun("<" + std::string(text)) == 0);
    }
    CHECK(knowing({"abcdefg\\<"})(R"(abcdefg\\\u003c abcdefg\\\\\\u003c)") == "[secret] [secret]");
    CHECK(knowing({"nvapi-12345"})(R"(C:\nvapi-1 \nvapi-12345 \nvapi-12346)") ==
          R"(C:\nvapi-1 \[secret] \nvapi-12346)");
    CHECK(knowing({"uuuu-1234"})(R"(\uuuu-1234 \u)") == R"(\[secret] \u)");
}

TEST_CASE("what a cut has left of a secret is taken out when it says too much") {
    const Redactor redact = knowing({"sk-secret-12345"});
    CHECK(redact("keys begin with sk-secr") == "keys begin with sk-secr");
    CHECK(redact("it is sk-secret-") == "it is [secret]");
    CHECK(redact("it is sk-secret-, is it not") == "it is sk-secret-, is it not");
    CHECK(redact("it is sk-secret-... and more") == "it is [secret]... and more");
    CHECK(redact("it is sk-secret-\xE2\x80\xA6") == "it is [secret]\xE2\x80\xA6");
    CHECK(redact.begun("it is sk-secret-...") == 0);
    CHECK(redact("it is sk\\u002dsecre\\u00") == "it is [secret]");
    CHECK(knowing({std::string(100, 'x') + "y"})(std::string(16, 'x')) == "[secret]");
}

TEST_CASE("a text full of escapes is read in one go") {
    const Redactor redact = knowing({R"(\\\\\\\\\\\\\\\\)", "%%%%%%%%", "uuuuuuuu1"});
    const std::string text =
        std::string(200'000, '%') + std::string(200'000, '\\') + std::string(200'000, '2');
    CHECK(redact(text + "uuuuuuuu1").ends_with("2[secret]"));
}

TEST_CASE("secrets that overlap or contain each other leave nothing behind") {
    CHECK(knowing({"abcdefgh", "fghijklm"})("xabcdefghijklmy") == "x[secret]y");
    CHECK(knowing({"fghijklm", "abcdefgh"})("xabcdefghijklmy") == "x[secret]y");
    CHECK(knowing({"abcdefgh", "abcdefghijkl"})("abcdefghijkl abcdefgh") == "[secret] [secret]");
    CHECK(knowing({"abcdefghijkl", "cdefghij"})("abcdefghijkl") == "[secret]");
    CHECK(knowing({"aaaaaaaa"})("aaaaaaaaaaaa") == "[secret]");
}

TEST_CASE("the replacement is not searched again") {
    CHECK(knowing({"[secret]", "abcdefgh"})("abcdefgh [secret]") == "[secret] [secret]");
}

TEST_CASE("a value shorter than eight bytes is a word and is left alone") {
    const Redactor redact = knowing({"abc", "ollama", "1234567"});
    CHECK(redact.empty());
    CHECK(redact("abc") == "abc");
    CHECK(redact("ollama 1234567") == "ollama 1234567");
    CHECK(knowing({"12345678"})("x12345678x") == "x[secret]x");
}

TEST_CASE("nothing to hide is nothing to do") {
    Redactor redact;
    CHECK(redact.empty());
    redact.add("");
    CHECK(redact.empty());
    CHECK(redact("text") == "text");
    redact.add("password");
    redact.add("password");
    CHECK_FALSE(redact.empty());
    CHECK(redact("my password") == "my [secret]");
}

TEST_CASE("secret text owns its bytes and cannot be shown by accident") {
    SecretText a("key");
    SecretText b = a; // a copy of its own
    CHECK(b.reveal() == "key");
    CHECK(b.reveal().data() != a.reveal().data());
    const SecretText c = std::move(a);
    CHECK(c.reveal() == "key");
    b = SecretText("other");
    CHECK(b.reveal() == "other");
    CHECK(b.size() == 5);
    const base::SecretText& same = b;
    b = same;
    CHECK(b.reveal() == "other");
    CHECK(SecretText().empty());
    CHECK(SecretText("").reveal() == "");
    const std::string large(10'000, 'x');
    CHECK(SecretText(large).reveal() == large);
    static_assert(!std::is_convertible_v<SecretText, std::string_view>);
    static_assert(!std::is_convertible_v<std::string_view, SecretText>);
    static_assert(!std::is_convertible_v<const char*, SecretText>);
}

TEST_CASE("wiping leaves nothing in the string's memory") {
    std::string text = "sk-live-0123456789-0123456789";
    const char* bytes = text.data();
    const std::size_t size = text.size();
    base::wipe(text);
    CHECK(text.empty());
    CHECK(text.data() == bytes); // its memory is still its own
    text.resize(size);
    CHECK(text == std::string(size, '\0'));
}

} // namespace

TEST_CASE("what may be the beginning of a value is counted from the end") {
    base::Redactor redact;
    redact.add("sk-secret-1");
    CHECK(redact.begun("") == 0);
    CHECK(redact.begun("nothing here") == 0);
    CHECK(redact.begun("a s") == 1);
    CHECK(redact.begun("a sk-secret-") == 10);
    CHECK(redact.begun("sk-secret-1") == 0);
    CHECK(redact.begun("sk-sk-se") == 5);
}
