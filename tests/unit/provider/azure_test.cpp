#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"

namespace provider::test {
namespace {

Endpoint azure(std::string base_url = "https://r.openai.azure.com", std::string model = "gpt-4o-prod") {
    Endpoint out = endpoint_of("azure-openai", std::move(model));
    out.base_url = std::move(base_url);
    return out;
}

TEST_CASE("azure: the same conversation is the request the SDK sends") {
    std::pair<std::string, Conversation> table[] = {{"chat", captured_chat()},
                                                    {"tools-turn1", captured_tools_turn1()},
                                                    {"tools-turn2", captured_tools_turn2(false)}};
    table[1].second.tool_choice = "auto"; // the SDK was told so
    for (const auto& [name, conversation] : table) {
        CAPTURE(name);
        const Capture expected = capture("azure-openai/" + name);
        Endpoint endpoint = azure("http://127.0.0.1:18100", "gpt-4o-deployment");
        endpoint.credential = base::SecretText("azure-dummy");
        const http::Request sent = request(row("azure-openai"), endpoint, conversation);
        CHECK(difference(json(sent.body), expected.body) == "");
        CHECK(sent.method == "POST");
        CHECK(sent.url == "http://127.0.0.1:18100" + expected.target);
        CHECK(secret_header(sent, "api-key") == expected.header("api-key"));
        CHECK(secret_header(sent, "authorization") == "");
        CHECK(header(sent, "content-type") == expected.header("content-type"));
        CHECK(header(sent, "accept") == expected.header("accept"));
    }
}

TEST_CASE("azure: every pasted address leads to the deployment") {
    const std::string d = "/openai/deployments/gpt-4o-prod/chat/completions?api-version=";
    const std::string classic = "https://r.openai.azure.com" + d + "2024-10-21";
    struct {
        std::string base, deployment, version, url;
    } const table[] = {
        {"https://r.openai.azure.com", "", "", classic},
        {" https://r.openai.azure.com/ \n", "", "", classic},
        {"https://r.openai.azure.com/openai", "", "", classic},
        {"https://r.openai.azure.com/openai/", "", "", classic},
        {"https://r.openai.azure.com/openai/deployments", "", "", classic},
        {"https://r.openai.azure.com/openai/deployments/gpt-4o-prod", "", "", classic},
        {"https://r.openai.azure.com/openai/deployments/gpt-4o-prod/", "gpt-4o-prod", "", classic},
        {"https://r.openai.azure.com/openai/deployments/gpt-4o-prod/chat/completions", "", "", classic},
        {"https://r.openai.azure.com/openai/deployments/gpt-4o-prod/chat/completions?api-version=2025-01-01-"
         "preview",
         "", "", "https://r.openai.azure.com" + d + "2025-01-01-preview"},
        {"https://r.openai.azure.com/openai/deployments/gpt-4o-prod/chat/completions?api-version=2024-06-01",
         "gpt-4o-prod", "2024-06-01", "https://r.openai.azure.com" + d + "2024-06-01"},
        {"https://r.openai.azure.com/openai/deployments/other", "", "",
         "https://r.openai.azure.com/openai/deployments/other/chat/completions?api-version=2024-10-21"},
        {"https://r.openai.azure.com", "my model/1", "",
         "https://r.openai.azure.com/openai/deployments/my%20model%2F1/chat/"
         "completions?api-version=2024-10-21"},
        {"https://r.openai.azure.com/openai/deployments/my%20model", "my model", "",
         "https://r.openai.azure.com/openai/deployments/my%20model/chat/completions?api-version=2024-10-21"},
        {"https://r.cognitiveservices.azure.com", "", "2024-02-01",
         "https://r.cognitiveservices.azure.com" + d + "2024-02-01"},
        {"https://gate.example/team/ai?subscription-key=k", "", "",
         "https://gate.example/team/ai" + d + "2024-10-21&subscription-key=k"},
        {"https://gate.example/team/openai?api-version=2024-06-01&x=1", "", "",
         "https://gate.example/team" + d + "2024-06-01&x=1"},
        {"https://r.openai.azure.com/openai/v1", "", "",
         "https://r.openai.azure.com/openai/v1/chat/completions"},
        {"https://r.openai.azure.com/openai/v1/", "", "",
         "https://r.openai.azure.com/openai/v1/chat/completions"},
        {"https://r.services.ai.azure.com/openai/v1/chat/completions", "", "",
         "https://r.services.ai.azure.com/openai/v1/chat/completions"},
        {"https://r.openai.azure.com/openai/v1/responses", "", "",
         "https://r.openai.azure.com/openai/v1/chat/completions"},
        {"https://r.openai.azure.com/openai/v1", "", "preview",
         "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview"},
        {"https://r.openai.azure.com/openai/v1?api-version=preview", "", "",
         "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview"},
        {"https://m.eastus2.models.ai.azure.com", "", "",
         "https://m.eastus2.models.ai.azure.com/v1/chat/completions"},
        {"https://m.eastus2.models.ai.azure.com/v1/chat/completions", "", "",
         "https://m.eastus2.models.ai.azure.com/v1/chat/completions"},
    };
    for (const auto& r : table) {
        CAPTURE(r.base);
        Endpoint endpoint = azure(r.base);
        if (!r.deployment.empty()) endpoint.options["deployment"] = r.deployment;
        if (!r.version.empty()) endpoint.options["api_version"] = r.version;
        const http::Request sent = request(row("azure-openai"), endpoint, captured_chat());
        CHECK(sent.url == r.url);
        if (!r.deployment.empty()) CHECK(json(sent.body).text_of("model") == r.deployment);
    }
    CHECK(json(request(row("azure-openai"), azure("https://r.openai.azure.com/openai/deployments/other"),
                       captured_chat())
                   .body)
              .text_of("model") == "other");
}

TEST_CASE("azure: what is wrong is said before anything is sent") {
    struct {
        std::string base, model, option, value, problem;
    } const table[] = {
        {"", "m", "", "",
         "spec.base_url of model endpoint 'default/e' is required for azure-openai: write the address of "
         "your "
         "Azure resource, base_url: https://RESOURCE.openai.azure.com"},
        {"https://YOUR_RESOURCE_NAME.openai.azure.com", "m", "", "",
         "spec.base_url 'https://YOUR_RESOURCE_NAME.openai.azure.com' of model endpoint 'default/e' holds a "
         "placeholder: replace it with the name of your Azure resource"},
        {"https://your-resource.openai.azure.com/", "m", "", "",
         "spec.base_url 'https://your-resource.openai.azure.com/' of model endpoint 'default/e' holds a "
         "placeholder: replace it with the name of your Azure resource"},
        {"https://RESOURCE.openai.azure.com", "m", "", "",
         "spec.base_url 'https://RESOURCE.openai.azure.com' of model endpoint 'default/e' holds a "
         "placeholder: replace it with the name of your Azure resource"},
        {"https://<name>.openai.azure.com", "m", "", "",
         "spec.base_url 'https://<name>.openai.azure.com' of model endpoint 'default/e' holds a "
         "placeholder: replace it with the name of your Azure resource"},
        {"r.openai.azure.com", "m", "", "",
         "spec.base_url 'r.openai.azure.com' of model endpoint 'default/e' is not an http or https URL such "
         "as "
         "https://HOST/v1"},
        {"https://r.openai.azure.com", " ", "", "",
         "model endpoint 'default/e' has no deployment: set spec.default_model to the name of the deployment "
         "in your Azure resource"},
        {"https://r.openai.azure.com/openai/deployments/a", "m", "deployment", "b",
         "options.deployment 'b' of model endpoint 'default/e' and 'a' in its spec.base_url disagree: remove "
         "one of them"},
        {"https://r.openai.azure.com?api-version=2024-06-01", "m", "api_version", "2024-10-21",
         "options.api_version '2024-10-21' of model endpoint 'default/e' and '2024-06-01' in its "
         "spec.base_url disagree: remove one of them"},
        {"https://r.openai.azure.com", "m", "api_version", "2024-10-21&x=1",
         "the API version '2024-10-21&x=1' of model endpoint 'default/e' is not one such as 2024-10-21"},
        {"https://r.openai.azure.com/openai/deployments/a/extensions", "m", "", "",
         "spec.base_url 'https://r.openai.azure.com/openai/deployments/a/extensions' of model endpoint "
         "'default/e' goes on after the deployment's name: write only https://RESOURCE.openai.azure.com, and "
         "the name as options.deployment"},
        {"https://r.openai.azure.com/openai/deployments/a%0ab", "m", "", "",
         "spec.base_url 'https://r.openai.azure.com/openai/deployments/a%0ab' of model endpoint 'default/e' "
         "goes on after the deployment's name: write only https://RESOURCE.openai.azure.com, and the name as "
         "options.deployment"},
        {"https://r.openai.azure.com", "m", "temperature", "3",
         "options.temperature '3' of model endpoint 'default/e' is not a number from 0 to 2, which "
         "azure-openai asks for"},
        {"https://r.openai.azure.com", "m", "organization", "o",
         "options.organization 'o' of model endpoint 'default/e' is an option of openai or "
         "openai-compatible, not of azure-openai"},
    };
    for (const auto& r : table) {
        CAPTURE(r.base);
        Endpoint endpoint = azure(r.base, r.model);
        if (!r.option.empty()) endpoint.options[r.option] = r.value;
        CHECK(row("azure-openai").check(endpoint) == r.problem);
        const Refusal no = refusal(row("azure-openai").build_request(endpoint, captured_chat()));
        CHECK(no.kind == Refusal::Kind::configuration);
        CHECK(no.detail == r.problem);
    }
}

TEST_CASE("azure: how the key is sent") {
    struct {
        std::string key, api_key, bearer;
    } const table[] = {
        {" 0123abcd\n", "0123abcd", ""},
        {"a.b.c", "a.b.c", ""},
        {"eyJhbGciOi.eyJhdWQi.c2ln-_", "", "Bearer eyJhbGciOi.eyJhdWQi.c2ln-_"},
        {"eyJhbGciOi.eyJhdWQi", "eyJhbGciOi.eyJhdWQi", ""},
        {"Bearer token", "", "Bearer token"},
    };
    for (const auto& r : table) {
        CAPTURE(r.key);
        for (const std::string base :
             {"https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1"}) {
            Endpoint endpoint = azure(base);
            endpoint.credential = base::SecretText(r.key);
            const http::Request sent = request(row("azure-openai"), endpoint, captured_chat());
            CHECK(secret_header(sent, "api-key") == r.api_key);
            CHECK(secret_header(sent, "authorization") == r.bearer);
        }
    }
    Endpoint endpoint = azure();
    endpoint.credential = {};
    const Refusal no = refusal(row("azure-openai").build_request(endpoint, captured_chat()));
    CHECK(no.kind == Refusal::Kind::auth);
    CHECK(no.hint ==
          "set spec.auth.secretRef of model endpoint 'default/e' to a Secret that holds the key, or set the "
          "environment variable AZURE_OPENAI_API_KEY");
}

TEST_CASE("azure: the field for the most tokens follows the version") {
    const std::pair<std::string, std::string> table[] = {
        {"", "max_completion_tokens"},           {"2024-06-01", "max_tokens"},
        {"2024-08-01-preview", "max_tokens"},    {"2024-09-01-preview", "max_completion_tokens"},
        {"2025-04-01", "max_completion_tokens"}, {"preview", "max_completion_tokens"},
    };
    for (const auto& [version, field] : table) {
        CAPTURE(version);
        Endpoint endpoint = azure();
        // Deployments hide the model: no rule about OpenAI's models holds.
        endpoint.model = "o3-mini";
        endpoint.options = {{"max_tokens", "100"}, {"temperature", "0.50"}, {"stop", "END"}};
        if (!version.empty()) endpoint.options["api_version"] = version;
        const schema::Tree body = json(request(row("azure-openai"), endpoint, captured_chat()).body);
        CHECK(body.text_of(field) == "100");
        CHECK((body.find("max_tokens") == nullptr) == (field != "max_tokens"));
        CHECK(body.text_of("temperature") == "0.50");
        endpoint.base_url += "/openai/v1";
        CHECK(json(request(row("azure-openai"), endpoint, captured_chat()).body)
                  .text_of("max_completion_tokens") == "100");
    }
}

TEST_CASE("azure: a dated version that the address does not take is told beforehand") {
    Endpoint endpoint = azure();
    CHECK(base_url_notes(row("azure-openai"), endpoint).empty());
    endpoint.base_url = "https://r.openai.azure.com/openai/v1";
    CHECK(base_url_notes(row("azure-openai"), endpoint).empty());
    endpoint.options["api_version"] = "preview";
    CHECK(base_url_notes(row("azure-openai"), endpoint).empty());
    endpoint.options["api_version"] = "2024-10-21";
    CHECK(base_url_notes(row("azure-openai"), endpoint) ==
          std::vector<std::string>{
              "options.api_version of model endpoint 'default/e' is dated, and an address that "
              "ends in /v1 takes no such version"});
    const Refusal no =
        refusal(row("azure-openai")
                    .parse_response(endpoint, captured_chat(),
                                    answer(400, R"({"error":{"message":"API version not allowed"}})")));
    CHECK(no.hint ==
          "remove options.api_version of model endpoint 'default/e': an address that ends in /v1 takes no "
          "dated version");
}

TEST_CASE("azure: refusals and what to do") {
    struct {
        int status;
        std::string body;
        Refusal::Kind kind;
        std::string hint;
    } const table[] = {
        {400,
         R"({"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter",)"
         R"("status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
         Refusal::Kind::content_filter,
         "Azure's content filter refused the prompt: change the input, or the filter of the deployment "
         "behind "
         "model endpoint 'default/e'"},
        {400, R"({"error":{"code":"unsupported_parameter","message":"m","param":"max_tokens"}})",
         Refusal::Kind::bad_request,
         "set options.api_version of model endpoint 'default/e' to 2024-10-21 or later: this model wants the "
         "newer "
         "name of that parameter"},
        {404, R"({"error":{"code":"DeploymentNotFound","message":"The API deployment does not exist."}})",
         Refusal::Kind::missing_model,
         "set spec.default_model of model endpoint 'default/e' to the name of a deployment in that Azure "
         "resource, not of a model: 'gpt-4o-prod' is what was asked for; a new deployment takes some "
         "minutes"},
        {404, R"({"error":{"code":"404","message":"Resource not found"}})", Refusal::Kind::bad_request,
         "check spec.base_url and options.api_version of model endpoint 'default/e': "
         "'https://r.openai.azure.com/openai/deployments/gpt-4o-prod/chat/completions' is where requests go"},
        {401,
         R"({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}})",
         Refusal::Kind::auth,
         "keys belong to one Azure resource and region: check that the key of model endpoint 'default/e' "
         "belongs to 'r.openai.azure.com', or is an Entra token for it"},
        {400, R"({"error":{"code":"unsupported_parameter","message":"m","param":"temperature"}})",
         Refusal::Kind::bad_request, "change or remove options.temperature of model endpoint 'default/e'"},
        {401, "<html><title>Sign in</title></html>", Refusal::Kind::auth,
         "'https://r.openai.azure.com/openai/deployments/gpt-4o-prod/chat/completions' answers with a web "
         "page instead of an API's answer: check spec.base_url of model endpoint 'default/e', and whether a "
         "login page or a proxy is in front of it"},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        Endpoint endpoint = azure();
        endpoint.options["temperature"] = "1";
        const Refusal no =
            refusal(row("azure-openai").parse_response(endpoint, captured_chat(), answer(r.status, r.body)));
        CHECK(no.kind == r.kind);
        CHECK(no.hint == r.hint);
    }
    CHECK(refusal_of(row("azure-openai"), azure(), {http::Failure::Kind::unresolved, "", {}, false}).hint ==
          "check spec.base_url of model endpoint 'default/e': 'r.openai.azure.com' has no address, or this "
          "machine is offline");
}

TEST_CASE("azure: an answer with its filters") {
    const Reply got = reply(
        row("azure-openai")
            .parse_response(
                azure(), captured_chat(),
                answer(
                    200,
                    R"({"prompt_filter_results":[{"prompt_index":0}],"model":"gpt-4o-2024-08-06","choices":[)"
                    R"({"content_filter_results":{},"finish_reason":"content_filter","index":0,)"
                    R"("message":{"role":"assistant","content":"half"}}],)"
                    R"("usage":{"prompt_tokens":3,"completion_tokens":1}})",
                    {{"apim-request-id", "a-1"}})));
    CHECK(text_of(got.message) == "half");
    CHECK(got.finish == Finish::content_filter);
    CHECK(got.request_id == "a-1");
    CHECK(schema::encode(got.usage) == R"({"input":3,"output":1})");
}

} // namespace
} // namespace provider::test
