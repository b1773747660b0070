#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"
#include "http/aws_host.hpp"
#include "provider/bedrock_place.hpp"
#include "provider/listing.hpp"
#include "provider/options.hpp"

namespace provider::test {
namespace {

constexpr std::string_view sonnet_4 = "anthropic.claude-sonnet-4-20250514-v1:0";
constexpr std::string_view newer = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

Endpoint bedrock_at(std::string_view model = sonnet_4) {
    Endpoint out = endpoint_of("bedrock", std::string(model));
    out.options["region"] = "us-east-1";
    return out;
}

schema::Tree bedrock_body(const Conversation& conversation, std::string_view model = sonnet_4,
                          std::map<std::string, std::string> options = {}) {
    Endpoint endpoint = bedrock_at(model);
    endpoint.options.merge(options);
    return json(request(row("bedrock"), endpoint, conversation).body);
}

/// The JSON under that key of the body, "" when it is not there.
std::string part(const schema::Tree& body, std::string_view key) {
    const schema::Tree* found = body.find(key);
    return found == nullptr ? "" : schema::to_json(*found);
}

std::string problem(std::string_view model, std::map<std::string, std::string> options) {
    Endpoint endpoint = bedrock_at(model);
    endpoint.options.merge(options);
    const Refusal no = refusal(row("bedrock").build_request(endpoint, captured_chat()));
    CHECK(no.kind == Refusal::Kind::configuration);
    return no.detail;
}

Conversation with_call(std::string_view id = "tooluse_1") {
    Conversation out;
    out.messages = {text_message(Role::user, "go"),
                    {Role::assistant, {call(std::string(id), "get_weather", R"({"city":"Brno"})")}},
                    {Role::tool, {result(std::string(id), "get_weather", "21")}}};
    return out;
}

TEST_CASE("bedrock: the same conversation is the request the SDK sends") {
    Conversation turn2 = captured_tools_turn2(true);
    turn2.messages[2].parts[1].id = "tooluse_1";
    turn2.messages[3].parts[0].id = "tooluse_1";
    struct {
        std::string name, model;
        Conversation conversation;
        bool signs = true;
    } const table[] = {
        {"converse-chat", std::string(sonnet_4), captured_chat()},
        {"converse-chat-session-token", std::string(sonnet_4), captured_chat()},
        {"converse-bearer-token", std::string(sonnet_4), captured_chat(), false},
        {"converse-stream", std::string(sonnet_4), captured_chat()},
        {"converse-inference-profile", "us." + std::string(sonnet_4), captured_chat()},
        {"converse-inference-profile-arn",
         "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us." + std::string(sonnet_4),
         captured_chat()},
        {"converse-tools-turn1", std::string(sonnet_4), captured_tools_turn1()},
        {"converse-tools-turn2", std::string(sonnet_4), turn2},
    };
    for (const auto& r : table) {
        CAPTURE(r.name);
        const Capture expected = capture("bedrock/" + r.name);
        Endpoint endpoint = endpoint_of("bedrock", r.model);
        endpoint.base_url = "http://127.0.0.1:18100";
        endpoint.options["max_tokens"] = "4096";
        endpoint.credential = base::SecretText(r.signs ? "" : "bedrock-api-key-dummy");
        endpoint.stream = r.name == "converse-stream";
        const http::Request sent = request(row("bedrock"), endpoint, r.conversation);
        CHECK(difference(json(sent.body), expected.body) == "");
        CHECK(sent.url == "http://127.0.0.1:18100" + expected.target);
        CHECK(sent.method == "POST");
        CHECK(header(sent, "content-type") == expected.header("content-type"));
        CHECK(header(sent, "accept") ==
              (endpoint.stream ? "application/vnd.amazon.eventstream" : "application/json"));
        CHECK(sent.secret_headers.size() == (r.signs ? 0U : 1U));
        if (!r.signs) CHECK(secret_header(sent, "authorization") == expected.header("authorization"));
    }
}

TEST_CASE("bedrock: where requests go, and how far they may reach") {
    constexpr auto own = http::Reach::private_also;
    constexpr auto open = http::Reach::public_only;
    struct {
        std::string region, base_url, place_region, place_url, model, url, signs_for;
        http::Reach reach;
    } const table[] = {
        {"us-east-1", "", "", "", "m", "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse",
         "us-east-1", own},
        {"", "", "eu-west-3", "", "m", "https://bedrock-runtime.eu-west-3.amazonaws.com/model/m/converse",
         "eu-west-3", own},
        {"us-east-1", "", "eu-west-3", "", "m",
         "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse", "us-east-1", own},
        {"", "", "", "", "arn:aws:bedrock:eu-north-1::foundation-model/m",
         "https://bedrock-runtime.eu-north-1.amazonaws.com/model/"
         "arn%3Aaws%3Abedrock%3Aeu-north-1%3A%3Afoundation-model%2Fm/converse",
         "eu-north-1", own},
        {"cn-north-1", "", "", "", "m",
         "https://bedrock-runtime.cn-north-1.amazonaws.com.cn/model/m/converse", "cn-north-1", own},
        {"us-gov-west-1", "", "", "", "m",
         "https://bedrock-runtime.us-gov-west-1.amazonaws.com/model/m/converse", "us-gov-west-1", own},
        {"eusc-de-east-1", "", "", "", "m",
         "https://bedrock-runtime.eusc-de-east-1.amazonaws.eu/model/m/converse", "eusc-de-east-1", own},
        {"us-iso-east-1", "", "", "", "m",
         "https://bedrock-runtime.us-iso-east-1.c2s.ic.gov/model/m/converse", "us-iso-east-1", own},
        {"us-isob-east-1", "", "", "", "m",
         "https://bedrock-runtime.us-isob-east-1.sc2s.sgov.gov/model/m/converse", "us-isob-east-1", own},
        {"us-isof-south-1", "", "", "", "m",
         "https://bedrock-runtime.us-isof-south-1.csp.hci.ic.gov/model/m/converse", "us-isof-south-1", own},
        {"eu-isoe-west-1", "", "", "", "m",
         "https://bedrock-runtime.eu-isoe-west-1.cloud.adc-e.uk/model/m/converse", "eu-isoe-west-1", own},
        {"", "", "eu-west-3", "http://10.0.0.5:4566/", "m", "http://10.0.0.5:4566/model/m/converse",
         "eu-west-3", own},
        {"", "https://gate.example/aws/?k=v", "eu-west-3", "http://10.0.0.5:4566", "m",
         "https://gate.example/aws/model/m/converse?k=v", "eu-west-3", open},
        {"", "https://gate.example", "", "", "m", "https://gate.example/model/m/converse", "", open},
        {"", "https://bedrock-runtime.ap-south-1.amazonaws.com", "", "", "m",
         "https://bedrock-runtime.ap-south-1.amazonaws.com/model/m/converse", "ap-south-1", open},
        {"", "https://bedrock-runtime-fips.us-west-2.amazonaws.com", "eu-west-3", "", "m",
         "https://bedrock-runtime-fips.us-west-2.amazonaws.com/model/m/converse", "us-west-2", open},
        {"", "https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com", "", "", "m",
         "https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com/model/m/converse", "eu-west-1", open},
        {"", "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/converse-stream", "", "", "m",
         "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse", "us-east-1", open},
        {"", "https://bedrock-runtime.us-east-1.evil.example", "", "", "m",
         "https://bedrock-runtime.us-east-1.evil.example/model/m/converse", "", open},
        {"us-east-1", "", "", "", " a/b?c#d%2F ",
         "https://bedrock-runtime.us-east-1.amazonaws.com/model/a%2Fb%3Fc%23d%252F/converse", "us-east-1",
         own},
    };
    for (const auto& r : table) {
        CAPTURE(r.url);
        Endpoint endpoint = endpoint_of("bedrock", r.model);
        if (!r.region.empty()) endpoint.options["region"] = r.region;
        endpoint.base_url = r.base_url;
        endpoint.place.region = r.place_region;
        endpoint.place.url = r.place_url;
        const http::Request sent = request(row("bedrock"), endpoint, captured_chat());
        CHECK(sent.url == r.url);
        CHECK(sent.reach == r.reach);
        CHECK(aws_region(row("bedrock"), endpoint) == r.signs_for);
        endpoint.allow_private = true;
        CHECK(request(row("bedrock"), endpoint, captured_chat()).reach == http::Reach::private_also);
    }
    Endpoint other = endpoint_of("openai");
    other.options["region"] = "us-east-1";
    CHECK(aws_region(row("openai"), other) == "");
}

TEST_CASE("bedrock: hosts validated by FIPS 140 for who wants them") {
    Endpoint endpoint = endpoint_of("bedrock", "m");
    endpoint.base_url.clear();
    endpoint.options["region"] = "us-gov-west-1";
    endpoint.place.fips = true;
    CHECK(std::get<http::Request>(row("bedrock").build_request(endpoint, {})).url ==
          "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/model/m/converse");
    CHECK(row("bedrock").survey(endpoint).questions.at(0).request.url ==
          "https://bedrock-fips.us-gov-west-1.amazonaws.com/foundation-models?byOutputModality=TEXT");
    endpoint.place.url = "https://gateway.example";
    CHECK(std::get<http::Request>(row("bedrock").build_request(endpoint, {})).url ==
          "https://gateway.example/model/m/converse");
}

TEST_CASE("bedrock: regions are checked wherever they come from") {
    for (const std::string region : {"eu-central-1", "us-gov-west-1", "ap-southeast-12", "us-iso-east-1"}) {
        Endpoint endpoint = bedrock_at();
        endpoint.options = {{"region", region}, {"profile", "work"}, {"max_tokens", "4096"}};
        CHECK(row("bedrock").check(endpoint) == "");
    }
    for (const std::string region :
         {"frankfurt", "eu-central", "eu-central-1a", "EU-CENTRAL-1", "eu--1", "e-central-1",
          "eu-central-1.evil.example", "eu-central-1/x", "eu-west-1-", "us-east-1@evil-1"}) {
        CAPTURE(region);
        CHECK_FALSE(http::is_aws_region(region));
        Endpoint endpoint = bedrock_at();
        endpoint.options["region"] = region;
        CHECK(row("bedrock").check(endpoint) ==
              base::format("options.region '{}' of model endpoint 'default/e' is not an AWS region such as "
                           "eu-central-1",
                           region));
        Endpoint arn = endpoint_of("bedrock", base::format("arn:aws:bedrock:{}::foundation-model/m", region));
        CHECK(row("bedrock").check(arn) ==
              base::format("spec.default_model '{}' of model endpoint 'default/e' names the region '{}', "
                           "which is not an AWS region such as eu-central-1",
                           arn.model, region));
        Endpoint surroundings = endpoint_of("bedrock", "m");
        surroundings.place.region = region;
        CHECK(row("bedrock").check(surroundings) == "");
        CHECK(aws_region(row("bedrock"), surroundings) == "");
        CHECK(refusal(row("bedrock").build_request(surroundings, captured_chat())).detail ==
              base::format("the region '{}' that AWS's environment or profile gives model endpoint "
                           "'default/e' is not an AWS region such as eu-central-1",
                           region));
    }
}

TEST_CASE("bedrock: what cannot be sent says why") {
    Endpoint nowhere = endpoint_of("bedrock", "m");
    CHECK(row("bedrock").check(nowhere) == ""); // the surroundings may say
    Refusal no = refusal(row("bedrock").build_request(nowhere, captured_chat()));
    CHECK(no.kind == Refusal::Kind::configuration);
    CHECK(no.detail == "no AWS region is known for model endpoint 'default/e'");
    CHECK(no.hint == "set options.region of model endpoint 'default/e', such as region: us-east-1, or the "
                     "environment variable AWS_REGION");
    nowhere.place.url = "localhost:4566";
    CHECK(refusal(row("bedrock").build_request(nowhere, captured_chat())).detail ==
          "the endpoint URL 'localhost:4566' that AWS's environment or profile gives model endpoint "
          "'default/e' is not an http or https URL");
    CHECK(refusal(row("bedrock").build_request(bedrock_at(" "), captured_chat())).detail ==
          "spec.default_model of model endpoint 'default/e' is required for bedrock: write the id of a model "
          "or of an inference profile");
    Endpoint key = bedrock_at();
    key.credential = base::SecretText("a\nb");
    CHECK(refusal(row("bedrock").build_request(key, captured_chat())).detail ==
          "the key of model endpoint 'default/e' holds a line break or NUL and cannot be sent");
    key.credential = base::SecretText(R"({"access_key_id":"a"})");
    CHECK(refusal(row("bedrock").build_request(key, captured_chat())).detail ==
          "the key of model endpoint 'default/e' is JSON and no Bedrock API key");
    Endpoint control = bedrock_at();
    control.base_url = "https://bedrock.us-east-1.amazonaws.com";
    CHECK(row("bedrock").check(control) ==
          "spec.base_url 'https://bedrock.us-east-1.amazonaws.com' of model endpoint 'default/e' is where "
          "Bedrock lists its models: write 'https://bedrock-runtime.us-east-1.amazonaws.com', where they "
          "answer, or leave it out");
    Endpoint moved = bedrock_at();
    moved.base_url = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/x/invoke";
    CHECK(
        base::join(base_url_notes(row("bedrock"), moved), "\n") ==
        "spec.base_url of model endpoint 'default/e' ends in the path of a call; the base URL is "
        "'https://bedrock-runtime.eu-west-1.amazonaws.com'\n"
        "spec.base_url of model endpoint 'default/e' is in the region eu-west-1, and requests are signed for "
        "us-east-1");
}

TEST_CASE("bedrock: options are sent as written or refused") {
    const schema::Tree sent = bedrock_body(captured_chat(), "anthropic.claude-3-haiku-20240307-v1:0",
                                           {{"max_tokens", "20000"},
                                            {"temperature", "1.0"},
                                            {"top_p", "0.90"},
                                            {"top_k", "40"},
                                            {"stop", R"(["END","\n\n"])"},
                                            {"anthropic_beta", "a, b"}});
    CHECK(part(sent, "inferenceConfig") ==
          R"({"maxTokens":20000,"temperature":1.0,"topP":0.90,"stopSequences":["END","\n\n"]})");
    CHECK(part(sent, "additionalModelRequestFields") == R"({"top_k":40,"anthropic_beta":["a","b"]})");
    CHECK(part(bedrock_body(captured_chat(), "amazon.nova-pro-v1:0", {{"top_k", "40"}}),
               "additionalModelRequestFields") == R"({"inferenceConfig":{"topK":40}})");
    const schema::Tree plain = bedrock_body(captured_chat());
    CHECK(part(plain, "inferenceConfig") == "");
    CHECK(part(plain, "additionalModelRequestFields") == "");

    struct {
        std::string model, option, value, problem;
    } const table[] = {
        {"m", "max_tokens", "0", "is not a whole number of at least 1"},
        {"m", "temperature", "1.5", "is not a number from 0 to 1, which bedrock asks for"},
        {"m", "top_p", "2", "is not a number from 0 to 1, which bedrock asks for"},
        {"m", "seed", "7",
         "is an option of openai, azure-openai, ollama, or openai-compatible, not of bedrock"},
        {"meta.llama3-1-70b-instruct-v1:0", "top_k", "5",
         "cannot be sent to bedrock with model 'meta.llama3-1-70b-instruct-v1:0': Claude and Nova models "
         "take "
         "it"},
        {"amazon.nova-pro-v1:0", "anthropic_beta", "x",
         "cannot be sent to bedrock with model 'amazon.nova-pro-v1:0': Claude models take it"},
        {"global.anthropic.claude-opus-4-7", "temperature", "0.5",
         "cannot be sent to bedrock with model 'global.anthropic.claude-opus-4-7': this model takes none"},
        {"us.anthropic.claude-sonnet-5-v1:0", "top_k", "5",
         "cannot be sent to bedrock with model 'us.anthropic.claude-sonnet-5-v1:0': this model takes none"},
    };
    for (const auto& r : table) {
        CAPTURE(r.option);
        CHECK(problem(r.model, {{r.option, r.value}}) ==
              base::format("options.{} '{}' of model endpoint 'default/e' {}", r.option, r.value, r.problem));
    }
}

TEST_CASE("bedrock: turns alternate, results come first, blank text is dropped") {
    Conversation conversation;
    conversation.messages = {
        text_message(Role::system, "one"),
        text_message(Role::system, " \n"),
        text_message(Role::system, "two"),
        text_message(Role::user, "go"),
        {Role::assistant, {words(""), call("c.1", "x.y", ""), call("c-2", "plain", R"({"a":1.0})")}},
        {Role::tool, {result("c.1", "x.y", "no")}},
        text_message(Role::user, "and"),
        {Role::tool, {result("c-2", "plain", R"( {"b":1.50} )")}},
        text_message(Role::user, " \n"),
        text_message(Role::assistant, "done"),
        text_message(Role::assistant, "really \n"),
    };
    conversation.messages[4].parts[1].text = "{cut";
    conversation.messages[5].parts[0].is_error = true;
    const schema::Tree sent = bedrock_body(conversation);
    CHECK(part(sent, "system") == R"([{"text":"one\n\ntwo"}])");
    const schema::Tree& messages = *sent.find("messages");
    const std::string id(messages.items[1].find("content")->items[0].find("toolUse")->text_of("toolUseId"));
    CHECK(id.starts_with("c_1_"));
    const std::string expected = base::format(
        R"([{{"role":"user","content":[{{"text":"go"}}]}},{{"role":"assistant","content":[)"
        R"({{"toolUse":{{"toolUseId":"{0}","name":"{1}","input":{{"input":"{{cut"}}}}}},)"
        R"({{"toolUse":{{"toolUseId":"c-2","name":"plain","input":{{"a":1.0}}}}}}]}},)"
        R"({{"role":"user","content":[)"
        R"({{"toolResult":{{"toolUseId":"{0}","content":[{{"text":"no"}}],"status":"error"}}}},)"
        R"({{"toolResult":{{"toolUseId":"c-2","content":[{{"json":{{"b":1.50}}}}],"status":"success"}}}},)"
        R"({{"text":"and"}}]}},)"
        R"({{"role":"assistant","content":[{{"text":"done"}},{{"text":"really"}}]}}])",
        id, wire_name("x.y"));
    CHECK(difference(messages, json(expected)) == "");
    // No tool is offered, and yet they have to be there.
    CHECK(part(sent, "toolConfig") ==
          base::format(R"({{"tools":[{{"toolSpec":{{"name":"{}","description":"Not available any more.",)"
                       R"("inputSchema":{{"json":{{"type":"object","properties":{{}}}}}}}}}},)"
                       R"({{"toolSpec":{{"name":"plain","description":"Not available any more.",)"
                       R"("inputSchema":{{"json":{{"type":"object","properties":{{}}}}}}}}}}]}})",
                       wire_name("x.y")));
}

TEST_CASE("bedrock: the first turn is the user's, and no result is blank") {
    Conversation conversation;
    conversation.messages = {text_message(Role::system, "s")};
    CHECK(part(bedrock_body(conversation), "messages") == R"([{"role":"user","content":[{"text":"."}]}])");
    conversation.messages.push_back(text_message(Role::assistant, "hello"));
    CHECK(part(bedrock_body(conversation), "messages") ==
          R"([{"role":"user","content":[{"text":"."}]},{"role":"assistant","content":[{"text":"hello"}]}])");
    struct {
        std::string text, content;
    } const table[] = {{"", R"x([{"text":"(no output)"}])x"},
                       {" \n", R"x([{"text":"(no output)"}])x"},
                       {"[1]", R"([{"text":"[1]"}])"},
                       {"{cut", R"([{"text":"{cut"}])"},
                       {R"({"a":1,"a":2})", R"([{"text":"{\"a\":1,\"a\":2}"}])"},
                       {"{}", R"([{"json":{}}])"}};
    for (const auto& r : table) {
        Conversation one = with_call();
        one.messages[2].parts[0].text = r.text;
        const schema::Tree sent = bedrock_body(one);
        CHECK(schema::to_json(*sent.find("messages")
                                   ->items[2]
                                   .find("content")
                                   ->items[0]
                                   .find("toolResult")
                                   ->find("content")) == r.content);
    }
}

TEST_CASE("bedrock: what only some families take") {
    Conversation conversation = with_call("tooluse_abcdefghijklmnop");
    conversation.messages[2].parts[0].text = R"({"temp":21})";
    conversation.messages.push_back(text_message(Role::user, "and"));
    struct {
        std::string model;
        bool apart, status, short_ids;
    } const table[] = {
        {"us.anthropic.claude-sonnet-4-5-20250929-v1:0", false, true, false},
        {"amazon.nova-lite-v1:0", false, true, false},
        {"mistral.mistral-large-2407-v1:0", true, true, true},
        {"eu.mistral.pixtral-large-2502-v1:0", true, true, true},
        {"us.meta.llama4-scout-17b-instruct-v1:0", true, true, false},
        {"arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-1-8b-instruct-v1:0", true, true, false},
        {"us.writer.palmyra-x5-v1:0", false, false, false},
        {"us.deepseek.r1-v1:0", false, true, false},
        {"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", false, true, false},
    };
    for (const auto& r : table) {
        CAPTURE(r.model);
        const schema::Tree sent = bedrock_body(conversation, r.model);
        const std::vector<schema::Tree>& turns = sent.find("messages")->items;
        REQUIRE(turns.size() == (r.apart ? 5U : 3U));
        if (r.apart) {
            CHECK(schema::to_json(turns[3]) == R"({"role":"assistant","content":[{"text":"."}]})");
            CHECK(schema::to_json(turns[4]) == R"({"role":"user","content":[{"text":"and"}]})");
        }
        CHECK(turns[2].find("content")->items.size() == (r.apart ? 1U : 2U));
        const schema::Tree& answered = *turns[2].find("content")->items[0].find("toolResult");
        CHECK((answered.find("status") != nullptr) == r.status);
        CHECK(part(answered, "content") == (r.model.find("nova") == std::string::npos
                                                ? R"x([{"json":{"temp":21}}])x"
                                                : R"x([{"text":"{\"temp\":21}"}])x"));
        const std::string_view id = answered.text_of("toolUseId");
        CHECK(id == turns[1].find("content")->items[0].find("toolUse")->text_of("toolUseId"));
        CHECK(id.size() == (r.short_ids ? 9U : 24U));
    }
}

TEST_CASE("bedrock: a system prompt for models that take none") {
    for (const std::string model : {"amazon.titan-text-express-v1", "mistral.mistral-7b-instruct-v0:2",
                                    "mistral.mixtral-8x7b-instruct-v0:1", "cohere.command-text-v14"}) {
        CAPTURE(model);
        const schema::Tree sent = bedrock_body(captured_chat(), model);
        CHECK(part(sent, "system") == "");
        const schema::Tree& content = *sent.find("messages")->items[0].find("content");
        REQUIRE(content.items.size() == 2);
        CHECK(content.items[0].text_of("text") == "You are a research assistant.");
    }
    CHECK(part(bedrock_body(captured_chat(), "cohere.command-r-v1:0"), "system") ==
          R"([{"text":"You are a research assistant."}])");
}

TEST_CASE("bedrock: reasoning goes back only to the model it came from") {
    Part thought;
    thought.kind = Part::Kind::thinking;
    thought.text = "hm";
    thought.blob.text = R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"s=="}}})";
    Conversation conversation = with_call();
    conversation.messages[1].parts.insert(conversation.messages[1].parts.begin(), thought);
    for (const std::string& origin : {"bedrock/" + std::string(sonnet_4), std::string("anthropic/claude"),
                                      "bedrock/" + std::string(newer)}) {
        conversation.messages[1].parts[0].origin = origin;
        const schema::Tree sent = bedrock_body(conversation);
        const std::string first = schema::to_json(sent.find("messages")->items[1].find("content")->items[0]);
        CHECK((first == thought.blob.text) == (origin == "bedrock/" + std::string(sonnet_4)));
        CHECK(sent.find("messages")->items[1].find("content")->items.size() ==
              (first == thought.blob.text ? 2U : 1U));
    }
}

TEST_CASE("bedrock: tool_choice") {
    const std::string llama = "meta.llama3-1-70b-instruct-v1:0";
    const std::string large = "mistral.mistral-large-2407-v1:0";
    struct {
        std::string model, choice, expected;
    } const table[] = {
        {std::string(sonnet_4), "", ""},
        {std::string(sonnet_4), "auto", ""},
        {std::string(sonnet_4), "required", R"({"any":{}})"},
        {std::string(sonnet_4), "get_weather", R"({"tool":{"name":"get_weather"}})"},
        {"amazon.nova-pro-v1:0", "get_weather", R"({"tool":{"name":"get_weather"}})"},
        {large, "required", R"({"any":{}})"},
        {large, "get_weather", R"({"any":{}})"}, // the only one
        {"some.other-model", "get_weather", R"({"tool":{"name":"get_weather"}})"},
        {llama, "auto", ""},
        {llama, "required",
         "!model '" + llama +
             "' of model endpoint 'default/e' cannot be made to call a tool: "
             "it chooses for itself"},
        {"us.anthropic.claude-fable-5", "get_weather",
         "!model 'us.anthropic.claude-fable-5' of model endpoint 'default/e' cannot be made to call the tool "
         "'get_weather': it chooses for itself"},
    };
    for (const auto& r : table) {
        CAPTURE(r.model);
        CAPTURE(r.choice);
        Conversation conversation = captured_tools_turn1();
        conversation.tool_choice = r.choice;
        const Built built = row("bedrock").build_request(bedrock_at(r.model), conversation);
        if (const auto* no = std::get_if<Refusal>(&built)) {
            CHECK("!" + no->detail == r.expected);
            continue;
        }
        CHECK(part(*json(std::get<http::Request>(built).body).find("toolConfig"), "toolChoice") ==
              r.expected);
    }
    Conversation two = captured_tools_turn1();
    two.tools.push_back({"other", "", {}});
    two.tool_choice = "other";
    CHECK(
        refusal(row("bedrock").build_request(bedrock_at(large), two)).detail.starts_with("model '" + large));
    // There is no choice "none": without calls in the conversation the tools are left out.
    Conversation none = captured_tools_turn1();
    none.tool_choice = "none";
    CHECK(part(bedrock_body(none), "toolConfig") == "");
    none.messages = with_call().messages;
    CHECK(part(bedrock_body(none), "toolConfig") == part(bedrock_body(captured_tools_turn1()), "toolConfig"));
}

TEST_CASE("bedrock: how the answer is held to a schema") {
    Conversation asked = captured_chat();
    asked.output_schema.text = R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})";
    const schema::Tree held = bedrock_body(asked, newer);
    CHECK(part(held, "outputConfig") ==
          R"({"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"name":"answer","schema":)"
          R"("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"],)"
          R"(\"additionalProperties\":false}"}}}})");
    CHECK(part(held, "toolConfig") == "");
    struct {
        std::string model, choice;
        bool words;
    } const table[] = {
        {"anthropic.claude-3-5-sonnet-20240620-v1:0", R"({"tool":{"name":"answer"}})", false},
        {std::string(sonnet_4), R"({"tool":{"name":"answer"}})", false},
        {"anthropic.claude-opus-4-1-20250805-v1:0", R"({"tool":{"name":"answer"}})", false},
        {"amazon.nova-pro-v1:0", R"({"tool":{"name":"answer"}})", false},
        {"mistral.mistral-large-2407-v1:0", R"({"any":{}})", false},
        {"meta.llama3-1-70b-instruct-v1:0", "", true},
        {"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", "", true},
    };
    for (const auto& r : table) {
        CAPTURE(r.model);
        const schema::Tree sent = bedrock_body(asked, r.model);
        CHECK(part(sent, "outputConfig") == "");
        const schema::Tree* tools = sent.find("toolConfig");
        CHECK((tools == nullptr ? "" : part(*tools, "toolChoice")) == r.choice);
        CHECK((part(sent, "system").find("JSON Schema") != std::string::npos) == r.words);
    }
    Endpoint refused_it = bedrock_at(newer);
    refused_it.dropped = {"outputConfig"};
    const schema::Tree again = json(request(row("bedrock"), refused_it, asked).body);
    CHECK(part(again, "outputConfig") == "");
    CHECK(part(*again.find("toolConfig"), "toolChoice") == R"({"tool":{"name":"answer"}})");
}

TEST_CASE("bedrock: what stays the same is marked where the model is known to take it") {
    const std::string text(4096, 'x');
    Conversation once;
    once.messages = {text_message(Role::system, text), text_message(Role::user, text)};
    once.tools.push_back({"search", text, {}});
    Conversation bare = once;
    bare.messages.erase(bare.messages.begin());
    const std::string mark = R"({"cachePoint":{"type":"default"}})";
    struct {
        std::string model, option;
        bool marked, tools;
    } const table[] = {
        {std::string(newer), "", true, true},
        {std::string(newer), "false", false, false},
        {"us.anthropic.claude-3-7-sonnet-20250219-v1:0", "", true, true},
        {"anthropic.claude-3-5-haiku-20241022-v1:0", "", true, true},
        {"anthropic.claude-3-5-sonnet-20240620-v1:0", "", false, false},
        {"anthropic.claude-3-haiku-20240307-v1:0", "", false, false},
        {"us.amazon.nova-pro-v1:0", "", true, false},
        {"qwen.qwen3-32b-v1:0", "", false, false},
        {"meta.llama3-1-70b-instruct-v1:0", "", false, false},
        {"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", "", false, false},
        {"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", "true", true, false},
    };
    for (const auto& r : table) {
        CAPTURE(r.model);
        std::map<std::string, std::string> options;
        if (!r.option.empty()) options["prompt_cache"] = r.option;
        const schema::Tree sent = bedrock_body(once, r.model, options);
        const auto last_is_mark = [&](const schema::Tree& list) {
            return schema::to_json(list.items.back()) == mark;
        };
        CHECK(last_is_mark(*sent.find("system")) == r.marked);
        CHECK(last_is_mark(*sent.find("messages")->items[0].find("content")) == r.marked);
        CHECK_FALSE(last_is_mark(*sent.find("toolConfig")->find("tools")));
        const schema::Tree toolsonly = bedrock_body(bare, r.model, options);
        CHECK(last_is_mark(*toolsonly.find("toolConfig")->find("tools")) == r.tools);
    }
}

} // namespace
} // namespace provider::test
