// Signatures that AWS's own signers make of the same requests (botocore 1.44), at a frozen time.
#include <doctest/doctest.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "credential/sigv4.hpp"

namespace {

constexpr std::string_view body = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})";
const std::string runtime = "https://bedrock-runtime.us-east-1.amazonaws.com";

struct Row {
    const char* what;
    std::string method, url;
    std::vector<http::Header> headers;
    std::string body, token;
    const char* names;
    const char* signature;
};

credential::AwsKeys keys(std::string_view token = {}) {
    return {base::SecretText("AKIDEXAMPLE"),
            base::SecretText("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            base::SecretText(token),
            {}};
}

base::Time at(std::string_view text) {
    return *base::parse_rfc3339(text);
}

http::Request request_of(const Row& row) {
    http::Request out;
    out.method = row.method;
    out.url = row.url;
    out.headers = row.headers;
    out.body = row.body;
    return out;
}

std::string header(const http::Request& request, std::string_view name) {
    std::string out;
    for (const http::Header& one : request.headers) {
        if (one.name == name) out += one.value;
    }
    return out;
}

void check(const Row& row) {
    CAPTURE(row.what);
    http::Request request = request_of(row);
    const credential::SigningScope scope{"us-east-1", "bedrock", at("2025-01-02T03:04:05.999Z")};
    for (int round = 0; round < 2; ++round) { // signed anew it has one signature, and the same
        credential::sign(request, keys(row.token), scope);
        CHECK(header(request, "x-amz-date") == "20250102T030405Z");
        CHECK(header(request, "authorization") ==
              base::format("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250102/us-east-1/bedrock/aws4_request, "
                           "SignedHeaders={}, Signature={}",
                           row.names, row.signature));
        CHECK(request.secret_headers.size() == (row.token.empty() ? 0 : 1));
    }
    CHECK(request.url == row.url);
    CHECK(request.body == row.body);
}

std::string path_and_query(const std::string& url) {
    http::Request request;
    request.url = url;
    const std::string canonical = credential::canonical_request(request);
    const auto lines = base::split(canonical, '\n');
    return std::string(lines[1]) + "?" + std::string(lines[2]);
}

} // namespace

TEST_CASE("the example of AWS's own test suite") {
    http::Request request;
    request.method = "GET";
    request.url = "https://example.amazonaws.com/";
    credential::sign(request, keys(), {"us-east-1", "service", at("2015-08-30T12:36:00Z")});
    CHECK(header(request, "authorization") ==
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
          "SignedHeaders=host;x-amz-date, "
          "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST_CASE("the canonical request is hashed as it stands") {
    http::Request request;
    request.url = runtime + "/model/anthropic.claude-sonnet-4-20250514-v1%3A0/converse";
    request.headers = {{"content-type", "application/json"}, {"accept", "application/json"}};
    request.body = body;
    credential::sign(request, keys(), {"us-east-1", "bedrock", at("2025-01-02T03:04:05Z")});
    const std::string canonical = credential::canonical_request(request);
    CHECK(canonical == "POST\n/model/anthropic.claude-sonnet-4-20250514-v1%253A0/converse\n\n"
                       "content-type:application/json\nhost:bedrock-runtime.us-east-1.amazonaws.com\n"
                       "x-amz-date:20250102T030405Z\n\ncontent-type;host;x-amz-date\n"
                       "c3335e07d6e89650bf94cb98664be69f8774dbc3198df221f113db0a59ea14f0");
    CHECK(base::hex(base::sha256(canonical)) ==
          "213078b72499094711f9b00b72e715734083af23719092e2780f86479a6a9371");
}

TEST_CASE("requests are signed as AWS's own signers do") {
    const std::vector<http::Header> json{{"content-type", "application/json"}};
    const std::string text(body);
    const char* plain = "host;x-amz-date";
    const char* typed = "content-type;host;x-amz-date";
    const char* with_token = "content-type;host;x-amz-date;x-amz-security-token";
    const std::string token = "IQoJb3JpZ2luX2VjEXAMPLE//token+with=chars==";
    const Row rows[] = {
        {"a model id with a colon", "POST",
         runtime + "/model/anthropic.claude-sonnet-4-20250514-v1%3A0/converse", json, text, "", typed,
         "19d025b11b101b177e930986c9581331ea1f3846f04913dc6466fe93306e0cfe"},
        {"an ARN and a session token", "POST",
         runtime + "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2F"
                   "abcd1234efgh/converse-stream",
         json, text, token, with_token, "6d9cd8e13f2239430749744478e77b54db1c7bab4b46390e5d321913a5a4f26a"},
        {"a query",
         "GET",
         "https://bedrock.us-east-1.amazonaws.com/foundation-models?byOutputModality=TEXT",
         {},
         "",
         "",
         plain,
         "fa63dbeab40c935289e24b058a8dcdf1f041fcfa7734b5fd78f4e5859b449372"},
        {"a colon as it is", "POST", runtime + "/model/anthropic.claude-sonnet-4-20250514-v1:0/converse",
         json, text, "", typed, "18d9b79656d8bfe80787d815877ed2cc793f6579b3ff24baaa19b721cce4301c"},
        {"no path",
         "GET",
         runtime,
         {},
         "",
         "",
         plain,
         "77506e7c0bc375765e5b3404f764e448458404cc0e92527b009c668efa8e77de"},
        {"the root",
         "GET",
         runtime + "/",
         {},
         "",
         "",
         plain,
         "77506e7c0bc375765e5b3404f764e448458404cc0e92527b009c668efa8e77de"},
        {"empty segments",
         "GET",
         runtime + "//a///b",
         {},
         "",
         "",
         plain,
         "eb7b38c346c7d1d63942f9cde45e9005e0978b3fd2c5f8333149c39a56044cf9"},
        {"segments of one dot",
         "GET",
         runtime + "/./a/./b",
         {},
         "",
         "",
         plain,
         "eb7b38c346c7d1d63942f9cde45e9005e0978b3fd2c5f8333149c39a56044cf9"},
        {"segments of two dots",
         "GET",
         runtime + "/a/../b",
         {},
         "",
         "",
         plain,
         "cbbf4ecaeb35b2d295b7d9077e55914af30327e8f9fe16431b25935d43bfc76c"},
        {"above the root",
         "GET",
         runtime + "/../../a",
         {},
         "",
         "",
         plain,
         "f5ddc096f1cd7921f73d26542bb1cf015fb2000a8b80772ef6cd04136ce9a49f"},
        {"a slash at the end",
         "GET",
         runtime + "/a/b/",
         {},
         "",
         "",
         plain,
         "063c1933b7ed52f9806e4eb70f9513cfed899cf1a6d21b5c02e30a0768e9f4c2"},
        {"unreserved characters",
         "GET",
         runtime + "/a~b_c-d.e",
         {},
         "",
         "",
         plain,
         "52200a024035c16253f5e68bcf2ecc2bc2e9051c01b5c8e4c8bc1da5c4c7ef38"},
        {"an escaped slash", "POST", runtime + "/model/a%2Fb/converse", json, text, "", typed,
         "612fb77715ff30fe6dd32f0b5e65d51135aa619cf9525605f819fa7e38442b50"},
        {"letters beyond ASCII",
         "GET",
         runtime + "/%E1%88%B4",
         {},
         "",
         "",
         plain,
         "29af69ee9a65bfbf2978a2f37a76640ad68dec595ac0fde94948f60c929d0b98"},
        {"a space",
         "GET",
         runtime + "/a%20b",
         {},
         "",
         "",
         plain,
         "cb36a0f98ad2ec226e6efb368ea0f2b36eaae9f520e5a59b29116f6cf9cc4daa"},
        {"a query out of order",
         "GET",
         runtime + "/?b=2&a=1&a=0",
         {},
         "",
         "",
         plain,
         "3d742f77866fd91d4613bd6ecdfb979dd3917861085a2ba81d7a5010fc119c0a"},
        {"a query without values",
         "GET",
         runtime + "/?a&b=",
         {},
         "",
         "",
         plain,
         "58111f2e3bb51c11f99d8fa7c508d5d718fc3b214a5ecf281355c9f51590746a"},
        {"an escaped query",
         "GET",
         runtime + "/?nextToken=a%2Fb%3D%3D&maxResults=10",
         {},
         "",
         "",
         plain,
         "6170ccc6e6bf150e1ebba808d0cfcd49df70a5833abd5f808c05804189b0e687"},
        {"a port", "POST", "http://127.0.0.1:18100/model/m/converse", json, text, "", typed,
         "5264746eeb0233bcc80ccadb3ac330168cb33c572458aef3ac734a28c3e2f928"},
        {"the scheme's own port", "POST", "https://h.example:443/model/m/converse", json, text, "", typed,
         "cb075c24cf68b61a634a1c29fb29f6590be52b0d7f64a1299d62ab1c006a2544"},
        {"an IPv6 host",
         "GET",
         "http://[::1]:8080/x",
         {},
         "",
         "",
         plain,
         "aa86f7d51045a2e92e9dd6b1ef5e12868dbe2d1e2eb4007210c02f32db6d3ebb"},
        {"runs of spaces in a value",
         "GET",
         runtime + "/",
         {{"x-amz-meta", "  a   b  c "}},
         "",
         "",
         "host;x-amz-date;x-amz-meta",
         "0d4c3a268041d568868d33f3d20248b803cb464028b480a5caed49cd96bd49e9"},
        {"names in upper case and out of order",
         "GET",
         runtime + "/",
         {{"X-Amz-Zeta", "1"}, {"X-Amz-Alpha", "2"}, {"accept", "application/json"}},
         "",
         "",
         "host;x-amz-alpha;x-amz-date;x-amz-zeta",
         "2616fab9cdb2e60c8a52ac0bc79eec77706aa17a8f61e4d945acb1ffc0d4d5c6"},
        {"a session token", "POST", runtime + "/model/m/converse", json, text, token, with_token,
         "cf5db984676b97ff949394d74bbae006641e76f16114e48e336d136fa837bf12"},
    };
    for (const Row& row : rows)
        check(row);
}

TEST_CASE("a query is encoded once, whether it was or not") {
    CHECK(path_and_query("https://h/?a=b%2fc") == "/?a=b%2Fc");
    CHECK(path_and_query("https://h/?a=b/c") == "/?a=b%2Fc");
    CHECK(path_and_query("https://h/?a=100%") == "/?a=100%25");
    CHECK(path_and_query("https://h/?a=%4") == "/?a=%254");
    CHECK(path_and_query("https://h/?a=%zz&&b=x=y") == "/?a=%25zz&b=x%3Dy");
    CHECK(path_and_query("https://h/?A=1&a=2&a%20b=3") == "/?A=1&a=2&a%20b=3");
}

TEST_CASE("headers of one name are signed as one") {
    http::Request request;
    request.url = "https://h/";
    request.headers = {{"x-amz-a", "1"}, {"X-AMZ-A", " 2 "}};
    CHECK(credential::canonical_request(request).find("\nx-amz-a:1,2\n") != std::string::npos);
}

TEST_CASE("other keys leave nothing of the first signature") {
    http::Request request;
    request.url = runtime + "/model/m/converse";
    const credential::SigningScope scope{"eu-west-1", "bedrock", at("2025-01-02T03:04:05Z")};
    credential::sign(request, keys("first-session-token"), scope);
    credential::sign(request, keys(), scope);
    CHECK(request.secret_headers.empty());
    CHECK(header(request, "authorization").find("security-token") == std::string::npos);
    CHECK(header(request, "authorization")
              .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250102/eu-west-1/"));
}
