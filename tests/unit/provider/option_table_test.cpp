#include <doctest/doctest.h>

#include <set>

#include "base/text.hpp"
#include "cases.hpp"
#include "provider/option_table.hpp"
#include "provider/options.hpp"

namespace provider::test {
namespace {

const std::vector<std::string> networks{"openai",  "anthropic", "azure-openai",
                                        "bedrock", "ollama",    "openai-compatible"};

Endpoint endpoint_with(std::string_view provider, const std::string& option, const std::string& value) {
    Endpoint out = endpoint_of(provider, provider == "anthropic" ? "claude-sonnet-4-5" : "gpt-4o");
    if (out.base_url.empty()) out.base_url = "https://host.example";
    out.options[option] = value;
    return out;
}

TEST_CASE("options: every row is whole") {
    std::set<std::string_view> names;
    for (const OptionRow& r : option_rows()) {
        CAPTURE(r.name);
        CHECK(names.insert(r.name).second);
        CHECK(r.doc.ends_with("."));
        CHECK(r.doc.size() < 110);
        CHECK(r.doc.find('\n') == std::string_view::npos);
        CHECK(!words_for(r.type).empty());
        CHECK(find_option(r.name) == &r);
        bool taken = false;
        for (const Provider& p : providers())
            taken = taken || takes(p, r);
        CHECK(taken);
        for (const std::string_view name : r.providers) {
            REQUIRE(find_provider(name) != nullptr);
            CHECK(find_provider(name)->name == name);
            CHECK(takes(*find_provider(name), r));
        }
    }
    CHECK(find_option(" Max_Tokens ") == find_option("max_tokens"));
    CHECK(find_option("max_token") == nullptr);
}

TEST_CASE("options: who takes what") {
    const std::pair<std::string, std::string> table[] = {
        {"max_tokens", "openai anthropic azure-openai bedrock ollama openai-compatible mock "},
        {"max_retries", "openai anthropic azure-openai bedrock ollama openai-compatible mock "},
        {"headers", "openai anthropic azure-openai bedrock ollama openai-compatible "},
        {"ca_bundle", "openai anthropic azure-openai bedrock ollama openai-compatible "},
        {"timeout", "openai anthropic azure-openai bedrock ollama openai-compatible "},
        {"temperature", "openai anthropic azure-openai bedrock ollama openai-compatible "},
        {"seed", "openai azure-openai ollama openai-compatible "},
        {"num_ctx", "ollama "},
        {"region", "bedrock "},
        {"service", "openai-compatible "},
        {"script", "mock "},
    };
    for (const auto& [name, expected] : table) {
        std::string found;
        for (const Provider& p : providers())
            if (takes(p, *find_option(name))) found += std::string(p.name) + " ";
        CHECK(found == expected);
    }
}

TEST_CASE("options: the table's defaults are those that hold") {
    const http::Timeouts none;
    const std::pair<std::string, base::Duration> times[] = {{"connect_timeout", none.connect},
                                                            {"first_byte_timeout", none.first_byte},
                                                            {"idle_timeout", none.idle},
                                                            {"timeout", none.total}};
    for (const auto& [name, expected] : times)
        CHECK(base::parse_duration(find_option(name)->default_value) == expected);
    const Endpoint ollama = endpoint_of("ollama");
    CHECK(json(request(row("ollama"), ollama, captured_chat()).body).find("options")->text_of("num_ctx") ==
          find_option("num_ctx")->default_value);
    CHECK(header(request(row("anthropic"), endpoint_of("anthropic"), captured_chat()), "anthropic-version") ==
          find_option("anthropic_version")->default_value);
    CHECK(timeouts_of(ollama).first_byte >= base::seconds(300)); // a cold model is loaded first
}

TEST_CASE("options: a value is in the request as it was written") {
    struct {
        std::string option, value, provider, path, expected;
    } const table[] = {
        {"max_tokens", "100", "openai", "max_completion_tokens", "100"},
        {"max_tokens", "100", "openai-compatible", "max_tokens", "100"},
        {"max_tokens", "100", "anthropic", "max_tokens", "100"},
        {"max_tokens", "100", "ollama", "options.num_predict", "100"},
        {"max_tokens", "100", "bedrock", "inferenceConfig.maxTokens", "100"},
        {"temperature", "0.70", "bedrock", "inferenceConfig.temperature", "0.70"},
        {"top_p", "1e-1", "bedrock", "inferenceConfig.topP", "1e-1"},
        {"temperature", "0.70", "openai", "temperature", "0.70"},
        {"temperature", "0.70", "anthropic", "temperature", "0.70"},
        {"temperature", "7.0", "openai-compatible", "temperature", "7.0"},
        {"temperature", "0.70", "ollama", "options.temperature", "0.70"},
        {"top_p", "1e-1", "azure-openai", "top_p", "1e-1"},
        {"top_k", "40", "anthropic", "top_k", "40"},
        {"top_k", "40", "ollama", "options.top_k", "40"},
        {"repeat_penalty", "1.10", "ollama", "options.repeat_penalty", "1.10"},
        {"seed", "-7", "openai", "seed", "-7"},
        {"seed", "7", "ollama", "options.seed", "7"},
        {"reasoning_effort", "low", "azure-openai", "reasoning_effort", "low"},
        {"think", "high", "ollama", "think", "high"},
        {"parallel_tool_calls", "False", "openai-compatible", "parallel_tool_calls", "false"},
        {"num_ctx", "16384", "ollama", "options.num_ctx", "16384"},
        {"keep_alive", "10m", "ollama", "keep_alive", "10m"},
        {"deployment", "d-1", "azure-openai", "model", "d-1"},
    };
    for (const auto& r : table) {
        CAPTURE(r.option);
        CAPTURE(r.provider);
        const http::Request sent =
            request(row(r.provider), endpoint_with(r.provider, r.option, r.value), captured_tools_turn1());
        const schema::Tree tree = json(sent.body);
        const schema::Tree* place = &tree;
        for (const std::string_view key : base::split(r.path, '.')) {
            place = place->find(key);
            REQUIRE(place != nullptr);
        }
        CHECK(place->text == r.expected);
    }
}

TEST_CASE("options: a value that is wrong for its type is a problem") {
    struct {
        std::string provider, option, value, problem;
    } const table[] = {
        {"openai", "max_tokens", "abc", "is not a whole number of at least 1"},
        {"anthropic", "top_k", "0", "is not a whole number of at least 1"},
        {"openai", "max_retries", "-1", "is not a whole number of at least 0"},
        {"ollama", "max_concurrency", "many", "is not a whole number of at least 0"},
        {"openai", "seed", "1.5", "is not a whole number"},
        {"openai-compatible", "temperature", "warm", "is not a number"},
        {"ollama", "repeat_penalty", "x", "is not a number"},
        {"openai", "parallel_tool_calls", "maybe", "is neither true nor false"},
        {"ollama", "allow_remote", "yes", "is neither true nor false"},
        {"openai-compatible", "stop", "[1]", "is a list that does not hold only texts"},
        {"openai", "project", "a\nb", "holds a line break or NUL, which no header can"},
        {"bedrock", "region", "frankfurt", "is not an AWS region such as eu-central-1"},
        {"bedrock", "max_tokens", "0", "is not a whole number of at least 1"},
        {"anthropic", "timeout", "soon", "is not a duration above zero, such as 30s or 5m"},
        {"openai", "connect_timeout", "0", "is not a duration above zero, such as 30s or 5m"},
        {"azure-openai", "idle_timeout", "-5s", "is not a duration above zero, such as 30s or 5m"},
        {"ollama", "first_byte_timeout", "30", "is not a duration above zero, such as 30s or 5m"},
    };
    for (const auto& r : table) {
        CAPTURE(r.option);
        const Endpoint endpoint = endpoint_with(r.provider, r.option, r.value);
        const std::string expected = base::format("options.{} '{}' of model endpoint 'default/e' {}",
                                                  r.option, base::visible(r.value), r.problem);
        CHECK(row(r.provider).check(endpoint) == expected);
        const Refusal no = refusal(row(r.provider).build_request(endpoint, captured_chat()));
        CHECK(no.kind == Refusal::Kind::configuration);
        CHECK(no.detail == expected);
    }
}

TEST_CASE("options: what another provider takes is refused, what nobody knows is not") {
    struct {
        std::string provider, option, problem;
    } const table[] = {
        {"openai", "num_ctx", "is an option of ollama, not of openai"},
        {"openai", "top_k", "is an option of anthropic, bedrock, or ollama, not of openai"},
        {"anthropic", "seed",
         "is an option of openai, azure-openai, ollama, or openai-compatible, not of anthropic"},
        {"ollama", "service", "is an option of openai-compatible, not of ollama"},
        {"bedrock", "api_version", "is an option of azure-openai, not of bedrock"},
        {"openai-compatible", "usage", "is an option of mock, not of openai-compatible"},
    };
    for (const auto& r : table) {
        CAPTURE(r.option);
        const Endpoint endpoint = endpoint_with(r.provider, r.option, "1");
        CHECK(row(r.provider).check(endpoint) ==
              base::format("options.{} '1' of model endpoint 'default/e' {}", r.option, r.problem));
        CHECK(refusal(row(r.provider).build_request(endpoint, captured_chat())).kind ==
              Refusal::Kind::configuration);
    }
    for (const std::string& name : networks)
        CHECK(row(name).check(endpoint_with(name, "max_token", "x")) == "");
    CHECK(row("mock").check(endpoint_with("mock", "num_ctx", "x")) == ""); // nothing is sent
}

TEST_CASE("options: how long to wait") {
    struct {
        std::map<std::string, std::string> options;
        std::int64_t connect, first_byte, idle, total; // milliseconds
    } const table[] = {
        {{}, 5000, 600'000, 120'000, 900'000},
        {{{"connect_timeout", "1.5s"}, {"idle_timeout", "10s"}}, 1500, 600'000, 10'000, 900'000},
        {{{"first_byte_timeout", "30m"}}, 5000, 1'800'000, 120'000, 1'800'000},
        {{{"first_byte_timeout", "30m"}, {"timeout", "1m"}}, 5000, 1'800'000, 120'000, 60'000},
        {{{"timeout", "90s"}}, 5000, 600'000, 120'000, 90'000},
    };
    for (const auto& r : table) {
        for (const std::string& name : networks) {
            Endpoint endpoint = endpoint_with(name, "temperature", "");
            endpoint.options = r.options;
            const http::Timeouts got = request(row(name), endpoint, captured_chat()).timeouts;
            CHECK(got.connect.ms() == r.connect);
            CHECK(got.first_byte.ms() == r.first_byte);
            CHECK(got.idle.ms() == r.idle);
            CHECK(got.total.ms() == r.total);
        }
    }
}

TEST_CASE("headers: added to every request") {
    for (const std::string& name : networks) {
        CAPTURE(name);
        for (const std::string value : {R"({"HTTP-Referer":"https://example.com", "X-Title": " a:b "})",
                                        "HTTP-Referer: https://example.com\r\n\n  X-Title :  a:b \n"}) {
            const http::Request sent =
                request(row(name), endpoint_with(name, "headers", value), captured_chat());
            CHECK(header(sent, "HTTP-Referer") == "https://example.com");
            CHECK(header(sent, "X-Title") == "a:b");
        }
    }
    CHECK(row("openai").check(endpoint_with("openai", "headers", "{}")) == "");
}

TEST_CASE("headers: what cannot be sent is refused, and no value is shown") {
    const std::string key = ": a key belongs into spec.auth.secretRef";
    const std::string ours = ": orloj sets it itself";
    struct {
        std::string value, problem;
    } const table[] = {
        {R"({"Authorization":"Bearer t0ken"})", "must not hold 'Authorization'" + key},
        {R"({"api-key":"t0ken"})", "must not hold 'api-key'" + key},
        {"X-Api-Key: t0ken", "must not hold 'X-Api-Key'" + key},
        {"Proxy-Authorization: t0ken", "must not hold 'Proxy-Authorization'" + key},
        {"Cookie: t0ken", "must not hold 'Cookie'" + key},
        {"X-Amz-Date: t0ken", "must not hold 'X-Amz-Date'" + ours},
        {"Host: t0ken", "must not hold 'Host'" + ours},
        {"content-type: t0ken", "must not hold 'content-type'" + ours},
        {"Content-Length: 0", "must not hold 'Content-Length'" + ours},
        {"Transfer-Encoding: chunked", "must not hold 'Transfer-Encoding'" + ours},
        {"Connection: close", "must not hold 'Connection'" + ours},
        {"anthropic-version: 1", "must not hold 'anthropic-version': set options.anthropic_version instead"},
        {"Anthropic-Beta: 1", "must not hold 'Anthropic-Beta': set options.anthropic_beta instead"},
        {"OpenAI-Project: 1", "must not hold 'OpenAI-Project': set options.project instead"},
        {R"({"X":"t0ken\r\nY: z"})", "holds a line break or another control character in 'X'"},
        {R"({"X":"t0ken\u0000"})", "holds a line break or another control character in 'X'"},
        {R"({"X":1})", "holds 'X', whose value is not a text"},
        {R"({"X":""})", "holds 'X' without a value"},
        {R"({"a b":"t0ken"})", "holds 'a b', which is no name of a header"},
        {": t0ken", "holds '', which is no name of a header"},
        {R"({"X":"t0ken","x":"u"})", "holds 'x' twice"},
        {"t0ken", R"(is neither a JSON object nor lines of the form "Name: value")"},
        {R"({"X":"t0ken")", "is not a JSON object of names and texts"},
    };
    for (const auto& r : table) {
        CAPTURE(r.value);
        const Endpoint endpoint = endpoint_with("openai-compatible", "headers", r.value);
        CHECK(row("openai-compatible").check(endpoint) ==
              "options.headers of model endpoint 'default/e' " + r.problem);
    }
}

} // namespace
} // namespace provider::test
