#include "provider/ollama_chat.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"

namespace provider::test {
namespace {

Endpoint at(std::string base_url) {
    Endpoint out = endpoint_of("ollama");
    out.base_url = std::move(base_url);
    out.credential = {};
    return out;
}

TEST_CASE("ollama: every form of an address leads to one root") {
    const std::pair<std::string, std::string> table[] = {
        {"", "http://127.0.0.1:11434"},
        {" \n", "http://127.0.0.1:11434"},
        {"example.com", "http://example.com:11434"},
        {"Example.com", "http://example.com:11434"},
        {"http://example.com", "http://example.com"},
        {"https://example.com", "https://example.com"},
        {"HTTP://example.com:56789", "http://example.com:56789"},
        {"example.com:56789", "http://example.com:56789"},
        {"example.com/", "http://example.com:11434"},
        {"example.com:56789//", "http://example.com:56789"},
        {":56789", "http://127.0.0.1:56789"},
        {"http://:56789", "http://127.0.0.1:56789"},
        {"example.com/example", "http://example.com:11434/example"},
        {"https://example.com:56789/example/", "https://example.com:56789/example"},
        {"192.0.2.7", "http://192.0.2.7:11434"},
        {"[2001:db8::1]", "http://[2001:db8::1]:11434"},
        {"[2001:db8::1]:56789/x", "http://[2001:db8::1]:56789/x"},
        {"https://[2001:db8::1]/", "https://[2001:db8::1]"},
        {"2001:db8::1", "http://[2001:db8::1]:11434"},
        {"::1", "http://[::1]:11434"},
        {"ollama.com", "https://ollama.com"},
        {"0.0.0.0", "http://127.0.0.1:11434"},
        {"0.0.0.0:8080", "http://127.0.0.1:8080"},
        {"http://0.0.0.0", "http://127.0.0.1"},
        {"[::]:11434", "http://[::1]:11434"},
        {"::", "http://[::1]:11434"},
        {"http://h:1/v1", "http://h:1"},
        {"http://h:1/v1/", "http://h:1"},
        {"http://h:1/api", "http://h:1"},
        {"http://h:1/api/chat", "http://h:1"},
        {"http://h:1/v1/chat/completions", "http://h:1"},
        {"h/v1", "http://h:11434"},
        {"http://h/ollama/api/chat/", "http://h/ollama"},
        {"http://h/v1beta", "http://h/v1beta"},
        {"http://h/v1?tenant=7#x", "http://h?tenant=7"},
    };
    for (const auto& [written, root] : table) {
        CAPTURE(written);
        const auto url = ollama_root(at(written));
        REQUIRE(url);
        CHECK(http::render(*url) == root);
        CHECK(ollama_problem(at(written)) == "");
    }
    const Built built = ollama_request(at("h/v1?tenant=7"), captured_chat());
    REQUIRE(std::holds_alternative<http::Request>(built));
    CHECK(std::get<http::Request>(built).url == "http://h:11434/api/chat?tenant=7");
}

TEST_CASE("ollama: what is no address is refused") {
    const std::pair<std::string, std::string> table[] = {
        {"ftp://h", "spec.base_url 'ftp://h' of model endpoint 'default/e' is not an address such as "
                    "http://127.0.0.1:11434"},
        {"h:port", "spec.base_url 'h:port' of model endpoint 'default/e' is not an address such as "
                   "http://127.0.0.1:11434"},
        {"h:70000", "spec.base_url 'h:70000' of model endpoint 'default/e' is not an address such as "
                    "http://127.0.0.1:11434"},
        {"a b", "spec.base_url 'a b' of model endpoint 'default/e' is not an address such as "
                "http://127.0.0.1:11434"},
        {"http:/h", "spec.base_url 'http:/h' of model endpoint 'default/e' is not an address such as "
                    "http://127.0.0.1:11434"},
        {"[::1", "spec.base_url '[::1' of model endpoint 'default/e' is not an address such as "
                 "http://127.0.0.1:11434"},
        {"http://", "spec.base_url 'http://' of model endpoint 'default/e' is not an address such as "
                    "http://127.0.0.1:11434"},
        {"me:secret@h", "spec.base_url of model endpoint 'default/e' must not hold a user name or password"},
    };
    for (const auto& [written, problem] : table) {
        CAPTURE(written);
        CHECK(!ollama_root(at(written)));
        CHECK(ollama_problem(at(written)) == problem);
        CHECK(refusal(ollama_request(at(written), captured_chat())).detail == problem);
        CHECK(ollama_url_notes(at(written)).empty());
    }
}

TEST_CASE("ollama: what is not used of an address is said") {
    using Notes = std::vector<std::string>;
    for (const std::string same : {"", "h", "http://h/", "http://h/ollama", ":1", "http://127.0.0.1:11434"}) {
        CAPTURE(same);
        CHECK(ollama_url_notes(at(same)) == Notes{});
    }
    CHECK(ollama_url_notes(at("http://h:11434/v1/?key=abc")) ==
          Notes{"'/v1' at the end of spec.base_url 'http://h:11434/v1/' of model endpoint 'default/e' "
                "is not used, since orloj speaks Ollama's own API: write 'http://h:11434'"});
    CHECK(ollama_url_notes(at("0.0.0.0/api")) ==
          Notes{"'/api' at the end of spec.base_url '0.0.0.0/api' of model endpoint 'default/e' is not used, "
                "since orloj speaks Ollama's own API: write 'http://127.0.0.1:11434'",
                "spec.base_url '0.0.0.0/api' of model endpoint 'default/e' is an address to listen on, and "
                "orloj calls this machine instead: write 'http://127.0.0.1:11434'"});
}

TEST_CASE("ollama: after a missing model it is asked which there are") {
    Endpoint endpoint = at("h/v1?tenant=7");
    endpoint.credential = base::SecretText("key-0123456789");
    Refusal missing;
    missing.kind = Refusal::Kind::missing_model;
    const auto request = ollama_inquire(endpoint, missing);
    REQUIRE(request);
    CHECK(request->method == "GET");
    CHECK(request->url == "http://h:11434/api/tags?tenant=7");
    CHECK(request->body == "");
    CHECK(header(*request, "content-type") == "");
    CHECK(header(*request, "accept") == "application/json");
    CHECK(secret_header(*request, "authorization") == "Bearer key-0123456789");
    CHECK(request->timeouts.total == base::seconds(10));
    for (const auto kind : {Refusal::Kind::bad_request, Refusal::Kind::network, Refusal::Kind::auth}) {
        Refusal other;
        other.kind = kind;
        CHECK(!ollama_inquire(endpoint, other));
    }
}

TEST_CASE("ollama: the models there are make the hint") {
    struct {
        std::string model;
        std::vector<std::string> names;
        std::string hint;
    } const table[] = {
        {"m", {}, "; this Ollama has no models yet"},
        {"llama3.1",
         {"qwen3:8b", "llama3.1:70b"},
         "; or did you mean 'llama3.1:70b'? this Ollama has qwen3:8b, llama3.1:70b"},
        {"Llama3.1:8B",
         {"llama3.1:latest"},
         "; or did you mean 'llama3.1:latest'? this Ollama has llama3.1:latest"},
        {"lama3.1",
         {"phi4:latest", "llama3.1:latest"},
         "; or did you mean 'llama3.1:latest'? this Ollama has phi4:latest, llama3.1:latest"},
        {"mistrel:7b", {"mistral:24b"}, "; or did you mean 'mistral:24b'? this Ollama has mistral:24b"},
        {"h.co:80/a/b",
         {"h.co:80/a/b:q4"},
         "; or did you mean 'h.co:80/a/b:q4'? this Ollama has h.co:80/a/b:q4"},
        {"gpt-4o",
         {"qwen3:8b", "phi4:latest"},
         "; or choose one that this Ollama has: qwen3:8b, phi4:latest"},
        {"gpt-4o",
         {"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b\x1b[1m"},
         "; or choose one that this Ollama has: a1, a2, a3, a4, a5, a6, a7, a8 and 2 more"},
    };
    for (const auto& r : table) {
        CAPTURE(r.model);
        std::string body;
        for (const std::string& name : r.names)
            body += (body.empty() ? "" : ",") + std::string(R"({"name":)") + schema::to_json([&] {
                        schema::Tree text;
                        text.kind = schema::Tree::Kind::scalar;
                        text.quoted = true;
                        text.text = name;
                        return text;
                    }()) +
                    "}";
        Endpoint endpoint = at("");
        endpoint.model = r.model;
        Refusal no;
        no.hint = "pull it";
        ollama_advise(endpoint, answer(200, R"({"models":[)" + body + "]}"), no);
        CHECK(no.hint == "pull it" + r.hint);
    }
}

TEST_CASE("ollama: a useless answer about models changes nothing") {
    for (const auto& [status, body] : {std::pair{500, R"({"models":[]})"}, std::pair{200, "<html>"},
                                       std::pair{200, "[]"}, std::pair{200, R"({"data":[]})"}}) {
        CAPTURE(body);
        Refusal no;
        no.hint = "pull it";
        ollama_advise(at(""), answer(status, body), no);
        CHECK(no.hint == "pull it");
    }
}

} // namespace
} // namespace provider::test
