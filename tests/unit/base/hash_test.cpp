#include "base/hash.hpp"

#include <doctest/doctest.h>

namespace {

std::string hex_of(const base::Digest& digest) {
    return base::hex(digest);
}

TEST_CASE("SHA-256 gives the values of FIPS 180") {
    CHECK(hex_of(base::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex_of(base::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex_of(base::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex_of(base::sha256(std::string(1'000'000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("HMAC-SHA-256 gives the values of RFC 4231, whatever the length of the key") {
    struct Row {
        std::string key;
        std::string text;
        std::string_view mac;
    };
    const Row rows[] = {
        {std::string(20, '\x0b'), "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(hex_of(base::hmac_sha256(row.key, row.text)) == row.mac);
    }
}

TEST_CASE("FNV-1a gives its published values") {
    CHECK(base::fnv1a_64("") == 0xcbf29ce484222325ULL);
    CHECK(base::fnv1a_64("a") == 0xaf63dc4c8601ec8cULL);
    CHECK(base::fnv1a_64("foobar") == 0x85944171f73967e8ULL);
}

TEST_CASE("base64 gives the values of RFC 4648") {
    struct Row {
        std::string_view text;
        std::string_view encoded;
    };
    const Row rows[] = {{"", ""},
                        {"f", "Zg=="},
                        {"fo", "Zm8="},
                        {"foo", "Zm9v"},
                        {"foob", "Zm9vYg=="},
                        {"fooba", "Zm9vYmE="},
                        {"foobar", "Zm9vYmFy"},
                        {"\xfb\xff\xfe", "+//+"}};
    for (const Row& row : rows) {
        CAPTURE(row.encoded);
        CHECK(base::base64(row.text) == row.encoded);
        CHECK(base::from_base64(row.encoded) == row.text);
    }
}

TEST_CASE("base64 is read without padding and over several lines") {
    CHECK(base::from_base64("Zg") == "f");
    CHECK(base::from_base64("Zm9vYg") == "foob");
    CHECK(base::from_base64("Zg==\n") == "f");
    CHECK(base::from_base64("Zm9v\r\nYmE=\r\n") == "fooba");
    CHECK(base::from_base64("Zm\n9vYmFy") == "foobar");
}

TEST_CASE("what is not base64 is refused") {
    for (const std::string_view text :
         {"Z", "Zg=", "Zg===", "Z===", "=", "Zm9v!", "Zm 9v", "-__-", "Zh==", "Zg==Zg==", "\xC3\xA4"}) {
        CAPTURE(text);
        CHECK_FALSE(base::from_base64(text).has_value());
    }
}

TEST_CASE("hex is read in either case and written in lower case") {
    CHECK(base::from_hex("00ffA9").value() == std::string("\x00\xff\xa9", 3));
    CHECK(base::from_hex("") == "");
    for (const std::string_view text : {"0", "0g", "0x00", "00 ", "00:ff", "000"}) {
        CAPTURE(text);
        CHECK_FALSE(base::from_hex(text).has_value());
    }
}

TEST_CASE("random values have the length asked for and differ") {
    CHECK(base::random_bytes(0).empty());
    CHECK(base::random_bytes(24).size() == 24);
    CHECK(base::random_bytes(24) != base::random_bytes(24));
    for (const std::size_t digits : {1U, 4U, 7U, 32U}) {
        const std::string text = base::random_hex(digits);
        CHECK(text.size() == digits);
        CHECK(text.find_first_not_of("0123456789abcdef") == std::string::npos);
    }
}

TEST_CASE("comparing in constant time compares") {
    CHECK(base::equal_in_constant_time("", ""));
    CHECK(base::equal_in_constant_time("abc", "abc"));
    CHECK_FALSE(base::equal_in_constant_time("abc", "abd"));
    CHECK_FALSE(base::equal_in_constant_time("abc", "ab"));
}

} // namespace
