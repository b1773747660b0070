#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"

namespace provider::test {
namespace {

TEST_CASE("providers: found by name and alias in any case") {
    const std::pair<std::string, std::string> table[] = {
        {"", "openai"},
        {"openai", "openai"},
        {" OpenAI ", "openai"},
        {"anthropic", "anthropic"},
        {"azure", "azure-openai"},
        {"Azure_OpenAI", "azure-openai"},
        {"azure-openai", "azure-openai"},
        {"bedrock", "bedrock"},
        {"aws-bedrock", "bedrock"},
        {"aws_bedrock", "bedrock"},
        {"ollama", "ollama"},
        {"openai_compatible", "openai-compatible"},
        {"openai-compatible", "openai-compatible"},
        {"MOCK", "mock"},
    };
    for (const auto& [name, found] : table)
        CHECK(row(name).name == found);
    CHECK(find_provider("vertex") == nullptr);
}

TEST_CASE("providers: every row is whole") {
    std::string names;
    for (const Provider& p : providers()) {
        CAPTURE(p.name);
        names += std::string(p.name) + " ";
        CHECK(!p.doc.empty());
        CHECK((p.check != nullptr));
        CHECK((p.build_request == nullptr) == (p.answer != nullptr));
        CHECK((p.parse_response == nullptr) == (p.answer != nullptr));
        CHECK(p.key_variable.empty() == p.own_hosts.empty());
        CHECK((p.aws_service == "bedrock") == (p.name == "bedrock"));
        CHECK(p.allow_private == (p.name == "ollama"));
        CHECK((p.key == KeyNeed::required) ==
              (p.name == "openai" || p.name == "anthropic" || p.name == "azure-openai"));
    }
    CHECK(names == "openai anthropic azure-openai bedrock ollama openai-compatible mock ");
    CHECK(row("ollama").default_base_url == "http://127.0.0.1:11434");
    CHECK(row("mock").key == KeyNeed::never);
}

TEST_CASE("providers: base URLs are checked without a network") {
    struct {
        std::string provider, base_url, problem;
    } const table[] = {
        {"openai", "", ""},
        {"bedrock", "", ""},
        {"ollama", "", ""},
        {"azure-openai", " ",
         "spec.base_url of model endpoint 'default/e' is required for azure-openai: write the address of "
         "your "
         "Azure resource, base_url: https://RESOURCE.openai.azure.com"},
        {"openai-compatible", "",
         "spec.base_url of model endpoint 'default/e' is required for openai-compatible: write the address "
         "of the service, such as base_url: https://api.groq.com/openai/v1"},
        {"openai-compatible", "localhost:1234",
         "spec.base_url 'localhost:1234' of model endpoint 'default/e' is not an http or https URL such as "
         "https://HOST/v1"},
        {"anthropic", "ftp://h",
         "spec.base_url 'ftp://h' of model endpoint 'default/e' is not an http or https URL such as "
         "https://HOST/v1"},
        {"openai", "https://me:pw@h/v1",
         "spec.base_url of model endpoint 'default/e' must not hold a user name or password"},
    };
    for (const auto& r : table) {
        Endpoint endpoint = endpoint_of(r.provider);
        endpoint.base_url = r.base_url;
        CHECK(row(r.provider).check(endpoint) == r.problem);
    }
}

TEST_CASE("providers: whose host a URL is") {
    struct {
        std::string provider, url;
        bool own;
    } const table[] = {
        {"openai", "https://api.openai.com/v1", true},
        {"openai", "https://eu.api.openai.com/v1", true},
        {"openai", "HTTPS://API.OPENAI.COM/v1", true},
        {"openai", "http://api.openai.com/v1", false}, // in clear text
        {"openai", "https://notapi.openai.com/v1", false},
        {"openai", "https://api.openai.com.evil.example/v1", false},
        {"openai", "http://127.0.0.1/v1", false},
        {"anthropic", "https://api.anthropic.com", true},
        {"anthropic", "https://x.api.anthropic.com", false},
        {"azure-openai", "https://r.openai.azure.com", true},
        {"azure-openai", "https://r.services.ai.azure.com/openai/v1", true},
        {"azure-openai", "https://services.ai.azure.com.evil.example", false},
        {"ollama", "ollama.com", true},
        {"ollama", "http://ollama.com", false},
        {"ollama", "ollama.com.evil.example", false},
        {"openai-compatible", "https://api.openai.com/v1", false},
        {"mock", "https://api.openai.com/v1", false},
    };
    for (const auto& r : table) {
        CAPTURE(r.url);
        CHECK(is_own_host(row(r.provider), r.url) == r.own);
    }
}

TEST_CASE("providers: where requests go, in every spelling of the URL") {
    struct {
        std::string provider, base_url, service, host;
    } const table[] = {
        {"openai", "https://h/v1?key=k", "", "h"},
        {"ollama", "evil.example:8080", "", "evil.example:8080"},
        {"ollama", "0.0.0.0", "", "127.0.0.1:11434"},
        {"openai-compatible", "", "groq", "api.groq.com"},
        {"openai-compatible", "", "", ""},
        {"azure-openai", "https://r.openai.azure.com", "", "r.openai.azure.com"},
        {"mock", "https://h", "", ""},
    };
    for (const auto& r : table) {
        CAPTURE(r.provider);
        CAPTURE(r.base_url);
        Endpoint endpoint = endpoint_of(r.provider);
        endpoint.base_url = r.base_url;
        if (!r.service.empty()) endpoint.options["service"] = r.service;
        const auto url = destination(row(r.provider), endpoint);
        CHECK((url ? url->authority() : "") == r.host);
        if (url) CHECK(url->query.empty());
    }
}

TEST_CASE("providers: what of a configuration may be a secret") {
    Endpoint endpoint = endpoint_of("openai");
    endpoint.base_url = "https://h/v1?api-version=2024-10-21&key=k-1&x=";
    endpoint.options["headers"] = R"({"X-Tenant":"t-1"})";
    CHECK(plain_secrets(endpoint) == std::vector<std::string>{"t-1", "k-1", ""});
}

} // namespace
} // namespace provider::test

TEST_CASE("credentials of the machine go to Bedrock's own hosts alone") {
    const auto& row = *provider::find_provider("bedrock");
    for (const char* own : {"https://bedrock-runtime.us-east-1.amazonaws.com",
                            "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/",
                            "https://vpce-0a1b-xyz.bedrock-runtime.eu-central-1.vpce.amazonaws.com",
                            "https://bedrock-runtime.us-east-1.api.aws",
                            "https://bedrock-runtime.cn-north-1.amazonaws.com.cn:443/x"}) {
        CAPTURE(own);
        CHECK(provider::is_own_host(row, own));
    }
    for (const char* other :
         {"http://bedrock-runtime.us-east-1.amazonaws.com",
          "https://bedrock-runtime.us-east-1.s3.amazonaws.com",
          "https://bedrock-runtime.us-east-1.amazonaws.com.evil.example",
          "https://evil.us-east-1.elb.amazonaws.com",
          "https://bedrock-runtime.us-east-1.vpce.evil.amazonaws.com",
          "https://bedrock-runtime.evil.amazonaws.com", "https://xbedrock-runtime.us-east-1.amazonaws.com",
          "https://amazonaws.com", "https://127.0.0.1", "",
          "https://s3.bedrock-runtime.us-east-1.s3-website.amazonaws.com"}) {
        CAPTURE(other);
        CHECK_FALSE(provider::is_own_host(row, other));
    }
}
