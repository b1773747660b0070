// What is common to all kinds: their table, names, references, places and the document around a spec.
#include <algorithm>

#include "base/text.hpp"
#include "document.hpp"
#include "resource/pattern.hpp"

namespace {

using resource::Kind;

TEST_CASE("a kind is found by every spelling of its name") {
    struct Row {
        std::string_view name;
        std::vector<std::string_view> spellings;
    };
    const Row rows[] = {
        {"Agent", {"agent", "agents", "AGENT", " Agents "}},
        {"AgentSystem",
         {"agent-system", "agent-systems", "agentsystem", "agentsystems", "AgentSystem", "system",
          "systems"}},
        {"ModelEndpoint",
         {"model-endpoint", "model-endpoints", "modelendpoint", "modelendpoints", "ModelEndpoints",
          "endpoint", "endpoints"}},
        {"Tool", {"tool", "tools", "Tool"}},
        {"Secret", {"secret", "secrets", "Secret"}},
        {"SealedSecret", {"sealed-secret", "sealed-secrets", "sealedsecret", "sealedsecrets"}},
        {"Memory", {"memory", "memories", "Memory"}},
        {"ContextAdapter", {"context-adapter", "context-adapters", "contextadapter", "contextadapters"}},
        {"AgentPolicy",
         {"agent-policy", "agent-policies", "agentpolicy", "agentpolicies", "AgentPolicy", "policy",
          "policies"}},
        {"AgentRole", {"agent-role", "agent-roles", "agentrole", "agentroles", "role", "roles"}},
        {"ToolPermission", {"tool-permission", "tool-permissions", "toolpermission", "toolpermissions"}},
        {"ToolApproval", {"tool-approval", "tool-approvals", "toolapproval", "toolapprovals"}},
        {"TaskApproval", {"task-approval", "task-approvals", "taskapproval", "taskapprovals"}},
        {"Task", {"task", "tasks", "Task"}},
        {"TaskSchedule", {"task-schedule", "task-schedules", "taskschedule", "taskschedules"}},
        {"TaskWebhook", {"task-webhook", "task-webhooks", "taskwebhook", "taskwebhooks"}},
        {"Worker", {"worker", "workers", "WORKER"}},
        {"McpServer", {"mcp-server", "mcp-servers", "mcpserver", "mcpservers", "MCPServer"}},
        {"EvalDataset", {"eval-dataset", "eval-datasets", "evaldataset", "evaldatasets"}},
        {"EvalRun", {"eval-run", "eval-runs", "evalrun", "evalruns"}},
        {"Session", {"session", "sessions", "Session"}},
    };
    CHECK(resource::kinds().size() == std::size(rows));
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        const Row& row = rows[i];
        CHECK(resource::kinds()[i].name == row.name);
        for (const std::string_view spelling : row.spellings) {
            CAPTURE(spelling);
            const Kind* found = resource::find_kind(spelling);
            REQUIRE(found != nullptr);
            CHECK(found->name == row.name);
        }
    }
    for (const std::string_view word :
         {"", "-", "agentx", "model", "toolz", "agent system", "memory-entries"}) {
        CAPTURE(word);
        CHECK(resource::find_kind(word) == nullptr);
    }
}

TEST_CASE("the table of kinds and the variant of specs agree") {
    for (const Kind& kind : resource::kinds()) {
        CAPTURE(kind.name);
        CHECK(&resource::kind_of(kind.empty()) == &kind);
        CHECK(&resource::spec_type(kind.empty()) == &kind.type());
        CHECK_FALSE(kind.doc.empty());
        CHECK(base::replace_all(kind.singular, "-", "") == base::lower(kind.name));
        CHECK_FALSE(kind.phase.empty());
    }
    CHECK(&resource::kind_of<resource::TaskSpec>() == resource::find_kind("task"));
}

TEST_CASE("every field of every kind is documented and none stands twice") {
    std::vector<const schema::Type*> todo;
    std::vector<const schema::Type*> seen;
    for (const Kind& kind : resource::kinds())
        todo.push_back(&kind.type());
    while (!todo.empty()) {
        const schema::Type* type = todo.back();
        todo.pop_back();
        if (std::find(seen.begin(), seen.end(), type) != seen.end()) continue;
        seen.push_back(type);
        if (type->element != nullptr) todo.push_back(&type->element());
        std::vector<std::string_view> names;
        for (const schema::Field& field : type->fields) {
            CAPTURE(field.name);
            CHECK((!field.doc.empty() || !field.removed.empty()));
            if (field.type != nullptr) todo.push_back(&field.type());
            names.push_back(field.name);
            names.insert(names.end(), field.aliases.begin(), field.aliases.end());
        }
        std::sort(names.begin(), names.end());
        CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    }
}

std::string in_document(const std::string& text) {
    const tests::Marked source = tests::marked(text);
    return tests::decode(source.text).said;
}

TEST_CASE("the kind of a document") {
    struct Row {
        std::string_view text;
        std::vector<std::string> said;
    };
    const Row rows[] = {
        {R"({"kind": "agent", "metadata": {"name": "n"}, "spec": {"model_ref": "m"}})", {}},
        {R"({"kind": " AGENT ", "metadata": {"name": "n"}, "spec": {"model_ref": "m"}})", {}},
        {R"(^{"metadata": {}})", {"error: kind is required | add a line such as kind: Agent"}},
        {R"({"kind": ^""})", {"error: kind is required | add a line such as kind: Agent"}},
        {R"({"kind": ^null})", {"error: kind is required | add a line such as kind: Agent"}},
        {R"({"kind": ^{}})", {"error: kind must be text, not a map | add a line such as kind: Agent"}},
        {R"({"kind": ^"agents"})", {"error: unsupported kind \"agents\" | did you mean 'Agent'?"}},
        {R"({"kind": ^"Deployment"})",
         {"error: unsupported kind \"Deployment\" | known kinds: Agent, AgentSystem, ModelEndpoint, Tool, "
          "Secret, SealedSecret, Memory, ContextAdapter, AgentPolicy, AgentRole, ToolPermission, "
          "ToolApproval, TaskApproval, Task, TaskSchedule, TaskWebhook, Worker, McpServer, EvalDataset, "
          "EvalRun, Session"}},
        {R"(^"text")", {"error: a document must be a map with kind, metadata and spec"}},
        {R"(^[1])", {"error: a document must be a map with kind, metadata and spec"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const tests::Marked source = tests::marked(row.text);
        CHECK(tests::decode(source.text).said == tests::expected(source, row.said));
    }
}

TEST_CASE("what stands beside the spec") {
    const std::string rest = R"("kind": "Agent", "metadata": {"name": "n"}, "spec": {"model_ref": "m"}})";
    CHECK(in_document(R"({"apiVersion": "orloj.dev/v1", "status": {"phase": "Ready"}, "x-mine": [1], )" +
                      rest) == "");
    CHECK(in_document(R"({"apiVersion": "", )" + rest) == "");
    CHECK(in_document(R"({"apiVersion": "v2", )" + rest) ==
          "1:16 warning: apiVersion is \"v2\"; it is read as orloj.dev/v1\n");
    CHECK(in_document(R"({"metdata": {}, )" + rest) ==
          "1:2 error: unknown field 'metdata' | did you mean 'metadata'?\n");
    CHECK(in_document(R"({"foo": {}, )" + rest) ==
          "1:2 error: unknown field 'foo' | a document has apiVersion, kind, metadata and spec; your own "
          "keys start with x-\n");
    CHECK(
        tests::decode(R"({"foo": {}, )" + rest, schema::Unknown::warning).said.starts_with("1:2 warning: "));
    CHECK(tests::decode(R"({"foo": {}, )" + rest, schema::Unknown::ignore).said == "");
    CHECK(in_document(R"({"kind": "Agent", "metadata": ["n"], "spec": "x"})") ==
          "1:31 error: metadata must be a map, not a list\n"
          "1:46 error: spec must be a map, not text\n");
}

TEST_CASE("names are checked") {
    struct Row {
        std::string_view json;
        std::string_view problem;
    };
    const Row rows[] = {
        {"a", ""},
        {"Bad.Name_1-x", ""},
        {"\xC3\xA4\xE6\xBC\xA2", ""},
        {"logs-1", ""},
        {" trimmed ", ""},
        {"a b", "must not contain '/', spaces, or whitespace"},
        {"a/b", "must not contain '/', spaces, or whitespace"},
        {"a\\tb", "must not contain '/', spaces, or whitespace"},
        {"a\\nb", "must not contain '/', spaces, or whitespace"},
        {".a", "must not start with '.'"},
        {"..", "must not start with '.'"},
        {"Status", "is a reserved subresource name"},
        {"logs", "is a reserved subresource name"},
        {"exec", "is a reserved subresource name"},
        {"scale", "is a reserved subresource name"},
        {"proxy", "is a reserved subresource name"},
        {"BINDING", "is a reserved subresource name"},
        {"a\\u001b[2J", "must not contain control characters"},
        {"a\\u202eb", "must not contain control characters"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const std::string name = schema::parse_json("\"" + std::string(row.json) + "\"").tree.text;
        CHECK(resource::name_problem(base::trim(name)) == row.problem);
        for (const std::string_view field : {"name", "namespace"}) {
            const tests::Decoded decoded = tests::decode(base::format(
                R"({{"kind": "Agent", "metadata": {{{}"{}": "{}"}}, "spec": {{"model_ref": "m"}}}})",
                field == "name" ? "" : R"("name": "n", )", field, row.json));
            CHECK(decoded.said == (row.problem.empty()
                                       ? ""
                                       : base::format("1:{} error: metadata.{} \"{}\" {}\n",
                                                      field == "name" ? 40 : 58, field, name, row.problem)));
        }
    }
    CHECK(in_document(R"({"kind": "Task", "metadata": {}, "spec": {"system": "s"}})") ==
          "1:30 error: metadata.name is required\n");
    CHECK(in_document(R"({"kind": "Task", "metadata": {"name": " "}, "spec": {"system": "s"}})") ==
          "1:39 error: metadata.name is required\n");
}

TEST_CASE("metadata keeps what a person wrote and takes what the store printed") {
    const tests::Decoded decoded = tests::decode(
        R"({"kind": "Agent", "metadata": {"name": "n", "namespace": "", "labels": {"a": 1}, "annotations": {"b": "c"},
        "resource_version": "7", "generation": 3, "created_at": "2026-01-01T00:00:00Z"}, "spec": {"model_ref": "m"}})");
    CHECK(decoded.said == "");
    const resource::Metadata& m = decoded.resource->metadata;
    CHECK(m.namespace_ == "default");
    CHECK(m.labels.at("a") == "1");
    CHECK(m.annotations.at("b") == "c");
    CHECK(m.resource_version == "7");
    CHECK(m.generation == 3);
    CHECK(m.created_at == "2026-01-01T00:00:00Z");
    CHECK(decoded.resource->id() == "agent/n");
    CHECK(
        in_document(
            R"({"kind": "Agent", "metadata": {"name": "n", "generation": "x"}, "spec": {"model_ref": "m"}})") ==
        "1:59 error: invalid metadata.generation value \"x\": expected a whole number\n");
    CHECK(tests::decode(
              R"({"kind": "Agent", "metadata": {"name": "n", "namespace": "a"}, "spec": {"model_ref": "m"}})",
              schema::Unknown::error, "b")
              .resource->metadata.namespace_ == "b");
}

TEST_CASE("references name a resource, in this namespace or another") {
    struct Row {
        std::string_view text;
        std::string_view name;
        std::string_view secret;
        std::string_view key;
    };
    const Row rows[] = {
        {"a", "here/a", "here/a", "value"},
        {" a ", "here/a", "here/a", "value"},
        {"ns/a", "ns/a", "ns/a", "value"},
        {" ns / a ", "ns/a", "ns/a", "value"},
        {"ns/a/b", "ns/a/b", "ns/a/b", "value"},
        {"a:k", "here/a:k", "here/a", "k"},
        {"ns/a:k", "ns/a:k", "ns/a", "k"},
        {"a: k ", "here/a: k", "here/a", "k"},
        {"a:", "here/a:", "here/a", "value"},
        {"", "here/", "here/", "value"},
        {":k", "here/:k", "here/", "k"},
        {"/a", "/a", "/a", "value"},
        {"a/", "a/", "a/", "value"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(resource::parse_name(row.text, "here").text() == row.name);
        const resource::SecretRef ref = resource::parse_secret_ref(row.text, "here");
        CHECK(ref.secret.text() == row.secret);
        CHECK(ref.key == row.key);
    }
}

TEST_CASE("a place is the nearest thing that was written") {
    const tests::Decoded decoded = tests::decode(R"({"kind": "AgentSystem",
"metadata": {"name": "n"},
"spec": {"graph": {"a": {"edges": [
  {"next": "b", "condition": {"output_contains": "x"}}]}},
 "completion_review": {"checkpoint_id": "c"}}})");
    REQUIRE(decoded.resource.has_value());
    const auto place = [&](std::string_view path) { return render(decoded.resource->place(path)); };
    CHECK(place("") == "a.json:1:1");
    CHECK(place("metadata.name") == "a.json:2:22");
    CHECK(place("metadata.namespace") == "a.json:2:13");
    CHECK(place("spec.graph.a.edges[0].to") == "a.json:4:12");
    CHECK(place("spec.graph.a.edges[7].to") == "a.json:3:35");
    CHECK(place("spec.graph.a.edges[0].condition.output_contains") == "a.json:4:50");
    CHECK(place("spec.completion_review.checkpoint_id") == "a.json:5:41");
    CHECK(place("spec.nothing.at.all") == "a.json:3:9");
    resource::Resource stored;
    CHECK(render(stored.place("spec")) == "");
}

TEST_CASE("a stored spec that is not JSON is the store's fault") {
    try {
        (void)resource::read_spec(*resource::find_kind("agent"), "{");
        FAIL("no error");
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::store);
        CHECK(error.message() == "stored agent is not JSON");
    }
}

TEST_CASE("patterns are RE2's: anywhere in the text, and linear") {
    CHECK(resource::Pattern::problem("a(b|c)+") == "");
    CHECK(resource::Pattern::problem("(?i)x\\d") == "");
    CHECK(resource::Pattern::problem("[a") == "missing ]: [a");
    CHECK(resource::Pattern::problem("(?=a)") == "invalid perl operator: (?=");
    CHECK(resource::Pattern::problem("(a)\\1") == "invalid escape sequence: \\1");
    CHECK(resource::Pattern("ERR").matches("an ERROR"));
    CHECK_FALSE(resource::Pattern("ERR").matches("an error"));
    CHECK(resource::Pattern("(a*)*$").matches(std::string(10'000, 'a') + "b"));
}

} // namespace
