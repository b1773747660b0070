#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"
#include "provider/listing.hpp"

namespace provider::test {
namespace {

constexpr std::string_view key = "sk-none-0123456789";

Endpoint at(std::string_view provider, std::string base_url = {}, std::string model = "m") {
    Endpoint out = endpoint_of(provider, std::move(model));
    if (!base_url.empty()) out.base_url = std::move(base_url);
    out.credential = base::SecretText(key);
    return out;
}

/// "GET url", one a line.
std::string urls(const Survey& survey) {
    std::string out;
    for (const Question& question : survey.questions)
        out += question.request.method + " " + question.request.url + "\n";
    return out;
}

ModelList list_of(std::initializer_list<const char*> names) {
    ModelList out;
    for (const char* name : names) {
        Model model;
        model.id = name;
        out.models.push_back(model);
    }
    return out;
}

Findings found(Listed models) {
    Findings out;
    out.models = std::move(models);
    return out;
}

/// "readiness: sentence | hint", with a mark in front when a call would fail.
std::string text(const Verdict& verdict) {
    std::string out = verdict.fails ? "!" : "";
    out += std::string(schema::name_of(verdict.readiness)) + ": " + verdict.sentence;
    return verdict.hint.empty() ? out : out + " | " + verdict.hint;
}

std::string verdict(std::string_view provider, const Endpoint& endpoint, const http::Response& response) {
    return text(judge(row(provider), endpoint, found(read_models(row(provider), endpoint, response))));
}

/// "id context output size modified capabilities remote_host", a line each.
std::string table(const Listed& listed) {
    if (listed.refusal() != nullptr) return "refused: " + listed.refusal()->detail;
    std::string out;
    const auto number = [](const std::optional<std::int64_t>& n) { return n ? std::to_string(*n) : "-"; };
    for (const Model& m : listed.list()->models)
        out += base::format("{} {} {} {} {} {} {}\n", m.id, number(m.context), number(m.output),
                            number(m.size), m.modified.empty() ? "-" : m.modified,
                            m.capabilities.empty() ? "-" : base::join(m.capabilities, ","),
                            m.remote_host.empty() ? "-" : m.remote_host);
    return out;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find(" | "));
}

TEST_CASE("listing: what is asked, and where") {
    const struct {
        std::string provider, base, urls;
    } rows[] = {
        {"openai", "", "GET https://api.openai.com/v1/models\n"},
        {"openai", "https://eu.api.openai.com/v1/chat/completions",
         "GET https://eu.api.openai.com/v1/models\n"},
        {"openai", "https://gate.example/v1/?token=t", "GET https://gate.example/v1/models?token=t\n"},
        {"azure-openai", "https://r.openai.azure.com",
         "GET https://r.openai.azure.com/openai/models?api-version=2024-10-21\n"},
        {"azure-openai",
         "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-06-01",
         "GET https://r.openai.azure.com/openai/models?api-version=2024-06-01\n"},
        {"azure-openai", "https://gate.example/team/openai?k=1",
         "GET https://gate.example/team/openai/models?api-version=2024-10-21&k=1\n"},
        {"azure-openai", "https://r.openai.azure.com/openai/v1",
         "GET https://r.openai.azure.com/openai/v1/models\n"},
        {"anthropic", "", "GET https://api.anthropic.com/v1/models?limit=1000\n"},
        {"anthropic", "https://api.anthropic.com", "GET https://api.anthropic.com/v1/models?limit=1000\n"},
        {"ollama", "",
         "GET http://127.0.0.1:11434/api/tags\nGET http://127.0.0.1:11434/api/version\n"
         "GET http://127.0.0.1:11434/api/ps\n"},
        {"ollama", "gpu-box/v1",
         "GET http://gpu-box:11434/api/tags\nGET http://gpu-box:11434/api/version\n"
         "GET http://gpu-box:11434/api/ps\n"},
        {"openai-compatible", "https://api.groq.com/openai/v1",
         "GET https://api.groq.com/openai/v1/models\n"},
        {"openai-compatible", "https://openrouter.ai/api/v1",
         "GET https://openrouter.ai/api/v1/models\nGET https://openrouter.ai/api/v1/key\n"},
        {"openai-compatible", "https://generativelanguage.googleapis.com/v1beta/openai",
         "GET https://generativelanguage.googleapis.com/v1beta/openai/models\n"},
        {"mock", "", ""},
    };
    for (const auto& r : rows) {
        CAPTURE(r.provider);
        CAPTURE(r.base);
        const Survey survey = survey_of(row(r.provider), at(r.provider, r.base));
        CHECK_FALSE(survey.refusal);
        CHECK(urls(survey) == r.urls);
        for (const Question& question : survey.questions) {
            CHECK(question.request.body.empty());
            CHECK_FALSE(question.request.stream);
            CHECK(header(question.request, "content-type") == "");
            CHECK(header(question.request, "accept") == "application/json");
            CHECK(question.request.timeouts.total == base::seconds(3));
        }
    }
}

TEST_CASE("listing: the key, the headers and the reach are those of a run") {
    const struct {
        std::string provider, base, header, value;
    } rows[] = {
        {"openai", "", "authorization", "Bearer "},
        {"azure-openai", "https://r.openai.azure.com", "api-key", ""},
        {"anthropic", "", "x-api-key", ""},
        {"ollama", "", "authorization", "Bearer "},
        {"openai-compatible", "https://api.x.ai/v1", "authorization", "Bearer "},
    };
    for (const auto& r : rows) {
        CAPTURE(r.provider);
        Endpoint endpoint = at(r.provider, r.base);
        endpoint.stream = true;
        endpoint.allow_private = true;
        endpoint.options["headers"] = R"({"X-Team":"a"})";
        const Survey survey = survey_of(row(r.provider), endpoint);
        REQUIRE_FALSE(survey.questions.empty());
        const http::Request& request = survey.questions.front().request;
        CHECK(secret_header(request, r.header) == r.value + std::string(key));
        CHECK(header(request, "X-Team") == "a");
        CHECK(request.reach == http::Reach::private_also);
    }
    Endpoint account = at("openai");
    account.options["organization"] = "org-1";
    CHECK(header(survey_of(row("openai"), account).questions.front().request, "OpenAI-Organization") ==
          "org-1");
    CHECK(header(survey_of(row("anthropic"), at("anthropic")).questions.front().request,
                 "anthropic-version") == "2023-06-01");
}

TEST_CASE("listing: what cannot be asked says why") {
    Endpoint keyless = at("openai");
    keyless.credential = {};
    const struct {
        std::string provider;
        Endpoint endpoint;
        std::string verdict;
    } rows[] = {
        {"openai", keyless, "!unauthorized: model endpoint 'default/e' requires auth.secretRef"},
        {"openai", at("openai", "https://YOUR_RESOURCE/v1"),
         "!misconfigured: spec.base_url 'https://YOUR_RESOURCE/v1' of model endpoint 'default/e' holds a "
         "placeholder: replace it with the name of your own"},
        {"bedrock", at("bedrock"), "!misconfigured: no AWS region is known for model endpoint 'default/e'"},
        {"ollama", at("ollama", "", "gpt-oss:120b-cloud"),
         "!misconfigured: model 'gpt-oss:120b-cloud' of model endpoint 'default/e' runs at ollama.com and "
         "not "
         "where Ollama is: set options.allow_remote to \"true\" to send it there, or choose a local model"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.provider);
        Endpoint endpoint = r.endpoint;
        const Survey survey = survey_of(row(r.provider), endpoint);
        REQUIRE(survey.refusal);
        CHECK(first_line(base::replace_all(text(verdict_of(*survey.refusal)), endpoint.name, "default/e")) ==
              r.verdict);
        CHECK(survey.questions.empty());
    }
}

TEST_CASE("listing: the lists that services give") {
    const struct {
        std::string provider, base, body, models;
    } rows[] = {
        {"openai", "",
         R"({"object":"list","data":[{"id":"gpt-4o","object":"model","created":1,"owned_by":"x"}]})",
         "gpt-4o - - - - - -\n"},
        {"openai", "", R"({"data":[]})", ""},
        {"openai-compatible", "https://api.together.xyz/v1",
         R"([{"id":"a","context_length":8192},{"id":"b"}])", "a 8192 - - - - -\nb - - - - - -\n"},
        {"openai-compatible", "http://h/v1", R"({"models":[{"name":"n"},"plain",{"id":""},7]})",
         "n - - - - - -\nplain - - - - - -\n"},
        {"openai-compatible", "http://h/v1", R"({"data":[{"id":"v","max_model_len":32768}]})",
         "v 32768 - - - - -\n"},
        {"openai-compatible", "https://generativelanguage.googleapis.com/v1beta/openai",
         R"({"data":[{"id":"models/gemini-3-pro"}]})", "gemini-3-pro - - - - - -\n"},
        {"openai-compatible", "http://h/v1", R"({"data":[{"id":"models/local"}]})",
         "models/local - - - - - -\n"},
        {"openai-compatible", "https://openrouter.ai/api/v1",
         R"({"data":[{"id":"x/y","context_length":200000,"top_provider":{"max_completion_tokens":64000}}]})",
         "x/y 200000 64000 - - - -\n"},
        {"openai-compatible", "https://api.groq.com/openai/v1",
         R"({"data":[{"id":"g","context_window":131072,"max_completion_tokens":32768}]})",
         "g 131072 32768 - - - -\n"},
        {"openai-compatible", "http://h/v1",
         R"({"data":[{"id":"l","meta":{"n_ctx_train":4096,"size":123},"max_model_len":"many"}]})",
         "l 4096 - 123 - - -\n"},
        {"azure-openai", "https://r.openai.azure.com",
         R"({"data":[{"id":"a","capabilities":{"inference":true,"fine_tune":false}}]})",
         "a - - - - inference -\n"},
        {"anthropic", "",
         R"({"data":[{"type":"model","id":"c","created_at":"2025-01-01T00:00:00Z","max_input_tokens":200000,)"
         R"("max_tokens":64000,"capabilities":{"batch":{"supported":true},"x":{"supported":false}}}],"has_more":false})",
         "c 200000 64000 - 2025-01-01T00:00:00Z batch -\n"},
        {"ollama", "",
         R"({"models":[{"name":"a:latest","size":5,"modified_at":"t","capabilities":["tools"],"details":{}},)"
         R"({"model":"b:1","remote_model":"b","remote_host":"https://ollama.com:443"},{"name":""}]})",
         "a:latest - - 5 t tools -\nb:1 - - - - - https://ollama.com:443\n"},
        {"openai", "", "not JSON",
         "refused: answers, but not with a list of models: that is no openai endpoint"},
        {"openai", "", R"({"data":"none"})",
         "refused: answers, but not with a list of models: that is no openai endpoint"},
        {"openai-compatible", "http://h/v1", R"({"object":"list"})",
         "refused: answers, but not with a list of models: that is no openai-compatible endpoint"},
        {"openai-compatible", "http://h/v1", R"([{"error":{"code":401,"message":"no"}}])", "refused: no"},
        {"anthropic", "", "[]",
         "refused: answers, but not with a list of models: that is no anthropic endpoint"},
        {"ollama", "", R"({"models":{}})",
         "refused: answers, but not with a list of models: that is no ollama endpoint"},
        {"ollama", "", "Ollama is running",
         "refused: answers, but not with a list of models: that is no ollama endpoint"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.provider);
        CAPTURE(r.body);
        CHECK(table(read_models(row(r.provider), at(r.provider, r.base), answer(200, r.body))) == r.models);
    }
}

TEST_CASE("listing: pages of Anthropic's list") {
    const Endpoint endpoint = at("anthropic");
    const http::Request first = survey_of(row("anthropic"), endpoint).questions.front().request;
    const auto page = [&](std::string body) {
        return *read_models(row("anthropic"), endpoint, answer(200, std::move(body))).list();
    };
    const auto next = next_page(first, page(R"({"data":[{"id":"a"}],"has_more":true,"last_id":"a b"})"));
    REQUIRE(next);
    CHECK(next->url == "https://api.anthropic.com/v1/models?limit=1000&after_id=a%20b");
    CHECK(secret_header(*next, "x-api-key") == key);
    CHECK_FALSE(next_page(first, page(R"({"data":[{"id":"a"}],"has_more":false,"last_id":"a"})")));
    CHECK_FALSE(next_page(first, page(R"({"data":[],"has_more":true,"last_id":null})")));
}

TEST_CASE("listing: what an answer means for every provider") {
    const std::string html = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
    const std::string wrong = R"({"error":{"message":"Incorrect API key","code":"invalid_api_key"}})";
    const struct {
        std::string provider, base;
        int status;
        std::string body, verdict;
    } rows[] = {
        {"openai", "", 200, R"({"data":[{"id":"m"},{"id":"n"}]})", "ready: lists 2 models, 'm' among them"},
        {"openai", "", 200, R"({"data":[{"id":"mm"}]})",
         "degraded: lists 1 model, and 'm' is not among them"},
        {"openai", "", 200, R"({"data":[]})", "degraded: lists no models, and 'm' is not among them"},
        {"openai", "", 401, wrong, "!unauthorized: answers 401: Incorrect API key"},
        {"openai", "", 403, R"({"error":{"message":"insufficient permissions"}})",
         "unknown: answers 403 where models are listed: the key may be restricted and still be good for "
         "calls"},
        {"openai", "", 404, R"({"error":{"message":"Invalid URL"}})",
         "!misconfigured: answers 404: Invalid URL"},
        {"openai", "https://gate.example/v1", 404, R"({"error":{"message":"Invalid URL"}})",
         "unknown: answers 404 where models are listed: not every server has such a list"},
        {"openai", "", 429, R"({"error":{"message":"slow"}})", "unknown: answers 429: slow"},
        {"openai", "", 402, R"({"error":{"message":"pay"}})", "!unauthorized: answers 402: pay"},
        {"openai", "", 500, R"({"error":{"message":"oops"}})", "!unreachable: answers 500: oops"},
        {"openai", "", 200, html, "!misconfigured: answers 200: Sign in (an HTML page)"},
        {"openai", "", 403, html, "!misconfigured: answers 403: Sign in (an HTML page)"},
        {"openai", "", 503, html, "!unreachable: answers 503: Sign in (an HTML page)"},
        {"openai-compatible", "http://h/v1", 404, html,
         "!misconfigured: answers 404: Sign in (an HTML page)"},
        {"openai-compatible", "http://h/v1", 404, "404 page not found",
         "unknown: answers 404 where models are listed: not every server has such a list"},
        {"openai-compatible", "http://h/v1", 405, "",
         "unknown: answers 405 where models are listed: not every "
         "server has such a list"},
        {"openai-compatible", "https://api.groq.com", 404, R"({"error":{"message":"Unknown request URL"}})",
         "!misconfigured: answers 404: Unknown request URL"},
        {"openai-compatible", "http://h:1234", 200,
         R"j({"error":"Unexpected endpoint or method. (GET /models)"})j",
         "!misconfigured: answers 200: Unexpected endpoint or method. (GET /models)"},
        {"openai-compatible", "http://h/v1", 401, wrong, "!unauthorized: answers 401: Incorrect API key"},
        {"openai-compatible", "https://generativelanguage.googleapis.com/v1beta/openai", 400,
         R"([{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT",)"
         R"("details":[{"reason":"API_KEY_INVALID"}]}}])",
         "!unauthorized: answers 400: API key not valid"},
        {"openai-compatible", "https://api.perplexity.ai", 404, "",
         "unknown: answers, and Perplexity has no list that could be trusted"},
        {"openai-compatible", "https://api.perplexity.ai", 401, wrong,
         "!unauthorized: answers 401: Incorrect API key"},
        {"openai-compatible", "https://api.fireworks.ai/inference/v1", 200, R"({"data":[{"id":"other"}]})",
         "ready: answers; its list is not of every model, and 'm' is not in it"},
        {"openai-compatible", "https://openrouter.ai/api/v1", 200, R"({"data":[{"id":"m"}]})",
         "ready: lists 1 model, 'm' among them"},
        {"azure-openai", "https://r.openai.azure.com", 200, R"({"data":[]})",
         "ready: takes the key; whether the deployment answers, only a call can tell"},
        {"azure-openai", "https://r.openai.azure.com", 401,
         R"({"error":{"code":"401","message":"Access denied"}})",
         "!unauthorized: answers 401: Access denied"},
        {"azure-openai", "https://r.openai.azure.com", 404,
         R"({"error":{"code":"404","message":"Resource not found"}})",
         "!misconfigured: answers 404: Resource not found"},
        {"anthropic", "", 200, R"({"data":[{"id":"m"}]})", "ready: lists 1 model, 'm' among them"},
        {"anthropic", "", 401,
         R"({"type":"error","error":{"type":"authentication_error","message":"invalid"}})",
         "!unauthorized: answers 401: invalid"},
        {"ollama", "", 200, R"({"models":[{"name":"M:latest"}]})", "ready: Ollama has 'm'"},
        {"ollama", "", 200, R"({"models":[{"name":"m:8b"}]})", "!degraded: Ollama has no model 'm'"},
        {"ollama", "", 200, R"({"models":[{"name":"m:latest","remote_host":"https://ollama.com:443"}]})",
         "!degraded: Ollama has 'm', which runs at https://ollama.com:443 and not on this machine"},
        {"ollama", "", 404, "404 page not found", "!misconfigured: answers 404: 404 page not found"},
        {"ollama", "", 401, R"({"error":"unauthorized"})", "!unauthorized: answers 401: unauthorized"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.provider);
        CAPTURE(r.status);
        CAPTURE(r.body);
        const std::string said = verdict(r.provider, at(r.provider, r.base), answer(r.status, r.body));
        CHECK(first_line(said) == r.verdict);
        CHECK(said.find(key) == std::string::npos);
    }
}

TEST_CASE("listing: no answer at all") {
    using Kind = http::Failure::Kind;
    const std::pair<Kind, Readiness> rows[] = {
        {Kind::unresolved, Readiness::unreachable},    {Kind::refused, Readiness::unreachable},
        {Kind::unreachable, Readiness::unreachable},   {Kind::forbidden, Readiness::misconfigured},
        {Kind::tls, Readiness::unreachable},           {Kind::connect_timeout, Readiness::unreachable},
        {Kind::timeout, Readiness::unreachable},       {Kind::broken, Readiness::unreachable},
        {Kind::too_large, Readiness::misconfigured},   {Kind::protocol, Readiness::misconfigured},
        {Kind::unavailable, Readiness::misconfigured},
    };
    for (const Provider& provider : providers()) {
        if (provider.judge == nullptr) continue;
        const Endpoint endpoint = at(provider.name, "https://h/v1");
        for (const auto& [kind, readiness] : rows) {
            http::Failure failure;
            failure.kind = kind;
            failure.detail = "no answer";
            const Verdict out = judge(provider, endpoint, found({refusal_of(provider, endpoint, failure)}));
            CHECK(out.readiness == readiness);
            CHECK(out.sentence == "no answer");
            CHECK(out.fails);
        }
    }
    const Verdict dead =
        judge(row("ollama"), at("ollama"), found({refusal_of(row("ollama"), at("ollama"), [] {
                  http::Failure failure;
                  failure.kind = http::Failure::Kind::refused;
                  return failure;
              }())}));
    CHECK(dead.hint ==
          "nothing answers at '127.0.0.1:11434': start Ollama with 'ollama serve' or open its app; "
          "from inside a container the machine is 'host.docker.internal'");
    CHECK(text(judge(row("mock"), at("mock"), {})) == "ready: needs no network");
}

TEST_CASE("listing: hints name what was probably meant") {
    const struct {
        std::string provider, model, body, hint;
    } rows[] = {
        {"openai", "gpt-4o-mni", R"({"data":[{"id":"gpt-4o"},{"id":"gpt-4o-mini"}]})",
         "did you mean 'gpt-4o-mini'? it is spec.default_model of "},
        {"openai", "zzz", R"({"data":[{"id":"b"},{"id":"a"}]})", ": b, a"},
        {"ollama", "llama3.2", R"({"models":[{"name":"llama3.1:8b"}]})",
         "fetch it with 'ollama pull llama3.2' or 'orloj models pull llama3.2'; or did you mean "
         "'llama3.1:8b'? "
         "this Ollama has llama3.1:8b"},
        {"ollama", "zzz", R"({"models":[]})", "; this Ollama has no models yet"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.model);
        CHECK(verdict(r.provider, at(r.provider, "", r.model), answer(200, r.body)).find(r.hint) !=
              std::string::npos);
    }
}

TEST_CASE("listing: an Ollama that is slower than it could be") {
    const auto said = [](std::string ps) {
        const Endpoint endpoint = at("ollama", "", "qwen3:8b");
        Findings findings = found({list_of({"qwen3:8b"})});
        findings.others[Topic::version] = answer(200, R"({"version":"0.33.0"})");
        findings.others[Topic::loaded] = answer(200, std::move(ps));
        return first_line(text(judge(row("ollama"), endpoint, findings)));
    };
    const std::string ready = "ready: Ollama 0.33.0 has 'qwen3:8b'";
    CHECK(said(R"({"models":[{"name":"qwen3:8b","size":100,"size_vram":75}]})") ==
          "degraded: Ollama 0.33.0 has 'qwen3:8b', but 25% of it runs on the CPU, which is slow");
    CHECK(said(R"({"models":[{"name":"QWEN3:8b","size":100,"size_vram":1}]})") ==
          "degraded: Ollama 0.33.0 has 'qwen3:8b', but 99% of it runs on the CPU, which is slow");
    // There is no graphics card: nothing is wrong with that.
    CHECK(said(R"({"models":[{"name":"qwen3:8b","size":100,"size_vram":0}]})") == ready);
    CHECK(said(R"({"models":[{"name":"qwen3:8b","size":1000000,"size_vram":999999}]})") ==
          "degraded: Ollama 0.33.0 has 'qwen3:8b', but 1% of it runs on the CPU, which is slow");
    CHECK(said(R"({"models":[{"name":"qwen3:8b","size":100,"size_vram":100}]})") == ready);
    CHECK(said(R"({"models":[{"name":"other","size":100,"size_vram":1}]})") == ready);
    CHECK(said(R"({"models":[]})") == ready);
    CHECK(said("words") == ready);
    CHECK(said("{}") == ready);
}

TEST_CASE("listing: a cloud model is ready where the person allowed it") {
    Endpoint endpoint = at("ollama", "", "gpt-oss:120b-cloud");
    endpoint.options["allow_remote"] = "true";
    CHECK(text(judge(row("ollama"), endpoint, found({ModelList{}}))) ==
          "ready: Ollama has 'gpt-oss:120b-cloud', which runs at ollama.com and not on this machine");
}

TEST_CASE("listing: OpenRouter's list is public, so the key is asked for by itself") {
    const Endpoint endpoint = at("openai-compatible", "https://openrouter.ai/api/v1");
    Findings findings = found({list_of({"m"})});
    const auto said = [&] { return first_line(text(judge(row("openai-compatible"), endpoint, findings))); };
    CHECK(said() == "ready: lists 1 model, 'm' among them");
    findings.others[Topic::key] =
        answer(401, R"({"error":{"message":"No auth credentials found","code":401}})");
    CHECK(said() == "!unauthorized: answers 401: No auth credentials found");
    findings.others[Topic::key] = answer(200, R"({"data":{"label":"x"}})");
    CHECK(said() == "ready: lists 1 model, 'm' among them");
    findings.others[Topic::key] = http::Failure{};
    CHECK(said() == "ready: lists 1 model, 'm' among them");
}

TEST_CASE("listing: a model goes by several names") {
    const ModelList list = list_of({"gpt-4o", "claude-sonnet-4-5-20250929", "llama3.1:latest", "x/y"});
    for (const char* known : {"gpt-4o", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "llama3.1",
                              "llama3.1:latest", "x/y:free", "whatever-latest"}) {
        CAPTURE(known);
        CHECK(lists(list, known));
    }
    for (const char* unknown :
         {"gpt-4", "gpt-4o-mini", "claude-sonnet-4", "claude-sonnet-4-5-2025", "x/yy:free"}) {
        CAPTURE(unknown);
        CHECK_FALSE(lists(list, unknown));
    }
}

TEST_CASE("listing: what the smallest call makes of the verdict") {
    const Endpoint endpoint = at("openai");
    Verdict unknown{Readiness::unknown, "no list", "h"};
    Verdict unlisted{Readiness::degraded, "not listed", "h"};
    unlisted.unlisted = true;
    const Verdict slow{Readiness::degraded, "it is slow", "h"};
    Reply reply;
    reply.model = "m-2025";
    CHECK(text(verdict_after_call(unknown, endpoint, reply)) == "ready: model 'm-2025' answered");
    CHECK(text(verdict_after_call(unlisted, endpoint, reply)) == "ready: model 'm-2025' answered");
    CHECK(text(verdict_after_call(slow, endpoint, reply)) ==
          "degraded: model 'm-2025' answered; it is slow | h");
    reply.model.clear();
    reply.warnings = {"the prompt was cut"};
    CHECK(text(verdict_after_call(unknown, endpoint, reply)) ==
          "ready: model 'm' answered; the prompt was cut");
    Refusal refusal;
    refusal.kind = Refusal::Kind::missing_model;
    refusal.status = 404;
    refusal.detail = "no such model";
    CHECK(text(verdict_after_call(unknown, endpoint, refusal)) ==
          "!misconfigured: a call failed: answers 404: no such model");
    refusal.kind = Refusal::Kind::rate_limit;
    refusal.status = 429;
    CHECK(text(verdict_after_call(unknown, endpoint, refusal)) ==
          "!unknown: a call failed: answers 429: no such model");
    refusal.kind = Refusal::Kind::bad_request;
    refusal.status = 400;
    refusal.detail = "Could not finish the message because max_tokens or model output limit was reached.";
    CHECK(text(verdict_after_call(unknown, endpoint, refusal)) == "ready: model 'm' answered");
}

TEST_CASE("listing: the smallest call is small, and whole") {
    for (const Provider& provider : providers()) {
        if (provider.build_request == nullptr) continue;
        CAPTURE(provider.name);
        Endpoint endpoint = at(provider.name, provider.name == "ollama" ? "" : "https://h.example/v1");
        endpoint.stream = true;
        endpoint.options["max_tokens"] = "4000";
        const http::Request sent = request(provider, for_smallest_call(endpoint), smallest_conversation());
        CHECK(sent.body.find("64") != std::string::npos);
        CHECK(sent.body.find("4000") == std::string::npos);
        CHECK_FALSE(sent.stream);
    }
}

} // namespace
} // namespace provider::test
