// ModelEndpoint, Secret, AgentPolicy and Task.
#include "document.hpp"

namespace {

using tests::check_rows;

TEST_CASE("a model endpoint needs a model and has a provider") {
    check_rows(
        "ModelEndpoint",
        {
            {R"({"default_model": " m "})", {}, R"({"provider":"openai","default_model":"m","auth":{}})"},
            {R"({"provider": " Azure-OpenAI ", "base_url": " https://x/ ", "default_model": "m", "options":
                       {" API_Version ": " 2024-10-21 ", "n": 5, " ": "x"}, "auth": {"secretRef": " ns/n:k "}, "allowPrivate": false})",
             {},
             R"({"provider":"azure-openai","base_url":"https://x/","default_model":"m",)"
             R"("options":{"api_version":"2024-10-21","n":"5"},"auth":{"secretRef":"ns/n:k"},"allowPrivate":false})"},
            {R"({"baseURL": "u", "defaultModel": "m", "auth": {"secret_ref": "s"}, "allow_private": true})",
             {},
             R"({"provider":"openai","base_url":"u","default_model":"m","auth":{"secretRef":"s"},"allowPrivate":true})"},
            {R"({"provider": "", "default_model": "m"})",
             {},
             R"({"provider":"openai","default_model":"m","auth":{}})"},
            {R"({"provider": "unheard-of", "default_model": "m"})", {}},
            {R"(^{})",
             {"error: spec.default_model is required | name the model to ask (for Azure the deployment): "
              "default_model: NAME"}},
            {R"({"default_model": ^" "})",
             {"error: spec.default_model is required | name the model to ask (for Azure the deployment): "
              "default_model: NAME"}},
            {R"({"default_model": "m", "allowPrivate": ^"maybe"})",
             {"error: invalid spec.allowPrivate value \"maybe\": expected true or false"}},
            {R"({"default_model": "m", "options": {"a": ^["b"]}})",
             {"error: spec.options.a must be text, not a list"}},
            {R"({"default_model": "m", "auth": ^"key"})", {"error: spec.auth must be a map, not text"}},
            {R"({"default_model": "m", "auth": {^"secret": "x"}})",
             {"error: unknown field 'secret' in spec.auth | keys do not stand in manifests: store it with "
              "`orloj create secret NAME --stdin` and name it, auth: {secretRef: NAME}"}},
            {R"({"default_model": "m", "options": {"Temperature": "0.9", "temperature": ^"0.2"}})",
             {"error: spec.options.temperature is given twice, as 'temperature' too"}},
            {R"({"default_model": "m", ^"max_tokens": 100})",
             {"error: unknown field 'max_tokens' in spec | known here: provider, base_url, default_model, "
              "options, auth, "
              "allowPrivate"}},
            {R"({"default_model": "m", "auth": {^"bearer": {"value": "x"}}})",
             {"error: unknown field 'bearer' in spec.auth | keys do not stand in manifests: store it with "
              "`orloj create "
              "secret NAME --stdin` and name it, auth: {secretRef: NAME}"}},
            {R"({"default_model": "m", ^"api_key": "sk-1"})",
             {"error: unknown field 'api_key' in spec | keys do not stand in manifests: store it with `orloj "
              "create secret NAME --stdin` and name it, auth: {secretRef: NAME}"}},
        });
    const auto endpoint =
        tests::spec_of<resource::ModelEndpointSpec>("ModelEndpoint", R"({"default_model": "m"})");
    CHECK_FALSE(endpoint.allow_private.has_value());
}

TEST_CASE("a secret's values are decoded, and never shown") {
    const auto secret = tests::spec_of<resource::SecretSpec>(
        "Secret",
        R"({"data": {"a": "b3Jsb2o=", "b": " b3Jsb2o=\n", "c": "b3Jsb2o"}, "stringData": {"a": "wins", "d": 5, "e": " x "}})");
    const auto value = [&](const char* key) { return std::string(secret.values.at(key).reveal()); };
    CHECK(secret.values.size() == 5);
    CHECK(value("a") == "wins");
    CHECK(value("b") == "orloj");
    CHECK(value("c") == "orloj");
    CHECK(value("d") == "5");
    CHECK(value("e") == " x ");
    CHECK(resource::spec_json(resource::Spec(secret)) ==
          R"({"data":{"a":"***","b":"***","c":"***","d":"***","e":"***"}})");
}

TEST_CASE("a masked value stands for the one that is stored, unless a new one is given") {
    const auto secret = tests::spec_of<resource::SecretSpec>(
        "Secret", R"({"data": {"a": "***", "b": " *** ", "c": "***"}, "stringData": {"c": "new"}})");
    CHECK(secret.kept == std::set<std::string>{"a", "b"});
    CHECK(secret.values.size() == 1);
    CHECK(secret.values.at("c").reveal() == "new");
    CHECK(resource::spec_json(resource::Spec(secret)) == R"({"data":{"a":"***","b":"***","c":"***"}})");
}

TEST_CASE("a secret that cannot be used is refused without showing its value") {
    check_rows(
        "Secret",
        {
            {R"(^{})", {"error: spec has no values | put the key under spec.stringData: {value: ...}"}},
            {R"({"data": {"k": ^"  "}})", {"error: spec.data.k is empty"}},
            {R"({"stringData": {"k": ^""}})", {"error: spec.stringData.k is empty"}},
            {R"({"data": {"k": ^"sk-not base64!"}})",
             {"error: spec.data.k must be valid base64 | plain text goes under spec.stringData"}},
            {R"({"data": {"tls.crt": ^"%%%"}})",
             {"error: spec.data.tls.crt must be valid base64 | plain text goes under spec.stringData"}},
            {R"({"stringData": {"k": ^["sk-1"]}})", {"error: spec.stringData.k must be text, not a list"}},
            {R"({^"string_data": {"k": "v"}})",
             {"error: unknown field 'string_data' in spec | did you mean 'stringData'?"}},
            {R"(^{"data": {" ": "eA=="}})",
             {"error: spec has no values | put the key under spec.stringData: {value: ...}"}},
            {R"({"data": {"k": "eA=="}})", {}, R"({"data":{"k":"***"}})"},
        });
}

TEST_CASE("a policy's fields, defaults and checks") {
    check_rows(
        "AgentPolicy",
        {
            {R"({})", {}, R"({"apply_mode":"scoped"})"},
            {R"({"max_tokens_per_run": 50000, "allowed_models": ["gpt-4o", " x "], "blocked_tools": ["shell"], "applyMode": "GLOBAL",
                "target_systems": ["s"], "target_tasks": ["t"], "targetAgents": ["a"], ^"max_child_depth": 2, ^"max_child_tasks": 0})",
             {"warning: spec.max_child_depth has no effect: tasks cannot create tasks in this version",
              "warning: spec.max_child_tasks has no effect: tasks cannot create tasks in this version"},
             R"({"max_tokens_per_run":50000,"allowed_models":["gpt-4o"," x "],"blocked_tools":["shell"],"apply_mode":"global",)"
             R"("target_systems":["s"],"target_tasks":["t"],"target_agents":["a"],"max_child_depth":2})"},
            {R"({"apply_mode": ^"all"})",
             {"error: invalid spec.apply_mode \"all\": expected scoped or global"}},
            {R"({"max_tokens_per_run": ^-1})", {"error: invalid spec.max_tokens_per_run -1: expected >= 0"}},
            {R"({"max_tokens_per_run": ^"x"})",
             {"error: invalid spec.max_tokens_per_run value \"x\": expected a whole number"}},
            {R"({"max_tokens_per_run": "5000"})", {}},
            {R"({"allowed_models": ^"gpt-4o"})",
             {"error: spec.allowed_models must be a list, not text | write [gpt-4o]"}},
        });
}

TEST_CASE("a task's fields, defaults and checks") {
    check_rows(
        "Task",
        {
            {R"({"system": " s "})",
             {},
             R"({"system":"s","mode":"run","priority":"normal","retry":{"max_attempts":1},)"
             R"("message_retry":{"max_backoff":"24h0m0s","jitter":"full"}})"},
            {R"({"system": "s", "mode": "Template", "input": {"topic": "x", "limit": 50, "b": true, "z": 0.70}, "priority": "High",
                "maxTurns": 6, "retry": {"max_attempts": 3, "backoff": "5s"}, "message_retry": {"max_attempts": 4, "backoff": "0s",
                "max_backoff": "0", "jitter": "EQUAL", "non_retryable": [" Invalid API Key ", "", " "]},
                ^"requirements": {"region": "eu", "gpu": true, "model": "m"}})",
             {"warning: spec.requirements has no effect: there is one worker, this machine"},
             R"({"system":"s","mode":"template","input":{"b":"true","limit":"50","topic":"x","z":"0.70"},"priority":"High",)"
             R"("max_turns":6,"retry":{"max_attempts":3,"backoff":"5s"},"message_retry":{"max_attempts":4,"backoff":"0s",)"
             R"("max_backoff":"0s","jitter":"equal","non_retryable":["invalid api key"]},)"
             R"("requirements":{"region":"eu","gpu":true,"model":"m"}})"},
            {R"({"mode": "template"})", {}},
            {R"(^{})",
             {"error: spec.system is required when spec.mode is run | name the AgentSystem to run: system: "
              "my-system"}},
            {R"({"system": "s", "mode": ^"once"})",
             {"error: invalid spec.mode \"once\": expected run or template"}},
            {R"({"system": "s", "max_turns": ^-1})", {"error: invalid spec.max_turns -1: expected >= 0"}},
            {R"({"system": "s", "retry": {"max_attempts": 0, "backoff": ^"5"}})",
             {"error: invalid spec.retry.backoff \"5\": expected a duration such as 30s, 1m30s or 250ms"}},
            {R"({"system": "s", "message_retry": {"max_backoff": ^"1d"}})",
             {"error: invalid spec.message_retry.max_backoff \"1d\": expected a duration such as 30s, 1m30s "
              "or 250ms"}},
            {R"({"system": "s", "message_retry": {"jitter": ^"some"}})",
             {"error: invalid spec.message_retry.jitter \"some\": expected none, full, or equal"}},
            {R"({"system": "s", "input": {"a": ^["b"]}})", {"error: spec.input.a must be text, not a list"}},
            {R"({"system": "s", "message_retry": {^"maxAttempts": 2}})",
             {"error: unknown field 'maxAttempts' in spec.message_retry | did you mean 'max_attempts'?"}},
        });
    const auto task = tests::spec_of<resource::TaskSpec>("Task", R"({"system": "s", "priority": ""})");
    CHECK(task.priority == "normal");
    CHECK(task.message_retry.max_backoff == base::seconds(24 * 3600));
    CHECK(tests::spec_of<resource::TaskSpec>("Task", R"({"system": "s", "retry": {"max_attempts": -1}})")
              .retry.max_attempts == 1);
}

} // namespace
