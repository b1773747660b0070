#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"
#include "provider/ollama_pull.hpp"

namespace provider::test {
namespace {

Endpoint ollama(std::string base_url = "http://127.0.0.1:11434") {
    Endpoint out = endpoint_of("ollama", "m");
    out.base_url = std::move(base_url);
    out.credential = {};
    return out;
}

std::string read(std::string_view line) {
    const auto said = pull_step(ollama(), line);
    if (const auto* refusal = std::get_if<Refusal>(&said))
        return base::format("{}: {} | {}", schema::name_of(refusal->kind), refusal->detail, refusal->hint);
    const auto& step = std::get<PullStep>(said);
    return base::format("{} {}/{}{}", step.status, step.completed, step.total, step.done() ? " done" : "");
}

TEST_CASE("pull: the request") {
    Endpoint endpoint = ollama("gpu-box/v1");
    endpoint.credential = base::SecretText("ollama-key-0123456789");
    endpoint.options["timeout"] = "5s"; // of a model call, not of a download
    const Built built = ollama_pull_request(endpoint, "llama3.1 \"8b\"");
    const auto& request = std::get<http::Request>(built);
    CHECK(request.method == "POST");
    CHECK(request.url == "http://gpu-box:11434/api/pull");
    CHECK(request.body == R"({"model":"llama3.1 \"8b\"","stream":true})");
    CHECK(request.stream);
    CHECK(header(request, "accept") == "application/x-ndjson");
    CHECK(secret_header(request, "authorization") == "Bearer ollama-key-0123456789");
    CHECK(request.timeouts.total > base::seconds(24LL * 3600));
    CHECK(refusal(ollama_pull_request(ollama("http://[broken"), "m")).kind == Refusal::Kind::configuration);
}

TEST_CASE("pull: every line says one thing") {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {R"({"status":"pulling manifest"})", "pulling manifest 0/0"},
        {R"({"status":"pulling 8934","digest":"sha256:8934","total":100})", "pulling 8934 0/100"},
        {R"({"status":"pulling 8934","total":100,"completed":40})", "pulling 8934 40/100"},
        {R"({"status":"pulling 8934","total":100,"completed":400})", "pulling 8934 100/100"},
        {R"({"status":"pulling 8934","total":-1,"completed":-5})", "pulling 8934 0/0"},
        {R"({"status":"success"})", "success 0/0 done"},
        {"{\"status\":\"\\u001b[2J\"}", "\\x1b[2J 0/0"},
        {R"({"error":"pull model manifest: file does not exist"})",
         "missing_model: pull model manifest: file does not exist | check the name: "
         "https://ollama.com/library has those that can be fetched"},
        {R"({"error":"write: no space left on device"})",
         "server: write: no space left on device | make room on the disk that holds Ollama's models; what "
         "was "
         "fetched is kept"},
        {R"({"error":"dial tcp: lookup registry.ollama.ai: no such host"})",
         "server: dial tcp: lookup registry.ollama.ai: no such host | Ollama itself could not reach its "
         "registry: check the network of the machine it runs on"},
        {R"({"error":"something else"})", "server: something else | "},
        {"<html>", "bad_response: expected a line of JSON, got '<html>' | check spec.base_url of model "
                   "endpoint 'default/e': no Ollama answers there"},
        {"[1]", "bad_response: expected a line of JSON, got '[1]' | check spec.base_url of model endpoint "
                "'default/e': no Ollama answers there"},
    };
    for (const auto& [line, said] : rows) {
        CAPTURE(line);
        CHECK(base::replace_all(read(line), "'" + ollama().name + "'", "'default/e'") == said);
    }
}

TEST_CASE("pull: an answer with another status") {
    const Refusal unknown =
        pull_refusal(ollama(), "x", answer(500, R"({"error":"pull model manifest: file does not exist"})"));
    CHECK(unknown.hint == "check the name: https://ollama.com/library has those that can be fetched");
    const Refusal elsewhere = pull_refusal(ollama(), "x", answer(404, "404 page not found"));
    CHECK(elsewhere.hint.find("no Ollama answers there") != std::string::npos);
    CHECK(pull_refusal(ollama(), "x", answer(401, R"({"error":"unauthorized"})")).kind ==
          Refusal::Kind::auth);
}

} // namespace
} // namespace provider::test
