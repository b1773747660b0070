#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"
#include "provider/listing.hpp"

namespace provider::test {
namespace {

Endpoint at(std::string model = {}) {
    Endpoint out = endpoint_of("bedrock", std::move(model));
    out.options["region"] = "us-east-1";
    return out;
}

const std::string models_body =
    R"({"modelSummaries":[)"
    R"({"modelId":"anthropic.claude-3-haiku-20240307-v1:0","inferenceTypesSupported":["ON_DEMAND"],)"
    R"("modelLifecycle":{"status":"LEGACY"}},)"
    R"({"modelId":"anthropic.claude-3-haiku-20240307-v1:0:48k","inferenceTypesSupported":["PROVISIONED"]},)"
    R"({"modelId":"anthropic.claude-sonnet-4-20250514-v1:0","inferenceTypesSupported":["INFERENCE_PROFILE"],)"
    R"("modelLifecycle":{"status":"ACTIVE"}},)"
    R"({"modelId":"meta.llama9-v1:0:128k","inferenceTypesSupported":["PROVISIONED"]},)"
    R"({"modelId":"amazon.titan-text-express-v1","inferenceTypesSupported":["ON_DEMAND"]},{"modelId":""}]})";
const std::string profiles_body =
    R"({"inferenceProfileSummaries":[{"inferenceProfileId":"us.anthropic.claude-sonnet-4-20250514-v1:0",)"
    R"("inferenceProfileArn":"arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0",)"
    R"("type":"SYSTEM_DEFINED","status":"ACTIVE","updatedAt":"2026-01-02T03:04:05Z"},)"
    R"({"inferenceProfileId":"abc123","type":"APPLICATION",)"
    R"("inferenceProfileArn":"arn:aws:bedrock:us-east-1:1:application-inference-profile/abc123"}],)"
    R"("nextToken":"t/1="})";

/// Both lists, as who asks puts them together.
Findings found(bool with_profiles = true) {
    ModelList all = *read_models(row("bedrock"), at(), answer(200, models_body)).list();
    if (with_profiles) {
        const ModelList more = *read_models(row("bedrock"), at(), answer(200, profiles_body)).list();
        all.models.insert(all.models.end(), more.models.begin(), more.models.end());
    }
    Findings out;
    out.models.what = all;
    return out;
}

std::string text(const Verdict& verdict) {
    std::string out = verdict.fails ? "!" : "";
    out += std::string(schema::name_of(verdict.readiness)) + ": " + verdict.sentence;
    return verdict.hint.empty() ? out : out + " | " + verdict.hint;
}

std::string urls(const Endpoint& endpoint) {
    const Survey survey = survey_of(row("bedrock"), endpoint);
    if (survey.refusal) return "refused: " + survey.refusal->detail;
    std::string out;
    for (const Question& question : survey.questions)
        out += question.request.method + " " + question.request.url;
    return out;
}

TEST_CASE("bedrock: where its models are listed") {
    const std::string list = "/foundation-models?byOutputModality=TEXT";
    struct {
        std::string region, base_url, place_url, listing_url, asked;
    } const table[] = {
        {"us-east-1", "", "", "", "GET https://bedrock.us-east-1.amazonaws.com" + list},
        {"cn-north-1", "", "", "", "GET https://bedrock.cn-north-1.amazonaws.com.cn" + list},
        {"us-east-1", "", "", "http://127.0.0.1:4566/b/", "GET http://127.0.0.1:4566/b" + list},
        {"us-east-1", "", "http://127.0.0.1:4567", "", ""},
        {"us-east-1", "https://bedrock-runtime.eu-west-1.amazonaws.com/", "", "http://127.0.0.1:4566",
         "GET https://bedrock.eu-west-1.amazonaws.com" + list},
        {"us-east-1", "https://bedrock-runtime-fips.us-west-2.amazonaws.com", "", "",
         "GET https://bedrock-fips.us-west-2.amazonaws.com" + list},
        {"us-east-1", "https://gate.example", "", "http://127.0.0.1:4566", ""},
        {"us-east-1", "https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com", "", "", ""},
        {"", "", "", "", "refused: no AWS region is known for model endpoint 'default/e'"},
    };
    for (const auto& r : table) {
        CAPTURE(r.base_url);
        Endpoint endpoint = endpoint_of("bedrock");
        if (!r.region.empty()) endpoint.options["region"] = r.region;
        endpoint.base_url = r.base_url;
        endpoint.place.url = r.place_url;
        endpoint.place.listing_url = r.listing_url;
        CHECK(urls(endpoint) == r.asked);
    }
    Endpoint signs = at();
    const http::Request with_key = survey_of(row("bedrock"), signs).questions.at(0).request;
    CHECK(secret_header(with_key, "authorization") == "Bearer key-0123456789");
    CHECK(with_key.reach == http::Reach::private_also);
    CHECK(with_key.body == "");
    CHECK(header(with_key, "accept") == "application/json");
    signs.credential = {};
    CHECK(survey_of(row("bedrock"), signs).questions.at(0).request.secret_headers.empty());
}

TEST_CASE("bedrock: the profiles follow the models") {
    const Survey survey = survey_of(row("bedrock"), at());
    const http::Request& first = survey.questions.at(0).request;
    const Listed models = read_models(row("bedrock"), at(), answer(200, models_body));
    REQUIRE(models.list() != nullptr);
    CHECK(base::join(names_of(*models.list()), " ") ==
          "anthropic.claude-3-haiku-20240307-v1:0 anthropic.claude-3-haiku-20240307-v1:0:48k "
          "anthropic.claude-sonnet-4-20250514-v1:0 meta.llama9-v1:0:128k amazon.titan-text-express-v1");
    CHECK(base::join(models.list()->models[0].capabilities, " ") == "ON_DEMAND LEGACY");
    CHECK(next_page(first, *models.list())->url ==
          "https://bedrock.us-east-1.amazonaws.com/inference-profiles?maxResults=1000");
    const Listed profiles = read_models(row("bedrock"), at(), answer(200, profiles_body));
    REQUIRE(profiles.list() != nullptr);
    CHECK(base::join(names_of(*profiles.list()), " ") ==
          "us.anthropic.claude-sonnet-4-20250514-v1:0 "
          "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc123");
    const auto more = next_page(first, *profiles.list());
    CHECK(more->url == "https://bedrock.us-east-1.amazonaws.com/inference-profiles?maxResults=1000&nextToken="
                       "t%2F1%3D");
    CHECK(secret_header(*more, "authorization") == "Bearer key-0123456789");
    const Listed last = read_models(row("bedrock"), at(),
                                    answer(200, R"({"inferenceProfileSummaries":[],"nextToken":null})"));
    CHECK_FALSE(next_page(first, *last.list()));
    const Listed forbidden =
        read_models(row("bedrock"), at(),
                    answer(403,
                           R"({"message":"User: arn:aws:iam::1:user/u is not authorized to perform: )"
                           R"(bedrock:ListInferenceProfiles on resource: r"})",
                           {{"x-amzn-errortype", "AccessDeniedException"}}));
    REQUIRE(forbidden.list() != nullptr);
    CHECK(forbidden.list()->models.empty());
    CHECK(read_models(row("bedrock"), at(), answer(200, R"({"data":[]})")).refusal()->detail ==
          "answers, but not with a list of models: that is no bedrock endpoint");
}

TEST_CASE("bedrock: what the lists mean for a model") {
    const std::string counted = "lists 5 models and 2 inference profiles";
    const std::string profile = "us.anthropic.claude-sonnet-4-20250514-v1:0";
    struct {
        std::string model, verdict;
    } const table[] = {
        {"", "ready: " + counted},
        {"amazon.titan-text-express-v1", "ready: " + counted + ", 'amazon.titan-text-express-v1' among them"},
        {" " + profile + " ", "ready: " + counted + ", '" + profile + "' among them"},
        {"arn:aws:bedrock:us-east-1:1:inference-profile/" + profile,
         "ready: " + counted + ", 'arn:aws:bedrock:us-east-1:1:inference-profile/" + profile +
             "' among them"},
        {"arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-express-v1",
         "ready: " + counted +
             ", 'arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-express-v1' among them"},
        {"arn:aws:bedrock:us-east-1:1:application-inference-profile/abc123",
         "ready: " + counted +
             ", 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc123' among them"},
        {"anthropic.claude-3-haiku-20240307-v1:0",
         "ready: " + counted + ", 'anthropic.claude-3-haiku-20240307-v1:0' among them"},
        {"anthropic.claude-3-haiku-20240307-v1:0:200k",
         "ready: " + counted + ", 'anthropic.claude-3-haiku-20240307-v1:0:200k' among them"},
        {"anthropic.claude-sonnet-4-20250514-v1:0",
         "degraded: " + counted +
             ", and 'anthropic.claude-sonnet-4-20250514-v1:0' is called by an inference profile only | write "
             "the profile's id under spec of model endpoint 'default/e': default_model: " +
             profile},
        {"meta.llama9-v1:0",
         "degraded: " + counted +
             ", and 'meta.llama9-v1:0' is called by an inference profile only | write the profile's id under "
             "spec of model endpoint 'default/e': default_model: us.meta.llama9-v1:0"},
        {"amazon.titan-text-expres-v1",
         "degraded: " + counted +
             ", and 'amazon.titan-text-expres-v1' is not among them | did you mean "
             "'amazon.titan-text-express-v1'? it is spec.default_model of model endpoint 'default/e'"},
        {"arn:aws:bedrock:us-east-1:1:provisioned-model/xyz",
         "unknown: " + counted + "; 'arn:aws:bedrock:us-east-1:1:provisioned-model/xyz' is of neither kind"},
    };
    for (const auto& r : table) {
        CAPTURE(r.model);
        CHECK(text(judge(row("bedrock"), at(r.model), found())) == r.verdict);
    }
    Endpoint gateway = at("m");
    gateway.base_url = "https://gate.example";
    CHECK(text(judge(row("bedrock"), gateway, {})) ==
          "unknown: is at an address of its own, beside which no list of models is known");
}

TEST_CASE("bedrock: lists that may not be read") {
    struct {
        int status;
        std::string code, message, verdict;
    } const table[] = {
        {403, "AccessDeniedException", "not authorized to perform: bedrock:ListFoundationModels",
         "unknown: may not list models (not authorized to perform: bedrock:ListFoundationModels), but may "
         "still "
         "be allowed to call them | to have readiness told, allow the IAM actions "
         "bedrock:ListFoundationModels "
         "and bedrock:ListInferenceProfiles"},
        {403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.",
         "!unauthorized: answers 403: Authentication failed: Please make sure your API Key is valid. | store "
         "a "
         "Bedrock API key that is valid and of this account in the Secret in spec.auth.secretRef of model "
         "endpoint 'default/e' or, without one, AWS's environment and profile"},
        {403, "UnrecognizedClientException", "The security token included in the request is invalid.",
         "!unauthorized: answers 403: The security token included in the request is invalid. | AWS does not "
         "know the access key, or its session token belongs to another: check the Secret in "
         "spec.auth.secretRef "
         "of model endpoint 'default/e' or, without one, AWS's environment and profile"},
        {503, "ServiceUnavailableException", "later", "!unreachable: answers 503: later"},
    };
    for (const auto& r : table) {
        CAPTURE(r.message);
        Findings findings;
        findings.models = read_models(row("bedrock"), at("m"),
                                      answer(r.status, base::format(R"({{"message":"{}"}})", r.message),
                                             {{"x-amzn-errortype", r.code}}));
        CHECK(text(judge(row("bedrock"), at("m"), findings)) == r.verdict);
    }
}

} // namespace
} // namespace provider::test
