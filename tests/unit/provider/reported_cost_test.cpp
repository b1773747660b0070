// What providers and gateways say that a call is charged with.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

std::string shown(const std::optional<base::Usd>& cost) {
    return cost ? base::decimal(*cost) : "none";
}

std::string body_with(std::string_view usage) {
    return base::format(R"({{"choices":[{{"index":0,"message":{{"content":"x"}},"finish_reason":"stop"}}],)"
                        R"("usage":{}}})",
                        usage);
}

std::string whole(const std::string& body, const std::string& header = {}) {
    Endpoint endpoint = endpoint_of("openai-compatible", "m");
    endpoint.base_url = "http://h/v1";
    std::vector<http::Header> headers;
    if (!header.empty()) headers.push_back({"X-LiteLLM-Response-Cost", header});
    const Outcome outcome =
        row("openai-compatible").parse_response(endpoint, captured_chat(), answer(200, body, headers));
    return shown(reply(outcome).usage.cost);
}

TEST_CASE("a cost in the usage, whole and streamed") {
    struct Row {
        std::string usage, cost;
    };
    const std::string counts = R"("prompt_tokens":194,"completion_tokens":2)";
    for (const Row& row : {
             Row{"", "none"},
             {R"(,"cost":0.00095)", "0.00095"}, // OpenRouter
             {R"(,"cost":2.85e-05)", "0.0000285"},
             {R"(,"cost":0)", "0"}, // a free model
             {R"(,"cost":0.95,"is_byok":false,"cost_details":{"upstream_inference_cost":19})", "0.95"},
             {R"(,"cost":0.05,"is_byok":true,"cost_details":{"upstream_inference_cost":1.5})", "1.55"},
             {R"(,"cost":0.05,"is_byok":true,"cost_details":{"upstream_inference_cost":null})", "0.05"},
             {R"(,"cost":{"input_tokens_cost":0.01,"total_cost":0.016})", "0.016"}, // Perplexity
             {R"(,"cost":{"request_cost":0.01})", "none"},
             {R"(,"cost":null)", "none"},
             {R"(,"cost":"0.5")", "none"},
             {R"(,"cost":-1)", "none"},
             {R"(,"cost":[1])", "none"},
             {R"(,"cost":1e300)", "none"},
         }) {
        CAPTURE(row.usage);
        const std::string usage = "{" + counts + row.usage + "}";
        CHECK(whole(body_with(usage)) == row.cost);
        const std::string body = sse(
            {chunk(R"({"content":"x"})", R"("stop")"), R"({"choices":[],"usage":)" + usage + "}", "[DONE]"});
        CHECK(shown(reply(hear("openai-compatible", body).outcome).usage.cost) == row.cost);
    }
}

TEST_CASE("LiteLLM's header counts for whole answers whose usage says nothing") {
    const std::string silent = body_with(R"({"prompt_tokens":1,"completion_tokens":1})");
    const std::string telling = body_with(R"({"prompt_tokens":1,"completion_tokens":1,"cost":0.25})");
    CHECK(whole(silent, "0.0009884999999999998") == "0.0009885");
    CHECK(whole(silent, "3e-06") == "0.000003");
    CHECK(whole(silent, "0.0") == "none"); // it knows no price
    CHECK(whole(silent, "None") == "none");
    CHECK(whole(telling, "0.5") == "0.25");
    http::Response streamed = head();
    streamed.headers.push_back({"x-litellm-response-cost", "0.5"});
    const std::string body = sse({chunk(R"({"content":"x"})", R"("stop")"), "[DONE]"});
    CHECK(shown(reply(hear("openai-compatible", body, captured_chat(), streamed).outcome).usage.cost) ==
          "none");
}

TEST_CASE("an answer that nobody can read tells its cost all the same") {
    Endpoint endpoint = endpoint_of("openai-compatible", "m");
    endpoint.base_url = "http://h/v1";
    const Outcome outcome = row("openai-compatible")
                                .parse_response(endpoint, captured_chat(),
                                                answer(200, R"({"usage":{"prompt_tokens":7,"cost":0.5}})"));
    const Refusal said = refusal(outcome);
    REQUIRE(said.usage);
    CHECK(shown(said.usage->cost) == "0.5");
}

} // namespace
} // namespace provider::test
