// What people paste into a Secret.
#include "aws_fixture.hpp"

using namespace test;

namespace {

const base::Time now = *base::parse_rfc3339("2026-11-22T12:00:00Z");

std::string read(std::string_view text) {
    return shown(credential::read_aws_secret(text, "secret default/aws", now));
}

std::string refusal(std::string_view text) {
    std::string out = complaint([&] { read(text); });
    const std::string hint = "\nhint: store {\"access_key_id\": \"...\", \"secret_access_key\": \"...\"} or "
                             "a Bedrock API key, for "
                             "example: orloj create secret aws --stdin < keys.json";
    if (out.ends_with(hint)) out.resize(out.size() - hint.size());
    return out;
}

TEST_CASE("keys and API keys") {
    const std::pair<const char*, const char*> rows[] = {
        {R"({"access_key_id":"AKID","secret_access_key":"s3/cr+et="})", "AKID s3/cr+et= - -"},
        {R"({"access_key_id":"AKID","secret_access_key":"s","session_token":"t"})", "AKID s t -"},
        {R"({"access_key_id":" AKID\n","secret_access_key":"s","session_token":null})", "AKID s - -"},
        {R"({"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-11-22T13:00:00+00:00"})",
         "A s t 2026-11-22T13:00:00.000000Z"},
        {R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"})", "A s - -"},
        {R"({"Credentials":{"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t"},"AssumedRoleUser":{}})",
         "A s t -"},
        {R"({"AWS_ACCESS_KEY_ID":"A","AWS_SECRET_ACCESS_KEY":"s"})", "A s - -"},
        {"\xef\xbb\xbf{\"access_key_id\":\"A\",\"secret_access_key\":\"s\"}\n", "A s - -"},
        {"ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl\n", "bearer ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl"},
        {"bedrock-api-key-YmVkcm9jaw==", "bearer bedrock-api-key-YmVkcm9jaw=="},
        {"AKIAlooksLikeOneButGoesOnAndOn", "bearer AKIAlooksLikeOneButGoesOnAndOn"},
    };
    for (const auto& [text, expected] : rows) {
        CAPTURE(text);
        CHECK(read(text) == expected);
    }
    CHECK(credential::read_aws_secret("ABSKxyz", "secret default/aws", now).source == "secret default/aws");
}

TEST_CASE("what cannot be used is explained, never quoted") {
    const std::pair<const char*, const char*> rows[] = {
        {" ", "secret default/aws is empty"},
        {"AKIAIOSFODNN7EXAMPLE", "secret default/aws is an access key id without the other fields"},
        {"ASIAIOSFODNN7EXAMPLE:wJalr", "secret default/aws is an access key id without the other fields"},
        {"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalr",
         "secret default/aws holds lines of a file or a script, not JSON"},
        {"[default]\naws_access_key_id = AKIA",
         "secret default/aws holds lines of a file or a script, not JSON"},
        {"export AWS_ACCESS_KEY_ID=AKIA", "secret default/aws holds lines of a file or a script, not JSON"},
        {"\"ABSKxyz\"", "secret default/aws is a JSON text, not an object"},
        {"two words",
         "secret default/aws is neither JSON nor a Bedrock API key: it holds spaces, line breaks "
         "or letters that no key has"},
        {"\xc3\xa9", "secret default/aws is neither JSON nor a Bedrock API key: it holds spaces, line breaks "
                     "or letters that no key has"},
        {R"({"user":"wJalr","password":"wJalr"})",
         "secret default/aws has none of the fields access_key_id, secret_access_key and session_token (or "
         "AccessKeyId, SecretAccessKey, SessionToken)"},
        {"{}", "secret default/aws has none of the fields access_key_id, secret_access_key and session_token "
               "(or AccessKeyId, SecretAccessKey, SessionToken)"},
        {R"({"access_key_id":"AKID"})", "secret default/aws has an access key id but no secret access key"},
        {R"({"secret_access_key":"wJalr"})",
         "secret default/aws has a secret access key but no access key id"},
        {R"({"access_key_id":"AKID","secret_access_key":12345})",
         "secret default/aws has a secret_access_key that is no text"},
        {R"({"access_key_id":"AKID","AccessKeyId":"AKID2","secret_access_key":"wJalr"})",
         "secret default/aws says AccessKeyId twice"},
        {R"({"access_key_id":"AKID","secret_access_key":"wJ\nalr"})",
         "secret default/aws has a character in its secret access key that no key has"},
        {R"({"access_key_id":"AKID","secret_access_key":"wJalr","Expiration":"2026-11-22T11:59:59Z"})",
         "secret default/aws has keys that expired at 2026-11-22T11:59:59.000000Z"},
        {R"({"access_key_id":"AKID","secret_access_key":"wJalr","Expiration":"soon"})",
         "secret default/aws has an expiration that is no time (2026-01-31T12:00:00Z)"},
        {R"({"access_key_id":"AKID","secret_access_key":"wJa)",
         "secret default/aws begins like JSON but is not valid JSON"},
    };
    for (const auto& [text, expected] : rows) {
        CAPTURE(text);
        const std::string why = refusal(text);
        CHECK(why == expected);
        for (const char* value : {"wJ", "AKI", "ABSK", "12345", "soon", "password"})
            CHECK(why.find(value) == std::string::npos);
    }
}

TEST_CASE("JSON that is cut anywhere is refused") {
    const std::string text =
        R"({"access_key_id":"AKIDEXAMPLE","secret_access_key":"wJalrXUtnFEMI","session_token":"IQoJ"})";
    for (std::size_t size = 1; size < text.size(); ++size) {
        CAPTURE(size);
        const std::string why = refusal(text.substr(0, size));
        CHECK(why.find("is not valid JSON") != std::string::npos);
    }
    CHECK(read(text) == "AKIDEXAMPLE wJalrXUtnFEMI IQoJ -");
}

} // namespace
