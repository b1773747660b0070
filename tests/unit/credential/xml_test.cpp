// The tiny reader of STS's answers, and the digest that names the files of the SSO cache.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "credential/sha1.hpp"
#include "credential/xml.hpp"

namespace {

std::string shown(std::string_view text) {
    const auto leaves = credential::read_xml(text);
    if (!leaves) return "refused";
    std::string out;
    for (const auto& leaf : *leaves)
        out += leaf.path + "=" + leaf.text + ";";
    return out;
}

TEST_CASE("elements with text") {
    struct Row {
        const char* text;
        const char* expected;
    };
    const Row rows[] = {
        {"<a>x</a>", "a=x;"},
        {"<?xml version=\"1.0\"?>\n<!-- c -->\n<a b='>'><c> x </c><d/></a>\n<!-- end -->", "a/c=x;a/d=;"},
        {"<a xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><b>1&lt;2&amp;3&gt;&quot;&apos;</b></a>",
         "a/b=1<2&3>\"';"},
        {"<a>&#65;&#x20ac;&#x1F600;</a>", "a=A\xe2\x82\xac\xf0\x9f\x98\x80;"},
        {"<a><!-- <b> --><c>1</c></a>", "a/c=1;"},
        {"<a>x<!-- y -->z</a>", "a=xz;"},
        {"<a ></a >", "a=;"},
        {"", "refused"},
        {"text", "refused"},
        {"<a>", "refused"},
        {"<a></b>", "refused"},
        {"<a/><b/>", "refused"},
        {"<a/>x", "refused"},
        {"<a><b></a></b>", "refused"},
        {"</a>", "refused"},
        {"<a>&unknown;</a>", "refused"},
        {"<a>&#0;</a>", "refused"},
        {"<a>&#xd800;</a>", "refused"},
        {"<a>&#x110000;</a>", "refused"},
        {"<a>&#xfffffffff;</a>", "refused"},
        {"<a>&amp</a>", "refused"},
        {"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "refused"},
        {"<a><![CDATA[x]]></a>", "refused"},
        {"<a><b x=\"</a>", "refused"},
        {"<a>\xff</a>", "refused"},
        {"<1 2/>", "1=;"},
        {"<a<b/>", "refused"},
        {"< a/>", "refused"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(shown(row.text) == row.expected);
    }
    std::string deep;
    for (int i = 0; i < 17; ++i)
        deep += "<a>";
    std::string shut;
    for (int i = 0; i < 17; ++i)
        shut += "</a>";
    CHECK(shown(deep + shut) == "refused");
    CHECK(shown(deep.substr(3) + shut.substr(4)) != "refused");
    std::string many = "<a>";
    for (int i = 0; i < 201; ++i)
        many += "<b/>";
    CHECK(shown(many + "</a>") == "refused");
}

TEST_CASE("one element is found by the end of its path, and two are none") {
    const auto leaves = credential::read_xml(
        "<r><Error><Code>A</Code></Error><x><Code>B</Code></x><NoError><Code>C</Code></NoError></r>");
    REQUIRE(leaves);
    CHECK(credential::text_at(*leaves, "Error/Code") == "A");
    CHECK(credential::text_at(*leaves, "x/Code") == "B");
    CHECK_FALSE(credential::text_at(*leaves, "Code"));
    CHECK_FALSE(credential::text_at(*leaves, "Missing"));
}

TEST_CASE("SHA-1") { // the first two of RFC 3174, the others by Python's hashlib
    CHECK(credential::sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(credential::sha1_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK(credential::sha1_hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(credential::sha1_hex(std::string(1000, 'a')) == "291e9a6c66994949b57ba5e650361e98fc36b1ba");
    CHECK(credential::sha1_hex("my-sso") == "0ad374308c5a4e22f723adf10145eafad7c4031c");
    CHECK(credential::sha1_hex("https://d-92671207e4.awsapps.com/start") ==
          "13f9d35043871d073ab260e020f0ffde092cb14b");
}

} // namespace
